// Package archtest holds the rules of who may import whom, as a test over the imports of all code but tests.
package archtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/kyso-dev/kyso"

// Groups of packages that rules name together.
var (
	leaves = []string{"internal/ades", "internal/alg", "internal/der", "internal/finding", "internal/httpx", "internal/i18n", "internal/law", "internal/limits", "internal/vnid"}
	codecs = []string{"internal/cmsdata", "internal/pki", "internal/revoke", "internal/pdfobj", "internal/xmltree"}
	public = []string{"signer", "trust", "timestamp", "cms", "pdf", "xml", "verify", "token", "remote", "login", "bridge"}
)

// allowed says, for each room, which rooms of this module its code may import. A rule for "a" holds for "a/b" too unless that has
// a rule of its own. A room without a rule fails the test: a new room starts by saying where it stands.
var allowed = map[string][]string{
	".": {"internal/i18n", "internal/finding"},

	"internal/limits":  {},
	"internal/i18n":    {},
	"internal/ades":    {},
	"internal/law":     {},
	"internal/finding": {"internal/i18n"}, // errors say themselves in English from the one catalogue
	"internal/alg":     {"internal/der", "internal/finding", "internal/limits"},
	"internal/der":     {"internal/finding", "internal/limits"},
	"internal/httpx":   {"internal/finding", "internal/limits"},
	"internal/vnid":    {"internal/finding", "internal/limits"},

	"internal/cmsdata": join(leaves, "internal/pki"),
	"internal/pki":     leaves,
	"internal/revoke":  join(leaves, "internal/pki"),
	"internal/pdfobj":  leaves,
	"internal/xmltree": leaves,
	"internal/proofs":  {"trust"}, // what cms and xml share in raising signatures

	"signer":            {"internal/alg", "internal/der", "internal/finding", "internal/limits"},
	"signer/keyfile":    {"signer", "internal/alg", "internal/der", "internal/finding", "internal/limits"},
	"signer/signertest": {"signer", "internal/alg", "internal/finding", "internal/limits"},

	"token":  join(leaves, "signer", "token"),
	"remote": join(leaves, "signer", "remote"),

	"trust":        join(leaves, "internal/cmsdata", "internal/pki", "internal/revoke"),
	"timestamp":    join(leaves, "internal/cmsdata", "trust", "signer"),
	"cms":          join(leaves, "internal/cmsdata", "internal/pki", "internal/proofs", "signer", "timestamp", "trust"),
	"pdf":          join(leaves, "internal/cmsdata", "internal/pki", "internal/pdfobj", "signer", "timestamp", "trust", "cms"),
	"xml":          join(leaves, "internal/cmsdata", "internal/pki", "internal/proofs", "internal/xmltree", "signer", "timestamp", "trust", "xml"),
	"xml/einvoice": join(leaves, "internal/xmltree", "signer", "xml"),
	"verify":       join(leaves, codecs, "signer", "timestamp", "trust", "cms", "pdf", "xml"),

	"login":  join(leaves, public),
	"bridge": join(leaves, public),

	"internal/testpki":  join(leaves, "internal/cmsdata", "signer", "timestamp"),
	"internal/p11fault": {"internal/testtool"},
	"internal/softhsm":  {},
	"internal/testtool": {},
	"internal/archtest": {},
	"internal/demodoc":  {},
	"internal/bench":    join(leaves, public, "internal/testpki", "internal/demodoc"),

	"cmd":      join(leaves, codecs, public, ".", "cmd", "internal/testpki", "internal/demodoc"),
	"examples": join(public, ".", "internal/testpki", "internal/demodoc", "internal/softhsm"),
}

