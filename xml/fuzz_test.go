package xml

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/kyso-dev/kyso/internal/proofs"
)

// typedError reports whether an error is one of those that this package documents.
func typedError(err error) bool {
	var e *Error
	return err == nil || errors.As(err, &e)
}

// FuzzRead reads what may be a signed document: no panic, one error type, and facts that hold together.
func FuzzRead(f *testing.F) {
	f.Add(sign(f, []byte(invoiceXML), thePKI().Signer("ec"), nil))
	f.Add(seller(f, "<HDon>"+profileData+profileTail, timeDSig))
	f.Add(sign(f, []byte(invoiceXML), thePKI().Signer("ec"), &Options{Form: Enveloping}))
	f.Add([]byte("<Order>" + body + forged{references: reference("#body", ` Type="`+typeManifest+`"`, transforms(step(TransformXPath, "<ds:XPath>not(ancestor-or-self::ds:Signature)</ds:XPath>")), bodyForm)}.signature(f) + "</Order>"))
	f.Add([]byte("<Order>" + body + forged{references: reference("", "", transforms(step(TransformXPath, "<ds:XPath>count(//x) &gt; 1</ds:XPath>")), bodyForm)}.signature(f) + "</Order>"))
	l := newLab(f)
	qualified := l.sign([]byte(invoiceXML), "ec", l.options(LevelBLTA))
	f.Add(qualified)
	f.Add(l.sign([]byte(invoiceXML), "ec", &Options{Level: LevelBB, Form: Enveloping, Roles: []string{"a"}, Policy: &SignaturePolicy{Implied: true}, Commitments: []Commitment{{ID: CommitmentOrigin}}}))
	f.Add([]byte(`<ds:Signature xmlns:ds="` + spaceDSig + `" Id="s"><ds:SignedInfo/><ds:SignatureValue/><ds:Object><QualifyingProperties xmlns="` + spaceXAdES111 + `" Target="#s"/></ds:Object></ds:Signature>`))
	f.Fuzz(func(t *testing.T, doc []byte) {
		d, err := Read(context.Background(), bytes.NewReader(doc), int64(len(doc)), nil)
		if err != nil {
			if !typedError(err) {
				t.Fatalf("%T %v", err, err)
			}
			return
		}
		for _, s := range withCounters(d.Signatures) {
			if s.Level != "" && (s.Properties == nil || s.SigningTime == nil) || s.IdentifiedBy == BySigningCertificate && s.Certificate == nil {
				t.Fatalf("level %q, certificate %s", s.Level, s.IdentifiedBy)
			}
			for _, ts := range s.Timestamps {
				if ts.ContentIntegrity != Intact && len(ts.Covers) > 0 || ts.ContentIntegrity == Intact && ts.Token == nil {
					t.Fatalf("a time-stamp that is %s covers %d", ts.ContentIntegrity, len(ts.Covers))
				}
			}
			_ = s.Evidence()
			if s.Element.Start < 0 || s.Element.End <= s.Element.Start || s.Element.End > int64(len(doc)) {
				t.Fatalf("a signature at %d to %d", s.Element.Start, s.Element.End)
			}
			if s.ContentIntegrity == Intact && len(s.References) == 0 {
				t.Fatal("content is intact without a Reference")
			}
			for _, r := range s.References {
				var out bytes.Buffer
				if r.Integrity == Intact && (r.CopyOctets(context.Background(), &out) != nil || int64(out.Len()) != r.Size || r.Size == 0) {
					t.Fatalf("%d octets of %d are handed out", out.Len(), r.Size)
				}
			}
		}
	})
}

