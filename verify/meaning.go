package verify

import (
	"cmp"
	"strings"
	"time"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/i18n"
)

// meanings say what each sub-indication means, and what to do about it.
var meanings = map[SubIndication]struct{ why, todo finding.Code }{
	FormatFailure:            {"report.why.format-failure", todoReject},
	HashFailure:              {"report.why.hash-failure", todoReject},
	SigCryptoFailure:         {"report.why.sig-crypto-failure", todoReject},
	SigConstraintsFailure:    {"report.why.sig-constraints-failure", todoRemarks},
	ChainConstraintsFailure:  {"report.why.chain-constraints-failure", todoAgain},
	ChainGeneralFailure:      {"report.why.certificate-chain-general-failure", todoOnline},
	CryptoConstraintsFailure: {"report.why.crypto-constraints-failure", todoAgain},
	CryptoConstraintsNoPOE:   {"report.why.crypto-constraints-failure-no-poe", todoAgain},
	Revoked:                  {"report.why.revoked", todoReject},
	RevokedNoPOE:             {"report.why.revoked-no-poe", todoAgain},
	RevokedCANoPOE:           {"report.why.revoked-ca-no-poe", todoAgain},
	TryLater:                 {"report.why.try-later", todoLater},
	Expired:                  {"report.why.expired", todoReject},
	NotYetValid:              {"report.why.not-yet-valid", todoReject},
	OutOfBoundsNoPOE:         {"report.why.out-of-bounds-no-poe", todoAgain},
	OutOfBoundsNotRevoked:    {"report.why.out-of-bounds-not-revoked", todoAgain},
	NoSigningCertificate:     {"report.why.no-signing-certificate-found", todoReject},
	NoCertificateChain:       {"report.why.no-certificate-chain-found", todoTrust},
	NoPOE:                    {"report.why.no-poe", todoRemarks},
	SignedDataNotFound:       {"report.why.signed-data-not-found", todoContent},
	TimestampOrderFailure:    {"report.why.timestamp-order-failure", todoRemarks},
	PolicyProcessingError:    {"report.why.policy-processing-error", todoRemarks},
}

// why says a sub-indication in words. A text that a document could have chosen is none of ours.
func (t *table) why(sub SubIndication) {
	if m, ok := meanings[sub]; ok {
		t.row(labelMeaning, t.say(m.why))
	}
}

// advice says what to do about it.
func (t *table) advice(sub SubIndication) {
	if m, ok := meanings[sub]; ok {
		t.row(labelTodo, t.say(m.todo))
	}
}

// revocation says what is known of a chain's revocation: one line where all are good, else one for each certificate that is not.
func (t *table) revocation(chain []ChainEntry) {
	good, bad := Revocation{}, false
	for _, e := range chain {
		word := map[string]finding.Code{RevocationRevoked: revocationRevoked, RevocationSuspended: revocationSuspended, RevocationUnknown: revocationUnknown,
			RevocationCouldNotCheck: revocationUnchecked}[e.Revocation.Status]
		switch {
		case e.Revocation.Status == RevocationGood && good.Status == "":
			good = e.Revocation
		case word != "":
			bad = true
			t.row(labelRevocation, i18n.Text(string(word), t.lang, map[string]string{"subject": quote(cmp.Or(e.name, e.Subject)), "at": t.moment(e.Revocation.RevokedAt), "reason": reason(e.Revocation.Reason)}))
		}
	}
	switch {
	case bad:
	case good.Status != "":
		t.row(labelRevocation, i18n.Text(string(revocationGood), t.lang, map[string]string{"source": strings.ToUpper(quoteUnlessPlain(good.Source)), "at": t.moment(good.ThisUpdate)}))
	case len(chain) > 0:
		t.row(labelRevocation, t.say(revocationNotRequired))
	}
}

func reason(name string) string {
	if name == "" {
		return "-"
	}
	return quoteUnlessPlain(name)
}

// clock is a time as the reader of the language tells it: in Vietnam's zone for Vietnamese, RFC 3339 in UTC for English.
func (t *table) clock(at time.Time) string {
	if t.lang != Vietnamese {
		return rfc3339(at)
	}
	return at.In(vietnam).Format("15:04:05 02/01/2006") + " (GMT+7)"
}

// claimed is a time that the signer wrote, in the signer's own zone where the language is not Vietnamese.
func (t *table) claimed(at time.Time) string {
	if t.lang != Vietnamese {
		return at.Format(time.RFC3339)
	}
	return t.clock(at)
}

var vietnam = time.FixedZone("+07", 7*60*60)

func (t *table) moment(at *time.Time) string {
	if at == nil {
		return "?"
	}
	return t.clock(*at)
}

// remark is a finding's text with the times in it as the reader tells them.
func (t *table) remark(f Finding) string {
	if t.lang == Vietnamese {
		params := make(finding.Params, len(f.Params))
		for k, v := range f.Params {
			if at, err := time.Parse(time.RFC3339, v); err == nil {
				v = t.clock(at)
			}
			params[k] = v
		}
		f.Params = params
	}
	return f.Text(t.lang)
}
