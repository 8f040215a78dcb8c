package verify

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"slices"
	"strconv"
	"time"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/law"
)

// rules are what a Vietnamese policy demands of a signature beyond the process of EN 319 102-1.
type rules struct {
	policy     string
	algorithms []string // of the signature value
	hashes     []string
	rsa, ecdsa int // bits of a key at least
	formats    []string
	format     Severity // of another format
	subject    law.Subject
}

// rulesGDT are how the documents that the tax authority takes are signed today: RSA PKCS#1 v1.5 over SHA-256, as XML-DSig. Another
// format is only remarked: what the authority's systems take is not published, and contracts in PDF are judged by the same people.
var rulesGDT = rules{
	policy: PolicyGDT, algorithms: []string{"RSA-PKCS1v15"}, hashes: []string{"SHA-256"}, rsa: 2048,
	formats: []string{"XML-DSig"}, format: SeverityWarning, subject: law.EInvoices,
}

// rulesTT15 are Annex I of Circular 15/2025/TT-BKHCN: RSASSA-PSS of 2048 bits or ECDSA of 256, the hash functions of FIPS 180-4 and 202
// without SHA-1 and SHA-224, and AdES.
var rulesTT15 = rules{
	policy: PolicyTT15, algorithms: []string{"RSA-PSS", "ECDSA"}, rsa: 2048, ecdsa: 256,
	hashes:  []string{"SHA-256", "SHA-384", "SHA-512", "SHA-512/224", "SHA-512/256", "SHA3-224", "SHA3-256", "SHA3-384", "SHA3-512", "SHAKE128", "SHAKE256"},
	formats: []string{"PAdES", "CAdES", "XAdES"}, format: SeverityError, subject: law.Software,
}

// rule is one of the demands.
type rule uint8

const (
	ruleAlgorithm rule = iota
	ruleHash
	ruleFormat
)

// Codes of findings by policies.
const (
	CodePolicyAlgorithm finding.Code = "policy.algorithm" // the policy does not allow the signature algorithm: algorithm, policy
	CodePolicyHash      finding.Code = "policy.hash"      // the policy does not allow the hash function: algorithm, policy
	CodePolicyKey       finding.Code = "policy.key-size"  // the key is shorter than the policy allows: algorithm, min, policy
	CodePolicyFormat    finding.Code = "policy.format"    // the policy wants another format: format, policy
	CodePolicyLater     finding.Code = "policy.later-law" // the law of the policy was not in force yet at the time judged: by, from, time
)

// breach is how a signature breaks a rule; ok is false where it does not, or where the fact is not known.
func (r *rules) breach(which rule, f *subject, s *Signature) (b Finding, known, ok bool) {
	b = Finding{Severity: SeverityError}
	switch which {
	case ruleAlgorithm:
		if s.SignatureAlgorithm == "" || f.certificate == nil {
			return b, false, false
		}
		if !slices.Contains(r.algorithms, s.SignatureAlgorithm) {
			b.Code, b.Params = CodePolicyAlgorithm, finding.P("algorithm", s.SignatureAlgorithm, "policy", r.policy)
			return b, true, true
		}
		if name, min, short := r.short(f); short {
			b.Code, b.Params = CodePolicyKey, finding.P("algorithm", name, "min", strconv.Itoa(min), "policy", r.policy)
			return b, true, true
		}
	case ruleHash:
		if s.DigestAlgorithm == "" {
			return b, false, false
		}
		names := []string{s.DigestAlgorithm}
		for _, h := range f.hashes {
			names = append(names, alg.HashName(h))
		}
		for _, name := range names {
			if !slices.Contains(r.hashes, name) {
				b.Code, b.Params = CodePolicyHash, finding.P("algorithm", name, "policy", r.policy)
				return b, true, true
			}
		}
	case ruleFormat:
		if s.Kind == KindCounterSignature {
			return b, true, false // of the format of what it signs
		}
		if s.Format == "" {
			return b, false, false
		}
		if !slices.Contains(r.formats, s.Format) || r.format == SeverityError && s.Level == "" {
			b.Code, b.Severity, b.Params = CodePolicyFormat, r.format, finding.P("format", s.Format, "policy", r.policy)
			return b, true, true
		}
	}
	return b, true, false
}

// short reports whether the signer's key is shorter than the policy wants.
func (r *rules) short(f *subject) (name string, least int, short bool) {
	pub, err := alg.PublicKey(f.certificate)
	if err != nil {
		return "", 0, false
	}
	if k, ok := pub.(*alg.PSSKey); ok {
		pub = k.Key
	}
	switch k := pub.(type) {
	case *rsa.PublicKey:
		bits := k.N.BitLen()
		return "RSA-" + strconv.Itoa(bits), r.rsa, bits < r.rsa
	case *ecdsa.PublicKey:
		bits := k.Params().N.BitLen()
		return "ECDSA-" + strconv.Itoa(bits), r.ecdsa, bits < r.ecdsa
	}
	return "", 0, false
}

// topics are the rules' names in the table of law.
var topics = map[rule]string{ruleAlgorithm: "algorithms", ruleHash: "hashes", ruleFormat: "formats"}

// sign judges a signature by the rules. A breach of an algorithm rule is one of the policy's cryptographic constraints (ETSI EN 319 102-1,
// 5.2.8), of the format one of its constraints on signatures (5.2.8.4.1).
func (r *rules) sign(j *judging, f *subject, s *Signature, v *verdict) {
	at := j.at
	if s.Time.Best != nil {
		at = *s.Time.Best
	}
	for _, which := range []rule{ruleAlgorithm, ruleHash, ruleFormat} {
		b, _, broken := r.breach(which, f, s)
		if !broken {
			continue
		}
		b.Clause = law.Cite(r.subject, at, topics[which])
		s.Findings = append(s.Findings, b)
		switch {
		case b.Severity != SeverityError:
		case which == ruleFormat:
			v.doubt(SigConstraintsFailure)
		default:
			v.doubt(CryptoConstraintsFailure)
		}
	}
	r.later(j, s, at)
	if s.Time.Basis != BasisClaimed {
		return
	}
	// Where the time of signing is only claimed, it may have been claimed to come before the revocation.
	for i, f := range s.Findings {
		if (f.Code == CodeRevokedLater || f.Code == CodeSuspendedLater) && f.Severity == SeverityInfo {
			s.Findings[i].Severity = SeverityWarning
		}
	}
}

// later remarks that the act behind the rules was not in force yet when the signature was made.
func (r *rules) later(j *judging, s *Signature, at time.Time) {
	act, ok := law.At(r.subject, j.at)
	if !ok || !at.Before(act.From.Time) {
		return
	}
	s.Findings = append(s.Findings, Finding{Code: CodePolicyLater, Severity: SeverityInfo, Clause: law.Cite(r.subject, at, ""),
		Params: finding.P("by", act.ID, "from", act.From.Format(time.DateOnly), "time", rfc3339(at))})
}

// allowed is what a rule says of a signature, as a row of conformance.
func (c conforming) allowed(r *rules, which rule) string {
	switch _, known, broken := r.breach(which, c.f, c.s); {
	case !known:
		return ConformanceUnknown
	case broken:
		return NotMet
	}
	return Met
}
