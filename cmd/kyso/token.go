package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/kyso-dev/kyso"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/i18n"
	"github.com/kyso-dev/kyso/token"
)

func (a *app) tokenCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "token", Short: "List and diagnose USB tokens, change and unlock their PIN", Args: noCommand, RunE: help}
	cmd.AddCommand(a.tokenListCommand(), a.tokenCertsCommand(), a.tokenStatusCommand(), a.tokenDiagnoseCommand(), a.tokenChangePINCommand(), a.tokenUnlockCommand())
	return cmd
}

// tokenFlags name the module and the token.
type tokenFlags struct {
	module string
	choiceFlags
	json bool
}

func (t *tokenFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&t.module, "module", "", "PKCS#11 module `file`, the driver of the token")
	t.addToken(cmd)
}

func (t *tokenFlags) addJSON(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&t.json, "json", false, "print one JSON object")
}

// open opens the token that the flags name.
func (t *tokenFlags) open(ctx context.Context) (*token.Token, error) {
	if t.module == "" {
		return nil, usage("token-module")
	}
	m, err := openModule(ctx, t.module)
	if err != nil {
		return nil, err
	}
	defer m.Close()
	return m.Token(ctx, t.label)
}

func (a *app) tokenListCommand() *cobra.Command {
	var flags tokenFlags
	cmd := &cobra.Command{
		Use:   "list [--module FILE]",
		Short: "List drivers and the tokens that they see; without --module, those found on this machine",
		Args:  exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			found, err := flags.found(cmd.Context())
			if err != nil {
				return err
			}
			if flags.json {
				return a.printJSON(listOf(found, a.lang()))
			}
			if len(found) == 0 {
				fmt.Fprintln(a.out, i18n.Text(string(token.CodeNoDriver), a.lang(), nil))
			}
			for _, f := range found {
				a.printFound(f)
			}
			return nil
		},
	}
	flags.add(cmd)
	flags.addJSON(cmd)
	return cmd
}

// found are the modules, each tried in a process of its own. One that is named and cannot be used is an error.
func (t *tokenFlags) found(ctx context.Context) ([]token.Found, error) {
	self, err := selfCommand()
	if err != nil {
		return nil, err
	}
	if t.module == "" {
		return token.Discover(ctx, &token.DiscoverOptions{Probe: self})
	}
	p, err := token.Probe(ctx, t.module, self, 0)
	if err != nil {
		return nil, err
	}
	d, _ := token.DefaultCatalogue().Driver(t.module)
	return []token.Found{{Path: t.module, Driver: d, Info: &p.Info, Readers: p.Readers, Tokens: p.Tokens}}, nil
}

func (a *app) printFound(f token.Found) {
	brand := strings.Join(strings.Fields(f.Driver.Brand+" "+f.Driver.Chip), " ")
	fmt.Fprintln(a.out, i18n.Clean(strings.TrimSpace(f.Path+"  "+brand)))
	switch {
	case f.Problem != nil:
		fmt.Fprintf(a.out, "  %s\n", kyso.Explain(f.Problem, a.lang()))
	case len(f.Tokens) == 0:
		fmt.Fprintf(a.out, "  %s\n", a.text("token-none"))
	}
	for _, t := range f.Tokens {
		fmt.Fprintf(a.out, "  %s\n", a.text("token-line", "label", i18n.Clean(t.Label), "serial", i18n.Clean(t.Serial), "name", i18n.Clean(strings.TrimSpace(t.Manufacturer+" "+t.Model))))
	}
}

func (a *app) tokenCertsCommand() *cobra.Command {
	var flags tokenFlags
	var pin pinFlags
	var at string
	cmd := &cobra.Command{
		Use:   "certs --module FILE",
		Short: "List the certificates on a token, and why one is not fit to sign",
		Long: "List the certificates on a token: the subject as a person reads it, validity, whether the key is there, and why it is or is not fit\n" +
			"to sign. With a PIN the token is logged in to, which shows private certificates too.",
		Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			clock, err := clockAt(at)
			if err != nil {
				return err
			}
			o := &token.CertificatesOptions{InsistPIN: pin.insist}
			if clock != nil {
				o.At = clock()
			}
			if pin.given() {
				if o.PIN, err = pin.prompt(a); err != nil {
					return err
				}
			}
			t, err := flags.open(cmd.Context())
			if err != nil {
				return err
			}
			certs, err := t.Certificates(cmd.Context(), o)
			if err != nil {
				return err
			}
			if flags.json {
				return a.printJSON(certificatesOf(t.Info(), certs, a.lang()))
			}
			if len(certs) == 0 {
				code := "token-no-certs"
				if o.PIN == nil {
					code = "token-no-certs-public"
				}
				fmt.Fprintln(a.out, a.text(code, "label", i18n.Clean(t.Info().Label)))
			}
			for _, c := range certs {
				a.printCert(c)
			}
			return nil
		},
	}
	flags.add(cmd)
	flags.addJSON(cmd)
	pin.add(cmd)
	addAt(cmd, &at)
	return cmd
}

