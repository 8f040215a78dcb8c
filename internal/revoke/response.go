package revoke

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/pki"
)

// Response is an OCSP response (RFC 6960, 4.2) whose status is "successful". It is never changed after [ParseResponse] and safe for
// concurrent use.
type Response struct {
	Raw          []byte // DER of the OCSPResponse; the other octets lie within
	RawBasic     []byte // DER of the BasicOCSPResponse, the form that some containers want
	RawTBS       []byte // DER of what is signed
	Algorithm    []byte // DER of signatureAlgorithm
	Signature    []byte // nil: not a whole number of octets
	Responder    ResponderID
	ProducedAt   time.Time
	Singles      []Single
	Extensions   []pki.Extension
	Nonce        []byte             // content of the nonce; nil: none
	Unknown      []pki.OID          // critical extensions that this package does not process
	Certificates []*pki.Certificate // those inside that can be read

	digest    Digest
	signature signature
}

// ResponderID says who signed: one of the two.
type ResponderID struct {
	Name    pki.Name
	KeyHash []byte // SHA-1 of the octets of the key, an identifier and nothing more; nil: by name
}

// names reports whether a certificate is the one meant.
func (r ResponderID) names(c *pki.Certificate) bool {
	if r.KeyHash == nil {
		return r.Name.Equal(c.Subject)
	}
	return bytes.Equal(r.KeyHash, keyHash(c))
}

// keyHash is how responders name keys (4.2.1).
func keyHash(c *pki.Certificate) []byte { return hashOf(crypto.SHA1, pki.KeyOf(c).Bits()) }

// String is the responder for people.
func (r ResponderID) String() string {
	if r.KeyHash == nil {
		return r.Name.String()
	}
	return hexOf(r.KeyHash)
}

// CertID is what a response says of whom (RFC 6960, 4.1.1). Its hashes are identifiers: a weak one proves nothing and spoils nothing.
type CertID struct {
	Raw      []byte      // DER
	Hash     crypto.Hash // 0: one that is not known
	NameHash []byte
	KeyHash  []byte
	Serial   *big.Int
}

// Names reports whether the certificate is meant, as one that the issuer issued.
func (id CertID) Names(cert, issuer *pki.Certificate) bool {
	return id.Hash != 0 && id.Serial.Cmp(cert.Serial) == 0 && hashesOf(id.Hash, cert, issuer).match(id)
}

// idHashes are what a CertID says of an issuer. Its name is hashed as the certificate spells it (4.1.1); the issuer may spell itself
// otherwise, and some responders hash that.
type idHashes struct{ name, own, key []byte }

func hashesOf(h crypto.Hash, cert, issuer *pki.Certificate) idHashes {
	return idHashes{name: hashOf(h, cert.Issuer.Raw), own: hashOf(h, issuer.Subject.Raw), key: hashOf(h, pki.KeyOf(issuer).Bits())}
}

func (h idHashes) match(id CertID) bool {
	return bytes.Equal(id.KeyHash, h.key) && (bytes.Equal(id.NameHash, h.name) || bytes.Equal(id.NameHash, h.own))
}

func hashOf(h crypto.Hash, b []byte) []byte {
	sum := h.New()
	sum.Write(b)
	return sum.Sum(nil)
}

// Single is what a response says of one certificate.
type Single struct {
	ID            CertID
	State         State // never Unchecked
	Reason        Reason
	RevokedAt     time.Time
	InvalidAt     time.Time // invalidityDate, zero: not said
	ThisUpdate    time.Time
	NextUpdate    time.Time // zero: absent, newer information is always there (RFC 6960, 4.2.2.1)
	ArchiveCutOff time.Time // zero: absent
	CertHash      *CertHash // nil: absent
	Extensions    []pki.Extension
	Unknown       []pki.OID // critical extensions that this package does not process
}

// CertHash is the positive statement of Common PKI part 4, 3.1.2: the responder knows the certificate itself, not just its number.
type CertHash struct {
	Hash  crypto.Hash // 0: one that is not known
	Value []byte
}

// of reports whether the certificate is the one that was hashed.
func (h CertHash) of(c *pki.Certificate) bool {
	return h.Hash != 0 && bytes.Equal(h.Value, hashOf(h.Hash, c.Raw))
}

// For is what the response says of a certificate, as one that the issuer issued; nil: nothing.
func (r *Response) For(cert, issuer *pki.Certificate) *Single {
	for i := range r.Singles {
		if r.Singles[i].ID.Names(cert, issuer) {
			return &r.Singles[i]
		}
	}
	return nil
}

