package smartca_test

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/smartca"
	"github.com/kyso-dev/kyso/remote/smartca/smartcatest"
	"github.com/kyso-dev/kyso/signer"
)

var pss = &rsa.PSSOptions{Hash: crypto.SHA256, SaltLength: 32}

// TestAccounts goes through the states of an account as an integrator sees them.
func TestAccounts(t *testing.T) {
	issue := func(s *smartcatest.Server, p smartcatest.Profile) smartcatest.Certificate {
		p.Name, p.UID = "TEST", "CCCD:"+demo
		c, err := s.Authority().Issue(p)
		require.NoError(t, err)
		return c
	}
	for name, tc := range map[string]struct {
		change func(*smartcatest.Server, *smartcatest.Subscriber)
		v1, c  error // where they differ
	}{
		"not activated":  {func(_ *smartcatest.Server, s *smartcatest.Subscriber) { s.Inactive = true }, remote.ErrNoCertificate, nil},
		"no certificate": {func(_ *smartcatest.Server, s *smartcatest.Subscriber) { s.Certificates = nil }, remote.ErrNoCertificate, nil},
		"expired": {func(d *smartcatest.Server, s *smartcatest.Subscriber) {
			s.Certificates[0] = issue(d, smartcatest.Profile{NotBefore: epoch.AddDate(-2, 0, 0)})
		}, signer.ErrCertificateExpired, nil},
		"not yet valid": {func(d *smartcatest.Server, s *smartcatest.Subscriber) {
			s.Certificates[0] = issue(d, smartcatest.Profile{NotBefore: epoch.AddDate(0, 1, 0)})
		}, signer.ErrCertificateNotYetValid, nil},
		"revoked":         {func(_ *smartcatest.Server, s *smartcatest.Subscriber) { s.Certificates[0].Status = "REVOKED" }, signer.ErrCertificateRevoked, nil},
		"suspended":       {func(_ *smartcatest.Server, s *smartcatest.Subscriber) { s.Certificates[0].Status = "SUSPENDED" }, signer.ErrCertificateSuspended, nil},
		"otherwise unfit": {func(_ *smartcatest.Server, s *smartcatest.Subscriber) { s.Certificates[0].Status = "LOST" }, remote.ErrCertificate, nil},
		"used up":         {func(_ *smartcatest.Server, s *smartcatest.Subscriber) { s.UsedUp = true }, remote.ErrCertificate, signer.ErrQuota},
	} {
		t.Run(name, func(t *testing.T) {
			server, _ := start(t, smartcatest.Approve, nil)
			server.Change(demo, func(s *smartcatest.Subscriber) { tc.change(server, s) })
			_, err := ways["v1"](t, server, nil).Sign(t.Context(), digest("a"), crypto.SHA256)
			require.ErrorIs(t, err, tc.v1)
			is := tc.c
			if is == nil {
				is = tc.v1
			}
			_, err = ways["csc"](t, server, nil).Sign(t.Context(), digest("a"), crypto.SHA256)
			require.ErrorIs(t, err, is)
			require.Empty(t, server.Transactions())
		})
	}
	t.Run("no certificate is an error", func(t *testing.T) {
		server, _ := start(t, smartcatest.Approve, &smartcatest.Options{Guesses: smartcatest.Guesses{NoCertificateIsError: true}})
		server.Change(demo, func(s *smartcatest.Subscriber) { s.Certificates = nil })
		_, err := ways["v1"](t, server, nil).Sign(t.Context(), digest("a"), crypto.SHA256)
		require.ErrorIs(t, err, remote.ErrCredentials)
	})
	t.Run("unknown subscriber", func(t *testing.T) {
		server, _ := start(t, smartcatest.Approve, nil)
		_, err := v1(t, server.Config("079000000002"), nil).Sign(t.Context(), digest("a"), crypto.SHA256)
		require.ErrorIs(t, err, remote.ErrCredentials)
		var e *remote.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, 401, e.Service.Status)
		require.NotEmpty(t, e.Service.Text)
		require.NotContains(t, err.Error(), "079000000002")
	})
	t.Run("wrong application", func(t *testing.T) {
		server, _ := start(t, smartcatest.Approve, nil)
		c := server.Config(demo)
		c.SPPassword = "wrong"
		_, err := v1(t, c, nil).Certificates(t.Context())
		require.ErrorIs(t, err, remote.ErrCredentials)
	})
}

