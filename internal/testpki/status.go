package testpki

import (
	"strconv"
	"time"
)

// State is whether a certificate may be relied on. The zero value is none.
type State string

const (
	Good      State = "good"
	Revoked   State = "revoked"
	Suspended State = "suspended" // certificateHold
)

// reasonHold is certificateHold, RFC 5280, 5.3.1.
const reasonHold = 6

// Status of a certificate.
type Status struct {
	State  State     `json:"state"`
	Reason int       `json:"reason"` // CRLReason of RFC 5280, 5.3.1, for Revoked
	At     time.Time `json:"at"`     // since when; the zero time means now, by the PKI's clock
}

// Revoke revokes a certificate as of now, with a CRLReason of RFC 5280, 5.3.1 (1 keyCompromise, 3 affiliationChanged,
// 4 superseded, 5 cessationOfOperation, …). A certificate that is revoked already keeps its date and reason.
func (p *PKI) Revoke(name string, reason int) error {
	return p.SetStatus(name, Status{State: Revoked, Reason: reason})
}

// Suspend puts a certificate on hold as of now.
func (p *PKI) Suspend(name string) error { return p.SetStatus(name, Status{State: Suspended}) }

// Resume lifts a suspension. It is an error on a certificate that is not suspended.
func (p *PKI) Resume(name string) error { return p.SetStatus(name, Status{State: Good}) }

// SetStatus changes the status of a certificate. A Status.At in the future or in the past is taken as it is: services answer
// "good" while their clock is before it.
func (p *PKI) SetStatus(name string, status Status) error {
	if pr, ok := profileOf(name); !ok || pr.issuer == "" {
		return unknownName(name)
	}
	if status.At.IsZero() {
		status.At = p.Now()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return change(p.statuses, name, status)
}

// change applies the rules for changing a status: revocation is final, and only a suspension can be lifted.
func change(store statusStore, name string, status Status) error {
	status.At = status.At.UTC().Truncate(time.Second)
	old, err := store.get(name)
	if err != nil {
		return err
	}
	switch status.State {
	case Revoked:
		if r := status.Reason; r < 0 || r > 10 || r == reasonHold || r == 7 || r == 8 { // 7 is unused, 8 is for delta lists
			return fail(CodeReason, nil, "reason", strconv.Itoa(r))
		}
		if old.State == Revoked {
			return nil
		}
	case Suspended:
		if old.State == Revoked {
			return fail(CodeRevoked, nil, "name", name)
		}
		if old.State == Suspended {
			return nil
		}
		status.Reason = reasonHold
	default:
		if old.State != Suspended {
			return fail(CodeNotSuspended, nil, "name", name, "state", string(old.State))
		}
		status = Status{State: Good}
	}
	return store.put(name, status)
}

// statusAt is what the services say of a certificate at a time.
func (p *PKI) statusAt(name string, at time.Time) (Status, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s, err := p.statuses.get(name)
	if err == nil && s.At.After(at) {
		s = Status{State: Good}
	}
	return s, err
}