// Identifiers of OCSP (RFC 6960, 4.4) and of Common PKI.
var (
	oidBasicResponse  = pki.NewOID(1, 3, 6, 1, 5, 5, 7, 48, 1, 1)
	oidNonce          = pki.NewOID(1, 3, 6, 1, 5, 5, 7, 48, 1, 2)
	oidCRLReference   = pki.NewOID(1, 3, 6, 1, 5, 5, 7, 48, 1, 3)
	oidArchiveCutOff  = pki.NewOID(1, 3, 6, 1, 5, 5, 7, 48, 1, 6)
	oidExtendedRevoke = pki.NewOID(1, 3, 6, 1, 5, 5, 7, 48, 1, 9)
	oidCertHash       = pki.NewOID(1, 3, 36, 8, 3, 13)
)

// statuses are the values of OCSPResponseStatus.
var statuses = map[int]string{1: "malformedRequest", 2: "internalError", 3: "tryLater", 5: "sigRequired", 6: "unauthorized"}

// ParseResponse reads one DER OCSPResponse. Errors are *[Error]: [CodeMalformed], [CodeTooLarge], and [CodeStatus] where the responder
// gives no answer.
func ParseResponse(raw []byte) (*Response, error) {
	if len(raw) > limits.RevokeOCSP {
		return nil, fail(CodeTooLarge, nil, "what", "OCSPResponse", "max", strconv.Itoa(limits.RevokeOCSP))
	}
	s := cryptobyte.String(bytes.Clone(raw))
	r := &Response{Raw: s, digest: sha256.Sum256(raw)}
	var outer, wrapped, bytesOf, basic cryptobyte.String
	var status int
	if !s.ReadASN1(&outer, casn1.SEQUENCE) || !s.Empty() || !outer.ReadASN1Enum(&status) {
		return nil, malformed("OCSPResponse")
	}
	if status != 0 {
		name, known := statuses[status]
		if !known || !outer.Empty() { // 4.2.1: no responseBytes
			return nil, malformed("OCSPResponse")
		}
		return nil, fail(CodeStatus, nil, "status", name)
	}
	if !outer.ReadASN1(&wrapped, casn1.Tag(0).ContextSpecific().Constructed()) || !outer.Empty() || !wrapped.ReadASN1(&bytesOf, casn1.SEQUENCE) || !wrapped.Empty() {
		return nil, malformed("OCSPResponse")
	}
	kind, ok := pki.ReadOID(&bytesOf)
	if !ok || kind != oidBasicResponse || !bytesOf.ReadASN1(&basic, casn1.OCTET_STRING) || !bytesOf.Empty() {
		return nil, malformed("ResponseBytes")
	}
	r.RawBasic = basic
	if err := r.readBasic(basic); err != nil {
		return nil, err
	}
	return r, nil
}

func (r *Response) readBasic(in cryptobyte.String) error {
	var outer, tbs, algorithm, bits, wrapped, certs cryptobyte.String
	var present bool
	if !in.ReadASN1(&outer, casn1.SEQUENCE) || !in.Empty() || !outer.ReadASN1Element(&tbs, casn1.SEQUENCE) || !outer.ReadASN1Element(&algorithm, casn1.SEQUENCE) ||
		!outer.ReadASN1(&bits, casn1.BIT_STRING) || len(bits) == 0 || bits[0] > 7 ||
		!outer.ReadOptionalASN1(&wrapped, &present, casn1.Tag(0).ContextSpecific().Constructed()) || !outer.Empty() {
		return malformed("BasicOCSPResponse")
	}
	r.RawTBS, r.Algorithm = tbs, algorithm
	if bits[0] == 0 {
		r.Signature = bits[1:]
	}
	r.signature = signature{algorithm: r.Algorithm, message: r.RawTBS, value: r.Signature}
	if present {
		if !wrapped.ReadASN1(&certs, casn1.SEQUENCE) || !wrapped.Empty() {
			return malformed("BasicOCSPResponse")
		}
		for n := 0; !certs.Empty(); n++ {
			var one cryptobyte.String
			if n >= limits.RevokeCertificates {
				return fail(CodeTooLarge, nil, "what", "certs", "max", strconv.Itoa(limits.RevokeCertificates))
			}
			if !certs.ReadASN1Element(&one, casn1.SEQUENCE) {
				return malformed("certs")
			}
			// They are help, not content: one that cannot be read helps nobody.
			if c, err := pki.Parse(one); err == nil {
				r.Certificates = append(r.Certificates, c)
			}
		}
	}
	return r.readData(tbs)
}

