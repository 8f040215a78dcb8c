package sim_test

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/remotetest"
	"github.com/kyso-dev/kyso/remote/sim"
	"github.com/kyso-dev/kyso/remote/sim/simtest"
)

// canned answers every request with the same body.
type canned struct {
	status int
	body   []byte
}

func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: c.status, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(c.body)), ContentLength: int64(len(c.body)), Request: r}, nil
}

// FuzzAnswer gives the client whatever a service may answer: no panic, a typed error, and never a signature that does not verify.
func FuzzAnswer(f *testing.F) {
	chain, err := authority().Issue("TEST", simtest.RSAKey(), epoch.AddDate(0, -1, 0), 0)
	require.NoError(f, err)
	const envelope = `<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:m="http://uri.etsi.org/TS102204/v1.1.2#"><e:Body>`
	for _, seed := range []string{
		envelope + `<r><MSS_SignatureResp MSSP_TransID="M1"><m:AP_Info AP_ID="a" AP_TransID="t"/><m:Status><m:StatusCode Value="500"/></m:Status></MSS_SignatureResp></r></e:Body></e:Envelope>`,
		envelope + `<e:Fault><e:Code><e:Value>e:Sender</e:Value><e:Subcode><e:Value>m:_401</e:Value></e:Subcode></e:Code></e:Fault></e:Body></e:Envelope>`,
		`<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><e:Fault><faultcode>_208</faultcode></e:Fault></e:Body></e:Envelope>`,
		`<!DOCTYPE a><a/>`, `<html>`, `{"Fault":{"Code":{"SubCode":{"Value":"_401"}}}}`, `{"MSS_SignatureResp":{"Status":{"StatusCode":{"Value":500}}}}`, `null`, `[]`,
	} {
		f.Add(200, []byte(seed), false)
		f.Add(500, []byte(seed), true)
	}
	f.Fuzz(func(t *testing.T, status int, body []byte, json bool) {
		if status < 200 || status > 599 {
			return
		}
		d := sim.ETSI()
		if json {
			d = dialects()["swisscom-rest"]
		}
		d.Source = sim.FromConfig
		clock := remotetest.NewFastClock(epoch)
		p, err := sim.New(sim.Config{
			BaseURL: "https://service.test", Dialect: d, APID: "a", APPassword: "b", MSSP: "c", MSISDN: "+84900000001", Chain: chain, Clock: clock,
			HTTPClient: &http.Client{Transport: canned{status, body}},
		})
		require.NoError(t, err)
		key := remote.New(p, &remote.Options{Clock: clock, CheckCMS: cms.CheckDigest})
		if der, err := key.SignCMS(t.Context(), requests("b")[0]); err == nil {
			require.NoError(t, cms.CheckDigest(der, digest("b"), crypto.SHA256, chain[0]))
		}
		if der, err := p.SignText(t.Context(), sim.Text{Text: "c", Check: cms.CheckContent}); err == nil {
			require.NoError(t, cms.CheckContent(der, []byte("c"), chain[0]))
		}
		sig, err := key.Sign(t.Context(), digest("a"), crypto.SHA256)
		if err == nil {
			require.NoError(t, rsa.VerifyPKCS1v15(chain[0].PublicKey.(*rsa.PublicKey), crypto.SHA256, digest("a"), sig))
			return
		}
		var coded interface{ Code() string }
		require.ErrorAs(t, err, &coded)
		_, err = p.Profiles(t.Context())
		if err != nil {
			require.ErrorAs(t, err, &coded)
		}
	})
}
