package csc_test

import (
	"context"
	"crypto"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/csc"
	"github.com/kyso-dev/kyso/remote/csc/csctest"
	"github.com/kyso-dev/kyso/signer"
)

func code(t testing.TB, err error) string {
	t.Helper()
	var e interface{ Code() string }
	require.ErrorAs(t, err, &e)
	return e.Code()
}

// TestConnect: info first, by POST or GET, with odd fields, and the version as expected.
func TestConnect(t *testing.T) {
	both(t, func(t *testing.T, v csc.Version) {
		for _, g := range []csctest.Guesses{{}, {GetInfo: true}} {
			b := newBench(t, &csctest.Options{Guesses: g})
			s, err := csc.Connect(t.Context(), b.config(v, ""))
			require.NoError(t, err)
			require.Equal(t, "kyso csctest", s.Info().Name)
			require.Equal(t, v == csc.V2, s.Info().Async)
			require.Contains(t, s.Info().Methods, "signatures/signHash")
			require.Empty(t, b.Calls("auth/login"), "info takes no token")
		}
		b := newBench(t, nil)
		b.Fault("info", csctest.Nulls, csctest.Strings, csctest.CutBefore, csctest.HTML)
		for range 3 {
			_, err := csc.Connect(t.Context(), b.config(v, ""))
			require.NoError(t, err, "null, strings, and trouble that passes")
		}
		b.Fault("info", csctest.Garbage, csctest.Huge, csctest.Redirect, csctest.CutBefore, csctest.CutBefore, csctest.CutBefore)
		for _, want := range []error{signer.ErrProtocol, signer.ErrProtocol, signer.ErrProtocol, signer.ErrUnavailable} {
			_, err := csc.Connect(t.Context(), b.config(v, ""))
			require.ErrorIs(t, err, want)
		}
		config := b.config(v, "")
		config.Version = 3 - v
		_, err := csc.Connect(t.Context(), config)
		require.Equal(t, "csc.version", code(t, err))
	})
}

func TestConfig(t *testing.T) {
	basic := &csc.Basic{User: "u", Password: remote.Fixed("p")}
	for name, c := range map[string]csc.Config{
		"no version":      {BaseURL: "https://h/csc"},
		"no password":     {BaseURL: "https://h/csc/v1", Basic: &csc.Basic{User: "u"}},
		"no client":       {BaseURL: "https://h/csc/v1", OAuth: &csc.OAuth{}},
		"two rights":      {BaseURL: "https://h/csc/v1", Basic: basic, Bearer: remote.Fixed("x")},
		"account, secret": {BaseURL: "https://h/csc/v1", OAuth: &csc.OAuth{ClientID: "c", Account: "a"}},
		"async in v1":     {BaseURL: "https://h/csc/v1", Basic: basic, Async: true},
	} {
		_, err := csc.New(t.Context(), c)
		require.Equal(t, "remote.config", code(t, err), name)
	}
}

// TestList follows the pages of version 1, and stops where they go round in circles.
func TestList(t *testing.T) {
	both(t, func(t *testing.T, v csc.Version) {
		b := newBench(t, &csctest.Options{Guesses: csctest.Guesses{PageSize: 1}})
		s, err := csc.Connect(t.Context(), b.config(v, ""))
		require.NoError(t, err)
		ids, err := s.Credentials(t.Context())
		require.NoError(t, err)
		require.Equal(t, []string{csctest.DefaultCredential, csctest.DefaultEC}, ids)
		require.Len(t, b.Calls("credentials/list"), map[csc.Version]int{csc.V1: 2, csc.V2: 1}[v])

		config := b.config(v, "")
		config.UserID = "079000000000"
		s, err = csc.Connect(t.Context(), config)
		require.NoError(t, err)
		_, err = s.Credentials(t.Context())
		require.ErrorIs(t, err, signer.ErrRequest, "a person's token names the person")
		require.NotContains(t, err.Error(), "079000000000")
		config.Basic, config.OAuth = nil, oauth()
		config.OAuth.ClientCredentials = true
		s, err = csc.Connect(t.Context(), config)
		require.NoError(t, err)
		_, err = s.Credentials(t.Context())
		require.NoError(t, err)
	})
}

