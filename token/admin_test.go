package token_test

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
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

const newPIN = "75319753"

func coded(code finding.Code) error { return &token.Error{Fault: finding.NewFault(code, nil)} }

func TestChangePIN(t *testing.T) {
	for _, c := range []struct {
		name       string
		fault      func(m *p11fault.Module)
		old, fresh string
		opts       *token.PINOptions
		is         error
		pins       int64
	}{
		{"changed", nil, softhsm.PIN, newPIN, nil, nil, 1},
		{"wrong old one", nil, wrongPIN, newPIN, nil, signer.ErrPINIncorrect, 1},
		{"old one with a diacritic", nil, "mậtkhẩu", newPIN, nil, token.ErrPINCharacters, 0},
		{"new one with a diacritic", nil, softhsm.PIN, "mậtkhẩu", nil, token.ErrPINCharacters, 0},
		{"new one too short", func(m *p11fault.Module) { m.Set(p11fault.MinPIN, 6); m.Set(p11fault.MaxPIN, 8) }, softhsm.PIN, "123", nil, token.ErrPINLength, 0},
		{"new one empty", nil, softhsm.PIN, "", nil, coded(token.CodePINEmpty), 0},
		{"new one is the old one", nil, softhsm.PIN, softhsm.PIN, nil, coded(token.CodePINNewSame), 0},
		{"new one is a default", nil, softhsm.PIN, "12345678", nil, coded(token.CodePINNewDefault), 0},
		{"new one is a default, wanted", nil, softhsm.PIN, "12345678", &token.PINOptions{AllowDefault: true}, nil, 1},
		{"final try", func(m *p11fault.Module) { m.Set(p11fault.TriesMax, 5); m.Set(p11fault.TriesUsed, 4) }, softhsm.PIN, newPIN, nil, token.ErrPINFinalTry, 0},
		{"final try, insisted", func(m *p11fault.Module) { m.Set(p11fault.TriesMax, 5); m.Set(p11fault.TriesUsed, 4) }, softhsm.PIN, newPIN, &token.PINOptions{Insist: true}, nil, 1},
		{"locked", func(m *p11fault.Module) { m.Set(p11fault.TriesMax, 5); m.Set(p11fault.TriesUsed, 5) }, softhsm.PIN, newPIN, &token.PINOptions{Insist: true}, signer.ErrPINLocked, 0},
		{"read-write refused", func(m *p11fault.Module) { m.Set(p11fault.WriteRefused, 1) }, softhsm.PIN, newPIN, nil, token.ErrReadOnly, 0},
		{"new one rejected by the token", func(m *p11fault.Module) { m.Fail(p11fault.SetPIN, 1, ckrPINInvalid) }, softhsm.PIN, newPIN, nil, coded(token.CodePINRejected), 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			tok := r.token()
			if c.fault != nil {
				c.fault(r.module)
			}
			err := tok.ChangePIN(t.Context(), c.old, c.fresh, c.opts)
			require.Equal(t, c.pins, r.module.Get(p11fault.PINs))
			if c.is != nil {
				require.ErrorIs(t, err, c.is)
				require.Error(t, tok.ChangePIN(t.Context(), c.old, c.fresh, &token.PINOptions{}), "again")
				r.noRepeat()
				r.noLeak()
				requireNoSecret(t, err, c.old, c.fresh)
				return
			}
			require.NoError(t, err)
			r.noLeak()
			require.NoError(t, sign(t, r.signer(&token.SignerOptions{PIN: token.PIN(c.fresh)})))
		})
	}
}

func requireNoSecret(t *testing.T, err error, secrets ...string) {
	t.Helper()
	said := fmt.Sprintf("%v %+v %#v %q", err, err, err, err) + kyso.Explain(err, "vi")
	for _, s := range secrets {
		if len(s) > 3 {
			require.NotContains(t, said, s)
		}
	}
}

// TestChangePINWhileSigning: a signer that was logged in logs in with the new PIN.
func TestChangePINWhileSigning(t *testing.T) {
	r := newRig(t)
	s := r.signer(nil)
	require.NoError(t, sign(t, s))
	require.NoError(t, r.token().ChangePIN(t.Context(), softhsm.PIN, newPIN, nil))
	require.NoError(t, sign(t, s))
	require.Zero(t, r.module.Get(p11fault.Wrong))
}

