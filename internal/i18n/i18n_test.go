package i18n

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

var placeholder = regexp.MustCompile(`\{([^{}]*)\}`)

func placeholders(text string) []string {
	var names []string
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		names = append(names, m[1])
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// TestBothLanguages checks every message: both languages, the same placeholders, no full stop, nothing that Clean would change,
// Vietnamese that is Vietnamese.
func TestBothLanguages(t *testing.T) {
	if len(catalogue) < 100 {
		t.Fatalf("only %d messages: the catalogue is not merged", len(catalogue))
	}
	for code, m := range catalogue {
		if strings.TrimSpace(m.En) == "" || strings.TrimSpace(m.Vi) == "" {
			t.Errorf("%s lacks a language", code)
		}
		if en, vi := placeholders(m.En), placeholders(m.Vi); !slices.Equal(en, vi) {
			t.Errorf("%s: placeholders %v in English, %v in Vietnamese", code, en, vi)
		}
		if en, vi := strings.Count(m.En, "[["), strings.Count(m.Vi, "[["); en != vi || en != strings.Count(m.En, "]]") || vi != strings.Count(m.Vi, "]]") {
			t.Errorf("%s: the parts in double brackets differ between the languages or do not end", code)
		}
		for _, text := range []string{m.En, m.Vi} {
			if tabless := strings.ReplaceAll(text, "\t", " "); Clean(tabless) != tabless {
				t.Errorf("%s: hidden characters in %q", code, text)
			}
			if strings.HasSuffix(text, ".") {
				t.Errorf("%s: a full stop at the end of %q", code, text)
			}
			if strings.Count(text, "{") != strings.Count(text, "}") || len(placeholder.FindAllString(text, -1)) != strings.Count(text, "{") {
				t.Errorf("%s: unbalanced braces in %q", code, text)
			}
			if strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Mn, r) }) {
				t.Errorf("%s: decomposed letters in %q", code, text)
			}
		}
		if first, _ := utf8.DecodeRuneInString(m.En); unicode.IsUpper(first) && !strings.HasPrefix(code, "report.") && !strings.HasPrefix(code, "command.") && !startsWithName(m.En) {
			t.Errorf("%s: English begins with a capital: %q", code, m.En)
		}
		if len(strings.Fields(m.Vi)) > 4 && !strings.ContainsFunc(m.Vi, func(r rune) bool { return r > 0xbf && unicode.IsLetter(r) }) {
			t.Errorf("%s: Vietnamese without diacritics: %q", code, m.Vi)
		}
	}
}

// startsWithName allows abbreviations and names at the beginning: PDF, TSA, Ed25519, SignedData.
func startsWithName(text string) bool {
	word, _, _ := strings.Cut(text, " ")
	return strings.ContainsFunc(word[1:], func(r rune) bool { return unicode.IsUpper(r) || unicode.IsDigit(r) })
}

// TestNoCodeTwice checks that no code stands in two tables: the second would silently win.
func TestNoCodeTwice(t *testing.T) {
	total := 0
	for _, table := range tables {
		total += len(table)
	}
	if total != len(catalogue) {
		t.Errorf("%d messages in the tables, %d in the catalogue: a code is there twice", total, len(catalogue))
	}
}

