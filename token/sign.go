package token

import (
	"context"
	"errors"
	"log/slog"

	"github.com/kyso-dev/kyso/signer"
)

// tries is how often one request goes to the token at most: its sessions may die, it may be plugged in anew, and another signature that
// is under way may meet that first.
const tries = 4

// one makes one signature, and begins again where the token lost its sessions or was plugged in anew. A value that did not arrive was
// never handed out, so beginning again doubles nothing.
func (s *Signer) one(ctx context.Context, p plan) ([]byte, error) {
	for n := 1; ; n++ {
		raw, err := with(ctx, s.device, func(session *pooled) ([]byte, error) { return s.try(ctx, session, p) })
		if err == nil {
			return s.take(p, raw)
		}
		if n == tries || !s.again(ctx, err) {
			return nil, from(err)
		}
	}
}

// take turns a raw value into one that may be handed out.
func (s *Signer) take(p plan, raw []byte) ([]byte, error) {
	sig, err := p.value(raw, s.pub)
	if err != nil {
		return nil, err
	}
	if s.opts.InsecureSkipCheck && s.isProved() {
		return sig, nil
	}
	if err := p.check(s.pub, sig); err != nil {
		return nil, err
	}
	s.prove()
	return sig, nil
}

// try is one attempt in one session.
func (s *Signer) try(ctx context.Context, session *pooled, p plan) ([]byte, error) {
	d := s.device
	before := d.loggedIn()
	if err := d.enter(ctx, session, s.access()); err != nil {
		return nil, err
	}
	if !before && d.loggedIn() {
		s.log(ctx, slog.LevelInfo, "logged in")
	}
	key, err := s.find(session)
	if err != nil {
		return nil, err
	}
	if err := d.api().SignInit(session.handle, p.mechanism, key.handle); err != nil {
		switch {
		case is(err, rvMechanismInvalid, rvMechanismParam, rvFunctionNotSupported):
			return nil, p.lacks(err)
		case is(err, rvOperationActive): // left over from a call that went wrong: this session is of no more use
			session.generation = spoiled
		}
		return nil, &attemptError{err, key.epoch}
	}
	if key.always {
		if err := s.authenticate(ctx, session); err != nil {
			session.generation = spoiled // an operation is active in it
			return nil, err
		}
	}
	raw, err := d.api().Sign(session.handle, p.input, p.max)
	if err != nil {
		if is(err, rvDataLength) {
			return nil, p.lacks(err)
		}
		return nil, &attemptError{err, key.epoch}
	}
	return raw, nil
}

// attemptError is the module's answer to a signature with the epoch that its key was found in.
type attemptError struct {
	err   error
	epoch int
}

func (e *attemptError) Error() string { return e.err.Error() }
func (e *attemptError) Unwrap() error { return e.err }

func (s *Signer) access() access { return access{s.opts.PIN, s.opts.InsistPIN} }

// authenticate is the log-in for one signature that CKA_ALWAYS_AUTHENTICATE asks for, between C_SignInit and C_Sign.
func (s *Signer) authenticate(ctx context.Context, session *pooled) error {
	d := s.device
	if err := d.login.take(ctx); err != nil {
		return err
	}
	defer d.login.give()
	info, err := d.info()
	if err != nil {
		return err
	}
	return d.logIn(ctx, session, info, userContext, ForSignature, s.access())
}

// find returns the private key, which it looks for once in each epoch and compares with the certificate.
func (s *Signer) find(session *pooled) (*located, error) {
	epoch := s.device.epochNow()
	s.mu.Lock()
	key := s.key
	s.mu.Unlock()
	if key != nil && key.epoch == epoch {
		return key, nil
	}
	found, err := s.device.findKey(session, s.pub, s.cert.ID)
	if errors.Is(err, signer.ErrKeyNotFound) || errors.Is(err, signer.ErrKeyMismatch) {
		// Without a log-in keys are not to be seen, and it may have ended since we looked.
		in, infoErr := s.device.api().LoggedIn(session.handle)
		switch {
		case gone(infoErr):
			return nil, &attemptError{infoErr, epoch}
		case s.device.epochNow() != epoch, infoErr == nil && !in && s.device.loggedIn():
			return nil, &attemptError{rvUserNotLoggedIn, epoch}
		}
	}
	if err != nil {
		return nil, err
	}
	key = &located{found, epoch}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.key, s.proved = key, found.match == same
	return key, nil
}

func (s *Signer) isProved() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.proved
}

func (s *Signer) prove() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.proved = true
}

// again prepares another attempt after err, and reports whether there is sense in one.
func (s *Signer) again(ctx context.Context, err error) bool {
	var a *attemptError
	epoch := s.device.epochNow()
	if errors.As(err, &a) {
		epoch = a.epoch
	}
	switch {
	case gone(err):
		s.log(ctx, slog.LevelWarn, "the token or its sessions are gone", "answer", valueName(err))
		_, err := call(ctx, func() (struct{}, error) { return struct{}{}, s.device.locate(ctx, s.opts.AwaitToken) })
		return err == nil
	case is(err, rvUserNotLoggedIn):
		s.device.loggedOut(epoch)
		return true
	case is(err, rvKeyHandleInvalid, rvObjectHandleInvalid):
		s.mu.Lock()
		s.key = nil
		s.mu.Unlock()
		return true
	case is(err, rvOperationActive):
		return true
	}
	return false
}

// log never says more than which token and what the module answered.
func (s *Signer) log(ctx context.Context, level slog.Level, message string, args ...any) {
	if s.opts.Logger != nil {
		s.opts.Logger.Log(ctx, level, message, append([]any{"token", s.device.id.label, "serial", s.device.id.serial}, args...)...)
	}
}
