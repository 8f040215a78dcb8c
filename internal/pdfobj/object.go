package pdfobj

import (
	"iter"
	"slices"
	"strconv"
)

// Object is one PDF object: nil (null), bool, int64, float64, [Name], [String], [Array], *[Dict], [Ref] or *[Stream]; and, only
// where an [Update] is built, *[Placeholder] or [Raw]. Objects that a [File] hands out are shared: treat them as read-only and
// change a clone ([Dict.Clone], [slices.Clone]).
type Object any

// Name is a name without its slash, with #xx escapes decoded (7.3.5).
type Name string

// String is the octets of a string, literal or hexadecimal, after unescaping (7.3.4).
type String string

// Array is an array (7.3.6).
type Array []Object

// Raw is written into an update as it stands. It must be one well-formed object.
type Raw string

// Ref names an indirect object (7.3.10). The zero value names none.
type Ref struct {
	Num uint32 // object number, from 1
	Gen uint16 // generation
}

// IsZero reports whether r names no object.
func (r Ref) IsZero() bool { return r.Num == 0 }

// String is the reference as PDF writes it: "12 0 R".
func (r Ref) String() string {
	return strconv.FormatUint(uint64(r.Num), 10) + " " + strconv.FormatUint(uint64(r.Gen), 10) + " R"
}

// Dict is a dictionary in the order of the file (7.3.7). A null value is the same as no entry. Where the file gives a key twice
// the last value counts and [Dict.Repeated] is true: readers differ on such files, so a verifier should not trust them blindly.
// The zero value is an empty dictionary; a nil *Dict may be read.
type Dict struct {
	entries  []entry
	repeated bool
}

type entry struct {
	key   Name
	value Object
}

// NewDict makes a dictionary with room for n entries.
func NewDict(n int) *Dict { return &Dict{entries: make([]entry, 0, n)} }

// Get is the value of key, nil when there is none.
func (d *Dict) Get(key Name) Object {
	if d == nil {
		return nil
	}
	for i := range d.entries {
		if d.entries[i].key == key {
			return d.entries[i].value
		}
	}
	return nil
}

// Has reports whether key has a value other than null.
func (d *Dict) Has(key Name) bool { return d.Get(key) != nil }

// Set gives key a value: in place when it is there, else at the end. It returns d, so that calls can be chained.
func (d *Dict) Set(key Name, value Object) *Dict {
	for i := range d.entries {
		if d.entries[i].key == key {
			d.entries[i].value = value
			return d
		}
	}
	d.entries = append(d.entries, entry{key, value})
	return d
}

// Delete removes key.
func (d *Dict) Delete(key Name) {
	d.entries = slices.DeleteFunc(d.entries, func(e entry) bool { return e.key == key })
}

// Len is the number of entries.
func (d *Dict) Len() int {
	if d == nil {
		return 0
	}
	return len(d.entries)
}

// All goes through the entries in the order of the file.
func (d *Dict) All() iter.Seq2[Name, Object] {
	return func(yield func(Name, Object) bool) {
		if d == nil {
			return
		}
		for _, e := range d.entries {
			if !yield(e.key, e.value) {
				return
			}
		}
	}
}

// Clone is a copy of which the entries can be changed; the values are shared.
func (d *Dict) Clone() *Dict {
	if d == nil {
		return &Dict{}
	}
	c := &Dict{entries: make([]entry, len(d.entries), len(d.entries)+4), repeated: d.repeated}
	copy(c.entries, d.entries)
	return c
}

// Repeated reports whether the file gave a key of this dictionary more than once.
func (d *Dict) Repeated() bool { return d != nil && d.repeated }

// Stream is a stream object (7.3.8). One that was read refers to its data in the file ([File.StreamData], [File.StreamReader]);
// to write a new one set Dict and Data, and the /Length is written for you.
type Stream struct {
	Dict *Dict
	Data []byte // of a new stream, encoded as Dict's /Filter says; nil when the data is in the file

	ref    Ref
	offset int64 // first octet of the data in the file
	length int64 // -1: not looked up yet
}

// Offset is where the data of a stream that was read begins in the file.
func (s *Stream) Offset() int64 { return s.offset }
