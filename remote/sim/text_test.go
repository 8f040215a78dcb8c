package sim_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/remotetest"
	"github.com/kyso-dev/kyso/remote/sim"
	"github.com/kyso-dev/kyso/remote/sim/simtest"
	"github.com/kyso-dev/kyso/signer"
)

// signText makes what a service makes of a text.
func signText(card *simtest.SIM, text string) ([]byte, error) {
	key, err := signer.FromCrypto(card.Key, card.Chain...)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = cms.Sign(context.Background(), &out, strings.NewReader(text), key, &cms.Options{Attached: true, Hash: crypto.SHA256, InsecureExpired: true})
	return out.Bytes(), err
}

// TestSignText has texts signed in every dialect, Swisscom's among them: each end is its own, and nothing comes back that the check refuses.
func TestSignText(t *testing.T) {
	all := dialects()
	all["swisscom-soap"], all["swisscom-rest"] = sim.SwisscomSOAP(), sim.SwisscomREST() // as they are
	for name, d := range all {
		t.Run(name, func(t *testing.T) {
			text := "Bank: log in <1> & \"2\""
			sign := signText
			s := start(t, d, simtest.Approve, &simtest.Options{Prefix: "Bank: ", SignText: func(c *simtest.SIM, text string) ([]byte, error) { return sign(c, text) }})
			p, err := sim.New(s.Config(demo))
			require.NoError(t, err)
			ask := func() error {
				out, err := p.SignText(t.Context(), sim.Text{Text: text, Check: cms.CheckContent})
				require.Equal(t, err == nil, out != nil)
				return err
			}
			require.NoError(t, ask())
			require.Equal(t, text, s.Transactions()[0].Text)

			sign = func(c *simtest.SIM, _ string) ([]byte, error) { return signText(c, "Bank: pay everything") }
			require.ErrorIs(t, ask(), signer.ErrSignatureInvalid)
			sign = func(*simtest.SIM, string) ([]byte, error) { return []byte("no CMS"), nil }
			require.ErrorIs(t, ask(), signer.ErrSignatureInvalid)
			s.Change(demo, func(c *simtest.SIM) { c.User = simtest.Refuse })
			require.ErrorIs(t, ask(), signer.ErrRefused)
			s.Change(demo, func(c *simtest.SIM) { c.User = simtest.Ignore })
			require.ErrorIs(t, ask(), signer.ErrExpired)
			asked := s.Calls(sim.CallSignature)
			s.Inject(sim.CallSignature, simtest.ResetLost, 1)
			require.ErrorIs(t, ask(), signer.ErrOutcomeUnknown)
			require.Equal(t, asked+1, s.Calls(sim.CallSignature))

			text = "without the prefix"
			require.ErrorIs(t, ask(), signer.ErrRequest)
			text = strings.Repeat("x", 240)
			require.Error(t, ask())
			require.Equal(t, asked+2, s.Calls(sim.CallSignature)) // the last did not leave
		})
	}
}

// TestSignTextLooks: a look that is lost is made again; a context that ends leaves it open.
func TestSignTextLooks(t *testing.T) {
	s := start(t, sim.ETSI(), simtest.Approve, &simtest.Options{SignText: signText})
	p, err := sim.New(s.Config(demo))
	require.NoError(t, err)
	s.Inject(sim.CallStatus, simtest.ResetLost, 2)
	s.Inject(sim.CallStatus, simtest.Bomb, 1)
	_, err = p.SignText(t.Context(), sim.Text{Text: "a", Check: cms.CheckContent})
	require.NoError(t, err)
	require.Equal(t, 1, s.Signatures())

	for _, lost := range []simtest.Fault{simtest.Internal, simtest.OtherTransaction} {
		s.Inject(sim.CallStatus, lost, 1)
		_, err = p.SignText(t.Context(), sim.Text{Text: "a", Check: cms.CheckContent})
		require.Error(t, err)
		require.Equal(t, lost == simtest.Internal, errors.Is(err, signer.ErrOutcomeUnknown))
	}
	s = start(t, sim.ETSI(), simtest.Approve, &simtest.Options{SignText: signText, Guesses: simtest.Guesses{Forget: time.Second}})
	p, err = sim.New(s.Config(demo))
	require.NoError(t, err)
	s.Inject(sim.CallStatus, simtest.ResetLost, 1)
	_, err = p.SignText(t.Context(), sim.Text{Text: "a", Check: cms.CheckContent})
	require.ErrorIs(t, err, signer.ErrOutcomeUnknown) // signed, and forgotten by the time of the second look

	clock := remotetest.NewClock(epoch)
	s = start(t, sim.ETSI(), simtest.Ask, &simtest.Options{SignText: signText, Clock: clock})
	p, err = sim.New(s.Config(demo))
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	busy := make(chan error, 1)
	go func() {
		for clock.Sleepers() == 0 {
			time.Sleep(time.Millisecond)
		}
		_, err := p.SignText(ctx, sim.Text{Text: "b", Check: cms.CheckContent})
		busy <- err
		cancel()
	}()
	_, err = p.SignText(ctx, sim.Text{Text: "a", Check: cms.CheckContent})
	require.ErrorIs(t, err, signer.ErrOutcomeUnknown)
	require.ErrorIs(t, <-busy, remote.ErrBusy)
	require.Len(t, s.Transactions(), 1)
	_, err = p.SignText(t.Context(), sim.Text{Text: "a"})
	var coded *remote.Error
	require.ErrorAs(t, err, &coded) // without a check nothing is asked
}

