package verify

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/i18n"
)

// Lang is a language that reports exist in.
type Lang = i18n.Lang

// The languages.
const (
	English    = i18n.English
	Vietnamese = i18n.Vietnamese
)

// JSON writes the report as one JSON object on one line, with texts in the language given. Absent values are "", null or [], never
// left out. Characters that a terminal would obey or hide (control and bidirectional ones) are written as \u escapes; the strings
// that a parser reads are what the document has.
func (r *Report) JSON(lang Lang) ([]byte, error) {
	raw, err := json.Marshal(r.wire(lang))
	if err != nil {
		return nil, fail(CodeReport, err)
	}
	return escapeHidden(raw), nil
}

// MarshalJSON is [Report.JSON] in English.
func (r *Report) MarshalJSON() ([]byte, error) { return r.JSON(English) }

// wireFinding is a finding as JSON has it.
type wireFinding struct {
	Code     string `json:"code"`
	Severity string `json:"severity"`
	Text     string `json:"text"`
	Clause   string `json:"clause"`
}

func wireFindings(findings []Finding, lang Lang) []wireFinding {
	out := make([]wireFinding, 0, len(findings))
	for _, f := range findings {
		out = append(out, wireFinding{string(f.Code), string(f.Severity), f.Text(lang), f.Clause})
	}
	return out
}

// The wire types put texts in the place of findings; an embedded field with the same JSON name lies deeper and gives way.
type (
	plainReport    Report
	plainSignature Signature
	plainTimestamp Timestamp

	wireReport struct {
		*plainReport
		Slots       []Slot          `json:"slots"`
		Revisions   []Revision      `json:"revisions"`
		Signatures  []wireSignature `json:"signatures"`
		Timestamps  []wireTimestamp `json:"timestamps"`
		Conformance []Conformance   `json:"conformance"`
		Findings    []wireFinding   `json:"findings"`
	}
	wireSignature struct {
		*plainSignature
		References  []Reference     `json:"references"`
		Timestamps  []wireTimestamp `json:"timestamps"`
		Chain       []ChainEntry    `json:"chain"`
		Conformance []Conformance   `json:"conformance"`
		Findings    []wireFinding   `json:"findings"`
	}
	wireTimestamp struct {
		*plainTimestamp
		Covers   []string      `json:"covers"`
		Chain    []ChainEntry  `json:"chain"`
		Findings []wireFinding `json:"findings"`
	}
)

func (r *Report) wire(lang Lang) wireReport {
	plain := plainReport(*r)
	if r.Error != nil {
		e := *r.Error
		e.Text = e.text(lang)
		plain.Error = &e
	}
	w := wireReport{plainReport: &plain, Slots: list(r.Slots), Revisions: list(r.Revisions), Signatures: []wireSignature{},
		Timestamps: wireTimestamps(r.Timestamps, lang), Conformance: list(r.Conformance), Findings: wireFindings(r.Findings, lang)}
	for _, s := range r.Signatures {
		p := plainSignature(*s)
		p.Signer.Usage, p.Signer.Identifiers = list(p.Signer.Usage), list(p.Signer.Identifiers)
		p.Coverage.Covered, p.Coverage.NotCovered, p.ChangesAfter.Details = list(p.Coverage.Covered), list(p.Coverage.NotCovered), p.ChangesAfter.in(lang)
		w.Signatures = append(w.Signatures, wireSignature{plainSignature: &p, References: list(s.References), Timestamps: wireTimestamps(s.Timestamps, lang),
			Chain: list(s.Chain), Conformance: list(s.Conformance), Findings: wireFindings(s.Findings, lang)})
	}
	return w
}

// text says why the document could not be read, causes included.
func (p *Problem) text(lang Lang) string {
	if p.Cause != nil {
		return finding.Explain(p.Cause, lang)
	}
	return i18n.Text(p.Code, lang, p.Params)
}

func wireTimestamps(stamps []*Timestamp, lang Lang) []wireTimestamp {
	out := make([]wireTimestamp, 0, len(stamps))
	for _, t := range stamps {
		p := plainTimestamp(*t)
		out = append(out, wireTimestamp{plainTimestamp: &p, Covers: list(t.Covers), Chain: list(t.Chain), Findings: wireFindings(t.Findings, lang)})
	}
	return out
}

// escapeHidden writes characters that encoding/json leaves as they are, and a terminal would not show as they are, as \u escapes.
// They can only stand inside strings, where the escape means the same.
func escapeHidden(raw []byte) []byte {
	if !slices.ContainsFunc([]rune(string(raw)), hidden) {
		return raw
	}
	var b bytes.Buffer
	for len(raw) > 0 {
		r, size := utf8.DecodeRune(raw)
		switch {
		case !hidden(r):
			b.Write(raw[:size])
		case r >= 0x10000:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
		raw = raw[size:]
	}
	return b.Bytes()
}

func hidden(r rune) bool {
	return r >= 0x7f && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp)
}
