package verify

import (
	"bufio"
	"cmp"
	"io"
	"slices"
	"strings"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/i18n"
	"github.com/kyso-dev/kyso/internal/vnid"
	"github.com/kyso-dev/kyso/xml/einvoice"
)

// Text writes the report as a table for a terminal, in the language given; colour only if asked. It names what Circular 15/2025/TT-BKHCN,
// article 6, wants shown: the verdict, the issuer, the signer, the time of signing or its time-stamp, the integrity, the validity at
// the time of signing and the certificate's period of validity.
//
// What comes from the document (names, reasons, fields) stands in quotation marks, escaped and on indented lines of at most 80
// columns: it cannot begin a line, forge a row or a verdict, or command the terminal. Errors are those of w.
func (r *Report) Text(w io.Writer, lang Lang, color bool) error {
	t := &table{w: bufio.NewWriter(w), lang: lang, color: color}
	t.document(r)
	for _, s := range r.Signatures {
		t.signature(s)
	}
	for _, s := range r.Timestamps {
		t.timestamp(s, "")
	}
	return t.w.Flush()
}

// table writes rows: a label, then a value.
type table struct {
	w     *bufio.Writer
	lang  Lang
	color bool
}

func (t *table) document(r *Report) {
	word, code := wordIndeterminate, r.Indication.String()
	switch {
	case r.Error != nil:
		word, code = wordError, ""
	case r.ExitCode() == ExitUnsigned:
		word, code = wordUnsigned, ""
	case r.Indication == TotalPassed:
		word = wordPassed
	case r.Indication == TotalFailed:
		word = wordFailed
	}
	t.heading(t.say(labelConclusion), t.colored(word, code))
	if r.File != "" {
		t.row(labelDocument, quote(r.File))
	}
	t.row(labelFormat, t.say(map[Format]finding.Code{PDF: formatPDF, CMS: formatCMS, XML: formatXML, TimestampFile: formatTimestamp, Unknown: formatUnknown}[r.Format]))
	if d := r.Document; d != nil {
		t.row(labelKind, t.say(kindWords[einvoice.Kind(d.Kind)]))
	}
	t.row(labelJudged, t.clock(r.ValidationTime))
	t.row(labelPolicy, quoteUnlessPlain(strings.TrimSpace(r.Policy.Name+" "+r.Policy.Version)))
	if r.Error != nil {
		t.row(labelWhyNot, r.Error.text(t.lang)+" ["+i18n.Clean(r.Error.Code)+"]")
	}
	t.slots(r.Slots)
	t.findings(r.Findings, SeverityError, SeverityWarning, SeverityInfo)
}

// slots lists the places where signatures belong. Of an envelope with many documents, only those that should be signed and are not.
func (t *table) slots(slots []Slot) {
	const most = 16
	names := make(map[string]bool)
	for _, at := range slots {
		names[at.Slot] = true
	}
	several, many, shown := len(names) < len(slots), len(slots) > most, 0
	for _, at := range slots {
		unsigned := at.Required && at.State != SlotSigned
		if many && !unsigned || !at.Required && at.State == SlotMissing {
			continue
		}
		if shown++; shown > most {
			t.row(labelPlace, more)
			return
		}
		value := t.say(cmp.Or(map[string]finding.Code{SlotSigned: slotSigned, SlotEmpty: slotEmpty}[at.State], slotMissing))
		if unsigned {
			value = t.say(slotRequired) + ", " + value
		}
		value = t.slot(at.Slot) + ": " + value
		if several { // of several documents
			value += " (" + quoteUnlessPlain(at.Path) + ")"
		}
		t.row(labelPlace, value)
	}
}

// slot is a slot as people call it, with its name.
func (t *table) slot(name string) string {
	if word, ok := slotWords[einvoice.Slot(name)]; ok {
		return t.say(word) + " (" + name + ")"
	}
	return quoteUnlessPlain(name)
}

