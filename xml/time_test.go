package xml

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestSigningTime: the element is found by its local name, in the four namespaces that occur, and told to be signed or not.
func TestSigningTime(t *testing.T) {
	property := func(space, text string) string {
		return `<SignatureProperties` + space + `><SignatureProperty Target="#x"><SigningTime>` + text + `</SigningTime></SignatureProperty></SignatureProperties>`
	}
	local := time.Date(2026, 1, 2, 1, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		content, uri string
		want         SigningTime
		time         time.Time
	}{
		"inherited":     {property("", "2026-01-02T08:00:00"), "#SigningTime", SigningTime{Text: "2026-01-02T08:00:00", Covered: true, Space: spaceDSig}, local},
		"no namespace":  {property(` xmlns=""`, "2026-01-02T08:00:00"), "#SigningTime", SigningTime{Text: "2026-01-02T08:00:00", Covered: true}, local},
		"example":       {property(` xmlns="http://example.org/#signatureProperties"`, "2026-01-02T01:00:00Z"), "#SigningTime", SigningTime{Text: "2026-01-02T01:00:00Z", Zoned: true, Covered: true, Space: "http://example.org/#signatureProperties"}, local},
		"tax authority": {property(` xmlns="https://hoadondientu.gdt.gov.vn"`, " 2026-01-02T08:00:00+07:00\n"), "#SigningTime", SigningTime{Text: "2026-01-02T08:00:00+07:00", Zoned: true, Covered: true, Space: "https://hoadondientu.gdt.gov.vn"}, local},
		"not signed":    {property("", "2026-01-02T08:00:00"), "", SigningTime{Text: "2026-01-02T08:00:00", Space: spaceDSig}, local},
		"the property by itself": {`<SignatureProperties><SignatureProperty Id="p"><SigningTime>2026-01-02T08:00:00</SigningTime></SignatureProperty></SignatureProperties>`, "#p",
			SigningTime{Text: "2026-01-02T08:00:00", Covered: true, Space: spaceDSig}, local},
		"another property": {`<SignatureProperties><SignatureProperty Id="p">x</SignatureProperty><SignatureProperty><SigningTime>2026-01-02T08:00:00</SigningTime></SignatureProperty></SignatureProperties>`, "#p",
			SigningTime{Text: "2026-01-02T08:00:00", Space: spaceDSig}, local},
		"no time": {property("", "yesterday"), "#SigningTime", SigningTime{Text: "yesterday", Covered: true, Space: spaceDSig}, time.Time{}},
	} {
		t.Run(name, func(t *testing.T) {
			empty := ""
			o := &Options{Place: "/HDon/DSCKS/NBan", Canonicalization: C14N10, Prefix: &empty, Objects: []Object{{ID: "SigningTime", Content: c.content}}, References: []ReferenceOptions{{URI: "#data"}}}
			if c.uri != "" && c.uri != "#p" {
				o.References = append(o.References, ReferenceOptions{URI: c.uri})
			}
			var signed []byte
			if c.uri == "#p" { // only others sign a part of an Object; what is covered shows whether or not it is intact
				signed = []byte(`<Signature xmlns="` + spaceDSig + `"><SignedInfo><CanonicalizationMethod Algorithm="` + string(C14N10) + `"/><SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>` +
					`<Reference URI="#p"><DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><DigestValue>AAAA</DigestValue></Reference></SignedInfo><SignatureValue>AAAA</SignatureValue><Object>` + c.content + `</Object></Signature>`)
			} else {
				signed = sign(t, []byte(invoiceXML), pki().Signer("signer"), o)
			}
			d := read(t, signed, nil)
			got, err := d.SigningTime(t.Context(), d.Signatures[0])
			require.NoError(t, err)
			require.True(t, c.time.Equal(got.Time), "%s", got.Time)
			got.Time = time.Time{}
			require.Equal(t, c.want, *got)
		})
	}
	d := read(t, sign(t, []byte(invoiceXML), pki().Signer("signer"), nil), nil)
	got, err := d.SigningTime(t.Context(), d.Signatures[0])
	require.NoError(t, err)
	require.Nil(t, got)
}
