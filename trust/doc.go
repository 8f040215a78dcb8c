// Package trust says whom a verifier trusts: a [Store] of anchors in named trees, and the search for a path from a certificate to
// one of them.
//
// Vietnam has two public-key infrastructures that must be kept apart: the national one, under which businesses and citizens sign,
// and the government's own, under which state agencies (the tax authority among them) sign. A store therefore files each anchor
// under a [Tree], and whoever asks for a path learns in which tree it ended.
//
// An anchor may be a root, an intermediate authority, or the signer's own certificate. Nothing else is ever trusted: certificates
// found in a document serve only as steps towards an anchor.
//
// Revocation is not asked for yet, and paths are found with crypto/x509, behind one function that a validator of our own will replace.
package trust
