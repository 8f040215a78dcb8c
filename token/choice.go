package token

import (
	"encoding/hex"
	"strings"

	"github.com/kyso-dev/kyso/signer"
)

// Choice says which certificate of a token is meant. Everything set has to hold; the zero value means the only one that can sign.
type Choice struct {
	Serial     string                  // serial number of the certificate in hexadecimal; colons, spaces and case do not matter
	Thumbprint string                  // SHA-256 or SHA-1 of the certificate in hexadecimal
	TaxCode    string                  // tax code (MST) in its subject
	Match      func(*Certificate) bool // may be nil
	Expired    bool                    // an expired certificate will do
}

func (c Choice) empty() bool {
	return c.Serial == "" && c.Thumbprint == "" && c.TaxCode == "" && c.Match == nil
}

// Choose picks the certificate that choice means. One that is fit to sign is preferred to those that are not, so that the renewed
// certificate wins over the expired one of the same name; between several that are fit nothing is guessed: [signer.ErrAmbiguous]
// with the candidates. Where only unfit ones match, the error is what is wrong with the one, or with the newest of them;
// [signer.ErrKeyNotFound] when none matches.
func Choose(certs []*Certificate, choice Choice) (*Certificate, error) {
	var fit, unfit []*Certificate
	for _, c := range certs {
		switch {
		case !choice.matches(c):
		case c.Problem == nil || choice.Expired && c.expired():
			fit = append(fit, c)
		case c.Certificate == nil || !c.Certificate.IsCA || !choice.empty(): // an authority's is only named when it was asked for
			unfit = append(unfit, c)
		}
	}
	switch {
	case len(fit) == 1:
		return fit[0], nil
	case len(fit) > 1:
		return nil, ambiguous(fit)
	case len(unfit) > 0:
		newest := unfit[0]
		for _, c := range unfit[1:] {
			if c.Certificate != nil && (newest.Certificate == nil || c.Certificate.NotAfter.After(newest.Certificate.NotAfter)) {
				newest = c
			}
		}
		return nil, newest.Problem
	}
	return nil, signer.NewError(signer.CodeKeyNotFound, nil)
}

// ambiguous lists what there is to choose from, as a person tells it apart: organisation, tax code, serial, end, kind of key and issuer.
func ambiguous(certs []*Certificate) error {
	candidates := make([]signer.Candidate, len(certs))
	for i, c := range certs {
		var parts []string
		if c.Identity.TaxCode != "" {
			parts = append(parts, "MST "+c.Identity.TaxCode)
		}
		if c.Identity.PersonalID != "" {
			parts = append(parts, c.Identity.PersonalID)
		}
		parts = append(parts, c.Certificate.NotBefore.Format("2006-01-02")+"/"+c.Certificate.NotAfter.Format("2006-01-02"), c.KeyType())
		if issuer := c.Certificate.Issuer.CommonName; issuer != "" {
			parts = append(parts, issuer)
		}
		candidates[i] = signer.Candidate{Certificate: c.Certificate, Label: strings.Join(parts, ", ")}
	}
	return signer.Ambiguous(candidates, nil)
}

func (c Choice) matches(cert *Certificate) bool {
	switch {
	case c.Serial != "" && (cert.Certificate == nil || digits(c.Serial) == "" || digits(c.Serial) != digits(cert.Serial())):
		return false
	case c.Thumbprint != "" && !sameThumbprint(c.Thumbprint, cert):
		return false
	case c.TaxCode != "" && !hasTaxCode(cert, c.TaxCode):
		return false
	}
	return c.Match == nil || c.Match(cert)
}

// digits is a hexadecimal number as it is compared.
func digits(s string) string {
	s = strings.ToUpper(strings.NewReplacer(":", "", " ", "", "-", "").Replace(s))
	return strings.TrimLeft(strings.TrimPrefix(s, "0X"), "0")
}

func sameThumbprint(want string, c *Certificate) bool {
	want = strings.ToLower(strings.NewReplacer(":", "", " ", "").Replace(want))
	if _, err := hex.DecodeString(want); err != nil {
		return false
	}
	return want == c.Thumbprint() || want == c.sha1()
}

func hasTaxCode(c *Certificate, want string) bool {
	if c.Identity.TaxCode == want {
		return true
	}
	for _, id := range c.Identity.IDs {
		if (id.Kind == "MST" || id.Kind == "VAT") && id.Value == want {
			return true
		}
	}
	return false
}