// foreign says which rooms may import what is neither ours, nor the standard library, nor golang.org/x/crypto.
var foreign = map[string][]string{
	"software.sslmate.com/src/go-pkcs12":  {"signer/keyfile", "internal/testpki"},
	"github.com/miekg/pkcs11":             {"token", "internal/softhsm"},
	"github.com/ThalesGroup/crypto11":     {"examples/interop", "examples/hsm-crypto11"},
	"golang.org/x/oauth2":                 {"remote"},
	"golang.org/x/image":                  {"pdf"},
	"golang.org/x/text":                   {"pdf", "internal/pki", "internal/vnid", "xml/einvoice"},
	"golang.org/x/term":                   {"cmd"},
	"github.com/go-fonts/dejavu":          {"pdf"},
	"github.com/boombuler/barcode":        {"pdf"},
	"github.com/spf13/cobra":              {"cmd"},
	"github.com/spf13/pflag":              {"cmd"},
	"github.com/schollz/progressbar/v3":   {"cmd", "examples/bulk-invoices"},
	"github.com/antchfx/xpath":            {"xml"},
	"github.com/digitorus/pdfsign":        {"examples/interop", "internal/bench"},
	"github.com/digitorus/timestamp":      {"examples/interop", "internal/bench"},
	"go.mozilla.org/pkcs7":                {"examples/interop", "internal/bench"},
	"github.com/digitorus/pdf":            {"examples/interop", "internal/bench"},
	"github.com/digitorus/pkcs7":          {"examples/interop", "internal/bench"},
	"github.com/russellhaering/goxmldsig": {"examples/interop", "internal/bench"},
	"github.com/beevik/etree":             {"examples/interop", "internal/bench"}, // what goxmldsig takes documents in
	"github.com/stretchr/testify":         {"signer/signertest", "internal/testtool"},
	"github.com/google/go-cmp":            {"signer/signertest", "internal/testtool"},
	"github.com/rogpeppe/go-internal":     {},
}

func join(parts ...any) []string {
	var all []string
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			all = append(all, p)
		case []string:
			all = append(all, p...)
		}
	}
	return all
}

type pkg struct {
	ImportPath string
	Standard   bool
	Imports    []string
}

func TestImports(t *testing.T) {
	packages := list(t)
	if len(packages) < 5 {
		t.Fatalf("only %d packages listed: the rules would hold over nothing", len(packages))
	}
	for _, p := range packages {
		from := room(p.ImportPath)
		for _, breach := range breaches(from, p.Imports) {
			t.Error(breach)
		}
	}
}

// TestBreachIsFound plants breaches: a rule that cannot fail would hold nothing.
func TestBreachIsFound(t *testing.T) {
	for _, c := range []struct {
		from, imports string
		want          bool
	}{
		{"pdf", module + "/cms", false},
		{"cms", module + "/pdf", true},
		{"cms", module + "/verify", true},
		{"timestamp", module + "/cms", true},
		{"signer", module + "/internal/i18n", true},
		{"signer", "golang.org/x/crypto/cryptobyte", false},
		{"signer", "github.com/spf13/cobra", true},
		{"cmd/kyso", "github.com/spf13/cobra", false},
		{"remote/smartca", module + "/pdf", true},
		{"remote/smartca", module + "/remote", false},
		{"nowhere", "fmt", true},
		{"cms", "C", true},
	} {
		if got := len(breaches(c.from, []string{c.imports})) > 0; got != c.want {
			t.Errorf("%s imports %s: breach %v, want %v", c.from, c.imports, got, c.want)
		}
	}
}

func breaches(from string, imports []string) []string {
	rule, ok := ruleFor(from)
	if !ok {
		return []string{from + " has no import rule: add one to allowed"}
	}
	var found []string
	for _, imp := range imports {
		switch {
		case imp == "C" && from != "token":
			found = append(found, from+" uses cgo")
		case imp == module || strings.HasPrefix(imp, module+"/"):
			to := room(imp)
			if !covers(rule, to) {
				found = append(found, from+" may not import "+to)
			}
		case !strings.Contains(firstElement(imp), "."): // the standard library
		case imp == "golang.org/x/crypto" || strings.HasPrefix(imp, "golang.org/x/crypto/"):
		default:
			if !mayUse(from, imp) {
				found = append(found, from+" may not import "+imp)
			}
		}
	}
	return found
}

func ruleFor(from string) ([]string, bool) {
	for at := from; ; at = path.Dir(at) {
		if rule, ok := allowed[at]; ok && (at != "." || from == ".") {
			return rule, true
		}
		if at == "." {
			return nil, false
		}
	}
}

// covers reports whether the rule names the room, or a room above it other than the root.
func covers(rule []string, to string) bool {
	for at := to; ; at = path.Dir(at) {
		if slices.Contains(rule, at) && (at != "." || to == ".") {
			return true
		}
		if at == "." {
			return false
		}
	}
}

func mayUse(from, imp string) bool {
	for prefix, rooms := range foreign {
		if (imp == prefix || strings.HasPrefix(imp, prefix+"/")) && covers(rooms, from) {
			return true
		}
	}
	return false
}

func room(importPath string) string {
	if importPath == module {
		return "."
	}
	return strings.TrimPrefix(importPath, module+"/")
}

func firstElement(imp string) string {
	first, _, _ := strings.Cut(imp, "/")
	return first
}

func list(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Standard,Imports", module+"/...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var packages []pkg
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
}
