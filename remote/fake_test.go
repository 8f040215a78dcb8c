package remote_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/remotetest"
	"github.com/kyso-dev/kyso/signer"
)

var epoch = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)

// fake is a service in memory: what it answers to Start and to each Poll is a script.
type fake struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate

	mu     sync.Mutex
	info   remote.Info
	start  func(op *remote.Operation) (remote.Status, error)
	poll   func(op *remote.Operation, n int) (remote.Status, error)
	starts int
	polls  int
}

var testKey = sync.OnceValue(func() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
})

func newFake(t testing.TB) *fake {
	t.Helper()
	key := testKey()
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(0x5401), Subject: pkix.Name{CommonName: "Subscriber"}, NotBefore: epoch.Add(-time.Hour), NotAfter: epoch.AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	f := &fake{key: key, cert: cert, info: remote.Info{Name: "fake", Subscriber: "https://fake/ 079000000000"}}
	f.start = func(*remote.Operation) (remote.Status, error) { return remote.Status{State: remote.StateWaiting}, nil }
	f.poll = func(op *remote.Operation, n int) (remote.Status, error) { return f.signed(op), nil }
	return f
}

// signed is what a service that has signed says.
func (f *fake) signed(op *remote.Operation) remote.Status {
	s := remote.Status{State: remote.StateSigned, Signatures: map[string][]byte{}}
	for _, d := range op.Documents {
		s.Signatures[d.ID] = f.sign(d.Digest)
	}
	return s
}

func (f *fake) sign(digest []byte) []byte {
	sig, err := ecdsa.SignASN1(rand.Reader, f.key, digest)
	if err != nil {
		panic(err)
	}
	return sig
}

func (f *fake) Info() remote.Info { return f.info }

func (f *fake) Certificates(context.Context) ([]*x509.Certificate, error) {
	return []*x509.Certificate{f.cert}, nil
}

func (f *fake) Start(_ context.Context, op *remote.Operation) (remote.Status, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.starts++
	return f.start(op)
}

func (f *fake) Poll(_ context.Context, op *remote.Operation) (remote.Status, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.polls++
	return f.poll(op, f.polls)
}

func digest(s string) []byte {
	d := sha256.Sum256([]byte(s))
	return d[:]
}

func request(names ...string) []signer.Request {
	reqs := make([]signer.Request, len(names))
	for i, n := range names {
		reqs[i] = signer.Request{Digest: digest(n), Opts: crypto.SHA256, DocumentID: n, Title: n + ".pdf"}
	}
	return reqs
}

func client(f *fake, opts *remote.Options) (*remote.Client, *remotetest.Clock) {
	clock := remotetest.NewFastClock(epoch)
	if opts == nil {
		opts = new(remote.Options)
	}
	opts.Clock = clock
	return remote.New(f, opts), clock
}
