package alg

import "github.com/kyso-dev/kyso/internal/finding"

// Codes of [Error].
const (
	CodeUnsupported    finding.Code = "alg.unsupported"     // algorithm: what it is called
	CodeMalformed      finding.Code = "alg.malformed"       // structure, reason
	CodeParameters     finding.Code = "alg.parameters"      // algorithm, reason
	CodeHashMismatch   finding.Code = "alg.hash-mismatch"   // digest, signature
	CodeWeakHash       finding.Code = "alg.weak-hash"       // hash
	CodeKeyMismatch    finding.Code = "alg.key-mismatch"    // key, algorithm
	CodeWeakKey        finding.Code = "alg.weak-key"        // key, min
	CodeFaultyKey      finding.Code = "alg.faulty-key"      // key
	CodeUnusableKey    finding.Code = "alg.unusable-key"    // key, reason
	CodeKeyTooLarge    finding.Code = "alg.key-too-large"   // bits, max
	CodeCurve          finding.Code = "alg.curve"           // curve
	CodeExplicitCurve  finding.Code = "alg.explicit-curve"  //
	CodeDigestLength   finding.Code = "alg.digest-length"   // hash, want, got
	CodeSignatureForm  finding.Code = "alg.signature-form"  // algorithm, reason
	CodeSignatureWrong finding.Code = "alg.signature-wrong" // algorithm
)

// Error is the one error type of this package.
type Error struct{ finding.Fault }

func fail(code finding.Code, pairs ...string) *Error {
	return &Error{finding.NewFault(code, nil, pairs...)}
}
