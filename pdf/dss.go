package pdf

import (
	"bytes"
	"crypto/x509"
	"slices"
	"strconv"
	"time"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/pdfobj"
	"github.com/kyso-dev/kyso/internal/pki"
	"github.com/kyso-dev/kyso/trust"
)

const clauseDSS = "ISO 32000-2, 12.8.4.3"

// DSS is a document security store as one revision has it (ISO 32000-2, 12.8.4.3; ETSI EN 319 142-1, 5.4.2): what signatures are
// validated by when nobody can be asked any more. Nothing in it is trusted for being there.
type DSS struct {
	Revision int            // index of the revision, from 1
	Evidence trust.Evidence // all that the store holds, whether for the document or for one signature
	VRI      []VRI          // what is filed under single signatures, in the order of the file
}

// VRI is what a store files under one signature. It is an aid for finding evidence, no more: any evidence of the store serves any
// signature.
type VRI struct {
	Key      string         // the SHA-1 of a signature's /Contents in upper-case hexadecimal, or what stands in its place
	Field    string         // name of the field whose signature the key names; "": none of this document
	Evidence trust.Evidence // what is listed here; in the store's Evidence too
	Time     *time.Time     // /TU, when it was collected as its maker claims; nil: absent or not a date
	Stamp    []byte         // /TS, a time-stamp token over that, as it lies there; nil: absent
}

// revocation reports whether there is anything by which a certificate's status can be told.
func (s *DSS) revocation() bool { return len(s.Evidence.OCSPs)+len(s.Evidence.CRLs) > 0 }

// stores reads the document security stores of the last revision and of every one that a document time-stamp covers: what stood there
// is proved to have existed then. Damage in a store is told and never keeps the rest from being read.
func (r *reader) stores() error {
	wanted := []int{len(r.revs) - 1}
	for _, e := range r.entries {
		if e.timestamp != nil && e.sound && e.Revision > 0 && !slices.Contains(wanted, e.Revision-1) {
			wanted = append(wanted, e.Revision-1)
		}
	}
	slices.Sort(wanted)
	s := storeReader{reader: r, pieces: make(map[int64]*piece)}
	for _, revision := range wanted {
		view, err := r.view(revision)
		if err != nil {
			return err
		}
		s.file = view
		store, err := s.read()
		if err != nil {
			return err
		}
		if store != nil {
			store.Revision = revision + 1
			r.doc.Stores = append(r.doc.Stores, store)
		}
	}
	return nil
}

// storeReader reads the stores of one document. Streams that several stores or entries share are read once.
type storeReader struct {
	*reader
	file   *pdfobj.File
	pieces map[int64]*piece // by where the stream's data begins
	listed int
	octets int64
	full   bool // a limit was met and told
}

// piece is the content of one stream: DER, and a certificate where it is one. Empty where it is damaged.
type piece struct {
	der  []byte
	cert *x509.Certificate
}

// read reads the store of the current file, nil where it has none.
func (s *storeReader) read() (*DSS, error) {
	catalog, _, err := s.file.Catalog()
	if err != nil {
		if sourceFailed(err) {
			return nil, unreadable(err)
		}
		return nil, nil // an earlier revision without a readable catalog has no store
	}
	dict, _, err := s.file.LookupDict(catalog, "DSS")
	if sourceFailed(err) {
		return nil, unreadable(err)
	}
	if dict == nil {
		if catalog.Has("DSS") {
			s.damaged("/DSS")
		}
		return nil, nil
	}
	store := &DSS{}
	if err := s.lists(dict, &store.Evidence, "Certs", "OCSPs", "CRLs"); err != nil {
		return nil, err
	}
	vris, _, err := s.file.LookupDict(dict, "VRI")
	if sourceFailed(err) {
		return nil, unreadable(err)
	}
	if vris == nil && dict.Has("VRI") {
		s.damaged("/VRI")
	}
	var more trust.Evidence
	for key := range vris.All() {
		if s.over() {
			break
		}
		entry, _, err := s.file.LookupDict(vris, key)
		if sourceFailed(err) {
			return nil, unreadable(err)
		}
		if entry == nil {
			if key != "Type" {
				s.damaged("/VRI/" + string(key))
			}
			continue
		}
		vri, err := s.vri(key, entry)
		if err != nil {
			return nil, err
		}
		store.VRI = append(store.VRI, vri)
		more.Certificates = append(more.Certificates, vri.Evidence.Certificates...)
		more.OCSPs = append(more.OCSPs, vri.Evidence.OCSPs...)
		more.CRLs = append(more.CRLs, vri.Evidence.CRLs...)
	}
	store.Evidence.Add(&more)
	return store, nil
}

