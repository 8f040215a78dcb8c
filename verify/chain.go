package verify

import (
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"slices"
	"time"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/trust"
)

// chained is a certificate's path to an anchor, or why there is none.
type chained struct {
	path     *trust.Path // nil: none
	err      error       // why it does not hold at the time; nil: it does
	sub      SubIndication
	findings []Finding
}

// chain searches a path from cert, valid at a time. Each search is made once: documents with many signatures of one signer are
// common.
func (j *judging) chain(cert *x509.Certificate, at time.Time) chained {
	key := chainKey{sha256.Sum256(cert.Raw), at.UnixNano()}
	c, ok := j.chains[key]
	if !ok {
		c = j.search(cert, at)
		j.chains[key] = c
	}
	c.findings = slices.Clone(c.findings)
	return c
}

type chainKey struct {
	certificate [sha256.Size]byte
	at          int64
}

func (j *judging) search(cert *x509.Certificate, at time.Time) chained {
	path, err := j.v.Trust.Path(cert, j.known, at)
	c := chained{path: path, err: err}
	if err != nil {
		c.sub = ChainGeneralFailure
		var coded *trust.Error
		if errors.As(err, &coded) {
			switch finding.Code(coded.Code()) {
			case trust.CodeNoAnchors, trust.CodeNoPath:
				c.sub = NoCertificateChain
			case trust.CodeValidity:
				c.sub = OutOfBoundsNoPOE
			case trust.CodeWeak:
				c.sub = CryptoConstraintsNoPOE
			}
			c.findings = append(c.findings, findingOf(coded, finding.Error, "ETSI EN 319 102-1, 5.2.6"))
		}
	}
	if path == nil || len(path.Certificates) > 1 {
		c.findings = append(c.findings, Finding{Code: CodeRevocationNotChecked, Severity: finding.Warning, Clause: "ETSI EN 319 102-1, 5.2.6"})
	}
	return c
}

// entries is the chain as the report has it: the path, or where there is none the certificate alone.
func (c chained) entries(cert *x509.Certificate, names names) []ChainEntry {
	certs := []*x509.Certificate{cert}
	if c.path != nil {
		certs = c.path.Certificates
	}
	list := make([]ChainEntry, 0, len(certs))
	for i, one := range certs {
		e := ChainEntry{Subject: names.text(one.RawSubject), Serial: serialOf(one), Anchor: c.path != nil && i == len(certs)-1,
			Revocation: Revocation{Status: RevocationCouldNotCheck, Why: string(CodeRevocationNotChecked)}}
		if e.Anchor {
			e.Revocation = Revocation{Status: RevocationNotRequired}
		}
		list = append(list, e)
	}
	return list
}

// trust names the anchor.
func (c chained) trust(names names) Trust {
	if c.path == nil {
		return Trust{Tree: string(trust.None)}
	}
	a := c.path.Anchor
	return Trust{Tree: string(a.Tree), Name: a.Name, AnchorSubject: names.text(a.Certificate.RawSubject), AnchorSHA256: fingerprint(a.Certificate)}
}
