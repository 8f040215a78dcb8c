package pdf

import (
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"slices"
	"strconv"
	"strings"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/pdfobj"
	"github.com/kyso-dev/kyso/internal/pki"
)

// Bits of /Ff in a seed value dictionary: which of its entries bind (ISO 32000-2, Table 237).
const (
	seedFilter = 1 << iota
	seedSubFilter
	seedVersion
	seedReasons
	seedLegalAttestation
	seedAddRevInfo
	seedDigestMethod
	seedLockDocument
	seedAppearanceFilter
)

// Bits of /Ff in a certificate seed value dictionary (Table 238).
const (
	seedSubject = 1 << iota
	seedIssuer
	seedPolicy
	seedSubjectDN
	_
	seedKeyUsage
)

// seeds reads one field's seed values; the first error stays.
type seeds struct {
	file  *pdfobj.File
	dict  *pdfobj.Dict
	field string
	err   error
}

// applySeeds makes a signature as the field asks for it. What binds and was not asked for by the caller is refused: a field
// decides neither what people sign for, nor at which level. Only a digest that the caller left open is chosen.
func applySeeds(f *pdfobj.File, fd *field, chain []*x509.Certificate, o *Options) error {
	dict, _, err := f.LookupDict(fd.dict, "SV")
	if err != nil {
		return unreadable(err)
	}
	if dict == nil {
		return nil
	}
	s := &seeds{file: f, dict: dict, field: fd.name}
	binding := s.integer(dict, "Ff")
	if want, ok := s.get(dict, "Filter").(pdfobj.Name); ok && binding&seedFilter != 0 && want != filterName {
		s.refuse("Filter", string(want))
	}
	if binding&seedSubFilter != 0 {
		if want := s.strings(dict, "SubFilter"); len(want) > 0 && !slices.Contains(want, o.SubFilter) {
			s.refuse("SubFilter", strings.Join(want, ", "))
		}
	}
	if binding&seedVersion != 0 && s.integer(dict, "V") > 3 {
		s.refuse("V", "V > 3")
	}
	if binding&seedReasons != 0 {
		want := s.strings(dict, "Reasons")
		switch {
		case len(want) == 0 || len(want) == 1 && want[0] == ".":
			if o.Reason != "" {
				s.refuse("Reason", "()")
			}
		case !slices.Contains(want, o.Reason):
			s.refuse("Reason", strings.Join(want, ", "))
		}
	}
	if binding&seedDigestMethod != 0 {
		s.digest(o)
	}
	s.certification(o, binding)
	if ts := s.sub(dict, "TimeStamp"); ts != nil && s.integer(ts, "Ff")&1 != 0 && o.Level == LevelBB {
		s.refuse("TimeStamp", "B-T")
	}
	if on, _ := s.get(dict, "AddRevInfo").(bool); on && binding&seedAddRevInfo != 0 {
		s.refuse("AddRevInfo", "B-LT")
	}
	if binding&seedAppearanceFilter != 0 && s.get(dict, "AppearanceFilter") != nil {
		s.refuse("AppearanceFilter", strings.Join(s.strings(dict, "AppearanceFilter"), ", "))
	}
	if cert := s.sub(dict, "Cert"); cert != nil {
		s.certificate(cert, chain)
	}
	return s.err
}

// digest chooses or checks the digest of the document.
func (s *seeds) digest(o *Options) {
	want := s.strings(s.dict, "DigestMethod")
	if len(want) == 0 {
		return
	}
	for _, name := range want {
		h, ok := alg.HashByName(name)
		if !ok || h.Weak || !signingHash(h.Crypto) {
			continue
		}
		if o.Hash == 0 {
			o.Hash = h.Crypto
		}
		if o.Hash == h.Crypto {
			return
		}
	}
	s.refuse("DigestMethod", strings.Join(want, ", "))
}

// certification compares /MDP, which always binds, and what goes with it.
func (s *seeds) certification(o *Options, binding int64) {
	if mdp := s.sub(s.dict, "MDP"); mdp != nil {
		if p := s.integer(mdp, "P"); p != int64(o.Certify) {
			s.refuse("MDP", "P "+strconv.FormatInt(p, 10))
		}
	}
	if binding&seedLegalAttestation != 0 && o.Certify != 0 {
		s.refuse("LegalAttestation", strings.Join(s.strings(s.dict, "LegalAttestation"), ", "))
	}
	if binding&seedLockDocument != 0 && s.get(s.dict, "LockDocument") == pdfobj.Name("true") {
		s.refuse("LockDocument", "true")
	}
}

// certificate checks what the field says about who may sign it.
func (s *seeds) certificate(dict *pdfobj.Dict, chain []*x509.Certificate) {
	binding := s.integer(dict, "Ff")
	has := func(key pdfobj.Name, certs []*x509.Certificate) bool {
		want := s.strings(dict, key)
		return len(want) == 0 || slices.ContainsFunc(certs, func(c *x509.Certificate) bool { return slices.Contains(want, string(c.Raw)) })
	}
	if binding&seedSubject != 0 && !has("Subject", chain[:1]) {
		s.refuse("Cert/Subject", s.names(dict, "Subject"))
	}
	if binding&seedIssuer != 0 && !has("Issuer", chain) {
		s.refuse("Cert/Issuer", s.names(dict, "Issuer"))
	}
	if binding&seedPolicy != 0 {
		want := s.strings(dict, "OID")
		if len(want) > 0 && !slices.ContainsFunc(chain[0].Policies, func(o x509.OID) bool { return slices.Contains(want, o.String()) }) {
			s.refuse("Cert/OID", strings.Join(want, ", "))
		}
	}
	if binding&seedSubjectDN != 0 {
		s.subjectDN(dict, chain[0])
	}
	if binding&seedKeyUsage != 0 {
		if want := s.strings(dict, "KeyUsage"); len(want) > 0 && !slices.ContainsFunc(want, func(w string) bool { return usageFits(w, chain[0].KeyUsage) }) {
			s.refuse("Cert/KeyUsage", strings.Join(want, ", "))
		}
	}
}

