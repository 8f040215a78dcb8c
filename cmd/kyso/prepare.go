package main

import (
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/trust"
	"github.com/kyso-dev/kyso/xml"
	"github.com/spf13/cobra"
)

// Bounds of what finish reads.
const (
	maxState     = 64 << 10
	maxSignature = 64 << 10
	maxCMS       = limits.CMSAnswer
)

// state is what prepare leaves for finish: the prepared signature of the format's package, and the files it is about.
type state struct {
	Schema   int             `json:"schema"`    // 1
	Format   string          `json:"format"`    // "pdf", "xml" or "cms"
	In       string          `json:"in"`        // absolute path of the document
	InSHA256 string          `json:"in_sha256"` // of the document as it was prepared, hexadecimal
	Out      string          `json:"out"`       // absolute path of the result
	Sign     string          `json:"sign"`      // "digest": Data is the digest to sign; "message": the message (Ed25519); "cms": the document's digest, for a CMS
	Hash     string          `json:"hash"`      // digest algorithm of Data, "" for a message
	Data     string          `json:"data"`      // hexadecimal
	Prepared json.RawMessage `json:"prepared"`
}

func (a *app) prepareCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "prepare", Short: "Prepare a signature that a key elsewhere makes", Args: noCommand, RunE: help}
	var flags pdfFlags
	pdfCmd := a.prepareFormat("pdf", nil, func(cmd *cobra.Command, in *os.File, size int64, chain []*x509.Certificate, l parsed) (prepared, error) {
		return pdf.Prepare(cmd.Context(), in, size, chain, flags.options(l))
	})
	flags.add(pdfCmd)
	var attached bool
	cmsCmd := a.prepareFormat("cms", nil, func(cmd *cobra.Command, in *os.File, _ int64, chain []*x509.Certificate, l parsed) (prepared, error) {
		return cms.Prepare(cmd.Context(), in, chain, cmsOptions(l, attached))
	})
	cmsCmd.Flags().BoolVar(&attached, "attached", false, "put the content into the signature")
	cmd.AddCommand(pdfCmd, a.prepareXMLCommand(), cmsCmd)
	return cmd
}

// prepared is what the prepared signatures of all formats can do.
type prepared interface {
	json.Marshaler
	Request() signer.Request
	InputSHA256() []byte
}

// digested is what those can do besides for which a service may make a whole CMS.
type digested interface {
	Digest() ([]byte, crypto.Hash)
}

type prepareFunc func(cmd *cobra.Command, in *os.File, size int64, chain []*x509.Certificate, l parsed) (prepared, error)

// prepareFormat is preparing in one format. check finds mistakes in the flags of the format; it may be nil.
func (a *app) prepareFormat(format string, check func(*cobra.Command, *levelFlags) error, prepare prepareFunc) *cobra.Command {
	var level levelFlags
	var anchors trustFlags
	var cert, statePath string
	var forCMS bool
	cmd := &cobra.Command{
		Use:   format + " --cert FILE --state STATE.json [flags] IN OUT",
		Short: "Prepare a signature and print what to sign, in hexadecimal",
		Args:  exactly(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if cert == "" || statePath == "" {
				return usage("arguments", "usage", cmd.UseLine())
			}
			if check != nil {
				if err := check(cmd, &level); err != nil {
					return err
				}
			}
			l, err := level.parsePrepare()
			if err != nil {
				return err
			}
			if err := anchors.check(); err != nil {
				return err
			}
			chain, err := trust.ReadPath(cert)
			if err != nil {
				return err
			}
			if err := anchors.gate(cmd.Context(), level.at, chain); err != nil {
				return err
			}
			in, size, err := openInput(args[0])
			if err != nil {
				return err
			}
			defer in.Close()
			p, err := prepare(cmd, in, size, chain, l)
			if err != nil {
				return err
			}
			st, err := newState(format, args[0], args[1], p)
			if err != nil {
				return err
			}
			if d, ok := p.(digested); ok && forCMS {
				digest, hash := d.Digest()
				st.Sign, st.Hash, st.Data = "cms", hash.String(), hex.EncodeToString(digest)
			}
			return st.write(cmd, statePath, a.out)
		},
	}
	level.add(cmd)
	anchors.add(cmd)
	cmd.Flags().StringVar(&cert, "cert", "", "certificate `file` of the key, with those above it if there are any (PEM or DER)")
	cmd.Flags().StringVar(&statePath, "state", "", "`file` that finish takes up")
	if format != "xml" {
		cmd.Flags().BoolVar(&forCMS, "cms", false, "a service will make a whole CMS: print the digest of the document for it")
	}
	return cmd
}

func newState(format, in, out string, p prepared) (*state, error) {
	st := &state{Schema: 1, Format: format, Sign: "digest", InSHA256: hex.EncodeToString(p.InputSHA256())}
	var err error
	if st.Prepared, err = p.MarshalJSON(); err != nil {
		return nil, err
	}
	if st.In, err = filepath.Abs(in); err != nil {
		return nil, err
	}
	if st.Out, err = filepath.Abs(out); err != nil {
		return nil, err
	}
	request := p.Request()
	data := request.Digest
	if request.Message != nil {
		st.Sign, data = "message", request.Message
	} else {
		st.Hash = request.Opts.HashFunc().String()
	}
	st.Data = hex.EncodeToString(data)
	return st, nil
}

// write leaves the state in path and prints what to sign. Whoever does not get the second has no use for the first: it is not left.
func (st *state) write(cmd *cobra.Command, path string, out io.Writer) error {
	return writeFile(cmd.Context(), path, func(f *os.File) error {
		enc := json.NewEncoder(f)
		enc.SetIndent("", "  ")
		if err := enc.Encode(st); err != nil {
			return err
		}
		_, err := fmt.Fprintln(out, st.Data)
		return err
	})
}

