package csctest

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// token is an access or a refresh token.
type token struct {
	scope      string // "service" or "credential"
	user       bool   // a person's, not the application's
	refresh    bool
	family     string // of tokens that die with their refresh token
	until      time.Time
	activation *activation // of the scope "credential"
	value      string
}

// code is an authorization code.
type code struct {
	redirect, challenge string
	scope               string
	activation          *activation
	details             string
	until               time.Time
}

// pushed are parameters of a page that were left with the server.
type pushed struct {
	params url.Values
	until  time.Time
}

// grant makes a token.
func (s *Server) grant(t *token, until time.Time) string {
	t.value, t.until = s.secret(), until
	s.tokens[t.value] = t
	return t.value
}

func (s *Server) drop(value string) { delete(s.tokens, value) }

func (s *Server) dropToken(t *token) { delete(s.tokens, t.value) }

func (s *Server) dropFamily(family string) {
	for value, t := range s.tokens {
		if t.family == family {
			delete(s.tokens, value)
		}
	}
}

// journaled puts the requests of a handler into the journal, and lets faults have them first.
func (s *Server) journaled(f func(w http.ResponseWriter, r *http.Request)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil {
			return
		}
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		_, method := methodOf(r.URL.Path)
		n := s.note(0, method, body, r)
		s.mu.Lock()
		fault := s.nextFault(method)
		s.mu.Unlock()
		if status, done := early(w, fault, body); done {
			s.noteStatus(n, status)
			return
		}
		if fault == CutAfter {
			w = &discard{header: make(http.Header)}
		}
		f(w, r)
		if fault == CutAfter {
			panic(http.ErrAbortHandler)
		}
	}
}

// discard takes an answer that is not to be sent.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
func (d *discard) WriteHeader(int)             {}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func oauthError(w http.ResponseWriter, status int, code, text string) {
	writeJSON(w, status, map[string]any{"error": code, "error_description": text})
}

// client checks who asks at the endpoints of the authorization server.
func (s *Server) client(w http.ResponseWriter, r *http.Request) bool {
	_ = r.ParseForm()
	id, secret, basic := r.BasicAuth()
	if !basic {
		id, secret = r.PostFormValue("client_id"), r.PostFormValue("client_secret")
	}
	if id != s.opts.ClientID || subtle.ConstantTimeCompare([]byte(secret), []byte(s.opts.Secret)) != 1 {
		oauthError(w, http.StatusUnauthorized, "invalid_client", "Client authentication failed")
		return false
	}
	return true
}

func (s *Server) serveMetadata(w http.ResponseWriter, _ *http.Request) {
	body := map[string]any{
		"issuer": s.URL + "/issuer", "authorization_endpoint": s.URL + "/oauth2/authorize", "token_endpoint": s.URL + "/oauth2/token", "revocation_endpoint": s.URL + "/oauth2/revoke",
	}
	if s.opts.Guesses.PAR {
		body["pushed_authorization_request_endpoint"] = s.URL + "/oauth2/pushed_authorize"
	}
	writeJSON(w, http.StatusOK, body)
}

func (s *Server) servePushed(w http.ResponseWriter, r *http.Request) {
	if !s.client(w, r) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	uri := "urn:ietf:params:oauth:request_uri:" + random()
	params := r.PostForm
	params.Del("client_secret")
	s.pushed[uri] = pushed{params, s.opts.Clock().Add(90 * time.Second)}
	writeJSON(w, http.StatusCreated, map[string]any{"request_uri": uri, "expires_in": 90})
}

