package xmltree

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/testtool"
)

// dump says what a document holds, one line for each node, text joined.
func dump(s *Scanner) (string, error) {
	var b strings.Builder
	var text []byte
	flush := func() {
		if len(text) > 0 {
			fmt.Fprintf(&b, "%q\n", text)
			text = text[:0]
		}
	}
	for {
		k, err := s.Next()
		if err != nil {
			return b.String(), err
		}
		if k == Text {
			text = s.AppendText(text)
			continue
		}
		flush()
		switch k {
		case Start:
			fmt.Fprintf(&b, "<{%s}%s", s.Space(), s.Local())
			var list []string
			for _, a := range s.Attrs() {
				if a.Decl {
					list = append(list, fmt.Sprintf(" ns %q=%q", declared(a.Local), a.Bound))
				} else {
					list = append(list, fmt.Sprintf(" {%s}%s=%q", a.Space, a.Local, a.Value()))
				}
			}
			slices.Sort(list)
			b.WriteString(strings.Join(list, "") + ">\n")
		case End:
			fmt.Fprintf(&b, "</%s>\n", s.Open())
		case Comment:
			fmt.Fprintf(&b, "<!--%q\n", s.AppendText(nil))
		case PI:
			fmt.Fprintf(&b, "<?%s %q\n", s.Inner(), s.AppendText(nil))
		case EOF:
			return b.String(), nil
		}
	}
}

func code(err error) finding.Code {
	var e *Error
	if !errors.As(err, &e) {
		return ""
	}
	return finding.Code(e.Code())
}

