package pdfobj_test

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/kyso-dev/kyso/internal/pdfobj"
)

// plainHex is 7.3.4.3 to the letter: digits in pairs, anything else passed over, a missing last digit is 0.
func plainHex(b []byte) string {
	var digits []byte
	for _, c := range bytes.ToLower(b) {
		if i := strings.IndexByte("0123456789abcdef", c); i >= 0 {
			digits = append(digits, byte(i))
		}
	}
	if len(digits)%2 == 1 {
		digits = append(digits, 0)
	}
	var out []byte
	for i := 0; i < len(digits); i += 2 {
		out = append(out, digits[i]<<4|digits[i+1])
	}
	return string(out)
}

// TestHexAgreesWithPlainReading: the quick way must read every string as the plain one does, wherever zeros, odd ends and octets that are
// no digits fall.
func TestHexAgreesWithPlainReading(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 3))
	parts := []string{"0", "00", strings.Repeat("0", 63), strings.Repeat("0", 64), strings.Repeat("0", 65), strings.Repeat("0", 700),
		"1", "aF", "30820A", " ", "\n", "g", "\x00", "\xff", "(", strings.Repeat("9c", 150), strings.Repeat("0 ", 70)}
	for range 20000 {
		var b []byte
		for range random.IntN(8) {
			b = append(b, parts[random.IntN(len(parts))]...)
		}
		if got, want := string(pdfobj.DecodeHex(b)), plainHex(b); got != want {
			t.Fatalf("<%s>: %x, want %x", b, got, want)
		}
	}
	for c := range 256 {
		b := []byte{'1', byte(c), '2'}
		if got, want := string(pdfobj.DecodeHex(b)), plainHex(b); got != want {
			t.Fatalf("<%q>: %x, want %x", b, got, want)
		}
	}
}

func BenchmarkHex(b *testing.B) {
	signature := []byte(strings.Repeat("3082abcd", 1000) + strings.Repeat("0", 12000))
	b.SetBytes(int64(len(signature)))
	b.ReportAllocs()
	for b.Loop() {
		pdfobj.DecodeHex(signature)
	}
}
