package xml

import (
	"bytes"
	"context"
	"encoding/hex"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/signer"
)

var thePKI = sync.OnceValue(func() *testpki.PKI {
	p, err := testpki.New(nil)
	if err != nil {
		panic(err)
	}
	return p
})

// sign signs a document and returns the result.
func sign(t testing.TB, doc []byte, s signer.Signer, opts *Options) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := Sign(context.Background(), &out, bytes.NewReader(doc), int64(len(doc)), s, opts); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// intact checks that every signature of a document is.
func intact(t testing.TB, doc []byte, opts *ReadOptions, n int) *Document {
	t.Helper()
	d := read(t, doc, opts)
	if len(d.Signatures) != n {
		t.Fatalf("%d signatures, want %d\n%s", len(d.Signatures), n, doc)
	}
	for _, s := range d.Signatures {
		if s.SignatureIntegrity != Intact || s.ContentIntegrity != Intact || len(s.Findings) > 0 {
			t.Fatalf("signature %s, content %s: %s\n%s", s.SignatureIntegrity, s.ContentIntegrity, findingCodes(s), doc)
		}
	}
	return d
}

// file writes a file for a judge.
func file(t testing.TB, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const invoiceXML = `<HDon><DLHDon Id="data"><TTChung><PBan>2.1.0</PBan><THDon>Hóa đơn giá trị gia tăng</THDon></TTChung>` +
	`<NDHDon><NBan><Ten>Công ty Mẫu</Ten></NBan><NMua><Ten>Khách &amp; Bạn</Ten></NMua></NDHDon></DLHDon>` +
	`<DSCKS><NBan/><NMua></NMua><CQT/><CCKSKhac/></DSCKS></HDon>`

// wycheproof verifies one ECDSA vector as the value of a ds:SignatureValue.
func wycheproof(key, message, value string) error {
	der, err := hex.DecodeString(key)
	if err != nil {
		return err
	}
	pub, err := alg.ParsePublicKey(der)
	if err != nil {
		return err
	}
	m, err := hex.DecodeString(message)
	if err != nil {
		return err
	}
	v, err := hex.DecodeString(value)
	if err != nil {
		return err
	}
	a, err := alg.ForKey(pub, 0, false)
	if err != nil {
		return err
	}
	return verifyValue(a, pub, m, v)
}
