package pdf_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/pdf"
)

// TestBrokenTrailerIsNotBuiltUpon: a document without cross-references whose trailer readers take apart differently (one of them
// finds /Encrypt in it, another does not) is refused. Its twin with a sound trailer is signed.
func TestBrokenTrailerIsNotBuiltUpon(t *testing.T) {
	pki, _ := testpki.Start(t)
	sign := func(doc []byte) ([]byte, error) {
		var out bytes.Buffer
		err := pdf.Sign(t.Context(), &out, bytes.NewReader(doc), int64(len(doc)), pki.Signer("ec"), nil)
		return out.Bytes(), err
	}
	for _, trailer := range []string{
		"<< /Root 1 0 R /Size /ID [<00> <00>] /Encrypt 5 0 R >>", // the value of /Size is missing
		"<< /Root 1 0 R /Size 4 /Root 9 0 R >>",                  // a key that comes twice
	} {
		out, err := sign(withTrailer(trailer))
		var refused *pdf.Error
		if !errors.As(err, &refused) || len(out) != 0 {
			t.Errorf("%s: %v, %d octets", trailer, err, len(out))
		}
	}
	out, err := sign(withTrailer("<< /Root 1 0 R /Size 4 >>"))
	if err != nil {
		t.Fatal(err)
	}
	read, err := pdf.Read(t.Context(), bytes.NewReader(out), int64(len(out)), nil)
	if err != nil || len(read.Signatures) != 1 || read.Signatures[0].Extent != pdf.Whole {
		t.Errorf("the twin: %v, %+v", err, read)
	}
}

// TestEncryptBehindALostObject: the encryption dictionary that the trailer names is not there, for us. It may be for other readers.
func TestEncryptBehindALostObject(t *testing.T) {
	pki, _ := testpki.Start(t)
	for encrypt, refused := range map[string]bool{"9 0 R": true, "null": false} {
		doc := withTrailer("<< /Root 1 0 R /Size 4 /Encrypt " + encrypt + " >>")
		err := pdf.Sign(t.Context(), io.Discard, bytes.NewReader(doc), int64(len(doc)), pki.Signer("ec"), nil)
		var e *pdf.Error
		if refused != (errors.As(err, &e) && e.Code() == string(pdf.CodeEncrypted)) || !refused && err != nil {
			t.Errorf("/Encrypt %s: %v", encrypt, err)
		}
	}
}

// withTrailer is a page without cross-references, with the trailer given.
func withTrailer(trailer string) []byte {
	return []byte("%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n" +
		"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n" +
		"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 144] >>\nendobj\n" +
		"trailer\n" + trailer + "\nstartxref\n7\n%%EOF\n")
}
