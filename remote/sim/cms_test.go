package sim_test

import (
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mozilla.org/pkcs7"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/sim"
	"github.com/kyso-dev/kyso/remote/sim/simtest"
	"github.com/kyso-dev/kyso/signer"
)

// signDigest makes what a service makes of a digest: CAdES, detached.
func signDigest(card *simtest.SIM, hash crypto.Hash, digest []byte) ([]byte, error) {
	return cades(card, hash, digest, false)
}

// cades is that, without the signing time where it goes into a PDF.
func cades(card *simtest.SIM, hash crypto.Hash, digest []byte, noTime bool) ([]byte, error) {
	key, err := signer.FromCrypto(card.Key, card.Chain...)
	if err != nil {
		return nil, err
	}
	prepared, err := cms.PrepareDigest(digest, hash, card.Chain, &cms.Options{Hash: hash, InsecureExpired: true, NoSigningTime: noTime})
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
			d.CMS, d.Digest = sim.FormatCMSSignature, name == "swisscom-rest"
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

// other makes CMS by another library, with what a service may put into them.
type other struct {
	attributes []pkcs7.Attribute
	content    string
	bare       bool // no signed attributes
	attached   bool
	signers    []*simtest.SIM // nil: the card
}

func (o other) make(card *simtest.SIM) ([]byte, error) {
	sd, err := pkcs7.NewSignedData([]byte(o.content))
	if err != nil {
		return nil, err
	}
	sd.SetDigestAlgorithm(pkcs7.OIDDigestAlgorithmSHA256)
	if o.signers == nil {
		o.signers = []*simtest.SIM{card}
	}
	for _, s := range o.signers {
		if o.bare {
			err = sd.SignWithoutAttr(s.Chain[0], s.Key, pkcs7.SignerInfoConfig{})
		} else {
			err = sd.AddSigner(s.Chain[0], s.Key, pkcs7.SignerInfoConfig{ExtraSignedAttributes: o.attributes})
		}
		if err != nil {
			return nil, err
		}
		for _, issuer := range s.Chain[1:] {
			sd.AddCertificate(issuer)
		}
	}
	if !o.attached {
		sd.Detach()
	}
	return sd.Finish()
}

// essOf is the attribute signing-certificate-v2 (RFC 5035) of a certificate.
func essOf(t *testing.T, cert *x509.Certificate) pkcs7.Attribute {
	t.Helper()
	type certID struct{ Hash []byte }
	sum := sha256.Sum256(cert.Raw)
	return pkcs7.Attribute{Type: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}, Value: struct{ Certs []certID }{[]certID{{sum[:]}}}}
}

// TestOtherCMS has the service answer with CMS of every kind. Those are handed out that are a signature of the card over the digest that
// was sent, whatever attributes stand in them, such as the random one of the Finnish guideline; no other is.
func TestOtherCMS(t *testing.T) {
	chain, err := authority().Issue("ANOTHER (TEST)", simtest.ECKey(), time.Time{}, 0)
	require.NoError(t, err)
	stranger := &simtest.SIM{Key: simtest.ECKey(), Chain: chain}
	same, err := authority().Issue("THE SAME KEY (TEST)", simtest.RSAKey(), time.Time{}, 0)
	require.NoError(t, err)
	renewed := &simtest.SIM{Key: simtest.RSAKey(), Chain: same}
	nonce := pkcs7.Attribute{Type: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 1}, Value: []byte("random nonce")}
	raw := func(change func(der []byte) []byte) func(*simtest.SIM) ([]byte, error) {
		return func(card *simtest.SIM) ([]byte, error) {
			der, err := signDigest(card, crypto.SHA256, digest("a"))
			return change(der), err
		}
	}
	for name, tc := range map[string]struct {
		make func(*simtest.SIM) ([]byte, error)
		code cms.Code // "": taken
	}{
		"CAdES":                          {raw(func(der []byte) []byte { return der }), ""},
		"with a nonce":                   {other{content: "a", attributes: []pkcs7.Attribute{nonce}}.make, ""},
		"without attributes":             {other{content: "a", bare: true}.make, ""},
		"over other data":                {other{content: "b"}.make, cms.CodeContentDigest},
		"over other data, no attributes": {other{content: "b", bare: true}.make, cms.CodeSignature},
		"by another":                     {other{content: "a", signers: []*simtest.SIM{stranger}}.make, cms.CodeCertificateOther},
		"under another certificate":      {other{content: "a", signers: []*simtest.SIM{renewed}}.make, cms.CodeCertificateOther},
		"by two": {func(c *simtest.SIM) ([]byte, error) {
			return other{content: "a", signers: []*simtest.SIM{c, stranger}}.make(c)
		}, cms.CodeSigners},
		"with the content": {other{content: "a", attached: true}.make, cms.CodeAttached},
		"names another certificate": {func(c *simtest.SIM) ([]byte, error) {
			return other{content: "a", attributes: []pkcs7.Attribute{essOf(t, chain[0])}}.make(c)
		}, cms.CodeSigningCert},
		"names its own": {func(c *simtest.SIM) ([]byte, error) {
			return other{content: "a", attributes: []pkcs7.Attribute{essOf(t, c.Chain[0])}}.make(c)
		}, ""},
		"cut":              {raw(func(der []byte) []byte { return der[:len(der)/2] }), cms.CodeMalformed},
		"something behind": {raw(func(der []byte) []byte { return append(der, 5, 0) }), cms.CodeTrailing},
		"no CMS":           {raw(func([]byte) []byte { return []byte("no CMS") }), cms.CodeMalformed},
	} {
		for mode, d := range both() {
			t.Run(name+" "+mode, func(t *testing.T) {
				d.CMS, d.Digest = sim.FormatCMS, mode == "synch"
				s := start(t, d, simtest.Approve, &simtest.Options{SignDigest: func(c *simtest.SIM, hash crypto.Hash, sent []byte) ([]byte, error) {
					require.Equal(t, digest("a"), sent)
					return tc.make(c)
				}})
				c := client(t, s.Config(demo), &remote.Options{CheckCMS: cms.CheckDigest})
				der, err := c.SignCMS(t.Context(), requests("a")[0])
				require.Equal(t, 1, s.Signatures())
				if tc.code == "" {
					require.NoError(t, err)
					require.NotEmpty(t, der)
					return
				}
				require.ErrorIs(t, err, signer.ErrSignatureInvalid)
				var e *cms.Error
				require.ErrorAs(t, err, &e)
				require.Equal(t, string(tc.code), e.Code(), "%v", err)
				require.Nil(t, der)
				require.NotContains(t, err.Error(), "?")
			})
		}
	}
}
