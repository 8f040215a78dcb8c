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

	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/sim"
	"github.com/kyso-dev/kyso/remote/sim/simtest"
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

// TestShown: what the caller is told before and what the phone shows are the same, whatever is in the text.
func TestShown(t *testing.T) {
	for _, text := range []string{"Hop dong 12", `A & B <b>"x"</b> ]]> '`, "Hợp đồng số 12", "</m:DataToBeDisplayed><m:MSS_Format>", "5 € [x]"} {
		for name, d := range dialects() {
			if name == "ficom" {
				continue // shows its event id
			}
			s := start(t, d, simtest.Approve, nil)
			c := s.Config(demo)
			var code, shown string
			c.Show = func(_ context.Context, a, b string) error {
				require.Zero(t, s.Calls(sim.CallSignature)) // before anything left
				code, shown = a, b
				return nil
			}
			_, err := client(t, c, &remote.Options{Text: text}).Sign(t.Context(), digest("hello"), crypto.SHA256)
			require.NoError(t, err, name)
			require.Equal(t, "1444", code)
			require.Equal(t, s.Transactions()[0].Text, shown)
			require.Equal(t, text+", "+d.CodeWord+" 1444", shown)
		}
	}
	s := start(t, sim.FiCom(), simtest.Approve, nil)
	_, err := client(t, s.Config(demo), &remote.Options{Text: "x"}).Sign(t.Context(), digest("hello"), crypto.SHA256)
	require.NoError(t, err)
	require.Equal(t, "1444", s.Transactions()[0].Text)
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
	// Whoever is told may keep the request from leaving. Characters that cannot be seen are refused here too, past the core that escapes them.
	c := s.Config(demo)
	stop := errors.New("stop")
	c.Show = func(context.Context, string, string) error { return stop }
	before := s.Calls(sim.CallSignature)
	_, err := client(t, c, nil).Sign(t.Context(), digest("a"), crypto.SHA256)
	require.ErrorIs(t, err, stop)
	p, err := sim.New(s.Config(demo))
	require.NoError(t, err)
	require.ErrorContains(t, p.Receipt(t.Context(), &remote.Operation{}, "a\u202eb"), "characters")
	require.ErrorContains(t, p.Receipt(t.Context(), &remote.Operation{}, "a\x00b"), "characters")
	require.Equal(t, before, s.Calls(sim.CallSignature))
}
