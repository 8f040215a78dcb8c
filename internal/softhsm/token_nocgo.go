//go:build !cgo

package softhsm

// Token needs cgo.
func Token(Options) (serial string, err error) { return "", ErrMissing }