func (t *table) signature(s *Signature) {
	label := labelSignature
	if s.Kind == KindCounterSignature {
		label = labelCounter
	}
	t.gap()
	t.verdict(label, s.ID, s.Indication, s.SubIndication)
	if s.SubIndication == FormatFailure && s.ChangesAfter.Level == ChangesSuspicious {
		t.row(labelMeaning, t.say(whyChanged))
	} else {
		t.why(s.SubIndication)
	}
	if s.Slot != "" {
		t.row(labelSlot, t.slot(s.Slot))
	}
	t.signer(&s.Signer)
	t.signedAt(s)
	t.revocation(s.Chain)
	t.findings(s.Findings, SeverityError, SeverityWarning)
	harmless := s.ChangesAfter.Level == ChangesNone || s.ChangesAfter.Level == ChangesAllowed
	if !harmless {
		t.changes(&s.ChangesAfter)
	}
	t.advice(s.SubIndication)
	if s.Field != "" {
		t.row(labelField, quote(s.Field))
	}
	if s.Path != "" {
		t.row(labelPath, quote(s.Path))
	}
	t.certificate(&s.Signer)
	t.row(labelTrust, t.anchor(s.Trust))
	t.row(labelLevel, quoteUnlessPlain(strings.TrimSpace(s.Format+" "+s.Level)))
	t.row(labelAlgorithms, quoteUnlessPlain(strings.Trim(s.SignatureAlgorithm+", "+s.DigestAlgorithm, ", ")))
	t.row(labelIntegrity, t.integrity(s.Integrity.Content))
	t.row(labelValue, t.integrity(s.Integrity.Signature))
	t.row(labelCoverage, t.extent(s.Coverage.Extent, s.Revision, s.Parent))
	if s.Kind == KindSignature {
		t.places(labelSignedPart, s.Coverage.Covered)
		t.places(labelLeftOut, s.Coverage.NotCovered)
	}
	if harmless {
		t.changes(&s.ChangesAfter)
	}
	if c := s.Claims; c != nil {
		for _, claim := range []struct {
			label finding.Code
			value string
		}{{labelName, c.Name}, {labelReason, c.Reason}, {labelLocation, c.Location}, {labelContact, c.ContactInfo}} {
			if claim.value != "" {
				t.row(claim.label, quote(claim.value))
			}
		}
		for _, role := range c.Roles {
			t.row(labelRole, quote(role))
		}
		for _, commitment := range c.Commitments {
			t.row(labelCommitment, t.commitment(commitment))
		}
	}
	t.conformance(s.Conformance)
	t.findings(s.Findings, SeverityInfo)
	for _, stamp := range s.Timestamps {
		t.timestamp(stamp, s.ID)
	}
}

// changes says what was done to the document afterwards.
func (t *table) changes(c *Changes) {
	t.row(labelChanges, t.say(cmp.Or(map[string]finding.Code{ChangesNone: changesNone, ChangesAllowed: changesAllowed, ChangesSuspicious: changesSuspicious}[c.Level], changesUnknown)))
	for _, detail := range c.in(t.lang) {
		t.row(labelChanges, i18n.Clean(detail))
	}
}

// commitment is what a signer commits to, in words where ETSI has some for it.
func (t *table) commitment(uri string) string {
	if word, ok := commitmentWords[uri]; ok {
		return t.say(word)
	}
	return quote(uri)
}

// places lists parts of a document on one row, the first few of them.
func (t *table) places(label finding.Code, paths []string) {
	const most = 12
	if len(paths) == 0 || len(paths) == 1 && paths[0] == "/" {
		return
	}
	var shown []string
	for i, p := range paths {
		if i == most || p == more {
			shown = append(shown, more)
			break
		}
		shown = append(shown, quoteUnlessPlain(p))
	}
	t.row(label, strings.Join(shown, ", "))
}

func (t *table) signer(s *Signer) {
	if s.Subject == "" && s.CertificateSHA256 == "" {
		t.row(labelSigner, t.say(valueUnknown))
		return
	}
	kind := map[string]finding.Code{string(vnid.Organization): kindOrganization, string(vnid.Person): kindPerson, string(vnid.Employee): kindEmployee}[s.Kind]
	name := quote(cmp.Or(s.common, s.Organization, s.Subject))
	if kind != "" {
		name = quote(cmp.Or(s.Person, s.Organization, s.Subject)) + " (" + t.say(kind) + ")"
	}
	t.row(labelSigner, name)
	for _, r := range []struct {
		label finding.Code
		value string
	}{{labelTitle, s.Title}, {labelOrganization, s.Organization}, {labelTaxCode, s.TaxCode}, {labelPersonalID, s.PersonalID}} {
		if r.value != "" && (r.label != labelOrganization || kind != kindOrganization) {
			t.row(r.label, quote(r.value))
		}
	}
}

