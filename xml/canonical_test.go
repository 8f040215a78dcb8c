package xml

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kyso-dev/kyso/internal/testtool"
	"github.com/kyso-dev/kyso/internal/xmltree"
)

var methods = []C14N{C14N10, C14N10WithComments, C14N11, C14N11WithComments, ExclusiveC14N, ExclusiveC14NWithComments}

func canonicalize(t testing.TB, doc []byte, method C14N, opts *CanonicalizeOptions) ([]byte, error) {
	t.Helper()
	var out bytes.Buffer
	err := Canonicalize(context.Background(), &out, bytes.NewReader(doc), int64(len(doc)), method, opts)
	return out.Bytes(), err
}

// everything is the subset that all nodes of a document are in, or all of one element.
type everything struct {
	t    *xmltree.Tree
	apex xmltree.Node
}

func (e everything) node(n xmltree.Node) bool {
	return n >= e.apex && n <= e.t.Last(e.apex)
}
func (e everything) attribute(n xmltree.Node, _ int) bool    { return e.node(n) }
func (e everything) namespace(n xmltree.Node, _ string) bool { return e.node(n) }

// TestXMLLintCanonical holds random documents against xmllint, which writes canonical forms with comments.
func TestXMLLintCanonical(t *testing.T) {
	xmllint := testtool.Need(t, "xmllint")
	dir := t.TempDir()
	for seed := range uint64(60) {
		doc := []byte(newRandom(seed).document(12))
		switch seed % 5 {
		case 3:
			doc = toUTF16(string(doc), true)
		case 4:
			doc = toUTF16(string(doc), false)
		}
		file := filepath.Join(dir, fmt.Sprint(seed))
		if err := os.WriteFile(file, doc, 0o600); err != nil {
			t.Fatal(err)
		}
		for flag, method := range map[string]C14N{"--c14n": C14N10WithComments, "--c14n11": C14N11WithComments, "--exc-c14n": ExclusiveC14NWithComments} {
			want, _ := testtool.Run(t, xmllint, "--nonet", flag, file)
			got, err := canonicalize(t, doc, method, nil)
			if err != nil || string(got) != want {
				t.Errorf("seed %d, %s: %v\ndocument %q\nhere     %q\nxmllint  %q", seed, flag, err, doc, got, want)
			}
		}
	}
}

// TestSubtree holds the streaming form of each element with an Id against the same as a subset of nodes, and the canonical form of a
// canonical form against itself.
func TestSubtree(t *testing.T) {
	for seed := range uint64(150) {
		r := newRandom(seed)
		doc := []byte(r.document(15))
		tree, err := xmltree.Parse(doc)
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, doc)
		}
		for _, method := range methods {
			for i := range r.ids {
				id := fmt.Sprintf("id%d", i+1)
				apex := byID(tree, id)
				got, err := canonicalize(t, doc, method, &CanonicalizeOptions{ID: id, Prefixes: []string{"p", "#default"}})
				if err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
				want, err := canonical(t, doc, method, []string{"p", "#default"}, everything{tree, apex})
				if err != nil || !bytes.Equal(got, want) {
					t.Fatalf("seed %d, %s, %s: %v\n%s\nas a stream %q\nas a subset %q", seed, method, id, err, doc, got, want)
				}
				again, err := canonicalize(t, got, method, &CanonicalizeOptions{Prefixes: []string{"p", "#default"}})
				if err != nil || !bytes.Equal(got, again) {
					t.Fatalf("seed %d, %s: %v\nonce  %q\ntwice %q", seed, method, err, got, again)
				}
			}
		}
	}
}