// TestChoice: between several certificates nothing is guessed, and what was chosen is what signs.
func TestChoice(t *testing.T) {
	server, _ := start(t, smartcatest.Approve, nil)
	var serial string
	server.Change(demo, func(s *smartcatest.Subscriber) {
		for _, p := range []smartcatest.Profile{
			{Type: smartcatest.Seal, Key: smartcatest.SecondKey()}, {NotBefore: epoch.AddDate(-2, 0, 0)}, {Status: "REVOKED"},
		} {
			p.Name, p.UID = "TEST", "CCCD:"+demo
			c, err := server.Authority().Issue(p)
			require.NoError(t, err)
			s.Certificates = append(s.Certificates, c)
		}
		serial = s.Certificates[0].Chain[0].SerialNumber.Text(16)
	})
	for _, way := range []string{"v1", "csc"} {
		_, err := ways[way](t, server, nil).Sign(t.Context(), digest("a"), crypto.SHA256)
		var several *signer.AmbiguousError
		require.ErrorAs(t, err, &several, way)
		require.Len(t, several.Candidates, 2, "only those that are fit")
		require.NotEmpty(t, several.Candidates[0].ID)
	}
	for name, choice := range map[string]smartca.Choice{
		"serial": {Serial: "00:" + serial}, "type": {ServiceType: smartca.Person}, "seal": {ServiceType: smartca.Seal}, "both": {Serial: serial, ServiceType: smartca.Person},
	} {
		c := server.Config(demo)
		c.Choice = choice
		client := v1(t, c, nil)
		chain, err := client.Certificates(t.Context())
		require.NoError(t, err, name)
		require.Len(t, chain, 3)
		require.Equal(t, name != "seal", chain[0].SerialNumber.Text(16) == serial)
		_, err = client.Sign(t.Context(), digest("a"), crypto.SHA256)
		require.NoError(t, err, name)
	}
	c := server.Config(demo)
	c.Choice.Serial = "54"
	_, err := v1(t, c, nil).Certificates(t.Context())
	require.ErrorIs(t, err, signer.ErrKeyNotFound)
}

// TestRenewedMeanwhile: a digest that was made with one certificate is not sent under another.
func TestRenewedMeanwhile(t *testing.T) {
	server, clock := start(t, smartcatest.Approve, nil)
	c := ways["v1"](t, server, nil)
	before, err := c.Certificates(t.Context())
	require.NoError(t, err)
	server.Change(demo, func(s *smartcatest.Subscriber) {
		fresh, err := server.Authority().Issue(smartcatest.Profile{Name: "TEST", UID: "CCCD:" + demo})
		require.NoError(t, err)
		s.Certificates[0] = fresh
	})
	again, err := c.Certificates(t.Context())
	require.NoError(t, err)
	require.True(t, again[0].Equal(before[0]), "one signature sees one certificate")
	clock.Advance(2 * time.Minute)
	after, err := c.Certificates(t.Context())
	require.NoError(t, err)
	require.False(t, after[0].Equal(before[0]))
}

func TestTOTP(t *testing.T) {
	// RFC 6238, appendix B, with its key as raw octets and the last six of its eight digits.
	const secret = remote.Secret("MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=")
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037"} {
		got, err := smartca.TOTP(secret, time.Unix(at, 0))
		require.NoError(t, err)
		require.Equal(t, want, got.Reveal())
	}
	for _, bad := range []remote.Secret{"", "!!!"} {
		_, err := smartca.TOTP(bad, epoch)
		require.Error(t, err)
	}
}

