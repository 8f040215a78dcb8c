package verify

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/vnid"
	"github.com/kyso-dev/kyso/trust"
)

// chained is a certificate's path to an anchor, or why there is none.
type chained struct {
	path     *trust.Path // nil: none
	err      error       // why it does not hold at the time; nil: it does
	sub      SubIndication
	findings []Finding
}

// chain searches a path from cert, valid at a time. Each search is made once: documents with many signatures of one signer are
// common.
func (r *run) chain(cert *x509.Certificate, at time.Time) chained {
	key := chainKey{sha256.Sum256(cert.Raw), at.UnixNano()}
	c, ok := r.chains[key]
	if !ok {
		c = r.search(cert, at)
		r.chains[key] = c
	}
	c.findings = slices.Clone(c.findings)
	return c
}

type chainKey struct {
	certificate [sha256.Size]byte
	at          int64
}

func (r *run) search(cert *x509.Certificate, at time.Time) chained {
	path, err := r.v.Trust.Path(cert, r.known, at)
	c := chained{path: path, err: err}
	if err != nil {
		c.sub = ChainGeneralFailure
		var coded *trust.Error
		if errors.As(err, &coded) {
			switch finding.Code(coded.Code()) {
			case trust.CodeNoAnchors, trust.CodeNoPath:
				c.sub = NoCertificateChain
			case trust.CodeValidity:
				c.sub = OutOfBoundsNoPOE
			case trust.CodeWeak:
				c.sub = CryptoConstraintsNoPOE
			}
			c.findings = append(c.findings, findingOf(coded, finding.Error, "ETSI EN 319 102-1, 5.2.6"))
		}
	}
	if path == nil || len(path.Certificates) > 1 {
		c.findings = append(c.findings, Finding{Code: CodeRevocationNotChecked, Severity: finding.Warning, Clause: "ETSI EN 319 102-1, 5.2.6"})
	}
	return c
}

// entries is the chain as the report has it: the path, or where there is none the certificate alone.
func (c chained) entries(cert *x509.Certificate, names names) []ChainEntry {
	certs := []*x509.Certificate{cert}
	if c.path != nil {
		certs = c.path.Certificates
	}
	list := make([]ChainEntry, 0, len(certs))
	for i, one := range certs {
		e := ChainEntry{Subject: names.text(one.RawSubject), Serial: serialOf(one), Anchor: c.path != nil && i == len(certs)-1,
			Revocation: Revocation{Status: RevocationCouldNotCheck, Why: string(CodeRevocationNotChecked)}}
		if e.Anchor {
			e.Revocation = Revocation{Status: RevocationNotRequired}
		}
		list = append(list, e)
	}
	return list
}

// trust names the anchor.
func (c chained) trust(names names) Trust {
	if c.path == nil {
		return Trust{Tree: string(trust.None)}
	}
	a := c.path.Anchor
	return Trust{Tree: string(a.Tree), Name: a.Name, AnchorSubject: names.text(a.Certificate.RawSubject), AnchorSHA256: fingerprint(a.Certificate)}
}

// names are the names of certificates, by their encoding: a report says each of them several times.
type names map[string]named

type named struct {
	name vnid.Name
	text string // "" for what is not a name
}

func (n names) read(raw []byte) named {
	one, ok := n[string(raw)]
	if !ok {
		if name, err := vnid.ParseName(raw); err == nil {
			one = named{name, name.String()}
		}
		n[string(raw)] = one
	}
	return one
}

func (n names) text(raw []byte) string { return n.read(raw).text }

func serialOf(c *x509.Certificate) string { return fmt.Sprintf("%x", c.SerialNumber) }

func fingerprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return hex.EncodeToString(sum[:])
}

// usageNames are the bits of KeyUsage by their names (RFC 5280, 4.2.1.3).
var usageNames = []struct {
	bit  x509.KeyUsage
	name string
}{
	{x509.KeyUsageDigitalSignature, "digitalSignature"}, {x509.KeyUsageContentCommitment, "nonRepudiation"},
	{x509.KeyUsageKeyEncipherment, "keyEncipherment"}, {x509.KeyUsageDataEncipherment, "dataEncipherment"},
	{x509.KeyUsageKeyAgreement, "keyAgreement"}, {x509.KeyUsageCertSign, "keyCertSign"}, {x509.KeyUsageCRLSign, "cRLSign"},
	{x509.KeyUsageEncipherOnly, "encipherOnly"}, {x509.KeyUsageDecipherOnly, "decipherOnly"},
}

// describe says whose certificate it is.
func describe(cert *x509.Certificate, identifiedBy string, names names) Signer {
	s := Signer{IdentifiedBy: identifiedBy, Usage: []string{}}
	if cert == nil {
		return s
	}
	s.Subject, s.Issuer, s.Serial, s.CertificateSHA256 = names.text(cert.RawSubject), names.text(cert.RawIssuer), serialOf(cert), fingerprint(cert)
	s.RegistrationSerial = vnid.Serial(cert.SerialNumber)
	s.NotBefore, s.NotAfter = moment(cert.NotBefore), moment(cert.NotAfter)
	for _, u := range usageNames {
		if cert.KeyUsage&u.bit != 0 {
			s.Usage = append(s.Usage, u.name)
		}
	}
	if name := names.read(cert.RawSubject).name; name != nil {
		id := name.Identity()
		s.Kind, s.Organization, s.TaxCode = string(id.Kind), id.Organization, id.TaxCode
		s.Person, s.PersonalID, s.Title, s.common, s.several = id.Person, id.PersonalID, id.Title, id.CommonName, id.Several
		s.Email, s.Identifiers = id.Email, identifiers(id)
	}
	return s
}

// moment is a time as a report carries it: nil for what JSON cannot say (RFC 3339 has years of four digits and zones below a day).
func moment(t time.Time) *time.Time {
	_, offset := t.Zone()
	if t.IsZero() || t.Year() < 0 || t.Year() > 9999 || offset <= -24*3600 || offset >= 24*3600 {
		return nil
	}
	return &t
}

// findingOf makes a finding of an error that carries a code.
func findingOf(err interface {
	Code() string
	Params() map[string]string
}, severity finding.Severity, clause string) Finding {
	return Finding{Code: finding.Code(err.Code()), Severity: severity, Params: err.Params(), Clause: clause}
}
