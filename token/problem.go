package token

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/i18n"
	"github.com/kyso-dev/kyso/signer"
)

// Codes that only a diagnosis has. Parameters are given behind each.
const (
	CodeNoDriver      finding.Code = "token.no-driver"      //
	CodePINChange     finding.Code = "token.pin-change"     // label
	CodePINLow        finding.Code = "token.pin-low"        // label
	CodeNoCertificate finding.Code = "token.no-certificate" // label
	CodeClock         finding.Code = "token.clock"          // at: what the clock says; time: what is known
	CodeIssuer        finding.Code = "token.issuer-unknown" // subject, issuer
	CodeStatus        finding.Code = "token.status-unknown" // subject
)

// Codes of what to do about a problem.
const (
	adviceInstall      finding.Code = "token.advice-install"
	adviceArchitecture finding.Code = "token.advice-architecture"
	adviceDriver       finding.Code = "token.advice-driver"
	advicePlug         finding.Code = "token.advice-plug"
	adviceOther        finding.Code = "token.advice-other-token"
	adviceUnlock       finding.Code = "token.advice-unlock"
	adviceFinal        finding.Code = "token.advice-final"
	adviceChange       finding.Code = "token.advice-change-pin"
	adviceCareful      finding.Code = "token.advice-careful"
	advicePIN          finding.Code = "token.advice-pin"
	adviceSetUp        finding.Code = "token.advice-set-up"
	adviceLogIn        finding.Code = "token.advice-log-in"
	adviceRenew        finding.Code = "token.advice-renew"
	adviceResume       finding.Code = "token.advice-resume"
	adviceReplace      finding.Code = "token.advice-replace"
	adviceClock        finding.Code = "token.advice-clock"
	adviceChoose       finding.Code = "token.advice-choose"
	adviceTrust        finding.Code = "token.advice-trust"
	adviceOnline       finding.Code = "token.advice-online"
	adviceClose        finding.Code = "token.advice-close"
	adviceBuild        finding.Code = "token.advice-build"
)

// Codes of possible causes.
const (
	causeNotRenewed finding.Code = "token.cause-not-renewed"
	causeUnpaid     finding.Code = "token.cause-unpaid"
	causePapers     finding.Code = "token.cause-papers"
	causeAsked      finding.Code = "token.cause-asked"
)

// rule says how much a problem weighs and what to do about it.
type rule struct {
	code      finding.Code
	severity  finding.Severity
	advice    finding.Code
	authority bool // only the authority that issued the certificate can help
	causes    []finding.Code
}

// Why a certificate has ended is not written on the token: not renewed, unpaid and papers missing look alike. They are possible causes.
var ended = []finding.Code{causeNotRenewed, causeUnpaid, causePapers}

