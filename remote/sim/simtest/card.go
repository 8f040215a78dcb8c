package simtest

import (
	"crypto"
	"crypto/x509"
	"time"
)

// User is how whoever holds the phone behaves.
type User string

// Users.
const (
	Approve  User = "approve"  // enters the PIN after SIM.Delay
	Refuse   User = "refuse"   // refuses after SIM.Delay
	Ignore   User = "ignore"   // never looks
	Ask      User = "ask"      // whoever opens the phone page decides
	WrongPIN User = "wrong"    // enters wrong PINs until the SIM gives up
	Postpone User = "postpone" // puts it off
)

// SIM is one card in one phone. Change it through [Server.Change] once the server has it.
type SIM struct {
	Number string // digits with the country, without +
	Name   string
	PIN    string
	Key    crypto.Signer       // RSA or P-256; nil: no key was made on the card
	Chain  []*x509.Certificate // leaf first; nil: no certificate
	User   User                // "": Ask
	Delay  time.Duration       // of users who act by themselves

	Off       bool   // switched off: 209
	Blocked   bool   // the PIN is: 402
	Suspended bool   // the subscriber is: 403
	NoProfile bool   // has other signature profiles only: 109
	Status    string // of a signature in place of the ordinary one: 501, 503, 505

	wrong int // PINs in a row
}

// The SIM cards that servers have when they are given none: one with an RSA key, one with a key on P-256.
const (
	DemoNumber = "84900000001"
	DemoEC     = "84900000002"
	DemoPIN    = "135790"
)

// Numbers of Swisscom's for tests, as far as they end in success: of a key on a curve and of an RSA key. See [SuccessSIMs].
const (
	SuccessEC  = "41700092501"
	SuccessRSA = "41700092502"
)

// heartbeatNumber is what a healthy service answers with 101 and "Illegal msisdn".
const heartbeatNumber = "41000000000"

// SuccessSIMs are cards of [SuccessEC] and [SuccessRSA], whose holders enter the PIN at once: for Options.SIMs of a server that is to have
// them.
func SuccessSIMs(a *Authority) ([]*SIM, error) {
	list, err := DemoSIMs(a)
	if err != nil {
		return nil, err
	}
	list[0].Number, list[1].Number = SuccessRSA, SuccessEC
	for _, c := range list {
		c.User = Approve
	}
	return list, nil
}

// wrongPINs is how many wrong PINs block a card.
const wrongPINs = 3

// DemoSIMs are cards with certificates of the authority.
func DemoSIMs(a *Authority) ([]*SIM, error) {
	first, err := a.Issue("NGUYEN VAN SIM (TEST)", RSAKey(), time.Time{}, 0)
	if err != nil {
		return nil, err
	}
	second, err := a.Issue("TRAN THI SIM (TEST)", ECKey(), time.Time{}, 0)
	return []*SIM{
		{Number: DemoNumber, Name: "Nguyễn Văn Sim", PIN: DemoPIN, Key: RSAKey(), Chain: first},
		{Number: DemoEC, Name: "Trần Thị Sim", PIN: DemoPIN, Key: ECKey(), Chain: second},
	}, err
}
