package revoke

import (
	"bytes"
	"crypto/sha256"
	"math/big"
	"strconv"
	"time"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/pki"
)

// CRL is a certificate revocation list. It is never changed after [ParseCRL] and safe for concurrent use. Its entries stay as they
// came, so that a large list takes no more memory than its octets.
type CRL struct {
	Raw        []byte // DER of all of it; the other octets lie within
	RawTBS     []byte // DER of what is signed
	Algorithm  []byte // DER of signatureAlgorithm
	Signature  []byte // nil: not a whole number of octets
	Issuer     pki.Name
	ThisUpdate time.Time
	NextUpdate time.Time // zero: absent

	Extensions []pki.Extension
	KeyID      []byte // of the authority key identifier
	Number     *big.Int
	Base       *big.Int // of the complete CRL that a delta CRL builds on; nil: this is a complete one
	Point      IssuingPoint
	Freshest   []pki.DistributionPoint // where its deltas are (RFC 5280, 5.2.6)
	Issuers    []string                // where certificates of who signed it are (5.2.7)
	Unknown    []pki.OID               // critical extensions, of the list or of an entry, that this package does not process

	ExpiredSince time.Time // expiredCertsOnCRL (X.509, 9.5.2.8): certificates that ended since then are kept; zero: not said

	entries  []byte // content of revokedCertificates
	count    int
	indirect bool // an entry names the issuer of a certificate
	odd      bool // a serial number is not in its shortest form

	digest    Digest
	signature signature
}

// IssuingPoint is the extension IssuingDistributionPoint (RFC 5280, 5.2.5).
type IssuingPoint struct {
	Raw            []byte // nil: no extension
	Name           pki.PointName
	OnlyUsers      bool
	OnlyCAs        bool
	OnlyAttributes bool
	Indirect       bool
	Reasons        pki.Reasons // 0: all
}

// Len is the number of entries.
func (l *CRL) Len() int { return l.count }

// Delta reports whether the list holds changes only.
func (l *CRL) Delta() bool { return l.Base != nil }

// ParseCRL reads one DER CertificateList. Errors are *[Error]: [CodeMalformed], [CodeTooLarge].
func ParseCRL(raw []byte) (*CRL, error) {
	if len(raw) > limits.RevokeCRL {
		return nil, fail(CodeTooLarge, nil, "what", "CertificateList", "max", strconv.Itoa(limits.RevokeCRL))
	}
	l := &CRL{Raw: bytes.Clone(raw), digest: sha256.Sum256(raw)}
	s := cryptobyte.String(l.Raw)
	var outer, tbs, alg, bits cryptobyte.String
	if !s.ReadASN1(&outer, casn1.SEQUENCE) || !s.Empty() || !outer.ReadASN1Element(&tbs, casn1.SEQUENCE) || !outer.ReadASN1Element(&alg, casn1.SEQUENCE) ||
		!outer.ReadASN1(&bits, casn1.BIT_STRING) || !outer.Empty() || len(bits) == 0 || bits[0] > 7 {
		return nil, malformed("CertificateList")
	}
	l.RawTBS, l.Algorithm = tbs, alg
	if bits[0] == 0 {
		l.Signature = bits[1:]
	}
	l.signature = signature{algorithm: l.Algorithm, message: l.RawTBS, value: l.Signature}
	if err := l.readTBS(tbs); err != nil {
		return nil, err
	}
	return l, nil
}

