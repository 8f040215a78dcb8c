package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/p11fault"
	"github.com/kyso-dev/kyso/internal/softhsm"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/internal/testtool"
)

// tokenDemo is a demo with a SoftHSM token behind the module that misbehaves.
type tokenDemo struct {
	*demo
	module *p11fault.Module
	soft   string
	label  string
}

func newTokenDemo(t *testing.T, names ...string) *tokenDemo {
	t.Helper()
	testtool.Need(t, "softhsm2-util")
	soft, err := softhsm.Module()
	if errors.Is(err, softhsm.ErrMissing) && os.Getenv("KYSO_REQUIRE_TOOLS") != "1" {
		t.Skip(err)
	}
	require.NoError(t, err)
	d := newDemo(t)
	pki, err := testpki.Load(d.path("pki"), nil)
	require.NoError(t, err)
	t.Cleanup(func() { _ = pki.Close() })
	objects := []softhsm.Object{{Certificate: pki.Certificate("issuer"), Label: "issuer"}}
	for _, name := range names {
		objects = append(objects, softhsm.Object{Key: pki.Key(name), Certificate: pki.Certificate(name), Label: name})
	}
	label := "demo " + strings.Join(names, "+")
	serial, err := softhsm.Token(softhsm.Options{Label: label, Objects: objects})
	require.NoError(t, err)
	d.write("pin", []byte(softhsm.PIN+"\n"))
	d.write("wrong", []byte("86427531\n"))
	d.write("vi", []byte("mậtkhẩu1\n"))
	d.write("new", []byte("75319753\n"))
	d.write("so", []byte(softhsm.SOPIN))
	d.write("so-wrong", []byte("so-00000000"))
	return &tokenDemo{d, p11fault.New(t, soft, serial), soft, label}
}

// key are the flags of the key on the token.
func (d *tokenDemo) key() []string {
	return []string{"--token", d.module.Path, "--pin-file", d.path("pin")}
}

// try runs kyso and returns what it says and its exit code. No PIN may be in what it says.
func (d *tokenDemo) try(args ...string) (said string, code int) {
	d.t.Helper()
	cmd := exec.CommandContext(d.t.Context(), d.kyso, args...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		exit, ok := err.(*exec.ExitError)
		require.True(d.t, ok, "%v", err)
		code = exit.ExitCode()
	}
	for _, secret := range []string{softhsm.PIN, softhsm.SOPIN, "86427531", "75319753", "mậtkhẩu1", "so-00000000"} {
		require.NotContains(d.t, string(out), secret)
		require.NotContains(d.t, strings.Join(args, " "), secret)
	}
	return string(out), code
}

