package xmltree

import (
	"bytes"
	"crypto/sha256"
	"strings"
	"testing"
)

// invoice is a document like a large invoice: 11 octets a tag, Vietnamese letters, references here and there.
func invoice(size int) []byte {
	var b bytes.Buffer
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><HDon><DLHDon Id="data"><NDHDon><DSHHDVu>`)
	line := `<HHDVu><TChat>1</TChat><STT>1</STT><THHDVu>Hàng mẫu số một &amp; hai</THHDVu><DVTinh>cái</DVTinh><SLuong>1</SLuong>` +
		`<DGia>1000</DGia><ThTien>1000</ThTien><TSuat>10%</TSuat></HHDVu>`
	for b.Len() < size {
		b.WriteString(line)
	}
	b.WriteString(`</DSHHDVu></NDHDon></DLHDon></HDon>`)
	return b.Bytes()
}

func drain(s *Scanner) error {
	for {
		k, err := s.Next()
		if err != nil || k == EOF {
			return err
		}
	}
}

func BenchmarkScan(b *testing.B) {
	doc := invoice(4 << 20)
	b.Run("memory", func(b *testing.B) {
		b.SetBytes(int64(len(doc)))
		for b.Loop() {
			if err := drain(ScanBytes(doc)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("window", func(b *testing.B) {
		b.SetBytes(int64(len(doc)))
		for b.Loop() {
			if err := drain(NewScanner(bytes.NewReader(doc))); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("sha256", func(b *testing.B) {
		b.SetBytes(int64(len(doc)))
		for b.Loop() {
			sha256.Sum256(doc)
		}
	})
	attrs := []byte("<a>" + strings.Repeat(`<b x="1" y="two" p:z="3" xmlns:p="urn:p"/>`, 20000) + "</a>")
	b.Run("attributes", func(b *testing.B) {
		b.SetBytes(int64(len(attrs)))
		for b.Loop() {
			if err := drain(ScanBytes(attrs)); err != nil {
				b.Fatal(err)
			}
		}
	})
}
