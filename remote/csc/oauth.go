package csc

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/internal/rest"
	"github.com/kyso-dev/kyso/signer"
)

// longestPage is the longest address of a page that every browser takes (CSC 1.0.4, 8.4.1). What is longer is pushed.
const longestPage = 2083

// endpoints are the addresses of the authorization server.
type endpoints struct{ authorize, token, push, revoke string }

// endpoints finds the authorization server that grants by a way: as configured, as the service says, or through the metadata of its issuer
// (RFC 8414).
func (s *Service) endpoints(ctx context.Context, way string) (endpoints, error) {
	server := s.info.server(way)
	base := strings.TrimRight(s.config.OAuth.Server, "/")
	if base == "" {
		base = server.Base
	}
	if base != "" {
		if _, err := rest.CheckBase(base); err != nil {
			return endpoints{}, err
		}
		e := endpoints{authorize: base + "/oauth2/authorize", token: base + "/oauth2/token", revoke: base + "/oauth2/revoke"}
		if s.has("oauth2/pushed_authorize") {
			e.push = base + "/oauth2/pushed_authorize"
		}
		return e, nil
	}
	if server.Issuer == "" {
		return endpoints{}, remote.NewError(remote.CodeConfig, nil, "name", "OAuth.Server")
	}
	if _, err := rest.CheckBase(server.Issuer); err != nil {
		return endpoints{}, err
	}
	u, err := url.Parse(server.Issuer)
	if err != nil {
		return endpoints{}, remote.NewError(remote.CodeConfig, nil, "name", "OAuth.Server")
	}
	u.Path = "/.well-known/oauth-authorization-server" + u.Path
	answer, err := rest.Get(ctx, s.client(quick), u.String(), nil)
	if err != nil {
		return endpoints{}, unwrapSend(err)
	}
	if err := failure(answer, "oauth2", nil); err != nil {
		return endpoints{}, err
	}
	var w struct {
		Issuer    string `json:"issuer"`
		Authorize string `json:"authorization_endpoint"`
		Token     string `json:"token_endpoint"`
		Push      string `json:"pushed_authorization_request_endpoint"`
		Revoke    string `json:"revocation_endpoint"`
	}
	if json.Unmarshal(answer.Body, &w) != nil || strings.TrimRight(w.Issuer, "/") != server.Issuer {
		return endpoints{}, unreadable(answer)
	}
	for _, address := range []string{w.Authorize, w.Token} {
		if _, err := rest.CheckBase(address); err != nil {
			return endpoints{}, err
		}
	}
	return endpoints{w.Authorize, w.Token, w.Push, w.Revoke}, nil
}

// Ways to get a token, as services list them.
const (
	byCode   = "oauth2code"   // a person's, by way of a page
	byClient = "oauth2client" // the application's own
)

// serviceWay is how the right to call the service is got.
func (s *Service) serviceWay() string {
	if s.config.OAuth.ClientCredentials {
		return byClient
	}
	return byCode
}

// Types of rich authorization requests for keys: of 2.0, and of 2.2.
const (
	rarType   = "credential"
	rarType22 = "https://cloudsignatureconsortium.org/2025/credential"
)

// oauthConfig is the client as the library takes it. The style of authentication is said, since the library would try both, and a code
// is good for one try.
func (s *Service) oauthConfig(e endpoints) *oauth2.Config {
	o := s.config.OAuth
	style := oauth2.AuthStyleInParams
	if o.BasicAuth {
		style = oauth2.AuthStyleInHeader
	}
	return &oauth2.Config{
		ClientID: o.ClientID, ClientSecret: o.ClientSecret.Reveal(), RedirectURL: o.RedirectURL,
		Endpoint: oauth2.Endpoint{AuthURL: e.authorize, TokenURL: e.token, AuthStyle: style},
	}
}

// oauthContext gives the library our HTTP client, which sends once and follows nothing.
func (s *Service) oauthContext(ctx context.Context) context.Context {
	c := s.client(quick)
	c.Transport = once{c.Transport}
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return context.WithValue(ctx, oauth2.HTTPClient, c)
}

// once sends a request that cannot be sent again.
type once struct{ under http.RoundTripper }

func (o once) RoundTrip(req *http.Request) (*http.Response, error) {
	under := o.under
	if under == nil {
		under = http.DefaultTransport
	}
	r := req.Clone(req.Context())
	r.GetBody = nil
	return under.RoundTrip(r)
}

