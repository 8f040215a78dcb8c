package smartcatest_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/remotetest"
	"github.com/kyso-dev/kyso/remote/smartca"
	"github.com/kyso-dev/kyso/remote/smartca/smartcatest"
	"github.com/kyso-dev/kyso/signer"
)

var epoch = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)

var (
	refused       = remote.ErrRefused
	expired       = remote.ErrExpired
	noCertificate = remote.ErrNoCertificate
)

func client(t testing.TB, s *smartcatest.Server) *remote.Client {
	t.Helper()
	return clientOf(t, s, smartcatest.DemoID)
}

func clientOf(t testing.TB, s *smartcatest.Server, id string) *remote.Client {
	t.Helper()
	config := s.Config(id)
	p, err := smartca.New(config)
	require.NoError(t, err)
	return remote.New(p, &remote.Options{Clock: config.Clock})
}

func certificates(t testing.TB, s *smartcatest.Server, id string) error {
	t.Helper()
	_, err := clientOf(t, s, id).Certificates(t.Context())
	return err
}

func digest(s string) []byte {
	d := sha256.Sum256([]byte(s))
	return d[:]
}

func ask(t testing.TB, c *remote.Client, text string, docs ...string) *remote.Operation {
	t.Helper()
	var reqs []signer.Request
	for _, d := range docs {
		reqs = append(reqs, signer.Request{Digest: digest(text + d), Opts: crypto.SHA256, DocumentID: d})
	}
	op, err := c.Start(t.Context(), reqs, &remote.StartOptions{Text: text})
	require.NoError(t, err)
	return op
}

// call posts to the server and reads what comes back, as an integrator without a library would.
func call(t testing.TB, s *smartcatest.Server, path string, body any) (int, map[string]any) {
	t.Helper()
	data, err := json.Marshal(body)
	require.NoError(t, err)
	res, err := http.Post(s.URL+path, "application/json", bytes.NewReader(data))
	require.NoError(t, err)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	out := map[string]any{}
	_ = json.Unmarshal(raw, &out)
	return res.StatusCode, out
}

const base = "/sca/sp769"

func credentials(more map[string]any) map[string]any {
	out := map[string]any{"sp_id": smartcatest.DemoSPID, "sp_password": smartcatest.DemoSPPassword, "user_id": smartcatest.DemoID, "transaction_id": remote.NewID()}
	for k, v := range more {
		out[k] = v
	}
	return out
}

func file(id string, data string) map[string]any {
	return map[string]any{"doc_id": id, "data_to_be_signed": data, "file_type": "pdf", "sign_type": "hash", "need_pkcs7": true}
}

// TestWire follows the documents by hand: what goes over the wire, letter by letter.
func TestWire(t *testing.T) {
	clock := remotetest.NewFastClock(epoch)
	s := smartcatest.NewServer(t, &smartcatest.Options{Clock: clock})
	status, got := call(t, s, base+"/v1/credentials/get_certificate", credentials(nil))
	require.Equal(t, 200, status)
	cert := got["data"].(map[string]any)["user_certificates"].([]any)[0].(map[string]any)
	require.Equal(t, "VALID", cert["cert_status_code"])
	require.Equal(t, "Đang hoạt động", cert["cert_status"])
	require.Regexp(t, "^54010101[0-9a-f]{24}$", cert["serial_number"])
	der, err := base64.StdEncoding.DecodeString(cert["cert_data"].(string))
	require.NoError(t, err)
	leaf, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	require.Equal(t, 2048, leaf.PublicKey.(*rsa.PublicKey).N.BitLen())
	require.Contains(t, leaf.Issuer.CommonName, "TEST", "nobody takes it for VNPT's")
	require.NotContains(t, leaf.Issuer.String(), "VNPT")

	req := credentials(map[string]any{"serial_number": cert["serial_number"], "sign_files": []any{file("a", hex.EncodeToString(digest("a"))), file("b", hex.EncodeToString(digest("b")))}})
	id := req["transaction_id"].(string)
	status, got = call(t, s, base+"/v1/signatures/sign", req)
	require.Equal(t, 200, status)
	require.Equal(t, "sig_wait_for_user_confirm", got["message"])
	data := got["data"].(map[string]any)
	require.Equal(t, id, data["transaction_id"])
	require.NotEqual(t, id, data["tran_code"])

	status, got = call(t, s, base+"/v1/signatures/sign/"+id+"/status", struct{}{})
	require.Equal(t, 200, status)
	require.Equal(t, "sig_wait_for_user_confirm", got["message"])
	require.Nil(t, got["data"].(map[string]any)["signatures"])
	res, err := http.Post(s.URL+base+"/v1/signatures/sign/"+id+"/status", "", nil)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, 200, res.StatusCode, "an empty body will do")
	res, err = http.Get(s.URL + base + "/v1/signatures/sign/" + id + "/status")
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, 405, res.StatusCode)
	status, _ = call(t, s, base+"/v1/signatures/sign/"+data["tran_code"].(string)+"/status", struct{}{})
	require.Equal(t, 400, status, "the other id is caught")

	require.True(t, s.Approve(id))
	require.False(t, s.Refuse(id))
	_, got = call(t, s, base+"/v1/signatures/sign/"+id+"/status", struct{}{})
	require.Equal(t, "SUCCESS", got["message"])
	for i, name := range []string{"a", "b"} {
		sig := got["data"].(map[string]any)["signatures"].([]any)[i].(map[string]any)
		require.Equal(t, name, sig["doc_id"])
		require.Contains(t, sig, "timestamp_signature")
		value, err := base64.StdEncoding.DecodeString(sig["signature_value"].(string))
		require.NoError(t, err)
		require.NoError(t, rsa.VerifyPKCS1v15(leaf.PublicKey.(*rsa.PublicKey), crypto.SHA256, digest(name), value), "PKCS#1 v1.5 over the digest as it was sent")
	}
	require.Len(t, s.Transactions()[0].Looks, 3)
}