// certificate is the signer's certificate as authorities name it.
func (t *table) certificate(s *Signer) {
	if s.Subject == "" && s.CertificateSHA256 == "" {
		return
	}
	if s.Subject != "" {
		t.row(labelSubject, quote(s.Subject))
	}
	if s.Issuer != "" {
		t.row(labelIssuer, quote(s.Issuer))
	}
	t.row(labelSerial, quoteUnlessPlain(s.Serial))
	if s.NotBefore != nil && s.NotAfter != nil {
		t.row(labelValidity, i18n.Text(string(valueFromTo), t.lang, map[string]string{"from": t.clock(*s.NotBefore), "until": t.clock(*s.NotAfter)}))
	}
	valid := valueNo
	if s.ValidAtBestTime {
		valid = valueYes
	}
	t.row(labelValidThen, t.say(valid))
}

func (t *table) signedAt(s *Signature) {
	basis := cmp.Or(map[string]finding.Code{BasisTimestamp: basisTimestamp, BasisArchive: basisArchive, BasisClaimed: basisClaimed}[s.Time.Basis], basisNow)
	switch {
	case s.Time.Best == nil:
	case basis == basisNow:
		t.row(labelSignedAt, i18n.Text(string(basis), t.lang, map[string]string{"time": t.clock(*s.Time.Best)}))
	default:
		t.row(labelSignedAt, t.clock(*s.Time.Best)+", "+t.say(basis))
	}
	if s.Time.Claimed != nil {
		t.row(labelClaimed, t.claimed(*s.Time.Claimed))
	}
}

func (t *table) timestamp(s *Timestamp, of string) {
	if of == "" {
		t.gap()
	}
	t.verdict(labelTimestamp, s.ID, s.Indication, s.SubIndication)
	t.why(s.SubIndication)
	if s.Field != "" {
		t.row(labelField, quote(s.Field))
	}
	if s.Time != nil {
		t.row(labelTime, t.clock(*s.Time))
	}
	if s.TSA != "" {
		t.row(labelAuthority, quote(s.TSA))
	}
	t.row(labelTrust, t.anchor(s.Trust))
	t.revocation(s.Chain)
	t.row(labelIntegrity, t.integrity(s.Integrity.Content))
	t.row(labelValue, t.integrity(s.Integrity.Signature))
	switch {
	case s.Coverage != nil:
		t.row(labelCovered, t.extent(s.Coverage.Extent, s.Revision, ""))
	case of != "":
		t.row(labelCovered, t.extent("", nil, of))
	}
	t.findings(s.Findings, SeverityError, SeverityWarning, SeverityInfo)
}

func (t *table) anchor(trust Trust) string {
	tree, ok := map[string]finding.Code{"national": treeNational, "government": treeGovernment, "own": treeOwn}[trust.Tree]
	if !ok {
		return t.say(treeNone)
	}
	return quote(trust.Name) + " (" + t.say(tree) + ")"
}

func (t *table) integrity(i Integrity) string {
	return t.say(cmp.Or(map[Integrity]finding.Code{"intact": valueIntact, "broken": valueBroken}[i], valueUnknown))
}

func (t *table) extent(extent string, revision *RevisionRange, of string) string {
	switch {
	case of != "":
		return i18n.Text(string(extentOf), t.lang, map[string]string{"id": quoteUnlessPlain(of)})
	case extent == "whole":
		return t.say(extentWhole)
	case extent == "revision" && revision != nil:
		return i18n.Text(string(extentRevision), t.lang, map[string]string{"index": itoa(revision.Index), "of": itoa(revision.Of)})
	case extent == "part":
		return t.say(extentPart)
	}
	return t.say(extentNone)
}

// findings lists remarks of the severities given, in that order.
func (t *table) findings(findings []Finding, severities ...Severity) {
	for _, severity := range severities {
		label := map[Severity]finding.Code{SeverityError: severityError, SeverityWarning: severityWarning, SeverityInfo: severityInfo}[severity]
		for _, f := range findings {
			if f.Severity == severity {
				t.row(label, t.remark(f)+" ["+i18n.Clean(string(f.Code))+"]")
			}
		}
	}
}