// TestTokenFaults plays each fault before the command: the exit code, what it says in both languages, no output left behind, and at
// most one PIN sent.
func TestTokenFaults(t *testing.T) {
	d := newTokenDemo(t, "signer")
	sign := append(append([]string{"sign", "cms"}, d.key()...), d.path("a.txt"), d.path("out.p7s"))
	with := func(file string) []string {
		return []string{"sign", "cms", "--token", d.module.Path, "--pin-file", d.path(file), d.path("a.txt"), d.path("out.p7s")}
	}
	change := []string{"token", "change-pin", "--module", d.module.Path, "--pin-file", d.path("pin"), "--new-pin-file", d.path("new")}
	unlock := func(so string) []string {
		return []string{"token", "unlock", "--module", d.module.Path, "--so-pin-file", d.path(so), "--new-pin-file", d.path("new")}
	}
	type setting struct {
		field p11fault.Field
		value int64
	}
	fails := func(f p11fault.Function, value int64) []setting {
		return []setting{{p11fault.FailValue, value}, {p11fault.FailCount, 99}, {p11fault.FailAt, int64(f)}}
	}
	for _, c := range []struct {
		name   string
		set    []setting
		args   []string
		code   int
		en, vi string
		pins   int64 // of both kinds that the token looked at
	}{
		{"no fault", nil, sign, 0, "signed", "đã ký", 1},
		{"wrong PIN", nil, with("wrong"), 6, "the PIN is wrong", "mã PIN không đúng", 1},
		{"wrong PIN, one left", []setting{{p11fault.TriesMax, 2}}, with("wrong"), 6, "tries left: 1", "số lần thử còn lại: 1", 1},
		{"wrong PIN locks", []setting{{p11fault.TriesMax, 2}, {p11fault.TriesUsed, 1}}, append(with("wrong"), "--insist-pin"), 6, "locked", "bị khóa", 1},
		{"final try", []setting{{p11fault.TriesMax, 3}, {p11fault.TriesUsed, 2}}, sign, 6, "only one try is left", "chỉ còn một lần thử", 0},
		{"final try, insisted", []setting{{p11fault.TriesMax, 3}, {p11fault.TriesUsed, 2}}, append(sign[:len(sign):len(sign)], "--insist-pin"), 0, "signed", "đã ký", 1},
		{"tries low", []setting{{p11fault.TriesMax, 3}, {p11fault.TriesUsed, 1}}, sign, 0, "signed", "đã ký", 1},
		{"locked", []setting{{p11fault.TriesMax, 3}, {p11fault.TriesUsed, 3}}, sign, 6, "locked", "bị khóa", 0},
		{"PIN expired", fails(p11fault.Login, 0xA3), sign, 6, "has expired", "đã hết hạn", 0},
		{"Vietnamese input method", nil, with("vi"), 6, "Unikey", "Unikey", 0},
		{"pulled out", []setting{{p11fault.Removed, 1}}, sign, 6, "no token is plugged in", "chưa cắm USB token", 0},
		{"pulled out while signing", []setting{{p11fault.LoseAt, 1}}, sign, 6, "was pulled out", "đã bị rút ra", 1},
		{"sessions die", []setting{{p11fault.KillAt, 1}, {p11fault.Signatures, 1}}, sign, 0, "signed", "đã ký", 2},
		{"read-write refused", []setting{{p11fault.WriteRefused, 1}}, sign, 0, "signed", "đã ký", 1},
		{"read-write refused, PIN to change", []setting{{p11fault.WriteRefused, 1}}, change, 6, "refuses changes", "không cho phép thay đổi", 0},
		{"sizes answered by 0", []setting{{p11fault.SizeZero, 1}}, sign, 0, "signed", "đã ký", 1},
		{"a log-in for each signature", []setting{{p11fault.AlwaysAuthenticate, 1}}, sign, 0, "signed", "đã ký", 2},
		{"private certificates", []setting{{p11fault.PrivateCertificates, 1}}, sign, 0, "signed", "đã ký", 1},
		{"one session", []setting{{p11fault.MaxSessions, 1}}, sign, 0, "signed", "đã ký", 1},
		{"slow", []setting{{p11fault.SlowMicroseconds, 300_000}, {p11fault.SlowAt, int64(p11fault.Sign)}}, sign, 0, "signed", "đã ký", 1},
		{"wrong signature", []setting{{p11fault.WrongSignatures, 9}}, sign, 6, "does not fit the certificate", "không khớp với chứng thư số", 1},
		{"crash", []setting{{p11fault.CrashAt, int64(p11fault.GetSlotList)}}, sign, 6, "crashes", "bị lỗi và tự đóng", 0},
		{"device error", fails(p11fault.Sign, 0x30), sign, 6, "CKR_DEVICE_ERROR", "CKR_DEVICE_ERROR", 1},
		{"no reader", []setting{{p11fault.NoReader, 1}}, sign, 6, "no token or card reader", "không có USB token hoặc đầu đọc thẻ", 0},
		{"SO PIN wrong", nil, unlock("so-wrong"), 6, "(SO PIN) is wrong", "(SO PIN) không đúng", 1},
		{"SO final try", []setting{{p11fault.SOTriesMax, 3}, {p11fault.SOTriesUsed, 2}}, unlock("so"), 6, "useless for good", "hỏng vĩnh viễn", 0},
		{"SO locked", []setting{{p11fault.SOTriesMax, 3}, {p11fault.SOTriesUsed, 3}}, unlock("so"), 6, "is locked", "đã bị khóa", 0},
		{"SO locked, and nobody is asked", []setting{{p11fault.SOTriesMax, 3}, {p11fault.SOTriesUsed, 3}}, unlock("so")[:4], 6, "is locked", "đã bị khóa", 0},
		{"locked, and nobody is asked for the old PIN", []setting{{p11fault.TriesMax, 3}, {p11fault.TriesUsed, 3}}, change[:4], 6, "locked", "bị khóa", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, lang := range []string{"en", "vi"} {
				d.module.Reset()
				for _, s := range c.set {
					d.module.Set(s.field, s.value)
				}
				said, code := d.try(append([]string{"--lang", lang}, c.args...)...)
				require.Equal(t, c.code, code, said)
				want := c.en
				if lang == "vi" {
					want = c.vi
				}
				require.Contains(t, said, want)
				require.Equal(t, c.pins, d.module.Get(p11fault.PINs)+d.module.Get(p11fault.SOPINs))
				require.Zero(t, d.module.Get(p11fault.Repeated))
				require.Zero(t, d.module.Get(p11fault.Sessions), "sessions left open")
				_, err := os.Stat(d.path("out.p7s"))
				require.Equal(t, c.code == 0, err == nil, "an output exists only where it is whole")
				left, err := filepath.Glob(d.path(".kyso-*"))
				require.NoError(t, err)
				require.Empty(t, left)
				_ = os.Remove(d.path("out.p7s"))
			}
		})
	}
	t.Run("hang", func(t *testing.T) {
		d.module.Reset()
		d.module.Set(p11fault.HangAt, int64(p11fault.GetSlotList))
		defer d.module.Set(p11fault.HangAt, 0)
		cmd := exec.CommandContext(t.Context(), d.kyso, sign...)
		out := new(strings.Builder)
		cmd.Stderr = out
		require.NoError(t, cmd.Start())
		require.Eventually(t, func() bool { return d.module.Calls(p11fault.GetSlotList) > 0 }, time.Minute, 10*time.Millisecond)
		require.NoError(t, cmd.Process.Signal(os.Interrupt))
		began := time.Now()
		err := cmd.Wait()
		require.Less(t, time.Since(began), 20*time.Second, "an interrupt ends a command that waits for a module")
		var exit *exec.ExitError
		require.ErrorAs(t, err, &exit)
		require.Equal(t, 6, exit.ExitCode(), out)
	})
	t.Run("D1 names of a token cannot forge a line", func(t *testing.T) {
		serial, err := softhsm.Token(softhsm.Options{Label: "a\x1b[2Jb\nsigned x\u202e"})
		require.NoError(t, err)
		m := p11fault.New(t, d.soft, serial)
		for _, args := range [][]string{{"token", "list"}, {"token", "status"}, {"token", "diagnose"}} {
			said, _ := d.try(append(args, "--module", m.Path)...)
			require.NotContains(t, said, "\x1b")
			require.NotContains(t, said, "\nsigned x")
			require.NotContains(t, said, "\u202e")
		}
		said, code := d.try("sign", "cms", "--token", m.Path, "--token-label", "none", "--pin-file", d.path("pin"), d.path("a.txt"), d.path("out.p7s"))
		require.Equal(t, 6, code)
		require.NotContains(t, said, "\x1b")
		require.Equal(t, 1, strings.Count(said, "\n"), said)
	})
}

