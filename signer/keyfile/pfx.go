package keyfile

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // the PRF of old files
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"math/big"
	"slices"
	"strconv"
	"unicode/utf16"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/internal/limits"
)

// The outside of PKCS#12 files (RFC 7292), as far as it can be seen without the password. It is read for three reasons: the library
// reads DER only and files come in BER too; it does any amount of work that a file asks for; and it does not say in a typed way what it
// does not support.

var (
	oidData          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidSignedData    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidEnvelopedData = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 3}
	oidEncryptedData = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 6}
	oidPBMAC1        = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 14}
	oidSHA256        = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}

	oidKeyBag          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 1}
	oidShroudedKeyBag  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 2}
	oidCertBag         = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 3}
	oidSafeContentsBag = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 6}
	oidFriendlyName    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 20}
	oidX509Certificate = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 22, 1}
)

const (
	maxBags = 4 * limits.KeyFileCertificates

	structurePFX  = "PKCS#12 file"
	structureSafe = "PKCS#12 safe"
	structureBag  = "PKCS#12 bag"
	structureMAC  = "PKCS#12 checksum"

	idSequence, idOctets, idExplicit0, idImplicit0 = 0x30, 0x04, 0xA0, 0x80
)

var (
	explicit0 = casn1.Tag(0).Constructed().ContextSpecific()
	implicit0 = casn1.Tag(0).ContextSpecific()
)

// The schemes of PKCS#12 (RFC 7292, C) that the library knows, with the length of their keys in octets, and its pseudo-random functions
// and hashes.
var (
	oldSchemes = []struct {
		oid asn1.ObjectIdentifier
		key int
	}{
		{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 1, 3}, 24},
		{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 1, 5}, 16},
		{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 1, 6}, 5},
	}
	libraryPRFs   = []asn1.ObjectIdentifier{oidHMACSHA1, oidHMACSHA256, {1, 2, 840, 113549, 2, 11}}
	libraryHashes = []asn1.ObjectIdentifier{{1, 3, 14, 3, 2, 26}, oidSHA256, {2, 16, 840, 1, 101, 3, 4, 2, 3}}
)

// pfxFile is a file whose visible work has been bounded.
type pfxFile struct {
	der   []byte   // the outermost layer in DER; what the checksum covers is as it came
	mac   bool     // there is a checksum
	keys  []keyBag // those that lie open
	certs [][]byte // certificate bags that lie open, in the same form
	parts [][]byte // ContentInfos of EncryptedData, in DER

	bags   int
	budget *budget
}

// keyBag is a key bag in DER, without attributes, and the name that its attributes have for it.
type keyBag struct {
	bag  []byte
	name string
}

// readPFX reads the file, the checksum's parameters and everything that lies open.
func readPFX(pfx []byte) (*pfxFile, error) {
	f := &pfxFile{budget: newBudget()}
	var err error
	if f.der, err = der.Normalize(pfx); err != nil {
		return nil, because(CodeMalformed, err, "structure", structurePFX)
	}
	s := cryptobyte.String(f.der)
	var inner, mac cryptobyte.String
	var version int
	if !s.ReadASN1(&inner, casn1.SEQUENCE) || !s.Empty() || !inner.PeekASN1Tag(casn1.INTEGER) {
		return nil, fail(CodeNotPKCS12)
	}
	if !inner.ReadASN1Integer(&version) || version != 3 || !inner.PeekASN1Tag(casn1.SEQUENCE) {
		return nil, fail(CodeNotPKCS12)
	}
	oid, content, ok := readContentInfo(&inner)
	switch {
	case !ok:
		return nil, malformed(structurePFX)
	case !oid.Equal(oidData):
		return nil, fail(CodeIntegrity, "kind", kindOf(oid))
	}
	var safe []byte
	if !content.ReadASN1Bytes(&safe, casn1.OCTET_STRING) || !content.Empty() {
		return nil, malformed(structurePFX)
	}
	if f.mac = !inner.Empty(); f.mac {
		if !inner.ReadASN1(&mac, casn1.SEQUENCE) || !inner.Empty() {
			return nil, malformed(structurePFX)
		}
		if err = f.readMAC(mac); err != nil {
			return nil, convertible(err)
		}
	}
	if err = f.readSafe(safe); err != nil {
		return nil, convertible(err)
	}
	return f, nil
}

