package timestamp

import (
	"bytes"
	"crypto"
	"crypto/subtle"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"slices"
	"strconv"
	"sync/atomic"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/limits"
)

// Token is a TimeStampToken (RFC 3161, 2.4.2): a SignedData over an [Info]. Make one with [ParseToken] or [ParseResponse]. That a token
// exists says only that it can be read; [Token.Check] says whether it proves anything. Its fields must not be changed; it is then safe
// for concurrent use.
type Token struct {
	Raw  []byte // the ContentInfo, as received: what goes into a signature or a document
	Info Info   // what it states

	sd      *cmsdata.SignedData
	content []byte // the TSTInfo as it was signed
	certs   []*x509.Certificate

	sound atomic.Pointer[x509.Certificate] // with which CheckIntegrity found nothing wrong
}

// ParseToken reads a token, in BER or DER; the TSTInfo inside is strict DER. Errors are *[Error] and [ErrMalformed]: it is no SignedData,
// or one of something else than a TSTInfo.
func ParseToken(ber []byte) (*Token, error) {
	if len(ber) > limits.TSPToken {
		return nil, fail(CodeTokenTooLarge, nil, "limit", strconv.Itoa(limits.TSPToken))
	}
	raw := bytes.Clone(ber)
	sd, err := cmsdata.Parse(raw)
	if err != nil {
		return nil, fail(CodeTokenMalformed, err)
	}
	if !sd.ContentType.Equal(cmsdata.OIDTSTInfo) {
		return nil, fail(CodeNotToken, nil, "type", sd.ContentType.String())
	}
	if !sd.Attached {
		return nil, fail(CodeInfoMalformed, nil, "where", "eContent")
	}
	info, err := parseInfo(sd.Content)
	if err != nil {
		return nil, err
	}
	return &Token{Raw: raw, Info: info, sd: sd, content: sd.Content, certs: sd.X509()}, nil
}

// SignedData is the token's SignedData, for the packages of this module.
func (t *Token) SignedData() *cmsdata.SignedData { return t.sd }

// Values are the certificates and revocation data that the token carries, in its SignedData and in unsigned attributes of its signer,
// for the packages of this module.
func (t *Token) Values() []cmsdata.Values {
	all := []cmsdata.Values{t.sd.Values()}
	for _, si := range t.sd.Signers {
		for i := range si.UnsignedAttrs {
			all = append(all, cmsdata.AttributeValues(&si.UnsignedAttrs[i]))
		}
	}
	return all
}

// WithUnsigned is the token with one more unsigned attribute of its signer, which changes nothing that is signed. It is for the packages
// of this module: an archive time-stamp carries the index of what it covers in this way.
func (t *Token) WithUnsigned(a cmsdata.Attribute) (*Token, error) {
	sd, err := cmsdata.Parse(t.Raw)
	if err != nil {
		return nil, fail(CodeTokenMalformed, err)
	}
	if n := len(sd.Signers); n != 1 {
		return nil, fail(CodeSignerCount, nil, "count", strconv.Itoa(n))
	}
	sd.Signers[0].AddUnsigned(a)
	raw, err := sd.Marshal()
	if err != nil {
		return nil, fail(CodeTokenMalformed, err)
	}
	return ParseToken(raw)
}

// Certificates are the certificates that the token carries, in its order, as far as they can be read. Nothing is known about them:
// the token's signer need not be among them, nor first.
func (t *Token) Certificates() []*x509.Certificate { return slices.Clone(t.certs) }

// Signer is the certificate of the token's signer: the one that its SignerInfo names, among those that it carries and extra. It says
// nothing about the signature. [CodeCertificateMissing] when there is none, [CodeSignerCount] when there is not exactly one SignerInfo.
func (t *Token) Signer(extra ...*x509.Certificate) (*x509.Certificate, error) {
	si, err := t.signerInfo()
	if err != nil {
		return nil, err
	}
	known := t.certs
	if len(extra) > 0 {
		known = slices.Concat(t.certs, extra)
		known = slices.DeleteFunc(known, func(c *x509.Certificate) bool { return c == nil })
	}
	cert := si.Certificate(known)
	if cert == nil {
		return nil, fail(CodeCertificateMissing, nil)
	}
	return cert, nil
}

// signerInfo is the one SignerInfo: a token with several has no clear signer (RFC 3161, 2.4.2 allows the TSA's only).
func (t *Token) signerInfo() (*cmsdata.SignerInfo, error) {
	if t.sd == nil {
		return nil, fail(CodeTokenMalformed, nil)
	}
	if n := len(t.sd.Signers); n != 1 {
		return nil, fail(CodeSignerCount, nil, "count", strconv.Itoa(n))
	}
	return t.sd.Signers[0], nil
}

