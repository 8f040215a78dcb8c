package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"

	"golang.org/x/term"
)

// maxSecretFile bounds a password file: more than this is not a password.
const maxSecretFile = 64 << 10

// password reads a password: from the file named, else from a terminal without echo. There is no flag for the password itself,
// since arguments are seen by every process of the machine.
func (a *app) password(ctx context.Context, file, what string) (string, error) {
	if file != "" {
		return secretFile(file)
	}
	if !term.IsTerminal(int(a.in.Fd())) {
		return "", usage("password-missing", "file", what)
	}
	fmt.Fprint(a.err, a.text("password-prompt", "file", what))
	secret, err := a.readPassword(ctx)
	fmt.Fprintln(a.err)
	return secret, err
}

// readPassword reads a line without echo until ctx ends, by Ctrl-C for one: reading from a terminal cannot be broken off, so it is
// left behind for the end of the process, and the terminal gets its echo back here.
func (a *app) readPassword(ctx context.Context) (string, error) {
	fd := int(a.in.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return "", err
	}
	type answer struct {
		secret []byte
		err    error
	}
	read := make(chan answer, 1)
	go func() {
		secret, err := term.ReadPassword(fd)
		read <- answer{secret, err}
	}()
	select {
	case got := <-read:
		return string(got.secret), got.err
	case <-ctx.Done():
		return "", errors.Join(context.Cause(ctx), term.Restore(fd, before))
	}
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
