package sim_test

import (
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/remotetest"
	"github.com/kyso-dev/kyso/remote/sim"
	"github.com/kyso-dev/kyso/remote/sim/simtest"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/signer/signertest"
)

var epoch = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)

const demo = simtest.DemoNumber

// authority is one for all servers: making it takes longer than most tests.
var authority = sync.OnceValue(func() *simtest.Authority {
	a, err := simtest.NewAuthority(epoch)
	if err != nil {
		panic(err)
	}
	return a
})

// dialects are those that sign documents. Swisscom's do not: here both ends, the client and the double, have bare signatures switched on
// for them, so that its SOAP and its JSON carry a document's signature too.
func dialects() map[string]sim.Dialect {
	vnAsynch := sim.VNMPKI()
	vnAsynch.Mode = sim.Asynch
	all := map[string]sim.Dialect{
		"vn-mpki": sim.VNMPKI(), "vn-mpki, asynchronous": vnAsynch, "etsi": sim.ETSI(), "ficom": sim.FiCom(), "tr": sim.TR(),
		"swisscom-soap": sim.SwisscomSOAP(), "swisscom-rest": sim.SwisscomREST(),
	}
	for _, name := range []string{"swisscom-soap", "swisscom-rest"} {
		d := all[name]
		d.Format, d.MimeType = sim.FormatPKCS1, "application/octet-stream"
		all[name] = d
	}
	return all
}

// start is a server whose subscribers behave so, on a clock that jumps.
func start(t testing.TB, d sim.Dialect, user simtest.User, opts *simtest.Options) *simtest.Server {
	t.Helper()
	if opts == nil {
		opts = new(simtest.Options)
	}
	if opts.Clock == nil {
		opts.Clock = remotetest.NewFastClock(epoch)
	}
	opts.Dialect, opts.Authority = d, authority()
	server := simtest.NewServer(t, opts)
	for _, n := range []string{demo, simtest.DemoEC} {
		server.Change(n, func(s *simtest.SIM) { s.User = user })
	}
	return server
}

func client(t testing.TB, c sim.Config, opts *remote.Options) *remote.Client {
	t.Helper()
	p, err := sim.New(c)
	require.NoError(t, err)
	if opts == nil {
		opts = new(remote.Options)
	}
	opts.Clock = c.Clock
	return remote.New(p, opts)
}

func digest(s string) []byte {
	d := sha256.Sum256([]byte(s))
	return d[:]
}

func requests(names ...string) []signer.Request {
	reqs := make([]signer.Request, len(names))
	for i, n := range names {
		reqs[i] = signer.Request{Digest: digest(n), Opts: crypto.SHA256, DocumentID: n, Title: n}
	}
	return reqs
}

func TestConformance(t *testing.T) {
	for name, d := range dialects() {
		for number, key := range map[string]string{demo: "rsa", simtest.DemoEC: "ec"} {
			t.Run(name+" "+key, func(t *testing.T) {
				signertest.Test(t, func(t testing.TB) signer.Signer {
					s := start(t, d, simtest.Approve, &simtest.Options{Guesses: simtest.Guesses{RawEC: name == "etsi", NotValidated: name != "vn-mpki"}})
					return client(t, s.Config(number), &remote.Options{Split: true, Text: "Hop dong"})
				}, signertest.Capabilities{
					Algorithms: []crypto.SignerOpts{crypto.SHA256, crypto.SHA384, crypto.SHA512}, Concurrent: true,
					Secrets: []string{simtest.DemoAPPassword, simtest.DemoPIN},
				})
			})
		}
	}
}

