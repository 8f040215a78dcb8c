package signer_test

import (
	"context"
	"crypto"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/kyso-dev/kyso/signer"
)

// Any key of the standard library becomes a Signer with its certificate; Verifying checks what it returns.
func ExampleFromCrypto() {
	key := p256() // a crypto.Signer
	s, err := signer.FromCrypto(key, selfSigned(key))
	if err != nil {
		fmt.Println(err)
		return
	}
	digest := sha256.Sum256([]byte("a document"))
	value, err := signer.Verifying(s).Sign(context.Background(), digest[:], crypto.SHA256)
	fmt.Println(len(value) > 0, err)
	// Output: true <nil>
}

// Programs ask for the kind of an error first, and for its details where it has some.
func ExamplePINError() {
	var err error = signer.PINIncorrect(2, nil) // from a token, say

	if errors.Is(err, signer.ErrPINIncorrect) {
		var pin *signer.PINError
		if errors.As(err, &pin) && pin.Tries >= 0 {
			fmt.Println("tries left:", pin.Tries)
		}
	}
	fmt.Println(err)
	// Output:
	// tries left: 2
	// signer: the PIN is wrong; tries left: 2
}

func ExampleCheckCertificate() {
	cert := selfSigned(p256())
	fmt.Println(signer.CheckCertificate(cert, time.Now()))
	fmt.Println(errors.Is(signer.CheckCertificate(cert, cert.NotAfter.AddDate(1, 0, 0)), signer.ErrCertificateExpired))
	// Output:
	// <nil>
	// true
}
