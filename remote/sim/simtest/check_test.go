package simtest_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/remote/remotetest"
	"github.com/kyso-dev/kyso/remote/sim"
	"github.com/kyso-dev/kyso/remote/sim/internal/mss"
	"github.com/kyso-dev/kyso/remote/sim/simtest"
)

// body is a good request, but for its number.
const body = `<?xml version="1.0"?><e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:m="http://uri.etsi.org/TS102204/v1.1.2#"><e:Body><MSS_Signature><MSS_SignatureReq MajorVersion="1" MinorVersion="1" MessagingMode="asynchClientServer" TimeOut="80"><m:AP_Info AP_ID="http://ap.test/kyso" AP_TransID="t%d" AP_PWD="demo-ap-password" Instant="2026-01-05T09:00:00Z"/><m:MSSP_Info><m:MSSP_ID><m:URI>http://hmssp.test</m:URI></m:MSSP_ID></m:MSSP_Info><m:MobileUser><m:MSISDN>+84900000001</m:MSISDN></m:MobileUser><m:DataToBeSigned MimeType="application/octet-stream" Encoding="base64">MDEwDQYJYIZIAWUDBAIBBQAEIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA</m:DataToBeSigned><m:DataToBeDisplayed MimeType="text/plain" Encoding="UTF-8">text</m:DataToBeDisplayed><m:MSS_Format><m:mssURI>http://uri.etsi.org/TS102204/v1.1.2#PKCS1</m:mssURI></m:MSS_Format></MSS_SignatureReq></MSS_Signature></e:Body></e:Envelope>`

const soap = "application/soap+xml; charset=utf-8"

// post sends a request to a port and gives the answer back.
func post(t *testing.T, server *simtest.Server, call sim.Call, kind, text string) string {
	t.Helper()
	res, err := http.Post(server.URL+"/soap/services/"+port[call], kind, strings.NewReader(text)) //nolint:gosec,noctx // the double of this test
	require.NoError(t, err)
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return string(got)
}

var port = map[sim.Call]string{sim.CallSignature: "MSS_SignaturePort", sim.CallStatus: "MSS_StatusQueryPort", sim.CallReceipt: "MSS_ReceiptPort"}

// TestRefuses sends what the schema or the rules forbid, and sees each refused under its code.
func TestRefuses(t *testing.T) {
	server := simtest.NewServer(t, &simtest.Options{Dialect: sim.ETSI(), Clock: remotetest.NewClock(time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)), Guesses: simtest.Guesses{KillFirst: true}})
	n := 0
	send := func(old, with, kind string) string {
		n++
		text := fmt.Sprintf(body, n)
		require.Contains(t, text, old)
		return post(t, server, sim.CallSignature, kind, strings.Replace(text, old, with, 1))
	}
	require.Contains(t, send("", "", soap), `Value="100"`)
	for _, tc := range []struct{ name, old, with, code string }{
		{"same again", "t3", "t1", "101"},
		{"AP_TransID begins with a digit", `AP_TransID="t`, `AP_TransID="3`, "101"},
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
	require.Contains(t, send("", "", "text/plain"), "_107")
	require.Len(t, server.Transactions(), 1)
	require.Contains(t, send("", "", "text/xml;charset=UTF-8"), `Value="100"`)
}

// TestPolls: looks are counted, and those that come sooner than the dialect says; none may repeat the names of another request.
func TestPolls(t *testing.T) {
	clock := remotetest.NewClock(time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC))
	d := sim.ETSI()
	d.First = 20 * time.Second
	server := simtest.NewServer(t, &simtest.Options{Dialect: d, Clock: clock})
	require.Contains(t, post(t, server, sim.CallSignature, soap, fmt.Sprintf(body, 1)), `Value="100"`)
	look := func(transID, instant string) string {
		_, head, _ := strings.Cut(fmt.Sprintf(body, 1), "<m:AP_Info")
		head, _, _ = strings.Cut("<m:AP_Info"+head, "<m:MobileUser>")
		head = strings.Replace(head, "09:00:00Z", instant, 1)
		return post(t, server, sim.CallStatus, soap, `<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:m="http://uri.etsi.org/TS102204/v1.1.2#"><e:Body><MSS_StatusQuery>`+
			`<MSS_StatusReq MajorVersion="1" MinorVersion="1" MSSP_TransID="`+transID+`">`+head+`</MSS_StatusReq></MSS_StatusQuery></e:Body></e:Envelope>`)
	}
	id := server.Transactions()[0].ID
	require.Contains(t, look(id, "09:00:00Z"), "_101") // the names of the request itself
	require.Contains(t, look(id, "09:00:00.001Z"), `Value="504"`)
	require.Contains(t, look(id, "09:00:00.001Z"), "_101")
	require.Contains(t, look("Mother", "09:00:00.002Z"), "_101")
	clock.Advance(19 * time.Second)
	require.Contains(t, look(id, "09:00:19Z"), `Value="504"`)
	clock.Advance(time.Second)
	require.Contains(t, look(id, "09:00:20Z"), `Value="504"`)
	require.True(t, server.Approve(simtest.DemoNumber))
	require.Contains(t, look(id, "09:00:20.5Z"), `Value="502"`)
	seen := server.Transactions()[0]
	require.Equal(t, []int{4, 2}, []int{seen.Polls, seen.Early})
}

