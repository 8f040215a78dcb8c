// Package law says which Vietnamese act governed a matter at a time, so that findings cite the law in force at the time judged. The acts
// stand in one dated data file, acts.json, and nowhere else in the code: an amended law is a change of that file.
//
// Dates and places were read from public transcriptions; the official gazette decides.
package law

import (
	_ "embed"
	"encoding/json"
	"strings"
	"sync"
	"time"
)

// Subject is a matter that an act governs.
type Subject string

// The subjects.
const (
	ETransactions      Subject = "e-transactions"      // electronic transactions, the legal value of signatures
	Signatures         Subject = "signatures"          // electronic signatures and trust services
	OfficialSignatures Subject = "official-signatures" // signatures of state agencies, under the government's own root
	Software           Subject = "software"            // programs that sign, and that check signatures
	EInvoices          Subject = "e-invoices"
	EInvoiceGuidance   Subject = "e-invoice-guidance"
	EInvoiceFormat     Subject = "e-invoice-format"
)

// Act is a law, decree, circular or decision.
type Act struct {
	ID      string            `json:"id"` // its official number
	Kind    string            `json:"kind"`
	Subject Subject           `json:"subject"`
	Title   string            `json:"title"`
	From    Date              `json:"from"`  // in force from this day
	Until   Date              `json:"until"` // not any more from this day; zero: still
	Amended []Amendment       `json:"amended"`
	Places  map[string]string `json:"places"` // where in it a topic stands
}

// Amendment is an act that changes another from a day on.
type Amendment struct {
	By   string `json:"by"`
	From Date   `json:"from"`
}

// Date is a day in Vietnam (UTC+7), where it begins.
type Date struct{ time.Time }

var hanoi = time.FixedZone("+07", 7*3600)

// UnmarshalJSON reads a day as "2025-08-15"; "" is the zero date.
func (d *Date) UnmarshalJSON(raw []byte) error {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil || text == "" {
		return err
	}
	t, err := time.ParseInLocation(time.DateOnly, text, hanoi)
	d.Time = t
	return err
}

//go:embed acts.json
var raw []byte

type table struct {
	Version string `json:"version"`
	Acts    []Act  `json:"acts"`
}

// acts is the data file. Its test keeps it readable, and a table that cannot be read cites nothing.
var acts = sync.OnceValue(func() table {
	var t table
	if err := json.Unmarshal(raw, &t); err != nil {
		return table{}
	}
	return t
})

// Version is the day on which the table was last compared with the law.
func Version() string { return acts().Version }

// At is the act that governed a matter at a time; ok is false where the table knows none.
func At(subject Subject, at time.Time) (act Act, ok bool) {
	for _, a := range acts().Acts {
		if a.Subject == subject && !at.Before(a.From.Time) && (a.Until.IsZero() || at.Before(a.Until.Time)) {
			return a, true
		}
	}
	return Act{}, false
}

var kinds = map[string]string{"law": "Law", "decree": "Decree", "circular": "Circular", "decision": "Decision"}

// Cite names the act that governed a matter at a time, with the acts that had amended it by then, and where the topic stands in it, if
// the table knows: "Circular 15/2025/TT-BKHCN, Annex I, 1.2". Where no act governed, it is empty.
func Cite(subject Subject, at time.Time, topic string) string {
	a, ok := At(subject, at)
	if !ok {
		return ""
	}
	var b strings.Builder
	b.WriteString(kinds[a.Kind] + " " + a.ID)
	var by []string
	for _, m := range a.Amended {
		if !at.Before(m.From.Time) {
			by = append(by, m.By)
		}
	}
	if len(by) > 0 {
		b.WriteString(" (amended by " + strings.Join(by, ", ") + ")")
	}
	if place := a.Places[topic]; place != "" {
		b.WriteString(", " + place)
	}
	return b.String()
}