func (l *CRL) readTBS(tbs cryptobyte.String) error {
	var in, inner, issuer cryptobyte.String
	version := 0
	if !tbs.ReadASN1(&in, casn1.SEQUENCE) || in.PeekASN1Tag(casn1.INTEGER) && (!in.ReadASN1Integer(&version) || version != 1) {
		return malformed("TBSCertList")
	}
	if !in.ReadASN1Element(&inner, casn1.SEQUENCE) || !bytes.Equal(inner, l.Algorithm) || !in.ReadASN1Element(&issuer, casn1.SEQUENCE) {
		return malformed("TBSCertList")
	}
	var err error
	if l.Issuer, err = pki.ParseName(issuer); err != nil {
		return fail(CodeMalformed, err, "structure", "issuer")
	}
	var ok bool
	if l.ThisUpdate, _, ok = pki.ReadTime(&in); !ok {
		return malformed("thisUpdate")
	}
	if in.PeekASN1Tag(casn1.UTCTime) || in.PeekASN1Tag(casn1.GeneralizedTime) {
		if l.NextUpdate, _, ok = pki.ReadTime(&in); !ok {
			return malformed("nextUpdate")
		}
	}
	if in.PeekASN1Tag(casn1.SEQUENCE) {
		var entries cryptobyte.String
		if !in.ReadASN1(&entries, casn1.SEQUENCE) {
			return malformed("revokedCertificates")
		}
		l.entries = entries
	}
	var extensions cryptobyte.String
	var present bool
	if !in.ReadOptionalASN1(&extensions, &present, casn1.Tag(0).ContextSpecific().Constructed()) || !in.Empty() || present && version != 1 {
		return malformed("TBSCertList")
	}
	if present {
		if l.Extensions, _, err = pki.ReadExtensions(extensions); err != nil {
			return fail(CodeMalformed, err, "structure", "crlExtensions")
		}
		for _, e := range l.Extensions {
			if err := l.readExtension(e); err != nil {
				return err
			}
		}
	}
	return l.checkEntries()
}

func (l *CRL) readExtension(e pki.Extension) error {
	var err error
	in := cryptobyte.String(e.Value)
	switch e.ID {
	case oidNumber, oidDelta:
		var c cryptobyte.String
		if !in.ReadASN1(&c, casn1.INTEGER) || !in.Empty() || len(c) == 0 || len(c) > limits.PKISerial || c[0] >= 0x80 {
			return malformed("CRLNumber")
		}
		if e.ID == oidNumber {
			l.Number = pki.Integer(c)
		} else {
			l.Base = pki.Integer(c)
		}
	case oidAuthorityKeyID:
		var seq, id cryptobyte.String
		var present bool
		if !in.ReadASN1(&seq, casn1.SEQUENCE) || !in.Empty() || !seq.ReadOptionalASN1(&id, &present, casn1.Tag(0).ContextSpecific()) {
			return malformed("AuthorityKeyIdentifier")
		}
		if present {
			l.KeyID = id
		}
	case oidIssuingPoint:
		l.Point, err = readIssuingPoint(e.Value)
	case oidFreshest:
		if l.Freshest, err = pki.ReadDistributionPoints(e.Value); err != nil {
			return fail(CodeMalformed, err, "structure", "FreshestCRL")
		}
	case oidExpiredCerts:
		var ok bool
		if l.ExpiredSince, ok = readGeneralizedTime(&in); !ok || !in.Empty() {
			return malformed("expiredCertsOnCRL")
		}
	case oidAuthorityInfo:
		if _, l.Issuers, err = pki.ReadAuthorityInfo(e.Value); err != nil {
			return fail(CodeMalformed, err, "structure", "AuthorityInfoAccess")
		}
	case oidIssuerAltName:
	default:
		if e.Critical {
			l.Unknown = append(l.Unknown, e.ID)
		}
	}
	return err
}

func readIssuingPoint(der []byte) (IssuingPoint, error) {
	p := IssuingPoint{Raw: der}
	in := cryptobyte.String(der)
	var seq, field cryptobyte.String
	var present bool
	bad := malformed("IssuingDistributionPoint")
	if !in.ReadASN1(&seq, casn1.SEQUENCE) || !in.Empty() {
		return p, bad
	}
	if !seq.ReadOptionalASN1(&field, &present, casn1.Tag(0).ContextSpecific().Constructed()) {
		return p, bad
	}
	if present {
		name, err := pki.ReadPointName(field)
		if err != nil {
			return p, fail(CodeMalformed, err, "structure", "IssuingDistributionPoint")
		}
		p.Name = name
	}
	for n, flag := range []*bool{1: &p.OnlyUsers, 2: &p.OnlyCAs, 3: nil, 4: &p.Indirect, 5: &p.OnlyAttributes} {
		if n == 0 {
			continue
		}
		if !seq.ReadOptionalASN1(&field, &present, casn1.Tag(n).ContextSpecific()) {
			return p, bad
		}
		switch {
		case !present:
		case n == 3:
			r, err := pki.ReadReasons(field)
			if err != nil || r == 0 {
				return p, bad
			}
			p.Reasons = r
		case len(field) != 1 || field[0] != 0 && field[0] != 0xff:
			return p, bad
		default:
			*flag = field[0] != 0
		}
	}
	if !seq.Empty() {
		return p, bad
	}
	return p, nil
}
