package pdfobj_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/pdfobj"
)

// script writes a file piece by piece: obj notes offsets, table and stream write cross-reference sections over what is named.
type script struct {
	bytes.Buffer
	at map[int]int
}

func newScript() *script {
	s := &script{at: map[int]int{}}
	s.WriteString("%PDF-1.7\n")
	return s
}

func (s *script) obj(num int, body string) *script {
	s.at[num] = s.Len()
	fmt.Fprintf(s, "%d 0 obj\n%s\nendobj\n", num, body)
	return s
}

// table writes a section with entries for these numbers (negative: freed), and returns its offset.
func (s *script) table(prev int, nums ...int) int {
	at := s.Len()
	s.WriteString("xref\n")
	if prev < 0 {
		s.WriteString("0 1\n0000000000 65535 f \n")
	}
	for _, n := range nums {
		if n < 0 {
			fmt.Fprintf(s, "%d 1\n0000000000 00001 f \n", -n)
			continue
		}
		fmt.Fprintf(s, "%d 1\n%010d 00000 n \n", n, s.at[n])
	}
	s.WriteString("trailer\n<< /Size 20 /Root 1 0 R")
	if prev >= 0 {
		fmt.Fprintf(s, " /Prev %d", prev)
	}
	s.WriteString(" >>\n")
	return at
}

func (s *script) end(start int) *script {
	fmt.Fprintf(s, "startxref\n%d\n%%%%EOF\n", start)
	return s
}

// diff compares the last revision with the one before.
func diff(t *testing.T, doc []byte) *pdfobj.Difference {
	t.Helper()
	f, err := pdfobj.Open(bytes.NewReader(doc), int64(len(doc)), nil)
	require.NoError(t, err)
	revs, err := f.Revisions()
	require.NoError(t, err)
	require.Greater(t, len(revs), 1)
	old, err := f.At(len(revs) - 2)
	require.NoError(t, err)
	d, err := pdfobj.Diff(old, f)
	require.NoError(t, err)
	return d
}

const catalog = "<< /Type /Catalog /Pages 2 0 R >>"

// begin is a first revision with objects 1 to 4.
func begin() (*script, int) {
	s := newScript().obj(1, catalog).obj(2, "<< /Kids [3 0 R] >>").obj(3, "<< /Contents 4 0 R >>").obj(4, "<< /Length 1 >>\nstream\nx\nendstream")
	start := s.table(-1, 1, 2, 3, 4)
	s.end(start)
	return s, start
}

