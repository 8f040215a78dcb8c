package csc_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/remote/csc/csctest"
)

// form posts a form to the authorization server of a double, as its application.
func (b *bench) form(t *testing.T, path string, v url.Values) (int, map[string]any) {
	t.Helper()
	v.Set("client_id", csctest.DefaultClient)
	v.Set("client_secret", csctest.DefaultSecret)
	res, err := http.PostForm(b.URL+path, v) //nolint:noctx // by hand
	require.NoError(t, err)
	return answerOf(t, res)
}

func (b *bench) json(t *testing.T, base, method, token string, body map[string]any) (int, map[string]any) {
	t.Helper()
	data, err := json.Marshal(body)
	require.NoError(t, err)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/"+method, strings.NewReader(string(data)))
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	return answerOf(t, res)
}

func answerOf(t *testing.T, res *http.Response) (int, map[string]any) {
	t.Helper()
	defer res.Body.Close()
	var out map[string]any
	_ = json.NewDecoder(res.Body).Decode(&out)
	return res.StatusCode, out
}

// TestDoubleLists: version 2 gives descriptions along, and leaves out what cannot sign where that is wanted.
func TestDoubleLists(t *testing.T) {
	keys := append(like(t, func(c *csctest.Credential) {}), like(t, func(c *csctest.Credential) { c.ID, c.KeyStatus = "off", "disabled" })...)
	b := newBench(t, &csctest.Options{Credentials: keys})
	status, out := b.json(t, b.V2, "credentials/list", b.Token(), map[string]any{"onlyValid": true, "credentialInfo": true, "certificates": "single"})
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, []any{"key"}, out["credentialIDs"])
	require.Equal(t, true, out["onlyValid"])
	info := out["credentialInfos"].([]any)[0].(map[string]any)
	require.Equal(t, "key", info["credentialID"])
	require.Len(t, info["cert"].(map[string]any)["certificates"], 1)
	_, out = b.json(t, b.V2, "credentials/list", b.Token(), map[string]any{})
	require.Len(t, out["credentialIDs"], 2)
	status, _ = b.json(t, b.V1, "credentials/authorizeCheck", b.Token(), map[string]any{"handle": "x"})
	require.Equal(t, http.StatusNotFound, status, "version 1 has no such call")
	status, _ = b.json(t, b.V2, "credentials/sendOTP", b.Token(), map[string]any{"credentialID": "key"})
	require.Equal(t, http.StatusNotFound, status, "version 2 has no such call")
}