// cases are documents and what is wrong with them; "" for nothing.
var cases = []struct {
	name, doc string
	want      finding.Code
}{
	{"plain", `<a>b</a>`, ""},
	{"empty element", `<a/>`, ""},
	{"blanks in tags", "<a\n x = '1'\t>b</a\r\n>", ""},
	{"declaration", `<?xml version="1.0" encoding="UTF-8" standalone='yes'?><a/>`, ""},
	{"version 1.7", `<?xml version="1.7"?><a/>`, ""},
	{"version 1.1", `<?xml version="1.1"?><a/>`, CodeVersion},
	{"version 2.0", `<?xml version="2.0"?><a/>`, CodeMalformed},
	{"no version", `<?xml encoding="UTF-8"?><a/>`, CodeMalformed},
	{"order of the declaration", `<?xml version="1.0" standalone="yes" encoding="UTF-8"?><a/>`, CodeMalformed},
	{"declaration not first", ` <?xml version="1.0"?><a/>`, CodeMalformed},
	{"declaration twice", `<?xml version="1.0"?><?xml version="1.0"?><a/>`, CodeMalformed},
	{"xml-stylesheet", `<?xml-stylesheet href="x"?><a/>`, ""},
	{"PI named XML", `<a><?XmL x?></a>`, CodeMalformed},
	{"PI without data", `<a><?p?></a>`, ""},
	{"PI with a colon", `<a><?p:q x?></a>`, CodeNamespace},
	{"UTF-8 cut off in the name of a processing instruction", "<a><?\xf0?>", CodeMalformed},
	{"UTF-8 cut off in the name of a tag", "<a><\xf0>", CodeMalformed},
	{"encoding not read", `<?xml version="1.0" encoding="windows-1258"?><a/>`, CodeEncoding},
	{"UTF-16 declared, UTF-8 written", `<?xml version="1.0" encoding="UTF-16"?><a/>`, CodeEncoding},
	{"BOM", "\uFEFF<a/>", ""},
	{"BOM twice", "\uFEFF\uFEFF<a/>", CodeMalformed},
	{"nothing", ``, CodeMalformed},
	{"blanks alone", "  \n", CodeMalformed},
	{"a comment alone", `<!-- a -->`, CodeMalformed},
	{"text before", `x<a/>`, CodeMalformed},
	{"text behind", `<a/>x`, CodeMalformed},
	{"reference behind", `<a/>&#32;`, CodeMalformed},
	{"CDATA behind", `<a/><![CDATA[]]>`, CodeMalformed},
	{"two roots", `<a/><b/>`, CodeMalformed},
	{"comments around", `<!--a--><a/><!--b-->`, ""},
	{"doctype", `<!DOCTYPE a><a/>`, CodeDoctype},
	{"doctype inside", `<a><!DOCTYPE a></a>`, CodeDoctype},
	{"bombs", `<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;">]><a>&y;</a>`, CodeDoctype},
	{"entity", `<a>&nbsp;</a>`, CodeEntity},
	{"entity in an attribute", `<a b="&nbsp;"/>`, CodeEntity},
	{"the five", `<a b="&amp;&lt;&gt;&quot;&apos;">&amp;&lt;&gt;&quot;&apos;</a>`, ""},
	{"character references", `<a b="&#9;&#xA;&#x41;">&#x1F600;&#13;&#0065;</a>`, ""},
	{"reference to NUL", `<a>&#0;</a>`, CodeMalformed},
	{"reference to a control character", `<a>&#x1F;</a>`, CodeMalformed},
	{"reference to a surrogate", `<a>&#xD800;</a>`, CodeMalformed},
	{"reference too high", `<a>&#x110000;</a>`, CodeMalformed},
	{"reference that overflows", `<a>&#4294967361;</a>`, CodeMalformed},
	{"reference to U+FFFE", `<a>&#xFFFE;</a>`, CodeMalformed},
	{"reference with capital X", `<a>&#X41;</a>`, CodeMalformed},
	{"reference without digits", `<a>&#;</a>`, CodeMalformed},
	{"bare ampersand", `<a>b & c</a>`, CodeMalformed},
	{"less in a value", `<a b="<"/>`, CodeMalformed},
	{"greater in a value", `<a b=">"/>`, ""},
	{"]]> in text", `<a>]]></a>`, CodeMalformed},
	{"]]> by reference", `<a>]]&gt;</a>`, ""},
	{"]] > in text", `<a>]] ></a>`, ""},
	{"CDATA", `<a><![CDATA[<&>]]]]><![CDATA[>]]></a>`, ""},
	{"CDATA empty", `<a><![CDATA[]]></a>`, ""},
	{"CDATA open", `<a><![CDATA[</a>`, CodeMalformed},
	{"CDATA in small letters", `<a><![cdata[]]></a>`, CodeMalformed},
	{"comment with --", `<a><!-- -- --></a>`, CodeMalformed},
	{"comment that ends in --->", `<a><!-- ---></a>`, CodeMalformed},
	{"comment of nothing", `<a><!----></a>`, ""},
	{"comment <!-->", `<a><!--></a>`, CodeMalformed},
	{"control character", "<a>\x01</a>", CodeMalformed},
	{"NUL", "<a>\x00</a>", CodeMalformed},
	{"DEL and C1", "<a>\x7f\u0085\u009f</a>", ""},
	{"U+FFFF", "<a>\uFFFF</a>", CodeMalformed},
	{"U+FFFE in a comment", "<a><!--\uFFFE--></a>", CodeMalformed},
	{"control character in a PI", "<a><?p \x02?></a>", CodeMalformed},
	{"surrogate in UTF-8", "<a>\xED\xA0\x80</a>", CodeMalformed},
	{"overlong", "<a>\xC0\xBC</a>", CodeMalformed},
	{"overlong of three", "<a>\xE0\x80\xBC</a>", CodeMalformed},
	{"beyond Unicode", "<a>\xF4\x90\x80\x80</a>", CodeMalformed},
	{"cut sequence", "<a>\xE1\xBA</a>", CodeMalformed},
	{"bad octet in a value", "<a b='\xFF'/>", CodeMalformed},
	{"end missing", `<a><b></a>`, CodeMalformed},
	{"end too many", `<a/></a>`, CodeMalformed},
	{"end of another", `<a></b>`, CodeMalformed},
	{"end of a longer name", `<a></ab>`, CodeMalformed},
	{"case matters", `<a></A>`, CodeMalformed},
	{"cut in a tag", `<a b="c`, CodeMalformed},
	{"attribute without value", `<a b/>`, CodeMalformed},
	{"attribute without quotes", `<a b=c/>`, CodeMalformed},
	{"attributes without a blank", `<a b="1"c="2"/>`, CodeMalformed},
	{"attribute twice", `<a b="1" b="1"/>`, CodeMalformed},
	{"attribute twice by expanded name", `<a xmlns:p="u:x" xmlns:q="u:x" p:b="1" q:b="2"/>`, CodeNamespace},
	{"same local name in two namespaces", `<a xmlns:p="u:x" xmlns:q="u:y" p:b="1" q:b="2" b="3"/>`, ""},
	{"attribute twice among many", `<a b1="" b2="" b3="" b4="" b5="" b6="" b7="" b8="" b9="" b1=""/>`, CodeMalformed},
	{"name with a digit first", `<1a/>`, CodeMalformed},
	{"name with a point", `<a.b-c_d1/>`, ""},
	{"name in Vietnamese", `<HóaĐơn số="một"/>`, ""},
	{"name with a sign that continues", "<a\u00b7\u0300/>", ""},
	{"name that begins with one", "<\u0300a/>", CodeMalformed},
	{"name of the fifth edition", "<\U00010000/>", ""},
	{"multiplication sign in a name", "<a\u00d7/>", CodeMalformed},
	{"blank before the name", `< a/>`, CodeMalformed},
	{"prefix not declared", `<p:a/>`, CodeNamespace},
	{"attribute prefix not declared", `<a p:b="1"/>`, CodeNamespace},
	{"prefix out of scope", `<a><b xmlns:p="u:x"/><p:c/></a>`, CodeNamespace},
	{"two colons", `<a xmlns:p="u:x"><p:b:c/></a>`, CodeMalformed},
	{"colon first", `<:a/>`, CodeMalformed},
	{"colon last", `<a xmlns:p="u:x"><p:/></a>`, CodeNamespace},
	{"local name with a digit first", `<a xmlns:p="u:x"><p:1/></a>`, CodeNamespace},
	{"prefix undeclared", `<a xmlns:p="u:x"><b xmlns:p=""/></a>`, CodeNamespace},
	{"default undeclared", `<a xmlns="u:x"><b xmlns=""/></a>`, ""},
	{"xml bound to itself", `<a xmlns:xml="http://www.w3.org/XML/1998/namespace" xml:lang="vi"/>`, ""},
	{"xml bound to another", `<a xmlns:xml="u:x"/>`, CodeNamespace},
	{"another bound to xml", `<a xmlns:p="http://www.w3.org/XML/1998/namespace"/>`, CodeNamespace},
	{"default bound to xml", `<a xmlns="http://www.w3.org/XML/1998/namespace"/>`, CodeNamespace},
	{"xmlns declared", `<a xmlns:xmlns="u:x"/>`, CodeNamespace},
	{"bound to xmlns", `<a xmlns:p="http://www.w3.org/2000/xmlns/"/>`, CodeNamespace},
	{"element of xmlns", `<xmlns:a/>`, CodeNamespace},
	{"<!x", `<a><!x></a>`, CodeMalformed},
	{"line ends", "<a b='1\r\n2\r3\n4\t5'>1\r\n2\r3\n4<![CDATA[5\r\n6\r]]></a>", ""},
}

