package trust_test

import (
	"archive/zip"
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/trust"
)

// pieces is evidence of every kind, by a real authority.
var pieces = sync.OnceValue(func() *trust.Evidence {
	p, err := testpki.New(nil)
	if err != nil {
		panic(err)
	}
	defer p.Close()
	ocsp, err := p.OCSP("signer")
	if err != nil {
		panic(err)
	}
	crl, err := p.CRL("issuer")
	if err != nil {
		panic(err)
	}
	return &trust.Evidence{Certificates: p.Chain("signer"), OCSPs: [][]byte{ocsp}, CRLs: [][]byte{crl}}
})

var judged = time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)

func record(t testing.TB, e *trust.Evidence, reports ...[]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, trust.WriteRecord(&b, e, reports, judged))
	return b.Bytes()
}

func same(t *testing.T, want, got *trust.Evidence) {
	t.Helper()
	require.Len(t, got.Certificates, len(want.Certificates))
	for _, c := range want.Certificates {
		require.True(t, containsCertificate(got.Certificates, c))
	}
	require.ElementsMatch(t, want.OCSPs, got.OCSPs)
	require.ElementsMatch(t, want.CRLs, got.CRLs)
}

func containsCertificate(list []*x509.Certificate, c *x509.Certificate) bool {
	for _, one := range list {
		if one.Equal(c) {
			return true
		}
	}
	return false
}

func TestRecord(t *testing.T) {
	e := pieces()
	raw := record(t, e, []byte(`{"schema":1}`), []byte(`{"schema":1,"file":"b"}`))
	got, reports, err := trust.ReadRecord(bytes.NewReader(raw), int64(len(raw)))
	require.NoError(t, err)
	same(t, e, got)
	require.Equal(t, []string{`{"schema":1}`, `{"schema":1,"file":"b"}`}, []string{string(reports[0]), string(reports[1])})
	require.Equal(t, raw, record(t, e, reports...), "the same evidence gives the same octets")

	empty := record(t, nil)
	got, reports, err = trust.ReadRecord(bytes.NewReader(empty), int64(len(empty)))
	require.NoError(t, err)
	require.True(t, got.Empty())
	require.Empty(t, reports)

	parsed, err := trust.ParseEvidence(raw)
	require.NoError(t, err)
	same(t, e, parsed)
	require.Error(t, trust.WriteRecord(fullDisk{}, e, nil, judged))
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("disk full") }

// TestRecordOpens: what is inside is plain files that other tools read.
func TestRecordOpens(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not installed")
	}
	raw := record(t, pieces())
	archive, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	require.NoError(t, err)
	commands := map[string][]string{".cer": {"x509", "-inform", "DER", "-noout", "-in"}, ".crl": {"crl", "-inform", "DER", "-noout", "-in"}, ".ors": {"ocsp", "-noverify", "-respin"}}
	seen := make(map[string]bool)
	for _, f := range archive.File {
		data, err := f.Open()
		require.NoError(t, err)
		var b bytes.Buffer
		_, err = b.ReadFrom(data)
		require.NoError(t, err)
		path := filepath.Join(t.TempDir(), "entry")
		require.NoError(t, os.WriteFile(path, b.Bytes(), 0o600))
		ext := filepath.Ext(f.Name)
		out, err := exec.Command(openssl, append(commands[ext], path)...).CombinedOutput()
		require.NoError(t, err, "%s: %s", f.Name, out)
		seen[ext] = true
	}
	require.Len(t, seen, 3)
}

