package pdf

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/pdfobj"
)

// metadata may say another date of modification, and by which program, as the Info dictionary may (14.3.2). What it says of title, author and
// all else stays.
func (s *comparison) metadata(oldCatalog, catalog *pdfobj.Dict) error {
	was, before, err := s.old.Lookup(oldCatalog, "Metadata")
	if err != nil {
		return err
	}
	is, ref, err := s.now.Lookup(catalog, "Metadata")
	if err != nil || before == ref && !s.redefined(ref) {
		return err
	}
	now, ok := is.(*pdfobj.Stream)
	if !ok || s.redefined(ref) && !s.users[ref.Num].only("Metadata") {
		s.refuse(CodeChangeMetadata)
		return nil
	}
	said, err := s.properties(s.old, was)
	if err != nil {
		return err
	}
	says, err := s.properties(s.now, is)
	if err != nil {
		return err
	}
	delete(s.open, ref.Num)
	if says == nil || said == nil || !slices.Equal(said, says) {
		s.refuse(CodeChangeMetadata)
		return nil
	}
	s.allow(CodeChangedInfo)
	return s.inert(now.Dict)
}

// toolProperties are what programs say of themselves and of the moment, each time they save.
var toolProperties = []string{"ModifyDate", "MetadataDate", "Producer", "CreatorTool", "InstanceID", "about", "xmptk", "parseType", "lang"}

// properties are the property values of an XMP packet, in order and each as "name value"; nil where it cannot be read. Containers and the
// spelling do not count: writers put the same properties in different ways.
func (s *comparison) properties(f *pdfobj.File, o pdfobj.Object) ([]string, error) {
	all := []string{}
	if o == nil {
		return all, nil
	}
	st, ok := o.(*pdfobj.Stream)
	if !ok {
		return nil, nil
	}
	data, err := f.StreamData(st, limits.PDFMetadata)
	if err != nil {
		if sourceFailed(err) {
			return nil, err
		}
		return nil, nil
	}
	d := xml.NewDecoder(bytes.NewReader(data))
	var path []string // of elements that are properties
	add := func(name, value string) {
		if value = strings.TrimSpace(value); value != "" && !slices.Contains(toolProperties, name) {
			all = append(all, name+" "+value)
		}
	}
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			slices.Sort(all)
			return all, nil
		}
		if err != nil {
			return nil, nil //nolint:nilerr // what cannot be read cannot be compared
		}
		switch t := t.(type) {
		case xml.Directive:
			return nil, nil // a document type: readers may differ
		case xml.StartElement:
			name := t.Name.Local
			if slices.Contains([]string{"Seq", "Bag", "Alt", "li"}, name) && len(path) > 0 {
				name = path[len(path)-1]
			}
			path = append(path, name)
			for _, a := range t.Attr {
				if a.Name.Space != "xmlns" && a.Name.Local != "xmlns" {
					add(a.Name.Local, a.Value)
				}
			}
		case xml.EndElement:
			path = path[:len(path)-1]
		case xml.CharData:
			if len(path) > 0 {
				add(path[len(path)-1], string(t))
			}
		}
	}
}
