package xml

import (
	"crypto"
	"crypto/sha1" //nolint:gosec // as old signatures have it
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/xmltree"
	"github.com/kyso-dev/kyso/trust"
)

// form is a signature with XAdES of any version, made by hand. In signed and unsigned the prefix q stands for its namespace.
type form struct {
	space, signed, objects string
	unsigned               func(value string) string // value is the SignatureValue as it is canonicalised
	references             string                    // beside those to the body and to the properties
}

func (f form) document(t testing.TB) string {
	t.Helper()
	signed := `<q:SignedProperties Id="sp"><q:SignedSignatureProperties>` + f.signed + `</q:SignedSignatureProperties>`
	if f.objects != "" {
		signed += `<q:SignedDataObjectProperties>` + f.objects + `</q:SignedDataObjectProperties>`
	}
	signed += `</q:SignedProperties>`
	context := &xmltree.Context{Bindings: []xmltree.Binding{{Prefix: "ds", URI: spaceDSig}, {Prefix: "q", URI: f.space}, {Prefix: "late", URI: spaceXAdES141}}}
	octets, err := canonicalElement([]byte(signed), context, ExclusiveC14N, nil)
	require.NoError(t, err)
	kind := typeSignedProperties
	if f.space != spaceXAdES {
		kind = f.space + "SignedProperties"
	}
	s := forged{references: reference("#body", ` Id="r1"`, "", bodyForm) + reference("#sp", ` Type="`+kind+`"`, transforms(step(string(ExclusiveC14N), "")), string(octets)) + f.references}
	unsigned := ""
	if f.unsigned != nil {
		value := element(t, s.signature(t), "ds:SignatureValue")
		unsigned = `<q:UnsignedProperties><q:UnsignedSignatureProperties>` + f.unsigned(`<ds:SignatureValue xmlns:ds="`+spaceDSig+`">`+strings.TrimPrefix(value, "<ds:SignatureValue>")) +
			`</q:UnsignedSignatureProperties></q:UnsignedProperties>`
	}
	s.behind = fmt.Sprintf(`<ds:Object><q:QualifyingProperties xmlns:q="%s" xmlns:late="%s" Target="#sig">%s%s</q:QualifyingProperties></ds:Object>`, f.space, spaceXAdES141, signed, unsigned)
	return "<Order>" + body + s.signature(t) + "</Order>"
}

// stamp is an element with a time-stamp over octets.
func stamp(t testing.TB, name, inner, over string) string {
	t.Helper()
	digest := sha256.Sum256([]byte(over))
	token, err := pki().TSAClient().Timestamp(t.Context(), digest[:], crypto.SHA256)
	require.NoError(t, err)
	return fmt.Sprintf(`<%s>%s<ds:CanonicalizationMethod Algorithm="%s"/><q:EncapsulatedTimeStamp>%s</q:EncapsulatedTimeStamp></%s>`, name, inner, ExclusiveC14N, base64.StdEncoding.EncodeToString(token.Raw), name)
}

func certV1(space string) string {
	digest := sha1.Sum(pki().Certificate("signer").Raw) //nolint:gosec // as above
	ds := "ds"
	if space == spaceXAdES111 {
		ds = "q"
	}
	return fmt.Sprintf(`<q:SigningCertificate><q:Cert><q:CertDigest><%s:DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"/><%s:DigestValue>%s</%s:DigestValue></q:CertDigest>`+
		`<q:IssuerSerial><ds:X509IssuerName>CN=x</ds:X509IssuerName><ds:X509SerialNumber>%s</ds:X509SerialNumber></q:IssuerSerial></q:Cert></q:SigningCertificate>`,
		ds, ds, base64.StdEncoding.EncodeToString(digest[:]), ds, pki().Certificate("signer").SerialNumber)
}

