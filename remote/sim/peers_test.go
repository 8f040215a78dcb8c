package sim_test

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/testtool"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/sim"
	"github.com/kyso-dev/kyso/remote/sim/internal/mss"
	"github.com/kyso-dev/kyso/remote/sim/simtest"
	"github.com/kyso-dev/kyso/signer"
)

// recorder keeps what goes over the wire.
type recorder struct {
	requests, answers [][]byte
	paths             []string
	statuses          []int
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	r.requests, r.paths = append(r.requests, body), append(r.paths, req.URL.Path)
	req.Body = io.NopCloser(bytes.NewReader(body))
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err = io.ReadAll(res.Body)
	r.answers, r.statuses = append(r.answers, body), append(r.statuses, res.StatusCode)
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, err
}

// record makes every call that a dialect has, a request for a text among them, and has some of them refused.
func record(t *testing.T, d sim.Dialect) *recorder {
	t.Helper()
	r := new(recorder)
	s := start(t, d, simtest.Approve, &simtest.Options{SignText: signText, SignDigest: signDigest, Guesses: simtest.Guesses{Roles: d.FiCom}})
	s.Change(demo, func(c *simtest.SIM) { c.Delay = 30 * time.Second }) // so that it is looked after while it waits
	c := s.Config(demo)
	c.HTTPClient, c.NoSpam = &http.Client{Transport: r}, "A123"
	p, err := sim.New(c)
	require.NoError(t, err)
	if d.Ports[sim.CallProfile] != "" {
		_, err = p.Profiles(t.Context())
		require.NoError(t, err)
	}
	chain, err := p.Certificates(t.Context())
	require.NoError(t, err)
	if d.Ports[sim.CallHandshake] != "" {
		_, err = p.Handshake(t.Context(), &sim.Offer{Certificates: chain[:1], Roots: []*x509.Certificate{authority().Root()}, Algorithms: []string{rsaSHA256}})
		require.NoError(t, err)
	}
	_, err = p.SignText(t.Context(), sim.Text{Text: `log in <12> & "13"`, Check: cms.CheckContent})
	require.NoError(t, err)
	s.Change(demo, func(c *simtest.SIM) { c.User = simtest.Refuse })
	_, err = p.SignText(t.Context(), sim.Text{Text: "no", Check: cms.CheckContent})
	require.ErrorIs(t, err, signer.ErrRefused)
	s.Change(demo, func(c *simtest.SIM) { c.User = simtest.Approve })
	if d.Format == "" {
		return r
	}
	key := remote.New(p, &remote.Options{Clock: c.Clock, Text: `Hợp đồng <12> & "13"`, CheckCMS: cms.CheckDigest})
	op, err := key.Start(t.Context(), requests("a"), nil)
	require.NoError(t, err)
	_, err = key.Wait(t.Context(), op)
	require.NoError(t, err)
	if d.Ports[sim.CallReceipt] != "" && d.Mode == sim.Asynch {
		require.NoError(t, p.Receipt(t.Context(), op, "Da ky & <xong>"))
	}
	if d.CMS != "" {
		_, err = key.SignCMS(t.Context(), requests("c")[0])
		require.NoError(t, err)
	}
	s.Inject(sim.CallSignature, simtest.Internal, 1)
	_, err = key.Sign(t.Context(), digest("b"), crypto.SHA256)
	require.ErrorIs(t, err, signer.ErrOutcomeUnknown)
	return r
}

// sort writes what was recorded as files: messages and faults. kinds are the names of the messages.
func (r *recorder) sort(t *testing.T, name string) (messages, faults, kinds []string) {
	t.Helper()
	dir := t.TempDir()
	for i, body := range append(r.requests, r.answers...) {
		file := filepath.Join(dir, fmt.Sprintf("%s-%d.xml", name, i))
		require.NoError(t, os.WriteFile(file, body, 0o600))
		m, err := mss.Form{}.Read(body)
		require.NoError(t, err)
		if m.Fault != nil {
			faults = append(faults, file)
			continue
		}
		messages, kinds = append(messages, file), append(kinds, m.Call.Element(m.Answer)+" "+m.Code)
	}
	return messages, faults, kinds
}

