package einvoicetest_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/i18n"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/xml"
	"github.com/kyso-dev/kyso/xml/einvoice"
	"github.com/kyso-dev/kyso/xml/einvoice/einvoicetest"
)

var pki = sync.OnceValue(func() *testpki.PKI {
	p, err := testpki.New(nil)
	if err != nil {
		panic(err)
	}
	return p
})

func variants(t testing.TB) []einvoicetest.Variant {
	t.Helper()
	s := pki().Signer
	list, err := einvoicetest.Variants(t.Context(), einvoicetest.Keys{
		Seller: s("signer"), Buyer: s("other"), Authority: s("cqt"), Expired: s("expired"), Revoked: s("revoked"), Legacy: pki().Key("signer"),
	})
	require.NoError(t, err)
	return list
}

// TestVariants reads each variant and finds what it says of itself.
func TestVariants(t *testing.T) {
	seen := make(map[string]bool)
	for _, v := range variants(t) {
		require.False(t, seen[v.Name], v.Name)
		seen[v.Name] = true
		t.Run(v.Name, func(t *testing.T) {
			f, err := einvoice.Read(t.Context(), bytes.NewReader(v.Doc), int64(len(v.Doc)), v.Read)
			require.NoError(t, err)
			all := f.Findings
			for _, d := range f.Documents {
				all = append(all, d.Findings...)
			}
			intact := 0
			for _, s := range f.Signatures {
				if s.XML.SignatureIntegrity == xml.Intact && s.XML.ContentIntegrity == xml.Intact {
					intact++
				}
				all = append(all, s.Findings...)
			}
			var codes []einvoice.Code
			for _, one := range all {
				codes = append(codes, one.Code)
				for _, lang := range []string{"en", "vi"} {
					require.NotContains(t, one.Text(i18n.Lang(lang)), "?", "%v", one)
				}
			}
			require.Equal(t, v.Findings, codes)
			require.Len(t, f.Signatures, v.Signatures)
			require.Equal(t, v.Intact, intact)
			require.Equal(t, v.Sound, intact == v.Signatures && finding.Worst(all) != finding.Error)
		})
	}
	require.Greater(t, len(seen), 45)
}

func TestMinimal(t *testing.T) {
	var octets bytes.Buffer
	doc := einvoicetest.Minimal()
	require.NoError(t, xml.Canonicalize(t.Context(), &octets, bytes.NewReader(doc), int64(len(doc)), xml.C14N10, &xml.CanonicalizeOptions{ID: "data"}))
	sum := sha256.Sum256(octets.Bytes())
	require.Equal(t, 581, octets.Len())
	require.Equal(t, "boOVq8L92AhnB2mOnGYJrw8dTpmPLzhP5iBzUSBG7n0=", base64.StdEncoding.EncodeToString(sum[:]))
}

func TestInvoice(t *testing.T) {
	doc := string(einvoicetest.Invoice(&einvoicetest.Options{Lines: 3, Number: 12, Date: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), Symbol: "C26TYY"}))
	for _, part := range []string{
		"<SHDon>12</SHDon>", "<NLap>2026-07-01</NLap>", "<STT>3</STT>", "<TgTCThue>1125000</TgTCThue>", "<TgTThue>90000</TgTThue>", "<TgTTTBSo>1215000</TgTTTBSo>",
		"<TgTTTBChu>Một triệu hai trăm mười lăm nghìn đồng</TgTTTBChu>", `<MCCQT Id="code-data">`,
	} {
		require.True(t, strings.Contains(doc, part), part)
	}
}
