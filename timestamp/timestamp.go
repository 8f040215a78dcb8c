package timestamp

import (
	"context"
	"crypto"
)

// Timestamper has a time-stamp authority attest that a digest existed. [Client] asks a server over HTTP; tests and offline
// programs may bring their own.
//
// Implementations return a token only after [Token.CheckRequest] or an equal check: the imprint is the digest asked for, and the
// token is signed as RFC 3161 demands. They keep no reference to digest. Errors are *[Error] or wrap the context's error.
type Timestamper interface {
	// Timestamp returns a token over digest, which was made with hash.
	Timestamp(ctx context.Context, digest []byte, hash crypto.Hash) (*Token, error)
}