// TestChangedElsewhere: a PIN that was right once and is no more is sent once again after a re-plug, and then never.
func TestChangedElsewhere(t *testing.T) {
	r := newRig(t)
	s := r.signer(nil)
	require.NoError(t, sign(t, s))
	r.module.Fail(p11fault.Login, 1, 0xA0) // as if another computer had changed it
	r.module.Set(p11fault.Kill, 1)
	require.ErrorIs(t, sign(t, s), signer.ErrPINIncorrect)
	require.ErrorIs(t, sign(t, s), token.ErrPINSentBefore)
	require.ErrorIs(t, sign(t, s), token.ErrPINSentBefore)
	require.EqualValues(t, 1, r.module.Get(p11fault.PINs), "the others did not reach the token")
	require.EqualValues(t, 2, r.module.Calls(p11fault.Login))
}

// TestChangePINAmongOthers: whoever wants the token for himself waits for those who sign, and they for him; nobody waits for ever.
func TestChangePINAmongOthers(t *testing.T) {
	r := newRig(t)
	r.module.Set(p11fault.MaxSessions, 3)
	s := r.signer(&token.SignerOptions{KeepLogin: -1})
	other := r.signer(nil)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for _, who := range []*token.Signer{s, s, other, other} {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if _, err := who.Sign(context.Background(), digest("a"), crypto.SHA256); err != nil && !errors.Is(err, signer.ErrPINIncorrect) && !errors.Is(err, token.ErrPINSentBefore) {
					t.Errorf("%v", err)
					return
				}
			}
		})
	}
	pin := softhsm.PIN
	for i := range 4 {
		fresh := fmt.Sprintf("7531975%d", i)
		require.NoError(t, r.token().ChangePIN(context.Background(), pin, fresh, nil))
		pin = fresh
	}
	close(stop)
	wg.Wait()
	r.noRepeat()
}

func TestUnlock(t *testing.T) {
	for _, c := range []struct {
		name      string
		fault     func(m *p11fault.Module)
		so, fresh string
		opts      *token.PINOptions
		is        error
		pins      int64
		en, vi    string
	}{
		{"unlocked", nil, softhsm.SOPIN, newPIN, nil, nil, 1, "", ""},
		{"to the default", nil, softhsm.SOPIN, "12345678", &token.PINOptions{AllowDefault: true}, nil, 1, "", ""},
		{"default not wanted", nil, softhsm.SOPIN, "12345678", nil, coded(token.CodePINNewDefault), 0, "everybody knows", "ai cũng biết"},
		{"wrong SO PIN", nil, "so-00000000", newPIN, nil, token.ErrSOPIN, 1, "administrator's PIN (SO PIN) is wrong", "SO PIN) không đúng"},
		{"SO final try", func(m *p11fault.Module) { m.Set(p11fault.SOTriesMax, 3); m.Set(p11fault.SOTriesUsed, 2) }, softhsm.SOPIN, newPIN, nil, token.ErrSOPINFinalTry, 0, "useless for good", "hỏng vĩnh viễn"},
		{"SO locked", func(m *p11fault.Module) { m.Set(p11fault.SOTriesMax, 3); m.Set(p11fault.SOTriesUsed, 3) }, softhsm.SOPIN, newPIN, &token.PINOptions{Insist: true}, token.ErrSOPINLocked, 0, "is locked", "đã bị khóa"},
		{"SO wrong on the last try", func(m *p11fault.Module) { m.Set(p11fault.SOTriesMax, 3); m.Set(p11fault.SOTriesUsed, 2) }, "so-00000000", newPIN, &token.PINOptions{Insist: true}, token.ErrSOPINLocked, 1, "is locked", "đã bị khóa"},
		{"SO PIN with a diacritic", nil, "quảntrị1", newPIN, nil, token.ErrPINCharacters, 0, "Unikey", "Unikey"},
		{"new PIN rejected", func(m *p11fault.Module) { m.Fail(p11fault.InitPIN, 1, 0xA2) }, softhsm.SOPIN, newPIN, nil, coded(token.CodePINRejected), 1, "CKR_PIN_LEN_RANGE", "CKR_PIN_LEN_RANGE"},
		{"read-write refused", func(m *p11fault.Module) { m.Set(p11fault.WriteRefused, 1) }, softhsm.SOPIN, newPIN, nil, token.ErrReadOnly, 0, "refuses changes", "không cho phép thay đổi"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			r.module.Set(p11fault.TriesMax, 5)
			r.module.Set(p11fault.TriesUsed, 5)
			tok := r.token()
			held := r.signer(nil) // a signer that is open closes nothing off
			require.ErrorIs(t, sign(t, held), signer.ErrPINLocked)
			if c.fault != nil {
				c.fault(r.module)
			}
			found, err := tok.Unlock(t.Context(), c.so, c.fresh, c.opts)
			require.Equal(t, c.pins, r.module.Get(p11fault.SOPINs))
			if c.is != nil {
				require.ErrorIs(t, err, c.is)
				require.Contains(t, kyso.Explain(err, "en"), c.en)
				require.Contains(t, kyso.Explain(err, "vi"), c.vi)
				requireNoSecret(t, err, c.so, c.fresh)
				if c.name == "wrong SO PIN" {
					_, err = tok.Unlock(t.Context(), c.so, c.fresh, nil)
					require.ErrorIs(t, err, token.ErrPINSentBefore)
				}
				r.noRepeat()
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.fresh == "12345678", len(found) == 1 && found[0].Code == token.CodePINDefault)
			status, err := tok.Status(t.Context())
			require.NoError(t, err)
			require.False(t, status.User.Locked)
			require.NoError(t, held.Close())
			require.NoError(t, sign(t, r.signer(&token.SignerOptions{PIN: token.PIN(c.fresh)})))
		})
	}
}

