package signertest

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/kyso-dev/kyso/signer"
)

// secrets: every refusal that the suite can bring about is typed, and neither it nor the signer itself, printed in any way, holds a
// secret or the document.
func (s *suite) secrets() {
	s.look("the signer", s.signer)
	for _, opts := range s.claims.Algorithms {
		if opts.HashFunc() == 0 {
			_, err := s.call(func() ([]byte, error) { return s.signer.Sign(s.Context(), input(opts, 9), opts) })
			s.typed(err)
			continue
		}
		in := input(opts, 9)
		_, err := s.sign(s.Context(), in[:len(in)-1], opts)
		s.typed(err)
	}
}

func (s *suite) typed(err error) {
	s.Helper()
	if err == nil {
		s.Error("a digest that cannot be right was signed")
		return
	}
	var c interface {
		Code() string
		Params() map[string]string
	}
	if !errors.As(err, &c) || c.Code() == "" {
		s.Errorf("the error has no code: use signer.NewError and its kin, or wrap one: %v", err)
		return
	}
	s.clean(err)
}

// clean looks through an error, its parameters and all that it wraps.
func (s *suite) clean(err error) {
	s.Helper()
	s.look("an error", err)
	var p interface{ Params() map[string]string }
	if errors.As(err, &p) {
		for name, value := range p.Params() {
			s.look("parameter "+name+" of an error", value)
		}
	}
}

// forbidden are the texts that are looked for: the secrets, plain and encoded, and what the suite has signed.
func (s *suite) forbidden() []string {
	if s.words != nil {
		return s.words
	}
	words := []string{"document-that-no-error-may-quote", "PRIVATE KEY"}
	add := func(b []byte) {
		words = append(words, hex.EncodeToString(b), strings.ToUpper(hex.EncodeToString(b)), base64.StdEncoding.EncodeToString(b), base64.RawURLEncoding.EncodeToString(b))
	}
	for _, secret := range s.claims.Secrets {
		if len(secret) < 4 { // would be found anywhere
			continue
		}
		words = append(words, secret)
		add([]byte(secret))
	}
	for _, opts := range s.claims.Algorithms {
		for _, n := range []int{0, 1, 3, 4, 5, 6, 7, 8, 9, 99} {
			in := input(opts, n)
			add(in)
			add(in[:len(in)-1])
		}
	}
	s.words = words
	return words
}

// look prints v with every verb that people use and searches the text. Signers print their fields with %+v and %#v.
func (s *suite) look(what string, v any) {
	s.Helper()
	var text strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		if _, isSigner := v.(signer.Signer); isSigner && verb == "%x" {
			continue // prints every octet of every field and says nothing about what a log would hold
		}
		fmt.Fprintf(&text, verb+"\n", v) //nolint:govet // the verbs are the point
	}
	printed := text.String()
	for _, word := range s.forbidden() {
		if strings.Contains(printed, word) {
			s.Errorf("%s holds a secret or a document's bytes when it is printed", what)
			return
		}
	}
}
