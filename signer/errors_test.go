package signer_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/i18n"
	"github.com/kyso-dev/kyso/signer"
)

type coded interface {
	error
	Code() string
	Params() map[string]string
}

// TestVocabulary walks every kind of error: errors.Is finds it and nothing else, also when it is wrapped; it has a stable code,
// parameters, English in Error and both languages in the catalogue.
func TestVocabulary(t *testing.T) {
	cert := selfSigned(p256())
	cause := errors.New("cause")
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	kinds := map[string]error{
		"signer.pin-incorrect": signer.ErrPINIncorrect, "signer.pin-locked": signer.ErrPINLocked, "signer.pin-expired": signer.ErrPINExpired,
		"signer.certificate-expired": signer.ErrCertificateExpired, "signer.certificate-not-yet-valid": signer.ErrCertificateNotYetValid,
		"signer.certificate-suspended": signer.ErrCertificateSuspended, "signer.certificate-revoked": signer.ErrCertificateRevoked,
		"signer.certificate-unsuitable": signer.ErrCertificateUnsuitable, "signer.certificate-unchecked": signer.ErrCertificateUnchecked,
		"signer.key-not-found": signer.ErrKeyNotFound, "signer.key-mismatch": signer.ErrKeyMismatch,
		"signer.ambiguous": signer.ErrAmbiguous, "signer.refused": signer.ErrRefused, "signer.expired": signer.ErrExpired, "signer.cancelled": signer.ErrCancelled,
		"signer.unavailable": signer.ErrUnavailable, "signer.outcome-unknown": signer.ErrOutcomeUnknown, "signer.quota": signer.ErrQuota,
		"signer.protocol": signer.ErrProtocol, "signer.signature-invalid": signer.ErrSignatureInvalid,
		"signer.unsupported-algorithm": signer.ErrUnsupportedAlgorithm, "signer.request": signer.ErrRequest,
	}
	made := map[string]error{
		"signer.pin-incorrect": signer.PINIncorrect(2, cause), "signer.pin-locked": signer.PINLocked(cause), "signer.pin-expired": signer.PINExpired(cause),
		"signer.certificate-expired": signer.CertificateExpired(cert, at, cause), "signer.certificate-not-yet-valid": signer.CertificateNotYetValid(cert, at, cause),
		"signer.certificate-suspended": signer.CertificateSuspended(cert, at, cause), "signer.certificate-revoked": signer.CertificateRevoked(cert, at, "keyCompromise", cause),
		"signer.certificate-unsuitable": signer.CertificateUnsuitable(cert, "keyUsage", cause), "signer.certificate-unchecked": signer.CertificateUnchecked(cert, cause),
		"signer.ambiguous": signer.Ambiguous([]signer.Candidate{{Label: "a"}, {ID: "b"}}, cause),
		"signer.cancelled": signer.Cancelled(cancelled), "signer.outcome-unknown": signer.OutcomeUnknown("op-1", cause),
	}
	for code := range kinds {
		if made[code] == nil {
			made[code] = signer.NewError(finding.Code(code), cause, "reason", "r", "algorithm", "a")
		}
	}
	for code, err := range made {
		for kind, target := range kinds {
			want := kind == code || code == "signer.signature-invalid" && kind == "signer.protocol" || code == "signer.certificate-unchecked" && kind == "signer.unavailable"
			for _, e := range []error{err, fmt.Errorf("outer: %w", err), &signer.BatchError{Index: 1, Err: err}, errors.Join(errors.New("x"), err)} {
				if errors.Is(e, target) != want {
					t.Errorf("errors.Is(%v, %s) = %v", e, kind, !want)
				}
			}
		}
		var c coded
		if !errors.As(fmt.Errorf("outer: %w", err), &c) || c.Code() != code {
			t.Errorf("%s: code %v", code, c)
			continue
		}
		var e *signer.Error
		if !errors.As(err, &e) || e.Code() != code {
			t.Errorf("%s is not an *Error", code)
		}
		if c.Params() == nil {
			t.Errorf("%s has no parameters, not even none", code)
		}
		if code != "signer.cancelled" && !errors.Is(err, cause) {
			t.Errorf("%s loses its cause", code)
		}
		text := err.Error()
		if !strings.HasPrefix(text, "signer: ") || strings.Contains(text, "{") || text == "signer: "+code {
			t.Errorf("%s: %q", code, text)
		}
		en, vi := i18n.Text(code, i18n.English, c.Params()), i18n.Text(code, i18n.Vietnamese, c.Params())
		if !strings.Contains(text, en) || en == vi || strings.ContainsAny(en+vi, "{}?") {
			t.Errorf("%s: %q, %q", code, en, vi)
		}
	}
}

