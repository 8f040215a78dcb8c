package csc_test

import (
	"crypto"
	"crypto/sha256"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/csc"
	"github.com/kyso-dev/kyso/remote/csc/csctest"
	"github.com/kyso-dev/kyso/remote/remotetest"
	"github.com/kyso-dev/kyso/signer"
)

var epoch = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)

// bench is a service, a clock that both sides go by, and what a client of it needs.
type bench struct {
	*csctest.Server
	clock *remotetest.Clock
}

func newBench(t testing.TB, opts *csctest.Options) *bench {
	t.Helper()
	clock := remotetest.NewFastClock(epoch)
	var o csctest.Options
	if opts != nil {
		o = *opts
	}
	o.Clock = clock.Now
	return &bench{csctest.NewServer(t, &o), clock}
}

// base is the address of a version.
func (b *bench) base(v csc.Version) string {
	if v == csc.V1 {
		return b.V1
	}
	return b.V2
}

// config is a client that logs in by password and knows the PIN.
func (b *bench) config(v csc.Version, credential string) csc.Config {
	return csc.Config{
		BaseURL: b.base(v), CredentialID: credential, Clock: b.clock, Ask: b.Ask, Consent: b.Browser,
		Basic: &csc.Basic{User: csctest.DefaultUser, Password: remote.Fixed(csctest.DefaultPassword)},
	}
}

// oauth is the application that the service knows.
func oauth() *csc.OAuth {
	return &csc.OAuth{ClientID: csctest.DefaultClient, ClientSecret: csctest.DefaultSecret, RedirectURL: csctest.DefaultRedirect}
}

func (b *bench) provider(t testing.TB, c csc.Config) *csc.Provider {
	t.Helper()
	p, err := csc.New(t.Context(), c)
	require.NoError(t, err)
	return p
}

func (b *bench) client(t testing.TB, c csc.Config, opts *remote.Options) *remote.Client {
	t.Helper()
	if opts == nil {
		opts = new(remote.Options)
	}
	opts.Clock = b.clock
	return remote.New(b.provider(t, c), opts)
}

func digest(s string) []byte {
	d := sha256.Sum256([]byte(s))
	return d[:]
}

func requests(names ...string) []signer.Request {
	reqs := make([]signer.Request, len(names))
	for i, n := range names {
		reqs[i] = signer.Request{Digest: digest(n), Opts: crypto.SHA256, DocumentID: n, Title: n + ".pdf"}
	}
	return reqs
}

// both runs a test for both versions.
func both(t *testing.T, f func(t *testing.T, v csc.Version)) {
	t.Helper()
	for name, v := range map[string]csc.Version{"v1": csc.V1, "v2": csc.V2} {
		t.Run(name, func(t *testing.T) { f(t, v) })
	}
}

// sharedKeys are made once: an RSA key takes longer than most tests.
var sharedKeys = new(testpki.Keyring)

// freeAddress is an address of this machine that nobody listens at.
func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return "http://" + l.Addr().String() + "/callback"
}
