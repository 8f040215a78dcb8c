package csctest

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// apiError is an answer that says no.
type apiError struct {
	status     int
	code, text string
}

func invalid(text string) *apiError {
	return &apiError{http.StatusBadRequest, "invalid_request", text}
}

// call is one call under way.
type call struct {
	version int
	method  string
	fault   Fault
	in      map[string]any
	token   *token // by which it is made; nil where none is needed

	challenge string // WWW-Authenticate of the answer
}

func (c *call) str(name string) string { s, _ := c.in[name].(string); return s }
func (c *call) flag(name string) bool  { b, _ := c.in[name].(bool); return b }

func (c *call) num(name string) (int, bool) {
	f, ok := c.in[name].(float64)
	return int(f), ok && f == float64(int(f))
}

// answer is what a method gives: a status and a body, nil for none.
type answer struct {
	status int
	body   map[string]any
}

type handler func(s *Server, c *call) (*answer, *apiError)

// methods are the calls, and the versions that have them.
var methods = map[string]struct {
	v1, v2 bool
	f      handler
}{
	"auth/login":                    {true, true, nil}, // in serveAPI: it reads a header
	"auth/revoke":                   {true, true, (*Server).revoke},
	"credentials/list":              {true, true, (*Server).list},
	"credentials/info":              {true, true, (*Server).credentialInfo},
	"credentials/authorize":         {true, true, (*Server).authorize},
	"credentials/authorizeCheck":    {false, true, (*Server).authorizeCheck},
	"credentials/extendTransaction": {true, true, (*Server).extendTransaction},
	"credentials/sendOTP":           {true, false, (*Server).sendOTP},
	"credentials/getChallenge":      {false, true, (*Server).getChallenge},
	"signatures/signHash":           {true, true, (*Server).signHash},
	"signatures/signPolling":        {false, true, (*Server).signPolling},
	"signatures/signDoc":            {false, true, (*Server).signDoc},
	"signatures/timestamp":          {true, true, (*Server).timestamp},
}

func (s *Server) has(method string, version int) bool {
	m, ok := methods[method]
	switch {
	case method == "signatures/signDoc" && s.opts.SignDoc == nil, method == "signatures/timestamp" && s.opts.Timestamp == nil:
		return false
	}
	return ok && (version == 1 && m.v1 || version == 2 && m.v2)
}

func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/csc/v1/", s.serveAPI)
	mux.HandleFunc("/csc/v2/", s.serveAPI)
	mux.HandleFunc("GET /oauth2/authorize", s.serveAuthorizePage)
	mux.HandleFunc("POST /oauth2/token", s.journaled(s.serveToken))
	mux.HandleFunc("POST /apps/oauth2/token", s.journaled(s.serveToken))
	mux.HandleFunc("POST /apps/oauth2/revoke", s.journaled(s.serveRevoke))
	mux.HandleFunc("POST /oauth2/revoke", s.journaled(s.serveRevoke))
	mux.HandleFunc("POST /oauth2/pushed_authorize", s.journaled(s.servePushed))
	mux.HandleFunc("GET /.well-known/oauth-authorization-server/issuer", s.serveMetadata)
	mux.HandleFunc("POST /act", s.serveAct)
	mux.HandleFunc("/", s.servePage)
	return mux
}

// note puts a request into the journal and gives its place there.
func (s *Server) note(version int, method string, body []byte, r *http.Request) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, Call{Version: version, Method: method, Body: body, Authorization: r.Header.Get("Authorization")})
	return len(s.calls) - 1
}

func (s *Server) noteStatus(n, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[n].Status = status
}

