package alg

import "crypto/x509"

// Stored puts together the algorithm of a preparation that was stored: the name of its hash and its AlgorithmIdentifier, in DER, must be what
// the key of the certificate can sign with. why says what is wrong with them, "" when nothing is.
func Stored(hash string, identifier []byte, cert *x509.Certificate) (s Signature, why string) {
	h, ok := HashByName(hash)
	if !ok || !h.Signs {
		return Signature{}, "its hash is not one that signs"
	}
	s, err := ParseSignature(identifier, h.Crypto)
	if err != nil {
		return Signature{}, "its signature algorithm cannot be read"
	}
	pub, err := PublicKey(cert)
	if err != nil {
		return Signature{}, "the key of its certificate cannot be used"
	}
	if fit, err := ForKey(pub, h.Crypto, s.Scheme == RSAPSS); err != nil || fit != s {
		return Signature{}, "its signature algorithm does not fit its certificate"
	}
	return s, ""
}
