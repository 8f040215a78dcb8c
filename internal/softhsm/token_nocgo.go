//go:build !cgo

package softhsm

const usable = false

// Token needs cgo.
func Token(Options) (serial string, err error) { return "", ErrMissing }

// Finalize needs cgo.
func Finalize() error { return ErrMissing }
