package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/kyso-dev/kyso/internal/i18n"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/sim"
	"github.com/kyso-dev/kyso/remote/sim/simtest"
	"github.com/kyso-dev/kyso/trust"
)

// simConfig is the configuration of a key on a SIM. Files are relative to the configuration's folder.
type simConfig struct {
	Kind    string `json:"kind"`
	Text    string `json:"text,omitempty"` // what the phone shows, before the code
	Dialect string `json:"dialect"`        // vn-mpki, etsi, ficom, tr, swisscom-soap, swisscom-rest
	Mode    string `json:"mode,omitempty"` // synch, asynchClientServer or either, where it is not the dialect's
	URL     string `json:"url"`
	APID    string `json:"ap_id"`
	MSSP    string `json:"mssp"`
	MSISDN  string `json:"msisdn"` // with the country
	Serial  string `json:"serial,omitempty"`
	Chain   string `json:"chain,omitempty"` // PEM, where the service does not tell the certificate

	APPassword *secretName `json:"ap_password,omitempty"`
	NoSpam     *secretName `json:"no_spam,omitempty"`

	ClientCert string `json:"client_cert,omitempty"` // PEM, of the application
	ClientKey  string `json:"client_key,omitempty"`
	Roots      string `json:"roots,omitempty"` // PEM; none: those of the system
}

func openSIM(_ context.Context, a *app, dir string, data []byte) (remote.Provider, error) {
	var c simConfig
	if err := strictly(data, &c); err != nil {
		return nil, err
	}
	bad := func(name string) error { return remote.NewError(remote.CodeConfig, nil, "name", name) }
	dialect, ok := sim.Preset(c.Dialect)
	if !ok {
		return nil, bad("dialect")
	}
	if c.Mode != "" {
		dialect.Mode = sim.Mode(c.Mode)
	}
	config := sim.Config{
		BaseURL: c.URL, Dialect: dialect, APID: c.APID, MSSP: c.MSSP, MSISDN: c.MSISDN, Serial: c.Serial,
		Show: func(_ context.Context, code, text string) error {
			fmt.Fprintln(a.err, a.text("sim-show", "code", i18n.Clean(code), "text", i18n.Clean(text)))
			return nil
		},
	}
	var err error
	if c.APPassword.given() {
		if config.APPassword, err = c.APPassword.read(dir); err != nil {
			return nil, err
		}
	}
	if c.NoSpam.given() {
		if config.NoSpam, err = c.NoSpam.read(dir); err != nil {
			return nil, err
		}
	}
	at := func(path string) string {
		if filepath.IsAbs(path) {
			return path
		}
		return filepath.Join(dir, path)
	}
	config.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	if c.ClientCert != "" || c.ClientKey != "" {
		pair, err := tls.LoadX509KeyPair(at(c.ClientCert), at(c.ClientKey))
		if err != nil {
			return nil, bad("client_cert")
		}
		config.TLS.Certificates = []tls.Certificate{pair}
	}
	if c.Roots != "" {
		pem, err := readAll(at(c.Roots), maxRemoteConfig)
		if err != nil {
			return nil, err
		}
		if config.TLS.RootCAs = x509.NewCertPool(); !config.TLS.RootCAs.AppendCertsFromPEM(pem) {
			return nil, bad("roots")
		}
	}
	if c.Chain != "" {
		if config.Chain, err = trust.ReadPath(at(c.Chain)); err != nil {
			return nil, err
		}
	}
	return sim.New(config)
}

func (a *app) demoSIMCommand() *cobra.Command {
	var dir, addr, user string
	cmd := &cobra.Command{
		Use:   "sim --dir DIR [flags]",
		Short: "Stand in for a mobile signature service on loopback, with the phone as a web page, until interrupted",
		Args:  exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.demoCloud(cmd, dir, addr, func(pki *testpki.PKI) (string, func() error, error) {
				return startSIM(pki, dir, addr, simtest.User(user))
			}, user)
		},
	}
	addDemoCloud(cmd, &dir, &addr, &user)
	return cmd
}

// startSIM starts the stand-in, which speaks as the Vietnamese government's service does, and writes the configuration of its one card:
// that of signer.p12.
func startSIM(pki *testpki.PKI, dir, addr string, user simtest.User) (url string, stop func() error, err error) {
	chain := append(pki.Chain("signer"), pki.Root())
	server, err := simtest.Start(&simtest.Options{
		Addr: addr, Authority: simtest.AuthorityOf(pki.Root(), pki.Issuer(), pki.Key("issuer"), time.Now()),
		SIMs: []*simtest.SIM{{Number: simtest.DemoNumber, Name: chain[0].Subject.CommonName, PIN: simtest.DemoPIN, Key: pki.Key("signer"), Chain: chain, User: user}},
	})
	if err != nil {
		return "", nil, err
	}
	const secret = "remote-sim.pass"
	config, err := json.MarshalIndent(simConfig{
		Kind: "sim", Dialect: sim.VNMPKI().Name, URL: server.URL, APID: simtest.DemoAPID, MSSP: simtest.DemoMSSP, MSISDN: "+" + simtest.DemoNumber,
		Text: "kyso demo", APPassword: &secretName{File: secret},
	}, "", "\t")
	if err == nil {
		err = errors.Join(os.WriteFile(filepath.Join(dir, "remote-sim.json"), append(config, '\n'), 0o600),
			os.WriteFile(filepath.Join(dir, secret), []byte(simtest.DemoAPPassword+"\n"), 0o600))
	}
	if err != nil {
		_ = server.Close()
		return "", nil, err
	}
	return server.Phone(simtest.DemoNumber), server.Close, nil
}
