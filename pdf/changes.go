package pdf

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/pdfobj"
)

// ChangeLevel grades what was done to a document after it was signed or time-stamped. The zero value is no judgement.
type ChangeLevel string

// The levels.
const (
	ChangesNone       ChangeLevel = "none"       // nothing
	ChangesAllowed    ChangeLevel = "allowed"    // validation data, time-stamps, further signatures, empty fields filled in, what a certification permits; nothing else
	ChangesSuspicious ChangeLevel = "suspicious" // what was signed is shown otherwise now, or was changed in a way that the signature forbids
	ChangesUnknown    ChangeLevel = "unknown"    // something else, or something that cannot be told for certain
)

// Changes is what was done to a document after a signature or time-stamp, found by comparing the objects of the revisions, not by what
// a revision says of itself.
type Changes struct {
	Level   ChangeLevel
	Details []Finding // what was changed in which revision, the worst first; at least one where Level is ChangesUnknown or ChangesSuspicious
}

// step is what one revision did to the one before it.
type step struct {
	done  []Finding // what every signature allows
	acts  []act     // what a signature may allow or forbid
	wrong []Finding // what none allows: the pages show something else
	other []Finding // everything that is not understood
}

// changes fills in what was done after each signature and time-stamp. Each revision is compared with the one before it, once: a
// document with many of both costs no more than its octets.
func (r *reader) changes(ctx context.Context) error {
	first := len(r.revs)
	for _, e := range r.entries {
		switch {
		case !e.sound || e.Revision == 0:
			e.Changes = Changes{ChangesUnknown, []Finding{changed(CodePart, finding.Warning, 0)}}
		case e.Extent == Whole:
			e.Changes.Level = ChangesNone
		default:
			first = min(first, e.Revision)
		}
	}
	steps, err := r.steps(ctx, first)
	if err != nil {
		return err
	}
	for _, e := range r.entries {
		if e.Changes.Level != "" {
			continue
		}
		licence := e.permits
		for _, c := range r.entries {
			if licence == 0 && c.certifies && c.sound && c.Revision > 0 && c.Revision < e.Revision {
				licence = c.permits
			}
		}
		e.Changes = e.judge(steps[e.Revision-first:], licence)
	}
	return nil
}

// judge grades the revisions after an entry by what it permits itself. licence is what may be done by its own word or, where it says
// nothing, by that of the certification before it.
func (e *entry) judge(steps []step, licence Certification) Changes {
	c := Changes{Level: ChangesAllowed}
	once := make(map[string]bool) // fields that were empty when this was signed
	for i := range steps {
		s := &steps[i]
		c.note(ChangesAllowed, s.done...)
		c.note(ChangesUnknown, s.other...)
		c.note(ChangesSuspicious, s.wrong...)
		for j := range s.acts {
			a := &s.acts[j]
			if a.kind == actFill && !a.had {
				once[a.field] = true
			}
			level, f := e.permit(a, licence, once[a.field])
			c.note(level, f)
		}
	}
	if len(c.Details) == 0 {
		c.Level = ChangesNone // white space behind the end mark
	}
	weight := map[finding.Severity]int{finding.Error: 0, finding.Warning: 1, finding.Info: 2}
	slices.SortStableFunc(c.Details, func(a, b Finding) int { return cmp.Compare(weight[a.Severity], weight[b.Severity]) })
	if len(c.Details) > limits.PDFFindings {
		c.Details = c.Details[:limits.PDFFindings]
	}
	return c
}

// note takes in findings of one level. What is surely wrong outweighs what is not known.
func (c *Changes) note(level ChangeLevel, found ...Finding) {
	c.Details = append(c.Details, found...)
	if len(found) > 0 && (level == ChangesSuspicious || level == ChangesUnknown && c.Level != ChangesSuspicious) {
		c.Level = level
	}
}

func changed(code finding.Code, severity finding.Severity, revision int, pairs ...string) Finding {
	if revision > 0 {
		pairs = append(pairs, "revision", strconv.Itoa(revision))
	}
	return Finding{Code: code, Severity: severity, Params: finding.P(pairs...), Clause: "ISO 32000-2, 12.8.2.2"}
}

