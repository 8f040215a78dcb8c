package xml

import (
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"math/big"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/trust"
)

// between is the first part of a document from one mark to behind another.
func between(t testing.TB, doc, from, to string) string {
	t.Helper()
	_, rest, ok := strings.Cut(doc, from)
	require.True(t, ok, from)
	inner, _, ok := strings.Cut(rest, to)
	require.True(t, ok, to)
	return from + inner + to
}

// element is the first element of this name, with its tags.
func element(t testing.TB, doc, name string) string {
	t.Helper()
	start := regexp.MustCompile("<" + name + "[ >]").FindString(doc)
	require.NotEmpty(t, start, name)
	return between(t, doc, start, "</"+name+">")
}

// swapOnce puts something in the place of something that is there.
func swapOnce(t testing.TB, doc, old, with string) string {
	t.Helper()
	require.Contains(t, doc, old)
	return strings.Replace(doc, old, with, 1)
}

// sameKey is another certificate for the key of a signer.
func sameKey(t testing.TB, l *lab, name string) string {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "Someone else"}, NotBefore: time.Unix(0, 0), NotAfter: l.pki.Now().AddDate(9, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature}
	key := l.pki.Key(name)
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	return base64.StdEncoding.EncodeToString(der)
}

// codesOf are the codes of errors about a signature and its time-stamps.
func codesOf(s *Signature) (codes []Code) {
	list := s.Findings
	for _, ts := range s.Timestamps {
		list = append(list[:len(list):len(list)], ts.Findings...)
	}
	for _, f := range list {
		if f.Severity == finding.Error || f.Code == CodeTimestampUnchecked {
			codes = append(codes, f.Code)
		}
	}
	return codes
}

