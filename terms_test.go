package kyso

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/kyso-dev/kyso/internal/i18n"
)

// names are the parameters of faults and findings whose values are names, numbers or times, or the words of others: they are shown
// as they are in every language. All other parameters may carry words of ours, and these need a Vietnamese term.
var names = []string{
	"addr", "address", "announced", "asked", "at", "attribute", "bits", "by", "candidates", "certificates", "claimed", "clock", "code", "content", "count", "crls",
	"curve", "date", "delegate", "dir", "error", "extension", "failed", "failure", "field", "fields", "file", "filter", "form", "format", "found", "from", "got", "group", "have",
	"document", "host", "id", "index", "issuer", "label", "level", "limit", "max", "min", "name", "names", "need", "not_after", "not_before", "object", "ocsps", "octets", "of", "offset",
	"oid", "operation", "option", "parts", "path", "policy", "port", "proved", "responder", "revision", "scheme", "seconds", "serial", "signer", "since", "size", "slot",
	"sub_filter", "subject", "symbol", "text", "time", "to", "total", "tree", "tries", "type", "until", "uri", "url", "usage", "value", "version", "wants",
}

// TestTerms finds every value that the source gives to a parameter of a fault or a finding, and wants a Vietnamese term for each
// that is more than an identifier.
func TestTerms(t *testing.T) {
	w := readValues(t, ".")
	if len(w.values) < 100 {
		t.Fatalf("only %d values found in the source: the walk is broken", len(w.values))
	}
	for _, complaint := range w.complaints() {
		t.Error(complaint)
	}
	for _, want := range []string{"nesting of an object", "PKCS#8 private key", "its encoding is not canonical", "more than {1} attributes"} {
		if !slices.ContainsFunc(w.values, func(v value) bool { return v.text == want }) {
			t.Errorf("the walk has not found %q", want)
		}
	}
}

// TestTermsCheckCanFail plants phrases without a term, by every way that a phrase takes to a parameter.
func TestTermsCheckCanFail(t *testing.T) {
	dir := t.TempDir()
	const planted = `package p

import (
	"fmt"

	"github.com/kyso-dev/kyso/internal/finding"
)

const constant = "by a constant"

func fail(code finding.Code, pairs ...string) error { return &Error{finding.NewFault(code, nil, pairs...)} }
func bad(reason string) error { return fail("planted", "reason", reason) }
func worse(reason string) error { return bad(reason) }
func (d *doc) note(code finding.Code, what string) { _ = finding.P("what", what) }
func why(n int) string {
	if n > 1 {
		return "by a result"
	}
	return "OneWord"
}

func f(d *doc, n int, name string) {
	_ = fail("planted", "reason", "by a literal", "path", "a name that stays")
	_ = fail("planted", "reason", constant)
	_ = bad("by a helper")
	_ = worse("by two helpers")
	d.note("planted", "by a method")
	_ = fail("planted", "reason", why(n))
	_ = fail("planted", "reason", fmt.Sprintf("by %d formats", n))
	_ = fail("planted", "reason", "by a sum of "+name)
	local := "by a variable"
	_ = bad(local)
	pairs := []string{"what", "by a slice"}
	_ = fail("planted", append(pairs, "why", "by an appended pair")...)
	_ = fail("planted", "novelty", "by a parameter of no list")
	_ = finding.Params{"what": "by a map"}
}
`
	if err := os.WriteFile(filepath.Join(dir, "p.go"), []byte(planted), 0o600); err != nil {
		t.Fatal(err)
	}
	w := readValues(t, dir)
	said := strings.Join(w.complaints(), "\n")
	for _, want := range []string{
		"by a literal", "by a constant", "by a helper", "by two helpers", "by a method", "by a result", "by {1} formats", "by a sum of {1}",
		"by a variable", "by a slice", "by an appended pair", `"novelty" is in no list`, "by a map",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("%q was not found in:\n%s", want, said)
		}
	}
	for _, not := range []string{"a name that stays", "OneWord"} {
		if strings.Contains(said, not) {
			t.Errorf("%q is no phrase: %s", not, said)
		}
	}
}

// value is one text that the source gives to a parameter; {1}, {2} … stand for what is not known before the program runs.
type value struct {
	param, text, where string
}

func (w *walk) complaints() []string {
	var out []string
	for _, v := range w.values {
		switch named := slices.Contains(names, v.param); {
		case named && i18n.IsTermParam(v.param):
			out = append(out, fmt.Sprintf("%s: the parameter %q is both a name and a term", v.where, v.param))
		case named:
		case !i18n.IsTermParam(v.param):
			out = append(out, fmt.Sprintf("%s: the parameter %q is in no list: add it to names here, or to the term parameters of internal/i18n", v.where, v.param))
		case isPhrase(v.text) && !i18n.HasTerm(v.text):
			out = append(out, fmt.Sprintf("%s: %q, given as %s, has no Vietnamese term", v.where, v.text, v.param))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

var lowerWord = regexp.MustCompile(`(?:^|\s)[a-z]+(?:'[a-z]+)?[,;:.]?(?:\s|$)`)

// isPhrase tells words from identifiers, field names and numbers: it has a space and a word in small letters.
func isPhrase(s string) bool { return strings.ContainsAny(s, " \t") && lowerWord.MatchString(s) }