func TestMutualTLS(t *testing.T) {
	s := start(t, sim.ETSI(), simtest.Approve, &simtest.Options{MutualTLS: true})
	c := s.Config(demo)
	_, err := client(t, c, nil).Sign(t.Context(), digest("a"), crypto.SHA256)
	require.NoError(t, err)

	pin := serverKey(t, c)
	pinned := c
	pinned.Pins = [][]byte{digest("another key")}
	_, err = client(t, pinned, nil).Sign(t.Context(), digest("b"), crypto.SHA256)
	require.ErrorIs(t, err, remote.ErrUnavailable)
	pinned.Pins = [][]byte{digest("another key"), pin}
	_, err = client(t, pinned, nil).Sign(t.Context(), digest("b"), crypto.SHA256)
	require.NoError(t, err)
	other := c // the certificate of another application, which the authority knows
	other.TLS, err = s.ClientTLS("http://ap.test/other")
	require.NoError(t, err)
	_, err = client(t, other, nil).Sign(t.Context(), digest("d"), crypto.SHA256)
	require.ErrorIs(t, err, remote.ErrCredentials)
	other.APID = "http://ap.test/other" // whose AP_ID the service does not know
	_, err = client(t, other, nil).Sign(t.Context(), digest("d"), crypto.SHA256)
	require.ErrorIs(t, err, remote.ErrCredentials)
	without := c
	without.TLS = c.TLS.Clone()
	without.TLS.Certificates = nil
	_, err = client(t, without, nil).Sign(t.Context(), digest("c"), crypto.SHA256)
	require.ErrorIs(t, err, remote.ErrUnavailable)
	require.Equal(t, 2, s.Signatures())
}

// serverKey is the pin of the key that a server has.
func serverKey(t *testing.T, c sim.Config) []byte {
	t.Helper()
	dialer := &tls.Dialer{Config: c.TLS}
	conn, err := dialer.DialContext(t.Context(), "tcp", strings.TrimPrefix(c.BaseURL, "https://"))
	require.NoError(t, err)
	defer conn.Close()
	sum := sha256.Sum256(conn.(*tls.Conn).ConnectionState().PeerCertificates[0].RawSubjectPublicKeyInfo)
	return sum[:]
}

// TestPins: the key of the service is one that is pinned, or nothing is sent. Pins come beside the check of the certificate, not in its place.
func TestPins(t *testing.T) {
	s := start(t, sim.ETSI(), simtest.Approve, &simtest.Options{MutualTLS: true})
	conn, err := tls.Dial("tcp", strings.TrimPrefix(s.URL, "https://"), s.Config(demo).TLS)
	require.NoError(t, err)
	pin := sha256.Sum256(conn.ConnectionState().PeerCertificates[0].RawSubjectPublicKeyInfo)
	require.NoError(t, conn.Close())
	for name, tc := range map[string]struct {
		pins   [][]byte
		change func(*tls.Config)
		err    error
	}{
		"the key":                   {[][]byte{pin[:]}, func(*tls.Config) {}, nil},
		"one of two":                {[][]byte{digest("x"), pin[:]}, func(*tls.Config) {}, nil},
		"another":                   {[][]byte{digest("x")}, func(*tls.Config) {}, remote.ErrUnavailable},
		"half":                      {[][]byte{pin[:16]}, func(*tls.Config) {}, remote.ErrUnavailable},
		"the key, from nobody":      {[][]byte{pin[:]}, func(c *tls.Config) { c.RootCAs = x509.NewCertPool() }, remote.ErrUnavailable},
		"and a check of the caller": {[][]byte{pin[:]}, func(c *tls.Config) { c.VerifyConnection = func(tls.ConnectionState) error { return errOther } }, remote.ErrUnavailable},
	} {
		c := s.Config(demo)
		c.Pins, c.TLS = tc.pins, c.TLS.Clone()
		tc.change(c.TLS)
		before := s.Calls(sim.CallSignature)
		_, err := client(t, c, nil).Sign(t.Context(), digest(name), crypto.SHA256)
		require.ErrorIs(t, err, tc.err, name)
		require.Equal(t, err == nil, s.Calls(sim.CallSignature) > before, name)
	}
}

