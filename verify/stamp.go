package verify

import (
	"crypto/x509"
	"slices"
	"time"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/timestamp"
)

// Integrity says whether a hash or signature value is what it should be; the zero value is no judgement.
type Integrity = cms.Integrity

// Kinds of time-stamps.
const (
	StampContent   = "content"   // over the content, made before signing
	StampSignature = "signature" // over the signature value
	StampArchive   = "archive"   // over a signature and all its evidence
	StampDocument  = "document"  // over a document: in a PDF, or a bare token

	StampSignatureAndReferences = "signature-and-references" // XAdES: over the signature value, its time-stamps, and references to evidence
	StampReferences             = "references"               // XAdES: over references to evidence
)

// Where a time-stamp authority's certificate was found.
const (
	CertificateEmbedded = "embedded"
	CertificateGiven    = "given"
	CertificateMissing  = "missing"
)

// stamps judges all time-stamps of the document, from the latest to the earliest, and gathers what the valid ones prove: each is judged
// as of the earliest time at which it is itself known to have existed (ETSI EN 319 102-1, 5.6.3.4).
func (j *judging) stamps() {
	all := j.facts.all()
	latestFirst(all)
	for _, s := range all {
		t := j.stamp(s)
		j.judged[s] = t
		valid := t.Indication == Passed && !s.part
		s.changes(t)
		if !valid {
			continue
		}
		j.valid[s] = true
		basis := BasisTimestamp
		if t.Kind == StampDocument || t.Kind == StampArchive {
			basis = BasisArchive
		}
		j.proofs.add(proof{time: s.at(), basis: basis}, s.covers)
	}
}

// stamp judges one time-stamp (ETSI EN 319 102-1, 5.4 and 5.6.2.4): the token in itself, whether it is about what it should be, and
// whether its certificate is good for the time at which it is known to have existed. Only one that is PASSED proves anything.
func (j *judging) stamp(s *stamp) *Timestamp {
	t := new(Timestamp)
	*t = s.report
	t.Findings = slices.Clone(t.Findings)
	t.Trust = chained{}.trust(j.names)
	var v verdict
	if s.malformed {
		v.fail(FormatFailure)
	}
	if s.token == nil {
		t.Integrity.Content = cms.Unknown
		v.fail(FormatFailure)
		v.onStamp(t)
		return t
	}
	t.Time = moment(s.at())
	t.DigestAlgorithm = alg.HashName(s.token.Info.Hash)
	if s.token.Info.Hash == 0 {
		t.DigestAlgorithm = s.token.Info.HashOID.String()
	}
	cert, err := s.token.Signer(j.known...)
	if err == nil {
		t.TSA = j.names.text(cert.RawSubject)
		t.Certificate = CertificateGiven
		if slices.ContainsFunc(s.token.Certificates(), cert.Equal) || !slices.ContainsFunc(j.facts.given, cert.Equal) {
			t.Certificate = CertificateEmbedded
		}
	}
	j.stampIntegrity(t, s.token, &v)
	switch t.Integrity.Content {
	case cms.Broken:
		v.fail(HashFailure)
	case cms.Intact:
	default:
		v.doubt(SignedDataNotFound)
		if t.Kind == StampArchive {
			t.Findings = append(t.Findings, Finding{Code: CodeArchiveNotJudged, Severity: finding.Warning})
		}
	}
	if cert != nil {
		j.stampTrust(t, s, cert, &v)
	}
	j.stampOrder(t, s, &v)
	v.onStamp(t)
	return t
}

// changes judges what happened to the document after a document time-stamp. What it proves stands, whatever was appended.
func (s *stamp) changes(t *Timestamp) {
	if s.appended > 0 {
		t.Findings = append(t.Findings, appendedFinding(s.appended))
	}
	if t.Indication == Passed && (s.appended > 0 || s.part) {
		t.Indication, t.SubIndication = Indeterminate, SigConstraintsFailure
	}
}

