package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/kyso-dev/kyso/internal/i18n"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/csc"
	"github.com/kyso-dev/kyso/remote/csc/csctest"
)

// cscConfig is the configuration of a key at a service of the Cloud Signature Consortium. The right to call comes from user and password,
// from client_id and client_secret, from bearer, or from nothing.
type cscConfig struct {
	Kind       string `json:"kind"`
	Text       string `json:"text,omitempty"` // what the subscriber is told
	URL        string `json:"url"`            // ends in /csc/v1 or /csc/v2
	Credential string `json:"credential,omitempty"`
	Qualifier  string `json:"qualifier,omitempty"` // without credential: the only one of this legal kind
	UserID     string `json:"user_id,omitempty"`
	ClientData string `json:"client_data,omitempty"`
	Async      bool   `json:"async,omitempty"`

	User     string      `json:"user,omitempty"`
	Password *secretName `json:"password,omitempty"`
	Bearer   *secretName `json:"bearer,omitempty"`

	ClientID          string      `json:"client_id,omitempty"`
	ClientSecret      *secretName `json:"client_secret,omitempty"`
	ClientCredentials bool        `json:"client_credentials,omitempty"`
	Redirect          string      `json:"redirect_url,omitempty"` // on this machine, as registered
	OAuthServer       string      `json:"oauth_server,omitempty"` // where the service does not say

	PIN *secretName `json:"pin,omitempty"` // asked for on the terminal where it is not named, like everything else
}

func openCSC(ctx context.Context, a *app, dir string, data []byte) (remote.Provider, error) {
	var c cscConfig
	if err := strictly(data, &c); err != nil {
		return nil, err
	}
	config := csc.Config{
		BaseURL: c.URL, CredentialID: c.Credential, Qualifier: c.Qualifier, UserID: c.UserID, ClientData: c.ClientData, Async: c.Async, Bearer: c.Bearer.later(dir),
		Ask: func(ctx context.Context, q csc.Question) (remote.Secret, error) { return a.askCSC(ctx, q, c.PIN, dir) },
	}
	if c.User != "" {
		config.Basic = &csc.Basic{User: c.User, Password: c.Password.later(dir)}
	}
	if c.ClientID != "" {
		secret, err := c.ClientSecret.read(dir)
		if err != nil {
			return nil, err
		}
		config.OAuth = &csc.OAuth{ClientID: c.ClientID, ClientSecret: secret, RedirectURL: c.Redirect, Server: c.OAuthServer, ClientCredentials: c.ClientCredentials}
		config.Consent = csc.Loopback(c.Redirect, func(page string) error {
			fmt.Fprintln(a.err, a.text("csc-page", "url", i18n.Clean(page)))
			return nil
		})
	}
	return csc.New(ctx, config)
}

// askCSC gives the PIN that the configuration names, and asks on the terminal for what it does not.
func (a *app) askCSC(ctx context.Context, q csc.Question, pin *secretName, dir string) (remote.Secret, error) {
	if q.Object.Type == csc.Password && pin.given() {
		return pin.read(dir)
	}
	if q.Sent {
		fmt.Fprintln(a.err, a.text("csc-sent"))
	}
	label := q.Object.Label
	if label == "" {
		label = q.Object.ID
	}
	pairs := []string{"label", i18n.Clean(label)}
	if q.Challenge != "" {
		pairs = append(pairs, "text", i18n.Clean(q.Challenge))
	}
	secret, err := a.askSecret(ctx, "csc-prompt", `"pin": {"password_file": …}`, pairs...)
	return remote.Secret(secret), err
}

func (a *app) demoCSCCommand() *cobra.Command {
	var dir, addr, user string
	cmd := &cobra.Command{
		Use:   "csc --dir DIR [flags]",
		Short: "Stand in for a service of the Cloud Signature Consortium on loopback, until interrupted",
		Args:  exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.demoCloud(cmd, dir, addr, func(pki *testpki.PKI) (string, func() error, error) {
				return startCSC(pki, dir, addr, csctest.User(user))
			}, user)
		},
	}
	addDemoCloud(cmd, &dir, &addr, &user)
	return cmd
}

// startCSC starts the stand-in: one key, that of signer.p12, confirmed in an app, by PIN, or in the browser.
func startCSC(pki *testpki.PKI, dir, addr string, user csctest.User) (url string, stop func() error, err error) {
	app := csctest.Credential{
		ID: "app", Description: "confirmed in an app", Key: pki.Key("signer"), Chain: append(pki.Chain("signer"), pki.Root()),
		Objects: []csctest.Object{{ID: "APP", Type: "PasswordOOB", Label: "App"}},
	}
	pin, web := app, app
	pin.ID, pin.Description, pin.Objects, pin.PIN = "pin", "confirmed by PIN", nil, csctest.DefaultPIN
	web.ID, web.Description, web.Objects, web.Mode = "web", "confirmed in the browser", nil, "oauth2code"
	server, err := csctest.New(&csctest.Options{Addr: addr, User: user, Credentials: []csctest.Credential{app, pin, web}})
	if err != nil {
		return "", nil, err
	}
	stop = func() error { server.Close(); return nil }
	if err := writeCSC(server, dir); err != nil {
		_ = stop()
		return "", nil, err
	}
	return server.URL + "/", stop, nil
}

// writeCSC writes a configuration for each way to confirm, and the secrets that they name.
func writeCSC(server *csctest.Server, dir string) error {
	password, err1 := writeSecret(dir, "remote-csc.pass", csctest.DefaultPassword)
	pin, err2 := writeSecret(dir, "remote-csc.pin", csctest.DefaultPIN)
	client, err3 := writeSecret(dir, "remote-csc.client", csctest.DefaultSecret)
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	app := cscConfig{Kind: "csc", Text: "kyso demo", URL: server.V2, Credential: "app", User: csctest.DefaultUser, Password: password}
	byPIN := app
	byPIN.URL, byPIN.Credential, byPIN.PIN = server.V1, "pin", pin
	web := app
	web.Credential, web.ClientID, web.ClientSecret, web.Redirect = "web", csctest.DefaultClient, client, csctest.DefaultRedirect
	return errors.Join(writeConfig(dir, "remote-csc.json", app), writeConfig(dir, "remote-csc-pin.json", byPIN), writeConfig(dir, "remote-csc-web.json", web))
}
