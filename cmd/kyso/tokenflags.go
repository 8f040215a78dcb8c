package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/token"
)

// choiceFlags say which token, and which certificate on it.
type choiceFlags struct{ label, serial, thumbprint, taxCode string }

func (c *choiceFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	c.addToken(cmd)
	f.StringVar(&c.serial, "cert-serial", "", "serial number of the certificate, `hex`")
	f.StringVar(&c.thumbprint, "thumbprint", "", "SHA-256 or SHA-1 of the certificate, `hex`")
	f.StringVar(&c.taxCode, "tax-code", "", "tax code (`MST`) of the certificate")
}

func (c *choiceFlags) addToken(cmd *cobra.Command) {
	cmd.Flags().StringVar(&c.label, "token-label", "", "`label` or serial number of the token, where several are plugged in")
}

func (c *choiceFlags) set() bool {
	return c.label != "" || c.serial != "" || c.thumbprint != "" || c.taxCode != ""
}

func (c *choiceFlags) choice(expired bool) token.Choice {
	return token.Choice{Serial: c.serial, Thumbprint: c.thumbprint, TaxCode: c.taxCode, Expired: expired}
}

// tokenKeyFlags name a key on a token.
type tokenKeyFlags struct {
	module string
	choice choiceFlags
	pin    pinFlags
}

func (k *tokenKeyFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&k.module, "token", "", "PKCS#11 module `file` of the token that signs (kyso token list finds them)")
	k.choice.add(cmd)
	k.pin.add(cmd)
}

// signer opens the key. The PIN is asked for when the token wants it.
func (k *tokenKeyFlags) signer(ctx context.Context, a *app, l parsed) (signer.Signer, error) {
	prompt, err := k.pin.prompt(a)
	if err != nil {
		return nil, err
	}
	m, err := openModule(ctx, k.module)
	if err != nil {
		return nil, err
	}
	defer m.Close()
	t, err := m.Token(ctx, k.choice.label)
	if err != nil {
		return nil, err
	}
	return t.Signer(ctx, k.choice.choice(l.insecureExpired), &token.SignerOptions{PIN: prompt, InsistPIN: k.pin.insist, Clock: l.clock})
}

// openModule opens a module after trying it in a process of its own, so that one that hangs or crashes cannot take the command along.
func openModule(ctx context.Context, path string) (*token.Module, error) {
	if _, err := token.Probe(ctx, path, nil, 0); err != nil {
		return nil, err
	}
	d, _ := token.DefaultCatalogue().Driver(path)
	return token.Open(ctx, path, &token.Options{OneThread: d.OneThread})
}

// closeKey ends the log-in of a token, and says what is to be done about its PIN.
func (a *app) closeKey(s signer.Signer) error {
	t, ok := s.(*token.Signer)
	if !ok {
		return nil
	}
	a.warn(t.Findings())
	return errors.Join(t.Close())
}