func (s *storeReader) vri(key pdfobj.Name, dict *pdfobj.Dict) (VRI, error) {
	vri := VRI{Key: string(key)}
	for _, e := range s.entries {
		if e.Contents != nil && vriKey(e.Contents) == vri.Key {
			vri.Field = e.Field
			break
		}
	}
	if err := s.lists(dict, &vri.Evidence, "Cert", "OCSP", "CRL"); err != nil {
		return vri, err
	}
	d := describer{view: s.file, dict: dict}
	if t, _, ok := parseDate(d.text("TU")); ok {
		vri.Time = &t
	}
	if d.err != nil {
		return vri, d.err
	}
	if dict.Has("TS") {
		p, err := s.piece(dict.Get("TS"), "/VRI/TS", false)
		if err != nil || p == nil {
			return vri, err
		}
		vri.Stamp = p.der
	}
	return vri, nil
}

// lists reads the three arrays of a store or of one of its entries.
func (s *storeReader) lists(dict *pdfobj.Dict, to *trust.Evidence, certs, ocsps, crls pdfobj.Name) error {
	var found trust.Evidence
	for _, key := range []pdfobj.Name{certs, ocsps, crls} {
		list, _, err := s.file.LookupArray(dict, key)
		if sourceFailed(err) {
			return unreadable(err)
		}
		if list == nil && dict.Has(key) {
			s.damaged("/" + string(key))
		}
		for _, item := range list {
			if s.listed++; s.over() {
				break
			}
			p, err := s.piece(item, "/"+string(key), key == certs)
			if err != nil {
				return err
			}
			switch {
			case p == nil || p.der == nil:
			case key == certs && p.cert != nil:
				found.Certificates = append(found.Certificates, p.cert)
			case key == ocsps:
				found.OCSPs = append(found.OCSPs, p.der)
			case key == crls:
				found.CRLs = append(found.CRLs, p.der)
			}
		}
	}
	to.Add(&found)
	return nil
}

// piece reads one stream of DER. nil, or one without content: there is nothing to be had, and a finding says so.
func (s *storeReader) piece(object pdfobj.Object, where string, certificate bool) (*piece, error) {
	ref, _ := object.(pdfobj.Ref)
	o, err := s.file.Resolve(object)
	if sourceFailed(err) {
		return nil, unreadable(err)
	}
	stream, _ := o.(*pdfobj.Stream)
	if err != nil || stream == nil {
		s.damaged(where + " " + ref.String())
		return nil, nil
	}
	p, known := s.pieces[stream.Offset()]
	if !known {
		p = &piece{}
		s.pieces[stream.Offset()] = p
		data, err := s.file.StreamData(stream, limits.RevokeCRL)
		if sourceFailed(err) {
			return nil, unreadable(err)
		}
		if p.der = oneElement(data); err != nil || p.der == nil {
			s.damaged(where + " " + ref.String())
			return p, nil
		}
		s.octets += int64(len(p.der))
	}
	if certificate && p.cert == nil && p.der != nil {
		if p.cert, err = pki.ParseX509(p.der); err != nil {
			s.damaged(where + " " + ref.String())
			p.cert = nil
		}
	}
	return p, nil
}

// oneElement is the DER element that the data is. Zeros and line ends behind it are left out: writers of streams add them.
func oneElement(data []byte) []byte {
	n, ok := elementLength(data)
	if !ok || len(bytes.TrimLeft(data[n:], "\x00\r\n")) > 0 {
		return nil
	}
	return data[:n]
}

// elementLength is the length of the SEQUENCE at the beginning of data, its header included.
func elementLength(data []byte) (int, bool) {
	if len(data) < 2 || data[0] != 0x30 {
		return 0, false
	}
	n, head := int(data[1]), 2
	if n >= 0x80 {
		width := n & 0x7f
		if width == 0 || width > 4 || len(data) < 2+width {
			return 0, false
		}
		n, head = 0, 2+width
		for _, b := range data[2:head] {
			n = n<<8 | int(b)
		}
	}
	if n < 0 || n > len(data)-head {
		return 0, false
	}
	return head + n, true
}

// over reports whether a limit is met; the first time it is told.
func (s *storeReader) over() bool {
	if s.full {
		return true
	}
	if s.listed <= limits.PDFEvidence && s.octets <= limits.PDFEvidenceBytes {
		return false
	}
	s.full = true
	s.note(CodeDSSLimit, finding.Warning, clauseDSS, "max", strconv.Itoa(limits.PDFEvidence))
	return true
}

func (s *storeReader) damaged(where string) {
	if len(s.doc.Findings) < limits.PDFFindings && !slices.ContainsFunc(s.doc.Findings, func(f Finding) bool {
		return f.Code == CodeDSSDamaged && f.Params["object"] == where
	}) {
		s.note(CodeDSSDamaged, finding.Warning, clauseDSS, "object", where)
	}
}
