package keyfile

import (
	"bytes"
	"crypto"
	"crypto/hmac"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"math/big"
	"slices"
	"strconv"
	"unicode/utf16"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/signer"
)

// PKCS#12 is read here and not by a library because files come in BER too, with SHA-384 and PBMAC1 checksums, several keys and
// more than two parts, and because their work factors have to be bounded. software.sslmate.com/src/go-pkcs12 judges this in tests.

var (
	oidData          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidSignedData    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidEncryptedData = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 6}
	oidPBMAC1        = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 14}

	oidKeyBag          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 1}
	oidShroudedKeyBag  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 2}
	oidCertBag         = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 3}
	oidSafeContentsBag = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 6}

	oidX509Certificate = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 22, 1}
	oidFriendlyName    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 20}
	oidLocalKeyID      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 21}
)

const (
	maxBags  = 4 * limits.KeyFileCertificates
	maxDepth = 4 // of safes in safes

	structurePFX = "PKCS#12 file"
)

var (
	explicit0 = casn1.Tag(0).Constructed().ContextSpecific()
	implicit0 = casn1.Tag(0).ContextSpecific()
)

// LoadPKCS12 makes a signer of a PKCS#12 file (.p12, .pfx): its one private key with the certificate that belongs to it, and the
// issuers that lie beside it, leaf first. Where several certificates belong to the key, the one that the file ties to it comes first,
// then the one that is valid longest.
//
// Errors: [ErrPassword]; signer.ErrAmbiguous with the candidates when the file holds several keys with certificates;
// signer.ErrKeyMismatch when none of its certificates belongs to the key; signer.ErrUnsupportedAlgorithm for a kind of key that
// does not sign; otherwise [*Error].
func LoadPKCS12(pfx []byte, password string) (signer.Signer, error) {
	if err := checkSize(pfx); err != nil {
		return nil, err
	}
	if err := checkPassword(password); err != nil {
		return nil, err
	}
	if err := whole(pfx, fail(CodeNotPKCS12)); err != nil {
		return nil, err
	}
	safe, mac, err := splitPFX(pfx)
	if err != nil {
		return nil, err
	}
	d := &decoder{utf8: []byte(password), budget: newBudget()}
	variants := bmpVariants(password)
	if mac != nil {
		if d.bmp, err = verifyMAC(mac, safe, d.utf8, variants, d.budget); err != nil {
			return nil, withoutPassword(err, d.utf8)
		}
		variants = [][]byte{d.bmp}
	}
	for i, v := range variants { // without a checksum only the padding tells how an empty password was written
		d.bmp = v
		d.reset()
		if err = d.authenticatedSafe(safe); err == nil || i == len(variants)-1 || !isPassword(err) {
			break
		}
	}
	if err != nil {
		return nil, withoutPassword(err, d.utf8)
	}
	return d.choose()
}

// OpenPKCS12 is [LoadPKCS12] for a file.
func OpenPKCS12(path, password string) (signer.Signer, error) {
	pfx, err := readFile(path)
	if err != nil {
		return nil, err
	}
	return LoadPKCS12(pfx, password)
}

func isPassword(err error) bool {
	e, ok := err.(*Error) //nolint:errorlint // ours, never wrapped here
	return ok && e.Is(ErrPassword)
}

// bmpVariants are the ways to write a password for the schemes of PKCS#12: UTF-16 with two zero octets behind (RFC 7292, B.1), and for
// an empty one, as some programs have it, nothing at all.
func bmpVariants(password string) [][]byte {
	var bmp []byte
	for _, u := range utf16.Encode([]rune(password)) {
		bmp = append(bmp, byte(u>>8), byte(u))
	}
	bmp = append(bmp, 0, 0)
	if password == "" {
		return [][]byte{bmp, {}}
	}
	return [][]byte{bmp}
}

