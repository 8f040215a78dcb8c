package einvoice

import (
	"cmp"
	"crypto/x509"
	"slices"
	"strings"
	"time"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/law"
	"github.com/kyso-dev/kyso/internal/vnid"
)

// signer compares the certificate with what the document says about who signs it, and with the certificates that are registered.
func (r *reader) signer(d *Document, s *Signature) {
	cert := s.XML.Certificate
	if cert == nil {
		return
	}
	if s.facts.Tree == National && s.Slot != NMua && r.o.Registered != nil && !IsRegistered(cert, r.o.Registered) {
		s.add(CodeUnregistered, finding.Warning, "", "serial", vnid.Serial(cert.SerialNumber))
	}
	want := d.TaxCode
	switch {
	case s.Slot == NMua:
		want = d.Buyer
	case s.facts.Tree != National:
		return
	}
	if want == "" {
		return
	}
	switch {
	case r.belongsTo(cert, want):
	case s.Slot == NBan && d.Delegate != "" && r.belongsTo(cert, d.Delegate):
		s.add(CodeDelegated, finding.Info, "", "delegate", shorten(d.Delegate), "document", shorten(want))
	case r.identity(cert).TaxCode == "":
		s.add(CodeTaxCodeNone, finding.Warning, "", "document", shorten(want))
	default:
		s.add(CodeTaxCode, finding.Warning, "", "signer", r.identity(cert).TaxCode, "document", shorten(want))
	}
}

// belongsTo reports whether a certificate carries a tax code, or a person's number, which serves as one.
func (r *reader) belongsTo(cert *x509.Certificate, code string) bool {
	code = vnid.TaxCode(code)
	return slices.ContainsFunc(r.identity(cert).IDs, func(i vnid.ID) bool { return i.Value == code })
}

// identity reads the subject of a certificate, which is that of many signatures, once. Of one that cannot be read it is empty.
func (r *reader) identity(cert *x509.Certificate) vnid.Identity {
	id, ok := r.ids[cert]
	if !ok {
		id, _ = vnid.Parse(cert.RawSubject)
		r.ids[cert] = id
	}
	return id
}

// IsRegistered reports whether a certificate is among those with these serial numbers, as registrations with the tax authority write
// them (field Seri): hexadecimal, in any case, with or without zeros in front and separators between.
func IsRegistered(cert *x509.Certificate, serials []string) bool {
	plain := func(s string) string {
		s = strings.Map(func(r rune) rune {
			if strings.ContainsRune(" :-\t\r\n", r) {
				return -1
			}
			return r
		}, s)
		return strings.TrimLeft(strings.ToUpper(s), "0")
	}
	have := plain(vnid.Serial(cert.SerialNumber))
	return slices.ContainsFunc(serials, func(s string) bool { return plain(s) == have })
}

// clockError is how much the clock of a signer may be ahead before anything is said about it.
const clockError = 5 * time.Minute

// times says what is to be said of the signing time.
func (r *reader) times(d *Document, s *Signature) {
	t := &s.Time
	switch {
	case t.Text == "":
		s.add(CodeTimeMissing, finding.Warning, "")
		return
	case t.At == nil:
		s.add(CodeTimeUnreadable, finding.Warning, "", "value", shorten(t.Text))
		return
	case !t.Covered:
		s.add(CodeTimeUnsigned, finding.Warning, "", "value", shorten(t.Text))
	}
	switch {
	case t.ZoneAmbiguous:
		s.add(CodeTimeZone, finding.Warning, "", "value", shorten(t.Text))
	case t.At.After(r.o.now().Add(clockError)):
		s.add(CodeTimeFuture, finding.Warning, "", "value", shorten(t.Text))
	}
	if s.Slot != NBan || d.Kind != Invoice {
		return
	}
	date, _, _ := strings.Cut(d.Date, "T") // some write a time behind it
	made, err := time.ParseInLocation(time.DateOnly, date, vietnam)
	if err != nil {
		s.add(CodeDateUnreadable, finding.Warning, "", "value", cmp.Or(shorten(d.Date), "-"))
		return
	}
	signed := day(*t.At)
	clause := law.Cite(law.EInvoices, signed, "")
	switch {
	case signed.Before(made):
		s.add(CodeTimeBefore, finding.Warning, clause, "value", signed.Format(time.DateOnly), "date", made.Format(time.DateOnly))
	case signed.After(r.nextWorkingDay(made)):
		s.add(CodeTimeLate, finding.Warning, clause, "value", signed.Format(time.DateOnly), "date", made.Format(time.DateOnly),
			"until", r.nextWorkingDay(made).Format(time.DateOnly))
	}
}

// day is the day in Vietnam that a time falls on.
func day(t time.Time) time.Time {
	y, m, d := t.In(vietnam).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, vietnam)
}

// nextWorkingDay is the first day after another on which people work.
func (r *reader) nextWorkingDay(after time.Time) time.Time {
	off := r.o.DayOff
	if off == nil {
		off = func(d time.Time) bool { return d.Weekday() == time.Saturday || d.Weekday() == time.Sunday }
	}
	const longest = 60 // no holidays last longer
	next := after.AddDate(0, 0, 1)
	for range longest {
		if !off(next) {
			break
		}
		next = next.AddDate(0, 0, 1)
	}
	return next
}

// signingTime is that of a signature. Of several it is the first that is signed.
func signingTime(list []timeAt, s *Signature, now time.Time) (t SigningTime) {
	for i, one := range list {
		covered := s.covers(span{one.at, one.at + 1})
		if i == 0 || covered {
			t = SigningTime{Text: one.text, Covered: covered}
		}
		if covered {
			break
		}
	}
	if t.Text == "" {
		return t
	}
	t.read(now)
	return t
}

// read finds out what the text means.
func (t *SigningTime) read(now time.Time) {
	for _, layout := range []string{time.RFC3339, timeLayout, "2006-01-02 15:04:05", time.DateOnly} {
		at, err := time.ParseInLocation(layout, t.Text, vietnam)
		if err != nil {
			continue
		}
		t.ZoneMissing = layout != time.RFC3339
		_, ahead := now.In(vietnam).Zone()
		if strings.HasSuffix(t.Text, "Z") && at.After(now) && !at.After(now.Add(time.Duration(ahead)*time.Second)) {
			t.ZoneAmbiguous = true
			at, _ = time.ParseInLocation(timeLayout, strings.TrimSuffix(t.Text, "Z"), vietnam)
		}
		if y := at.Year(); y < 1 || y > 9999 {
			return
		}
		t.At = &at
		return
	}
}
