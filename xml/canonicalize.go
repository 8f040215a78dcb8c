package xml

import (
	"context"
	"io"
	"slices"

	"github.com/kyso-dev/kyso/internal/xmltree"
)

// CanonicalizeOptions say what is canonicalised. nil means the whole document.
type CanonicalizeOptions struct {
	// ID names the one element that is canonicalised, with all that is in it, by an attribute Id, ID, id, iD or xml:id.
	ID string
	// Prefixes are the InclusiveNamespaces PrefixList of exclusive canonicalisation; "#default" is the default namespace.
	Prefixes []string
}

// Canonicalize writes the canonical form of the XML of size octets in src, or of one element of it, to dst. The document is read
// once and never held. After an error dst holds the beginning of something that must be thrown away.
func Canonicalize(ctx context.Context, dst io.Writer, src io.ReaderAt, size int64, method C14N, opts *CanonicalizeOptions) error {
	o := orDefault(opts)
	if !method.Known() {
		return fail(CodeCanonicalization, nil, "algorithm", shorten(string(method)))
	}
	if dst == nil {
		return badOption("dst", "nil")
	}
	in, err := open(ctx, src, size)
	if err != nil {
		return err
	}
	c := newCanonicalizer(dst, method, o.Prefixes)
	s := in.scan(ctx)
	found := 0
	for {
		if o.ID == "" || c.apex > 0 {
			s.Skim(c.floor(s))
		} else {
			s.Skim(1)
		}
		k, err := s.Next()
		if err != nil {
			return wrap(err)
		}
		if k == xmltree.EOF {
			break
		}
		if o.ID == "" {
			if err := c.event(s, k); err != nil {
				return err
			}
			continue
		}
		if k == xmltree.Start && hasID(s, o.ID) {
			if found++; found > 1 {
				return fail(CodeAmbiguous, nil, "id", shorten(o.ID))
			}
			c.apex = s.Depth()
		}
		if c.apex == 0 {
			continue
		}
		if err := c.event(s, k); err != nil {
			return err
		}
		if k == xmltree.End && s.Depth() == c.apex {
			c.apex = 0 // but read on: there may be a second one
		}
	}
	if o.ID != "" && found == 0 {
		return fail(CodeNotFound, nil, "id", shorten(o.ID))
	}
	return c.finish()
}

func newCanonicalizer(w io.Writer, method C14N, prefixes []string) *canonicalizer {
	c := &canonicalizer{method: method, comments: method.comments(), w: w}
	if method.exclusive() {
		for _, p := range prefixes {
			if p == "#default" {
				p = ""
			}
			if !slices.Contains(c.prefixes, p) {
				c.prefixes = append(c.prefixes, p)
			}
		}
	}
	return c
}

// hasID reports whether the start tag has this Id.
func hasID(s *xmltree.Scanner, id string) bool {
	for i := range s.Attrs() {
		if v, ok := idOf(&s.Attrs()[i]); ok && v == id {
			return true
		}
	}
	return false
}
