package einvoice

import (
	"archive/zip"
	"context"
	"io"
	"path"
	"strconv"
	"strings"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/signer"
)

// ReadZip reads the invoice out of the zip that the tax authority's portal gives for one: its file invoice.xml, or the only .xml file in
// it. Nothing else in the zip is read. One of more than 64 MiB or 64 files is refused, as is an invoice of more than 128 MiB.
func ReadZip(ctx context.Context, src io.ReaderAt, size int64) ([]byte, error) {
	if err := signer.Cancelled(ctx); err != nil {
		return nil, err
	}
	if src == nil || size < 0 {
		return nil, badOption("src", "nil")
	}
	if size > limits.InvoiceZip {
		return nil, tooMany("octets of a zip", limits.InvoiceZip)
	}
	z, err := zip.NewReader(&bounded{ctx, src}, size)
	if err != nil {
		if cancelled := signer.Cancelled(ctx); cancelled != nil {
			return nil, cancelled
		}
		return nil, badZip("it is no zip that can be read")
	}
	if len(z.File) > limits.InvoiceZipFiles {
		return nil, tooMany("files in a zip", limits.InvoiceZipFiles)
	}
	f, err := choose(z.File)
	if err != nil {
		return nil, err
	}
	if f.Flags&1 != 0 {
		return nil, badZip("the invoice in it is encrypted")
	}
	if f.UncompressedSize64 > limits.InvoiceZipXML {
		return nil, tooMany("octets of an invoice in a zip", limits.InvoiceZipXML)
	}
	r, err := f.Open()
	if err != nil {
		return nil, badZip("the invoice in it cannot be unpacked")
	}
	defer r.Close()
	doc, err := io.ReadAll(io.LimitReader(r, limits.InvoiceZipXML+1)) // what the directory says need not be so
	switch {
	case signer.Cancelled(ctx) != nil:
		return nil, signer.Cancelled(ctx)
	case err != nil:
		return nil, badZip("the invoice in it cannot be unpacked")
	case len(doc) > limits.InvoiceZipXML:
		return nil, tooMany("octets of an invoice in a zip", limits.InvoiceZipXML)
	}
	return doc, nil
}

// choose finds the invoice. Two files of one name are two answers to what is in the zip.
func choose(files []*zip.File) (*zip.File, error) {
	var invoice, only *zip.File
	others := 0
	seen := make(map[string]bool)
	for _, f := range files {
		name := strings.ToLower(strings.ReplaceAll(f.Name, `\`, "/"))
		if seen[name] {
			return nil, badZip("it has two files of one name")
		}
		seen[name] = true
		switch {
		case path.Base(name) == "invoice.xml" && invoice != nil:
			return nil, badZip("it has two invoices")
		case path.Base(name) == "invoice.xml":
			invoice = f
		case path.Ext(name) == ".xml":
			only = f
			others++
		}
	}
	switch {
	case invoice != nil:
		return invoice, nil
	case others == 1:
		return only, nil
	case others > 1:
		return nil, badZip("it has several .xml files and none is invoice.xml")
	}
	return nil, badZip("it has no .xml file")
}

// bounded ends when its context does.
type bounded struct {
	ctx context.Context
	r   io.ReaderAt
}

func (b *bounded) ReadAt(p []byte, at int64) (int, error) {
	if err := signer.Cancelled(b.ctx); err != nil {
		return 0, err
	}
	return b.r.ReadAt(p, at)
}

func badZip(reason string) *Error { return fail(CodeZip, nil, "reason", reason) }

func tooMany(what string, limit int) *Error {
	return fail(CodeLimit, nil, "what", what, "max", strconv.Itoa(limit))
}
