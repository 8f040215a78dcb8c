package xml

import (
	"bytes"
	"context"
	"crypto"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/kyso-dev/kyso/signer"
)

// TestForms signs in every form with every kind of key, and reads the result.
func TestForms(t *testing.T) {
	empty := ""
	for name, o := range map[string]Options{
		"plain":   {},
		"1.0":     {Canonicalization: C14N10},
		"1.1":     {Canonicalization: C14N11WithComments},
		"default": {Prefix: &empty},
		"leaf":    {LeafOnly: true},
		"by Id":   {References: []ReferenceOptions{{URI: "#data", ID: "r1", Type: "urn:t"}}},
		"both":    {References: []ReferenceOptions{{URI: "#data"}, {URI: ""}}},
		"object":  {Objects: []Object{{ID: "o", MimeType: "text/xml", Content: "<x xmlns=''>đồng &amp; €</x>"}}, References: []ReferenceOptions{{URI: ""}, {URI: "#o"}}},
		"outside": {References: []ReferenceOptions{{URI: "a.bin", Content: strings.NewReader("abc")}, {URI: ""}}},
	} {
		for _, key := range []string{"signer", "ec", "ec384", "ec521", "ed25519"} {
			t.Run(name+"/"+key, func(t *testing.T) {
				for i := range o.References {
					if o.References[i].Content != nil {
						o.References[i].Content = strings.NewReader("abc")
					}
				}
				out := sign(t, []byte(invoiceXML), thePKI().Signer(key), &o)
				d := intact(t, out, &ReadOptions{Resolver: givenResolver{"a.bin": []byte("abc")}}, 1)
				if s := d.Signatures[0]; !s.Certificate.Equal(thePKI().Certificate(key)) || s.IdentifiedBy != ByKeyInfo {
					t.Errorf("signed by %v", s.Certificate.Subject)
				}
			})
		}
	}
	for _, o := range []Options{{PSS: true}, {PSS: true, Hash: crypto.SHA512}, {PSS: true, Hash: crypto.SHA3_256}, {Hash: crypto.SHA384}} {
		intact(t, sign(t, []byte(invoiceXML), thePKI().Signer("signer"), &o), nil, 1)
	}
	for _, doc := range []string{invoiceXML, "not XML", "<?xml version='1.0' encoding='UTF-16'?><a/>", ""} {
		out := sign(t, []byte(doc), thePKI().Signer("signer"), &Options{Form: Enveloping})
		if doc != "" {
			intact(t, out, nil, 1)
		}
		out = sign(t, []byte(doc), thePKI().Signer("signer"), &Options{Form: Detached, URI: "x"})
		d := read(t, out, &ReadOptions{Resolver: givenResolver{"x": []byte(doc)}})
		if s := d.Signatures[0]; (s.ContentIntegrity == Intact) != (doc != "") {
			t.Errorf("detached over %q: %s", doc, s.ContentIntegrity)
		}
	}
}

// TestOptionsStay uses the same options twice: nothing of the first document may be left in them. Comments are no part of what is named by an Id.
func TestOptionsStay(t *testing.T) {
	for _, method := range methods {
		o := &Options{
			Form: Enveloping, Canonicalization: method, References: []ReferenceOptions{{}, {URI: "#note", Transforms: []string{string(method)}}},
			Objects: []Object{{ID: "note", Content: "<!-- ghi chú --><note/>"}},
		}
		for range 2 {
			intact(t, sign(t, []byte("<a><!-- c -->x</a>"), thePKI().Signer("signer"), o), nil, 1)
		}
		if o.References[0].URI != "" {
			t.Errorf("%s: the caller's Reference is now %q", method, o.References[0].URI)
		}
	}
}

