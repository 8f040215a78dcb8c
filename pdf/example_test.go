package pdf_test

import (
	"bytes"
	"context"
	"crypto"
	"encoding/json"
	"fmt"
	"log"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/signer"
)

// demo is a PKI for the examples. A program of yours opens a key instead: see package signer/keyfile.
func demo() *testpki.PKI {
	p, err := testpki.New(nil)
	if err != nil {
		log.Fatal(err)
	}
	return p
}

// contract is a PDF of one page.
func contract() []byte { return plain() }

func ExampleSign() {
	p, document := demo(), contract()

	var out bytes.Buffer
	err := pdf.Sign(context.Background(), &out, bytes.NewReader(document), int64(len(document)), p.Signer("signer"), &pdf.Options{
		Level:       pdf.LevelBT,
		Timestamper: p.TSAClient(), // usually &timestamp.Client{URL: …}
		Reason:      "Phê duyệt",
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("the document is still there:", bytes.HasPrefix(out.Bytes(), document))
	// Output: the document is still there: true
}

// A service that answers a digest with a whole CMS, as some mobile operators and clouds do.
func ExamplePreparedSignature_FinishCMS() {
	p, document := demo(), contract()
	ctx := context.Background()

	prepared, err := pdf.Prepare(ctx, bytes.NewReader(document), int64(len(document)), p.Chain("signer"), nil)
	if err != nil {
		log.Fatal(err)
	}
	digest, hash := prepared.Digest()
	answer, err := askService(p, digest, hash)
	if err != nil {
		log.Fatal(err)
	}
	var out bytes.Buffer
	if err := prepared.FinishCMS(ctx, &out, bytes.NewReader(document), int64(len(document)), answer, nil); err != nil {
		log.Fatal(err)
	}
	read, err := pdf.Read(ctx, bytes.NewReader(out.Bytes()), int64(out.Len()), nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(read.Signatures[0].SubFilter, read.Signatures[0].Level)
	// Output: ETSI.CAdES.detached B-B
}

// askService stands for the service of ExamplePreparedSignature_FinishCMS.
func askService(p *testpki.PKI, digest []byte, hash crypto.Hash) ([]byte, error) {
	made, err := cms.PrepareDigest(digest, hash, p.Chain("signer"), &cms.Options{NoSigningTime: true})
	if err != nil {
		return nil, err
	}
	value, err := signer.Sign(context.Background(), p.Signer("signer"), made.Request())
	if err != nil {
		return nil, err
	}
	return made.FinishDER(context.Background(), value, nil)
}

// A key that answers later: the preparation waits in a database, the document stays where it is.
func ExamplePrepare() {
	p, document := demo(), contract()
	ctx := context.Background()

	prepared, err := pdf.Prepare(ctx, bytes.NewReader(document), int64(len(document)), p.Chain("signer"), nil)
	if err != nil {
		log.Fatal(err)
	}
	state, err := json.Marshal(prepared)
	if err != nil {
		log.Fatal(err)
	}

	// Elsewhere, perhaps tomorrow.
	var again pdf.PreparedSignature
	if err := json.Unmarshal(state, &again); err != nil {
		log.Fatal(err)
	}
	value, err := signer.Sign(ctx, p.Signer("signer"), again.Request())
	if err != nil {
		log.Fatal(err)
	}
	var out bytes.Buffer
	if err := again.Finish(ctx, &out, bytes.NewReader(document), int64(len(document)), value, nil); err != nil {
		log.Fatal(err)
	}
	fmt.Println(again.Field(), again.Request().Opts.HashFunc() == crypto.SHA256)
	// Output: Signature1 true
}

func ExampleSignBatch() {
	p := demo()
	invoices := [][]byte{contract(), contract(), contract()}
	outs := make([]bytes.Buffer, len(invoices))
	batch := make([]pdf.BatchDocument, len(invoices))
	for i, doc := range invoices {
		batch[i] = pdf.BatchDocument{Source: bytes.NewReader(doc), Size: int64(len(doc)), Output: &outs[i]}
	}
	if err := pdf.SignBatch(context.Background(), batch, p.Signer("signer"), nil); err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(outs), "signed")
	// Output: 3 signed
}

func ExampleRead() {
	p, document := demo(), contract()
	var out bytes.Buffer
	if err := pdf.Sign(context.Background(), &out, bytes.NewReader(document), int64(len(document)), p.Signer("signer"), &pdf.Options{Name: "Ân"}); err != nil {
		log.Fatal(err)
	}

	d, err := pdf.Read(context.Background(), bytes.NewReader(out.Bytes()), int64(out.Len()), nil)
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range d.Signatures {
		fmt.Println(s.Field, s.Name, s.SubFilter, s.Level, s.Extent, s.CMS.ContentIntegrity, s.CMS.SignatureIntegrity)
	}
	// Output: Signature1 Ân ETSI.CAdES.detached B-B whole intact intact
}
