package einvoice

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/xmltree"
	"github.com/kyso-dev/kyso/xml"
)

// Header is what an envelope says of itself (TDiep/TTChung).
type Header struct {
	Version   string // PBan; "" is 2.1.0
	Sender    string // MNGui: V or K and a tax code, or TCT…; at most 14 characters
	Recipient string // MNNhan; likewise
	Message   string // MLTDiep: the kind of message, such as 200 for an invoice that is to get a code or 203 for one without
	ID        string // MTDiep; "" makes one: the sender and 32 digits
	Reference string // MTDTChieu: the ID of the message that this one answers; "" for none
	TaxCode   string // MST: the taxpayer's; "" leaves it out
	DataID    string // Id of DLieu, which a signature over all of it at CKSNNT needs; "" leaves it out
}

// Item is a document that is put into an envelope.
type Item struct {
	Source io.ReaderAt
	Size   int64
}

// Wrap writes an envelope (TDiep) with documents in it. Of each it takes the root element as it stands: the envelope declares no
// namespaces, so signatures in it stay what they are, but for those that cover a whole file (URI=""). Documents are in UTF-8; one of up
// to 4 MiB may have another encoding.
func Wrap(ctx context.Context, dst io.Writer, docs []Item, h *Header) error {
	if dst == nil || len(docs) == 0 || len(docs) > limits.InvoiceParts {
		return badOption("docs", fmt.Sprint(len(docs)))
	}
	head, err := orDefault(h).write(len(docs))
	if err != nil {
		return err
	}
	roots, inputs := make([]span, len(docs)), make([]*input, len(docs))
	for i, d := range docs { // all of them before anything is written
		if inputs[i], err = open(ctx, d.Source, d.Size); err != nil {
			return err
		}
		if roots[i], err = inputs[i].root(ctx); err != nil {
			return err
		}
	}
	out := &errWriter{w: dst}
	_, _ = io.WriteString(out, head)
	for i, in := range inputs {
		if in.encoding == xmltree.UTF8 {
			err = in.copyTo(ctx, out, roots[i])
		} else {
			var text []byte
			if text, err = in.element(roots[i], inMemory); err == nil {
				_, _ = out.Write(text)
			}
		}
		if err != nil {
			return err
		}
	}
	_, _ = io.WriteString(out, "</DLieu></TDiep>")
	if out.err != nil {
		return fail(CodeWrite, out.err)
	}
	return nil
}

// write is the envelope up to where the documents go.
func (h Header) write(count int) (string, error) {
	if h.Version == "" {
		h.Version = "2.1.0"
	}
	if h.ID == "" {
		var b [16]byte
		_, _ = rand.Read(b[:]) // never fails
		h.ID = h.Sender + strings.ToUpper(hex.EncodeToString(b[:]))
	}
	var w strings.Builder
	w.WriteString("<TDiep><TTChung>")
	for _, e := range []struct {
		name, value string
		longest     int
		must        bool
	}{
		{"PBan", h.Version, 6, true}, {"MNGui", h.Sender, 14, true}, {"MNNhan", h.Recipient, 14, true}, {"MLTDiep", h.Message, 3, true}, {"MTDiep", h.ID, 46, true},
		{"MTDTChieu", h.Reference, 46, false}, {"MST", h.TaxCode, 14, false}, {"SLuong", fmt.Sprint(count), 7, true},
	} {
		if e.must && e.value == "" || utf8.RuneCountInString(e.value) > e.longest || !printable(e.value) {
			return "", badOption(e.name, e.value)
		}
		if e.value != "" {
			w.WriteString("<" + e.name + ">" + escape(e.value) + "</" + e.name + ">")
		}
	}
	w.WriteString("</TTChung><DLieu")
	if h.DataID != "" {
		if !xmltree.IsNCName(h.DataID) {
			return "", badOption("DataID", h.DataID)
		}
		w.WriteString(` Id="` + escape(h.DataID) + `"`)
	}
	w.WriteString(">")
	return w.String(), nil
}

// printable reports that a value can stand in XML as it is.
func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == '\uFFFE' || r == '\uFFFF' })
}

// root is where the root element of a document stands.
func (in *input) root(ctx context.Context) (at span, err error) {
	s := in.scan(ctx)
	for {
		s.Skim(1)
		k, err := s.Next()
		switch {
		case err != nil:
			return at, wrap(err)
		case k == xmltree.EOF:
			return at, nil
		case k == xmltree.Start && s.Depth() == 1:
			at.start = in.original(s, s.Offset())
			if string(s.Local()) == envelope {
				return at, fail(CodeEnvelope, nil, "reason", "a document to be put into an envelope is one")
			}
			if s.Encoding() != xmltree.UTF8 && in.text == nil {
				return at, fail(CodeEnvelope, nil, "reason", "a large document is not in UTF-8")
			}
		case k == xmltree.End && s.Depth() == 1:
			at.end = in.original(s, s.Past())
		}
	}
}

// Enclosed is a document in an envelope.
type Enclosed struct {
	Name string // of its element, such as "HDon"
	Size int64  // octets of its element

	at      span
	in      *input
	context *xmltree.Context // what it inherits
}

