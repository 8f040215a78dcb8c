package smartcatest

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"strings"
	"time"
	"unicode"
)

// codeLife is how long an activation code is good.
const codeLife = 48 * time.Hour

// wrongPINs is how many wrong PINs in a row lock the app, for lockTime.
const wrongPINs = 3

// Steps of an activation, as the app counts them.
const (
	stepCode        = 1 + iota // account and activation code
	stepPIN                    // choose a PIN
	stepCertificate            // key pair and certificate
	stepForm                   // sign the acceptance form
)

// account is what the app and its server know of a subscriber beyond the certificates.
type account struct {
	wrongPasswords int
	passwordLocked time.Time
	wrongPINs      int
	pinLocked      time.Time

	device    string // the one phone that it is bound to; "": none yet
	code      string // sent by e-mail
	sent      time.Time
	step      int
	confirmed bool // the person has said that name and number are right
	newPIN    string
	revoked   int    // accounts of a wrong identity that were taken back
	reason    string // of a reactivation
	resetCode string // for a forgotten password
	mails     []mail
}

// mail is what the subscriber finds in the mail-box.
type mail struct {
	At   time.Time
	Text string
}

// open makes an account ready. An inactive one has been sent its code.
func (s *Server) open(sub *Subscriber) {
	if sub.User == "" {
		sub.User = Ask
	}
	if sub.Inactive {
		s.sendCode(sub)
	} else if sub.account.device == "" {
		sub.account.device = "1"
	}
}

// digits is a random number of n digits.
func digits(n int) string {
	limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
	v, err := rand.Int(rand.Reader, limit)
	if err != nil {
		panic(err)
	}
	return fmt.Sprintf("%0*d", n, v)
}

// sendCode sends a new activation code; an older one is no longer good.
func (s *Server) sendCode(sub *Subscriber) {
	a := &sub.account
	a.code, a.sent, a.step, a.confirmed = digits(8), s.clock.Now(), stepCode, false
	s.mail(sub, "Mã kích hoạt tài khoản SmartCA của bạn là "+a.code+". Mã có hiệu lực trong 48 giờ.")
}

func (s *Server) mail(sub *Subscriber, text string) {
	sub.account.mails = append(sub.account.mails, mail{s.clock.Now(), text})
}

// ActivationCode is the code that was last sent to a subscriber, as found in the mail; "" when there is none.
func (s *Server) ActivationCode(id string) string {
	code := ""
	s.Change(id, func(sub *Subscriber) { code = sub.account.code })
	return code
}

// ResetCode is the code for a forgotten password that was last sent to a subscriber; "" when there is none.
func (s *Server) ResetCode(id string) string {
	code := ""
	s.Change(id, func(sub *Subscriber) { code = sub.account.resetCode })
	return code
}

// weakPIN reports whether a PIN breaks the app's rule: six digits, not all alike and not in a row.
func weakPIN(pin string) bool {
	if len(pin) != 6 || strings.Trim(pin, "0123456789") != "" {
		return true
	}
	alike, up, down := true, true, true
	for i := 1; i < len(pin); i++ {
		alike = alike && pin[i] == pin[i-1]
		up = up && pin[i] == pin[i-1]+1
		down = down && pin[i] == pin[i-1]-1
	}
	return alike || up || down
}

// weakPassword reports whether a password breaks the rule: eight characters with a capital, a small letter, a digit and another.
func weakPassword(p string) bool {
	var upper, lower, digit, other bool
	for _, r := range p {
		switch {
		case unicode.IsUpper(r):
			upper = true
		case unicode.IsLower(r):
			lower = true
		case unicode.IsDigit(r):
			digit = true
		default:
			other = true
		}
	}
	return len([]rune(p)) < 8 || !upper || !lower || !digit || !other
}

// checkPIN counts a PIN; "" when it is right, else what the app says. The server's lock is held.
func (s *Server) checkPIN(sub *Subscriber, pin string) notice {
	a := &sub.account
	now := s.clock.Now()
	switch {
	case now.Before(a.pinLocked):
		return pinLocked
	case pin == sub.PIN && pin != "":
		a.wrongPINs = 0
		return ""
	}
	if a.wrongPINs++; a.wrongPINs >= wrongPINs {
		a.wrongPINs, a.pinLocked = 0, now.Add(lockTime)
		return pinLocked
	}
	return pinWrong
}