// TestSwisscomClient: what Swisscom's own client does is taken, and answered in its form. It names its transactions in 39 characters, and
// every look by another; it sends an operation in a namespace and takes answers in no other, nor of another content type.
func TestSwisscomClient(t *testing.T) {
	clock := remotetest.NewClock(time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC))
	text := strings.Replace(fmt.Sprintf(body, 1), `AP_TransID="t1"`, `AP_TransID="ID-00000000-0000-0000-0000-000000000000"`, 1)
	for _, d := range []sim.Dialect{sim.ETSI(), sim.FiCom()} {
		server := simtest.NewServer(t, &simtest.Options{Dialect: d, Clock: clock})
		if d.FiCom { // at most 32 characters
			require.Contains(t, post(t, server, sim.CallSignature, soap, text), "AP_TransID")
			continue
		}
		spaced := strings.NewReplacer("<MSS_Signature>", `<w:MSS_Signature xmlns:w="urn:w">`, "</MSS_Signature>", "</w:MSS_Signature>").Replace(text)
		for kind, sent := range map[string]string{"text/xml": text, "application/soap+xml": spaced} {
			res, err := http.Post(server.URL+"/soap/services/MSS_SignaturePort", kind, strings.NewReader(sent)) //nolint:gosec,noctx // as above
			require.NoError(t, err)
			got, err := io.ReadAll(res.Body)
			require.NoError(t, err)
			require.NoError(t, res.Body.Close())
			require.Contains(t, res.Header.Get("Content-Type"), kind)
			if strings.Contains(string(got), "<e:Fault>") {
				require.Contains(t, string(got), "_101") // the second has the names of the first
			} else {
				require.Equal(t, sent == spaced, strings.Contains(string(got), `<w:MSS_SignatureResponse xmlns:w="urn:w">`))
			}
		}
		_, head, _ := strings.Cut(text, "<m:AP_Info")
		head, _, _ = strings.Cut("<m:AP_Info"+head, "<m:MobileUser>")
		look := `<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:m="http://uri.etsi.org/TS102204/v1.1.2#"><e:Body><MSS_StatusQuery>` +
			`<MSS_StatusReq MajorVersion="1" MinorVersion="1" MSSP_TransID="` + server.Transactions()[0].ID + `">` + strings.Replace(head, "ID-0", "ID-1", 1) + `</MSS_StatusReq></MSS_StatusQuery></e:Body></e:Envelope>`
		require.Contains(t, post(t, server, sim.CallStatus, soap, look), `Value="504"`)
	}
}

// TestOneAddress: over JSON everything may go to one address.
func TestOneAddress(t *testing.T) {
	server := simtest.NewServer(t, &simtest.Options{Dialect: sim.SwisscomREST()})
	c := server.Config(simtest.DemoNumber)
	c.Dialect.Ports = map[sim.Call]string{sim.CallSignature: "/rest/service", sim.CallProfile: "/rest/service"}
	p, err := sim.New(c)
	require.NoError(t, err)
	_, err = p.Certificates(t.Context())
	require.NoError(t, err)
	require.NoError(t, p.Heartbeat(t.Context()))
	require.Equal(t, []int{1, 1}, []int{server.Calls(sim.CallProfile), server.Calls(sim.CallSignature)})
}

// TestSignedAllTheSame: a status that says that a signature is worth nothing comes with that signature.
func TestSignedAllTheSame(t *testing.T) {
	for _, status := range []string{"501", "503", "505"} {
		server := simtest.NewServer(t, &simtest.Options{Dialect: sim.ETSI(), Clock: remotetest.NewClock(time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC))})
		server.Change(simtest.DemoNumber, func(c *simtest.SIM) { c.User, c.Status = simtest.Approve, status })
		answer := post(t, server, sim.CallSignature, soap, strings.Replace(fmt.Sprintf(body, 1), "asynchClientServer", "synch", 1))
		require.Contains(t, answer, `Value="`+status+`"`)
		require.Contains(t, answer, "<m:Base64Signature>")
		require.Equal(t, 1, server.Signatures())
	}
}

