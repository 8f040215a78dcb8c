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
)

// demo is a PKI to try things with; a program of your own has a key file, a token or a service instead.
func demo() *testpki.PKI {
	pki, err := testpki.New(nil)
	if err != nil {
		log.Fatal(err)
	}
	return pki
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
