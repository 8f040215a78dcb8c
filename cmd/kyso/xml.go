package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/kyso-dev/kyso/internal/i18n"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/xml/einvoice"
)

// xmlCommand holds what is done with Vietnamese documents besides signing and verifying them.
func (a *app) xmlCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "xml", Short: "Work with Vietnamese invoices and filings", Args: noCommand, RunE: help}
	cmd.AddCommand(a.stripCommand(), a.wrapCommand(), a.unwrapCommand(), a.signBatchCommand(), a.checkCommand())
	return cmd
}

func (a *app) stripCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "strip IN.xml OUT.xml",
		Short: "Write a copy without its signatures",
		Args:  exactly(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			in, size, err := openInput(args[0])
			if err != nil {
				return err
			}
			defer in.Close()
			n := 0
			err = writeFile(cmd.Context(), args[1], func(out *os.File) (err error) {
				n, err = einvoice.Strip(cmd.Context(), out, in, size)
				return err
			})
			if err != nil {
				return err
			}
			fmt.Fprintln(a.out, a.text("stripped", "count", strconv.Itoa(n), "path", args[1]))
			return nil
		},
	}
}

func (a *app) wrapCommand() *cobra.Command {
	var h einvoice.Header
	cmd := &cobra.Command{
		Use:   "wrap --from CODE --to CODE --type N [flags] IN.xml... OUT.xml",
		Short: "Put documents into an envelope (TDiep) for the tax authority",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) < 2 || h.Sender == "" || h.Recipient == "" || h.Message == "" {
				return usage("arguments", "usage", cmd.UseLine())
			}
			docs, files, err := openItems(args[:len(args)-1])
			defer closeAll(files)
			if err != nil {
				return err
			}
			path := args[len(args)-1]
			if err := writeFile(cmd.Context(), path, func(out *os.File) error { return einvoice.Wrap(cmd.Context(), out, docs, &h) }); err != nil {
				return err
			}
			fmt.Fprintln(a.out, a.text("wrapped", "count", strconv.Itoa(len(docs)), "path", path))
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&h.Sender, "from", "", "sender's `code` (MNGui)")
	f.StringVar(&h.Recipient, "to", "", "recipient's `code` (MNNhan)")
	f.StringVar(&h.Message, "type", "", "kind of message (MLTDiep), such as 200, 203 or 206")
	f.StringVar(&h.TaxCode, "tax-code", "", "the taxpayer's tax `code` (MST)")
	f.StringVar(&h.ID, "message-id", "", "`id` of the message (MTDiep); left out, one is made")
	f.StringVar(&h.Reference, "reply-to", "", "`id` of the message that this one answers (MTDTChieu)")
	f.StringVar(&h.DataID, "data-id", "", "`Id` of DLieu, which a signature at CKSNNT needs")
	f.StringVar(&h.Version, "version", "", "`version` of the format (PBan)")
	return cmd
}

// openItems opens documents for an envelope. What is open has to be closed, after an error too.
func openItems(paths []string) (docs []einvoice.Item, files []*os.File, err error) {
	for _, path := range paths {
		in, size, err := openInput(path)
		if err != nil {
			return nil, files, err
		}
		docs, files = append(docs, einvoice.Item{Source: in, Size: size}), append(files, in)
	}
	return docs, files, nil
}

func closeAll(files []*os.File) {
	for _, f := range files {
		_ = f.Close() // they were only read
	}
}

func (a *app) unwrapCommand() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "unwrap --dir DIR IN.xml",
		Short: "Take the documents out of an envelope (TDiep), each into a file of its own",
		Args:  exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if dir == "" {
				return usage("arguments", "usage", cmd.UseLine())
			}
			in, size, err := openInput(args[0])
			if err != nil {
				return err
			}
			defer in.Close()
			found, err := einvoice.Unwrap(cmd.Context(), in, size)
			if err != nil {
				return err
			}
			if err := os.MkdirAll(dir, 0o777); err != nil {
				return err
			}
			for i, doc := range found {
				path := filepath.Join(dir, fmt.Sprintf("%04d.xml", i+1))
				if err := writeFile(cmd.Context(), path, func(out *os.File) error { return doc.Write(cmd.Context(), out) }); err != nil {
					return err
				}
				fmt.Fprintln(a.out, a.text("unwrapped", "path", path, "name", i18n.Clean(doc.Name)))
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&dir, "dir", "", "`folder` for the documents: 0001.xml and so on, in their order")
	return cmd
}

