package smartcatest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/smartca"
)

// sadLifetime is how long a sad can be exchanged.
const sadLifetime = 299 * time.Second

// wrongPasswords is how many wrong passwords in a row are taken before the account is locked, and lockTime for how long it then is.
const (
	wrongPasswords = 5
	lockTime       = 5 * time.Minute
)

// signTH opens a transaction by password and one-time code.
func (s *Server) signTH(_ *http.Request, body []byte) reply {
	req, sub, bad := s.read(body)
	if bad != nil {
		return *bad
	}
	if req.Serial == "" {
		return s.failure(http.StatusBadRequest, "BAD_REQUEST: serial_number")
	}
	if bad := s.checkPassword(sub, req.Password); bad != nil {
		return *bad
	}
	if !s.checkOTP(sub, req.OTP) {
		status := s.guess().WrongOTP
		if status == 0 {
			status = 1003
		}
		return s.failure(status, "OTP_INVALID")
	}
	t, bad := s.begin(req, sub)
	if bad != nil {
		return *bad
	}
	data := s.opened(t)
	if t.byCode {
		data["sad"], data["expired_in"] = s.newSAD(t), int(sadLifetime/time.Second)
	}
	return jsonReply(http.StatusOK, envelope{http.StatusOK, "sig_wait_for_user_confirm", data})
}

// checkPassword counts wrong passwords. How the service says that an account is locked is a guess: 401 with a text.
func (s *Server) checkPassword(sub *Subscriber, password string) *reply {
	s.mu.Lock()
	now := s.clock.Now()
	message := ""
	switch {
	case now.Before(sub.account.passwordLocked):
		message = fmt.Sprintf("SP_CREDENTIAL_INVALID: account locked, %d seconds left", int(sub.account.passwordLocked.Sub(now).Seconds()))
	case subtle.ConstantTimeCompare([]byte(password), []byte(sub.Password)) == 1:
		sub.account.wrongPasswords = 0
	default:
		message = "SP_CREDENTIAL_INVALID: wrong password"
		if sub.account.wrongPasswords++; sub.account.wrongPasswords >= wrongPasswords {
			sub.account.wrongPasswords, sub.account.passwordLocked = 0, now.Add(lockTime)
		}
	}
	s.mu.Unlock()
	if message == "" {
		return nil
	}
	r := s.failure(http.StatusUnauthorized, message)
	return &r
}

// checkOTP takes each code once.
func (s *Server) checkOTP(sub *Subscriber, otp string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now()
	for step := -s.opts.Guesses.Window; step <= s.opts.Guesses.Window; step++ {
		at := now.Add(time.Duration(step) * 30 * time.Second)
		want, err := smartca.TOTP(sub.TOTPSecret, at)
		key := fmt.Sprintf("%s %d", sub.ID, at.Unix()/30)
		if err == nil && subtle.ConstantTimeCompare([]byte(want.Reveal()), []byte(otp)) == 1 && !s.otps[key] {
			s.otps[key] = true
			return true
		}
	}
	return false
}

// sadClaims bind a sad to one transaction.
type sadClaims struct {
	ID          string `json:"jti"`
	Transaction string `json:"transaction_id"`
	Subject     string `json:"sub"`
	Expires     int64  `json:"exp"`
}

// newSAD is a JWT signed with RS256.
func (s *Server) newSAD(t *transaction) string {
	claims, err := json.Marshal(sadClaims{remote.NewID(), t.id, t.owner.ID, t.created.Add(sadLifetime).Unix()})
	if err != nil {
		return ""
	}
	enc := base64.RawURLEncoding
	head := enc.EncodeToString([]byte(`{"alg":"RS256","typ":"JWT"}`)) + "." + enc.EncodeToString(claims)
	h := sha256.Sum256([]byte(head))
	sig, err := rsa.SignPKCS1v15(rand.Reader, keys[0](), crypto.SHA256, h[:])
	if err != nil {
		return ""
	}
	return head + "." + enc.EncodeToString(sig)
}

// readSAD checks a sad and takes it: it is good once.
func (s *Server) readSAD(sad string) (c sadClaims, ok bool) {
	parts := strings.Split(sad, ".")
	if len(parts) != 3 {
		return c, false
	}
	enc := base64.RawURLEncoding
	claims, err1 := enc.DecodeString(parts[1])
	sig, err2 := enc.DecodeString(parts[2])
	h := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if err1 != nil || err2 != nil || rsa.VerifyPKCS1v15(&keys[0]().PublicKey, crypto.SHA256, h[:], sig) != nil || json.Unmarshal(claims, &c) != nil {
		return c, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sads[c.ID] || s.clock.Now().Unix() >= c.Expires {
		return c, false
	}
	s.sads[c.ID] = true
	return c, true
}

// confirmTH exchanges a sad for the signatures.
func (s *Server) confirmTH(_ *http.Request, body []byte) reply {
	req, sub, bad := s.read(body)
	if bad != nil {
		return *bad
	}
	if bad := s.checkPassword(sub, req.Password); bad != nil {
		return *bad
	}
	claims, ok := s.readSAD(req.SAD)
	if !ok || claims.Subject != sub.ID || claims.Transaction != req.Transaction {
		return s.failure(http.StatusBadRequest, "BAD_REQUEST: sad")
	}
	s.mu.Lock()
	t := s.byName[claims.Transaction]
	ok = t != nil && s.settle(t, Signed)
	s.mu.Unlock()
	if !ok {
		return s.failure(http.StatusBadRequest, "BAD_REQUEST: transaction")
	}
	data := map[string]any{"transaction_id": t.id, "expired_in": 0, s.guess().signaturesName(): t.signatures()}
	return jsonReply(http.StatusOK, envelope{http.StatusOK, "Success", data})
}