func readState(path string) (*state, error) {
	data, err := readAll(path, maxState)
	if err != nil {
		return nil, err
	}
	var st state
	if err := json.Unmarshal(data, &st); err != nil {
		return nil, usage("state", "path", path)
	}
	if st.Schema != 1 || st.Format != "pdf" && st.Format != "xml" && st.Format != "cms" {
		return nil, usage("state", "path", path)
	}
	return &st, nil
}

func (a *app) finishCommand() *cobra.Command {
	var level levelFlags
	var anchors trustFlags
	var statePath, signaturePath, cmsPath string
	var isBase64 bool
	cmd := &cobra.Command{
		Use:   "finish --state STATE.json --signature FILE|--cms FILE [flags]",
		Short: "Put a signature value, or the CMS of a service, into the document that was prepared",
		Args:  exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if statePath == "" || (signaturePath == "") == (cmsPath == "") {
				return usage("arguments", "usage", cmd.UseLine())
			}
			l, err := level.parsePrepare()
			if err != nil {
				return err
			}
			if !cmd.Flags().Changed("level") {
				l.level = "" // as prepared
			}
			if err := anchors.equip(&l); err != nil {
				return err
			}
			st, err := readState(statePath)
			if err != nil {
				return err
			}
			if cmsPath != "" && st.Format == "xml" {
				return usage("cms-xml")
			}
			value, err := readSignature(signaturePath, cmsPath, isBase64)
			if err != nil {
				return err
			}
			return a.finish(cmd, st, value, cmsPath, l)
		},
	}
	level.add(cmd)
	anchors.add(cmd)
	f := cmd.Flags()
	f.StringVar(&statePath, "state", "", "`file` that prepare wrote")
	f.StringVar(&signaturePath, "signature", "", "`file` with the signature value")
	f.StringVar(&cmsPath, "cms", "", "`file` with the whole CMS that a service made over the digest of the document, in place of --signature")
	f.BoolVar(&isBase64, "base64", false, "the signature value or CMS is in base64")
	return cmd
}

func readSignature(path, cmsPath string, isBase64 bool) ([]byte, error) {
	most := int64(maxSignature)
	if cmsPath != "" {
		path, most = cmsPath, 2*maxCMS // as base64
	}
	value, err := readAll(path, most)
	if err != nil || !isBase64 {
		return value, err
	}
	text := strings.Join(strings.Fields(string(value)), "")
	value, err = base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, usage("base64", "path", path)
	}
	return value, nil
}

// finish writes the result. value is a signature value, or where cmsPath is not "" the CMS that was read from there.
func (a *app) finish(cmd *cobra.Command, st *state, value []byte, cmsPath string, l parsed) error {
	in, size, err := openInput(st.In)
	if err != nil {
		return err
	}
	defer in.Close()
	finish, err := st.finisher(cmd, in, size, value, cmsPath, l)
	if err != nil {
		return err
	}
	if err := writeFile(cmd.Context(), st.Out, func(f *os.File) error { return finish(f) }); err != nil {
		return err
	}
	fmt.Fprintln(a.out, a.text("finished", "path", st.Out))
	return nil
}

// finisher reads the prepared signature of the state and returns what writes the result.
func (st *state) finisher(cmd *cobra.Command, in *os.File, size int64, value []byte, cmsPath string, l parsed) (func(io.Writer) error, error) {
	switch st.Format {
	case "pdf":
		p := new(pdf.PreparedSignature)
		if err := p.UnmarshalJSON(st.Prepared); err != nil {
			return nil, err
		}
		opts := &pdf.FinishOptions{Level: l.level, Timestamper: l.timestamper, Collector: l.collector, Clock: l.clock}
		if cmsPath != "" {
			return func(w io.Writer) error {
				return ofService(p.FinishCMS(cmd.Context(), w, in, size, value, opts), "command.cms", cmsPath)
			}, nil
		}
		return func(w io.Writer) error { return p.Finish(cmd.Context(), w, in, size, value, opts) }, nil
	case "xml":
		p := new(xml.PreparedSignature)
		if err := p.UnmarshalJSON(st.Prepared); err != nil {
			return nil, err
		}
		opts := &xml.FinishOptions{Level: l.level, Timestamper: l.timestamper, Collector: l.collector, Clock: l.clock}
		return func(w io.Writer) error { return p.Finish(cmd.Context(), w, in, size, value, opts) }, nil
	}
	p := new(cms.PreparedSignature)
	if err := p.UnmarshalJSON(st.Prepared); err != nil {
		return nil, err
	}
	opts := &cms.FinishOptions{Level: l.level, Timestamper: l.timestamper, Collector: l.collector, Clock: l.clock}
	if cmsPath != "" {
		return func(w io.Writer) error {
			return ofService(p.FinishCMS(cmd.Context(), w, in, value, opts), "command.cms", cmsPath)
		}, nil
	}
	return func(w io.Writer) error { return p.Finish(cmd.Context(), w, in, value, opts) }, nil
}

// ofService says of an unusable CMS, under a code of the command, that it is the service's: it is no document of the user's that cannot be
// read.
func ofService(err error, code finding.Code, path string) error {
	var e *cms.Error
	if errors.As(err, &e) && exitCode(err) == exitUnreadable {
		return &Error{Fault: finding.NewFault(code, err, "path", path), exit: exitNoSigning}
	}
	return err
}
