package xml

import (
	"context"
	"strings"
	"time"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/xmltree"
)

// SigningTime is a time that a signer wrote into an Object of the signature, in no format that a standard of XML signatures fixes:
// an element SigningTime of any namespace, as the documents of the Vietnamese tax authority have it.
type SigningTime struct {
	Text    string    // as written
	Time    time.Time // without a zone it is taken to be Vietnam's; zero where the text is no time
	Zoned   bool      // the text has a zone
	Covered bool      // the signature covers it
	Space   string    // the namespace of the element
}

// vietnam is the zone of times that have none.
var vietnam = time.FixedZone("+07", 7*60*60)

// SigningTime looks for an element SigningTime in the Objects of a signature: the first that the signature covers, or else the first.
// Nil: there is none. The document that was read must still be there; the error is that of reading it, or of the context.
func (d *Document) SigningTime(ctx context.Context, s *Signature) (*SigningTime, error) {
	var found *SigningTime
	for _, p := range s.survey.children {
		if !p.is("Object") || p.end-p.start > limits.XMLSigningTime {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		raw, err := d.in.slice(p.start, p.end, limits.XMLSigningTime)
		if err != nil {
			return nil, err
		}
		t, err := xmltree.ParseElement(raw, s.survey.context)
		if err != nil {
			return nil, wrap(err)
		}
		for n := t.Root(); int(n) < t.Len(); n++ {
			if t.Kind(n) != xmltree.Start || string(t.Local(n)) != "SigningTime" {
				continue
			}
			one := readSigningTime(t.Value(n))
			one.Space = t.Space(n)
			start, end := t.Range(n)
			one.Covered = s.coversPart(d.in.original(p.start+int64(start)), d.in.original(p.start+int64(end)))
			if found == nil || one.Covered {
				found = one
			}
			if found.Covered {
				return found, nil
			}
		}
	}
	return found, nil
}

// coversPart reports whether a Reference covers octets of the signature's own Objects.
func (s *Signature) coversPart(start, end int64) bool {
	for _, r := range s.References {
		_, _, _, plain := r.plan.streamed()
		if plain && r.Size > 0 && r.Element != nil && r.Element.Start <= start && end <= r.Element.End {
			return true
		}
	}
	return false
}

// readSigningTime reads a time as xsd:dateTime has it, with the liberties that real documents take.
func readSigningTime(text string) *SigningTime {
	trimmed := strings.Trim(text, blanks)
	s := &SigningTime{Text: shorten(trimmed)}
	var err error
	if s.Time, err = time.Parse(time.RFC3339, trimmed); err == nil {
		s.Zoned = true
		return s
	}
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02"} {
		if s.Time, err = time.ParseInLocation(layout, trimmed, vietnam); err == nil {
			return s
		}
	}
	return s
}
