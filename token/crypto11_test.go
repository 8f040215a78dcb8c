//go:build cgo

package token_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"testing"

	"github.com/ThalesGroup/crypto11"
	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/p11fault"
	"github.com/kyso-dev/kyso/internal/softhsm"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/signer/signertest"
)

// TestCrypto11: keys of crypto11 work through signer.FromCrypto.
func TestCrypto11(t *testing.T) {
	for _, c := range []struct {
		name       string
		algorithms []crypto.SignerOpts
	}{
		{"signer", []crypto.SignerOpts{crypto.SHA256, crypto.SHA512, &rsa.PSSOptions{SaltLength: 32, Hash: crypto.SHA256}}},
		{"ec", []crypto.SignerOpts{crypto.SHA256}},
	} {
		t.Run(c.name, func(t *testing.T) {
			object := onToken(c.name)[0]
			id := sha256.Sum256([]byte(c.name))
			object.ID = id[:4]
			r := newRig(t, object) // whose C_Finalize does not end SoftHSM for the other tests
			hsm, err := crypto11.Configure(&crypto11.Config{Path: r.module.Path, TokenLabel: r.label, Pin: softhsm.PIN})
			require.NoError(t, err)
			key, err := hsm.FindKeyPair(object.ID, nil)
			require.NoError(t, err)
			signertest.Test(t, func(t testing.TB) signer.Signer {
				s, err := signer.FromCrypto(key, object.Certificate)
				require.NoError(t, err)
				return s
			}, signertest.Capabilities{Algorithms: c.algorithms, Concurrent: true, Secrets: []string{softhsm.PIN}})
			require.NoError(t, hsm.Close())
			require.Zero(t, r.module.Get(p11fault.Sessions))
		})
	}
}
