package cms_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.mozilla.org/pkcs7"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/testpki"
)

// fixed is a Signer that returns a value made before: what is left is our own work.
type fixed struct {
	chain []*x509.Certificate
	value []byte
}

func (f fixed) Certificates(context.Context) ([]*x509.Certificate, error) { return f.chain, nil }

func (f fixed) Sign(context.Context, []byte, crypto.SignerOpts) ([]byte, error) { return f.value, nil }

// BenchmarkBuild is what a PDF signature needs of this package, without the key's work and the check of its result.
func BenchmarkBuild(b *testing.B) {
	pki, _ := testpki.Start(b)
	chain := pki.Chain("signer")
	value := make([]byte, 256)
	digest := sha256.Sum256([]byte(text))
	opts := &cms.Options{NoSigningTime: true, InsecureSkipCheck: true, Clock: pki.Now}
	finish := &cms.FinishOptions{InsecureSkipCheck: true}
	b.ReportAllocs()
	for b.Loop() {
		p, err := cms.PrepareDigest(digest[:], crypto.SHA256, chain, opts)
		if err != nil {
			b.Fatal(err)
		}
		_ = p.Request()
		if _, err := p.FinishDER(b.Context(), value, finish); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSign signs a short text with a fixed value.
func BenchmarkSign(b *testing.B) {
	pki, _ := testpki.Start(b)
	s := fixed{pki.Chain("signer"), make([]byte, 256)}
	opts := &cms.Options{InsecureSkipCheck: true, Clock: pki.Now}
	b.ReportAllocs()
	for b.Loop() {
		if err := cms.Sign(b.Context(), io.Discard, strings.NewReader(text), s, opts); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	pki, _ := testpki.Start(b)
	for _, name := range names {
		raw := sign(b, pki, name, text, nil)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				doc, err := cms.Read(b.Context(), bytes.NewReader(raw), &cms.ReadOptions{Content: strings.NewReader(text)})
				require.NoError(b, err)
				require.Len(b, doc.Signatures, 1)
			}
		})
	}
}

// BenchmarkLarge hashes, signs and reads 64 MB from memory: the three are to cost the same.
func BenchmarkLarge(b *testing.B) {
	pki, _ := testpki.Start(b)
	content := make([]byte, 64<<20)
	s := pki.Signer("ec")
	var raw bytes.Buffer
	require.NoError(b, cms.Sign(b.Context(), &raw, bytes.NewReader(content), s, nil))
	run := func(name string, do func() error) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(content)))
			b.ReportAllocs()
			for b.Loop() {
				if err := do(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	run("sha256", func() error { _, err := io.Copy(sha256.New(), onlyReader{bytes.NewReader(content)}); return err })
	run("sign", func() error { return cms.Sign(b.Context(), io.Discard, bytes.NewReader(content), s, nil) })
	run("read", func() error {
		_, err := cms.Read(b.Context(), bytes.NewReader(raw.Bytes()), &cms.ReadOptions{Content: bytes.NewReader(content)})
		return err
	})
}

// onlyReader hides that a reader could write itself to the hash in one piece.
type onlyReader struct{ io.Reader }

// BenchmarkPKCS7 is go.mozilla.org/pkcs7 at the work of BenchmarkSign and BenchmarkRead; its signing includes the key's work.
func BenchmarkPKCS7(b *testing.B) {
	pki, _ := testpki.Start(b)
	raw := sign(b, pki, "ec", text, &cms.Options{Attached: true})
	b.Run("sign", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			sd, err := pkcs7.NewSignedData([]byte(text))
			require.NoError(b, err)
			sd.SetDigestAlgorithm(pkcs7.OIDDigestAlgorithmSHA256)
			require.NoError(b, sd.AddSigner(pki.Certificate("ec"), pki.Key("ec"), pkcs7.SignerInfoConfig{}))
			_, err = sd.Finish()
			require.NoError(b, err)
		}
	})
	b.Run("verify", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			p7, err := pkcs7.Parse(raw)
			require.NoError(b, err)
			require.NoError(b, p7.Verify())
		}
	})
}

// BenchmarkReadArchive reads and judges a B-LTA file with three archive time-stamps.
func BenchmarkReadArchive(b *testing.B) {
	pki, _ := testpki.Start(b)
	o := archive(pki)
	o.Attached = true
	raw := sign(b, pki, "signer", text, o)
	for range 2 {
		raw = extend(b, pki, raw, cms.LevelBLTA, "")
	}
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		doc, err := cms.Read(b.Context(), bytes.NewReader(raw), nil)
		if err != nil || doc.Signatures[0].Level != cms.LevelBLTA {
			b.Fatal(err)
		}
	}
}

// BenchmarkExtend refreshes a B-LTA file; the time-stamp authority and the evidence are at hand in process.
func BenchmarkExtend(b *testing.B) {
	pki, _ := testpki.Start(b)
	o := archive(pki)
	o.Attached = true
	raw := sign(b, pki, "signer", text, o)
	b.ReportAllocs()
	for b.Loop() {
		e := extendOptions(pki, cms.LevelBLTA, "")
		e.Collector = contented{}
		if err := cms.Extend(b.Context(), io.Discard, bytes.NewReader(raw), e); err != nil {
			b.Fatal(err)
		}
	}
}
