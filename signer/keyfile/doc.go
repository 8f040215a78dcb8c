// Package keyfile reads software keys and makes signers of them: PEM and DER (PKCS#1, PKCS#8, encrypted PKCS#8, SEC1), and PKCS#12
// files, old and new, DER and BER. The certificates come out leaf first, and a certificate that does not belong to the key is refused.
//
// Encryption: PBES2 with PBKDF2 (HMAC with SHA-1 or SHA-2) or scrypt, and AES-CBC or 3DES-CBC; in PKCS#12 files also the old
// RC2 and 3DES. The single-DES and RC4 schemes of PBES1 and the old PEM encryption with DEK-Info, whose key comes from one round
// of MD5, are refused by name, with the way to convert such a file. Work factors are bounded, so that a hostile file cannot hold a
// process for minutes.
//
// Errors are [*Error] with a stable code, or those of package signer: signer.ErrKeyMismatch, signer.ErrAmbiguous,
// signer.ErrUnsupportedAlgorithm. A wrong password is [ErrPassword]. No error holds a password or any octet of a key.
//
// The signers are safe for concurrent use. The private key stays in the memory of the process.
package keyfile
