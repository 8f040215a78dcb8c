package pdfobj

import (
	"crypto/sha256"
	"slices"
	"strconv"

	"github.com/kyso-dev/kyso/internal/limits"
)

// Update is an incremental update (7.5.6): objects that are added to a file or take the place of others, and the cross-reference
// section for them. Nothing that is in the file already is touched. It is not safe for concurrent use.
type Update struct {
	f       *File
	next    uint32
	objects []pending
	trailer []entry
	id      []byte
}

type pending struct {
	ref    Ref
	object Object
	offset int64
}

// NewUpdate begins an update of the file.
func (f *File) NewUpdate() *Update {
	return &Update{f: f, next: f.Size(), objects: make([]pending, 0, 8)}
}

// Alloc is the reference of a new object. An object that is allocated and not set is null.
func (u *Update) Alloc() Ref {
	ref := Ref{Num: u.next}
	u.next++
	return ref
}

// Set makes obj the value of ref, which may be new ([Update.Alloc]) or one of the file. Later calls take the place of earlier ones.
func (u *Update) Set(ref Ref, obj Object) {
	for i := range u.objects {
		if u.objects[i].ref.Num == ref.Num {
			u.objects[i] = pending{ref: ref, object: obj}
			return
		}
	}
	u.objects = append(u.objects, pending{ref: ref, object: obj})
}

// Get is the value of ref with the update applied.
func (u *Update) Get(ref Ref) (Object, error) {
	for i := range u.objects {
		if u.objects[i].ref == ref {
			return u.objects[i].object, nil
		}
	}
	return u.f.Get(ref)
}

// SetTrailer sets an entry of the new trailer, such as Root; nil leaves it out. All other entries are those of the old one.
func (u *Update) SetTrailer(key Name, value Object) {
	for i := range u.trailer {
		if u.trailer[i].key == key {
			u.trailer[i].value = value
			return
		}
	}
	u.trailer = append(u.trailer, entry{key, value})
}

// SetID sets the second file identifier (14.4). Without it one is made from the old identifiers, the size of the file and the
// objects of the update, so that the same update gives the same octets.
func (u *Update) SetID(id []byte) { u.id = id }

// Build writes the update. It is in the style of the newest section: a table after a table or a hybrid section, a stream after a
// stream. Where the cross-references of the file were of no use ([File.Repaired]) the new section lists every object and has no
// /Prev, so that readers need not repair the file any more; where objects are malformed or cut off as well, readers will differ on what the
// document says, and the update is refused with [CodeDoubtful].
func (u *Update) Build() (*Appendix, error) {
	f := u.f
	if f.view {
		return nil, fail(CodeUpdate, nil, "reason", "an old revision cannot be extended")
	}
	if f.doubtful {
		return nil, fail(CodeDoubtful, nil)
	}
	for _, o := range u.objects {
		if o.ref.Num == 0 || o.ref.Num >= u.next && o.ref.Num >= f.Size() {
			return nil, fail(CodeUpdate, nil, "reason", "an object number that was not allocated")
		}
	}
	slices.SortFunc(u.objects, func(a, b pending) int { return int(int64(a.ref.Num) - int64(b.ref.Num)) })
	w := &writer{b: make([]byte, 0, u.estimate())}
	if err := u.lineEnd(w); err != nil {
		return nil, err
	}
	for i := range u.objects {
		o := &u.objects[i]
		o.offset = f.in.size + int64(len(w.b)) - f.in.header
		w.indirect(f, o.ref, o.object)
	}
	if w.err != nil {
		return nil, w.err
	}
	id, err := u.identifiers(w)
	if err != nil {
		return nil, err
	}
	full := f.repaired
	x := xrefWriter{u: u, w: w, id: id, start: f.in.size + int64(len(w.b)) - f.in.header}
	if full {
		err = x.collectAll()
	} else {
		err = x.collect()
	}
	if err != nil {
		return nil, err
	}
	if x.stream {
		x.writeStream(full)
	} else {
		x.writeTable(full)
	}
	w.string("startxref\n")
	w.int(x.start)
	w.string("\n%%EOF\n")
	if w.err != nil {
		return nil, w.err
	}
	if u.next > limits.PDFObjectNumber {
		return nil, failLimit("object numbers", limits.PDFObjectNumber)
	}
	return &Appendix{Offset: f.in.size, Bytes: w.b, StartXref: x.start + f.in.header, marks: w.marks}, nil
}

// estimate is the room that the update will take, roughly, so that the buffer seldom grows.
func (u *Update) estimate() int {
	n := 1024
	for _, o := range u.objects {
		n += 512
		switch o := o.object.(type) {
		case *Dict:
			for _, e := range o.entries {
				if p, ok := e.value.(*Placeholder); ok {
					n += p.width
				}
			}
		case *Stream:
			n += len(o.Data)
		}
	}
	return n
}

// lineEnd begins a new line where the file does not end with one.
func (u *Update) lineEnd(w *writer) error {
	b, err := u.f.in.at(u.f.in.size-1, 1)
	if err != nil {
		return err
	}
	if b[0] != '\n' && b[0] != '\r' {
		w.b = append(w.b, '\n')
	}
	return nil
}

// identifiers makes the new /ID: the first one stays, the second is new (14.4).
func (u *Update) identifiers(w *writer) (Array, error) {
	f := u.f
	old, _, err := f.LookupArray(f.trailer, "ID")
	if err != nil {
		old = nil // an /ID that cannot be read is no reason to refuse
	}
	var ids [2]String
	for i := range min(len(old), 2) {
		o, err := f.Resolve(old[i])
		if s, ok := o.(String); ok && err == nil {
			ids[i] = s
		}
	}
	second := u.id
	if second == nil {
		h := sha256.New()
		head := make([]byte, 0, 128)
		head = append(head, ids[0]...)
		head = append(head, ids[1]...)
		head = strconv.AppendInt(head, f.in.size, 10)
		h.Write(head)
		from := 0
		for _, m := range w.marks {
			h.Write(w.b[from:m.start]) // placeholders are long and all the same
			from = m.start + m.p.width
		}
		h.Write(w.b[from:])
		second = h.Sum(head[:0])[:16]
	}
	first := ids[0]
	if first == "" {
		first = String(second)
	}
	return Array{first, String(second)}, nil
}