// TestRefusals: what the service would not take, the double does not take.
func TestRefusals(t *testing.T) {
	s := smartcatest.NewServer(t, nil)
	good := hex.EncodeToString(digest("a"))
	for name, tc := range map[string]struct {
		change map[string]any
		want   int
	}{
		"base64":            {map[string]any{"sign_files": []any{file("a", base64.StdEncoding.EncodeToString(digest("a")))}}, 400},
		"upper case":        {map[string]any{"sign_files": []any{file("a", strings.ToUpper(good))}}, 400},
		"short":             {map[string]any{"sign_files": []any{file("a", good[:62])}}, 400},
		"SHA-384":           {map[string]any{"sign_files": []any{file("a", good+good[:32])}}, 400},
		"same doc_id":       {map[string]any{"sign_files": []any{file("a", good), file("a", good)}}, 400},
		"no files":          {map[string]any{"sign_files": []any{}}, 400},
		"no transaction":    {map[string]any{"transaction_id": "", "sign_files": []any{file("a", good)}}, 400},
		"wrong application": {map[string]any{"sp_password": "x", "sign_files": []any{file("a", good)}}, 401},
		"unknown person":    {map[string]any{"user_id": "x", "sign_files": []any{file("a", good)}}, 401},
		"wrong serial":      {map[string]any{"serial_number": "5401", "sign_files": []any{file("a", good)}}, 403},
	} {
		status, got := call(t, s, base+"/v1/signatures/sign", credentials(tc.change))
		require.Equal(t, tc.want, status, name)
		require.InDelta(t, tc.want, got["status_code"], 0, name)
	}
	require.Empty(t, s.Transactions())
	same := credentials(map[string]any{"sign_files": []any{file("a", good)}})
	status, _ := call(t, s, base+"/v1/signatures/sign", same)
	require.Equal(t, 200, status)
	status, _ = call(t, s, base+"/v1/signatures/sign", same)
	require.Equal(t, 400, status, "an id is used once")
	s.SetGuesses(smartcatest.Guesses{AcceptDuplicates: true, ErrorsInBody: true})
	status, _ = call(t, s, base+"/v1/signatures/sign", same)
	require.Equal(t, 200, status)
	same["sp_password"] = "x"
	status, got := call(t, s, base+"/v1/signatures/sign", same)
	require.Equal(t, 200, status)
	require.InDelta(t, 401, got["status_code"], 0)
	s.Inject(smartcatest.CallSign, smartcatest.ServerError, 1)
	_, got = call(t, s, base+"/v1/signatures/sign", same)
	require.Equal(t, "SERVAR_INTERNAL_ERROR", got["message"], "misspelt as it is")
}

