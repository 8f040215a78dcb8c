package finding

import (
	"github.com/kyso-dev/kyso/internal/i18n"
)

// Code names one kind of error or finding, as "room.what-is-wrong". Codes are stable: they are added, never renamed.
type Code string

// Severity grades a finding. The zero value is not a severity.
type Severity string

const (
	Info    Severity = "info"    // worth knowing
	Warning Severity = "warning" // a reader should look; the verdict stands
	Error   Severity = "error"   // the signature or document can never be TOTAL-PASSED
)

// Params are the facts that a text names, by placeholder. They never hold secrets or document content.
type Params map[string]string

// P builds Params from name, value pairs.
func P(pairs ...string) Params {
	p := make(Params, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		p[pairs[i]] = pairs[i+1]
	}
	return p
}

// Finding is one remark about a document or a signature.
type Finding struct {
	Code     Code     // stable name, such as "coverage.part"
	Severity Severity // how much it weighs
	Params   Params   // values that the text names
	Clause   string   // the clause that it rests on, such as "ETSI EN 319 122-1, 5.2.2"; may be empty
}

// Text is the finding in the language given.
func (f Finding) Text(lang i18n.Lang) string { return i18n.Text(string(f.Code), lang, f.Params) }

// Worst is the highest severity among findings, "" when there are none.
func Worst(findings []Finding) Severity {
	worst := Severity("")
	rank := map[Severity]int{"": 0, Info: 1, Warning: 2, Error: 3}
	for _, f := range findings {
		if rank[f.Severity] > rank[worst] {
			worst = f.Severity
		}
	}
	return worst
}
