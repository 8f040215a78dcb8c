package token_test

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/p11fault"
	"github.com/kyso-dev/kyso/internal/softhsm"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/signer/signertest"
	"github.com/kyso-dev/kyso/token"
)

// rig is a SoftHSM token behind the module that misbehaves.
type rig struct {
	*testing.T
	module *p11fault.Module
	label  string
}

func newRig(t *testing.T, objects ...softhsm.Object) *rig {
	t.Helper()
	if objects == nil {
		objects = onToken("signer")
	}
	label, serial := makeToken(t, objects...)
	return &rig{t, p11fault.New(t, softHSM(t), serial), label}
}

// token opens it.
func (r *rig) token() *token.Token { r.Helper(); return open(r, r.module.Path, r.label) }

// signer makes a signer that is closed at the end; then no session may be left.
func (r *rig) signer(opts *token.SignerOptions) *token.Signer {
	r.Helper()
	if opts == nil {
		opts = &token.SignerOptions{}
	}
	if opts.PIN == nil {
		opts.PIN = token.PIN(softhsm.PIN)
	}
	s, err := r.token().Signer(r.Context(), token.Choice{}, opts)
	require.NoError(r, err)
	r.Cleanup(func() {
		require.NoError(r, s.Close())
		r.noLeak()
	})
	return s
}

func (r *rig) noLeak() {
	r.Helper()
	require.Zero(r, r.module.Get(p11fault.Sessions), "sessions left open")
}

// noRepeat: no wrong PIN was ever sent twice.
func (r *rig) noRepeat() {
	r.Helper()
	require.Zero(r, r.module.Get(p11fault.Repeated), "a wrong PIN was sent again")
}

func digest(s string) []byte { d := sha256.Sum256([]byte(s)); return d[:] }

func sign(t *testing.T, s signer.Signer) error {
	t.Helper()
	_, err := s.Sign(t.Context(), digest("a"), crypto.SHA256)
	return err
}

func TestFaultModuleWithoutFaults(t *testing.T) {
	for _, name := range []string{"signer", "ec"} {
		r := newRig(t, onToken(name)...)
		signertest.Test(t, func(t testing.TB) signer.Signer {
			s, err := r.token().Signer(t.Context(), token.Choice{}, &token.SignerOptions{PIN: token.PIN(softhsm.PIN)})
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, s.Close()) })
			return s
		}, signertest.Capabilities{Algorithms: []crypto.SignerOpts{crypto.SHA256, crypto.SHA384}, Concurrent: true, Secrets: []string{softhsm.PIN}})
		r.noLeak()
		require.EqualValues(t, 1, r.module.Get(p11fault.Initialized))
		require.Zero(t, r.module.Get(p11fault.Wrong))
	}
}

// Answers of modules, by their numbers in the standard.
const (
	ckrDeviceError        = 0x30
	ckrPINExpired         = 0xA3
	ckrPINInvalid         = 0xA1
	ckrTokenNotRecognized = 0xE1
	ckrGeneralError       = 0x05
	ckrNotPermitted       = 0x68
	ckrUserPINNotSet      = 0x102
	ckrCancelled          = 0x50
)

// wrongPIN is refused by all tokens of these tests.
const wrongPIN = "86427531"

