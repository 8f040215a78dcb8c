package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/ades"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/verify"
	"github.com/kyso-dev/kyso/xml"
	"github.com/spf13/cobra"
)

// extendFlags say what to raise a signature to, and by what.
type extendFlags struct {
	levelFlags
	trustFlags
	content string
}

func (e *extendFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&e.level, "level", "", "baseline `level` to reach: B-T, B-LT or B-LTA")
	f.StringArrayVar(&e.tsa, "tsa", nil, "`URL` of an RFC 3161 time-stamp server; repeat for fallbacks")
	f.StringVar(&e.hash, "hash", "", "digest of the time-stamps: sha256, sha384 or sha512 (default: that of the signature)")
	f.StringVar(&e.content, "content", "", "`file` that a detached signature is about; B-LTA needs it")
	addAt(cmd, &e.at)
	e.trustFlags.add(cmd)
}

func (a *app) extendCommand() *cobra.Command {
	var flags extendFlags
	cmd := &cobra.Command{
		Use:   "extend --level LEVEL [flags] IN OUT",
		Short: "Raise existing signatures to B-T, B-LT or B-LTA, or refresh a B-LTA",
		Long: "Raise all signatures of a document, whoever made them, to a baseline level.\n\n" +
			"Only what is missing is added. At B-LTA a document that is at B-LTA already gets the evidence for its last archive time-stamp\n" +
			"and a further one over all of it; that must be done while the last one's certificate is valid.",
		Args: exactly(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			l, err := flags.parseExtend()
			if err != nil {
				return err
			}
			in, size, err := openInput(args[0])
			if err != nil {
				return err
			}
			defer in.Close()
			format, err := verify.Detect(in, size)
			if err != nil {
				return err
			}
			if format != verify.CMS && format != verify.PDF && format != verify.XML {
				return notThis("extend-format", "path", args[0])
			}
			bar := a.progress(size)
			err = writeFile(cmd.Context(), args[1], func(out *os.File) error {
				switch format {
				case verify.PDF:
					return flags.extendPDF(cmd, out, in, size, l, bar)
				case verify.XML:
					return flags.extendXML(cmd, out, in, size, l)
				}
				return flags.extendCMS(cmd, out, bar.reader(in), l)
			})
			bar.done()
			if err != nil {
				return err
			}
			fmt.Fprintln(a.out, a.text("extended", "path", args[1], "level", string(l.level)))
			return nil
		},
	}
	flags.add(cmd)
	return cmd
}

// parseExtend finds mistakes in the flags before any work is done.
func (e *extendFlags) parseExtend() (parsed, error) {
	l, err := e.parsePrepare()
	switch {
	case err != nil:
		return l, err
	case l.level == ades.BB:
		return l, usage("level", "value", e.level)
	case l.level == ades.BLTA && l.timestamper == nil:
		return l, usage("tsa-missing", "level", e.level)
	}
	err = e.equip(&l)
	return l, err
}

func (e *extendFlags) extendPDF(cmd *cobra.Command, out, in *os.File, size int64, l parsed, bar *bar) error {
	if e.content != "" {
		return usage("content-of-pdf")
	}
	o := &pdf.ExtendOptions{Level: l.level, Hash: l.hash, Timestamper: l.timestamper, Collector: l.collector, Clock: l.clock, Progress: bar.set}
	var err error
	if o.Certificates, err = e.others(); err != nil {
		return err
	}
	return pdf.Extend(cmd.Context(), out, in, size, o)
}

func (e *extendFlags) extendCMS(cmd *cobra.Command, out *os.File, in io.ReadSeeker, l parsed) error {
	o := &cms.ExtendOptions{Level: l.level, Timestamper: l.timestamper, Collector: l.collector, Hash: l.hash, Clock: l.clock}
	var err error
	if o.Certificates, err = e.others(); err != nil {
		return err
	}
	if e.content != "" {
		content, _, err := openInput(e.content)
		if err != nil {
			return err
		}
		defer content.Close()
		o.Content = content
	}
	return cms.Extend(cmd.Context(), out, in, o)
}

func (e *extendFlags) extendXML(cmd *cobra.Command, out, in *os.File, size int64, l parsed) error {
	o := &xml.ExtendOptions{Level: l.level, Timestamper: l.timestamper, Collector: l.collector, Hash: l.hash, Clock: l.clock}
	var err error
	if o.Certificates, err = e.others(); err != nil {
		return err
	}
	if e.content != "" {
		if o.Resolver, err = contentOf(cmd.Context(), in, size, e.content); err != nil {
			return err
		}
	}
	return xml.Extend(cmd.Context(), out, in, size, o)
}

// contentOf resolves what a detached signature names to the file that the user gave.
func contentOf(ctx context.Context, in *os.File, size int64, path string) (xml.Resolver, error) {
	f, _, err := openInput(path)
	if err != nil {
		return nil, err
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	doc, err := xml.Read(ctx, in, size, nil)
	if err != nil {
		return nil, err
	}
	uri, ok := doc.OutsideNamed(path)
	if !ok {
		return nil, usage("content-other", "path", path)
	}
	return fileResolver{uri, path}, nil
}

// fileResolver opens one file for the URI that stands for it, and nothing else.
type fileResolver struct{ uri, path string }

func (r fileResolver) Resolve(_ context.Context, uri string) (io.ReadCloser, error) {
	if uri != r.uri {
		return nil, usage("content-other", "path", r.path)
	}
	f, _, err := openInput(r.path)
	return f, err
}
