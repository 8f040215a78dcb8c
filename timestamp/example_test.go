package timestamp_test

import (
	"context"
	"crypto"
	"crypto/sha256"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"time"

	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/timestamp"
)

// exampleTSA starts a time-stamp authority on loopback, so that the examples run offline.
func exampleTSA() (address string, stop func()) {
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	pki, err := testpki.New(&testpki.Options{Now: at})
	if err != nil {
		log.Fatal(err)
	}
	server, err := pki.Serve("")
	if err != nil {
		log.Fatal(err)
	}
	return server.TSA, func() { _ = server.Close() }
}

// Ask a server for a time-stamp over a document.
func ExampleClient() {
	address, stop := exampleTSA()
	defer stop()

	tsa := &timestamp.Client{URL: address}
	digest := sha256.Sum256([]byte("a contract"))
	token, err := tsa.Timestamp(context.Background(), digest[:], crypto.SHA256)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(token.Info.Time, "±", token.Info.Accuracy)
	signer, err := token.Signer()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(signer.Raw) > 0, len(token.Raw) > 0)
	// Output:
	// 2026-03-04 05:06:07 +0000 UTC ± 1s
	// true true
}

// Several servers, a login, and what to do when there is no time-stamp.
func ExampleClient_fallbacks() {
	down := httptest.NewServer(http.NotFoundHandler())
	defer down.Close()
	address, stop := exampleTSA()
	defer stop()

	tsa := &timestamp.Client{
		URL:       down.URL,
		Fallbacks: []string{address},
		Username:  "company",
		Password:  timestamp.Secret(os.Getenv("TSA_PASSWORD")), // sent to URL's server only
		Timeout:   30 * time.Second,
	}
	digest := sha256.Sum256([]byte("a contract"))
	_, err := tsa.Timestamp(context.Background(), digest[:], crypto.SHA256)
	switch {
	case errors.Is(err, timestamp.ErrNotProved):
		fmt.Println("somebody lies:", err)
	case errors.Is(err, timestamp.ErrRejected):
		fmt.Println("asked for something that is not on offer:", err)
	case errors.Is(err, timestamp.ErrUnavailable):
		fmt.Println("try again later:", err)
	case err == nil:
		fmt.Println("time-stamped")
	}
	// Output: time-stamped
}

// Read and check a token that was found in a signature or a file.
func ExampleParseToken() {
	address, stop := exampleTSA()
	defer stop()
	digest := sha256.Sum256([]byte("a contract"))
	made, err := (&timestamp.Client{URL: address}).Timestamp(context.Background(), digest[:], crypto.SHA256)
	if err != nil {
		log.Fatal(err)
	}

	token, err := timestamp.ParseToken(made.Raw)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("right document:", token.Check(digest[:], crypto.SHA256))

	other := sha256.Sum256([]byte("a forged contract"))
	err = token.Check(other[:], crypto.SHA256)
	var e *timestamp.Error
	if errors.As(err, &e) {
		fmt.Println("other document:", e.Code())
	}
	// Output:
	// right document: <nil>
	// other document: timestamp.imprint-mismatch
}

// Why an authority refused.
func ExampleParseResponse() {
	reply := timestamp.MarshalResponse(timestamp.Rejection, timestamp.UnacceptedPolicy, nil, "ask for 1.2.3")
	_, err := timestamp.ParseResponse(reply)
	fmt.Println(err)
	// Output: timestamp: the time-stamp authority does not offer the policy asked for (unacceptedPolicy); its words: ask for 1.2.3
}
