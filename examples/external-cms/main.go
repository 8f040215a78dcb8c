// External-cms signs through a service that gives no bare signature but a whole CMS over the digest that it is sent, as some mobile
// operators, HSM gateways and clouds do: a PDF to B-T, the same PDF as plain CMS where the service claims a signing time, which PAdES
// forbids, and a file of any kind. The service is a small HTTP server of its own; nothing but digests goes there.
//
//	go run ./examples/external-cms
package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"

	"github.com/kyso-dev/kyso"
	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/demodoc"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/timestamp"
)

// order is what the service is sent.
type order struct {
	SHA256 []byte `json:"sha256"`
	Time   bool   `json:"time"` // put the signing time into the CMS
}

// ask has the service make a CMS. A real one asks the subscriber first; with package remote, Client.SignCMS does all that.
func ask(ctx context.Context, service string, digest []byte, hash crypto.Hash, claimTime bool) ([]byte, error) {
	if hash != crypto.SHA256 {
		return nil, errors.New("the service knows SHA-256 only")
	}
	body, err := json.Marshal(order{digest, claimTime})
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, service, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err == nil && response.StatusCode != http.StatusOK {
		err = errors.New("the service says " + response.Status)
	}
	return answer, err
}

// signPDF prepares the document for a certificate, has the service sign its digest, and puts the CMS in. FinishCMS refuses one that is over
// anything else, or by anybody else. Between the two a program may stop: the preparation is plain JSON.
func signPDF(ctx context.Context, service string, chain []*x509.Certificate, document []byte, opts *pdf.Options, claimTime bool) ([]byte, error) {
	prepared, err := pdf.Prepare(ctx, bytes.NewReader(document), int64(len(document)), chain, opts)
	if err != nil {
		return nil, err
	}
	digest, hash := prepared.Digest()
	answer, err := ask(ctx, service, digest, hash, claimTime)
	if err != nil {
		return nil, err
	}
	var signed bytes.Buffer
	err = prepared.FinishCMS(ctx, &signed, bytes.NewReader(document), int64(len(document)), answer, &pdf.FinishOptions{Timestamper: opts.Timestamper})
	return signed.Bytes(), err
}

// signFile is the same for a file of any kind, with a detached signature.
func signFile(ctx context.Context, service string, chain []*x509.Certificate, content []byte, tsa timestamp.Timestamper) ([]byte, error) {
	prepared, err := cms.Prepare(ctx, bytes.NewReader(content), chain, &cms.Options{Level: cms.LevelBT})
	if err != nil {
		return nil, err
	}
	digest, hash := prepared.Digest()
	answer, err := ask(ctx, service, digest, hash, true) // CAdES wants the time that PAdES forbids
	if err != nil {
		return nil, err
	}
	var signature bytes.Buffer
	err = prepared.FinishCMS(ctx, &signature, bytes.NewReader(content), answer, &cms.FinishOptions{Timestamper: tsa})
	return signature.Bytes(), err
}

// serve is the service: it holds the key, sees no document, and answers with CMS.
func serve(key signer.Signer) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		answer, err := makeCMS(r, key)
		if err != nil {
			http.Error(w, "no", http.StatusUnprocessableEntity)
			return
		}
		_, _ = w.Write(answer)
	}
}

func makeCMS(r *http.Request, key signer.Signer) ([]byte, error) {
	var o order
	if err := json.NewDecoder(io.LimitReader(r.Body, 1<<10)).Decode(&o); err != nil || len(o.SHA256) != sha256.Size {
		return nil, errors.New("no order")
	}
	chain, err := key.Certificates(r.Context())
	if err != nil {
		return nil, err
	}
	prepared, err := cms.PrepareDigest(o.SHA256, crypto.SHA256, chain, &cms.Options{NoSigningTime: !o.Time})
	if err != nil {
		return nil, err
	}
	value, err := signer.Sign(r.Context(), key, prepared.Request())
	if err != nil {
		return nil, err
	}
	return prepared.FinishDER(r.Context(), value, nil)
}

func main() {
	if err := run(context.Background(), "out"); err != nil {
		log.Fatal(kyso.Explain(err, kyso.English))
	}
}

func run(ctx context.Context, dir string) error {
	pki, err := testpki.New(nil) // the service's key, and a time-stamp server
	if err != nil {
		return err
	}
	defer pki.Close()
	stamps, err := pki.Serve("")
	if err != nil {
		return err
	}
	defer stamps.Close()
	tsa := &timestamp.Client{URL: stamps.TSA}
	service := httptest.NewServer(serve(pki.Signer("signer")))
	defer service.Close()
	chain := pki.Chain("signer") // a service tells it, or it was registered

	document, text := demodoc.PDF("Contract 12/2026"), []byte("Report 12/2026\n")
	files := map[string][]byte{"report.txt": text}
	if files["contract-b-t.pdf"], err = signPDF(ctx, service.URL, chain, document, &pdf.Options{Level: pdf.LevelBT, Timestamper: tsa}, false); err != nil {
		return err
	}
	if _, err = signPDF(ctx, service.URL, chain, document, &pdf.Options{}, true); err == nil {
		return errors.New("a signing time got into a PAdES signature")
	}
	fmt.Println("refused as PAdES:", kyso.Explain(err, kyso.English))
	if files["contract-plain.pdf"], err = signPDF(ctx, service.URL, chain, document, &pdf.Options{SubFilter: pdf.SubFilterPKCS7}, true); err != nil {
		return err
	}
	if files["report.txt.p7s"], err = signFile(ctx, service.URL, chain, text, tsa); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			return err
		}
	}
	for _, name := range []string{"contract-b-t.pdf", "contract-plain.pdf"} {
		read, err := pdf.Read(ctx, bytes.NewReader(files[name]), int64(len(files[name])), nil)
		if err != nil {
			return err
		}
		s := read.Signatures[0]
		fmt.Printf("%s: %s, content %s, value %s, level %q\n", filepath.Join(dir, name), s.SubFilter, s.CMS.ContentIntegrity, s.CMS.SignatureIntegrity, s.Level)
	}
	return nil
}
