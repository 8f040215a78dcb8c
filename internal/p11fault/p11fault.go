// Package p11fault makes a PKCS#11 module that misbehaves on purpose: it stands in front of a SoftHSM token and plays the faults that
// tokens and their drivers have, on command, and counts what is done to it. SoftHSM itself counts no PINs and never fails. The module is
// written in C, since one in Go would bring a second runtime into the process, and is built by cc when a test first asks for it.
package p11fault

import (
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	_ "embed"

	"github.com/kyso-dev/kyso/internal/testtool"
)

//go:embed module/module.c
var source []byte

// Field is a number that the module reads or counts.
type Field int

// What the module is told. 0, the value of all at first, means that it behaves.
const (
	TriesMax            Field = iota // wrong user PINs until it locks; with it the flags LOW, FINAL_TRY and LOCKED
	TriesUsed                        // wrong user PINs since the last right one
	SOTriesMax                       // the same for the security officer
	SOTriesUsed                      //
	FlagsSet                         // further CK_TOKEN_INFO flags
	FlagsClear                       //
	Removed                          // 1: the token is pulled out
	RemoveAt                         // it is pulled out when these many signatures were made
	LoseAt                           // it is pulled out while this signature is on its way back
	ReplugAfter                      // it is back after these many calls of C_GetSlotList
	Move                             // its slot is this many higher then
	Moved                            //
	Kill                             // 1: all sessions die now
	KillAt                           // they die when these many signatures were made
	WriteRefused                     // 1: no read-write session (CKR_TOKEN_WRITE_PROTECTED)
	SizeZero                         // 1: questions for a size are answered by 0
	AlwaysAuthenticate               // 1: CKA_ALWAYS_AUTHENTICATE, and C_Sign wants a log-in of its own
	PrivateCertificates              // 1: certificates show after the log-in
	HangAt                           // the function of this number hangs until the field is 0 again
	CrashAt                          // the function of this number aborts the process
	SlowAt                           // the function of this number is slow
	SlowMicroseconds                 // by this much
	FailAt                           // the function of this number fails
	FailCount                        // these many times
	FailValue                        // with this CK_RV
	WrongSignatures                  // these many signatures come back with a bit turned
	MaxSessions                      // sessions at once; more give CKR_SESSION_COUNT
	MaxSessionsHidden                // 1: and CK_TOKEN_INFO does not say so
	ProtectedPath                    // 1: a PIN pad; the PIN entered on it is that of SetPIN
	CantLock                         // 1: C_Initialize with locking gives CKR_CANT_LOCK
	NoPSS                            // 1: no CKM_RSA_PKCS_PSS
	NoReader                         // 1: no slots
	NoToken                          // 1: a slot without a token
	MinPIN                           // lengths that CK_TOKEN_INFO names
	MaxPIN                           //
	OtherSerial                      // 1: another token of the same label

	// What the module counts.
	Inside       // calls under way
	Concurrent   // the most at once
	Initialized  // C_Initialize that succeeded
	Finalized    //
	Opened       // sessions opened
	Sessions     // sessions open now
	SessionsMost //
	Logins       // that succeeded, without those for one signature
	Logouts      //
	ContextLogins
	PINs      // user PINs looked at
	Wrong     // wrong ones among them
	SOPINs    //
	SOWrong   //
	Repeated  // wrong PINs that were sent again
	PINOnWire // PINs sent to a token with a PIN pad
	Signatures
	Returned // signatures that reached the caller
	Removals
	fields // their number
)

var names = [fields]string{
	"TRIES_MAX", "TRIES_USED", "SO_TRIES_MAX", "SO_TRIES_USED", "FLAGS_SET", "FLAGS_CLEAR", "REMOVED", "REMOVE_AT", "LOSE_AT", "REPLUG_AFTER", "MOVE",
	"MOVED", "KILL", "KILL_AT", "WRITE_REFUSED", "SIZE_ZERO", "ALWAYS_AUTHENTICATE", "PRIVATE_CERTIFICATES", "HANG_AT", "CRASH_AT", "SLOW_AT",
	"SLOW_MICROSECONDS", "FAIL_AT", "FAIL_COUNT", "FAIL_VALUE", "WRONG_SIGNATURES", "MAX_SESSIONS", "MAX_SESSIONS_HIDDEN", "PROTECTED_PATH", "CANT_LOCK",
	"NO_PSS", "NO_READER", "NO_TOKEN", "MIN_PIN", "MAX_PIN", "OTHER_SERIAL", "INSIDE", "CONCURRENT", "INITIALIZED", "FINALIZED", "OPENED", "SESSIONS",
	"SESSIONS_MOST", "LOGINS", "LOGOUTS", "CONTEXT_LOGINS", "PINS", "WRONG", "SO_PINS", "SO_WRONG", "REPEATED", "PIN_ON_WIRE", "SIGNATURES",
	"RETURNED", "REMOVALS",
}

