package i18n

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// Lang is a language that texts exist in. The zero value reads as [English].
type Lang string

const (
	English    Lang = "en"
	Vietnamese Lang = "vi"
)

// ParseLang reads "en" or "vi"; ok is false for anything else.
func ParseLang(s string) (lang Lang, ok bool) {
	switch Lang(s) {
	case English, Vietnamese:
		return Lang(s), true
	}
	return English, false
}

// Message is one text in both languages. Placeholders are written {name}. A part in [[double brackets]] is left out when a
// parameter that it names is missing or a mere dash; outside of one, a missing parameter shows as a question mark.
type Message struct {
	En, Vi string
}

// catalogue is every message by code. Each room keeps its own table in a file of its own; a code in two tables is a mistake that
// the package's test reports.
var catalogue = merge(tables...)

func merge(tables ...map[string]Message) map[string]Message {
	all := make(map[string]Message)
	for _, t := range tables {
		maps.Copy(all, t)
	}
	return all
}

// Text is the message of code in lang with its placeholders filled from params. A code that the catalogue lacks is its own text:
// nothing is hidden because a translation is missing.
func Text(code string, lang Lang, params map[string]string) string {
	m, ok := catalogue[code]
	if !ok {
		return code
	}
	if lang == Vietnamese {
		return fill(m.Vi, params, vietnamese)
	}
	return fill(m.En, params, func(_, value string) string { return Clean(value) })
}

// Has reports whether the catalogue knows code.
func Has(code string) bool { _, ok := catalogue[code]; return ok }

// Codes lists every code of the catalogue in order.
func Codes() []string { return slices.Sorted(maps.Keys(catalogue)) }

// fill puts the parameters into text, as show writes them.
func fill(text string, params map[string]string, show func(name, value string) string) string {
	if !strings.Contains(text, "{") {
		return text
	}
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "[[")
		part, after, closed := strings.Cut(rest, "]]")
		if !ok || !closed {
			break
		}
		place(&b, before, params, show)
		if complete(part, params) {
			place(&b, part, params, show)
		}
		text = after
	}
	place(&b, text, params, show)
	return b.String()
}

func place(b *strings.Builder, text string, params map[string]string, show func(name, value string) string) {
	for {
		before, name, after, ok := nextPlaceholder(text)
		b.WriteString(before)
		if !ok {
			return
		}
		if v, ok := params[name]; ok {
			b.WriteString(show(name, v))
		} else {
			b.WriteString("?")
		}
		text = after
	}
}

// complete reports whether params says all that part names.
func complete(part string, params map[string]string) bool {
	for {
		_, name, after, ok := nextPlaceholder(part)
		if !ok {
			return true
		}
		if v, ok := params[name]; !ok || v == "-" {
			return false
		}
		part = after
	}
}

// nextPlaceholder cuts text around its first placeholder; without one, all of it is before.
func nextPlaceholder(text string) (before, name, after string, ok bool) {
	before, rest, open := strings.Cut(text, "{")
	name, after, closed := strings.Cut(rest, "}")
	if !open || !closed {
		return text, "", "", false
	}
	return before, name, after, true
}

// Clean makes foreign text safe to show on one line of a terminal, a page or a log: control characters (ESC, newline, NUL),
// invisible format characters (bidirectional overrides, zero-width and tag characters), line and paragraph separators and
// invalid UTF-8 are written as visible escapes. Ordinary letters of any language stay as they are.
func Clean(s string) string {
	clean := true
	for _, r := range s {
		if hidden(r) {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == unicode.ReplacementChar && s[i] != 0xEF:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case !hidden(r):
			b.WriteRune(r)
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	return b.String()
}

func hidden(r rune) bool {
	return r == unicode.ReplacementChar || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp)
}