// TestSeller fills the slots of an invoice in any order; no signature breaks another.
func TestSeller(t *testing.T) {
	orders := [][]string{{"NBan", "NMua", "CQT"}, {"CQT", "NMua", "NBan"}}
	empty := ""
	for _, order := range orders {
		doc := []byte(invoiceXML)
		for i, slot := range order {
			before := doc
			doc = sign(t, doc, thePKI().Signer("signer"), &Options{
				Place: "/HDon/DSCKS/" + slot, Canonicalization: C14N10, Prefix: &empty, LeafOnly: true,
				References: []ReferenceOptions{{URI: "#data", Transforms: []string{TransformEnveloped}}},
			})
			onlyInserted(t, before, doc)
			d := intact(t, doc, nil, i+1)
			for _, s := range d.Signatures {
				if !strings.HasPrefix(s.Element.Path, "/HDon/DSCKS/") || s.References[0].Element.Path != "/HDon/DLHDon" {
					t.Errorf("%s covers %s", s.Element.Path, s.References[0].Element.Path)
				}
			}
		}
	}
}

// onlyInserted checks that after is before with octets put in at one place, where the tag of an empty element may have been opened.
func onlyInserted(t *testing.T, before, after []byte) {
	t.Helper()
	n := 0
	for n < len(before) && n < len(after) && before[n] == after[n] {
		n++
	}
	m := 0
	for m < len(before)-n && before[len(before)-1-m] == after[len(after)-1-m] {
		m++
	}
	if left := string(before[n : len(before)-m]); left != "" && left != "/" && left != "/\x00" && left != "\x00/" && left != "\x00/\x00" {
		t.Errorf("%q was changed", left)
	}
}

// TestSplice signs random documents of every encoding at random places: no other octet changes, and the result is intact.
func TestSplice(t *testing.T) {
	s := thePKI().Signer("ec")
	for seed := range uint64(120) {
		r := newRandom(seed)
		text := r.document(14)
		for kind := range 4 {
			doc := []byte(text)
			switch kind {
			case 1:
				doc = append([]byte("\xEF\xBB\xBF"), doc...)
			case 2, 3:
				doc = toUTF16(text, kind == 3)
			}
			o := &Options{Canonicalization: methods[int(seed)%len(methods)]}
			if r.r.IntN(2) == 0 {
				o.Place = fmt.Sprintf("#id%d", r.r.IntN(r.ids)+1)
			}
			if r.r.IntN(2) == 0 {
				o.References = []ReferenceOptions{{URI: fmt.Sprintf("#id%d", r.r.IntN(r.ids)+1)}}
			}
			out := sign(t, doc, s, o)
			onlyInserted(t, doc, out)
			d := read(t, out, nil)
			found := false
			for _, sig := range d.Signatures {
				if sig.SignatureIntegrity == Intact && sig.ContentIntegrity == Intact {
					found = true
					start, end := sig.Element.Start, sig.Element.End
					rest := append(append([]byte(nil), out[:start]...), out[end:]...)
					if !bytes.Equal(rest, doc) && len(rest) == len(doc) {
						t.Errorf("seed %d, encoding %d: without the signature the document is another", seed, kind)
					}
				} else {
					t.Errorf("seed %d, encoding %d: signature %s, content %s: %s\n%q", seed, kind, sig.SignatureIntegrity, sig.ContentIntegrity, findingCodes(sig), out)
				}
			}
			if !found || t.Failed() {
				t.Fatalf("seed %d, encoding %d: no intact signature\n%q", seed, kind, out)
			}
		}
	}
}

