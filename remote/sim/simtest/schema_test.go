package simtest_test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/testtool"
	"github.com/kyso-dev/kyso/remote/remotetest"
	"github.com/kyso-dev/kyso/remote/sim"
	"github.com/kyso-dev/kyso/remote/sim/simtest"
)

// The requests that are valid by the schema of TS 102 204, with all that it has room for and this double takes. %s is AP_Info and MSSP_Info.
var validETSI = map[sim.Call]string{
	sim.CallSignature: `<MSS_SignatureReq MajorVersion="1" MinorVersion="1" ValidityDate="2026-01-05T09:10:00Z" TimeOut="80" MessagingMode="asynchClientServer">%s` +
		`<m:MobileUser><m:IdentityIssuer><m:DNSName>a.test</m:DNSName><m:IPAddress>192.0.2.1</m:IPAddress><m:URI>http://issuer.test</m:URI><m:IdentifierString>i</m:IdentifierString></m:IdentityIssuer>` +
		`<m:UserIdentifier>u</m:UserIdentifier><m:HomeMSSP><m:URI>http://home.test</m:URI></m:HomeMSSP><m:MSISDN>+84900000001</m:MSISDN></m:MobileUser>` +
		`<m:DataToBeSigned MimeType="application/octet-stream" Encoding="base64">MDEwDQYJYIZIAWUDBAIBBQAEIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA</m:DataToBeSigned>` +
		`<m:DataToBeDisplayed MimeType="text/plain" Encoding="UTF-8">text</m:DataToBeDisplayed>` +
		`<m:SignatureProfile><m:mssURI>http://profile.test</m:mssURI><m:DigestAlgAndValue><m:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><m:DigestValue>AAAA</m:DigestValue></m:DigestAlgAndValue><x:more xmlns:x="urn:x" a="b"><x:inner/></x:more></m:SignatureProfile>` +
		`<m:AdditionalServices><m:Service><m:Description><m:mssURI>http://service.test</m:mssURI></m:Description><m:Entity><m:URI>http://entity.test</m:URI></m:Entity><fi:SessionID>s</fi:SessionID><fi:EventID>1234</fi:EventID><fi:NoSpamCode verify="no">A1</fi:NoSpamCode><fi:UserLang>en</fi:UserLang></m:Service>` +
		`<m:Service><m:Description><m:mssURI>http://other.test</m:mssURI></m:Description></m:Service></m:AdditionalServices>` +
		`<m:MSS_Format><m:mssURI>http://uri.etsi.org/TS102204/v1.1.2#PKCS1</m:mssURI></m:MSS_Format>` +
		`<m:KeyReference><m:CertificateURL>http://cert.test</m:CertificateURL><m:CertificateIssuerDN>CN=A</m:CertificateIssuerDN><m:HashOfUsersPublicKey><m:DigestValue>AAAA</m:DigestValue></m:HashOfUsersPublicKey><m:HashOfCAPublicKey><m:DigestValue>AAAA</m:DigestValue></m:HashOfCAPublicKey><x:key xmlns:x="urn:x"/></m:KeyReference>` +
		`<m:SignatureProfileComparison>exact</m:SignatureProfileComparison></MSS_SignatureReq>`,
	sim.CallStatus: `<MSS_StatusReq MajorVersion="1" MinorVersion="1" MSSP_TransID="M1">%s<m:MobileUser><m:MSISDN>+84900000001</m:MSISDN></m:MobileUser></MSS_StatusReq>`,
	sim.CallReceipt: `<MSS_ReceiptReq MajorVersion="1" MinorVersion="1" MSSP_TransID="M1">%s<m:MobileUser><m:MSISDN>+84900000001</m:MSISDN></m:MobileUser>` +
		`<m:Status><m:StatusCode Value="100"><m:StatusCode Value="504"/></m:StatusCode><m:StatusMessage>OK</m:StatusMessage><m:StatusDetail><fi:ServiceResponses><fi:ServiceResponse><fi:Description><m:mssURI>http://service.test</m:mssURI></fi:Description><fi:Entity><m:URI>u</m:URI></fi:Entity><fi:Status><m:StatusCode Value="1"/></fi:Status></fi:ServiceResponse></fi:ServiceResponses><x:more xmlns:x="urn:x"/>` +
		`<s:ReceiptRequestExtension xmlns:s="http://www.swisscom.ch/TS102204/ext/v1.0.0" xmlns:x="urn:x" ReceiptMessagingMode="synch" TimeOut="80" UserAck="true" x:a="b"><s:ReceiptProfile Language="en"><s:ReceiptProfileURI>u</s:ReceiptProfileURI><x:more/></s:ReceiptProfile></s:ReceiptRequestExtension></m:StatusDetail></m:Status>` +
		`<m:Message MimeType="text/plain" Encoding="UTF-8">text</m:Message></MSS_ReceiptReq>`,
	sim.CallProfile: `<MSS_ProfileReq MajorVersion="1" MinorVersion="1">%s<m:MobileUser><m:MSISDN>+84900000001</m:MSISDN></m:MobileUser><m:Params>certs</m:Params>` +
		`<m:GetCertificates>true</m:GetCertificates><m:GetAutoActivation>0</m:GetAutoActivation><x:more xmlns:x="urn:x"/><m:GetServerSideSignature>1</m:GetServerSideSignature><m:GetRecoveryCodeCreated>false</m:GetRecoveryCodeCreated></MSS_ProfileReq>`,
	sim.CallRegistration: `<MSS_RegistrationReq MajorVersion="1" MinorVersion="1">%s<m:MobileUser><m:MSISDN>+84900000001</m:MSISDN></m:MobileUser>` +
		`<m:EncryptResponseBy>http://key.test</m:EncryptResponseBy><m:CertificateURI>http://cert.test</m:CertificateURI><m:X509Certificate>AAAA</m:X509Certificate><x:more xmlns:x="urn:x"/><fi:EventID>a</fi:EventID></MSS_RegistrationReq>`,
	sim.CallHandshake: `<MSS_HandshakeReq MajorVersion="1" MinorVersion="1">%s<m:SecureMethods MSS_Signature="false" MSS_Registration="0" MSS_Notification="false" MSS_ProfileQuery="true" MSS_Receipt="1" MSS_Status="false"/>` +
		`<m:Certificates><m:Certificate>AAAA</m:Certificate></m:Certificates><m:RootCAs><m:DN>CN=A</m:DN></m:RootCAs><m:SignatureAlgList><m:Algorithm><m:mssURI>u</m:mssURI></m:Algorithm></m:SignatureAlgList></MSS_HandshakeReq>`,
}