// granted reads what the token endpoint gave. Version 1 calls a token for a key "SAD" where version 2 says "Bearer".
func (s *Service) granted(ctx context.Context, before time.Time, t *oauth2.Token, err error, secrets ...remote.Secret) (grant, error) {
	if err != nil {
		if cancelled := signer.Cancelled(ctx); cancelled != nil {
			return grant{}, cancelled
		}
		var refused *oauth2.RetrieveError
		if errors.As(err, &refused) && refused.Response != nil {
			a := &rest.Answer{Status: refused.Response.StatusCode, Body: refused.Body}
			if err := failure(a, "oauth2/token", append(secrets, s.config.OAuth.ClientSecret)); err != nil {
				return grant{}, err
			}
			return grant{}, unreadable(a)
		}
		var link *url.Error
		if errors.As(err, &link) { // its text holds an address
			return grant{}, remote.NewError(remote.CodeUnavailable, nil)
		}
		return grant{}, remote.NewError(remote.CodeAnswer, nil)
	}
	if kind := t.TokenType; kind != "" && !sameFold(kind, "bearer") && !sameFold(kind, "SAD") {
		return grant{}, remote.NewError(remote.CodeAnswer, nil, "code", excerptOf(kind))
	}
	left := lifetime
	if t.ExpiresIn > 0 && t.ExpiresIn <= int64(limits.RemoteLifetime/time.Second)*24*365 {
		left = time.Duration(t.ExpiresIn) * time.Second
	}
	return grant{remote.Secret(t.AccessToken), remote.Secret(t.RefreshToken), before.Add(left)}, nil
}

// oauthClient gets a token in the application's own right.
func (s *Service) oauthClient(ctx context.Context) (grant, error) {
	e, err := s.endpoints(ctx, byClient)
	if err != nil {
		return grant{}, err
	}
	c := s.oauthConfig(e)
	before := s.clock.Now()
	cc := clientcredentials.Config{
		ClientID: c.ClientID, ClientSecret: c.ClientSecret, TokenURL: e.token, AuthStyle: c.Endpoint.AuthStyle, Scopes: []string{"service"},
	}
	t, err := cc.Token(s.oauthContext(ctx))
	return s.granted(ctx, before, t, err)
}

// oauthRefresh exchanges a refresh token, once.
func (s *Service) oauthRefresh(ctx context.Context, refresh remote.Secret) (grant, error) {
	e, err := s.endpoints(ctx, s.serviceWay())
	if err != nil {
		return grant{}, err
	}
	before := s.clock.Now()
	t, err := s.oauthConfig(e).TokenSource(s.oauthContext(ctx), &oauth2.Token{RefreshToken: refresh.Reveal()}).Token()
	g, err := s.granted(ctx, before, t, err, refresh)
	if g.refresh == refresh {
		g.refresh = ""
	}
	return g, err
}

// oauthService lets the subscriber log in.
func (s *Service) oauthService(ctx context.Context) (grant, error) {
	return s.consent(ctx, url.Values{"scope": {"service"}}, "")
}

// oauthKey lets the subscriber allow signatures with a key.
func (s *Service) oauthKey(ctx context.Context, c *Credential, a *approval) (grant, error) {
	v := url.Values{}
	if a.text != "" {
		v.Set("description", a.text)
	}
	if s.version == V2 && (s.config.OAuth.RAR || s.info.server(byCode).RAR) {
		detail := map[string]any{"type": rarType, "credentialID": c.ID, "documentDigests": digests(a), "hashAlgorithmOID": a.hashOID}
		if s.info.from22() {
			detail["type"], detail["numSignatures"] = rarType22, a.count
		}
		details, err := json.Marshal([]map[string]any{detail})
		if err != nil {
			return grant{}, remote.NewError(remote.CodeRequest, nil)
		}
		v.Set("authorization_details", string(details))
		return s.consent(ctx, v, string(details))
	}
	v.Set("scope", "credential")
	v.Set("credentialID", c.ID)
	v.Set("numSignatures", strconv.Itoa(a.count))
	if len(a.hashes) > 0 {
		list := make([]string, len(a.hashes))
		for i, h := range a.hashes {
			list[i] = base64.RawURLEncoding.EncodeToString(h)
		}
		if s.version == V1 {
			v.Set("hash", strings.Join(list, ","))
		} else {
			v.Set("hashes", strings.Join(list, ","))
			v.Set("hashAlgorithmOID", a.hashOID)
		}
	}
	return s.consent(ctx, v, "")
}

// digests are the documents of a rich authorization request; the consent page shows their labels.
func digests(a *approval) []map[string]string {
	out := make([]map[string]string, len(a.hashes))
	for i, h := range a.hashes {
		out[i] = map[string]string{"hash": base64.StdEncoding.EncodeToString(h), "label": a.labels[i]}
	}
	return out
}