// splitPFX returns the octets of the authenticated safe and MacData, nil when there is none.
func splitPFX(pfx []byte) (safe []byte, mac cryptobyte.String, err error) {
	normal, err := der.Normalize(pfx)
	if err != nil {
		return nil, nil, because(CodeMalformed, err, "structure", structurePFX)
	}
	s := cryptobyte.String(normal)
	var inner cryptobyte.String
	var version int
	if !s.ReadASN1(&inner, casn1.SEQUENCE) || !s.Empty() || !inner.PeekASN1Tag(casn1.INTEGER) {
		return nil, nil, fail(CodeNotPKCS12)
	}
	if !inner.ReadASN1Integer(&version) || version != 3 || !inner.PeekASN1Tag(casn1.SEQUENCE) {
		return nil, nil, fail(CodeNotPKCS12)
	}
	oid, content, ok := readContentInfo(&inner)
	switch {
	case !ok:
		return nil, nil, malformed(structurePFX)
	case oid.Equal(oidSignedData):
		return nil, nil, fail(CodeIntegrity, "kind", "SignedData")
	case !oid.Equal(oidData):
		return nil, nil, fail(CodeIntegrity, "kind", oid.String())
	}
	if !content.ReadASN1Bytes(&safe, casn1.OCTET_STRING) || !content.Empty() {
		return nil, nil, malformed(structurePFX)
	}
	if inner.Empty() {
		return safe, nil, nil
	}
	if !inner.ReadASN1(&mac, casn1.SEQUENCE) || !inner.Empty() {
		return nil, nil, malformed(structurePFX)
	}
	return safe, mac, nil
}

// readContentInfo reads ContentInfo (RFC 7292, 4); content is what its explicit tag holds.
func readContentInfo(s *cryptobyte.String) (oid asn1.ObjectIdentifier, content cryptobyte.String, ok bool) {
	var inner cryptobyte.String
	ok = s.ReadASN1(&inner, casn1.SEQUENCE) && inner.ReadASN1ObjectIdentifier(&oid) && inner.ReadASN1(&content, explicit0) && inner.Empty()
	return oid, content, ok
}

// verifyMAC checks MacData (RFC 7292, 5.1; PBMAC1: RFC 9879) and returns the variant of the password that it was made with.
func verifyMAC(mac cryptobyte.String, safe, utf8 []byte, variants [][]byte, b *budget) ([]byte, error) {
	bad := malformed("PKCS#12 checksum")
	var info cryptobyte.String
	var want, salt []byte
	if !mac.ReadASN1(&info, casn1.SEQUENCE) {
		return nil, bad
	}
	a, ok := readAlgorithm(&info)
	if !ok || !info.ReadASN1Bytes(&want, casn1.OCTET_STRING) || !info.Empty() ||
		!mac.ReadASN1Bytes(&salt, casn1.OCTET_STRING) || len(salt) > limits.PBESalt {
		return nil, bad
	}
	iterations := big.NewInt(1)
	if !mac.Empty() && (!mac.ReadASN1Integer(iterations) || !mac.Empty()) {
		return nil, bad
	}
	if a.oid.Equal(oidPBMAC1) {
		got, err := pbmac1(a.params, safe, utf8, b)
		if err != nil {
			return nil, err
		}
		if !hmac.Equal(got, want) {
			return nil, fail(CodePassword)
		}
		return variants[0], nil
	}
	h, ok := alg.HashByOID(a.oid)
	if !ok {
		return nil, fail(CodeEncryption, "algorithm", "a checksum with "+nameOf(a.oid))
	}
	for _, password := range variants {
		n, err := b.spend("PKCS#12 iterations", iterations, 1)
		if err != nil {
			return nil, err
		}
		m := hmac.New(h.Crypto.New, pkcs12KDF(h.Crypto.New, kdfMAC, password, salt, n, h.Crypto.Size()))
		m.Write(safe)
		if hmac.Equal(m.Sum(nil), want) {
			return password, nil
		}
	}
	return nil, fail(CodePassword)
}

