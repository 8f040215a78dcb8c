package alg

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"encoding/asn1"
	"strconv"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// Scheme is a kind of signature. The zero value is unspecified and neither signs nor verifies.
type Scheme uint8

const (
	RSAPKCS1v15 Scheme = iota + 1 // RFC 8017, 8.2
	RSAPSS                        // RFC 8017, 8.1; MGF1 with the hash of the message
	ECDSA                         // FIPS 186-5, over P-256, P-384, P-521
	Ed25519                       // RFC 8032; signs the message itself
)

// Signature is one way to sign: a scheme, a hash and, for RSA-PSS, the length of its salt. It is comparable; the zero value
// verifies nothing.
type Signature struct {
	Scheme Scheme
	Hash   crypto.Hash // of the message; for Ed25519 the CMS digest algorithm that goes with it, SHA-512 (RFC 8419, 2.3)
	Salt   int         // RSA-PSS: length of the salt in octets, or AnySalt
}

// AnySalt in place of a salt length lets Verify take an RSA-PSS signature with a salt of any length. It is for checking what a key
// was told to make without a length; no identifier says it.
const AnySalt = -1

var (
	oidRSA        = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}
	oidPSS        = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}
	oidMGF1       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 8}
	oidECKey      = asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}
	oidEd25519    = asn1.ObjectIdentifier{1, 3, 101, 112}
	rawOIDRSA     = encodeOID(oidRSA)
	rawOIDPSS     = encodeOID(oidPSS)
	rawOIDMGF1    = encodeOID(oidMGF1)
	rawOIDECKey   = encodeOID(oidECKey)
	rawOIDEd25519 = encodeOID(oidEd25519)
	null          = []byte{5, 0}
)

// row is one fixed pair of a scheme and a hash. RSA-PSS, whose identifier has parameters, is not here.
type row struct {
	scheme Scheme
	hash   crypto.Hash
	oid    []byte // DER of the identifier
	der    []byte // the AlgorithmIdentifier that we write
	xml    string // Algorithm of a SignatureMethod (RFC 9231); "" where none exists
}

