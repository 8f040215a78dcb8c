package i18n

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"
)

// A parameter of a message is mostly a name: a file, an algorithm's identifier, a number. Some parameters carry words of our own,
// such as "nesting of an object" for {what}; the tables of terms have those words in Vietnamese, by the English ones. A key may
// have gaps, {1} to {9}, for what varies, and then the Vietnamese has the same gaps: "more than {1} attributes".

// termParams are the parameters whose values may be terms. What documents, services and people say never stands in them alone,
// so that a field that happens to be named "certificates" is shown under its name.
var termParams = map[string]bool{
	"algorithm": true, "detail": true, "digest": true, "entry": true, "hash": true, "key": true, "kind": true, "part": true,
	"parameter": true, "reason": true, "signature": true, "state": true, "status": true, "structure": true, "want": true, "what": true,
	"where": true, "why": true,
}

// termTables are the terms of the rooms.
var termTables = []map[string]string{
	algTerms,
	cmsTerms,
	commandTerms,
	derTerms,
	einvoiceTerms,
	keyfileTerms,
	pdfTerms,
	remoteTerms,
	revokeTerms,
	signerTerms,
	testpkiTerms,
	tokenTerms,
	trustTerms,
	xmlTerms,
}

// terms is all of termTables; patterns are those keys that have gaps, in pieces.
var terms = sync.OnceValue(func() map[string]string {
	all := make(map[string]string)
	for _, t := range termTables {
		maps.Copy(all, t)
	}
	return all
})

var patterns = sync.OnceValue(func() []pattern {
	var list []pattern
	for en, vi := range terms() {
		if p := split(en); len(p) > 1 {
			list = append(list, pattern{pieces: p, vi: vi})
		}
	}
	slices.SortFunc(list, func(a, b pattern) int { // the one that says the most comes first
		return cmp.Or(len(b.literal())-len(a.literal()), strings.Compare(a.literal(), b.literal()))
	})
	return list
})

// pattern is a term with gaps: what stands before, between and after them.
type pattern struct {
	pieces []string
	vi     string
}

func (p pattern) literal() string { return strings.Join(p.pieces, "") }

// split takes a key apart at its gaps, {1}, {2} and so on.
func split(en string) []string {
	var pieces []string
	for i := '1'; i <= '9'; i++ {
		before, after, ok := strings.Cut(en, "{"+string(i)+"}")
		if !ok {
			break
		}
		pieces, en = append(pieces, before), after
	}
	return append(pieces, en)
}

// fit gives the values of the gaps when text is of the pattern's form.
func (p pattern) fit(text string) ([]string, bool) {
	text, ok := strings.CutPrefix(text, p.pieces[0])
	if !ok {
		return nil, false
	}
	last := len(p.pieces) - 1
	var gaps []string
	for _, piece := range p.pieces[1:last] {
		gap, rest, ok := strings.Cut(text, piece)
		if !ok || gap == "" {
			return nil, false
		}
		gaps, text = append(gaps, gap), rest
	}
	gap, ok := strings.CutSuffix(text, p.pieces[last])
	return append(gaps, gap), ok && gap != ""
}

// HasTerm reports whether the English phrase has a Vietnamese one. Gaps are written {1}, {2} and so on.
func HasTerm(en string) bool { _, ok := terms()[en]; return ok }

// IsTermParam reports whether values of the parameter may be terms; those of all others stay as they are.
func IsTermParam(name string) bool { return termParams[name] }

// vietnamese is the value of a parameter in Vietnamese, cleaned: a term as a whole, or a pattern whose gaps are filled in; any other
// value stays as it is.
func vietnamese(param, value string) string {
	if !termParams[param] {
		return Clean(value)
	}
	return term(value)
}

func term(en string) string {
	if vi, ok := terms()[en]; ok {
		return vi
	}
	for _, p := range patterns() {
		gaps, ok := p.fit(en)
		if !ok {
			continue
		}
		var pairs []string
		for i, gap := range gaps {
			pairs = append(pairs, "{"+string(rune('1'+i))+"}", term(gap)) // shorter than en, so this ends
		}
		return strings.NewReplacer(pairs...).Replace(p.vi)
	}
	return Clean(en)
}
