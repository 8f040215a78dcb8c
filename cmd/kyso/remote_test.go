package main

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// cloud runs "cloud KIND DIR [ARG…]": kyso demo KIND in the background until the story ends, with PHONE set to its page and TSA to the
// time-stamp server of the PKI that it serves too.
func cloud(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: cloud KIND DIR [ARG...]")
	}
	dir := ts.MkAbs(args[1])
	cmd := exec.Command("kyso", append([]string{"demo", args[0], "--dir", dir}, args[2:]...)...)
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	ts.Defer(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		done := make(chan error, 1)
		go func() { done <- cmd.Wait() }()
		select {
		case err := <-done:
			ts.Check(err)
		case <-time.After(20 * time.Second):
			_ = cmd.Process.Kill()
			ts.Fatalf("kyso demo %s does not end when it is interrupted", args[0])
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	url, ok := strings.CutPrefix(strings.TrimSpace(line), "ready ")
	if err != nil || !ok {
		ts.Fatalf("kyso demo %s says %q: %v", args[0], line, err)
	}
	ts.Setenv("PHONE", url)
	var demo struct{ TSA string }
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(dir+"/demo.json")), &demo))
	ts.Setenv("TSA", demo.TSA)
}
