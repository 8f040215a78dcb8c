package xml

import (
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/xmltree"
)

// piece is a part of the signed document: text that is ours, octets of the document that was given, or the signature value.
type piece struct {
	Text     string `json:"text,omitempty"`
	From     int64  `json:"from,omitempty"` // octets of the document …
	To       int64  `json:"to,omitempty"`   // … up to here
	Base64   bool   `json:"base64,omitempty"`
	Value    bool   `json:"value,omitempty"`
	Document bool   `json:"document,omitempty"`
}

// entry is a Reference that is written.
type entry struct {
	options    *ReferenceOptions
	transforms []string
	digest     []byte
	mime       string // of what is signed, for XAdES
}

// builder writes a ds:Signature.
type builder struct {
	prefix    string // with its colon
	algorithm alg.Signature
	method    C14N
}

func newBuilder(o *Options, a alg.Signature) *builder {
	b := &builder{algorithm: a, method: o.Canonicalization}
	if *o.Prefix != "" {
		b.prefix = *o.Prefix + ":"
	}
	return b
}

// signature opens ds:Signature.
func (b *builder) signature(id string) string {
	return fmt.Sprintf(`<%sSignature xmlns%s="%s" Id="%s">`, b.prefix, strings.TrimSuffix(":"+b.prefix, ":"), spaceDSig, escapeASCII(id))
}

func (b *builder) closing(name string) string { return "</" + b.prefix + name + ">" }

// context is what the children of the signature inherit.
func (b *builder) context(around *xmltree.Context) *xmltree.Context {
	c := &xmltree.Context{}
	if around != nil {
		*c = *around
	}
	// The binding of the signature comes last and so hides the one around it.
	c.Bindings = append(c.Bindings[:len(c.Bindings):len(c.Bindings)], xmltree.Binding{Prefix: strings.TrimSuffix(b.prefix, ":"), URI: spaceDSig})
	return c
}

// signedInfo writes ds:SignedInfo.
func (b *builder) signedInfo(entries []*entry) string {
	h, _ := alg.HashOf(b.algorithm.Hash)
	w := &strings.Builder{}
	open := func(name, algorithm string) {
		fmt.Fprintf(w, `<%s%s Algorithm="%s">%s`, b.prefix, name, algorithm, b.closing(name))
	}
	fmt.Fprintf(w, "<%sSignedInfo>", b.prefix)
	open("CanonicalizationMethod", string(b.method))
	open("SignatureMethod", b.algorithm.XML())
	for _, e := range entries {
		fmt.Fprintf(w, "<%sReference", b.prefix)
		if e.options.ID != "" {
			fmt.Fprintf(w, ` Id="%s"`, escapeASCII(e.options.ID))
		}
		if e.options.Type != "" {
			fmt.Fprintf(w, ` Type="%s"`, escapeASCII(e.options.Type))
		}
		fmt.Fprintf(w, ` URI="%s">`, escapeASCII(e.options.URI))
		if len(e.transforms) > 0 {
			fmt.Fprintf(w, "<%sTransforms>", b.prefix)
			for _, t := range e.transforms {
				open("Transform", t)
			}
			w.WriteString(b.closing("Transforms"))
		}
		open("DigestMethod", h.XML)
		fmt.Fprintf(w, "<%sDigestValue>%s%s%s", b.prefix, base64.StdEncoding.EncodeToString(e.digest), b.closing("DigestValue"), b.closing("Reference"))
	}
	w.WriteString(b.closing("SignedInfo"))
	return w.String()
}

// keyInfo writes ds:KeyInfo.
func (b *builder) keyInfo(chain [][]byte) string {
	w := &strings.Builder{}
	fmt.Fprintf(w, "<%sKeyInfo><%sX509Data>", b.prefix, b.prefix)
	for _, der := range chain {
		fmt.Fprintf(w, "<%sX509Certificate>%s%s", b.prefix, base64.StdEncoding.EncodeToString(der), b.closing("X509Certificate"))
	}
	w.WriteString(b.closing("X509Data") + b.closing("KeyInfo"))
	return w.String()
}

// object opens ds:Object.
func (b *builder) object(o *Object, encoding string) string {
	w := &strings.Builder{}
	fmt.Fprintf(w, "<%sObject", b.prefix)
	for _, a := range [][2]string{{"Id", o.ID}, {"MimeType", o.MimeType}, {"Encoding", encoding}} {
		if a[1] != "" {
			fmt.Fprintf(w, ` %s="%s"`, a[0], escapeASCII(a[1]))
		}
	}
	w.WriteByte('>')
	return w.String()
}

// escapeASCII writes a value of an attribute.
func escapeASCII(s string) string { return asciiOnly(string(escapeValue(nil, s))) }

// asciiOnly writes characters beyond ASCII as references. It is for text and attribute values, not for names.
func asciiOnly(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0 {
		return s
	}
	var w strings.Builder
	for _, r := range s {
		if r < utf8.RuneSelf {
			w.WriteRune(r)
		} else {
			fmt.Fprintf(&w, "&#x%X;", r)
		}
	}
	return w.String()
}

// encode writes text in the encoding of the document that it goes into.
func encode(text string, e xmltree.Encoding) []byte {
	var out []byte
	switch e {
	case xmltree.UTF16LE:
		for _, u := range utf16.Encode([]rune(text)) {
			out = append(out, byte(u), byte(u>>8))
		}
	case xmltree.UTF16BE:
		for _, u := range utf16.Encode([]rune(text)) {
			out = append(out, byte(u>>8), byte(u))
		}
	case xmltree.Latin1:
		for _, r := range text {
			out = append(out, byte(r)) // what is not ASCII in it is the name of an element of the document
		}
	default:
		return []byte(text)
	}
	return out
}

// checkObject checks that an Object's content is well-formed where it goes.
func (b *builder) checkObject(o *Object, raw string, context *xmltree.Context) error {
	s := xmltree.ScanElement([]byte(raw), context)
	for {
		k, err := s.Next()
		if err != nil {
			return fail(CodeOption, wrap(err), "option", "Object.Content", "value", o.ID)
		}
		if k == xmltree.EOF {
			return nil
		}
	}
}
