package main

import (
	"fmt"
	"net"

	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/spf13/cobra"
)

func (a *app) demoCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "demo", Short: "A PKI to try things out with, on this machine only", Args: noCommand, RunE: help}
	cmd.AddCommand(a.demoServeCommand(), a.demoSmartCACommand(), a.demoCSCCommand(), a.demoSIMCommand(),
		a.demoStatusCommand("revoke", "Revoke a demo certificate", testpki.Status{State: testpki.Revoked, Reason: keyCompromise}),
		a.demoStatusCommand("suspend", "Suspend a demo certificate", testpki.Status{State: testpki.Suspended}),
		a.demoStatusCommand("resume", "Make a suspended demo certificate good again", testpki.Status{State: testpki.Good}))
	return cmd
}

// keyCompromise is the CRLReason (RFC 5280, 5.3.1) of demo revocations: the one under which nothing signed later can be saved.
const keyCompromise = 1

func (a *app) demoServeCommand() *cobra.Command {
	var dir, addr, at string
	cmd := &cobra.Command{
		Use:   "serve --dir DIR [flags]",
		Short: "Serve a CA with OCSP, CRL and time-stamps on loopback until interrupted",
		Args:  exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if dir == "" {
				return usage("arguments", "usage", cmd.UseLine())
			}
			if !loopback(addr) {
				return usage("not-loopback", "addr", addr)
			}
			clock, err := clockAt(at)
			if err != nil {
				return err
			}
			pki, err := testpki.OpenDir(dir, &testpki.Options{Clock: clock, Addr: addr})
			if err != nil {
				return err
			}
			server, err := pki.Serve("")
			if err != nil {
				return err
			}
			fmt.Fprintln(a.out, "ready")
			<-cmd.Context().Done()
			return server.Close()
		},
	}
	f := cmd.Flags()
	f.StringVar(&dir, "dir", "", "`folder` of keys and certificates; made if it is not there")
	f.StringVar(&addr, "addr", "127.0.0.1:0", "loopback address to listen on")
	addAt(cmd, &at)
	return cmd
}

// loopback reports whether addr names this machine only. The demo keys are known to whoever reads its folder: they are not for a net.
func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (a *app) demoStatusCommand(name, short string, status testpki.Status) *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   name + " --dir DIR NAME",
		Short: short,
		Args:  exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if dir == "" {
				return usage("arguments", "usage", cmd.UseLine())
			}
			if err := testpki.SetStatus(dir, args[0], status); err != nil {
				return err
			}
			fmt.Fprintln(a.out, a.text("status-changed", "name", args[0], "status", string(status.State)))
			return nil
		},
	}
	cmd.Flags().StringVar(&dir, "dir", "", "`folder` of the demo PKI")
	return cmd
}
