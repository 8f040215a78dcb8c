package xml

import (
	"crypto"
	"crypto/sha1" //nolint:gosec // as old signatures have it
	"crypto/sha256"
	"encoding/asn1"
	"encoding/base64"
	"fmt"
	"math/big"
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
	token, err := thePKI().TSAClient().Timestamp(t.Context(), digest[:], crypto.SHA256)
	require.NoError(t, err)
	return fmt.Sprintf(`<%s>%s<ds:CanonicalizationMethod Algorithm="%s"/><q:EncapsulatedTimeStamp>%s</q:EncapsulatedTimeStamp></%s>`, name, inner, ExclusiveC14N, base64.StdEncoding.EncodeToString(token.Raw), name)
}

func certV1(space string) string {
	digest := sha1.Sum(thePKI().Certificate("signer").Raw) //nolint:gosec // as above
	ds := "ds"
	if space == spaceXAdES111 {
		ds = "q"
	}
	return fmt.Sprintf(`<q:SigningCertificate><q:Cert><q:CertDigest><%s:DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"/><%s:DigestValue>%s</%s:DigestValue></q:CertDigest>`+
		`<q:IssuerSerial><ds:X509IssuerName>CN=x</ds:X509IssuerName><ds:X509SerialNumber>%s</ds:X509SerialNumber></q:IssuerSerial></q:Cert></q:SigningCertificate>`,
		ds, ds, base64.StdEncoding.EncodeToString(digest[:]), ds, thePKI().Certificate("signer").SerialNumber)
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
	certDigest := sha256.Sum256(thePKI().Issuer().Raw)
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
	p := thePKI()
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

func certV2(name, inner string) string {
	digest := sha256.Sum256(thePKI().Certificate(name).Raw)
	return fmt.Sprintf(`<q:SigningCertificateV2><q:Cert><q:CertDigest><ds:DigestMethod Algorithm="%s"/><ds:DigestValue>%s</ds:DigestValue></q:CertDigest>%s</q:Cert></q:SigningCertificateV2>`,
		digestSHA256, base64.StdEncoding.EncodeToString(digest[:]), inner)
}

// issuerSerial is the base64 of an IssuerSerial with a serial number.
func issuerSerial(t testing.TB, serial *big.Int) string {
	t.Helper()
	der, err := asn1.Marshal(struct {
		Names  []asn1.RawValue
		Serial *big.Int
	}{[]asn1.RawValue{{Class: asn1.ClassContextSpecific, Tag: 4, IsCompound: true, Bytes: thePKI().Certificate("signer").RawIssuer}}, serial})
	require.NoError(t, err)
	return `<q:IssuerSerialV2>` + base64.StdEncoding.EncodeToString(der) + `</q:IssuerSerialV2>`
}

// TestBaselineForm tells what keeps a signature from being of level B-B, and Extend refuses it for that.
func TestBaselineForm(t *testing.T) {
	const (
		when   = `<q:SigningTime>2026-01-01T00:00:00Z</q:SigningTime>`
		format = `<q:DataObjectFormat ObjectReference="#r1"><q:MimeType>text/xml</q:MimeType></q:DataObjectFormat>`
	)
	cert := certV2("signer", "")
	manifest := `<ds:Manifest xmlns:ds="` + spaceDSig + `" Id="m">` + reference("#body", ` Id="inner"`, "", bodyForm) + `</ds:Manifest>`
	manifestOctets, err := canonicalElement([]byte(manifest), nil, ExclusiveC14N, nil)
	require.NoError(t, err)
	for _, c := range []struct {
		name   string
		f      form
		change func(string) string
		level  Level
		code   Code // a finding
		reason string
	}{
		{"as it must be", form{signed: when + cert, objects: format}, nil, LevelBB, "", ""},
		{"two roles", form{signed: when + cert + `<q:SignerRole/><q:SignerRoleV2/>`, objects: format}, nil, "", "", "it has SignerRole more than once"},
		{"no signing time", form{signed: cert, objects: format}, nil, "", "", "it does not claim a signing time"},
		{"two signing times", form{signed: when + when + cert, objects: format}, nil, "", CodeProperty, "it does not claim a signing time"},
		{"a signing time that is none", form{signed: `<q:SigningTime>yesterday</q:SigningTime>` + cert, objects: format}, nil, "", CodeProperty, "it does not claim a signing time"},
		{"no signing certificate", form{signed: when, objects: format}, nil, "", CodeNoSigningCert, "it does not name its certificate by one SigningCertificate"},
		{"two signing certificates", form{signed: when + cert + certV1(spaceXAdES), objects: format}, nil, "", CodeWeakReference, "it does not name its certificate by one SigningCertificate"},
		{"a signing certificate with a URI", form{signed: when + strings.Replace(cert, "<q:Cert>", `<q:Cert URI="http://x.test/">`, 1), objects: format}, nil, "", "", "its SigningCertificateV2 is not of the form that baseline signatures have"},
		{"a signing certificate of another", form{signed: when + certV2("ec", ""), objects: format}, nil, "", CodeSigningCert, "the certificate that it names is not in KeyInfo"},
		{"an empty signing certificate", form{signed: when + `<q:SigningCertificateV2/>`, objects: format}, nil, "", CodeProperty, "the certificate that it names is not in KeyInfo"},
		{"an unknown hash of the signing certificate", form{signed: when + strings.Replace(cert, digestSHA256, "urn:x", 1), objects: format}, nil, "", CodeProperty, "the certificate that it names is not in KeyInfo"},
		{"the right serial number", form{signed: when + certV2("signer", issuerSerial(t, thePKI().Certificate("signer").SerialNumber)), objects: format}, nil, LevelBB, "", ""},
		{"another serial number", form{signed: when + certV2("signer", issuerSerial(t, big.NewInt(7))), objects: format}, nil, LevelBB, CodeIssuerSerial, ""},
		{"a serial number that cannot be read", form{signed: when + certV2("signer", `<q:IssuerSerialV2>AAAA</q:IssuerSerialV2>`), objects: format}, nil, LevelBB, CodeIssuerSerial, ""},
		{"no format", form{signed: when + cert}, nil, "", "", "it does not say of what format all is that it signs"},
		{"a format without a type", form{signed: when + cert, objects: strings.Replace(format, "<q:MimeType>text/xml</q:MimeType>", "<q:Description>x</q:Description>", 1)}, nil, "", "", "a DataObjectFormat does not name a MimeType"},
		{"a format of nothing", form{signed: when + cert, objects: strings.Replace(format, "#r1", "#r9", 1)}, nil, "", "", "a DataObjectFormat is about nothing that is signed"},
		{"a format of what a Manifest names", form{signed: when + cert, objects: format + strings.Replace(format, "#r1", "#inner", 1), references: reference("#m", ` Type="`+typeManifest+`"`, transforms(step(string(ExclusiveC14N), "")), string(manifestOctets))},
			func(doc string) string {
				return strings.Replace(doc, "</ds:Signature>", "<ds:Object>"+manifest+"</ds:Object></ds:Signature>", 1)
			}, LevelBB, "", ""},
		{"references to evidence", form{signed: when + cert, objects: format, unsigned: func(string) string { return "<q:CompleteRevocationRefs/>" }}, nil, "", "", "it has the property CompleteRevocationRefs of the extended forms"},
		{"an archive time-stamp of version 1.3.2", form{signed: when + cert, objects: format, unsigned: func(string) string { return "<q:ArchiveTimeStamp/>" }}, nil, "", "", "it has the property ArchiveTimeStamp of the extended forms"},
		{"two tokens in a time-stamp", form{signed: when + cert, objects: format, unsigned: func(value string) string {
			one := stamp(t, "q:SignatureTimeStamp", "", value)
			return strings.Replace(one, "</q:EncapsulatedTimeStamp>", "</q:EncapsulatedTimeStamp>"+element(t, one, "q:EncapsulatedTimeStamp"), 1)
		}}, nil, "", "", ""},
		{"CertificateValues twice", form{signed: when + cert, objects: format, unsigned: func(value string) string {
			return stamp(t, "q:SignatureTimeStamp", "", value) + `<q:CertificateValues/><q:CertificateValues/><q:RevocationValues><q:OCSPValues><q:EncapsulatedOCSPValue>AAAA</q:EncapsulatedOCSPValue></q:OCSPValues></q:RevocationValues>`
		}}, nil, LevelBT, "", ""},
		{"a version before 1.3.2", form{space: spaceXAdES122, signed: when + cert, objects: format}, nil, "", "", "it is of an older version of XAdES"},
		{"no KeyInfo", form{signed: when + cert, objects: format}, func(doc string) string { return strings.Replace(doc, keyInfoOf("signer"), "", 1) }, "", CodeCertificateMissing, ""},
		{"a value that cannot be read", form{signed: when + cert, objects: format, unsigned: func(string) string {
			return `<q:CertificateValues><q:EncapsulatedX509Certificate>AAAA</q:EncapsulatedX509Certificate><q:EncapsulatedX509Certificate Encoding="urn:x">AAAA</q:EncapsulatedX509Certificate></q:CertificateValues>`
		}}, nil, LevelBB, CodeValue, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.f.space == "" {
				c.f.space = spaceXAdES
			}
			doc := c.f.document(t)
			if c.change != nil {
				doc = c.change(doc)
			}
			s := read(t, []byte(doc), nil).Signatures[0]
			require.Equal(t, Intact, s.ContentIntegrity, findingCodes(s))
			require.Equal(t, c.level, s.Level, findingCodes(s))
			if c.code != "" {
				require.Contains(t, findingCodes(s), string(c.code))
			} else {
				require.Empty(t, s.Findings)
			}
			err := Extend(t.Context(), new(strings.Builder), strings.NewReader(doc), int64(len(doc)), &ExtendOptions{Level: LevelBT, Timestamper: thePKI().TSAClient()})
			var refused *Error
			switch {
			case c.reason != "":
				require.ErrorAs(t, err, &refused)
				require.Equal(t, c.reason, refused.Params()["reason"])
			case c.code == CodeCertificateMissing:
				require.True(t, hasCode(err, CodeCertificateMissing), "%v", err)
			default:
				require.NoError(t, err)
			}
		})
	}
}