// steps compares every revision from first+1 on with the one before it; index 0 is that one. What lies behind the end of the last
// revision is a step of its own where there is anything.
func (r *reader) steps(ctx context.Context, first int) ([]step, error) {
	if first > len(r.revs) || first == len(r.revs) && r.revs[first-1].End == r.size {
		return nil, nil
	}
	h := &history{ctx: ctx, reader: r, first: first, users: make(map[uint32]*users)}
	steps := make([]step, len(r.revs)-first)
	err := h.prepare()
	for i := range steps {
		if err != nil {
			break
		}
		steps[i], err = h.step(i)
	}
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if sourceFailed(err) && !errors.Is(err, errTooMuch) {
			return nil, unreadable(err)
		}
		// Damage or a limit: nothing is certain about any revision.
		for i := range steps {
			steps[i] = step{other: []Finding{h.uncertain(err, first+i+1)}}
		}
	}
	if end := r.revs[len(r.revs)-1].End; end < r.size {
		blank, err := r.blankFrom(end)
		if err != nil {
			return nil, err
		}
		if !blank {
			steps = append(steps, step{other: []Finding{changed(CodeChangeStray, finding.Warning, 0, "offset", strconv.FormatInt(end, 10))}})
		}
	}
	return steps, nil
}

func (h *history) uncertain(err error, revision int) Finding {
	var e *pdfobj.Error
	if errors.Is(err, errTooMuch) || errors.As(err, &e) && e.Code() == string(pdfobj.CodeLimit) {
		return changed(CodeChangeLimit, finding.Warning, revision)
	}
	return changed(CodeChangeDamaged, finding.Warning, revision, "offset", "-")
}

// errTooMuch says that comparing would take more than it may.
var errTooMuch = errors.New("more changes than are compared")

// blankFrom reports whether the file ends with nothing but white space.
func (r *reader) blankFrom(from int64) (bool, error) {
	if r.size-from > limits.PDFBlank {
		return false, nil
	}
	b := make([]byte, r.size-from)
	if err := readFull(r.src, b, from); err != nil {
		return false, err
	}
	return !slices.ContainsFunc(b, func(c byte) bool { return c != 0 && c != '\t' && c != '\n' && c != '\f' && c != '\r' && c != ' ' }), nil
}

// history is the revisions from the first signed one on.
type history struct {
	*reader
	blind  bool // what some revision refers to is not known, so nothing can be told of later ones
	ctx    context.Context
	first  int // revision that is signed first
	diffs  []*pdfobj.Difference
	users  map[uint32]*users // of every number that a later revision adds or defines anew
	work   int               // entries of stores that were compared
	octets int64             // of their streams
	shown  *shown            // what the pages of the first signed revision show; nil until asked for
}

// users is where an object is referred to: under which keys of dictionaries.
type users struct {
	keys  []pdfobj.Name // each once; "" in an array that is an object of its own
	many  bool          // more than are kept
	count int           // references in all
}

func (u *users) only(key pdfobj.Name) bool { return u.within(key) }

func (u *users) within(keys ...pdfobj.Name) bool {
	return !u.many && !slices.ContainsFunc(u.keys, func(k pdfobj.Name) bool { return !slices.Contains(keys, k) })
}