func TestDetails(t *testing.T) {
	cert := selfSigned(p256())
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("", 7*3600))

	var pin *signer.PINError
	if err := fmt.Errorf("x: %w", signer.PINIncorrect(2, nil)); !errors.As(err, &pin) || pin.Tries != 2 || pin.Params()["tries"] != "2" || !strings.Contains(err.Error(), "2") {
		t.Errorf("%v, %+v", err, pin)
	}
	if err := signer.PINIncorrect(-5, nil); err.Tries != -1 || strings.Contains(err.Error(), "-") {
		t.Errorf("unknown tries: %v, %d", err, err.Tries)
	}
	if signer.PINLocked(nil).Tries != 0 || signer.PINExpired(nil).Tries != -1 {
		t.Error("tries of a locked or expired PIN")
	}

	var c *signer.CertificateError
	if err := error(signer.CertificateExpired(cert, at, nil)); !errors.As(err, &c) || !c.NotAfter.Equal(cert.NotAfter) || !c.At.Equal(at) || c.Certificate != cert ||
		c.Params()["not_after"] != cert.NotAfter.UTC().Format(time.RFC3339) || c.Params()["at"] != "2026-01-01T20:04:05Z" || c.Params()["serial"] != "54015401" {
		t.Errorf("%+v", c.Params())
	}
	if err := signer.CertificateRevoked(cert, at, "keyCompromise", nil); !err.Since.Equal(at) || err.Reason != "keyCompromise" || err.Params()["since"] != "2026-01-01T20:04:05Z" {
		t.Errorf("%+v", err)
	}
	if err := signer.CertificateSuspended(nil, time.Time{}, nil); err.Certificate != nil || err.Params()["since"] != "" || err.Error() == "" {
		t.Errorf("%+v", err)
	}

	candidates := []signer.Candidate{{Label: "token A", ID: "01", Certificate: cert}, {Label: "B\x1b[2J"}}
	err := signer.Ambiguous(candidates, nil)
	candidates[0].Label = "changed"
	if len(err.Candidates) != 2 || err.Candidates[0].Label != "token A" || err.Params()["count"] != "2" ||
		!strings.Contains(err.Error(), "token A") || !strings.Contains(err.Error(), "54015401") || strings.Contains(err.Error(), "\x1b") {
		t.Errorf("%v", err)
	}
	if err := signer.OutcomeUnknown("", nil); err.Operation != "" || err.Error() == "" {
		t.Errorf("%+v", err)
	}
	if err := signer.OutcomeUnknown("op-7", nil); err.Operation != "op-7" || !strings.Contains(err.Error(), "op-7") {
		t.Errorf("%+v", err)
	}
	batch := &signer.BatchError{Index: 3, Err: signer.PINIncorrect(1, nil)}
	if batch.Code() != "signer.pin-incorrect" || batch.Params()["tries"] != "1" || !strings.Contains(batch.Error(), "3") {
		t.Errorf("%v", batch)
	}
	if plain := (&signer.BatchError{Err: errors.New("x")}); plain.Code() != "" || plain.Params() != nil {
		t.Errorf("%v", plain)
	}
}

func TestCancelled(t *testing.T) {
	if err := signer.Cancelled(context.Background()); err != nil {
		t.Errorf("a live context: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := signer.Cancelled(ctx); !errors.Is(err, signer.ErrCancelled) || !errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("cancelled: %v", err)
	}
	ctx, cancel = context.WithTimeout(t.Context(), 0)
	defer cancel()
	if err := signer.Cancelled(ctx); !errors.Is(err, signer.ErrCancelled) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("out of time: %v", err)
	}
	why := errors.New("the window was closed")
	caused, end := context.WithCancelCause(t.Context())
	end(why)
	if err := signer.Cancelled(caused); !errors.Is(err, signer.ErrCancelled) || !errors.Is(err, context.Canceled) || !errors.Is(err, why) {
		t.Errorf("cancelled for a reason: %v", err)
	}
}

// TestEveryCodeHasItsTexts reads the codes from the source, so that none is forgotten.
func TestEveryCodeHasItsTexts(t *testing.T) {
	source, err := os.ReadFile("codes.go")
	ok(t, err)
	codes := regexp.MustCompile(`"(signer\.[a-z-]+)"`).FindAllStringSubmatch(string(source), -1)
	if len(codes) < 20 {
		t.Fatalf("only %d codes found", len(codes))
	}
	for _, c := range codes {
		if !i18n.Has(c[1]) {
			t.Errorf("%s has no text", c[1])
		}
	}
}
