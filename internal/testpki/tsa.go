package testpki

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"math/big"
	"slices"
	"time"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/timestamp"
)

// Policies of the time-stamp units, under the arc that is set aside for examples.
var (
	oidPolicy      = asn1.ObjectIdentifier{2, 999, 3161, 1}
	oidOtherPolicy = asn1.ObjectIdentifier{2, 999, 3161, 2}
)

// Policy is the only policy of the time-stamp units.
func Policy() asn1.ObjectIdentifier { return slices.Clone(oidPolicy) }

// answerTSA answers a TimeStampReq in DER, RFC 3161, 2.4. It always has an answer, if only a rejection.
func (p *PKI) answerTSA(query []byte, f faults) []byte {
	switch {
	case f[Rejection]:
		return timestamp.MarshalResponse(timestamp.Rejection, timestamp.SystemFailure, nil)
	case f[Waiting]:
		return timestamp.MarshalResponse(timestamp.Waiting, 0, nil)
	}
	req, err := timestamp.ParseRequest(query)
	if err != nil {
		return timestamp.MarshalResponse(timestamp.Rejection, timestamp.BadDataFormat, nil)
	}
	if h, ok := alg.HashOf(req.Hash); !ok || h.Weak || !req.Hash.Available() {
		return timestamp.MarshalResponse(timestamp.Rejection, timestamp.BadAlg, nil)
	}
	if len(req.Imprint) != req.Hash.Size() {
		return timestamp.MarshalResponse(timestamp.Rejection, timestamp.BadDataFormat, nil)
	}
	if len(req.Policy) != 0 && !req.Policy.Equal(oidPolicy) {
		return timestamp.MarshalResponse(timestamp.Rejection, timestamp.UnacceptedPolicy, nil)
	}
	if len(req.Extensions) != 0 {
		return timestamp.MarshalResponse(timestamp.Rejection, timestamp.UnacceptedExtension, nil)
	}
	token, err := p.token(req, f)
	if errors.Is(err, errNoUnit) {
		return timestamp.MarshalResponse(timestamp.Rejection, timestamp.TimeNotAvailable, nil)
	}
	if err != nil {
		return timestamp.MarshalResponse(timestamp.Rejection, timestamp.SystemFailure, nil)
	}
	status := timestamp.Granted
	if f[GrantedWithMods] {
		status = timestamp.GrantedWithMods
	}
	return timestamp.MarshalResponse(status, 0, token)
}

// errNoUnit: no time-stamp certificate is valid at the clock's time.
var errNoUnit = errors.New("no time-stamp unit")

// unitFor is the name of the unit that signs, by the faults that are on.
func (p *PKI) unitFor(at time.Time, f faults) string {
	switch {
	case f[Expired]:
		return "tsa-expired"
	case f[NoEKU]:
		return "tsa-no-eku"
	case f[EKUNotCritical]:
		return "tsa-eku-not-critical"
	case f[ExtraEKU]:
		return "tsa-extra-eku"
	}
	return p.unit(at)
}

// token makes a TimeStampToken: a ContentInfo of SignedData over the TSTInfo, RFC 3161, 2.4.2.
func (p *PKI) token(req *timestamp.Request, f faults) ([]byte, error) {
	now := p.Now().Truncate(time.Second)
	name := p.unitFor(now, f)
	if name == "" {
		return nil, errNoUnit
	}
	cert, err := p.certificate(name)
	if err != nil {
		return nil, err
	}
	serial := make([]byte, 12)
	_, _ = rand.Read(serial) // never fails
	serial[0] = serial[0]&0x7F | 0x40
	info := timestamp.Info{Policy: oidPolicy, Hash: req.Hash, HashOID: req.HashOID, Imprint: req.Imprint, Serial: new(big.Int).SetBytes(serial),
		Time: now, Accuracy: time.Second, Nonce: req.Nonce, TSARaw: der.Encode(der.Context(4), cert.RawSubject)}
	f.spoil(&info, cert)
	tst, err := info.MarshalDER()
	if err != nil {
		return nil, err
	}
	si, err := p.signToken(name, cert, tst, f)
	if err != nil {
		return nil, err
	}
	var certs []*x509.Certificate
	if f[ExtraCertificates] {
		for _, stranger := range []string{"issuer", "tsa-extra-eku", "gov-root"} {
			c, err := p.certificate(stranger)
			if err != nil {
				return nil, err
			}
			certs = append(certs, c)
		}
	}
	if req.CertReq && !f[NoCertificate] {
		certs = append(certs, cert)
	}
	sd := cmsdata.New(certs, si)
	sd.ContentType, sd.Attached, sd.Content = cmsdata.OIDTSTInfo, true, tst
	if f[WrongContent] {
		sd.ContentType = cmsdata.OIDData
	}
	if f[TwoSigners] {
		stranger, err := p.certificate("tsa-extra-eku")
		if err != nil {
			return nil, err
		}
		second, err := p.signToken("tsa-extra-eku", stranger, tst, f)
		if err != nil {
			return nil, err
		}
		sd.Signers = append(sd.Signers, second)
	}
	return sd.Marshal()
}