// TestFaults plays one fault each: the error is of the right kind and says the right thing in both languages, no secret is in it, and no
// wrong PIN is sent twice however often one tries.
func TestFaults(t *testing.T) {
	for _, c := range []struct {
		name   string
		fault  func(m *p11fault.Module)
		opts   token.SignerOptions
		is     []error
		en, vi string
		pins   int64 // that reach the token in two attempts
	}{
		{"wrong PIN", nil, token.SignerOptions{PIN: token.PIN(wrongPIN)}, []error{signer.ErrPINIncorrect}, "this PIN was tried on this token before", "mã PIN này đã được thử", 1},
		{"wrong PIN, one left", func(m *p11fault.Module) { m.Set(p11fault.TriesMax, 2) }, token.SignerOptions{PIN: token.PIN(wrongPIN)},
			[]error{token.ErrPINFinalTry}, "only one try is left", "chỉ còn một lần thử", 1},
		{"final try", func(m *p11fault.Module) { m.Set(p11fault.TriesMax, 5); m.Set(p11fault.TriesUsed, 4) }, token.SignerOptions{},
			[]error{token.ErrPINFinalTry}, "only one try is left", "chỉ còn một lần thử", 0},
		{"final try, insisted, wrong", func(m *p11fault.Module) { m.Set(p11fault.TriesMax, 5); m.Set(p11fault.TriesUsed, 4) },
			token.SignerOptions{PIN: token.PIN(wrongPIN), InsistPIN: true}, []error{signer.ErrPINLocked}, "the PIN is locked", "mã PIN đã bị khóa", 1},
		{"locked", func(m *p11fault.Module) { m.Set(p11fault.TriesMax, 5); m.Set(p11fault.TriesUsed, 5) }, token.SignerOptions{InsistPIN: true},
			[]error{signer.ErrPINLocked}, "the PIN is locked", "mã PIN đã bị khóa", 0},
		{"PIN not set", func(m *p11fault.Module) { m.Set(p11fault.FlagsClear, 8) }, token.SignerOptions{},
			[]error{token.ErrPINNotSet}, "no user PIN yet", "chưa được đặt mã PIN", 0},
		{"PIN not set, told late", func(m *p11fault.Module) { m.Fail(p11fault.Login, 9, ckrUserPINNotSet) }, token.SignerOptions{},
			[]error{token.ErrPINNotSet}, "no user PIN yet", "chưa được đặt mã PIN", 0},
		{"PIN expired", func(m *p11fault.Module) { m.Fail(p11fault.Login, 9, ckrPINExpired) }, token.SignerOptions{},
			[]error{signer.ErrPINExpired}, "the PIN has expired", "mã PIN đã hết hạn", 0},
		{"no PIN", nil, token.SignerOptions{PIN: func(context.Context, token.Ask) (string, error) { return "", nil }},
			[]error{&token.Error{Fault: finding.NewFault(token.CodePINEmpty, nil)}}, "the PIN is empty", "mã PIN để trống", 0},
		{"Vietnamese input method", nil, token.SignerOptions{PIN: token.PIN("matkhâu1")}, []error{token.ErrPINCharacters}, "Vietnamese input method", "bộ gõ tiếng Việt", 0},
		{"PIN too short", func(m *p11fault.Module) { m.Set(p11fault.MinPIN, 6); m.Set(p11fault.MaxPIN, 8) }, token.SignerOptions{PIN: token.PIN("1234")},
			[]error{token.ErrPINLength}, "6 to 8 characters", "từ 6 đến 8 ký tự", 0},
		{"PIN too long", func(m *p11fault.Module) { m.Set(p11fault.MinPIN, 6); m.Set(p11fault.MaxPIN, 8) }, token.SignerOptions{PIN: token.PIN("123456789")},
			[]error{token.ErrPINLength}, "6 to 8 characters", "từ 6 đến 8 ký tự", 0},
		{"pulled out", func(m *p11fault.Module) { m.Set(p11fault.RemoveAt, 1); m.Set(p11fault.Signatures, 1) }, token.SignerOptions{},
			[]error{token.ErrRemoved, signer.ErrUnavailable}, "was pulled out", "đã bị rút ra", 1},
		{"not recognised", func(m *p11fault.Module) { m.Fail(p11fault.Login, 9, ckrTokenNotRecognized) }, token.SignerOptions{},
			[]error{signer.ErrUnavailable}, "does not know this token", "không nhận ra USB token", 0},
		{"device error", func(m *p11fault.Module) { m.Fail(p11fault.SignInit, 9, ckrDeviceError) }, token.SignerOptions{},
			[]error{signer.ErrUnavailable}, "reports an error (CKR_DEVICE_ERROR)", "báo lỗi (CKR_DEVICE_ERROR)", 1},
		{"general error", func(m *p11fault.Module) { m.Fail(p11fault.Sign, 9, ckrGeneralError) }, token.SignerOptions{},
			[]error{signer.ErrUnavailable}, "CKR_GENERAL_ERROR", "CKR_GENERAL_ERROR", 1},
		{"key for another use", func(m *p11fault.Module) { m.Fail(p11fault.SignInit, 9, ckrNotPermitted) }, token.SignerOptions{},
			nil, "does not let the key sign", "không cho phép dùng khóa này để ký", 1},
		{"refused on the device", func(m *p11fault.Module) { m.Fail(p11fault.Sign, 9, ckrCancelled) }, token.SignerOptions{},
			[]error{signer.ErrRefused}, "has refused", "đã từ chối", 1},
		{"unknown answer", func(m *p11fault.Module) { m.Fail(p11fault.Sign, 9, 0x80001234) }, token.SignerOptions{},
			[]error{signer.ErrProtocol}, "CKR 0x80001234", "CKR 0x80001234", 1},
		{"wrong signature", func(m *p11fault.Module) { m.Set(p11fault.WrongSignatures, 9) }, token.SignerOptions{},
			[]error{signer.ErrSignatureInvalid, signer.ErrProtocol}, "does not fit the certificate", "không khớp với chứng thư số", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			s := r.signer(&c.opts)
			if c.fault != nil {
				c.fault(r.module)
			}
			require.Error(t, sign(t, s))
			err := sign(t, s) // the second attempt is the one whose error is looked at: it must not cost a PIN
			require.Error(t, err)
			for _, target := range c.is {
				require.ErrorIs(t, err, target)
			}
			require.Contains(t, kyso.Explain(err, "en"), c.en)
			require.Contains(t, kyso.Explain(err, "vi"), c.vi)
			for _, secret := range []string{softhsm.PIN, wrongPIN, "matkhâu1"} {
				require.NotContains(t, fmt.Sprintf("%v %+v %#v", err, err, err), secret)
			}
			require.Equal(t, c.pins, r.module.Get(p11fault.PINs))
			r.noRepeat()
			r.module.Set(p11fault.FailAt, 0) // so that sessions can be closed
		})
	}
}

