// Deferred is a web server that prepares a signature in one request and finishes it in another. The key stays with the client, who
// may answer minutes later; between the two requests the server keeps nothing but the document and a small JSON state.
//
//	go run ./examples/deferred
package main

import (
	"bytes"
	"context"
	"crypto"
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

	"github.com/kyso-dev/kyso/internal/demodoc"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/signer"
)

// server keeps one document and the states of its pending signatures in a folder, so that a restart loses nothing.
type server struct {
	document, state, signed string // paths
}

// prepareRequest is what the client sends first: whose certificate it will sign with.
type prepareRequest struct {
	Chain [][]byte `json:"chain"` // DER, the signer's certificate first
}

// prepareResponse tells the client what to sign.
type prepareResponse struct {
	Digest []byte `json:"digest"`
	Hash   string `json:"hash"`
}

func (s *server) prepare(w http.ResponseWriter, r *http.Request) {
	var request prepareRequest
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10)).Decode(&request); err != nil {
		http.Error(w, "not a request", http.StatusBadRequest)
		return
	}
	var chain []*x509.Certificate
	for _, der := range request.Chain {
		cert, err := signer.ParseCertificate(der)
		if err != nil {
			http.Error(w, "not a certificate", http.StatusBadRequest)
			return
		}
		chain = append(chain, cert)
	}
	document, err := os.ReadFile(s.document)
	if err != nil {
		http.Error(w, "no document", http.StatusInternalServerError)
		return
	}
	prepared, err := pdf.Prepare(r.Context(), bytes.NewReader(document), int64(len(document)), chain, nil)
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	state, err := json.Marshal(prepared)
	if err == nil {
		err = os.WriteFile(s.state, state, 0o600)
	}
	if err != nil {
		http.Error(w, "the state could not be kept", http.StatusInternalServerError)
		return
	}
	sign := prepared.Request()
	_ = json.NewEncoder(w).Encode(prepareResponse{Digest: sign.Digest, Hash: sign.Opts.HashFunc().String()})
}

func (s *server) finish(w http.ResponseWriter, r *http.Request) {
	value, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<10))
	if err != nil {
		http.Error(w, "no signature value", http.StatusBadRequest)
		return
	}
	if err := s.writeSigned(r.Context(), value); err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// writeSigned takes up the state and the document again. A value by another key, and a document that changed, are refused.
func (s *server) writeSigned(ctx context.Context, value []byte) error {
	state, err := os.ReadFile(s.state)
	if err != nil {
		return errors.New("nothing was prepared")
	}
	var prepared pdf.PreparedSignature
	if err := json.Unmarshal(state, &prepared); err != nil {
		return err
	}
	document, err := os.ReadFile(s.document)
	if err != nil {
		return err
	}
	var signed bytes.Buffer
	if err := prepared.Finish(ctx, &signed, bytes.NewReader(document), int64(len(document)), value, nil); err != nil {
		return err
	}
	return os.WriteFile(s.signed, signed.Bytes(), 0o644)
}

// client holds the key. It never sees the document, only the digest that it signs.
func client(ctx context.Context, url string, key signer.Signer) error {
	chain, err := key.Certificates(ctx)
	if err != nil {
		return err
	}
	var request prepareRequest
	for _, cert := range chain {
		request.Chain = append(request.Chain, cert.Raw)
	}
	body, err := json.Marshal(request)
	if err != nil {
		return err
	}
	answer, err := post(ctx, url+"/prepare", body)
	if err != nil {
		return err
	}
	var toSign prepareResponse
	if err := json.Unmarshal(answer, &toSign); err != nil {
		return err
	}
	fmt.Printf("the server asks to sign the %s digest %x…\n", toSign.Hash, toSign.Digest[:8])
	value, err := key.Sign(ctx, toSign.Digest, crypto.SHA256)
	if err != nil {
		return err
	}
	_, err = post(ctx, url+"/finish", value)
	return err
}

func post(ctx context.Context, url string, body []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	if err == nil && response.StatusCode >= 300 {
		err = fmt.Errorf("%s: %s", response.Status, answer)
	}
	return answer, err
}

func main() {
	dir, err := os.MkdirTemp("", "kyso-deferred-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := run(context.Background(), dir); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, dir string) error {
	pki, err := testpki.New(nil)
	if err != nil {
		return err
	}
	defer pki.Close()
	s := &server{
		document: filepath.Join(dir, "document.pdf"), state: filepath.Join(dir, "state.json"), signed: filepath.Join(dir, "signed.pdf"),
	}
	if err := os.WriteFile(s.document, demodoc.PDF("Signed by somebody far away."), 0o644); err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /prepare", s.prepare)
	mux.HandleFunc("POST /finish", s.finish)
	web := httptest.NewServer(mux)
	defer web.Close()
	if err := client(ctx, web.URL, pki.Signer("signer")); err != nil {
		return err
	}
	signed, err := os.ReadFile(s.signed)
	if err != nil {
		return err
	}
	read, err := pdf.Read(ctx, bytes.NewReader(signed), int64(len(signed)), nil)
	if err != nil {
		return err
	}
	fmt.Printf("signed.pdf: signature in field %s, content %s, value %s\n",
		read.Signatures[0].Field, read.Signatures[0].CMS.ContentIntegrity, read.Signatures[0].CMS.SignatureIntegrity)
	return nil
}