func TestTH(t *testing.T) {
	t.Run("one code a window", func(t *testing.T) {
		server, clock := start(t, smartcatest.Ignore, nil)
		c := ways["TH"](t, server, nil)
		for _, name := range []string{"a", "b", "c"} {
			_, err := c.Sign(t.Context(), digest(name), crypto.SHA256)
			require.NoError(t, err)
		}
		require.Equal(t, 60*time.Second, clock.Now().Sub(epoch), "each with a code of its own")
		require.Zero(t, server.Calls(smartcatest.CallStatus))
	})
	t.Run("back to the app", func(t *testing.T) {
		server, _ := start(t, smartcatest.Approve, nil)
		server.Change(demo, func(s *smartcatest.Subscriber) { s.FallsBack, s.Delay = true, 20*time.Second })
		_, err := ways["TH"](t, server, nil).Sign(t.Context(), digest("a"), crypto.SHA256)
		require.NoError(t, err)
		require.Zero(t, server.Calls(smartcatest.CallConfirm))
		require.NotZero(t, server.Calls(smartcatest.CallStatus))
		require.Len(t, server.Transactions(), 1)
	})
	t.Run("wrong code", func(t *testing.T) {
		server, _ := start(t, smartcatest.Ignore, nil)
		config := server.THConfig(demo)
		config.TH.TOTPSecret, config.TH.OTP = "", remote.Fixed("000000")
		_, err := v1(t, config, nil).Sign(t.Context(), digest("a"), crypto.SHA256)
		require.ErrorIs(t, err, remote.ErrOneTimeCode)
		require.ErrorIs(t, err, signer.ErrPINIncorrect)
		require.Equal(t, 1, server.Calls(smartcatest.CallSignTH), "never tried again")
	})
	t.Run("a code from a person", func(t *testing.T) {
		server, clock := start(t, smartcatest.Ignore, nil)
		config := server.THConfig(demo)
		config.TH.OTP = func(context.Context) (remote.Secret, error) { return smartca.TOTP(smartcatest.DemoTOTP, clock.Now()) }
		config.TH.TOTPSecret = ""
		c := v1(t, config, nil)
		_, err := c.Sign(t.Context(), digest("a"), crypto.SHA256)
		require.NoError(t, err)
		_, err = c.Sign(t.Context(), digest("b"), crypto.SHA256)
		require.ErrorIs(t, err, remote.ErrOneTimeCode, "a code that comes twice is refused")
	})
	t.Run("locked", func(t *testing.T) {
		server, clock := start(t, smartcatest.Ignore, nil)
		config := server.THConfig(demo)
		config.TH.Password = remote.Fixed("wrong-password")
		c := v1(t, config, nil)
		for range 5 {
			_, err := c.Sign(t.Context(), digest("a"), crypto.SHA256)
			require.ErrorIs(t, err, remote.ErrCredentials)
		}
		clock.Advance(31 * time.Second)
		_, err := ways["TH"](t, server, nil).Sign(t.Context(), digest("a"), crypto.SHA256)
		require.ErrorIs(t, err, remote.ErrCredentials, "the service has no code of its own for it")
		require.Contains(t, err.Error(), "locked")
		clock.Advance(5 * time.Minute)
		_, err = ways["TH"](t, server, nil).Sign(t.Context(), digest("a"), crypto.SHA256)
		require.NoError(t, err)
	})
	t.Run("nobody at hand", func(t *testing.T) {
		server, _ := start(t, smartcatest.Ignore, nil)
		config := server.THConfig(demo)
		config.TH.Password = func(context.Context) (remote.Secret, error) { return "", errors.New("the vault says canary-1") }
		_, err := v1(t, config, nil).Sign(t.Context(), digest("a"), crypto.SHA256)
		var e *remote.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, string(remote.CodeSecretMissing), e.Code())
		require.NotContains(t, err.Error(), "canary")
	})
}

// TestLogIn: wrong passwords are counted and lock; while it is locked nothing is sent.
func TestLogIn(t *testing.T) {
	server, clock := start(t, smartcatest.Approve, nil)
	config := server.CSCConfig(demo)
	config.Password = remote.Fixed("wrong-password")
	c := csc(t, config, nil)
	for left := 5; left >= 1; left-- {
		_, err := c.Certificates(t.Context())
		require.ErrorIs(t, err, remote.ErrLogIn)
		require.ErrorIs(t, err, signer.ErrPINIncorrect)
		require.Equal(t, string(rune('0'+left)), params(t, err)["tries"])
	}
	_, err := c.Certificates(t.Context())
	require.ErrorIs(t, err, remote.ErrLocked)
	var e *remote.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, 5*time.Minute, e.After)
	clock.Advance(2 * time.Minute)
	_, err = c.Certificates(t.Context())
	require.ErrorAs(t, err, &e)
	require.Equal(t, 3*time.Minute, e.After, "with the time left")
	require.Equal(t, 6, server.Calls(smartcatest.CallToken))

	config.ClientSecret = "wrong"
	_, err = csc(t, config, nil).Certificates(t.Context())
	require.ErrorIs(t, err, remote.ErrCredentials)
}