// judged are the cases in which xmllint, which says how it reads and goes on, is of another mind, and why.
var judged = map[string]string{
	"version 1.1":                    "libxml2 reads it as 1.0; a reader of 1.1 would not",
	"PI with a colon":                "libxml2 warns",
	"colon first":                    "libxml2 takes names that namespaces do not allow",
	"two colons":                     "libxml2 takes names that namespaces do not allow",
	"order of the declaration":       "libxml2 passes over what it does not expect",
	"doctype":                        "there is no DTD here",
	"bombs":                          "there is no DTD here",
	"encoding not read":              "libxml2 has more tables",
	"BOM twice":                      "libxml2 takes it for a name character at the beginning",
	"UTF-16 declared, UTF-8 written": "libxml2 goes by the octets",
	"version 2.0":                    "libxml2 warns",
}

func TestCases(t *testing.T) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			want, err := dump(ScanBytes([]byte(c.doc)))
			if code(err) != c.want || (err == nil) != (c.want == "") {
				t.Fatalf("%v, want %q", err, c.want)
			}
			var e *Error
			if errors.As(err, &e) && (e.Offset < 0 || e.Offset > int64(len(c.doc))) {
				t.Errorf("offset %d in a document of %d octets", e.Offset, len(c.doc))
			}
			// A window that is filled octet by octet changes nothing.
			s := NewScanner(iotest.OneByteReader(strings.NewReader(c.doc)))
			s.buf = make([]byte, 0, 8)
			got, err := dump(s)
			if code(err) != c.want || err == nil && got != want {
				t.Errorf("through a window: %v\n%s\nwant\n%s", err, got, want)
			}
			if c.want == "" {
				checkTree(t, []byte(c.doc))
			}
		})
	}
}

