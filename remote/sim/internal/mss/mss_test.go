package mss

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/testtool"
)

// full is a message with everything that has a place in a request for a signature.
func full() *Message {
	return &Message{
		Call: Signature, Major: "1", Minor: "1", APID: "http://ap.test/?a=1&b=2", APPassword: `p"<&>`, APTransID: "t1", Instant: "2026-01-05T09:00:00.000Z",
		MSSP: "http://mssp.test", Mode: "asynchClientServer", TimeOut: "80", MSISDN: "+84900000001",
		Data: &Data{"application/octet-stream", "base64", "AAAA"}, Display: &Data{"text/plain", "UTF-8", "A & B </m:DataToBeDisplayed> ]]> 'đ'"},
		Profile: "http://profile.test", Format: Space + "PKCS1", Services: []Service{{URI: "http://service.test", Lang: "en"}},
	}
}

// TestRoundTrip writes and reads everything in every form.
func TestRoundTrip(t *testing.T) {
	for name, f := range map[string]Form{"soap 1.2": {}, "soap 1.1": {Envelope: SOAP11}, "vn": {FormatFirst: true, Wrapper: "urn:w"}, "json": {JSON: true}} {
		t.Run(name, func(t *testing.T) {
			got, err := f.Read(f.Write(full()))
			require.NoError(t, err)
			require.Equal(t, full(), got)
			for _, call := range Calls {
				answer := &Message{Call: call, Answer: true, Major: "1", Minor: "1", APID: "a", APTransID: "t", Instant: "i", MSSP: "m", TransID: "M1", Code: "100", Text: "OK"}
				got, err := f.Read(f.Write(answer))
				require.NoError(t, err)
				require.Equal(t, answer, got)
			}
			if !f.JSON {
				for _, answer := range []bool{false, true} {
					shake := &Message{Call: Handshake, Answer: answer, Major: "1", Minor: "1", Settled: &Settled{Methods: []string{"MSS_Status"}, AP: []string{"AAAA", "BBBB"}, Algorithms: []string{"urn:a"}}}
					if shake.Settled.Roots = []string{"CN=<A>"}; answer {
						shake.Settled.Roots, shake.Settled.Service = nil, []string{"CCCC"}
					}
					got, err := f.Read(f.Write(shake))
					require.NoError(t, err)
					require.Equal(t, shake, got)
				}
			}
			fault := &Message{Answer: true, Fault: &Fault{Code: 401, Reason: "USER_CANCEL", Detail: "a < b"}}
			got, err = f.Read(f.Write(fault))
			require.NoError(t, err)
			require.Equal(t, fault, got)
		})
	}
	got, err := Form{}.Read(Form{Bare: true, NoReceiver: true}.Write(&Message{Answer: true, Fault: &Fault{Code: 401, Sub: 4012, Reason: "x"}}))
	require.NoError(t, err)
	require.Equal(t, Fault{Code: 401, Sub: 4012, Reason: "x", Sender: true}, *got.Fault)
}

// TestRefused: what could be read in two ways, or would cost something to read, is not read.
func TestRefused(t *testing.T) {
	good := string(Form{}.Write(full()))
	for name, tc := range map[string]struct {
		text string
		err  error
	}{
		"DTD":                    {strings.Replace(good, "?>", "?><!DOCTYPE x>", 1), ErrDTD},
		"external entity":        {strings.Replace(good, "?>", `?><!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]>`, 1), ErrDTD},
		"undeclared entity":      {strings.Replace(good, "AAAA", "&y;", 1), ErrSyntax},
		"processing instruction": {strings.Replace(good, "?>", "?><?y z?>", 1), ErrDTD},
		"another encoding":       {strings.Replace(good, "UTF-8", "UTF-7", 1), ErrSyntax},
		"cut":                    {good[:len(good)/2], ErrSyntax},
		"something after":        {good + "x", ErrSyntax},
		"two roots":              {good + "<a/>", ErrSyntax},
		"no envelope":            {"<a/>", ErrShape},
		"empty":                  {"", ErrSyntax},
		"two messages":           {strings.Replace(good, "</e:Body>", `<MSS_StatusResp/></e:Body>`, 1), ErrShape},
		"two numbers":            {strings.Replace(good, "<m:MobileUser>", "<m:MobileUser><m:MSISDN>1</m:MSISDN>", 1), ErrShape},
		"too deep":               {strings.Repeat("<a>", 40) + strings.Repeat("</a>", 40), ErrTooLarge},
		"too many elements":      {"<a>" + strings.Repeat("<b/>", 10_001) + "</a>", ErrTooLarge},
		"too large":              {good + strings.Repeat(" ", 1<<20), ErrTooLarge},
		"another namespace":      {strings.ReplaceAll(strings.Replace(good, "<MSS_SignatureReq", `<MSS_SignatureReq xmlns="urn:x"`, 1), "<e:Header/>", ""), ErrShape},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Form{}.Read([]byte(tc.text))
			require.ErrorIs(t, err, tc.err)
		})
	}
	for _, text := range []string{"", "{", "[]", "null", `{"a":1}`, `{"Fault":{}}{}`, `{"MSS_StatusResp":{},"Fault":{}}`, strings.Repeat(`{"a":`, 20_000)} {
		_, err := Form{JSON: true}.Read([]byte(text))
		require.Error(t, err, text)
	}
}

