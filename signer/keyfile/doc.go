// Package keyfile reads software keys and makes signers of them: PEM and DER (PKCS#1, PKCS#8, encrypted PKCS#8, SEC1), and PKCS#12
// files, old and new, DER and BER. The certificates come out leaf first, and a certificate that does not belong to the key is refused.
//
// Encrypted PKCS#8: PBES2 with PBKDF2 (HMAC with SHA-1 or SHA-2) or scrypt, and AES-CBC or 3DES-CBC. PBES1 and the old PEM encryption
// with DEK-Info, whose key comes from one round of MD5, are refused by name, with the way to convert such a file.
//
// PKCS#12 is read by software.sslmate.com/src/go-pkcs12, which takes the files of openssl (new and -legacy), Java and Windows: PBES2 with
// PBKDF2 (HMAC with SHA-1, SHA-256, SHA-512) and AES-CBC, the old RC2 and three-key 3DES; checksums with SHA-1, SHA-256, SHA-512 and
// PBMAC1, or none. Refused with a typed error that says what it is, and how openssl converts it: RC4, two-key 3DES, other hashes, BER
// inside of an encrypted part, keys inside of one, safes inside of safes. [LoadPKCS12Keys] reads files that hold several keys. RSA keys
// for PSS alone are read from PEM only.
//
// Work factors are bounded, so that a hostile file cannot hold a process for minutes.
//
// Errors are [*Error] with a stable code, or those of package signer: signer.ErrKeyMismatch, signer.ErrUnsupportedAlgorithm. A wrong
// password is [ErrPassword]. No error holds a password or any octet of a key.
//
// The signers are safe for concurrent use. The private key stays in the memory of the process.
package keyfile
