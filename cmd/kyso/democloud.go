package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/kyso-dev/kyso/internal/testpki"
)

// addDemoCloud adds the flags of all stand-ins for services.
func addDemoCloud(cmd *cobra.Command, dir, addr, user *string) {
	f := cmd.Flags()
	f.StringVar(dir, "dir", "", "`folder` of the demo PKI; made if it is not there")
	f.StringVar(addr, "addr", "127.0.0.1:0", "loopback address to listen on")
	f.StringVar(user, "user", "ask", "what the person behind the phone does: approve, refuse, ignore or ask (through the phone page)")
}

// demoCloud runs a stand-in for a service over the demo PKI until interrupted, and serves the PKI too where nobody does.
func (a *app) demoCloud(cmd *cobra.Command, dir, addr string, start func(*testpki.PKI) (url string, stop func() error, err error), user string) error {
	switch {
	case dir == "":
		return usage("arguments", "usage", cmd.UseLine())
	case !loopback(addr):
		return usage("not-loopback", "addr", addr)
	case user != "approve" && user != "refuse" && user != "ignore" && user != "ask":
		return usage("demo-user", "value", user)
	}
	pki, err := testpki.OpenDir(dir, nil)
	if err != nil {
		return err
	}
	defer pki.Close()
	server, err := pki.Serve("")
	if err != nil && !errors.Is(err, testpki.ErrPortTaken) { // another command serves it already
		return err
	}
	if server != nil {
		defer server.Close()
	}
	url, stop, err := start(pki)
	if err != nil {
		return err
	}
	fmt.Fprintln(a.out, "ready", url)
	<-cmd.Context().Done()
	return stop()
}

// writeSecret writes a secret of a stand-in where only its owner reads it, and gives it the name that a configuration has for it.
func writeSecret(dir, file, secret string) (*secretName, error) {
	return &secretName{File: file}, os.WriteFile(filepath.Join(dir, file), []byte(secret+"\n"), 0o600)
}

// writeConfig writes a configuration that --remote takes.
func writeConfig(dir, file string, config any) error {
	data, err := json.MarshalIndent(config, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, file), append(data, '\n'), 0o600)
}
