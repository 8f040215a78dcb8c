package xml

import (
	"crypto"
	"crypto/x509"
	"time"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/trust"
)

// Integrity says whether a hash or signature value is what it should be. The zero value is not a judgement.
type Integrity string

const (
	Intact  Integrity = "intact"  // it was checked and fits
	Broken  Integrity = "broken"  // it was checked and does not fit
	Unknown Integrity = "unknown" // it could not be checked: data, key or algorithm is missing
)

// How a certificate was found (Signature.IdentifiedBy).
const (
	BySigningCertificate = "signing-certificate" // a signed property names it
	ByKeyInfo            = "key-info"            // only KeyInfo names it, which need not be signed
	ByNone               = "none"                // it was not found
)

// Finding is one remark about a document or a signature.
type Finding = finding.Finding

// Document is what Read found. It is plain data whose certificates other results share; not safe for concurrent use while someone changes it.
type Document struct {
	Root       Name         // of the root element
	Encoding   string       // such as "UTF-8"
	Size       int64        // octets
	Signatures []*Signature // in the order of their start tags; counter-signatures in the properties of one are among its own
	Findings   []Finding    // about the file as a whole

	in       *source
	resolver Resolver
	outline  *outline
}

// Name is an expanded name.
type Name struct{ Space, Local string }

// Element is where an element stands.
type Element struct {
	Name
	Path       string // the local names from the root on, such as "/HDon/DSCKS/NBan/Signature"
	ID         string // its Id; "" without
	Start, End int64  // octets of the document: all of it lies in [Start, End)
}

// Signature holds the facts of one ds:Signature. None of them says that a signature is valid: the certificate may be anyone's.
type Signature struct {
	Element Element    // the ds:Signature
	Parent  *Signature // the signature in whose Object it stands; nil for most

	Certificate        *x509.Certificate   // the signer's; nil when it was not found
	IdentifiedBy       string              // BySigningCertificate, ByKeyInfo or ByNone
	Certificates       []*x509.Certificate // all in KeyInfo
	CRLs               [][]byte            // DER of those in KeyInfo
	Key                crypto.PublicKey    // under which the value was checked: Certificate's, or where there is none what KeyInfo holds, which binds nobody
	Canonicalization   C14N                // of SignedInfo
	DigestAlgorithm    string              // of the References, such as "SHA-256"; the weakest where they differ, "" when one is not known
	SignatureAlgorithm string              // such as "RSA-PKCS1v15"; "" when it is not known
	ContentIntegrity   Integrity           // every Reference is intact
	SignatureIntegrity Integrity           // the signature value verifies under Key
	SignedInfo         []byte              // its canonical form: the octets that are signed
	Value              []byte              // the signature value, ECDSA as r‖s
	References         []*Reference        // of SignedInfo, in order, read from the canonical form

	// What XAdES adds (EN 319 132-1). All of it is empty for a plain XML Signature.
	Level              Level              // what the structure amounts to (6.3); "" for none of the baseline levels. Says nothing about validity
	Properties         *SignedProperties  // nil where none are signed: unsigned ones never count
	SigningTime        *time.Time         // as the signer claims in its SignedProperties; nil when it does not
	SigningCertificate SigningCertificate // the property that binds the certificate
	Timestamps         []*Timestamp       // those of content, of the signature and of references, then archive ones, each in the order of the document
	CounterSignatures  []*Signature       // each in a CounterSignature of this one's properties, over this one's value
	Countersigns       *Signature         // the signature whose value it signs, as it says of itself; nil for others

	Findings []Finding

	survey    *survey
	algorithm alg.Signature
	info      *keyInfo
	values    trust.Evidence // in unsigned properties
	valued    int            // how much that is
}

// Reference holds the facts of one ds:Reference.
type Reference struct {
	ID, URI, Type   string
	Transforms      []string // their algorithms, in order
	DigestAlgorithm string   // such as "SHA-256"; "" when it is not known
	DigestValue     []byte   // as it was signed
	Digest          []byte   // as it was computed; nil when it could not be
	Integrity       Integrity
	Element         *Element     // what URI names in the document; nil for the whole document and for what is outside
	Size            int64        // octets that were hashed
	Manifest        []*Reference // those of the ds:Manifest that it covers
	Findings        []Finding

	doc  *Document
	plan *plan
	hash crypto.Hash
	kept []byte // the octets of SignedProperties, which archive time-stamps cover again
}

// SignatureHash is the hash of the signature algorithm; 0 when that is not known.
func (s *Signature) SignatureHash() crypto.Hash { return s.algorithm.Hash }

// add adds a finding; pairs are the parameters of its text.
func (s *Signature) add(code Code, severity finding.Severity, clause string, pairs ...string) {
	s.Findings = append(s.Findings, Finding{Code: code, Severity: severity, Params: finding.P(pairs...), Clause: clause})
}

func (r *Reference) add(code Code, severity finding.Severity, clause string, pairs ...string) {
	r.Findings = append(r.Findings, Finding{Code: code, Severity: severity, Params: finding.P(pairs...), Clause: clause})
}
