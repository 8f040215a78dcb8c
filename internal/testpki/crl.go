package testpki

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"slices"
	"time"
)

const (
	ocspLife  = time.Hour
	crlLife   = 24 * time.Hour
	suffixIDP = "-idp"
)

// CRL is the certificate revocation list of an authority ("root", "issuer", "gov-root", "gov-issuer") at the clock's time, DER,
// without an issuing distribution point.
func (p *PKI) CRL(authority string) ([]byte, error) { return p.crl(authority, false, nil) }

// CRLWithIDP is the same list with a critical issuing distribution point, RFC 5280, 5.2.5.
func (p *PKI) CRLWithIDP(authority string) ([]byte, error) { return p.crl(authority, true, nil) }

func (p *PKI) crl(authority string, idp bool, f faults) ([]byte, error) {
	pr, ok := profileOf(authority)
	if !ok || !pr.authority() {
		return nil, unknownName(authority)
	}
	signing := authority
	if f[ForeignSigner] {
		signing = other(authority)
	}
	cert, err := p.certificate(signing)
	if err != nil {
		return nil, err
	}
	key, err := p.key(signing)
	if err != nil {
		return nil, err
	}
	now := p.Now().Truncate(time.Second)
	list := &x509.RevocationList{ThisUpdate: now, NextUpdate: now.Add(crlLife), Number: big.NewInt(p.Now().UnixMilli() + p.lists.Add(1))}
	switch {
	case f[Expired]:
		list.ThisUpdate, list.NextUpdate = now.Add(-2*crlLife), now.Add(-crlLife)
	case f[Future]:
		list.ThisUpdate, list.NextUpdate = now.Add(crlLife), now.Add(2*crlLife)
	}
	if list.RevokedCertificateEntries, err = p.revoked(authority, now); err != nil {
		return nil, err
	}
	if idp || f[WrongScope] {
		e, err := issuingDistributionPoint(scope{address: p.crlAddress(authority, idp), caOnly: f[WrongScope]})
		if err != nil {
			return nil, fail(CodeMake, err, "what", "revocation list")
		}
		list.ExtraExtensions = []pkix.Extension{e}
	}
	der, err := x509.CreateRevocationList(rand.Reader, list, cert, key)
	if err != nil {
		return nil, fail(CodeMake, err, "what", "revocation list")
	}
	if f[BrokenSignature] {
		der[len(der)-1] ^= 1
	}
	return der, nil
}

// revoked are the entries of an authority's list, in the order of their serial numbers.
func (p *PKI) revoked(authority string, now time.Time) ([]x509.RevocationListEntry, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	all, err := p.statuses.all()
	if err != nil {
		return nil, err
	}
	var entries []x509.RevocationListEntry
	for name, s := range all {
		pr, _ := profileOf(name)
		serial := p.serial(name)
		if pr.issuer != authority || serial == nil || s.At.After(now) {
			continue
		}
		entries = append(entries, x509.RevocationListEntry{SerialNumber: serial, RevocationTime: s.At, ReasonCode: s.Reason})
	}
	slices.SortFunc(entries, func(a, b x509.RevocationListEntry) int {
		return bytes.Compare(a.SerialNumber.Bytes(), b.SerialNumber.Bytes())
	})
	return entries, nil
}

// other is an authority that has no say over what the named one issued.
func other(authority string) string {
	if authority == "root" {
		return "issuer"
	}
	return "root"
}
