package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"

	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/xml"
)

// Names of the XML files in the working folder. The peer's is signed in a form that goxmldsig reads too: it covers its root element.
const (
	plainXML  = "plain.xml"
	signedXML = "signed.xml"
	outXML    = "out.xml"
	peerXML   = "peer.xml"
)

// invoiceOptions sign an invoice as sellers do: its data, in the slot of the seller.
func invoiceOptions() *xml.Options {
	empty := ""
	return &xml.Options{
		Place: "/HDon/DSCKS/NBan", Canonicalization: xml.C14N10, Prefix: &empty, LeafOnly: true,
		References: []xml.ReferenceOptions{{URI: "#data", Transforms: []string{xml.TransformEnveloped}}},
	}
}

// rootOptions sign the root element, by its Id, with exclusive canonicalisation.
func rootOptions() *xml.Options {
	return &xml.Options{LeafOnly: true, References: []xml.ReferenceOptions{{URI: "#HDon"}}}
}

// writeInvoice writes an invoice of about size octets: 11 octets a tag, Vietnamese letters, a reference here and there.
func writeInvoice(w io.Writer, size int64) error {
	b := bufio.NewWriterSize(w, 1<<16)
	const line = `<HHDVu><TChat>1</TChat><STT>1</STT><THHDVu>Hàng mẫu số một &amp; hai</THHDVu><DVTinh>cái</DVTinh><SLuong>1</SLuong>` +
		`<DGia>1000</DGia><ThTien>1000</ThTien><TSuat>10%</TSuat></HHDVu>`
	_, _ = b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><HDon Id="HDon"><DLHDon Id="data"><NDHDon><DSHHDVu>`)
	for n := int64(0); n < size; n += int64(len(line)) {
		_, _ = b.WriteString(line)
	}
	_, _ = b.WriteString(`</DSHHDVu></NDHDon></DLHDon><DSCKS><NBan/></DSCKS></HDon>`)
	return b.Flush() // which tells of every error before
}

func (o *options) prepareXML(s signer.Signer) error {
	for name, size := range map[string]int64{plainXML: o.xmlSize, "peer-plain.xml": min(o.xmlSize, o.peerXMLSize)} {
		f, err := os.Create(o.path(name))
		if err != nil {
			return err
		}
		if err := errors.Join(writeInvoice(f, size), f.Close()); err != nil {
			return err
		}
	}
	return errors.Join(o.xmlTo(plainXML, signedXML, s, invoiceOptions()), o.xmlTo("peer-plain.xml", peerXML, s, rootOptions()))
}

func (o *options) xmlTo(from, to string, s signer.Signer, opts *xml.Options) error {
	return o.between(from, to, func(in, out *os.File, size int64) error {
		return xml.Sign(context.Background(), out, in, size, s, opts)
	})
}

func (o *options) signXML(s signer.Signer) error {
	return o.xmlTo(plainXML, outXML, s, invoiceOptions())
}

func (o *options) readXML(signer.Signer) error {
	f, err := os.Open(o.path(signedXML))
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	doc, err := xml.Read(context.Background(), f, info.Size(), nil)
	if err != nil {
		return err
	}
	if len(doc.Signatures) != 1 || doc.Signatures[0].ContentIntegrity != xml.Intact || doc.Signatures[0].SignatureIntegrity != xml.Intact {
		return fmt.Errorf("%s was not found intact", signedXML)
	}
	return nil
}

func (o *options) hashXML() error       { return o.hash(plainXML) }
func (o *options) hashSignedXML() error { return o.hash(signedXML) }

// peersXML measures goxmldsig and xmlsec1, each in a process of its own, over a document of a size that they hold in memory.
func (o *options) peersXML() error {
	info, err := os.Stat(o.path(peerXML))
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	start := time.Now()
	state, err := o.command(exec.Command(self, "-job", "goxmldsig", "-dir", o.dir))
	if err != nil {
		return err
	}
	o.peerLine("goxmldsig canonicalises "+human(info.Size()), time.Since(start), state)
	xmlsec1, err := exec.LookPath("xmlsec1")
	if err != nil {
		fmt.Println("xmlsec1: not installed, not measured")
		return nil
	}
	start = time.Now()
	state, err = o.command(exec.Command(xmlsec1, "--verify", "--insecure", "--id-attr:Id", "HDon", o.path(peerXML))) // no chain, as for kyso
	if err != nil {
		return err
	}
	o.peerLine("xmlsec1 --verify "+human(info.Size()), time.Since(start), state)
	return nil
}

// goxmldsigJob does with the peer's document what takes a validator's time: it parses, canonicalises and hashes. Validate itself gives
// up above 1000 elements.
func (o *options) goxmldsigJob() error {
	doc := etree.NewDocument()
	if err := doc.ReadFromFile(o.path(peerXML)); err != nil {
		return err
	}
	octets, err := dsig.MakeC14N10RecCanonicalizer().Canonicalize(doc.Root())
	if err != nil {
		return err
	}
	sha256.Sum256(octets)
	return nil
}
