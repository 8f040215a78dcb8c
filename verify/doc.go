// Package verify judges signed documents: it finds the format, checks integrity, coverage, the signer's certificate, revocation,
// time-stamps and trust, and says in a [Report] what holds and why, in Vietnamese or English.
//
// [Verifier.Verify] takes a PDF, an XML document (XML-DSig or XAdES, in any encoding that package xml reads), a CMS file (DER, BER or PEM;
// attached or detached), or a bare time-stamp (token or server answer) and finds out by its content which of them it is. The verdicts are the
// indications of ETSI EN 319 102-1: TOTAL-PASSED, TOTAL-FAILED and INDETERMINATE, each with a sub-indication; the zero value of
// every type means that nothing is known, never that something is valid. An error means that we could not look.
//
// Trust comes from the caller alone: from the anchors of a [trust.Store]. Certificates, revocation data and tokens inside a document
// are hints and evidence, never a reason to trust.
//
// # Time
//
// A signature is judged as of the earliest time at which it is proved to have existed, its best-signature-time. Only a time-stamp that
// is itself valid proves anything, and it is judged in the same way: time-stamps are taken from the latest to the earliest, so that an
// archive or document time-stamp proves when those beneath it, and the revocation data that it covers, existed. One whose authority's
// certificate has expired or was revoked proves something only under a later one that is still valid. A time that the signer claims
// moves nothing under the policy "default".
//
// # Revocation
//
// Every certificate below the anchor must be known not to have been revoked, by an OCSP response or a CRL that lies in the document, was
// given ([Verifier].Revocation), or was fetched ([Verifier].Online, [Verifier].Fetcher; offline otherwise). What could not be checked is
// never taken for good: the signature is INDETERMINATE / CERTIFICATE_CHAIN_GENERAL_FAILURE. A certificate that was revoked after the
// proved time leaves the signature valid; one that was revoked before, or when nothing is proved, makes it INDETERMINATE /
// REVOKED_NO_POE.
//
// # Later changes
//
// What was appended to a PDF after a signature is compared with what was signed. Validation data, time-stamps, further signatures and values in
// form fields that were empty are allowed, and so is what the author's certification permits. Where the pages show something else now, a value
// that was signed was changed, or the signature forbids what was done, the changes are "suspicious" and the signature is TOTAL-FAILED /
// FORMAT_FAILURE. With anything else it is INDETERMINATE, its changes "unknown".
//
// # XML
//
// A signature in XML covers what its References name, which need not be the whole document: [Coverage] says what is signed, and what in the
// document is not. What a reader relies on must be among the former. A bare key in a signature serves the integrity facts alone.
//
// Of documents of the Vietnamese tax authority, social insurance and health insurance that package xml/einvoice knows, a report names the kind
// and the slots: who has to sign where, and who has. A required slot that is empty, or signed data that stand elsewhere than they belong,
// make the document INDETERMINATE at best; so does, under the policy "gdt", a signer whose certificate is of the other tree.
//
// # Facts and verdicts
//
// Verification is pure given its evidence: the same document, trust, evidence and clock give the same report. What a document says is
// read once and kept in the report, and [Verifier.Judge] judges it again: by another policy, at another time, or with more evidence.
package verify
