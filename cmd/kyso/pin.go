package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/kyso-dev/kyso/internal/i18n"
	"github.com/kyso-dev/kyso/token"
)

// pinFlags say where the PIN of a token comes from. There is no flag for the PIN itself.
type pinFlags struct {
	file, env string
	insist    bool
}

func (p *pinFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&p.file, "pin-file", "", "`file` that holds the PIN of the token")
	f.StringVar(&p.env, "pin-env", "", "`name` of the environment variable that holds the PIN of the token")
	f.BoolVar(&p.insist, "insist-pin", false, "send the PIN also when the token says that one more wrong one locks it")
}

func (p *pinFlags) given() bool { return p.file != "" || p.env != "" }

// prompt gives the PIN of the file or the variable, and asks on the terminal where neither is named.
func (p *pinFlags) prompt(a *app) (token.Prompt, error) {
	pin, given, err := p.value()
	switch {
	case err != nil:
		return nil, err
	case given:
		return token.PIN(pin), nil
	}
	return a.askPIN, nil
}

func (p *pinFlags) value() (pin string, given bool, err error) {
	switch {
	case p.file != "" && p.env != "":
		return "", false, usage("pin-twice")
	case p.file != "":
		pin, err = secretFile(p.file)
		return pin, true, err
	case p.env != "":
		pin, ok := os.LookupEnv(p.env)
		if !ok {
			return "", false, usage("pin-env", "name", p.env)
		}
		return pin, true, nil
	}
	return "", false, nil
}

// askPIN asks for the PIN of a token on the terminal, and says what the token tells of tries.
func (a *app) askPIN(ctx context.Context, ask token.Ask) (string, error) {
	code := "pin-prompt"
	switch {
	case ask.State.FinalTry:
		code = "pin-prompt-final"
	case ask.State.TriesLow:
		code = "pin-prompt-low"
	}
	return a.askSecret(ctx, code, "--pin-file", "label", i18n.Clean(ask.Token.Label))
}

// askSecret asks for a PIN; flag is the one to name where there is no terminal to ask on.
func (a *app) askSecret(ctx context.Context, code, flag string, pairs ...string) (string, error) {
	if !term.IsTerminal(int(a.in.Fd())) {
		return "", usage("pin-missing", "option", flag)
	}
	fmt.Fprint(a.err, a.text(code, pairs...))
	secret, err := a.readPassword(ctx)
	fmt.Fprintln(a.err)
	return secret, err
}

// secret is the PIN of a file, or what is entered; a new one is entered twice.
func (a *app) secret(ctx context.Context, file, flag, code string, twice bool) (string, error) {
	if file != "" {
		return secretFile(file)
	}
	first, err := a.askSecret(ctx, code, flag)
	if err != nil || !twice {
		return first, err
	}
	second, err := a.askSecret(ctx, "pin-prompt-again", flag)
	if err == nil && first != second {
		err = usage("pin-differs")
	}
	return first, err
}
