package main

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/remote/sim"
	"github.com/kyso-dev/kyso/remote/sim/simtest"
)

// simDemo is a demo PKI with a stand-in for a mobile signature service.
type simDemo struct {
	*demo
	pki    *testpki.PKI
	server *simtest.Server
}

func newSIMDemo(t *testing.T, dialect sim.Dialect, user simtest.User) simDemo {
	t.Helper()
	d := newDemo(t)
	pki, err := testpki.OpenDir(d.path("pki"), nil)
	require.NoError(t, err)
	t.Cleanup(func() { _ = pki.Close() })
	return simDemo{d, pki, nil}.speak(t, dialect, user)
}

// speak starts a stand-in that speaks another dialect, over the same PKI.
func (d simDemo) speak(t *testing.T, dialect sim.Dialect, user simtest.User) simDemo {
	t.Helper()
	server, err := startSIM(d.pki, d.path("pki"), "127.0.0.1:0", user, dialect)
	require.NoError(t, err)
	t.Cleanup(func() { _ = server.Close() })
	return simDemo{d.demo, d.pki, server}
}

// configure writes the configuration of the stand-in once more, changed, and returns where it is.
func (d simDemo) configure(change func(c *simConfig)) string {
	d.t.Helper()
	data, err := os.ReadFile(d.path("pki/remote-sim.json"))
	require.NoError(d.t, err)
	var c simConfig
	require.NoError(d.t, json.Unmarshal(data, &c))
	change(&c)
	data, err = json.Marshal(c)
	require.NoError(d.t, err)
	d.write("pki/changed.json", data)
	return d.path("pki/changed.json")
}

// sign runs kyso sign in this process, which is quicker, and tells how it ended and what it said.
func (d simDemo) sign(args ...string) (code int, stdout, stderr string) {
	d.t.Helper()
	var out, errs bytes.Buffer
	code = run(append([]string{"sign", "cms"}, args...), nil, &out, &errs)
	return code, out.String(), errs.String()
}

// TestSIMDialects signs with the configuration that the stand-in writes, in every dialect that signs documents. Those that sign texts only
// say so. Where the service can be asked after the connection is cut once, after the phone has signed.
func TestSIMDialects(t *testing.T) {
	first := newSIMDemo(t, sim.VNMPKI(), simtest.Approve)
	for _, name := range []string{"vn-mpki", "etsi", "ficom", "tr", "swisscom-soap", "swisscom-rest"} {
		t.Run(name, func(t *testing.T) {
			dialect, _ := sim.Preset(name)
			d := first.speak(t, dialect, simtest.Approve)
			config, out := d.path("pki/remote-sim.json"), d.path(name+".p7s")
			if name == "ficom" { // which wants no look in the first 20 seconds
				config = d.configure(func(c *simConfig) { c.Mode = string(sim.Synch) })
			}
			d.server.Inject(sim.CallStatus, simtest.ResetLost, 1)
			code, _, complaint := d.sign("--remote", config, d.path("a.txt"), out)
			if dialect.Format == "" {
				require.Equal(t, exitNoSigning, code)
				require.Contains(t, complaint, "texts only")
				require.NoFileExists(t, out)
				require.Zero(t, d.server.Calls(sim.CallSignature))
				return
			}
			require.Zero(t, code, complaint)
			require.Zero(t, run([]string{"verify", "--trust", d.root, "--online", "--allow-private", "--content", d.path("a.txt"), out}, nil, io.Discard, io.Discard))
			require.Equal(t, 1, d.server.Signatures())
			require.Equal(t, 1, d.server.Calls(sim.CallSignature))
		})
	}
}

