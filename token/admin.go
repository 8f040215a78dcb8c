package token

import (
	"context"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/signer"
)

// PINOptions say how a PIN is changed or a token unlocked. nil means the defaults.
type PINOptions struct {
	// Insist sends the old PIN, or that of the security officer, also when the token says that one more wrong one locks it.
	Insist bool

	// AllowDefault lets the new PIN be one of [DefaultPINs].
	AllowDefault bool
}

// ChangePIN replaces the user's PIN. The old one counts as a try: it is sent once, and not at all where the token's flags speak
// against it. The new one has to be ASCII, of a length that the token takes, another one, and none that authorities hand out. Signers of
// this process log in anew with it.
func (t *Token) ChangePIN(ctx context.Context, old, fresh string, opts *PINOptions) error {
	var o PINOptions
	if opts != nil {
		o = *opts
	}
	d := t.device
	return from(d.alone(ctx, func(s *pooled, info tokenInfo) error {
		if err := guard(info, userNormal, o.Insist); err != nil {
			return err
		}
		if info.flags&flagPath == 0 {
			if err := checkPIN(old, info); err != nil {
				return err
			}
			if err := checkNew(fresh, info, o); err != nil {
				return err
			}
			if old == fresh {
				return fail(CodePINNewSame, nil)
			}
		} else {
			old, fresh = "", "" // both are entered on the device
		}
		who := owner(d.id, userNormal)
		err := d.attempt(userNormal, old, false, func() error { return d.api().SetPIN(s.handle, old, fresh) })
		if err == nil {
			memory.reset(who, fresh)
			d.renewPIN(fresh)
		}
		return err
	}))
}

func checkNew(fresh string, info tokenInfo, o PINOptions) error {
	if err := checkPIN(fresh, info); err != nil {
		return err
	}
	if isDefault(fresh) && !o.AllowDefault {
		return fail(CodePINNewDefault, nil)
	}
	return nil
}

// Unlock gives a locked token a new user PIN by the PIN of its security officer (SO), which with tokens of authorities only the authority
// has. Its tries are limited as well, and a token whose SO PIN is locked can often never be unlocked again: the PIN is sent once, and not
// at all on the last try unless the options insist. The findings say what to do next: [CodePINDefault] when the new PIN is a default.
func (t *Token) Unlock(ctx context.Context, so, fresh string, opts *PINOptions) ([]finding.Finding, error) {
	o := PINOptions{}
	if opts != nil {
		o = *opts
	}
	d := t.device
	err := d.alone(ctx, func(s *pooled, info tokenInfo) error {
		if err := guard(info, userSO, o.Insist); err != nil {
			return err
		}
		if err := checkSO(so); err != nil {
			return err
		}
		if err := checkNew(fresh, info, o); err != nil {
			return err
		}
		if err := signer.Cancelled(ctx); err != nil {
			return err
		}
		if err := d.attempt(userSO, so, false, func() error { return d.api().Login(s.handle, userSO, so) }); err != nil {
			return err
		}
		defer func() { _ = d.api().Logout(s.handle) }() // the session ends next, and the log-in with it
		if err := d.api().InitPIN(s.handle, fresh); err != nil {
			return d.refused(userSO, err)
		}
		memory.reset(owner(d.id, userNormal), fresh)
		d.setPIN("")
		return nil
	})
	if err != nil {
		return nil, from(err)
	}
	if isDefault(fresh) {
		return []finding.Finding{{Code: CodePINDefault, Severity: finding.Warning}}, nil
	}
	return nil, nil
}

// checkSO holds an SO PIN to the same letters; its length is not what CK_TOKEN_INFO tells of the user's.
func checkSO(pin string) error { return checkPIN(pin, tokenInfo{}) }
