// Package demodoc makes the small documents that examples, the bench command and the benchmarks sign: a PDF of one page with a few
// lines of text, and as much padding as one asks for.
package demodoc

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"
)

// PDF is a PDF 1.7 file of one page that shows the lines given. Letters outside Latin-1 become "?", since the standard fonts lack
// them; parentheses and backslashes are escaped.
func PDF(lines ...string) []byte {
	var b bytes.Buffer
	_ = WritePDF(&b, 0, lines...) // a bytes.Buffer takes everything
	return b.Bytes()
}

// WritePDF writes such a file with a stream of padding octets that no page uses. The padding does not repeat over any short
// distance, so that nothing compresses it away on the road.
func WritePDF(w io.Writer, padding int64, lines ...string) error {
	out := &counter{w: bufio.NewWriterSize(w, 1<<20)}
	var offsets []int64
	object := func(body string) {
		offsets = append(offsets, out.n)
		fmt.Fprintf(out, "%d 0 obj\n%s\nendobj\n", len(offsets), body)
	}
	io.WriteString(out, "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	object("<< /Type /Catalog /Pages 2 0 R >>")
	object("<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
	object("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 5 0 R >> >> /Contents 4 0 R >>")
	text := content(lines)
	object(fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(text), text))
	object("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
	if padding > 0 {
		offsets = append(offsets, out.n)
		fmt.Fprintf(out, "%d 0 obj\n<< /Length %d >>\nstream\n", len(offsets), padding)
		pad(out, padding)
		io.WriteString(out, "\nendstream\nendobj\n")
	}
	xref := out.n
	fmt.Fprintf(out, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, offset := range offsets {
		fmt.Fprintf(out, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(out, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, xref)
	if out.err != nil {
		return out.err
	}
	return out.w.Flush()
}

func content(lines []string) string {
	var b strings.Builder
	b.WriteString("BT /F1 14 Tf 72 770 Td 20 TL\n")
	for _, line := range lines {
		b.WriteByte('(')
		for _, r := range line {
			switch {
			case r == '(' || r == ')' || r == '\\':
				b.WriteByte('\\')
				b.WriteByte(byte(r))
			case r >= 0x20 && r < 0x7f || r >= 0xa0 && r < 0x100:
				b.WriteByte(byte(r))
			default:
				b.WriteByte('?')
			}
		}
		b.WriteString(") Tj T*\n")
	}
	b.WriteString("ET")
	return b.String()
}

// pad writes n octets of a xorshift sequence: cheap, and the same every time.
func pad(w io.Writer, n int64) {
	block := make([]byte, 64<<10)
	x := uint64(0x9E3779B97F4A7C15)
	for n > 0 {
		for i := range block {
			x ^= x << 13
			x ^= x >> 7
			x ^= x << 17
			block[i] = byte(x >> 32)
		}
		part := block[:min(n, int64(len(block)))]
		if _, err := w.Write(part); err != nil {
			return
		}
		n -= int64(len(part))
	}
}

// counter knows the offset of the next octet, and keeps the first error.
type counter struct {
	w   *bufio.Writer
	n   int64
	err error
}

func (c *counter) Write(p []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	n, err := c.w.Write(p)
	c.n += int64(n)
	c.err = err
	return n, err
}
