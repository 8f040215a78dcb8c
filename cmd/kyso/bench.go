package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/demodoc"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/verify"
	"github.com/spf13/cobra"
)

// benchTime is how long each line of the table is measured.
const benchTime = 500 * time.Millisecond

// benchLine is one measurement.
type benchLine struct {
	Name      string  `json:"name"`
	Key       string  `json:"key"`
	Octets    int     `json:"octets"`
	PerSecond float64 `json:"per_second"`
}

func (a *app) benchCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "bench [--json]",
		Short: "Measure how fast this machine signs and verifies",
		Args:  exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			lines, err := bench(cmd.Context())
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(a.out).Encode(lines)
			}
			w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', tabwriter.AlignRight)
			fmt.Fprintln(w, a.text("bench-header")+"\t")
			for _, l := range lines {
				fmt.Fprintf(w, "%s\t%s\t%d\t%.0f\t\n", l.Name, l.Key, l.Octets, l.PerSecond)
			}
			return w.Flush()
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func bench(ctx context.Context) ([]benchLine, error) {
	pki, err := testpki.New(nil)
	if err != nil {
		return nil, err
	}
	defer pki.Close()
	small := demodoc.PDF("kyso bench")
	var large bytes.Buffer
	if err := demodoc.WritePDF(&large, 8<<20, "kyso bench"); err != nil {
		return nil, err
	}
	var lines []benchLine
	for _, key := range []struct{ name, title string }{{"signer", "RSA-2048"}, {"ec", "P-256"}} {
		for _, document := range [][]byte{small, large.Bytes()} {
			more, err := benchDocument(ctx, pki.Signer(key.name), key.title, document)
			if err != nil {
				return nil, err
			}
			lines = append(lines, more...)
		}
	}
	return lines, nil
}

// benchDocument measures signing and verifying one document in both formats.
func benchDocument(ctx context.Context, s signer.Signer, key string, document []byte) ([]benchLine, error) {
	size := int64(len(document))
	var signedPDF, signedCMS bytes.Buffer
	signPDF := func(w io.Writer) error { return pdf.Sign(ctx, w, bytes.NewReader(document), size, s, nil) }
	signCMS := func(w io.Writer) error { return cms.Sign(ctx, w, bytes.NewReader(document), s, nil) }
	if err := signPDF(&signedPDF); err != nil {
		return nil, err
	}
	if err := signCMS(&signedCMS); err != nil {
		return nil, err
	}
	check := func(signed []byte, opts *verify.Options) error {
		_, err := new(verify.Verifier).Verify(ctx, bytes.NewReader(signed), int64(len(signed)), opts)
		return err
	}
	detached := &verify.Options{Content: bytes.NewReader(document), ContentSize: size}
	var lines []benchLine
	for _, work := range []struct {
		name string
		do   func() error
	}{
		{"sign pdf", func() error { return signPDF(io.Discard) }},
		{"verify pdf", func() error { return check(signedPDF.Bytes(), nil) }},
		{"sign cms", func() error { return signCMS(io.Discard) }},
		{"verify cms", func() error { return check(signedCMS.Bytes(), detached) }},
	} {
		rate, err := perSecond(ctx, work.do)
		if err != nil {
			return nil, err
		}
		lines = append(lines, benchLine{Name: work.name, Key: key, Octets: len(document), PerSecond: rate})
	}
	return lines, nil
}

func perSecond(ctx context.Context, work func() error) (float64, error) {
	start := time.Now()
	for n := 1; ; n++ {
		if err := work(); err != nil {
			return 0, err
		}
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		if took := time.Since(start); took >= benchTime {
			return float64(n) / took.Seconds(), nil
		}
	}
}
