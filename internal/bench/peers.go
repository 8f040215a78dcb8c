package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/digitorus/pdfsign/sign"
	pdfverify "github.com/digitorus/pdfsign/verify"

	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/signer/keyfile"
)

// verifySmallPDFSign measures pdfsign's verification without anchors, as kyso's is measured.
func verifySmallPDFSign(document []byte) func(*testing.B) {
	return func(b *testing.B) {
		for b.Loop() {
			r, err := pdfverify.Verify(bytes.NewReader(document), int64(len(document)))
			if err != nil || len(r.Signers) != 1 || !r.Signers[0].ValidSignature {
				b.Fatal(err, "not valid")
			}
		}
	}
}

// peers measures others over large documents: pdfsign over one that it can hold in memory, in a process of its own, and openssl
// where it is installed.
func (o *options) peers() error {
	if err := o.peerPDFSign(); err != nil {
		return err
	}
	if err := o.peerOpenSSL(); err != nil {
		return err
	}
	return o.peersXML()
}

// peerPDFSign runs this program again as a pdfsign signer, so that its memory is told apart.
func (o *options) peerPDFSign() error {
	if err := o.writeFile("peer.pdf", o.peerSize); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	start := time.Now()
	state, err := o.command(exec.Command(self, "-job", "pdfsign", "-dir", o.dir))
	if err != nil {
		return err
	}
	o.peerLine("digitorus/pdfsign signs "+human(o.peerSize), time.Since(start), state)
	return nil
}

// pdfsignJob is what that process does.
func (o *options) pdfsignJob() error {
	password, err := os.ReadFile(o.path(keySecret))
	if err != nil {
		return err
	}
	s, err := keyfile.OpenPKCS12(o.path(keyPath), string(password))
	if err != nil {
		return err
	}
	key, chain, err := cryptoKey(s)
	if err != nil {
		return err
	}
	return sign.SignFile(o.path("peer.pdf"), o.path("peer-out.pdf"), sign.SignData{
		Signature: sign.SignDataSignature{
			Info:     sign.SignDataSignatureInfo{Name: "kyso bench", Date: time.Now()},
			CertType: sign.ApprovalSignature,
		},
		Signer:            key,
		DigestAlgorithm:   crypto.SHA256,
		Certificate:       chain[0],
		CertificateChains: [][]*x509.Certificate{chain},
	})
}

func (o *options) peerOpenSSL() error {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		fmt.Println("openssl: not installed, not measured")
		return nil
	}
	if err := o.writePEM(); err != nil {
		return err
	}
	for _, c := range []struct {
		title string
		args  []string
	}{
		{"openssl cms -sign", []string{"cms", "-sign", "-binary", "-stream", "-in", o.path(plainFile), "-signer", o.path("cert.pem"),
			"-inkey", o.path("key.pem"), "-outform", "DER", "-out", o.path("openssl.p7s")}},
		{"openssl cms -verify", []string{"cms", "-verify", "-binary", "-inform", "DER", "-in", o.path("openssl.p7s"), "-content",
			o.path(plainFile), "-noverify", "-out", os.DevNull}},
	} {
		start := time.Now()
		state, err := o.command(exec.Command(openssl, c.args...))
		if err != nil {
			return err
		}
		o.peerLine(c.title+" "+human(o.size), time.Since(start), state)
	}
	return nil
}

// writePEM makes a key and certificate that openssl reads.
func (o *options) writePEM() error {
	password, err := os.ReadFile(o.path(keySecret))
	if err != nil {
		return err
	}
	s, err := keyfile.OpenPKCS12(o.path(keyPath), string(password))
	if err != nil {
		return err
	}
	_, chain, err := cryptoKey(s)
	if err != nil {
		return err
	}
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: chain[0].Raw})
	out, err := exec.Command("openssl", "pkcs12", "-in", o.path(keyPath), "-passin", "file:"+o.path(keySecret), "-nocerts", "-nodes").Output()
	if err != nil {
		return fmt.Errorf("openssl pkcs12: %w", err)
	}
	return errors.Join(os.WriteFile(o.path("cert.pem"), cert, 0o600), os.WriteFile(o.path("key.pem"), out, 0o600))
}

func (o *options) command(cmd *exec.Cmd) (*os.ProcessState, error) {
	out, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %s", cmd.Path, err, out)
	}
	return cmd.ProcessState, nil
}

func (o *options) peerLine(title string, took time.Duration, state *os.ProcessState) {
	fmt.Printf("%-34s %9.3fs %12s %8s %12s\n", title, took.Seconds(), "", "", human(childMemory(state)))
}

// cryptoKey is a kyso signer as libraries of crypto.Signer take it.
func cryptoKey(s signer.Signer) (crypto.Signer, []*x509.Certificate, error) {
	chain, err := s.Certificates(context.Background())
	if err != nil {
		return nil, nil, err
	}
	key, err := signer.ToCrypto(context.Background(), s)
	return key, chain, err
}
