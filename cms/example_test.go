package cms_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"strings"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/trust"
)

// demo is a PKI to try things with; a program of your own has a key file, a token or a service instead.
func demo() *testpki.PKI {
	pki, err := testpki.New(nil)
	if err != nil {
		log.Fatal(err)
	}
	return pki
}

// A text that somebody signed on a phone comes back as CMS: it must be that text, by that certificate.
func ExampleCheckContent() {
	pki := demo()
	defer pki.Close()
	var answer bytes.Buffer
	err := cms.Sign(context.Background(), &answer, strings.NewReader("log in: 7F3A"), pki.Signer("signer"), &cms.Options{Attached: true})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(cms.CheckContent(answer.Bytes(), []byte("log in: 7F3A"), pki.Certificate("signer")))
	fmt.Println(cms.CheckContent(answer.Bytes(), []byte("log in: 91C0"), pki.Certificate("signer")))
	// Output:
	// <nil>
	// cms: the content is not what was signed: it was changed, or belongs to another signature
}

// Sign a file to CAdES-B-T, detached, and read the result.
func ExampleSign() {
	pki := demo()
	defer pki.Close()
	ctx := context.Background()

	var signature bytes.Buffer
	err := cms.Sign(ctx, &signature, strings.NewReader("Hợp đồng số 1"), pki.Signer("ec"), &cms.Options{
		Level:       cms.LevelBT,
		Timestamper: pki.TSAClient(),
	})
	if err != nil {
		log.Fatal(err)
	}

	doc, err := cms.Read(ctx, &signature, &cms.ReadOptions{Content: strings.NewReader("Hợp đồng số 1")})
	if err != nil {
		log.Fatal(err)
	}
	s := doc.Signatures[0]
	fmt.Println(s.Level, s.DigestAlgorithm, s.SignatureAlgorithm)
	fmt.Println("content", s.ContentIntegrity, "signature", s.SignatureIntegrity, "time-stamps", len(s.Timestamps))
	// Output:
	// B-T SHA-256 ECDSA
	// content intact signature intact time-stamps 1
}

// Prepare in one process, sign elsewhere, finish in another.
func ExamplePrepare() {
	pki := demo()
	defer pki.Close()
	ctx := context.Background()

	prepared, err := cms.Prepare(ctx, strings.NewReader("Hợp đồng số 2"), pki.Chain("ec"), nil)
	if err != nil {
		log.Fatal(err)
	}
	state, err := json.Marshal(prepared) // keep it as long as the key takes to answer
	if err != nil {
		log.Fatal(err)
	}
	value, err := signer.Sign(ctx, pki.Signer("ec"), prepared.Request())
	if err != nil {
		log.Fatal(err)
	}

	var resumed cms.PreparedSignature
	if err := json.Unmarshal(state, &resumed); err != nil {
		log.Fatal(err)
	}
	var signature bytes.Buffer
	err = resumed.Finish(ctx, &signature, strings.NewReader("Hợp đồng số 3"), value, nil)
	fmt.Println(err)
	err = resumed.Finish(ctx, &signature, strings.NewReader("Hợp đồng số 2"), value, nil)
	fmt.Println(err, signature.Len() > 0)
	// Output:
	// cms: the content has changed since the signature was prepared; prepare it again
	// <nil> true
}

// A signature that somebody made at B-B is raised to B-LTA, and refreshed six years later.
func ExampleExtend() {
	pki := demo()
	defer pki.Close()
	server, err := pki.Serve("") // OCSP and CRLs
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	ctx := context.Background()
	const content = "Hợp đồng số 4"

	var signature bytes.Buffer
	if err := cms.Sign(ctx, &signature, strings.NewReader(content), pki.Signer("ec"), nil); err != nil {
		log.Fatal(err)
	}
	anchors := trust.NewStore()
	if err := anchors.Add(trust.Own, pki.Root()); err != nil {
		log.Fatal(err)
	}
	collector := &trust.Validator{Store: anchors, Fetcher: &trust.HTTPFetcher{AllowPrivate: true}, Clock: pki.Now}
	file := signature.Bytes()
	for range 2 {
		var raised bytes.Buffer
		err := cms.Extend(ctx, &raised, bytes.NewReader(file), &cms.ExtendOptions{
			Level: cms.LevelBLTA, Content: strings.NewReader(content), Timestamper: pki.TSAClient(), Collector: collector, Clock: pki.Now,
		})
		if err != nil {
			log.Fatal(err)
		}
		file = raised.Bytes()
		doc, err := cms.Read(ctx, bytes.NewReader(file), &cms.ReadOptions{Content: strings.NewReader(content)})
		if err != nil {
			log.Fatal(err)
		}
		s := doc.Signatures[0]
		fmt.Print(s.Level)
		for _, t := range s.Timestamps {
			fmt.Print(" ", t.Kind, " ", t.ContentIntegrity)
		}
		fmt.Println()
		pki.SetTime(pki.Now().AddDate(6, 0, 0))
	}
	// Output:
	// B-LTA signature intact archive intact
	// B-LTA signature intact archive intact archive intact
}
