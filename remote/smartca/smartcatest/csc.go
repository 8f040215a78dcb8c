package smartcatest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/kyso-dev/kyso/remote"
)

// What a grant lets do.
const (
	accessToken  = "access"
	refreshToken = "refresh"
	authCode     = "code"
)

// grant is a token or an authorization code.
type grant struct {
	kind     string
	owner    *Subscriber
	expires  time.Time
	redirect string
}

// tranStatus is how gettraninfo says how a transaction stands.
var tranStatus = map[State]int{Signed: 1, Waiting: 4000, Expired: 4001, Rejected: 4002, KeyLost: 4003, NotMade: 4004}

var tranText = map[State]string{Signed: "SUCCESS", Waiting: "WAITING_FOR_SIGNER_CONFIRM", Expired: "EXPIRED", Rejected: "SIGNER_REJECTED", KeyLost: keyLost, NotMade: notMade}

// What the service says of a key that cannot be used.
const (
	keyLost = "AUTHORIZE_KEY_FAILED"
	notMade = "SIGN_FAILED"
)

// maxHashes is how many digests signhash takes.
const maxHashes = 50

// authorize stands for the log-in page: it lets the subscriber named in account in at once. It is here for the redirect.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	s.mu.Lock()
	sub := s.subscriber(q.Get("account"))
	code := remote.NewID()
	if sub != nil {
		s.grants[code] = &grant{authCode, sub, s.clock.Now().Add(15 * time.Second), q.Get("redirect_uri")}
	}
	s.mu.Unlock()
	to, err := url.Parse(q.Get("redirect_uri"))
	if sub == nil || q.Get("client_id") != s.opts.SPID || q.Get("response_type") != "code" || err != nil || to.Host == "" {
		http.Error(w, "invalid_request", http.StatusBadRequest)
		return
	}
	v := to.Query()
	v.Set("code", code)
	v.Set("state", q.Get("state"))
	to.RawQuery = v.Encode()
	http.Redirect(w, r, to.String(), http.StatusFound)
}

func tokenError(code, text string) reply {
	return jsonReply(http.StatusBadRequest, map[string]string{"error": code, "error_description": text})
}

