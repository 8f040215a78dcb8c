package csc_test

import (
	"crypto"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/testtool"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/csc"
	"github.com/kyso-dev/kyso/remote/csc/csctest"
	"github.com/kyso-dev/kyso/signer"
)

// TestDigestLogIn: where a service takes nothing else, the password is proved and not sent. curl is a second opinion on the double.
func TestDigestLogIn(t *testing.T) {
	for _, algorithm := range []string{"MD5", "SHA-256", "SHA-256-sess", "MD5-sess"} {
		both(t, func(t *testing.T, v csc.Version) {
			b := newBench(t, &csctest.Options{Guesses: csctest.Guesses{Digest: algorithm}})
			c := b.client(t, b.config(v, csctest.DefaultEC), nil)
			_, err := c.Sign(t.Context(), digest("a"), crypto.SHA256)
			require.NoError(t, err)
			calls := b.Calls("auth/login")
			require.Len(t, calls, 2)
			require.Empty(t, calls[0].Authorization)
			require.True(t, strings.HasPrefix(calls[1].Authorization, "Digest "))
			require.NotContains(t, calls[1].Authorization, csctest.DefaultPassword)

			config := b.config(v, csctest.DefaultEC)
			config.Basic = &csc.Basic{User: csctest.DefaultUser, Password: remote.Fixed("canary-password")}
			_, err = csc.New(t.Context(), config)
			require.ErrorIs(t, err, remote.ErrLogIn)
			require.NotContains(t, err.Error(), "canary")
			require.Len(t, b.Calls("auth/login"), 4, "a wrong password is sent once")

			out, _ := testtool.Run(t, testtool.Need(t, "curl"), "--silent", "--digest", "--user", csctest.DefaultUser+":"+csctest.DefaultPassword,
				"--header", "Content-Type: application/json", "--data", "{}", b.base(v)+"/auth/login")
			require.Contains(t, out, "access_token")
		})
	}
}

// TestQualifier: a key may be chosen by its legal kind.
func TestQualifier(t *testing.T) {
	keys := append(like(t, func(c *csctest.Credential) { c.ID, c.Qualifier = "personal", "eu_eidas_qes" }), like(t, func(c *csctest.Credential) { c.ID, c.Qualifier = "seal", "eu_eidas_qeseal" })...)
	b := newBench(t, &csctest.Options{Credentials: keys})
	config := b.config(csc.V2, "")
	_, err := csc.New(t.Context(), config)
	require.ErrorIs(t, err, signer.ErrAmbiguous)
	for want, qualifier := range map[string]string{"personal": "eu_eidas_qes", "seal": "EU_eidas_qeSeal"} {
		config.Qualifier = qualifier
		p := b.provider(t, config)
		require.Equal(t, want, p.Credential().ID)
		require.True(t, strings.EqualFold(qualifier, p.Credential().Qualifier))
	}
	config.Qualifier = "za_ecta_aes"
	_, err = csc.New(t.Context(), config)
	require.ErrorIs(t, err, remote.ErrNoCertificate)
	config.CredentialID = "seal"
	_, err = csc.New(t.Context(), config)
	require.ErrorContains(t, err, "Qualifier")
}

// TestPing: a service that is done says so, and who waits looks at once. What a call says is not believed, and a forged one changes nothing.
func TestPing(t *testing.T) {
	b := newBench(t, &csctest.Options{Guesses: csctest.Guesses{Looks: 1_000_000}}) // without a call it would never be done
	store := remote.NewMemoryStore()
	var client *remote.Client
	handler := &csc.Ping{Store: store, Client: func(remote.Operation) *remote.Client { return client }}
	called := make(chan string, 8)
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler.ServeHTTP(w, r)
		called <- r.URL.Query().Get("operation")
	}))
	defer hook.Close()
	config := b.config(csc.V2, csctest.DefaultEC)
	config.Async, config.ResponseURI = true, hook.URL+"/done?tenant=7"
	client = b.client(t, config, &remote.Options{Store: store})
	op, err := client.Start(t.Context(), requests("a"), nil)
	require.NoError(t, err)
	require.Equal(t, remote.StateSigning, op.State)
	b.clock.Advance(2 * time.Second) // the first look is not held back
	require.Equal(t, op.ID, <-called)
	require.Contains(t, string(b.Calls("signatures/signHash")[0].Body), "tenant=7")
	sigs, err := client.Wait(t.Context(), op)
	require.NoError(t, err)
	require.Len(t, sigs, 1)

	for target, want := range map[string]int{"/done": http.StatusBadRequest, "/done?operation=" + strings.Repeat("x", 999): http.StatusBadRequest, "/done?operation=unknown": http.StatusOK, "/done?operation=" + op.ID: http.StatusOK} {
		res, err := http.Post(hook.URL+target, "application/json", strings.NewReader(`{"status":"refused"}`)) //nolint:noctx // by hand
		require.NoError(t, err)
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, want, res.StatusCode, target)
		require.NotContains(t, string(body), "signed")
	}
	kept, err := store.Load(t.Context(), op.ID)
	require.NoError(t, err)
	require.Equal(t, remote.StateSigned, kept.State)

	config.Async = false
	_, err = csc.New(t.Context(), config)
	require.ErrorContains(t, err, "ResponseURI")
	config.Async, config.ResponseURI = true, "no address"
	_, err = csc.New(t.Context(), config)
	require.ErrorContains(t, err, "ResponseURI")
}

// TestTwoServers: an application that calls in its own right gets its token from one server of 2.2, and the person's for the key from the
// other; each token is given back where it came from.
func TestTwoServers(t *testing.T) {
	b, config := page(t, csctest.Approve, csctest.Guesses{V22: true})
	config.OAuth.ClientCredentials = true
	p := b.provider(t, config)
	_, err := remote.New(p, &remote.Options{Clock: b.clock}).Sign(t.Context(), digest("a"), crypto.SHA256)
	require.NoError(t, err)
	require.NoError(t, p.Service().Close(t.Context()))
	require.Len(t, b.Calls("apps/oauth2/token"), 1)
	require.Len(t, b.Calls("apps/oauth2/revoke"), 1)
	require.Len(t, b.Calls("oauth2/token"), 1)
	require.Equal(t, "2.2.0.0", p.Service().Info().Specs)
	require.Len(t, p.Service().Info().Servers, 2)
}
