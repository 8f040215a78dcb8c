package signer

import (
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/finding"
)

// Error is the error of every backend. Its kind is its code: test it with [errors.Is] and the Err values below. It is immutable and
// safe for concurrent use.
type Error struct{ finding.Fault }

// Kinds of error, for errors.Is. They carry no detail.
var (
	ErrPINIncorrect = kind(CodePINIncorrect) // the PIN is wrong; [PINError] has the tries left
	ErrPINLocked    = kind(CodePINLocked)    // too many wrong PINs: an administrator has to unlock the key
	ErrPINExpired   = kind(CodePINExpired)   // the PIN has to be changed first

	ErrCertificateExpired     = kind(CodeCertificateExpired)     // [CertificateError] has the dates
	ErrCertificateNotYetValid = kind(CodeCertificateNotYetValid) //
	ErrCertificateSuspended   = kind(CodeCertificateSuspended)   // on hold: it may come back
	ErrCertificateRevoked     = kind(CodeCertificateRevoked)     // for good
	ErrCertificateUnsuitable  = kind(CodeCertificateUnsuitable)  // not made for signing documents
	ErrCertificateUnchecked   = kind(CodeCertificateUnchecked)   // nobody could tell whether it is revoked; an ErrUnavailable

	ErrKeyNotFound = kind(CodeKeyNotFound) // nothing matches the choice
	ErrKeyMismatch = kind(CodeKeyMismatch) // the certificate does not belong to the key
	ErrAmbiguous   = kind(CodeAmbiguous)   // several match; [AmbiguousError] lists them

	ErrRefused        = kind(CodeRefused)        // the person said no
	ErrExpired        = kind(CodeExpired)        // nobody answered in time
	ErrCancelled      = kind(CodeCancelled)      // the caller gave up: its context ended
	ErrUnavailable    = kind(CodeUnavailable)    // the key, token or service cannot be reached; trying again may help
	ErrOutcomeUnknown = kind(CodeOutcomeUnknown) // it may or may not have signed: never retried blindly
	ErrQuota          = kind(CodeQuota)          // the number of signatures allowed is used up

	ErrProtocol         = kind(CodeProtocol)         // the other side broke its own rules
	ErrSignatureInvalid = kind(CodeSignatureInvalid) // the value returned does not verify under the certificate; an ErrProtocol

	ErrUnsupportedAlgorithm = kind(CodeUnsupportedAlgorithm) // the key cannot sign so
	ErrRequest              = kind(CodeRequest)              // the request makes no sense for any key
)

func kind(code finding.Code) *Error { return &Error{finding.NewFault(code, nil)} }

// NewError makes an error of a kind. cause may be nil and must hold no secret; pairs are the parameters that the code names.
func NewError(code finding.Code, cause error, pairs ...string) *Error {
	return &Error{finding.NewFault(code, cause, pairs...)}
}

// Is reports whether target is the same kind, or the wider kind that this one counts as.
func (e *Error) Is(target error) bool { return sameKind(e.Fault, target) }

func sameKind(f finding.Fault, target error) bool {
	t, ok := target.(interface{ Code() string })
	if !ok {
		return false
	}
	p := parent(finding.Code(f.Code()))
	return f.Code() == t.Code() || p != "" && string(p) == t.Code()
}

// asError lets the richer types below be taken as *Error too.
func asError(f finding.Fault, target any) bool {
	t, ok := target.(**Error)
	if ok {
		*t = &Error{f}
	}
	return ok
}

// PINError is an error about a PIN: [ErrPINIncorrect], [ErrPINLocked] or [ErrPINExpired].
type PINError struct {
	finding.Fault
	Tries int // how many tries are left before the key locks; -1 when unknown
}

// As lets errors.As take it as *Error.
func (e *PINError) As(target any) bool { return asError(e.Fault, target) }

// PINIncorrect is [ErrPINIncorrect] with the tries left, -1 when the key does not say.
func PINIncorrect(tries int, cause error) *PINError {
	if tries < 0 {
		return &PINError{finding.NewFault(CodePINIncorrect, cause), -1}
	}
	return &PINError{finding.NewFault(CodePINIncorrect, cause, "tries", itoa(tries)), tries}
}

// PINLocked is [ErrPINLocked]; no tries are left.
func PINLocked(cause error) *PINError {
	return &PINError{finding.NewFault(CodePINLocked, cause), 0}
}

