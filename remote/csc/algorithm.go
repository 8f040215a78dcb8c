package csc

import (
	"encoding/asn1"
	"encoding/base64"
	"math/big"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/remote"
)

// Object identifiers that name less, or more, than a signature algorithm of a certificate does.
const (
	oidRSA   = "1.2.840.113549.1.1.1"  // PKCS#1 v1.5 with the hash named beside it
	oidPSS   = "1.2.840.113549.1.1.10" //
	oidECKey = "1.2.840.10045.2.1"     // ECDSA with the hash named beside it
)

// plainECDSA are the identifiers of BSI TR-03111 for values r‖s in place of DER.
var plainECDSA = map[string]string{"SHA-256": "0.4.0.127.0.7.1.1.4.1.3", "SHA-384": "0.4.0.127.0.7.1.1.4.1.4", "SHA-512": "0.4.0.127.0.7.1.1.4.1.5"}

// recipe is how the service is told to sign.
type recipe struct {
	algorithm string // signAlgo
	params    string // signAlgoParams, base64
	hash      string // object identifier
}

// recipe picks the algorithm by which the key makes a signature: the one that names key and hash, else that of the key alone.
func (c *Credential) recipe(d remote.Document) (recipe, error) {
	key, err := alg.PublicKey(c.Chain[0])
	if err != nil {
		return recipe{}, err
	}
	how, err := alg.ForOpts(key, d.Opts())
	if err != nil {
		return recipe{}, remote.NewError(remote.CodeUnsupported, err, "algorithm", d.Hash)
	}
	hash, ok := alg.HashByName(d.Hash)
	if !ok {
		return recipe{}, remote.NewError(remote.CodeUnsupported, nil, "algorithm", d.Hash)
	}
	r := recipe{hash: hash.OID.String()}
	_, onlyPSS := key.(*alg.PSSKey)
	var wanted []string
	switch how.Scheme {
	case alg.RSAPSS:
		if how.Salt == alg.AnySalt {
			how.Salt = hash.Crypto.Size()
		}
		wanted = []string{oidPSS}
	case alg.RSAPKCS1v15:
		wanted = []string{identifierOf(how), oidRSA}
	case alg.ECDSA:
		wanted = []string{identifierOf(how), oidECKey, plainECDSA[hash.Name]}
	}
	for _, oid := range wanted {
		if oid != "" && slices.Contains(c.Algorithms, oid) || oid == oidPSS && onlyPSS {
			r.algorithm = oid
			break
		}
	}
	if r.algorithm == "" {
		return recipe{}, remote.NewError(remote.CodeUnsupported, nil, "algorithm", how.String())
	}
	if r.algorithm == oidPSS {
		_, params := splitIdentifier(how.Identifier())
		r.params = base64.StdEncoding.EncodeToString(params)
	}
	return r, nil
}

func identifierOf(how alg.Signature) string {
	oid, _ := splitIdentifier(how.Identifier())
	return oid
}

// splitIdentifier takes an AlgorithmIdentifier of our own apart.
func splitIdentifier(der []byte) (oid string, params []byte) {
	s := cryptobyte.String(der)
	var inner cryptobyte.String
	var id asn1.ObjectIdentifier
	if !s.ReadASN1(&inner, casn1.SEQUENCE) || !inner.ReadASN1ObjectIdentifier(&id) {
		return "", nil
	}
	return id.String(), inner
}

// ecdsaDER makes DER of an ECDSA signature that came as r‖s, which some services return whatever the algorithm is called. Others stay.
func ecdsaDER(sig []byte, bits int) []byte {
	size := (bits + 7) / 8
	if len(sig) != 2*size || isDER(sig) {
		return sig
	}
	var b cryptobyte.Builder
	b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1BigInt(new(big.Int).SetBytes(sig[:size]))
		b.AddASN1BigInt(new(big.Int).SetBytes(sig[size:]))
	})
	der, err := b.Bytes()
	if err != nil {
		return sig
	}
	return der
}

// isDER reports whether sig is a sequence of two integers and nothing else.
func isDER(sig []byte) bool {
	s := cryptobyte.String(sig)
	var inner, r cryptobyte.String
	return s.ReadASN1(&inner, casn1.SEQUENCE) && s.Empty() && inner.ReadASN1(&r, casn1.INTEGER) && inner.ReadASN1(&r, casn1.INTEGER) && inner.Empty()
}
