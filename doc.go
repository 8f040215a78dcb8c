// Package kyso is a Go SDK that signs and verifies documents: PDF (PAdES), XML (XAdES, XML-DSig, Vietnamese e-invoices) and any
// file (CMS, CAdES).
//
// A caller holds one [github.com/kyso-dev/kyso/signer.Signer], whatever holds the key (a file, a USB token, a SIM, a cloud), and hands
// it to a format. A verifier takes any of them back and says, in Vietnamese or English, whether to trust it and why. This package
// itself holds only [Explain], which turns any error of the module into a sentence for people.
//
// # Map
//
//   - signer: the seam to keys; the errors that every kind of key shares; adapters from and to crypto.Signer. signer/keyfile
//     reads software keys (PEM, PKCS#8, PKCS#12); signer/signertest checks anybody's Signer.
//   - pdf: PAdES signatures by incremental update; facts about the signatures of a PDF.
//   - cms: CAdES signatures, attached and detached, streamed; facts about the signatures of a CMS file.
//   - timestamp: RFC 3161 time-stamps: client, token, checks.
//   - xml: canonicalisation; XML-DSig and XAdES signatures; facts about the signatures of an XML document. xml/einvoice knows the
//     documents of Vietnam: slots, batches, envelopes, findings.
//   - token: the keys of USB tokens, through PKCS#11.
//   - remote: keys that somebody confirms on a phone. remote/smartca is VNPT SmartCA, remote/csc the Cloud Signature Consortium's API,
//     remote/sim a SIM by ETSI TS 102 204; smartcatest, csctest and simtest beside them play the services in tests.
//   - trust: whom to trust: a store of anchors in named trees; certificates judged by path and revocation; evidence collected.
//   - verify: the verdict over any document: indications of ETSI EN 319 102-1, a report as Go values, JSON, text and XML.
//   - cmd/kyso: the command line. examples: one short program for each task.
//
// # Levels
//
// B-B is a signature with its signing certificate; B-T adds a time-stamp that proves when it existed; B-LT adds the certificates
// and revocation data to validate it years later; B-LTA adds an archive time-stamp over all of that, which is refreshed before its
// authority's certificate ends. PDF, CMS and XAdES reach all of them; plain XML-DSig has no levels.
//
// # Errors
//
// Every error that kyso makes has a stable Code and Params, reads as English through Error, and can be tested with errors.Is and
// errors.As. [Explain] says it in Vietnamese or English. No PIN, password, token, key or document content is in an error.
//
// # Certificates
//
// Certificates are parsed once for the whole process and shared: those in facts and reports must not be changed.
//
// # Stability
//
// Before v1.0.0 the API may change between minor versions; the CHANGELOG names every change. From v1.0.0 on, the packages outside
// internal follow semantic versioning, error and finding codes are added but never renamed, and signatures made by any released
// version keep verifying. What is to go is first marked "Deprecated:" with its successor named, and stays for at least two minor
// versions. The state of a prepared signature carries a version and is read by all later versions of the same major.
package kyso