func (r *Response) readData(tbs cryptobyte.String) error {
	var in, field, singles cryptobyte.String
	var present bool
	version := 0
	if !tbs.ReadASN1(&in, casn1.SEQUENCE) || !in.ReadOptionalASN1(&field, &present, casn1.Tag(0).ContextSpecific().Constructed()) ||
		present && (!field.ReadASN1Integer(&version) || !field.Empty() || version != 0) {
		return malformed("ResponseData")
	}
	var err error
	if r.Responder, err = readResponderID(&in); err != nil {
		return err
	}
	var ok bool
	if r.ProducedAt, ok = readGeneralizedTime(&in); !ok {
		return malformed("producedAt")
	}
	if !in.ReadASN1(&singles, casn1.SEQUENCE) || singles.Empty() {
		return malformed("responses")
	}
	for !singles.Empty() {
		var one cryptobyte.String
		if len(r.Singles) >= limits.RevokeSingles {
			return fail(CodeTooLarge, nil, "what", "responses", "max", strconv.Itoa(limits.RevokeSingles))
		}
		if !singles.ReadASN1(&one, casn1.SEQUENCE) {
			return malformed("SingleResponse")
		}
		s, err := readSingle(one)
		if err != nil {
			return err
		}
		r.Singles = append(r.Singles, s)
	}
	if !in.ReadOptionalASN1(&field, &present, casn1.Tag(1).ContextSpecific().Constructed()) || !in.Empty() {
		return malformed("ResponseData")
	}
	if !present {
		return nil
	}
	if r.Extensions, _, err = pki.ReadExtensions(field); err != nil {
		return fail(CodeMalformed, err, "structure", "responseExtensions")
	}
	for _, e := range r.Extensions {
		switch e.ID {
		case oidNonce:
			if r.Nonce, ok = readNonce(e.Value); !ok {
				return malformed("Nonce")
			}
		case oidExtendedRevoke: // 4.4.8: numbers never issued are called revoked, as of 1970 and on hold
		default:
			if e.Critical {
				r.Unknown = append(r.Unknown, e.ID)
			}
		}
	}
	return nil
}

func readResponderID(in *cryptobyte.String) (ResponderID, error) {
	var r ResponderID
	var c cryptobyte.String
	switch {
	case in.PeekASN1Tag(casn1.Tag(1).ContextSpecific().Constructed()):
		if !in.ReadASN1(&c, casn1.Tag(1).ContextSpecific().Constructed()) {
			return r, malformed("ResponderID")
		}
		var err error
		if r.Name, err = pki.ParseName(c); err != nil {
			return r, fail(CodeMalformed, err, "structure", "ResponderID")
		}
		return r, nil
	case in.ReadASN1(&c, casn1.Tag(2).ContextSpecific().Constructed()):
		var hash cryptobyte.String
		if !c.ReadASN1(&hash, casn1.OCTET_STRING) || !c.Empty() || len(hash) != crypto.SHA1.Size() {
			return r, malformed("ResponderID")
		}
		r.KeyHash = hash
		return r, nil
	}
	return r, malformed("ResponderID")
}

// readNonce reads an encoded Nonce of 1 to 128 octets (RFC 9654, 2.1). Responders that echo raw octets, as before RFC 6960, are
// taken at what they sent.
func readNonce(value []byte) ([]byte, bool) {
	if len(value) == 0 || len(value) > 128+3 {
		return nil, false
	}
	s := cryptobyte.String(value)
	var nonce cryptobyte.String
	if s.ReadASN1(&nonce, casn1.OCTET_STRING) && s.Empty() && len(nonce) > 0 {
		return nonce, true
	}
	return value, true
}

// readGeneralizedTime reads a time in UTC. RFC 6960 has whole seconds; some responders write fractions, zeros at the end included, that
// DER does not have.
func readGeneralizedTime(s *cryptobyte.String) (time.Time, bool) {
	var c cryptobyte.String
	const form = "20060102150405"
	if !s.ReadASN1(&c, casn1.GeneralizedTime) || len(c) > len(form)+11 {
		return time.Time{}, false
	}
	text, utc := strings.CutSuffix(string(c), "Z")
	whole, fraction, split := strings.Cut(text, ".")
	t, err := time.Parse(form, text)
	return t, utc && err == nil && t.Format(form) == whole && (!split || fraction != "")
}

