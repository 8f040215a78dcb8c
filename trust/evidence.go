package trust

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"time"
)

// Evidence is what certificates are judged by besides the anchors: other certificates, OCSP responses and CRLs, of any origin. None
// of it is trusted for being there. The zero value is empty. Not safe for concurrent change.
type Evidence struct {
	Certificates []*x509.Certificate
	OCSPs        [][]byte // DER OCSPResponse (RFC 6960, 4.2.1)
	CRLs         [][]byte // DER CertificateList (RFC 5280, 5.1)
}

// Digest names a piece of evidence, a time-stamp token or a signature value: the SHA-256 of its octets (DER where it has a DER form).
type Digest [sha256.Size]byte

// DigestOf is the name of these octets.
func DigestOf(octets []byte) Digest { return sha256.Sum256(octets) }

// Add takes in what e does not hold yet, in the order given. Nil adds nothing.
func (e *Evidence) Add(more *Evidence) {
	if more == nil {
		return
	}
	known := make(map[Digest]bool)
	for _, c := range e.Certificates {
		known[DigestOf(c.Raw)] = true
	}
	fresh := func(der []byte) bool {
		d := DigestOf(der)
		if known[d] {
			return false
		}
		known[d] = true
		return true
	}
	for _, c := range more.Certificates {
		if c != nil && fresh(c.Raw) {
			e.Certificates = append(e.Certificates, c)
		}
	}
	for _, list := range []struct{ to, from *[][]byte }{{&e.OCSPs, &more.OCSPs}, {&e.CRLs, &more.CRLs}} {
		for _, der := range *list.to {
			known[DigestOf(der)] = true
		}
		for _, der := range *list.from {
			if fresh(der) {
				*list.to = append(*list.to, der)
			}
		}
	}
}

// Empty reports whether there is nothing in it.
func (e *Evidence) Empty() bool {
	return e == nil || len(e.Certificates)+len(e.OCSPs)+len(e.CRLs) == 0
}

// Collector finds the evidence that a long-term level embeds. Implementations are safe for concurrent use and hold back nothing:
// what they return is enough to judge the certificate offline, later.
type Collector interface {
	// Collect returns all that is needed to judge cert as of a time, the time at which what it signed is proved to have existed: the
	// certificates of its path (the anchor's included, cert itself not left out), revocation data for each one below the anchor, and
	// the same for those who signed the revocation data (id-pkix-ocsp-nocheck excepted). Revocation data is not older than that time
	// where its source allows. known is what the document holds already; what of it serves is returned again.
	//
	// What is missing, revoked at that time or cannot be checked is an error that names the certificate and the reason.
	Collect(ctx context.Context, cert *x509.Certificate, at time.Time, known *Evidence) (*Evidence, error)
}
