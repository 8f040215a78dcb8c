package xml

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kyso-dev/kyso/internal/testtool"
)

// givenResolver hands out octets by URI.
type givenResolver map[string][]byte

func (g givenResolver) Resolve(_ context.Context, uri string) (io.ReadCloser, error) {
	b, ok := g[uri]
	if !ok {
		return nil, os.ErrNotExist
	}
	return io.NopCloser(bytes.NewReader(b)), nil
}

func read(t testing.TB, doc []byte, opts *ReadOptions) *Document {
	t.Helper()
	d, err := Read(context.Background(), bytes.NewReader(doc), int64(len(doc)), opts)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func findingCodes(s *Signature) string {
	var list []string
	for _, f := range s.Findings {
		list = append(list, string(f.Code))
	}
	for _, r := range s.References {
		for _, f := range r.Findings {
			list = append(list, string(f.Code))
		}
	}
	return strings.Join(list, " ")
}

// TestMerlin reads the vectors of Merlin Hughes: RSA verifies; DSA and HMAC are named as not supported while what they sign comes out.
func TestMerlin(t *testing.T) {
	dir := testtool.Corpora(t, "xml", "merlin-xmldsig-twenty-three")
	b64, err := os.ReadFile(filepath.Join(dir, "xml-stylesheet.b64"))
	if err != nil {
		t.Fatal(err)
	}
	sheet, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(b64)), ""))
	if err != nil {
		t.Fatal(err)
	}
	resolver := givenResolver{
		"http://www.w3.org/TR/xml-stylesheet":                    sheet,
		"http://www.w3.org/Signature/2002/04/xml-stylesheet.b64": b64,
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*.xml"))
	n := 0
	for _, file := range files {
		name := filepath.Base(file)
		doc, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		n++
		if name == "signature.xml" {
			if _, err := Read(t.Context(), bytes.NewReader(doc), int64(len(doc)), nil); !isCode(err, CodeDoctype) {
				t.Errorf("%s: %v, want %s", name, err, CodeDoctype)
			}
			continue
		}
		d := read(t, doc, &ReadOptions{Resolver: resolver})
		if len(d.Signatures) != 1 {
			t.Fatalf("%s: %d signatures", name, len(d.Signatures))
		}
		s := d.Signatures[0]
		if s.ContentIntegrity != Intact {
			t.Errorf("%s: content %s: %s", name, s.ContentIntegrity, findingCodes(s))
		}
		codes := findingCodes(s)
		if strings.Contains(name, "rsa") {
			if s.SignatureIntegrity != Intact || !strings.Contains(codes, string(CodeWeakDigest)) {
				t.Errorf("%s: signature %s: %s", name, s.SignatureIntegrity, codes)
			}
		} else if s.SignatureIntegrity != Unknown || !strings.Contains(codes, string(CodeAlgorithm)) {
			t.Errorf("%s: signature %s: %s", name, s.SignatureIntegrity, codes)
		}
		// Their canonical forms: one for each Reference, and the last for SignedInfo.
		forms, _ := filepath.Glob(filepath.Join(dir, strings.TrimSuffix(name, ".xml")+"-c14n-*.txt"))
		if len(forms) == 0 {
			continue
		}
		last, err := os.ReadFile(forms[len(forms)-1])
		if err != nil || !bytes.Equal(last, s.SignedInfo) {
			t.Errorf("%s: SignedInfo is %q, want %q (%v)", name, s.SignedInfo, last, err)
		}
		if len(forms) == 2 {
			first, err := os.ReadFile(forms[0])
			var got bytes.Buffer
			if cerr := s.References[0].CopyOctets(t.Context(), &got); err != nil || cerr != nil || !bytes.Equal(first, got.Bytes()) {
				t.Errorf("%s: what was hashed is %q, want %q (%v, %v)", name, got.Bytes(), first, err, cerr)
			}
		}
	}
	if n != 16 {
		t.Errorf("%d vectors, want 16", n)
	}
	// Without a resolver nothing outside is looked at.
	doc, _ := os.ReadFile(filepath.Join(dir, "signature-external-dsa.xml"))
	s := read(t, doc, nil).Signatures[0]
	if s.ContentIntegrity != Unknown || !strings.Contains(findingCodes(s), string(CodeReferenceExternal)) {
		t.Errorf("an external reference without a resolver: %s, %s", s.ContentIntegrity, findingCodes(s))
	}
}

func TestMerlinExclusive(t *testing.T) {
	dir := testtool.Corpora(t, "xml", "merlin-exc-c14n-one")
	doc, err := os.ReadFile(filepath.Join(dir, "exc-signature.xml"))
	if err != nil {
		t.Fatal(err)
	}
	s := read(t, doc, nil).Signatures[0]
	if s.ContentIntegrity != Intact || len(s.References) != 4 {
		t.Errorf("content %s, %d references: %s", s.ContentIntegrity, len(s.References), findingCodes(s))
	}
	for i, r := range s.References {
		want, _ := os.ReadFile(filepath.Join(dir, "c14n-"+string(rune('0'+i))+".txt"))
		var got bytes.Buffer
		if err := r.CopyOctets(t.Context(), &got); err != nil || !bytes.Equal(got.Bytes(), want) {
			t.Errorf("reference %d: %v %q, want %q", i, err, got.Bytes(), want)
		}
	}
	if want, _ := os.ReadFile(filepath.Join(dir, "c14n-4.txt")); !bytes.Equal(s.SignedInfo, want) {
		t.Errorf("SignedInfo is %q, want %q", s.SignedInfo, want)
	}
}