// pbmac1 is RFC 9879, 3: the key has to be at least 20 octets, since with a short one the checksum could be guessed.
func pbmac1(params cryptobyte.String, safe, password []byte, b *budget) ([]byte, error) {
	bad := malformed("PBMAC1 parameters")
	var inner cryptobyte.String
	if !params.ReadASN1(&inner, casn1.SEQUENCE) || !params.Empty() {
		return nil, bad
	}
	kdf, ok := readAlgorithm(&inner)
	if !ok {
		return nil, bad
	}
	scheme, ok := readAlgorithm(&inner)
	if !ok || !inner.Empty() {
		return nil, bad
	}
	function, ok := findPRF(scheme.oid)
	if !ok {
		return nil, fail(CodeEncryption, "algorithm", "PBMAC1 with "+nameOf(scheme.oid))
	}
	length, ok := keyLength(kdf)
	if !ok || length < 20 || length > 64 {
		return nil, bad
	}
	key, err := deriveKey(kdf, length, password, b)
	if err != nil {
		return nil, err
	}
	m := hmac.New(function.new, key)
	m.Write(safe)
	return m.Sum(nil), nil
}

// keyLength reads the keyLength that PBMAC1 requires of PBKDF2.
func keyLength(kdf algorithm) (length int, ok bool) {
	params := kdf.params
	var inner, skip cryptobyte.String
	ok = kdf.oid.Equal(oidPBKDF2) && params.ReadASN1(&inner, casn1.SEQUENCE) && inner.ReadASN1(&skip, casn1.OCTET_STRING) &&
		inner.ReadASN1(&skip, casn1.INTEGER) && inner.PeekASN1Tag(casn1.INTEGER) && inner.ReadASN1Integer(&length)
	return length, ok
}

// heldKey and heldCert are what a file holds, with what ties them together.
type heldKey struct {
	key  crypto.Signer
	id   []byte
	name string
}

type heldCert struct {
	cert *x509.Certificate
	id   []byte
}

type decoder struct {
	utf8, bmp []byte
	budget    *budget

	keys    []heldKey
	certs   []heldCert
	bags    int
	badKey  error // the first key of a kind that does not sign
	badCert error // the first certificate that cannot be read
}

func (d *decoder) reset() { d.keys, d.certs, d.bags, d.badKey, d.badCert = nil, nil, 0, nil, nil }