// convertible turns "not supported" into the error that says how to convert a PKCS#12 file.
func convertible(err error) error {
	if e, ok := err.(*Error); ok && e.Code() == string(CodeEncryption) { //nolint:errorlint // made just now, by us
		return fail(CodePKCS12Encryption, "algorithm", e.Params()["algorithm"])
	}
	return err
}

func kindOf(oid asn1.ObjectIdentifier) string {
	switch {
	case oid.Equal(oidSignedData):
		return "SignedData"
	case oid.Equal(oidEnvelopedData):
		return "EnvelopedData"
	}
	return oid.String()
}

// readContentInfo reads ContentInfo (RFC 7292, 4); content is what its explicit tag holds.
func readContentInfo(s *cryptobyte.String) (oid asn1.ObjectIdentifier, content cryptobyte.String, ok bool) {
	var inner cryptobyte.String
	ok = s.ReadASN1(&inner, casn1.SEQUENCE) && inner.ReadASN1ObjectIdentifier(&oid) && inner.ReadASN1(&content, explicit0) && inner.Empty()
	return oid, content, ok
}

// readMAC reads MacData (RFC 7292, 4; PBMAC1: RFC 9879).
func (f *pfxFile) readMAC(mac cryptobyte.String) error {
	bad := malformed(structureMAC)
	var info cryptobyte.String
	var want, salt []byte
	if !mac.ReadASN1(&info, casn1.SEQUENCE) {
		return bad
	}
	a, ok := readAlgorithm(&info)
	if !ok || !info.ReadASN1Bytes(&want, casn1.OCTET_STRING) || !info.Empty() ||
		!mac.ReadASN1Bytes(&salt, casn1.OCTET_STRING) || len(salt) > limits.PBESalt {
		return bad
	}
	iterations := big.NewInt(1)
	if !mac.Empty() && (!mac.ReadASN1Integer(iterations) || !mac.Empty()) {
		return bad
	}
	if a.oid.Equal(oidPBMAC1) {
		return f.readPBMAC1(a.params)
	}
	if !contains(libraryHashes, a.oid) {
		name := nameOf(a.oid)
		if h, ok := alg.HashByOID(a.oid); ok {
			name = h.Name
		}
		return fail(CodeEncryption, "algorithm", "HMAC with "+name)
	}
	_, err := f.budget.spend("PKCS#12 iterations", iterations, 1)
	return err
}

func contains(oids []asn1.ObjectIdentifier, oid asn1.ObjectIdentifier) bool {
	return slices.ContainsFunc(oids, oid.Equal)
}

// readPBMAC1 is RFC 9879, 3: the key has to be at least 20 octets, since with a short one the checksum could be guessed.
func (f *pfxFile) readPBMAC1(params cryptobyte.String) error {
	bad := malformed("PBMAC1 parameters")
	var inner cryptobyte.String
	if !params.ReadASN1(&inner, casn1.SEQUENCE) || !params.Empty() {
		return bad
	}
	kdf, ok := readAlgorithm(&inner)
	if !ok {
		return bad
	}
	scheme, ok := readAlgorithm(&inner)
	switch {
	case !ok || !inner.Empty():
		return bad
	case !contains(libraryPRFs, scheme.oid):
		return fail(CodeEncryption, "algorithm", "PBMAC1 with "+nameOf(scheme.oid))
	}
	p, err := readLibraryPBKDF2(kdf)
	if err != nil {
		return err
	}
	if p.length < 20 || p.length > 64 {
		return bad
	}
	_, err = p.spend(f.budget, p.length)
	return err
}