// validVN are those of Vietnam's WSDL.
var validVN = map[sim.Call]string{
	sim.CallSignature: `<MSS_SignatureReq MajorVersion="1" MinorVersion="1" TimeOut="80" MessagingMode="asynchClientServer">%s<m:MobileUser><m:MSISDN>84900000001</m:MSISDN></m:MobileUser>` +
		`<m:DataToBeSigned MimeType="application/octet-stream" Encoding="base64">MDEwDQYJYIZIAWUDBAIBBQAEIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA</m:DataToBeSigned>` +
		`<m:DataToBeDisplayed MimeType="text/plain" Encoding="UTF-8">text</m:DataToBeDisplayed>` +
		`<m:MSS_Format><m:mssURI>http://uri.etsi.org/TS102204/v1.1.2#PKCS1</m:mssURI></m:MSS_Format>` +
		`<m:SignatureProfile><m:mssURI>http://profile.test</m:mssURI><m:any><x:more xmlns:x="urn:x"/></m:any></m:SignatureProfile>` +
		`<m:AdditionalServices><m:Service><m:Description><m:mssURI>http://service.test</m:mssURI></m:Description><fi:UserLang>en</fi:UserLang></m:Service></m:AdditionalServices></MSS_SignatureReq>`,
	sim.CallStatus: `<MSS_StatusReq MajorVersion="1" MinorVersion="1" MSSP_TransID="M1">%s</MSS_StatusReq>`,
	sim.CallReceipt: `<MSS_ReceiptReq MajorVersion="1" MinorVersion="1" MSSP_TransID="M1">%s<m:MobileUser><m:MSISDN>84900000001</m:MSISDN></m:MobileUser>` +
		`<m:Status><m:StatusCode Value="100"><m:StatusCode Value="504"/></m:StatusCode><m:StatusMessage>OK</m:StatusMessage><m:StatusDetail><fi:ServiceResponses><fi:ServiceResponse><fi:Description><m:mssURI>http://service.test</m:mssURI></fi:Description></fi:ServiceResponse></fi:ServiceResponses></m:StatusDetail></m:Status>` +
		`<m:Message MimeType="text/plain" Encoding="UTF-8">text</m:Message></MSS_ReceiptReq>`,
	sim.CallProfile: `<MSS_ProfileReq MajorVersion="1" MinorVersion="1">%s<m:MobileUser><m:MSISDN>84900000001</m:MSISDN></m:MobileUser></MSS_ProfileReq>`,
	sim.CallRegistration: `<MSS_RegistrationReq MajorVersion="1" MinorVersion="1">%s<m:MobileUser><m:MSISDN>84900000001</m:MSISDN></m:MobileUser>` +
		`<m:CertificateResponse><m:CertificateURI>u</m:CertificateURI><m:X509Certificate>AAAA</m:X509Certificate><m:PublicKey>AAAA</m:PublicKey></m:CertificateResponse><x:more xmlns:x="urn:x"/></MSS_RegistrationReq>`,
}