// zipped packs entries as somebody else might.
func zipped(t testing.TB, entries map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, data := range entries {
		f, err := w.Create(name)
		require.NoError(t, err)
		_, err = f.Write(data)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

func named(folder, ext string, data []byte) string {
	d := trust.DigestOf(data)
	return folder + "/" + hex.EncodeToString(d[:]) + ext
}

func TestBadRecords(t *testing.T) {
	e := pieces()
	good := record(t, e, []byte("{}"))
	cer := e.Certificates[0].Raw
	for name, c := range map[string]struct {
		in   []byte
		code string
	}{
		"no archive":                {[]byte("PK\x03\x04 and nothing"), "trust.bad-record"},
		"cut short":                 {good[:len(good)-30], "trust.bad-record"},
		"another name":              {zipped(t, map[string][]byte{"certificates/00.cer": cer}), "trust.bad-record"},
		"no certificate":            {zipped(t, map[string][]byte{named("certificates", ".cer", []byte("x")): []byte("x")}), "trust.bad-certificate"},
		"reports with a gap":        {zipped(t, map[string][]byte{"reports/2.json": []byte("{}")}), "trust.bad-record"},
		"a report of no number":     {zipped(t, map[string][]byte{"reports/x.json": []byte("{}")}), "trust.bad-record"},
		"two reports of one number": {zipped(t, map[string][]byte{"reports/1.json": []byte("{}"), "reports/01.json": []byte("{}")}), "trust.bad-record"},
		"a bomb":                    {zipped(t, map[string][]byte{named("crl", ".crl", nil): make([]byte, limits.RecordSize+1)}), "trust.too-large"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := trust.ReadRecord(bytes.NewReader(c.in), int64(len(c.in)))
			var why *trust.Error
			require.ErrorAs(t, err, &why)
			require.Equal(t, c.code, why.Code())
		})
	}
	flipped := bytes.Clone(good)
	at := bytes.Index(flipped, []byte("certificates/")) + 200
	flipped[at] ^= 1
	_, _, err := trust.ReadRecord(bytes.NewReader(flipped), int64(len(flipped)))
	require.Error(t, err)

	// Entries of other folders, folders and empty names are passed over: an archiver may have added them.
	other := zipped(t, map[string][]byte{"README": []byte("x"), "certificates/": nil, named("certificates", ".cer", cer): cer, "../../etc/passwd": []byte("x")})
	got, _, err := trust.ReadRecord(bytes.NewReader(other), int64(len(other)))
	require.NoError(t, err)
	require.Len(t, got.Certificates, 1)
}

func TestParseEvidence(t *testing.T) {
	e := pieces()
	block := func(kind string, der []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}) }
	p7 := cmsdata.New(e.Certificates[:1])
	p7.CRLs = [][]byte{e.CRLs[0], der.Encode(der.Context(1), oidOf(t, cmsdata.OIDRevocationInfoOCSP), e.OCSPs[0])}
	bundle, err := p7.Marshal()
	require.NoError(t, err)
	for name, c := range map[string]struct {
		in   []byte
		want trust.Evidence
	}{
		"CRL":            {e.CRLs[0], trust.Evidence{CRLs: e.CRLs}},
		"OCSP response":  {e.OCSPs[0], trust.Evidence{OCSPs: e.OCSPs}},
		"certificate":    {e.Certificates[0].Raw, trust.Evidence{Certificates: e.Certificates[:1]}},
		"PEM":            {bytes.Join([][]byte{block("X509 CRL", e.CRLs[0]), block("OCSP RESPONSE", e.OCSPs[0]), block("CERTIFICATE", e.Certificates[1].Raw)}, []byte("text\n")), trust.Evidence{CRLs: e.CRLs, OCSPs: e.OCSPs, Certificates: e.Certificates[1:2]}},
		"the same twice": {bytes.Repeat(block("X509 CRL", e.CRLs[0]), 2), trust.Evidence{CRLs: e.CRLs}},
		"PKCS#7":         {bundle, trust.Evidence{CRLs: e.CRLs, OCSPs: e.OCSPs, Certificates: e.Certificates[:1]}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := trust.ParseEvidence(c.in)
			require.NoError(t, err)
			same(t, &c.want, got)
		})
	}
	for _, bad := range [][]byte{nil, []byte("x"), e.CRLs[0][:50], block("PRIVATE KEY", e.CRLs[0]), {0x30, 0}} {
		_, err := trust.ParseEvidence(bad)
		var why *trust.Error
		require.ErrorAs(t, err, &why)
		require.Equal(t, "trust.no-evidence", why.Code())
	}
}

func oidOf(t *testing.T, oid asn1.ObjectIdentifier) []byte {
	t.Helper()
	raw, err := asn1.Marshal(oid)
	require.NoError(t, err)
	return raw
}

func TestReadEvidence(t *testing.T) {
	e := pieces()
	dir := t.TempDir()
	write := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, data, 0o600))
		return path
	}
	_, err := trust.ReadEvidence(dir)
	requireCode(t, "trust.no-evidence", err)
	crl := write("a/list.crl", e.CRLs[0])
	write("b/answer.ors", e.OCSPs[0])
	text := write("note.txt", []byte("nothing of the kind"))
	got, err := trust.ReadEvidence(dir)
	require.NoError(t, err)
	same(t, &trust.Evidence{CRLs: e.CRLs, OCSPs: e.OCSPs}, got)
	got, err = trust.ReadEvidence(crl)
	require.NoError(t, err)
	same(t, &trust.Evidence{CRLs: e.CRLs}, got)
	_, err = trust.ReadEvidence(text)
	requireCode(t, "trust.no-evidence", err)
	require.True(t, strings.Contains(err.Error(), "note.txt"))
	_, err = trust.ReadEvidence(filepath.Join(dir, "nowhere"))
	requireCode(t, "trust.read", err)
	got, err = trust.ReadEvidence(write("record.zip", record(t, e)))
	require.NoError(t, err)
	same(t, e, got)
}

func requireCode(t *testing.T, code string, err error) {
	t.Helper()
	var why *trust.Error
	require.ErrorAs(t, err, &why)
	require.Equal(t, code, why.Code())
}

// FuzzEvidence: whatever comes in, what is read can be written down and read back.
func FuzzEvidence(f *testing.F) {
	a := plant(f, "a")
	list, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: judged, NextUpdate: judged.Add(time.Hour)}, a.issuer, a.issuerKey)
	require.NoError(f, err)
	answer := []byte{0x30, 3, 0x0a, 1, 3} // tryLater
	f.Add(record(f, &trust.Evidence{Certificates: []*x509.Certificate{a.leaf}, OCSPs: [][]byte{answer}, CRLs: [][]byte{list}}, []byte("{}")))
	f.Add(list)
	f.Add(answer)
	f.Add(a.leaf.Raw)
	f.Add(pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: list}))
	f.Add(zipped(f, map[string][]byte{named("ocsp", ".ors", []byte{1}): {1}}))
	f.Fuzz(func(t *testing.T, in []byte) {
		got, err := trust.ParseEvidence(in)
		if err != nil {
			var why *trust.Error
			if !errors.As(err, &why) {
				t.Fatalf("%T", err)
			}
			return
		}
		raw := record(t, got)
		again, _, err := trust.ReadRecord(bytes.NewReader(raw), int64(len(raw)))
		if err != nil {
			t.Fatal(err)
		}
		if len(again.Certificates) != len(got.Certificates) || len(again.OCSPs) != len(got.OCSPs) || len(again.CRLs) != len(got.CRLs) {
			t.Fatalf("%d %d %d became %d %d %d", len(got.Certificates), len(got.OCSPs), len(got.CRLs), len(again.Certificates), len(again.OCSPs), len(again.CRLs))
		}
	})
}
