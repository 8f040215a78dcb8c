package simtest_test

import (
	"crypto"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/remotetest"
	"github.com/kyso-dev/kyso/remote/sim"
	"github.com/kyso-dev/kyso/remote/sim/simtest"
	"github.com/kyso-dev/kyso/signer"
)

func get(t *testing.T, address string) string {
	t.Helper()
	res, err := http.Get(address) //nolint:gosec,noctx // the double of this test
	require.NoError(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Contains(t, res.Header.Get("Content-Security-Policy"), "default-src 'none'")
	return string(body)
}

func press(t *testing.T, address string, form url.Values) string {
	t.Helper()
	res, err := http.PostForm(address, form) //nolint:gosec,noctx // as above
	require.NoError(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return string(body)
}

var hidden = regexp.MustCompile(`name="id" value="([^"]+)"`)

// TestPhone holds the phone: it shows text and code, wants the right PIN, blocks, refuses, and can be switched off.
func TestPhone(t *testing.T) {
	server := simtest.NewServer(t, &simtest.Options{Dialect: sim.ETSI(), Clock: remotetest.NewClock(time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC))})
	config := server.Config(simtest.DemoNumber)
	provider, err := sim.New(config)
	require.NoError(t, err)
	key := remote.New(provider, &remote.Options{Text: "<script>alert(1)</script>", Clock: config.Clock})
	page := server.Phone(simtest.DemoNumber)
	ask := func(n byte) *remote.Operation {
		digest := make([]byte, 32)
		digest[0] = n
		op, err := key.Start(t.Context(), []signer.Request{{Digest: digest, Opts: crypto.SHA256}}, nil)
		require.NoError(t, err)
		return op
	}
	id := func() url.Values {
		found := hidden.FindStringSubmatch(get(t, page))
		require.NotNil(t, found)
		return url.Values{"id": {found[1]}}
	}
	require.Contains(t, get(t, server.URL+"/phone/"), simtest.DemoEC)
	require.Contains(t, get(t, page), "Không có yêu cầu nào")

	op := ask(4)
	shown := get(t, page)
	require.NotContains(t, shown, "<script>")
	require.Contains(t, shown, op.Control)
	form := id()
	form.Set("pin", "000000")
	require.Contains(t, press(t, page+"/sign", form), "Còn 2 lần thử")
	form.Set("pin", simtest.DemoPIN)
	require.Contains(t, press(t, page+"/sign", form), "Đã ký")
	require.Contains(t, press(t, page+"/sign", form), "không còn hiệu lực") // pressed twice
	require.Equal(t, 1, server.Signatures())
	require.NoError(t, key.Poll(t.Context(), op))
	require.Len(t, op.Signatures(), 1)

	op = ask(5)
	require.Contains(t, press(t, page+"/refuse", id()), "Đã từ chối")
	require.ErrorIs(t, key.Poll(t.Context(), op), signer.ErrRefused)

	op = ask(6)
	press(t, page+"/power", url.Values{"off": {"1"}})
	require.Contains(t, get(t, page), "Điện thoại đã tắt")
	require.ErrorIs(t, key.Poll(t.Context(), op), sim.ErrPhone)
	press(t, page+"/power", url.Values{"off": {"0"}})

	op = ask(7)
	form = id()
	form.Set("pin", "1")
	for range 3 {
		shown = press(t, page+"/sign", form)
	}
	require.Contains(t, shown, "đã bị khóa")
	require.ErrorIs(t, key.Poll(t.Context(), op), sim.ErrPINBlocked)

	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, page+"/refuse", strings.NewReader(""))
	require.NoError(t, err)
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, http.StatusForbidden, res.StatusCode)
}

