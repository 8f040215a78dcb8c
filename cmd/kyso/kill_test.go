package main

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/kyso-dev/kyso/internal/demodoc"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/pdf"
)

// TestKillLeavesNothingHalfWritten kills the command at many moments of its life. Whatever the moment, the output is the old file or
// a whole new one.
func TestKillLeavesNothingHalfWritten(t *testing.T) {
	kyso, err := exec.LookPath("kyso") // testscript puts this test binary there under that name
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	pki, _ := testpki.Start(t)
	p12, err := pki.PKCS12("signer")
	if err != nil {
		t.Fatal(err)
	}
	in, out := filepath.Join(dir, "in.pdf"), filepath.Join(dir, "out.pdf")
	key, pass := filepath.Join(dir, "key.p12"), filepath.Join(dir, "key.pass")
	var document bytes.Buffer
	if err := demodoc.WritePDF(&document, 24<<20, "to be killed"); err != nil {
		t.Fatal(err)
	}
	old := []byte("the old file")
	for path, data := range map[string][]byte{in: document.Bytes(), key: p12, pass: []byte(pki.Password()), out: old} {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	sign := func(ctx context.Context) (*exec.Cmd, time.Time) {
		cmd := exec.CommandContext(ctx, kyso, "sign", "pdf", "--p12", key, "--pass-file", pass, in, out)
		start := time.Now()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd, start
	}
	cmd, start := sign(t.Context())
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	whole := time.Since(start)
	killed, finished := 0, 0
	for range 40 {
		if err := os.WriteFile(out, old, 0o600); err != nil {
			t.Fatal(err)
		}
		cmd, _ := sign(t.Context())
		time.Sleep(time.Duration(rand.Int64N(int64(whole) * 11 / 10)))
		_ = cmd.Process.Kill()
		if cmd.Wait() == nil {
			finished++
		} else {
			killed++
		}
		data, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Equal(data, old) {
			continue
		}
		read, err := pdf.Read(t.Context(), bytes.NewReader(data), int64(len(data)), nil)
		if err != nil || len(read.Signatures) != 1 || read.Signatures[0].Extent != pdf.Whole {
			t.Fatalf("the output is neither the old file nor a whole new one: %d octets, %v", len(data), err)
		}
	}
	t.Logf("a whole run takes %v; %d killed, %d finished before", whole, killed, finished)
	if killed == 0 {
		t.Error("no run was killed: nothing was tried")
	}
}
