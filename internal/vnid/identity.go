package vnid

import (
	"cmp"
	"encoding/asn1"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Kind says whom a certificate belongs to. The zero value: cannot be told.
type Kind string

// The kinds (Decree 23/2025/NĐ-CP, 13 and 14, as certificates show them).
const (
	Organization Kind = "organization" // an organisation's seal: a tax code and no person's number
	Person       Kind = "person"       // an individual
	Employee     Kind = "employee"     // a person in an organisation
)

// ID is a number that the subject carries.
type ID struct {
	Kind    string // MST, CCCD, CMND, HC, BHXH; another prefix in capitals; VAT, IDC, PAS … of ETSI EN 319 412-1, 5.1; "": without prefix
	Country string // two letters, where the number says so (ETSI EN 319 412-1, 5.1.3 and 5.1.4)
	Value   string // what follows the prefix, spaces removed; a tax code in the form of [TaxCode]
	Raw     string // the attribute as it stands there
}

// Identity is a subject as a person reads it. Texts are in Unicode normalisation form C and not cleaned for a terminal.
type Identity struct {
	Kind         Kind
	Organization string
	TaxCode      string // MST, in the form of [TaxCode]
	Person       string
	PersonalID   string // with its kind in front, such as "CCCD:001099000001"
	Title        string // title of a person in an organisation
	CommonName   string
	Unit         string
	Country      string
	Email        string
	IDs          []ID // all numbers, in the order of the name
	Several      bool // the subject carries different tax codes, or different numbers of one kind: which is meant cannot be told
}

var (
	oidCommonName   = asn1.ObjectIdentifier{2, 5, 4, 3}
	oidSurname      = asn1.ObjectIdentifier{2, 5, 4, 4}
	oidSerial       = asn1.ObjectIdentifier{2, 5, 4, 5}
	oidCountry      = asn1.ObjectIdentifier{2, 5, 4, 6}
	oidOrganization = asn1.ObjectIdentifier{2, 5, 4, 10}
	oidUnit         = asn1.ObjectIdentifier{2, 5, 4, 11}
	oidTitle        = asn1.ObjectIdentifier{2, 5, 4, 12}
	oidGivenName    = asn1.ObjectIdentifier{2, 5, 4, 42}
	oidOrgID        = asn1.ObjectIdentifier{2, 5, 4, 97}
	oidUID          = asn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 1}
	oidEmail        = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}
)

// personal are the kinds of numbers that only a person has.
var personal = map[string]bool{"CCCD": true, "CMND": true, "HC": true, "BHXH": true, "IDC": true, "PAS": true, "PNO": true}

// Parse reads the DER of a Name, such as x509.Certificate.RawSubject. Errors are *[Error].
func Parse(der []byte) (Identity, error) {
	name, err := ParseName(der)
	if err != nil {
		return Identity{}, err
	}
	return name.Identity(), nil
}

// Identity reads the name as a person does.
func (n Name) Identity() Identity {
	var id Identity
	var organization, given, surname string
	for _, rdn := range n {
		for _, a := range rdn {
			if !a.Text {
				continue
			}
			v := strings.TrimSpace(norm.NFC.String(a.Value))
			switch {
			case a.Type.Equal(oidCommonName):
				id.CommonName = cmp.Or(id.CommonName, v)
			case a.Type.Equal(oidOrganization):
				organization = cmp.Or(organization, v)
			case a.Type.Equal(oidUnit):
				id.Unit = cmp.Or(id.Unit, v)
			case a.Type.Equal(oidTitle):
				id.Title = cmp.Or(id.Title, v)
			case a.Type.Equal(oidCountry):
				id.Country = cmp.Or(id.Country, v)
			case a.Type.Equal(oidEmail):
				id.Email = cmp.Or(id.Email, v)
			case a.Type.Equal(oidGivenName):
				given = cmp.Or(given, v)
			case a.Type.Equal(oidSurname):
				surname = cmp.Or(surname, v)
			case a.Type.Equal(oidUID):
				id.IDs = append(id.IDs, number(v))
			case a.Type.Equal(oidOrgID), a.Type.Equal(oidSerial):
				if n := number(v); n.Kind != "" { // else a number of the authority's own
					id.IDs = append(id.IDs, n)
				}
			}
		}
	}
	id.numbers()
	id.decide(organization, strings.TrimSpace(surname+" "+given))
	return id
}

