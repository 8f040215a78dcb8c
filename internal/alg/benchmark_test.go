package alg

import (
	"crypto"
	"crypto/rand"
	"testing"
)

func BenchmarkVerify(b *testing.B) {
	for _, key := range []crypto.Signer{rsaKey(), p256(), p384(), p521(), edKey()} {
		for _, pss := range []bool{false, true} {
			s, err := ForKey(key.Public(), 0, pss)
			if err != nil {
				continue
			}
			input := []byte("message")
			if !s.SignsMessage() {
				input = digest(s.Hash, input)
			}
			sig := must(key.Sign(rand.Reader, input, s.SignerOpts()))
			b.Run(KeyName(key.Public())+"/"+s.Name(), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := s.Verify(key.Public(), input, sig); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkForKey(b *testing.B) {
	for _, key := range []crypto.Signer{rsaKey(), p256(), edKey()} {
		b.Run(KeyName(key.Public()), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := ForKey(key.Public(), 0, false); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkParseSignature(b *testing.B) {
	for _, s := range []Signature{{RSAPKCS1v15, crypto.SHA256, 0}, {RSAPSS, crypto.SHA256, 32}, {ECDSA, crypto.SHA256, 0}} {
		id := s.Identifier()
		b.Run(s.Name(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := ParseSignature(id, crypto.SHA256); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