// TestOlderForms reads the properties of every version.
func TestOlderForms(t *testing.T) {
	for _, space := range []string{spaceXAdES111, spaceXAdES122, spaceXAdES} {
		t.Run(versionOf(space), func(t *testing.T) {
			f := form{
				space: space,
				signed: `<q:SigningTime>2011-09-12T08:12:52</q:SigningTime>` + certV1(space) + `<q:SignaturePolicyIdentifier><q:SignaturePolicyImplied/></q:SignaturePolicyIdentifier>` +
					`<q:SignatureProductionPlace><q:City>Huế</q:City><q:CountryName>VN</q:CountryName></q:SignatureProductionPlace>` +
					`<q:SignerRole><q:ClaimedRoles><q:ClaimedRole>kế toán</q:ClaimedRole></q:ClaimedRoles><q:CertifiedRoles><q:CertifiedRole>AA==</q:CertifiedRole></q:CertifiedRoles></q:SignerRole>`,
				objects: `<q:DataObjectFormat ObjectReference="#r1"><q:Description>thân</q:Description><q:MimeType>text/xml</q:MimeType></q:DataObjectFormat>` +
					`<q:CommitmentTypeIndication><q:CommitmentTypeId><q:Identifier>` + CommitmentOrigin + `</q:Identifier></q:CommitmentTypeId><q:ObjectReference>#r1</q:ObjectReference></q:CommitmentTypeIndication>`,
				unsigned: func(value string) string { return stamp(t, "q:SignatureTimeStamp", "", value) },
			}
			doc := f.document(t)
			s := read(t, []byte(doc), nil).Signatures[0]
			require.Equal(t, Intact, s.ContentIntegrity, findingCodes(s))
			require.Equal(t, BySigningCertificate, s.IdentifiedBy)
			require.Equal(t, SigningCertificate{Present: true, Match: true, Version: 1}, s.SigningCertificate)
			require.Equal(t, "2011-09-12T08:12:52Z", seconds(*s.SigningTime))
			require.Contains(t, findingCodes(s), string(CodeTimeZone))
			require.Contains(t, findingCodes(s), string(CodeWeakReference))
			p := s.Properties
			require.Equal(t, versionOf(space), p.Version)
			require.True(t, p.Covered)
			require.Equal(t, doc[p.Element.Start:p.Element.End], element(t, doc, "q:SignedProperties"))
			require.Equal(t, &SignaturePolicy{Implied: true}, p.Policy)
			require.Equal(t, &ProductionPlace{City: "Huế", Country: "VN"}, p.Place)
			require.Equal(t, []string{"kế toán"}, p.Roles)
			require.Equal(t, 1, p.Certified)
			require.Equal(t, []DataObjectFormat{{Reference: "r1", MimeType: "text/xml", Description: "thân"}}, p.Formats)
			require.Equal(t, []Commitment{{ID: CommitmentOrigin, References: []string{"r1"}}}, p.Commitments)
			require.Len(t, s.Timestamps, 1)
			require.Equal(t, Intact, s.Timestamps[0].ContentIntegrity, stampsOf(s))
			require.Equal(t, map[string]Level{spaceXAdES: LevelBT}[space], s.Level)
		})
	}
}