const (
	spaceMSS   = "http://uri.etsi.org/TS102204/v1.1.2#"
	spaceFiCom = "http://mss.ficom.fi/TS102204/v1.0.0#"
	spaceXSI   = "http://www.w3.org/2001/XMLSchema-instance"
)

// node is an element that can be changed and written again.
type node struct {
	name  xml.Name
	attrs []xml.Attr
	kids  []any // *node and string
}

func readNode(t *testing.T, text string) *node {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(text))
	open := []*node{{}}
	for {
		tok, err := d.Token()
		if err != nil {
			require.ErrorIs(t, err, io.EOF)
			return open[0].kids[0].(*node)
		}
		top := open[len(open)-1]
		switch tok := tok.(type) {
		case xml.StartElement:
			n := &node{name: tok.Name}
			for _, a := range tok.Attr {
				if a.Name.Space != "xmlns" {
					n.attrs = append(n.attrs, a)
				}
			}
			top.kids, open = append(top.kids, n), append(open, n)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			top.kids = append(top.kids, string(tok))
		}
	}
}

func (n *node) write(b *bytes.Buffer) {
	fmt.Fprintf(b, `<%s xmlns="%s"`, n.name.Local, n.name.Space)
	for i, a := range n.attrs {
		if a.Name.Space != "" {
			fmt.Fprintf(b, ` xmlns:a%d="%s" a%d:`, i, a.Name.Space, i)
		} else {
			b.WriteByte(' ')
		}
		b.WriteString(a.Name.Local + `="`)
		_ = xml.EscapeText(b, []byte(a.Value))
		b.WriteByte('"')
	}
	b.WriteByte('>')
	for _, k := range n.kids {
		if c, ok := k.(*node); ok {
			c.write(b)
		} else {
			_ = xml.EscapeText(b, []byte(k.(string)))
		}
	}
	b.WriteString("</" + n.name.Local + ">")
}

// all are n and the elements in it, in order.
func (n *node) all() []*node {
	list := []*node{n}
	for _, k := range n.kids {
		if c, ok := k.(*node); ok {
			list = append(list, c.all()...)
		}
	}
	return list
}

// values are put where any value stands: for every type some that it has and some that it has not.
var values = []string{
	"", "x", " 1 ", "+1", "-1", "0", "1.0", "１", "true", "TRUE", "exact", "synch", " synch ", "asynchServerServer", "2026-01-05T09:00:00Z", "2026-01-05T09:00:00", "2026-02-30T09:00:00Z",
	"2026-01-05T24:00:00Z", "2026-01-05T25:00:00Z", "2026-01-05 09:00:00Z", "2026-01-05T09:00:00+14:30", "-2026-01-05T09:00:00.5-05:00", "0000-01-05T09:00:00Z", "12026-01-05T09:00:00Z",
	"2024-02-29T00:00:00Z", "AAA", "AAAA", "AA==", "A A\n= =", "AB==", "AAE=", "AAF=", "A===", "a:b", "1a", "a.b-c", "đường", "a b", "http://x.test/%zz#a#b",
}

type mutant struct {
	name string
	call sim.Call
	body []byte
}