func params(t *testing.T, err error) map[string]string {
	t.Helper()
	var p interface{ Params() map[string]string }
	require.ErrorAs(t, err, &p)
	return p.Params()
}

// keeper is a place for tokens that outlives a client.
type keeper struct{ t smartca.Token }

func (k *keeper) Load(context.Context) (smartca.Token, error)   { return k.t, nil }
func (k *keeper) Save(_ context.Context, t smartca.Token) error { k.t = t; return nil }

// TestTokens: a refresh token changes with each use and is kept; a token that is refused is not renewed behind a request for signatures.
func TestTokens(t *testing.T) {
	server, clock := start(t, smartcatest.Approve, nil)
	kept := new(keeper)
	config := server.CSCConfig(demo)
	config.Tokens = kept
	_, err := csc(t, config, nil).Sign(t.Context(), digest("a"), crypto.SHA256)
	require.NoError(t, err)
	require.Equal(t, 1, server.Calls(smartcatest.CallToken))
	first := kept.t
	require.NotEmpty(t, first.Refresh)

	config.Password = nil
	clock.Advance(2 * time.Hour)
	c := csc(t, config, nil) // another process
	_, err = c.Sign(t.Context(), digest("b"), crypto.SHA256)
	require.NoError(t, err)
	require.NotEqual(t, first.Refresh, kept.t.Refresh, "the new one is kept")

	kept.t.Access = "access-nobody-knows"
	_, err = c.Sign(t.Context(), digest("c"), crypto.SHA256)
	require.ErrorIs(t, err, remote.ErrCredentials)
	_, err = c.Sign(t.Context(), digest("c"), crypto.SHA256)
	require.NoError(t, err, "dropped, and renewed at the next call")

	kept.t = smartca.Token{Refresh: first.Refresh}
	_, err = csc(t, config, nil).Certificates(t.Context())
	require.ErrorIs(t, err, remote.ErrLogIn, "the old one was used up, and there is no password")
}

// TestAuthorizationCode: the code of a redirect lets in once, within its 15 seconds.
func TestAuthorizationCode(t *testing.T) {
	server, clock := start(t, smartcatest.Approve, nil)
	config := server.CSCConfig(demo)
	config.Password, config.RedirectURI = nil, "https://app.example.test/back"
	config.Code = func(context.Context) (remote.Secret, error) { return authorize(t, server, config.RedirectURI), nil }
	_, err := csc(t, config, nil).Sign(t.Context(), digest("a"), crypto.SHA256)
	require.NoError(t, err)
	code := authorize(t, server, config.RedirectURI)
	config.Code = remote.Fixed(code)
	clock.Advance(16 * time.Second)
	_, err = csc(t, config, nil).Certificates(t.Context())
	require.ErrorIs(t, err, remote.ErrLogIn)
}

// TestFifty: more than fifty digests are more than one confirmation, and the caller has to allow that.
func TestFifty(t *testing.T) {
	server, _ := start(t, smartcatest.Approve, nil)
	names := make([]string, 51)
	for i := range names {
		names[i] = "invoice-" + string(rune('A'+i/26)) + string(rune('a'+i%26))
	}
	_, err := ways["csc"](t, server, nil).SignBatch(t.Context(), request(names...))
	require.ErrorIs(t, err, signer.ErrRequest)
	sigs, err := ways["csc"](t, server, &remote.Options{Split: true}).SignBatch(t.Context(), request(names...))
	require.NoError(t, err)
	require.Len(t, sigs, 51)
	require.Len(t, server.Transactions(), 2)
	_, err = ways["v1"](t, server, nil).SignBatch(t.Context(), request(names...))
	require.NoError(t, err)
}

