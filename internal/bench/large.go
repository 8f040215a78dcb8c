package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/demodoc"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/signer/keyfile"
	"github.com/kyso-dev/kyso/verify"
)

// job is one thing measured over a large document, and the plain work that it is held against.
type job struct {
	name, title string
	run         func(o *options, s signer.Signer) error
	baseline    func(o *options) error
}

var jobs = []job{
	{"pdf-sign", "sign a PDF, B-B", (*options).signPDF, (*options).hashAndCopyPDF},
	{"pdf-verify", "verify a PDF", (*options).verifyPDF, (*options).hashSignedPDF},
	{"cms-sign", "sign a file, detached CMS, B-B", (*options).signCMS, (*options).hashFile},
	{"cms-verify", "verify a detached CMS", (*options).verifyCMS, (*options).hashFile},
	{"xml-sign", "sign an XML invoice", (*options).signXML, (*options).hashXML},
	{"xml-read", "check an XML invoice", (*options).readXML, (*options).hashSignedXML},
}

// Names of the files in the working folder.
const (
	plainPDF  = "plain.pdf"
	signedPDF = "signed.pdf"
	outPDF    = "out.pdf"
	copyPDF   = "copy.pdf"
	plainFile = "plain.bin"
	signedCMS = "signed.p7s"
	outCMS    = "out.p7s"
	keyPath   = "key.p12"
	keySecret = "key.pass"
)

// prepareInputs makes the documents, a key, and what the verifying jobs verify.
func (o *options) prepareInputs() error {
	pki, err := testpki.New(nil)
	if err != nil {
		return err
	}
	defer pki.Close()
	p12, err := pki.PKCS12("signer")
	if err != nil {
		return err
	}
	err = errors.Join(os.WriteFile(o.path(keyPath), p12, 0o600), os.WriteFile(o.path(keySecret), []byte(pki.Password()), 0o600),
		o.writeFile(plainPDF, o.size), o.writeFile(plainFile, o.size))
	if err != nil {
		return err
	}
	s := pki.Signer("signer")
	if err := o.pdfTo(signedPDF, s); err != nil {
		return err
	}
	if err := o.cmsTo(signedCMS, s); err != nil {
		return err
	}
	return o.prepareXML(s)
}

func (o *options) writeFile(name string, size int64) error {
	f, err := os.Create(o.path(name))
	if err != nil {
		return err
	}
	return errors.Join(demodoc.WritePDF(f, size, "kyso bench"), f.Close())
}

// runJob measures one job in this process and prints the result.
func (o *options) runJob(w io.Writer) error {
	switch o.job {
	case "pdfsign":
		return o.pdfsignJob()
	case "goxmldsig":
		return o.goxmldsigJob()
	}
	for _, j := range jobs {
		if j.name == o.job {
			r, err := o.measure(j)
			if err != nil {
				return err
			}
			return json.NewEncoder(w).Encode(r)
		}
	}
	return fmt.Errorf("there is no job %q", o.job)
}

func (o *options) measure(j job) (result, error) {
	password, err := os.ReadFile(o.path(keySecret))
	if err != nil {
		return result{}, err
	}
	s, err := keyfile.OpenPKCS12(o.path(keyPath), string(password))
	if err != nil {
		return result{}, err
	}
	var ours, plain []float64
	for round := -1; round < o.rounds; round++ { // the first round warms the cache
		b, err := timed(func() error { return j.baseline(o) })
		if err != nil {
			return result{}, err
		}
		k, err := timed(func() error { return j.run(o, s) })
		if err != nil {
			return result{}, err
		}
		if round >= 0 {
			plain, ours = append(plain, b), append(ours, k)
		}
	}
	return result{Seconds: median(ours), Baseline: median(plain), Peak: peakMemory()}, nil
}

func timed(work func() error) (float64, error) {
	start := time.Now()
	err := work()
	return time.Since(start).Seconds(), err
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

func (o *options) signPDF(s signer.Signer) error { return o.pdfTo(outPDF, s) }

func (o *options) pdfTo(name string, s signer.Signer) error {
	return o.between(plainPDF, name, func(in, out *os.File, size int64) error {
		return pdf.Sign(context.Background(), out, in, size, s, nil)
	})
}

func (o *options) signCMS(s signer.Signer) error { return o.cmsTo(outCMS, s) }

func (o *options) cmsTo(name string, s signer.Signer) error {
	return o.between(plainFile, name, func(in, out *os.File, _ int64) error {
		return cms.Sign(context.Background(), out, in, s, nil)
	})
}

func (o *options) verifyPDF(signer.Signer) error {
	return o.verify(signedPDF, nil)
}

func (o *options) verifyCMS(signer.Signer) error {
	content, err := os.Open(o.path(plainFile))
	if err != nil {
		return err
	}
	defer content.Close()
	info, err := content.Stat()
	if err != nil {
		return err
	}
	return o.verify(signedCMS, &verify.Options{Content: content, ContentSize: info.Size()})
}

// verify judges without anchors: integrity is what takes time.
func (o *options) verify(name string, opts *verify.Options) error {
	f, err := os.Open(o.path(name))
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	report, err := new(verify.Verifier).Verify(context.Background(), f, info.Size(), opts)
	if err != nil {
		return err
	}
	if len(report.Signatures) != 1 || report.Signatures[0].Integrity.Content != cms.Intact {
		return fmt.Errorf("%s was not found intact", name)
	}
	return nil
}

func (o *options) hashAndCopyPDF() error {
	if err := o.hash(plainPDF); err != nil {
		return err
	}
	return o.between(plainPDF, copyPDF, func(in, out *os.File, _ int64) error {
		_, err := io.Copy(out, in)
		return err
	})
}

func (o *options) hashSignedPDF() error { return o.hash(signedPDF) }
func (o *options) hashFile() error      { return o.hash(plainFile) }

func (o *options) hash(name string) error {
	f, err := os.Open(o.path(name))
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(sha256.New(), f)
	return err
}

// between opens one file, makes another, and closes both.
func (o *options) between(from, to string, work func(in, out *os.File, size int64) error) error {
	in, err := os.Open(o.path(from))
	if err != nil {
		return err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	out, err := os.Create(o.path(to))
	if err != nil {
		return err
	}
	return errors.Join(work(in, out, info.Size()), out.Close())
}