// Check does all that can be done without knowing whom to trust: [Token.CheckIntegrity], and then that the token is over digest, made with
// hash. extra are further certificates to look for the signer's among, for tokens that do not carry it. What remains for the caller is
// whether the signer's certificate leads to a trusted root and was not revoked.
//
// Errors are *[Error], each defect with its own code.
func (t *Token) Check(digest []byte, hash crypto.Hash, extra ...*x509.Certificate) error {
	if err := t.CheckIntegrity(extra...); err != nil {
		return err
	}
	if t.Info.Hash != hash || hash == 0 {
		return fail(CodeImprintHash, nil, "found", t.Info.hashName(), "want", hashName(hash))
	}
	return t.CheckImprint(digest)
}

// CheckRequest is [Token.Check] for the answer to a request: the token must also be of the policy asked for and have the nonce that was
// sent, or none if none was sent (RFC 3161, 2.2). Being new, it must not be signed over SHA-1 or MD5, nor hint at another authority than
// its certificate's; in an old token both are left to the verifier's judgement.
func (t *Token) CheckRequest(r *Request, extra ...*x509.Certificate) error {
	if err := t.CheckIntegrity(extra...); err != nil {
		return err
	}
	info := &t.Info
	want, ok := hashOID(r.HashOID, r.Hash)
	if !ok || !info.HashOID.Equal(want) {
		return fail(CodeImprintHash, nil, "found", info.hashName(), "want", (&Info{Hash: r.Hash, HashOID: r.HashOID}).hashName())
	}
	if subtle.ConstantTimeCompare(info.Imprint, r.Imprint) != 1 {
		return fail(CodeImprint, nil)
	}
	switch {
	case r.Nonce != nil && info.Nonce == nil:
		return fail(CodeNonceMissing, nil)
	case r.Nonce == nil && info.Nonce != nil:
		return fail(CodeNonceUnasked, nil)
	case r.Nonce != nil && r.Nonce.Cmp(info.Nonce) != 0:
		return fail(CodeNonceMismatch, nil)
	}
	if r.Policy != nil && !r.Policy.Equal(info.Policy) {
		return fail(CodePolicy, nil, "want", r.Policy.String(), "found", info.policyName())
	}
	if si := t.sd.Signers[0]; si.Digest.Weak {
		return fail(CodeWeakHash, nil, "hash", si.Digest.Name)
	}
	cert, err := t.Signer(extra...)
	if err != nil {
		return err
	}
	if !t.NamesSigner(cert) {
		return fail(CodeTSAName, nil, "found", dash(info.TSA), "want", cert.Subject.String())
	}
	return nil
}

// NamesSigner reports whether the token's hint at its authority, Info.TSA, is a name of cert's, or absent (RFC 3161, 2.4.2: the hint
// must correspond to one of the subject names). Nothing depends on the hint: the signer is who the signature says.
func (t *Token) NamesSigner(cert *x509.Certificate) bool {
	return t.Info.TSARaw == nil || hasName(cert, t.Info.TSARaw)
}

// CheckImprint checks that the token is over digest, which the caller made with the token's own hash, Info.Hash. [CodeImprint] when it is
// over something else, [CodeImprintHash] when that hash is not known here.
func (t *Token) CheckImprint(digest []byte) error {
	if t.Info.Hash == 0 {
		return fail(CodeImprintHash, nil, "found", t.Info.hashName(), "want", "-")
	}
	if subtle.ConstantTimeCompare(t.Info.Imprint, digest) != 1 {
		return fail(CodeImprint, nil)
	}
	return nil
}

// CheckIntegrity checks the token in itself: exactly one signer, whose certificate is there or among extra; signed attributes as RFC 5652, 5.3
// and 11 demand, a message digest that is that of the TSTInfo, and a signature that verifies; a signing-certificate attribute, of version
// 1 or 2, that names this certificate (RFC 3161, 2.4.2; RFC 5816); a certificate that is for time-stamping and nothing else, and says so
// in a critical extension (RFC 3161, 2.3); and a time within its validity.
//
// The hash of a signing-certificate attribute of version 1 is SHA-1. It picks the certificate, whose key must still verify the
// signature, so that it is accepted as an identifier.
func (t *Token) CheckIntegrity(extra ...*x509.Certificate) error {
	si, err := t.signerInfo()
	if err != nil {
		return err
	}
	cert, err := t.Signer(extra...)
	if err != nil {
		return err
	}
	if t.sound.Load() == cert {
		return nil // a token does not change: reading a document and judging it both ask
	}
	if err := t.checkIntegrity(si, cert); err != nil {
		return err
	}
	t.sound.Store(cert)
	return nil
}

