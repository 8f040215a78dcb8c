package pdf

import (
	"bytes"
	"crypto"
	"testing"

	"github.com/stretchr/testify/require"
)

// counted counts the octets that are read.
type counted struct {
	*bytes.Reader
	n int64
}

func (c *counted) ReadAt(b []byte, off int64) (int, error) {
	n, err := c.Reader.ReadAt(b, off)
	c.n += int64(n)
	return n, err
}

func TestDigestRangesInOnePass(t *testing.T) {
	data := make([]byte, 3_000_000)
	for i := range data {
		data[i] = byte(i*7 + i>>9)
	}
	src := &counted{Reader: bytes.NewReader(data)}
	var jobs []*digestJob
	for i := range 50 { // as in a co-signed file: each range goes a little further
		gap := int64(2_000_000 + i*10_000)
		jobs = append(jobs, &digestJob{span: span{gap, gap + 4000, gap + 5000}, hash: crypto.SHA256})
	}
	jobs = append(jobs, &digestJob{span: jobs[7].span, hash: crypto.SHA512}, &digestJob{span: span{10, 20, 3_000_000}, hash: crypto.SHA384})
	want := make([][]byte, len(jobs))
	list := append([]*digestJob(nil), jobs...)
	for i, j := range jobs {
		h := j.hash.New()
		h.Write(data[:j.span.gap])
		h.Write(data[j.span.tail:j.span.end])
		want[i] = h.Sum(nil)
	}
	var done, total int64
	require.NoError(t, digestRanges(t.Context(), src, int64(len(data)), list, func(d, all int64) { done, total = d, all }))
	for i, j := range jobs {
		require.Equal(t, want[i], j.digest, i)
	}
	require.Equal(t, total, done)
	require.Equal(t, total, src.n)
	require.Less(t, src.n, int64(6_000_000), "the beginning is read once")
	require.NoError(t, digestRanges(t.Context(), src, 1, nil, nil))
}

func TestDigestRangesAreBounded(t *testing.T) {
	const size = 1 << 30
	var jobs []*digestJob
	for i := range int64(5000) {
		jobs = append(jobs, &digestJob{span: span{100 + 10*i, 105 + 10*i, size}, hash: crypto.SHA256})
	}
	err := digestRanges(t.Context(), bytes.NewReader(nil), size, jobs, nil)
	var e *Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, string(CodeLimit), e.Code())
}
