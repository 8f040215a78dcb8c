package pdf

import (
	"strings"

	"github.com/kyso-dev/kyso/internal/pdfobj"
)

// lock is what a FieldMDP transform or a /Lock dictionary makes read-only (ISO 32000-2, 12.8.2.4 and 12.7.5.5).
type lock struct {
	action pdfobj.Name // All, Include or Exclude
	fields []string
	by     string        // name of the field whose signature locks
	level  Certification // /P of PDF 2.0; 0: absent
}

// holds reports whether the lock takes in the field of that name. A name in the list stands for everything beneath it too.
func (l *lock) holds(name string) bool {
	listed := false
	for _, f := range l.fields {
		if name == f || strings.HasPrefix(name, f) && name[len(f)] == '.' {
			listed = true
			break
		}
	}
	switch l.action {
	case "Include":
		return listed
	case "Exclude":
		return !listed
	}
	return true // All, and what cannot be understood
}

// permissions are what the signatures of a document still allow to be done to it.
type permissions struct {
	signed    bool          // there is a signature or a document time-stamp
	certified Certification // 0: not certified
	allowed   Certification // the strictest of certification and locks; 0: nothing restricts
	locks     []lock
}

// readPermissions collects what certifications and locks say.
func readPermissions(f *pdfobj.File, catalog *pdfobj.Dict, fm *form) (permissions, error) {
	var p permissions
	for i := range fm.fields {
		fd := &fm.fields[i]
		sig, err := fd.signature(f)
		if err != nil {
			return p, err
		}
		if sig == nil {
			continue
		}
		p.signed = true
		if err := p.add(f, sig, fd.name); err != nil {
			return p, err
		}
	}
	// The certification counts wherever it is kept; a field may have been taken out of the form.
	perms, _, err := f.LookupDict(catalog, "Perms")
	if err != nil {
		return p, unreadable(err)
	}
	if perms != nil && p.certified == 0 {
		sig, _, err := f.LookupDict(perms, "DocMDP")
		if err != nil {
			return p, unreadable(err)
		}
		if sig != nil {
			p.signed = true
			if err := p.add(f, sig, ""); err != nil {
				return p, err
			}
			if p.certified == 0 {
				p.restrict(CertifyForms) // named as certification without saying what it allows: the standard's default
				p.certified = CertifyForms
			}
		}
	}
	return p, nil
}

// add takes in the signature references of one signature dictionary.
func (p *permissions) add(f *pdfobj.File, sig *pdfobj.Dict, field string) error {
	refs, _, err := f.LookupArray(sig, "Reference")
	if err != nil {
		return unreadable(err)
	}
	for _, r := range refs {
		object, err := f.Resolve(r)
		if err != nil {
			return unreadable(err)
		}
		dict, _ := object.(*pdfobj.Dict)
		method, _, err := f.Lookup(dict, "TransformMethod")
		if err != nil {
			return unreadable(err)
		}
		params, _, err := f.LookupDict(dict, "TransformParams")
		if err != nil {
			return unreadable(err)
		}
		switch method {
		case pdfobj.Name("DocMDP"):
			p.certified = mdpLevel(f, params, CertifyForms)
			p.restrict(p.certified)
		case pdfobj.Name("FieldMDP"):
			l, err := readLock(f, params)
			if err != nil {
				return err
			}
			l.by = field
			p.locks = append(p.locks, l)
			p.restrict(l.level)
		}
	}
	return nil
}

func (p *permissions) restrict(c Certification) {
	if c != 0 && (p.allowed == 0 || c < p.allowed) {
		p.allowed = c
	}
}

// lockedBy is the name of the field whose signature locks the field of that name; ok is false where none does.
func (p *permissions) lockedBy(name string) (by string, ok bool) {
	for i := range p.locks {
		if p.locks[i].holds(name) {
			return p.locks[i].by, true
		}
	}
	return "", false
}

// mdpLevel is /P of transform parameters or a lock. A value outside 1 to 3 counts as the strictest.
func mdpLevel(f *pdfobj.File, params *pdfobj.Dict, absent Certification) Certification {
	v, _, err := f.Lookup(params, "P")
	if err != nil {
		return CertifyNothing
	}
	switch v := v.(type) {
	case nil:
		return absent
	case int64:
		if v >= 1 && v <= 3 {
			return Certification(v)
		}
	}
	return CertifyNothing
}

// readLock reads /Action, /Fields and /P.
func readLock(f *pdfobj.File, dict *pdfobj.Dict) (lock, error) {
	l := lock{action: "All", level: mdpLevel(f, dict, 0)}
	if a, _, err := f.Lookup(dict, "Action"); err != nil {
		return l, unreadable(err)
	} else if name, ok := a.(pdfobj.Name); ok {
		l.action = name
	}
	names, _, err := f.LookupArray(dict, "Fields")
	if err != nil {
		return l, unreadable(err)
	}
	for _, n := range names {
		v, err := f.Resolve(n)
		if err != nil {
			return l, unreadable(err)
		}
		if s, ok := v.(pdfobj.String); ok {
			l.fields = append(l.fields, decodeText([]byte(s)))
		}
	}
	return l, nil
}
