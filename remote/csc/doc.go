// Package csc signs through services that speak the API of the Cloud Signature Consortium, versions 1.0.4 and 2.0, and 2.2 as far as it
// is known to differ: most trust service providers of Europe, and others.
//
//	provider, err := csc.New(ctx, csc.Config{BaseURL: "https://rssp.example/csc/v2", Basic: &csc.Basic{…}, Ask: askOnTheTerminal})
//	key := remote.New(provider, nil)
//	err = pdf.Sign(ctx, out, in, size, key, nil)
//
// [New] asks the service what it can do and which key there is. The differences of the two versions stay in here: a PIN and a one-time
// password of version 1 are objects of authentication like those of version 2.
//
// # Rights
//
// Two rights are needed. Calling the service takes a token: by password ([Basic]), by OAuth ([OAuth]), or from elsewhere. Using the key
// takes another, which the person it belongs to gives for certain digests: by secrets that [Config].Ask asks for, by a tap on a phone
// that the service waits for, or in a browser ([Config].Consent). What comes of it, the signature activation data, is used at once, is
// bound to the digests, and is never stored: it is a bearer's secret.
//
// # What is never done twice
//
// Authorizing and signing are sent once, and no secret is tried again. When the answer to a request to sign is lost, the service has no
// call that could tell whether it signed: the error is [signer.ErrOutcomeUnknown], and the operation stays in the store.
// In asynchronous mode ([Config].Async) the service keeps the result under a name, and another process can fetch it. [Ping] takes the
// call by which a service says that it is done ([Config].ResponseURI).
//
// # Beyond one signature
//
// [Provider.Transaction] signs several times under one authorization, also where the second digest exists only after the first signature.
// [Service.TSA] lets package timestamp take time-stamps from the service. [Provider.SignDocs] has the service make whole signatures.
//
// Package csctest is a service for tests.
package csc
