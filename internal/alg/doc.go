// Package alg is the one table of algorithms: hashes, signature schemes and keys, with their names, object identifiers, XML
// identifiers, bounds, and how each is verified. Every format asks here what an identifier means, and nobody else decides.
//
// What signs: RSA PKCS#1 v1.5 and PSS with 2048 to 16384 bits, ECDSA over P-256, P-384 and P-521, with SHA-256, SHA-384, SHA-512
// or their SHA-3 twins, and Ed25519. What verifies besides: RSA from 1024 bits, SHA-224, SHA-512/256, and SHA-1 and MD5, which
// are marked weak and left to the policy of whoever asks. Everything else is refused by its name.
package alg
