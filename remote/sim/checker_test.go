package sim_test

import (
	"crypto"
	"crypto/x509"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/sim"
	"github.com/kyso-dev/kyso/remote/sim/simtest"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/trust"
	"github.com/kyso-dev/kyso/verify"
)

// TestChecker has package verify build the chain to roots that are trusted and ask whether the certificate was revoked, before the phone
// rings: for documents and for texts.
func TestChecker(t *testing.T) {
	pki, _ := testpki.Start(t)
	clock := remote.SystemClock()
	for name, want := range map[string]error{"signer": nil, "ec": nil, "revoked": signer.ErrCertificateRevoked, "suspended": signer.ErrCertificateSuspended} {
		card := &simtest.SIM{Number: demo, PIN: simtest.DemoPIN, Key: pki.Key(name), Chain: pki.Chain(name), User: simtest.Approve}
		for _, root := range []*x509.Certificate{pki.Root(), pki.GovRoot()} {
			store := new(trust.Store)
			require.NoError(t, store.Add(trust.National, root))
			gate := &verify.Verifier{Trust: store, Online: true, AllowPrivate: true}
			wanted := want
			if root.Equal(pki.GovRoot()) {
				wanted = signer.ErrCertificateUnsuitable // leads to no root that is trusted
			}
			s := start(t, sim.VNMPKI(), simtest.Approve, &simtest.Options{Clock: clock, SIMs: []*simtest.SIM{card}, SignText: signText})
			p, err := sim.New(s.Config(demo))
			require.NoError(t, err)
			_, err = remote.New(p, &remote.Options{Checker: gate}).Sign(t.Context(), digest("a"), crypto.SHA256)
			require.ErrorIs(t, err, wanted, name)
			_, err = p.SignText(t.Context(), sim.Text{Text: "a", Check: cms.CheckContent, Checker: gate})
			require.ErrorIs(t, err, wanted, name)
			require.Equal(t, wanted == nil, s.Calls(sim.CallSignature) == 2, name)
			require.Equal(t, wanted != nil, s.Calls(sim.CallSignature) == 0, name)
		}
	}
}