// rules are all problems, the most serious first: what stands before the others hides them.
var rules = []rule{
	{CodeNoCgo, finding.Error, adviceBuild, false, nil},
	{CodeNoDriver, finding.Error, adviceInstall, false, nil},
	{CodeModuleMissing, finding.Error, adviceInstall, false, nil},
	{CodeModuleArchitecture, finding.Error, adviceArchitecture, false, nil},
	{CodeModuleFormat, finding.Error, adviceInstall, false, nil},
	{CodeModuleEntry, finding.Error, adviceInstall, false, nil},
	{CodeModuleLoad, finding.Error, adviceDriver, false, nil},
	{CodeModuleStart, finding.Error, adviceDriver, false, nil},
	{CodeModuleCrash, finding.Error, adviceDriver, false, nil},
	{CodeModuleHang, finding.Error, adviceDriver, false, nil},
	{CodeNoReader, finding.Error, advicePlug, false, nil},
	{CodeNoToken, finding.Error, advicePlug, false, nil},
	{CodeNotRecognized, finding.Error, adviceDriver, false, nil},
	{CodeRemoved, finding.Error, advicePlug, false, nil},
	{CodeDevice, finding.Error, advicePlug, false, nil},
	{CodeSessions, finding.Error, adviceClose, false, nil},
	{CodeNotFound, finding.Error, adviceOther, false, nil},
	{signer.CodePINLocked, finding.Error, adviceUnlock, true, nil},
	{CodePINNotSet, finding.Error, adviceSetUp, true, nil},
	{CodePINFinalTry, finding.Error, adviceFinal, false, nil},
	{signer.CodePINIncorrect, finding.Error, advicePIN, false, nil},
	{CodePINSentBefore, finding.Error, advicePIN, false, nil},
	{CodePINCharacters, finding.Error, advicePIN, false, nil},
	{CodePINLength, finding.Error, advicePIN, false, nil},
	{CodePINEmpty, finding.Error, advicePIN, false, nil},
	{signer.CodePINExpired, finding.Error, adviceChange, false, nil},
	{CodePINChange, finding.Error, adviceChange, false, nil},
	{CodeClock, finding.Error, adviceClock, false, nil},
	{CodeNoCertificate, finding.Error, adviceLogIn, false, nil},
	{CodeCertificate, finding.Error, adviceDriver, false, nil},
	{signer.CodeKeyNotFound, finding.Error, adviceReplace, true, nil},
	{signer.CodeKeyMismatch, finding.Error, adviceReplace, true, nil},
	{signer.CodeCertificateRevoked, finding.Error, adviceReplace, true, []finding.Code{causeAsked, causeUnpaid, causePapers}},
	{signer.CodeCertificateSuspended, finding.Error, adviceResume, true, []finding.Code{causeUnpaid, causePapers, causeAsked}},
	{signer.CodeCertificateExpired, finding.Error, adviceRenew, true, ended},
	{signer.CodeCertificateNotYetValid, finding.Error, adviceClock, false, nil},
	{signer.CodeCertificateUnsuitable, finding.Error, adviceReplace, true, nil},
	{signer.CodeUnsupportedAlgorithm, finding.Error, adviceReplace, true, nil},
	{signer.CodeAmbiguous, finding.Error, adviceChoose, false, nil},
	{CodeIssuer, finding.Warning, adviceTrust, false, nil},
	{CodeStatus, finding.Warning, adviceOnline, false, nil},
	{CodePINDefault, finding.Warning, adviceChange, false, nil},
	{CodePINLow, finding.Warning, adviceCareful, false, nil},
}

// Problem is one thing that stands between a user and a signature, or may soon.
type Problem struct {
	Code        finding.Code
	Severity    finding.Severity // Error: it stands in the way; Warning: it does not yet
	Params      finding.Params
	Module      string       // path; empty where it is not about a module
	Token       Info         // zero where it is not about a token
	Certificate *Certificate // nil where it is not about one
	Authority   bool         // only the authority that issued the certificate can help
	advice      finding.Code
	causes      []finding.Code
	err         error
}

// Text says what is wrong in the language given ("vi"; English otherwise).
func (p Problem) Text(lang i18n.Lang) string {
	if p.err != nil {
		return finding.Explain(p.err, lang)
	}
	return i18n.Text(string(p.Code), lang, p.Params)
}

// Advice says what to do about it.
func (p Problem) Advice(lang i18n.Lang) string { return i18n.Text(string(p.advice), lang, p.Params) }

// Causes lists what may be behind it. None is known to be: the token does not tell.
func (p Problem) Causes(lang i18n.Lang) []string {
	var all []string
	for _, c := range p.causes {
		all = append(all, i18n.Text(string(c), lang, nil))
	}
	return all
}

func (p Problem) rank() int {
	i := slices.IndexFunc(rules, func(r rule) bool { return r.code == p.Code })
	if i < 0 {
		return len(rules)
	}
	return i
}

func problem(code finding.Code, pairs ...string) Problem {
	p := Problem{Code: code, Severity: finding.Error, Params: finding.P(pairs...), advice: adviceDriver}
	if i := p.rank(); i < len(rules) {
		r := rules[i]
		p.Severity, p.advice, p.Authority, p.causes = r.severity, r.advice, r.authority, r.causes
	}
	return p
}

// problemOf makes a problem of an error.
func problemOf(err error) Problem {
	var coded interface {
		Code() string
		Params() map[string]string
	}
	if !errors.As(err, &coded) {
		return Problem{Code: finding.CodeOther, Severity: finding.Error, advice: adviceDriver, err: err}
	}
	p := problem(finding.Code(coded.Code()))
	p.Params, p.err = coded.Params(), err
	return p
}

func sortProblems(all []Problem) {
	slices.SortStableFunc(all, func(a, b Problem) int { return cmp.Compare(a.rank(), b.rank()) })
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
