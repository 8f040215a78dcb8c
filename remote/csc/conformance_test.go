package csc_test

import (
	"crypto"
	"crypto/rsa"
	"testing"

	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/csc"
	"github.com/kyso-dev/kyso/remote/csc/csctest"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/signer/signertest"
)

func TestConformance(t *testing.T) {
	both(t, func(t *testing.T, v csc.Version) {
		for name, tc := range map[string]struct {
			id    string
			opts  []crypto.SignerOpts
			async bool
		}{
			"rsa":              {csctest.DefaultCredential, []crypto.SignerOpts{crypto.SHA256, crypto.SHA384, &rsa.PSSOptions{Hash: crypto.SHA256, SaltLength: 32}}, false},
			"ec":               {csctest.DefaultEC, []crypto.SignerOpts{crypto.SHA256, crypto.SHA384}, false},
			"ec, asynchronous": {csctest.DefaultEC, []crypto.SignerOpts{crypto.SHA256}, true},
		} {
			if tc.async && v == csc.V1 {
				continue
			}
			t.Run(name, func(t *testing.T) {
				signertest.Test(t, func(t testing.TB) signer.Signer {
					b := newBench(t, nil)
					c := b.config(v, tc.id)
					c.Async = tc.async
					return b.client(t, c, &remote.Options{Split: true})
				}, signertest.Capabilities{
					Algorithms: tc.opts, Concurrent: true, Secrets: []string{csctest.DefaultPassword, csctest.DefaultPIN},
				})
			})
		}
	})
}
