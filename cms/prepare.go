package cms

import (
	"bytes"
	"context"
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"io"
	"strconv"

	"github.com/kyso-dev/kyso/internal/ades"
	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/signer"
)

// PreparedSignature is a signature that lacks its value. It survives a restart as JSON (under 16 kB, no document octets, no
// secret): see MarshalJSON. Not safe for concurrent use.
//
// Whoever stores a state must guard it like the document: it decides what is signed.
type PreparedSignature struct {
	level       Level
	attached    bool
	algorithm   alg.Signature
	contentType asn1.ObjectIdentifier
	input       *input // nil after PrepareDigest
	attrs       []byte // signed attributes: the octets that are hashed and signed
	chain       []*x509.Certificate
	id, title   string
}

// input tells the content that was prepared from any other.
type input struct {
	size int64
	kind crypto.Hash // SHA-256, but for signatures that are prepared and finished in one call
	sum  []byte
}

// Prepare reads content to its end and makes everything of a signature but its value. chain is the signer's certificate and, where at
// hand, its issuers. The certificate must be fit to sign now: see Options.InsecureExpired. Errors are *Error, of package signer,
// or of the context.
func Prepare(ctx context.Context, content io.Reader, chain []*x509.Certificate, opts *Options) (*PreparedSignature, error) {
	o := orDefault(opts)
	p, err := newPrepared(chain, &o)
	if err != nil {
		return nil, err
	}
	h := newHashes(p.algorithm.Hash, crypto.SHA256)
	if err := readAll(ctx, h, content); err != nil {
		return nil, err
	}
	p.complete(h, crypto.SHA256, &o)
	if _, err := p.MarshalJSON(); err != nil { // now, not after someone tapped a phone
		return nil, err
	}
	return p, nil
}

// PrepareDigest is Prepare for content whose digest is known already, such as the ByteRange of a PDF. hash must be the one that HashFor
// gives. The result is detached; FinishDER finishes it, and whoever calls that answers for the content being the same.
func PrepareDigest(digest []byte, hash crypto.Hash, chain []*x509.Certificate, opts *Options) (*PreparedSignature, error) {
	o := orDefault(opts)
	p, err := newPrepared(chain, &o)
	if err != nil {
		return nil, err
	}
	if o.Attached || hash != p.algorithm.Hash || len(digest) != hash.Size() {
		return nil, fail(CodeOptions, nil, "reason", "a digest of "+alg.HashName(p.algorithm.Hash)+" over detached content is needed")
	}
	p.attributes(digest, &o)
	return p, nil
}

// HashFor is the digest algorithm that a key uses with these options.
func HashFor(cert *x509.Certificate, opts *Options) (crypto.Hash, error) {
	o := orDefault(opts)
	a, err := algorithmFor(cert, &o)
	return a.Hash, err
}

func algorithmFor(cert *x509.Certificate, o *Options) (alg.Signature, error) {
	if cert == nil {
		return alg.Signature{}, fail(CodeChain, nil, "count", "0", "limit", strconv.Itoa(limits.CMSChain))
	}
	pub, err := alg.PublicKey(cert)
	if err != nil {
		return alg.Signature{}, fail(CodeKey, err)
	}
	a, err := alg.ForKey(pub, o.Hash, o.PSS)
	if err != nil {
		return a, fail(CodeKey, err)
	}
	return a, nil
}

// newPrepared checks options and certificate and does all that does not need the content.
func newPrepared(chain []*x509.Certificate, o *Options) (*PreparedSignature, error) {
	level, err := checkLevel(o.Level)
	if err != nil {
		return nil, err
	}
	p := &PreparedSignature{level: level, attached: o.Attached, contentType: cmsdata.OIDData, id: o.ID, title: o.Title}
	if p.chain, err = bag(chain, o.Certificates); err != nil {
		return nil, err
	}
	if err := checkFit(p.chain[0], o); err != nil {
		return nil, err
	}
	if y := o.SigningTime.UTC().Year(); y < 1 || y > 9999 {
		return nil, fail(CodeOptions, nil, "reason", "the signing time has no four-digit year")
	}
	if p.algorithm, err = algorithmFor(p.chain[0], o); err != nil {
		return nil, err
	}
	return p, nil
}

