// Package limits names every maximum of the module in one place. A limit that is hit is an error that names it; nothing is cut
// short in silence. Values are generous for real documents and small against memory and time.
package limits

// DER and BER (internal/der).
const (
	DERDepth = 64 // nesting of constructed elements
)
