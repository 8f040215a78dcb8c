//go:build !cgo

package token

// bind needs cgo: a PKCS#11 module is a C library, and this program was built without a way to call one.
func bind(string) (cryptoki, error) { return nil, fail(CodeNoCgo, nil) }