// TestNothingToOpen: what is missing has a name before anything is asked.
func TestNothingToOpen(t *testing.T) {
	r := newRig(t)
	m, err := token.Open(t.Context(), r.module.Path, nil)
	require.NoError(t, err)
	for _, c := range []struct {
		field p11fault.Field
		is    error
		vi    string
	}{{p11fault.NoReader, token.ErrNoReader, "hãy cắm USB token"}, {p11fault.NoToken, token.ErrNoToken, "chưa cắm USB token"}, {p11fault.Removed, token.ErrNoToken, "chưa cắm USB token"}} {
		r.module.Set(c.field, 1)
		_, err := m.Token(t.Context(), "")
		require.ErrorIs(t, err, c.is)
		require.ErrorIs(t, err, signer.ErrUnavailable)
		require.Contains(t, kyso.Explain(err, "vi"), c.vi)
		r.module.Set(c.field, 0)
	}
	_, err = m.Token(t.Context(), "no such label")
	require.ErrorIs(t, err, token.ErrNotFound)
	require.ErrorIs(t, err, signer.ErrKeyNotFound)
	require.Contains(t, err.Error(), r.label)
	require.NoError(t, m.Close())
	require.NoError(t, m.Close())
	_, err = m.Tokens(t.Context())
	require.ErrorIs(t, err, token.ErrClosed)
}

// TestOneSession: a token that has one session, whether it says so or not, signs all the same, also when many want to.
func TestOneSession(t *testing.T) {
	for _, hidden := range []int64{0, 1} {
		r := newRig(t)
		r.module.Set(p11fault.MaxSessions, 1)
		r.module.Set(p11fault.MaxSessionsHidden, hidden)
		s := r.signer(nil)
		var wg sync.WaitGroup
		errs := make(chan error, 16)
		for range 16 {
			wg.Go(func() {
				_, err := s.Sign(t.Context(), digest("a"), crypto.SHA256)
				errs <- err
			})
		}
		wg.Wait()
		for range 16 {
			require.NoError(t, <-errs)
		}
		require.EqualValues(t, 1, r.module.Get(p11fault.SessionsMost))
		require.EqualValues(t, 1, r.module.Get(p11fault.Logins))
		require.NoError(t, s.Close())
		require.NoError(t, r.token().ChangePIN(t.Context(), softhsm.PIN, "75319753", nil), "a write session beside none")
		r.noLeak()
	}
	r := newRig(t)
	tok := r.token()
	r.module.Set(p11fault.MaxSessions, -1) // all taken by other programs
	_, err := tok.Signer(t.Context(), token.Choice{}, &token.SignerOptions{PIN: token.PIN(softhsm.PIN)})
	require.ErrorIs(t, err, signer.ErrUnavailable)
	require.Contains(t, kyso.Explain(err, "vi"), "đang được chương trình khác sử dụng")
}

