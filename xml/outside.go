package xml

import (
	"net/url"
	"path"
	"slices"
	"strings"
)

// Outside are the URIs by which References of the document, and of Manifests in it, name what lies outside, each once. One without a URI,
// which leaves it to the reader to know what is meant, is "".
func (d *Document) Outside() []string {
	var uris []string
	add := func(r *Reference) {
		if r.plan.target == targetExternal && !slices.Contains(uris, r.URI) {
			uris = append(uris, r.URI)
		}
	}
	var visit func(list []*Signature)
	visit = func(list []*Signature) {
		for _, s := range list {
			for _, r := range s.References {
				add(r)
				for _, inner := range r.Manifest {
					add(inner)
				}
			}
			visit(s.CounterSignatures)
		}
	}
	visit(d.Signatures)
	return uris
}

// OutsideNamed is which of Outside a file is that someone has at hand: the one whose URI ends in the file's name, or the only one whatever it
// is called. ok is false where that cannot be told.
func (d *Document) OutsideNamed(file string) (uri string, ok bool) {
	uris := d.Outside()
	if len(uris) == 1 {
		return uris[0], true
	}
	file = baseName(file)
	i := slices.IndexFunc(uris, func(uri string) bool { return file != "." && baseName(uri) == file })
	if i < 0 {
		return "", false
	}
	return uris[i], true
}

// baseName is the last part of a path or URI.
func baseName(name string) string {
	name = strings.ReplaceAll(name, `\`, "/")
	if decoded, err := url.PathUnescape(name); err == nil {
		name = decoded
	}
	return path.Base(name)
}
