package trust

import (
	"crypto/x509"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"sync"
)

// KnownRoot is a root of one of the two Vietnamese trees whose fingerprint is certain. Knowing it trusts nothing: it gives a certificate
// that the caller trusts its proper name, and tells a caller who files it under another tree.
type KnownRoot struct {
	Name   string `json:"name"`
	Tree   Tree   `json:"tree"`
	SHA256 string `json:"sha256"` // of the certificate, hexadecimal
	From   string `json:"from"`   // day or year
	Until  string `json:"until"`
}

//go:embed known.json
var knownJSON []byte

// known is the data file by fingerprint. Its test keeps it readable.
var known = sync.OnceValue(func() map[string]KnownRoot {
	var list []KnownRoot
	if err := json.Unmarshal(knownJSON, &list); err != nil {
		return nil
	}
	roots := make(map[string]KnownRoot, len(list))
	for _, r := range list {
		roots[r.SHA256] = r
	}
	return roots
})

// Known recognises a root by its fingerprint.
func Known(cert *x509.Certificate) (KnownRoot, bool) {
	if cert == nil {
		return KnownRoot{}, false
	}
	d := DigestOf(cert.Raw)
	r, ok := known()[hex.EncodeToString(d[:])]
	return r, ok
}
