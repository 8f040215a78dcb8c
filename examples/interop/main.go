// Interop shows kyso beside the libraries that people come from: a kyso Signer drives digitorus/pdfsign and go.mozilla.org/pkcs7,
// kyso checks what they and digitorus/timestamp make, and they check what kyso makes. So a program can move one call at a time.
//
//	go run ./examples/interop
package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"time"

	dpdf "github.com/digitorus/pdf"
	"github.com/digitorus/pdfsign/sign"
	pdfverify "github.com/digitorus/pdfsign/verify"
	dtimestamp "github.com/digitorus/timestamp"
	"go.mozilla.org/pkcs7"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/demodoc"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/timestamp"
)

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

// demo is what every crossing needs: a key, its certificates, and a time-stamp server.
type demo struct {
	signer signer.Signer // kyso's
	key    crypto.Signer // the same key as the others take it
	chain  []*x509.Certificate
	tsa    string
}

func run(ctx context.Context) error {
	pki, err := testpki.New(nil)
	if err != nil {
		return err
	}
	defer pki.Close()
	server, err := pki.Serve("")
	if err != nil {
		return err
	}
	defer server.Close()

	d := demo{signer: pki.Signer("signer"), chain: pki.Chain("signer"), tsa: server.TSA}
	// ToCrypto binds the context once: crypto.Signer knows none.
	if d.key, err = signer.ToCrypto(ctx, d.signer); err != nil {
		return err
	}
	for _, crossing := range []struct {
		title string
		work  func(context.Context, demo) error
	}{
		{"a kyso Signer drives digitorus/pdfsign, kyso reads the result", pdfsignToKyso},
		{"kyso signs a PDF, digitorus/pdfsign verifies it", kysoToPDFSign},
		{"a kyso Signer drives go.mozilla.org/pkcs7, kyso reads the result", pkcs7ToKyso},
		{"kyso signs a file, go.mozilla.org/pkcs7 verifies it", kysoToPKCS7},
		{"a digitorus/timestamp request, kyso checks the token", timestampToKyso},
		{"kyso gets a time-stamp, digitorus/timestamp parses it", kysoToTimestamp},
		{"any crypto.Signer becomes a kyso Signer", fromCrypto},
	} {
		if err := crossing.work(ctx, d); err != nil {
			return fmt.Errorf("%s: %w", crossing.title, err)
		}
		fmt.Println("ok  " + crossing.title)
	}
	return nil
}

func pdfsignToKyso(ctx context.Context, d demo) error {
	document := demodoc.PDF("Signed by pdfsign with a kyso key.")
	reader, err := dpdf.NewReader(bytes.NewReader(document), int64(len(document)))
	if err != nil {
		return err
	}
	var signed bytes.Buffer
	err = sign.Sign(bytes.NewReader(document), &signed, reader, int64(len(document)), sign.SignData{
		Signature: sign.SignDataSignature{
			Info:     sign.SignDataSignatureInfo{Name: "kyso", Date: time.Now()},
			CertType: sign.ApprovalSignature,
		},
		Signer:            d.key,
		DigestAlgorithm:   crypto.SHA256,
		Certificate:       d.chain[0],
		CertificateChains: [][]*x509.Certificate{d.chain},
	})
	if err != nil {
		return err
	}
	return intactPDF(ctx, signed.Bytes())
}

func kysoToPDFSign(ctx context.Context, d demo) error {
	document := demodoc.PDF("Signed by kyso.")
	var signed bytes.Buffer
	if err := pdf.Sign(ctx, &signed, bytes.NewReader(document), int64(len(document)), d.signer, nil); err != nil {
		return err
	}
	answer, err := pdfverify.Verify(bytes.NewReader(signed.Bytes()), int64(signed.Len()))
	if err != nil {
		return err
	}
	if len(answer.Signers) != 1 || !answer.Signers[0].ValidSignature {
		return errors.New("pdfsign does not call it valid")
	}
	return nil
}

