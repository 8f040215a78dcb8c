package testpki

import (
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"math/big"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// golang.org/x/crypto/ocsp reads no nonce and cannot put one into an answer, so answers are encoded here.

// Status of an OCSPResponse, RFC 6960, 4.2.1.
const (
	ocspMalformed    = 1
	ocspInternal     = 2
	ocspTryLater     = 3
	ocspUnauthorized = 6
)

var (
	oidBasicResponse   = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 1}
	oidArchiveCutOff   = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 6}
	oidECDSAWithSHA256 = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}
)

// OCSP is the answer of the responder in charge of a certificate at the clock's time: a DER OCSPResponse with the CertID in
// SHA-1 and no nonce.
func (p *PKI) OCSP(name string) ([]byte, error) {
	cert, err := p.certificate(name)
	if err != nil {
		return nil, err
	}
	pr, _ := profileOf(name)
	if pr.issuer == "" || pr.gov {
		return nil, unknownName(name)
	}
	authority, err := p.certificate(pr.issuer)
	if err != nil {
		return nil, err
	}
	bits, err := publicKeyBits(authority.RawSubjectPublicKeyInfo)
	if err != nil {
		return nil, err
	}
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26})
			b.AddASN1NULL()
		})
		b.AddASN1OctetString(digest(crypto.SHA1, authority.RawSubject))
		b.AddASN1OctetString(digest(crypto.SHA1, bits))
		b.AddASN1BigInt(cert.SerialNumber)
	})
	raw, err := b.Bytes()
	if err != nil {
		return nil, fail(CodeMake, err, "what", "OCSP answer")
	}
	return p.basicResponse(pr.issuer, &ocspRequest{ids: []certID{{raw: raw, serial: cert.SerialNumber}}}, nil)
}

// answerOCSP answers a DER OCSPRequest. It always has an answer, if only an error status.
func (p *PKI) answerOCSP(der []byte, f faults) []byte {
	if f[Rejection] {
		return ocspStatus(ocspTryLater)
	}
	req, err := parseOCSPRequest(der)
	if err != nil {
		return ocspStatus(ocspMalformed)
	}
	authority := ""
	for _, name := range []string{"issuer", "root"} {
		cert, err := p.certificate(name)
		if err != nil {
			return ocspStatus(ocspInternal)
		}
		if req.ids[0].names(cert) {
			authority = name
			for _, id := range req.ids[1:] { // one signer cannot speak for two authorities
				if !id.names(cert) {
					return ocspStatus(ocspUnauthorized)
				}
			}
		}
	}
	if authority == "" {
		return ocspStatus(ocspUnauthorized)
	}
	answer, err := p.basicResponse(authority, req, f)
	if err != nil {
		return ocspStatus(ocspInternal)
	}
	return answer
}

func ocspStatus(status int64) []byte { return []byte{0x30, 3, 0x0A, 1, byte(status)} }

// basicResponse signs an answer for one authority, RFC 6960, 4.2.1.
func (p *PKI) basicResponse(authority string, req *ocspRequest, f faults) ([]byte, error) {
	responder := "ocsp-" + authority
	switch {
	case f[ForeignSigner]:
		responder = "ocsp-" + other(authority)
	case f[NoEKU]:
		responder = "ocsp-no-eku"
	}
	cert, err := p.certificate(responder)
	if err != nil {
		return nil, err
	}
	key, err := p.key(responder)
	if err != nil {
		return nil, err
	}
	data, err := p.responseData(authority, cert, req, f)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	signature, err := key.Sign(rand.Reader, sum[:], crypto.SHA256) // responders have P-256 keys
	if err != nil {
		return nil, fail(CodeMake, err, "what", "OCSP answer")
	}
	if f[BrokenSignature] {
		signature[len(signature)-1] ^= 1
	}
	var basic, b cryptobyte.Builder
	basic.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(data)
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(oidECDSAWithSHA256) })
		b.AddASN1BitString(signature)
		if !f[NoCertificate] {
			b.AddASN1(cbasn1.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
				b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { b.AddBytes(cert.Raw) })
			})
		}
	})
	inner, err := basic.Bytes()
	if err != nil {
		return nil, fail(CodeMake, err, "what", "OCSP answer")
	}
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Enum(0)
		b.AddASN1(cbasn1.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1ObjectIdentifier(oidBasicResponse)
				b.AddASN1OctetString(inner)
			})
		})
	})
	der, err := b.Bytes()
	if err != nil {
		return nil, fail(CodeMake, err, "what", "OCSP answer")
	}
	return der, nil
}

