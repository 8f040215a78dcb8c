package verify

import (
	"bytes"
	"encoding/asn1"
	"encoding/base64"
	"errors"
	"io"
	"math"

	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/limits"
)

// kind is what the first octets of a document say it is.
type kind uint8

const (
	kindUnknown kind = iota
	kindEmpty
	kindPDF
	kindCMS
	kindToken    // a ContentInfo with a TSTInfo
	kindResponse // a TimeStampResp
	kindXML
	kindZip // ASiC, OOXML and other containers
)

// detected is a document of a known kind and how to get at its octets.
type detected struct {
	kind kind
	pem  bool
	body func() io.Reader // the octets under a PEM armour; nil: those of the document
}

// detect tells the kind by content. What begins like a DER structure is one, whatever lies inside: an attached CMS file may well
// carry a PDF whose header is near its beginning. A PDF header may have junk before it (ISO 32000-2, 7.5.2 and what viewers accept).
func detect(src io.ReaderAt, size int64) (detected, error) {
	head := make([]byte, min(size, limits.DetectHead))
	n, err := src.ReadAt(head, 0)
	if n < len(head) {
		if err == nil || errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return detected{}, fail(CodeRead, err)
	}
	if len(head) == 0 {
		return detected{kind: kindEmpty}, nil
	}
	if k := detectDER(head); k != kindUnknown {
		return detected{kind: k}, nil
	}
	if bytes.HasPrefix(head, []byte("%PDF-")) {
		return detected{kind: kindPDF}, nil
	}
	if start, ok := pemStart(head); ok {
		body := func() io.Reader {
			return base64.NewDecoder(base64.StdEncoding, &pemBody{r: io.NewSectionReader(src, start, size-start)})
		}
		inner := make([]byte, limits.DetectHead)
		n, err := io.ReadFull(body(), inner)
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
			return detected{}, fail(CodePEM, nil)
		}
		if k := detectDER(inner[:n]); k != kindUnknown {
			return detected{kind: k, pem: true, body: body}, nil
		}
		return detected{}, fail(CodePEM, nil)
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	switch {
	case bytes.HasPrefix(text, []byte("<?xml")), utf16XML(head):
		return detected{kind: kindXML}, nil
	case bytes.Contains(head[:min(len(head), limits.PDFHeaderWithin)], []byte("%PDF-")):
		return detected{kind: kindPDF}, nil
	case bytes.HasPrefix(text, []byte("<")):
		return detected{kind: kindXML}, nil
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return detected{kind: kindZip}, nil
	}
	return detected{kind: kindUnknown}, nil
}

// utf16XML reports whether the first character but blanks is "<", in UTF-16 with or without a byte order mark.
func utf16XML(head []byte) bool {
	big := bytes.HasPrefix(head, []byte{0xFE, 0xFF}) || bytes.HasPrefix(head, []byte{0, '<'})
	for at := 0; at+1 < len(head); at += 2 {
		low, high := head[at], head[at+1]
		if big {
			low, high = high, low
		}
		switch c := rune(high)<<8 | rune(low); {
		case c == '<':
			return true
		case c == 0xFEFF && at == 0, c == ' ', c == '\t', c == '\r', c == '\n':
		default:
			return false
		}
	}
	return false
}

// detectDER looks at the beginning of a BER structure: ContentInfo ::= SEQUENCE { OID, … }, TimeStampResp ::= SEQUENCE { SEQUENCE {
// INTEGER, … }, … }. Of a SignedData it reads on to the type of its content.
func detectDER(head []byte) kind {
	at, tag, ok := enter(head, 0)
	if !ok || tag != 0x30 {
		return kindUnknown
	}
	inner, tag, ok := enter(head, at)
	switch {
	case !ok:
		return kindUnknown
	case tag == 0x30:
		if _, tag, ok := enter(head, inner); ok && tag == 0x02 {
			return kindResponse
		}
		return kindUnknown
	case tag != 0x06:
		return kindUnknown
	}
	oid, at, ok := element(head, at)
	if !ok {
		return kindUnknown
	}
	if !isOID(oid, cmsdata.OIDSignedData) {
		return kindCMS // some other ContentInfo: package cms says which
	}
	for _, want := range []byte{0xa0, 0x30} { // [0] EXPLICIT, SignedData
		if at, tag, ok = enter(head, at); !ok || tag != want {
			return kindCMS
		}
	}
	for range 2 { // version, digestAlgorithms
		if _, at, ok = element(head, at); !ok {
			return kindCMS
		}
	}
	if at, tag, ok = enter(head, at); !ok || tag != 0x30 { // encapContentInfo
		return kindCMS
	}
	if oid, _, ok = element(head, at); ok && isOID(oid, cmsdata.OIDTSTInfo) {
		return kindToken
	}
	return kindCMS
}

