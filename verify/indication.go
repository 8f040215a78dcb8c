package verify

import "github.com/kyso-dev/kyso/internal/finding"

// Indication is a verdict of ETSI EN 319 102-1 (5.1.3, table 5). The zero value is [Indeterminate]: what nobody has judged is never
// valid.
type Indication uint8

// The indications. Signatures are TOTAL-PASSED or TOTAL-FAILED, time-stamps PASSED or FAILED; both may be INDETERMINATE.
const (
	Indeterminate Indication = iota // the evidence does not suffice for a verdict
	TotalFailed                     // the signature is broken, or was proved to be made when it must not be
	TotalPassed                     // all checks of the policy succeeded
	Failed                          // TOTAL-FAILED, of a time-stamp
	Passed                          // TOTAL-PASSED, of a time-stamp
)

var indicationNames = [...]string{"INDETERMINATE", "TOTAL-FAILED", "TOTAL-PASSED", "FAILED", "PASSED"}

// String is the standard's name, such as "TOTAL-PASSED".
func (i Indication) String() string {
	if int(i) < len(indicationNames) {
		return indicationNames[i]
	}
	return indicationNames[Indeterminate]
}

// MarshalText is [Indication.String].
func (i Indication) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// UnmarshalText reads a name of the standard; any other text is an *[Error] with [CodeIndication].
func (i *Indication) UnmarshalText(text []byte) error {
	for n, name := range indicationNames {
		if name == string(text) {
			*i = Indication(n)
			return nil
		}
	}
	return fail(CodeIndication, nil, "name", string(text))
}

// worse is the worse of two indications, as a document's indication has it: PASSED counts as TOTAL-PASSED, FAILED as TOTAL-FAILED.
func worse(a, b Indication) Indication {
	rank := func(i Indication) int {
		switch i {
		case TotalPassed, Passed:
			return 0
		case TotalFailed, Failed:
			return 2
		}
		return 1
	}
	if rank(b) > rank(a) {
		a = b
	}
	switch a {
	case Passed:
		return TotalPassed
	case Failed:
		return TotalFailed
	}
	return a
}

// SubIndication says why a verdict is not TOTAL-PASSED, in the standard's words (ETSI EN 319 102-1, 5.1.3, table 6). Empty: there is
// nothing to say.
type SubIndication string

// The sub-indications.
const (
	FormatFailure            SubIndication = "FORMAT_FAILURE"                    // not what the format's standard demands
	HashFailure              SubIndication = "HASH_FAILURE"                      // the signed data were changed
	SigCryptoFailure         SubIndication = "SIG_CRYPTO_FAILURE"                // the signature value does not fit the key
	SigConstraintsFailure    SubIndication = "SIG_CONSTRAINTS_FAILURE"           // an attribute of the signature breaks a rule of the policy
	ChainConstraintsFailure  SubIndication = "CHAIN_CONSTRAINTS_FAILURE"         // the certificates break a rule of the policy
	ChainGeneralFailure      SubIndication = "CERTIFICATE_CHAIN_GENERAL_FAILURE" // the chain cannot be confirmed for another reason
	CryptoConstraintsFailure SubIndication = "CRYPTO_CONSTRAINTS_FAILURE"        // an algorithm was too weak, also when it was used
	CryptoConstraintsNoPOE   SubIndication = "CRYPTO_CONSTRAINTS_FAILURE_NO_POE" // an algorithm is too weak, and nothing proves use while it was strong
	Revoked                  SubIndication = "REVOKED"                           // proved to be signed after the certificate was revoked
	RevokedNoPOE             SubIndication = "REVOKED_NO_POE"                    // the certificate is revoked, and nothing proves signing before
	RevokedCANoPOE           SubIndication = "REVOKED_CA_NO_POE"                 // the certificate of an authority is revoked, and nothing proves signing before
	TryLater                 SubIndication = "TRY_LATER"                         // suspended, or the revocation data is too old: the verdict may change
	Expired                  SubIndication = "EXPIRED"                           // proved to be signed after the certificate expired
	NotYetValid              SubIndication = "NOT_YET_VALID"                     // proved to be signed before the certificate was valid
	OutOfBoundsNoPOE         SubIndication = "OUT_OF_BOUNDS_NO_POE"              // a certificate is not valid now, and nothing proves signing while it was
	OutOfBoundsNotRevoked    SubIndication = "OUT_OF_BOUNDS_NOT_REVOKED"         // the same, of a certificate that was not revoked while it was valid
	NoSigningCertificate     SubIndication = "NO_SIGNING_CERTIFICATE_FOUND"      // the signer's certificate is not there, or not the one that was signed for
	NoCertificateChain       SubIndication = "NO_CERTIFICATE_CHAIN_FOUND"        // no chain leads to an anchor
	NoPOE                    SubIndication = "NO_POE"                            // nothing proves that something existed when it had to
	SignedDataNotFound       SubIndication = "SIGNED_DATA_NOT_FOUND"             // the content that was signed is not at hand
	TimestampOrderFailure    SubIndication = "TIMESTAMP_ORDER_FAILURE"           // time-stamps contradict one another
	PolicyProcessingError    SubIndication = "POLICY_PROCESSING_ERROR"           // the policy could not be applied
)

// Finding is one remark: a stable code, a severity, and parameters from which the text is made in either language.
type Finding = finding.Finding

// Severity grades a finding.
type Severity = finding.Severity

// The severities. A signature with a finding of severity error is never TOTAL-PASSED.
const (
	SeverityInfo    = finding.Info
	SeverityWarning = finding.Warning
	SeverityError   = finding.Error
)
