package revoke_test

import (
	"math/big"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/internal/pki"
	"github.com/kyso-dev/kyso/internal/revoke"
)

// large is a list of nearly 30 MB, its entries as they come: numbers of 16 octets out of order, reasons here and there.
var large = sync.OnceValue(func() [][]byte {
	var entries [][]byte
	for size, n := 0, int64(0); size < 29<<20; n++ {
		serial := new(big.Int).Mul(big.NewInt(n*7919+1), new(big.Int).Lsh(big.NewInt(0x7fffffff12345), 72))
		var extensions []byte
		if n%3 > 0 {
			extensions = der.Encode(der.Sequence, reason(byte(n%3)))
		}
		e := der.Encode(der.Sequence, der.AppendBigInt(nil, serial.Rsh(serial, 8)), der.AppendTime(nil, now.Add(-time.Duration(n)*time.Minute)), extensions)
		entries = append(entries, e)
		size += len(e)
	}
	return entries
})

func BenchmarkParseLargeCRL(b *testing.B) {
	root := issue(b, "Root", 1, nil, nil)
	raw := list{by: root, entries: large()}.raw(b)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		l, err := revoke.ParseCRL(raw)
		require.NoError(b, err)
		require.Greater(b, l.Len(), 500_000)
	}
}

func BenchmarkLargeCRL(b *testing.B) {
	root := issue(b, "Root", 1, nil, nil)
	leaf := issue(b, "End", 7, root, end)
	l := list{by: root, entries: append(large(), entry(9))}.crl(b)
	ev := revoke.NewEvidence(nil, nil, []*revoke.CRL{l})
	for _, c := range []struct {
		name   string
		serial int64
	}{{"not listed", 7}, {"listed last", 9}} {
		b.Run(c.name, func(b *testing.B) {
			cert := *leaf.pki
			cert.Serial = big.NewInt(c.serial)
			chain := []*pki.Certificate{&cert, root.pki}
			b.ReportAllocs()
			for b.Loop() {
				answers, _ := revoke.Answers(chain, 0, ev, nil)
				require.Equal(b, c.serial == 9, answers[0].State == revoke.Revoked)
			}
		})
	}
}

// BenchmarkAnswers asks about a certificate with one response and one list at hand, whose signatures are known already.
func BenchmarkAnswers(b *testing.B) {
	root := issue(b, "Root", 1, nil, nil)
	leaf := issue(b, "End", 7, root, end)
	delegate := issue(b, "Responder", 20, root, responder)
	r := reply{by: delegate, certs: []*node{delegate}, singles: [][]byte{say{issuer: root, serial: 7}.raw()}}
	raw := r.raw(b)
	ev := revoke.NewEvidence(nil, []*revoke.Response{r.response(b)}, []*revoke.CRL{list{by: root, entries: [][]byte{entry(6), entry(8)}}.crl(b)})
	b.Run("known", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if answers, _ := revoke.Answers(chainOf(leaf, root), 0, ev, nil); len(answers) != 2 {
				b.Fatal(answers)
			}
		}
	})
	b.Run("read and verified", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			fresh, err := revoke.ParseResponse(raw)
			if err != nil {
				b.Fatal(err)
			}
			if answers, _ := revoke.Answers(chainOf(leaf, root), 0, revoke.NewEvidence(nil, []*revoke.Response{fresh}, nil), nil); len(answers) != 1 {
				b.Fatal(answers)
			}
		}
	})
}
