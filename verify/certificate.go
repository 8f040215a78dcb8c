package verify

import (
	"bufio"
	"cmp"
	"crypto/sha1" //nolint:gosec // the thumbprint by which Windows and token managers name a certificate; nothing rests on it
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/i18n"
	"github.com/kyso-dev/kyso/internal/vnid"
)

// Certificate is a certificate as a person reads it: whose it is, until when, for what. It is plain data, judges nothing but the dates,
// and is also the JSON form of the command `kyso cert`.
type Certificate struct {
	Schema             int          `json:"schema"`
	File               string       `json:"file"`    // where it was found, as the caller says
	Subject            string       `json:"subject"` // RFC 4514
	Issuer             string       `json:"issuer"`
	Serial             string       `json:"serial"`              // hexadecimal
	RegistrationSerial string       `json:"registration_serial"` // as registrations with the tax authority have it (Seri)
	SHA256             string       `json:"sha256"`
	SHA1               string       `json:"sha1"` // the thumbprint that Windows shows
	NotBefore          *time.Time   `json:"not_before"`
	NotAfter           *time.Time   `json:"not_after"`
	Validity           Validity     `json:"validity"` // at the time asked about
	Kind               string       `json:"kind"`     // organization, person, employee; "": cannot be told
	Organization       string       `json:"organization"`
	TaxCode            string       `json:"tax_code"` // MST
	Person             string       `json:"person"`
	PersonalID         string       `json:"personal_id"` // with its kind in front: CCCD:…, CMND:…, HC:…, BHXH:…
	Title              string       `json:"title"`
	Unit               string       `json:"unit"`
	Email              string       `json:"email"`
	Identifiers        []Identifier `json:"identifiers"` // every number of the subject, in its order
	Ambiguous          bool         `json:"ambiguous"`   // the subject carries contradicting numbers
	CA                 bool         `json:"ca"`          // an authority's certificate
	Usage              []string     `json:"usage"`       // key usages by their names in RFC 5280, 4.2.1.3
	ExtendedUsage      []string     `json:"extended_usage"`
	Policies           []string     `json:"policies"`
	Key                string       `json:"key"`                 // such as RSA-2048
	SignatureAlgorithm string       `json:"signature_algorithm"` // by which the issuer signed it

	common string
}

// Identifier is a number in the subject of a certificate.
type Identifier struct {
	Kind    string `json:"kind"`    // MST, CCCD, CMND, HC, BHXH; another prefix; VAT, IDC, PAS … of ETSI EN 319 412-1; "": without prefix
	Country string `json:"country"` // where the number says so
	Value   string `json:"value"`
}

// Validity says whether a time lies in the validity of a certificate.
type Validity string

// The validities.
const (
	ValidNow    Validity = "valid"
	NotYet      Validity = "not-yet-valid"
	OutOfDate   Validity = "expired"
	UnknownDate Validity = ""
)

// extendedUsages are the purposes of X.509 and of vendors that Vietnamese certificates name, by what people call them.
var extendedUsages = map[string]string{
	"2.5.29.37.0": "anyExtendedKeyUsage", "1.3.6.1.5.5.7.3.1": "serverAuth", "1.3.6.1.5.5.7.3.2": "clientAuth", "1.3.6.1.5.5.7.3.3": "codeSigning",
	"1.3.6.1.5.5.7.3.4": "emailProtection", "1.3.6.1.5.5.7.3.8": "timeStamping", "1.3.6.1.5.5.7.3.9": "OCSPSigning", "1.3.6.1.5.5.7.3.36": "documentSigning",
	"1.3.6.1.4.1.311.10.3.12": "msDocumentSigning", "1.2.840.113583.1.1.5": "adobeDocumentSigning", "1.3.6.1.4.1.311.20.2.2": "smartcardLogon",
}

