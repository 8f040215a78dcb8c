package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/signer/keyfile"
	"github.com/kyso-dev/kyso/trust"
	"github.com/kyso-dev/kyso/verify"
	"github.com/spf13/cobra"
)

func (a *app) certCommand() *cobra.Command {
	var asJSON bool
	var at, passFile string
	cmd := &cobra.Command{
		Use:   "cert [--json] FILE",
		Short: "Show a certificate as a person reads it: whose it is, until when, for what",
		Long: "Show the certificates of a file (PEM, DER, PKCS#7, PKCS#12) as a person reads them: organisation, tax code, person, number,\n" +
			"kind, validity and usage. With --json, one JSON object for each certificate, one a line. Nothing is checked but the dates.",
		Args: exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			clock, err := clockAt(at)
			if err != nil {
				return err
			}
			if clock == nil {
				clock = time.Now
			}
			certs, err := a.certificates(cmd.Context(), args[0], passFile)
			if err != nil {
				return err
			}
			for i, c := range certs {
				described := verify.DescribeCertificate(c, clock())
				described.File = args[0]
				if err := a.printCertificate(i, described, asJSON); err != nil {
					return err
				}
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.BoolVar(&asJSON, "json", false, "print one JSON object for each certificate")
	f.StringVar(&passFile, "pass-file", "", "`file` that holds the password of a PKCS#12 file")
	addAt(cmd, &at)
	return cmd
}

// certificates reads those of a file, in its order. A password is asked for only when the file turns out to need one.
func (a *app) certificates(ctx context.Context, path, passFile string) ([]*x509.Certificate, error) {
	data, err := readAll(path, limits.TrustFile)
	if err != nil {
		return nil, err
	}
	certs, err := trust.ParseCertificates(data)
	if err == nil {
		return certs, nil
	}
	password := ""
	if passFile != "" {
		if password, err = a.password(ctx, passFile, path); err != nil {
			return nil, err
		}
	}
	s, p12 := keyfile.LoadPKCS12(data, password)
	if passFile == "" && errors.Is(p12, keyfile.ErrPassword) {
		if password, err = a.password(ctx, "", path); err != nil {
			return nil, err
		}
		s, p12 = keyfile.LoadPKCS12(data, password)
	}
	var kind *keyfile.Error
	switch {
	case p12 == nil:
		return s.Certificates(ctx)
	case errors.As(p12, &kind) && finding.Code(kind.Code()) == keyfile.CodeNotPKCS12:
		_, err := trust.ReadPath(path) // the same refusal, with the file's name in it
		var why *trust.Error
		if errors.As(err, &why) {
			return nil, &Error{Fault: why.Fault, exit: exitUnreadable}
		}
		return nil, err
	}
	return nil, p12
}

func (a *app) printCertificate(index int, c *verify.Certificate, asJSON bool) error {
	if asJSON {
		raw, err := c.JSON()
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(a.out, "%s\n", raw)
		return err
	}
	if index > 0 {
		fmt.Fprintln(a.out)
	}
	return c.Text(a.out, a.lang(), a.colour())
}
