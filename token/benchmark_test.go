//go:build cgo

package token_test

import (
	"crypto"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/miekg/pkcs11"
	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/softhsm"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/token"
)

// prefix is the DigestInfo of SHA-256 before the digest (RFC 8017, 9.2).
var prefix = []byte{0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20}

// plainLoop is what one would write without this package: a session, a key, C_SignInit and C_Sign.
type plainLoop struct {
	ctx  *pkcs11.Ctx
	slot uint
	key  pkcs11.ObjectHandle
	main pkcs11.SessionHandle
}

func newPlainLoop(b testing.TB, label string) *plainLoop {
	b.Helper()
	ctx := pkcs11.New(softHSM(b))
	require.NotNil(b, ctx)
	slots, err := ctx.GetSlotList(true)
	require.NoError(b, err)
	for _, slot := range slots {
		if info, err := ctx.GetTokenInfo(slot); err == nil && info.Label == label {
			p := &plainLoop{ctx: ctx, slot: slot}
			p.main = p.session(b)
			if err := ctx.Login(p.main, pkcs11.CKU_USER, softhsm.PIN); err != nil {
				require.ErrorIs(b, err, pkcs11.Error(pkcs11.CKR_USER_ALREADY_LOGGED_IN))
			}
			require.NoError(b, ctx.FindObjectsInit(p.main, []*pkcs11.Attribute{pkcs11.NewAttribute(pkcs11.CKA_CLASS, pkcs11.CKO_PRIVATE_KEY)}))
			found, _, err := ctx.FindObjects(p.main, 1)
			require.NoError(b, err)
			require.NoError(b, ctx.FindObjectsFinal(p.main))
			p.key = found[0]
			return p
		}
	}
	b.Fatal("no such token")
	return nil
}

func (p *plainLoop) session(b testing.TB) pkcs11.SessionHandle {
	s, err := p.ctx.OpenSession(p.slot, pkcs11.CKF_SERIAL_SESSION)
	require.NoError(b, err)
	b.Cleanup(func() { _ = p.ctx.CloseSession(s) })
	return s
}

func (p *plainLoop) sign(b testing.TB, s pkcs11.SessionHandle, digest []byte) {
	if err := p.ctx.SignInit(s, []*pkcs11.Mechanism{pkcs11.NewMechanism(pkcs11.CKM_RSA_PKCS, nil)}, p.key); err != nil {
		b.Error(err)
	}
	if _, err := p.ctx.Sign(s, append(append(make([]byte, 0, 51), prefix...), digest...)); err != nil {
		b.Error(err)
	}
}

func benchSigner(b testing.TB, label string, opts token.SignerOptions) *token.Signer {
	b.Helper()
	opts.PIN = token.PIN(softhsm.PIN)
	s, err := open(b, softHSM(b), label).Signer(b.Context(), token.Choice{}, &opts)
	require.NoError(b, err)
	b.Cleanup(func() { _ = s.Close() })
	_, err = s.Sign(b.Context(), digest("first"), crypto.SHA256)
	require.NoError(b, err)
	return s
}

// BenchmarkAgainstCSign compares RSA-2048 signatures with a plain loop of C_Sign. The three take turns, and the fastest of each counts,
// since a machine that does other things besides slows some of them; reported is that time, and by how many per cent it is above the
// plain loop's.
func BenchmarkAgainstCSign(b *testing.B) {
	label, _ := makeToken(b, onToken("signer")...)
	plain := newPlainLoop(b, label)
	unchecked, checked := benchSigner(b, label, token.SignerOptions{InsecureSkipCheck: true}), benchSigner(b, label, token.SignerOptions{})
	d := digest("a")
	fastest := [3]time.Duration{time.Hour, time.Hour, time.Hour}
	for b.Loop() {
		for i, sign := range []func(){
			func() { plain.sign(b, plain.main, d) },
			func() { _, _ = unchecked.Sign(b.Context(), d, crypto.SHA256) },
			func() { _, _ = checked.Sign(b.Context(), d, crypto.SHA256) },
		} {
			began := time.Now()
			sign()
			fastest[i] = min(fastest[i], time.Since(began))
		}
	}
	report(b, fastest[:], 1, "plain", "unchecked", "checked")
}

// BenchmarkFourThreads does the same with four at once, each of 25 signatures a round.
func BenchmarkFourThreads(b *testing.B) {
	label, _ := makeToken(b, onToken("signer")...)
	plain := newPlainLoop(b, label)
	sessions := make([]pkcs11.SessionHandle, 4)
	for i := range sessions {
		sessions[i] = plain.session(b)
	}
	unchecked, checked := benchSigner(b, label, token.SignerOptions{InsecureSkipCheck: true}), benchSigner(b, label, token.SignerOptions{})
	d := digest("a")
	four := func(sign func(i int)) {
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() {
				for range 25 {
					sign(i)
				}
			})
		}
		wg.Wait()
	}
	fastest := [3]time.Duration{time.Hour, time.Hour, time.Hour}
	for b.Loop() {
		for i, sign := range []func(i int){
			func(i int) { plain.sign(b, sessions[i], d) },
			func(int) { _, _ = unchecked.Sign(b.Context(), d, crypto.SHA256) },
			func(int) { _, _ = checked.Sign(b.Context(), d, crypto.SHA256) },
		} {
			began := time.Now()
			four(sign)
			fastest[i] = min(fastest[i], time.Since(began))
		}
	}
	report(b, fastest[:], 100, "plain", "unchecked", "checked")
}

func report(b *testing.B, spent []time.Duration, n int, names ...string) {
	for i, name := range names {
		b.ReportMetric(float64(spent[i].Microseconds())/float64(n), name+"-µs/sig")
		if i > 0 {
			b.ReportMetric(100*(float64(spent[i])/float64(spent[0])-1), name+"-%over")
		}
	}
	b.ReportMetric(0, "ns/op")
}

// BenchmarkThousandInvoices signs 1 000 digests under one log-in.
func BenchmarkThousandInvoices(b *testing.B) {
	label, _ := makeToken(b, onToken("signer")...)
	reqs := make([]signer.Request, 1000)
	for i := range reqs {
		reqs[i] = signer.Request{Digest: digest(fmt.Sprint(i)), Opts: crypto.SHA256}
	}
	for _, parallel := range []int{1, 4} {
		b.Run(fmt.Sprint("parallel=", parallel), func(b *testing.B) {
			s := benchSigner(b, label, token.SignerOptions{Parallel: parallel})
			for b.Loop() {
				if _, err := s.SignBatch(b.Context(), reqs); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkOpen finds the certificate of a token and logs in.
func BenchmarkOpen(b *testing.B) {
	label, _ := makeToken(b, onToken("signer")...)
	tok := open(b, softHSM(b), label)
	for b.Loop() {
		s, err := tok.Signer(b.Context(), token.Choice{}, &token.SignerOptions{PIN: token.PIN(softhsm.PIN)})
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
