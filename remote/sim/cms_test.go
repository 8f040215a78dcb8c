package sim_test

import (
	"context"
	"crypto"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/sim"
	"github.com/kyso-dev/kyso/remote/sim/simtest"
	"github.com/kyso-dev/kyso/signer"
)

// signDigest makes what a service makes of a digest: CAdES, detached.
func signDigest(card *simtest.SIM, hash crypto.Hash, digest []byte) ([]byte, error) {
	key, err := signer.FromCrypto(card.Key, card.Chain...)
	if err != nil {
		return nil, err
	}
	prepared, err := cms.PrepareDigest(digest, hash, card.Chain, &cms.Options{Hash: hash, InsecureExpired: true})
	if err != nil {
		return nil, err
	}
	req := prepared.Request()
	sig, err := key.Sign(context.Background(), req.Digest, req.Opts)
	if err != nil {
		return nil, err
	}
	return prepared.FinishDER(context.Background(), sig, nil)
}

// withCMS are the dialects in which a service makes CMS over digests.
func withCMS() map[string]sim.Dialect {
	all := dialects()
	for name, d := range all {
		if d.CMS == "" {
			d.CMS, d.Digest = sim.FormatCMSSignature, name == "json"
			all[name] = d
		}
	}
	return all
}

// TestSignCMS has the service make a CMS over a digest, in every dialect, with every hash and both kinds of key.
func TestSignCMS(t *testing.T) {
	for name, d := range withCMS() {
		for _, number := range []string{demo, simtest.DemoEC} {
			s := start(t, d, simtest.Approve, &simtest.Options{SignDigest: signDigest})
			c := client(t, s.Config(number), &remote.Options{CheckCMS: cms.CheckDigest})
			for _, hash := range []crypto.Hash{crypto.SHA256, crypto.SHA384, crypto.SHA512} {
				h := hash.New()
				h.Write([]byte("a"))
				der, err := c.SignCMS(t.Context(), signer.Request{Digest: h.Sum(nil), Opts: hash})
				require.NoError(t, err, "%s %s", name, hash)
				chain, err := c.Certificates(t.Context())
				require.NoError(t, err)
				require.NoError(t, cms.CheckDigest(der, h.Sum(nil), hash, chain[0]))
			}
			require.Equal(t, 3, s.Signatures())
			_, err := c.Sign(t.Context(), digest("a"), crypto.SHA256) // the bare signature is another request
			require.NoError(t, err)
		}
	}
}

// TestNoCMS: the service has not got the format, or cannot take the hash.
func TestNoCMS(t *testing.T) {
	s := start(t, sim.FiCom(), simtest.Approve, nil) // does not sign digests
	c := client(t, s.Config(demo), &remote.Options{CheckCMS: cms.CheckDigest})
	_, err := c.SignCMS(t.Context(), requests("a")[0])
	require.ErrorIs(t, err, signer.ErrRequest)
	var e *remote.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, "1017", e.Service.Code)

	s = start(t, sim.VNMPKI(), simtest.Approve, &simtest.Options{SignDigest: signDigest})
	_, err = client(t, s.Config(demo), &remote.Options{CheckCMS: cms.CheckDigest}).SignCMS(t.Context(), requests("a")[0])
	require.ErrorAs(t, err, &e)
	require.Equal(t, string(remote.CodeNoCMS), e.Code())
	require.Zero(t, s.Calls(sim.CallSignature))
}