// TestClientCertificate: the issuers of the application's certificate are not sent, which Swisscom demands.
func TestClientCertificate(t *testing.T) {
	chain, err := authority().Issue("AP (TEST)", simtest.ECKey(), time.Now().AddDate(0, -1, 0), 0)
	require.NoError(t, err)
	pair := tls.Certificate{PrivateKey: simtest.ECKey(), Certificate: [][]byte{chain[0].Raw, chain[1].Raw, chain[2].Raw}}
	sent := make(chan int, 9)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { sent <- len(r.TLS.PeerCertificates) }))
	server.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
	server.StartTLS()
	defer server.Close()
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	p, err := sim.New(sim.Config{
		BaseURL: server.URL, Dialect: sim.SwisscomREST(), APID: "http://ap.test", MSSP: "http://mid.swisscom.ch/", MSISDN: "+41790000001",
		TLS: &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{pair}},
	})
	require.NoError(t, err)
	_, err = p.Profiles(t.Context())
	require.ErrorIs(t, err, signer.ErrProtocol)
	require.Equal(t, 1, <-sent)
	require.Len(t, pair.Certificate, 3) // the caller's is not touched
}

func TestConfig(t *testing.T) {
	good := func() sim.Config {
		return sim.Config{BaseURL: "https://mssp.test", Dialect: sim.VNMPKI(), APID: "http://ap.test", APPassword: "p", MSSP: "http://mssp.test", MSISDN: "+84 900-000.001"}
	}
	_, err := sim.New(good())
	require.NoError(t, err)
	for name, change := range map[string]func(*sim.Config){
		"plain http":         func(c *sim.Config) { c.BaseURL = "http://mssp.test" },
		"no dialect":         func(c *sim.Config) { c.Dialect = sim.Dialect{} },
		"no AP_ID":           func(c *sim.Config) { c.APID = "" },
		"no password":        func(c *sim.Config) { c.APPassword = "" },
		"a national number":  func(c *sim.Config) { c.MSISDN = "0900000001" },
		"with 00":            func(c *sim.Config) { c.MSISDN = "0084900000001" },
		"too short":          func(c *sim.Config) { c.MSISDN = "+84" },
		"too long":           func(c *sim.Config) { c.MSISDN = "12345678901234567" },
		"letters":            func(c *sim.Config) { c.MSISDN = "+84900<00001" },
		"no chain for ficom": func(c *sim.Config) { c.Dialect = sim.FiCom() },
	} {
		t.Run(name, func(t *testing.T) {
			c := good()
			change(&c)
			_, err := sim.New(c)
			var coded *remote.Error
			require.ErrorAs(t, err, &coded)
		})
	}
	for _, name := range []string{"vn-mpki", "etsi", "ficom", "swisscom-soap", "swisscom-rest", "tr"} {
		d, ok := sim.Preset(name)
		require.True(t, ok && d.Name == name)
	}
	_, ok := sim.Preset("telepathy")
	require.False(t, ok)
}

// TestProfiles queries what costs the subscriber nothing, and the receipt.
func TestProfiles(t *testing.T) {
	for _, d := range []sim.Dialect{sim.VNMPKI(), sim.SwisscomSOAP(), sim.SwisscomREST()} {
		s := start(t, d, simtest.Approve, nil)
		p, err := sim.New(s.Config(demo))
		require.NoError(t, err)
		profiles, err := p.Profiles(t.Context())
		require.NoError(t, err)
		require.Equal(t, []string{d.Profile}, profiles)
		chain, err := p.Certificates(t.Context())
		require.NoError(t, err)
		require.Len(t, chain, 3)
		if d.Format != "" {
			continue
		}
		_, err = remote.New(p, &remote.Options{Clock: s.Config(demo).Clock}).Sign(t.Context(), digest("a"), crypto.SHA256)
		require.ErrorContains(t, err, "texts only")
		require.Zero(t, s.Calls(sim.CallSignature))
	}
	s := start(t, sim.ETSI(), simtest.Approve, nil)
	p, err := sim.New(s.Config(demo))
	require.NoError(t, err)
	c := remote.New(p, &remote.Options{Clock: s.Config(demo).Clock})
	op, err := c.Start(t.Context(), requests("a"), nil)
	require.NoError(t, err)
	_, err = c.Wait(t.Context(), op)
	require.NoError(t, err)
	require.NoError(t, p.Receipt(t.Context(), op, "Da ky"))
	s.Inject(sim.CallReceipt, simtest.ResetLost, 1)
	require.Error(t, p.Receipt(t.Context(), op, "Da ky"))
	require.Equal(t, 2, s.Calls(sim.CallReceipt)) // an SMS each: not repeated
}