// DescribeCertificate reads a certificate as a person does; validity is told for a time, zero for now. A subject that is no name leaves
// its fields empty.
func DescribeCertificate(cert *x509.Certificate, at time.Time) *Certificate {
	c := &Certificate{Schema: Schema, Usage: []string{}, ExtendedUsage: []string{}, Policies: []string{}, Identifiers: []Identifier{}}
	if cert == nil {
		return c
	}
	if at.IsZero() {
		at = time.Now()
	}
	names := new(names)
	c.Subject, c.Issuer, c.Serial, c.SHA256 = names.text(cert.RawSubject), names.text(cert.RawIssuer), serialOf(cert), fingerprint(cert)
	thumbprint := sha1.Sum(cert.Raw) //nolint:gosec // see the import
	c.RegistrationSerial, c.SHA1 = vnid.Serial(cert.SerialNumber), hex.EncodeToString(thumbprint[:])
	c.NotBefore, c.NotAfter = moment(cert.NotBefore), moment(cert.NotAfter)
	switch {
	case at.Before(cert.NotBefore):
		c.Validity = NotYet
	case at.After(cert.NotAfter):
		c.Validity = OutOfDate
	default:
		c.Validity = ValidNow
	}
	if subject := names.read(cert.RawSubject); subject.name != nil {
		id := subject.identity
		c.Kind, c.Organization, c.TaxCode, c.Person, c.PersonalID = string(id.Kind), id.Organization, id.TaxCode, id.Person, id.PersonalID
		c.Title, c.Unit, c.Email, c.Ambiguous, c.common = id.Title, id.Unit, id.Email, id.Several, id.CommonName
		c.Identifiers = identifiers(id)
	}
	c.CA = cert.IsCA
	c.Usage = usageOf(cert)
	for _, oid := range extendedUsageOf(cert) {
		if name, ok := extendedUsages[oid]; ok {
			oid = name
		}
		c.ExtendedUsage = append(c.ExtendedUsage, oid)
	}
	for _, oid := range cert.Policies {
		c.Policies = append(c.Policies, oid.String())
	}
	c.SignatureAlgorithm = cert.SignatureAlgorithm.String()
	if pub, err := alg.PublicKey(cert); err == nil {
		c.Key = alg.KeyName(pub)
	} else {
		c.Key = cert.PublicKeyAlgorithm.String()
	}
	return c
}

func identifiers(id vnid.Identity) []Identifier {
	out := make([]Identifier, 0, len(id.IDs))
	for _, n := range id.IDs {
		out = append(out, Identifier{Kind: n.Kind, Country: n.Country, Value: n.Value})
	}
	return out
}

// usageOf are the key usages by their names.
func usageOf(cert *x509.Certificate) []string {
	out := []string{}
	for _, u := range usageNames {
		if cert.KeyUsage&u.bit != 0 {
			out = append(out, u.name)
		}
	}
	return out
}

// extendedUsageOf are the purposes by their numbers.
func extendedUsageOf(cert *x509.Certificate) []string {
	var out []string
	for _, u := range cert.ExtKeyUsage {
		if oid := u.OID(); oid.String() != "" {
			out = append(out, oid.String())
		}
	}
	for _, oid := range cert.UnknownExtKeyUsage {
		out = append(out, oid.String())
	}
	return out
}

// JSON writes the certificate as one JSON object on one line; see [Report.JSON] for how characters are escaped.
func (c *Certificate) JSON() ([]byte, error) {
	raw, err := json.Marshal(c)
	if err != nil {
		return nil, fail(CodeReport, err)
	}
	return escapeHidden(raw), nil
}

