package testpki

import (
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"encoding/asn1"
	"errors"

	"github.com/kyso-dev/kyso/internal/der"
)

// Resign is a certificate in which change has exchanged DER elements of the TBSCertificate, signed anew by its issuer with SHA-256: for
// certificates that no library would issue, and that occur. Elements are those of RFC 5280, 4.1, in their order, the version first.
func Resign(raw []byte, issuer crypto.Signer, change func(tbs [][]byte)) ([]byte, error) {
	outer, err := Elements(raw)
	if err != nil {
		return nil, err
	}
	if len(outer) != 3 {
		return nil, errors.New("testpki: no certificate")
	}
	tbs, err := Elements(outer[0])
	if err != nil {
		return nil, err
	}
	change(tbs)
	outer[0] = der.Encode(der.Sequence, tbs...)
	digest := sha256.Sum256(outer[0])
	sig, err := issuer.Sign(rand.Reader, digest[:], crypto.SHA256)
	if err != nil {
		return nil, err
	}
	outer[2] = der.Encode(der.BitString, []byte{0}, sig)
	return der.Encode(der.Sequence, outer...), nil
}

// Elements are those that a DER element is made of, one after the other.
func Elements(element []byte) (all [][]byte, err error) {
	var outer asn1.RawValue
	if rest, err := asn1.Unmarshal(element, &outer); err != nil || len(rest) > 0 {
		return nil, errors.Join(errors.New("testpki: not one DER element"), err)
	}
	for rest := outer.Bytes; len(rest) > 0; {
		var e asn1.RawValue
		if rest, err = asn1.Unmarshal(rest, &e); err != nil {
			return nil, err
		}
		all = append(all, e.FullBytes)
	}
	return all, nil
}