// TestXAdESAttacks changes what can be changed without the key. The twin of each is the document without the attack.
func TestXAdESAttacks(t *testing.T) {
	l := newLab(t)
	options := func(level Level, id string) *Options {
		o := l.options(level)
		o.SignatureID, o.Place, o.References = id, "/HDon/DSCKS/NBan", []ReferenceOptions{{URI: "#data"}}
		return o
	}
	lta := string(l.sign([]byte(invoiceXML), "ec", options(LevelBLTA, "one")))
	other := string(l.sign([]byte(invoiceXML), "ec", options(LevelBT, "two")))
	confirmed, err := l.countersign([]byte(other), "signer", "two", &Options{Level: LevelBB, SignatureID: "three"})
	require.NoError(t, err)
	counter := element(t, string(confirmed), "xades:CounterSignature")
	properties := element(t, lta, "xades:SignedProperties")
	forged := swapOnce(t, strings.Replace(properties, ` Id="one-properties"`, "", 1), "<xades:SigningTime>2", "<xades:SigningTime>1")
	require.NotEqual(t, properties, forged)
	time1 := element(t, lta, "xades:SigningTime")
	certificate := base64.StdEncoding.EncodeToString(l.pki.Certificate("ec").Raw)
	impostor := sameKey(t, l, "ec")
	stamp, otherStamp := element(t, lta, "xades:SignatureTimeStamp"), element(t, other, "xades:SignatureTimeStamp")
	values, revocation := element(t, lta, "xades:CertificateValues"), element(t, lta, "xades:RevocationValues")
	archive := element(t, lta, "xades141:ArchiveTimeStamp")
	qualifying := element(t, lta, "xades:QualifyingProperties")
	digest := element(t, properties, "ds:DigestValue")
	end := "</xades:UnsignedSignatureProperties>"
	const (
		claims   = 1 << iota // the signed properties count
		bound                // the certificate is the one that is named
		stamped              // all time-stamps are over what they should be
		archived             // the archive time-stamp is
	)
	for _, c := range []struct {
		name string
		doc  string
		code Code // "" for none
		left int  // what still stands
	}{
		{"nothing", lta, "", claims | bound | stamped | archived},
		{"X3 forged properties before the signed ones", swapOnce(t, lta, properties, forged+properties), CodePropertiesSeveral, 0},
		{"X3 forged properties, the signed ones elsewhere in the document", swapOnce(t, swapOnce(t, lta, properties, forged), "<CQT/>", "<CQT>"+strings.Replace(properties, "<xades:SignedProperties", `<xades:SignedProperties xmlns:xades="`+spaceXAdES+`" xmlns:ds="`+spaceDSig+`"`, 1)+"</CQT>"), CodePropertiesForeign, stamped | archived},
		{"X3 forged properties, the signed ones in another Object", swapOnce(t, swapOnce(t, lta, properties, forged), "<ds:Object>", `<ds:Object xmlns:xades="`+spaceXAdES+`">`+properties+"</ds:Object><ds:Object>"), CodePropertiesForeign, 0},
		{"X3 forged properties, the signed ones among the unsigned", swapOnce(t, swapOnce(t, lta, properties, forged), end, properties+end), CodePropertiesForeign, stamped | archived},
		{"X3 two QualifyingProperties, the forged ones first", swapOnce(t, lta, "<ds:Object>", "<ds:Object>"+swapOnce(t, qualifying, properties, forged)+"</ds:Object><ds:Object>"), CodePropertiesSeveral, claims | bound},
		{"X3 two QualifyingProperties, the forged ones last", swapOnce(t, lta, "</ds:Object></ds:Signature>", "</ds:Object><ds:Object>"+swapOnce(t, qualifying, properties, forged)+"</ds:Object></ds:Signature>"), CodePropertiesSeveral, claims | bound},
		{"X3 two QualifyingProperties in one Object", swapOnce(t, lta, qualifying, swapOnce(t, qualifying, properties, forged)+qualifying), CodePropertiesSeveral, claims | bound | stamped | archived},
		{"X3 properties of another signature", swapOnce(t, lta, `Target="#one"`, `Target="#two"`), CodePropertiesTarget, 0},
		{"X3 properties of no signature", swapOnce(t, lta, ` Target="#one"`, ``), CodePropertiesTarget, 0},
		{"X3 two with the Id of the signed ones", swapOnce(t, lta, "<CQT/>", `<CQT Id="one-properties"/>`), CodePropertiesForeign, 0},
		{"X3 a signing time that is not signed", swapOnce(t, lta, end, "<xades:SigningTime>1999-01-01T00:00:00Z</xades:SigningTime>"+end), "", claims | bound | stamped | archived},
		{"X3 changed claims", swapOnce(t, lta, time1, "<xades:SigningTime>1999-01-01T00:00:00Z</xades:SigningTime>"), CodeTimestampUnbound, bound},
		{"X5 a comment in the signing time", swapOnce(t, lta, time1, swapOnce(t, time1, "-", "-<!-- -->")), "", claims | bound | stamped | archived},
		{"X5 a comment in the digest of the certificate", swapOnce(t, lta, digest, swapOnce(t, digest, "=</", "=<!-- --></")), CodeProperty, claims | stamped | archived},
		{"X8 a tag that changes when it is written again", swapOnce(t, lta, end, "<x::y/>"+end), "", -1},
		{"X8 a directive", swapOnce(t, lta, end, "<!x>"+end), "", -1},
		{"X9 a signing time in a CDATA section", swapOnce(t, lta, time1, strings.Replace(strings.Replace(time1, ">2", "><![CDATA[2", 1), "</", "]]></", 1)), "", claims | bound | stamped | archived},
		{"C2 another certificate for the same key", swapOnce(t, lta, certificate, impostor), CodeSigningCert, claims},
		{"C2 another certificate before the right one", swapOnce(t, other, "<ds:X509Certificate>"+certificate, "<ds:X509Certificate>"+impostor+"</ds:X509Certificate><ds:X509Certificate>"+certificate), "", claims | bound | stamped},
		{"T1 the time-stamp of another signature", swapOnce(t, other, otherStamp, stamp), CodeTimestampUnbound, claims | bound},
		{"T1 another canonicalisation of what is time-stamped", swapOnce(t, other, otherStamp, swapOnce(t, otherStamp, string(ExclusiveC14N), "urn:none")), CodeTimestampUnchecked, claims | bound},
		{"T1 a time-stamp that says what it is over", swapOnce(t, other, otherStamp, swapOnce(t, otherStamp, "<xades:SignatureTimeStamp>", `<xades:SignatureTimeStamp><xades:Include URI="#one"/>`)), CodeTimestampUnchecked, claims | bound},
		{"T1 a token that is cut off", swapOnce(t, other, otherStamp, regexp.MustCompile(`.{400}</xades:EncapsulatedTimeStamp>`).ReplaceAllString(otherStamp, "</xades:EncapsulatedTimeStamp>")), CodeTimestampMalformed, claims | bound},
		{"T1 a time-stamp in XML", swapOnce(t, other, otherStamp, "<xades:SignatureTimeStamp><xades:XMLTimeStamp/></xades:SignatureTimeStamp>"), CodeTimestampMalformed, claims | bound},
		{"T1 a time-stamp of another namespace", swapOnce(t, other, otherStamp, strings.ReplaceAll(swapOnce(t, otherStamp, "<xades:SignatureTimeStamp", `<x:SignatureTimeStamp xmlns:x="urn:x"`), "</xades:SignatureTimeStamp", "</x:SignatureTimeStamp")), "", claims | bound},
		{"T7 a property before the archive time-stamp", swapOnce(t, lta, archive, "<xades:CertificateValues/>"+archive), CodeTimestampUnbound, claims | bound},
		{"T7 a property less before the archive time-stamp", swapOnce(t, lta, revocation, ""), CodeTimestampUnbound, claims | bound},
		{"T7 properties in another order", swapOnce(t, lta, values+revocation, revocation+values), CodeTimestampUnbound, claims | bound},
		{"T7 the archive time-stamp first", swapOnce(t, swapOnce(t, lta, archive, ""), stamp, archive+stamp), CodeTimestampUnbound, claims | bound},
		{"T7 a property behind the archive time-stamp", swapOnce(t, lta, end, "<xades:CertificateValues><xades:EncapsulatedX509Certificate>"+impostor+"</xades:EncapsulatedX509Certificate></xades:CertificateValues>"+end), "", claims | bound | stamped | archived},
		{"T7 an Object that was not there", swapOnce(t, lta, "</ds:Signature>", "<ds:Object>new</ds:Object></ds:Signature>"), CodeTimestampUnbound, claims | bound},
		{"a counter-signature of another signature", swapOnce(t, lta, end, counter+end), "", claims | bound | stamped | archived},
		{"X22 a stylesheet and unsigned parts changed", `<?xml-stylesheet href="evil.xsl"?>` + swapOnce(t, lta, "<CCKSKhac/>", "<CCKSKhac>x</CCKSKhac>"), "", claims | bound | stamped | archived},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.left < 0 {
				_, err := Read(t.Context(), strings.NewReader(c.doc), int64(len(c.doc)), nil)
				require.Error(t, err)
				return
			}
			d := read(t, []byte(c.doc), nil)
			require.Len(t, d.Signatures, 1)
			s := d.Signatures[0]
			if c.code == "" {
				require.Empty(t, codesOf(s))
			} else {
				require.Contains(t, codesOf(s), c.code, "%v", s.Findings)
			}
			moved := c.code == CodePropertiesForeign || c.code == CodePropertiesSeveral && c.left&claims == 0
			changed := c.code == CodeTimestampUnbound && c.left&claims == 0
			require.Equal(t, moved || changed, s.ContentIntegrity != Intact, "content %s", s.ContentIntegrity)
			counts := s.SigningTime != nil && s.Properties != nil && s.Properties.Covered && s.SigningTime.Year() == l.pki.Now().Year()
			require.Equal(t, c.left&claims != 0, counts, "claims: %v", s.SigningTime)
			require.Equal(t, c.left&bound != 0, s.IdentifiedBy == BySigningCertificate && s.SigningCertificate.Match, "certificate: %v", s.Findings)
			if c.left&bound != 0 {
				require.True(t, s.Certificate.Equal(l.pki.Certificate("ec")))
			}
			over := len(s.Timestamps) > 0
			for _, ts := range s.Timestamps {
				over = over && ts.ContentIntegrity == Intact
				require.Equal(t, ts.ContentIntegrity == Intact, len(ts.Covers) > 0)
			}
			require.Equal(t, c.left&stamped != 0, over, "%s", stampsOf(s))
			last := newestArchive(s)
			require.Equal(t, c.left&archived != 0, last != nil && last.ContentIntegrity == Intact, "%s", stampsOf(s))
			for _, cs := range s.CounterSignatures {
				require.Equal(t, Broken, cs.ContentIntegrity)
				require.Contains(t, codesOf(cs), CodeCounterOther)
			}
		})
	}
	t.Run("what stands behind an archive time-stamp is not covered", func(t *testing.T) {
		doc := swapOnce(t, lta, end, "<xades:CertificateValues><xades:EncapsulatedX509Certificate>"+impostor+"</xades:EncapsulatedX509Certificate></xades:CertificateValues>"+end)
		s := read(t, []byte(doc), nil).Signatures[0]
		der, err := base64.StdEncoding.DecodeString(impostor)
		require.NoError(t, err)
		for _, covers := range newestArchive(s).Covers {
			require.NotEqual(t, trust.DigestOf(der), covers)
		}
	})
	t.Run("X21 a signature of another invoice", func(t *testing.T) {
		signature := element(t, lta, "ds:Signature")
		elsewhere := swapOnce(t, strings.Replace(invoiceXML, "Mẫu", "Khác", 1), "<DSCKS><NBan/>", "<DSCKS><NBan>"+signature+"</NBan>")
		s := read(t, []byte(elsewhere), nil).Signatures[0]
		require.Equal(t, Broken, s.ContentIntegrity)
		twice := swapOnce(t, lta, "<CQT/>", "<CQT>"+signature+"</CQT>")
		for _, s := range read(t, []byte(twice), nil).Signatures {
			require.NotEqual(t, Intact, s.ContentIntegrity)
			require.Nil(t, s.Properties)
		}
		moved := swapOnce(t, swapOnce(t, lta, signature, ""), "<CQT/>", "<CQT>"+signature+"</CQT>")
		s = read(t, []byte(moved), nil).Signatures[0]
		require.Equal(t, Intact, s.ContentIntegrity) // its place is not signed: package einvoice says which slot it is in
		require.Equal(t, "/HDon/DSCKS/CQT/Signature", s.Element.Path)
		require.Equal(t, "/HDon/DLHDon", s.References[0].Element.Path)
		data := element(t, lta, "DLHDon")
		wrapped := swapOnce(t, swapOnce(t, lta, data, strings.Replace(strings.Replace(data, ` Id="data"`, "", 1), "Mẫu", "Khác", 1)), "<CCKSKhac/>", "<CCKSKhac>"+data+"</CCKSKhac>")
		s = read(t, []byte(wrapped), nil).Signatures[0]
		require.Equal(t, "/HDon/DSCKS/CCKSKhac/DLHDon", s.References[0].Element.Path) // what is signed is told by where it was found
	})
}
