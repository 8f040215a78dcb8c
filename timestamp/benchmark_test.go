package timestamp_test

import (
	"crypto"
	"testing"

	digitorus "github.com/digitorus/timestamp"

	"github.com/kyso-dev/kyso/timestamp"
)

func BenchmarkRequest(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		r, err := timestamp.NewRequest(testDigest, crypto.SHA256)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := r.Marshal(); err != nil {
			b.Fatal(err)
		}
	}
}

func benchmarkRead(b *testing.B, kind string, read func([]byte) error) {
	a := newAuthorityWith(b, kind)
	raw := timestamp.MarshalResponse(timestamp.Granted, 0, a.stamp(testDigest, crypto.SHA256))
	b.ReportAllocs()
	for b.Loop() {
		if err := read(raw); err != nil {
			b.Fatal(err)
		}
	}
}

func parseResponse(raw []byte) error { _, err := timestamp.ParseResponse(raw); return err }

func checkResponse(raw []byte) error {
	token, err := timestamp.ParseResponse(raw)
	if err != nil {
		return err
	}
	return token.Check(testDigest, crypto.SHA256)
}

// The second opinion always checks the signature, and nothing but the signature.
func digitorusResponse(raw []byte) error { _, err := digitorus.ParseResponse(raw); return err }

func BenchmarkParseRSA(b *testing.B)                { benchmarkRead(b, "rsa", parseResponse) }
func BenchmarkParseAndCheckRSA(b *testing.B)        { benchmarkRead(b, "rsa", checkResponse) }
func BenchmarkParseAndCheckP256(b *testing.B)       { benchmarkRead(b, "p256", checkResponse) }
func BenchmarkDigitorusParseCheckRSA(b *testing.B)  { benchmarkRead(b, "rsa", digitorusResponse) }
func BenchmarkDigitorusParseCheckP256(b *testing.B) { benchmarkRead(b, "p256", digitorusResponse) }
