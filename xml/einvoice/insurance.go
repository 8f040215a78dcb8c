package einvoice

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"path"
	"strconv"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/signer"
)

// Dossier is what an employer sends to the social insurance (BHXHDienTu.xml): who sends what, and the forms that are packed into it.
type Dossier struct {
	IVANCode string // MaIVAN: of the service that it is sent through
	IVANName string // TenIVAN

	Employer     string // TenDoiTuong
	EmployerCode string // MaSoBHXH: with the social insurance
	EmployerKind int    // LoaiDoiTuong
	TaxCode      string // MaSoThue
	Signer       string // NguoiKy
	Phone        string // DienThoai
	Office       string // CoQuanQuanLy: code of the office of the social insurance

	Procedure     string // TenThuTuc
	ProcedureCode string // MaThuTuc
	Period        string // KyKeKhai, such as 01/2026
	Date          string // NgayLap, such as 31/01/2026
	ISO           string // QuyTrinhISO

	Forms []Form
}

// Form is a file that is packed into a [Dossier].
type Form struct {
	Code        string // MaToKhai, such as TK1-TS
	Description string // MoTaToKhai
	Name        string // TenFile, such as TK1-TS.xml
	Source      io.ReaderAt
	Size        int64
	// Ready packs the file as it is: an attachment, or a form that is signed already. Others are XML and get signed at their element Cky.
	Ready bool
}

// PackBHXH signs the forms of a dossier at Cky, all under one consent, packs them into the file for the social insurance, each as base64
// with the length of that (DoDaiFile), signs the file at CKy_Dvi, and writes it to dst. The key is asked twice, since the second
// signature covers the first ones. opts are those of all signatures; Ids in them are refused.
//
// Errors are *[Error], *[xml.Error], and those of the signer and the context; a *signer.BatchError says which form it was.
func PackBHXH(ctx context.Context, dst io.Writer, s signer.Signer, d *Dossier, opts *Options) error {
	o := orDefault(opts)
	switch {
	case dst == nil:
		return badOption("dst", "nil")
	case d == nil || len(d.Forms) == 0 || len(d.Forms) > limits.InvoicePacked:
		return badOption("Forms", "")
	case o.SignatureID != "" || o.ObjectID != "" || o.Number != 0 || len(o.Cover) > 0:
		return badOption("opts", "Id")
	}
	files, err := d.sign(ctx, s, &o)
	if err != nil {
		return err
	}
	var outer bytes.Buffer
	if err := d.write(&outer, files); err != nil {
		return err
	}
	o.Title = d.Procedure
	return Sign(ctx, dst, bytes.NewReader(outer.Bytes()), int64(outer.Len()), s, CKyDvi, &o)
}

// sign is the forms as they are packed.
func (d *Dossier) sign(ctx context.Context, s signer.Signer, o *Options) ([][]byte, error) {
	files := make([][]byte, len(d.Forms))
	outputs := make([]bytes.Buffer, len(d.Forms))
	var batch []BatchDocument
	var at []int
	for i := range d.Forms {
		f := &d.Forms[i]
		if f.Size > limits.InvoicePack {
			return nil, tooMany("octets of a form", limits.InvoicePack)
		}
		in := &input{r: f.Source, size: f.Size}
		if f.Source == nil || f.Size < 0 {
			return nil, badOption("Source", f.Name)
		}
		var err error
		if files[i], err = in.slice(0, f.Size); err != nil {
			return nil, err
		}
		if f.Ready {
			continue
		}
		own := *o
		own.Title = f.Name
		batch = append(batch, BatchDocument{Source: bytes.NewReader(files[i]), Size: f.Size, Output: &outputs[i], Options: &own})
		at = append(at, i)
	}
	if len(batch) > 0 {
		if err := SignBatch(ctx, batch, s, Cky, nil); err != nil {
			if b, ok := err.(*signer.BatchError); ok {
				return nil, &signer.BatchError{Index: at[b.Index], Err: b.Err}
			}
			return nil, err
		}
	}
	for _, i := range at {
		files[i] = outputs[i].Bytes()
	}
	return files, nil
}