func TestPrepareFinish(t *testing.T) {
	ctx := context.Background()
	doc := []byte(invoiceXML)
	for _, key := range []string{"signer", "ec", "ed25519"} {
		for _, form := range []Form{Enveloped, Enveloping, Detached} {
			s := thePKI().Signer(key)
			chain, err := s.Certificates(ctx)
			if err != nil {
				t.Fatal(err)
			}
			p, err := Prepare(ctx, bytes.NewReader(doc), int64(len(doc)), chain, &Options{Form: form, URI: map[Form]string{Detached: "x"}[form], ID: "hd-1", Title: "Hóa đơn"})
			if err != nil {
				t.Fatal(err)
			}
			state, err := json.Marshal(p)
			if err != nil || len(state) > 16000 || bytes.Contains(state, []byte("Công ty")) {
				t.Fatalf("a state of %d octets: %v", len(state), err)
			}
			var again PreparedSignature
			if err := json.Unmarshal(state, &again); err != nil {
				t.Fatal(err)
			}
			req := again.Request()
			if req.DocumentID != "hd-1" || req.Title != "Hóa đơn" {
				t.Errorf("request %+v", req)
			}
			value, err := signer.Sign(ctx, s, req)
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			if err := again.Finish(ctx, &out, bytes.NewReader(doc), int64(len(doc)), value, nil); err != nil {
				t.Fatal(err)
			}
			intact(t, out.Bytes(), &ReadOptions{Resolver: givenResolver{"x": doc}}, 1)

			changed := bytes.Replace(doc, []byte("2.1.0"), []byte("2.1.1"), 1)
			out.Reset()
			if err := again.Finish(ctx, &out, bytes.NewReader(changed), int64(len(changed)), value, nil); !isCode(err, CodeChanged) || out.Len() > 0 {
				t.Errorf("a changed document: %v, %d octets written", err, out.Len())
			}
			value[len(value)/2] ^= 1
			if err := again.Finish(ctx, &out, bytes.NewReader(doc), int64(len(doc)), value, nil); !errors.Is(err, signer.ErrSignatureInvalid) || out.Len() > 0 {
				t.Errorf("a wrong value: %v, %d octets written", err, out.Len())
			}
			var none PreparedSignature
			for name, bad := range map[string]string{
				"not JSON": "{", "another format": strings.Replace(string(state), `"format":"xml"`, `"format":"pdf"`, 1),
				"another version":     strings.Replace(string(state), `"version":1`, `"version":2`, 1),
				"another algorithm":   strings.Replace(string(state), `"hash":"SHA-`, `"hash":"SHA3-`, 1),
				"a value too many":    strings.Replace(string(state), `{"value":true}`, `{"value":true},{"value":true}`, 1),
				"no SignedInfo":       strings.Replace(string(state), `SignedInfo`, `SignedNone`, 2),
				"no certificate":      strings.Replace(string(state), `"certificate":"MII`, `"certificate":"MIA`, 1),
				"nothing of the kind": "{}",
			} {
				if err := json.Unmarshal([]byte(bad), &none); err == nil {
					t.Errorf("%s %s: a state with %s is taken", key, string(rune('0'+form)), name)
				}
			}
		}
	}
}

func TestSignBatch(t *testing.T) {
	var docs []BatchDocument
	outs := make([]bytes.Buffer, 20)
	for i := range outs {
		doc := strings.Replace(invoiceXML, "2.1.0", fmt.Sprint(i), 1)
		docs = append(docs, BatchDocument{Source: strings.NewReader(doc), Size: int64(len(doc)), Output: &outs[i], ID: fmt.Sprint(i)})
	}
	if err := SignBatch(t.Context(), docs, thePKI().Signer("signer"), &Options{Place: "/HDon/DSCKS/NBan"}); err != nil {
		t.Fatal(err)
	}
	for i := range outs {
		intact(t, outs[i].Bytes(), nil, 1)
	}
	docs[7].Source, docs[7].Size = strings.NewReader("<a>"), 3
	var b *signer.BatchError
	if err := SignBatch(t.Context(), docs, thePKI().Signer("signer"), nil); !errors.As(err, &b) || b.Index != 7 || !isCode(b.Err, CodeMalformed) {
		t.Errorf("a bad document in a batch: %v", err)
	}
}

