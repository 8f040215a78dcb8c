// Package signer is the seam between what signs and what is signed. A [Signer] holds one private key, wherever it lives: a file, a
// USB token, a SIM, a cloud. Formats take a Signer and never learn where the key is; keys implement it and never learn formats.
//
// A backend implements two methods. One that can sign many digests under one consent implements [BatchSigner] too; one whose key
// signs messages instead of digests (Ed25519) implements [MessageSigner]. Callers use [Sign], [SignBatch] and [SignMessage], which
// pick the right one. [FromCrypto] makes a Signer of any [crypto.Signer], [ToCrypto] the other way round. [Verifying] checks every
// value that a key returns before anyone relies on it; the formats of kyso always put it in between. [ParseCertificate] reads the
// certificates that people have, also those of old that crypto/x509 refuses.
//
// The errors here are the vocabulary that every backend shares, so that a program that drives a token today can drive a phone
// tomorrow: test kinds with [errors.Is] and the Err values, take details with [errors.As] and [PINError], [CertificateError],
// [AmbiguousError], [OutcomeError]. Each has a stable Code and Params, and English in Error; kyso.Explain gives Vietnamese.
//
// Package keyfile reads software keys; package signertest tests anyone's Signer.
package signer
