package alg

import (
	"bytes"
	"crypto"
	_ "crypto/md5"    //nolint:gosec // linked in so that old signatures can be read; never signs
	_ "crypto/sha1"   //nolint:gosec // as above
	_ "crypto/sha256" // linked in
	_ "crypto/sha3"   // linked in
	_ "crypto/sha512" // linked in
	"encoding/asn1"
	"slices"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// Hash is one row of the table of hash algorithms. The zero value is no algorithm.
type Hash struct {
	Name   string                // as people write it: "SHA-256"
	Crypto crypto.Hash           // linked in: Crypto.New() works
	OID    asn1.ObjectIdentifier // of the AlgorithmIdentifier
	XML    string                // DigestMethod of XML signatures (RFC 9231); "" where none exists
	Weak   bool                  // collisions are practical (SHA-1, MD5): never signs, and a policy decides when it verifies
	Signs  bool                  // used to make signatures

	oid []byte // OID in DER, with tag and length
	der []byte // AlgorithmIdentifier with absent parameters
}

// hashes is read-only after the package is initialised.
var hashes = []Hash{
	hashRow("SHA-256", crypto.SHA256, "http://www.w3.org/2001/04/xmlenc#sha256", 2, 16, 840, 1, 101, 3, 4, 2, 1),
	hashRow("SHA-384", crypto.SHA384, "http://www.w3.org/2001/04/xmldsig-more#sha384", 2, 16, 840, 1, 101, 3, 4, 2, 2),
	hashRow("SHA-512", crypto.SHA512, "http://www.w3.org/2001/04/xmlenc#sha512", 2, 16, 840, 1, 101, 3, 4, 2, 3),
	hashRow("SHA3-256", crypto.SHA3_256, "http://www.w3.org/2007/05/xmldsig-more#sha3-256", 2, 16, 840, 1, 101, 3, 4, 2, 8),
	hashRow("SHA3-384", crypto.SHA3_384, "http://www.w3.org/2007/05/xmldsig-more#sha3-384", 2, 16, 840, 1, 101, 3, 4, 2, 9),
	hashRow("SHA3-512", crypto.SHA3_512, "http://www.w3.org/2007/05/xmldsig-more#sha3-512", 2, 16, 840, 1, 101, 3, 4, 2, 10),
	verifyOnly(hashRow("SHA-224", crypto.SHA224, "http://www.w3.org/2001/04/xmldsig-more#sha224", 2, 16, 840, 1, 101, 3, 4, 2, 4)),
	verifyOnly(hashRow("SHA-512/256", crypto.SHA512_256, "", 2, 16, 840, 1, 101, 3, 4, 2, 6)),
	weak(hashRow("SHA-1", crypto.SHA1, "http://www.w3.org/2000/09/xmldsig#sha1", 1, 3, 14, 3, 2, 26)),
	weak(hashRow("MD5", crypto.MD5, "http://www.w3.org/2001/04/xmldsig-more#md5", 1, 2, 840, 113549, 2, 5)),
}

func hashRow(name string, h crypto.Hash, xml string, oid ...int) Hash {
	return Hash{Name: name, Crypto: h, OID: oid, XML: xml, Signs: true, oid: encodeOID(oid), der: encodeIdentifier(oid, nil)}
}

func verifyOnly(h Hash) Hash { h.Signs = false; return h }

func weak(h Hash) Hash { h.Signs, h.Weak = false, true; return h }

// HashByOID finds a hash by its object identifier.
func HashByOID(oid asn1.ObjectIdentifier) (Hash, bool) {
	for _, h := range hashes {
		if h.OID.Equal(oid) {
			return h, true
		}
	}
	return Hash{}, false
}

// HashOf finds the row of a standard library hash.
func HashOf(c crypto.Hash) (Hash, bool) {
	if h := hashRef(c); h != nil {
		return *h, true
	}
	return Hash{}, false
}

// hashRef is HashOf without copying the row.
func hashRef(c crypto.Hash) *Hash {
	for i := range hashes {
		if hashes[i].Crypto == c {
			return &hashes[i]
		}
	}
	return nil
}

// HashByName finds a hash by a name as people write it: "SHA-256", "sha256", "Sha3-256", "sha512/256".
func HashByName(name string) (Hash, bool) {
	for _, h := range hashes {
		if strings.EqualFold(h.Name, name) || strings.EqualFold(strings.Replace(h.Name, "SHA-", "SHA", 1), name) {
			return h, true
		}
	}
	return Hash{}, false
}

// HashByXML finds a hash by the Algorithm of a DigestMethod.
func HashByXML(uri string) (Hash, bool) {
	for _, h := range hashes {
		if h.XML == uri && uri != "" {
			return h, true
		}
	}
	return Hash{}, false
}

// HashName is the name of h for people; for a hash outside the table it is what the standard library calls it.
func HashName(h crypto.Hash) string {
	if row := hashRef(h); row != nil {
		return row.Name
	}
	if h == 0 {
		return "none"
	}
	return h.String()
}

// Identifier is the DER AlgorithmIdentifier, with absent parameters (RFC 5754, 2).
func (h Hash) Identifier() []byte { return bytes.Clone(h.der) }

// ParseHash reads a DER AlgorithmIdentifier of a hash. Parameters may be absent or NULL (RFC 5754, 2).
func ParseHash(algID []byte) (Hash, error) {
	oid, params, err := splitIdentifier(algID)
	if err != nil {
		return Hash{}, err
	}
	for i := range hashes {
		if !bytes.Equal(hashes[i].oid, oid) {
			continue
		}
		if !absentOrNull(params) {
			return Hash{}, fail(CodeParameters, "algorithm", hashes[i].Name, "reason", "they must be absent or NULL")
		}
		return hashes[i], nil
	}
	return Hash{}, fail(CodeUnsupported, "algorithm", nameOfOID(oid))
}

// splitIdentifier takes a DER AlgorithmIdentifier apart: its identifier with tag and length, and what follows it, nil when absent.
func splitIdentifier(algID []byte) (oid, params []byte, err error) {
	s := cryptobyte.String(algID)
	var inner cryptobyte.String
	if !s.ReadASN1(&inner, casn1.SEQUENCE) || !s.Empty() {
		return nil, nil, fail(CodeMalformed, "structure", "AlgorithmIdentifier", "reason", "it is not one DER SEQUENCE")
	}
	var id cryptobyte.String
	if !inner.ReadASN1Element(&id, casn1.OBJECT_IDENTIFIER) || len(id) < 3 {
		return nil, nil, fail(CodeMalformed, "structure", "AlgorithmIdentifier", "reason", "its object identifier is missing or malformed")
	}
	if inner.Empty() {
		return id, nil, nil
	}
	var p cryptobyte.String
	var tag casn1.Tag
	if !inner.ReadAnyASN1Element(&p, &tag) || !inner.Empty() {
		return nil, nil, fail(CodeMalformed, "structure", "AlgorithmIdentifier", "reason", "its parameters are not one DER element")
	}
	return id, p, nil
}

func absentOrNull(params []byte) bool {
	return len(params) == 0 || len(params) == 2 && params[0] == 5 && params[1] == 0
}

func encodeOID(oid asn1.ObjectIdentifier) []byte {
	var b cryptobyte.Builder
	b.AddASN1ObjectIdentifier(oid)
	return b.BytesOrPanic() // the identifiers are constants of this package
}

// encodeIdentifier builds an AlgorithmIdentifier; params is DER, nil for absent.
func encodeIdentifier(oid asn1.ObjectIdentifier, params []byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oid)
		b.AddBytes(params)
	})
	return slices.Clip(b.BytesOrPanic())
}