// TestMethods: what the service does not list is not called, unless the configuration insists.
func TestMethods(t *testing.T) {
	b := newBench(t, &csctest.Options{Guesses: csctest.Guesses{HideMethods: true}})
	config := b.config(csc.V1, csctest.DefaultEC)
	_, err := csc.New(t.Context(), config)
	require.Equal(t, "csc.method", code(t, err))
	require.Len(t, b.Calls(""), 1)
	config.AllCalls = true
	_, err = b.client(t, config, nil).Sign(t.Context(), digest("a"), crypto.SHA256)
	require.NoError(t, err)
}

// TestOddAnswers: fields that are null, numbers in strings, another name for one.
func TestOddAnswers(t *testing.T) {
	both(t, func(t *testing.T, v csc.Version) {
		for _, fault := range []csctest.Fault{csctest.Nulls, csctest.Strings} {
			b := newBench(t, &csctest.Options{Guesses: csctest.Guesses{AuthDTO: true}})
			for _, m := range []string{"info", "auth/login", "credentials/info", "credentials/authorize", "signatures/signHash"} {
				b.Fault(m, fault)
			}
			_, err := b.client(t, b.config(v, csctest.DefaultEC), nil).Sign(t.Context(), digest("a"), crypto.SHA256)
			require.NoError(t, err)
		}
	})
}

// TestLogIn: one log-in serves many calls; a token is renewed when it runs out, or was taken back, where nothing can be done twice by that.
func TestLogIn(t *testing.T) {
	both(t, func(t *testing.T, v csc.Version) {
		b := newBench(t, nil)
		config := b.config(v, csctest.DefaultEC)
		config.Basic.Remember = true
		c := b.client(t, config, nil)
		_, err := c.Sign(t.Context(), digest("a"), crypto.SHA256)
		require.NoError(t, err)
		require.Len(t, b.Calls("auth/login"), 1)
		b.clock.Advance(2 * time.Hour)
		_, err = c.Sign(t.Context(), digest("b"), crypto.SHA256)
		require.NoError(t, err)
		calls := b.Calls("auth/login")
		require.Len(t, calls, 2)
		require.Contains(t, string(calls[1].Body), "refresh_token")
		require.Empty(t, calls[1].Authorization)

		p := b.provider(t, config)
		b.Fault("credentials/list", csctest.Status401)
		_, err = p.Service().Credentials(t.Context())
		require.NoError(t, err, "renewed once")
		b.Fault("credentials/list", csctest.Status401, csctest.Status401)
		_, err = p.Service().Credentials(t.Context())
		require.ErrorIs(t, err, remote.ErrCredentials, "and not for ever")

		require.NoError(t, p.Service().Close(t.Context()))
		require.Len(t, b.Calls("auth/revoke"), 1)
		require.NoError(t, p.Service().Close(t.Context()))
		require.Len(t, b.Calls("auth/revoke"), 1)

		config.Basic.Password = remote.Fixed("canary-wrong")
		before := len(b.Calls("auth/login"))
		_, err = csc.New(t.Context(), config)
		require.ErrorIs(t, err, remote.ErrLogIn)
		require.Len(t, b.Calls("auth/login"), before+1, "a wrong password is tried once")
		config.Basic.Password = func(context.Context) (remote.Secret, error) { return "", errors.New("no terminal") }
		_, err = csc.New(t.Context(), config)
		require.Equal(t, "remote.secret-missing", code(t, err))
	})
}

// TestOtherRights: tokens and headers from elsewhere.
func TestOtherRights(t *testing.T) {
	b := newBench(t, nil)
	config := b.config(csc.V1, csctest.DefaultEC)
	config.Basic, config.Bearer = nil, remote.Fixed(remote.Secret(b.Token()))
	_, err := b.client(t, config, nil).Sign(t.Context(), digest("a"), crypto.SHA256)
	require.NoError(t, err)
	config.Bearer = nil
	config.Header = func(_ context.Context, h http.Header) error {
		h.Set("Authorization", "Bearer "+b.Token())
		return nil
	}
	_, err = b.client(t, config, nil).Sign(t.Context(), digest("a"), crypto.SHA256)
	require.NoError(t, err)
	config.Header = func(context.Context, http.Header) error { return errors.New("canary-header") }
	_, err = csc.New(t.Context(), config)
	require.Equal(t, "remote.secret-missing", code(t, err))
	require.NotContains(t, err.Error(), "canary")
	open := newBench(t, &csctest.Options{Open: true})
	config = open.config(csc.V2, csctest.DefaultEC)
	config.Basic = nil
	_, err = open.client(t, config, nil).Sign(t.Context(), digest("a"), crypto.SHA256)
	require.NoError(t, err)
}

