package main

import (
	"archive/zip"
	"context"
	"crypto"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/softhsm"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/signer"
)

func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) != "kyso" { // the tests themselves, and not the command that they run
		dir, err := os.MkdirTemp("", "kyso-cmd-")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		if err := softhsm.Configure(dir); err != nil { // SoftHSM reads it once in a process
			panic(err)
		}
	}
	testscript.Main(m, map[string]func(){"kyso": main})
}

// TestScripts runs the command as a user types it: testdata/script holds one story a file.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("SOFTHSM2_CONF", os.Getenv("SOFTHSM2_CONF"))
			return nil
		},
		Condition: func(cond string) (bool, error) {
			if cond == "softhsm" {
				_, err := softhsm.Module()
				if err != nil && os.Getenv("KYSO_REQUIRE_TOOLS") == "1" {
					return false, err
				}
				return err == nil, nil
			}
			path, ok := strings.CutPrefix(cond, "exists:")
			if !ok {
				return false, fmt.Errorf("unknown condition %q", cond)
			}
			_, err := os.Stat(path)
			return err == nil, nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"answer":   answer,
			"begin":    begin,
			"cloud":    cloud,
			"exits":    exits,
			"field":    field,
			"pack":     pack,
			"pause":    pause,
			"pkeysign": pkeySign,
			"serve":    serve,
			"softhsm":  softToken,
			"writehx":  writeHex,
		},
	})
}

// pack runs "pack ZIP FILE…" and makes a zip of the files.
func pack(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: pack ZIP FILE...")
	}
	f, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	w := zip.NewWriter(f)
	for _, name := range args[1:] {
		out, err := w.Create(name)
		ts.Check(err)
		_, err = out.Write([]byte(ts.ReadFile(name)))
		ts.Check(err)
	}
	ts.Check(w.Close())
	ts.Check(f.Close())
}

// begin runs "begin N FILE OUT": the first N octets of a file.
func begin(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: begin N FILE OUT")
	}
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(ts.ReadFile(args[1])[:n]), 0o600))
}

// pkeySign runs "pkeysign KEY DIGEST OUT": a key elsewhere signs a SHA-256 digest, by RSA with PKCS#1 v1.5.
func pkeySign(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: pkeysign KEY DIGEST OUT")
	}
	block, _ := pem.Decode([]byte(ts.ReadFile(args[0])))
	if block == nil {
		ts.Fatalf("%s is no PEM", args[0])
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	ts.Check(err)
	value, err := key.(crypto.Signer).Sign(nil, []byte(ts.ReadFile(args[1])), crypto.SHA256)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), value, 0o600))
}

// pause runs "pause DURATION".
func pause(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: pause DURATION")
	}
	d, err := time.ParseDuration(args[0])
	ts.Check(err)
	time.Sleep(d)
}

// exits runs "exits CODE PROGRAM ARG…" and wants exactly that exit code; stdout and stderr can be matched afterwards.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM [ARG...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := err.(*exec.ExitError)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// field checks "field FILE PATH VALUE" in a file of JSON: a path is keys and indices with dots between; "" is the empty string, null
// or an empty list; with "!" the value must be another one.
func field(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: field FILE PATH VALUE")
	}
	var value any
	if err := json.Unmarshal([]byte(ts.ReadFile(args[0])), &value); err != nil {
		ts.Fatalf("%s is not one JSON value: %v", args[0], err)
	}
	for step := range strings.SplitSeq(args[1], ".") {
		switch v := value.(type) {
		case map[string]any:
			inner, ok := v[step]
			if !ok {
				ts.Fatalf("%s: there is no key %q", args[1], step)
			}
			value = inner
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(v) {
				ts.Fatalf("%s: no element %q in a list of %d", args[1], step, len(v))
			}
			value = v[i]
		default:
			ts.Fatalf("%s: %q is inside of %v", args[1], step, v)
		}
	}
	text := fmt.Sprint(value)
	if list, ok := value.([]any); ok && len(list) == 0 || value == nil {
		text = ""
	}
	if (text == args[2]) == neg {
		ts.Fatalf("%s is %q", args[1], text)
	}
}

// serve runs "serve DIR [ARG…]": kyso demo serve in the background until the story ends, with TSA set to its time-stamp server.
func serve(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: serve DIR [ARG...]")
	}
	dir := ts.MkAbs(args[0])
	cmd := exec.Command("kyso", append([]string{"demo", "serve", "--dir", dir}, args[1:]...)...)
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	ts.Defer(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		done := make(chan error, 1)
		go func() { done <- cmd.Wait() }()
		select {
		case <-done:
		case <-time.After(20 * time.Second):
			_ = cmd.Process.Kill()
			ts.Fatalf("kyso demo serve does not end when it is interrupted")
		}
	})
	ready := make([]byte, len("ready\n"))
	if _, err := out.Read(ready); err != nil || string(ready) != "ready\n" {
		ts.Fatalf("kyso demo serve says %q: %v", ready, err)
	}
	var demo struct{ TSA string }
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(dir+"/demo.json")), &demo))
	ts.Setenv("TSA", demo.TSA)
}

// writeHex turns "writehx HEXFILE OUT" into octets: what prepare prints is hexadecimal, what a key signs is not.
func writeHex(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: writehx HEXFILE OUT")
	}
	var data []byte
	_, err := fmt.Sscanf(strings.TrimSpace(ts.ReadFile(args[0])), "%x", &data)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), data, 0o600))
}

// answer runs "answer DIR NAME HEXFILE OUT": the part of a service that was sent a digest of SHA-256 and makes a whole CMS, with the key NAME
// of the demo PKI in DIR.
func answer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: answer DIR NAME HEXFILE OUT")
	}
	pki, err := testpki.Load(ts.MkAbs(args[0]), nil)
	ts.Check(err)
	defer pki.Close()
	var digest []byte
	_, err = fmt.Sscanf(strings.TrimSpace(ts.ReadFile(args[2])), "%x", &digest)
	ts.Check(err)
	p, err := cms.PrepareDigest(digest, crypto.SHA256, pki.Chain(args[1]), &cms.Options{NoSigningTime: true})
	ts.Check(err)
	value, err := signer.Sign(context.Background(), pki.Signer(args[1]), p.Request())
	ts.Check(err)
	der, err := p.FinishDER(context.Background(), value, nil)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[3]), der, 0o600))
}

// softToken runs "softhsm LABEL DIR NAME…": a SoftHSM token with the keys and certificates of those names of the demo PKI in DIR. MODULE
// is set to the module.
func softToken(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: softhsm LABEL DIR [NAME...]")
	}
	pki, err := testpki.Load(ts.MkAbs(args[1]), nil)
	ts.Check(err)
	defer pki.Close()
	var objects []softhsm.Object
	if len(args) > 2 {
		objects = append(objects, softhsm.Object{Certificate: pki.Certificate("issuer"), Label: "issuer"})
	}
	for _, name := range args[2:] {
		objects = append(objects, softhsm.Object{Key: pki.Key(name), Certificate: pki.Certificate(name), Label: name})
	}
	_, err = softhsm.Token(softhsm.Options{Label: args[0], Objects: objects})
	ts.Check(err)
	module, err := softhsm.Module()
	ts.Check(err)
	ts.Setenv("MODULE", module)
}
