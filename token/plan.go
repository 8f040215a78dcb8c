package token

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"reflect"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/signer"
)

// plan is how one request is signed: the mechanism, what it is given, and how the result is checked.
type plan struct {
	how       alg.Signature
	mechanism mechanism
	input     []byte // for the token
	signed    []byte // digest or message, for the check
	max       int    // octets of the longest value that the token returns
}

// pssHashes are the CKM_ and CKG_MGF1_ values of the hashes (PKCS#11 2.40, 2.1.6).
var pssHashes = map[crypto.Hash][2]uint{
	crypto.SHA256: {0x250, 2}, crypto.SHA384: {0x260, 3}, crypto.SHA512: {0x270, 4},
	crypto.SHA3_256: {0x2B0, 7}, crypto.SHA3_384: {0x2C0, 8}, crypto.SHA3_512: {0x2D0, 9},
}

// newPlan checks a request against the key. The hash is always made by the caller: tokens have the mechanisms that hash and sign
// unevenly, and CKM_RSA_PKCS over a DigestInfo of our own nearly always.
func newPlan(pub crypto.PublicKey, req signer.Request) (plan, error) {
	if req.Opts == nil || reflect.ValueOf(req.Opts).Kind() == reflect.Pointer && reflect.ValueOf(req.Opts).IsNil() {
		return plan{}, signer.NewError(signer.CodeNoOptions, nil)
	}
	if _, ed := pub.(ed25519.PublicKey); ed && req.Message == nil {
		return plan{}, signer.NewError(signer.CodeMessageOnly, nil)
	}
	if req.Message == nil {
		if err := signer.CheckDigest(req.Digest, req.Opts); err != nil {
			return plan{}, err
		}
	}
	how, err := alg.ForOpts(pub, req.Opts)
	if err != nil {
		return plan{}, signer.NewError(signer.CodeUnsupportedAlgorithm, err, "algorithm", alg.HashName(req.Opts.HashFunc()))
	}
	p := plan{how: how, signed: req.Digest}
	switch {
	case req.Message != nil && how.SignsMessage():
		p.signed = req.Message
	case req.Message != nil:
		h := how.Hash.New()
		h.Write(req.Message)
		p.signed = h.Sum(nil)
	}
	p.input, p.max = p.signed, alg.MaxSignatureSize(pub)
	switch how.Scheme {
	case alg.RSAPKCS1v15:
		p.mechanism.kind, p.input = mechRSA, digestInfo(how.Hash, p.signed)
	case alg.RSAPSS:
		ids, ok := pssHashes[how.Hash]
		if !ok {
			return plan{}, signer.NewError(signer.CodeUnsupportedAlgorithm, nil, "algorithm", how.String())
		}
		salt := how.Salt
		if salt == alg.AnySalt {
			salt = how.Hash.Size()
		}
		p.mechanism = mechanism{mechPSS, &pssParameters{ids[0], ids[1], uint(salt)}}
	case alg.ECDSA:
		p.mechanism.kind = mechECDSA
		// The leftmost bits of the digest count (FIPS 186-5, 6.4.1), and some tokens refuse more than the curve has.
		if size := (pub.(*ecdsa.PublicKey).Curve.Params().BitSize + 7) / 8; len(p.input) > size {
			p.input = p.input[:size]
		}
	case alg.Ed25519:
		p.mechanism.kind = mechEdDSA
	}
	return p, nil
}

// digestInfo is what PKCS#1 v1.5 signs (RFC 8017, 9.2).
func digestInfo(h crypto.Hash, digest []byte) []byte {
	row, _ := alg.HashOf(h)
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(row.OID)
			b.AddASN1NULL()
		})
		b.AddASN1OctetString(digest)
	})
	return b.BytesOrPanic() // a digest is short
}

// value turns what the token returns into what a signature holds: for ECDSA r and s side by side become DER.
func (p plan) value(raw []byte, pub crypto.PublicKey) ([]byte, error) {
	if p.how.Scheme != alg.ECDSA {
		return raw, nil
	}
	der, err := alg.ECDSAFromRaw(pub.(*ecdsa.PublicKey), raw) // newPlan has seen that it is one
	if err != nil {
		return nil, signer.NewError(signer.CodeSignatureInvalid, err, "algorithm", p.how.Name())
	}
	return der, nil
}

// check verifies a value under the certificate's key.
func (p plan) check(pub crypto.PublicKey, sig []byte) error {
	if err := p.how.Verify(pub, p.signed, sig); err != nil {
		return signer.NewError(signer.CodeSignatureInvalid, err, "algorithm", p.how.Name())
	}
	return nil
}

// lacks names the algorithm that a token has not.
func (p plan) lacks(cause error) error {
	return signer.NewError(signer.CodeUnsupportedAlgorithm, cause, "algorithm", p.how.String())
}
