package verify

import (
	"bytes"
	"crypto/x509"
	"slices"
	"strconv"
	"time"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/pdf"
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
)

// Where a time-stamp authority's certificate was found.
const (
	CertificateEmbedded = "embedded"
	CertificateGiven    = "given"
	CertificateMissing  = "missing"
)

// proof is a valid time-stamp: what it covers existed at that time.
type proof struct {
	time  time.Time
	basis string // BasisTimestamp, BasisArchive
}

// stamp judges one time-stamp (ETSI EN 319 102-1, 5.4): the token in itself, whether it is about what it should be (content, as the
// caller found out), and whether its certificate leads to an anchor at the validation time. The proof is nil unless it is PASSED:
// a token that nobody has validated never moves a time.
func (r *run) stamp(kind string, token *timestamp.Token, content Integrity, facts []Finding, covers []string) (*Timestamp, *proof) {
	r.stamps++
	t := &Timestamp{ID: "t" + strconv.Itoa(r.stamps), Kind: kind, Certificate: CertificateMissing, Covers: list(covers), Chain: []ChainEntry{},
		Integrity: IntegrityPair{Content: content, Signature: cms.Unknown}, Trust: chained{}.trust(r.names)}
	for _, f := range facts {
		if !replaced[f.Code] {
			t.Findings = append(t.Findings, f)
		}
	}
	var v verdict
	if token == nil {
		t.Integrity.Content = cms.Unknown
		v.fail(FormatFailure)
		v.onStamp(t)
		return t, nil
	}
	info := token.Info
	t.Time = moment(info.Time)
	t.DigestAlgorithm = alg.HashName(info.Hash)
	if info.Hash == 0 {
		t.DigestAlgorithm = info.HashOID.String()
	}
	cert, err := token.Signer(r.known...)
	if err == nil {
		t.TSA = r.names.text(cert.RawSubject)
		t.Certificate = CertificateGiven
		if slices.ContainsFunc(token.Certificates(), cert.Equal) || !slices.ContainsFunc(r.v.Certificates, cert.Equal) {
			t.Certificate = CertificateEmbedded
		}
	}
	r.stampIntegrity(t, token, &v)
	switch t.Integrity.Content {
	case cms.Broken:
		v.fail(HashFailure)
	case cms.Intact:
	default:
		v.doubt(SignedDataNotFound)
		if kind == StampArchive {
			t.Findings = append(t.Findings, Finding{Code: CodeArchiveNotJudged, Severity: finding.Warning})
		}
	}
	if cert != nil {
		r.stampTrust(t, token, cert, &v)
	}
	v.onStamp(t)
	if t.Indication != Passed || t.Time == nil {
		return t, nil
	}
	basis := BasisTimestamp
	if kind == StampDocument || kind == StampArchive {
		basis = BasisArchive
	}
	return t, &proof{time: info.Time, basis: basis}
}

// replaced are findings of the rooms below that this package says itself, by the date that is proved or with the reason beneath.
var replaced = map[finding.Code]bool{cms.CodeWeakDigest: true, cms.CodeTimestampBroken: true, cms.CodeTimestampUnbound: true, pdf.CodeAppended: true}

// stampIntegrity checks the token in itself and says what a defect means.
func (r *run) stampIntegrity(t *Timestamp, token *timestamp.Token, v *verdict) {
	err := token.CheckIntegrity(r.known...)
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

// stampTrust checks the chain, the algorithms and the time.
func (r *run) stampTrust(t *Timestamp, token *timestamp.Token, cert *x509.Certificate, v *verdict) {
	c := r.chain(cert, r.at)
	t.Chain, t.Trust = c.entries(cert, r.names), c.trust(r.names)
	t.Findings = append(t.Findings, c.findings...)
	if c.sub != "" {
		v.doubt(c.sub)
	}
	var uses []use
	add := func(u use, ok bool) {
		if ok {
			uses = append(uses, u)
		}
	}
	add(hashUse(token.Info.Hash))
	add(keyUse(cert.PublicKey))
	for _, si := range token.SignedData().Signers {
		add(hashUse(si.Digest.Crypto))
	}
	if c.path != nil {
		uses = append(uses, pathUses(c.path.Certificates)...)
	}
	for _, f := range weak(r.at, uses) {
		t.Findings = append(t.Findings, f)
		if f.Severity == finding.Error {
			v.doubt(CryptoConstraintsNoPOE)
		}
	}
	if token.Info.Time.After(r.at.Add(limits.VerifySkew)) {
		t.Findings = append(t.Findings, Finding{Code: CodeTimestampFuture, Severity: finding.Error, Params: finding.P("time", rfc3339(token.Info.Time))})
		v.doubt(NoPOE)
	}
}

// note adds a finding unless one of its code is there.
func (t *Timestamp) note(f Finding) {
	if !slices.ContainsFunc(t.Findings, func(have Finding) bool { return have.Code == f.Code }) {
		t.Findings = append(t.Findings, f)
	}
}

func rfc3339(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// list is a slice that JSON writes as [] when it is empty.
func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// learn adds certificates to those by way of which paths are searched.
func (r *run) learn(certs ...*x509.Certificate) {
	for _, c := range certs {
		if c != nil && len(r.known) < limits.PathCandidates && !slices.ContainsFunc(r.known, func(k *x509.Certificate) bool { return k != nil && bytes.Equal(k.Raw, c.Raw) }) {
			r.known = append(slices.Clip(r.known), c)
		}
	}
}

// learnFrom adds the certificates of a signature, of its time-stamps and of its counter-signatures.
func (r *run) learnFrom(s *cms.Signature) {
	r.learn(s.Certificates...)
	for _, t := range s.Timestamps {
		if t.Token != nil {
			r.learn(t.Token.Certificates()...)
		}
	}
	for _, counter := range s.CounterSignatures {
		r.learnFrom(counter)
	}
}
