package sim_test

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/testtool"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/sim"
	"github.com/kyso-dev/kyso/remote/sim/internal/mss"
	"github.com/kyso-dev/kyso/remote/sim/simtest"
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

// record makes every call that a dialect has.
func record(t *testing.T, d sim.Dialect) *recorder {
	t.Helper()
	r := new(recorder)
	s := start(t, d, simtest.Approve, nil)
	s.Change(demo, func(c *simtest.SIM) { c.Delay = 0 })
	c := s.Config(demo)
	c.HTTPClient, c.NoSpam = &http.Client{Transport: r}, "A123"
	p, err := sim.New(c)
	require.NoError(t, err)
	_, err = p.Profiles(t.Context())
	require.NoError(t, err)
	_, err = p.Certificates(t.Context())
	require.NoError(t, err)
	if d.Format == "" {
		return r
	}
	key := remote.New(p, &remote.Options{Clock: c.Clock, Text: `Hợp đồng <12> & "13"`})
	op, err := key.Start(t.Context(), requests("a"), nil)
	require.NoError(t, err)
	_, err = key.Wait(t.Context(), op)
	require.NoError(t, err)
	if d.Ports[sim.CallReceipt] != "" && d.Mode == sim.Asynch {
		require.NoError(t, p.Receipt(t.Context(), op, "Da ky & <xong>"))
	}
	return r
}

// TestSchema: all that is sent and answered is valid by the schema of TS 102 204, as a validator of other people sees it.
func TestSchema(t *testing.T) {
	python, check := testtool.MSSPeer(t, "python"), testtool.Corpora(t, "mss", "check")
	dir := t.TempDir()
	var files []string
	for _, d := range []sim.Dialect{sim.ETSI(), sim.FiCom(), sim.TR(), sim.SwisscomSOAP()} {
		r := record(t, d)
		for i, body := range append(r.requests, r.answers...) {
			files = append(files, filepath.Join(dir, fmt.Sprintf("%s-%d.xml", d.Name, i)))
			require.NoError(t, os.WriteFile(files[len(files)-1], body, 0o600))
		}
	}
	require.Greater(t, len(files), 20)
	broken := filepath.Join(dir, "broken.xml")
	data, err := os.ReadFile(files[0])
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(broken, bytes.ReplaceAll(data, []byte("MajorVersion"), []byte("Major")), 0o600))
	_, _, err = testtool.Try(t, python, check, broken) // it can say no
	require.Error(t, err)
	testtool.Run(t, python, append([]string{check}, files...)...)
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

var elementName = regexp.MustCompile(`<xs:element name="(\w+)"`)

// TestVietnam: the elements stand in the order of the WSDL that the government's service publishes, in both directions.
func TestVietnam(t *testing.T) {
	wsdl, err := os.ReadFile(testtool.Corpora(t, "mss", "vn-MSS_SignaturePort.wsdl"))
	require.NoError(t, err)
	order := func(element string) []string {
		_, text, ok := strings.Cut(string(wsdl), `<xs:complexType name="`+element+`Type">`)
		require.True(t, ok, element)
		text, _, _ = strings.Cut(text, "\t\t\t<xs:complexType name=")
		names := []string{"AP_Info", "MSSP_Info"}
		for _, m := range elementName.FindAllStringSubmatch(text, -1) {
			names = append(names, m[1])
		}
		return names
	}
	asynch := sim.VNMPKI()
	asynch.Mode = sim.Asynch
	checked := 0
	for _, d := range []sim.Dialect{sim.VNMPKI(), asynch} {
		r := record(t, d)
		for _, body := range append(r.requests, r.answers...) {
			m, err := mss.Form{}.Read(body)
			require.NoError(t, err)
			want, at := order(m.Call.Element(m.Answer)), -1
			for _, name := range mss.Order(body) {
				i := slices.Index(want, name)
				require.True(t, i > at || i == at && name == "CertificateResponse", "%s in %v", name, want)
				at = i
			}
			checked++
		}
	}
	require.Greater(t, checked, 12)
}

// TestZeep: a client that knows nothing but the WSDL gets a signature from the double.
func TestZeep(t *testing.T) {
	python := testtool.MSSPeer(t, "python")
	s := simtest.NewServer(t, &simtest.Options{Dialect: sim.ETSI()})
	s.Change(demo, func(c *simtest.SIM) { c.User = simtest.Approve })
	info := append([]byte{0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20}, digest("a")...)
	job, err := json.Marshal(map[string]string{
		"wsdl": testtool.Corpora(t, "mss", "etsi204-kiuru.wsdl"), "url": s.URL, "ap_id": simtest.DemoAPID, "ap_password": simtest.DemoAPPassword,
		"mssp": simtest.DemoMSSP, "msisdn": "+" + demo, "data": base64.StdEncoding.EncodeToString(info), "text": "Hợp đồng & <12>",
	})
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), python, "testdata/zeep_client.py")
	cmd.Stdin = bytes.NewReader(job)
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	require.NoError(t, err, "%s", complaints.String())
	sig, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(out)))
	require.NoError(t, err)
	require.NoError(t, rsa.VerifyPKCS1v15(simtest.RSAKey().Public().(*rsa.PublicKey), crypto.SHA256, digest("a"), sig))
	require.Equal(t, "Hợp đồng & <12>", s.Transactions()[0].Text)
	require.Equal(t, 1, s.Signatures())
}
