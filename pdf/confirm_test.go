package pdf_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/kyso-dev/kyso/internal/demodoc"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/pdf"
)

// TestDamageIsSignedSoundlyOrRefused takes delimiters and keywords out of a sound document, one at a time and in chosen
// handfuls. Whatever is left is either signed, so that the signature is found again and covers everything, or refused with nothing
// written.
func TestDamageIsSignedSoundlyOrRefused(t *testing.T) {
	pki, _ := testpki.Start(t)
	s := newReady(pki)
	sound := demodoc.PDF("to be damaged")
	var spots [][2]int // where something can be taken out: from, to
	for _, token := range []string{"<<", ">>", "[", "]", "(", ")", "endobj", "obj", "/", "R", "trailer", "startxref", "0"} {
		for at := 0; ; at += len(token) {
			i := bytes.Index(sound[at:], []byte(token))
			if i < 0 {
				break
			}
			at += i
			spots = append(spots, [2]int{at, at + len(token)})
		}
	}
	signed, refused := 0, 0
	try := func(out [][2]int, fill []byte) { // fill takes the place of each octet taken out: a blank keeps all offsets right
		doc := bytes.Clone(sound)
		for _, spot := range out {
			for i := spot[0]; i < spot[1]; i++ {
				doc[i] = 0
			}
		}
		doc = bytes.ReplaceAll(doc, []byte{0}, fill)
		var dst bytes.Buffer
		err := pdf.Sign(t.Context(), &dst, bytes.NewReader(doc), int64(len(doc)), s, &pdf.Options{InsecureSkipCheck: true})
		if err != nil {
			var e *pdf.Error
			if !errors.As(err, &e) || dst.Len() != 0 {
				t.Errorf("%v, %d octets written, of\n%s", err, dst.Len(), doc)
			}
			refused++
			return
		}
		signed++
		read, err := pdf.Read(t.Context(), bytes.NewReader(dst.Bytes()), int64(dst.Len()), nil)
		if err != nil || len(read.Signatures) != 1 || read.Signatures[0].Extent != pdf.Whole || read.Signatures[0].CMS.ContentIntegrity != "intact" {
			t.Errorf("signed, and not found again (%v):\n%s", err, doc)
		}
	}
	for _, spot := range spots {
		try([][2]int{spot}, []byte(" "))
		try([][2]int{spot}, nil)
	}
	chosen := rand.New(rand.NewPCG(1, 2)) // the same handfuls every time
	for range 4000 {
		handful := make([][2]int, 2+chosen.IntN(3))
		for i := range handful {
			handful[i] = spots[chosen.IntN(len(spots))]
		}
		try(handful, []byte(" "))
		try(handful, nil)
	}
	t.Logf("%d signed, %d refused", signed, refused)
	if signed == 0 || refused == 0 {
		t.Error("nothing was tried")
	}
}