// TestXMLLint holds the verdict on each case against that of libxml2.
func TestXMLLint(t *testing.T) {
	xmllint := testtool.Need(t, "xmllint")
	for _, c := range cases {
		cmd := exec.CommandContext(t.Context(), xmllint, "--noout", "--nonet", "-")
		cmd.Stdin = strings.NewReader(c.doc)
		var said bytes.Buffer
		cmd.Stderr = &said
		err := cmd.Run()
		bad := err != nil || strings.Contains(said.String(), "namespace error")
		if why := judged[c.name]; bad != (c.want != "") && why == "" {
			t.Errorf("%s: libxml2 refuses: %v, here %q\n%s", c.name, bad, c.want, said.String())
		}
	}
}

// TestEncodingXML holds what is read against the standard library, where that reads as XML says.
func TestEncodingXML(t *testing.T) {
	n := 0
	for _, c := range cases {
		if c.want != "" || strings.Contains(c.doc, "\r") || strings.Contains(c.doc, "version") || strings.Contains(c.doc, "\uFEFF") ||
			strings.Contains(c.doc, "\U00010000") || strings.Contains(c.doc, "xml-stylesheet") {
			continue
		}
		got, err := dump(ScanBytes([]byte(c.doc)))
		if err != nil {
			t.Fatal(err)
		}
		want, err := dumpStandard([]byte(c.doc))
		if err != nil || got != want {
			t.Errorf("%s: %v\n%s\nencoding/xml:\n%s", c.name, err, got, want)
		}
		n++
	}
	if n < 15 {
		t.Errorf("only %d documents were compared", n)
	}
}

func dumpStandard(doc []byte) (string, error) {
	var b strings.Builder
	d := xml.NewDecoder(bytes.NewReader(doc))
	var text []byte
	flush := func() {
		if len(text) > 0 {
			fmt.Fprintf(&b, "%q\n", text)
			text = nil
		}
	}
	var names []string
	for {
		tok, err := d.Token()
		if err == io.EOF {
			return b.String(), nil
		}
		if err != nil {
			return "", err
		}
		if chars, ok := tok.(xml.CharData); ok {
			if len(names) > 0 { // around the root element there is only white space, which is no text
				text = append(text, chars...)
			}
			continue
		}
		flush()
		switch x := tok.(type) {
		case xml.StartElement:
			fmt.Fprintf(&b, "<{%s}%s", x.Name.Space, x.Name.Local)
			var list []string
			for _, a := range x.Attr {
				switch {
				case a.Name.Space == "xmlns":
					list = append(list, fmt.Sprintf(" ns %q=%q", a.Name.Local, a.Value))
				case a.Name.Space == "" && a.Name.Local == "xmlns":
					list = append(list, fmt.Sprintf(" ns %q=%q", "", a.Value))
				default:
					list = append(list, fmt.Sprintf(" {%s}%s=%q", a.Name.Space, a.Name.Local, a.Value))
				}
			}
			slices.Sort(list)
			b.WriteString(strings.Join(list, "") + ">\n")
			names = append(names, x.Name.Local)
		case xml.EndElement:
			fmt.Fprintf(&b, "</%s>\n", names[len(names)-1])
			names = names[:len(names)-1]
		case xml.Comment:
			fmt.Fprintf(&b, "<!--%q\n", []byte(x))
		case xml.ProcInst:
			fmt.Fprintf(&b, "<?%s %q\n", x.Target, x.Inst)
		}
	}
}

// encode is a document in another encoding.
func encode(doc string, e Encoding, mark bool) []byte {
	var out []byte
	units := utf16.Encode([]rune(doc))
	if mark {
		units = append([]uint16{0xFEFF}, units...)
	}
	for _, u := range units {
		if e == UTF16LE {
			out = append(out, byte(u), byte(u>>8))
		} else {
			out = append(out, byte(u>>8), byte(u))
		}
	}
	return out
}

