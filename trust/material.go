package trust

import (
	"crypto/sha256"
	"crypto/x509"
	"slices"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/pki"
	"github.com/kyso-dev/kyso/internal/revoke"
)

// candidate is a certificate that may play a part in a path. It is parsed when that comes to be tried.
type candidate struct {
	digest Digest
	x509   *x509.Certificate // nil: crypto/x509 has not read it
	pki    *pki.Certificate  // nil: package pki has not
}

func candidateOf(c *x509.Certificate) candidate { return candidate{digest: DigestOf(c.Raw), x509: c} }

// read is the certificate as package pki reads it.
func (c candidate) read() (*pki.Certificate, error) {
	if c.pki != nil {
		return c.pki, nil
	}
	return pki.Parse(c.x509.Raw)
}

// material is evidence, read. It is never changed once made.
type material struct {
	key          Digest // names all that is in it
	certificates []candidate
	revocation   *revoke.Evidence
	origins      map[Digest]string // of each OCSP response and CRL
	unread       []error           // why others could not be read
	cost         int64
}

var nothing = &material{revocation: revoke.NewEvidence(nil, nil, nil)}

// material reads evidence of one origin, once: documents of one signer carry the same. Each piece in it keeps what is found out about
// its signature, so that this is found out once too.
func (v *Validator) material(e *Evidence, origin string) *material {
	if e.Empty() {
		return nothing
	}
	h := sha256.New()
	h.Write([]byte(origin))
	m := &material{origins: make(map[Digest]string)}
	for _, c := range e.Certificates {
		if c != nil {
			one := candidateOf(c)
			m.certificates = append(m.certificates, one)
			h.Write(one.digest[:])
			m.cost += int64(len(c.Raw))
		}
	}
	for i, list := range [][][]byte{e.OCSPs, e.CRLs} {
		h.Write([]byte{byte(i)})
		for _, der := range list {
			d := DigestOf(der)
			m.origins[d] = origin
			h.Write(d[:])
			m.cost += int64(len(der))
		}
	}
	h.Sum(m.key[:0])
	if known, ok := v.materials.get(m.key); ok {
		return known
	}
	m.parse(v, e)
	v.materials.put(m.key, m, m.cost+limits.TrustCacheEntry, limits.TrustMemory)
	return m
}

func (m *material) parse(v *Validator, e *Evidence) {
	var certs []*pki.Certificate
	for i := range m.certificates {
		if c, err := m.certificates[i].read(); err == nil {
			m.certificates[i].pki = c
			certs = append(certs, c)
		}
	}
	var responses []*revoke.Response
	for _, der := range e.OCSPs {
		r, err := piece(v, der, revoke.ParseResponse)
		if err != nil {
			m.unread = append(m.unread, err)
			continue
		}
		responses = append(responses, r)
	}
	var crls []*revoke.CRL
	for _, der := range e.CRLs {
		l, err := piece(v, der, revoke.ParseCRL)
		if err != nil {
			m.unread = append(m.unread, err)
			continue
		}
		crls = append(crls, l)
	}
	m.revocation = revoke.NewEvidence(certs, responses, crls)
}

// piece is one piece of revocation data, parsed once whatever evidence it comes with.
func piece[T any](v *Validator, der []byte, parse func([]byte) (T, error)) (T, error) {
	d := DigestOf(der)
	if known, ok := v.pieces.get(d); ok {
		if p, ok := known.(T); ok {
			return p, nil
		}
	}
	p, err := parse(der)
	if err == nil {
		v.pieces.put(d, p, int64(len(der))+limits.TrustCacheEntry, limits.TrustMemory)
	}
	return p, err
}

// join is all of several materials.
func (v *Validator) join(all ...*material) *material {
	var some []*material
	h := sha256.New()
	for _, m := range all {
		if m != nil && m != nothing && !slices.ContainsFunc(some, func(known *material) bool { return known.key == m.key }) {
			some = append(some, m)
			h.Write(m.key[:])
		}
	}
	switch len(some) {
	case 0:
		return nothing
	case 1:
		return some[0]
	}
	m := &material{origins: make(map[Digest]string)}
	h.Sum(m.key[:0])
	if known, ok := v.materials.get(m.key); ok {
		return known
	}
	var parts []*revoke.Evidence
	known := make(map[Digest]bool)
	for _, one := range some {
		for _, c := range one.certificates {
			if !known[c.digest] {
				known[c.digest] = true
				m.certificates = append(m.certificates, c)
			}
		}
		m.unread = append(m.unread, one.unread...)
		m.cost += one.cost
		parts = append(parts, one.revocation)
		for d, origin := range one.origins {
			if _, ok := m.origins[d]; !ok {
				m.origins[d] = origin
			}
		}
	}
	m.revocation = revoke.Join(parts...)
	v.materials.put(m.key, m, m.cost+limits.TrustCacheEntry, limits.TrustMemory)
	return m
}
