package pdfobj

import (
	"bytes"
	"encoding/ascii85"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/kyso-dev/kyso/internal/finding"
)

// decodeAs decodes data as the value of a stream with the dictionary entries given.
func decodeAs(t testing.TB, dict, data string, maxLen int64) ([]byte, error) {
	t.Helper()
	b := newBuilder()
	b.minimal()
	b.stream(6, dict, data)
	b.table(7, "/Root 1 0 R")
	f := open(t, b.Bytes())
	o, err := f.Get(Ref{Num: 6})
	if err != nil {
		t.Fatal(err)
	}
	return f.StreamData(o.(*Stream), maxLen)
}

func mustCode(t testing.TB, err error, code finding.Code) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Code() != string(code) {
		t.Errorf("error %v, want code %s", err, code)
	}
}

// lzwEncode is the plain encoder of 7.4.4.2.
func lzwEncode(data []byte, early int) string {
	var out bytes.Buffer
	bits, have, width := 0, 0, 9
	put := func(code int) {
		bits = bits<<width | code
		for have += width; have >= 8; have -= 8 {
			out.WriteByte(byte(bits >> (have - 8)))
		}
		bits &= 1<<have - 1
	}
	table := map[string]int{}
	reset := func() {
		clear(table)
		for i := range 256 {
			table[string([]byte{byte(i)})] = i
		}
		width = 9
	}
	put(256)
	reset()
	next, s := 258, ""
	for _, c := range data {
		if _, ok := table[s+string([]byte{c})]; ok {
			s += string([]byte{c})
			continue
		}
		put(table[s])
		table[s+string([]byte{c})] = next
		next++
		if next+early > 1<<width {
			width++
		}
		if next == 4094 {
			put(256)
			reset()
			next = 258
		}
		s = string([]byte{c})
	}
	put(table[s])
	if next++; next+early > 1<<width {
		width++
	}
	put(257)
	width = 8
	put(0)
	return out.String()
}

func TestFilters(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	long := make([]byte, 60_000)
	for i := range long {
		long[i] = byte(r.IntN(4)) * byte(r.IntN(3))
	}
	var a85 bytes.Buffer
	w := ascii85.NewEncoder(&a85)
	_, _ = w.Write(long[:10_001])
	_ = w.Close()
	for _, c := range []struct{ name, dict, data, want string }{
		{"none", "", "plain", "plain"},
		{"flate", "/Filter/FlateDecode", deflate("some text"), "some text"},
		{"flate in an array", "/Filter[/FlateDecode]/DecodeParms[null]", deflate("some text"), "some text"},
		{"flate, cut off", "/Filter/FlateDecode", deflate("some text")[:13], "some text"},
		{"flate, wrong check sum", "/Filter/FlateDecode", deflate("some text")[:len(deflate("some text"))-1] + "\x00", "some text"},
		{"flate, empty", "/Filter/FlateDecode", "", ""},
		{"hex", "/Filter/ASCIIHexDecode", "70 6C6\n16a7>junk", "plaj\x70"[:4] + "p"},
		{"hex, odd", "/Filter/AHx", "707>", "pp"},
		{"hex, no end", "/Filter/AHx", "7070", "pp"},
		{"85", "/Filter/ASCII85Decode", "87cURD]i,\"Ebo80~>", "Hello World!"},
		{"85, z", "/Filter/A85", "z!!~>", "\x00\x00\x00\x00\x00"},
		{"85, long", "/Filter/A85", a85.String() + "~>", string(long[:10_001])},
		{"run length", "/Filter/RunLengthDecode", "\x02abc\xfdx\x00y\x80junk", "abcxxxxy"},
		{"LZW of the standard", "/Filter/LZWDecode", "\x80\x0b\x60\x50\x22\x0c\x0c\x85\x01", "-----A---B"},
		{"LZW, long", "/Filter/LZWDecode", lzwEncode(long, 1), string(long)},
		{"LZW, long, late", "/Filter/LZWDecode/DecodeParms<</EarlyChange 0>>", lzwEncode(long, 0), string(long)},
		{"chain", "/Filter[/ASCIIHexDecode/FlateDecode/A85]", hex.EncodeToString([]byte(deflate("87cURD]i,\"Ebo80~>"))) + ">", "Hello World!"},
		{"flate twice", "/Filter[/FlateDecode/Fl]", deflate(deflate("twice")), "twice"},
		{"identity", "/Filter[/Crypt/FlateDecode]/DecodeParms[<</Name/Identity>>null]", deflate("clear"), "clear"},
	} {
		got, err := decodeAs(t, c.dict, c.data, 0)
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %.60q %v", c.name, got, err)
		}
	}
	for _, c := range []struct{ name, dict, data string }{
		{"an image", "/Filter/DCTDecode", "x"}, {"unknown", "/Filter/NoSuch", "x"}, {"no name", "/Filter 12", "x"},
		{"flate garbage", "/Filter/FlateDecode", "garbage, surely"}, {"flate broken inside", "/Filter/FlateDecode", "\x78\x9c\xff\xff\xff\xff\xff"},
		{"encrypted", "/Filter/Crypt/DecodeParms<</Name/StdCF>>", "x"}, {"LZW outside the table", "/Filter/LZW", "\x80\x7f\xff\xff\xff"},
		{"predictor 3", "/Filter/Fl/DecodeParms<</Predictor 3>>", deflate("x")}, {"bits 3", "/Filter/Fl/DecodeParms<</Predictor 12/BitsPerComponent 3>>", deflate("x")},
	} {
		_, err := decodeAs(t, c.dict, c.data, 0)
		t.Run(c.name, func(t *testing.T) { mustCode(t, err, CodeFilter) })
	}
}

