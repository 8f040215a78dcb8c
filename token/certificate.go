package token

import (
	"bytes"
	"compress/zlib"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/vnid"
	"github.com/kyso-dev/kyso/signer"
)

// KeyState says whether a certificate's private key is on the token.
type KeyState string

// The states.
const (
	KeyUnknown KeyState = "unknown" // it cannot be told before a log-in
	KeyLikely  KeyState = "likely"  // its public key is there; the private one shows after a log-in
	KeyPresent KeyState = "present"
	KeyMissing KeyState = "missing"
)

// Certificate is a certificate on a token.
type Certificate struct {
	Certificate *x509.Certificate // nil when it cannot be read; Raw has it
	Raw         []byte            // as the token has it
	ID          []byte            // CKA_ID, which its key shares
	Label       string            // CKA_LABEL; says nothing reliable
	Private     bool              // it was not to be seen before the log-in
	Key         KeyState
	Identity    vnid.Identity // the subject as a person reads it
	Problem     error         // why it is not fit to sign now; nil when it is, as far as the token tells
}

// Thumbprint is the SHA-256 of the certificate in hexadecimal.
func (c *Certificate) Thumbprint() string {
	sum := sha256.Sum256(c.Raw)
	return hex.EncodeToString(sum[:])
}

// Serial is the certificate's serial number in upper-case hexadecimal, as invoices register it.
func (c *Certificate) Serial() string {
	if c.Certificate == nil {
		return ""
	}
	return fmt.Sprintf("%X", c.Certificate.SerialNumber)
}

// KeyType is the kind of its key, such as "RSA-2048" or "ECDSA P-256"; "" when it cannot be read.
func (c *Certificate) KeyType() string {
	if c.Certificate == nil {
		return ""
	}
	pub, err := alg.PublicKey(c.Certificate)
	if err != nil {
		pub = c.Certificate.PublicKey
	}
	return alg.KeyName(pub)
}

func (c *Certificate) sha1() string {
	sum := sha1.Sum(c.Raw) // what Windows shows as thumbprint; it only chooses
	return hex.EncodeToString(sum[:])
}

// CertificatesOptions say how certificates are listed. nil means the defaults.
type CertificatesOptions struct {
	PIN       Prompt    // nil: no log-in; private certificates and keys are then not seen
	InsistPIN bool      // send a PIN also when only one try is left
	At        time.Time // the time at which they have to be valid; zero: now
}

// Certificates lists the certificates on the token: the public ones, and with a PIN the private ones too. Those that cannot sign are
// there as well, with the reason.
func (t *Token) Certificates(ctx context.Context, opts *CertificatesOptions) ([]*Certificate, error) {
	var o CertificatesOptions
	if opts != nil {
		o = *opts
	}
	certs, err := with(ctx, t.device, func(s *pooled) ([]*Certificate, error) {
		if o.PIN == nil {
			return t.device.certificates(s, o.At)
		}
		public, err := t.device.certificates(s, o.At)
		if err != nil {
			return nil, err
		}
		if err := t.device.enter(ctx, s, access{o.PIN, o.InsistPIN}); err != nil {
			return nil, err
		}
		all, err := t.device.certificates(s, o.At)
		markPrivate(all, public)
		return all, err
	})
	return certs, from(err)
}

func markPrivate(all, public []*Certificate) {
	for _, c := range all {
		seen := false
		for _, p := range public {
			seen = seen || bytes.Equal(p.Raw, c.Raw)
		}
		c.Private = c.Private || !seen
	}
}

// certificates reads all that the session shows.
func (d *device) certificates(s *pooled, at time.Time) ([]*Certificate, error) {
	objects, err := d.api().Find(s.handle, attribute{attrClass, uint(classCertificate)})
	if err != nil {
		return nil, err
	}
	var all []*Certificate
	seen := make(map[string]bool)
	for _, o := range objects[:min(len(objects), limits.TokenCertificates)] {
		c, err := d.certificate(s, o, at)
		if err != nil {
			return nil, err
		}
		if c != nil && !seen[string(c.Raw)+"\x00"+string(c.ID)] { // some tokens list an object twice
			seen[string(c.Raw)+"\x00"+string(c.ID)] = true
			all = append(all, c)
		}
	}
	return all, nil
}

func (d *device) certificate(s *pooled, o object, at time.Time) (*Certificate, error) {
	read := func(kind uint) []byte {
		v, err := d.api().Attribute(s.handle, o, kind)
		if err != nil {
			return nil
		}
		return v
	}
	raw, err := d.api().Attribute(s.handle, o, attrValue)
	if err != nil {
		if gone(err) {
			return nil, err
		}
		raw = nil
	}
	private := read(attrPrivate)
	c := &Certificate{Raw: plain(raw), ID: read(attrID), Label: text(string(read(attrLabel))), Private: len(private) == 1 && private[0] == 1, Key: KeyUnknown}
	if c.Certificate, err = signer.ParseCertificate(c.Raw); err != nil {
		c.Certificate = nil
		c.Problem = fail(CodeCertificate, nil, "label", c.Label)
		return c, nil
	}
	c.Identity, _ = vnid.Parse(c.Certificate.RawSubject) // a subject that is no Name has no identity
	if c.Key, err = d.keyState(s, c); err != nil {
		return nil, err
	}
	c.Problem = c.fit(at)
	return c, nil
}

// plain takes the certificate out of what the token has: some pad it, and some of the government's compress it.
func plain(raw []byte) []byte {
	if len(raw) > 1 && raw[0]&0x0F == 8 && (int(raw[0])<<8|int(raw[1]))%31 == 0 { // RFC 1950, 2.2
		if r, err := zlib.NewReader(bytes.NewReader(raw)); err == nil {
			if out, err := io.ReadAll(io.LimitReader(r, limits.TokenAttribute)); err == nil {
				raw = out
			}
		}
	}
	s := cryptobyte.String(raw)
	var element cryptobyte.String
	if s.ReadASN1Element(&element, asn1.SEQUENCE) {
		return element
	}
	return raw
}

// fit says why the certificate cannot sign at a time.
func (c *Certificate) fit(at time.Time) error {
	cert := c.Certificate
	if cert.BasicConstraintsValid && cert.IsCA {
		return signer.CertificateUnsuitable(cert, "certificate of an authority", nil)
	}
	if c.Key == KeyMissing {
		return signer.NewError(signer.CodeKeyNotFound, nil)
	}
	if _, err := pubOf(cert); err != nil {
		return err
	}
	return signer.CheckCertificate(cert, at)
}

// expired reports whether the only thing against the certificate is that its time is over.
func (c *Certificate) expired() bool { return errors.Is(c.Problem, signer.ErrCertificateExpired) }

// pubOf is the public key, of a kind that signs.
func pubOf(cert *x509.Certificate) (any, error) {
	pub, err := alg.PublicKey(cert)
	if err == nil {
		_, err = alg.ForKey(pub, 0, false)
	}
	if err != nil {
		return nil, signer.NewError(signer.CodeUnsupportedAlgorithm, err, "algorithm", alg.KeyName(cert.PublicKey))
	}
	return pub, nil
}
