package smartcatest

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/kyso-dev/kyso/remote"
)

// envelope is how sp769 answers.
type envelope struct {
	Status  int    `json:"status_code"`
	Message string `json:"message"`
	Data    any    `json:"data"`
}

// failure is an error of sp769: the number in the body, and as the HTTP status where the guess says so. 400 is always both.
func (s *Server) failure(status int, message string) reply {
	code := status
	if status < 100 || status > 599 || s.guess().ErrorsInBody && status != http.StatusBadRequest {
		code = http.StatusOK
	}
	return jsonReply(code, envelope{status, message, nil})
}

// request is the body of every call of sp769. Unknown members are passed over.
type request struct {
	SPID        string `json:"sp_id"`
	SPPassword  string `json:"sp_password"`
	UserID      string `json:"user_id"`
	Password    string `json:"password"`
	OTP         string `json:"otp"`
	SAD         string `json:"sad"`
	Transaction string `json:"transaction_id"`
	Text        string `json:"transaction_desc"`
	Serial      string `json:"serial_number"`
	Files       []struct {
		Data     string `json:"data_to_be_signed"`
		ID       string `json:"doc_id"`
		FileType string `json:"file_type"`
		SignType string `json:"sign_type"`
	} `json:"sign_files"`
}

// read reads a call, and checks who makes it and for whom.
func (s *Server) read(body []byte) (*request, *Subscriber, *reply) {
	var req request
	fail := func(status int, message string) (*request, *Subscriber, *reply) {
		r := s.failure(status, message)
		return nil, nil, &r
	}
	if json.Unmarshal(body, &req) != nil {
		return fail(http.StatusBadRequest, "BAD_REQUEST")
	}
	if req.SPID != s.opts.SPID || req.SPPassword != s.opts.SPPassword {
		return fail(http.StatusUnauthorized, "SP_CREDENTIAL_INVALID")
	}
	s.mu.Lock()
	sub := s.subscriber(req.UserID)
	s.mu.Unlock()
	if sub == nil {
		return fail(http.StatusUnauthorized, "SP_CREDENTIAL_INVALID: user not found")
	}
	return &req, sub, nil
}

var statusText = map[string]string{"VALID": "Đang hoạt động", "REVOKED": "Đã thu hồi", "SUSPENDED": "Tạm dừng", "EXPIRED": "Hết hạn"}

func (s *Server) certificates(_ *http.Request, body []byte) reply {
	req, sub, bad := s.read(body)
	if bad != nil {
		return *bad
	}
	s.mu.Lock()
	g := s.opts.Guesses
	list := []map[string]any{}
	for i := range sub.Certificates {
		c := &sub.Certificates[i]
		if sub.Inactive || req.Serial != "" && req.Serial != serialOf(c) {
			continue
		}
		list = append(list, describe(c, req.Transaction, g))
	}
	s.mu.Unlock()
	if len(list) == 0 && g.NoCertificateIsError {
		return s.failure(http.StatusUnauthorized, "SP_CREDENTIAL_INVALID: no certificate")
	}
	return jsonReply(http.StatusOK, envelope{http.StatusOK, "Success", map[string]any{"user_certificates": list}})
}

func describe(c *Certificate, transaction string, g Guesses) map[string]any {
	leaf := c.Chain[0]
	data := base64.StdEncoding.EncodeToString(leaf.Raw)
	if g.BrokenLines {
		data = lines(data)
	}
	chain := map[string]any{"ca_cert": nil, "root_cert": nil}
	if len(c.Chain) > 1 {
		chain["ca_cert"] = base64.StdEncoding.EncodeToString(c.Chain[1].Raw)
	}
	if len(c.Chain) > 2 && !g.NoRoot {
		chain["root_cert"] = base64.StdEncoding.EncodeToString(c.Chain[2].Raw)
	}
	out := map[string]any{"cert_id": remote.NewID(), "cert_data": data, "chain_data": chain, "serial_number": serialOf(c), "transaction_id": transaction}
	if g.ShortCertificates {
		return out
	}
	out["service_type"], out["service_name"], out["cert_status"] = c.Type, c.Service, statusText[c.Status]
	out["cert_subject"] = leaf.Subject.String()
	out["cert_valid_from"], out["cert_valid_to"] = leaf.NotBefore.UTC().Format(time.RFC3339), leaf.NotAfter.UTC().Format(time.RFC3339)
	if !g.NoStatusCode {
		out["cert_status_code"] = c.Status
	}
	return out
}

