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
	files, err := openZip(ctx, src, size, limits.InvoiceZipFiles)
	if err != nil {
		return nil, err
	}
	f, err := choose(files)
	if err != nil {
		return nil, err
	}
	return unpack(ctx, f)
}

// WalkZip unpacks the .xml files of a zip, such as one in which someone keeps the invoices of a month, in its order, and calls visit for each:
// with its octets, or with the error why it cannot be unpacked. An error of visit ends the walk.
//
// A zip of more than 64 MiB or 10 000 files is refused before visit is called for the first time, as are one with .xml files of more than
// 512 MiB together, with two files of one name, without any .xml file (CodeZip), and one that is an ASiC container or an office document
// (CodeContainer). A file of more than 128 MiB is not unpacked.
func WalkZip(ctx context.Context, src io.ReaderAt, size int64, visit func(name string, doc []byte, err error) error) error {
	files, err := openZip(ctx, src, size, limits.InvoiceZipAll)
	if err != nil {
		return err
	}
	var documents []*zip.File
	var total uint64
	for _, f := range files {
		switch name := plainName(f); {
		case name == "mimetype", strings.HasPrefix(name, "meta-inf/"), name == "[content_types].xml":
			return fail(CodeContainer, nil)
		case path.Ext(name) == ".xml":
			documents = append(documents, f)
			if total += f.UncompressedSize64; total > limits.InvoiceZipTotal {
				return tooMany("octets of the invoices in a zip", limits.InvoiceZipTotal)
			}
		}
	}
	if len(documents) == 0 {
		return badZip("it has no .xml file")
	}
	for _, f := range documents {
		doc, err := unpack(ctx, f)
		if cancelled := signer.Cancelled(ctx); cancelled != nil {
			return cancelled
		}
		if err := visit(f.Name, doc, err); err != nil {
			return err
		}
	}
	return nil
}

// openZip lists the files in a zip, of which no two have one name: these would be two answers to what is in it. What macOS puts beside the
// files is left out.
func openZip(ctx context.Context, src io.ReaderAt, size int64, most int) ([]*zip.File, error) {
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
	if len(z.File) > most {
		return nil, tooMany("files in a zip", most)
	}
	var files []*zip.File
	seen := make(map[string]bool)
	for _, f := range z.File {
		name := plainName(f)
		if seen[name] {
			return nil, badZip("it has two files of one name")
		}
		seen[name] = true
		if !strings.HasPrefix(name, "__macosx/") {
			files = append(files, f)
		}
	}
	return files, nil
}

// plainName is the name of a file in a zip as names are compared.
func plainName(f *zip.File) string { return strings.ToLower(strings.ReplaceAll(f.Name, `\`, "/")) }

// choose finds the invoice.
func choose(files []*zip.File) (*zip.File, error) {
	var invoice, only *zip.File
	others := 0
	for _, f := range files {
		switch name := plainName(f); {
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

// unpack reads a file in a zip: no more of it than the zip says that there is.
func unpack(ctx context.Context, f *zip.File) ([]byte, error) {
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
	doc, err := io.ReadAll(io.LimitReader(r, int64(f.UncompressedSize64)+1))
	switch {
	case signer.Cancelled(ctx) != nil:
		return nil, signer.Cancelled(ctx)
	case err != nil || uint64(len(doc)) > f.UncompressedSize64:
		return nil, badZip("the invoice in it cannot be unpacked")
	}
	return doc, nil
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
