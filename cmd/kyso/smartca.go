package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/smartca"
	"github.com/kyso-dev/kyso/remote/smartca/smartcatest"
)

// smartcaConfig is the configuration of a SmartCA subscriber. Interface says how the subscriber confirms: "app" (the default) and "th"
// through the WebAPI, "oauth2" through the other.
type smartcaConfig struct {
	Kind        string `json:"kind"`
	Interface   string `json:"interface,omitempty"`
	Text        string `json:"text,omitempty"` // what the subscriber is told
	URL         string `json:"url"`
	SPID        string `json:"sp_id"` // or the client id
	UserID      string `json:"user_id"`
	Serial      string `json:"serial,omitempty"`
	ServiceType string `json:"service_type,omitempty"`

	SPPassword *secretName `json:"sp_password"`
	Password   *secretName `json:"password,omitempty"` // of the subscriber: th and oauth2
	TOTP       *secretName `json:"totp_secret,omitempty"`
	OTP        *secretName `json:"otp,omitempty"`
}

func openSmartCA(_ context.Context, _ *app, dir string, data []byte) (remote.Provider, error) {
	var c smartcaConfig
	if err := strictly(data, &c); err != nil {
		return nil, err
	}
	if !c.SPPassword.given() {
		return nil, remote.NewError(remote.CodeConfig, nil, "name", "sp_password")
	}
	sp, err := c.SPPassword.read(dir)
	if err != nil {
		return nil, err
	}
	choice := smartca.Choice{Serial: c.Serial, ServiceType: smartca.ServiceType(c.ServiceType)}
	config := smartca.Config{BaseURL: c.URL, SPID: c.SPID, SPPassword: sp, UserID: c.UserID, Choice: choice}
	switch c.Interface {
	case "", "app":
		return smartca.New(config)
	case "th":
		config.TH = &smartca.TH{Password: c.Password.later(dir), OTP: c.OTP.later(dir)}
		if c.TOTP.given() {
			if config.TH.TOTPSecret, err = c.TOTP.read(dir); err != nil {
				return nil, err
			}
		}
		return smartca.New(config)
	case "oauth2":
		return smartca.NewCSC(smartca.CSCConfig{
			BaseURL: c.URL, ClientID: c.SPID, ClientSecret: sp, UserName: c.UserID, Password: c.Password.later(dir), Choice: choice,
		})
	}
	return nil, remote.NewError(remote.CodeConfig, nil, "name", "interface")
}

func (a *app) demoSmartCACommand() *cobra.Command {
	var dir, addr, user string
	cmd := &cobra.Command{
		Use:   "smartca --dir DIR [flags]",
		Short: "Stand in for VNPT SmartCA on loopback, with the phone as a web page, until interrupted",
		Args:  exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.demoCloud(cmd, dir, addr, func(pki *testpki.PKI) (string, func() error, error) {
				return startSmartCA(pki, dir, addr, smartcatest.User(user))
			}, user)
		},
	}
	addDemoCloud(cmd, &dir, &addr, &user)
	return cmd
}

// The subscriber of kyso demo smartca that has not been activated yet.
const newSubscriber = "079000000002"

// startSmartCA starts the stand-in. Its subscriber signs with the certificate of signer.p12; another can be activated on the phone page.
func startSmartCA(pki *testpki.PKI, dir, addr string, user smartcatest.User) (url string, stop func() error, err error) {
	chain := append(pki.Chain("signer"), pki.Root())
	authority := smartcatest.AuthorityOf(pki.Root(), pki.Issuer(), pki.Key("issuer"), time.Now())
	server, err := smartcatest.Start(&smartcatest.Options{
		Addr: addr, SPName: "kyso", Authority: authority,
		Subscribers: []*smartcatest.Subscriber{
			{
				ID: smartcatest.DemoID, Name: chain[0].Subject.CommonName, Email: "demo@example.test", PIN: smartcatest.DemoPIN, Password: smartcatest.DemoPassword,
				TOTPSecret: smartcatest.DemoTOTP, User: user, Biometrics: true,
				Certificates: []smartcatest.Certificate{{Key: pki.Key("signer"), Chain: chain, Type: smartcatest.Person, Service: "SMARTCA DEMO", Status: "VALID"}},
			},
			{ID: newSubscriber, Name: "Trần Thị Mới", Email: "moi@example.test", Password: smartcatest.DemoPassword, TOTPSecret: smartcatest.DemoTOTP, Inactive: true},
		},
	})
	if err != nil {
		return "", nil, err
	}
	if err := writeSmartCA(server, dir); err != nil {
		_ = server.Close()
		return "", nil, err
	}
	return server.Phone(smartcatest.DemoID), server.Close, nil
}

// writeSmartCA writes a configuration for each way to confirm, and the secrets that they name.
func writeSmartCA(server *smartcatest.Server, dir string) error {
	sp, err1 := writeSecret(dir, "remote-smartca.sp", smartcatest.DemoSPPassword)
	password, err2 := writeSecret(dir, "remote-smartca.pass", smartcatest.DemoPassword)
	totp, err3 := writeSecret(dir, "remote-smartca.totp", smartcatest.DemoTOTP.Reveal())
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	app := smartcaConfig{Kind: "smartca", URL: server.SP769(), SPID: smartcatest.DemoSPID, UserID: smartcatest.DemoID, SPPassword: sp, Text: "kyso demo"}
	th := app
	th.Interface, th.Password, th.TOTP = "th", password, totp
	oauth := app
	oauth.Interface, oauth.Password, oauth.URL = "oauth2", password, server.URL
	return errors.Join(writeConfig(dir, "remote-smartca.json", app), writeConfig(dir, "remote-smartca-th.json", th), writeConfig(dir, "remote-smartca-oauth2.json", oauth))
}