// token is the OAuth2 token endpoint. Refresh tokens change with each use; wrong passwords are counted and lock for five minutes.
func (s *Server) token(_ *http.Request, body []byte) reply {
	form, err := url.ParseQuery(string(body))
	if err != nil || form.Get("client_id") != s.opts.SPID || form.Get("client_secret") != s.opts.SPPassword {
		return tokenError("invalid_client", "")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now()
	switch form.Get("grant_type") {
	case "client_credentials":
		return s.grantTokens(nil, now)
	case "password":
		sub := s.subscriber(form.Get("username"))
		if sub == nil {
			return tokenError("invalid_grant", "Tên đăng nhập hoặc mật khẩu không đúng")
		}
		if now.Before(sub.account.passwordLocked) {
			return tokenError("invalid_grant", "Tài khoản bị khóa trong 5 phút do nhập sai quá số lần quy định")
		}
		if form.Get("password") != sub.Password {
			if sub.account.wrongPasswords++; sub.account.wrongPasswords > wrongPasswords {
				sub.account.wrongPasswords, sub.account.passwordLocked = 0, now.Add(lockTime)
				return tokenError("invalid_grant", "Tài khoản bị khóa trong 5 phút do nhập sai quá số lần quy định")
			}
			return tokenError("invalid_grant", fmt.Sprintf("Tên đăng nhập hoặc mật khẩu không đúng. Bạn còn %d lần thử", wrongPasswords+1-sub.account.wrongPasswords))
		}
		sub.account.wrongPasswords = 0
		return s.grantTokens(sub, now)
	case "refresh_token", "authorization_code":
		kind, name := refreshToken, form.Get("refresh_token")
		if form.Get("grant_type") == "authorization_code" {
			kind, name = authCode, form.Get("code")
		}
		g := s.grants[name]
		if g == nil || g.kind != kind || now.After(g.expires) || kind == authCode && g.redirect != form.Get("redirect_uri") {
			return tokenError("invalid_grant", "")
		}
		delete(s.grants, name)
		return s.grantTokens(g.owner, now)
	}
	return tokenError("unsupported_grant_type", "")
}

func (s *Server) grantTokens(sub *Subscriber, now time.Time) reply {
	access, refresh := "access-"+remote.NewID(), "refresh-"+remote.NewID()
	s.grants[access] = &grant{accessToken, sub, now.Add(time.Hour), ""}
	out := map[string]any{"access_token": access, "token_type": "bearer", "expires_in": 3600, "scope": "sign offline_access"}
	if sub != nil {
		s.grants[refresh] = &grant{refreshToken, sub, now.AddDate(0, 3, 0), ""}
		out["refresh_token"] = refresh
	}
	return jsonReply(http.StatusOK, out)
}

// withToken lets a call through that carries a subscriber's access token.
func (s *Server) withToken(handle func(sub *Subscriber, body []byte) reply) func(*http.Request, []byte) reply {
	return func(r *http.Request, body []byte) reply {
		token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		s.mu.Lock()
		g := s.grants[token]
		live := ok && g != nil && g.kind == accessToken && g.owner != nil && s.clock.Now().Before(g.expires)
		s.mu.Unlock()
		if !live {
			return reply{status: http.StatusUnauthorized}
		}
		return handle(g.owner, body)
	}
}

// cscReply is the envelope of the OAuth2 interface. Business errors come with HTTP 400.
func (s *Server) cscReply(code int, desc, message string, content any) reply {
	status := http.StatusOK
	if code != 0 {
		status = http.StatusBadRequest
	} else if s.opts.Guesses.SuccessIsOne {
		code = 1
	}
	return jsonReply(status, map[string]any{"code": code, "codeDesc": desc, "message": message, "content": content})
}

func (s *Server) userInfo(sub *Subscriber, _ []byte) reply {
	return s.cscReply(0, "SUCCESS", "", map[string]any{"accType": 0, "uidPre": "CCCD", "uid": sub.ID, "email": sub.Email})
}

// credentialID names a certificate: its serial number, so that it stays the same.
func credentialID(c *Certificate) string { return "cred-" + serialOf(c) }

// credentials lists those of a kind, "" being all: the host of seals has seals alone.
func (s *Server) credentials(kind ServiceType) func(sub *Subscriber, body []byte) reply {
	return func(sub *Subscriber, _ []byte) reply {
		s.mu.Lock()
		defer s.mu.Unlock()
		ids := []string{}
		for i := range sub.Certificates {
			if c := &sub.Certificates[i]; !sub.Inactive && (kind == "" || c.Type == kind) {
				ids = append(ids, credentialID(c))
			}
		}
		return s.cscReply(0, "SUCCESS", "", ids)
	}
}

func (sub *Subscriber) credential(id string, kind ServiceType) *Certificate {
	i := slices.IndexFunc(sub.Certificates, func(c Certificate) bool { return credentialID(&c) == id && (kind == "" || c.Type == kind) })
	if i < 0 {
		return nil
	}
	return &sub.Certificates[i]
}

// credentialInfo answers without the envelope, as the live one does.
func (s *Server) credentialInfo(sub *Subscriber, body []byte) reply {
	var req struct {
		ID string `json:"credentialId"`
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if json.Unmarshal(body, &req) != nil || sub.credential(req.ID, "") == nil {
		return s.cscReply(60000, "CREDENTIAL_NOT_EXIST", "no_credential_match_id_"+req.ID, nil)
	}
	c := sub.credential(req.ID, "")
	certs := make([]string, len(c.Chain))
	for i, x := range c.Chain {
		certs[i] = base64.StdEncoding.EncodeToString(x.Raw)
	}
	leaf := c.Chain[0]
	return jsonReply(http.StatusOK, map[string]any{
		"key": map[string]any{"status": "ENABLED", "alg": []string{"1.2.840.113549.1.1.1"}, "len": 2048},
		"cert": map[string]any{
			"status": c.Status, "serialNumber": serialOf(c), "subjectDN": leaf.Subject.String(), "issuerDN": leaf.Issuer.String(), "certificates": certs,
			"validFrom": leaf.NotBefore.UTC().Format("20060102150405Z"), "validTo": leaf.NotAfter.UTC().Format("20060102150405Z"),
		},
		"authMode": "oauth2code", "scal": "SCAL2", "multisign": 1,
	})
}

// signHash opens a transaction with a key of a kind, "" being any.
func (s *Server) signHash(kind ServiceType) func(sub *Subscriber, body []byte) reply {
	return func(sub *Subscriber, body []byte) reply { return s.signHashOf(kind, sub, body) }
}

func (s *Server) signHashOf(kind ServiceType, sub *Subscriber, body []byte) reply {
	var req struct {
		Credential string `json:"credentialId"`
		Reference  string `json:"refTranId"`
		Notify     string `json:"notifyUrl"`
		Text       string `json:"description"`
		Data       []struct {
			Name string `json:"name"`
			Hash string `json:"hash"`
		} `json:"datas"`
	}
	if json.Unmarshal(body, &req) != nil || len(req.Data) == 0 || len(req.Data) > maxHashes {
		return s.cscReply(62010, "SIGNATURE_DATA_REQUEST_INVALID_FORMAT", "", nil)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c := sub.credential(req.Credential, kind)
	switch {
	case c == nil:
		return s.cscReply(60000, "CREDENTIAL_NOT_EXIST", "no_credential_match_id_"+req.Credential, nil)
	case sub.UsedUp:
		return s.cscReply(65000, "SERVICE_PACK_EXEED_OR_INVALID", "", nil)
	case !s.usable(c):
		return s.cscReply(60003, "CREDENTIAL_STATUS_INVALID", "", nil)
	}
	t := &transaction{id: req.Reference, code: remote.NewID(), owner: sub, cert: c, text: req.Text, oauth: true, notify: req.Notify}
	for _, d := range req.Data {
		digest, err := base64.StdEncoding.DecodeString(d.Hash)
		if err != nil || len(digest) != 32 { // hexadecimal, which sp769 wants, ends here
			return s.cscReply(62010, "SIGNATURE_DATA_REQUEST_INVALID_FORMAT", "", nil)
		}
		t.docs = append(t.docs, doc{id: d.Name, kind: "hash", digest: digest})
	}
	s.add(t)
	return s.cscReply(0, "SUCCESS", "Chờ người dùng xác nhận", map[string]any{"tranId": t.code})
}

func (s *Server) tranInfo(sub *Subscriber, body []byte) reply {
	var req struct {
		ID string `json:"tranId"`
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if json.Unmarshal(body, &req) != nil {
		return s.cscReply(62010, "SIGNATURE_DATA_REQUEST_INVALID_FORMAT", "", nil)
	}
	t := s.byName[req.ID]
	if t == nil || t.code != req.ID || !t.oauth {
		return s.cscReply(62000, "SIGNATURE_TRANSACTION_NOT_FOUND", "", nil)
	}
	if t.owner != sub {
		return s.cscReply(62001, "SIGNATURE_TRANSACTION_NOT_MATCH_IDENTITY", "", nil)
	}
	t.looks = append(t.looks, s.clock.Now())
	s.advance(t)
	docs := make([]map[string]any, len(t.docs))
	for i, d := range t.docs {
		docs[i] = map[string]any{"name": d.id, "type": "hash", "hash": base64.StdEncoding.EncodeToString(d.digest), "sig": nil}
		if t.state == Signed {
			docs[i]["sig"] = base64.StdEncoding.EncodeToString(d.signature)
		}
	}
	return s.cscReply(0, "SUCCESS", "", map[string]any{
		"refTranId": t.id, "tranId": t.code, "sub": sub.ID, "credentialId": credentialID(t.cert), "tranType": 3, "tranTypeDesc": "SIGNHASH",
		"tranStatus": tranStatus[t.state], "tranStatusDesc": tranText[t.state], "reqTime": t.created.UTC().Format(time.RFC3339), "documents": docs,
	})
}