// TestReplug pulls the token out in the middle of a batch of 100: none is lost, none is there twice.
func TestReplug(t *testing.T) {
	for _, c := range []struct {
		name     string
		field    p11fault.Field
		parallel int
	}{{"before a signature", p11fault.RemoveAt, 1}, {"while one is on its way back", p11fault.LoseAt, 1}, {"sessions die", p11fault.KillAt, 1}, {"four at once", p11fault.RemoveAt, 4}} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			s := r.signer(&token.SignerOptions{AwaitToken: 10 * time.Second, Parallel: c.parallel})
			r.module.Set(c.field, 50)
			r.module.Set(p11fault.ReplugAfter, 3)
			r.module.Set(p11fault.Move, 7)
			reqs := requests(100)
			sigs, err := s.SignBatch(t.Context(), reqs)
			require.NoError(t, err)
			verified(t, reqs, sigs, 100)
			lost := int64(0)
			if c.field == p11fault.LoseAt {
				lost = 1
			}
			require.EqualValues(t, 100+lost, r.module.Get(p11fault.Signatures))
			require.EqualValues(t, 100, r.module.Get(p11fault.Returned))
			if c.parallel == 1 {
				require.EqualValues(t, 2, r.module.Get(p11fault.Logins), "one log-in before and one after")
			}
			require.Zero(t, r.module.Get(p11fault.Wrong))
		})
	}
}

// TestReplugRefused: what was signed is told where the batch cannot go on.
func TestReplugRefused(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault func(m *p11fault.Module)
		is    error
	}{
		{"it stays away", func(*p11fault.Module) {}, token.ErrRemoved},
		{"a wrong PIN was entered meanwhile", func(m *p11fault.Module) {
			m.Set(p11fault.ReplugAfter, 1)
			m.Set(p11fault.TriesMax, 5)
			m.Set(p11fault.TriesUsed, 1)
		}, token.ErrPINAgain},
		{"another of the same label came", func(m *p11fault.Module) { m.Set(p11fault.ReplugAfter, 1); m.Set(p11fault.OtherSerial, 1) }, token.ErrRemoved},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			s := r.signer(&token.SignerOptions{AwaitToken: 300 * time.Millisecond})
			reqs := requests(100)
			r.module.Set(p11fault.RemoveAt, 50)
			s2, err := s.Sign(t.Context(), reqs[0].Digest, crypto.SHA256) // logs in before the flags speak against it
			require.NoError(t, err)
			require.NotEmpty(t, s2)
			c.fault(r.module)
			sigs, err := s.SignBatch(t.Context(), reqs)
			require.ErrorIs(t, err, c.is)
			var batch *signer.BatchError
			require.ErrorAs(t, err, &batch)
			require.Equal(t, 49, batch.Index)
			verified(t, reqs, sigs, 49)
			require.EqualValues(t, 1, r.module.Get(p11fault.PINs))
			r.module.Set(p11fault.Removed, 0)
			r.module.Set(p11fault.OtherSerial, 0)
		})
	}
}

func requests(n int) []signer.Request {
	reqs := make([]signer.Request, n)
	for i := range reqs {
		reqs[i] = signer.Request{Digest: digest(fmt.Sprint("invoice ", i)), Opts: crypto.SHA256, DocumentID: fmt.Sprint(i)}
	}
	return reqs
}

// verified wants the first n signatures to be there and good, and no other.
func verified(t *testing.T, reqs []signer.Request, sigs [][]byte, n int) {
	t.Helper()
	require.Len(t, sigs, len(reqs))
	key := thePKI().Certificate("signer").PublicKey.(*rsa.PublicKey)
	for i, sig := range sigs {
		if i >= n {
			require.Nil(t, sig, "request %d", i)
			continue
		}
		require.NoError(t, rsa.VerifyPKCS1v15(key, crypto.SHA256, reqs[i].Digest, sig), "request %d", i)
	}
}

