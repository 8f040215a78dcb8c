package main

import (
	"bytes"
	"fmt"
	"os"

	"golang.org/x/term"
)

// maxSecretFile bounds a password file: more than this is not a password.
const maxSecretFile = 64 << 10

// password reads a password: from the file named, else from a terminal without echo. There is no flag for the password itself,
// since arguments are seen by every process of the machine.
func (a *app) password(file, what string) (string, error) {
	if file != "" {
		return secretFile(file)
	}
	if !term.IsTerminal(int(a.in.Fd())) {
		return "", usage("password-missing", "file", what)
	}
	fmt.Fprint(a.err, a.text("password-prompt", "file", what))
	secret, err := term.ReadPassword(int(a.in.Fd()))
	fmt.Fprintln(a.err)
	if err != nil {
		return "", err
	}
	return string(secret), nil
}

// secretFile is the content of a file without one trailing line end.
func secretFile(path string) (string, error) {
	f, size, err := openInput(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	if size > maxSecretFile {
		return "", usage("password-too-long", "path", path)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	data = bytes.TrimSuffix(data, []byte("\n"))
	return string(bytes.TrimSuffix(data, []byte("\r"))), nil
}