// Function is the number of a function for HangAt, CrashAt, SlowAt and FailAt.
type Function int64

// The functions that can fail: their place in CK_FUNCTION_LIST and one.
const (
	Initialize        Function = 1
	GetSlotList       Function = 5
	GetTokenInfo      Function = 7
	InitPIN           Function = 11
	SetPIN            Function = 12
	OpenSession       Function = 13
	Login             Function = 19
	GetAttributeValue Function = 25
	FindObjectsInit   Function = 27
	SignInit          Function = 43
	Sign              Function = 44
)

// Offsets in the control file; they are those of struct control in module/module.c.
const (
	callsAt   = 128 * 8
	softhsmAt = 2 * 128 * 8
	serialAt  = softhsmAt + 512
	pinAt     = serialAt + 16
	size      = pinAt + 64
)

// built is the module as cc made it.
var built = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "p11fault-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	c, so := filepath.Join(dir, "module.c"), filepath.Join(dir, "module.so")
	if err := os.WriteFile(c, source, 0o600); err != nil {
		return nil, err
	}
	args := []string{"-std=gnu11", "-O1", "-Wall", "-Werror", "-Wno-unused-variable", "-Wno-cast-function-type", "-shared", "-fPIC", "-o", so}
	for i, name := range names {
		args = append(args, fmt.Sprintf("-DF_%s=%d", name, i))
	}
	if out, err := exec.Command("cc", append(args, c, "-ldl", "-lpthread")...).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("cc: %w\n%s", err, out)
	}
	return os.ReadFile(so)
})

// Module is a module of its own, with state of its own, in front of one SoftHSM token.
type Module struct {
	Path string
	t    testing.TB
	ctl  *os.File
}

// New makes a module in a folder of the test, in front of the token of the serial number given in the SoftHSM module at softhsm.
func New(t testing.TB, softhsm, serial string) *Module {
	t.Helper()
	testtool.Need(t, "cc")
	so, err := built()
	if err != nil {
		t.Fatal(err)
	}
	m := &Module{Path: filepath.Join(t.TempDir(), "p11fault.so"), t: t}
	data := make([]byte, size)
	copy(data[softhsmAt:serialAt-1], softhsm)
	copy(data[serialAt:pinAt], fmt.Sprintf("%-16s", serial))
	for path, content := range map[string][]byte{m.Path: so, m.Path + ".ctl": data} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if m.ctl, err = os.OpenFile(m.Path+".ctl", os.O_RDWR, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.ctl.Close() })
	return m
}

// Set tells the module something.
func (m *Module) Set(f Field, value int64) {
	m.t.Helper()
	var b [8]byte
	binary.NativeEndian.PutUint64(b[:], uint64(value))
	if _, err := m.ctl.WriteAt(b[:], int64(f)*8); err != nil {
		m.t.Fatal(err)
	}
}

// Reset makes all fields 0 again: no faults, nothing counted.
func (m *Module) Reset() {
	m.t.Helper()
	if _, err := m.ctl.WriteAt(make([]byte, softhsmAt), 0); err != nil {
		m.t.Fatal(err)
	}
}

// Fail makes a function fail a number of times with a CK_RV.
func (m *Module) Fail(f Function, times int, value uint) {
	m.t.Helper()
	m.Set(FailValue, int64(value))
	m.Set(FailCount, int64(times))
	m.Set(FailAt, int64(f))
}

// Get reads a field.
func (m *Module) Get(f Field) int64 { m.t.Helper(); return m.read(int64(f) * 8) }

// Calls is how often a function was called.
func (m *Module) Calls(f Function) int64 { m.t.Helper(); return m.read(callsAt + (int64(f)-1)*8) }

func (m *Module) read(at int64) int64 {
	m.t.Helper()
	var b [8]byte
	if _, err := m.ctl.ReadAt(b[:], at); err != nil {
		m.t.Fatal(err)
	}
	return int64(binary.NativeEndian.Uint64(b[:]))
}

// SetPIN is what is entered on the PIN pad of ProtectedPath.
func (m *Module) SetPIN(pin string) {
	m.t.Helper()
	var b [64]byte
	copy(b[:63], pin)
	if _, err := m.ctl.WriteAt(b[:], pinAt); err != nil {
		m.t.Fatal(err)
	}
}
