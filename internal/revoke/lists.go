package revoke

import (
	"bytes"
	"slices"
	"strconv"
	"time"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/pki"
)

// listing is what a complete list, with or without a delta, says of the certificate.
type listing struct {
	crl, delta *Piece
	named      bool        // a distribution point names the issuer
	reasons    pki.Reasons // those that it can tell of
	found      *Entry
}

// judgement is what may be asked of a list: whether somebody who may sign it has.
type judgement struct {
	crl   *CRL
	named bool // the distribution point names the list's issuer (cRLIssuer)
}

type verdict struct {
	piece *Piece
	err   *Error
}

// askLists is RFC 5280, 6.3.3, over all lists at once and without the time: over the certificate's distribution points, then over the
// lists of its issuer.
func (q *question) askLists() {
	if len(q.ev.crls) > limits.RevokeCRLs {
		q.note(fail(CodeTooLarge, nil, "what", "CRL", "max", strconv.Itoa(limits.RevokeCRLs)))
		return
	}
	l := &lister{question: q, judged: make(map[judgement]verdict), told: make(map[*CRL]bool)}
	points := append(slices.Clone(q.cert.Points), pki.DistributionPoint{Name: pki.PointName{Full: []pki.GeneralName{{Form: pki.FormDirectory, Directory: q.cert.Issuer}}}})
	for _, p := range points {
		for _, c := range q.ev.crls {
			if !c.Delta() {
				l.list(p, c)
			}
		}
	}
	for _, c := range q.ev.crls { // 6.3.3 (c): what a delta says stands for its list as of the delta's time
		if c.Delta() {
			l.delta(c)
		}
	}
	if !l.compare(0) {
		q.note(fail(CodeTooLarge, nil, "what", "CRLDistributionPoints", "max", strconv.Itoa(limits.RevokeComparisons)))
		l.answer()
		return
	}
	for _, c := range q.ev.crls {
		if !c.Delta() && l.related(c) && !l.told[c] {
			q.note(fail(CodeScope, nil, "issuer", c.Issuer.String()))
		}
	}
	l.answer()
}

type lister struct {
	*question
	judged   map[judgement]verdict
	told     map[*CRL]bool // lists that are for the certificate
	listings []*listing
}

// related reports whether a list is of somebody who could tell about the certificate, as far as names go.
func (l *lister) related(c *CRL) bool {
	return c.Issuer.Equal(l.cert.Issuer) || slices.ContainsFunc(l.cert.Points, func(p pki.DistributionPoint) bool { return c.named(p) })
}

// list is 6.3.3 (b) to (l) for one complete list and one distribution point.
func (l *lister) list(p pki.DistributionPoint, c *CRL) {
	if !l.covers(p, c) {
		return
	}
	l.told[c] = true
	piece := l.usable(c, p.Issuer != nil)
	if piece == nil {
		return
	}
	reasons := pki.AllReasons
	for _, r := range []pki.Reasons{p.Reasons, c.Point.Reasons} {
		if r != 0 {
			reasons &= r
		}
	}
	if i := slices.IndexFunc(l.listings, func(s *listing) bool { return s.crl.CRL == c }); i >= 0 {
		l.listings[i].reasons |= reasons
		return
	}
	s := &listing{crl: piece, named: p.Issuer != nil, reasons: reasons}
	if e, ok := c.Find(l.cert.Issuer, l.cert.Serial); ok {
		s.found = &e
	}
	l.listings = append(l.listings, s)
}

// delta joins a delta list with the youngest list that it completes: with any other one it would say the same (5.2.4).
func (l *lister) delta(d *CRL) {
	var base *listing
	for _, s := range l.listings {
		if s.delta == nil && d.completes(s.crl.CRL) && (base == nil || s.crl.CRL.Number.Cmp(base.crl.CRL.Number) > 0) {
			base = s
		}
	}
	if base == nil {
		return
	}
	piece := l.usable(d, base.named)
	if piece == nil {
		return
	}
	s := &listing{crl: base.crl, delta: piece, named: base.named, reasons: base.reasons, found: base.found}
	// What is taken off a list was on hold there, or has ended (5.3.1): it is never a revocation undone.
	if e, ok := d.Find(l.cert.Issuer, l.cert.Serial); ok && (s.found == nil || !s.found.final()) {
		s.found = &e
	}
	l.listings = append(l.listings, s)
}

// usable is the piece that a list makes once its critical extensions are known and its signature is that of somebody who may sign it.
func (l *lister) usable(c *CRL, named bool) *Piece {
	k := judgement{c, named}
	v, known := l.judged[k]
	if known {
		return v.piece
	}
	if len(c.Unknown) > 0 {
		v.err = fail(CodeCritical, nil, "issuer", c.Issuer.String(), "oid", c.Unknown[0].String())
	} else if signer, err := l.signed(c, named); err != nil {
		v.err = err
	} else {
		v.piece = &Piece{CRL: c, Digest: c.digest, Signer: signer}
	}
	l.judged[k] = v
	if v.err != nil && !slices.ContainsFunc(l.errs, func(e *Error) bool { return e.list == c }) {
		v.err.list = c
		l.note(v.err)
	}
	return v.piece
}

// revoked is the entry that says that the certificate is revoked or suspended; nil: it is neither.
func (s *listing) revoked() *Entry {
	if s.found == nil || s.found.Reason == RemoveFromCRL {
		return nil
	}
	return s.found
}

func (s *listing) pieces() []Piece {
	if s.delta != nil {
		return []Piece{*s.delta, *s.crl}
	}
	return []Piece{*s.crl}
}

