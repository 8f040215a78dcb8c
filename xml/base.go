package xml

import "strings"

// joinURI resolves ref against base as the fix-up of xml:base does (Canonical XML 1.1, 2.4): RFC 3986, 5.2, where the base may be
// relative too and leading ".." segments stay.
func joinURI(base, ref string) string {
	if base == ".." || strings.HasSuffix(base, "/..") {
		base += "/"
	}
	b, r := splitURI(base), splitURI(ref)
	var t uriParts
	switch {
	case r.scheme != "":
		t = r
		t.path = removeDots(r.path)
	case r.hasAuthority:
		t = r
		t.scheme, t.path = b.scheme, removeDots(r.path)
	case r.path == "":
		t = b
		t.path = removeDots(b.path)
		if r.hasQuery {
			t.query, t.hasQuery = r.query, true
		}
	case strings.HasPrefix(r.path, "/"):
		t = b
		t.path, t.query, t.hasQuery = removeDots(r.path), r.query, r.hasQuery
	default:
		t = b
		path := b.path[:strings.LastIndexByte(b.path, '/')+1] + r.path
		if b.hasAuthority && b.path == "" {
			path = "/" + r.path
		}
		t.path, t.query, t.hasQuery = removeDots(path), r.query, r.hasQuery
	}
	return t.String()
}

type uriParts struct {
	scheme, authority, path, query string
	hasAuthority, hasQuery         bool
}

// splitURI takes a URI reference apart (RFC 3986, appendix B); the fragment is dropped.
func splitURI(s string) (u uriParts) {
	s, _, _ = strings.Cut(s, "#")
	if scheme, rest, ok := strings.Cut(s, ":"); ok && isScheme(scheme) {
		u.scheme, s = scheme, rest
	}
	if rest, ok := strings.CutPrefix(s, "//"); ok {
		u.hasAuthority = true
		end := strings.IndexAny(rest, "/?")
		if end < 0 {
			end = len(rest)
		}
		u.authority, s = rest[:end], rest[end:]
	}
	u.path, u.query, u.hasQuery = strings.Cut(s, "?")
	return u
}

func (u uriParts) String() string {
	var b strings.Builder
	if u.scheme != "" {
		b.WriteString(u.scheme + ":")
	}
	if u.hasAuthority {
		b.WriteString("//" + u.authority)
	}
	b.WriteString(u.path)
	if u.hasQuery {
		b.WriteString("?" + u.query)
	}
	return b.String()
}

// removeDots removes "." and ".." segments and runs of slashes. ".." at the beginning of a relative path stays; at its end it gets
// a slash.
func removeDots(path string) string {
	absolute := strings.HasPrefix(path, "/")
	var out []string
	segments := strings.Split(path, "/")
	directory := false // the path ends in a slash
	for _, s := range segments {
		directory = false
		switch s {
		case "", ".":
			directory = true
		case "..":
			directory = true
			if n := len(out); n > 0 && out[n-1] != ".." {
				out = out[:n-1]
			} else if !absolute {
				out = append(out, "..")
			}
		default:
			out = append(out, s)
		}
	}
	joined := strings.Join(out, "/")
	if directory && joined != "" {
		joined += "/"
	}
	if absolute {
		joined = "/" + joined
	}
	return joined
}