func TestStatus(t *testing.T) {
	r := newRig(t)
	tok := r.token()
	status, err := tok.Status(t.Context())
	require.NoError(t, err)
	require.Equal(t, token.PINState{Set: true}, status.User)
	require.True(t, status.LoginRequired)
	require.Equal(t, r.label, status.Info.Label)
	for _, c := range []struct {
		used int64
		want token.PINState
	}{{1, token.PINState{Set: true, TriesLow: true}}, {4, token.PINState{Set: true, TriesLow: true, FinalTry: true}}, {5, token.PINState{Set: true, TriesLow: true, Locked: true}}} {
		r.module.Set(p11fault.TriesMax, 5)
		r.module.Set(p11fault.TriesUsed, c.used)
		r.module.Set(p11fault.SOTriesMax, 5)
		r.module.Set(p11fault.SOTriesUsed, c.used)
		status, err = tok.Status(t.Context())
		require.NoError(t, err)
		require.Equal(t, c.want, status.User)
		require.Equal(t, c.want, status.SO)
	}
	r.module.Set(p11fault.FlagsSet, 0x080000)
	status, err = tok.Status(t.Context())
	require.NoError(t, err)
	require.True(t, status.User.MustChange)
	require.Zero(t, r.module.Get(p11fault.PINs))
	r.module.Set(p11fault.TriesUsed, 0)
	require.Error(t, sign(t, r.signer(&token.SignerOptions{PIN: token.PIN(wrongPIN)})))
	status, err = tok.Status(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, status.Failures)
	require.True(t, status.User.TriesLow)
	r.module.Set(p11fault.Removed, 1)
	_, err = tok.Status(t.Context())
	require.ErrorIs(t, err, token.ErrRemoved)
	r.module.Set(p11fault.Removed, 0)
}

// TestDefaultPIN: that a PIN is one which authorities hand out is known after a log-in with it, and costs no try.
func TestDefaultPIN(t *testing.T) {
	label := "default pin " + t.Name()
	softHSM(t)
	serial, err := softhsm.Token(softhsm.Options{Label: label[:20], PIN: "12345678", Objects: onToken("signer")})
	require.NoError(t, err)
	m := p11fault.New(t, softHSM(t), serial)
	tok := open(t, m.Path, "")
	s, err := tok.Signer(t.Context(), token.Choice{}, &token.SignerOptions{PIN: token.PIN("12345678")})
	require.NoError(t, err)
	defer s.Close()
	require.Empty(t, s.Findings())
	require.NoError(t, sign(t, s))
	require.Len(t, s.Findings(), 1)
	require.Equal(t, token.CodePINDefault, s.Findings()[0].Code)
	require.Contains(t, s.Findings()[0].Text(kyso.Vietnamese), "đổi mã PIN ngay")
	status, err := tok.Status(t.Context())
	require.NoError(t, err)
	require.True(t, status.DefaultPIN)
	require.EqualValues(t, 1, m.Get(p11fault.PINs))
	require.NoError(t, tok.ChangePIN(t.Context(), "12345678", newPIN, nil))
	require.Empty(t, s.Findings())
}

