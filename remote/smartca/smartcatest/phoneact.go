package smartcatest

import (
	"net/url"
	"time"
)

// ready says why nothing can be signed on this phone; "" when it can. The server's lock is held.
func (sub *Subscriber) ready(d device) notice {
	switch {
	case d.Insecure:
		return insecureDevice
	case sub.Inactive || sub.account.device != d.ID:
		return notThisDevice
	}
	return ""
}

// mine is a transaction of the subscriber, nil when there is none of that name. The server's lock is held.
func (s *Server) mine(sub *Subscriber, id string) *transaction {
	t := s.byName[id]
	if t == nil || t.owner != sub || t.byCode || sub.Stuck {
		return nil
	}
	return t
}

// phoneConfirm confirms a request with the PIN, or with a fingerprint where the phone takes one.
func (s *Server) phoneConfirm(sub *Subscriber, d device, form url.Values) notice {
	s.mu.Lock()
	n := sub.ready(d)
	t := s.mine(sub, form.Get("tran"))
	if n == "" && !(form.Get("fingerprint") != "" && sub.Biometrics && !s.clock.Now().Before(sub.account.pinLocked)) {
		n = s.checkPIN(sub, form.Get("pin"))
	}
	if n == "" {
		n = doneSigned
		if t == nil || !s.settle(t, Signed) {
			n, t = tooLate, nil
		}
	} else {
		t = nil
	}
	s.mu.Unlock()
	if t != nil {
		s.report(t)
	}
	return n
}

func (s *Server) phoneRefuse(sub *Subscriber, d device, form url.Values) notice {
	s.mu.Lock()
	n := sub.ready(d)
	t := s.mine(sub, form.Get("tran"))
	if n == "" {
		n = doneRefused
		if t == nil || !s.settle(t, Rejected) {
			n, t = tooLate, nil
		}
	} else {
		t = nil
	}
	s.mu.Unlock()
	if t != nil {
		s.report(t)
	}
	return n
}

// phoneCode is step 1: account and activation code.
func (s *Server) phoneCode(sub *Subscriber, d device, form url.Values) notice {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := &sub.account
	switch {
	case d.Insecure:
		return insecureDevice
	case form.Get("id") != sub.ID:
		return codeUnknown
	case a.step != stepCode || form.Get("code") != a.code:
		return codeWrong
	case s.clock.Now().Sub(a.sent) > codeLife:
		return codeOld
	}
	a.step, a.confirmed = stepPIN, false
	return ""
}

func (s *Server) phoneResend(sub *Subscriber, _ device, _ url.Values) notice {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !sub.Inactive {
		return ""
	}
	s.sendCode(sub)
	return codeSent
}

// phoneIdentity is asked before the PIN is chosen: whether the account is in the right name. If not it is revoked and made anew.
func (s *Server) phoneIdentity(sub *Subscriber, _ device, form url.Values) notice {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := &sub.account
	if a.step != stepPIN {
		return ""
	}
	if form.Get("right") != "" {
		a.confirmed = true
		return ""
	}
	a.revoked++
	sub.Certificates, a.newPIN = nil, ""
	s.sendCode(sub)
	return identityWrong
}

// phonePIN is step 2.
func (s *Server) phonePIN(sub *Subscriber, d device, form url.Values) notice {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := &sub.account
	pin := form.Get("pin")
	switch {
	case d.Insecure:
		return insecureDevice
	case a.step != stepPIN || !a.confirmed:
		return ""
	case weakPIN(pin):
		return pinRule
	case pin != form.Get("again"):
		return pinDiffers
	}
	a.newPIN, a.step = pin, stepCertificate
	if a.reason != "" {
		a.step = stepForm // a reactivation keeps the certificate
	}
	return ""
}

// phoneCertificate is step 3: the key pair is made, and a certificate where there is none.
func (s *Server) phoneCertificate(sub *Subscriber, d device, _ url.Values) notice {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d.Insecure {
		return insecureDevice
	}
	if sub.account.step != stepCertificate {
		return ""
	}
	if len(sub.Certificates) == 0 {
		cert, err := s.opts.Authority.Issue(Profile{Name: sub.Name, UID: "CCCD:" + sub.ID, NotBefore: s.clock.Now().Add(-time.Minute)})
		if err != nil {
			return ""
		}
		sub.Certificates = []Certificate{cert}
	}
	sub.account.step = stepForm
	return ""
}

// phoneForm is step 4: the acceptance form is signed with the PIN, and the account is active on this phone and no other.
func (s *Server) phoneForm(sub *Subscriber, d device, form url.Values) notice {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := &sub.account
	switch {
	case d.Insecure:
		return insecureDevice
	case a.step != stepForm:
		return ""
	case form.Get("pin") != a.newPIN:
		return pinWrong
	}
	n := activated
	if a.reason != "" {
		n = reactivated
	}
	sub.PIN, sub.Inactive = a.newPIN, false
	a.device, a.step, a.newPIN, a.code, a.reason, a.wrongPINs, a.pinLocked = d.ID, 0, "", "", "", 0, time.Time{}
	return n
}

// phoneReactivate begins a reactivation: another phone, the app installed again, or the PIN forgotten. The certificate stays.
func (s *Server) phoneReactivate(sub *Subscriber, d device, form url.Values) notice {
	s.mu.Lock()
	defer s.mu.Unlock()
	reason := map[string]string{"phone": "đổi điện thoại", "reinstall": "cài lại ứng dụng", "pin": "quên mã PIN"}[form.Get("reason")]
	switch {
	case d.Insecure:
		return insecureDevice
	case sub.Inactive || reason == "":
		return ""
	case form.Get("password") != sub.Password:
		return passwordWrong
	}
	s.sendCode(sub)
	sub.account.reason = reason
	return codeSent
}

func (s *Server) phoneForgot(sub *Subscriber, _ device, _ url.Values) notice {
	s.mu.Lock()
	defer s.mu.Unlock()
	sub.account.resetCode = digits(6)
	s.mail(sub, "Mã xác nhận đổi mật khẩu SmartCA của bạn là "+sub.account.resetCode+".")
	return passwordSent
}

// phonePassword sets a new password by the old one or by a code from the mail.
func (s *Server) phonePassword(sub *Subscriber, _ device, form url.Values) notice {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := &sub.account
	proof := form.Get("proof")
	switch {
	case proof == "" || proof != sub.Password && proof != a.resetCode:
		return passwordWrong
	case weakPassword(form.Get("password")):
		return passwordRule
	}
	sub.Password, a.resetCode, a.wrongPasswords, a.passwordLocked = form.Get("password"), "", 0, time.Time{}
	return passwordNew
}

// phoneAge lets an activation code grow older than it may, to be tried out.
func (s *Server) phoneAge(sub *Subscriber, _ device, _ url.Values) notice {
	s.mu.Lock()
	defer s.mu.Unlock()
	sub.account.sent = sub.account.sent.Add(-codeLife - time.Minute)
	return ""
}