// enter reads a header at an offset and returns where its content begins.
func enter(b []byte, at int) (content int, tag byte, ok bool) {
	content, _, tag, _, ok = header(b, at)
	return content, tag, ok
}

// element returns an element with its header, and where the next one begins. Indefinite lengths are followed to their end.
func element(b []byte, at int) (whole []byte, next int, ok bool) {
	content, length, _, indefinite, ok := header(b, at)
	if !ok {
		return nil, 0, false
	}
	if !indefinite {
		if length > len(b)-content {
			return nil, 0, false
		}
		return b[at : content+length], content + length, true
	}
	for open := 1; open > 0; { // a flat walk: only nesting of indefinite lengths is counted
		if content+2 > len(b) {
			return nil, 0, false
		}
		if b[content] == 0 && b[content+1] == 0 {
			content += 2
			open--
			continue
		}
		c, l, tag, inner, ok := header(b, content)
		switch {
		case !ok:
			return nil, 0, false
		case inner && tag&0x20 != 0:
			open++
			content = c
		case inner || l > len(b)-c:
			return nil, 0, false
		default:
			content = c + l
		}
	}
	return b[at:content], content, true
}

func header(b []byte, at int) (content, length int, tag byte, indefinite, ok bool) {
	if at < 0 || at+2 > len(b) || b[at]&0x1f == 0x1f {
		return 0, 0, 0, false, false
	}
	tag, length, content = b[at], int(b[at+1]), at+2
	switch {
	case length < 0x80:
	case length == 0x80:
		length, indefinite = 0, true
	default:
		n := length & 0x7f
		if n > 8 || content+n > len(b) {
			return 0, 0, 0, false, false
		}
		length = 0
		for _, c := range b[content : content+n] {
			if length > math.MaxInt>>8 {
				return 0, 0, 0, false, false
			}
			length = length<<8 | int(c)
		}
		content += n
	}
	return content, length, tag, indefinite, true
}

func isOID(element []byte, want asn1.ObjectIdentifier) bool {
	encoded, err := asn1.Marshal(want)
	return err == nil && bytes.Equal(element, encoded)
}

// pemStart finds the first octet after the line that begins a PEM block of a CMS structure (RFC 7468, 8 and 9; S/MIME tools write
// "PKCS #7 SIGNED DATA" too). Text before it is allowed (RFC 7468, 2).
func pemStart(head []byte) (int64, bool) {
	for at := 0; at < len(head); {
		line, rest, found := bytes.Cut(head[at:], []byte("\n"))
		if !found {
			return 0, false
		}
		next := len(head) - len(rest)
		switch string(bytes.TrimSpace(line)) {
		case "-----BEGIN CMS-----", "-----BEGIN PKCS7-----", "-----BEGIN PKCS #7 SIGNED DATA-----":
			return int64(next), true
		}
		at = next
	}
	return 0, false
}

// pemBody hands on the base64 text of a PEM block without its white space and ends before the closing line; base64.NewDecoder
// passes over line ends only.
type pemBody struct {
	r    io.Reader
	done bool
	seen bool // the closing line was there
}

func (p *pemBody) Read(b []byte) (int, error) {
	if p.done || len(b) == 0 {
		if p.done && !p.seen {
			return 0, io.ErrUnexpectedEOF
		}
		if p.done {
			return 0, io.EOF
		}
		return 0, nil
	}
	for {
		n, err := p.r.Read(b)
		kept := 0
		for _, c := range b[:n] {
			if c == '-' {
				p.done, p.seen = true, true
				break
			}
			if c != ' ' && c != '\t' && c != '\r' && c != '\n' {
				b[kept] = c
				kept++
			}
		}
		if err != nil && !p.done {
			p.done = true
			if !errors.Is(err, io.EOF) {
				return kept, err
			}
		}
		if kept > 0 {
			return kept, nil
		}
		if p.done {
			return p.Read(b)
		}
	}
}

// Detect tells the format of a document by its content: PDF, CMS, XML or TimestampFile; Unknown for everything else. A document under a
// PEM armour is of the format of what is inside. The error is that of src.
func Detect(src io.ReaderAt, size int64) (Format, error) {
	found, err := detect(src, size)
	if err != nil {
		if e, ok := err.(*Error); ok && e.Code() == string(CodePEM) {
			return Unknown, nil
		}
		return Unknown, err
	}
	switch found.kind {
	case kindPDF:
		return PDF, nil
	case kindCMS:
		return CMS, nil
	case kindXML:
		return XML, nil
	case kindToken, kindResponse:
		return TimestampFile, nil
	}
	return Unknown, nil
}