// TestDoubleOAuth: codes and pushed requests are good for one use and a short time, codes for the one who asked, and tokens for what they
// were given for.
func TestDoubleOAuth(t *testing.T) {
	b, _ := page(t, csctest.Approve, csctest.Guesses{PAR: true})
	const verifier, challenge = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" // RFC 7636, B
	ask := func(more url.Values) string {
		q := url.Values{
			"response_type": {"code"}, "client_id": {csctest.DefaultClient}, "redirect_uri": {csctest.DefaultRedirect}, "state": {"s"},
			"code_challenge": {challenge}, "code_challenge_method": {"S256"},
		}
		for k, v := range more {
			q[k] = v
		}
		back, err := b.Browser(t.Context(), b.URL+"/oauth2/authorize?"+q.Encode())
		require.NoError(t, err)
		u, err := url.Parse(back)
		require.NoError(t, err)
		return u.Query().Get("code") + u.Query().Get("error")
	}
	exchange := func(code, verifier, redirect string) (int, map[string]any) {
		return b.form(t, "/oauth2/token", url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {redirect}, "code_verifier": {verifier}})
	}
	for name, try := range map[string]func(code string) int{
		"another verifier": func(code string) int { s, _ := exchange(code, "x", csctest.DefaultRedirect); return s },
		"another address":  func(code string) int { s, _ := exchange(code, verifier, "http://127.0.0.1:1/"); return s },
		"twice": func(code string) int {
			s, _ := exchange(code, verifier, csctest.DefaultRedirect)
			require.Equal(t, http.StatusOK, s)
			s, _ = exchange(code, verifier, csctest.DefaultRedirect)
			return s
		},
		"too late": func(code string) int {
			b.clock.Advance(2 * time.Minute)
			s, _ := exchange(code, verifier, csctest.DefaultRedirect)
			return s
		},
	} {
		require.Equal(t, http.StatusBadRequest, try(ask(nil)), name)
	}
	require.Equal(t, "invalid_request", ask(url.Values{"code_challenge_method": {"plain"}}))
	require.Equal(t, "unsupported_response_type", ask(url.Values{"response_type": {"token"}}))
	require.Equal(t, "invalid_scope", ask(url.Values{"scope": {"everything"}}))
	require.Equal(t, "invalid_request", ask(url.Values{"scope": {"credential"}, "credentialID": {"key"}, "numSignatures": {"1"}}), "no digests, and SCAL 2")
	_, err := b.Browser(t.Context(), b.URL+"/oauth2/authorize?response_type=code&client_id="+csctest.DefaultClient+"&redirect_uri=http://192.0.2.1/")
	require.Error(t, err, "nobody is sent to an address that is not registered")

	status, out := b.form(t, "/oauth2/pushed_authorize", url.Values{"response_type": {"code"}, "redirect_uri": {csctest.DefaultRedirect}})
	require.Equal(t, http.StatusCreated, status)
	pushed := b.URL + "/oauth2/authorize?client_id=" + csctest.DefaultClient + "&request_uri=" + url.QueryEscape(out["request_uri"].(string))
	_, err = b.Browser(t.Context(), pushed)
	require.NoError(t, err)
	_, err = b.Browser(t.Context(), pushed)
	require.Error(t, err)

	one := "LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ"
	code := ask(url.Values{"scope": {"credential"}, "credentialID": {"key"}, "numSignatures": {"1"}, "hashes": {one}, "hashAlgorithmOID": {"2.16.840.1.101.3.4.2.1"}})
	_, out = exchange(code, verifier, csctest.DefaultRedirect)
	require.Equal(t, "Bearer", out["token_type"])
	token := out["access_token"].(string)
	status, _ = b.json(t, b.V2, "credentials/list", token, map[string]any{})
	require.Equal(t, http.StatusUnauthorized, status, "a token of the key is for the key")
	body := map[string]any{
		"credentialID": "key", "hashes": []string{"LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="}, "signAlgo": "1.2.840.10045.4.3.2", "SAD": "both",
	}
	status, _ = b.json(t, b.V2, "signatures/signHash", token, body)
	require.Equal(t, http.StatusBadRequest, status, "never both")
	delete(body, "SAD")
	status, _ = b.json(t, b.V2, "signatures/signHash", token, body)
	require.Equal(t, http.StatusOK, status)
	status, _ = b.json(t, b.V2, "signatures/signHash", token, body)
	require.Equal(t, http.StatusUnauthorized, status, "used up")
}

