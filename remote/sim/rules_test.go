package sim_test

import (
	"bytes"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/sim"
	"github.com/kyso-dev/kyso/remote/sim/internal/mss"
	"github.com/kyso-dev/kyso/remote/sim/simtest"
	"github.com/kyso-dev/kyso/signer"
)

// through is an HTTP transport with something before it; nil goes on.
type through func(*http.Request) *http.Response

func (f through) RoundTrip(r *http.Request) (*http.Response, error) {
	if res := f(r); res != nil {
		return res, nil
	}
	return http.DefaultTransport.RoundTrip(r)
}

var transID = regexp.MustCompile(`^[a-z][0-9a-z]{0,31}$`)

// TestTransactions: every intent has an AP_TransID of its own, which all servers take, and its looks have the same. What is signed is a
// DigestInfo with NULL parameters.
func TestTransactions(t *testing.T) {
	r := new(recorder)
	s := start(t, sim.ETSI(), simtest.Approve, nil)
	c := s.Config(demo)
	c.HTTPClient = &http.Client{Transport: r}
	key := client(t, c, nil)
	for _, name := range []string{"a", "b", "a"} { // the same again is another intent
		_, err := key.Sign(t.Context(), digest(name), crypto.SHA256)
		require.NoError(t, err)
	}
	of := make(map[sim.Call]map[string]int)
	for _, body := range r.requests {
		m, err := mss.Form{}.Read(body)
		require.NoError(t, err)
		require.Regexp(t, transID, m.APTransID)
		require.Regexp(t, `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`, m.Instant)
		if of[m.Call] == nil {
			of[m.Call] = make(map[string]int)
		}
		of[m.Call][m.APTransID]++
		if m.Call == mss.Signature && of[m.Call][m.APTransID] == 1 && len(of[m.Call]) == 1 {
			info, err := base64.StdEncoding.DecodeString(m.Data.Text)
			require.NoError(t, err)
			require.Equal(t, append([]byte("\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"), digest("a")...), info)
		}
	}
	require.Len(t, of[mss.Signature], 3)
	for id := range of[mss.Status] {
		require.Contains(t, of[mss.Signature], id)
	}
	require.Len(t, of[mss.Status], 3)
	for id := range of[mss.Registration] {
		require.NotContains(t, of[mss.Signature], id)
	}
}

// TestRetryAfter: whoever asks for a pause before the next look is given it.
func TestRetryAfter(t *testing.T) {
	for _, text := range []bool{false, true} {
		s := start(t, sim.ETSI(), simtest.Approve, &simtest.Options{SignText: signText})
		c := s.Config(demo)
		var looks []time.Time
		c.HTTPClient = &http.Client{Transport: through(func(r *http.Request) *http.Response {
			if r.URL.Path != sim.ETSI().Ports[sim.CallStatus] {
				return nil
			}
			if looks = append(looks, c.Clock.Now()); len(looks) > 1 {
				return nil
			}
			return &http.Response{StatusCode: http.StatusServiceUnavailable, Header: http.Header{"Retry-After": {"37"}}, Body: io.NopCloser(bytes.NewReader(nil)), Request: r}
		})}
		p, err := sim.New(c)
		require.NoError(t, err)
		if text {
			_, err = p.SignText(t.Context(), sim.Text{Text: "a", Check: cms.CheckContent})
		} else {
			_, err = remote.New(p, &remote.Options{Clock: c.Clock}).Sign(t.Context(), digest("a"), crypto.SHA256)
		}
		require.NoError(t, err)
		require.Len(t, looks, 2)
		require.GreaterOrEqual(t, looks[1].Sub(looks[0]), 37*time.Second)
	}
}

// TestOneLookAtATime: however many wait for a number, the service is asked one question at a time.
func TestOneLookAtATime(t *testing.T) {
	s := start(t, sim.ETSI(), simtest.Ask, nil)
	c := s.Config(demo)
	var now, most atomic.Int32
	c.HTTPClient = &http.Client{Transport: through(func(r *http.Request) *http.Response {
		if r.URL.Path == sim.ETSI().Ports[sim.CallStatus] {
			most.Store(max(most.Load(), now.Add(1)))
			time.Sleep(2 * time.Millisecond)
			now.Add(-1)
		}
		return nil
	})}
	key := client(t, c, nil)
	op, err := key.Start(t.Context(), requests("a"), nil)
	require.NoError(t, err)
	var work sync.WaitGroup
	for range 10 {
		work.Go(func() {
			looked := op.Clone()
			assert.NoError(t, key.Poll(t.Context(), &looked))
		})
	}
	work.Wait()
	require.EqualValues(t, 1, most.Load())
	require.Equal(t, 10, s.Calls(sim.CallStatus))
}

// TestNotSentOn: an answer that sends the request somewhere else is not followed: it may have been acted on.
func TestNotSentOn(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		var here, elsewhere atomic.Int32
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/elsewhere" {
				elsewhere.Add(1)
				return
			}
			here.Add(1)
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(status)
		}))
		chain, err := authority().Issue("TEST", simtest.RSAKey(), time.Time{}, 0)
		require.NoError(t, err)
		s := start(t, sim.TR(), simtest.Approve, nil)
		c := s.Config(demo)
		c.BaseURL, c.Chain = server.URL, chain
		_, err = client(t, c, nil).Sign(t.Context(), digest("a"), crypto.SHA256)
		require.ErrorIs(t, err, signer.ErrOutcomeUnknown)
		require.EqualValues(t, 1, here.Load())
		require.Zero(t, elsewhere.Load())
		server.Close()
	}
}

// TestNobodyThere: where nobody was reached nothing was asked, so the caller may ask again, and is not held up by it.
func TestNobodyThere(t *testing.T) {
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, nobody.Close())
	old := httptest.NewUnstartedServer(http.NotFoundHandler())                        // speaks TLS 1.1
	old.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11} //nolint:gosec // what is refused
	old.Config.ErrorLog = log.New(io.Discard, "", 0)
	old.StartTLS()
	defer old.Close()
	roots := x509.NewCertPool()
	roots.AddCert(old.Certificate())

	s := start(t, sim.TR(), simtest.Approve, nil)
	store := remote.NewMemoryStore()
	for _, address := range []string{"http://" + nobody.Addr().String(), old.URL} {
		c := s.Config(demo)
		c.BaseURL, c.TLS = address, &tls.Config{RootCAs: roots}
		_, err := client(t, c, &remote.Options{Store: store}).Sign(t.Context(), digest("a"), crypto.SHA256)
		require.ErrorIs(t, err, remote.ErrUnavailable)
		require.NotErrorIs(t, err, signer.ErrOutcomeUnknown)
		kept, err := store.List(t.Context(), "")
		require.NoError(t, err)
		require.Empty(t, kept)
	}
	_, err = client(t, s.Config(demo), &remote.Options{Store: store}).Sign(t.Context(), digest("a"), crypto.SHA256)
	require.NoError(t, err)
	require.Equal(t, 1, s.Signatures())
}