func (a *app) signBatchCommand() *cobra.Command {
	var key keyFlags
	var level levelFlags
	var anchors trustFlags
	var flags xmlFlags
	var dir string
	cmd := &cobra.Command{
		Use:   "sign-batch --dir DIR [key] [--profile einvoice:SLOT] IN.xml...",
		Short: "Sign many documents under one consent: one PIN, one tap on the phone",
		Long: "Sign many documents at one slot under one consent. The results have the names of the documents, in another folder.\n\n" +
			"All are signed, or none is written.",
		RunE: func(cmd *cobra.Command, args []string) error {
			slot, ok := flags.slot()
			switch {
			case len(args) == 0 || dir == "":
				return usage("arguments", "usage", cmd.UseLine())
			case !ok || slot == "":
				return usage("xml-profile", "value", flags.profile)
			}
			if err := flags.check(cmd, &level); err != nil {
				return err
			}
			l, s, err := a.openKey(cmd.Context(), &level, &key, &anchors)
			if err != nil {
				return err
			}
			b := &batch{app: a, dir: dir, slot: slot, opts: flags.invoice(l)}
			return errors.Join(b.run(cmd.Context(), args, s), a.closeKey(s))
		},
	}
	key.add(cmd)
	level.add(cmd)
	anchors.add(cmd)
	flags.profile = profileInvoice + string(einvoice.NBan)
	f := cmd.Flags()
	f.StringVar(&flags.profile, "profile", flags.profile, "einvoice:`SLOT` at which the documents are signed")
	f.StringVar(&dir, "dir", "", "`folder` for the results")
	return cmd
}

// batch signs many documents under one consent.
type batch struct {
	app  *app
	dir  string
	slot einvoice.Slot
	opts *einvoice.Options
}

// run signs documents into temporary files, which become the results when all of them are there.
func (b *batch) run(ctx context.Context, paths []string, s signer.Signer) (err error) {
	if err := os.MkdirAll(b.dir, 0o777); err != nil {
		return err
	}
	work, err := os.MkdirTemp(b.dir, ".kyso-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	var docs []einvoice.BatchDocument
	taken := make(map[string]bool)
	for _, path := range paths {
		name := filepath.Base(path)
		if taken[name] {
			return usage("batch-name", "name", name)
		}
		taken[name] = true
		in, size, err := openInput(path)
		if err != nil {
			return err
		}
		if err := in.Close(); err != nil {
			return err
		}
		o := *b.opts
		o.ID = name
		docs = append(docs, einvoice.BatchDocument{Source: closedFile(path), Size: size, Output: closedFile(filepath.Join(work, name)), Options: &o})
	}
	if err := einvoice.SignBatch(ctx, docs, s, b.slot, b.opts); err != nil {
		var at *signer.BatchError
		if errors.As(err, &at) && at.Index < len(paths) {
			fmt.Fprintln(b.app.err, b.app.text("batch-at", "path", paths[at.Index]))
		}
		return err
	}
	for _, path := range paths {
		name := filepath.Base(path)
		if err := os.Rename(filepath.Join(work, name), filepath.Join(b.dir, name)); err != nil {
			return err
		}
	}
	fmt.Fprintln(b.app.out, b.app.text("batch-signed", "count", strconv.Itoa(len(docs)), "path", b.dir))
	return nil
}

// closedFile is a file that is open only while it is read or written: of a batch there may be more than may be open at once.
type closedFile string

func (f closedFile) ReadAt(b []byte, at int64) (int, error) {
	file, err := os.Open(string(f))
	if err != nil {
		return 0, err
	}
	defer file.Close()
	return file.ReadAt(b, at)
}

// Write appends.
func (f closedFile) Write(b []byte) (int, error) {
	file, err := os.OpenFile(string(f), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o666)
	if err != nil {
		return 0, err
	}
	n, err := file.Write(b)
	return n, errors.Join(err, file.Close())
}