// TestCertificateElsewhere finds the signer's certificate among unsigned values, and takes the word of a signed KeyInfo.
func TestCertificateElsewhere(t *testing.T) {
	const when = `<q:SigningTime>2026-01-01T00:00:00Z</q:SigningTime>`
	values := func(names ...string) func(string) string {
		return func(string) string {
			out := `<q:CertificateValues>`
			for _, name := range names {
				out += `<q:EncapsulatedX509Certificate>` + base64.StdEncoding.EncodeToString(thePKI().Certificate(name).Raw) + `</q:EncapsulatedX509Certificate>`
			}
			return out + `</q:CertificateValues>`
		}
	}
	bare := func(f form) *Signature {
		f.space = spaceXAdES
		return read(t, []byte(strings.Replace(f.document(t), keyInfoOf("signer"), "", 1)), nil).Signatures[0]
	}
	s := bare(form{signed: when + certV2("signer", ""), unsigned: values("ec", "signer")})
	require.True(t, s.Certificate.Equal(thePKI().Certificate("signer")), findingCodes(s))
	require.Equal(t, BySigningCertificate, s.IdentifiedBy)
	require.Equal(t, Intact, s.SignatureIntegrity)
	require.Equal(t, Level(""), s.Level) // it belongs in KeyInfo

	s = bare(form{signed: when, unsigned: values("ec", "signer")})
	require.True(t, s.Certificate.Equal(thePKI().Certificate("signer")), findingCodes(s))
	require.Equal(t, ByKeyInfo, s.IdentifiedBy)

	s = bare(form{signed: when, unsigned: values("other")}) // nothing better is there
	require.Equal(t, Broken, s.SignatureIntegrity)

	keyInfo := strings.Replace(keyInfoOf("signer"), "<ds:KeyInfo>", `<ds:KeyInfo Id="ki">`, 1)
	octets, err := canonicalElement([]byte(keyInfo), &xmltree.Context{Bindings: []xmltree.Binding{{Prefix: "ds", URI: spaceDSig}}}, ExclusiveC14N, nil)
	require.NoError(t, err)
	f := form{space: spaceXAdES, signed: when, references: reference("#ki", "", transforms(step(string(ExclusiveC14N), "")), string(octets))}
	s = read(t, []byte(strings.Replace(f.document(t), "<ds:KeyInfo>", `<ds:KeyInfo Id="ki">`, 1)), nil).Signatures[0]
	require.Equal(t, Intact, s.ContentIntegrity)
	require.NotContains(t, findingCodes(s), string(CodeNoSigningCert))
}

