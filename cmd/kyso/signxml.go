package main

import (
	"crypto/x509"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kyso-dev/kyso/internal/ades"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/xml"
	"github.com/kyso-dev/kyso/xml/einvoice"
)

// Profiles of --profile. Behind profileInvoice stands the slot.
const (
	profileXAdES   = "xades"
	profileDSig    = "dsig"
	profileInvoice = "einvoice:"
)

// plainXML is the format without baseline levels.
const plainXML = "XML-DSig"

// xmlFlags are the flags of a signature in XML that no other format has.
type xmlFlags struct {
	profile, id          string
	enveloping, detached bool
}

func (x *xmlFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&x.profile, "profile", profileXAdES, "kind of signature: xades, dsig (plain XML-DSig), or einvoice:`SLOT` (NBan, NMua, CQT …, or a path)")
	f.StringVar(&x.id, "id", "", "sign the element with this `Id`, not all of the document")
	f.BoolVar(&x.enveloping, "enveloping", false, "put the document into the signature")
	f.BoolVar(&x.detached, "detached", false, "write the signature alone; it names the document by its file name")
}

// slot is that of an e-invoice profile; "" for the others.
func (x *xmlFlags) slot() (slot einvoice.Slot, ok bool) {
	name, invoice := strings.CutPrefix(x.profile, profileInvoice)
	if !invoice {
		return "", x.profile == profileXAdES || x.profile == profileDSig
	}
	slot, ok = einvoice.ParseSlot(name)
	return slot, ok && slot != ""
}

// check finds mistakes in the flags, before anybody is asked for a password.
func (x *xmlFlags) check(cmd *cobra.Command, level *levelFlags) error {
	slot, ok := x.slot()
	l, err := level.parsePrepare()
	plain := slot != "" || x.profile == profileDSig
	switch {
	case err != nil:
		return err
	case !ok:
		return usage("xml-profile", "value", x.profile)
	case plain && l.level != ades.BB:
		return refused("xml-level", "level", string(l.level), "value", x.profile)
	case x.enveloping && x.detached:
		return usage("xml-forms")
	case x.id != "" && (x.enveloping || x.detached):
		return usage("xml-id")
	}
	for _, name := range []string{"enveloping", "detached", "hash", "pss"} {
		if slot != "" && cmd.Flags().Changed(name) {
			return usage("xml-option", "option", "--"+name, "value", x.profile)
		}
	}
	return nil
}

// options are those of package xml for a file.
func (x *xmlFlags) options(l parsed, path string) *xml.Options {
	o := &xml.Options{Hash: l.hash, PSS: l.pss, InsecureExpired: l.insecureExpired, Clock: l.clock}
	if x.profile == profileXAdES {
		o.Level, o.Timestamper, o.Collector = l.level, l.timestamper, l.collector
	}
	switch {
	case x.enveloping:
		o.Form = xml.Enveloping
	case x.detached:
		o.Form, o.URI = xml.Detached, url.PathEscape(filepath.Base(path))
	case x.id != "":
		o.References = []xml.ReferenceOptions{{URI: "#" + x.id}}
	}
	return o
}

// invoice are the options of package einvoice.
func (x *xmlFlags) invoice(l parsed) *einvoice.Options {
	o := &einvoice.Options{InsecureExpired: l.insecureExpired, Clock: l.clock}
	if x.id != "" {
		o.Cover = []string{x.id}
	}
	return o
}

// format is how the signature is called in the line that says what was made.
func (x *xmlFlags) format() string {
	if x.profile == profileXAdES {
		return "XAdES"
	}
	return plainXML
}

func (a *app) signXMLCommand() *cobra.Command {
	var key keyFlags
	var level levelFlags
	var anchors trustFlags
	var flags xmlFlags
	cmd := &cobra.Command{
		Use:   "xml [flags] IN.xml OUT.xml",
		Short: "Sign XML: XAdES, plain XML-DSig, or a Vietnamese document at one of its slots",
		Args:  exactly(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := flags.check(cmd, &level); err != nil {
				return err
			}
			slot, _ := flags.slot()
			return a.sign(cmd, args, flags.format(), &level, &key, &anchors, func(out, in *os.File, size int64, s signer.Signer, l parsed, _ *bar) error {
				if slot != "" {
					return einvoice.Sign(cmd.Context(), out, in, size, s, slot, flags.invoice(l))
				}
				return xml.Sign(cmd.Context(), out, in, size, s, flags.options(l, args[0]))
			})
		},
	}
	key.add(cmd)
	level.add(cmd)
	anchors.add(cmd)
	flags.add(cmd)
	return cmd
}

func (a *app) prepareXMLCommand() *cobra.Command {
	var flags xmlFlags
	cmd := a.prepareFormat("xml", flags.check, func(cmd *cobra.Command, in *os.File, size int64, chain []*x509.Certificate, l parsed) (prepared, error) {
		if slot, _ := flags.slot(); slot != "" {
			return einvoice.Prepare(cmd.Context(), in, size, chain, slot, flags.invoice(l))
		}
		return xml.Prepare(cmd.Context(), in, size, chain, flags.options(l, in.Name()))
	})
	flags.add(cmd)
	return cmd
}