// TestQuirks: drivers that bend the standard sign all the same.
func TestQuirks(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault func(m *p11fault.Module)
		check func(r *rig)
	}{
		{"sizes are answered by 0", func(m *p11fault.Module) { m.Set(p11fault.SizeZero, 1) }, nil},
		{"certificates are private", func(m *p11fault.Module) { m.Set(p11fault.PrivateCertificates, 1) }, nil},
		{"no read-write sessions", func(m *p11fault.Module) { m.Set(p11fault.WriteRefused, 1) }, nil},
		{"a log-in for each signature", func(m *p11fault.Module) { m.Set(p11fault.AlwaysAuthenticate, 1) },
			func(r *rig) { require.EqualValues(r, 3, r.module.Get(p11fault.ContextLogins)) }},
		{"a PIN pad", func(m *p11fault.Module) { m.Set(p11fault.ProtectedPath, 1); m.SetPIN(softhsm.PIN) },
			func(r *rig) { require.Zero(r, r.module.Get(p11fault.PINOnWire)) }},
		{"a PIN pad and a log-in for each", func(m *p11fault.Module) {
			m.Set(p11fault.ProtectedPath, 1)
			m.SetPIN(softhsm.PIN)
			m.Set(p11fault.AlwaysAuthenticate, 1)
		},
			func(r *rig) { require.Zero(r, r.module.Get(p11fault.PINOnWire)) }},
		{"one thread", func(m *p11fault.Module) { m.Set(p11fault.CantLock, 1) },
			func(r *rig) { require.EqualValues(r, 1, r.module.Get(p11fault.Concurrent)) }},
		{"slow", func(m *p11fault.Module) {
			m.Set(p11fault.SlowAt, int64(p11fault.Sign))
			m.Set(p11fault.SlowMicroseconds, 50_000)
		}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			c.fault(r.module)
			s := r.signer(&token.SignerOptions{Parallel: 3})
			reqs := requests(3)
			sigs, err := s.SignBatch(t.Context(), reqs)
			require.NoError(t, err)
			verified(t, reqs, sigs, 3)
			require.EqualValues(t, 1, r.module.Get(p11fault.Logins))
			if c.check != nil {
				c.check(r)
			}
		})
	}
}

// TestNoPSS: a chip without RSA-PSS says so by name and still signs the other way.
func TestNoPSS(t *testing.T) {
	r := newRig(t)
	r.module.Set(p11fault.NoPSS, 1)
	s := r.signer(nil)
	_, err := s.Sign(t.Context(), digest("a"), &rsa.PSSOptions{SaltLength: 32, Hash: crypto.SHA256})
	require.ErrorIs(t, err, signer.ErrUnsupportedAlgorithm)
	require.Contains(t, err.Error(), "RSA-PSS with SHA-256")
	require.NoError(t, sign(t, s))
}

// TestHang: a module that does not answer is left behind when the context ends, and the token is usable when it has answered after all.
func TestHang(t *testing.T) {
	r := newRig(t)
	s := r.signer(nil)
	require.NoError(t, sign(t, s))
	r.module.Set(p11fault.HangAt, int64(p11fault.Sign))
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	began := time.Now()
	_, err := s.Sign(ctx, digest("a"), crypto.SHA256)
	require.ErrorIs(t, err, signer.ErrCancelled)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Less(t, time.Since(began), 10*time.Second)
	r.module.Set(p11fault.HangAt, 0)
	require.Eventually(t, func() bool { return r.module.Get(p11fault.Inside) == 0 }, 5*time.Second, time.Millisecond)
	require.NoError(t, sign(t, s))
	require.EqualValues(t, 1, r.module.Get(p11fault.Logins))
}

// TestLoggedInElsewhere: a module says that somebody is logged in. The PIN was then not looked at and is not taken for right.
func TestLoggedInElsewhere(t *testing.T) {
	r := newRig(t)
	s := r.signer(&token.SignerOptions{PIN: token.PIN(wrongPIN)})
	r.module.Fail(p11fault.Login, 1, 0x100)
	require.ErrorIs(t, sign(t, s), signer.ErrPINIncorrect, "nobody is logged in after all, and now the PIN is looked at")
	require.ErrorIs(t, sign(t, s), token.ErrPINSentBefore)
	require.EqualValues(t, 1, r.module.Get(p11fault.PINs))
}