// mutants changes one thing at a time, everywhere. Within elements of other namespaces nothing is changed but the element itself.
func mutants(t *testing.T, call sim.Call, text string) []mutant {
	t.Helper()
	count := len(readNode(t, text).all())
	var list []mutant
	change := func(name string, at int, f func(root, n, parent *node, i int) bool) {
		root := readNode(t, text)
		n := root.all()[at]
		var parent *node
		i := -1
		for _, p := range root.all() {
			if j := slices.Index(p.kids, any(n)); j >= 0 {
				parent, i = p, j
			}
		}
		if !f(root, n, parent, i) {
			return
		}
		var b bytes.Buffer
		b.WriteString(`<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body><` + string(call) + `>`)
		root.write(&b)
		b.WriteString(`</` + string(call) + `></e:Body></e:Envelope>`)
		list = append(list, mutant{fmt.Sprintf("%s %s %d: %s", call, n.name.Local, at, name), call, b.Bytes()})
	}
	change("as it is", 0, func(_, _, _ *node, _ int) bool { return true })
	for at := range count {
		if call != sim.CallSignature && at > 0 && at < 5 { // AP_Info and MSSP_Info, which are the same in all
			continue
		}
		place := func(what string, with ...any) {
			change(what, at, func(_, _, p *node, i int) bool {
				if p == nil {
					return false
				}
				p.kids = slices.Replace(p.kids, i, i+1, with...)
				return true
			})
		}
		fresh := func(space, local string) *node { return &node{name: xml.Name{Space: space, Local: local}} }
		self := readNode(t, text).all()[at]
		place("dropped")
		place("twice", self, self)
		for _, other := range []*node{
			fresh(spaceMSS, "Unknown"), fresh("", "unknown"), fresh("urn:y", "unknown"), fresh(spaceFiCom, "Unknown"), {name: xml.Name{Space: spaceFiCom, Local: "EventID"}, kids: []any{fresh("urn:y", "in")}},
			fresh(spaceFiCom, "EventID"), fresh(spaceMSS, "SecureMethods"), {name: xml.Name{Space: "urn:y", Local: "x"}, kids: []any{"text", fresh(spaceMSS, "SecureMethods")}},
			{name: xml.Name{Space: "urn:y", Local: "x"}, kids: []any{"text", fresh(spaceFiCom, "PKCS1")}},
			{name: xml.Name{Space: "urn:y", Local: "x"}, attrs: []xml.Attr{{Name: xml.Name{Local: "any"}, Value: "x"}}, kids: []any{fresh("", "in"), fresh(spaceMSS, "in")}},
		} {
			place("after it "+other.name.Space+other.name.Local, self, other)
			change("in it "+other.name.Space+other.name.Local, at, func(_, n, _ *node, _ int) bool { n.kids = append(n.kids, other); return true })
		}
		for _, space := range []string{"", spaceMSS, spaceFiCom, "urn:y"} {
			change("in namespace "+space, at, func(_, n, _ *node, _ int) bool { n.name.Space = space; return true })
		}
		change("renamed", at, func(_, n, _ *node, _ int) bool { n.name.Local += "x"; return true })
		for _, name := range []string{"MSS_StatusReq", "MSS_ProfileReq", "SecureMethods", "MSS_SignatureResp"} {
			change("named "+name, at, func(_, n, p *node, _ int) bool { n.name.Local = name; return p == nil })
		}
		change("behind the next", at, func(_, n, p *node, i int) bool {
			if p == nil || i+1 >= len(p.kids) {
				return false
			}
			p.kids[i], p.kids[i+1] = p.kids[i+1], p.kids[i]
			return true
		})
		for _, s := range []string{"text", " \n\t", "\u00a0"} {
			change(fmt.Sprintf("with text %q", s), at, func(_, n, _ *node, _ int) bool { n.kids = append(n.kids, s); return true })
		}
		change("emptied", at, func(_, n, _ *node, _ int) bool { n.kids = nil; return true })
		for _, v := range values {
			change(fmt.Sprintf("value %q", v), at, func(_, n, _ *node, _ int) bool {
				if len(n.all()) > 1 {
					return false
				}
				n.kids = []any{v}
				return true
			})
		}
		for _, a := range []xml.Attr{
			{Name: xml.Name{Local: "Unknown"}, Value: "x"}, {Name: xml.Name{Space: "urn:y", Local: "unknown"}, Value: "x"}, {Name: xml.Name{Space: spaceMSS, Local: "AP_ID"}, Value: "x"},
			{Name: xml.Name{Space: spaceXSI, Local: "schemaLocation"}, Value: "a b"}, {Name: xml.Name{Space: spaceXSI, Local: "nil"}, Value: "true"},
		} {
			change("with attribute "+a.Name.Space+a.Name.Local, at, func(_, n, _ *node, _ int) bool { n.attrs = append(n.attrs, a); return true })
		}
		for k := range self.attrs {
			name := self.attrs[k].Name.Local
			change("without "+name, at, func(_, n, _ *node, _ int) bool { n.attrs = slices.Delete(n.attrs, k, k+1); return true })
			change("renamed "+name, at, func(_, n, _ *node, _ int) bool { n.attrs[k].Name.Local += "x"; return true })
			change("in a namespace "+name, at, func(_, n, _ *node, _ int) bool { n.attrs[k].Name.Space = spaceMSS; return true })
			for _, v := range values {
				change(fmt.Sprintf("%s=%q", name, v), at, func(_, n, _ *node, _ int) bool { n.attrs[k].Value = v; return true })
			}
		}
	}
	return list
}

