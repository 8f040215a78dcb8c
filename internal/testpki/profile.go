package testpki

import (
	"slices"
	"time"
)

// keyKind is the algorithm and size of a key.
type keyKind uint8

const (
	rsa2048 keyKind = iota
	rsa3072
	p256
	p384
	p521
	ed25519Key
)

// role decides the extensions of a certificate.
type role uint8

const (
	roleRoot      role = iota // trust anchor
	roleIssuer                // authority that issues to end entities
	roleSigner                // person or organisation
	roleTSA                   // time-stamp unit, RFC 3161, 2.3
	roleResponder             // OCSP delegate, RFC 6960, 4.2.2.2
)

// flaw is what is wrong, on purpose, with a certificate.
type flaw uint8

const (
	flawNone           flaw = iota
	flawNoEKU               // no extended key usage at all
	flawEKUNotCritical      // RFC 3161, 2.3 wants it critical
	flawExtraEKU            // and alone
	flawEncipherOnly        // a key that must not sign
)

// profile is what a certificate of the PKI looks like. from and until count months from the PKI's birth.
type profile struct {
	name    string
	issuer  string // "" for a root
	role    role
	key     keyKind
	subject []attribute
	from    int
	until   int
	gov     bool // shaped like the older government tree
	idp     bool // its CRL is the one with a critical issuing distribution point
	flaw    flaw
	listed  bool // one of the signers that every folder holds
}

const year = 12 // months

// Made-up names. 0100000000 and 0200000000 fail the check digit of Vietnamese tax codes, and no province has the number 000.
const (
	company      = "CÔNG TY TNHH THỬ NGHIỆM"
	companyTax   = "MST:0100000000"
	otherCompany = "CÔNG TY CỔ PHẦN VÍ DỤ"
	otherTax     = "MST:0200000000"
	person       = "NGUYỄN VĂN THỬ"
	personID     = "CCCD:000000000000"
	employee     = "TRẦN THỊ MẪU"
	employeeID   = "CCCD:000000000001"
)

// profiles are all the certificates that a PKI can have. They are made when first asked for.
//
// The root lives 30 years, the issuing authority 15, signers 2. All of them begin before the PKI's birth, so that a test may
// turn the clock back. Time-stamp certificates are issued by the root, since the issuing authority does not live long enough for
// them; one takes over from the next with three years of overlap.
var profiles = slices.Concat(
	[]profile{
		{name: "root", role: roleRoot, from: -3 * year, until: 27 * year,
			subject: []attribute{vietnam(), utf8(oidOrganization, "CƠ QUAN THỬ NGHIỆM KYSO"), utf8(oidCommonName, "Kyso Test National Root CA")}},
		{name: "issuer", issuer: "root", role: roleIssuer, from: -3*year + 1, until: 12*year + 1,
			subject: []attribute{vietnam(), utf8(oidOrganization, "CÔNG TY CHỨNG THỰC THỬ NGHIỆM KYSO"), utf8(oidCommonName, "Kyso Test CA SHA-256")}},
		{name: "ocsp-root", issuer: "root", role: roleResponder, key: p256, from: -3 * year, until: 27 * year,
			subject: []attribute{vietnam(), utf8(oidOrganization, "CƠ QUAN THỬ NGHIỆM KYSO"), utf8(oidCommonName, "Kyso Test Root OCSP")}},
		{name: "ocsp-issuer", issuer: "issuer", role: roleResponder, key: p256, from: -3*year + 1, until: 12*year + 1,
			subject: []attribute{vietnam(), utf8(oidOrganization, "CÔNG TY CHỨNG THỰC THỬ NGHIỆM KYSO"), utf8(oidCommonName, "Kyso Test CA OCSP")}},
		{name: "ocsp-no-eku", issuer: "issuer", role: roleResponder, key: p256, from: -3*year + 1, until: 12*year + 1, flaw: flawNoEKU,
			subject: []attribute{vietnam(), utf8(oidOrganization, "CÔNG TY CHỨNG THỰC THỬ NGHIỆM KYSO"), utf8(oidCommonName, "Kyso Test CA OCSP without EKU")}},

		tsa("tsa1", "Kyso Test TSA 1", p256, -3*year, 8*year, flawNone),
		tsa("tsa2", "Kyso Test TSA 2", rsa3072, 5*year, 15*year, flawNone),
		tsa("tsa3", "Kyso Test TSA 3", p384, 12*year, 22*year, flawNone),
		tsa("tsa-expired", "Kyso Test TSA expired", p256, -3*year, -1, flawNone),
		tsa("tsa-no-eku", "Kyso Test TSA without EKU", p256, -3*year, 22*year, flawNoEKU),
		tsa("tsa-eku-not-critical", "Kyso Test TSA EKU not critical", p256, -3*year, 22*year, flawEKUNotCritical),
		tsa("tsa-extra-eku", "Kyso Test TSA extra EKU", p256, -3*year, 22*year, flawExtraEKU),

		{name: "gov-root", role: roleRoot, gov: true, from: -3 * year, until: 27 * year,
			subject: []attribute{vietnam(), ascii(oidOrganization, "Co quan thu nghiem kyso"), ascii(oidCommonName, "Co quan chung thuc so thu nghiem (RootCA)")}},
		{name: "gov-issuer", issuer: "gov-root", role: roleIssuer, gov: true, from: -3*year + 1, until: 12*year + 1,
			subject: []attribute{vietnam(), ascii(oidOrganization, "Co quan thu nghiem kyso"), ascii(oidCommonName, "Co quan chung thuc so Bo Thu nghiem")}},
	},
	[]profile{
		org("signer", rsa2048, company, companyTax, ""),
		org("ec", p256, company, companyTax, "Khóa P-256").withIDP(),
		org("ed25519", ed25519Key, company, companyTax, "Khóa Ed25519"),
		org("expired", rsa2048, company, companyTax, "Chứng thư hết hạn").at(-2*year-1, -1),
		org("revoked", rsa2048, company, companyTax, "Chứng thư bị thu hồi"),
		org("suspended", rsa2048, company, companyTax, "Chứng thư bị tạm dừng"),
		natural("person", rsa2048, vietnam(), utf8(oidProvince, "Hà Nội"), utf8(oidCommonName, person), utf8(oidUserID, personID)),
		natural("employee", rsa2048, vietnam(), utf8(oidProvince, "Hà Nội"), utf8(oidLocality, "Quận Thử Nghiệm"), utf8(oidOrganization, company),
			utf8(oidUnit, "Phòng Kế toán"), utf8(oidTitle, "Kế toán trưởng"), utf8(oidCommonName, employee),
			utf8(oidUserID, companyTax), utf8(oidUserID, employeeID)).withIDP(),
		org("other", rsa2048, otherCompany, otherTax, "").withIDP(),
		org("eseal", rsa2048, company, companyTax, "Con dấu điện tử"),
		{name: "cqt", issuer: "gov-issuer", role: roleSigner, gov: true, from: -1, until: 2*year - 1, listed: true,
			subject: []attribute{vietnam(), ascii(oidOrganization, "Bo Thu nghiem"), ascii(oidUnit, "Tong cuc Thu nghiem"), ascii(oidCommonName, "Cuc Thue thu nghiem")}},
	},
	[]profile{
		org("rsa3072", rsa3072, company, companyTax, "Khóa RSA-3072").unlisted(),
		org("ec384", p384, company, companyTax, "Khóa P-384").unlisted(),
		org("ec521", p521, company, companyTax, "Khóa P-521").unlisted(),
		org("future", p256, company, companyTax, "Chứng thư chưa hiệu lực").at(2*year, 4*year).unlisted(),
		org("encipher", p256, company, companyTax, "Khóa mã hóa").flawed(flawEncipherOnly).unlisted(),
	},
)