// write writes the file, but for its signature.
func (d *Dossier) write(w *bytes.Buffer, files [][]byte) error {
	element := func(name, value string) { fmt.Fprintf(w, "<%s>%s</%s>", name, text(value), name) }
	w.WriteString(`<?xml version="1.0" encoding="utf-8"?><Hoso><NoiDung><ThongTinIVAN>`)
	element("MaIVAN", d.IVANCode)
	element("TenIVAN", d.IVANName)
	w.WriteString("</ThongTinIVAN><ThongTinDonVi>")
	element("TenDoiTuong", d.Employer)
	element("MaSoBHXH", d.EmployerCode)
	element("LoaiDoiTuong", strconv.Itoa(d.EmployerKind))
	element("MaSoThue", d.TaxCode)
	element("NguoiKy", d.Signer)
	element("DienThoai", d.Phone)
	element("CoQuanQuanLy", d.Office)
	w.WriteString("</ThongTinDonVi><ThongTinHoSo>")
	element("TenThuTuc", d.Procedure)
	element("MaThuTuc", d.ProcedureCode)
	element("KyKeKhai", d.Period)
	element("NgayLap", d.Date)
	element("SoLuongFile", strconv.Itoa(len(files)))
	element("QuyTrinhISO", d.ISO)
	w.WriteString("<ToKhais>")
	for i, f := range d.Forms {
		packed := base64.StdEncoding.EncodeToString(files[i])
		w.WriteString("<FileToKhai>")
		element("MaToKhai", f.Code)
		element("MoTaToKhai", f.Description)
		element("TenFile", f.Name)
		element("LoaiFile", path.Ext(f.Name))
		element("DoDaiFile", strconv.Itoa(len(packed)))
		w.WriteString("<NoiDungFile>")
		w.WriteString(packed)
		w.WriteString("</NoiDungFile></FileToKhai>")
		if w.Len() > limits.XMLWhole {
			return tooMany("octets of a dossier", limits.XMLWhole)
		}
	}
	w.WriteString("</ToKhais></ThongTinHoSo></NoiDung><CKy_Dvi></CKy_Dvi></Hoso>")
	return nil
}

// Packed is a file that a dossier holds.
type Packed struct {
	Code, Name string // MaToKhai, TenFile
	Content    []byte
}

// UnpackBHXH reads the files out of a dossier, so that each can be read and verified by itself. It checks DoDaiFile, which counts the
// octets of the base64 text, as software writes it, or those of the file.
func UnpackBHXH(ctx context.Context, src io.ReaderAt, size int64) ([]Packed, error) {
	tree, err := treeOf(ctx, src, size)
	if err != nil {
		return nil, err
	}
	at := tree.Root()
	if string(tree.Local(at)) != "Hoso" {
		return nil, fail(CodeForm, nil, "name", string(tree.Local(at)), "reason", "it is no dossier")
	}
	for _, name := range []string{"NoiDung", "ThongTinHoSo", "ToKhais"} {
		at = childOf(tree, at, name)
		if at == 0 {
			return nil, fail(CodeForm, nil, "name", name, "reason", "it is missing")
		}
	}
	var list []Packed
	for _, n := range elements(tree, at) {
		if len(list) >= limits.InvoicePacked {
			return nil, tooMany("files in a dossier", limits.InvoicePacked)
		}
		value := func(name string) string { return valueOf(tree, n, name) }
		p := Packed{Code: shorten(value("MaToKhai")), Name: shorten(value("TenFile"))}
		packed := value("NoiDungFile")
		if p.Content, err = decode(packed); err != nil {
			return nil, fail(CodeForm, nil, "name", p.Name, "reason", "its content is not base64")
		}
		if long := value("DoDaiFile"); long != strconv.Itoa(len(packed)) && long != strconv.Itoa(len(p.Content)) {
			return nil, fail(CodeForm, nil, "name", p.Name, "reason", "its length is not the one that is given")
		}
		list = append(list, p)
	}
	return list, nil
}