// PINExpired is [ErrPINExpired].
func PINExpired(cause error) *PINError {
	return &PINError{finding.NewFault(CodePINExpired, cause), -1}
}

// CertificateError says why a certificate may not sign: [ErrCertificateExpired], [ErrCertificateNotYetValid],
// [ErrCertificateSuspended], [ErrCertificateRevoked], [ErrCertificateUnsuitable] or [ErrCertificateUnchecked].
type CertificateError struct {
	finding.Fault
	Certificate *x509.Certificate // may be nil when a service names none
	NotBefore   time.Time         // zero when there is no certificate
	NotAfter    time.Time
	At          time.Time // the time that was asked about; zero when it does not matter
	Since       time.Time // suspended or revoked since; zero when unknown
	Reason      string    // revocation reason or what is unsuitable; may be empty
}

// As lets errors.As take it as *Error.
func (e *CertificateError) As(target any) bool { return asError(e.Fault, target) }

// Is reports whether target is the same kind, or the wider kind that this one counts as.
func (e *CertificateError) Is(target error) bool { return sameKind(e.Fault, target) }

// CertificateExpired is [ErrCertificateExpired] for cert, which may be nil, at a time.
func CertificateExpired(cert *x509.Certificate, at time.Time, cause error) *CertificateError {
	return newCertificateError(CodeCertificateExpired, cert, at, time.Time{}, "", cause)
}

// CertificateNotYetValid is [ErrCertificateNotYetValid] for cert, which may be nil, at a time.
func CertificateNotYetValid(cert *x509.Certificate, at time.Time, cause error) *CertificateError {
	return newCertificateError(CodeCertificateNotYetValid, cert, at, time.Time{}, "", cause)
}

// CertificateSuspended is [ErrCertificateSuspended]; since may be zero.
func CertificateSuspended(cert *x509.Certificate, since time.Time, cause error) *CertificateError {
	return newCertificateError(CodeCertificateSuspended, cert, time.Time{}, since, "", cause)
}

// CertificateRevoked is [ErrCertificateRevoked]; since may be zero and reason, such as "keyCompromise", empty.
func CertificateRevoked(cert *x509.Certificate, since time.Time, reason string, cause error) *CertificateError {
	return newCertificateError(CodeCertificateRevoked, cert, time.Time{}, since, reason, cause)
}

// CertificateUnsuitable is [ErrCertificateUnsuitable]; reason says what it lacks.
func CertificateUnsuitable(cert *x509.Certificate, reason string, cause error) *CertificateError {
	return newCertificateError(CodeCertificateUnsuitable, cert, time.Time{}, time.Time{}, reason, cause)
}

// CertificateUnchecked is [ErrCertificateUnchecked]; cause says what could not be reached or found.
func CertificateUnchecked(cert *x509.Certificate, cause error) *CertificateError {
	return newCertificateError(CodeCertificateUnchecked, cert, time.Time{}, time.Time{}, "", cause)
}

