package sim

import (
	"crypto/ecdsa"
	"encoding/asn1"
	"encoding/base64"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/sim/internal/mss"
)

// data is what a request has signed: a DigestInfo, or the bare digest where the service makes a CMS and wants it so.
func (d *Dialect) data(doc remote.Document, cms bool) (*mss.Data, error) {
	signed, err := digestInfo(doc)
	if err != nil {
		return nil, err
	}
	kind := d.MimeType
	if cms && d.Digest {
		if signed, kind = doc.Digest, digestTypes[doc.Hash]; kind == "" {
			return nil, remote.NewError(remote.CodeUnsupported, nil, "algorithm", doc.Hash)
		}
	}
	return &mss.Data{MimeType: kind, Encoding: "base64", Text: base64.StdEncoding.EncodeToString(signed)}, nil
}

// digestTypes are the MIME types of bare digests. The first is the Finnish guideline's; the others are formed like it, as clients have them.
var digestTypes = map[string]string{"SHA-256": "application/x-sha256", "SHA-384": "application/x-sha384", "SHA-512": "application/x-sha512"}

// digestInfo is what a SIM signs under PKCS#1 v1.5 (RFC 8017, 9.2): the digest with the name of its hash, whose parameters are NULL.
// A SIM with a key on a curve is given the same, since the protocol has no other form. PSS is not in the protocol.
func digestInfo(d remote.Document) ([]byte, error) {
	h, ok := alg.HashByName(d.Hash)
	if !ok || d.PSS || len(d.Digest) < 32 {
		name := d.Hash
		if d.PSS {
			name = "RSA-PSS"
		}
		return nil, remote.NewError(remote.CodeUnsupported, nil, "algorithm", name)
	}
	var b cryptobyte.Builder
	b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(h.OID)
			b.AddASN1NULL()
		})
		b.AddASN1OctetString(d.Digest)
	})
	return b.Bytes()
}

// signatureOf is the signature in an answer, as formats want it, or the CMS as it came; package remote checks either before it hands it out.
// The certificate that comes with one has to be that of the operation.
func signatureOf(op *remote.Operation, answer *mss.Message) ([]byte, error) {
	cert, err := op.Certificate()
	if err != nil {
		return nil, err
	}
	if answer.X509 != "" {
		if der, err := remote.DecodeBase64(answer.X509); err != nil || string(der) != string(cert.Raw) {
			return nil, mismatch("X509Certificate")
		}
	}
	sig, err := remote.DecodeBase64(answer.Base64)
	if err != nil || len(sig) == 0 {
		return nil, mismatch("MSS_Signature")
	}
	if key, ok := cert.PublicKey.(*ecdsa.PublicKey); ok && !op.CMS {
		return derSignature(sig, (key.Params().N.BitLen()+7)/8), nil
	}
	return sig, nil
}

// derSignature turns r and s in halves of size octets, as some services give them, into the form of X.509. Anything else stays as it is.
func derSignature(sig []byte, size int) []byte {
	if len(sig) != 2*size {
		return sig
	}
	var already struct{ R, S *big.Int }
	if rest, err := asn1.Unmarshal(sig, &already); err == nil && len(rest) == 0 {
		return sig
	}
	var b cryptobyte.Builder
	b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1BigInt(new(big.Int).SetBytes(sig[:size]))
		b.AddASN1BigInt(new(big.Int).SetBytes(sig[size:]))
	})
	return b.BytesOrPanic()
}
