// Package timestamp gets and checks time-stamp tokens (RFC 3161, RFC 5816): a time-stamp authority's signed statement that a digest existed
// at a time.
//
// A [Client] asks a server over HTTP:
//
//	tsa := &timestamp.Client{URL: "https://tsa.example/"}
//	token, err := tsa.Timestamp(ctx, digest, crypto.SHA256)
//
// What it returns has been checked against what was asked. A token from elsewhere, in a signature or a file, is read by [ParseToken] or
// [ParseResponse] and checked by [Token.Check]:
//
//	token, err := timestamp.ParseToken(der)
//	err = token.Check(digest, crypto.SHA256)
//
// Check leaves one thing open, since it depends on whom the caller trusts: whether the certificate of [Token.Signer] leads to a trusted
// root and was not revoked. Package verify decides that.
//
// Requests, responses and TSTInfos are written and read by this package itself, in strict DER, but for a few ways of writing that mean
// the same and that real authorities have: a default that is written out, parts of an accuracy that are 0, zeros at the end of a
// fraction of a second. The token around a TSTInfo is CMS SignedData and may be BER. The server's half is there too, for those who build an authority or a stand-in for one: [ParseRequest],
// [Info.MarshalDER], [MarshalResponse].
//
// Every error is an *[Error] with a stable code.
package timestamp
