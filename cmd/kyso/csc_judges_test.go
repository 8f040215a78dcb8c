package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/sha256"
	"io"
	"math/big"
	"net/http"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/ades"
	"github.com/kyso-dev/kyso/internal/testtool"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/csc"
	"github.com/kyso-dev/kyso/remote/csc/csctest"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/timestamp"
)

// stampBy makes time-stamp tokens for a service by asking a time-stamp server; bend may change the request.
func stampBy(tsa string, bend func(*timestamp.Request)) func(digest []byte, hashOID, nonce string) ([]byte, error) {
	return func(digest []byte, _, nonce string) ([]byte, error) {
		request, err := timestamp.NewRequest(digest, crypto.SHA256)
		if err != nil {
			return nil, err
		}
		request.Nonce, _ = new(big.Int).SetString(nonce, 16)
		bend(request)
		der, err := request.Marshal()
		if err != nil {
			return nil, err
		}
		res, err := http.Post(tsa, "application/timestamp-query", bytes.NewReader(der)) //nolint:noctx,gosec // a test
		if err != nil {
			return nil, err
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			return nil, err
		}
		token, err := timestamp.ParseResponse(body)
		if err != nil {
			return nil, err
		}
		return token.Raw, nil
	}
}

// cscClient is a client of a service over the demo PKI.
func cscClient(server *csctest.Server, base, credential string) csc.Config {
	return csc.Config{
		BaseURL: base, CredentialID: credential, Ask: server.Ask, Basic: &csc.Basic{User: csctest.DefaultUser, Password: remote.Fixed(csctest.DefaultPassword)},
	}
}

// TestJudgesAcceptCSC signs PDFs to B-T by both versions of the API, one of them twice under one authorization, and asks EU DSS.
func TestJudgesAcceptCSC(t *testing.T) {
	d := newDemo(t)
	server := cscDemo(t, d, csctest.Options{})
	tsa := &timestamp.Client{URL: d.tsa}
	document, err := os.ReadFile(d.path("a.pdf"))
	require.NoError(t, err)
	write := func(name string, document []byte, key signer.Signer, pss bool) []byte {
		var out bytes.Buffer
		require.NoError(t, pdf.Sign(t.Context(), &out, bytes.NewReader(document), int64(len(document)), key, &pdf.Options{Level: ades.BT, Timestamper: tsa, PSS: pss}))
		d.write(name, out.Bytes())
		return out.Bytes()
	}
	for name, base := range map[string]string{"csc1.pdf": server.V1, "csc2.pdf": server.V2} {
		write(name, document, peerKey(t, cscClient(server, base, "signer")), base == server.V2)
	}
	p, err := csc.New(t.Context(), cscClient(server, server.V2, "ec"))
	require.NoError(t, err)
	tx, err := p.Transaction(2, "two signatures of one document")
	require.NoError(t, err)
	authorized := len(server.Calls("credentials/authorize"))
	write("twice.pdf", write("once.pdf", document, tx, false), tx, false)
	require.Len(t, server.Calls("credentials/authorize"), authorized+1)
	for i, answer := range testtool.DSS(t, "validate", "--trust", d.root, "--online", d.path("csc1.pdf"), d.path("csc2.pdf"), d.path("twice.pdf")) {
		wantField(t, answer, "TOTAL-PASSED", "indication")
		wantField(t, answer, "PAdES-BASELINE-T", "signatures", 0, "format")
		if i == 2 {
			wantField(t, answer, "PAdES-BASELINE-T", "signatures", 1, "format")
		}
	}
}

// TestCSCTimestamps: time-stamps through the service are checked like any other: for their digest and their nonce.
func TestCSCTimestamps(t *testing.T) {
	d := newDemo(t)
	bend := func(*timestamp.Request) {}
	server := cscDemo(t, d, csctest.Options{Timestamp: stampBy(d.tsa, func(r *timestamp.Request) { bend(r) })})
	for _, base := range []string{server.V1, server.V2} {
		s, err := csc.Connect(t.Context(), cscClient(server, base, ""))
		require.NoError(t, err)
		client := &timestamp.Client{URL: s.Base(), HTTPClient: s.TSA()}
		digest := sha256.Sum256([]byte("x"))
		bend = func(*timestamp.Request) {}
		token, err := client.Timestamp(t.Context(), digest[:], crypto.SHA256)
		require.NoError(t, err)
		require.NoError(t, token.Check(digest[:], crypto.SHA256))
		for what, f := range map[string]func(r *timestamp.Request){
			"another nonce": func(r *timestamp.Request) { r.Nonce = big.NewInt(5) }, "no nonce": func(r *timestamp.Request) { r.Nonce = nil },
			"another digest": func(r *timestamp.Request) { r.Imprint = make([]byte, 32) },
		} {
			bend = f
			_, err = client.Timestamp(t.Context(), digest[:], crypto.SHA256)
			require.Error(t, err, what)
		}
	}
}

// TestCSCSignDoc: the service makes a whole signature, and nothing is taken that the caller's check refuses.
func TestCSCSignDoc(t *testing.T) {
	d := newDemo(t)
	wrong := false
	server := cscDemo(t, d, csctest.Options{SignDoc: func(c csctest.Credential, digest []byte, hash crypto.Hash, format, _ string) ([]byte, error) {
		require.Equal(t, "C", format)
		key, err := signer.FromCrypto(c.Key, c.Chain...)
		if err != nil {
			return nil, err
		}
		if wrong {
			digest = make([]byte, len(digest))
		}
		chain, err := key.Certificates(t.Context())
		if err != nil {
			return nil, err
		}
		prepared, err := cms.PrepareDigest(digest, hash, chain, nil)
		if err != nil {
			return nil, err
		}
		value, err := signer.Sign(t.Context(), key, prepared.Request())
		if err != nil {
			return nil, err
		}
		return prepared.FinishDER(t.Context(), value, nil)
	}})
	p, err := csc.New(t.Context(), cscClient(server, server.V2, "ec"))
	require.NoError(t, err)
	digest := sha256.Sum256([]byte("judged by others\n"))
	chain, err := p.Certificates(t.Context())
	require.NoError(t, err)
	check := func(_ int, object []byte) error { return cms.CheckDigest(object, digest[:], crypto.SHA256, chain[0]) }
	docs := []csc.Doc{{Digest: digest[:], Format: csc.CAdES, Level: "AdES-B-B", Envelope: "Detached", Title: "a.txt"}}
	out, err := p.SignDocs(t.Context(), docs, "one document", check)
	require.NoError(t, err)
	d.write("a.p7s", out[0])
	d.run("verify", "--trust", d.root, "--online", "--allow-private", "--content", d.path("a.txt"), d.path("a.p7s"))
	wrong = true
	out, err = p.SignDocs(t.Context(), docs, "", check)
	require.ErrorIs(t, err, signer.ErrSignatureInvalid)
	require.Nil(t, out)
	server.Fault("signatures/signDoc", csctest.CutAfter)
	_, err = p.SignDocs(context.Background(), docs, "", check)
	require.ErrorIs(t, err, signer.ErrOutcomeUnknown)
	require.Len(t, server.Calls("signatures/signDoc"), 3)
}