// rows is read-only after the package is initialised.
var rows = []row{
	rsaRow(crypto.SHA256, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", 1, 2, 840, 113549, 1, 1, 11),
	rsaRow(crypto.SHA384, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384", 1, 2, 840, 113549, 1, 1, 12),
	rsaRow(crypto.SHA512, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", 1, 2, 840, 113549, 1, 1, 13),
	ecRow(crypto.SHA256, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", 1, 2, 840, 10045, 4, 3, 2),
	ecRow(crypto.SHA384, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384", 1, 2, 840, 10045, 4, 3, 3),
	ecRow(crypto.SHA512, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512", 1, 2, 840, 10045, 4, 3, 4),
	{Ed25519, crypto.SHA512, rawOIDEd25519, encodeIdentifier(oidEd25519, nil), "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519"},
	rsaRow(crypto.SHA3_256, "", 2, 16, 840, 1, 101, 3, 4, 3, 14),
	rsaRow(crypto.SHA3_384, "", 2, 16, 840, 1, 101, 3, 4, 3, 15),
	rsaRow(crypto.SHA3_512, "", 2, 16, 840, 1, 101, 3, 4, 3, 16),
	ecRow(crypto.SHA3_256, "http://www.w3.org/2021/04/xmldsig-more#ecdsa-sha3-256", 2, 16, 840, 1, 101, 3, 4, 3, 10),
	ecRow(crypto.SHA3_384, "http://www.w3.org/2021/04/xmldsig-more#ecdsa-sha3-384", 2, 16, 840, 1, 101, 3, 4, 3, 11),
	ecRow(crypto.SHA3_512, "http://www.w3.org/2021/04/xmldsig-more#ecdsa-sha3-512", 2, 16, 840, 1, 101, 3, 4, 3, 12),
	rsaRow(crypto.SHA224, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha224", 1, 2, 840, 113549, 1, 1, 14),
	rsaRow(crypto.SHA512_256, "", 1, 2, 840, 113549, 1, 1, 16),
	rsaRow(crypto.SHA1, "http://www.w3.org/2000/09/xmldsig#rsa-sha1", 1, 2, 840, 113549, 1, 1, 5),
	rsaRow(crypto.MD5, "http://www.w3.org/2001/04/xmldsig-more#rsa-md5", 1, 2, 840, 113549, 1, 1, 4),
	ecRow(crypto.SHA224, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha224", 1, 2, 840, 10045, 4, 3, 1),
	ecRow(crypto.SHA1, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1", 1, 2, 840, 10045, 4, 1),
}

// xmlPSS are the SignatureMethods of RSA-PSS whose parameters are fixed: MGF1 with the same hash, salt as long as it (RFC 9231, 2.3.10).
var xmlPSS = []struct {
	hash crypto.Hash
	uri  string
}{
	{crypto.SHA256, "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"},
	{crypto.SHA384, "http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1"},
	{crypto.SHA512, "http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1"},
	{crypto.SHA3_256, "http://www.w3.org/2007/05/xmldsig-more#sha3-256-rsa-MGF1"},
	{crypto.SHA3_384, "http://www.w3.org/2007/05/xmldsig-more#sha3-384-rsa-MGF1"},
	{crypto.SHA3_512, "http://www.w3.org/2007/05/xmldsig-more#sha3-512-rsa-MGF1"},
	{crypto.SHA224, "http://www.w3.org/2007/05/xmldsig-more#sha224-rsa-MGF1"},
	{crypto.SHA1, "http://www.w3.org/2007/05/xmldsig-more#sha1-rsa-MGF1"},
}

func rsaRow(h crypto.Hash, xml string, oid ...int) row {
	return row{RSAPKCS1v15, h, encodeOID(oid), encodeIdentifier(oid, null), xml}
}

func ecRow(h crypto.Hash, xml string, oid ...int) row {
	return row{ECDSA, h, encodeOID(oid), encodeIdentifier(oid, nil), xml}
}

func (s Signature) row() *row {
	for i := range rows {
		if rows[i].scheme == s.Scheme && rows[i].hash == s.Hash {
			return &rows[i]
		}
	}
	return nil
}

// String is the scheme's name: "RSA-PKCS1v15", "RSA-PSS", "ECDSA", "Ed25519"; "unspecified" for the zero value.
func (s Scheme) String() string {
	switch s {
	case RSAPKCS1v15:
		return "RSA-PKCS1v15"
	case RSAPSS:
		return "RSA-PSS"
	case ECDSA:
		return "ECDSA"
	case Ed25519:
		return "Ed25519"
	}
	return "unspecified"
}

// Name is the name of the scheme, as reports give it.
func (s Signature) Name() string { return s.Scheme.String() }

// String names scheme and hash: "RSA-PSS with SHA-256".
func (s Signature) String() string {
	if s.Scheme == Ed25519 || s.Scheme == 0 {
		return s.Scheme.String()
	}
	return s.Scheme.String() + " with " + HashName(s.Hash)
}

// Weak reports whether the hash is one that a policy has to decide about (SHA-1, MD5).
func (s Signature) Weak() bool {
	h := hashRef(s.Hash)
	return h == nil || h.Weak
}

// SignsMessage reports whether the scheme takes the message instead of its digest.
func (s Signature) SignsMessage() bool { return s.Scheme == Ed25519 }

// SignerOpts is what a [crypto.Signer] is told: the hash, PSS options, or no hash for Ed25519.
func (s Signature) SignerOpts() crypto.SignerOpts {
	switch s.Scheme {
	case RSAPSS:
		if s.Salt == AnySalt {
			return &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthAuto, Hash: s.Hash}
		}
		return &rsa.PSSOptions{SaltLength: s.Salt, Hash: s.Hash}
	case Ed25519:
		return crypto.Hash(0)
	}
	return s.Hash
}

// Identifier is the DER AlgorithmIdentifier that we write: shaXWithRSAEncryption with NULL (RFC 4055, 5), id-RSASSA-PSS with
// explicit parameters (RFC 4055, 3.1), ecdsa-with-SHAx and id-Ed25519 with absent ones (RFC 5758, 3.2; RFC 8410, 3). It is nil for
// a pair of scheme and hash that has none.
func (s Signature) Identifier() []byte {
	if s.Scheme == RSAPSS {
		return s.pssIdentifier()
	}
	if r := s.row(); r != nil {
		return bytes.Clone(r.der)
	}
	return nil
}

// XML is the Algorithm of the SignatureMethod that stands for s, "" where there is none without parameters.
func (s Signature) XML() string {
	if s.Scheme == RSAPSS {
		for _, x := range xmlPSS {
			if x.hash == s.Hash && s.Salt == s.Hash.Size() {
				return x.uri
			}
		}
		return ""
	}
	if r := s.row(); r != nil {
		return r.xml
	}
	return ""
}

// SignatureByXML finds a signature algorithm by the Algorithm of a SignatureMethod without parameters.
func SignatureByXML(uri string) (Signature, bool) {
	if uri == "" {
		return Signature{}, false
	}
	for i := range rows {
		if rows[i].xml == uri {
			return Signature{Scheme: rows[i].scheme, Hash: rows[i].hash}, true
		}
	}
	for _, x := range xmlPSS {
		if x.uri == uri {
			return Signature{Scheme: RSAPSS, Hash: x.hash, Salt: x.hash.Size()}, true
		}
	}
	return Signature{}, false
}

// pssIdentifier writes RSASSA-PSS-params. Values equal to their DEFAULT are left out, as DER asks.
func (s Signature) pssIdentifier() []byte {
	h := hashRef(s.Hash)
	if h == nil || s.Salt < 0 { // AnySalt cannot be written
		return nil
	}
	// Inside PSS parameters the SHA-2 identifiers carry NULL (RFC 4055, 6), the SHA-3 ones nothing (RFC 9688, 2).
	hashID := encodeIdentifier(h.OID, null)
	switch s.Hash {
	case crypto.SHA3_256, crypto.SHA3_384, crypto.SHA3_512:
		hashID = h.der
	}
	var b cryptobyte.Builder
	b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(rawOIDPSS)
		b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
			if s.Hash != crypto.SHA1 {
				b.AddASN1(tagPSSHash, func(b *cryptobyte.Builder) { b.AddBytes(hashID) })
				b.AddASN1(tagPSSMGF, func(b *cryptobyte.Builder) {
					b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
						b.AddBytes(rawOIDMGF1)
						b.AddBytes(hashID)
					})
				})
			}
			if s.Salt != defaultSalt {
				b.AddASN1(tagPSSSalt, func(b *cryptobyte.Builder) { b.AddASN1Int64(int64(s.Salt)) })
			}
		})
	})
	return b.BytesOrPanic() // built from the table's own constants
}

const defaultSalt = 20 // of RSASSA-PSS-params (RFC 4055, 3.1)

var (
	tagPSSHash    = casn1.Tag(0).Constructed().ContextSpecific()
	tagPSSMGF     = casn1.Tag(1).Constructed().ContextSpecific()
	tagPSSSalt    = casn1.Tag(2).Constructed().ContextSpecific()
	tagPSSTrailer = casn1.Tag(3).Constructed().ContextSpecific()
)

func itoa(n int) string { return strconv.Itoa(n) }
