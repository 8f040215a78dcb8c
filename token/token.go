package token

import (
	"context"
	"fmt"
	"strings"

	"github.com/kyso-dev/kyso/internal/i18n"
)

// Info describes a token. Texts come from the token: [Info.String] cleans them for a terminal.
type Info struct {
	Label        string
	Serial       string // of the token, not of a certificate
	Manufacturer string
	Model        string
	Reader       string // description of the slot
	Slot         uint   // of the module; it changes when the token is plugged in elsewhere
	MinPIN       int    // least and most characters of a PIN, 0 and 0 where the token does not say
	MaxPIN       int
	Flags        uint // CKF_ of CK_TOKEN_INFO
}

// String is the token on one line: its label and its serial number.
func (i Info) String() string {
	var parts []string
	for _, p := range []string{i.Label, i.Serial} {
		if p != "" {
			parts = append(parts, i18n.Clean(p))
		}
	}
	return strings.Join(parts, ", ")
}

// PINState is what a token tells of one of its two PINs. PKCS#11 has no number of tries left.
type PINState struct {
	Set        bool // there is one
	TriesLow   bool // a wrong one was entered since the last right one
	FinalTry   bool // one more wrong one locks it
	Locked     bool // too many wrong ones
	MustChange bool // it is still the one that the token was handed out with, or it has expired
}

func pinState(flags, user uint) PINState {
	set := flags&flagPINSet != 0
	if user == userSO {
		flags >>= soShift
		set = true // a token that is set up has one
	}
	return PINState{Set: set, TriesLow: flags&flagLow != 0, FinalTry: flags&flagFinal != 0, Locked: flags&flagLocked != 0, MustChange: flags&flagChange != 0}
}

// Status is the state of a token.
type Status struct {
	Info          Info
	LoginRequired bool     // keys need a PIN
	PINPad        bool     // the PIN is entered on the device
	User          PINState // the PIN of its holder
	SO            PINState // the PIN of the security officer, which the authority keeps
	Failures      int      // wrong user PINs that this process has sent since the last right one
	DefaultPIN    bool     // this process logged in with a PIN that authorities hand out
}

// MayTry says why a PIN would not be sent now: [signer.ErrPINLocked], [ErrPINNotSet], or one try left ([ErrPINFinalTry]) where the caller does
// not insist; of the security officer's [ErrSOPINLocked] and [ErrSOPINFinalTry]. A program asks before it asks a person for the PIN.
func (s Status) MayTry(officer, insist bool) error {
	user := uint(userNormal)
	if officer {
		user = userSO
	}
	return guard(tokenInfo{flags: s.Info.Flags}, user, insist)
}

// Token is a token that is plugged in. It is safe for concurrent use. It need not be closed; a [Signer] does.
type Token struct {
	device *device
	info   Info
}

func newToken(d *device, info tokenInfo) *Token { return &Token{d, d.describe(info)} }

func (d *device) describe(i tokenInfo) Info {
	info := Info{Label: i.label, Serial: i.serial, Manufacturer: i.manufacturer, Model: i.model, Slot: d.slotNow(), Flags: i.flags}
	if i.maxPIN >= i.minPIN && i.maxPIN > 0 && i.maxPIN < 1<<16 {
		info.MinPIN, info.MaxPIN = int(i.minPIN), int(i.maxPIN)
	}
	if slot, err := d.api().SlotInfo(info.Slot); err == nil {
		info.Reader = slot.description
	}
	return info
}

// Info is the token as it was when it was listed.
func (t *Token) Info() Info { return t.info }

// String names the token for a person.
func (t *Token) String() string { return fmt.Sprintf("token %s", t.info) }

// Status asks the token for its state. It sends no PIN.
func (t *Token) Status(ctx context.Context) (Status, error) {
	if err := t.device.module.check(); err != nil {
		return Status{}, err
	}
	return call(ctx, func() (Status, error) {
		info, err := t.device.info()
		if err != nil {
			return Status{}, from(err)
		}
		s := Status{
			Info: t.device.describe(info), LoginRequired: info.flags&flagLogin != 0, PINPad: info.flags&flagPath != 0,
			User: pinState(info.flags, userNormal), SO: pinState(info.flags, userSO),
		}
		s.Failures, s.DefaultPIN = memory.of(owner(t.device.id, userNormal))
		return s, nil
	})
}
