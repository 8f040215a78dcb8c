package alg

import (
	"crypto"
	"strings"

	"github.com/kyso-dev/kyso/internal/limits"
)

// URIs of XML signatures that say less, or more, than one row of the tables.
const (
	XMLPSS  = "http://www.w3.org/2007/05/xmldsig-more#rsa-pss" // SignatureMethod with RSAPSSParams (RFC 9231, 2.3.9)
	XMLMGF1 = "http://www.w3.org/2007/05/xmldsig-more#MGF1"    // MaskGenerationFunction of these
)

// xmlRefused names SignatureMethods that people may well meet and that we do not take: a key that both sides know proves nothing
// to anyone else, and DSA is withdrawn.
var xmlRefused = []struct{ prefix, name string }{
	{"http://www.w3.org/2000/09/xmldsig#hmac-", "HMAC"},
	{"http://www.w3.org/2001/04/xmldsig-more#hmac-", "HMAC"},
	{"http://www.w3.org/2007/05/xmldsig-more#hmac-", "HMAC"},
	{"http://www.w3.org/2000/09/xmldsig#dsa-", "DSA"},
	{"http://www.w3.org/2009/xmldsig11#dsa-", "DSA"},
	{"http://www.w3.org/2021/04/xmldsig-more#eddsa-ed448", "Ed448"},
}

// XMLName names the algorithm of a SignatureMethod for people; one that nobody knows is its URI.
func XMLName(uri string) string {
	if s, ok := SignatureByXML(uri); ok {
		return s.String()
	}
	if uri == XMLPSS {
		return RSAPSS.String()
	}
	for _, r := range xmlRefused {
		if strings.HasPrefix(uri, r.prefix) {
			return r.name
		}
	}
	return uri
}

// PSSOf is RSA-PSS with parameters that are given apart, as RSAPSSParams does. The hash of the mask must be that of the message.
func PSSOf(hash, mask crypto.Hash, salt int) (Signature, error) {
	switch {
	case hashRef(hash) == nil:
		return Signature{}, fail(CodeUnsupported, "algorithm", HashName(hash))
	case hash != mask:
		return Signature{}, badPSS("the hash of the mask, " + HashName(mask) + ", is not that of the message, " + HashName(hash))
	case salt < 0 || salt > limits.RSAMax/8:
		return Signature{}, badPSS("the length of the salt is malformed or out of bounds")
	}
	return Signature{Scheme: RSAPSS, Hash: hash, Salt: salt}, nil
}