// TestSchema: all that is sent and answered is valid by the schema of TS 102 204, as a validator of other people sees it, and every fault
// by that of SOAP 1.2.
func TestSchema(t *testing.T) {
	python, check := testtool.MSSPeer(t, "python"), testtool.Corpora(t, "mss", "check")
	var messages, faults []string
	for _, d := range []sim.Dialect{sim.ETSI(), sim.FiCom(), sim.TR(), sim.SwisscomSOAP()} {
		m, f, kinds := record(t, d).sort(t, d.Name)
		for _, kind := range []string{"MSS_SignatureReq ", "MSS_SignatureResp 100", "MSS_StatusReq ", "MSS_StatusResp 504", "MSS_StatusResp 502", "MSS_ProfileReq ", "MSS_ProfileResp 100"} {
			require.Contains(t, kinds, kind, d.Name)
		}
		if d.Name == "etsi" {
			for _, kind := range []string{"MSS_RegistrationReq ", "MSS_RegistrationResp 408", "MSS_ReceiptReq ", "MSS_ReceiptResp 100", "MSS_HandshakeReq ", "MSS_HandshakeResp "} {
				require.Contains(t, kinds, kind)
			}
		}
		require.NotEmpty(t, f, d.Name)
		if d.Name == "swisscom-soap" { // which publishes a narrower schema of its own, and does not keep to it in answers to queries for profiles
			args := []string{"testdata/check_schema.py", testtool.Corpora(t, "mss", "swisscom.wsdl")}
			for i, kind := range kinds {
				if kind != "MSS_ProfileResp 100" {
					args = append(args, m[i])
				}
			}
			testtool.Run(t, python, args...)
		}
		messages = append(messages, m...)
		if !d.SOAP11 {
			faults = append(faults, f...)
		}
	}
	broken := spoiled(t, messages[0], "MajorVersion", "Major")
	_, _, err := testtool.Try(t, python, check, broken) // it can say no
	require.Error(t, err)
	testtool.Run(t, python, append([]string{check}, messages...)...)

	envelope := testtool.Corpora(t, "mss", "schema", "w3", "soap-envelope.xsd")
	_, _, err = testtool.Try(t, python, "testdata/check_schema.py", envelope, spoiled(t, faults[0], "e:Receiver", "e:Somebody"))
	require.Error(t, err)
	testtool.Run(t, python, append([]string{"testdata/check_schema.py", envelope}, faults...)...)
}

// spoiled is a file with something replaced in it.
func spoiled(t *testing.T, file, old, with string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Contains(t, string(data), old)
	out := filepath.Join(t.TempDir(), "spoiled.xml")
	require.NoError(t, os.WriteFile(out, bytes.ReplaceAll(data, []byte(old), []byte(with)), 0o600))
	return out
}

