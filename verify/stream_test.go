package verify_test

import (
	"bytes"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/verify"
)

// zeros is n octets that nobody holds.
type zeros int64

func (z zeros) ReadAt(b []byte, off int64) (int, error) {
	if off >= int64(z) {
		return 0, io.EOF
	}
	n := int(min(int64(len(b)), int64(z)-off))
	clear(b[:n])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

// TestStreams: a document of any size is verified in the memory of a small one.
func TestStreams(t *testing.T) {
	p := start(t)
	v := p.verifier(t)
	const size = 256 << 20
	allocated := func(run func()) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		run()
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	t.Run("detached CMS", func(t *testing.T) {
		var sig bytes.Buffer
		require.NoError(t, cms.Sign(t.Context(), &sig, io.NewSectionReader(zeros(size), 0, size), p.Signer("signer"), &cms.Options{Clock: p.Now}))
		used := allocated(func() {
			r := judge(t, v, sig.Bytes(), &verify.Options{Content: zeros(size), ContentSize: size})
			require.Equal(t, verify.TotalPassed, r.Indication)
		})
		require.Less(t, used, uint64(8<<20))
	})
	t.Run("PDF", func(t *testing.T) {
		// The page's content stream is 64 MB of spaces.
		doc := p.signPDF(t, plainPDF(string(bytes.Repeat([]byte{' '}, 64<<20))), "signer", &pdf.Options{})
		used := allocated(func() {
			require.Equal(t, verify.TotalPassed, judge(t, v, doc, nil).Indication)
		})
		require.Less(t, used, uint64(8<<20))
	})
	t.Run("XML", func(t *testing.T) {
		line := "<HHDVu><STT>1</STT><THHDVu>Hàng mẫu</THHDVu></HHDVu>"
		doc := p.signXML(t, strings.Replace(plainXML, "<NDHDon>", "<NDHDon><DSHHDVu>"+strings.Repeat(line, 32<<20/len(line))+"</DSHHDVu>", 1), "signer", p.seller(true))
		used := allocated(func() {
			require.Equal(t, verify.TotalPassed, judge(t, v, doc, nil).Indication)
		})
		require.Less(t, used, uint64(8<<20))
	})
	t.Run("attached CMS in PEM", func(t *testing.T) {
		doc := p.signCMS(t, bytes.Repeat([]byte("x"), 16<<20), "signer", &cms.Options{Attached: true})
		armoured := armour(doc)
		used := allocated(func() {
			require.Equal(t, verify.TotalPassed, judge(t, v, armoured, nil).Indication)
		})
		require.Less(t, used, uint64(8<<20))
	})
}

// TestDetect tells formats apart by their beginnings.
func TestDetect(t *testing.T) {
	for content, want := range map[string]verify.Format{
		"%PDF-1.7\n": verify.PDF, "junk\n%PDF-1.4\n": verify.PDF, "<?xml version='1.0'?><a/>": verify.XML, "\xef\xbb\xbf\n<a/>": verify.XML, inUTF16("\r\n<a/>", true): verify.XML, inUTF16("<a/>", false): verify.XML,
		inUTF16("<?xml version='1.0' encoding='UTF-16'?><a/>", true)[2:]: verify.XML, inUTF16("hello", false): verify.Unknown, "": verify.Unknown, "hello": verify.Unknown,
		"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80": verify.CMS, "-----BEGIN CMS-----\n!": verify.Unknown, "PK\x03\x04": verify.Unknown,
	} {
		got, err := verify.Detect(strings.NewReader(content), int64(len(content)))
		require.NoError(t, err)
		require.Equal(t, want, got, "%q", content)
	}
	_, err := verify.Detect(strings.NewReader("x"), 9)
	require.Error(t, err)
}