func org(name string, key keyKind, organization, tax, unit string) profile {
	subject := []attribute{vietnam(), utf8(oidProvince, "Hà Nội"), utf8(oidLocality, "Quận Thử Nghiệm"), utf8(oidOrganization, organization)}
	if unit != "" {
		subject = append(subject, utf8(oidUnit, unit))
	}
	return natural(name, key, append(subject, utf8(oidCommonName, organization), utf8(oidUserID, tax))...)
}

func natural(name string, key keyKind, subject ...attribute) profile {
	return profile{name: name, issuer: "issuer", role: roleSigner, key: key, subject: subject, from: -1, until: 2*year - 1, listed: true}
}

func tsa(name, cn string, key keyKind, from, until int, flaw flaw) profile {
	return profile{name: name, issuer: "root", role: roleTSA, key: key, from: from, until: until, flaw: flaw,
		subject: []attribute{vietnam(), utf8(oidOrganization, "CƠ QUAN THỬ NGHIỆM KYSO"), utf8(oidCommonName, cn)}}
}

func (p profile) at(from, until int) profile { p.from, p.until = from, until; return p }
func (p profile) withIDP() profile           { p.idp = true; return p }
func (p profile) unlisted() profile          { p.listed = false; return p }
func (p profile) flawed(f flaw) profile      { p.flaw = f; return p }

// authority reports whether the certificate may sign others.
func (p profile) authority() bool { return p.role == roleRoot || p.role == roleIssuer }

// standing reports whether every folder holds the certificate.
func (p profile) standing() bool {
	return p.listed || p.authority() || (p.role == roleTSA && p.flaw == flawNone && p.until > 0) || (p.role == roleResponder && p.flaw == flawNone)
}

func (p profile) notBefore(birth time.Time) time.Time { return birth.AddDate(0, p.from, 0) }

// notAfter counts from notBefore, so that "two years" are two years also where a month is short.
func (p profile) notAfter(birth time.Time) time.Time {
	return p.notBefore(birth).AddDate(0, p.until-p.from, 0)
}

func profileOf(name string) (profile, bool) {
	i := slices.IndexFunc(profiles, func(p profile) bool { return p.name == name })
	if i < 0 {
		return profile{}, false
	}
	return profiles[i], true
}

// Names lists the signers that every PKI and every folder has, "signer" first.
func Names() []string {
	var names []string
	for _, p := range profiles {
		if p.listed {
			names = append(names, p.name)
		}
	}
	return names
}
