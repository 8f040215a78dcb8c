package token_test

import (
	"context"
	"crypto/x509"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/p11fault"
	"github.com/kyso-dev/kyso/internal/softhsm"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/token"
)

// checker answers what it was told to.
type checker struct{ err error }

func (c checker) CheckCertificate(context.Context, []*x509.Certificate, time.Time) error {
	return c.err
}

// TestDiagnose: each thing that stands in the way has its name, what to do in both languages, and who can help.
func TestDiagnose(t *testing.T) {
	pin := token.PIN(softhsm.PIN)
	since := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	cert := thePKI().Certificate("signer")
	for _, c := range []struct {
		name      string
		objects   []softhsm.Object
		fault     func(m *p11fault.Module)
		opts      token.DiagnoseOptions
		codes     []finding.Code // in order
		ready     bool
		authority bool
		causes    int
		text, vi  string // of the first
	}{
		{name: "nothing", opts: token.DiagnoseOptions{PIN: pin}, ready: true},
		{name: "nothing, without a PIN", ready: true},
		{name: "no reader", fault: set(p11fault.NoReader, 1), codes: []finding.Code{token.CodeNoReader}, text: "no token or card reader", vi: "cắm USB token"},
		{name: "no token", fault: set(p11fault.NoToken, 1), codes: []finding.Code{token.CodeNoToken}, text: "no token is plugged in", vi: "cắm USB token"},
		{name: "another token", opts: token.DiagnoseOptions{Token: "none of these"}, codes: []finding.Code{token.CodeNotFound}, text: "none of these", vi: "cắm đúng USB token"},
		{name: "locked", fault: tries(5), opts: token.DiagnoseOptions{PIN: pin}, codes: []finding.Code{signer.CodePINLocked}, authority: true, text: "locked", vi: "số sê-ri của USB token"},
		{name: "final try", fault: tries(4), opts: token.DiagnoseOptions{PIN: pin}, codes: []finding.Code{token.CodePINFinalTry}, text: "one try", vi: "chắc chắn đúng"},
		{name: "tries low", fault: tries(1), opts: token.DiagnoseOptions{PIN: pin}, codes: []finding.Code{token.CodePINLow}, ready: true, text: "wrong PIN was entered", vi: "Unikey"},
		{name: "PIN to be changed", fault: set(p11fault.FlagsSet, 0x080000), codes: []finding.Code{token.CodePINChange}, text: "has to be changed", vi: "đổi sang mã PIN riêng"},
		{name: "PIN not set", fault: set(p11fault.FlagsClear, 8), codes: []finding.Code{token.CodePINNotSet}, authority: true, text: "no user PIN", vi: "thiết lập"},
		{name: "wrong PIN", opts: token.DiagnoseOptions{PIN: token.PIN(wrongPIN)}, codes: []finding.Code{signer.CodePINIncorrect}, text: "wrong", vi: "đừng đoán"},
		{name: "no certificate", objects: []softhsm.Object{{Key: thePKI().Key("signer"), ID: []byte{1}, Label: "only a key"}}, codes: []finding.Code{token.CodeNoCertificate}, text: "no certificate", vi: "kèm mã PIN"},
		{name: "private certificate", fault: set(p11fault.PrivateCertificates, 1), opts: token.DiagnoseOptions{PIN: pin}, ready: true},
		{name: "expired", objects: onToken("expired"), codes: []finding.Code{signer.CodeCertificateExpired}, authority: true, causes: 3, text: "has expired (on ", vi: "gia hạn"},
		{name: "not yet valid", objects: onToken("future"), codes: []finding.Code{signer.CodeCertificateNotYetValid}, text: "not valid yet", vi: "ngày, giờ"},
		{name: "unsuitable", objects: onToken("encipher"), codes: []finding.Code{signer.CodeCertificateUnsuitable}, authority: true, text: "not meant for signing", vi: "chứng thư số khác"},
		{name: "key missing", objects: []softhsm.Object{{Certificate: cert, Label: "keyless"}}, opts: token.DiagnoseOptions{PIN: pin}, codes: []finding.Code{signer.CodeKeyNotFound}, authority: true, text: "no matching signing key", vi: "cấp chứng thư số mới"},
		{name: "several", objects: onToken("signer", "other", "expired"), codes: []finding.Code{signer.CodeAmbiguous}, text: "2 keys match", vi: "mã số thuế"},
		{name: "one of several", objects: onToken("signer", "other", "expired"), opts: token.DiagnoseOptions{Choice: token.Choice{TaxCode: "0100000000"}}, ready: true},
		{name: "suspended", opts: token.DiagnoseOptions{Checker: checker{signer.CertificateSuspended(cert, since, nil)}}, codes: []finding.Code{signer.CodeCertificateSuspended}, authority: true, causes: 3, text: "suspended (since 2026-05-01", vi: "khôi phục"},
		{name: "revoked", opts: token.DiagnoseOptions{Checker: checker{signer.CertificateRevoked(cert, since, "keyCompromise", nil)}}, codes: []finding.Code{signer.CodeCertificateRevoked}, authority: true, causes: 3, text: "revoked (since 2026-05-01", vi: "cấp chứng thư số mới"},
		{name: "status unknown", opts: token.DiagnoseOptions{Checker: checker{signer.NewError(signer.CodeUnavailable, nil)}}, codes: []finding.Code{token.CodeStatus}, ready: true, text: "could not be found out", vi: "Internet"},
		{name: "issuer unknown", opts: token.DiagnoseOptions{Checker: checker{signer.NewError(signer.CodeUnavailable, coded("trust.no-path"))}}, codes: []finding.Code{token.CodeIssuer}, ready: true, text: "not among those trusted", vi: "chứng thư số gốc"},
		{name: "clock behind", opts: token.DiagnoseOptions{Clock: func() time.Time { return time.Date(2009, 1, 1, 0, 0, 0, 0, time.UTC) }}, codes: []finding.Code{token.CodeClock, signer.CodeCertificateNotYetValid}, text: "2009-01-01", vi: "múi giờ"},
		{name: "clock ahead", opts: token.DiagnoseOptions{Time: time.Now().Add(-time.Hour)}, codes: []finding.Code{token.CodeClock}, text: "clock", vi: "múi giờ"},
		{name: "device error", fault: func(m *p11fault.Module) { m.Fail(p11fault.OpenSession, 9, ckrDeviceError) }, codes: []finding.Code{token.CodeDevice}, text: "CKR_DEVICE_ERROR", vi: "trực tiếp vào máy"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, c.objects...)
			if c.fault != nil {
				c.fault(r.module)
			}
			c.opts.Module = r.module.Path
			d, err := token.Diagnose(t.Context(), &c.opts)
			require.NoError(t, err)
			var codes []finding.Code
			for _, p := range d.Problems {
				codes = append(codes, p.Code)
				for _, lang := range []kyso.Lang{"en", "vi"} {
					require.NotEmpty(t, p.Advice(lang))
					require.NotContains(t, p.Text(lang), "?")
					require.NotContains(t, p.Text(lang)+p.Advice(lang), softhsm.PIN)
				}
			}
			require.Equal(t, c.codes, codes)
			require.Equal(t, c.ready, d.Ready())
			if len(c.codes) > 0 {
				first := d.Problems[0]
				require.Contains(t, first.Text("en"), c.text)
				require.Contains(t, first.Text("vi")+first.Advice("vi"), c.vi)
				require.Equal(t, c.authority, first.Authority)
				require.Len(t, first.Causes("vi"), c.causes)
			}
			r.module.Set(p11fault.FailAt, 0)
			r.noRepeat()
			r.noLeak()
			require.LessOrEqual(t, r.module.Get(p11fault.PINs), int64(1))
		})
	}
	t.Run("driver missing", func(t *testing.T) {
		if _, err := token.Open(t.Context(), "nowhere", nil); errors.Is(err, token.ErrNoCgo) {
			t.Skip("without cgo no driver is looked for: TestNoCgo")
		}
		d, err := token.Diagnose(t.Context(), &token.DiagnoseOptions{Catalogue: &token.Catalogue{Schema: 1}})
		require.NoError(t, err)
		require.Equal(t, token.CodeNoDriver, d.Problems[0].Code)
		require.False(t, d.Ready())
	})
	t.Run("crash and hang, probed", func(t *testing.T) {
		r := newRig(t)
		self := executable(t)
		r.module.Set(p11fault.CrashAt, int64(p11fault.GetTokenInfo))
		d, err := token.Diagnose(t.Context(), &token.DiagnoseOptions{Module: r.module.Path, Probe: self})
		require.NoError(t, err)
		require.Equal(t, token.CodeModuleCrash, d.Problems[0].Code)
		r.module.Set(p11fault.CrashAt, 0)
		r.module.Set(p11fault.HangAt, int64(p11fault.GetTokenInfo))
		d, err = token.Diagnose(t.Context(), &token.DiagnoseOptions{Module: r.module.Path, Probe: self, Timeout: 500 * time.Millisecond})
		require.NoError(t, err)
		require.Equal(t, token.CodeModuleHang, d.Problems[0].Code)
		r.module.Set(p11fault.HangAt, 0)
		d, err = token.Diagnose(t.Context(), &token.DiagnoseOptions{Module: r.module.Path, Probe: self})
		require.NoError(t, err)
		require.True(t, d.Ready())
		require.Equal(t, 1, d.Modules[0].Readers)
	})
}

func set(f p11fault.Field, v int64) func(m *p11fault.Module) {
	return func(m *p11fault.Module) { m.Set(f, v) }
}

func tries(used int64) func(m *p11fault.Module) {
	return func(m *p11fault.Module) { m.Set(p11fault.TriesMax, 5); m.Set(p11fault.TriesUsed, used) }
}
