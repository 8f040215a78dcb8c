package einvoice

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"strconv"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/xmltree"
	"github.com/kyso-dev/kyso/signer"
)

// HealthRecords are what a health facility sends to the health insurance (GIAMDINHHS, "XML 130"): records, each of several files.
type HealthRecords struct {
	Facility string // MACSKCB: its code
	Date     string // NGAYLAP: yyyyMMdd
	Records  [][]HealthFile
}

// HealthFile is a file of a record.
type HealthFile struct {
	Kind    string // LOAIHOSO, such as XML1
	Content []byte
}

// PackHealth packs records into the file for the health insurance, each file of them as base64, signs it at CHUKYDONVI, and writes it to
// dst. Files that exist already, check-in data and catalogues among them, are signed with [Sign].
func PackHealth(ctx context.Context, dst io.Writer, s signer.Signer, d *HealthRecords, opts *Options) error {
	if dst == nil {
		return badOption("dst", "nil")
	}
	if d == nil || len(d.Records) == 0 {
		return badOption("Records", "0")
	}
	var w bytes.Buffer
	fmt.Fprintf(&w, `<?xml version="1.0" encoding="utf-8"?><GIAMDINHHS><THONGTINDONVI><MACSKCB>%s</MACSKCB></THONGTINDONVI><THONGTINHOSO><NGAYLAP>%s</NGAYLAP><SOLUONGHOSO>%d</SOLUONGHOSO><DANHSACHHOSO>`,
		text(d.Facility), text(d.Date), len(d.Records))
	for _, record := range d.Records {
		w.WriteString("<HOSO>")
		for _, f := range record {
			fmt.Fprintf(&w, "<FILEHOSO><LOAIHOSO>%s</LOAIHOSO><NOIDUNGFILE>%s</NOIDUNGFILE></FILEHOSO>", text(f.Kind), base64.StdEncoding.EncodeToString(f.Content))
			if w.Len() > limits.XMLWhole {
				return tooMany("octets of a dossier", limits.XMLWhole)
			}
		}
		w.WriteString("</HOSO>")
	}
	w.WriteString("</DANHSACHHOSO></THONGTINHOSO><CHUKYDONVI></CHUKYDONVI></GIAMDINHHS>")
	return Sign(ctx, dst, bytes.NewReader(w.Bytes()), int64(w.Len()), s, CHUKYDONVI, opts)
}

// UnpackHealth reads the records out of a file for the health insurance. SOLUONGHOSO has to be their number.
func UnpackHealth(ctx context.Context, src io.ReaderAt, size int64) (*HealthRecords, error) {
	tree, err := treeOf(ctx, src, size)
	if err != nil {
		return nil, err
	}
	root := tree.Root()
	if string(tree.Local(root)) != "GIAMDINHHS" {
		return nil, fail(CodeForm, nil, "name", string(tree.Local(root)), "reason", "it is no file for the health insurance")
	}
	d := &HealthRecords{Facility: valueOf(tree, childOf(tree, root, "THONGTINDONVI"), "MACSKCB")}
	info := childOf(tree, root, "THONGTINHOSO")
	d.Date = valueOf(tree, info, "NGAYLAP")
	for _, record := range elements(tree, childOf(tree, info, "DANHSACHHOSO")) {
		var files []HealthFile
		for _, n := range tree.Elements(record) {
			f := HealthFile{Kind: shorten(valueOf(tree, n, "LOAIHOSO"))}
			if f.Content, err = decode(valueOf(tree, n, "NOIDUNGFILE")); err != nil {
				return nil, fail(CodeForm, nil, "name", f.Kind, "reason", "its content is not base64")
			}
			files = append(files, f)
		}
		d.Records = append(d.Records, files)
	}
	if valueOf(tree, info, "SOLUONGHOSO") != strconv.Itoa(len(d.Records)) {
		return nil, fail(CodeForm, nil, "name", "SOLUONGHOSO", "reason", "the number of records is not the one that is given")
	}
	return d, nil
}

// elements are those in n; none in no element.
func elements(t *xmltree.Tree, n xmltree.Node) []xmltree.Node {
	if n == 0 {
		return nil
	}
	return t.Elements(n)
}