func (t *Token) checkIntegrity(si *cmsdata.SignerInfo, cert *x509.Certificate) error {
	if err := t.checkAttributes(si); err != nil {
		return err
	}
	pub, err := alg.PublicKey(cert)
	if err != nil {
		return fail(CodeAlgorithm, err)
	}
	if err := si.VerifySignature(pub, nil); err != nil {
		var e *cmsdata.Error
		if errors.As(err, &e) && e.Code() == string(cmsdata.CodeSignature) {
			return fail(CodeSignatureBroken, e.Unwrap())
		}
		return fail(CodeAlgorithm, err)
	}
	present, match, err := si.MatchesSigningCertificate(cert)
	switch {
	case err != nil:
		return fail(CodeESSMalformed, err)
	case !present:
		return fail(CodeESSMissing, nil)
	case !match:
		return fail(CodeESSMismatch, nil)
	}
	if err := CheckCertificate(cert); err != nil {
		return err
	}
	if t.Info.Time.Before(cert.NotBefore) || t.Info.Time.After(cert.NotAfter) {
		const layout = "2006-01-02T15:04:05.999999999Z"
		return fail(CodeTimeOutside, nil, "time", t.Info.Time.Format(layout),
			"from", cert.NotBefore.UTC().Format(layout), "to", cert.NotAfter.UTC().Format(layout))
	}
	return nil
}

// checkAttributes checks what the signature value is over, and that it is over this TSTInfo.
func (t *Token) checkAttributes(si *cmsdata.SignerInfo) error {
	if si.SignedAttrsRaw == nil {
		// RFC 5652, 5.3: they must be there when the content is not id-data. Without them the octets of some other signature's
		// attributes could pass for a TSTInfo.
		return fail(CodeAttributes, nil)
	}
	if si.SignedAttrsNotDER != nil {
		return fail(CodeAttributes, si.SignedAttrsNotDER)
	}
	contentType, err := si.ContentTypeAttr()
	if err != nil {
		return fail(CodeAttributes, err)
	}
	if !contentType.Equal(cmsdata.OIDTSTInfo) {
		return fail(CodeAttributeType, nil, "type", contentType.String())
	}
	want, err := si.MessageDigest()
	if err != nil {
		return fail(CodeAttributes, err)
	}
	// RFC 6211: where the algorithms are protected as well, they are the ones that were used.
	if present, match, err := si.AlgorithmsProtected(); err != nil {
		return fail(CodeAttributes, err)
	} else if present && !match {
		return fail(CodeAlgorithm, nil)
	}
	// What signing-time says is no matter beside genTime, and some authorities write it as RFC 5652, 11.3 does not allow. Two of
	// them are an ambiguity all the same.
	if a, n := si.Attr(cmsdata.OIDSigningTime); n > 1 || n == 1 && len(a.Values) != 1 {
		return fail(CodeAttributes, nil)
	}
	if !si.Digest.Crypto.Available() {
		return fail(CodeAlgorithm, nil)
	}
	h := si.Digest.Crypto.New()
	h.Write(t.content)
	if subtle.ConstantTimeCompare(h.Sum(nil), want) != 1 {
		return fail(CodeContentBroken, nil)
	}
	return nil
}

// CheckCertificate checks that cert may sign time-stamps, by its own word: an extended key usage that is critical and has time-stamping as
// its only purpose (RFC 3161, 2.3), and a key usage, if there is one, that allows signatures (RFC 5280, 4.2.1.12). It checks neither
// validity nor trust.
func CheckCertificate(cert *x509.Certificate) error {
	timeStamping := slices.Contains(cert.ExtKeyUsage, x509.ExtKeyUsageTimeStamping)
	switch {
	case !timeStamping:
		return fail(CodeEKUMissing, nil)
	case len(cert.ExtKeyUsage)+len(cert.UnknownExtKeyUsage) != 1:
		return fail(CodeEKUExtra, nil)
	}
	for _, e := range cert.Extensions {
		if e.Id.Equal(oidExtKeyUsage) && !e.Critical {
			return fail(CodeEKUNotCritical, nil)
		}
		// RFC 5280: digitalSignature, nonRepudiation or both are consistent with time-stamping.
		if e.Id.Equal(oidKeyUsage) && cert.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) == 0 {
			return fail(CodeKeyUsage, nil)
		}
	}
	return nil
}

var (
	oidKeyUsage    = asn1.ObjectIdentifier{2, 5, 29, 15}
	oidExtKeyUsage = asn1.ObjectIdentifier{2, 5, 29, 37}
)

func (i *Info) hashName() string {
	if i.Hash != 0 || i.HashOID == nil {
		return hashName(i.Hash)
	}
	return i.HashOID.String()
}

func (i *Info) policyName() string {
	if i.Policy == nil {
		return "-"
	}
	return i.Policy.String()
}
