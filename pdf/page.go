package pdf

import (
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/pdfobj"
)

// firstPage finds the first page that is an object of its own (ISO 32000-2, 7.7.3). Nodes that cannot be followed are passed over.
func firstPage(f *pdfobj.File, catalog *pdfobj.Dict) (pdfobj.Ref, *pdfobj.Dict, error) {
	root := catalog.Get("Pages")
	w := pageWalk{file: f}
	if ref, page := w.visit(root, 0); page != nil {
		return ref, page, nil
	}
	return pdfobj.Ref{}, nil, fault(CodeNoPages, nil)
}

type pageWalk struct {
	file  *pdfobj.File
	seen  []pdfobj.Ref // of inner nodes: few, and a first page is seldom deep
	nodes int
}

func (w *pageWalk) visit(node pdfobj.Object, depth int) (pdfobj.Ref, *pdfobj.Dict) {
	ref, _ := node.(pdfobj.Ref)
	if w.nodes++; w.nodes > limits.PDFPageNodes || depth > limits.PDFPageDepth {
		return pdfobj.Ref{}, nil
	}
	object, err := w.file.Resolve(node)
	if err != nil {
		return pdfobj.Ref{}, nil
	}
	dict, _ := object.(*pdfobj.Dict)
	if dict == nil {
		return pdfobj.Ref{}, nil
	}
	kids, _, err := w.file.LookupArray(dict, "Kids")
	if err != nil || kids == nil {
		if kind, _, _ := w.file.Lookup(dict, "Type"); ref.IsZero() || kind == pdfobj.Name("Pages") {
			return pdfobj.Ref{}, nil
		}
		return ref, dict
	}
	for _, seen := range w.seen {
		if seen == ref && !ref.IsZero() {
			return pdfobj.Ref{}, nil
		}
	}
	w.seen = append(w.seen, ref)
	for _, kid := range kids {
		if ref, page := w.visit(kid, depth+1); page != nil {
			return ref, page
		}
	}
	return pdfobj.Ref{}, nil
}