func newCertificateError(code finding.Code, cert *x509.Certificate, at, since time.Time, reason string, cause error) *CertificateError {
	e := &CertificateError{Certificate: cert, At: at, Since: since, Reason: reason}
	var pairs []string
	add := func(name, value string) {
		if value != "" {
			pairs = append(pairs, name, value)
		}
	}
	if cert != nil {
		e.NotBefore, e.NotAfter = cert.NotBefore, cert.NotAfter
		add("subject", subject(cert))
		add("serial", fmt.Sprintf("%X", cert.SerialNumber))
		add("not_before", stamp(cert.NotBefore))
		add("not_after", stamp(cert.NotAfter))
	}
	add("at", stamp(at))
	add("since", stamp(since))
	add("reason", reason)
	e.Fault = finding.NewFault(code, cause, pairs...)
	return e
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// subject is the name of a certificate's subject, short enough for one line.
func subject(cert *x509.Certificate) string {
	name := cert.Subject.CommonName
	if name == "" {
		name = cert.Subject.String()
	}
	if r := []rune(name); len(r) > 120 {
		name = string(r[:120]) + "…"
	}
	return name
}

// Candidate is one key that a choice could have meant.
type Candidate struct {
	Label       string            // of the key, token or credential; may be empty
	ID          string            // by which it can be chosen for certain; may be empty
	Certificate *x509.Certificate // may be nil
}

// String is the candidate on one line.
func (c Candidate) String() string {
	var parts []string
	if c.Certificate != nil {
		parts = append(parts, subject(c.Certificate), fmt.Sprintf("serial %X", c.Certificate.SerialNumber))
	}
	if c.Label != "" {
		parts = append(parts, c.Label)
	}
	if c.ID != "" {
		parts = append(parts, c.ID)
	}
	return strings.Join(parts, ", ")
}

// AmbiguousError is [ErrAmbiguous] with what there is to choose from.
type AmbiguousError struct {
	finding.Fault
	Candidates []Candidate
}

// As lets errors.As take it as *Error.
func (e *AmbiguousError) As(target any) bool { return asError(e.Fault, target) }

// Is reports whether target is [ErrAmbiguous], which it is whatever words its code has, or the same kind.
func (e *AmbiguousError) Is(target error) bool {
	return sameKind(e.Fault, target) || sameKind(ErrAmbiguous.Fault, target)
}

// Ambiguous is [ErrAmbiguous] between candidates.
func Ambiguous(candidates []Candidate, cause error) *AmbiguousError {
	names := make([]string, len(candidates))
	for i, c := range candidates {
		names[i] = c.String()
	}
	return &AmbiguousError{
		Fault:      finding.NewFault(CodeAmbiguous, cause, "count", itoa(len(candidates)), "candidates", strings.Join(names, "; ")),
		Candidates: append([]Candidate(nil), candidates...),
	}
}

// OutcomeError is [ErrOutcomeUnknown]: the request went out and no answer came back. Ask the service for Operation before trying again.
type OutcomeError struct {
	finding.Fault
	Operation string // the service's name for it; empty when it gave none
}

// As lets errors.As take it as *Error.
func (e *OutcomeError) As(target any) bool { return asError(e.Fault, target) }

// OutcomeUnknown is [ErrOutcomeUnknown] for an operation, which may be empty.
func OutcomeUnknown(operation string, cause error) *OutcomeError {
	if operation == "" {
		return &OutcomeError{Fault: finding.NewFault(CodeOutcomeUnknown, cause)}
	}
	return &OutcomeError{finding.NewFault(CodeOutcomeUnknown, cause, "operation", operation), operation}
}

// BatchError says which request of a batch failed, counted from 0. It speaks with the code and text of Err.
type BatchError struct {
	Index int
	Err   error
}

func (e *BatchError) Error() string { return fmt.Sprintf("%v (request %d)", e.Err, e.Index) }

// Code is the code of Err, "" when it has none.
func (e *BatchError) Code() string {
	var c interface{ Code() string }
	if errors.As(e.Err, &c) {
		return c.Code()
	}
	return ""
}

// Params are those of Err.
func (e *BatchError) Params() map[string]string {
	var p interface{ Params() map[string]string }
	if errors.As(e.Err, &p) {
		return p.Params()
	}
	return nil
}

// Unwrap is Err.
func (e *BatchError) Unwrap() error { return e.Err }

// Cancelled returns nil while ctx goes on, and afterwards [ErrCancelled], which is also context.Canceled or
// context.DeadlineExceeded, as the case may be, and the cause that ctx was ended with.
func Cancelled(ctx context.Context) error {
	err := ctx.Err()
	if err == nil {
		return nil
	}
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, err) {
		err = fmt.Errorf("%w: %w", err, cause)
	}
	return NewError(CodeCancelled, err)
}

// CheckDigest refuses a digest that was not made with opts.HashFunc(), by its length, and a hash that is none.
func CheckDigest(digest []byte, opts crypto.SignerOpts) error {
	if isNil(opts) {
		return NewError(CodeNoOptions, nil)
	}
	hash := opts.HashFunc()
	if hash == 0 {
		return NewError(CodeNoOptions, nil)
	}
	row, ok := alg.HashOf(hash)
	if !ok {
		return NewError(CodeUnsupportedAlgorithm, nil, "algorithm", alg.HashName(hash))
	}
	if len(digest) != hash.Size() {
		return NewError(CodeDigestLength, nil, "hash", row.Name, "want", itoa(hash.Size()), "got", itoa(len(digest)))
	}
	return nil
}

// isNil reports whether opts is nil or a nil pointer, which would panic when asked.
func isNil(opts crypto.SignerOpts) bool {
	if opts == nil {
		return true
	}
	v := reflect.ValueOf(opts)
	return v.Kind() == reflect.Pointer && v.IsNil()
}

func itoa(n int) string { return strconv.Itoa(n) }