// page is a key that is authorized in the browser.
func page(t testing.TB, user csctest.User, g csctest.Guesses) (*bench, csc.Config) {
	b := newBench(t, &csctest.Options{User: user, Guesses: g, Credentials: like(t, func(c *csctest.Credential) { c.Mode = "oauth2code" })})
	config := b.config(csc.V2, "key")
	config.Basic, config.OAuth = nil, oauth()
	return b, config
}

// TestOAuth: the whole way through the browser, for the service and for the key, by every variant of asking.
func TestOAuth(t *testing.T) {
	for name, tc := range map[string]struct {
		guesses csctest.Guesses
		change  func(c *csc.Config)
		calls   map[string]int
	}{
		"plain":                  {csctest.Guesses{}, func(*csc.Config) {}, map[string]int{"oauth2/token": 2}},
		"pushed":                 {csctest.Guesses{PAR: true}, func(*csc.Config) {}, map[string]int{"oauth2/pushed_authorize": 2}},
		"rich":                   {csctest.Guesses{RAR: true}, func(*csc.Config) {}, nil},
		"rich, not announced":    {csctest.Guesses{PAR: true}, func(c *csc.Config) { c.OAuth.RAR = true }, nil},
		"metadata of the issuer": {csctest.Guesses{PAR: true, Metadata: true}, func(*csc.Config) {}, map[string]int{"oauth2/pushed_authorize": 2}},
		"version 2.2":            {csctest.Guesses{V22: true}, func(*csc.Config) {}, map[string]int{"oauth2/token": 2}},
		"version 2.2, pushed":    {csctest.Guesses{V22: true, PAR: true}, func(*csc.Config) {}, map[string]int{"oauth2/pushed_authorize": 2}},
		"basic authentication":   {csctest.Guesses{PAR: true}, func(c *csc.Config) { c.OAuth.BasicAuth = true }, nil},
		"without PKCE":           {csctest.Guesses{}, func(c *csc.Config) { c.OAuth.NoPKCE = true }, nil},
		"account vouched for":    {csctest.Guesses{PAR: true}, func(c *csc.Config) { c.OAuth.Account = "nva" }, nil},
		"version 1":              {csctest.Guesses{}, func(c *csc.Config) { c.BaseURL = strings.Replace(c.BaseURL, "v2", "v1", 1) }, nil},
		"token in the body":      {csctest.Guesses{}, func(c *csc.Config) { c.SADInBody = true }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			b, config := page(t, csctest.Approve, tc.guesses)
			tc.change(&config)
			var pages []*url.URL
			config.Consent = func(ctx context.Context, page string) (string, error) {
				u, err := url.Parse(page)
				require.NoError(t, err)
				require.LessOrEqual(t, len(page), 2083)
				pages = append(pages, u)
				return b.Browser(ctx, page)
			}
			_, err := b.client(t, config, nil).SignBatch(t.Context(), requests("a", "b"))
			require.NoError(t, err)
			require.Equal(t, 2, b.Signed())
			require.Len(t, pages, 2, "once for the service, once for the key")
			for method, n := range tc.calls {
				require.Len(t, b.Calls(method), n)
			}
			first := pages[0].Query()
			if first.Get("request_uri") != "" {
				require.Len(t, first, 2)
			} else {
				require.NotEmpty(t, first.Get("state"))
				require.Equal(t, config.OAuth.NoPKCE, first.Get("code_challenge") == "")
			}
		})
	}
}