// TestRuns has tags that look canonical as they are written and are not, since exclusive canonicalisation has to declare their namespace.
func TestRuns(t *testing.T) {
	for _, doc := range []string{
		`<x xmlns="urn:x"><p:y xmlns:p="urn:p" xmlns="urn:y"><z xmlns="urn:x"></z>text<w><v>1</v></w></p:y></x>`,
		`<x xmlns="urn:x"><p:y xmlns:p="urn:p" xmlns="urn:y"><z xmlns="urn:x"/>text<w><v>1</v></w></p:y><w>2</w></x>`,
		`<p:x xmlns:p="urn:p" xmlns="urn:x"><a>1</a><a>2</a><p:b><c>3</c></p:b></p:x>`,
		`<x><p:y xmlns:p="urn:p" xmlns="urn:y"><w>1</w></p:y><w>2</w></x>`,
	} {
		tree, err := xmltree.Parse([]byte(doc))
		if err != nil {
			t.Fatal(err)
		}
		for _, method := range methods {
			got, err := canonicalize(t, []byte(doc), method, nil)
			want, werr := canonical(t, []byte(doc), method, nil, everything{tree, 0})
			if err != nil || werr != nil || !bytes.Equal(got, want) {
				t.Errorf("%s: %v, %v\nas a stream %q\nas a subset %q", method, err, werr, got, want)
			}
		}
	}
}

func byID(t *xmltree.Tree, id string) xmltree.Node {
	for n := range t.Len() {
		for _, a := range t.Attrs(xmltree.Node(n)) {
			if v, ok := idOf(&a); ok && v == id {
				return xmltree.Node(n)
			}
		}
	}
	return 0
}

// TestDoctypeResolved lets xmllint resolve what the vectors with a DOCTYPE declare and holds what is left against xmllint's own
// canonical form of it.
func TestDoctypeResolved(t *testing.T) {
	xmllint := testtool.Need(t, "xmllint")
	n := 0
	for _, kind := range vectorKinds {
		files, _ := filepath.Glob(filepath.Join(testtool.Corpora(t, "xml", "c14n"), kind.folder, "test", "*.xml"))
		for _, file := range files {
			doc, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Contains(doc, []byte("<!DOCTYPE")) {
				continue
			}
			n++
			resolved, _ := testtool.Run(t, xmllint, "--nonet", "--noent", "--dtdattr", "--dropdtd", file)
			plain := filepath.Join(t.TempDir(), "resolved.xml")
			if err := os.WriteFile(plain, []byte(resolved), 0o600); err != nil {
				t.Fatal(err)
			}
			want, _ := testtool.Run(t, xmllint, "--nonet", kind.flag, plain)
			method := map[string]C14N{"--c14n": C14N10WithComments, "--c14n11": C14N11WithComments, "--exc-c14n": ExclusiveC14NWithComments}[kind.flag]
			got, err := canonicalize(t, []byte(resolved), method, nil)
			if err != nil || string(got) != want {
				t.Errorf("%s: %v\nhere    %q\nxmllint %q", file, err, got, want)
			}
			// The published octets of a whole document: what differs is what only type information explains.
			if _, err := os.Stat(strings.TrimSuffix(file, ".xml") + ".xpath"); err == nil {
				continue
			}
			published, err := os.ReadFile(filepath.Join(filepath.Dir(file), "../result", strings.TrimSuffix(filepath.Base(file), ".xml")))
			if err != nil {
				t.Fatal(err)
			}
			got, err = canonicalize(t, []byte(resolved), kind.method, nil)
			if same := err == nil && bytes.Equal(got, published); same != !typed[filepath.Base(file)] {
				t.Errorf("%s: the published octets come out: %v\nhere      %q\npublished %q", file, same, got, published)
			}
		}
	}
	if n != 23 {
		t.Errorf("%d vectors have a DOCTYPE, want 23", n)
	}
}

// typed are the vectors whose published octets need the DTD: attributes of type NMTOKENS or ID are trimmed by it (XML 3.3.3).
var typed = map[string]bool{}

func TestCanonicalizeRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		doc    string
		method C14N
		id     string
		want   Code
	}{
		"relative namespace":                 {`<a xmlns="x"/>`, C14N10, "", CodeRelativeNamespace},
		"relative namespace, exclusive":      {`<a xmlns:p="../x"/>`, ExclusiveC14N, "", CodeRelativeNamespace},
		"relative namespace above":           {`<a xmlns:p="x"><b Id="i"/></a>`, C14N11, "i", CodeRelativeNamespace},
		"no such Id":                         {`<a Id="j"/>`, C14N10, "i", CodeNotFound},
		"two of one Id":                      {`<a Id="i"><b xml:id="i"/></a>`, C14N10, "i", CodeAmbiguous},
		"two of one Id, one behind":          {`<a><b id="i"/><c iD="i"/></a>`, C14N10, "i", CodeAmbiguous},
		"an Id with a prefix is none":        {`<a xmlns:p="u:x" p:Id="i"/>`, C14N10, "i", CodeNotFound},
		"not an algorithm":                   {`<a/>`, "http://www.w3.org/TR/1999/REC-xslt-19991116", "", CodeCanonicalization},
		"not well-formed":                    {`<a>`, C14N10, "", CodeMalformed},
		"not well-formed behind the element": {`<a><b Id="i"/><c></a>`, C14N10, "i", CodeMalformed},
	} {
		if _, err := canonicalize(t, []byte(c.doc), c.method, &CanonicalizeOptions{ID: c.id}); !isCode(err, c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	for _, id := range []string{"Id", "ID", "id", "iD", "xml:id"} {
		if _, err := canonicalize(t, []byte(`<a `+id+`="i"/>`), C14N10, &CanonicalizeOptions{ID: "i"}); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
}

// TestQuadratic canonicalises what makes careless canonicalisers slow: it ends, in time that grows with the size.
func TestQuadratic(t *testing.T) {
	var b strings.Builder
	b.WriteString("<r")
	for i := range 200 {
		fmt.Fprintf(&b, ` xmlns:p%d="urn:%d"`, i, i)
	}
	b.WriteString(">" + strings.Repeat("<p7:a p9:b='1'><p3:c xml:lang='vi'/></p7:a>", 40_000) + "</r>")
	for _, method := range methods {
		if _, err := canonicalize(t, []byte(b.String()), method, nil); err != nil {
			t.Fatal(err)
		}
	}
}

func FuzzCanonicalize(f *testing.F) {
	for seed := range uint64(20) {
		f.Add([]byte(newRandom(seed).document(8)), uint8(seed))
	}
	f.Fuzz(func(t *testing.T, doc []byte, pick uint8) {
		method := methods[int(pick)%len(methods)]
		once, err := canonicalize(t, doc, method, nil)
		if err != nil {
			return
		}
		twice, err := canonicalize(t, once, method, nil)
		if err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("%s: %v\nonce  %q\ntwice %q", method, err, once, twice)
		}
		tree, err := xmltree.Parse(doc)
		if err != nil {
			t.Fatal(err)
		}
		subset, err := canonical(t, doc, method, nil, everything{tree, 0})
		if err != nil || !bytes.Equal(once, subset) {
			t.Fatalf("%s: %v\nas a stream %q\nas a subset %q", method, err, once, subset)
		}
	})
}

// TestRandomRuns is TestRuns over documents of plain tags, prefixes and default namespaces in every order.
func TestRandomRuns(t *testing.T) {
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 7))
		var b strings.Builder
		var element func(depth int)
		element = func(depth int) {
			name := pick(r, []string{"a", "b", "p:c", "q:d", "a", "b"})
			attrs := pick(r, []string{"", "", "", "", ` xmlns="urn:x"`, ` xmlns="urn:y"`, ` xmlns=""`, ` xmlns:q="urn:x"`, ` p:e="1"`})
			b.WriteString("<" + name + attrs + ">")
			for range r.IntN(4) {
				if depth < 6 && r.IntN(3) > 0 {
					element(depth + 1)
				} else {
					b.WriteString(pick(r, []string{"t", "&amp;", "&#65;", "<b/>", "<!---->", " "}))
				}
			}
			b.WriteString("</" + name + ">")
		}
		b.WriteString(`<r xmlns:p="urn:p" xmlns:q="urn:q">`)
		element(1)
		element(1)
		b.WriteString("</r>")
		doc := []byte(b.String())
		tree, err := xmltree.Parse(doc)
		if err != nil {
			t.Fatal(err)
		}
		for _, method := range []C14N{C14N10, ExclusiveC14N} {
			got, err := canonicalize(t, doc, method, nil)
			want, werr := canonical(t, doc, method, nil, everything{tree, 0})
			if err != nil || werr != nil || !bytes.Equal(got, want) {
				t.Fatalf("seed %d, %s: %v, %v\n%s\nas a stream %q\nas a subset %q", seed, method, err, werr, doc, got, want)
			}
		}
	}
}