// TestEarlier puts a signature where it would break an earlier one, and where it would not.
func TestEarlier(t *testing.T) {
	s := thePKI().Signer("ec")
	whole := sign(t, []byte(invoiceXML), s, &Options{Place: "/HDon/DSCKS/NBan"})
	data := sign(t, []byte(invoiceXML), s, &Options{Place: "/HDon/DSCKS/NBan", References: []ReferenceOptions{{URI: "#data"}}})
	all := []byte("<Order>" + body + forged{references: reference("", "", transforms(step(TransformXPath, "<ds:XPath>not(ancestor-or-self::ds:Signature)</ds:XPath>")),
		"<Order>"+body+"</Order>")}.signature(t) + "</Order>")
	for name, c := range map[string]struct {
		doc   []byte
		place string
		want  Code
	}{
		"over the document":                          {whole, "/HDon/DSCKS/NMua", CodeEarlier},
		"over an element":                            {data, "/HDon/DLHDon/NDHDon", CodeEarlier},
		"twin: beside it":                            {data, "/HDon/DSCKS/NMua", ""},
		"twin: over the document but for signatures": {all, "/Order", ""},
	} {
		var out bytes.Buffer
		err := Sign(t.Context(), &out, bytes.NewReader(c.doc), int64(len(c.doc)), s, &Options{Place: c.place})
		if c.want != "" {
			if !isCode(err, c.want) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		intact(t, out.Bytes(), nil, 2)
	}
}

// wrongSigner signs something else than it is asked to.
type wrongSigner struct{ signer.Signer }

func (w wrongSigner) Sign(ctx context.Context, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	other := bytes.Clone(digest)
	other[0] ^= 1
	return w.Signer.Sign(ctx, other, opts)
}

func TestSignRefuses(t *testing.T) {
	big := strings.Replace(invoiceXML, "<DSCKS>", "<DSCKS><NBan/>", 1)
	colon := "a:b"
	for name, c := range map[string]struct {
		doc  string
		s    signer.Signer
		opts *Options
		want Code
	}{
		"not well-formed":           {"<a>", nil, nil, CodeMalformed},
		"a DOCTYPE":                 {"<!DOCTYPE a><a/>", nil, nil, CodeDoctype},
		"no such place":             {invoiceXML, nil, &Options{Place: "/HDon/DSCKS/Khong"}, CodePlaceNone},
		"two such places":           {big, nil, &Options{Place: "/HDon/DSCKS/NBan"}, CodePlaceSeveral},
		"no third of them":          {big, nil, &Options{Place: "/HDon/DSCKS/NBan[3]"}, CodePlaceNone},
		"a place that is no path":   {invoiceXML, nil, &Options{Place: "HDon"}, CodeOption},
		"a place by XPath":          {invoiceXML, nil, &Options{Place: "//NBan"}, CodeOption},
		"no such Id":                {invoiceXML, nil, &Options{References: []ReferenceOptions{{URI: "#x"}}}, CodeNotFound},
		"an Id twice":               {`<a><b Id="x"/><c id="x"/></a>`, nil, &Options{References: []ReferenceOptions{{URI: "#x"}}}, CodeAmbiguous},
		"an Id that is taken":       {invoiceXML, nil, &Options{SignatureID: "data"}, CodeIDTaken},
		"an Object's Id is taken":   {invoiceXML, nil, &Options{Objects: []Object{{Content: "<x ID='data'/>"}}}, CodeIDTaken},
		"an Id that is no name":     {invoiceXML, nil, &Options{SignatureID: "1"}, CodeOption},
		"an Id twice in options":    {invoiceXML, nil, &Options{SignatureID: "a", Objects: []Object{{ID: "a"}}}, CodeOption},
		"an Object that is open":    {invoiceXML, nil, &Options{Objects: []Object{{Content: "<x>"}}}, CodeOption},
		"an Object that breaks out": {invoiceXML, nil, &Options{Objects: []Object{{Content: "</ds:Object><ds:Object>"}}}, CodeOption},
		"a prefix that is none":     {invoiceXML, nil, &Options{Prefix: &colon}, CodeOption},
		"XSLT":                      {invoiceXML, nil, &Options{References: []ReferenceOptions{{Transforms: []string{"http://www.w3.org/TR/1999/REC-xslt-19991116"}}}}, CodeOption},
		"outside without content":   {invoiceXML, nil, &Options{References: []ReferenceOptions{{URI: "http://example.org/"}}}, CodeOption},
		"detached without a URI":    {invoiceXML, nil, &Options{Form: Detached}, CodeOption},
		"SHA-1":                     {invoiceXML, nil, &Options{Hash: crypto.SHA1}, CodeKey},
		"SHA-3 with PKCS#1 v1.5":    {invoiceXML, nil, &Options{Hash: crypto.SHA3_256}, CodeKey},
		"a relative namespace":      {`<a xmlns="x"/>`, nil, nil, CodeRelativeNamespace},
		"an expired certificate":    {invoiceXML, thePKI().Signer("expired"), nil, signer.CodeCertificateExpired},
		"a key that is wrong":       {invoiceXML, wrongSigner{thePKI().Signer("signer")}, nil, signer.CodeSignatureInvalid},
	} {
		s := c.s
		if s == nil {
			s = thePKI().Signer("signer")
		}
		var out bytes.Buffer
		err := Sign(t.Context(), &out, strings.NewReader(c.doc), int64(len(c.doc)), s, c.opts)
		if !isCode(err, c.want) || out.Len() > 0 {
			t.Errorf("%s: %v, want %s; %d octets written", name, err, c.want, out.Len())
		}
	}
	if err := Sign(t.Context(), nil, strings.NewReader(""), 0, thePKI().Signer("signer"), nil); !isCode(err, CodeOption) {
		t.Errorf("no destination: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Sign(ctx, new(bytes.Buffer), strings.NewReader(invoiceXML), int64(len(invoiceXML)), thePKI().Signer("signer"), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestAround puts a signature into elements that the document lacks, where they belong.
func TestAround(t *testing.T) {
	for name, c := range map[string]struct {
		doc, before, after string
		opts               Options
	}{
		"at the end":       {"<a><v Id=\"v\">x</v><b><c/></b></a>", "<a><v Id=\"v\">x</v><b><c/><d>", "</d></b></a>", Options{Place: "/a/b", Around: []string{"d"}}},
		"before a child":   {"<a><v Id=\"v\">x</v><b><c/><e>x</e><e/></b></a>", "<a><v Id=\"v\">x</v><b><c/><d>", "</d><e>x</e><e/></b></a>", Options{Place: "/a/b", Around: []string{"d"}, Before: "e"}},
		"no such child":    {"<a><v Id=\"v\">x</v><b><c/></b><e/></a>", "<a><v Id=\"v\">x</v><b><c/><d>", "</d></b><e/></a>", Options{Place: "/a/b", Around: []string{"d"}, Before: "e"}},
		"an empty element": {"<a><v Id=\"v\">x</v><b/></a>", "<a><v Id=\"v\">x</v><b><d>", "</d></b></a>", Options{Place: "/a/b", Around: []string{"d"}, Before: "e"}},
		"several":          {"<a><v Id=\"v\">x</v></a>", "<a><v Id=\"v\">x</v><b><d>", "</d></b></a>", Options{Around: []string{"b", "d"}}},
		"a prefix":         {`<p:a xmlns:p="urn:p"><v Id="v"/><p:b/></p:a>`, `<p:a xmlns:p="urn:p"><v Id="v"/><p:b><p:d>`, "</p:d></p:b></p:a>", Options{Place: "/a/b", Around: []string{"d"}}},
		"only before":      {"<a><v Id=\"v\"/><e/></a>", "<a><v Id=\"v\"/>", "<e/></a>", Options{Before: "e"}},
	} {
		t.Run(name, func(t *testing.T) {
			c.opts.References = []ReferenceOptions{{URI: "#v"}}
			out := sign(t, []byte(c.doc), thePKI().Signer("ec"), &c.opts)
			intact(t, out, nil, 1)
			start, end := bytes.Index(out, []byte("<ds:Signature ")), bytes.Index(out, []byte("</ds:Signature>"))+len("</ds:Signature>")
			if string(out[:start]) != c.before || string(out[end:]) != c.after {
				t.Errorf("%s … %s", out[:start], out[end:])
			}
		})
	}
	for _, opts := range []Options{{Around: []string{"a b"}}, {Around: []string{""}}, {Around: []string{"b"}}, {Form: Enveloping, Around: []string{"a"}}, {Form: Detached, URI: "x", Before: "a"}} {
		err := Sign(t.Context(), new(bytes.Buffer), strings.NewReader("<a/>"), 4, thePKI().Signer("ec"), &opts)
		if !isCode(err, CodeOption) {
			t.Errorf("%+v: %v", opts, err)
		}
	}
}