// printCert shows one certificate in a few lines.
func (a *app) printCert(c *token.Certificate) {
	if c.Certificate == nil {
		fmt.Fprintln(a.out, i18n.Clean(kyso.Explain(c.Problem, a.lang())))
		return
	}
	fmt.Fprintln(a.out, i18n.Clean(c.Certificate.Subject.CommonName))
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	row := func(code, value string) {
		if value != "" {
			fmt.Fprintf(w, "  %s\t%s\n", a.text(code), i18n.Clean(value))
		}
	}
	row("token-organization", c.Identity.Organization)
	row("token-tax-code", c.Identity.TaxCode)
	row("token-person", c.Identity.Person)
	row("token-personal-id", c.Identity.PersonalID)
	row("token-serial", c.Serial())
	row("token-thumbprint", c.Thumbprint())
	row("token-key", c.KeyType())
	row("token-issuer", c.Certificate.Issuer.CommonName)
	row("token-validity", c.Certificate.NotBefore.Format(time.DateOnly)+" – "+c.Certificate.NotAfter.Format(time.DateOnly))
	fit := a.text("token-fit")
	switch {
	case c.Problem != nil:
		fit = kyso.Explain(c.Problem, a.lang())
	case c.Key == token.KeyUnknown || c.Key == token.KeyLikely:
		fit = a.text("token-fit-unknown")
	}
	row("token-signs", fit)
	_ = w.Flush() // to standard output, as all of this
}

func (a *app) tokenStatusCommand() *cobra.Command {
	var flags tokenFlags
	cmd := &cobra.Command{
		Use:   "status --module FILE",
		Short: "Show the state of a token's PINs; none is sent",
		Args:  exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			t, err := flags.open(cmd.Context())
			if err != nil {
				return err
			}
			s, err := t.Status(cmd.Context())
			if err != nil {
				return err
			}
			if flags.json {
				return a.printJSON(statusOf(s))
			}
			fmt.Fprintln(a.out, a.text("token-line", "label", i18n.Clean(s.Info.Label), "serial", i18n.Clean(s.Info.Serial), "name", i18n.Clean(strings.TrimSpace(s.Info.Manufacturer+" "+s.Info.Model))))
			if s.PINPad {
				fmt.Fprintf(a.out, "  %s\n", a.text("token-pin-pad"))
			}
			if s.Info.MaxPIN > 0 {
				fmt.Fprintf(a.out, "  %s\n", a.text("token-pin-length", "min", fmt.Sprint(s.Info.MinPIN), "max", fmt.Sprint(s.Info.MaxPIN)))
			}
			fmt.Fprintf(a.out, "  %s: %s\n", a.text("token-user-pin"), a.pinState(s.User))
			fmt.Fprintf(a.out, "  %s: %s\n", a.text("token-so-pin"), a.pinState(s.SO))
			return nil
		},
	}
	flags.add(cmd)
	flags.addJSON(cmd)
	return cmd
}

// pinState is what a token tells of a PIN, in words.
func (a *app) pinState(s token.PINState) string {
	var parts []string
	for _, p := range []struct {
		on   bool
		code string
	}{{s.Locked, "token-pin-locked"}, {!s.Set, "token-pin-not-set"}, {s.FinalTry, "token-pin-final"}, {s.TriesLow && !s.FinalTry && !s.Locked, "token-pin-low"}, {s.MustChange, "token-pin-change"}} {
		if p.on {
			parts = append(parts, a.text(p.code))
		}
	}
	if len(parts) == 0 {
		return a.text("token-pin-good")
	}
	return strings.Join(parts, "; ")
}

func (a *app) tokenDiagnoseCommand() *cobra.Command {
	var flags tokenFlags
	var choice choiceFlags
	var pin pinFlags
	var anchors trustFlags
	var at string
	cmd := &cobra.Command{
		Use:   "diagnose [--module FILE]",
		Short: "Say what stands between you and a signature, and what to do about it",
		Long: "Say what stands between you and a signature, the most serious first, and what to do about it. Without --module, the drivers found on\n" +
			"this machine are tried. Without a PIN none is sent. With --trust, the certificate's chain and whether it is revoked or suspended are\n" +
			"looked at too. Exit code 0 when nothing stands in the way, 6 otherwise.",
		Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			clock, err := clockAt(at)
			if err != nil {
				return err
			}
			self, err := selfCommand()
			if err != nil {
				return err
			}
			o := &token.DiagnoseOptions{Module: flags.module, Token: choice.label, Choice: choice.choice(false), Probe: self, InsistPIN: pin.insist, Clock: clock}
			if pin.given() {
				if o.PIN, err = pin.prompt(a); err != nil {
					return err
				}
			}
			if len(anchors.trust) > 0 {
				if o.Checker, err = anchors.verifier(at); err != nil {
					return err
				}
			}
			d, err := token.Diagnose(cmd.Context(), o)
			if err != nil {
				return err
			}
			if flags.json {
				err = a.printJSON(diagnosisOf(d, a.lang()))
			} else {
				a.printDiagnosis(d)
			}
			if err == nil && !d.Ready() {
				err = status(exitNoSigning)
			}
			return err
		},
	}
	cmd.Flags().StringVar(&flags.module, "module", "", "PKCS#11 module `file`, the driver of the token")
	choice.add(cmd)
	flags.addJSON(cmd)
	pin.add(cmd)
	anchors.add(cmd)
	addAt(cmd, &at)
	return cmd
}