// responseData is what the responder signs. The responder of the root names itself, that of the issuing authority gives the hash
// of its key: both forms of ResponderID are in use.
func (p *PKI) responseData(authority string, responder *x509.Certificate, req *ocspRequest, f faults) ([]byte, error) {
	now := p.Now().Truncate(time.Second)
	from, until := now, now.Add(ocspLife)
	switch {
	case f[Expired]:
		from, until = now.Add(-2*ocspLife), now.Add(-ocspLife)
	case f[Future]:
		from, until = now.Add(ocspLife), now.Add(2*ocspLife)
	}
	statuses := make([]Status, len(req.ids))
	for i, id := range req.ids {
		s, err := p.statusOf(authority, id.serial, now)
		if err != nil {
			return nil, err
		}
		statuses[i] = s
	}
	bits, err := publicKeyBits(responder.RawSubjectPublicKeyInfo)
	if err != nil {
		return nil, err
	}
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		if authority == "root" {
			b.AddASN1(cbasn1.Tag(1).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { b.AddBytes(responder.RawSubject) })
		} else {
			b.AddASN1(cbasn1.Tag(2).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { b.AddASN1OctetString(digest(crypto.SHA1, bits)) })
		}
		b.AddASN1GeneralizedTime(from) // producedAt
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			for i, id := range req.ids {
				if f[WrongSerial] {
					id.raw = withSerial(id.raw, new(big.Int).Add(id.serial, big.NewInt(1)))
				}
				if f[UnknownStatus] {
					statuses[i] = Status{}
				}
				var remembered time.Time
				if f[ArchiveCutOff] {
					remembered = p.birth.AddDate(-10, 0, 0)
				}
				addSingleResponse(b, id.raw, statuses[i], from, until, remembered, !f[NoNextUpdate])
			}
		})
		if nonce := answeredNonce(req.nonce, f); nonce != nil {
			b.AddASN1(cbasn1.Tag(1).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
				b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
					b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
						b.AddASN1ObjectIdentifier(oidNonce)
						b.AddASN1OctetString(nonce)
					})
				})
			})
		}
	})
	data, err := b.Bytes()
	if err != nil {
		return nil, fail(CodeMake, err, "what", "OCSP answer")
	}
	return data, nil
}

// answeredNonce is the nonce extension's value in the answer, nil for none.
func answeredNonce(asked []byte, f faults) []byte {
	if asked == nil || f[NoNonce] {
		return nil
	}
	if f[WrongNonce] {
		wrong := append([]byte(nil), asked...)
		wrong[len(wrong)-1] ^= 1
		return wrong
	}
	return asked
}

// addSingleResponse adds one SingleResponse; a status without a state is "unknown". remembered is the archiveCutOff, zero for none.
func addSingleResponse(b *cryptobyte.Builder, id []byte, s Status, from, until, remembered time.Time, next bool) {
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(id)
		switch s.State {
		case Good:
			b.AddASN1(cbasn1.Tag(0).ContextSpecific(), func(*cryptobyte.Builder) {})
		case Revoked, Suspended:
			b.AddASN1(cbasn1.Tag(1).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
				b.AddASN1GeneralizedTime(s.At)
				if s.Reason != 0 { // unspecified: the reason is left out, RFC 5280, 5.3.1
					b.AddASN1(cbasn1.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { b.AddASN1Enum(int64(s.Reason)) })
				}
			})
		default:
			b.AddASN1(cbasn1.Tag(2).ContextSpecific(), func(*cryptobyte.Builder) {})
		}
		b.AddASN1GeneralizedTime(from) // thisUpdate
		if next {
			b.AddASN1(cbasn1.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { b.AddASN1GeneralizedTime(until) })
		}
		if !remembered.IsZero() {
			b.AddASN1(cbasn1.Tag(1).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { // singleExtensions
				b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
					b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
						b.AddASN1ObjectIdentifier(oidArchiveCutOff)
						b.AddASN1(cbasn1.OCTET_STRING, func(b *cryptobyte.Builder) { b.AddASN1GeneralizedTime(remembered) })
					})
				})
			})
		}
	})
}

// withSerial is a CertID with another serial number.
func withSerial(raw []byte, serial *big.Int) []byte {
	in := cryptobyte.String(raw)
	var body, algorithm cryptobyte.String
	var name, key []byte
	if !in.ReadASN1(&body, cbasn1.SEQUENCE) || !body.ReadASN1Element(&algorithm, cbasn1.SEQUENCE) ||
		!body.ReadASN1Bytes(&name, cbasn1.OCTET_STRING) || !body.ReadASN1Bytes(&key, cbasn1.OCTET_STRING) {
		return raw
	}
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(algorithm)
		b.AddASN1OctetString(name)
		b.AddASN1OctetString(key)
		b.AddASN1BigInt(serial)
	})
	der, err := b.Bytes()
	if err != nil {
		return raw
	}
	return der
}

// statusOf is the status of a serial number of an authority; without a state, when the authority never issued it.
func (p *PKI) statusOf(authority string, serial *big.Int, at time.Time) (Status, error) {
	p.mu.Lock()
	name := ""
	for _, pr := range profiles {
		if own := p.serial(pr.name); pr.issuer == authority && own != nil && own.Cmp(serial) == 0 {
			name = pr.name
		}
	}
	p.mu.Unlock()
	if name == "" {
		return Status{}, nil
	}
	return p.statusAt(name, at)
}