// spoil makes the statement false in the ways that are on.
func (f faults) spoil(info *timestamp.Info, cert *x509.Certificate) {
	if f[WrongImprint] {
		info.Imprint = slices.Clone(info.Imprint)
		info.Imprint[0] ^= 1
	}
	if f[WrongPolicy] {
		info.Policy = oidOtherPolicy
	}
	if f[Future] {
		info.Time = cert.NotAfter.Add(time.Hour)
	}
	if f[NoNonce] {
		info.Nonce = nil
	}
	if f[WrongNonce] && info.Nonce != nil {
		info.Nonce = new(big.Int).Add(info.Nonce, big.NewInt(1))
	}
}

// signToken makes the SignerInfo of a token.
func (p *PKI) signToken(name string, cert *x509.Certificate, tst []byte, f faults) (*cmsdata.SignerInfo, error) {
	key, err := p.key(name)
	if err != nil {
		return nil, err
	}
	how, err := alg.ForKey(key.Public(), 0, false)
	if err != nil {
		return nil, err
	}
	named := cert
	if f[WrongESS] {
		if named, err = p.certificate("issuer"); err != nil {
			return nil, err
		}
	}
	contentType := cmsdata.OIDTSTInfo
	if f[WrongContent] {
		contentType = cmsdata.OIDData
	}
	attrs := []cmsdata.Attribute{cmsdata.ContentType(contentType), cmsdata.MessageDigest(digest(how.Hash, tst)), cmsdata.SigningTime(p.Now())}
	switch {
	case f[NoESS]:
	case f[ESSv1]:
		attrs = append(attrs, cmsdata.SigningCertificate(named))
	default:
		attrs = append(attrs, cmsdata.SigningCertificateV2(named, crypto.SHA256))
	}
	encoded := cmsdata.EncodeSignedAttributes(attrs...)
	signature, err := key.Sign(rand.Reader, digest(how.Hash, encoded), how.SignerOpts())
	if err != nil {
		return nil, err
	}
	if f[BrokenSignature] {
		signature[len(signature)-1] ^= 1
	}
	return cmsdata.NewSignerInfo(cert, how.Hash, how, encoded, signature), nil
}

// tsaClient asks the PKI's time-stamp unit without a network between them.
type tsaClient struct{ pki *PKI }

var _ timestamp.Timestamper = tsaClient{}

// TSAClient is a [timestamp.Timestamper] that asks the time-stamp unit in process. Its tokens are checked as those from a server
// are. Faults of a server do not reach it.
func (p *PKI) TSAClient() timestamp.Timestamper { return tsaClient{p} }

func (c tsaClient) Timestamp(ctx context.Context, sum []byte, hash crypto.Hash) (*timestamp.Token, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	h, ok := alg.HashOf(hash)
	if !ok {
		return nil, fail(CodeRequest, nil, "what", "hash")
	}
	nonce, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 63))
	if err != nil {
		return nil, fail(CodeMake, err, "what", "nonce")
	}
	req := &timestamp.Request{Hash: hash, HashOID: h.OID, Imprint: sum, Nonce: nonce, CertReq: true}
	query, err := req.Marshal()
	if err != nil {
		return nil, err
	}
	token, err := timestamp.ParseResponse(c.pki.answerTSA(query, nil))
	if err != nil {
		return nil, err
	}
	return token, token.CheckRequest(req)
}
