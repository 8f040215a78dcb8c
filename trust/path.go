package trust

import (
	"crypto/x509"
	"errors"
	"time"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/pki"
)

// Path is a chain of certificates that ends in an anchor.
type Path struct {
	Certificates []*x509.Certificate // the certificate asked about first, the anchor's last; one only where it is itself the anchor
	Anchor       Anchor

	chain      []*pki.Certificate // the same
	ends       []Limit            // until when each certificate's own signature is relied on, but for the anchor's
	tolerances []finding.Finding
}

// Path searches a path from cert to an anchor, at a time, by way of the anchors and the other certificates given (in any order, of
// any origin: none of them is trusted for being there), and validates it as RFC 5280, section 6.1, says. The whole path must be valid
// at that time, whenever its certificates were issued, and its algorithms must be those that [DefaultAlgorithms] relies on then. It
// goes by the octets of the certificates alone. Key usages are the caller's to judge; revocation is [Validator.Judge]'s.
//
// Errors are *[Error]: [CodeNoAnchors], [CodeNoPath], [CodeWeak], [CodeCritical], [CodeInvalid], [CodeTooMany], and [CodeValidity]: then the path
// is returned too, for it exists, only not at that time. Of several paths the shortest is
// taken, and among equals the tree national before government before own.
func (s *Store) Path(cert *x509.Certificate, others []*x509.Certificate, at time.Time) (*Path, error) {
	if cert == nil {
		return nil, fail(CodeNoPath, nil, "subject", "?")
	}
	var all []candidate
	for _, c := range others {
		if c != nil {
			all = append(all, candidateOf(c))
		}
	}
	p, err := s.path(candidateOf(cert), all, at, nil)
	if err != nil {
		return p, err
	}
	return p, nil
}

// path is Path under another table of algorithms.
func (s *Store) path(cert candidate, others []candidate, at time.Time, algorithms *Algorithms) (*Path, *Error) {
	if s.Len() == 0 {
		return nil, fail(CodeNoAnchors, nil)
	}
	key := question(cert, others, algorithms)
	if p := s.recall(key, cert.x509, at); p != nil {
		return p, nil
	}
	q := &pathSearch{roots: s.roots(), given: map[Digest]candidate{cert.digest: cert}}
	leaf, err := cert.read()
	if err != nil {
		return nil, invalid(err)
	}
	r, err := pki.Find(leaf, q.roots.sorted, q.candidates(others), &pki.Options{At: at, Algorithms: algorithms.at(at)})
	if err == nil {
		path := q.path(r, algorithms)
		s.remember(key, q, path, at, algorithms)
		return path, nil
	}
	why := invalid(err)
	if why.is(CodeValidity) && r != nil {
		return q.path(r, algorithms), why
	}
	return nil, why
}

// pathSearch is one search.
type pathSearch struct {
	roots  *roots
	given  map[Digest]candidate
	others []*pki.Certificate
}

// candidates are the others as package pki reads them, each once. What it cannot read cannot play a part.
func (q *pathSearch) candidates(others []candidate) []*pki.Certificate {
	for i, c := range others {
		if i == limits.PathCandidates {
			break
		}
		if _, known := q.given[c.digest]; known {
			continue
		}
		q.given[c.digest] = c
		if p, err := c.read(); err == nil {
			q.others = append(q.others, p)
		}
	}
	return q.others
}

func (q *pathSearch) path(r *pki.Result, algorithms *Algorithms) *Path {
	last := len(r.Chain) - 1
	p := &Path{chain: r.Chain, tolerances: r.Tolerances, Anchor: q.roots.anchors[r.Anchor().Digest()]}
	for i, c := range r.Chain {
		x := q.given[c.Digest()].x509
		if i == last && i > 0 {
			x = p.Anchor.Certificate
		}
		if x == nil {
			x = c.X509()
		}
		p.Certificates = append(p.Certificates, x)
		if i < last {
			p.ends = append(p.ends, algorithms.endOf(c.Algorithm, r.Chain[i+1]))
		}
	}
	return p
}

// reasons are the ways in which a certificate of a path breaks a rule, by package pki's code.
var reasons = map[finding.Code]string{
	pki.CodeMalformed:   "it cannot be read",
	pki.CodeTooLarge:    "it goes beyond a limit",
	pki.CodeNames:       "it was not issued by the certificate above it",
	pki.CodeSignature:   "its signature is not valid",
	pki.CodeAlgorithm:   "its signature algorithm is not accepted",
	pki.CodeNotCA:       "it issued a certificate without being an authority",
	pki.CodeKeyUsage:    "its key may not sign certificates",
	pki.CodePathLength:  "there are more authorities than one above it allows",
	pki.CodeExtKeyUsage: "it is not meant for this use",
	pki.CodePermitted:   "its name is not one that its authority may certify",
	pki.CodeExcluded:    "its name is one that its authority may not certify",
	pki.CodeConstraint:  "its name constraints cannot be processed",
	pki.CodePolicy:      "no certificate policy holds for the whole chain",
	pki.CodePolicyMap:   "it maps policies in a way that is not allowed",
	pki.CodeQualifier:   "its policy has a qualifier that is not understood",
}

// invalid says package pki's error in this package's words.
func invalid(err error) *Error {
	var own *Error
	if errors.As(err, &own) { // the table of algorithms refused
		return own
	}
	var bad *pki.Error
	if !errors.As(err, &bad) {
		return fail(CodeInvalid, err, "subject", "?", "reason", "it cannot be read")
	}
	params := bad.Params()
	subject := params["subject"]
	switch code := finding.Code(bad.Code()); code {
	case pki.CodeNoAnchor:
		return fail(CodeNoAnchors, nil)
	case pki.CodeNoPath, pki.CodeSignature: // whoever signed it, it was not the one whose name it bears
		return fail(CodeNoPath, bad, "subject", subject)
	case pki.CodeExpired, pki.CodeNotYet:
		c := bad.Certificate
		return fail(CodeValidity, nil, "subject", subject, "at", params["at"], "from", stamp(c.NotBefore), "until", stamp(c.NotAfter))
	case pki.CodeCritical:
		return fail(CodeCritical, nil, "subject", subject, "oid", params["oid"])
	case pki.CodeAlgorithm:
		return fail(CodeWeak, bad, "subject", subject, "algorithm", "?")
	default:
		return fail(CodeInvalid, bad, "subject", subject, "reason", reasons[code])
	}
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
