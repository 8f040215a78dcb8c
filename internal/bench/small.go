package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/x509"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/digitorus/pdf"
	"github.com/digitorus/pdfsign/sign"
	"go.mozilla.org/pkcs7"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/demodoc"
	"github.com/kyso-dev/kyso/internal/testpki"
	kysopdf "github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/verify"
)

// precomputed is a key that answers at once with the same octets: what remains is the library's own work.
type precomputed struct {
	public crypto.PublicKey
	chain  []*x509.Certificate
	value  []byte
}

func (p *precomputed) Certificates(context.Context) ([]*x509.Certificate, error) { return p.chain, nil }

func (p *precomputed) Sign(context.Context, []byte, crypto.SignerOpts) ([]byte, error) {
	return p.value, nil
}

// cryptoPrecomputed is the same for libraries that take a crypto.Signer.
type cryptoPrecomputed struct{ *precomputed }

func (p cryptoPrecomputed) Public() crypto.PublicKey { return p.public }

func (p cryptoPrecomputed) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return p.value, nil
}

// smallDocuments measures a PDF of one page and a text file, at B-B.
func smallDocuments(w io.Writer) error {
	pki, err := testpki.New(nil)
	if err != nil {
		return err
	}
	defer pki.Close()
	chain := pki.Chain("signer")
	fake := &precomputed{public: chain[0].PublicKey, chain: chain, value: bytes.Repeat([]byte{0x5A}, 256)}
	document := demodoc.PDF("kyso bench")
	text := []byte("kyso bench\n")

	fmt.Fprintf(w, "small documents: PDF of %d octets, text of %d octets, key taken off, B-B\n", len(document), len(text))
	fmt.Fprintf(w, "%-34s %12s %12s %12s\n", "", "time", "allocations", "octets")
	ours := printSmall(w, "sign a PDF: kyso", signSmallPDF(document, fake))
	peer := printSmall(w, "sign a PDF: digitorus/pdfsign", signSmallPDFSign(document, fake))
	fmt.Fprintf(w, "%-34s %12.2f %12.2f\n", "  ratio", ratio(ours.NsPerOp(), peer.NsPerOp()), ratio(ours.AllocsPerOp(), peer.AllocsPerOp()))
	printSmall(w, "sign a text, CMS: kyso", signSmallCMS(text, fake, &cms.Options{InsecureSkipCheck: true}))
	// pkcs7 takes only Go's own private keys, so here RSA counts, for both alike.
	ours = printSmall(w, "sign a text with RSA: kyso", signSmallCMS(text, pki.Signer("signer"), &cms.Options{InsecureSkipCheck: true}))
	peer = printSmall(w, "sign a text with RSA: mozilla/pkcs7", signSmallPKCS7(text, chain, pki.Key("signer")))
	fmt.Fprintf(w, "%-34s %12.2f %12.2f\n", "  ratio", ratio(ours.NsPerOp(), peer.NsPerOp()), ratio(ours.AllocsPerOp(), peer.AllocsPerOp()))

	return verifySmall(w, pki.Signer("signer"), document, text)
}

func ratio(a, b int64) float64 { return float64(a) / float64(b) }

func printSmall(w io.Writer, title string, work func(b *testing.B)) testing.BenchmarkResult {
	r := testing.Benchmark(work)
	fmt.Fprintf(w, "%-34s %9.1f µs %12d %12d\n", title, float64(r.NsPerOp())/1000, r.AllocsPerOp(), r.AllocedBytesPerOp())
	return r
}

func signSmallPDF(document []byte, s signer.Signer) func(*testing.B) {
	return func(b *testing.B) {
		opts := &kysopdf.Options{InsecureSkipCheck: true}
		for b.Loop() {
			if err := kysopdf.Sign(context.Background(), io.Discard, bytes.NewReader(document), int64(len(document)), s, opts); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func signSmallPDFSign(document []byte, fake *precomputed) func(*testing.B) {
	return func(b *testing.B) {
		for b.Loop() {
			in := bytes.NewReader(document)
			reader, err := pdf.NewReader(in, int64(len(document)))
			if err != nil {
				b.Fatal(err)
			}
			err = sign.Sign(in, io.Discard, reader, int64(len(document)), sign.SignData{
				Signature: sign.SignDataSignature{
					Info:     sign.SignDataSignatureInfo{Name: "kyso bench", Date: time.Now()},
					CertType: sign.ApprovalSignature,
				},
				Signer:            cryptoPrecomputed{fake},
				DigestAlgorithm:   crypto.SHA256,
				Certificate:       fake.chain[0],
				CertificateChains: [][]*x509.Certificate{fake.chain},
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

func signSmallCMS(text []byte, s signer.Signer, opts *cms.Options) func(*testing.B) {
	return func(b *testing.B) {
		for b.Loop() {
			if err := cms.Sign(context.Background(), io.Discard, bytes.NewReader(text), s, opts); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func signSmallPKCS7(text []byte, chain []*x509.Certificate, key crypto.Signer) func(*testing.B) {
	return func(b *testing.B) {
		for b.Loop() {
			sd, err := pkcs7.NewSignedData(text)
			if err != nil {
				b.Fatal(err)
			}
			sd.SetDigestAlgorithm(pkcs7.OIDDigestAlgorithmSHA256)
			if err := sd.AddSignerChain(chain[0], key, chain[1:], pkcs7.SignerInfoConfig{}); err != nil {
				b.Fatal(err)
			}
			sd.Detach()
			if _, err := sd.Finish(); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// verifySmall measures verifying, RSA and all, since no library can leave that out.
func verifySmall(w io.Writer, s signer.Signer, document, text []byte) error {
	var signedPDF, signedCMS bytes.Buffer
	ctx := context.Background()
	if err := kysopdf.Sign(ctx, &signedPDF, bytes.NewReader(document), int64(len(document)), s, nil); err != nil {
		return err
	}
	if err := cms.Sign(ctx, &signedCMS, bytes.NewReader(text), s, nil); err != nil {
		return err
	}
	verifyOne := func(doc []byte, opts *verify.Options) func(*testing.B) {
		return func(b *testing.B) {
			for b.Loop() {
				r, err := new(verify.Verifier).Verify(ctx, bytes.NewReader(doc), int64(len(doc)), opts)
				if err != nil || r.Signatures[0].Integrity.Signature != cms.Intact {
					b.Fatal(err, "not intact")
				}
			}
		}
	}
	printSmall(w, "verify a PDF: kyso", verifyOne(signedPDF.Bytes(), nil))
	printSmall(w, "verify a PDF: digitorus/pdfsign", verifySmallPDFSign(signedPDF.Bytes()))
	content := &verify.Options{Content: bytes.NewReader(text), ContentSize: int64(len(text))}
	printSmall(w, "verify a CMS: kyso", verifyOne(signedCMS.Bytes(), content))
	printSmall(w, "verify a CMS: mozilla/pkcs7", func(b *testing.B) {
		for b.Loop() {
			p, err := pkcs7.Parse(signedCMS.Bytes())
			if err != nil {
				b.Fatal(err)
			}
			p.Content = text
			if err := p.Verify(); err != nil {
				b.Fatal(err)
			}
		}
	})
	return nil
}
