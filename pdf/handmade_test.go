package pdf_test

import (
	"bytes"
	"crypto"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// handmade adds a signature dictionary to a document as some other program might: object 10 is the dictionary, object 11 the field,
// object 1 the catalog. entries are what the dictionary has besides /ByteRange and /Contents; value makes what goes into /Contents
// from the octets that are signed.
func handmade(t testing.TB, doc []byte, entries string, value func(signed []byte) []byte) []byte {
	t.Helper()
	const room = 9000
	dict := "<< " + entries + " /ByteRange [0 " + strings.Repeat(" ", 32) + "] /Contents <" + strings.Repeat("0", 2*room) + "> >>"
	out := update(doc, 1, map[int]string{
		1:  "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [11 0 R] /SigFlags 3 >> >>",
		3:  strings.Replace(pagePlain, "/Parent", "/Annots [11 0 R] /Parent", 1),
		10: dict,
		11: "<< /FT /Sig /T (Hand) /V 10 0 R /Type /Annot /Subtype /Widget /Rect [0 0 0 0] /F 132 /P 3 0 R >>",
	})
	gap, tail := hole(t, out, len(doc))
	setByteRange(t, out, len(doc), fmt.Sprintf("0 %d %d %d", gap, tail, len(out)-tail))
	fillContents(t, out, len(doc), value(signedOctets(out, gap, tail)))
	return out
}

// hole is where the last /Contents behind an offset lies, brackets included.
func hole(t testing.TB, doc []byte, from int) (gap, tail int) {
	t.Helper()
	i := bytes.LastIndex(doc, []byte("/Contents <"))
	require.GreaterOrEqual(t, i, from)
	gap = i + len("/Contents ")
	end := bytes.IndexByte(doc[gap:], '>')
	require.Positive(t, end)
	return gap, gap + end + 1
}

func signedOctets(doc []byte, gap, tail int) []byte {
	return append(bytes.Clone(doc[:gap]), doc[tail:]...)
}

// setByteRange overwrites the numbers of the last ByteRange behind an offset, in their place.
func setByteRange(t testing.TB, doc []byte, from int, numbers string) {
	t.Helper()
	i := bytes.LastIndex(doc, []byte("/ByteRange ["))
	require.GreaterOrEqual(t, i, from)
	i += len("/ByteRange [")
	end := bytes.IndexByte(doc[i:], ']')
	for doc[i+end+1] == ' ' { // padding behind the bracket may be used too
		doc[i+end], doc[i+end+1] = ' ', ']'
		end++
	}
	require.LessOrEqual(t, len(numbers), end)
	copy(doc[i:i+end], numbers+strings.Repeat(" ", end-len(numbers)))
}

// fillContents puts a value into the last /Contents, which no signature of it covers.
func fillContents(t testing.TB, doc []byte, from int, value []byte) {
	t.Helper()
	gap, tail := hole(t, doc, from)
	digits := tail - gap - 2
	text := strings.ToUpper(hex.EncodeToString(value))
	require.LessOrEqual(t, len(text), digits)
	copy(doc[gap+1:], text+strings.Repeat("0", digits-len(text)))
}

// contentsOf is the value of the last /Contents.
func contentsOf(t testing.TB, doc []byte) []byte {
	t.Helper()
	gap, tail := hole(t, doc, 0)
	b, err := hex.DecodeString(string(doc[gap+1 : tail-1]))
	require.NoError(t, err)
	return b
}

func sum(h crypto.Hash, data []byte) []byte {
	d := h.New()
	d.Write(data)
	return d.Sum(nil)
}