// TestSIMMutualTLS has the command prove who it is with the certificate of the configuration, and know the service by roots and pins.
func TestSIMMutualTLS(t *testing.T) {
	d := newSIMDemo(t, sim.TR(), simtest.Approve) // asks for no certificate, so nothing is asked again where nobody answers
	chain := append(d.pki.Chain("signer"), d.pki.Root())
	server := simtest.NewServer(t, &simtest.Options{
		MutualTLS: true, Dialect: sim.TR(), Authority: simtest.AuthorityOf(d.pki.Root(), d.pki.Issuer(), d.pki.Key("issuer"), time.Now()),
		SIMs: []*simtest.SIM{{Number: simtest.DemoNumber, PIN: simtest.DemoPIN, Key: d.pki.Key("signer"), Chain: chain, User: simtest.Approve}},
	})
	files := server.Config(simtest.DemoNumber).TLS
	key, err := x509.MarshalPKCS8PrivateKey(files.Certificates[0].PrivateKey)
	require.NoError(t, err)
	encode := func(kind string, ders ...[]byte) []byte {
		var out []byte
		for _, der := range ders {
			out = append(out, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})...)
		}
		return out
	}
	d.write("pki/client.pem", encode("CERTIFICATE", files.Certificates[0].Certificate[0], d.pki.Issuer().Raw))
	d.write("pki/client.key", encode("PRIVATE KEY", key))
	d.write("pki/service.pem", encode("CERTIFICATE", d.pki.Issuer().Raw))
	conn, err := tls.Dial("tcp", strings.TrimPrefix(server.URL, "https://"), files)
	require.NoError(t, err)
	pin := sha256.Sum256(conn.ConnectionState().PeerCertificates[0].RawSubjectPublicKeyInfo)
	require.NoError(t, conn.Close())

	good := func(c *simConfig) {
		c.URL, c.ClientCert, c.ClientKey, c.Roots, c.Pins = server.URL, "client.pem", "client.key", "service.pem", []string{hex.EncodeToString(pin[:])}
	}
	for name, change := range map[string]func(*simConfig){
		"": func(*simConfig) {}, "no pins": func(c *simConfig) { c.Pins = nil },
		"cannot be reached":  func(c *simConfig) { c.Pins = []string{strings.Repeat("00", 32)} },
		"not known whether":  func(c *simConfig) { c.ClientCert, c.ClientKey = "", "" }, // TLS 1.3 refuses when the request is on its way
		" cannot be reached": func(c *simConfig) { c.Roots = "gov-root.pem" },
		"pins":               func(c *simConfig) { c.Pins = []string{"sha256/AAAA"} },
		"client_cert":        func(c *simConfig) { c.ClientKey = "gov-root.pem" },
		"roots":              func(c *simConfig) { c.Roots = "client.key" },
	} {
		config := d.configure(func(c *simConfig) { good(c); change(c) })
		before, out := server.Signatures(), d.path("tls.p7s")
		code, _, complaint := d.sign("--remote", config, d.path("a.txt"), out)
		if name == "" || name == "no pins" {
			require.Zero(t, code, complaint)
			require.Equal(t, before+1, server.Signatures())
			require.NoError(t, os.Remove(out))
			continue
		}
		require.NotZero(t, code, name)
		require.Contains(t, complaint, strings.TrimSpace(name))
		require.NoFileExists(t, out)
		require.Equal(t, before, server.Signatures())
	}
}

// TestSIMKilled kills the command while the phone waits. The phone signs, and the same command, given again, has that signature: with a
// folder for operations nobody is asked twice.
func TestSIMKilled(t *testing.T) {
	d := newSIMDemo(t, sim.ETSI(), simtest.Ask)
	config := d.configure(func(c *simConfig) { c.Operations = "operations" })
	args := []string{"sign", "cms", "--at", time.Now().UTC().Format(time.RFC3339), "--remote", config, d.path("a.txt"), d.path("killed.p7s")}
	cmd := exec.Command(d.kyso, args...)
	require.NoError(t, cmd.Start())
	require.Eventually(t, func() bool { return d.server.Calls(sim.CallStatus) > 0 }, 20*time.Second, 5*time.Millisecond)
	require.NoError(t, cmd.Process.Kill())
	require.Error(t, cmd.Wait())
	require.NoFileExists(t, d.path("killed.p7s"))

	code, _, complaint := d.sign("--remote", config, d.path("a.xml"), d.path("other.p7s")) // while the phone still shows the first
	require.Equal(t, exitNoSigning, code)
	require.Contains(t, complaint, "another request")
	require.True(t, d.server.Approve(simtest.DemoNumber))
	d.run(args...)
	d.run("verify", "--trust", d.root, "--online", "--allow-private", "--content", d.path("a.txt"), d.path("killed.p7s"))
	require.Equal(t, 1, d.server.Calls(sim.CallSignature))
	require.Equal(t, 1, d.server.Signatures())
	left, err := os.ReadDir(d.path("pki/operations"))
	require.NoError(t, err)
	require.Empty(t, left)
}