// serveAuthorizePage is where the browser comes with a request.
func (s *Server) serveAuthorizePage(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := r.URL.Query()
	if uri := q.Get("request_uri"); uri != "" {
		p, ok := s.pushed[uri]
		delete(s.pushed, uri) // good for one use
		if !ok || !s.opts.Clock().Before(p.until) || p.params.Get("client_id") != q.Get("client_id") {
			oauthError(w, http.StatusBadRequest, "invalid_request", "Invalid request_uri")
			return
		}
		q = p.params
	}
	if q.Get("client_id") != s.opts.ClientID || q.Get("redirect_uri") != s.opts.Redirect { // nobody is sent to an address that is not registered
		oauthError(w, http.StatusBadRequest, "invalid_request", "Invalid client_id or redirect_uri")
		return
	}
	c, k, a, fault := s.codeFor(q)
	if fault != "" {
		http.Redirect(w, r, s.back(q, url.Values{"error": {fault}}), http.StatusFound)
		return
	}
	switch s.user {
	case Approve:
		http.Redirect(w, r, s.back(q, url.Values{"code": {s.issue(c)}}), http.StatusFound)
	case Refuse:
		http.Redirect(w, r, s.back(q, url.Values{"error": {"access_denied"}, "error_description": {"The user refused"}}), http.StatusFound)
	default:
		var shown pageData
		if s.user == Ask {
			p := s.ask(a)
			p.Credential, p.Browser = k, true
			p.params = map[string]string{"yes": s.back(q, url.Values{"code": {s.issue(c)}}), "no": s.back(q, url.Values{"error": {"access_denied"}})}
			shown.List = []Pending{*p}
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = page.Execute(w, shown)
	}
}

// back is the registered address with an answer.
func (s *Server) back(q, answer url.Values) string {
	if state := q.Get("state"); state != "" {
		answer.Set("state", state)
	}
	return s.opts.Redirect + "?" + answer.Encode()
}

// browserAnswer is where a browser goes after a click, "" when the request was one of a phone.
func (s *Server) browserAnswer(id string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for handle, p := range s.requests {
		if p.ID == id && p.Browser {
			delete(s.requests, handle)
			if p.decided == Approve {
				return p.params["yes"]
			}
			return p.params["no"]
		}
	}
	return ""
}

func (s *Server) issue(c *code) string {
	value := s.secret()
	c.until = s.opts.Clock().Add(time.Minute)
	s.codes[value] = c
	return value
}

// codeFor reads what a page is asked for.
func (s *Server) codeFor(q url.Values) (c *code, credential string, a approval, fault string) {
	c = &code{redirect: q.Get("redirect_uri"), challenge: q.Get("code_challenge"), scope: q.Get("scope"), details: q.Get("authorization_details")}
	if q.Get("response_type") != "code" {
		return nil, "", a, "unsupported_response_type"
	}
	if c.challenge != "" && q.Get("code_challenge_method") != "S256" {
		return nil, "", a, "invalid_request"
	}
	if account := q.Get("account_token"); account != "" && !s.vouched(account) {
		return nil, "", a, "invalid_request"
	}
	if c.scope == "" {
		c.scope = "service"
	}
	in := &call{version: 2, method: "oauth2/authorize", in: map[string]any{}}
	switch {
	case c.details != "":
		var d []struct {
			Type, CredentialID, HashAlgorithmOID string
			DocumentDigests                      []struct{ Hash string }
			NumSignatures                        int
		}
		want := "credential"
		if s.opts.Guesses.V22 {
			want = "https://cloudsignatureconsortium.org/2025/credential"
		}
		if json.Unmarshal([]byte(c.details), &d) != nil || len(d) != 1 || d[0].Type != want || c.scope != "service" ||
			s.opts.Guesses.V22 && d[0].NumSignatures != len(d[0].DocumentDigests) {
			return nil, "", a, "invalid_request"
		}
		c.scope = "credential"
		var list []any
		for _, h := range d[0].DocumentDigests {
			list = append(list, h.Hash)
		}
		in.in = map[string]any{"credentialID": d[0].CredentialID, "numSignatures": float64(len(list)), "hashes": list, "hashAlgorithmOID": d[0].HashAlgorithmOID, "description": q.Get("description")}
	case c.scope == "credential":
		n, _ := strconv.Atoi(q.Get("numSignatures"))
		in.in = map[string]any{"credentialID": q.Get("credentialID"), "numSignatures": float64(n), "description": q.Get("description")}
		given := q.Get("hashes")
		if in.in["hashAlgorithmOID"] = q.Get("hashAlgorithmOID"); given == "" && q.Get("hash") != "" {
			given, in.in["hashAlgorithmOID"] = q.Get("hash"), "of version 1"
		}
		if given != "" {
			var list []any
			for h := range strings.SplitSeq(given, ",") {
				der, err := base64.RawURLEncoding.DecodeString(h)
				if err != nil {
					return nil, "", a, "invalid_request"
				}
				list = append(list, base64.StdEncoding.EncodeToString(der))
			}
			in.in["hashes"] = list
		}
	case c.scope == "service":
		return c, "", approval{text: "log in / đăng nhập"}, ""
	default:
		return nil, "", a, "invalid_scope"
	}
	k, bad := s.find(in)
	if bad != nil || k.Mode != "oauth2code" {
		return nil, "", a, "invalid_request"
	}
	if a, bad = s.approvalOf(in, k); bad != nil {
		return nil, "", a, "invalid_request"
	}
	c.activation = &activation{approval: a, until: s.opts.Clock().Add(s.opts.Lifetime)}
	return c, k.ID, a, ""
}

// vouched checks an account_token: its key is the digest of the client secret, it was made just now, and each is good for one use.
func (s *Server) vouched(t string) bool {
	at := strings.LastIndexByte(t, '.')
	parts := strings.Split(t, ".")
	if at < 0 || len(parts) != 3 {
		return false
	}
	key := sha256.Sum256([]byte(s.opts.Secret))
	mac := hmac.New(sha256.New, key[:])
	mac.Write([]byte(t[:at]))
	got, err := base64.RawURLEncoding.DecodeString(parts[2])
	claims, bad := base64.RawURLEncoding.DecodeString(parts[1])
	var c struct {
		Sub, Azp, Jti string
		Iat           int64
	}
	if err != nil || bad != nil || !hmac.Equal(got, mac.Sum(nil)) || json.Unmarshal(claims, &c) != nil || c.Azp != s.opts.ClientID || c.Jti == "" || s.jtis[c.Jti] {
		return false
	}
	if age := s.opts.Clock().Sub(time.Unix(c.Iat, 0)); age > accountAge || age < -accountAge {
		return false
	}
	s.jtis[c.Jti] = true
	return true
}

// accountAge is how far an account_token's time may be from that of the server.
const accountAge = 5 * time.Minute

func (s *Server) serveToken(w http.ResponseWriter, r *http.Request) {
	if !s.client(w, r) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	apps := strings.HasPrefix(r.URL.Path, "/apps/") // the server of applications, where there are two
	if own := r.PostFormValue("grant_type") == "client_credentials"; s.opts.Guesses.V22 && own != apps {
		oauthError(w, http.StatusBadRequest, "unsupported_grant_type", "Ask the other server")
		return
	}
	switch r.PostFormValue("grant_type") {
	case "client_credentials":
		writeJSON(w, http.StatusOK, s.session("service", false, false))
	case "refresh_token":
		value := r.PostFormValue("refresh_token")
		t := s.tokens[value]
		if t == nil || !t.refresh || !s.opts.Clock().Before(t.until) {
			oauthError(w, http.StatusBadRequest, "invalid_grant", "Invalid refresh_token")
			return
		}
		s.drop(value) // a new one comes in its place
		writeJSON(w, http.StatusOK, s.session(t.scope, t.user, true))
	case "authorization_code":
		s.serveCode(w, r)
	default:
		oauthError(w, http.StatusBadRequest, "unsupported_grant_type", "Invalid grant_type")
	}
}

func (s *Server) serveCode(w http.ResponseWriter, r *http.Request) {
	value := r.PostFormValue("code")
	c := s.codes[value]
	delete(s.codes, value) // good for one use
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	if c == nil || !s.opts.Clock().Before(c.until) || c.redirect != r.PostFormValue("redirect_uri") || c.details != r.PostFormValue("authorization_details") ||
		c.challenge != "" && c.challenge != base64.RawURLEncoding.EncodeToString(sum[:]) {
		oauthError(w, http.StatusBadRequest, "invalid_grant", "Invalid code")
		return
	}
	if c.scope == "service" {
		writeJSON(w, http.StatusOK, s.session("service", true, true))
		return
	}
	kind := "Bearer"
	if c.activation.hashOID == "of version 1" || c.activation.hashOID == "" {
		kind = "SAD"
	}
	body := map[string]any{
		"access_token": s.grant(&token{scope: "credential", user: true, activation: c.activation}, s.opts.Clock().Add(s.opts.Lifetime)),
		"token_type":   kind, "expires_in": int(s.opts.Lifetime / time.Second),
	}
	if c.details != "" {
		body["authorization_details"] = json.RawMessage(c.details)
	}
	writeJSON(w, http.StatusOK, body)
}

func (s *Server) serveRevoke(w http.ResponseWriter, r *http.Request) {
	if !s.client(w, r) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.tokens[r.PostFormValue("token")]; t != nil && t.refresh {
		s.dropFamily(t.family)
	} else if t != nil {
		s.dropToken(t)
	}
	w.WriteHeader(http.StatusNoContent)
}
