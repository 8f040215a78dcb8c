package remote

import (
	"context"
	"crypto/x509"
	"time"
)

// Provider is one key of one subscriber at one service, as this package needs it: package smartca and package csc implement it.
//
// Implementations are safe for concurrent use, end early when ctx ends, keep secrets out of errors and out of the Operation, and never
// send a request again that may ask the subscriber or sign.
type Provider interface {
	// Info says how the service wants to be treated. It does not ask the service.
	Info() Info

	// Certificates is the chain of the key, leaf first. Ambiguity is [signer.ErrAmbiguous].
	Certificates(ctx context.Context) ([]*x509.Certificate, error)

	// Start asks for the signatures of op, under the id op.ID where the service takes ids: each a CMS where op.CMS says so, which it
	// only does where Info says that the service can. It may set op.Remote and op.Control.
	//
	// An error that is [signer.ErrOutcomeUnknown] says that the request may have been acted on: the core then looks before it
	// asks again. Any other error says for certain that nothing was started and nothing signed.
	Start(ctx context.Context, op *Operation) (Status, error)

	// Poll looks how op stands. It is called again and again, also by another process than the one that started op. The ends of
	// an operation are errors: [ErrRefused], [ErrExpired], [ErrQuota] and so on. An error that is [signer.ErrUnavailable] says
	// nothing about op, and the core looks again later. [ErrNotKnown]: the service has no such operation. For an op in
	// [StateUncertain], [signer.ErrOutcomeUnknown] says that the service has no way to look: the operation stays as it is, and the
	// same request is not sent again until the caller forgets it. A Poll that is itself about to sign sets that state before.
	Poll(ctx context.Context, op *Operation) (Status, error)
}

// TextChecker is a [Provider] whose service shows a text as it is or not at all. Others are given texts that were made to fit: cut, and
// with what cannot be seen escaped.
type TextChecker interface {
	// CheckText refuses what cannot be shown, before anything is asked or sent. text is what the caller gave: the text, or where there is
	// none the title of the only document.
	CheckText(text string) error
}

// Info is what a provider says of its service.
type Info struct {
	Name         string        // of the provider, such as "smartca"; stored with operations
	Subscriber   string        // tells subscribers and services apart; only its digest is stored
	Lifetime     time.Duration // how long the service waits for the subscriber; 0: five minutes
	Interval     time.Duration // the pace of polling that it likes; 0: three seconds
	MaxDocuments int           // of one confirmation; 0: no limit known
	CMS          bool          // the service can make a whole CMS over a digest ([StartOptions].CMS)
}

// Status is how an operation stands.
type Status struct {
	State State // StateWaiting, StateSigning or StateSigned

	// Signatures are those of a signed operation, by Document.ID, as a format wants them: RSA bare, ECDSA as DER; of an operation for
	// CMS, the DER of each CMS.
	Signatures map[string][]byte

	Lifetime time.Duration // how long the service will go on waiting, as it says; 0: it does not say
	Interval time.Duration // how long it wants to be left alone; 0: it does not say
	Text     string        // its own word for the state, for logs
}
