package main

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"os"

	"github.com/kyso-dev/kyso/verify"
	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// verifyRun is one call of the verify command.
type verifyRun struct {
	app      *app
	verifier *verify.Verifier
	options  verify.Options // of every file, but for its name and content
	content  string
	json     bool
	codes    []int
	printed  int
	report   reportFlags
	reports  []*verify.Report // kept where the flags ask for files
}

// reportFlags name files that are written beside what is printed.
type reportFlags struct {
	kind, out, evidence string
}

func (f *reportFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.kind, "report", "", "also write a report of this `kind` to --out: xml (ETSI TS 119 102-2)")
	flags.StringVar(&f.out, "out", "", "`file` for --report")
	flags.StringVar(&f.evidence, "evidence", "", "`file` for the evidence of the check (ZIP): certificates, OCSP responses, CRLs and the result")
}

func (f *reportFlags) check(args []string) error {
	switch {
	case f.kind != "" && f.kind != "xml":
		return usage("report-kind", "value", f.kind)
	case (f.kind == "") != (f.out == ""):
		return usage("report-out")
	case f.kind != "" && (len(args) != 1 || args[0] == "-"):
		return usage("report-one")
	}
	return nil
}

// files writes what the flags name, each whole or not at all.
func (r *verifyRun) files(ctx context.Context) error {
	lang := r.app.lang()
	if r.report.kind != "" && len(r.reports) != 1 { // there were several in a zip
		return usage("report-one")
	}
	if r.report.kind != "" {
		err := writeFile(ctx, r.report.out, func(f *os.File) error { return r.reports[0].XML(f, lang) })
		if err != nil {
			return err
		}
	}
	if r.report.evidence == "" || len(r.reports) == 0 {
		return nil
	}
	return writeFile(ctx, r.report.evidence, func(f *os.File) error { return verify.WriteEvidence(f, lang, r.reports...) })
}

func (a *app) verifyCommand() *cobra.Command {
	var anchors trustFlags
	var at, content string
	var asJSON bool
	var report reportFlags
	var taxpayer taxpayerFlags
	var options verify.Options
	cmd := &cobra.Command{
		Use:   "verify [flags] FILE... | -",
		Short: "Say whether to trust documents, and why",
		Long: "Say whether to trust documents, and why. Of a zip, such as the tax portal gives for an invoice, every .xml file in it is a document:\n" +
			"at most 10 000 files, 64 MiB packed, 128 MiB each and 512 MiB together unpacked.\n\n" +
			"Exit codes: 0 TOTAL-PASSED, 1 TOTAL-FAILED, 2 INDETERMINATE, 3 usage or I/O error, 4 the document cannot be read,\n" +
			"5 neither a signature nor a time-stamp in it; of several files the worst, in the order 3, 4, 1, 2, 5, 0. \"-\" reads paths from standard input.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("arguments", "usage", cmd.UseLine())
			}
			if err := report.check(args); err != nil {
				return err
			}
			v, err := anchors.verifier(at)
			if err != nil {
				return err
			}
			if options.Registered, err = taxpayer.serials(); err != nil {
				return err
			}
			if options.DayOff, err = taxpayer.dayOff(); err != nil {
				return err
			}
			run := &verifyRun{app: a, verifier: v, options: options, content: content, json: asJSON, report: report}
			if err := run.all(cmd.Context(), args); err != nil {
				return err
			}
			if err := run.files(cmd.Context()); err != nil {
				return err
			}
			return status(verify.WorstExit(run.codes...))
		},
	}
	anchors.add(cmd)
	addAt(cmd, &at)
	report.add(cmd)
	taxpayer.add(cmd)
	f := cmd.Flags()
	f.BoolVar(&options.InsecureExclusive, "insecure-exclusive", false, "take XML signatures for intact that declare inclusive canonicalisation and were computed with the exclusive one")
	f.BoolVar(&options.InsecureEnveloped, "insecure-enveloped", false, "take XML signatures for intact over properties of their own that their enveloped-signature transform would leave out")
	f.StringVar(&content, "content", "", "`file` that a detached signature or a time-stamp is about")
	f.BoolVar(&asJSON, "json", false, "print one JSON object for each file")
	return cmd
}

// verifier is the verifier that the flags describe.
func (t *trustFlags) verifier(at string) (*verify.Verifier, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	clock, err := clockAt(at)
	if err != nil {
		return nil, err
	}
	store, err := t.store()
	if err != nil {
		return nil, err
	}
	others, err := t.others()
	if err != nil {
		return nil, err
	}
	revocation, err := t.revocations()
	if err != nil {
		return nil, err
	}
	return &verify.Verifier{Trust: store, Certificates: others, Revocation: revocation, Clock: clock, Policy: t.policy, Online: t.online, AllowPrivate: t.allowPrivate}, nil
}

func (r *verifyRun) all(ctx context.Context, paths []string) error {
	for _, path := range paths {
		if path != "-" {
			if err := r.one(ctx, path); err != nil {
				return err
			}
			continue
		}
		lines := bufio.NewScanner(r.app.in)
		for lines.Scan() {
			if lines.Text() == "" {
				continue
			}
			if err := r.one(ctx, lines.Text()); err != nil {
				return err
			}
		}
		if err := lines.Err(); err != nil {
			return err
		}
	}
	return nil
}

// one verifies a file, or each in a zip, and prints the reports. The error is that of printing: what is wrong with a file is in its report.
func (r *verifyRun) one(ctx context.Context, path string) error {
	in, size, err := openInput(path)
	if err != nil {
		return r.unopened(ctx, path, err)
	}
	defer in.Close()
	bar := r.app.progress(size)
	defer bar.done()
	opts := r.options
	opts.Name, opts.Progress = path, bar.set
	if r.content != "" {
		content, contentSize, err := openInput(r.content)
		if err != nil {
			return r.unopened(ctx, path, err)
		}
		defer content.Close()
		opts.Content, opts.ContentSize, opts.ContentName = content, contentSize, r.content
	}
	return r.verifier.VerifyEach(ctx, in, size, &opts, func(report *verify.Report) error {
		bar.done()
		return r.take(report)
	})
}

// unopened takes in a file that could not even be opened: its report is that of a document which cannot be read, for this reason.
func (r *verifyRun) unopened(ctx context.Context, path string, err error) error {
	report, _ := r.verifier.Verify(ctx, unreadable{err}, 1, &verify.Options{Name: path})
	return r.take(report)
}

// take takes in a report.
func (r *verifyRun) take(report *verify.Report) error {
	r.codes = append(r.codes, report.ExitCode())
	if r.report.kind != "" || r.report.evidence != "" {
		r.reports = append(r.reports, report)
	}
	return r.print(report)
}

func (r *verifyRun) print(report *verify.Report) error {
	if r.json {
		data, err := report.JSON(r.app.lang())
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(r.app.out, "%s\n", data)
		return err
	}
	if r.printed++; r.printed > 1 {
		fmt.Fprintln(r.app.out)
	}
	return report.Text(r.app.out, r.app.lang(), r.app.colour())
}

// colour says whether the output is a terminal that wants colours (https://no-color.org).
func (a *app) colour() bool {
	f, ok := a.out.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("NO_COLOR") == "" && cmp.Or(os.Getenv("TERM"), "dumb") != "dumb"
}

// unreadable is a document that cannot be read.
type unreadable struct{ why error }

func (u unreadable) ReadAt([]byte, int64) (int, error) { return 0, u.why }
