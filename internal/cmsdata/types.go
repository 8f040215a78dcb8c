package cmsdata

import (
	"crypto/x509"
	"encoding/asn1"
	"math/big"

	"github.com/kyso-dev/kyso/internal/alg"
)

// SignedData is the SignedData of RFC 5652 5.1, inside its ContentInfo. Raw fields keep the octets of the input (BER or DER), or
// what is to be written. Not safe for concurrent use while it is changed.
type SignedData struct {
	Version      int                   // CMSVersion as read; Marshal computes its own (5.1)
	Digests      []alg.Hash            // digestAlgorithms that the algorithm table knows
	DigestsRaw   [][]byte              // all of digestAlgorithms, as AlgorithmIdentifiers; when writing: empty means those of Signers
	ContentType  asn1.ObjectIdentifier // eContentType; nil when it has arcs that do not fit
	Attached     bool                  // eContent is there
	Content      []byte                // eContent's octets; nil when detached and from ParseStream
	Size         int64                 // number of eContent's octets
	Certificates [][]byte              // CertificateChoices as they lie there: certificates and others, see X509
	CRLs         [][]byte              // RevocationInfoChoices as they lie there
	Signers      []*SignerInfo
	KeepOrder    bool // when writing: Signers are not sorted
	OtherInfo    bool // when writing by WriteIndefinite: CRLs will hold other things than CRLs, which the version tells beforehand

	// What archive time-stamps of older kinds hash, as it lies there: the octets of the elements certificates and crls with their
	// headers (nil: absent), and where encapContentInfo begins and ends, counted from the beginning of ContentInfo.
	CertificatesRaw, CRLsRaw []byte
	EncapBegin, EncapEnd     int64

	x509 []*x509.Certificate // cache of X509
}

// SignerID names the signer's certificate (RFC 5652 5.3): by issuer and serial number, or by subject key identifier.
type SignerID struct {
	Issuer       []byte   // DER of the issuer's Name; nil when SubjectKeyID is used
	Serial       *big.Int // with Issuer
	SubjectKeyID []byte   // nil when Issuer is used
}

// Attribute is one attribute (RFC 5652 5.3).
type Attribute struct {
	Type   asn1.ObjectIdentifier // nil when it has arcs that do not fit; Raw still has it
	Values [][]byte              // the encoding of each value
	Raw    []byte                // the whole Attribute as it lies there
}

// SignerInfo is one signer's part (RFC 5652 5.3).
type SignerInfo struct {
	Version               int
	ID                    SignerID
	Digest                alg.Hash    // digestAlgorithm; its Crypto is 0 when the algorithm table lacks it
	DigestRaw             []byte      // its AlgorithmIdentifier
	SignedAttrs           []Attribute // in the order of the input
	SignedAttrsRaw        []byte      // their DER under the tag SET OF, the octets that are hashed (5.4); nil when absent
	SignedAttrsNotDER     error       // why the signed attributes are not DER, as 5.3 demands; nil when they are (or absent)
	SignatureAlgorithmRaw []byte      // AlgorithmIdentifier
	Signature             []byte
	UnsignedAttrs         []Attribute
	Raw                   []byte // the whole SignerInfo as it lies there; nil when it was built or changed

	fixed []byte // see Fixed; nil when it was built
}
