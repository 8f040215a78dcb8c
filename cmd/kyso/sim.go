package main

import (
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/i18n"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/sim"
	"github.com/kyso-dev/kyso/remote/sim/simtest"
	"github.com/kyso-dev/kyso/signer"
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
	Subject string `json:"subject_serial,omitempty"` // serialNumber of the subject, pinned
	Chain   string `json:"chain,omitempty"`          // PEM, where the service does not tell the certificate

	APPassword *secretName `json:"ap_password,omitempty"`
	NoSpam     *secretName `json:"no_spam,omitempty"`

	ClientCert string   `json:"client_cert,omitempty"` // PEM, of the application; issuers in it are not sent
	ClientKey  string   `json:"client_key,omitempty"`
	Roots      string   `json:"roots,omitempty"` // PEM; none: those of the system
	Pins       []string `json:"pins,omitempty"`  // SHA-256 of the service's public key (SubjectPublicKeyInfo), in hexadecimal

	CMS        bool   `json:"cms,omitempty"`        // the service makes whole CMS: for sign pdf and sign cms
	Operations string `json:"operations,omitempty"` // folder for what the phone was asked, so that a later command goes on with it
}

func openSIM(_ context.Context, a *app, dir string, data []byte) (remote.Provider, error) {
	var c simConfig
	if err := strictly(data, &c); err != nil {
		return nil, err
	}
	dialect, ok := sim.Preset(c.Dialect)
	if !ok {
		return nil, badSIM("dialect")
	}
	if c.Mode != "" {
		dialect.Mode = sim.Mode(c.Mode)
	}
	config := sim.Config{
		BaseURL: c.URL, Dialect: dialect, APID: c.APID, MSSP: c.MSSP, MSISDN: c.MSISDN, Serial: c.Serial, SubjectSerial: c.Subject,
		Show: func(_ context.Context, code, text string) error {
			fmt.Fprintln(a.err, a.text("sim-show", "code", i18n.Clean(code), "text", i18n.Clean(text)))
			return nil
		},
	}
	var err error
	if config.APPassword, err = c.APPassword.read(dir); err != nil {
		return nil, err
	}
	if config.NoSpam, err = c.NoSpam.read(dir); err != nil {
		return nil, err
	}
	if config.TLS, err = c.tls(dir); err != nil {
		return nil, err
	}
	for _, pin := range c.Pins {
		sum, err := hex.DecodeString(pin)
		if err != nil || len(sum) != sha256.Size {
			return nil, badSIM("pins")
		}
		config.Pins = append(config.Pins, sum)
	}
	if c.Chain != "" {
		if config.Chain, err = trust.ReadPath(below(dir, c.Chain)); err != nil {
			return nil, err
		}
	}
	return sim.New(config)
}

// badSIM is the error of a field that cannot be used.
func badSIM(name string) error { return remote.NewError(remote.CodeConfig, nil, "name", name) }

// tls is how the service and the application know each other.
func (c *simConfig) tls(dir string) (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if c.ClientCert != "" || c.ClientKey != "" {
		pair, err := tls.LoadX509KeyPair(below(dir, c.ClientCert), below(dir, c.ClientKey))
		if err != nil {
			return nil, badSIM("client_cert")
		}
		config.Certificates = []tls.Certificate{pair}
	}
	if c.Roots != "" {
		pem, err := readAll(below(dir, c.Roots), maxRemoteConfig)
		if err != nil {
			return nil, err
		}
		if config.RootCAs = x509.NewCertPool(); !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, badSIM("roots")
		}
	}
	return config, nil
}

func (a *app) demoSIMCommand() *cobra.Command {
	var dir, addr, user, dialect string
	cmd := &cobra.Command{
		Use:   "sim --dir DIR [flags]",
		Short: "Stand in for a mobile signature service on loopback, with the phone as a web page, until interrupted",
		Args:  exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			d, ok := sim.Preset(dialect)
			if !ok {
				return usage("demo-dialect", "value", dialect)
			}
			return a.demoCloud(cmd, dir, addr, func(pki *testpki.PKI) (string, func() error, error) {
				server, err := startSIM(pki, dir, addr, simtest.User(user), d)
				if err != nil {
					return "", nil, err
				}
				return server.Phone(simtest.DemoNumber), server.Close, nil
			}, user)
		},
	}
	addDemoCloud(cmd, &dir, &addr, &user)
	cmd.Flags().StringVar(&dialect, "dialect", sim.VNMPKI().Name, "how the service speaks: vn-mpki, etsi, ficom, tr, swisscom-soap or swisscom-rest; those of Swisscom sign texts only")
	return cmd
}

// startSIM starts the stand-in and writes the configuration of its one card: that of signer.p12.
func startSIM(pki *testpki.PKI, dir, addr string, user simtest.User, dialect sim.Dialect) (*simtest.Server, error) {
	chain := append(pki.Chain("signer"), pki.Root())
	server, err := simtest.Start(&simtest.Options{
		Addr: addr, Dialect: dialect, Authority: simtest.AuthorityOf(pki.Root(), pki.Issuer(), pki.Key("issuer"), time.Now()),
		SIMs:       []*simtest.SIM{{Number: simtest.DemoNumber, Name: chain[0].Subject.CommonName, PIN: simtest.DemoPIN, Key: pki.Key("signer"), Chain: chain, User: user}},
		SignDigest: makeCMS,
	})
	if err != nil {
		return nil, err
	}
	if err := writeSIM(server, dir, dialect, chain); err != nil {
		return nil, errors.Join(err, server.Close())
	}
	return server, nil
}

// makeCMS is what the stand-in makes of a digest that a CMS is asked for: CAdES.
func makeCMS(card *simtest.SIM, hash crypto.Hash, digest []byte) ([]byte, error) {
	key, err := signer.FromCrypto(card.Key, card.Chain...)
	if err != nil {
		return nil, err
	}
	prepared, err := cms.PrepareDigest(digest, hash, card.Chain, &cms.Options{Hash: hash})
	if err != nil {
		return nil, err
	}
	value, err := signer.Sign(context.Background(), key, prepared.Request())
	if err != nil {
		return nil, err
	}
	return prepared.FinishDER(context.Background(), value, nil)
}

// writeSIM writes the configuration, and beside it what it names.
func writeSIM(server *simtest.Server, dir string, dialect sim.Dialect, chain []*x509.Certificate) error {
	password, err := writeSecret(dir, "remote-sim.pass", simtest.DemoAPPassword)
	if err != nil {
		return err
	}
	c := simConfig{
		Kind: "sim", Dialect: dialect.Name, URL: server.URL, APID: simtest.DemoAPID, MSSP: simtest.DemoMSSP, MSISDN: "+" + simtest.DemoNumber,
		Text: "kyso demo", APPassword: password,
	}
	if dialect.Source == sim.FromConfig {
		c.Chain = "remote-sim.pem"
		var data []byte
		for _, cert := range chain {
			data = append(data, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})...)
		}
		if err := os.WriteFile(filepath.Join(dir, c.Chain), data, 0o600); err != nil {
			return err
		}
	}
	return writeConfig(dir, "remote-sim.json", c)
}