func pkcs7ToKyso(ctx context.Context, d demo) error {
	content := []byte("signed by pkcs7 with a kyso key")
	data, err := pkcs7.NewSignedData(content)
	if err != nil {
		return err
	}
	data.SetDigestAlgorithm(pkcs7.OIDDigestAlgorithmSHA256)
	// With signed attributes pkcs7 takes only Go's own private keys; without them it takes any crypto.Signer.
	data.SetEncryptionAlgorithm(pkcs7.OIDEncryptionAlgorithmRSASHA256)
	if err := data.SignWithoutAttr(d.chain[0], d.key, pkcs7.SignerInfoConfig{}); err != nil {
		return err
	}
	data.Detach()
	signed, err := data.Finish()
	if err != nil {
		return err
	}
	read, err := cms.Read(ctx, bytes.NewReader(signed), &cms.ReadOptions{Content: bytes.NewReader(content)})
	if err != nil {
		return err
	}
	return intact(read.Signatures[0])
}

func kysoToPKCS7(ctx context.Context, d demo) error {
	content := []byte("signed by kyso")
	var signed bytes.Buffer
	if err := cms.Sign(ctx, &signed, bytes.NewReader(content), d.signer, nil); err != nil {
		return err
	}
	parsed, err := pkcs7.Parse(signed.Bytes())
	if err != nil {
		return err
	}
	parsed.Content = content
	return parsed.Verify()
}

func timestampToKyso(ctx context.Context, d demo) error {
	data := []byte("something that existed")
	request, err := dtimestamp.CreateRequest(bytes.NewReader(data), &dtimestamp.RequestOptions{Hash: crypto.SHA256, Certificates: true})
	if err != nil {
		return err
	}
	post, err := http.NewRequestWithContext(ctx, http.MethodPost, d.tsa, bytes.NewReader(request))
	if err != nil {
		return err
	}
	post.Header.Set("Content-Type", "application/timestamp-query")
	response, err := http.DefaultClient.Do(post)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return err
	}
	token, err := timestamp.ParseResponse(body)
	if err != nil {
		return err
	}
	digest := sha256.Sum256(data)
	return token.Check(digest[:], crypto.SHA256)
}

func kysoToTimestamp(ctx context.Context, d demo) error {
	digest := sha256.Sum256([]byte("something else"))
	token, err := (&timestamp.Client{URL: d.tsa}).Timestamp(ctx, digest[:], crypto.SHA256)
	if err != nil {
		return err
	}
	parsed, err := dtimestamp.Parse(token.Raw)
	if err != nil {
		return err
	}
	if !bytes.Equal(parsed.HashedMessage, digest[:]) {
		return errors.New("another imprint")
	}
	return nil
}

func fromCrypto(ctx context.Context, d demo) error {
	s, err := signer.FromCrypto(d.key, d.chain...)
	if err != nil {
		return err
	}
	document := demodoc.PDF("Signed by a crypto.Signer.")
	var signed bytes.Buffer
	if err := pdf.Sign(ctx, &signed, bytes.NewReader(document), int64(len(document)), s, nil); err != nil {
		return err
	}
	return intactPDF(ctx, signed.Bytes())
}

func intactPDF(ctx context.Context, document []byte) error {
	read, err := pdf.Read(ctx, bytes.NewReader(document), int64(len(document)), nil)
	if err != nil {
		return err
	}
	if len(read.Signatures) != 1 || read.Signatures[0].CMS == nil {
		return errors.New("no signature was found")
	}
	return intact(read.Signatures[0].CMS)
}

func intact(s *cms.Signature) error {
	if s.ContentIntegrity != cms.Intact || s.SignatureIntegrity != cms.Intact {
		return fmt.Errorf("content %s, signature %s", s.ContentIntegrity, s.SignatureIntegrity)
	}
	return nil
}