// TestLifetime: a transaction ends after 300 seconds of the clock, and waits for ever where the app has failed.
func TestLifetime(t *testing.T) {
	clock := remotetest.NewFastClock(epoch)
	s := smartcatest.NewServer(t, &smartcatest.Options{Clock: clock})
	state := func(id string) smartcatest.State {
		for _, tx := range s.Transactions() {
			if tx.ID == id {
				return tx.State
			}
		}
		return ""
	}
	op := ask(t, client(t, s), "a", "a")
	clock.Advance(299 * time.Second)
	require.Equal(t, smartcatest.Waiting, state(op.ID))
	clock.Advance(time.Second)
	require.Equal(t, smartcatest.Expired, state(op.ID))
	require.False(t, s.Approve(op.ID))
	s.Change(smartcatest.DemoID, func(sub *smartcatest.Subscriber) { sub.Stuck = true })
	op = ask(t, client(t, s), "b", "b")
	clock.Advance(time.Hour)
	require.Equal(t, smartcatest.Waiting, state(op.ID))
}

// TestSAD: bound to one transaction, good once, for 299 seconds.
func TestSAD(t *testing.T) {
	clock := remotetest.NewFastClock(epoch)
	s := smartcatest.NewServer(t, &smartcatest.Options{Clock: clock})
	_, got := call(t, s, base+"/v1/credentials/get_certificate", credentials(nil))
	serial := got["data"].(map[string]any)["user_certificates"].([]any)[0].(map[string]any)["serial_number"]
	open := func() (string, string) {
		clock.Advance(30 * time.Second)
		otp, err := smartca.TOTP(smartcatest.DemoTOTP, clock.Now())
		require.NoError(t, err)
		req := credentials(map[string]any{"serial_number": serial, "password": smartcatest.DemoPassword, "otp": otp.Reveal(), "sign_files": []any{file("a", hex.EncodeToString(digest("a")))}})
		status, got := call(t, s, base+"/v2/signatures/sign", req)
		require.Equal(t, 200, status)
		d := got["data"].(map[string]any)
		require.InDelta(t, 299, d["expired_in"], 0)
		require.Regexp(t, `^eyJ[\w-]+\.[\w-]+\.[\w-]+$`, d["sad"])
		return d["transaction_id"].(string), d["sad"].(string)
	}
	confirm := func(id, sad string) int {
		status, got := call(t, s, base+"/v2/signatures/confirm", credentials(map[string]any{"password": smartcatest.DemoPassword, "sad": sad, "transaction_id": id}))
		if status == 200 {
			require.Equal(t, "Success", got["message"])
		}
		return status
	}
	one, sad1 := open()
	two, sad2 := open()
	require.Equal(t, 400, confirm(two, sad1), "another transaction's")
	require.Equal(t, 400, confirm(one, sad1), "and used up by that")
	require.Equal(t, 400, confirm(two, sad2[:len(sad2)-2]+"AA"))
	require.Equal(t, 200, confirm(two, sad2))
	require.Equal(t, 400, confirm(two, sad2))
	three, sad3 := open()
	clock.Advance(299 * time.Second)
	require.Equal(t, 400, confirm(three, sad3))
}

