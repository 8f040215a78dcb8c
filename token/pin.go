package token

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"slices"
	"strconv"
	"sync"

	"github.com/kyso-dev/kyso/signer"
)

// Prompt gives a PIN. It is called only when a PIN is needed, and never while the token says that a try would be wasted. It may ask
// a person and then honours ctx; an error of its own ends the work. It is not called for a token with a PIN pad of its own.
type Prompt func(ctx context.Context, ask Ask) (string, error)

// Ask is what a Prompt is asked.
type Ask struct {
	Token   Info
	Purpose Purpose
	State   PINState // as the token tells it before the try

	// Again: this signer logged in before, the token has been plugged in anew, and a wrong PIN was counted meanwhile. A person has to
	// decide: a Prompt that has nobody to ask returns [ErrPINAgain].
	Again bool
}

// Purpose is what a PIN is for.
type Purpose string

// The purposes.
const (
	ForLogin     Purpose = "login"     // one log-in for all that follows
	ForSignature Purpose = "signature" // this one signature: the key asks every time (CKA_ALWAYS_AUTHENTICATE)
)

// PIN is a Prompt that gives a PIN that is known already.
func PIN(pin string) Prompt {
	return func(_ context.Context, ask Ask) (string, error) {
		if ask.Again {
			return "", fail(CodePINAgain, nil)
		}
		return pin, nil
	}
}

// DefaultPINs are PINs that authorities and makers of tokens set when they hand out or reset a token.
func DefaultPINs() []string { return slices.Clone(defaultPINs) }

var defaultPINs = []string{"12345678", "123456", "1234567890", "88888888", "00000000"}

func isDefault(pin string) bool { return slices.Contains(defaultPINs, pin) }

// checkPIN refuses what must not reach a token. A Vietnamese input method turns "aa" into "â" while one types blindly: those tries
// lock tokens, so only printable ASCII passes. The lengths are the token's own; where it says nothing sensible any will do.
func checkPIN(pin string, info tokenInfo) error {
	if pin == "" {
		return fail(CodePINEmpty, nil)
	}
	for i := range len(pin) {
		if pin[i] < 0x20 || pin[i] > 0x7E {
			return fail(CodePINCharacters, nil)
		}
	}
	if n := uint(len(pin)); info.maxPIN >= info.minPIN && info.maxPIN > 0 && (n < info.minPIN || n > info.maxPIN) {
		return fail(CodePINLength, nil, "min", strconv.FormatUint(uint64(info.minPIN), 10), "max", strconv.FormatUint(uint64(info.maxPIN), 10))
	}
	return nil
}

// memory is what this process knows of PINs, by the serial number of the token, whatever module it was reached through: PKCS#11 tells
// no number of tries left, and a wrong PIN that is sent again through another module counts as another try.
var memory = pinMemory{tokens: make(map[string]*pinRecord)}

type pinMemory struct {
	mu     sync.Mutex
	key    []byte // of the HMAC by which PINs are remembered; made anew in every process
	tokens map[string]*pinRecord
}

type pinRecord struct {
	sent      map[string]bool // sent, and not seen to succeed
	failures  int             // wrong PINs since the last right one
	isDefault bool            // the PIN that succeeded last is one that authorities hand out
}

// owner names whose PIN it is.
func owner(id identity, user uint) string {
	name := id.serial
	if name == "" {
		name = "\x00" + id.label + "\x00" + id.model
	}
	if user == userSO {
		name = "\x00SO\x00" + name
	}
	return name
}

func (m *pinMemory) record(owner string) *pinRecord {
	r := m.tokens[owner]
	if r == nil {
		r = &pinRecord{sent: make(map[string]bool)}
		m.tokens[owner] = r
	}
	return r
}

func (m *pinMemory) mark(pin string) string {
	if m.key == nil {
		m.key = make([]byte, 32)
		rand.Read(m.key)
	}
	h := hmac.New(sha256.New, m.key)
	h.Write([]byte(pin))
	return string(h.Sum(nil))
}