func TestDiff(t *testing.T) {
	refs := func(nums ...uint32) (list []pdfobj.Ref) {
		for _, n := range nums {
			list = append(list, pdfobj.Ref{Num: n})
		}
		return list
	}
	t.Run("added, changed, freed", func(t *testing.T) {
		s, prev := begin()
		s.obj(4, "<< >>").obj(5, "<< >>")
		s.end(s.table(prev, -3, 4, 5))
		d := diff(t, s.Bytes())
		require.Empty(t, d.Oddity)
		require.Equal(t, refs(5), d.Added)
		require.Equal(t, refs(4), d.Changed)
		require.Equal(t, refs(3), d.Freed)
	})
	t.Run("an entry as it was", func(t *testing.T) {
		s, prev := begin()
		s.end(s.table(prev, 4))
		d := diff(t, s.Bytes())
		require.Equal(t, pdfobj.Difference{}, *d)
	})
	t.Run("startxref before white space", func(t *testing.T) {
		s, prev := begin()
		s.obj(5, "<< >>").WriteString("\n")
		at := s.Len()
		s.end(s.table(prev, 5))
		require.Equal(t, 1, bytes.Count(s.Bytes(), []byte(fmt.Sprintf("startxref\n%d\n", at))))
		d := diff(t, bytes.Replace(s.Bytes(), []byte(fmt.Sprintf("startxref\n%d\n", at)), []byte(fmt.Sprintf("startxref\n%d\n", at-1)), 1))
		require.Empty(t, d.Oddity)
		require.Equal(t, refs(5), d.Added)
	})
	t.Run("the name of a writer", func(t *testing.T) {
		s, prev := begin()
		s.obj(5, "<< >>").end(s.table(prev, 5))
		d := diff(t, bytes.Replace(s.Bytes(), lastEnd(s.Bytes()), append([]byte("%writer-7.2\n"), lastEnd(s.Bytes())...), 1))
		require.Empty(t, d.Oddity)
		require.Equal(t, refs(5), d.Added)
		d = diff(t, bytes.Replace(s.Bytes(), lastEnd(s.Bytes()), append([]byte("%7 0 obj\n"), lastEnd(s.Bytes())...), 1))
		require.Equal(t, pdfobj.OddStray, d.Oddity)
	})
	stream := func(more string) []byte { // 7 and 8 in the object stream 6
		s, prev := begin()
		const inside = "7 0 8 5 << >> << >>"
		s.obj(6, fmt.Sprintf("<< /Type /ObjStm /N 2 /First 8 /Length %d%s >>\nstream\n%s\nendstream", len(inside), more, inside))
		at := s.Len()
		rows := []byte{1, byte(s.at[6] >> 8), byte(s.at[6]), 0, 2, 0, 6, 0, 2, 0, 6, 1}
		s.obj(9, fmt.Sprintf("<< /Type /XRef /Size 20 /Root 1 0 R /Prev %d /W [1 2 1] /Index [6 3] /Length %d >>\nstream\n%s\nendstream", prev, len(rows), rows))
		return s.end(at).Bytes()
	}
	t.Run("an object stream", func(t *testing.T) {
		d := diff(t, stream(""))
		require.Empty(t, d.Oddity)
		require.Equal(t, refs(7, 8), d.Added)
	})
	for _, c := range []struct {
		name string
		doc  func() []byte
		want pdfobj.Oddity
	}{
		{"hidden in an object stream", func() []byte {
			doc := stream("")
			return bytes.Replace(doc, []byte("7 0 8 5"), []byte("7 0 4 5"), 1)
		}, pdfobj.OddHidden},
		{"an object stream that extends another", func() []byte { return stream(" /Extends 4 0 R") }, pdfobj.OddHidden},
		{"startxref of the signed revision names another section", func() []byte {
			s, prev := begin()
			s.obj(4, "<< >>")
			evil := s.table(prev, 4)
			s.obj(5, "<< >>")
			s.end(s.table(prev, 5)) // what its signer saw
			s.obj(6, "<< >>")
			return s.end(s.table(evil, 6)).Bytes()
		}, pdfobj.OddStart},
		{"octets between objects", func() []byte {
			s, prev := begin()
			s.obj(5, "<< >>").WriteString("7 0 obj << >> endobj\n")
			return s.end(s.table(prev, 5)).Bytes()
		}, pdfobj.OddStray},
		{"a comment with an object", func() []byte {
			s, prev := begin()
			s.WriteString("% 7 0 obj << >> endobj\n")
			return s.obj(5, "<< >>").end(s.table(prev)).Bytes()
		}, pdfobj.OddStray},
		{"an object twice", func() []byte {
			s, prev := begin()
			s.obj(5, "<< /A 1 >>").obj(5, "<< /A 2 >>")
			return s.end(s.table(prev, 5)).Bytes()
		}, pdfobj.OddStray},
		{"an object inside another", func() []byte {
			s, prev := begin()
			s.obj(5, "<< /Length 30 >>\nstream\n6 0 obj\n<< /A 1 >>\nendobj     \n\nendstream")
			s.at[6] = s.at[5] + strings.Index(s.String()[s.at[5]:], "6 0 obj")
			return s.end(s.table(prev, 5, 6)).Bytes()
		}, pdfobj.OddOverlap},
		{"two entries for an object", func() []byte {
			s, prev := begin()
			s.obj(5, "<< >>")
			return s.end(s.table(prev, 5, 5)).Bytes()
		}, pdfobj.OddEntries},
		{"an entry that leads to signed octets", func() []byte {
			s, prev := begin()
			s.at[4] = s.at[2]
			return s.end(s.table(prev, 4)).Bytes()
		}, pdfobj.OddBackward},
		{"something behind the end", func() []byte {
			s, prev := begin()
			s.obj(5, "<< >>").end(s.table(prev, 5))
			s.WriteString("x")
			return s.Bytes()
		}, pdfobj.OddStray},
		{"objects behind the section", func() []byte {
			s, prev := begin()
			start := s.Len()
			body := fmt.Sprintf("xref\n5 1\n%010d 00000 n \ntrailer\n<< /Size 20 /Root 1 0 R /Prev %d >>\n", 0, prev)
			s.at[5] = start + len(body)
			s.table(prev, 5)
			return s.obj(5, "<< >>").end(start).Bytes()
		}, pdfobj.OddSections},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, diff(t, c.doc()).Oddity)
		})
	}
}

func TestEach(t *testing.T) {
	s, _ := begin()
	f, err := pdfobj.Open(bytes.NewReader(s.Bytes()), int64(s.Len()), nil)
	require.NoError(t, err)
	var seen []uint32
	require.NoError(t, f.Each(func(ref pdfobj.Ref, _ pdfobj.Object) error { seen = append(seen, ref.Num); return nil }))
	require.Equal(t, []uint32{1, 2, 3, 4}, seen)
	stop := errors.New("stop")
	require.ErrorIs(t, f.Each(func(pdfobj.Ref, pdfobj.Object) error { return stop }), stop)
}

func TestEqual(t *testing.T) {
	d := func(n int64) *pdfobj.Dict {
		return pdfobj.NewDict(2).Set("A", n).Set("B", pdfobj.Array{pdfobj.Name("x"), pdfobj.Ref{Num: 3}})
	}
	require.True(t, pdfobj.Equal(d(1), pdfobj.NewDict(2).Set("B", pdfobj.Array{pdfobj.Name("x"), pdfobj.Ref{Num: 3}}).Set("A", int64(1)).Set("C", nil)))
	require.False(t, pdfobj.Equal(d(1), d(2)))
	require.False(t, pdfobj.Equal(pdfobj.Name("x"), pdfobj.String("x")))
	require.False(t, pdfobj.Equal(pdfobj.Array{}, nil))
	require.False(t, pdfobj.Equal(nil, pdfobj.Array{}))
	require.False(t, pdfobj.Equal(&pdfobj.Stream{}, &pdfobj.Stream{}))
	require.True(t, pdfobj.Equal(nil, nil))
}

// lastEnd is the document from its last startxref on.
func lastEnd(doc []byte) []byte { return bytes.Clone(doc[bytes.LastIndex(doc, []byte("startxref")):]) }