// Text writes the certificate as a table for a terminal, as [Report.Text] does: nothing that the certificate says can forge a row.
// Errors are those of w.
func (c *Certificate) Text(w io.Writer, lang Lang, color bool) error {
	t := &table{w: bufio.NewWriter(w), lang: lang, color: color}
	validity, paint := map[Validity]finding.Code{ValidNow: certificateValid, NotYet: certificateNotYet, OutOfDate: certificateExpired}[c.Validity], wordFailed
	switch {
	case validity == "":
		validity = valueUnknown
	case c.Validity == ValidNow:
		paint = wordPassed
	}
	t.heading(t.say(labelSubject), t.painted(paint, t.say(validity)))
	holder := quote(cmp.Or(c.common, c.Organization, c.Subject))
	if kind := kindLabels[c.Kind]; kind != "" {
		holder = quote(cmp.Or(c.Person, c.Organization, c.Subject)) + " (" + t.say(kind) + ")"
	} else if c.CA {
		holder += " (" + t.say(kindAuthority) + ")"
	}
	t.row(labelHolder, holder)
	for _, r := range []struct {
		label finding.Code
		value string
	}{
		{labelTitle, c.Title}, {labelOrganization, c.Organization}, {labelUnit, c.Unit}, {labelTaxCode, c.TaxCode}, {labelPersonalID, c.PersonalID},
		{labelOtherNumbers, c.otherNumbers()}, {labelEmail, c.Email}, {labelFullName, c.Subject}, {labelIssuer, c.Issuer},
	} {
		if r.value != "" && (r.label != labelOrganization || c.Kind != string(vnid.Organization)) {
			t.row(r.label, quote(r.value))
		}
	}
	if c.Ambiguous {
		t.row(severityWarning, i18n.Text(string(CodeIdentityAmbiguous), t.lang, nil)+" ["+string(CodeIdentityAmbiguous)+"]")
	}
	t.row(labelSerial, quoteUnlessPlain(c.RegistrationSerial))
	if c.NotBefore != nil && c.NotAfter != nil {
		t.row(labelValidity, i18n.Text(string(valueFromTo), t.lang, map[string]string{"from": rfc3339(*c.NotBefore), "until": rfc3339(*c.NotAfter)}))
	}
	t.row(labelUsage, quoteUnlessPlain(strings.Join(c.Usage, ", ")))
	t.row(labelExtendedUsage, quoteUnlessPlain(strings.Join(c.ExtendedUsage, ", ")))
	t.row(labelPolicies, quoteUnlessPlain(strings.Join(c.Policies, ", ")))
	t.row(labelKey, quoteUnlessPlain(c.Key))
	t.row(labelSignedWith, quoteUnlessPlain(c.SignatureAlgorithm))
	t.row(labelSHA256, c.SHA256)
	t.row(labelSHA1, c.SHA1)
	return t.w.Flush()
}

// otherNumbers are those that no row of their own shows.
func (c *Certificate) otherNumbers() string {
	var out []string
	for _, n := range c.Identifiers {
		text := n.Kind + n.Country + ":" + n.Value
		if n.Kind == "" {
			text = n.Value
		}
		if n.Value == "" || n.Value == c.TaxCode || n.Kind+":"+n.Value == c.PersonalID || slices.Contains(out, text) {
			continue
		}
		out = append(out, text)
	}
	return strings.Join(out, ", ")
}

var kindLabels = map[string]finding.Code{string(vnid.Organization): kindOrganization, string(vnid.Person): kindPerson, string(vnid.Employee): kindEmployee}

// painted is a text in the colour of a verdict, where colours are wanted.
func (t *table) painted(word finding.Code, text string) string {
	if !t.color {
		return text
	}
	return map[finding.Code]string{wordPassed: "\x1b[1;32m", wordFailed: "\x1b[1;31m"}[word] + text + "\x1b[0m"
}

// Words of the table of a certificate.
const (
	labelHolder        finding.Code = "report.holder"
	labelFullName      finding.Code = "report.full-name"
	labelUnit          finding.Code = "report.unit"
	labelOtherNumbers  finding.Code = "report.other-numbers"
	labelEmail         finding.Code = "report.email"
	labelUsage         finding.Code = "report.usage"
	labelExtendedUsage finding.Code = "report.extended-usage"
	labelPolicies      finding.Code = "report.policies"
	labelKey           finding.Code = "report.key"
	labelSignedWith    finding.Code = "report.signed-with"
	labelSHA256        finding.Code = "report.sha256"
	labelSHA1          finding.Code = "report.sha1"
	certificateValid   finding.Code = "report.certificate.valid"
	certificateNotYet  finding.Code = "report.certificate.not-yet"
	certificateExpired finding.Code = "report.certificate.expired"
	kindAuthority      finding.Code = "report.kind.authority"
)
