package keyfile

import (
	"crypto/x509"
	"testing"

	"software.sslmate.com/src/go-pkcs12"
)

// BenchmarkLoadPKCS12 beside go-pkcs12, on the same file.
func BenchmarkLoadPKCS12(b *testing.B) {
	f := fixtures()
	for name, enc := range map[string]*pkcs12.Encoder{"modern": pkcs12.Modern2023, "legacy": pkcs12.LegacyRC2} {
		pfx := must(enc.Encode(f.keys["p256"], f.leaves["p256"], []*x509.Certificate{f.ca}, secret))
		b.Run(name+"/kyso", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := LoadPKCS12(pfx, secret); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/go-pkcs12", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, _, err := pkcs12.DecodeChain(pfx, secret); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkLoadPEM(b *testing.B) {
	f := fixtures()
	for _, name := range keyNames {
		key, cert := keyPEM(f.keys[name]), certPEM(f.leaves[name])
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := LoadPEM(key, cert, ""); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