// TestRefuses sends what the schema or the rules forbid, and sees each refused under its code.
func TestRefuses(t *testing.T) {
	const body = `<?xml version="1.0"?><e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:m="http://uri.etsi.org/TS102204/v1.1.2#"><e:Body><MSS_Signature><MSS_SignatureReq MajorVersion="1" MinorVersion="1" MessagingMode="asynchClientServer" TimeOut="80"><m:AP_Info AP_ID="http://ap.test/kyso" AP_TransID="t%d" AP_PWD="demo-ap-password" Instant="2026-01-05T09:00:00Z"/><m:MSSP_Info><m:MSSP_ID><m:URI>http://hmssp.test</m:URI></m:MSSP_ID></m:MSSP_Info><m:MobileUser><m:MSISDN>+84900000001</m:MSISDN></m:MobileUser><m:DataToBeSigned MimeType="application/octet-stream" Encoding="base64">MDEwDQYJYIZIAWUDBAIBBQAEIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA</m:DataToBeSigned><m:DataToBeDisplayed MimeType="text/plain" Encoding="UTF-8">text</m:DataToBeDisplayed><m:MSS_Format><m:mssURI>http://uri.etsi.org/TS102204/v1.1.2#PKCS1</m:mssURI></m:MSS_Format></MSS_SignatureReq></MSS_Signature></e:Body></e:Envelope>`
	server := simtest.NewServer(t, &simtest.Options{Dialect: sim.ETSI(), Clock: remotetest.NewClock(time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)), Guesses: simtest.Guesses{KillFirst: true}})
	n := 0
	send := func(old, with, kind string) string {
		n++
		text := fmt.Sprintf(body, n)
		if old != "" {
			require.Contains(t, text, old)
			text = strings.Replace(text, old, with, 1)
		}
		res, err := http.Post(server.URL+"/soap/services/MSS_SignaturePort", kind, strings.NewReader(text)) //nolint:gosec,noctx // as above
		require.NoError(t, err)
		defer res.Body.Close()
		got, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		return string(got)
	}
	const soap = "application/soap+xml; charset=utf-8"
	require.Contains(t, send("", "", soap), `Value="100"`)
	for _, tc := range []struct{ name, old, with, code string }{
		{"same again", "t3", "t1", "101"},
		{"AP_TransID begins with a digit", `AP_TransID="t`, `AP_TransID="3`, "101"},
		{"AP_TransID too long", `AP_TransID="t`, `AP_TransID="t` + strings.Repeat("x", 32), "101"},
		{"no AP_TransID", `AP_TransID="t`, `Other="t`, "102"},
		{"another application", "ap.test/kyso", "ap.test/other", "104"},
		{"wrong password", "demo-ap-password", "guess", "104"},
		{"clock is off", "09:00:00Z", "09:06:00Z", "101"},
		{"no time", "2026-01-05T09:00:00Z", "today", "101"},
		{"version", `MinorVersion="1"`, `MinorVersion="7"`, "108"},
		{"mode", "asynchClientServer", "whenever", "101"},
		{"time-out", `TimeOut="80"`, `TimeOut="-1"`, "101"},
		{"unknown number", "+84900000001", "+84900000009", "105"},
		{"form of the number", "+84900000001", "84900000001", "105"},
		{"no number", "<m:MobileUser><m:MSISDN>+84900000001</m:MSISDN></m:MobileUser>", "", "102"},
		{"no data", "MDEwDQYJYIZIAWUDBAIBBQAEIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "", "102"},
		{"no DigestInfo", "MDEw", "MDEx", "103"},
		{"type of the data", "application/octet-stream", "application/x-sha256", "101"},
		{"format", "#PKCS1", "#PKCS7", "101"},
		{"nothing to display", ">text<", "><", "102"},
		{"too much to display", ">text<", ">" + strings.Repeat("x", 161) + "<", "103"},
		{"bidirectional characters", ">text<", ">a\u202eb<", "107"},
		{"order of elements", `<m:MobileUser><m:MSISDN>+84900000001</m:MSISDN></m:MobileUser>`, `<m:MSS_Format><m:mssURI>x</m:mssURI></m:MSS_Format><m:MobileUser><m:MSISDN>+84900000001</m:MSISDN></m:MobileUser>`, "101"},
		{"no MSSP_Info", "<m:MSSP_Info><m:MSSP_ID><m:URI>http://hmssp.test</m:URI></m:MSSP_ID></m:MSSP_Info>", "", "102"},
		{"not XML", "</e:Envelope>", "", "101"},
	} {
		if tc.name == "same again" {
			tc.old, tc.with = fmt.Sprintf(`AP_TransID="t%d"`, n+1), `AP_TransID="t1"`
		}
		require.Contains(t, send(tc.old, tc.with, soap), "_"+tc.code, tc.name)
	}
	require.Contains(t, send("", "", "text/xml"), "_107")
	require.Len(t, server.Transactions(), 1)
}
