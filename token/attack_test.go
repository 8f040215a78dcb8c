package token_test

import (
	"crypto"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/p11fault"
	"github.com/kyso-dev/kyso/internal/softhsm"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/token"
)

// TestK1OtherKey: a certificate that lies beside somebody else's key signs nothing, and where both keys are there, each certificate
// finds its own, whatever the identifiers and labels say. That a PIN is not tried twice and that a batch loses nothing is told by
// TestFaults, TestReplug and TestReplugRefused; a module that crashes by TestProbe.
func TestK1OtherKey(t *testing.T) {
	pki := thePKI()
	a, b := []byte{1}, []byte{2}
	for _, c := range []struct {
		name    string
		objects []softhsm.Object
		want    error
	}{
		{"clean twin", []softhsm.Object{{Key: pki.Key("signer"), Certificate: pki.Certificate("signer"), ID: a}}, nil},
		{"another key of its kind", []softhsm.Object{{Key: pki.Key("other"), Certificate: pki.Certificate("signer"), ID: a}}, signer.ErrKeyMismatch},
		{"another key, with nothing public beside it", []softhsm.Object{{Key: pki.Key("other"), Certificate: pki.Certificate("signer"), ID: a, NoPublic: true}}, signer.ErrKeyMismatch},
		{"a key of another kind", []softhsm.Object{{Key: pki.Key("ec"), Certificate: pki.Certificate("signer"), ID: a}}, signer.ErrKeyMismatch},
		{"identifiers the wrong way round", []softhsm.Object{
			{Key: pki.Key("signer"), Certificate: pki.Certificate("signer"), ID: a, CertificateID: b, Label: "x"},
			{Key: pki.Key("other"), Certificate: pki.Certificate("other"), ID: b, CertificateID: a, Label: "x"},
		}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, c.objects...)
			s, err := r.token().Signer(t.Context(), token.Choice{TaxCode: "0100000000"}, &token.SignerOptions{PIN: token.PIN(softhsm.PIN)})
			if err == nil {
				defer s.Close()
				_, err = s.Sign(t.Context(), digest("a"), crypto.SHA256)
			}
			if c.want == nil {
				require.NoError(t, err) // the value was verified under the certificate
				return
			}
			require.ErrorIs(t, err, c.want)
			require.Zero(t, r.module.Get(p11fault.Returned), "nothing was signed")
		})
	}
}
