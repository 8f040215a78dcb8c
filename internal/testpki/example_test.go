package testpki_test

import (
	"context"
	"crypto"
	"crypto/sha256"
	"fmt"

	"github.com/kyso-dev/kyso/internal/testpki"
)

func Example() {
	p, err := testpki.New(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	s, err := p.Serve("")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()

	sum := sha256.Sum256([]byte("tài liệu"))
	token, err := p.TSAClient().Timestamp(context.Background(), sum[:], crypto.SHA256)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.Certificate("signer").Subject.CommonName)
	fmt.Println(token.Check(sum[:], crypto.SHA256))
	// Output:
	// CÔNG TY TNHH THỬ NGHIỆM
	// <nil>
}