// send notes that a PIN is about to be sent, and reports whether it may be.
func (m *pinMemory) send(owner, pin string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, mark := m.record(owner), m.mark(pin)
	if r.sent[mark] {
		return false
	}
	r.sent[mark] = true
	return true
}

// unsent takes back send: the token did not look at the PIN.
func (m *pinMemory) unsent(owner, pin string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.record(owner).sent, m.mark(pin))
}

// wrong counts a wrong PIN and returns how many there were since the last right one.
func (m *pinMemory) wrong(owner string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.record(owner)
	r.failures++
	return r.failures
}

// right notes the PIN that is now the token's.
func (m *pinMemory) right(owner, pin string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.record(owner)
	delete(r.sent, m.mark(pin))
	r.failures, r.isDefault = 0, isDefault(pin)
}

// reset notes that the PIN was set anew: what was wrong before may be right now.
func (m *pinMemory) reset(owner, pin string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tokens[owner] = &pinRecord{sent: make(map[string]bool), isDefault: isDefault(pin)}
}

func (m *pinMemory) of(owner string) (failures int, isDefault bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.record(owner)
	return r.failures, r.isDefault
}

// guard refuses a try that the token's flags speak against.
func guard(info tokenInfo, user uint, insist bool) error {
	state := pinState(info.flags, user)
	switch {
	case state.Locked && user == userSO:
		return fail(CodeSOPINLocked, nil)
	case state.Locked:
		return signer.PINLocked(nil)
	case user == userNormal && info.flags&flagPINSet == 0:
		return fail(CodePINNotSet, nil)
	case state.FinalTry && !insist && user == userSO:
		return fail(CodeSOPINFinalTry, nil)
	case state.FinalTry && !insist:
		return fail(CodePINFinalTry, nil)
	}
	return nil
}

// attempt sends a PIN once and keeps the books: send is the call that carries it. again is for a PIN that this process saw succeed.
func (d *device) attempt(user uint, pin string, again bool, send func() error) error {
	who := owner(d.id, user)
	if pin != "" && !again && !memory.send(who, pin) {
		return fail(CodePINSentBefore, nil)
	}
	err := send()
	switch {
	case err == nil:
		if pin != "" {
			memory.right(who, pin)
		}
		return nil
	case again && is(err, rvPINIncorrect):
		memory.send(who, pin) // it was right once, and is not sent again now
	case is(err, rvUserAlreadyLoggedIn, rvUserAnotherLoggedIn, rvSessionHandleInvalid, rvSessionClosed, rvTokenNotPresent, rvTokenNotRecognized, rvSessionReadOnlyExists,
		rvSessionReadOnly, rvTokenWriteProtected, rvArgumentsBad, rvPINLength, rvPINExpired, rvPINLocked, rvUserPINNotInitialized, rvNotInitialized):
		if !again {
			memory.unsent(who, pin) // these are answered before the PIN is looked at
		}
	}
	return d.refused(user, err)
}

// refused says what the answer to a PIN means, with what the token's flags tell now.
func (d *device) refused(user uint, err error) error {
	so := user == userSO
	switch {
	case is(err, rvPINIncorrect):
		memory.wrong(owner(d.id, user))
		state := PINState{}
		if info, infoErr := d.api().TokenInfo(d.slotNow()); infoErr == nil {
			state = pinState(info.flags, user)
		}
		switch {
		case so && state.Locked:
			return fail(CodeSOPINLocked, err)
		case so:
			return fail(CodeSOPINIncorrect, err)
		case state.Locked:
			return signer.PINLocked(err)
		case state.FinalTry:
			return signer.PINIncorrect(1, err)
		}
		return signer.PINIncorrect(-1, err)
	case is(err, rvPINLocked) && so:
		return fail(CodeSOPINLocked, err)
	case is(err, rvPINLocked):
		return signer.PINLocked(err)
	case is(err, rvPINExpired):
		return signer.PINExpired(err)
	case is(err, rvUserPINNotInitialized):
		return fail(CodePINNotSet, err)
	case is(err, rvPINInvalid, rvPINLength):
		return fail(CodePINRejected, err, "value", valueName(err))
	}
	return from(err)
}
