// Package cms signs and reads CMS SignedData (RFC 5652) as CAdES baseline signatures (ETSI EN 319 122-1), attached and detached.
//
// [Sign] signs in one call with any [signer.Signer]. [Prepare] and [PreparedSignature.Finish] do the same in two, for keys that
// answer later or in another process: what lies between is plain JSON. [SignBatch] signs many documents under one consent,
// [AddSignature] adds a signer to a file that has some. All of them reach the levels B-B, B-T, B-LT and B-LTA; [Extend] raises a signature
// later, whoever made it, and refreshes a B-LTA. Time-stamps come from a [timestamp.Timestamper], the certificates and revocation data
// of the long-term levels from a [trust.Collector].
//
// Some services do not sign a digest but answer it with a whole CMS of their own. [PreparedSignature.Digest] is what to send them, and
// [PreparedSignature.FinishCMS] takes what comes back; [CheckDigest] and [CheckContent] say whether it is what was asked for.
//
// [Read] says what is in a file: which signatures, whether content and signature values are intact, which certificate each names,
// what a reader should know about it. It gives no verdict; package verify does.
//
// Content is read once from front to back and never held: a file of any size needs the memory of a small one.
package cms