var instants = regexp.MustCompile(`Instant="([^"]+)"`)

// TestInstants: of one provider no two requests have the same Instant, on a clock that stands still and from many callers at once. A
// clock that was set right is followed.
func TestInstants(t *testing.T) {
	clock := remotetest.NewClock(epoch)
	s := start(t, sim.ETSI(), simtest.Approve, &simtest.Options{Clock: clock})
	p, err := sim.New(s.Config(demo))
	require.NoError(t, err)
	key := remote.New(p, &remote.Options{Clock: clock})
	op, err := key.Start(t.Context(), requests("a"), nil)
	require.NoError(t, err)
	var work sync.WaitGroup
	for range 20 {
		work.Go(func() {
			_, err := p.Profiles(t.Context())
			assert.NoError(t, err)
			looked := op.Clone()
			_, err = p.Poll(t.Context(), &looked)
			assert.NoError(t, err)
		})
	}
	work.Wait()
	seen := make(map[string]bool)
	for _, e := range s.Journal() {
		seen[string(instants.FindSubmatch(e.Body)[1])] = true
	}
	require.Len(t, seen, 42) // the certificate, the signature, and those above

	clock.Advance(-4 * time.Minute)
	_, err = p.Profiles(t.Context())
	require.NoError(t, err)
	journal := s.Journal()
	require.Contains(t, string(journal[len(journal)-1].Body), `Instant="2026-01-05T08:56:00.000Z"`)
}

// TestSubject: a number whose certificate is now somebody else's signs nothing.
func TestSubject(t *testing.T) {
	of := func(serial string) *x509.Certificate {
		template := &x509.Certificate{
			SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "TEST", SerialNumber: serial}, NotBefore: epoch.AddDate(0, -1, 0), NotAfter: epoch.AddDate(1, 0, 0),
			KeyUsage: x509.KeyUsageDigitalSignature,
		}
		der, err := x509.CreateCertificate(rand.Reader, template, template, simtest.RSAKey().Public(), simtest.RSAKey())
		require.NoError(t, err)
		cert, err := x509.ParseCertificate(der)
		require.NoError(t, err)
		return cert
	}
	s := start(t, sim.VNMPKI(), simtest.Approve, &simtest.Options{SignText: signText})
	mine, other, none := of("MIDXCANARY1"), of("MIDXCANARY2"), of("")
	for name, tc := range map[string]struct {
		certs []*x509.Certificate
		want  error
	}{
		"the same": {[]*x509.Certificate{mine}, nil}, "another": {[]*x509.Certificate{other}, sim.ErrSubject}, "without": {[]*x509.Certificate{none}, sim.ErrSubject},
		"both": {[]*x509.Certificate{other, mine}, nil},
	} {
		s.Change(demo, func(c *simtest.SIM) { c.Chain = tc.certs })
		c := s.Config(demo)
		c.SubjectSerial = "MIDXCANARY1"
		before := s.Calls(sim.CallSignature)
		sig, err := client(t, c, nil).Sign(t.Context(), digest(name), crypto.SHA256)
		require.ErrorIs(t, err, tc.want, name)
		p, bad := sim.New(c)
		require.NoError(t, bad)
		_, bad = p.SignText(t.Context(), sim.Text{Text: "a", Check: func([]byte, []byte, *x509.Certificate) error { return nil }})
		require.ErrorIs(t, bad, tc.want, name)
		if tc.want == nil {
			require.NotEmpty(t, sig)
			continue
		}
		require.NotContains(t, err.Error(), "CANARY", name)
		require.Equal(t, before, s.Calls(sim.CallSignature), name)
	}
}
