// Package smartca signs through VNPT SmartCA: somebody confirms in the SmartCA app on a phone, and the key stays with the service.
//
// [New] speaks the WebAPI "sp769", which other Vietnamese authorities offer too: the confirmation comes in the app (v1), or from the
// subscriber's password and a one-time code (v2, "TH"), in which case no phone is needed and the app is what the service falls back to.
// [NewCSC] speaks VNPT's OAuth2 interface, whose paths look like those of the Cloud Signature Consortium and whose messages do not.
// Both give a [remote.Provider]; package remote does the waiting:
//
//	provider, err := smartca.New(smartca.Config{BaseURL: smartca.Production, SPID: id, SPPassword: secret, UserID: cccd})
//	client := remote.New(provider, nil)
//	err = pdf.Sign(ctx, out, in, size, client, nil)
//
// The service signs SHA-256 digests with RSA PKCS#1 v1.5 and nothing else. It gets digests, never documents.
//
// # Accounts
//
// What an account is in is seen only through these calls. Not activated, or another number: no certificate ([remote.ErrNoCertificate])
// or [remote.ErrCredentials], which does not tell the application's mistake from the subscriber's, since the service does not.
// Expired, revoked or suspended: the error of the certificate, or [remote.ErrCertificate]. Package used up: [remote.ErrQuota].
// Locked for five minutes after wrong passwords: [remote.ErrLocked]. A phone that was changed, reset or lost: nobody ever confirms,
// [remote.ErrExpired].
//
// # What is not known
//
// No live service was used to write this package. Where documents and running code of others leave something open (the texts of a
// status, the code of a wrong one-time code, what an unknown transaction answers), the package takes every reading that occurs;
// package smartcatest, the test double, has a switch for each.
package smartca