// Unwrap finds the documents in an envelope (TDiep/DLieu), in their order. src must stay readable until they have been written.
func Unwrap(ctx context.Context, src io.ReaderAt, size int64) ([]*Enclosed, error) {
	in, err := open(ctx, src, size)
	if err != nil {
		return nil, err
	}
	var list []*Enclosed
	found := false
	s := in.scan(ctx)
	for {
		s.Skim(3)
		k, err := s.Next()
		if err != nil {
			return nil, wrap(err)
		}
		switch {
		case k == xmltree.EOF && !found:
			return nil, fail(CodeEnvelope, nil, "reason", "the root element is no TDiep with a DLieu in it")
		case k == xmltree.EOF:
			return list, nil
		case k != xmltree.Start && k != xmltree.End || s.Depth() > 3 || !enveloped(s):
			continue
		}
		found = true
		switch {
		case s.Depth() < 3:
		case k == xmltree.End:
			e := list[len(list)-1]
			e.at.end = in.original(s, s.Past())
			e.Size = e.at.end - e.at.start
		case len(list) >= limits.InvoiceParts:
			return nil, fail(CodeLimit, nil, "what", "documents in an envelope", "max", fmt.Sprint(limits.InvoiceParts))
		default:
			e := &Enclosed{Name: string(s.Local()), in: in, at: span{start: in.original(s, s.Offset())}, context: s.Context()}
			if n := len(list); n > 0 && list[n-1].context.Same(e.context) {
				e.context = list[n-1].context
			}
			list = append(list, e)
		}
	}
}

// enveloped reports that the scanner is in TDiep/DLieu.
func enveloped(s *xmltree.Scanner) bool {
	if s.Depth() < 2 {
		return false
	}
	_, outer := s.At(1)
	_, inner := s.At(2)
	return string(outer) == envelope && string(inner) == "DLieu"
}

// Write writes the document as a file of its own: the octets that it has in the envelope. Where the envelope declares namespaces, the
// document was either signed before it was put there, and then gets none of them, or within it, and then takes them along on its root
// element, so that its signatures are intact wherever they can be. In such an envelope, one of more than 64 MiB is refused.
func (e *Enclosed) Write(ctx context.Context, dst io.Writer) error {
	if dst == nil {
		return badOption("dst", "nil")
	}
	if len(e.context.Bindings) == 0 && len(e.context.XML) == 0 {
		return e.plain(ctx, dst)
	}
	raw, err := e.in.element(e.at, limits.InvoicePack)
	if err != nil {
		return err
	}
	if raw == nil {
		return fail(CodeLimit, nil, "what", "octets of a document whose namespaces have to be moved", "max", fmt.Sprint(limits.InvoicePack))
	}
	best := alone(raw, e.context, &inPlace)
	with, err := sound(ctx, best)
	if err != nil {
		return err
	}
	without, err := sound(ctx, raw)
	if err != nil {
		return err
	}
	if without > with {
		best = raw
	}
	if _, err := dst.Write(best); err != nil {
		return fail(CodeWrite, err)
	}
	return nil
}

// plain writes the octets as they are, with what tells their encoding in front.
func (e *Enclosed) plain(ctx context.Context, dst io.Writer) error {
	if mark := e.in.prologue(); mark != nil {
		if _, err := dst.Write(mark); err != nil {
			return fail(CodeWrite, err)
		}
	}
	return e.in.copyTo(ctx, dst, e.at)
}

// sound is how many signatures of a document are intact; -1 when it is no document at all.
func sound(ctx context.Context, doc []byte) (int, error) {
	d, err := xml.Read(ctx, bytes.NewReader(doc), int64(len(doc)), nil)
	switch {
	case ctx.Err() != nil:
		return 0, err
	case err != nil:
		return -1, nil
	}
	n := 0
	for _, s := range d.Signatures {
		if s.SignatureIntegrity == xml.Intact && s.ContentIntegrity == xml.Intact {
			n++
		}
	}
	return n, nil
}

// Strip writes a copy of a document without its signatures, and without the element CKyDTu of a tax filing, which HTKK refuses to open.
// Slots of other documents stay, empty. All other octets are as they were. It returns how many signatures were left out.
func Strip(ctx context.Context, dst io.Writer, src io.ReaderAt, size int64) (int, error) {
	if dst == nil {
		return 0, badOption("dst", "nil")
	}
	in, err := open(ctx, src, size)
	if err != nil {
		return 0, err
	}
	out, n, err := in.signatures(ctx)
	if err != nil {
		return 0, err
	}
	from := int64(0)
	for _, cut := range append(out, span{in.size, in.size}) {
		if err := in.copyTo(ctx, dst, span{from, cut.start}); err != nil {
			return 0, err
		}
		from = cut.end
	}
	return n, nil
}

// signatures is what a copy without signatures lacks, and how many these are.
func (in *input) signatures(ctx context.Context) (out []span, n int, err error) {
	s := in.scan(ctx)
	within := 0 // depth of what is being left out
	for {
		s.Skim(max(within, 2))
		k, err := s.Next()
		if err != nil {
			return nil, 0, wrap(err)
		}
		switch k {
		case xmltree.EOF:
			return slices.Clip(out), n, nil
		case xmltree.Start:
			signature := s.Is(spaceDSig, "Signature")
			if signature && s.Depth() == 1 {
				return nil, 0, fail(CodeNothingLeft, nil)
			}
			if signature && (within == 0 || within == s.Depth()-1) {
				if n++; n > limits.XMLSignatures {
					return nil, 0, fail(CodeLimit, nil, "what", "signatures", "max", fmt.Sprint(limits.XMLSignatures))
				}
			}
			if within == 0 && (signature || s.Depth() == 2 && string(s.Local()) == string(CKyDTu)) {
				within = s.Depth()
				out = append(out, span{start: in.original(s, s.Offset())})
			}
		case xmltree.End:
			if within == s.Depth() {
				out[len(out)-1].end = in.original(s, s.Past())
				within = 0
			}
		}
	}
}