// newest is the list whose time counts: a delta's is that of the whole (5.2.4).
func (s *listing) newest() *CRL { return s.pieces()[0].CRL }

// answer makes answers of listings. One that revokes stands by itself, whatever reasons it covers. One that does not is good when it
// covers all reasons; where it does not, the others that were the latest ones at its time are joined to it.
func (l *lister) answer() {
	var partial []*listing
	for _, s := range l.listings {
		if s.revoked() == nil && s.reasons != pki.AllReasons {
			partial = append(partial, s)
			continue
		}
		l.answers = append(l.answers, answerOf(s))
	}
	if len(partial) == 0 {
		return
	}
	// All that speaks for some reasons, the revoking ones too: a revocation that stood at the time must not be left out.
	parts := slices.DeleteFunc(slices.Clone(l.listings), func(s *listing) bool { return s.reasons == pki.AllReasons })
	slices.SortStableFunc(parts, func(a, b *listing) int { return b.newest().ThisUpdate.Compare(a.newest().ThisUpdate) })
	whole := len(parts) < len(l.listings)
	for i := range parts {
		joined := snapshot(parts[i:])
		whole = whole || joined != nil
		if joined == nil || slices.ContainsFunc(joined, func(s *listing) bool { return s.revoked() != nil }) {
			continue
		}
		if a := answerOf(joined...); a.NextUpdate.IsZero() || !a.NextUpdate.Before(a.ThisUpdate) {
			l.answers = append(l.answers, a)
		}
	}
	if !whole {
		l.note(fail(CodeReasons, nil, "issuer", partial[0].crl.CRL.Issuer.String()))
	}
}

// snapshot picks, from lists in the order of their times, the latest first, the first for each reason; nil: not all have one.
func snapshot(parts []*listing) []*listing {
	var picked []*listing
	var covered pki.Reasons
	for _, s := range parts {
		if s.reasons&^covered != 0 {
			picked, covered = append(picked, s), covered|s.reasons
		}
		if covered == pki.AllReasons {
			return picked
		}
	}
	return nil
}

// answerOf is what lists say together: as of the latest, for as long as all of them hold.
func answerOf(all ...*listing) Answer {
	a := Answer{State: Good, Source: List}
	var pieces []Piece
	for _, s := range all {
		pieces = append(pieces, s.pieces()...)
		l := s.newest()
		if l.ThisUpdate.After(a.ThisUpdate) {
			a.ThisUpdate = l.ThisUpdate
		}
		a.NextUpdate = earlier(a.NextUpdate, l.NextUpdate)
		if s == all[0] {
			a.ArchiveCutOff = l.ExpiredSince
		} else if l.ExpiredSince.IsZero() || l.ExpiredSince.After(a.ArchiveCutOff) {
			a.ArchiveCutOff = l.ExpiredSince
		}
		if e := s.revoked(); e != nil {
			a.State, a.Reason, a.RevokedAt, a.InvalidAt = Revoked, e.Reason, e.Date, e.InvalidAt
			if e.Reason == Hold {
				a.State = Suspended
			}
		}
	}
	a.Piece, a.With = pieces[0], pieces[1:]
	return a
}

// earlier is the earlier of two times, of which zero ones do not count.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// named reports whether a distribution point names the list's issuer, and the list may tell of others' certificates.
func (l *CRL) named(p pki.DistributionPoint) bool {
	return l.Point.Indirect && slices.ContainsFunc(p.Issuer, func(n pki.GeneralName) bool { return n.Form == pki.FormDirectory && n.Directory.Equal(l.Issuer) })
}

// covers is 6.3.3 (b): whether a list is of the point's issuer and its scope takes in the certificate.
func (l *lister) covers(p pki.DistributionPoint, c *CRL) bool {
	switch {
	case p.Issuer == nil:
		if !c.Issuer.Equal(l.cert.Issuer) {
			return false
		}
	case !c.Point.Indirect || !l.compare(len(p.Issuer)) || !c.named(p):
		return false
	}
	if c.Point.Raw == nil {
		return true
	}
	if c.Point.OnlyAttributes || c.Point.OnlyUsers && l.cert.IsCA || c.Point.OnlyCAs && !l.cert.IsCA {
		return false
	}
	if !c.Point.Name.Present() {
		return true
	}
	names := p.Issuer
	if p.Name.Present() {
		relativeTo := l.cert.Issuer
		if p.Issuer != nil {
			relativeTo = c.Issuer
		}
		names = full(p.Name, relativeTo)
	}
	for _, a := range full(c.Point.Name, c.Issuer) {
		if !l.compare(len(names)) {
			return false
		}
		if slices.ContainsFunc(names, a.Same) {
			return true
		}
	}
	return false
}

// compare takes note of n comparisons of names; false: they are too many.
func (l *lister) compare(n int) bool {
	l.compared += n
	return l.compared <= limits.RevokeComparisons
}

// full is a point's names with a relative one made whole.
func full(p pki.PointName, issuer pki.Name) []pki.GeneralName {
	if p.Relative == nil {
		return p.Full
	}
	n, err := issuer.With(p.Relative)
	if err != nil {
		return nil
	}
	return []pki.GeneralName{{Form: pki.FormDirectory, Directory: n}}
}

// completes is 6.3.3 (c) and 5.2.4: whether a delta list is for a complete one.
func (d *CRL) completes(l *CRL) bool {
	return d.Issuer.Equal(l.Issuer) && bytes.Equal(d.Point.Raw, l.Point.Raw) && bytes.Equal(d.KeyID, l.KeyID) &&
		l.Number != nil && d.Number != nil && d.Base.Cmp(l.Number) <= 0 && d.Number.Cmp(l.Number) >= 0
}
