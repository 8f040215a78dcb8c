package cmsdata

import (
	"bytes"
	"io"
	"strconv"

	"github.com/kyso-dev/kyso/internal/der"
)

// Marshal is the ContentInfo in DER, with Content inside when Attached. Parts that were read and not changed are written as
// they were, so that hashes over them stay true; the order of certificates is kept for the same reason.
func (sd *SignedData) Marshal() ([]byte, error) {
	size := int64(-1)
	if sd.Attached {
		size = int64(len(sd.Content))
	}
	l := sd.layout(size)
	out := make([]byte, 0, l.total())
	out = sd.appendHead(out, l, size)
	out = append(out, sd.Content...)
	return sd.appendTail(out, l), nil
}

// Write writes the ContentInfo in DER with content inside, without holding it: the content must be size octets long. Attached and
// Content are not looked at.
func (sd *SignedData) Write(w io.Writer, content io.Reader, size int64) error {
	return sd.WriteFunc(w, size, func(w io.Writer) (int64, error) { return copyBuffered(w, content) })
}

// WriteFunc is Write with content that its source writes by itself: all of it to the writer given, and how much that was.
func (sd *SignedData) WriteFunc(w io.Writer, size int64, content func(io.Writer) (int64, error)) error {
	l := sd.layout(size)
	if _, err := w.Write(sd.appendHead(make([]byte, 0, 256+l.digests), l, size)); err != nil {
		return fail(CodeContentWrite, err)
	}
	n, err := content(w)
	if err != nil {
		return err
	}
	if n != size {
		return fail(CodeContentSize, nil, "announced", strconv.FormatInt(size, 10), "found", strconv.FormatInt(n, 10))
	}
	if _, err := w.Write(sd.appendTail(make([]byte, 0, l.tail), l)); err != nil {
		return fail(CodeContentWrite, err)
	}
	return nil
}

// WriteIndefinite writes the ContentInfo with content inside when its length is not known beforehand: indefinite lengths around
// the content and the content in pieces, which is BER (X.690 8.7.3). signers is called when all content has been written
// and before anything after it is; it may set Signers and Certificates. Digests must be announced in DigestsRaw.
func (sd *SignedData) WriteIndefinite(w io.Writer, content io.Reader, signers func(size int64) error) error {
	head := []byte{der.Sequence, 0x80}
	head = der.AppendOID(head, OIDSignedData)
	head = append(head, der.Context(0), 0x80, der.Sequence, 0x80)
	head = der.AppendInt(head, int64(sd.version()))
	head = der.Append(head, der.Set, sd.digestsRaw()...)
	head = append(head, der.Sequence, 0x80)
	head = der.AppendOID(head, sd.ContentType)
	head = append(head, der.Context(0), 0x80, 0x24, 0x80)
	if _, err := w.Write(head); err != nil {
		return fail(CodeContentWrite, err)
	}
	p := &pieces{w: w}
	n, err := copyBuffered(p, content)
	if err != nil {
		return err
	}
	if err := p.flush(); err != nil {
		return fail(CodeContentWrite, err)
	}
	if err := signers(n); err != nil {
		return err
	}
	tail := make([]byte, 6, 4096) // the ends of eContent's octet string, of [0], of encapContentInfo
	l := sd.layout(-1)
	tail = sd.appendTail(tail, l)
	tail = append(tail, 0, 0, 0, 0, 0, 0) // of SignedData, [0], ContentInfo
	if _, err := w.Write(tail); err != nil {
		return fail(CodeContentWrite, err)
	}
	return nil
}

// pieceSize is the least length of a piece but the last, whatever the source gives at a time.
const pieceSize = 64 << 10

// pieces writes what it gets as primitive OCTET STRINGs.
type pieces struct {
	w         io.Writer
	hold, out []byte
}

func (p *pieces) Write(b []byte) (int, error) {
	p.hold = append(p.hold, b...)
	if len(p.hold) < pieceSize {
		return len(b), nil
	}
	return len(b), p.flush()
}

func (p *pieces) flush() error {
	if len(p.hold) == 0 {
		return nil
	}
	p.out = der.Append(p.out[:0], der.OctetString, p.hold)
	p.hold = p.hold[:0]
	_, err := p.w.Write(p.out)
	return err
}

// layout holds the sizes that the headers need.
type layout struct {
	digests, eContentType int
	encap, signedData     int64
	info                  int64 // content of ContentInfo
	certs, crls, signers  int
	tail                  int
}

func (l layout) total() int64 { return int64(der.HeaderSize64(l.info)) + l.info }

