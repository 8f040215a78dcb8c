package i18n

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// TestTermTables checks every term: no empty side, the same gaps, nothing that Clean would change, composed letters.
func TestTermTables(t *testing.T) {
	if len(terms()) < 100 {
		t.Fatalf("only %d terms: the tables are not merged", len(terms()))
	}
	from := make(map[string]string)
	for _, table := range termTables {
		for en, vi := range table {
			if other, ok := from[en]; ok {
				t.Errorf("%q is there twice, as %q and %q", en, other, vi)
			}
			from[en] = vi
			if strings.TrimSpace(en) == "" || strings.TrimSpace(vi) == "" {
				t.Errorf("%q: %q: a side is empty", en, vi)
			}
			if strings.HasPrefix(en, "strconv.") { // says the reason alone
				continue
			}
			if g, v := placeholders(en), placeholders(vi); strings.HasPrefix(en, "time: ") || strings.HasPrefix(en, "if any flags") {
				if len(v) > len(g) {
					t.Errorf("%q: gaps %v, in Vietnamese %v", en, g, v)
				}
			} else if !slices.Equal(g, v) {
				t.Errorf("%q: gaps %v, in Vietnamese %v", en, g, v)
			}
			if Clean(en+vi) != en+vi || strings.ContainsFunc(vi, func(r rune) bool { return unicode.Is(unicode.Mn, r) }) {
				t.Errorf("%q: hidden characters or decomposed letters in %q", en, vi)
			}
		}
	}
}

func TestTermsInTexts(t *testing.T) {
	for _, c := range []struct{ name, param, value, want string }{
		{"a term", "what", "nesting of an object", "mức lồng nhau trong một đối tượng"},
		{"a part of a value is none", "what", "the nesting of an object", "the nesting of an object"},
		{"unknown", "what", "Tên\x1b lạ", `Tên\x1b lạ`},
		{"a parameter that is a name", "field", "certificates", "certificates"},
		{"a gap", "reason", "more than 64 attributes", "có nhiều hơn 64 thuộc tính"},
		{"two gaps", "reason", "it has 3 bytes instead of 40", "dài 3 byte thay vì 40 byte"},
		{"the longest pattern", "reason", "it has 3 bytes instead of 32", "dài 3 byte thay vì 32 byte"},
		{"an empty gap", "reason", "more than  attributes", "more than  attributes"},
		{"a gap that is a term", "algorithm", "RSA-PSS with none", "RSA-PSS với không có"},
		{"a gap that holds a pattern", "detail", `invalid argument "x" for "--certify" flag: strconv.ParseInt: parsing "x": invalid syntax`, `giá trị "x" của tùy chọn "--certify" không dùng được: không đúng kiểu giá trị`},
		{"a gap is cleaned", "what", "key of a\nb", `khóa của a\x0ab`},
		{"a gap that looks like one", "what", "key of {1}{2}", "khóa của {1}{2}"},
	} {
		if got := vietnamese(c.param, c.value); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
	const code = "pdfobj.limit"
	params := map[string]string{"what": "nesting of an object", "max": "64"}
	if got, want := Text(code, Vietnamese, params), "tệp PDF vượt quá giới hạn an toàn: tối đa 64 mức lồng nhau trong một đối tượng"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := Text(code, English, params); !strings.Contains(got, "nesting of an object") {
		t.Errorf("English has become %q", got)
	}
}

// other are spellings and words that the texts do not use, so that one thing has one name.
var other = regexp.MustCompile(`(?i)(hoá|khoá|tuỳ|huỷ|xoá|thuý|token dấu thời gian|con dấu thời gian|mật mã PIN|số PIN)|chứng thư($|[^ ]| [^s]| s[^ố])`)

func TestVocabulary(t *testing.T) {
	for code, m := range catalogue {
		if found := other.FindString(m.Vi); found != "" {
			t.Errorf("%s: %q in %q", code, found, m.Vi)
		}
	}
	for en, vi := range terms() {
		if found := other.FindString(vi); found != "" {
			t.Errorf("%q: %q in %q", en, found, vi)
		}
	}
	for _, wrong := range []string{"khoá", "chứng thư của", "chứng thư", "chứng thư sai"} {
		if !other.MatchString(wrong) {
			t.Errorf("%q would not be found", wrong)
		}
	}
	if other.MatchString("chứng thư số đã bị thu hồi") {
		t.Error("the right word is taken for a wrong one")
	}
}

func FuzzTerms(f *testing.F) {
	for en := range terms() {
		f.Add(en)
	}
	f.Add("key of key of key of a\x1b")
	f.Fuzz(func(t *testing.T, s string) {
		if out := vietnamese("what", s); Clean(out) != out {
			t.Fatalf("%q becomes %q, which is not clean", s, out)
		}
	})
}
