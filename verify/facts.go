package verify

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"slices"
	"time"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/timestamp"
	"github.com/kyso-dev/kyso/trust"
)

// facts are what a document says, in any format, before anyone judges it: no trust, no time and no policy has a part in them. They are
// read once, never changed, and may be judged any number of times.
type facts struct {
	document  *DocumentKind
	slots     []Slot
	revisions []Revision
	findings  []Finding
	subjects  []*subject          // signatures and counter-signatures, in the order of the report
	stamps    []*stamp            // those of no signature
	evidence  trust.Evidence      // all that lies anywhere in the document
	given     []*x509.Certificate // among which signers were looked for besides
	count     int                 // time-stamps that have an id
}

// subject is a signature as its format reads it.
type subject struct {
	report        Signature         // what a report says of it, whatever the verdict
	certificate   *x509.Certificate // nil: not found
	identity      identity
	value         []byte        // the signature value
	digest        trust.Digest  // of it
	messageDigest []byte        // of what was signed, as the signature has it; nil where it signs several things
	hashes        []crypto.Hash // on which it relies
	stamps        []*stamp      // its own, in the order of the document
	unread        bool          // nothing of it could be read
	absent        bool          // what it signs is not at hand
	direct        bool          // the value is over the content itself, with no signed attributes between
	part          bool          // it covers less than a whole state of the document
	appended      int64         // octets after what it covers that do more to the document than is allowed
	changes       *pdf.Changes  // what was done to a PDF afterwards
}

// identity says whether the certificate found is the one that the signer meant (ETSI EN 319 102-1, 5.2.3).
type identity uint8

const (
	identityAbsent   identity = iota // the signature names none, and need not
	identityBound                    // the signature names this one
	identityOther                    // the signature names another
	identityRequired                 // the signature names none, though its format demands it
)

// stamp is a time-stamp as its format reads it.
type stamp struct {
	report    Timestamp        // what a report says of it, whatever the verdict
	token     *timestamp.Token // nil: it cannot be read
	digest    trust.Digest     // of the token
	covers    []trust.Digest   // what existed when it was made, if it is valid
	malformed bool             // the format around it is broken
	part      bool             // it covers less than a whole state of the document: it proves nothing
	appended  int64            // octets after what it covers that do more to the document than is allowed
}

// at is the time that it claims.
func (s *stamp) at() time.Time {
	if s.token == nil {
		return time.Time{}
	}
	return s.token.Info.Time
}

// newStamp begins the facts of a time-stamp and gives it its id.
func (f *facts) newStamp(kind string, token *timestamp.Token, content Integrity, findings []Finding) *stamp {
	f.count++
	s := &stamp{token: token, report: Timestamp{ID: "t" + itoa(f.count), Kind: kind, Certificate: CertificateMissing, Covers: []string{}, Chain: []ChainEntry{},
		Integrity: IntegrityPair{Content: content, Signature: cms.Unknown}}}
	for _, one := range findings {
		if !replaced[one.Code] {
			s.report.Findings = append(s.report.Findings, one)
		}
	}
	if token != nil {
		s.digest = trust.DigestOf(token.Raw)
		f.learn(token.Certificates()...)
	}
	return s
}

// all lists the time-stamps of the document, those of signatures too.
func (f *facts) all() []*stamp {
	all := slices.Clone(f.stamps)
	for _, s := range f.subjects {
		all = append(all, s.stamps...)
	}
	return all
}

// learn adds certificates to those by way of which paths are searched.
func (f *facts) learn(certs ...*x509.Certificate) {
	for _, c := range certs {
		if c == nil || len(f.evidence.Certificates) >= limits.PathCandidates || slices.ContainsFunc(f.evidence.Certificates, func(k *x509.Certificate) bool { return bytes.Equal(k.Raw, c.Raw) }) {
			continue
		}
		f.evidence.Certificates = append(f.evidence.Certificates, c)
	}
}

// newSubject begins the facts of a signature, with everything absent in the form that JSON wants.
func (f *facts) newSubject(id string) *subject {
	return &subject{report: Signature{ID: id, Kind: KindSignature, References: []Reference{}, Coverage: Coverage{Covered: []string{}, NotCovered: []string{}},
		ChangesAfter: Changes{Level: ChangesUnknown, Details: []string{}}, Timestamps: []*Timestamp{}, Chain: []ChainEntry{}, Conformance: []Conformance{},
		Integrity: IntegrityPair{Content: cms.Unknown, Signature: cms.Unknown}, Signer: Signer{IdentifiedBy: cms.ByNone}}}
}

// clone is a copy to which a judgement may add.
func (s *Signature) clone() *Signature {
	c := *s
	c.Findings, c.References, c.Timestamps = slices.Clone(s.Findings), slices.Clone(s.References), []*Timestamp{}
	return &c
}