func (a *app) printDiagnosis(d *token.Diagnosis) {
	for i, p := range d.Problems {
		text, advice := p.Text(a.lang()), p.Advice(a.lang())
		fmt.Fprintf(a.out, "%d. %s\n", i+1, text)
		for _, c := range p.Causes(a.lang()) {
			fmt.Fprintf(a.out, "   · %s\n", c)
		}
		if !strings.HasSuffix(text, advice) { // many an error says itself what to do
			fmt.Fprintf(a.out, "   → %s\n", advice)
		}
	}
	for _, t := range d.Tokens {
		if t.Chosen != nil && d.Ready() {
			fmt.Fprintln(a.out, a.text("token-ready", "label", i18n.Clean(t.Status.Info.Label), "signer", i18n.Clean(t.Chosen.Certificate.Subject.CommonName), "serial", t.Chosen.Serial()))
		}
	}
}

func (a *app) tokenChangePINCommand() *cobra.Command {
	var flags tokenFlags
	var pin pinFlags
	var newFile string
	cmd := &cobra.Command{
		Use:   "change-pin --module FILE [--pin-file FILE] [--new-pin-file FILE]",
		Short: "Change the PIN of a token",
		Args:  exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			old, given, err := pin.value()
			if err != nil {
				return err
			}
			t, err := flags.open(cmd.Context())
			if err != nil {
				return err
			}
			s, err := t.Status(cmd.Context())
			if err == nil {
				err = s.MayTry(false, pin.insist)
			}
			if err != nil {
				return err
			}
			fresh := ""
			if !s.PINPad {
				if !given {
					old, err = a.askPIN(cmd.Context(), token.Ask{Token: s.Info, State: s.User})
				}
				if err == nil {
					fresh, err = a.secret(cmd.Context(), newFile, "--new-pin-file", "pin-prompt-new", true)
				}
				if err != nil {
					return err
				}
			}
			if err := t.ChangePIN(cmd.Context(), old, fresh, &token.PINOptions{Insist: pin.insist}); err != nil {
				return err
			}
			fmt.Fprintln(a.out, a.text("pin-changed", "label", i18n.Clean(t.Info().Label)))
			return nil
		},
	}
	flags.add(cmd)
	pin.add(cmd)
	cmd.Flags().StringVar(&newFile, "new-pin-file", "", "`file` that holds the new PIN")
	return cmd
}

func (a *app) tokenUnlockCommand() *cobra.Command {
	var flags tokenFlags
	var soFile, newFile string
	var insist bool
	cmd := &cobra.Command{
		Use:   "unlock --module FILE [--so-pin-file FILE] [--new-pin-file FILE]",
		Short: "Give a locked token a new PIN; needs the PIN of its administrator (SO PIN)",
		Long: "Give a locked token a new PIN. This needs the PIN of its administrator (SO PIN), which for tokens of public authorities only the\n" +
			"authority has: ask there. Its tries are limited too, and a token whose SO PIN is locked can often never be unlocked again.",
		Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			t, err := flags.open(cmd.Context())
			if err != nil {
				return err
			}
			s, err := t.Status(cmd.Context())
			if err == nil {
				err = s.MayTry(true, insist)
			}
			if err != nil {
				return err
			}
			so, err := a.secret(cmd.Context(), soFile, "--so-pin-file", "pin-prompt-so", false)
			if err != nil {
				return err
			}
			fresh, err := a.secret(cmd.Context(), newFile, "--new-pin-file", "pin-prompt-new", true)
			if err != nil {
				return err
			}
			found, err := t.Unlock(cmd.Context(), so, fresh, &token.PINOptions{Insist: insist})
			if err != nil {
				return err
			}
			a.warn(found)
			fmt.Fprintln(a.out, a.text("token-unlocked", "label", i18n.Clean(t.Info().Label)))
			return nil
		},
	}
	flags.add(cmd)
	f := cmd.Flags()
	f.StringVar(&soFile, "so-pin-file", "", "`file` that holds the PIN of the administrator")
	f.StringVar(&newFile, "new-pin-file", "", "`file` that holds the new PIN")
	f.BoolVar(&insist, "insist-pin", false, "send the administrator's PIN also when one more wrong one locks it")
	return cmd
}

// warn prints remarks beside the result.
func (a *app) warn(found []finding.Finding) {
	for _, f := range found {
		fmt.Fprintf(a.err, "kyso: %s\n", f.Text(a.lang()))
	}
}

func (a *app) printJSON(v any) error {
	enc := json.NewEncoder(a.out)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