// TestJudgesAcceptTokens signs with keys of a token and asks everybody. Nothing is left on the token or open.
func TestJudgesAcceptTokens(t *testing.T) {
	for _, name := range []string{"signer", "ec"} {
		t.Run(name, func(t *testing.T) {
			d := newTokenDemo(t, name)
			pkcs11tool := testtool.Need(t, "pkcs11-tool")
			objects := func() string {
				out, _ := testtool.Run(t, pkcs11tool, "--module", d.soft, "--token-label", d.label, "--login", "--pin", softhsm.PIN, "--list-objects")
				return out
			}
			before := objects()
			require.Contains(t, before, "Private Key Object")
			level := []string{"--level", "B-T", "--tsa", d.tsa}
			pdf, cms := d.path("a-signed.pdf"), d.path("a.p7s")
			d.run(append(append(append([]string{"sign", "pdf"}, d.key()...), level...), d.path("a.pdf"), pdf)...)
			d.run(append(append(append([]string{"sign", "cms"}, d.key()...), level...), d.path("a.txt"), cms)...)
			require.Equal(t, before, objects())
			require.Zero(t, d.module.Get(p11fault.Sessions))
			require.EqualValues(t, 2, d.module.Get(p11fault.Logins))

			out, _ := testtool.Run(t, testtool.Need(t, "pdfsig"), "-nocert", pdf)
			require.Contains(t, out, "Signature is Valid.")
			d.opensslReadsPDF(t, pdf)
			testtool.Run(t, testtool.Need(t, "openssl"), "cms", "-verify", "-binary", "-inform", "DER", "-in", cms, "-content", d.path("a.txt"), "-CAfile", d.root, "-out", os.DevNull)
			answers := testtool.DSS(t, "validate", "--trust", d.root, "--online", "--content", d.path("a.txt"), pdf, cms)
			for i, want := range []string{"PAdES-BASELINE-T", "CAdES-BASELINE-T"} {
				wantField(t, answers[i], want, "signatures", 0, "format")
				wantField(t, answers[i], "TOTAL-PASSED", "indication")
			}
			for _, answer := range testtool.Hanko(t, "validate", "--trust", d.root, "--online", "--content", d.path("a.txt"), pdf, cms) {
				wantField(t, answer, true, "bottom_line")
			}
			_, code := d.try("verify", "--trust", d.root, "--online", "--allow-private", pdf)
			require.Zero(t, code)
		})
	}
}
