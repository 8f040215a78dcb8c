package sim_test

import (
	"context"
	"crypto"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/sim"
	"github.com/kyso-dev/kyso/remote/sim/simtest"
	"github.com/kyso-dev/kyso/signer"
)

// TestVerificationCodes are the vectors of SK's documents and some that follow from its formulas.
func TestVerificationCodes(t *testing.T) {
	known, err := hex.DecodeString("2f665f6a6999e0ef0752e00ec9f453adf59d8cb6")
	require.NoError(t, err)
	empty384, empty512 := sha512.Sum384(nil), sha512.Sum512(nil)
	for _, tc := range []struct {
		digest        []byte
		mobile, smart string
	}{
		{known, "1462", ""}, {digest("Hello World!"), "4073", "7712"}, {digest(""), "7253", "7974"}, {empty384[:], "1883", "4022"}, {empty512[:], "6590", "6546"},
		{digest("hello"), "1444", "5696"}, {digest("HACKERMAN_SHA256"), "6008", ""}, {[]byte{0x1B, 0xBB}, "", "4555"},
	} {
		if tc.mobile != "" {
			require.Equal(t, tc.mobile, sim.MobileIDCode(tc.digest))
		}
		if tc.smart != "" {
			require.Equal(t, tc.smart, sim.SmartIDCode(tc.digest))
		}
	}
	require.Empty(t, sim.MobileIDCode(nil))
}

// hostile are texts that would be something else where they are not written with care.
var hostile = []string{
	"Hop dong 12", `A & B <b>"x"</b> ]]> '`, "Hợp đồng số 12", "</m:DataToBeDisplayed><m:MSS_Format>", "5 € [x]", "&amp;&#10;&lt;", "<![CDATA[x]]>", `"},"MSS_Format":"x`,
	`\u000a\n %0a`, "-->", "<?x?>", "\u00a0 \u3000x",
}

// invisible are texts that would not be shown as they are.
var invisible = []string{"a\nb", "a\r\nb", "a\tb", "a\x00b", "a\x1b[2Jb", "a\u202eb", "a\u2066b", "a\u200fb", "a\u0085b", "a\u2028b", "a\ufeffb", "a\u00adb", "a\xffb", "a\u200bb"}

// TestShown: what the caller is told before and what the phone shows are the same, whatever is in the text, in every dialect; and nothing
// else of the request changes by it.
func TestShown(t *testing.T) {
	for name, d := range dialects() {
		for i, text := range hostile {
			s := start(t, d, simtest.Approve, &simtest.Options{SignText: signText})
			c := s.Config(demo)
			var code, shown string
			c.Show = func(_ context.Context, a, b string) error {
				require.Zero(t, s.Calls(sim.CallSignature)) // before anything left
				code, shown = a, b
				return nil
			}
			opts, req := &remote.Options{Text: text}, signer.Request{Digest: digest("hello"), Opts: crypto.SHA256}
			if i%2 == 1 { // the title is shown where there is no text
				opts.Text, req.Title = "", text
			}
			_, err := client(t, c, opts).SignBatch(t.Context(), []signer.Request{req})
			require.NoError(t, err, "%s %q", name, text)
			require.Equal(t, "1444", code)
			require.Equal(t, s.Transactions()[0].Text, shown)
			if d.FiCom {
				require.Equal(t, "1444", shown) // its event id, and nothing else
				continue
			}
			require.Equal(t, text+", "+d.CodeWord+" 1444", shown)

			c.Show = nil
			p, err := sim.New(c)
			require.NoError(t, err)
			_, err = p.SignText(t.Context(), sim.Text{Text: text, Check: cms.CheckContent})
			require.NoError(t, err, "%s %q", name, text)
			require.Equal(t, text, s.Transactions()[1].Text)
			require.Equal(t, 2, s.Signatures())
		}
	}
}

// TestInvisible: what cannot be shown as it is does not leave, in no dialect and by no call.
func TestInvisible(t *testing.T) {
	for name, d := range dialects() {
		s := start(t, d, simtest.Approve, &simtest.Options{SignText: signText})
		p, err := sim.New(s.Config(demo))
		require.NoError(t, err)
		key := remote.New(p, &remote.Options{Clock: s.Config(demo).Clock})
		for _, text := range invisible {
			refused := func(err error) {
				t.Helper()
				var e *remote.Error
				require.ErrorAs(t, err, &e, "%s %q", name, text)
				require.Equal(t, string(sim.CodeDisplayCharacter), e.Code(), "%s %q", name, text)
			}
			_, err = p.SignText(t.Context(), sim.Text{Text: text, Check: cms.CheckContent})
			refused(err)
			refused(p.Receipt(t.Context(), new(remote.Operation), text))
			if d.FiCom { // which shows no text with a document
				continue
			}
			_, err = key.Start(t.Context(), requests("a"), &remote.StartOptions{Text: text})
			refused(err)
			_, err = key.Start(t.Context(), []signer.Request{{Digest: digest("a"), Opts: crypto.SHA256, Title: text}}, nil)
			refused(err)
		}
		require.Zero(t, s.Calls(sim.CallSignature)+s.Calls(sim.CallReceipt), name)
	}
}

// TestNotShown: what the phone cannot show as it is does not leave.
func TestNotShown(t *testing.T) {
	for text, code := range map[string]string{
		strings.Repeat("a", 152): "sim.display-length", strings.Repeat("đ", 63): "sim.display-length", strings.Repeat("[", 76): "sim.display-length",
	} {
		s := start(t, sim.VNMPKI(), simtest.Approve, nil)
		_, err := client(t, s.Config(demo), &remote.Options{Text: text}).Sign(t.Context(), digest("a"), crypto.SHA256)
		var coded *remote.Error
		require.ErrorAs(t, err, &coded)
		require.Equal(t, code, coded.Code())
		require.Zero(t, s.Calls(sim.CallSignature))
	}
	s := start(t, sim.VNMPKI(), simtest.Approve, nil)
	for _, text := range []string{strings.Repeat("a", 151), strings.Repeat("đ", 61)} {
		_, err := client(t, s.Config(demo), &remote.Options{Text: text}).Sign(t.Context(), digest("a"), crypto.SHA256)
		require.NoError(t, err)
	}
	// Whoever is told may keep the request from leaving.
	c := s.Config(demo)
	stop := errors.New("stop")
	c.Show = func(context.Context, string, string) error { return stop }
	before := s.Calls(sim.CallSignature)
	_, err := client(t, c, nil).Sign(t.Context(), digest("a"), crypto.SHA256)
	require.ErrorIs(t, err, stop)
	require.Equal(t, before, s.Calls(sim.CallSignature))
}