// names are the common names of the certificates that the field would take.
func (s *seeds) names(dict *pdfobj.Dict, key pdfobj.Name) string {
	var list []string
	for _, raw := range s.strings(dict, key) {
		name := "?"
		if c, err := pki.ParseX509([]byte(raw)); err == nil {
			name = c.Subject.CommonName
		}
		list = append(list, name)
	}
	return strings.Join(list, ", ")
}

// attributeNames are the short names that a /SubjectDN entry may use instead of an object identifier.
var attributeNames = map[pdfobj.Name]string{
	"CN": "2.5.4.3", "SN": "2.5.4.4", "SerialNumber": "2.5.4.5", "C": "2.5.4.6", "L": "2.5.4.7", "ST": "2.5.4.8", "O": "2.5.4.10", "OU": "2.5.4.11",
	"T": "2.5.4.12", "GN": "2.5.4.42", "DC": "0.9.2342.19200300.100.1.25", "UID": "0.9.2342.19200300.100.1.1", "E": "1.2.840.113549.1.9.1",
}

// subjectDN: one of the dictionaries must have all its attributes in the subject.
func (s *seeds) subjectDN(dict *pdfobj.Dict, leaf *x509.Certificate) {
	names, _ := s.get(dict, "SubjectDN").(pdfobj.Array)
	if len(names) == 0 {
		return
	}
	var wants []string
	for _, n := range names {
		object, err := s.file.Resolve(n)
		if err != nil {
			s.fail(err)
			return
		}
		wanted, _ := object.(*pdfobj.Dict)
		if wanted == nil {
			continue
		}
		all := true
		for key := range wanted.All() {
			text, _ := s.get(wanted, key).(pdfobj.String)
			wants = append(wants, string(key)+"="+decodeText([]byte(text)))
			oid, short := attributeNames[key]
			if !short {
				oid = string(key)
			}
			if !slices.ContainsFunc(leaf.Subject.Names, func(a pkix.AttributeTypeAndValue) bool {
				v, ok := a.Value.(string)
				return ok && a.Type.String() == oid && v == decodeText([]byte(text))
			}) {
				all = false
				break
			}
		}
		if all {
			return
		}
	}
	s.refuse("Cert/SubjectDN", strings.Join(wants, ", "))
}

// usageFits compares a /KeyUsage string, one character for each bit in the order of RFC 5280: "1" it must be set, "0" it must
// not, "X" either way. What is missing at the end is X.
func usageFits(want string, have x509.KeyUsage) bool {
	for i, c := range want {
		if i >= 9 {
			break
		}
		set := have&(1<<i) != 0
		if c == '1' && !set || c == '0' && set {
			return false
		}
	}
	return true
}

func (s *seeds) refuse(entry, wants string) {
	if s.err == nil {
		s.err = fault(CodeSeedValue, nil, "field", s.field, "entry", entry, "wants", wants)
	}
}

func (s *seeds) fail(err error) {
	if s.err == nil {
		s.err = unreadable(err)
	}
}

func (s *seeds) get(d *pdfobj.Dict, key pdfobj.Name) pdfobj.Object {
	v, _, err := s.file.Lookup(d, key)
	if err != nil {
		s.fail(err)
		return nil
	}
	return v
}

func (s *seeds) sub(d *pdfobj.Dict, key pdfobj.Name) *pdfobj.Dict {
	v, _ := s.get(d, key).(*pdfobj.Dict)
	return v
}

func (s *seeds) integer(d *pdfobj.Dict, key pdfobj.Name) int64 {
	switch v := s.get(d, key).(type) {
	case int64:
		return v
	case float64:
		return int64(v)
	}
	return 0
}

// strings is an array of names and text strings, or a single one of them. Certificates come out as their octets.
func (s *seeds) strings(d *pdfobj.Dict, key pdfobj.Name) []string {
	v := s.get(d, key)
	list, ok := v.(pdfobj.Array)
	if !ok && v != nil {
		list = pdfobj.Array{v}
	}
	out := make([]string, 0, len(list))
	for _, e := range list {
		v, err := s.file.Resolve(e)
		if err != nil {
			s.fail(err)
			return nil
		}
		switch v := v.(type) {
		case pdfobj.Name:
			out = append(out, string(v))
		case pdfobj.String:
			if key == "Subject" || key == "Issuer" {
				out = append(out, string(v))
			} else {
				out = append(out, decodeText([]byte(v)))
			}
		}
	}
	return out
}

func signingHash(h crypto.Hash) bool {
	return h == crypto.SHA256 || h == crypto.SHA384 || h == crypto.SHA512
}