// authenticatedSafe reads a SEQUENCE OF ContentInfo, each a safe of bags, in clear or encrypted.
func (d *decoder) authenticatedSafe(octets []byte) error {
	bad := malformed("PKCS#12 safe")
	normal, err := der.Normalize(octets)
	if err != nil {
		return because(CodeMalformed, err, "structure", "PKCS#12 safe")
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
		var safe []byte
		switch {
		case oid.Equal(oidData):
			if !content.ReadASN1Bytes(&safe, casn1.OCTET_STRING) || !content.Empty() {
				return bad
			}
			err = d.safeContents(safe, 0)
		case oid.Equal(oidEncryptedData):
			if safe, err = d.decryptSafe(content); err != nil {
				return err
			}
			if err = d.safeContents(safe, 0); isMalformed(err) && d.bags == 0 {
				err = fail(CodePassword) // a wrong password whose padding happened to be right
			}
		default:
			return fail(CodeEncryption, "algorithm", "a public key")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func isMalformed(err error) bool {
	e, ok := err.(*Error) //nolint:errorlint // ours, never wrapped here
	return ok && e.Code() == string(CodeMalformed)
}

// decryptSafe reads EncryptedData (RFC 5652, 8) and decrypts it.
func (d *decoder) decryptSafe(content cryptobyte.String) ([]byte, error) {
	bad := malformed("PKCS#12 encrypted safe")
	var data, info, octets cryptobyte.String
	var version int
	var kind asn1.ObjectIdentifier
	if !content.ReadASN1(&data, casn1.SEQUENCE) || !content.Empty() || !data.ReadASN1Integer(&version) || version < 0 || version > 2 ||
		!data.ReadASN1(&info, casn1.SEQUENCE) || !info.ReadASN1ObjectIdentifier(&kind) || !kind.Equal(oidData) {
		return nil, bad
	}
	a, ok := readAlgorithm(&info)
	if !ok {
		return nil, bad
	}
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
	default:
		ok = false
	}
	if !ok || !info.Empty() {
		return nil, bad
	}
	return d.decrypt(a, octets)
}

// decrypt knows PBES2 and the schemes of PKCS#12 (RFC 7292, C) but those with RC4.
func (d *decoder) decrypt(a algorithm, data []byte) ([]byte, error) {
	if a.oid.Equal(oidPBES2) {
		return pbes2(a.params, data, d.utf8, d.budget)
	}
	for _, s := range oldSchemes {
		if s.oid.Equal(a.oid) {
			return s.decrypt(a.params, data, d.bmp, d.budget)
		}
	}
	return nil, fail(CodeEncryption, "algorithm", nameOf(a.oid))
}

// safeContents reads a SEQUENCE OF SafeBag (RFC 7292, 4.2).
func (d *decoder) safeContents(octets []byte, depth int) error {
	normal, err := der.Normalize(octets)
	if err != nil {
		return because(CodeMalformed, err, "structure", "PKCS#12 bag")
	}
	s := cryptobyte.String(normal)
	var bags cryptobyte.String
	if !s.ReadASN1(&bags, casn1.SEQUENCE) || !s.Empty() || depth > maxDepth {
		return malformed("PKCS#12 bag")
	}
	for !bags.Empty() {
		if d.bags++; d.bags > maxBags {
			return fail(CodeManyCertificates, "max", strconv.Itoa(limits.KeyFileCertificates))
		}
		if err := d.bag(&bags, depth); err != nil {
			return err
		}
	}
	return nil
}

func (d *decoder) bag(bags *cryptobyte.String, depth int) error {
	bad := malformed("PKCS#12 bag")
	var bag, value, attributes cryptobyte.String
	var oid asn1.ObjectIdentifier
	var present bool
	if !bags.ReadASN1(&bag, casn1.SEQUENCE) || !bag.ReadASN1ObjectIdentifier(&oid) || !bag.ReadASN1(&value, explicit0) ||
		!bag.ReadOptionalASN1(&attributes, &present, casn1.SET) || !bag.Empty() {
		return bad
	}
	id, name, ok := readAttributes(attributes)
	if !ok {
		return bad
	}
	switch {
	case oid.Equal(oidKeyBag):
		key, err := parsePKCS8(value)
		return d.addKey(key, err, id, name)
	case oid.Equal(oidShroudedKeyBag):
		a, data, ok := splitEncrypted(value)
		if !ok {
			return malformed("PKCS#12 key bag")
		}
		plain, err := d.decrypt(a, data)
		if err != nil {
			return err
		}
		key, err := decrypted(plain, d.utf8)
		return d.addKey(key, err, id, name)
	case oid.Equal(oidCertBag):
		return d.addCert(value, id)
	case oid.Equal(oidSafeContentsBag):
		return d.safeContents(value, depth+1)
	}
	return nil // CRLs and secrets are nothing to us
}

// addKey takes what a key reader returned. A key of a kind that does not sign is remembered, since there may be another.
func (d *decoder) addKey(key crypto.Signer, err error, id []byte, name string) error {
	if e, ok := err.(*signer.Error); ok { //nolint:errorlint // made just now, by us
		if d.badKey == nil {
			d.badKey = e
		}
		return nil
	}
	if err != nil {
		return err
	}
	for _, have := range d.keys {
		if alg.SameKey(have.key.Public(), key.Public()) {
			return nil
		}
	}
	d.keys = append(d.keys, heldKey{key, id, name})
	return nil
}

// addCert reads CertBag (RFC 7292, 4.2.3).
func (d *decoder) addCert(value cryptobyte.String, id []byte) error {
	bad := malformed("PKCS#12 certificate bag")
	var bag, content cryptobyte.String
	var kind asn1.ObjectIdentifier
	var octets []byte
	if !value.ReadASN1(&bag, casn1.SEQUENCE) || !value.Empty() || !bag.ReadASN1ObjectIdentifier(&kind) ||
		!bag.ReadASN1(&content, explicit0) || !bag.Empty() {
		return bad
	}
	if !kind.Equal(oidX509Certificate) {
		return nil
	}
	if !content.ReadASN1Bytes(&octets, casn1.OCTET_STRING) || !content.Empty() {
		return bad
	}
	c, err := x509.ParseCertificate(octets)
	if err != nil { // an issuer that nobody needs may be odd; the leaf is missed below
		if d.badCert == nil {
			d.badCert = because(CodeCertificate, err)
		}
		return nil
	}
	for _, have := range d.certs {
		if have.cert.Equal(c) {
			return nil
		}
	}
	if len(d.certs) >= limits.KeyFileCertificates {
		return fail(CodeManyCertificates, "max", strconv.Itoa(limits.KeyFileCertificates))
	}
	d.certs = append(d.certs, heldCert{c, id})
	return nil
}

// readAttributes finds localKeyId and friendlyName among the attributes of a bag; others are skipped.
func readAttributes(set cryptobyte.String) (id []byte, name string, ok bool) {
	for !set.Empty() {
		var attr, values cryptobyte.String
		var oid asn1.ObjectIdentifier
		if !set.ReadASN1(&attr, casn1.SEQUENCE) || !attr.ReadASN1ObjectIdentifier(&oid) || !attr.ReadASN1(&values, casn1.SET) || !attr.Empty() {
			return nil, "", false
		}
		switch {
		case oid.Equal(oidLocalKeyID):
			var octets cryptobyte.String
			if values.ReadASN1(&octets, casn1.OCTET_STRING) {
				id = octets
			}
		case oid.Equal(oidFriendlyName):
			var bmp cryptobyte.String
			if values.ReadASN1(&bmp, casn1.Tag(30)) && len(bmp) <= 512 { // BMPString
				units := make([]uint16, len(bmp)/2)
				for i := range units {
					units[i] = uint16(bmp[2*i])<<8 | uint16(bmp[2*i+1])
				}
				name = string(utf16.Decode(units))
			}
		}
	}
	return id, name, true
}

// choose finds the one key that has a certificate.
func (d *decoder) choose() (signer.Signer, error) {
	type pair struct {
		key   heldKey
		certs []*x509.Certificate
	}
	var usable []pair
	for _, k := range d.keys {
		if certs := d.order(k); certs != nil {
			usable = append(usable, pair{k, certs})
		}
	}
	switch {
	case len(usable) == 1:
		return signer.FromCrypto(usable[0].key.key, usable[0].certs...)
	case len(usable) > 1:
		var candidates []signer.Candidate
		for _, p := range usable {
			candidates = append(candidates, signer.Candidate{Label: p.key.name, ID: hex.EncodeToString(p.key.id), Certificate: p.certs[0]})
		}
		return nil, signer.Ambiguous(candidates, nil)
	case len(d.keys) == 0 && d.badKey != nil:
		return nil, d.badKey
	case len(d.keys) == 0:
		return nil, fail(CodeNoKey)
	case d.badCert != nil:
		return nil, d.badCert
	case len(d.certs) == 0:
		return nil, fail(CodeNoCertificate)
	}
	return nil, signer.NewError(signer.CodeKeyMismatch, nil)
}

// order puts the certificates of k first, the best of them in front, then all others; nil when none is of k.
func (d *decoder) order(k heldKey) []*x509.Certificate {
	var own []heldCert
	var others []*x509.Certificate
	for _, c := range d.certs {
		if pub, err := alg.PublicKey(c.cert); err == nil && alg.SameKey(pub, k.key.Public()) {
			own = append(own, c)
		} else {
			others = append(others, c.cert)
		}
	}
	if own == nil {
		return nil
	}
	tied := func(c heldCert) bool { return len(k.id) > 0 && bytes.Equal(c.id, k.id) }
	slices.SortStableFunc(own, func(a, b heldCert) int {
		if tied(a) != tied(b) {
			if tied(a) {
				return -1
			}
			return 1
		}
		return b.cert.NotAfter.Compare(a.cert.NotAfter)
	})
	certs := make([]*x509.Certificate, 0, len(d.certs))
	for _, c := range own {
		certs = append(certs, c.cert)
	}
	return append(certs, others...)
}