// verdict begins a block. An id of ours stands in the heading; one that the document chose on a row of its own.
func (t *table) verdict(label finding.Code, id string, i Indication, sub SubIndication) {
	word := wordIndeterminate
	switch i {
	case TotalPassed, Passed:
		word = wordPassed
	case TotalFailed, Failed:
		word = wordFailed
	}
	code := i.String()
	if sub != "" {
		code += " / " + quoteUnlessPlain(string(sub))
	}
	short := len(id) <= 8 && quoteUnlessPlain(id) == id
	head := t.say(label)
	if short {
		head += " " + id
	}
	t.heading(head, t.colored(word, code))
	if !short {
		t.row(labelID, quote(id))
	}
}

// colored is a verdict in words and in the standard's terms.
func (t *table) colored(word finding.Code, code string) string {
	text := t.say(word)
	if code != "" {
		text += " (" + code + ")"
	}
	lines := wrap(text, lineWidth-labelWidth-len(indent))
	if plain := t.say(word); t.color && strings.HasPrefix(lines[0], plain) {
		paint := map[finding.Code]string{wordPassed: "\x1b[1;32m", wordFailed: "\x1b[1;31m", wordError: "\x1b[1;31m"}
		lines[0] = cmp.Or(paint[word], "\x1b[1;33m") + plain + "\x1b[0m" + lines[0][len(plain):]
	}
	return strings.Join(lines, "\n"+strings.Repeat(" ", labelWidth+len(indent)))
}

func (t *table) say(code finding.Code) string { return i18n.Text(string(code), t.lang, nil) }

func (t *table) gap() { _ = t.w.WriteByte('\n') }

const (
	lineWidth  = 80
	labelWidth = 22
	indent     = "  "
)

// heading is a row at the left margin, which no text of a document can reach.
func (t *table) heading(label, value string) {
	t.write(label + strings.Repeat(" ", max(1, labelWidth+len(indent)-width(label))) + value + "\n")
}

// row writes a label and a value, broken into lines that the terminal need not break.
func (t *table) row(label finding.Code, value string) {
	if value == "" {
		return
	}
	first := indent + t.say(label)
	first += strings.Repeat(" ", max(1, labelWidth+len(indent)-width(first)))
	next := strings.Repeat(" ", labelWidth+len(indent))
	for i, line := range wrap(value, lineWidth-labelWidth-len(indent)) {
		if i == 0 {
			t.write(first + line + "\n")
		} else {
			t.write(next + line + "\n")
		}
	}
}

func (t *table) write(s string) { _, _ = t.w.WriteString(s) } // bufio keeps the first error for Flush

// maxShown is how much of one foreign text is shown.
const maxShown = 400

var marks = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// quote makes foreign text fit to be shown: hidden characters escaped, white space of any length and kind as one space, quotation
// marks escaped, cut where it is very long.
func quote(s string) string {
	s = i18n.Clean(marks.Replace(strings.Join(strings.Fields(escapeLines(s)), " ")))
	if runes := []rune(s); len(runes) > maxShown {
		s = string(runes[:maxShown]) + "…"
	}
	return `"` + s + `"`
}

// escapeLines keeps line breaks visible, which strings.Fields would turn into spaces.
func escapeLines(s string) string {
	if !strings.ContainsAny(s, "\n\r\v\f\t\u0085\u2028\u2029") {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch r {
		case '\n', '\r', '\v', '\f', '\t', '\u0085', '\u2028', '\u2029':
			return '⏎'
		}
		return r
	}, s)
}

// quoteUnlessPlain leaves words of our own as they are.
func quoteUnlessPlain(s string) string {
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,-/_ ") == "" {
		return s
	}
	return quote(s)
}

// wrap breaks text at spaces, and within words that are longer than a line.
func wrap(text string, columns int) []string {
	var lines []string
	line, used := "", 0
	flush := func() {
		if line != "" {
			lines = append(lines, line)
		}
		line, used = "", 0
	}
	for word := range strings.FieldsSeq(text) {
		w := width(word)
		if used > 0 && used+1+w > columns {
			flush()
		}
		if used > 0 {
			line, used = line+" ", used+1
		}
		if w <= columns {
			line, used = line+word, used+w
			continue
		}
		for _, r := range word {
			if rw := runeWidth(r); used+rw > columns {
				flush()
				line, used = string(r), rw
			} else {
				line, used = line+string(r), used+rw
			}
		}
	}
	flush()
	return slices.Clip(lines)
}