// TestOpenAPI: the JSON is what Swisscom's own description says, in both directions.
func TestOpenAPI(t *testing.T) {
	python := testtool.MSSPeer(t, "python")
	r := new(recorder)
	s := start(t, sim.SwisscomREST(), simtest.Approve, &simtest.Options{SignText: signText})
	c := s.Config(demo)
	c.HTTPClient = &http.Client{Transport: r}
	p, err := sim.New(c)
	require.NoError(t, err)
	_, err = p.SignText(t.Context(), sim.Text{Text: "Bank: log in", Check: cms.CheckContent})
	require.NoError(t, err)
	s.Change(demo, func(c *simtest.SIM) { c.User = simtest.Refuse })
	_, err = p.SignText(t.Context(), sim.Text{Text: "Bank: log in", Check: cms.CheckContent})
	require.Error(t, err)
	_, err = p.Profiles(t.Context())
	require.NoError(t, err)

	type message struct {
		Path string          `json:"path"`
		Kind string          `json:"kind"`
		Body json.RawMessage `json:"body"`
	}
	var messages []message
	for i := range r.requests {
		messages = append(messages, message{r.paths[i], "request", r.requests[i]}, message{r.paths[i], fmt.Sprint(r.statuses[i]), r.answers[i]})
	}
	require.Greater(t, len(messages), 10)
	judge := func(messages []message) (string, error) {
		job, err := json.Marshal(map[string]any{"openapi": testtool.Corpora(t, "mss", "swisscom-openapi.yaml"), "messages": messages})
		require.NoError(t, err)
		cmd := exec.CommandContext(t.Context(), python, "testdata/check_openapi.py")
		cmd.Stdin = bytes.NewReader(job)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	out, err := judge(messages)
	require.NoError(t, err, out)
	messages[0].Body = bytes.Replace(messages[0].Body, []byte("AP_Info"), []byte("AP_Inf"), 1)
	_, err = judge(messages[:1]) // it can say no
	require.Error(t, err)
}

// TestVietnam: all of it is valid by the WSDL that the government's service publishes, in both directions.
func TestVietnam(t *testing.T) {
	python, wsdl := testtool.MSSPeer(t, "python"), testtool.Corpora(t, "mss", "vn-MSS_SignaturePort.wsdl")
	asynch := sim.VNMPKI()
	asynch.Mode = sim.Asynch
	var files, faults, kinds []string
	for _, d := range []sim.Dialect{sim.VNMPKI(), asynch} {
		messages, refused, names := record(t, d).sort(t, d.Name)
		require.NotEmpty(t, refused)
		files, faults, kinds = append(files, messages...), append(faults, refused...), append(kinds, names...)
	}
	for _, kind := range []string{
		"MSS_SignatureReq ", "MSS_SignatureResp 100", "MSS_SignatureResp 502", "MSS_StatusReq ", "MSS_StatusResp 504", "MSS_StatusResp 502", "MSS_ProfileReq ", "MSS_ProfileResp 100",
		"MSS_RegistrationReq ", "MSS_RegistrationResp 408", "MSS_ReceiptReq ", "MSS_ReceiptResp 100",
	} {
		require.Contains(t, kinds, kind)
	}
	_, _, err := testtool.Try(t, python, "testdata/check_schema.py", wsdl, spoiled(t, files[0], "MajorVersion", "Major"))
	require.Error(t, err)
	testtool.Run(t, python, append([]string{"testdata/check_schema.py", wsdl}, files...)...)
	testtool.Run(t, python, append([]string{"testdata/check_schema.py", testtool.Corpora(t, "mss", "schema", "w3", "soap-envelope.xsd")}, faults...)...)
}

// TestZeep: a client that knows nothing but a WSDL gets a signature from the double: over a DigestInfo, after it has asked for the
// certificate in Vietnam, and over a text from Swisscom.
func TestZeep(t *testing.T) {
	python := testtool.MSSPeer(t, "python")
	info := append([]byte{0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20}, digest("a")...)
	const text = "Hợp đồng & <12>"
	for wsdl, d := range map[string]sim.Dialect{"etsi204-kiuru.wsdl": sim.ETSI(), "vn-MSS_SignaturePort.wsdl": sim.VNMPKI(), "swisscom.wsdl": sim.SwisscomSOAP()} {
		t.Run(d.Name, func(t *testing.T) {
			s := simtest.NewServer(t, &simtest.Options{Dialect: d, SignText: signText})
			var own *x509.Certificate
			s.Change(demo, func(c *simtest.SIM) { c.User, own = simtest.Approve, c.Chain[0] })
			number := demo
			if d.Plus {
				number = "+" + demo
			}
			job, err := json.Marshal(map[string]string{
				"dialect": d.Name, "wsdl": testtool.Corpora(t, "mss", wsdl), "xml": testtool.Corpora(t, "mss", "schema", "w3", "xml.xsd"), "url": s.URL,
				"ap_id": simtest.DemoAPID, "ap_password": simtest.DemoAPPassword, "mssp": simtest.DemoMSSP, "msisdn": number,
				"data": base64.StdEncoding.EncodeToString(info), "text": text,
			})
			require.NoError(t, err)
			cmd := exec.CommandContext(t.Context(), python, "testdata/zeep_client.py")
			cmd.Stdin = bytes.NewReader(job)
			var complaints bytes.Buffer
			cmd.Stderr = &complaints
			out, err := cmd.Output()
			require.NoError(t, err, "%s", complaints.String())
			var got struct {
				Signature    []byte   `json:"signature"`
				Certificates [][]byte `json:"certificates"`
			}
			require.NoError(t, json.Unmarshal(out, &got))
			require.Equal(t, text, s.Transactions()[0].Text)
			require.Equal(t, 1, s.Signatures())
			if d.Format == "" {
				require.NoError(t, cms.CheckContent(got.Signature, []byte(text), own))
				return
			}
			require.NoError(t, rsa.VerifyPKCS1v15(own.PublicKey.(*rsa.PublicKey), crypto.SHA256, digest("a"), got.Signature))
			if d.Name == "vn-mpki" {
				require.Len(t, got.Certificates, 3)
				require.Equal(t, own.Raw, got.Certificates[0])
			}
		})
	}
}