func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	version, method := methodOf(r.URL.Path)
	if method == "info" && (r.Method == http.MethodGet) == s.opts.Guesses.GetInfo {
		s.mu.Lock()
		fault := s.nextFault(method)
		s.mu.Unlock()
		if status, done := early(w, fault, nil); done {
			s.noteStatus(s.note(version, method, nil, r), status)
			return
		}
		s.reply(w, r, s.note(version, method, nil, r), fault, s.info(version))
		return
	}
	if r.Method != http.MethodPost || method == "info" {
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<20))
	if err != nil {
		return
	}
	n := s.note(version, method, body, r)
	c := &call{version: version, method: method}
	s.mu.Lock()
	c.fault = s.nextFault(method)
	s.mu.Unlock()
	if status, done := early(w, c.fault, body); done {
		s.noteStatus(n, status)
		return
	}
	got, bad := s.handle(r, c, body)
	if bad != nil {
		got = &answer{bad.status, map[string]any{"error": bad.code, "error_description": bad.text}}
	}
	if c.challenge != "" {
		w.Header().Set("WWW-Authenticate", c.challenge)
	}
	s.reply(w, r, n, c.fault, got)
}

func (s *Server) handle(r *http.Request, c *call, body []byte) (*answer, *apiError) {
	if !s.has(c.method, c.version) {
		return nil, &apiError{http.StatusNotFound, "invalid_request", "There is no such method"}
	}
	if c.method == "auth/login" && len(body) == 0 {
		body = []byte("{}") // as those send first who wait for a challenge
	}
	if json.Unmarshal(body, &c.in) != nil {
		return nil, invalid("The request is not JSON")
	}
	if c.method == "auth/login" {
		return s.login(r, c)
	}
	if c.method == "credentials/authorize" && c.version == 1 && s.opts.Guesses.ImplicitWaits {
		return s.authorizeWaiting(r, c)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if bad := s.admit(r.Header.Get("Authorization"), c); bad != nil {
		return nil, bad
	}
	return methods[c.method].f(s, c)
}

// reply writes an answer, spoilt where a fault says so.
func (s *Server) reply(w http.ResponseWriter, r *http.Request, n int, f Fault, a *answer) {
	w.Header().Set("Content-Type", "application/json")
	s.noteStatus(n, a.status)
	if late(w, r, f, a.status, a.body) {
		return
	}
	w.WriteHeader(a.status)
	if a.body != nil {
		_ = json.NewEncoder(w).Encode(a.body)
	}
}

func (s *Server) info(version int) *answer {
	var list []string
	for m := range methods {
		if s.has(m, version) {
			list = append(list, m)
		}
	}
	if s.opts.Guesses.PAR && version == 2 {
		list = append(list, "oauth2/pushed_authorize")
	}
	slices.Sort(list)
	if s.opts.Guesses.HideMethods {
		list = []string{"info"}
	}
	specs, kinds := "1.0.4.0", []string{"basic", "oauth2code", "oauth2client"}
	if version == 2 {
		specs = "2.0.0.2"
	}
	if s.opts.Open {
		kinds = []string{"external"}
	}
	if s.opts.Guesses.Digest != "" {
		kinds[0] = "digest"
	}
	body := map[string]any{
		"specs": specs, "name": "kyso csctest", "logo": s.URL + "/logo.png", "region": "VN", "lang": "vi-VN", "description": "A service for tests",
		"authType": kinds, "methods": list, "oauth2": s.URL,
	}
	if version == 2 {
		body["asynchronousOperationMode"] = true
		body["signAlgorithms"] = map[string]any{"algos": []string{"1.2.840.113549.1.1.11", "1.2.840.10045.4.3.2"}}
		body["signature_formats"] = map[string]any{"formats": []string{"C", "P"}, "envelope_properties": [][]string{{}, {}}}
		body["conformance_levels"] = []string{"AdES-B-B"}
		if s.opts.Guesses.RAR {
			body["supportsRar"] = true
		}
		if s.opts.Guesses.V22 {
			body["specs"] = "2.2.0.0"
			delete(body, "oauth2")
			body["oauth2Servers"] = []map[string]any{
				{"label": "applications", "baseUri": s.URL + "/apps", "authType": []string{"oauth2client"}, "supportsRar": false},
				{"label": "people", "baseUri": s.URL, "authType": []string{"oauth2code"}, "supportsRar": true},
			}
		}
		if s.opts.Guesses.Metadata {
			delete(body, "oauth2")
			body["oauth2Issuer"] = s.URL + "/issuer"
		}
	}
	return &answer{http.StatusOK, body}
}

// find is the credential that a call names.
func (s *Server) find(c *call) (*credential, *apiError) {
	return s.named(c.str("credentialID"))
}

func (s *Server) named(id string) (*credential, *apiError) {
	for _, k := range s.credentials {
		if k.ID == id {
			return k, nil
		}
	}
	return nil, invalid("Invalid parameter credentialID")
}

func (s *Server) list(c *call) (*answer, *apiError) {
	if _, given := c.in["userID"]; given && c.token != nil && c.token.user {
		return nil, invalid("userID parameter MUST be null")
	}
	ids := []string{}
	var infos []map[string]any
	for _, k := range s.credentials {
		if c.version == 2 && c.flag("onlyValid") && (k.KeyStatus != "enabled" || k.CertStatus != "valid") {
			continue
		}
		ids = append(ids, k.ID)
		info := s.describe(k, c)
		info["credentialID"] = k.ID
		infos = append(infos, info)
	}
	body := map[string]any{"credentialIDs": ids}
	if c.version == 2 {
		if c.flag("credentialInfo") {
			body["credentialInfos"] = infos
		}
		body["onlyValid"] = c.flag("onlyValid")
		return &answer{http.StatusOK, body}, nil
	}
	size := s.opts.Guesses.PageSize
	if n, ok := c.num("maxResults"); ok && n > 0 && (size == 0 || n < size) {
		size = n
	}
	if size > 0 {
		from := 0
		if page := c.str("pageToken"); page != "" {
			n, err := strconv.Atoi(page)
			if err != nil || n < 0 || n > len(ids) {
				return nil, invalid("Invalid parameter pageToken")
			}
			from = n
		}
		if to := from + size; to < len(ids) {
			body["credentialIDs"], body["nextPageToken"] = ids[from:to], strconv.Itoa(to)
		} else {
			body["credentialIDs"] = ids[from:]
		}
	}
	return &answer{http.StatusOK, body}, nil
}

func (s *Server) credentialInfo(c *call) (*answer, *apiError) {
	k, bad := s.find(c)
	if bad != nil {
		return nil, bad
	}
	return &answer{http.StatusOK, s.describe(k, c)}, nil
}

// describe is what credentials/info says of a key.
func (s *Server) describe(k *credential, c *call) map[string]any {
	key := map[string]any{"status": k.KeyStatus, "algo": k.Algos, "len": keyLength(k)}
	if c.fault == KeyLength {
		key["len"] = 4096
	}
	if curve := curveOf(k); curve != "" {
		key["curve"] = curve
	}
	cert := map[string]any{"status": k.CertStatus}
	if which := c.str("certificates"); which != "none" {
		var list []string
		for _, x := range k.Chain {
			list = append(list, base64.StdEncoding.EncodeToString(x.Raw))
		}
		if c.fault == OtherCertificate {
			for _, other := range s.credentials {
				if other != k {
					list[0] = base64.StdEncoding.EncodeToString(other.Chain[0].Raw)
				}
			}
		}
		if c.fault == Reversed {
			slices.Reverse(list)
		}
		if which != "chain" {
			list = list[:1]
		}
		cert["certificates"] = list
	}
	info := map[string]any{"key": key, "cert": cert, "SCAL": strconv.Itoa(k.SCAL), "multisign": k.Multisign, "lang": "vi-VN"}
	if k.Description != "" {
		info["description"] = k.Description
	}
	if k.Qualifier != "" && c.version == 2 {
		info["signatureQualifier"] = k.Qualifier
	}
	if c.version == 1 {
		info["authMode"] = k.Mode
		if k.Mode == "explicit" {
			info["PIN"] = map[string]any{"presence": strconv.FormatBool(k.PIN != ""), "format": "N", "label": "PIN"}
			otp := map[string]any{"presence": strconv.FormatBool(k.OTP != "" || k.OTPOnline), "type": "offline", "format": "N", "label": "OTP"}
			if k.OTPOnline {
				otp["type"], otp["provider"] = "online", "SMS"
			}
			info["OTP"] = otp
		}
		return info
	}
	auth := map[string]any{"mode": "explicit"}
	switch k.Mode {
	case "oauth2code":
		auth["mode"] = "oauth2code"
	case "explicit":
		var objects []map[string]any
		for _, o := range k.objects() {
			one := map[string]any{"type": o.Type, "id": o.ID, "label": o.Label}
			if o.Format != "" {
				one["format"] = o.Format
			}
			objects = append(objects, one)
		}
		auth["objects"] = objects
		if k.Expression != "" {
			auth["expression"] = k.Expression
		}
	}
	name := "auth"
	if s.opts.Guesses.AuthDTO {
		name = "authDto"
	}
	info[name] = auth
	return info
}

// admit checks the token of a call.
func (s *Server) admit(header string, c *call) *apiError {
	if s.opts.Open && header == "" {
		return nil
	}
	value, ok := strings.CutPrefix(header, "Bearer ")
	t := s.tokens[value]
	if !ok || t == nil || t.refresh || !s.opts.Clock().Before(t.until) {
		return &apiError{http.StatusUnauthorized, "invalid_token", "The access token is missing or invalid"}
	}
	if t.scope == "credential" {
		allowed := c.version == 2 && slices.Contains([]string{"credentials/info", "signatures/signHash", "signatures/signDoc"}, c.method)
		if !allowed || c.str("credentialID") != t.activation.credential {
			return &apiError{http.StatusUnauthorized, "invalid_token", "The access token has another scope"}
		}
	}
	c.token = t
	return nil
}

func (s *Server) login(r *http.Request, c *call) (*answer, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	header := r.Header.Get("Authorization")
	remember := c.flag("rememberMe")
	if refresh := c.str("refresh_token"); refresh != "" {
		t := s.tokens[refresh]
		if header != "" || t == nil || !t.refresh || !s.opts.Clock().Before(t.until) {
			return nil, invalid("Invalid refresh_token")
		}
		s.drop(refresh)
	} else {
		user, password, ok := r.BasicAuth()
		if s.opts.Guesses.Digest != "" {
			if user, password, ok = s.digest(header); !ok {
				c.challenge = s.digestChallenge()
			}
		}
		if !ok {
			return nil, &apiError{http.StatusUnauthorized, "invalid_request", "Malformed authentication header"}
		}
		if user != s.opts.UserName || password != s.opts.Password {
			return nil, &apiError{http.StatusBadRequest, "authentication_error", "An error occurred during authentication"}
		}
	}
	return &answer{http.StatusOK, s.session("service", true, remember)}, nil
}

// session is an access token, and a refresh token where wanted.
func (s *Server) session(scope string, user, remember bool) map[string]any {
	now := s.opts.Clock()
	body := map[string]any{"token_type": "Bearer", "expires_in": 3600}
	family := random()
	body["access_token"] = s.grant(&token{scope: scope, user: user, family: family}, now.Add(time.Hour))
	if remember {
		body["refresh_token"] = s.grant(&token{scope: scope, user: user, family: family, refresh: true}, now.Add(24*time.Hour))
	}
	return body
}

func (s *Server) revoke(c *call) (*answer, *apiError) {
	t := s.tokens[c.str("token")]
	if t == nil {
		return nil, invalid("Invalid parameter token")
	}
	if t.refresh { // takes its access tokens along
		s.dropFamily(t.family)
	} else {
		s.drop(c.str("token"))
	}
	return &answer{http.StatusNoContent, nil}, nil
}