// TestOAuthEnds: refused, ignored, another's answer, another's code. Nothing is signed, and each end is itself.
func TestOAuthEnds(t *testing.T) {
	for name, tc := range map[string]struct {
		user csctest.User
		bend func(u *url.URL, q url.Values)
		code string
	}{
		"refused":        {csctest.Refuse, nil, "remote.refused"},
		"another state":  {csctest.Approve, func(_ *url.URL, q url.Values) { q.Set("state", "x") }, "csc.oauth-state"},
		"no state":       {csctest.Approve, func(_ *url.URL, q url.Values) { q.Del("state") }, "csc.oauth-state"},
		"no code":        {csctest.Approve, func(_ *url.URL, q url.Values) { q.Del("code") }, "csc.oauth-state"},
		"another server": {csctest.Approve, func(u *url.URL, _ url.Values) { u.Host = "127.0.0.1:1" }, "csc.oauth-state"},
		"another code":   {csctest.Approve, func(_ *url.URL, q url.Values) { q.Set("code", "canary-code") }, "remote.credentials"},
		"nonsense":       {csctest.Approve, func(u *url.URL, _ url.Values) { u.Host = "%" }, "csc.oauth-state"},
	} {
		t.Run(name, func(t *testing.T) {
			b, config := page(t, tc.user, csctest.Guesses{})
			config.OAuth.ClientCredentials = true
			config.Consent = func(ctx context.Context, page string) (string, error) {
				back, err := b.Browser(ctx, page)
				if err != nil || tc.bend == nil {
					return back, err
				}
				u, err := url.Parse(back)
				require.NoError(t, err)
				q := u.Query()
				tc.bend(u, q)
				u.RawQuery = q.Encode()
				return u.String(), nil
			}
			_, err := b.client(t, config, nil).Sign(t.Context(), digest("a"), crypto.SHA256)
			require.Equal(t, tc.code, code(t, err))
			require.Zero(t, b.Signed())
			require.NotContains(t, err.Error(), "canary")
		})
	}
	b, config := page(t, csctest.Approve, csctest.Guesses{})
	config.OAuth.ClientCredentials = true
	config.OAuth.ClientSecret = "canary-secret"
	_, err := csc.New(t.Context(), config)
	require.ErrorIs(t, err, remote.ErrCredentials)
	require.NotContains(t, err.Error(), "canary")
	config.OAuth, config.Consent = oauth(), nil
	_, err = csc.New(t.Context(), config)
	require.Equal(t, "csc.mode", code(t, err))
	_ = b
}

// TestCodesAreSentOnce, whatever happens to the answer.
func TestCodesAreSentOnce(t *testing.T) {
	for _, fault := range []csctest.Fault{csctest.CutBefore, csctest.CutAfter, csctest.HTML, csctest.Status429, csctest.Status503, csctest.Status401, csctest.Redirect, csctest.EchoSecret} {
		b, config := page(t, csctest.Approve, csctest.Guesses{})
		b.Fault("oauth2/token", fault)
		_, err := csc.New(t.Context(), config)
		require.Error(t, err, fault)
		require.Len(t, b.Calls("oauth2/token"), 1, fault)
		require.NotContains(t, err.Error(), csctest.DefaultSecret)
	}
}

// TestRefresh: each refresh token is used once, the application is given the next, and what is lost means logging in again.
func TestRefresh(t *testing.T) {
	b, config := page(t, csctest.Approve, csctest.Guesses{})
	var refresh []remote.Secret
	config.OAuth.OnRefresh = func(s remote.Secret) { refresh = append(refresh, s) }
	pages := 0
	config.Consent = func(ctx context.Context, page string) (string, error) { pages++; return b.Browser(ctx, page) }
	p := b.provider(t, config)
	require.Len(t, refresh, 1)
	b.clock.Advance(2 * time.Hour)
	_, err := p.Service().Credentials(t.Context())
	require.NoError(t, err)
	require.Len(t, refresh, 2)
	require.NotEqual(t, refresh[0].Reveal(), refresh[1].Reveal())
	require.Equal(t, 1, pages)

	config.OAuth.Refresh = refresh[1] // in a later process
	b.provider(t, config)
	require.Equal(t, 1, pages)
	require.Len(t, refresh, 3)

	config.OAuth.Refresh = refresh[0] // void
	b.provider(t, config)
	require.Equal(t, 2, pages)
	require.NoError(t, p.Service().Close(t.Context()))
}

// TestUnusedTokenIsGivenBack: the key was allowed in the browser, and then nothing could be signed.
func TestUnusedTokenIsGivenBack(t *testing.T) {
	b, config := page(t, csctest.Approve, csctest.Guesses{})
	c := b.client(t, config, nil)
	b.Fault("signatures/signHash", csctest.Status503)
	_, err := c.Sign(t.Context(), digest("a"), crypto.SHA256)
	require.ErrorIs(t, err, signer.ErrUnavailable)
	require.Len(t, b.Calls("oauth2/revoke"), 1)
}

