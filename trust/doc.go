// Package trust says whom a verifier trusts, and judges certificates by it: a [Store] of anchors in named trees, the search for a path
// from a certificate to one of them, and a [Validator] that adds revocation, proofs of existence and the days of algorithms.
//
// Vietnam has two public-key infrastructures that must be kept apart: the national one, under which businesses and citizens sign,
// and the government's own, under which state agencies (the tax authority among them) sign. A store therefore files each anchor
// under a [Tree], and whoever asks for a path learns in which tree it ended.
//
// An anchor may be a root, an intermediate authority, or the signer's own certificate. Nothing else is ever trusted: certificates,
// OCSP responses and lists found in a document or fetched from an address are [Evidence], which counts as far as its signatures go.
//
// # Judging
//
// [Validator.Judge] answers one [Question]: may what a certificate signed be relied on, when it is proved to have existed at a time,
// and it is now another? The answer has the path, the [Status] of each certificate with the OCSP response or list that it rests on, and
// what stands against it, by a stable code. States are never merged: "could not check" is not "good", and a suspension is no
// revocation. A signature's own value, its key usage and its purpose are the caller's to judge.
//
// Judging is pure, given evidence. What the evidence lacks is fetched where there is a [Fetcher]: OCSP first, then lists; certificates
// of issuers where no path is found. One judgement makes so many requests in so much time and no more, many judgements at once share
// theirs, and a [Cache] keeps the answers. Documents of one signer cost the signatures of its chain and of its revocation data once.
//
// [Validator.Collect] finds the evidence that signatures of levels B-LT and B-LTA embed.
package trust