func (sd *SignedData) layout(size int64) layout {
	var l layout
	for _, d := range sd.digestsRaw() {
		l.digests += len(d)
	}
	var space [64]byte
	l.eContentType = len(der.AppendOID(space[:0], sd.ContentType))
	l.encap = int64(l.eContentType)
	if size >= 0 {
		inner := int64(der.HeaderSize64(size)) + size
		l.encap += int64(der.HeaderSize64(inner)) + inner
	}
	for _, c := range sd.Certificates {
		l.certs += len(c)
	}
	for _, c := range sd.CRLs {
		l.crls += len(c)
	}
	for _, si := range sd.Signers {
		l.signers += si.size()
	}
	if l.certs > 0 {
		l.tail += der.HeaderSize(l.certs) + l.certs
	}
	if l.crls > 0 {
		l.tail += der.HeaderSize(l.crls) + l.crls
	}
	l.tail += der.HeaderSize(l.signers) + l.signers
	l.signedData = int64(3+der.HeaderSize(l.digests)+l.digests+der.HeaderSize64(l.encap)) + l.encap + int64(l.tail)
	explicit := int64(der.HeaderSize64(l.signedData)) + l.signedData
	l.info = int64(len(der.AppendOID(space[:0], OIDSignedData))+der.HeaderSize64(explicit)) + explicit
	return l
}

func (sd *SignedData) appendHead(dst []byte, l layout, size int64) []byte {
	dst = der.AppendHeader64(dst, der.Sequence, l.info)
	dst = der.AppendOID(dst, OIDSignedData)
	dst = der.AppendHeader64(dst, der.Context(0), int64(der.HeaderSize64(l.signedData))+l.signedData)
	dst = der.AppendHeader64(dst, der.Sequence, l.signedData)
	dst = der.AppendInt(dst, int64(sd.version()))
	dst = der.AppendHeader(dst, der.Set, l.digests)
	for _, d := range sd.digestsRaw() {
		dst = append(dst, d...)
	}
	dst = der.AppendHeader64(dst, der.Sequence, l.encap)
	dst = der.AppendOID(dst, sd.ContentType)
	if size >= 0 {
		dst = der.AppendHeader64(dst, der.Context(0), int64(der.HeaderSize64(size))+size)
		dst = der.AppendHeader64(dst, der.OctetString, size)
	}
	return dst
}

func (sd *SignedData) appendTail(dst []byte, l layout) []byte {
	if l.certs > 0 {
		dst = der.AppendHeader(dst, der.Context(0), l.certs)
		for _, c := range sd.Certificates {
			dst = append(dst, c...)
		}
	}
	if l.crls > 0 {
		dst = der.AppendHeader(dst, der.Context(1), l.crls)
		for _, c := range sd.CRLs {
			dst = append(dst, c...)
		}
	}
	dst = der.AppendHeader(dst, der.Set, l.signers)
	if len(sd.Signers) > 1 && !sd.KeepOrder { // a SET OF: sorted in DER
		raws := make([][]byte, len(sd.Signers))
		for i, si := range sd.Signers {
			raws[i] = si.Marshal()
		}
		der.SortSet(raws)
		for _, raw := range raws {
			dst = append(dst, raw...)
		}
		return dst
	}
	for _, si := range sd.Signers {
		dst = si.append(dst)
	}
	return dst
}

// digestsRaw is DigestsRaw, or the digest algorithms of the signers.
func (sd *SignedData) digestsRaw() [][]byte {
	if len(sd.DigestsRaw) > 0 || len(sd.Signers) == 0 {
		return sd.DigestsRaw
	}
	if len(sd.Signers) == 1 {
		return [][]byte{sd.Signers[0].DigestRaw}
	}
	var raws [][]byte
	for _, si := range sd.Signers {
		if !containsBytes(raws, si.DigestRaw) {
			raws = append(raws, si.DigestRaw)
		}
	}
	der.SortSet(raws)
	return raws
}

// version is the CMSVersion of RFC 5652 5.1.
func (sd *SignedData) version() int {
	v := 1
	if !sd.ContentType.Equal(OIDData) {
		v = 3
	}
	for _, si := range sd.Signers {
		if si.ID.SubjectKeyID != nil {
			v = 3
		}
	}
	for _, c := range sd.Certificates {
		switch c[0] {
		case der.Context(3):
			return 5
		case der.Context(2):
			v = max(v, 4)
		case der.Context(1):
			v = max(v, 3)
		}
	}
	if sd.OtherInfo {
		return 5
	}
	for _, c := range sd.CRLs {
		if c[0] == der.Context(1) {
			return 5
		}
	}
	return v
}

func containsBytes(list [][]byte, b []byte) bool {
	for _, l := range list {
		if bytes.Equal(l, b) {
			return true
		}
	}
	return false
}