// TestTimeOut: a request runs out after so many seconds, at a date, or after five minutes, whichever it says.
func TestTimeOut(t *testing.T) {
	for attributes, want := range map[string]time.Duration{
		`TimeOut="80"`: 80 * time.Second, `ValidityDate="2026-01-05T09:00:30Z"`: 30 * time.Second, ``: 300 * time.Second,
		`TimeOut="20" ValidityDate="2026-01-05T09:00:30Z"`: 20 * time.Second, `ValidityDate="2026-01-05T08:00:00Z"`: 0,
	} {
		clock := remotetest.NewClock(time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC))
		server := simtest.NewServer(t, &simtest.Options{Dialect: sim.ETSI(), Clock: clock})
		require.Contains(t, post(t, server, sim.CallSignature, soap, strings.Replace(fmt.Sprintf(body, 1), `TimeOut="80"`, attributes, 1)), `Value="100"`)
		if want > 0 {
			clock.Advance(want - time.Second)
			require.Equal(t, simtest.Waiting, server.Transactions()[0].State, attributes)
			clock.Advance(time.Second)
		}
		require.Equal(t, 208, server.Transactions()[0].Code, attributes)
	}
}

// TestServices: the additional services that are obligatory at FiCom and at Swisscom are missed.
func TestServices(t *testing.T) {
	ask := func(d sim.Dialect, services ...mss.Service) *mss.Message {
		t.Helper()
		clock := remotetest.NewClock(time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC))
		server := simtest.NewServer(t, &simtest.Options{Dialect: d, Clock: clock, SignText: func(*simtest.SIM, string) ([]byte, error) { return []byte("CMS"), nil }})
		good, err := mss.Form{}.Read([]byte(fmt.Sprintf(body, 1)))
		require.NoError(t, err)
		good.Services, good.Display = services, nil
		if good.Format = d.Format; d.Format == "" {
			good.Minor, good.Data = "2", &mss.Data{MimeType: "text/plain", Encoding: "UTF-8", Text: "a"}
		}
		answer, err := mss.Form{}.Read([]byte(post(t, server, sim.CallSignature, soap, string(mss.Form{}.Write(good)))))
		require.NoError(t, err)
		return answer
	}
	event, spam := mss.Service{URI: mss.SpaceFiCom + "eventId", EventID: "1234"}, mss.Service{URI: mss.SpaceFiCom + "noSpam"}
	require.Nil(t, ask(sim.FiCom(), event, spam).Fault)
	require.Equal(t, 102, ask(sim.FiCom(), spam).Fault.Code)
	require.Equal(t, 1012, ask(sim.FiCom(), event).Fault.Sub)
	for _, id := range []string{"123", "123456789", "12-34", "đường"} {
		event.EventID = id
		require.Equal(t, 102, ask(sim.FiCom(), event, spam).Fault.Code, id)
	}
	lang := mss.Service{URI: mss.SpaceFiCom + "userLang", Lang: "EN"}
	require.Nil(t, ask(sim.SwisscomSOAP(), lang).Fault)
	require.Equal(t, 102, ask(sim.SwisscomSOAP()).Fault.Code)
	lang.Lang = "vi"
	require.Equal(t, 102, ask(sim.SwisscomSOAP(), lang).Fault.Code)
}

// TestDisplay: a phone shows so many septets of GSM 03.38, or so many units of UCS-2 once a character is outside of it.
func TestDisplay(t *testing.T) {
	clock := remotetest.NewClock(time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC))
	server := simtest.NewServer(t, &simtest.Options{Dialect: sim.ETSI(), Clock: clock, Guesses: simtest.Guesses{KillFirst: true}})
	narrow := sim.ETSI()
	narrow.MaxUCS2 = 0
	other := simtest.NewServer(t, &simtest.Options{Dialect: narrow, Clock: clock, Guesses: simtest.Guesses{KillFirst: true}})
	n := 0
	for _, tc := range []struct {
		server     *simtest.Server
		text, want string
	}{
		{server, strings.Repeat("é", 160), `Value="100"`}, {server, strings.Repeat("é", 161), "_103"}, {server, strings.Repeat("[", 80), `Value="100"`}, {server, strings.Repeat("[", 81), "_103"},
		{server, strings.Repeat("ư", 70), `Value="100"`}, {server, strings.Repeat("ư", 71), "_103"}, {server, strings.Repeat("é", 70) + "ư", "_103"}, {server, strings.Repeat("😀", 36), "_103"},
		{server, "a\u2066b", "_107"}, {other, "é", `Value="100"`}, {other, "ư", "_107"},
	} {
		n++
		text := strings.Replace(fmt.Sprintf(body, n), ">text<", ">"+tc.text+"<", 1)
		require.Contains(t, post(t, tc.server, sim.CallSignature, soap, text), tc.want, tc.text)
	}
}
