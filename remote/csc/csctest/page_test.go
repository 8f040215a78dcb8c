package csctest_test

import (
	"context"
	"crypto"
	"crypto/sha256"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/csc"
	"github.com/kyso-dev/kyso/remote/csc/csctest"
	"github.com/kyso-dev/kyso/signer"
)

// page is a user who clicks, as a browser does: no scripts, and redirects to the client are not followed.
type page struct {
	t      *testing.T
	client http.Client
}

func newPage(t *testing.T) *page {
	return &page{t, http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

var requestID = regexp.MustCompile(`name="id" value="([0-9a-f]+)"`)

// open reads a page and gives the ids of the requests on it.
func (p *page) open(address string) (ids []string, text string) {
	res, err := p.client.Get(address)
	require.NoError(p.t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(p.t, err)
	for _, m := range requestID.FindAllStringSubmatch(string(body), -1) {
		ids = append(ids, m[1])
	}
	return ids, string(body)
}

// click answers a request and says where the browser is sent.
func (p *page) click(server *csctest.Server, id, what string) (status int, to string) {
	res, err := p.client.PostForm(server.URL+"/act", url.Values{"id": {id}, "what": {what}})
	require.NoError(p.t, err)
	require.NoError(p.t, res.Body.Close())
	return res.StatusCode, res.Header.Get("Location")
}

// TestAttackD1 shows a description full of markup and control characters to the user: it stays text.
func TestAttackD1(t *testing.T) {
	server := csctest.NewServer(t, &csctest.Options{User: csctest.Ask, Guesses: csctest.Guesses{Looks: -1}, Credentials: credential(t, func(c *csctest.Credential) {
		c.Objects = []csctest.Object{{ID: "APP", Type: "PasswordOOB"}}
	})})
	provider := open(t, server, nil)
	key := remote.New(provider, &remote.Options{Text: "<script>alert(1)</script>\x1b[2J\u202Egnp.exe"})
	op, err := key.Start(t.Context(), []signer.Request{{Digest: make([]byte, 32), Opts: crypto.SHA256}}, nil)
	require.NoError(t, err)
	p := newPage(t)
	ids, text := p.open(server.URL)
	require.Len(t, ids, 1)
	require.Contains(t, text, "&lt;script&gt;")
	require.NotContains(t, text, "<script>")
	require.NotContains(t, text, "\x1b")
	require.NotContains(t, text, "\u202E")
	status, _ := p.click(server, "0", "approve")
	require.Equal(t, http.StatusNotFound, status, "an id that nobody was shown")
	status, _ = p.click(server, ids[0], "sign everything")
	require.Equal(t, http.StatusNotFound, status)
	status, _ = p.click(server, ids[0], "approve")
	require.Equal(t, http.StatusSeeOther, status)
	sigs, err := key.Wait(t.Context(), op)
	require.NoError(t, err)
	require.Len(t, sigs, 1)
	ids, _ = p.open(server.URL)
	require.Empty(t, ids)
}

// TestBrowserAsks: in front of the browser the user clicks on the page of the authorization server.
func TestBrowserAsks(t *testing.T) {
	server := csctest.NewServer(t, &csctest.Options{User: csctest.Ask, Credentials: credential(t, func(c *csctest.Credential) { c.Mode = "oauth2code" })})
	p := newPage(t)
	for what, want := range map[string]error{"approve": nil, "refuse": signer.ErrRefused} {
		provider := open(t, server, func(_ context.Context, address string) (string, error) {
			ids, _ := p.open(address)
			require.Len(t, ids, 1)
			status, to := p.click(server, ids[0], what)
			require.Equal(t, http.StatusSeeOther, status)
			return to, nil
		})
		digest := sha256.Sum256([]byte(what))
		_, err := remote.New(provider, nil).Sign(t.Context(), digest[:], crypto.SHA256)
		if want == nil {
			require.NoError(t, err)
		} else {
			require.ErrorIs(t, err, want)
		}
	}
}

// credential is the default one with a change.
func credential(t *testing.T, change func(c *csctest.Credential)) []csctest.Credential {
	t.Helper()
	list, err := csctest.Credentials(time.Now())
	require.NoError(t, err)
	c := list[1]
	c.PIN = ""
	change(&c)
	return []csctest.Credential{c}
}

func open(t *testing.T, server *csctest.Server, consent func(context.Context, string) (string, error)) *csc.Provider {
	t.Helper()
	provider, err := csc.New(t.Context(), csc.Config{
		BaseURL: server.V2, CredentialID: csctest.DefaultEC, Basic: &csc.Basic{User: csctest.DefaultUser, Password: remote.Fixed(csctest.DefaultPassword)}, Consent: consent,
		OAuth: &csc.OAuth{ClientID: csctest.DefaultClient, ClientSecret: csctest.DefaultSecret, RedirectURL: csctest.DefaultRedirect},
	})
	require.NoError(t, err)
	return provider
}