// stampIntegrity checks the token in itself and says what a defect means.
func (j *judging) stampIntegrity(t *Timestamp, token *timestamp.Token, v *verdict) {
	err := token.CheckIntegrity(j.known...)
	if err == nil {
		t.Integrity.Signature = cms.Intact
		return
	}
	coded := asCoded(err)
	t.note(findingOf(coded, finding.Error, "RFC 3161, 2.4.2"))
	t.Integrity.Signature = cms.Broken
	switch finding.Code(coded.Code()) {
	case timestamp.CodeCertificateMissing:
		t.Integrity.Signature = cms.Unknown
		v.doubt(NoSigningCertificate)
	case timestamp.CodeESSMissing, timestamp.CodeESSMalformed, timestamp.CodeESSMismatch:
		t.Integrity.Signature = cms.Intact
		v.doubt(NoSigningCertificate)
	case timestamp.CodeEKUMissing, timestamp.CodeEKUNotCritical, timestamp.CodeEKUExtra, timestamp.CodeKeyUsage:
		t.Integrity.Signature = cms.Intact
		v.doubt(ChainConstraintsFailure)
	case timestamp.CodeTimeOutside:
		t.Integrity.Signature = cms.Intact
		v.doubt(OutOfBoundsNoPOE)
	case timestamp.CodeAlgorithm:
		t.Integrity.Signature = cms.Unknown
		v.doubt(CryptoConstraintsNoPOE)
	case timestamp.CodeContentBroken:
		v.fail(HashFailure)
	case timestamp.CodeSignatureBroken:
		v.fail(SigCryptoFailure)
	default:
		v.fail(FormatFailure)
	}
}

// stampTrust checks the chain and the algorithms at the time at which the token is known to have existed, and that it is not of the future.
func (j *judging) stampTrust(t *Timestamp, s *stamp, cert *x509.Certificate, v *verdict) {
	at := j.proofs.since(s.digest)
	c := j.authority(cert, at, s.at())
	t.Chain, t.Trust = c.entries(cert, j.names), c.trust(j.names)
	t.Findings = append(t.Findings, c.findings...)
	if c.sub != "" {
		v.doubt(c.sub)
	}
	u := uses{table: j.policy.algorithms}
	u.hash(s.token.Info.Hash)
	u.key(cert.PublicKey)
	for _, si := range s.token.SignedData().Signers {
		u.hash(si.Digest.Crypto)
	}
	u.chain(c.path)
	t.Findings = append(t.Findings, u.weak(at, time.Time{}, v)...)
	if s.at().After(j.at.Add(limits.VerifySkew)) {
		t.Findings = append(t.Findings, Finding{Code: CodeTimestampFuture, Severity: finding.Error, Params: finding.P("time", rfc3339(s.at()))})
		v.doubt(NoPOE)
	}
}

// stampOrder checks that a time-stamp is not older than those that it covers (ETSI EN 319 102-1, 5.5.4): one of the two tells a wrong time,
// and it is this one that would prove too much.
func (j *judging) stampOrder(t *Timestamp, s *stamp, v *verdict) {
	for inner := range j.valid {
		if inner.at().After(s.at().Add(limits.VerifySkew)) && slices.Contains(s.covers, inner.digest) {
			t.note(Finding{Code: CodeTimestampOrder, Severity: finding.Error, Clause: "ETSI EN 319 102-1, 5.5.4",
				Params: finding.P("time", rfc3339(s.at()), "id", inner.report.ID, "since", rfc3339(inner.at()))})
			v.doubt(TimestampOrderFailure)
		}
	}
}

// note adds a finding unless one of its code is there.
func (t *Timestamp) note(f Finding) {
	if !slices.ContainsFunc(t.Findings, func(have Finding) bool { return have.Code == f.Code }) {
		t.Findings = append(t.Findings, f)
	}
}

func rfc3339(t time.Time) string { return t.UTC().Format(time.RFC3339) }
