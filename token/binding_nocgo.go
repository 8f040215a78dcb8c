//go:build !cgo

package token

// bindable says that there is no way to call a C library.
func bindable() error { return fail(CodeNoCgo, nil) }

// bind needs cgo: a PKCS#11 module is a C library, and this program was built without a way to call one.
func bind(string) (cryptoki, error) { return nil, bindable() }