// readLibraryPBKDF2 reads the key derivation of PBES2 and PBMAC1, which for the library is PBKDF2 with few functions.
func readLibraryPBKDF2(kdf algorithm) (p pbkdf2Params, err error) {
	if !kdf.oid.Equal(oidPBKDF2) {
		return p, fail(CodeEncryption, "algorithm", nameOf(kdf.oid))
	}
	if p, err = readPBKDF2(kdf.params); err == nil && !contains(libraryPRFs, p.function.oid) {
		return p, fail(CodeEncryption, "algorithm", "PBKDF2 with "+nameOf(p.function.oid))
	}
	return p, err
}

// readSafe reads AuthenticatedSafe, a SEQUENCE OF ContentInfo, each a safe of bags, open or encrypted.
func (f *pfxFile) readSafe(octets []byte) error {
	bad := malformed(structureSafe)
	normal, err := der.Normalize(octets)
	if err != nil {
		return because(CodeMalformed, err, "structure", structureSafe)
	}
	s := cryptobyte.String(normal)
	var infos cryptobyte.String
	if !s.ReadASN1(&infos, casn1.SEQUENCE) || !s.Empty() {
		return bad
	}
	for !infos.Empty() {
		oid, content, ok := readContentInfo(&infos)
		if !ok {
			return bad
		}
		switch {
		case oid.Equal(oidData):
			var safe []byte
			if !content.ReadASN1Bytes(&safe, casn1.OCTET_STRING) || !content.Empty() {
				return bad
			}
			err = f.readBags(safe)
		case oid.Equal(oidEncryptedData):
			err = f.readEncrypted(content)
		default:
			err = fail(CodeIntegrity, "kind", kindOf(oid))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// readEncrypted reads EncryptedData (RFC 5652, 8), which stays encrypted.
func (f *pfxFile) readEncrypted(content cryptobyte.String) error {
	bad := malformed("PKCS#12 encrypted safe")
	var data, info, octets, algorithm cryptobyte.String
	var version int
	var kind asn1.ObjectIdentifier
	if !content.ReadASN1(&data, casn1.SEQUENCE) || !content.Empty() || !data.ReadASN1Integer(&version) || version < 0 || version > 2 ||
		!data.ReadASN1(&info, casn1.SEQUENCE) || !info.ReadASN1ObjectIdentifier(&kind) || !kind.Equal(oidData) ||
		!info.ReadASN1Element(&algorithm, casn1.SEQUENCE) {
		return bad
	}
	ok := false
	switch {
	case info.PeekASN1Tag(implicit0):
		ok = info.ReadASN1(&octets, implicit0)
	case info.PeekASN1Tag(explicit0): // BER: the pieces of a constructed string under an implicit tag, which nobody could know to be one
		var pieces cryptobyte.String
		ok = info.ReadASN1(&pieces, explicit0)
		for ok && !pieces.Empty() {
			var piece cryptobyte.String
			ok = pieces.ReadASN1(&piece, casn1.OCTET_STRING)
			octets = append(octets, piece...)
		}
	}
	if !ok || !info.Empty() {
		return bad
	}
	if err := f.checkEncryption(algorithm, octets); err != nil {
		return err
	}
	if len(f.parts) >= limits.KeyFileCertificates {
		return fail(CodeManyCertificates, "max", strconv.Itoa(limits.KeyFileCertificates))
	}
	f.parts = append(f.parts, contentInfo(oidEncryptedData, der.Encode(idSequence, der.AppendInt(nil, 0),
		der.Encode(idSequence, der.AppendOID(nil, oidData), algorithm, der.Encode(idImplicit0, octets)))))
	return nil
}

// checkEncryption takes the work of decrypting data off the budget, and refuses what the library does not know.
func (f *pfxFile) checkEncryption(element cryptobyte.String, data []byte) error {
	bad := malformed("PKCS#12 encryption parameters")
	a, ok := readAlgorithm(&element)
	if !ok {
		return bad
	}
	if a.oid.Equal(oidPBES2) {
		kdf, s, _, err := readPBES2(a.params, data)
		if err != nil {
			return err
		}
		if s.oid.Equal(oid3DES) {
			return fail(CodeEncryption, "algorithm", nameOf(s.oid))
		}
		p, err := readLibraryPBKDF2(kdf)
		if err != nil {
			return err
		}
		if p.length != 0 && p.length != s.key {
			return malformed("PBKDF2 parameters")
		}
		_, err = p.spend(f.budget, s.key)
		return err
	}
	for _, s := range oldSchemes {
		if !s.oid.Equal(a.oid) {
			continue
		}
		var inner cryptobyte.String
		var salt []byte
		iterations := new(big.Int)
		if !a.params.ReadASN1(&inner, casn1.SEQUENCE) || !a.params.Empty() || !inner.ReadASN1Bytes(&salt, casn1.OCTET_STRING) ||
			len(salt) > limits.PBESalt || !inner.ReadASN1Integer(iterations) || !inner.Empty() {
			return bad
		}
		if len(data) == 0 || len(data)%8 != 0 {
			return malformed("encrypted data")
		}
		blocks := (s.key+sha1.Size-1)/sha1.Size + 1 // of the key and of the initialisation vector
		_, err := f.budget.spend("PKCS#12 iterations", iterations, blocks)
		return err
	}
	return fail(CodeEncryption, "algorithm", nameOf(a.oid))
}

// readBags reads SafeContents, a SEQUENCE OF SafeBag (RFC 7292, 4.2), and keeps the key and the certificates.
func (f *pfxFile) readBags(octets []byte) error {
	normal, err := der.Normalize(octets)
	if err != nil {
		return because(CodeMalformed, err, "structure", structureBag)
	}
	s := cryptobyte.String(normal)
	var bags cryptobyte.String
	if !s.ReadASN1(&bags, casn1.SEQUENCE) || !s.Empty() {
		return malformed(structureBag)
	}
	for !bags.Empty() {
		if f.bags++; f.bags > maxBags {
			return fail(CodeManyCertificates, "max", strconv.Itoa(limits.KeyFileCertificates))
		}
		var bag, value, attributes cryptobyte.String
		var oid asn1.ObjectIdentifier
		var present bool
		if !bags.ReadASN1(&bag, casn1.SEQUENCE) || !bag.ReadASN1ObjectIdentifier(&oid) || !bag.ReadASN1(&value, explicit0) ||
			!bag.ReadOptionalASN1(&attributes, &present, casn1.SET) || !bag.Empty() {
			return malformed(structureBag)
		}
		if err := f.readBag(oid, value, attributes); err != nil {
			return err
		}
	}
	return nil
}

func (f *pfxFile) readBag(oid asn1.ObjectIdentifier, value, attributes cryptobyte.String) error {
	switch {
	case oid.Equal(oidKeyBag):
		if _, err := parsePKCS8(value); err != nil { // the library would not say what is wrong, nor bound the work
			return err
		}
	case oid.Equal(oidShroudedKeyBag):
		if err := f.checkShrouded(value); err != nil {
			return err
		}
	case oid.Equal(oidCertBag):
		v, kind, inner := value, asn1.ObjectIdentifier(nil), cryptobyte.String(nil)
		if !v.ReadASN1(&inner, casn1.SEQUENCE) || !v.Empty() || !inner.ReadASN1ObjectIdentifier(&kind) {
			return malformed("PKCS#12 certificate bag")
		}
		if kind.Equal(oidX509Certificate) {
			f.certs = append(f.certs, safeBag(oid, value))
		}
		return nil
	case oid.Equal(oidSafeContentsBag):
		return fail(CodePKCS12Form, "part", "SafeContents")
	default: // CRLs and secrets are nothing to us
		return nil
	}
	if len(f.keys) >= limits.KeyFileCertificates {
		return fail(CodeSeveralKeys)
	}
	f.keys = append(f.keys, keyBag{safeBag(oid, value), friendlyName(attributes)})
	return nil
}

// friendlyName is the name that attributes of a bag have for it (PKCS#9, friendlyName), "" when there is none that can be read.
func friendlyName(attributes cryptobyte.String) string {
	for !attributes.Empty() {
		var attribute, values, text cryptobyte.String
		var oid asn1.ObjectIdentifier
		if !attributes.ReadASN1(&attribute, casn1.SEQUENCE) || !attribute.ReadASN1ObjectIdentifier(&oid) || !attribute.ReadASN1(&values, casn1.SET) {
			return ""
		}
		if !oid.Equal(oidFriendlyName) || !values.ReadASN1(&text, casn1.Tag(asn1.TagBMPString)) || len(text)%2 != 0 {
			continue
		}
		units := make([]uint16, len(text)/2)
		for i := range units {
			units[i] = uint16(text[2*i])<<8 | uint16(text[2*i+1])
		}
		return string(utf16.Decode(units))
	}
	return ""
}

// checkShrouded bounds the work of an encrypted key, and its size, on which the work of checking the key depends.
func (f *pfxFile) checkShrouded(value cryptobyte.String) error {
	bad := malformed("PKCS#12 key bag")
	v := value
	var inner, element cryptobyte.String
	var data []byte
	if !v.ReadASN1(&inner, casn1.SEQUENCE) || !v.Empty() || !inner.ReadASN1Element(&element, casn1.SEQUENCE) ||
		!inner.ReadASN1Bytes(&data, casn1.OCTET_STRING) || !inner.Empty() {
		return bad
	}
	if len(data) > limits.PKCS12Key {
		return fail(CodeCost, "parameter", "PKCS#12 key size", "value", strconv.Itoa(len(data)), "max", strconv.Itoa(limits.PKCS12Key))
	}
	return f.checkEncryption(element, data)
}

// Writing: the library gets small files of one safe of open bags and at most one encrypted part.

func contentInfo(oid asn1.ObjectIdentifier, content []byte) []byte {
	return der.Encode(idSequence, der.AppendOID(nil, oid), der.Encode(idExplicit0, content))
}

func safeBag(oid asn1.ObjectIdentifier, value []byte) []byte {
	return der.Encode(idSequence, der.AppendOID(nil, oid), der.Encode(idExplicit0, value))
}

func certBag(raw []byte) []byte {
	return safeBag(oidCertBag, der.Encode(idSequence, der.AppendOID(nil, oidX509Certificate), der.Encode(idExplicit0, der.Encode(idOctets, raw))))
}

// decoyBag is a bag with a key that is no secret and opens nothing. It takes the place of the one key that the library reads.
func decoyBag() []byte {
	key, err := x509.MarshalPKCS8PrivateKey(ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)))
	if err != nil {
		panic("keyfile: " + err.Error()) // a constant key of a known kind
	}
	return safeBag(oidKeyBag, key)
}

// seal makes a file of open bags and encrypted parts, with a checksum of its own, for which the password stands in bmp: the one that
// the file came with has been checked, and covers other octets. This is RFC 7292, B.2, with SHA-256, purpose 3, no salt and one round.
func seal(bmp []byte, bags [][]byte, parts ...[]byte) []byte {
	open := contentInfo(oidData, der.Encode(idOctets, der.Encode(idSequence, bags...)))
	safe := der.Encode(idSequence, append([][]byte{open}, parts...)...)
	input := bytes.Repeat([]byte{3}, sha256.BlockSize)
	for n := 0; n < len(bmp) || n%sha256.BlockSize != 0; n++ {
		input = append(input, bmp[n%len(bmp)])
	}
	key := sha256.Sum256(input)
	mac := hmac.New(sha256.New, key[:])
	mac.Write(safe)
	return der.Encode(idSequence, der.AppendInt(nil, 3), contentInfo(oidData, der.Encode(idOctets, safe)),
		der.Encode(idSequence, der.Encode(idSequence, der.Encode(idSequence, der.AppendOID(nil, oidSHA256)), der.Encode(idOctets, mac.Sum(nil))), der.Encode(idOctets)))
}