// TestSamples reads the answers that Swisscom's client is tested with.
func TestSamples(t *testing.T) {
	dir := testtool.Corpora(t, "mss", "swisscom-samples")
	for name, want := range map[string]Message{
		"soap-response-async-signature":    {Call: Signature, Code: "100", TransID: "CAFE_BABE", MSISDN: "418888888888", Profile: "http://mid.swisscom.ch/My-Custom-Profile"},
		"soap-response-status-outstanding": {Call: Status, Code: "504", MSISDN: "418888888888"},
		"soap-response-status-signature":   {Call: Status, Code: "500", MSISDN: "418888888888"},
		"soap-response-profile-query":      {Call: Profile, Code: "100"},
		"rest-response-async-signature":    {Call: Signature, Code: "100", TransID: "CAFE_BABE", MSISDN: "41000092102", Profile: "http://mid.swisscom.ch/My-Custom-Profile"},
		"rest-response-status-outstanding": {Call: Status, Code: "504", MSISDN: "41000092102"},
		"rest-response-status-signature":   {Call: Status, Code: "500", MSISDN: "41000092102"},
		"rest-response-signature":          {Call: Signature, Code: "500", TransID: "HE826ht", MSISDN: "418888888888", Profile: "http://mid.swisscom.ch/My-Custom-Profile"},
		"rest-response-profile-query":      {Call: Profile, Code: "100"},
		"rest-response-fault-user-cancel":  {},
	} {
		t.Run(name, func(t *testing.T) {
			form, ext := Form{JSON: true}, ".json"
			if strings.HasPrefix(name, "soap") {
				form, ext = Form{}, ".xml"
			}
			data, err := os.ReadFile(filepath.Join(dir, name+ext))
			require.NoError(t, err)
			got, err := form.Read(data)
			require.NoError(t, err)
			if want.Call == "" {
				require.Equal(t, 401, got.Fault.Code)
				require.Equal(t, "USER_CANCEL", got.Fault.Reason)
				return
			}
			require.Equal(t, want, Message{Call: got.Call, Code: got.Code, TransID: got.TransID, MSISDN: got.MSISDN, Profile: got.Profile})
			require.Equal(t, want.Code == "500", got.Base64 != "")
			if want.Call != Profile {
				return
			}
			require.Len(t, got.Certs, 6)
			require.Equal(t, []string{"http://mid.swisscom.ch/Any-LoA4", "http://mid.swisscom.ch/MID/v1/AuthProfile1", "http://mid.swisscom.ch/STK-LoA4"}, got.Profiles)
		})
	}
	raw, err := os.ReadFile(filepath.Join(dir, "soap-response-status-signature-expected.json"))
	require.NoError(t, err)
	var expected struct {
		Base64Signature string `json:"base64Signature"`
	}
	require.NoError(t, json.Unmarshal(raw, &expected))
	data, err := os.ReadFile(filepath.Join(dir, "soap-response-status-signature.xml"))
	require.NoError(t, err)
	got, err := Form{}.Read(data)
	require.NoError(t, err)
	require.Equal(t, expected.Base64Signature, got.Base64)
}

// FuzzRead reads anything in either form, and what it could read it can write and read again.
func FuzzRead(f *testing.F) {
	f.Add([]byte(Form{}.Write(full())), false)
	f.Add([]byte(Form{JSON: true}.Write(full())), true)
	f.Add([]byte(Form{}.Write(&Message{Call: Handshake, Settled: &Settled{AP: []string{"AAAA"}, Roots: []string{"CN=A"}, Algorithms: []string{"urn:a"}}})), false)
	f.Add([]byte(`<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`), false)
	f.Fuzz(func(t *testing.T, data []byte, isJSON bool) {
		m, err := Form{JSON: isJSON}.Read(data)
		if err != nil {
			require.Nil(t, m)
			return
		}
		if _, err := (Form{JSON: isJSON}).Read(Form{JSON: isJSON}.Write(m)); err != nil {
			require.ErrorIs(t, err, ErrTooLarge) // what is escaped grows
		}
	})
}