// TestDoubleRevokes: a refresh token takes its access tokens along, an access token goes alone.
func TestDoubleRevokes(t *testing.T) {
	b := newBench(t, nil)
	login := func() (access, refresh string) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.V1+"/auth/login", strings.NewReader(`{"rememberMe":true}`))
		require.NoError(t, err)
		req.SetBasicAuth(csctest.DefaultUser, csctest.DefaultPassword)
		res, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		_, out := answerOf(t, res)
		return out["access_token"].(string), out["refresh_token"].(string)
	}
	works := func(token string) bool {
		status, _ := b.json(t, b.V1, "credentials/list", token, map[string]any{})
		return status == http.StatusOK
	}
	access, refresh := login()
	require.True(t, works(access))
	require.False(t, works(refresh))
	status, _ := b.json(t, b.V1, "auth/revoke", access, map[string]any{"token": access})
	require.Equal(t, http.StatusNoContent, status)
	require.False(t, works(access))
	status, out := b.form(t, "/oauth2/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}})
	require.Equal(t, http.StatusOK, status, "the refresh token lives on")
	next := out["refresh_token"].(string)
	status, _ = b.form(t, "/oauth2/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}})
	require.Equal(t, http.StatusBadRequest, status, "and is good for one use")
	access = out["access_token"].(string)
	status, _ = b.json(t, b.V1, "auth/revoke", access, map[string]any{"token": next})
	require.Equal(t, http.StatusNoContent, status)
	require.False(t, works(access))
}

// TestDoubleCounts: wrong PINs and wrong codes of a key are counted apart, a right one takes back only its own, and another key's do not
// count.
func TestDoubleCounts(t *testing.T) {
	keys := append(like(t, func(c *csctest.Credential) { c.OTP = "canary-otp" }), like(t, func(c *csctest.Credential) { c.ID, c.OTP = "other", "canary-otp" })...)
	b := newBench(t, &csctest.Options{Credentials: keys})
	try := func(key, pin, otp string) string {
		body := map[string]any{"credentialID": key, "numSignatures": 1, "hash": []string{"LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="}, "PIN": pin, "OTP": otp}
		_, out := b.json(t, b.V1, "credentials/authorize", b.Token(), body)
		text, _ := out["error_description"].(string)
		return text
	}
	for range 2 {
		require.Equal(t, "The OTP is invalid", try("key", csctest.DefaultPIN, "wrong"))
		require.Equal(t, "The PIN is invalid", try("key", "wrong", "canary-otp"))
	}
	require.Empty(t, try("other", csctest.DefaultPIN, "canary-otp"), "another key")
	require.Equal(t, "The OTP is invalid", try("key", csctest.DefaultPIN, "wrong"))
	require.Equal(t, "OTP locked", try("key", csctest.DefaultPIN, "canary-otp"))
	for range 3 {
		require.Equal(t, "The PIN is invalid", try("other", "wrong", "canary-otp"))
	}
	require.Equal(t, "PIN locked", try("other", csctest.DefaultPIN, "canary-otp"))
}

// TestDoubleAccounts: a token that vouches for a user is made now, for this application, with the digest of its secret, and is good once.
func TestDoubleAccounts(t *testing.T) {
	b, _ := page(t, csctest.Approve, csctest.Guesses{})
	key := sha256.Sum256([]byte(csctest.DefaultSecret))
	vouch := func(secret []byte, azp, jti string, at time.Time) string {
		claims, err := json.Marshal(map[string]any{"sub": "nva", "azp": azp, "jti": jti, "iat": at.Unix()})
		require.NoError(t, err)
		signed := "e30." + base64.RawURLEncoding.EncodeToString(claims)
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte(signed))
		return signed + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
	}
	now := b.clock.Now()
	for _, c := range []struct {
		name, token string
		want        bool
	}{
		{"good", vouch(key[:], csctest.DefaultClient, "1", now), true},
		{"twice", vouch(key[:], csctest.DefaultClient, "1", now), false},
		{"the secret itself for a key", vouch([]byte(csctest.DefaultSecret), csctest.DefaultClient, "2", now), false},
		{"another application", vouch(key[:], "other", "3", now), false},
		{"long ago", vouch(key[:], csctest.DefaultClient, "4", now.Add(-6*time.Minute)), false},
		{"in the future", vouch(key[:], csctest.DefaultClient, "5", now.Add(6*time.Minute)), false},
		{"a clock that is a little off", vouch(key[:], csctest.DefaultClient, "6", now.Add(-4*time.Minute)), true},
	} {
		q := url.Values{"response_type": {"code"}, "client_id": {csctest.DefaultClient}, "redirect_uri": {csctest.DefaultRedirect}, "account_token": {c.token}}
		back, err := b.Browser(t.Context(), b.URL+"/oauth2/authorize?"+q.Encode())
		require.NoError(t, err, c.name)
		require.Equal(t, c.want, strings.Contains(back, "code="), c.name)
	}
}
