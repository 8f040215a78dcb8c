package xml

import "time"

// SignedProperties are what a signer says of itself and of the document, and signs (EN 319 132-1, 5.2). None of it is proved.
type SignedProperties struct {
	Version     string             // of XAdES, by its namespace: "1.3.2"; "1.2.2" and "1.1.1" are older
	Element     Element            // the SignedProperties
	Covered     bool               // the Reference that signs them is intact: they are as they were signed
	Policy      *SignaturePolicy   // nil when none is named
	Roles       []string           // those that the signer claims
	Certified   int                // how many roles certificates or assertions are to attest; kyso does not read these
	Place       *ProductionPlace   // where it is said to have been signed; nil when it is not said
	Commitments []Commitment       // what the signer commits to
	Formats     []DataObjectFormat // of what is signed
}

// SignaturePolicy names the rules under which a signature was made (EN 319 132-1, 5.2.9).
type SignaturePolicy struct {
	Implied     bool   // what is signed says which; all else is then empty
	ID          string // a URI, such as "urn:oid:1.2.3"
	Description string
	Hash        string // of the policy document, such as "SHA-256"; "" when it is not known
	Digest      []byte // its digest
	URI         string // where it can be had (SPURI); never fetched
	Notice      string // for whoever relies on the signature (SPUserNotice)
}

// ProductionPlace is where a signature is said to have been made (EN 319 132-1, 5.2.5).
type ProductionPlace struct {
	Street, City, State, PostalCode, Country string
}

// Commitment is what a signer commits to by signing (EN 319 132-1, 5.2.3).
type Commitment struct {
	ID          string   // a URI: CommitmentOrigin and the like, or another
	Description string   //
	References  []string // Ids of the References that it is about; nil for all that is signed
}

// Commitments that ETSI names (EN 319 132-1, 5.2.3; TS 119 172-1, annex B).
const (
	CommitmentOrigin   = "http://uri.etsi.org/01903/v1.2.2#ProofOfOrigin"
	CommitmentReceipt  = "http://uri.etsi.org/01903/v1.2.2#ProofOfReceipt"
	CommitmentDelivery = "http://uri.etsi.org/01903/v1.2.2#ProofOfDelivery"
	CommitmentSender   = "http://uri.etsi.org/01903/v1.2.2#ProofOfSender"
	CommitmentApproval = "http://uri.etsi.org/01903/v1.2.2#ProofOfApproval"
	CommitmentCreation = "http://uri.etsi.org/01903/v1.2.2#ProofOfCreation"
)

// DataObjectFormat says what something that is signed is (EN 319 132-1, 5.2.4).
type DataObjectFormat struct {
	Reference   string // the Id of the Reference that signs it
	MimeType    string // such as "text/xml"
	Encoding    string
	Description string
	Identifier  string // of the format, a URI
}

// SigningCertificate tells what a signature's SigningCertificate and SigningCertificateV2 say (EN 319 132-1, 5.2.2).
type SigningCertificate struct {
	Present bool // there is one, of either version
	Match   bool // every one that is there names Signature.Certificate
	Version int  // 1 or 2; the higher where both are there, 0 without
}

// dateTime reads an xs:dateTime. Without a zone it is read as UTC, and zoned is false.
func dateTime(text string) (at time.Time, zoned, ok bool) {
	if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return at, true, true
	}
	at, err := time.Parse("2006-01-02T15:04:05", text)
	return at, false, err == nil
}