// consent runs the authorization code flow (RFC 6749, 4.1) with PKCE (RFC 7636), and pushes the request where that is offered (RFC 9126).
func (s *Service) consent(ctx context.Context, params url.Values, details string) (grant, error) {
	if s.config.OAuth == nil || s.config.Consent == nil || s.config.OAuth.RedirectURL == "" {
		return grant{}, remote.NewError(CodeMode, nil, "name", string(OAuthKey))
	}
	e, err := s.endpoints(ctx, byCode)
	if err != nil {
		return grant{}, err
	}
	c, state, verifier := s.oauthConfig(e), oauth2.GenerateVerifier(), oauth2.GenerateVerifier()
	var opts, exchange []oauth2.AuthCodeOption
	for name := range params {
		opts = append(opts, oauth2.SetAuthURLParam(name, params.Get(name)))
	}
	if !s.config.OAuth.NoPKCE {
		opts = append(opts, oauth2.S256ChallengeOption(verifier))
		exchange = append(exchange, oauth2.VerifierOption(verifier))
	}
	if details != "" {
		exchange = append(exchange, oauth2.SetAuthURLParam("authorization_details", details))
	}
	if s.config.OAuth.Account != "" {
		token, err := s.accountToken()
		if err != nil {
			return grant{}, err
		}
		opts = append(opts, oauth2.SetAuthURLParam("account_token", token.Reveal()))
	}
	page := c.AuthCodeURL(state, opts...)
	if e.push != "" {
		if page, err = s.push(ctx, e, page); err != nil {
			return grant{}, err
		}
	} else if len(page) > longestPage {
		return grant{}, remote.NewError(remote.CodeTooMany, nil, "max", strconv.Itoa(longestPage/64), "got", params.Get("numSignatures"))
	}
	back, err := s.config.Consent(ctx, page)
	if err != nil {
		return grant{}, missing(ctx, "consent", err)
	}
	code, err := s.codeOf(back, state)
	if err != nil {
		return grant{}, err
	}
	before := s.clock.Now()
	t, err := c.Exchange(s.oauthContext(ctx), code.Reveal(), exchange...)
	return s.granted(ctx, before, t, err, code, remote.Secret(verifier))
}

// codeOf reads the address that the browser was sent back to.
func (s *Service) codeOf(back, state string) (remote.Secret, error) {
	u, err := url.Parse(back)
	want, bad := url.Parse(s.config.OAuth.RedirectURL)
	if err != nil || bad != nil || u.Scheme != want.Scheme || u.Host != want.Host || u.Path != want.Path {
		return "", remote.NewError(CodeState, nil)
	}
	q := u.Query()
	if subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(state)) != 1 {
		return "", remote.NewError(CodeState, nil)
	}
	if code := q.Get("error"); code != "" {
		return "", classify(&rest.Answer{Status: http.StatusBadRequest}, remote.Answer{Code: code, Text: q.Get("error_description")}, []remote.Secret{remote.Secret(state)})
	}
	if q.Get("code") == "" {
		return "", remote.NewError(CodeState, nil)
	}
	return remote.Secret(q.Get("code")), nil
}

// push leaves the parameters of a page with the server and gives the short address of the page.
func (s *Service) push(ctx context.Context, e endpoints, page string) (string, error) {
	u, err := url.Parse(page)
	if err != nil {
		return "", remote.NewError(remote.CodeAddress, nil, "url", "…")
	}
	answer, err := s.form(ctx, e.push, u.Query())
	if err != nil {
		return "", err
	}
	var w struct {
		URI string `json:"request_uri"`
	}
	if json.Unmarshal(answer.Body, &w) != nil || w.URI == "" {
		return "", unreadable(answer)
	}
	u.RawQuery = url.Values{"client_id": {s.config.OAuth.ClientID}, "request_uri": {w.URI}}.Encode()
	return u.String(), nil
}

// form posts a form to the authorization server as the application.
func (s *Service) form(ctx context.Context, address string, v url.Values) (*rest.Answer, error) {
	o, header := s.config.OAuth, make(http.Header)
	if o.BasicAuth {
		req := http.Request{Header: header}
		req.SetBasicAuth(url.QueryEscape(o.ClientID), url.QueryEscape(o.ClientSecret.Reveal()))
	} else {
		v.Set("client_id", o.ClientID)
		if o.ClientSecret != "" {
			v.Set("client_secret", o.ClientSecret.Reveal())
		}
	}
	answer, err := rest.Post(ctx, s.client(quick), address, header, "application/x-www-form-urlencoded", []byte(v.Encode()))
	if err != nil {
		return nil, unwrapSend(err)
	}
	return answer, failure(answer, "oauth2", []remote.Secret{o.ClientSecret, remote.Secret(v.Get("token")), remote.Secret(v.Get("state"))})
}

func (s *Service) oauthRevoke(ctx context.Context, way string, token remote.Secret, hint string) error {
	e, err := s.endpoints(ctx, way)
	if err != nil || e.revoke == "" {
		return err
	}
	_, err = s.form(ctx, e.revoke, url.Values{"token": {token.Reveal()}, "token_type_hint": {hint}})
	return err
}

// accountToken vouches for a user of the application (CSC 1.0.4, 8.4.1): a JWT whose key is the digest of the client secret, not the secret.
func (s *Service) accountToken() (remote.Secret, error) {
	o := s.config.OAuth
	claims, err := json.Marshal(map[string]any{"sub": o.Account, "iat": s.clock.Now().Unix(), "jti": remote.NewID(), "azp": o.ClientID})
	if err != nil {
		return "", remote.NewError(remote.CodeRequest, nil)
	}
	signed := base64.RawURLEncoding.EncodeToString([]byte(`{"typ":"JWT","alg":"HS256"}`)) + "." + base64.RawURLEncoding.EncodeToString(claims)
	key := sha256.Sum256([]byte(o.ClientSecret.Reveal()))
	mac := hmac.New(sha256.New, key[:])
	mac.Write([]byte(signed))
	return remote.Secret(signed + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))), nil
}
