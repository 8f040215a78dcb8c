package law

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func hour(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

// TestTable keeps the data file in order: it can be read, every act has what it needs, and the acts of a subject follow one another
// without a gap or an overlap.
func TestTable(t *testing.T) {
	var strict table
	dec := json.NewDecoder(strings.NewReader(string(raw)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&strict); err != nil {
		t.Fatal(err)
	}
	if _, err := time.Parse(time.DateOnly, Version()); err != nil {
		t.Error(err)
	}
	last := make(map[Subject]Act)
	for _, a := range strict.Acts {
		if a.ID == "" || a.Title == "" || kinds[a.Kind] == "" || a.From.IsZero() || a.Subject == "" {
			t.Errorf("incomplete: %+v", a)
		}
		if before, ok := last[a.Subject]; ok && !before.Until.Equal(a.From.Time) {
			t.Errorf("%s ends on %s and %s begins on %s", before.ID, before.Until, a.ID, a.From)
		}
		for _, m := range a.Amended {
			if m.By == "" || m.From.Before(a.From.Time) || !a.Until.IsZero() && !m.From.Before(a.Until.Time) {
				t.Errorf("%s: amended outside its time: %+v", a.ID, m)
			}
		}
		last[a.Subject] = a
	}
	for _, s := range []Subject{ETransactions, Signatures, OfficialSignatures, Software, EInvoices, EInvoiceGuidance, EInvoiceFormat} {
		if _, ok := last[s]; !ok {
			t.Errorf("no act of subject %s", s)
		}
	}
}

func TestCite(t *testing.T) {
	for _, c := range []struct {
		subject  Subject
		at       string
		topic    string
		citation string
	}{
		{Software, "2025-08-14T16:59:59Z", "algorithms", "Circular 22/2020/TT-BTTTT"},
		{Software, "2025-08-14T17:00:00Z", "algorithms", "Circular 15/2025/TT-BKHCN, Annex I, 1.2"}, // midnight in Hà Nội
		{Software, "2026-11-29T00:00:00Z", "V3", "Circular 15/2025/TT-BKHCN, article 6.1.c"},
		{Software, "2026-11-29T00:00:00Z", "nothing", "Circular 15/2025/TT-BKHCN"},
		{Software, "2019-01-01T00:00:00Z", "V3", ""},
		{Signatures, "2024-01-01T00:00:00Z", "rely", "Decree 130/2018/NĐ-CP"},
		{Signatures, "2025-01-01T00:00:00Z", "rely", "Decree 130/2018/NĐ-CP (amended by 48/2024/NĐ-CP)"},
		{Signatures, "2025-05-01T00:00:00Z", "rely", "Decree 23/2025/NĐ-CP, article 16"},
		{EInvoices, "2026-06-30T16:59:59Z", "", "Decree 123/2020/NĐ-CP (amended by 70/2025/NĐ-CP)"},
		{EInvoices, "2026-07-01T00:00:00+07:00", "", "Decree 254/2026/NĐ-CP"},
		{"astronomy", "2026-07-01T00:00:00Z", "", ""},
	} {
		if got := Cite(c.subject, hour(c.at), c.topic); got != c.citation {
			t.Errorf("%s at %s: %q, want %q", c.subject, c.at, got, c.citation)
		}
	}
}