func (s *Server) sign(_ *http.Request, body []byte) reply {
	req, sub, bad := s.read(body)
	if bad != nil {
		return *bad
	}
	t, bad := s.begin(req, sub)
	if bad != nil {
		return *bad
	}
	s.mu.Lock()
	early := s.opts.Webhook.Early
	s.mu.Unlock()
	if early {
		s.report(t)
	}
	return jsonReply(http.StatusOK, envelope{http.StatusOK, "sig_wait_for_user_confirm", s.opened(t)})
}

// opened is the data of an answer to sign.
func (s *Server) opened(t *transaction) map[string]any {
	out := map[string]any{"transaction_id": t.id, "tran_code": t.code}
	if s.guess().TellLifetime {
		out["expired_in"] = int(Lifetime / time.Second)
	}
	return out
}

// begin checks what is to be signed and opens a transaction.
func (s *Server) begin(req *request, sub *Subscriber) (*transaction, *reply) {
	fail := func(status int, message string) (*transaction, *reply) {
		r := s.failure(status, message)
		return nil, &r
	}
	s.mu.Lock()
	g := s.opts.Guesses
	cert := sub.certificateOf(req.Serial)
	_, duplicate := s.byName[req.Transaction]
	unusable := cert == nil || sub.Inactive || sub.UsedUp || !s.usable(cert)
	s.mu.Unlock()
	switch {
	case req.Transaction == "" || len(req.Files) == 0:
		return fail(http.StatusBadRequest, "BAD_REQUEST")
	case duplicate && !g.AcceptDuplicates:
		return fail(http.StatusBadRequest, "BAD_REQUEST: transaction_id")
	case unusable:
		return fail(http.StatusForbidden, "CREDENTIAL_STATUS_INVALID")
	}
	t := &transaction{id: req.Transaction, code: remote.NewID(), owner: sub, cert: cert, text: req.Text, byCode: req.OTP != "" && !sub.FallsBack}
	seen := make(map[string]bool)
	for _, f := range req.Files {
		digest, err := hex.DecodeString(f.Data)
		switch {
		case f.SignType != "hash", f.ID == "" || seen[f.ID], f.FileType == "",
			err != nil || len(digest) != 32, // base64, which is what most services want, ends here
			f.Data != strings.ToLower(f.Data) && !g.AcceptUpperCase:
			return fail(http.StatusBadRequest, "BAD_REQUEST: sign_files")
		}
		seen[f.ID] = true
		t.docs = append(t.docs, doc{id: f.ID, kind: f.FileType, digest: digest})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.add(t)
	return t, nil
}

// status tells how a transaction stands: always with 200, in the message. It asks for no credentials and reads no body.
func (s *Server) status(r *http.Request, _ []byte) reply {
	id := r.PathValue("id")
	s.mu.Lock()
	g := s.opts.Guesses
	waiting := g.WaitingText
	if waiting == "" {
		waiting = "sig_wait_for_user_confirm"
	}
	t := s.byName[id]
	if t == nil || t.id != id && !g.ByTranCode {
		s.mu.Unlock()
		if g.UnknownIsWaiting {
			return jsonReply(http.StatusOK, envelope{http.StatusOK, waiting, map[string]any{"transaction_id": id, "signatures": nil}})
		}
		return s.failure(http.StatusBadRequest, "BAD_REQUEST: transaction not found")
	}
	now := s.clock.Now()
	tooSoon := g.Pace > 0 && len(t.looks) > 0 && now.Sub(t.looks[len(t.looks)-1]) < g.Pace
	t.looks = append(t.looks, now)
	s.advance(t)
	message := map[State]string{Waiting: waiting, Signed: "SUCCESS", Rejected: "REJECTED", Expired: "EXPIRED", KeyLost: keyLost, NotMade: notMade}[t.state]
	if t.state == Expired && g.NoExpiredText {
		message = waiting
	}
	data := map[string]any{"transaction_id": t.id, g.signaturesName(): t.signatures()}
	if g.OtherStatusID {
		data["transaction_id"] = t.other
	}
	if g.TellLifetime {
		data["expired_in"] = int(t.created.Add(Lifetime).Sub(now) / time.Second)
	}
	s.mu.Unlock()
	if tooSoon {
		return reply{status: http.StatusTooManyRequests, header: http.Header{"Retry-After": {"5"}}}
	}
	return jsonReply(http.StatusOK, envelope{http.StatusOK, message, data})
}
