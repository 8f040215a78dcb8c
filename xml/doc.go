// Package xml signs and reads XML Signatures (XML-DSig 1.1), as XAdES baseline signatures (ETSI EN 319 132-1) or plain, and canonicalises XML:
// Canonical XML 1.0 and 1.1 and Exclusive XML Canonicalization 1.0.
//
// [Sign] signs in one call with any [signer.Signer]. [Prepare] and [PreparedSignature.Finish] do the same in two, for keys that answer
// later or in another process: what lies between is plain JSON. [SignBatch] signs many documents under one consent. A signature is
// spliced in: all other octets of the document stay as they are. With a Level in the [Options] they reach B-B, B-T, B-LT and B-LTA; [Extend]
// raises a signature later, whoever made it, and refreshes a B-LTA. Time-stamps come from a [timestamp.Timestamper], the certificates and
// revocation data of the long-term levels from a [trust.Collector]. Options.Countersigns confirms another signature.
//
// [Read] says what is in a document: which signatures, what each covers, whether that and the signature value are intact, which
// certificate each names, what its signer claims and signs ([SignedProperties]), which time-stamps it has and what they prove. It gives no
// verdict; package verify does. What a signature covers is told by the element that was found and by the octets that were hashed
// ([Reference.CopyOctets]): a reader that looks for an element of the same name instead may find another.
//
// The reader is strict and has no document types and no entities but the five of XML, so that a document means one thing. Nothing is
// fetched unless the caller gives a [Resolver]. A document in UTF-8 is read through a window: whatever its size, it takes the memory of
// a small one.
package xml
