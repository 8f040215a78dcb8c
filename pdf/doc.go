// Package pdf signs and reads PDF documents: PAdES baseline signatures (ETSI EN 319 142-1) at B-B, B-T, B-LT and B-LTA, in incremental
// updates that leave every earlier octet, and so every earlier signature, as it is.
//
// [Sign] signs in one call with any [signer.Signer]. [Prepare] and [PreparedSignature.Finish] do the same in two, for keys that
// answer later or in another process: what lies between is plain JSON. [SignBatch] signs many documents under one consent.
//
// A service that answers a digest with a whole CMS is sent [PreparedSignature.Digest], and [PreparedSignature.FinishCMS] takes what comes
// back. Signatures are PAdES, or plain CMS by [Options].SubFilter.
//
// [Extend] raises signatures that are there, whoever made them, and refreshes those at B-LTA before the last time-stamp runs out. What
// the long-term levels embed, a [trust.Collector] finds.
//
// A signature goes into a field of the document's form: an empty one that is there, by its name, or a new invisible one. What a
// field demands of its signature (seed values), what it locks, and what earlier signatures forbid is kept to, or the
// document is refused with a reason. Nothing else in the document changes.
//
// [Read] says what is in a document: which signatures and document time-stamps, what each covers, whether octets and values fit, what
// was done to the document afterwards, what validation data it keeps, and what a reader should know about it. It gives no verdict; package verify does.
//
// Documents are read by random access and never held: one of a gigabyte needs the memory of a small one. Encrypted documents are
// refused with CodeEncrypted for now.
package pdf
