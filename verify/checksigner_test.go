package verify_test

import (
	"context"
	"crypto/x509"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/i18n"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/verify"
)

// gate is a verifier that asks the services of the PKI.
func (p pki) gate(t testing.TB) *verify.Verifier {
	t.Helper()
	v := p.verifier(t)
	v.Revocation, v.Online, v.AllowPrivate = nil, true, true
	return v
}

// TestCheckSigner: only a certificate of which everything is known and good may sign; every refusal is an error of package signer.
func TestCheckSigner(t *testing.T) {
	p := start(t)
	var _ signer.CertificateChecker = p.gate(t)
	for name, want := range map[string]error{
		"signer": nil, "ec": nil, "ed25519": nil, "person": nil, "employee": nil,
		"expired": signer.ErrCertificateExpired, "revoked": signer.ErrCertificateRevoked, "suspended": signer.ErrCertificateSuspended,
	} {
		err := p.gate(t).CheckSigner(t.Context(), p.Chain(name))
		if want == nil {
			require.NoError(t, err, name)
			continue
		}
		require.ErrorIs(t, err, want, name)
		var why *signer.CertificateError
		require.ErrorAs(t, err, &why)
		require.Equal(t, p.Certificate(name).Raw, why.Certificate.Raw)
		if name != "expired" {
			require.False(t, why.Since.IsZero(), name)
		}
		for _, lang := range []i18n.Lang{i18n.English, i18n.Vietnamese} {
			require.NotContains(t, i18n.Text(why.Code(), lang, why.Params()), "?")
		}
	}

	good := p.Chain("signer")
	require.ErrorIs(t, p.gate(t).CheckSigner(t.Context(), nil), signer.ErrProtocol)
	require.ErrorIs(t, p.gate(t).CheckSigner(t.Context(), []*x509.Certificate{nil}), signer.ErrProtocol)
	require.ErrorIs(t, p.gate(t).CheckSigner(t.Context(), []*x509.Certificate{p.TSA()}), signer.ErrCertificateUnsuitable)
	require.ErrorIs(t, new(verify.Verifier).CheckSigner(t.Context(), good), signer.ErrCertificateUnsuitable, "nothing is trusted")
	require.ErrorIs(t, stranger(t).gate(t).CheckSigner(t.Context(), good), signer.ErrCertificateUnsuitable, "another tree")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, p.gate(t).CheckSigner(ctx, good), context.Canceled)

	before := p.Certificate("signer").NotBefore.Add(-time.Hour)
	require.ErrorIs(t, p.gate(t).CheckCertificate(t.Context(), good, before), signer.ErrCertificateNotYetValid)

	// Nobody can tell: that is not good.
	offline := p.gate(t)
	offline.Online = false
	err := offline.CheckSigner(t.Context(), good)
	require.ErrorIs(t, err, signer.ErrCertificateUnchecked)
	require.ErrorIs(t, err, signer.ErrUnavailable)
	require.NoError(t, p.server.Close())
	require.ErrorIs(t, p.gate(t).CheckSigner(t.Context(), good), signer.ErrCertificateUnchecked)
	require.False(t, errors.Is(err, signer.ErrCertificateRevoked))
}

// TestCheckSignerIssuer: an issuer that is revoked is named, not the signer.
func TestCheckSignerIssuer(t *testing.T) {
	p := start(t)
	require.NoError(t, p.Revoke("issuer", 2))
	p.SetTime(p.Now().Add(time.Hour))
	err := p.gate(t).CheckSigner(t.Context(), p.Chain("signer"))
	require.ErrorIs(t, err, signer.ErrCertificateRevoked)
	var why *signer.CertificateError
	require.ErrorAs(t, err, &why)
	require.Equal(t, p.Issuer().Raw, why.Certificate.Raw)
}
