// Package der holds what kyso needs of ASN.1's encoding rules beside golang.org/x/crypto/cryptobyte: a reader for BER that works
// on octets in memory and on streams alike (X.690 8: indefinite lengths, constructed strings, long lengths), a strict check for
// DER (X.690 10), a door from BER to DER, and a few functions that write DER without intermediate buffers.
//
// Everything is bounded: nesting by limits.DERDepth, an element held in memory by limits.DERElement. What is wrong is an *Error
// that names the offset.
package der
