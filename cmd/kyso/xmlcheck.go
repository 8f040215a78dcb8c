package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/i18n"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/xml/einvoice"
)

// taxpayerFlags are what is known of a taxpayer beside its documents.
type taxpayerFlags struct {
	registered, holidays []string
}

func (t *taxpayerFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringArrayVar(&t.registered, "registered", nil, "`serial` number (hex) of a certificate that the taxpayer registered with the tax authority, or a file with one a line")
	f.StringArrayVar(&t.holidays, "holiday", nil, "`day` (YYYY-MM-DD) on which nobody works, beside Saturdays and Sundays")
}

// serials are those of the registered certificates; nil when nothing is known of them.
func (t *taxpayerFlags) serials() ([]string, error) {
	var all []string
	for _, given := range t.registered {
		if strings.Trim(given, "0123456789abcdefABCDEF :-") == "" {
			all = append(all, given)
			continue
		}
		data, err := readAll(given, limits.TrustFile)
		if err != nil {
			return nil, err
		}
		for lines := bufio.NewScanner(bytes.NewReader(data)); lines.Scan(); {
			if line := strings.TrimSpace(lines.Text()); line != "" {
				all = append(all, line)
			}
		}
	}
	return all, nil
}

// dayOff tells the days on which nobody works; nil without --holiday.
func (t *taxpayerFlags) dayOff() (func(time.Time) bool, error) {
	if len(t.holidays) == 0 {
		return nil, nil
	}
	for _, day := range t.holidays {
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			return nil, usage("day", "value", day)
		}
	}
	return func(d time.Time) bool {
		return d.Weekday() == time.Saturday || d.Weekday() == time.Sunday || slices.Contains(t.holidays, d.Format(time.DateOnly))
	}, nil
}

// checked is what einvoice.Check found, in its JSON form.
type checked struct {
	Schema   int       `json:"schema"`
	File     string    `json:"file"`
	Slot     string    `json:"slot"`
	Findings []remark  `json:"findings"`
	At       time.Time `json:"at"` // the time that would be signed
}

// remark is a finding as verify --json has it.
type remark struct {
	Code     string `json:"code"`
	Severity string `json:"severity"`
	Text     string `json:"text"`
	Clause   string `json:"clause"`
}

func (a *app) checkCommand() *cobra.Command {
	var taxpayer taxpayerFlags
	var certificate, passFile, at string
	var asJSON bool
	var number int
	flags := xmlFlags{profile: profileInvoice + string(einvoice.NBan)}
	cmd := &cobra.Command{
		Use:   "check --cert FILE [flags] IN.xml",
		Short: "Say before signing what would be said of the signature afterwards",
		Long: "Say before signing a document with a certificate what a reader would say of the signature: that it belongs to another tax code, that it is\n" +
			"not registered, that the invoice would be signed too late.\n\nExit codes: 0 nothing speaks against it, 6 something does, 3 and 4 as with other commands.",
		Args: exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			slot, ok := flags.slot()
			if !ok || slot == "" || certificate == "" {
				return usage("arguments", "usage", cmd.UseLine())
			}
			opts := &einvoice.CheckOptions{Number: number}
			var err error
			if opts.Registered, err = taxpayer.serials(); err != nil {
				return err
			}
			if opts.DayOff, err = taxpayer.dayOff(); err != nil {
				return err
			}
			if opts.Clock, err = clockAt(at); err != nil {
				return err
			}
			if opts.Clock == nil {
				opts.Clock = time.Now
			}
			certs, err := a.certificates(cmd.Context(), certificate, passFile)
			if err != nil {
				return err
			}
			in, size, err := openInput(args[0])
			if err != nil {
				return err
			}
			defer in.Close()
			found, err := einvoice.Check(cmd.Context(), in, size, certs[0], slot, opts)
			if err != nil {
				return err
			}
			if err := a.printChecked(args[0], slot, opts.Clock(), found, asJSON); err != nil {
				return err
			}
			if worst := finding.Worst(found); worst == finding.Warning || worst == finding.Error {
				return status(exitNoSigning)
			}
			return nil
		},
	}
	taxpayer.add(cmd)
	f := cmd.Flags()
	f.StringVar(&certificate, "cert", "", "certificate `file` of the key that would sign (PEM, DER, PKCS#7, PKCS#12)")
	f.StringVar(&passFile, "pass-file", "", "`file` that holds the password of a PKCS#12 file")
	f.StringVar(&flags.profile, "profile", flags.profile, "einvoice:`SLOT` at which it would sign")
	f.IntVar(&number, "number", 0, "which of several documents in an envelope is meant, from 1")
	f.BoolVar(&asJSON, "json", false, "print one JSON object")
	addAt(cmd, &at)
	return cmd
}

func (a *app) printChecked(path string, slot einvoice.Slot, at time.Time, found []einvoice.Finding, asJSON bool) error {
	if asJSON {
		out := checked{Schema: 1, File: path, Slot: string(slot), Findings: []remark{}, At: at.UTC().Truncate(time.Second)}
		for _, f := range found {
			out.Findings = append(out.Findings, remark{string(f.Code), string(f.Severity), f.Text(a.lang()), f.Clause})
		}
		return json.NewEncoder(a.out).Encode(out)
	}
	if len(found) == 0 {
		_, err := fmt.Fprintln(a.out, a.text("check-clean"))
		return err
	}
	for _, f := range found {
		severity := i18n.Text("report.severity."+string(f.Severity), a.lang(), nil)
		if _, err := fmt.Fprintf(a.out, "%s: %s\n", severity, f.Text(a.lang())); err != nil {
			return err
		}
	}
	return nil
}