// TestOneRefresh: many callers who find the token too old ask for a new one once: a refresh token that comes twice looks stolen.
func TestOneRefresh(t *testing.T) {
	server, clock := start(t, smartcatest.Approve, nil)
	config := server.CSCConfig(demo)
	p, err := smartca.NewCSC(config)
	require.NoError(t, err)
	_, err = p.Certificates(t.Context())
	require.NoError(t, err)
	clock.Advance(2 * time.Hour)
	errs := make(chan error, 16)
	for range cap(errs) {
		go func() {
			_, err := p.Certificates(t.Context())
			errs <- err
		}()
	}
	for range cap(errs) {
		require.NoError(t, <-errs)
	}
	require.Equal(t, 2, server.Calls(smartcatest.CallToken))
}

// TestIssuers: what the service leaves out of a chain, the caller may put in.
func TestIssuers(t *testing.T) {
	server, _ := start(t, smartcatest.Approve, &smartcatest.Options{Guesses: smartcatest.Guesses{NoRoot: true}})
	config := server.Config(demo)
	chain, err := v1(t, config, nil).Certificates(t.Context())
	require.NoError(t, err)
	require.Len(t, chain, 2)
	config.Issuers = []*x509.Certificate{server.Authority().Root()}
	chain, err = v1(t, config, nil).Certificates(t.Context())
	require.NoError(t, err)
	require.Len(t, chain, 3)
}

// coded answers everything but the token with one code of the OAuth2 interface.
type coded struct{ code string }

func (c coded) RoundTrip(r *http.Request) (*http.Response, error) {
	status, body := http.StatusBadRequest, fmt.Sprintf(`{"code":%s,"codeDesc":"SOMETHING","message":"in words","content":null}`, c.code)
	if r.URL.Path == "/auth/token" {
		status, body = http.StatusOK, `{"access_token":"t","expires_in":"3600"}`
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

// TestCodes goes through the codes of the OAuth2 interface, which come with HTTP 400, as numbers or as text.
func TestCodes(t *testing.T) {
	for code, is := range map[string]error{
		"30000": signer.ErrRequest, "50000": remote.ErrFault, "60000": remote.ErrNoCertificate, `"60001"`: remote.ErrNoCertificate, "60002": remote.ErrNoCertificate,
		"60003": remote.ErrCertificate, "61000": remote.ErrSignFailed, "62000": remote.ErrNotKnown, "62001": remote.ErrNotKnown, "62002": remote.ErrExpired,
		"62010": signer.ErrRequest, "63000": remote.ErrAuthorization, "63001": remote.ErrSignFailed, `"65000"`: remote.ErrQuota, "1": signer.ErrRequest, "null": signer.ErrRequest,
	} {
		p, err := smartca.NewCSC(smartca.CSCConfig{
			BaseURL: "https://service.test", ClientID: "a", ClientSecret: "b", UserName: "c", Password: remote.Fixed("d"), HTTPClient: &http.Client{Transport: coded{code}},
		})
		require.NoError(t, err)
		_, err = p.Certificates(t.Context())
		require.ErrorIs(t, err, is, code)
		var e *remote.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, 400, e.Service.Status)
		require.Contains(t, e.Service.Text, "SOMETHING", "the service's own word is kept")
	}
}

// TestPrinted: what holds secrets does not show them, whatever it is printed with.
func TestPrinted(t *testing.T) {
	server, _ := start(t, smartcatest.Ask, nil)
	th, err := smartca.New(server.THConfig(demo))
	require.NoError(t, err)
	oauth, err := smartca.NewCSC(server.CSCConfig(demo))
	require.NoError(t, err)
	kept := smartca.Token{Access: "canary-access", Refresh: "canary-refresh"}
	out := fmt.Sprintf("%v %+v %#v %s", th, th, th, th) + fmt.Sprintf("%v %+v %#v %s", oauth, oauth, oauth, oauth) + fmt.Sprintf("%v %+v %#v", kept, kept, kept) +
		fmt.Sprintf("%+v %#v", server.THConfig(demo), server.CSCConfig(demo))
	data, err := json.Marshal(kept)
	require.NoError(t, err)
	out += string(data)
	for _, secret := range []string{smartcatest.DemoSPPassword, smartcatest.DemoPassword, smartcatest.DemoTOTP.Reveal(), "canary"} {
		require.NotContains(t, out, secret)
	}
}
