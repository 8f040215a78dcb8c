// Package testpki is a public key infrastructure for tests, the quickstart and `kyso demo serve`: a root, an issuing authority,
// a second tree shaped like the older government one, signers of every kind that the formats meet, and the services that go with
// them (OCSP, CRL, issuer certificates, RFC 3161 time-stamps) on a loopback HTTP server, all under one clock that a test can set.
//
// Certificates are shaped like Vietnamese ones and are strict enough for EU DSS, pyHanko, openssl and crypto/x509 at once. Names
// and numbers are made up: the tax codes fail their own check digit, and the personal numbers name no province.
//
// In a test:
//
//	p, s := testpki.Start(t)           // a PKI of the test's own over keys that the process shares
//	sig := p.Signer("signer")          // a signer.Signer
//	tsa := s.TSA                       // http://127.0.0.1:…/tsa
//	p.Suspend("signer")                // OCSP and CRL say so from now on
//	s.Fault(testpki.TSA, testpki.WrongNonce, true)
//
// As a folder: [OpenDir] makes or loads what cli.md calls the demo PKI, and [SetStatus] changes a certificate's status from
// another process.
package testpki