// numbers takes the tax code and the person's number from the IDs.
func (id *Identity) numbers() {
	seen := make(map[string]string)
	for _, n := range id.IDs {
		kind := n.Kind
		if kind == "VAT" && n.Country == "VN" {
			kind = "MST" // the same number under its European name
		}
		if n.Value == "" || kind != "MST" && !personal[kind] {
			continue
		}
		if before, ok := seen[kind]; ok && before != n.Value {
			id.Several = true
		}
		seen[kind] = cmp.Or(seen[kind], n.Value)
		if kind == "MST" {
			id.TaxCode = cmp.Or(id.TaxCode, n.Value)
		} else {
			id.PersonalID = cmp.Or(id.PersonalID, n.Kind+":"+n.Value)
		}
	}
}

// legal are the kinds of numbers that only an organisation has (ETSI EN 319 412-1, 5.1.4).
var legal = map[string]bool{"VAT": true, "NTR": true, "PSD": true, "LEI": true}

// decide tells the kind. The rule of thumb in use is: an organisation's seal has a tax code and no person's number. Certificates
// that carry no number at all are told by the attributes that only persons have (given name, surname), or by an organisation
// that is its own common name.
func (id *Identity) decide(organization, personName string) {
	hasPerson := id.PersonalID != "" || personName != ""
	hasNumber := id.TaxCode != "" || slices.ContainsFunc(id.IDs, func(n ID) bool { return legal[n.Kind] && n.Value != "" })
	switch {
	case hasPerson && (hasNumber || organization != ""):
		id.Kind = Employee
		id.Organization = organization
		id.Person = id.CommonName
		if id.CommonName == "" || sameText(id.CommonName, organization) {
			id.Person = personName
		}
	case hasPerson:
		id.Kind = Person
		id.Person = cmp.Or(id.CommonName, personName)
	case hasNumber:
		id.Kind = Organization
		id.Organization = cmp.Or(id.CommonName, organization)
	case organization != "" && (id.CommonName == "" || sameText(id.CommonName, organization)):
		id.Kind = Organization
		id.Organization = organization
	default:
		id.Organization = organization
	}
}

func sameText(a, b string) bool { return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b)) }

// number reads "MST:0100000000" and "VATVN-0100000000", which authorities write into one attribute or the other. What has neither form
// keeps its value and has no kind.
func number(v string) ID {
	if id, ok := semantics(v); ok {
		return id
	}
	before, after, found := strings.Cut(v, ":")
	if !found {
		return ID{Value: v, Raw: v}
	}
	id := ID{Kind: strings.ToUpper(strings.TrimSpace(before)), Value: strings.Join(strings.Fields(after), ""), Raw: v}
	if id.Kind == "MST" {
		id.Value = TaxCode(id.Value)
	}
	return id
}

// semantics reads the identifiers of ETSI EN 319 412-1, 5.1.3 and 5.1.4: three letters for the kind, two for the country, a
// hyphen, the number.
func semantics(v string) (ID, bool) {
	if len(v) < 7 || v[5] != '-' || strings.ToUpper(v[:5]) != v[:5] {
		return ID{}, false
	}
	switch kind := v[:3]; kind {
	case "VAT", "NTR", "PSD", "LEI", "PAS", "IDC", "PNO", "TAX", "TIN":
		id := ID{Kind: kind, Country: v[3:5], Value: v[6:], Raw: v}
		if kind == "VAT" && id.Country == "VN" {
			id.Value = TaxCode(id.Value)
		}
		return id, true
	}
	return ID{}, false
}

var dashes = strings.NewReplacer("-", "", "\u2010", "", "\u2011", "", "\u2012", "", "\u2013", "", "\u2212", "")

// TaxCode is a Vietnamese tax code as it is compared: ten digits, or ten digits, a hyphen and three more for a branch, however spaces,
// dashes of other kinds and a left-out hyphen write it. What is no such code stays as it is, spaces removed.
func TaxCode(s string) string {
	s = strings.Join(strings.Fields(s), "")
	digits := dashes.Replace(s)
	if strings.Trim(digits, "0123456789") != "" {
		return s
	}
	switch len(digits) {
	case 10:
		return digits
	case 13:
		return digits[:10] + "-" + digits[10:]
	}
	return s
}

// Serial is a certificate's serial number as registrations of certificates write it (field Seri): hexadecimal, in capitals, two digits
// for each octet, nothing between them. A negative number, which RFC 5280 forbids and old certificates have, keeps its sign.
func Serial(n *big.Int) string {
	if n == nil {
		return ""
	}
	s := fmt.Sprintf("%X", new(big.Int).Abs(n))
	if len(s)%2 == 1 {
		s = "0" + s
	}
	if n.Sign() < 0 {
		s = "-" + s
	}
	return s
}
