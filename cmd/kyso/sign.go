package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/i18n"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/signer"
	"github.com/spf13/cobra"
)

func (a *app) signCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "sign", Short: "Sign a PDF, XML or any file", Args: noCommand, RunE: help}
	cmd.AddCommand(a.signPDFCommand(), a.signXMLCommand(), a.signCMSCommand())
	return cmd
}

func help(cmd *cobra.Command, _ []string) error { return cmd.Help() }

// pdfFlags are the flags of a PDF signature that no other format has.
type pdfFlags struct {
	field, reason, location, name string
	subFilter                     string
	certify, contents             int
}

func (p *pdfFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&p.field, "field", "", "signature field: an empty one of the document, or the `name` of a new one")
	f.StringVar(&p.reason, "reason", "", "why it is signed")
	f.StringVar(&p.location, "location", "", "where it is signed")
	f.StringVar(&p.name, "name", "", "name of the signer, when other than in the certificate")
	f.StringVar(&p.subFilter, "subfilter", pdf.SubFilterCAdES, "`kind` of signature: "+pdf.SubFilterCAdES+" (PAdES) or "+pdf.SubFilterPKCS7+" (plain CMS, B-B only)")
	f.IntVar(&p.contents, "contents-size", 0, "`bytes` to keep free for the signature (0: as many as it is likely to take)")
	f.IntVar(&p.certify, "certify", 0, "certify, allowing later: 1 nothing, 2 form filling and signing, 3 annotations too")
}

func (p *pdfFlags) options(l parsed) *pdf.Options {
	return &pdf.Options{
		Level: l.level, Hash: l.hash, PSS: l.pss, Timestamper: l.timestamper, Collector: l.collector, InsecureExpired: l.insecureExpired, Clock: l.clock,
		Field: p.field, Reason: p.reason, Location: p.location, Name: p.name, Certify: pdf.Certification(p.certify),
		SubFilter: p.subFilter, ContentsSize: p.contents,
	}
}

func (a *app) signPDFCommand() *cobra.Command {
	var key keyFlags
	var level levelFlags
	var anchors trustFlags
	var flags pdfFlags
	cmd := &cobra.Command{
		Use:   "pdf [flags] IN.pdf OUT.pdf",
		Short: "Sign a PDF (PAdES) by an incremental update",
		Args:  exactly(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			format := "PAdES"
			if flags.subFilter == pdf.SubFilterPKCS7 {
				format = flags.subFilter
			}
			return a.sign(cmd, args, format, &level, &key, &anchors, func(out, in *os.File, size int64, s signer.Signer, l parsed, bar *bar) error {
				opts := flags.options(l)
				opts.Progress = bar.set
				if service, ok := s.(*cmsService); ok {
					return service.signPDF(cmd.Context(), out, in, size, opts)
				}
				return pdf.Sign(cmd.Context(), out, in, size, s, opts)
			})
		},
	}
	key.add(cmd)
	level.add(cmd)
	anchors.add(cmd)
	flags.add(cmd)
	return cmd
}

func cmsOptions(l parsed, attached bool) *cms.Options {
	return &cms.Options{
		Level: l.level, Hash: l.hash, PSS: l.pss, Timestamper: l.timestamper, Collector: l.collector, InsecureExpired: l.insecureExpired,
		Clock: l.clock, Attached: attached,
	}
}

func (a *app) signCMSCommand() *cobra.Command {
	var key keyFlags
	var level levelFlags
	var anchors trustFlags
	var attached bool
	cmd := &cobra.Command{
		Use:   "cms [flags] IN OUT.p7s",
		Short: "Sign any file (CMS, CAdES), detached unless asked",
		Args:  exactly(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.sign(cmd, args, "CAdES", &level, &key, &anchors, func(out, in *os.File, _ int64, s signer.Signer, l parsed, bar *bar) error {
				if service, ok := s.(*cmsService); ok {
					return service.signFile(cmd.Context(), out, in, cmsOptions(l, attached))
				}
				return cms.Sign(cmd.Context(), out, bar.reader(in), s, cmsOptions(l, attached))
			})
		},
	}
	key.add(cmd)
	level.add(cmd)
	anchors.add(cmd)
	cmd.Flags().BoolVar(&attached, "attached", false, "put the content into the signature")
	return cmd
}

type signFunc func(out, in *os.File, size int64, s signer.Signer, l parsed, bar *bar) error

// sign is what signing has in common in all formats: flags, key, input, output whole or not at all, and a line that says so.
func (a *app) sign(cmd *cobra.Command, args []string, format string, level *levelFlags, key *keyFlags, anchors *trustFlags, sign signFunc) (err error) {
	l, s, err := a.openKey(cmd.Context(), level, key, anchors)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.closeKey(s)) }()
	chain, err := s.Certificates(cmd.Context())
	if err != nil {
		return err
	}
	if err := anchors.gate(cmd.Context(), level.at, chain); err != nil {
		return err
	}
	in, size, err := openInput(args[0])
	if err != nil {
		return err
	}
	defer in.Close()
	bar := a.progress(size)
	err = writeFile(cmd.Context(), args[1], func(out *os.File) error { return sign(out, in, size, asDocument(s, args[0]), l, bar) })
	bar.done()
	if err != nil {
		return err
	}
	return a.signed(cmd.Context(), args[1], format, l, s)
}

// openKey reads the flags; those of the key last, since a mistake in others should not cost the user a password.
func (a *app) openKey(ctx context.Context, level *levelFlags, key *keyFlags, anchors *trustFlags) (parsed, signer.Signer, error) {
	l, err := level.parse()
	if err == nil {
		err = anchors.equip(&l)
	}
	if err != nil {
		return l, nil, err
	}
	s, err := key.signer(ctx, a, l)
	return l, s, err
}

// signed says in one line what has been made.
func (a *app) signed(ctx context.Context, path, format string, l parsed, s signer.Signer) error {
	cert, err := leaf(ctx, s)
	if err != nil {
		return err
	}
	if format != plainXML && format != pdf.SubFilterPKCS7 { // which have no levels
		format += "-" + string(l.level)
	}
	fmt.Fprintln(a.out, a.text("signed", "path", path, "format", format, "signer", i18n.Clean(cert.Subject.CommonName)))
	return nil
}