func checkLevel(l Level) (Level, error) {
	if l == "" {
		return LevelBB, nil
	}
	if _, ok := ades.ParseLevel(string(l)); !ok {
		return "", fail(CodeOptions, nil, "reason", "the level "+strconv.Quote(string(l))+" does not exist")
	}
	return l, nil
}

// bag is the chain and further certificates, each once, the signer's first.
func bag(chain, more []*x509.Certificate) ([]*x509.Certificate, error) {
	if len(chain) == 0 || chain[0] == nil {
		return nil, fail(CodeChain, nil, "count", "0", "limit", strconv.Itoa(limits.CMSChain))
	}
	all := make([]*x509.Certificate, 0, len(chain)+len(more))
	for _, list := range [2][]*x509.Certificate{chain, more} {
	next:
		for _, c := range list {
			if c == nil {
				return nil, fail(CodeChain, nil, "count", strconv.Itoa(len(all)), "limit", strconv.Itoa(limits.CMSChain))
			}
			for _, have := range all {
				if bytes.Equal(have.Raw, c.Raw) {
					continue next
				}
			}
			all = append(all, c)
		}
	}
	if len(all) > limits.CMSChain {
		return nil, fail(CodeChain, nil, "count", strconv.Itoa(len(all)), "limit", strconv.Itoa(limits.CMSChain))
	}
	return all, nil
}

// checkFit refuses a certificate that may not sign; with InsecureExpired only its dates are forgiven.
func checkFit(cert *x509.Certificate, o *Options) error {
	err := signer.CheckCertificate(cert, o.clock())
	if err != nil && o.InsecureExpired && (errors.Is(err, signer.ErrCertificateExpired) || errors.Is(err, signer.ErrCertificateNotYetValid)) {
		return nil
	}
	return err
}

// complete takes the digests of the content.
func (p *PreparedSignature) complete(h *hashes, kind crypto.Hash, o *Options) {
	p.input = &input{size: h.size, kind: kind, sum: h.sum(kind)}
	p.attributes(h.sum(p.algorithm.Hash), o)
}

// attributes makes the signed attributes (EN 319 122-1, 6.3).
func (p *PreparedSignature) attributes(digest []byte, o *Options) {
	var space [4]cmsdata.Attribute
	attrs := append(space[:0],
		cmsdata.ContentType(p.contentType),
		cmsdata.MessageDigest(digest),
		cmsdata.SigningCertificateV2(p.chain[0], crypto.SHA256),
	)
	if !o.NoSigningTime {
		t := o.SigningTime
		if t.IsZero() {
			t = o.clock()
		}
		attrs = append(attrs, cmsdata.SigningTime(t))
	}
	p.attrs = cmsdata.EncodeSignedAttributes(attrs...)
}

// Request is what the key has to sign: a digest, or for Ed25519 the message itself.
func (p *PreparedSignature) Request() signer.Request {
	r := signer.Request{Opts: p.algorithm.SignerOpts(), DocumentID: p.id, Title: p.title}
	if p.algorithm.SignsMessage() {
		r.Message = bytes.Clone(p.attrs)
	} else {
		r.Digest = p.signed()
	}
	return r
}

// signed is what alg.Signature.Verify takes: the digest of the attributes, or the attributes.
func (p *PreparedSignature) signed() []byte {
	if p.algorithm.SignsMessage() {
		return p.attrs
	}
	h := p.algorithm.Hash.New()
	h.Write(p.attrs)
	return h.Sum(nil)
}

// Level is the level that was prepared.
func (p *PreparedSignature) Level() Level { return p.level }

// Attached reports whether the result will hold the content.
func (p *PreparedSignature) Attached() bool { return p.attached }

// Certificates is the signer's certificate and those that come with it.
func (p *PreparedSignature) Certificates() []*x509.Certificate { return p.chain }

// InputSize is the number of octets of the content that was prepared; -1 after PrepareDigest.
func (p *PreparedSignature) InputSize() int64 {
	if p.input == nil {
		return -1
	}
	return p.input.size
}

// InputSHA256 is the SHA-256 of the content that was prepared; nil after PrepareDigest.
func (p *PreparedSignature) InputSHA256() []byte {
	if p.input == nil || p.input.kind != crypto.SHA256 {
		return nil
	}
	return bytes.Clone(p.input.sum)
}