// FuzzSplice signs whatever can be signed: nothing else changes, and the result is intact.
func FuzzSplice(f *testing.F) {
	s := thePKI().Signer("ec")
	for seed := range uint64(12) {
		f.Add([]byte(newRandom(seed).document(8)), uint8(seed))
	}
	f.Add(toUTF16(invoiceXML, true), uint8(1))
	f.Fuzz(func(t *testing.T, doc []byte, pick uint8) {
		var out bytes.Buffer
		err := Sign(context.Background(), &out, bytes.NewReader(doc), int64(len(doc)), s, &Options{Canonicalization: methods[int(pick)%len(methods)]})
		if err != nil {
			if !typedError(err) || out.Len() > 0 {
				t.Fatalf("%T %v, %d octets written", err, err, out.Len())
			}
			return
		}
		onlyInserted(t, doc, out.Bytes())
		before, err := Read(context.Background(), bytes.NewReader(doc), int64(len(doc)), nil)
		if err != nil {
			t.Fatal(err)
		}
		after := read(t, out.Bytes(), nil)
		if len(after.Signatures) != len(before.Signatures)+1 {
			t.Fatalf("%d signatures become %d", len(before.Signatures), len(after.Signatures))
		}
		for _, sig := range after.Signatures {
			if sig.Certificate != nil && sig.Certificate.Equal(thePKI().Certificate("ec")) && sig.SignatureIntegrity == Intact && sig.ContentIntegrity == Intact {
				return
			}
		}
		t.Fatalf("no intact signature in %q", out.Bytes())
	})
}

// FuzzState reads what may be a prepared state.
func FuzzState(f *testing.F) {
	chain, err := thePKI().Signer("ec").Certificates(context.Background())
	if err != nil {
		f.Fatal(err)
	}
	p, err := Prepare(context.Background(), bytes.NewReader([]byte(invoiceXML)), int64(len(invoiceXML)), chain, nil)
	if err != nil {
		f.Fatal(err)
	}
	state, err := p.MarshalJSON()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(state)
	f.Fuzz(func(t *testing.T, state []byte) {
		var p PreparedSignature
		if err := p.UnmarshalJSON(state); err != nil {
			if !typedError(err) {
				t.Fatalf("%T %v", err, err)
			}
			return
		}
		if err := p.Finish(context.Background(), new(bytes.Buffer), bytes.NewReader([]byte(invoiceXML)), int64(len(invoiceXML)), []byte("x"), nil); err == nil {
			t.Fatal("a signature of one octet is taken")
		}
	})
}

// FuzzExtend raises whatever can be raised: nothing else changes, and what was intact stays so.
func FuzzExtend(f *testing.F) {
	l := newLab(f)
	empty := ""
	for _, o := range []*Options{{Level: LevelBB}, {Level: LevelBB, Form: Enveloping}, {Level: LevelBB, Prefix: &empty, Canonicalization: C14N10}, l.options(LevelBT)} {
		o.SignatureID = "one"
		doc := l.sign([]byte(invoiceXML), "ec", o)
		f.Add(doc)
		f.Add(bytes.Replace(doc, []byte("</xades:QualifyingProperties>"), []byte("<xades:UnsignedProperties/></xades:QualifyingProperties>"), 1))
		f.Add(bytes.Replace(doc, []byte("</xades:QualifyingProperties>"), []byte("<xades:UnsignedProperties><xades:UnsignedSignatureProperties a='>'/></xades:UnsignedProperties></xades:QualifyingProperties>"), 1))
		f.Add(bytes.Replace(doc, []byte("</xades:QualifyingProperties>"), []byte("<xades:UnsignedProperties><xades:UnsignedDataObjectProperties/></xades:UnsignedProperties></xades:QualifyingProperties>"), 1))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		var out bytes.Buffer
		err := Extend(context.Background(), &out, bytes.NewReader(doc), int64(len(doc)), &ExtendOptions{Level: LevelBT, Timestamper: l.pki.TSAClient()})
		if err != nil {
			if !typedError(err) || out.Len() > 0 {
				t.Fatalf("%T %v, %d octets written", err, err, out.Len())
			}
			return
		}
		onlyInserted(t, doc, out.Bytes())
		for _, s := range read(t, out.Bytes(), nil).Signatures {
			if s.ContentIntegrity == Broken || s.SignatureIntegrity != Intact || !proofs.Stamped(s.stamps()) {
				t.Fatalf("content %s, signature %s in %q", s.ContentIntegrity, s.SignatureIntegrity, out.Bytes())
			}
		}
	})
}