// TestLoopback plays the browser of a subscriber on the same machine.
func TestLoopback(t *testing.T) {
	for user, want := range map[csctest.User]bool{csctest.Approve: true, csctest.Refuse: false} {
		redirect := freeAddress(t)
		b := newBench(t, &csctest.Options{User: user, Redirect: redirect, Credentials: like(t, func(c *csctest.Credential) { c.Mode = "oauth2code" })})
		config := b.config(csc.V2, "key")
		config.OAuth = oauth()
		config.OAuth.RedirectURL = redirect
		config.Consent = csc.Loopback(redirect, func(page string) error {
			go func() {
				res, err := http.Get(page) //nolint:noctx,gosec // a browser
				if err == nil {
					_ = res.Body.Close()
				}
			}()
			return nil
		})
		_, err := b.client(t, config, nil).Sign(t.Context(), digest("a"), crypto.SHA256)
		require.Equal(t, want, err == nil, "%v", err)
		if !want {
			require.ErrorIs(t, err, signer.ErrRefused)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err := csc.Loopback(freeAddress(t), func(string) error { cancel(); return nil })(ctx, "page")
	require.ErrorIs(t, err, signer.ErrCancelled)
	_, err = csc.Loopback("http://192.0.2.1:80/x", nil)(t.Context(), "page")
	require.Equal(t, "remote.config", code(t, err))
}

// TestDoubleIsStrict: rules that our own client does not break, tried by hand.
func TestDoubleIsStrict(t *testing.T) {
	b := newBench(t, nil)
	token := b.Token()
	post := func(method string, body map[string]any) (int, map[string]any) {
		data, err := json.Marshal(body)
		require.NoError(t, err)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.V1+"/"+method, strings.NewReader(string(data)))
		require.NoError(t, err)
		req.Header.Set("Authorization", "Bearer "+token)
		res, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		defer res.Body.Close()
		var out map[string]any
		_ = json.NewDecoder(res.Body).Decode(&out)
		return res.StatusCode, out
	}
	one, two := "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=", "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg="
	authorize := func(n int, hashes ...string) string {
		status, out := post("credentials/authorize", map[string]any{"credentialID": "ec", "numSignatures": n, "hash": hashes, "PIN": csctest.DefaultPIN})
		require.Equal(t, 200, status, out)
		return out["SAD"].(string)
	}
	sign := func(sad string, hashes ...string) (int, any) {
		status, out := post("signatures/signHash", map[string]any{"credentialID": "ec", "SAD": sad, "hash": hashes, "signAlgo": "1.2.840.10045.4.3.2"})
		return status, out["error_description"]
	}
	sad := authorize(2, one, two)
	status, text := sign(sad, "xxxx")
	require.Equal(t, 400, status)
	require.Equal(t, "Invalid digest value length", text)
	status, _ = sign(sad, one)
	require.Equal(t, 200, status)
	status, text = sign(sad, two)
	require.Equal(t, 400, status, "an authorization is used once unless it is extended")
	require.Equal(t, "Invalid parameter SAD", text)
	status, out := post("credentials/extendTransaction", map[string]any{"credentialID": "ec", "SAD": sad, "hash": []string{two}})
	require.Equal(t, 200, status)
	status, _ = sign(sad, two)
	require.Equal(t, 400, status, "the old one is void")
	sad = out["SAD"].(string)
	status, text = sign(sad, one)
	require.Equal(t, "Hash is not authorized by the SAD", text)
	require.Equal(t, 400, status)
	status, _ = sign(sad, two)
	require.Equal(t, 200, status)
	status, _ = post("credentials/extendTransaction", map[string]any{"credentialID": "ec", "SAD": sad, "hash": []string{two}})
	require.Equal(t, 400, status, "used up")

	sad = authorize(1, one)
	b.clock.Advance(5 * time.Minute)
	status, text = sign(sad, one)
	require.Equal(t, 400, status)
	require.Equal(t, "SAD expired", text)
	for _, bad := range []map[string]any{
		{"credentialID": "nobody", "numSignatures": 1}, {"credentialID": "ec", "numSignatures": 0, "hash": []string{one}}, {"credentialID": "ec", "numSignatures": 11, "hash": []string{one}},
		{"credentialID": "ec", "numSignatures": 1}, {"credentialID": "ec", "numSignatures": 1, "hash": []string{one}}, {"credentialID": "ec", "numSignatures": 1, "hash": []string{"*"}, "PIN": csctest.DefaultPIN},
	} {
		status, out := post("credentials/authorize", bad)
		require.Equal(t, 400, status)
		require.Equal(t, "invalid_request", out["error"])
	}
	res, err := http.Get(b.V1 + "/credentials/list") //nolint:noctx // by hand
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, http.StatusMethodNotAllowed, res.StatusCode)
	token = "canary"
	status, _ = post("credentials/list", map[string]any{})
	require.Equal(t, http.StatusUnauthorized, status)
	require.Equal(t, 2, b.Signed())
}