func readCertID(in *cryptobyte.String) (CertID, bool) {
	var id CertID
	var raw, seq, algorithm, name, key, serial cryptobyte.String
	if !in.ReadASN1Element(&raw, casn1.SEQUENCE) {
		return id, false
	}
	id.Raw = raw
	if !raw.ReadASN1(&seq, casn1.SEQUENCE) || !seq.ReadASN1Element(&algorithm, casn1.SEQUENCE) || !seq.ReadASN1(&name, casn1.OCTET_STRING) ||
		!seq.ReadASN1(&key, casn1.OCTET_STRING) || !seq.ReadASN1(&serial, casn1.INTEGER) || !seq.Empty() || len(serial) == 0 || len(serial) > limits.PKISerial {
		return id, false
	}
	if h, err := alg.ParseHash(algorithm); err == nil && h.Crypto != crypto.MD5 {
		id.Hash = h.Crypto
	}
	id.NameHash, id.KeyHash, id.Serial = name, key, pki.Integer(serial)
	return id, true
}

func readSingle(in cryptobyte.String) (Single, error) {
	var s Single
	var ok bool
	if s.ID, ok = readCertID(&in); !ok {
		return s, malformed("CertID")
	}
	if !s.readStatus(&in) {
		return s, malformed("CertStatus")
	}
	if s.ThisUpdate, ok = readGeneralizedTime(&in); !ok {
		return s, malformed("thisUpdate")
	}
	var field cryptobyte.String
	var present bool
	if !in.ReadOptionalASN1(&field, &present, casn1.Tag(0).ContextSpecific().Constructed()) {
		return s, malformed("nextUpdate")
	}
	if present {
		if s.NextUpdate, ok = readGeneralizedTime(&field); !ok || !field.Empty() {
			return s, malformed("nextUpdate")
		}
	}
	if !in.ReadOptionalASN1(&field, &present, casn1.Tag(1).ContextSpecific().Constructed()) || !in.Empty() {
		return s, malformed("SingleResponse")
	}
	if present {
		var err error
		if s.Extensions, _, err = pki.ReadExtensions(field); err != nil {
			return s, fail(CodeMalformed, err, "structure", "singleExtensions")
		}
		for _, e := range s.Extensions {
			if !s.readExtension(e) {
				return s, malformed("singleExtensions")
			}
		}
	}
	return s, nil
}

func (s *Single) readStatus(in *cryptobyte.String) bool {
	var c, reason cryptobyte.String
	var tag casn1.Tag
	if !in.ReadAnyASN1(&c, &tag) {
		return false
	}
	switch tag {
	case casn1.Tag(0).ContextSpecific():
		s.State = Good
		return c.Empty()
	case casn1.Tag(2).ContextSpecific():
		s.State = Unknown
		return c.Empty()
	case casn1.Tag(1).ContextSpecific().Constructed():
		s.State = Revoked
		var ok, present bool
		if s.RevokedAt, ok = readGeneralizedTime(&c); !ok || !c.ReadOptionalASN1(&reason, &present, casn1.Tag(0).ContextSpecific().Constructed()) || !c.Empty() {
			return false
		}
		if present {
			if s.Reason, ok = readReason(reason); !ok {
				return false
			}
		}
		if s.Reason == Hold {
			s.State = Suspended
		}
		return true
	}
	return false
}

// readReason reads an encoded CRLReason.
func readReason(in cryptobyte.String) (Reason, bool) {
	var n int
	if !in.ReadASN1Enum(&n) || !in.Empty() || n < 0 || n > 10 || n == 7 {
		return 0, false
	}
	return Reason(n), true
}

func (s *Single) readExtension(e pki.Extension) bool {
	in := cryptobyte.String(e.Value)
	ok := true
	switch e.ID {
	case oidArchiveCutOff:
		s.ArchiveCutOff, ok = readGeneralizedTime(&in)
		return ok && in.Empty()
	case oidInvalidityDate: // 4.4.5: those of entries of CRLs may be here
		s.InvalidAt, ok = readGeneralizedTime(&in)
		return ok && in.Empty()
	case oidReason:
		var reason Reason
		if reason, ok = readReason(in); ok && s.Reason == 0 && s.State == Revoked {
			if s.Reason = reason; reason == Hold {
				s.State = Suspended
			}
		}
	case oidCertHash:
		var seq, algorithm, value cryptobyte.String
		if !in.ReadASN1(&seq, casn1.SEQUENCE) || !in.Empty() || !seq.ReadASN1Element(&algorithm, casn1.SEQUENCE) || !seq.ReadASN1(&value, casn1.OCTET_STRING) || !seq.Empty() {
			return false
		}
		s.CertHash = &CertHash{Value: value}
		if h, err := alg.ParseHash(algorithm); err == nil {
			s.CertHash.Hash = h.Crypto
		}
	case oidCRLReference:
	default:
		if e.Critical && !slices.Contains(s.Unknown, e.ID) {
			s.Unknown = append(s.Unknown, e.ID)
		}
	}
	return ok
}