// TestTimestampKinds holds each kind of time-stamp against what it is over; the twin has one over something else.
func TestTimestampKinds(t *testing.T) {
	signed := `<q:SigningTime>2026-01-01T00:00:00Z</q:SigningTime>` + certV1(spaceXAdES)
	certDigest := sha256.Sum256(pki().Issuer().Raw)
	refs := func(name string) string {
		return fmt.Sprintf(`<%s><q:CertRefs><q:Cert><q:CertDigest><ds:DigestMethod Algorithm="%s"></ds:DigestMethod><ds:DigestValue>%s</ds:DigestValue></q:CertDigest></q:Cert></q:CertRefs></%s>`,
			name, digestSHA256, base64.StdEncoding.EncodeToString(certDigest[:]), name)
	}
	canonical := func(element string) string {
		context := &xmltree.Context{Bindings: []xmltree.Binding{{Prefix: "ds", URI: spaceDSig}, {Prefix: "q", URI: spaceXAdES}, {Prefix: "late", URI: spaceXAdES141}}}
		octets, err := canonicalElement([]byte(element), context, ExclusiveC14N, nil)
		require.NoError(t, err)
		return string(octets)
	}
	for _, c := range []struct {
		name    string
		f       func(wrong string) form
		kind    TimestampKind
		covers  []trust.Digest
		ordinal int
	}{
		{"AllDataObjectsTimeStamp", func(wrong string) form {
			return form{objects: stamp(t, "q:AllDataObjectsTimeStamp", "", wrong+body)}
		}, ContentTimestamp, []trust.Digest{trust.DigestOf([]byte(body))}, 0},
		{"IndividualDataObjectsTimeStamp", func(wrong string) form {
			return form{objects: stamp(t, "q:IndividualDataObjectsTimeStamp", `<q:Include URI="#r1" referencedData="true"/>`, wrong+body)}
		}, ContentTimestamp, []trust.Digest{trust.DigestOf([]byte(body))}, 0},
		{"SigAndRefsTimeStamp", func(wrong string) form {
			return form{unsigned: func(value string) string {
				first, own := stamp(t, "q:SignatureTimeStamp", "", value), refs("q:CompleteCertificateRefs")
				return first + own + stamp(t, "q:SigAndRefsTimeStamp", "", wrong+value+canonical(first)+canonical(own))
			}}
		}, SignatureAndReferencesTimestamp, []trust.Digest{certDigest}, 1},
		{"SigAndRefsTimeStampV2", func(wrong string) form {
			return form{unsigned: func(value string) string {
				own := refs("late:CompleteCertificateRefsV2")
				return own + stamp(t, "late:SigAndRefsTimeStampV2", "", wrong+value+canonical(own)) + refs("q:CompleteCertificateRefs")
			}}
		}, SignatureAndReferencesTimestamp, []trust.Digest{certDigest}, 0},
		{"RefsOnlyTimeStamp", func(wrong string) form {
			return form{unsigned: func(string) string {
				own := refs("q:CompleteCertificateRefs")
				return refs("late:CompleteCertificateRefsV2") + own + stamp(t, "q:RefsOnlyTimeStamp", "", wrong+canonical(own))
			}}
		}, ReferencesTimestamp, []trust.Digest{certDigest}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, wrong := range []string{"", "x"} {
				f := c.f(wrong)
				f.space, f.signed = spaceXAdES, signed
				s := read(t, []byte(f.document(t)), nil).Signatures[0]
				require.Equal(t, Intact, s.ContentIntegrity, findingCodes(s))
				require.Len(t, s.Timestamps, c.ordinal+1)
				ts := s.Timestamps[c.ordinal]
				require.Equal(t, c.kind, ts.Kind)
				require.Equal(t, c.name, ts.Property)
				require.Equal(t, Intact, ts.SignatureIntegrity)
				if wrong != "" {
					require.Equal(t, Broken, ts.ContentIntegrity)
					require.Empty(t, ts.Covers)
					continue
				}
				require.Equal(t, Intact, ts.ContentIntegrity, stampsOf(s))
				for _, want := range c.covers {
					require.Contains(t, ts.Covers, want)
				}
				if c.kind != ContentTimestamp {
					require.Equal(t, Level(""), s.Level) // an extended form
				}
			}
		})
	}
}

// TestExtendSplice raises random documents of every encoding: no other octet changes.
func TestExtendSplice(t *testing.T) {
	p := pki()
	for seed := range uint64(40) {
		r := newRandom(seed)
		text := r.document(10)
		for kind := range 4 {
			doc := []byte(text)
			switch kind {
			case 1:
				doc = append([]byte("\xEF\xBB\xBF"), doc...)
			case 2, 3:
				doc = toUTF16(text, kind == 3)
			}
			o := &Options{Level: LevelBB, Canonicalization: methods[int(seed)%len(methods)]}
			if r.r.IntN(2) == 0 {
				o.Place = fmt.Sprintf("#id%d", r.r.IntN(r.ids)+1)
			}
			signed := sign(t, doc, p.Signer("ec"), o)
			onlyInserted(t, doc, signed)
			var out strings.Builder
			require.NoError(t, Extend(t.Context(), &out, strings.NewReader(string(signed)), int64(len(signed)), &ExtendOptions{Level: LevelBT, Timestamper: p.TSAClient()}))
			onlyInserted(t, signed, []byte(out.String()))
			s := read(t, []byte(out.String()), nil).Signatures[0]
			sound(t, s)
			require.Equal(t, LevelBT, s.Level)
		}
	}
}
