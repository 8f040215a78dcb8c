package pdf_test

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/pdf"
)

// stream is a stream object with these octets.
func stream(data []byte) string {
	return fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(data), data)
}

const catalogStore = "<< /Type /Catalog /Pages 2 0 R /DSS 20 0 R >>"

// stored is a document with a store: object 20 is its dictionary, 21 the certificate of the signer, 22 an OCSP response for it, 23 the
// CRL of its issuer, 24 the issuer's certificate.
func stored(t testing.TB, p *testpki.PKI, dss string, more map[int]string) []byte {
	t.Helper()
	response, err := p.OCSP("signer")
	require.NoError(t, err)
	crl, err := p.CRL("issuer")
	require.NoError(t, err)
	objects := map[int]string{
		1: catalogStore, 20: dss,
		21: stream(p.Certificate("signer").Raw), 22: stream(response), 23: stream(crl), 24: stream(p.Issuer().Raw),
	}
	for n, o := range more {
		objects[n] = o
	}
	return update(plain(), 1, objects)
}

func TestReadStore(t *testing.T) {
	p, _ := testpki.Start(t)
	d := read(t, stored(t, p, "<< /Type /DSS /Certs [21 0 R 24 0 R 21 0 R] /OCSPs [22 0 R] /CRLs 30 0 R /VRI 31 0 R >>", map[int]string{
		30: "[23 0 R]", 31: "<< /00112233445566778899AABBCCDDEEFF00112233 << /Cert [21 0 R] /OCSP [22 0 R] /TU (D:20260102030405Z) /TS 22 0 R >> >>",
	}))
	require.Empty(t, d.Findings)
	require.Len(t, d.Stores, 1)
	s := d.Stores[0]
	require.Equal(t, 2, s.Revision)
	require.Len(t, s.Evidence.Certificates, 2)
	require.True(t, s.Evidence.Certificates[0].Equal(p.Certificate("signer")))
	require.Len(t, s.Evidence.OCSPs, 1)
	require.Len(t, s.Evidence.CRLs, 1)
	require.Len(t, s.VRI, 1)
	require.Equal(t, "00112233445566778899AABBCCDDEEFF00112233", s.VRI[0].Key)
	require.Equal(t, "", s.VRI[0].Field)
	require.Equal(t, 2026, s.VRI[0].Time.Year())
	require.Equal(t, s.Evidence.OCSPs[0], s.VRI[0].Evidence.OCSPs[0])
	require.Equal(t, s.Evidence.OCSPs[0], s.VRI[0].Stamp)
	require.Equal(t, &s.Evidence, d.Evidence())
}

// TestDamagedStore: whatever is wrong with an entry, it is named, and the rest is read.
func TestDamagedStore(t *testing.T) {
	p, _ := testpki.Start(t)
	many := strings.Repeat("21 0 R ", limits.PDFEvidence+1)
	for _, c := range []struct {
		name, dss string
		object    string // that the finding names; "": none
		certs     int
	}{
		{"clean twin", "<< /Certs [21 0 R] >>", "", 1},
		{"no dictionary", "[21 0 R]", "/DSS", -1},
		{"certificates that are no array", "<< /Certs 21 0 R /OCSPs [22 0 R] >>", "/Certs", 0},
		{"a reference to nothing", "<< /Certs [45 0 R 21 0 R] >>", "/Certs 45 0 R", 1},
		{"a number in the array", "<< /Certs [1 21 0 R] >>", "/Certs 0 0 R", 1},
		{"not a certificate", "<< /Certs [22 0 R 21 0 R] >>", "/Certs 22 0 R", 1},
		{"not DER", "<< /OCSPs [25 0 R 22 0 R] /Certs [21 0 R] >>", "/OCSPs 25 0 R", 1},
		{"DER and something behind it", "<< /CRLs [26 0 R] /Certs [21 0 R] >>", "/CRLs 26 0 R", 1},
		{"a stream that cannot be decoded", "<< /CRLs [27 0 R] /Certs [21 0 R] >>", "/CRLs 27 0 R", 1},
		{"VRI that is no dictionary", "<< /VRI 1 /Certs [21 0 R] >>", "/VRI", 1},
		{"an entry that is no dictionary", "<< /VRI << /ABCD 7 >> /Certs [21 0 R] >>", "/VRI/ABCD", 1},
		{"a store inside itself", "<< /VRI 20 0 R /Certs [21 0 R] >>", "/VRI/Certs", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := read(t, stored(t, p, c.dss, map[int]string{
				25: stream([]byte("hello")), 26: stream(append(bytes.Clone(p.Issuer().Raw), 1)), 27: "<< /Filter /FlateDecode /Length 5 >>\nstream\nhello\nendstream",
			}))
			if c.object == "" {
				require.Empty(t, d.Findings)
			} else {
				require.Equal(t, []string{"pdf.dss-damaged"}, codes(d.Findings))
				require.Equal(t, c.object, d.Findings[0].Params["object"])
			}
			if c.certs < 0 {
				require.Empty(t, d.Stores)
				return
			}
			require.Len(t, d.Stores, 1)
			require.Len(t, d.Stores[0].Evidence.Certificates, c.certs)
		})
	}
	t.Run("more than is read", func(t *testing.T) {
		d := read(t, stored(t, p, "<< /Certs ["+many+"] >>", nil))
		require.Equal(t, []string{"pdf.dss-limit"}, codes(d.Findings))
		require.Len(t, d.Stores[0].Evidence.Certificates, 1)
	})
}

// FuzzStore reads stores whose dictionary, VRI and streams are anything.
func FuzzStore(f *testing.F) {
	p, _ := testpki.Start(f)
	f.Add("<< /Type /DSS /Certs [21 0 R 24 0 R] /OCSPs [22 0 R] /CRLs 30 0 R /VRI 31 0 R >>", "<< /AB << /Cert [21 0 R] /TU (D:2026) /TS 22 0 R >> >>", p.Issuer().Raw)
	f.Add("<< /Certs 20 0 R >>", "[31 0 R]", []byte{0x30, 0x84, 0xff, 0xff, 0xff, 0xff})
	f.Add("<< /VRI 20 0 R >>", "<< /Cert 31 0 R >>", []byte{0x30, 0x80, 0, 0})
	f.Fuzz(func(t *testing.T, dss, vri string, octets []byte) {
		doc := stored(t, p, dss, map[int]string{30: "[23 0 R 32 0 R]", 31: vri, 32: stream(octets)})
		d, err := pdf.Read(t.Context(), bytes.NewReader(doc), int64(len(doc)), nil)
		if err != nil {
			var e *pdf.Error
			require.True(t, errors.As(err, &e), "%T", err)
			return
		}
		for _, s := range d.Stores {
			// Each piece is there once. The same octets may stand in two arrays: what they are is not told by where they stand.
			for _, pieces := range [][][]byte{rawCertificates(s.Evidence.Certificates), s.Evidence.CRLs, s.Evidence.OCSPs} {
				seen := map[string]bool{}
				for _, raw := range pieces {
					require.False(t, seen[string(raw)], "each piece once")
					seen[string(raw)] = true
				}
			}
		}
		_ = d.Evidence().Inventory(nil).Complete(p.Certificate("signer"))
	})
}

func rawCertificates(certs []*x509.Certificate) (raw [][]byte) {
	for _, c := range certs {
		raw = append(raw, c.Raw)
	}
	return raw
}