func TestText(t *testing.T) {
	catalogue := catalogue["verify.format-not-yet"]
	if !strings.Contains(catalogue.En, "{format}") {
		t.Fatal("the message used here has lost its placeholder")
	}
	for _, c := range []struct {
		name, code string
		lang       Lang
		params     map[string]string
		want       string
	}{
		{"filled", "verify.format-not-yet", English, map[string]string{"format": "XML"}, strings.ReplaceAll(catalogue.En, "{format}", "XML")},
		{"Vietnamese", "verify.format-not-yet", Vietnamese, map[string]string{"format": "XML"}, strings.ReplaceAll(catalogue.Vi, "{format}", "XML")},
		{"the zero language is English", "verify.empty", "", nil, catalogueEn("verify.empty")},
		{"missing parameter", "verify.format-not-yet", English, nil, strings.ReplaceAll(catalogue.En, "{format}", "?")},
		{"a value that looks like a placeholder", "verify.format-not-yet", English, map[string]string{"format": "{format}"}, catalogue.En},
		{"unknown code", "no.such-code", English, nil, "no.such-code"},
		{"a part whose parameter is there", "signer.pin-incorrect", English, map[string]string{"tries": "2"}, "the PIN is wrong; tries left: 2"},
		{"a part whose parameter is missing", "signer.pin-incorrect", Vietnamese, nil, "mã PIN không đúng"},
		{"a part whose parameter is a dash", "timestamp.rejected", English, map[string]string{"failure": "-", "text": "no"}, "the time-stamp authority rejected the request; its words: no"},
		{"parts of their own", "signer.certificate-revoked", English, map[string]string{"subject": "A]] B", "reason": "keyCompromise"},
			"the certificate of A]] B is revoked, reason: keyCompromise; sign with another one"},
		{"a term", "signer.certificate-revoked", Vietnamese, map[string]string{"since": "[[{reason}]]", "reason": "keyCompromise"},
			"chứng thư số đã bị thu hồi (từ [[{reason}]]), lý do: khóa bị lộ; hãy ký bằng chứng thư số khác"},
	} {
		if got := Text(c.code, c.lang, c.params); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func catalogueEn(code string) string { return catalogue[code].En }

func TestParseLang(t *testing.T) {
	for in, want := range map[string]Lang{"en": English, "vi": Vietnamese, "": English, "fr": English, "VI": English} {
		lang, ok := ParseLang(in)
		if lang != want || ok != (in == "en" || in == "vi") {
			t.Errorf("%q: %v, %v", in, lang, ok)
		}
	}
}

// TestD1Clean: nothing that moves a cursor, hides, reorders or breaks a line comes through; every ordinary text does.
func TestD1Clean(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", "Nguyễn Văn A – số 1 / ₫ 漢字 עברית", "Nguyễn Văn A – số 1 / ₫ 漢字 עברית"},
		{"empty", "", ""},
		{"newline", "a\nb", `a\x0ab`},
		{"carriage return", "a\rb", `a\x0db`},
		{"tab", "a\tb", `a\x09b`},
		{"NUL", "a\x00b", `a\x00b`},
		{"ESC sequence", "\x1b[31mred", `\x1b[31mred`},
		{"C1 control: CSI in one character", "\u009b31m", `\x9b31m`},
		{"delete", "\x7f", `\x7f`},
		{"right-to-left override", "a\u202etxt.exe", `a\u202etxt.exe`},
		{"isolates", "\u2066a\u2069", `\u2066a\u2069`},
		{"zero width", "a\u200bb\u200d\ufeff", `a\u200bb\u200d\ufeff`},
		{"soft hyphen", "a\u00adb", `a\xadb`},
		{"line and paragraph separators", "a\u2028b\u2029c", `a\u2028b\u2029c`},
		{"private use", "\ue000", `\ue000`},
		{"tag characters", "\U000e0041", `\U000e0041`},
		{"invalid UTF-8", "a\xffb", `a\xffb`},
		{"a replacement character that was there", "\ufffd", `\ufffd`},
	} {
		if got := Clean(c.in); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"a\x1b[2J", "\u202e", "Việt", "\xff\xfe", "\U000e0041"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		out := Clean(s)
		if !utf8.ValidString(out) {
			t.Fatalf("not UTF-8: %q", out)
		}
		for _, r := range out {
			if hidden(r) {
				t.Fatalf("%q lets %U through", s, r)
			}
		}
		if Clean(out) != out {
			t.Fatalf("cleaning twice changes %q", out)
		}
		if Text("verify.format-not-yet", English, map[string]string{"format": s}) != strings.ReplaceAll(catalogueEn("verify.format-not-yet"), "{format}", out) {
			t.Fatal("a parameter is not cleaned")
		}
	})
}

// TestOneWordForOneThing holds the terms that an accountant knows from the law and from the authorities' own programs: other words for
// the same thing would make her wonder whether something else is meant.
func TestOneWordForOneThing(t *testing.T) {
	say := map[string]string{
		"chứng chỉ": "chứng thư số", "chứng thực số": "chứng thư số", "tạm ngưng": "tạm dừng", "đình chỉ": "tạm dừng", "nhãn thời gian": "dấu thời gian",
		"tem thời gian": "dấu thời gian", "trường chữ ký": "ô chữ ký", "máy chủ dấu thời gian": "máy chủ cấp dấu thời gian",
		"khóa riêng": "khóa bí mật", "khoá": "khóa", "huỷ": "hủy", "chữ kí": "chữ ký", "hoá": "hóa",
	}
	check := func(where, text string) {
		for wrong, right := range say {
			if strings.Contains(strings.ToLower(text), wrong) {
				t.Errorf("%s: %q says %q; the word is %q", where, text, wrong, right)
			}
		}
	}
	for code, m := range catalogue {
		check(code, m.Vi)
	}
	for en, vi := range terms() {
		check(en, vi)
	}
}