// TestSIMSecrets is the canary of the command: whatever a service quotes and however it fails, neither the number nor a password nor what
// the phone shows stands in what the command says or keeps; the text stands once, where the command tells whoever signs what the phone is
// going to show.
func TestSIMSecrets(t *testing.T) {
	const text, noSpam = "CANARYTEXT hop dong", "CANARYSPAM"
	all := []simtest.Fault{"", simtest.SecretInErrors, simtest.ResetLost, simtest.CutLost, simtest.OtherNumber, simtest.OtherKey, simtest.Internal, simtest.DTD, simtest.GatewayLost}
	ends := []simtest.Fault{simtest.SecretInErrors, simtest.OtherNumber, simtest.OtherKey, simtest.Internal} // after which no look is made again
	first := newSIMDemo(t, sim.VNMPKI(), simtest.Approve)
	for name, faults := range map[string]map[sim.Call][]simtest.Fault{
		"vn-mpki": {sim.CallSignature: all, sim.CallRegistration: {simtest.SecretInErrors, simtest.OtherNumber}},
		"ficom":   {sim.CallSignature: ends},
		"tr":      {sim.CallStatus: ends},
	} {
		dialect, _ := sim.Preset(name)
		d := first.speak(t, dialect, simtest.Approve)
		d.write("pki/spam.pass", []byte(noSpam))
		config := d.configure(func(c *simConfig) {
			c.Text, c.NoSpam, c.Operations = text, &secretName{File: "spam.pass"}, "operations"
			if name == "ficom" {
				c.Mode = string(sim.Synch)
			}
		})
		for call, list := range faults {
			for i, fault := range list {
				d.server.Inject(call, fault, 1)
				_, out, complaint := d.sign("--lang", []string{"en", "vi"}[i%2], "--remote", config, d.path("a.txt"), d.path("canary.p7s"))
				said := out
				for line := range strings.Lines(complaint) {
					if !strings.Contains(line, "“"+text) { // what the phone is going to show
						said += line
					}
				}
				kept, err := filepath.Glob(d.path("pki/operations/*"))
				require.NoError(t, err)
				for _, path := range kept {
					data, err := os.ReadFile(path)
					require.NoError(t, err)
					said += strings.Replace(string(data), `"text": "`+text+`"`, "", 1) // the caller's own, to go on with
					require.NoError(t, os.Remove(path))
				}
				for _, secret := range []string{simtest.DemoNumber, simtest.DemoAPPassword, "CANARY", simtest.DemoPIN} {
					require.NotContains(t, said, secret, "%s: %s of %s", name, fault, call)
				}
			}
		}
	}
}

// TestSIMWholeCMS signs by CMS that the service makes: a file, and a PDF with a plain CMS in it. A PDF under PAdES cannot have what this
// service makes, since it claims a time, and says so; an XML signature cannot be made of a CMS at all, and nobody is asked.
func TestSIMWholeCMS(t *testing.T) {
	d := newSIMDemo(t, sim.TR(), simtest.Approve)
	config := d.configure(func(c *simConfig) { c.CMS = true })
	signs := func(args ...string) (int, string) {
		var errs bytes.Buffer
		code := run(append([]string{"sign"}, args...), nil, io.Discard, &errs)
		return code, errs.String()
	}
	verifies := func(args ...string) {
		t.Helper()
		require.Zero(t, run(append([]string{"verify", "--trust", d.root, "--online", "--allow-private"}, args...), nil, io.Discard, io.Discard))
	}
	code, complaint := signs("cms", "--remote", config, "--level", "B-T", "--tsa", d.tsa, d.path("a.txt"), d.path("whole.p7s"))
	require.Zero(t, code, complaint)
	verifies("--content", d.path("a.txt"), d.path("whole.p7s"))
	code, complaint = signs("pdf", "--remote", config, "--subfilter", "adbe.pkcs7.detached", d.path("a.pdf"), d.path("whole.pdf"))
	require.Zero(t, code, complaint)
	verifies(d.path("whole.pdf"))

	code, complaint = signs("pdf", "--remote", config, d.path("a.pdf"), d.path("no.pdf"))
	require.Equal(t, exitNoSigning, code)
	require.Contains(t, complaint, "claims a signing time")
	require.NoFileExists(t, d.path("no.pdf"))
	asked := d.server.Calls(sim.CallSignature)
	code, complaint = signs("xml", "--remote", config, d.path("a.xml"), d.path("no.xml"))
	require.Equal(t, exitUsage, code, complaint)
	require.Contains(t, complaint, "whole CMS")
	require.Equal(t, asked, d.server.Calls(sim.CallSignature))

	other := d.speak(t, sim.VNMPKI(), simtest.Approve)
	config = other.configure(func(c *simConfig) { c.CMS = true })
	code, complaint = signs("cms", "--remote", config, d.path("a.txt"), d.path("no.p7s"))
	require.Equal(t, exitNoSigning, code)
	require.Contains(t, complaint, "makes no CMS")
}