func TestUTF16(t *testing.T) {
	doc := "<?xml version='1.0' encoding='UTF-16'?><a>Hóa đơn \U0001F600<b x='ế'/>\r\nđồng</a>"
	want, err := dump(ScanBytes([]byte(strings.Replace(doc, "UTF-16", "UTF-8", 1))))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range []Encoding{UTF16LE, UTF16BE} {
		raw := encode(doc, e, true)
		for name, s := range map[string]*Scanner{
			"memory": ScanBytes(raw), "window": NewScanner(bytes.NewReader(raw)), "octets": NewScanner(iotest.OneByteReader(bytes.NewReader(raw))),
		} {
			got, err := dump(s)
			if err != nil || got != want {
				t.Errorf("%s, %s: %v\n%s\nwant\n%s", e, name, err, got, want)
			}
		}
		// Offsets are those of the input.
		s := NewScanner(iotest.OneByteReader(bytes.NewReader(raw)))
		s.buf = make([]byte, 0, 32)
		for {
			k, err := s.Next()
			if err != nil {
				t.Fatal(err)
			}
			if k == EOF {
				break
			}
			at, past := s.Original(s.Offset()), s.Original(s.Past())
			if got := encode(string(s.Raw()), e, false); !bytes.Equal(raw[at:past], got) {
				t.Errorf("%s: octets %d to %d are not %q", e, at, past, s.Raw())
			}
		}
	}
	for name, raw := range map[string][]byte{
		"a lone surrogate":                {0xFE, 0xFF, 0, '<', 0, 'a', 0, '>', 0xD8, 0, 0, '<', 0, '/', 0, 'a', 0, '>'},
		"half a unit at the end":          append(encode("<a/>", UTF16LE, true), ' '),
		"declared UTF-8":                  encode("<?xml version='1.0' encoding='UTF-8'?><a/>", UTF16LE, true),
		"no mark, not declared":           encode("<?xml version='1.0'?><a/>", UTF16BE, false),
		"no mark, declared without order": encode("<?xml version='1.0' encoding='UTF-16'?><a/>", UTF16BE, false),
	} {
		if _, err := dump(ScanBytes(raw)); code(err) != CodeEncoding {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := dump(NewScanner(bytes.NewReader(raw))); code(err) != CodeEncoding {
			t.Errorf("%s, through a window: %v", name, err)
		}
	}
	if _, err := dump(ScanBytes(encode("<?xml version='1.0' encoding='UTF-16BE'?><a/>", UTF16BE, false))); err != nil {
		t.Errorf("no mark, declared with its order: %v", err)
	}
}

// TestDecode holds offsets in the text against offsets in the document.
func TestDecode(t *testing.T) {
	body := "<a b='\u00e9'>" + strings.Repeat("caf\u00e9 <x/>", 5000) + "</a>"
	var latin []byte
	for _, r := range body {
		latin = append(latin, byte(r))
	}
	for name, raw := range map[string][]byte{
		"UTF-8":      []byte("\uFEFF<?xml version='1.0'?>" + body),
		"UTF-16LE":   encode("<?xml version='1.0' encoding='UTF-16'?>"+body, UTF16LE, true),
		"UTF-16BE":   encode("<?xml version='1.0' encoding='UTF-16BE'?>"+body, UTF16BE, false),
		"ISO-8859-1": append([]byte("<?xml version='1.0' encoding='ISO-8859-1'?>"), latin...),
	} {
		d, err := Decode(raw)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if e, marked := Sniff(raw[:min(len(raw), 1024)]); e.String() != name || e != d.Encoding || marked != d.Marked {
			t.Errorf("%s: sniffed %s, mark %v", name, e, marked)
		}
		s, direct := d.Scan(), ScanBytes(raw)
		for {
			k, err := s.Next()
			want, werr := direct.Next()
			if err != nil || werr != nil || k != want {
				t.Fatalf("%s: %v, %v", name, err, werr)
			}
			if got, want := d.Original(s.Past()), direct.Original(direct.Past()); got != want {
				t.Fatalf("%s: the end of an event at %d instead of %d", name, got, want)
			}
			if k == EOF {
				break
			}
		}
		if got := d.Original(int64(len(d.Text))); got != int64(len(raw)) {
			t.Errorf("%s: the end is at %d instead of %d", name, got, len(raw))
		}
	}
}

func TestLatin1(t *testing.T) {
	raw := []byte("<?xml version='1.0' encoding='iso-8859-1'?>\n<a b='\xe9'>\xa9 x</a>")
	want := "<{} a..."
	for name, s := range map[string]*Scanner{"memory": ScanBytes(raw), "octets": NewScanner(iotest.OneByteReader(bytes.NewReader(raw)))} {
		got, err := dump(s)
		if want = "<{}a {}b=\"é\">\n\"© x\"\n</a>\n"; err != nil || got != want {
			t.Errorf("%s: %v %s", name, err, got)
		}
	}
	s := NewScanner(bytes.NewReader(raw))
	for k := Kind(0); k != End; {
		var err error
		if k, err = s.Next(); err != nil {
			t.Fatal(err)
		}
		if got, at := s.Raw(), s.Original(s.Offset()); raw[at] != got[0] && got[0] < 0x80 {
			t.Errorf("%q is not at %d", got, at)
		}
	}
	if _, err := dump(ScanBytes([]byte("<?xml version='1.0' encoding='US-ASCII'?><a>\xe9</a>"))); code(err) != CodeEncoding {
		t.Errorf("an octet above 127 in US-ASCII: %v", err)
	}
	if _, err := dump(ScanBytes([]byte("<?xml version='1.0' encoding='US-ASCII'?><a>e</a>"))); err != nil {
		t.Errorf("US-ASCII: %v", err)
	}
}

// TestWindow reads a document larger than the window, with every kind of token across its edges.
func TestWindow(t *testing.T) {
	piece := "<x y='&amp; ế'>đồng &#x1EBF; \r\n ]] > &gt;<![CDATA[ ]] \r\n đ <&]]><!-- c\r -->\r<?p đ ?></x>"
	doc := []byte("<a>" + strings.Repeat(piece, 4000) + "</a>")
	want, err := dump(ScanBytes(doc))
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{16, 61, 128, 1021, window} {
		s := NewScanner(bytes.NewReader(doc))
		s.buf = make([]byte, 0, size)
		got, err := dump(s)
		if err != nil || got != want {
			t.Errorf("a window of %d octets reads something else: %v", size, err)
		}
	}
	if _, err := dump(NewScanner(iotest.TimeoutReader(bytes.NewReader(doc)))); code(err) != CodeRead {
		t.Errorf("a source that fails: %v", err)
	}
}

func TestLimits(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("<a>", n) + strings.Repeat("</a>", n) }
	var attrs, spaces strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&attrs, " a%d=''", i)
	}
	for i := range 100_000 {
		fmt.Fprintf(&spaces, "<a xmlns:p%d='u:%d'>", i, i)
	}
	for name, c := range map[string]struct {
		doc  string
		want finding.Code
	}{
		"depth 2048":                             {deep(2048), ""},
		"depth 10 000":                           {deep(10_000), CodeLimit},
		"2000 attributes":                        {"<a" + attrs.String() + "/>", CodeLimit},
		"100 000 namespaces":                     {spaces.String(), CodeLimit},
		"100 000 namespaces one after the other": {"<r>" + strings.ReplaceAll(spaces.String(), "'>", "'/>") + "</r>", CodeLimit},
	} {
		if _, err := dump(ScanBytes([]byte(c.doc))); code(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := dump(NewScanner(strings.NewReader("<a><!--" + strings.Repeat("x", 17<<20) + "--></a>"))); code(err) != CodeLimit {
		t.Errorf("an endless comment through a window: %v", err)
	}
}

// TestElement reads an element that was cut out of its document.
func TestElement(t *testing.T) {
	s := ScanBytes([]byte(`<a xmlns="u:a" xmlns:p="u:p" xml:lang="vi"><b xml:space="preserve"><p:c x="1"/></b></a>`))
	for {
		if _, err := s.Next(); err != nil {
			t.Fatal(err)
		}
		if s.Depth() == 2 {
			break
		}
	}
	c := s.Context()
	if len(c.XML) != 2 || len(c.Bindings) != 2 {
		t.Fatalf("%+v", c)
	}
	got, err := dump(ScanElement([]byte(`<p:c x="1"/>`), c))
	if want := "<{u:p}c {}x=\"1\">\n</p:c>\n"; err != nil || got != want {
		t.Errorf("%v %s", err, got)
	}
	if _, err := dump(ScanElement([]byte(`<p:c/> x`), c)); code(err) != CodeMalformed {
		t.Errorf("text behind the element: %v", err)
	}
}

// checkTree holds a tree against what a scanner finds.
func checkTree(t *testing.T, doc []byte) {
	t.Helper()
	tree, err := Parse(doc)
	if err != nil {
		t.Fatal(err)
	}
	want, err := dump(ScanBytes(doc))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	dumpTree(&b, tree, 0)
	if got := b.String(); got != want {
		t.Errorf("the tree of %q is\n%s\nwant\n%s", doc, got, want)
	}
}

func dumpTree(b *strings.Builder, t *Tree, n Node) {
	t.Children(n, func(c Node) bool {
		switch t.Kind(c) {
		case Start:
			fmt.Fprintf(b, "<{%s}%s", t.Space(c), t.Local(c))
			var list []string
			for _, a := range t.Attrs(c) {
				if a.Decl {
					list = append(list, fmt.Sprintf(" ns %q=%q", declared(a.Local), a.Bound))
				} else {
					list = append(list, fmt.Sprintf(" {%s}%s=%q", a.Space, a.Local, a.Value()))
				}
			}
			slices.Sort(list)
			b.WriteString(strings.Join(list, "") + ">\n")
			dumpTree(b, t, c)
			fmt.Fprintf(b, "</%s>\n", t.QName(c))
		case Text:
			fmt.Fprintf(b, "%q\n", t.Value(c))
		case Comment:
			fmt.Fprintf(b, "<!--%q\n", t.Value(c))
		case PI:
			fmt.Fprintf(b, "<?%s %q\n", t.QName(c), t.Value(c))
		}
		return true
	})
}

// TestTreeMemory holds the size of a tree: at most three octets for each of the document, which the caller holds besides.
func TestTreeMemory(t *testing.T) {
	doc := invoice(4 << 20)
	tree, err := Parse(doc)
	if err != nil {
		t.Fatal(err)
	}
	size := len(tree.blocks) * blockSize * 24
	t.Logf("%.2f times the document", float64(size)/float64(len(doc)))
	if size > 3*len(doc) {
		t.Errorf("a tree of %d octets for a document of %d", size, len(doc))
	}
}

func TestCorpora(t *testing.T) {
	n := 0
	for _, folder := range []string{"xml", "ades"} {
		err := filepath.WalkDir(testtool.Corpora(t, folder), func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(path) != ".xml" {
				return err
			}
			doc, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			n++
			want, err := dump(ScanBytes(doc))
			got, werr := dump(NewScanner(bytes.NewReader(doc)))
			if code(err) != code(werr) || err == nil && got != want {
				t.Errorf("%s: %v in memory, %v through a window", path, err, werr)
			}
			switch code(err) {
			case "":
				checkTree(t, doc)
			case CodeDoctype:
			default:
				t.Logf("%s: %v", path, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n < 150 {
		t.Errorf("only %d documents", n)
	}
}

// declared is the prefix that a namespace declaration is for.
func declared(local []byte) string {
	if string(local) == "xmlns" {
		return ""
	}
	return string(local)
}

// endPrefix is the prefix of an end tag in a dump: encoding/xml does not tell it.
var endPrefix = regexp.MustCompile(`(?m)^</[^:>\n]*:`)

func FuzzScanner(f *testing.F) {
	for _, c := range cases {
		f.Add([]byte(c.doc))
	}
	f.Add(encode("<?xml version='1.0' encoding='UTF-16'?><a>đ</a>", UTF16LE, true))
	f.Fuzz(func(t *testing.T, doc []byte) {
		want, err := dump(ScanBytes(doc))
		s := NewScanner(iotest.HalfReader(bytes.NewReader(doc)))
		s.buf = make([]byte, 0, 16)
		got, werr := dump(s)
		// In memory UTF-16 is turned whole before it is read: of two faults, that of the encoding is then told, wherever it stands.
		same := code(err) == code(werr) || code(err) == CodeEncoding && werr != nil
		if !same || err != nil && code(err) == "" {
			t.Fatalf("%v in memory, %v through a window", err, werr)
		}
		if err != nil {
			return
		}
		if got != want {
			t.Fatalf("through a window %s\nin memory %s", got, want)
		}
		checkTree(t, doc)
		standard, serr := dumpStandard(doc)
		if serr == nil && !strings.ContainsAny(string(doc), "\r\t\n") && !bytes.Contains(doc, []byte("<?xml")) && !bytes.HasPrefix(doc, []byte("\uFEFF")) &&
			!bytes.Contains(doc, []byte("xml:")) && standard != endPrefix.ReplaceAllString(want, "</") && !bytes.Contains(doc, []byte("<?")) {
			t.Fatalf("encoding/xml reads %s\nhere %s", standard, want)
		}
	})
}
