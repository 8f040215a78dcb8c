package smartca_test

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/remotetest"
	"github.com/kyso-dev/kyso/remote/smartca"
	"github.com/kyso-dev/kyso/remote/smartca/smartcatest"
)

// canned answers every request with the same body, except for certificates, so that the answer in question is reached.
type canned struct {
	certificates string
	status       int
	body         []byte
	all          bool
}

func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	body := c.body
	status := c.status
	if !c.all {
		switch r.URL.Path {
		case "/sca/sp769/v1/credentials/get_certificate":
			body, status = []byte(c.certificates), 200
		case "/sca/sp769/v1/signatures/sign":
			body, status = []byte(`{"status_code":200,"message":"x","data":{"transaction_id":"t"}}`), 200
		}
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)), Request: r}, nil
}

// FuzzAnswer gives the client whatever a service may answer: no panic, a typed error, and never a signature that does not verify.
func FuzzAnswer(f *testing.F) {
	authority, err := smartcatest.NewAuthority(epoch)
	require.NoError(f, err)
	sub, err := smartcatest.DemoSubscriber(authority)
	require.NoError(f, err)
	leaf := sub.Certificates[0].Chain[0]
	certificates := fmt.Sprintf(`{"status_code":200,"data":{"user_certificates":[{"cert_data":%q,"serial_number":"5401","chain_data":{}}]}}`, base64.StdEncoding.EncodeToString(leaf.Raw))
	for _, seed := range []string{
		certificates, `{"status_code":"200","message":"SUCCESS","data":{"signatures":[{"doc_id":"document-1","signature_value":"AAAA"}],"expired_in":"3"}}`,
		`{"status_code":200,"message":"REJECTED","data":""}`, `{"status_code":1003}`, `<html>`, `{}`, `[]`, `null`, `{"data":{"signatures":[null,{},1]}}`,
	} {
		f.Add(200, []byte(seed), false)
		f.Add(400, []byte(seed), true)
	}
	f.Fuzz(func(t *testing.T, status int, body []byte, all bool) {
		if status < 200 || status > 599 {
			return
		}
		clock := remotetest.NewFastClock(epoch)
		p, err := smartca.New(smartca.Config{
			BaseURL: "https://service.test/sca/sp769", SPID: "a", SPPassword: "b", UserID: "c", Clock: clock,
			HTTPClient: &http.Client{Transport: canned{certificates, status, body, all}},
		})
		require.NoError(t, err)
		sig, err := remote.New(p, &remote.Options{Clock: clock}).Sign(t.Context(), digest("a"), crypto.SHA256)
		if err != nil {
			var coded interface{ Code() string }
			require.ErrorAs(t, err, &coded)
			return
		}
		require.NoError(t, rsa.VerifyPKCS1v15(leaf.PublicKey.(*rsa.PublicKey), crypto.SHA256, digest("a"), sig))
	})
}

// FuzzWebhook calls the webhook with anything.
func FuzzWebhook(f *testing.F) {
	f.Add([]byte(`{"sp_id":"a","transaction_id":"t","signed_files":[{"doc_id":"d","signature_value":"AAAA"}]}`))
	f.Add([]byte(`{"sp_id":1,"transaction_id":null}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		h := &smartca.Webhook{SPID: "a", Store: remote.NewMemoryStore(), Client: func(remote.Operation) *remote.Client { return nil }}
		r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		require.Contains(t, []int{200, 400, 403, 413}, w.Code)
	})
}