// pngEncode filters rows with every PNG filter in turn (RFC 2083, 6).
func pngEncode(data []byte, row, pixel int) []byte {
	var out []byte
	above := make([]byte, row)
	for n := 0; len(data) > 0; n++ {
		cur := data[:row]
		data = data[row:]
		tag := n % 5
		out = append(out, byte(tag))
		for i, c := range cur {
			var left, corner byte
			if i >= pixel {
				left, corner = cur[i-pixel], above[i-pixel]
			}
			switch tag {
			case 1:
				c -= left
			case 2:
				c -= above[i]
			case 3:
				c -= byte((int(left) + int(above[i])) / 2)
			case 4:
				c -= paethReference(left, above[i], corner)
			}
			out = append(out, c)
		}
		above = cur
	}
	return out
}

func paethReference(a, b, c byte) byte {
	p := int(a) + int(b) - int(c)
	pa, pb, pc := abs(int64(p-int(a))), abs(int64(p-int(b))), abs(int64(p-int(c)))
	if pa <= pb && pa <= pc {
		return a
	}
	if pb <= pc {
		return b
	}
	return c
}

// tiffEncode takes differences between samples, sample by sample, of any width.
func tiffEncode(data []byte, row, colors, bits, columns int) []byte {
	out := bytes.Clone(data)
	sample := func(b []byte, i int) (v int) {
		for k := range bits {
			bit := i*bits + k
			v = v<<1 | int(b[bit/8]>>(7-bit%8)&1)
		}
		return v
	}
	put := func(b []byte, i, v int) {
		for k := range bits {
			bit := i*bits + k
			b[bit/8] &^= 1 << (7 - bit%8)
			b[bit/8] |= byte(v>>(bits-1-k)&1) << (7 - bit%8)
		}
	}
	for at := 0; at < len(data); at += row {
		for i := colors*columns - 1; i >= colors; i-- {
			put(out[at:], i, sample(data[at:], i)-sample(data[at:], i-colors))
		}
	}
	return out
}

func TestPredictors(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, colors := range []int{1, 3, 4} {
		for _, bits := range []int{1, 2, 4, 8, 16} {
			const columns = 13
			row, pixel := (colors*bits*columns+7)/8, (colors*bits+7)/8
			data := make([]byte, 23*row)
			for i := range data {
				data[i] = byte(r.Uint32())
			}
			parms := fmt.Sprintf("/Filter/FlateDecode/DecodeParms<</Colors %d/BitsPerComponent %d/Columns %d/Predictor ", colors, bits, columns)
			got, err := decodeAs(t, parms+"12>>", deflate(string(pngEncode(data, row, pixel))), 0)
			if err != nil || !bytes.Equal(got, data) {
				t.Errorf("PNG, %d colours of %d bits: %v", colors, bits, err)
			}
			got, err = decodeAs(t, parms+"2>>", deflate(string(tiffEncode(data, row, colors, bits, columns))), 0)
			if err != nil || !bytes.Equal(got, data) {
				t.Errorf("TIFF, %d colours of %d bits: %v", colors, bits, err)
			}
		}
	}
	got, err := decodeAs(t, "/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 4>>", deflate("\x02abcd\x02\x01\x01"), 0)
	if err != nil || string(got) != "abcdbc" {
		t.Errorf("a last row that is cut off: %q %v", got, err)
	}
}

func TestP15Bombs(t *testing.T) {
	bomb := deflate(strings.Repeat("\x00", 8<<20))
	if got, err := decodeAs(t, "/Filter/FlateDecode", bomb, 0); err != nil || len(got) != 8<<20 {
		t.Errorf("the twin, within its limit: %d %v", len(got), err)
	}
	for _, c := range []struct{ name, dict, data string }{
		{"deflate", "/Filter/FlateDecode", bomb},
		{"deflate in deflate", "/Filter[/FlateDecode/FlateDecode]", deflate(bomb)},
		{"white space between two filters", "/Filter[/FlateDecode/ASCIIHexDecode]", deflate(strings.Repeat(" ", 16<<20))},
		{"run length", "/Filter[/FlateDecode/RunLengthDecode]", deflate(strings.Repeat("\x81x", 1<<16))},
		{"many filters", "/Filter[" + strings.Repeat("/FlateDecode", 9) + "]", bomb},
		{"wide row", "/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 1048576/Colors 32/BitsPerComponent 16>>", bomb},
	} {
		_, err := decodeAs(t, c.dict, c.data, 1<<20)
		t.Run(c.name, func(t *testing.T) { mustCode(t, err, CodeLimit) })
	}
	for _, parms := range []string{"/Columns 999999999999999999", "/Columns 2147483647/Colors 2147483647", "/Columns -1", "/Colors 0", "/Columns 0"} {
		_, err := decodeAs(t, "/Filter/FlateDecode/DecodeParms<</Predictor 12"+parms+">>", bomb, 1<<20)
		t.Run("predictor overflow "+parms, func(t *testing.T) { mustCode(t, err, CodeFilter) })
	}
}
