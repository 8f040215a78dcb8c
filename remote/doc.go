// Package remote is what all remote signing services share: somebody confirms on a phone, minutes later, or never.
//
// A [Client] made of a [Provider] (package smartca, package csc) is a [signer.BatchSigner] that waits for the subscriber, so that
//
//	pdf.Sign(ctx, out, in, size, client, nil)
//
// just works. For servers, where nobody can wait, the same goes in steps: Prepare of the format gives the request, [Client.Start] sends
// it and returns an [Operation], plain data in an [OperationStore]; later, in this process or another, [Client.Resume] and [Client.Wait]
// (or [Client.Notify] when the service calls back) give the signatures, Finish of the format writes the document, and [Client.Forget]
// clears up.
//
// Some services do not give bare signatures but whole CMS of their own making. [Client.SignCMS] and [StartOptions].CMS ask for those, and
// [Options].CheckCMS says which are good.
//
// # Ends
//
// Five ends stay apart, since each asks for something else: the subscriber refused ([signer.ErrRefused]), nobody confirmed in time
// ([signer.ErrExpired]), the caller gave up ([signer.ErrCancelled]), the service cannot be reached ([signer.ErrUnavailable]), and nobody
// knows ([signer.ErrOutcomeUnknown]). The last is never tried again blindly. So are others: no signatures left ([ErrQuota]), the
// certificate expired or revoked ([ErrCertificate]), locked for a while ([ErrLocked], with the time left).
//
// A phone that was lost, reset or replaced is seen only as somebody who never confirms. The text of [ErrExpired] says so.
//
// # What is never done twice
//
// A request that may ask the subscriber or sign is sent once. When its answer is lost the operation is looked at, not asked for again;
// the same request made later, by this process or the next, finds the operation in the store and goes on with it. A subscriber is
// asked one thing at a time ([Turns], [ErrBusy]).
//
// # What is never believed
//
// Every signature is verified under the certificate of the operation over the digest that was sent, matched by document id, before it
// is handed out; one that is missing, another's, or for another document fails the whole operation. A call from the service is a hint.
package remote
