package cms

import (
	"crypto/x509"
	"encoding/asn1"
	"time"

	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/timestamp"
	"github.com/kyso-dev/kyso/trust"
)

// Integrity says whether a hash or signature value is what it should be. The zero value is not a judgement.
type Integrity string

const (
	Intact  Integrity = "intact"  // it was checked and fits
	Broken  Integrity = "broken"  // it was checked and does not fit
	Unknown Integrity = "unknown" // it could not be checked: content, certificate or algorithm is missing
)

// How a certificate was found (Signature.IdentifiedBy).
const (
	BySigningCertificate = "signing-certificate" // a signing-certificate attribute names it
	ByKeyInfo            = "key-info"            // only the SignerIdentifier names it, which is not signed
	ByNone               = "none"                // it was not found
)

// Document is what Read found. It is plain data whose certificates other results share; not safe for concurrent use while someone changes it.
type Document struct {
	Attached     bool                  // the content is inside
	ContentType  asn1.ObjectIdentifier // eContentType; id-data for ordinary content; nil when it has arcs that do not fit
	Size         int64                 // octets of the content that was hashed; 0 when there was none
	Signatures   []*Signature          // in the order of the file
	Certificates []*x509.Certificate   // all that are embedded and can be read, in the order of the file
	CRLs         [][]byte              // DER of the embedded CRLs
	OCSPs        [][]byte              // DER of the embedded OCSPResponses (RFC 5940)
	Findings     []Finding             // about the file as a whole
}

// Signature holds the facts of one SignerInfo. None of them says that a signature is valid: the certificate may be anyone's.
type Signature struct {
	Certificate        *x509.Certificate   // the signer's; nil when it was not found
	IdentifiedBy       string              // BySigningCertificate, ByKeyInfo or ByNone
	Certificates       []*x509.Certificate // all that are embedded in the document
	DigestAlgorithm    string              // such as "SHA-256"; "" when it is not known
	SignatureAlgorithm string              // such as "RSA-PKCS1v15", "RSA-PSS", "ECDSA", "Ed25519"; "" when it is not known
	ContentIntegrity   Integrity           // the content has the digest that was signed
	SignatureIntegrity Integrity           // the signature value verifies under Certificate
	SigningTime        *time.Time          // as the signer claims; nil when it does not
	SigningCertificate SigningCertificate  // the attribute that binds the certificate
	Level              Level               // what the structure amounts to (EN 319 122-1, 6.3); "" for plain CMS. Says nothing about validity
	Value              []byte              // the signature value
	Timestamps         []*Timestamp
	CounterSignatures  []*Signature // each over this signature's Value
	Findings           []Finding

	Info *cmsdata.SignerInfo // the structure beneath

	crls, ocsps [][]byte // the document's, for Evidence
}

// SigningCertificate tells what a signature's signing-certificate attributes say (RFC 5035, 5.4; EN 319 122-1, 5.2.2).
type SigningCertificate struct {
	Present bool // there is one, of either version
	Match   bool // every one that is there names Signature.Certificate
	Version int  // 1 or 2; the higher where both are there, 0 without
}

// TimestampKind says what a time-stamp covers.
type TimestampKind string

const (
	ContentTimestamp   TimestampKind = "content"   // the content, made before signing
	SignatureTimestamp TimestampKind = "signature" // the signature value
	ArchiveTimestamp   TimestampKind = "archive"   // content, signature, and all evidence and time-stamps that were there
)

// Timestamp holds the facts of one time-stamp token in a signature.
type Timestamp struct {
	Kind               TimestampKind
	Token              *timestamp.Token  // nil when it cannot be read
	Certificate        *x509.Certificate // the time-stamp authority's; nil when it was not found
	ContentIntegrity   Integrity         // its imprint is that of what it should cover
	SignatureIntegrity Integrity         // the token's own signature and form
	ArchiveVersion     int               // of an ArchiveTimestamp: 3 for archive-time-stamp-v3, 2 and 1 for its forerunners; else 0
	Findings           []Finding

	// Covers names what existed when the time-stamp was made, provided that the token is genuine: the signature value for a
	// SignatureTimestamp, the content for a ContentTimestamp (where its SHA-256 is at hand), and for an ArchiveTimestamp exactly what
	// its index lists: certificates, CRLs and OCSP responses, earlier time-stamp tokens with what they carry, counter-signatures, and
	// the signature value. It is empty unless ContentIntegrity is Intact.
	Covers []trust.Digest
}