// TestOlderArchive: archive time-stamps of version 1.3.2 leave out the Objects that a Reference names, those of 1.4.1 do not.
func TestOlderArchive(t *testing.T) {
	object := `<ds:Object Id="named">x</ds:Object>`
	context := &xmltree.Context{Bindings: []xmltree.Binding{{Prefix: "ds", URI: spaceDSig}, {Prefix: "q", URI: spaceXAdES}}}
	canonical := func(element string) string {
		octets, err := canonicalElement([]byte(element), context, ExclusiveC14N, nil)
		require.NoError(t, err)
		return string(octets)
	}
	for _, name := range []string{"q:ArchiveTimeStamp", "late:ArchiveTimeStamp"} {
		f := form{space: spaceXAdES, signed: `<q:SigningTime>2026-01-01T00:00:00Z</q:SigningTime>` + certV2("signer", ""),
			references: reference("#named", "", transforms(step(string(ExclusiveC14N), "")), canonical(object))}
		plain := f.document(t)
		f.unsigned = func(value string) string {
			over := body + canonical(element(t, plain, "q:SignedProperties")) + canonical(object) + canonical(element(t, plain, "ds:SignedInfo")) + value + canonical(keyInfoOf("signer"))
			if name != "q:ArchiveTimeStamp" {
				over += canonical(object)
			}
			return stamp(t, name, "", over)
		}
		doc := strings.Replace(f.document(t), "</ds:Signature>", object+"</ds:Signature>", 1)
		s := read(t, []byte(doc), nil).Signatures[0]
		require.Equal(t, Intact, s.ContentIntegrity, findingCodes(s))
		require.Len(t, s.Timestamps, 1)
		require.Equal(t, Intact, s.Timestamps[0].ContentIntegrity, stampsOf(s))
		require.Equal(t, map[bool]string{true: "1.3.2", false: "1.4.1"}[name == "q:ArchiveTimeStamp"], s.Timestamps[0].ArchiveVersion)
	}
}