// TestKeepLogin: the log-in ends when the policy says so, and with it the memory of the PIN.
func TestKeepLogin(t *testing.T) {
	asked := 0
	prompt := func(context.Context, token.Ask) (string, error) { asked++; return softhsm.PIN, nil }
	t.Run("not beyond a call", func(t *testing.T) {
		r, before := newRig(t), asked
		s := r.signer(&token.SignerOptions{PIN: prompt, KeepLogin: -1})
		_, err := s.SignBatch(t.Context(), requests(5))
		require.NoError(t, err)
		require.Equal(t, 1, asked-before, "one log-in for a batch")
		r.noLeak()
		require.NoError(t, sign(t, s))
		require.Equal(t, 2, asked-before)
		require.EqualValues(t, 2, r.module.Get(p11fault.Logouts))
	})
	t.Run("for a time", func(t *testing.T) {
		r, before := newRig(t), asked
		s := r.signer(&token.SignerOptions{PIN: prompt, KeepLogin: 3 * time.Second})
		require.NoError(t, sign(t, s))
		require.NoError(t, sign(t, s))
		require.Equal(t, 1, asked-before)
		require.Eventually(t, func() bool { return r.module.Get(p11fault.Sessions) == 0 }, 30*time.Second, 10*time.Millisecond)
		require.NoError(t, sign(t, s))
		require.Equal(t, 2, asked-before)
	})
	t.Run("until Close, and shared", func(t *testing.T) {
		r, before := newRig(t), asked
		a, b := r.signer(&token.SignerOptions{PIN: prompt}), r.signer(&token.SignerOptions{PIN: prompt})
		require.NoError(t, sign(t, a))
		require.NoError(t, sign(t, b))
		require.NoError(t, a.Close())
		require.NoError(t, a.Close())
		require.ErrorIs(t, sign(t, a), token.ErrClosed)
		require.NoError(t, sign(t, b), "the other still holds the log-in")
		require.Equal(t, 1, asked-before)
		require.NoError(t, b.Close())
		r.noLeak()
	})
}

// TestPromptIsAskedOnlyWhenNeeded: nothing is asked where the flags forbid a try, where the choice fails, and for public certificates.
func TestPromptIsAskedOnlyWhenNeeded(t *testing.T) {
	r := newRig(t)
	asked := 0
	var last token.Ask
	prompt := func(_ context.Context, ask token.Ask) (string, error) { asked++; last = ask; return softhsm.PIN, nil }
	certs, err := r.token().Certificates(t.Context(), nil)
	require.NoError(t, err)
	require.Len(t, certs, 2)
	if certs[0].Label != "signer" { // a token lists them in any order
		certs[0], certs[1] = certs[1], certs[0]
	}
	require.Equal(t, token.KeyLikely, certs[0].Key)
	require.NoError(t, certs[0].Problem)
	require.ErrorIs(t, certs[1].Problem, signer.ErrCertificateUnsuitable)
	require.Equal(t, "0100000000", certs[0].Identity.TaxCode)
	s := r.signer(&token.SignerOptions{PIN: prompt})
	chain, err := s.Certificates(t.Context())
	require.NoError(t, err)
	require.Len(t, chain, 2, "the issuer on the token is part of the chain")
	require.Zero(t, asked)
	require.NoError(t, sign(t, s))
	require.Equal(t, 1, asked)
	require.Equal(t, token.ForLogin, last.Purpose)
	require.Equal(t, r.label, last.Token.Label)
	// A prompt that fails is not asked again by itself, and its error comes through.
	bad := newRig(t).signer(&token.SignerOptions{PIN: func(context.Context, token.Ask) (string, error) { return "", context.DeadlineExceeded }})
	require.ErrorIs(t, sign(t, bad), context.DeadlineExceeded)
}

// TestSecrets: no verb prints a PIN, and a signer that is logged in prints none either.
func TestSecrets(t *testing.T) {
	r := newRig(t)
	s := r.signer(nil)
	require.NoError(t, sign(t, s))
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T"} {
		require.NotContains(t, fmt.Sprintf(verb, s), softhsm.PIN, verb)
		require.NotContains(t, fmt.Sprintf(verb, *s.Certificate()), softhsm.PIN, verb)
	}
	_, err := s.Sign(t.Context(), []byte("short"), crypto.SHA256)
	requireNoSecret(t, err, softhsm.PIN)
	stack := make([]byte, 1<<20)
	require.NotContains(t, string(stack[:runtime.Stack(stack, true)]), softhsm.PIN, "of a panic")
	require.NotContains(t, strings.Join(args(t), " "), softhsm.PIN)
}