// TestSchemaETSI has what others' validator refuses refused by the double, and what it takes not refused for its form.
func TestSchemaETSI(t *testing.T) {
	python, check := testtool.MSSPeer(t, "python"), testtool.Corpora(t, "mss", "check")
	testSchema(t, sim.ETSI(), validETSI, func(files []string) string {
		out, _, _ := testtool.Try(t, python, append([]string{check}, files...)...)
		return out
	})
}

// TestSchemaVN is the same for the WSDL of the Vietnamese government's service.
func TestSchemaVN(t *testing.T) {
	python, wsdl := testtool.MSSPeer(t, "python"), testtool.Corpora(t, "mss", "vn-MSS_SignaturePort.wsdl")
	testSchema(t, sim.VNMPKI(), validVN, func(files []string) string {
		out, _, _ := testtool.Try(t, python, append([]string{"../testdata/check_schema.py", wsdl}, files...)...)
		return out
	})
}

// stricter are the changes that the validator takes and the double does not: what Python counts as white space and as digits besides
// those of XML Schema.
func stricter(name string) bool {
	return strings.HasSuffix(name, `with text "\u00a0"`) || strings.HasSuffix(name, `="１"`) || strings.HasSuffix(name, `value "１"`)
}

func testSchema(t *testing.T, d sim.Dialect, valid map[sim.Call]string, judge func(files []string) string) {
	t.Helper()
	clock := remotetest.NewClock(time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC))
	server := simtest.NewServer(t, &simtest.Options{Dialect: d, Clock: clock, Guesses: simtest.Guesses{KillFirst: true}})
	server.Change(simtest.DemoNumber, func(c *simtest.SIM) { c.User = simtest.Approve }) // whose answer a synchronous request does not wait for
	const head = `<m:AP_Info AP_ID="http://ap.test/kyso" AP_TransID="t%d" AP_PWD="demo-ap-password" Instant="2026-01-05T09:00:00Z"/><m:MSSP_Info Instant="2026-01-05T09:00:00Z"><m:MSSP_ID><m:URI>http://hmssp.test</m:URI></m:MSSP_ID></m:MSSP_Info>`
	dir, n := t.TempDir(), 0
	var list []mutant
	for call, text := range valid {
		text = fmt.Sprintf(text, head)
		text = strings.Replace(text, "MajorVersion", `xmlns:m="`+spaceMSS+`" xmlns:fi="`+spaceFiCom+`" MajorVersion`, 1)
		list = append(list, mutants(t, call, text)...)
	}
	files := make([]string, len(list))
	for i := range list {
		n++
		list[i].body = bytes.ReplaceAll(list[i].body, []byte(`"t%d"`), fmt.Appendf(nil, `"t%d"`, n))
		files[i] = filepath.Join(dir, fmt.Sprintf("%d.xml", i))
		require.NoError(t, os.WriteFile(files[i], list[i].body, 0o600))
	}
	verdicts := make(map[string]string)
	for line := range strings.Lines(judge(files)) {
		if file, verdict, ok := strings.Cut(line, ": "); ok && strings.HasPrefix(file, dir) {
			verdicts[file] = verdict
		}
	}
	for _, file := range files {
		require.NotEmpty(t, verdicts[file], file)
	}
	refused := 0
	for i, m := range list {
		before := len(server.Transactions())
		res, err := http.Post(server.URL+d.Ports[m.call], "application/soap+xml", bytes.NewReader(m.body)) //nolint:gosec,noctx // the double of this test
		require.NoError(t, err)
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		answer := string(body)
		validThere := strings.HasPrefix(verdicts[files[i]], "valid ")
		fault, form := strings.Contains(answer, "Fault>"), strings.Contains(answer, ">schema: ")
		if !validThere {
			refused++
			if !fault || len(server.Transactions()) != before {
				t.Errorf("taken, though not valid: %s\n%s", m.name, verdicts[files[i]])
			}
			continue
		}
		if form && !stricter(m.name) {
			t.Errorf("refused, though valid: %s\n%s", m.name, answer[strings.Index(answer, ">schema: "):])
		}
	}
	t.Logf("%d messages, %d of them not valid", len(list), refused)
	require.Greater(t, refused, 500)
	require.Greater(t, len(list)-refused, 500)
}
