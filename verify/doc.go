// Package verify judges signed documents: it finds the format, checks integrity, coverage, the signer's certificate, time-stamps and
// trust, and says in a [Report] what holds and why, in Vietnamese or English.
//
// [Verifier.Verify] takes a PDF, a CMS file (DER, BER or PEM; attached or detached), or a bare time-stamp (token or server answer)
// and finds out by its content which of them it is. XML is recognised and refused until it is built. The verdicts are the
// indications of ETSI EN 319 102-1: TOTAL-PASSED, TOTAL-FAILED and INDETERMINATE, each with a sub-indication; the zero value of
// every type means that nothing is known, never that something is valid. An error means that we could not look.
//
// Trust comes from the caller alone: from the anchors of a [trust.Store]. Certificates and tokens inside a document are hints and
// evidence, never a reason to trust.
//
// The time at which the signer's certificate is judged (best-signature-time) is moved only by a time-stamp that is itself valid: its
// token is sound, it is about this signature, and its certificate leads to an anchor. A time that the signer claims moves nothing.
//
// Verification is pure given its evidence: the same document, trust and clock give the same report. Nothing is fetched from the
// network yet, and revocation is not judged yet: each signature says so by the finding "revocation.not-checked". What was
// appended to a PDF after a signature is compared with what was signed: validation data, time-stamps and further signatures are allowed, and
// with anything else the signature is INDETERMINATE, its changes "unknown".
package verify