// TestOAuth: 60000 with HTTP 400, credentials/info without an envelope, the states of gettraninfo, and the one notice.
func TestOAuth(t *testing.T) {
	notices := make(chan map[string]any, 4)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /notify", func(w http.ResponseWriter, r *http.Request) {
		var got map[string]any
		_ = json.NewDecoder(r.Body).Decode(&got)
		notices <- got
	})
	app := &http.Server{Handler: mux, ReadHeaderTimeout: time.Second}
	addr := listen(t, app)
	s := smartcatest.NewServer(t, nil)
	res, err := http.PostForm(s.URL+"/auth/token", url.Values{
		"grant_type": {"password"}, "client_id": {smartcatest.DemoSPID}, "client_secret": {smartcatest.DemoSPPassword}, "username": {smartcatest.DemoID}, "password": {smartcatest.DemoPassword},
	})
	require.NoError(t, err)
	defer res.Body.Close()
	var token struct {
		Access string `json:"access_token"`
	}
	require.NoError(t, json.NewDecoder(res.Body).Decode(&token))
	post := func(path string, body any) (int, map[string]any) {
		data, err := json.Marshal(body)
		require.NoError(t, err)
		req, err := http.NewRequest(http.MethodPost, s.URL+path, bytes.NewReader(data))
		require.NoError(t, err)
		req.Header.Set("Authorization", "Bearer "+token.Access)
		res, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		defer res.Body.Close()
		var got map[string]any
		require.NoError(t, json.NewDecoder(res.Body).Decode(&got))
		return res.StatusCode, got
	}
	_, list := post("/vi/csc/credentials/list", struct{}{})
	id := list["content"].([]any)[0].(string)
	status, got := post("/csc/credentials/info", map[string]any{"credentialId": "x"})
	require.Equal(t, 400, status)
	require.InDelta(t, 60000, got["code"], 0)
	_, got = post("/csc/credentials/info", map[string]any{"credentialId": id, "certificates": "chain"})
	require.NotContains(t, got, "code")
	require.Equal(t, "ENABLED", got["key"].(map[string]any)["status"])
	status, got = post("/csc/signature/signhash", map[string]any{"credentialId": id, "refTranId": "r", "datas": []any{map[string]any{"name": "a", "hash": hex.EncodeToString(digest("a"))}}})
	require.Equal(t, 400, status, "hexadecimal is refused here")
	require.InDelta(t, 62010, got["code"], 0)
	_, got = post("/csc/signature/signhash", map[string]any{
		"credentialId": id, "refTranId": "r", "notifyUrl": "http://" + addr + "/notify", "datas": []any{map[string]any{"name": "a", "hash": base64.StdEncoding.EncodeToString(digest("a"))}},
	})
	tran := got["content"].(map[string]any)["tranId"].(string)
	_, got = post("/csc/credentials/gettraninfo", map[string]any{"tranId": tran})
	require.InDelta(t, 4000, got["content"].(map[string]any)["tranStatus"], 0)
	require.True(t, s.Approve(tran))
	notice := <-notices
	require.Equal(t, map[string]any{"tranId": tran, "refTranId": "r", "status": float64(1)}, notice, "no signatures in it")
	_, got = post("/csc/credentials/gettraninfo", map[string]any{"tranId": tran})
	require.InDelta(t, 1, got["content"].(map[string]any)["tranStatus"], 0)
	status, got = post("/csc/credentials/gettraninfo", map[string]any{"tranId": "r"})
	require.Equal(t, 400, status)
	require.InDelta(t, 62000, got["code"], 0)
	require.Empty(t, notices)
}

// TestShownTexts is row D1 of the attacks: what is shown cannot break out of its place.
func TestShownTexts(t *testing.T) {
	s := smartcatest.NewServer(t, &smartcatest.Options{SPName: "A\x1b[2J\u202e<img src=x>"})
	s.AddSubscriber(&smartcatest.Subscriber{ID: "x", Name: "</title><script>\u0000\n", Certificates: nil})
	req := credentials(map[string]any{"transaction_desc": "line\nline\u2028<b>\u202e", "sign_files": []any{file("\"><script>alert(1)</script>\u200b\x00", hex.EncodeToString(digest("a")))}})
	status, _ := call(t, s, base+"/v1/signatures/sign", req)
	require.Equal(t, 200, status)
	for _, path := range []string{"/phone/", "/phone/" + smartcatest.DemoID, "/phone/x", "/phone/" + smartcatest.DemoID + "?m=%3Cscript%3E", "/phone/" + smartcatest.DemoID + "/mail"} {
		res, err := http.Get(s.URL + path)
		require.NoError(t, err)
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, 200, res.StatusCode, path)
		for _, bad := range []string{"<script", "<img", "<b>", "\x1b", "\u202e", "\u2028", "\u200b", "\x00"} {
			require.NotContains(t, string(body), bad, path)
		}
		require.Contains(t, res.Header.Get("Content-Security-Policy"), "default-src 'none'")
	}
	for _, path := range []string{"/phone/nobody", "/phone/" + smartcatest.DemoID + "/document?tran=x&doc=y"} {
		res, err := http.Get(s.URL + path)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, 404, res.StatusCode)
	}
	foreign, err := http.NewRequest(http.MethodPost, s.URL+"/phone/"+smartcatest.DemoID+"/refuse", strings.NewReader("tran="+req["transaction_id"].(string)))
	require.NoError(t, err)
	foreign.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	foreign.Header.Set("Sec-Fetch-Site", "cross-site")
	res, err := http.DefaultClient.Do(foreign)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, 403, res.StatusCode, "other sites' pages do not press its buttons")
	require.Equal(t, smartcatest.Waiting, s.Transactions()[0].State)
}

func ExampleNewServer() {
	server, err := smartcatest.Start(nil) // in a test: smartcatest.NewServer(t, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	server.Change(smartcatest.DemoID, func(s *smartcatest.Subscriber) { s.User = smartcatest.Refuse })
	provider, err := smartca.New(server.Config(smartcatest.DemoID))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = remote.New(provider, nil).Sign(context.Background(), digest("a"), crypto.SHA256)
	fmt.Println(err != nil)
	// Output: true
}