// TestTextAsMapped: services sign the text as it was sent or as the phone has it. Any of these is the text that was sent, and nothing else is.
func TestTextAsMapped(t *testing.T) {
	for text, forms := range map[string][]string{
		"Pay 5 € [to] @_Øà": {"Pay 5 € [to] @_Øà", "Pay 5 \x1b\x65 \x1b\x3cto\x1b\x3e \x00\x11\x0b\x7f"},
		"Trả 5 €":           {"Trả 5 €", "\x00T\x00r\x1e\xa3\x00 \x005\x00 \x20\xac"},
	} {
		signed := ""
		s := start(t, sim.ETSI(), simtest.Approve, &simtest.Options{SignText: func(c *simtest.SIM, _ string) ([]byte, error) { return signText(c, signed) }})
		p, err := sim.New(s.Config(demo))
		require.NoError(t, err)
		for _, signed = range forms {
			_, err = p.SignText(t.Context(), sim.Text{Text: text, Check: cms.CheckContent})
			require.NoError(t, err, signed)
		}
		for _, signed = range []string{text + " ", strings.ToUpper(text), "Pay 5 to", ""} {
			_, err = p.SignText(t.Context(), sim.Text{Text: text, Check: cms.CheckContent})
			require.ErrorIs(t, err, signer.ErrSignatureInvalid, signed)
			var e *cms.Error
			require.ErrorAs(t, err, &e)
		}
	}
	// Every character that goes as one of GSM 03.38 and no other.
	s := start(t, sim.FiCom(), simtest.Approve, &simtest.Options{SignText: signText}) // shows nothing else
	p, err := sim.New(s.Config(demo))
	require.NoError(t, err)
	fit := 0
	for r := rune(1); r < 0x3000; r++ {
		if _, err := p.SignText(t.Context(), sim.Text{Text: string(r), Check: func([]byte, []byte, *x509.Certificate) error { return nil }, Checker: refusing{}}); errors.Is(err, errOther) {
			fit++ // got as far as the checker
		}
	}
	require.Equal(t, 127-2+9, fit) // without line breaks, which are not shown as they are, and without form feed
	require.Zero(t, s.Calls(sim.CallSignature))
}

var errOther = errors.New("not this certificate")

// refusing is a checker that has something against every certificate.
type refusing struct{}

func (refusing) CheckCertificate(context.Context, []*x509.Certificate, time.Time) error {
	return errOther
}

// TestTextChecker: the certificate is asked about before the subscriber is asked for anything.
func TestTextChecker(t *testing.T) {
	s := start(t, sim.ETSI(), simtest.Approve, &simtest.Options{SignText: signText})
	c := s.Config(demo)
	p, err := sim.New(c)
	require.NoError(t, err)
	_, err = p.SignText(t.Context(), sim.Text{Text: "a", Check: cms.CheckContent, Checker: refusing{}})
	require.ErrorIs(t, err, errOther)
	_, err = client(t, c, &remote.Options{Checker: refusing{}}).Sign(t.Context(), digest("a"), crypto.SHA256)
	require.ErrorIs(t, err, errOther)
	require.Zero(t, s.Calls(sim.CallSignature))
}
