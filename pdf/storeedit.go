package pdf

import (
	"strconv"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/pdfobj"
	"github.com/kyso-dev/kyso/trust"
)

// storeEdit adds to the document security store. What is there stays as it is, entries of VRI and streams above all: an earlier
// document time-stamp covers it (ETSI EN 319 142-1, 5.4.2).
type storeEdit struct {
	doc      *document
	editor   *editor
	dict     *pdfobj.Dict // nil: there is none
	ref      pdfobj.Ref
	vri      *pdfobj.Dict
	vriRef   pdfobj.Ref
	streams  map[trust.Digest]pdfobj.Ref // that the file has, or gets
	listed   [3]map[pdfobj.Ref]bool      // in the arrays of the store
	fresh    [3][]pdfobj.Ref             // to be added to these
	entries  []vriEntry
	evidence trust.Evidence // what the store holds
}

type vriEntry struct {
	key  pdfobj.Name
	dict *pdfobj.Dict
}

var (
	storeLists = [3]pdfobj.Name{"Certs", "OCSPs", "CRLs"}
	entryLists = [3]pdfobj.Name{"Cert", "OCSP", "CRL"}
)

// openStore reads what the store of a document has. What is damaged in it is not built upon.
func openStore(doc *document) (*storeEdit, error) {
	s := &storeEdit{doc: doc, editor: doc.edit(), streams: make(map[trust.Digest]pdfobj.Ref)}
	var err error
	if s.dict, s.ref, err = doc.file.LookupDict(doc.catalog, "DSS"); err != nil {
		return nil, unreadable(err)
	}
	if s.vri, s.vriRef, err = doc.file.LookupDict(s.dict, "VRI"); err != nil {
		return nil, unreadable(err)
	}
	r := storeReader{reader: &reader{file: doc.file, doc: &Document{}}, file: doc.file, pieces: make(map[int64]*piece)}
	lists := func(dict *pdfobj.Dict, keys [3]pdfobj.Name, listed bool) error {
		for i, key := range keys {
			list, _, err := doc.file.LookupArray(dict, key)
			if err != nil {
				return unreadable(err)
			}
			if listed {
				s.listed[i] = make(map[pdfobj.Ref]bool, len(list))
			}
			for _, item := range list {
				if r.listed++; r.over() {
					break
				}
				ref, ok := item.(pdfobj.Ref)
				if !ok {
					continue
				}
				if listed {
					s.listed[i][ref] = true
				}
				p, err := r.piece(ref, "", i == 0)
				if err != nil {
					return err
				}
				if p != nil && p.der != nil {
					if d := trust.DigestOf(p.der); s.streams[d].IsZero() {
						s.streams[d] = ref
					}
				}
			}
		}
		return r.lists(dict, &s.evidence, keys[0], keys[1], keys[2])
	}
	if err := lists(s.dict, storeLists, true); err != nil {
		return nil, err
	}
	for key := range s.vri.All() {
		entry, _, err := doc.file.LookupDict(s.vri, key)
		if err != nil {
			return nil, unreadable(err)
		}
		if err := lists(entry, entryLists, false); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// file puts evidence into the store, and under a signature where nothing is filed under it yet.
func (s *storeEdit) file(key string, e *trust.Evidence) error {
	var der [3][][]byte
	for _, c := range e.Certificates {
		der[0] = append(der[0], c.Raw)
	}
	der[1], der[2] = e.OCSPs, e.CRLs
	entry := pdfobj.NewDict(3)
	for i, list := range der {
		var refs pdfobj.Array
		for _, octets := range list {
			if len(octets) > limits.RevokeCRL {
				return fault(CodeLimit, nil, "what", "octets of evidence", "max", strconv.Itoa(limits.RevokeCRL))
			}
			ref := s.stream(octets)
			if !s.listed[i][ref] {
				s.listed[i][ref] = true
				s.fresh[i] = append(s.fresh[i], ref)
			}
			refs = append(refs, ref)
		}
		if len(refs) > 0 {
			entry.Set(entryLists[i], refs)
		}
	}
	if key != "" && !s.vri.Has(pdfobj.Name(key)) {
		s.entries = append(s.entries, vriEntry{pdfobj.Name(key), entry})
	}
	return nil
}

// stream is the object that holds these octets, a new one where there is none.
func (s *storeEdit) stream(octets []byte) pdfobj.Ref {
	d := trust.DigestOf(octets)
	ref, ok := s.streams[d]
	if !ok {
		ref = s.editor.update.Alloc()
		s.streams[d] = ref
		s.editor.put(ref, &pdfobj.Stream{Dict: pdfobj.NewDict(1), Data: octets})
	}
	return ref
}

// write makes the update section, nil where there is nothing to add.
func (s *storeEdit) write() ([]byte, error) {
	if len(s.fresh[0])+len(s.fresh[1])+len(s.fresh[2])+len(s.entries) == 0 {
		return nil, nil
	}
	store, err := s.open()
	if err != nil {
		return nil, err
	}
	owner := func() (*pdfobj.Dict, error) { return store, nil }
	for i, key := range storeLists {
		for _, ref := range s.fresh[i] {
			if err := s.editor.appendTo(store, key, ref, owner); err != nil {
				return nil, err
			}
		}
	}
	if len(s.entries) > 0 {
		vri, err := s.openVRI(store)
		if err != nil {
			return nil, err
		}
		for _, e := range s.entries {
			ref := s.editor.update.Alloc()
			s.editor.put(ref, e.dict)
			vri.Set(e.key, ref)
		}
	}
	if err := s.extension(); err != nil {
		return nil, err
	}
	a, err := s.editor.build()
	if err != nil {
		return nil, err
	}
	return a.Bytes, nil
}

// open is the store for changing. One that lies in the catalog becomes an object of its own, so that later updates leave the
// catalog alone.
func (s *storeEdit) open() (*pdfobj.Dict, error) {
	if s.dict != nil && !s.ref.IsZero() {
		return s.editor.open(s.ref, s.dict)
	}
	catalog, err := s.doc.openCatalog(s.editor)
	if err != nil {
		return nil, err
	}
	store := s.dict.Clone()
	if !store.Has("Type") {
		store.Set("Type", pdfobj.Name("DSS"))
	}
	ref := s.editor.update.Alloc()
	s.editor.put(ref, store)
	catalog.Set("DSS", ref)
	return store, nil
}

func (s *storeEdit) openVRI(store *pdfobj.Dict) (*pdfobj.Dict, error) {
	if s.vri != nil && !s.vriRef.IsZero() {
		return s.editor.open(s.vriRef, s.vri)
	}
	vri := s.vri.Clone()
	ref := s.editor.update.Alloc()
	s.editor.put(ref, vri)
	store.Set("VRI", ref)
	return vri, nil
}

// extension declares the store as ETSI TS 102 778-4, annex A, has it for documents before PDF 2.0, which knows it by itself.
func (s *storeEdit) extension() error {
	if s.doc.file.Version() >= "2.0" {
		return nil
	}
	have, ref, err := s.doc.file.LookupDict(s.doc.catalog, "Extensions")
	if err != nil {
		return unreadable(err)
	}
	if have.Has("ESIC") || have.Has("ADBE") && s.dict != nil {
		return nil
	}
	esic := pdfobj.NewDict(2).Set("BaseVersion", pdfobj.Name("1.7")).Set("ExtensionLevel", int64(1))
	if have != nil && !ref.IsZero() {
		d, err := s.editor.open(ref, have)
		if err != nil {
			return err
		}
		d.Set("ESIC", esic)
		return nil
	}
	catalog, err := s.doc.openCatalog(s.editor)
	if err != nil {
		return err
	}
	catalog.Set("Extensions", have.Clone().Set("ESIC", esic))
	return nil
}
