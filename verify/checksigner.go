package verify

import (
	"context"
	"crypto/x509"
	"time"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/vnid"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/trust"
)

// CheckSigner is the gate before signing (Decree 23/2025/NĐ-CP, article 15; Circular 15/2025/TT-BKHCN, article 5.1.a): whether the
// certificate of a key, leaf first in chain, may sign now. It asks for the purpose of the certificate, its validity, a chain to a tree
// that the verifier trusts, the revocation of every certificate below the anchor, and that the subject does not contradict itself.
//
// nil means that nothing stands against it. Refusals are the errors of package signer: [signer.ErrCertificateExpired],
// [signer.ErrCertificateNotYetValid], [signer.ErrCertificateRevoked], [signer.ErrCertificateSuspended],
// [signer.ErrCertificateUnsuitable], and [signer.ErrCertificateUnchecked] where nobody could tell: what could not be checked is not good.
func (v *Verifier) CheckSigner(ctx context.Context, chain []*x509.Certificate) error {
	return v.CheckCertificate(ctx, chain, time.Time{})
}

// CheckCertificate is [Verifier.CheckSigner] at a time; zero is what Clock says. With it a Verifier is a [signer.CertificateChecker].
func (v *Verifier) CheckCertificate(ctx context.Context, chain []*x509.Certificate, at time.Time) error {
	if err := signer.Cancelled(ctx); err != nil {
		return err
	}
	if len(chain) == 0 || chain[0] == nil {
		return signer.NewError(signer.CodeNoCertificate, nil)
	}
	if at.IsZero() {
		at = v.now()
	}
	cert := chain[0]
	if err := signer.CheckCertificate(cert, at); err != nil {
		return err
	}
	if id, err := vnid.Parse(cert.RawSubject); err == nil && id.Several {
		return signer.CertificateUnsuitable(cert, "the subject carries contradicting numbers", nil)
	}
	answer := v.validator().Judge(ctx, trust.Question{Certificate: cert, Now: at, Evidence: &trust.Evidence{Certificates: chain[1:]}})
	if err := signer.Cancelled(ctx); err != nil {
		return err
	}
	if answer.Err == nil {
		return nil
	}
	return refusal(cert, answer, at)
}

var _ signer.CertificateChecker = (*Verifier)(nil)

// refusal says in the words of package signer why a certificate may not sign.
func refusal(cert *x509.Certificate, answer *trust.Judgement, at time.Time) error {
	var status trust.Status
	if answer.Path != nil && answer.Fault < len(answer.Path.Certificates) {
		cert = answer.Path.Certificates[answer.Fault] // the one that is at fault may be an issuer
	}
	if answer.Fault < len(answer.Statuses) {
		status = answer.Statuses[answer.Fault]
	}
	switch finding.Code(answer.Err.Code()) {
	case trust.CodeRevoked:
		return signer.CertificateRevoked(cert, status.RevokedAt, status.Reason, answer.Err)
	case trust.CodeSuspended:
		return signer.CertificateSuspended(cert, status.RevokedAt, answer.Err)
	case trust.CodeValidity, trust.CodeExpired:
		if at.Before(cert.NotBefore) {
			return signer.CertificateNotYetValid(cert, at, answer.Err)
		}
		return signer.CertificateExpired(cert, at, answer.Err)
	case trust.CodeNoPath:
		return signer.CertificateUnsuitable(cert, "no chain leads to a trusted certificate", answer.Err)
	case trust.CodeNoAnchors:
		return signer.CertificateUnsuitable(cert, "no certificate is trusted", answer.Err)
	case trust.CodeUnchecked, trust.CodeStale:
		return signer.CertificateUnchecked(cert, answer.Err)
	case trust.CodeUnknown:
		return signer.CertificateUnsuitable(cert, "its authority does not know it", answer.Err)
	}
	return signer.CertificateUnsuitable(cert, "its chain is not valid", answer.Err)
}

// now is the time that the clock tells.
func (v *Verifier) now() time.Time {
	if v.Clock != nil {
		return v.Clock()
	}
	return time.Now()
}
