// Command kyso signs and verifies documents: PDF (PAdES) and any file (CMS, CAdES).
//
// It is a thin layer over the packages of github.com/kyso-dev/kyso: whatever it can do, a caller of the library can do.
// "kyso help" lists the commands; exit codes are those of exit.go.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/kyso-dev/kyso"
	"github.com/kyso-dev/kyso/internal/i18n"
	"github.com/kyso-dev/kyso/token"
	"github.com/spf13/cobra"
)

func main() {
	token.ServeProbe()
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// app is what the commands share: the streams of the process and the language of its messages.
type app struct {
	in       *os.File
	out, err io.Writer
	langName string
}

func (a *app) lang() i18n.Lang {
	lang, _ := i18n.ParseLang(a.langName)
	return lang
}

// text is a message of the command's own table in the language chosen.
func (a *app) text(code string, pairs ...string) string {
	params := make(map[string]string, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		params[pairs[i]] = pairs[i+1]
	}
	return i18n.Text("command."+code, a.lang(), params)
}

func run(args []string, in *os.File, out, errs io.Writer) int {
	// An interrupted command cleans up its temporary file on the way out; only a kill leaves one behind, never half an output.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // whoever interrupts twice means it, also where reading cannot be broken off
	a := &app{in: in, out: out, err: errs}
	root := a.root()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errs)
	err := root.ExecuteContext(ctx)
	code := exitCode(err)
	if err != nil && !quiet(err) {
		fmt.Fprintf(errs, "kyso: %s\n", kyso.Explain(err, a.lang()))
	}
	return code
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "kyso",
		Short:         "Sign and verify documents",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          noCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: func(*cobra.Command, []string) error {
			if _, ok := i18n.ParseLang(a.langName); !ok {
				return usage("lang", "value", a.langName)
			}
			return nil
		},
	}
	root.PersistentFlags().StringVar(&a.langName, "lang", "en", "language of messages: en or vi")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageErr(err) })
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(a.signCommand(), a.xmlCommand(), a.extendCommand(), a.prepareCommand(), a.finishCommand(), a.verifyCommand(), a.inspectCommand(),
		a.timestampCommand(), a.certCommand(), a.trustCommand(), a.demoCommand(), a.benchCommand())
	root.AddCommand(a.tokenCommand())
	return root
}

// noCommand refuses what is no command of a group with the code of a usage error.
func noCommand(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage("unknown-command", "name", args[0], "group", cmd.CommandPath())
	}
	return nil
}

// exactly wants n arguments and says which, in the words of the command's usage line.
func exactly(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != n {
			return usage("arguments", "usage", cmd.UseLine())
		}
		return nil
	}
}
