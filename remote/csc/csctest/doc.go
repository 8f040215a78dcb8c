// Package csctest is a signing service for tests: a real HTTP server that speaks CSC API 1.0.4 and 2.0 over keys of its own, with users who
// confirm, refuse or do nothing, a clock that a test sets, and faults on demand.
//
//	server := csctest.NewServer(t, nil)
//	provider, err := csc.New(ctx, csc.Config{
//		BaseURL: server.V2, CredentialID: csctest.DefaultCredential,
//		Basic:   &csc.Basic{User: csctest.DefaultUser, Password: remote.Fixed(csctest.DefaultPassword)},
//		Ask:     server.Ask,
//	})
//
// What the standard says is done strictly: digests are bound to authorizations, an authorization dies when it is used up, used once
// without being extended, or too old, codes and refresh tokens are good for one use, wrong secrets lock. What the standard leaves open, and
// what only some services do, is in [Guesses], each off unless a test switches it on.
//
// [Server.Fault] makes calls fail: connections cut before or after signing, answers that are garbage, signatures that are another key's.
// [Server.Calls] is a journal of what was asked, and [Server.Signed] counts signatures, so that a test can tell that nothing was signed twice.
package csctest