// prepare finds out what later revisions define, and where the first signed one refers to any of that: an object that was missing
// when the document was signed would change it by appearing.
func (h *history) prepare() error {
	total := 0
	if len(h.revs)-h.first > limits.PDFCompared {
		return errTooMuch
	}
	for i := h.first; i < len(h.revs); i++ {
		if h.ctx.Err() != nil {
			return h.ctx.Err()
		}
		old, err := h.view(i - 1)
		if err != nil {
			return err
		}
		now, err := h.view(i)
		if err != nil {
			return err
		}
		d, err := pdfobj.Diff(old, now)
		if err != nil {
			return err
		}
		h.diffs = append(h.diffs, d)
		if total += len(d.Added) + len(d.Changed); total > limits.PDFChanged {
			return errTooMuch
		}
		for _, list := range [][]pdfobj.Ref{d.Added, d.Changed} {
			for _, ref := range list {
				h.users[ref.Num] = &users{}
			}
		}
	}
	if total == 0 {
		return nil
	}
	base, err := h.view(h.first - 1)
	if err != nil {
		return err
	}
	h.note("", base.Trailer())
	n := 0
	err = base.Each(func(_ pdfobj.Ref, o pdfobj.Object) error {
		if n++; n%1024 == 0 && h.ctx.Err() != nil {
			return h.ctx.Err()
		}
		h.note("", o)
		return nil
	})
	if err != nil {
		return err
	}
	h.blind = base.Odd() // what is referred to in there depends on the reader
	return nil
}

// note takes in what an object refers to.
func (h *history) note(key pdfobj.Name, o pdfobj.Object) {
	switch o := o.(type) {
	case pdfobj.Ref:
		u := h.users[o.Num]
		if u == nil {
			return
		}
		if u.count++; slices.Contains(u.keys, key) {
			return
		}
		if len(u.keys) == 16 {
			u.many = true
			return
		}
		u.keys = append(u.keys, key)
	case pdfobj.Array:
		for _, v := range o {
			h.note(key, v)
		}
	case *pdfobj.Dict:
		for k, v := range o.All() {
			h.note(k, v)
		}
	case *pdfobj.Stream:
		h.note(key, o.Dict)
	}
}

// step judges one revision.
func (h *history) step(i int) (step, error) {
	revision := h.first + i + 1
	old, err := h.view(revision - 2)
	if err != nil {
		return step{}, err
	}
	now, err := h.view(revision - 1)
	if err != nil {
		return step{}, err
	}
	d := h.diffs[i]
	s := &comparison{history: h, revision: revision, old: old, now: now, added: make(map[uint32]bool, len(d.Added)), open: make(map[uint32]pdfobj.Ref)}
	if d.Oddity != "" {
		h.blind = true
		s.refuse(oddities[d.Oddity], "offset", strconv.FormatInt(d.At, 10))
		return s.step, nil
	}
	if h.blind {
		s.refuse(CodeChangeDamaged, "offset", strconv.FormatInt(h.revs[revision-2].End, 10))
		return s.step, nil
	}
	for _, ref := range d.Freed {
		if err := s.leave(ref, CodeChangeFreed); err != nil {
			return step{}, err
		}
	}
	for _, ref := range d.Added {
		if u := h.users[ref.Num]; len(u.keys) > 0 {
			if err := s.leave(ref, CodeChangeAppeared); err != nil {
				return step{}, err
			}
		}
		s.added[ref.Num], s.open[ref.Num] = true, ref
	}
	for _, ref := range d.Changed {
		s.open[ref.Num] = ref
	}
	if err := s.compare(d); err != nil {
		return step{}, err
	}
	// What later revisions define must not be awaited here either.
	for _, list := range [][]pdfobj.Ref{d.Added, d.Changed} {
		for _, ref := range list {
			o, err := now.Get(ref)
			if err != nil {
				return step{}, err
			}
			h.note("", o)
		}
	}
	h.note("", now.Trailer())
	if now.Odd() {
		h.blind = true
		s.refuse(CodeChangeDamaged, "offset", strconv.FormatInt(h.revs[revision-2].End, 10))
	}
	return s.step, nil
}

// oddities are what a finding says of them.
var oddities = map[pdfobj.Oddity]finding.Code{
	pdfobj.OddSections: CodeChangeSections, pdfobj.OddStart: CodeChangeSections, pdfobj.OddEntries: CodeChangeSections,
	pdfobj.OddBackward: CodeChangeSections, pdfobj.OddGeneration: CodeChangeSections, pdfobj.OddHidden: CodeChangeStray,
	pdfobj.OddOverlap: CodeChangeStray, pdfobj.OddStray: CodeChangeStray, pdfobj.OddObject: CodeChangeDamaged,
}
