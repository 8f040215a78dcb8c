package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/kyso-dev/kyso/internal/i18n"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/verify"
	"github.com/spf13/cobra"
)

// inspection is what a document holds: the facts of a report without its verdicts. It is also the JSON form.
type inspection struct {
	Schema      int                  `json:"schema"`
	File        string               `json:"file"`
	Format      verify.Format        `json:"format"`
	Size        int64                `json:"size"`
	Document    *verify.DocumentKind `json:"document"`
	Slots       []verify.Slot        `json:"slots"`
	Revisions   []verify.Revision    `json:"revisions"`
	Signatures  []inspectedSignature `json:"signatures"`
	Timestamps  []inspectedTimestamp `json:"timestamps"` // those of no signature
	Stores      []inspectedStore     `json:"stores"`     // document security stores of a PDF
	EmptyFields []string             `json:"empty_fields"`
	Certified   int                  `json:"certified"` // what the certification of a PDF allows (1 to 3), 0 without one
	XFA         bool                 `json:"xfa"`
	Repaired    bool                 `json:"repaired"`
}

type inspectedSignature struct {
	ID                 string                `json:"id"`
	Kind               string                `json:"kind"`
	Parent             string                `json:"parent"`
	Field              string                `json:"field"`
	Path               string                `json:"path"`
	Slot               string                `json:"slot"`
	Revision           *verify.RevisionRange `json:"revision"`
	Format             string                `json:"format"`
	Level              string                `json:"level"`
	Signer             verify.Signer         `json:"signer"`
	ClaimedTime        *time.Time            `json:"claimed_time"`
	Claims             *verify.Claims        `json:"claims"`
	DigestAlgorithm    string                `json:"digest_algorithm"`
	SignatureAlgorithm string                `json:"signature_algorithm"`
	Integrity          verify.IntegrityPair  `json:"integrity"`
	Extent             string                `json:"extent"`
	Covered            []string              `json:"covered"`
	NotCovered         []string              `json:"not_covered"`
	References         []verify.Reference    `json:"references"`
	Timestamps         []inspectedTimestamp  `json:"timestamps"`
}

// inspectedStore is the validation data of a PDF, as a revision has it.
type inspectedStore struct {
	Revision     int            `json:"revision"`
	Certificates []string       `json:"certificates"` // subjects
	OCSPs        int            `json:"ocsp_responses"`
	CRLs         int            `json:"crls"`
	VRI          []inspectedVRI `json:"vri"`
}

// inspectedVRI is what a store files under one signature.
type inspectedVRI struct {
	Key          string     `json:"key"`
	Field        string     `json:"field"` // "": of no signature here
	Time         *time.Time `json:"time"`
	Certificates int        `json:"certificates"`
	OCSPs        int        `json:"ocsp_responses"`
	CRLs         int        `json:"crls"`
}

type inspectedTimestamp struct {
	ID              string               `json:"id"`
	Kind            string               `json:"kind"`
	Time            *time.Time           `json:"time"`
	TSA             string               `json:"tsa"`
	DigestAlgorithm string               `json:"digest_algorithm"`
	Integrity       verify.IntegrityPair `json:"integrity"`
	Covers          []string             `json:"covers"`
	Field           string               `json:"field"`
}

func (a *app) inspectCommand() *cobra.Command {
	var asJSON bool
	var revision int
	var outPath string
	cmd := &cobra.Command{
		Use:   "inspect [--json] [--revision N --out FILE] FILE",
		Short: "Show what is inside a document, without judging it",
		Args:  exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("revision") != (outPath != "") {
				return usage("arguments", "usage", cmd.UseLine())
			}
			in, size, err := openInput(args[0])
			if err != nil {
				return err
			}
			defer in.Close()
			if outPath != "" {
				return a.extractRevision(cmd.Context(), in, size, revision, outPath)
			}
			found, err := inspect(cmd.Context(), in, size, args[0])
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(a.out).Encode(found)
			}
			return found.print(a)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&asJSON, "json", false, "print JSON")
	f.IntVar(&revision, "revision", 0, "write revision `N` of a PDF to --out")
	f.StringVar(&outPath, "out", "", "`file` for --revision")
	return cmd
}

// inspect takes the facts from a report that trusts nobody, and what only a PDF has from the PDF.
func inspect(ctx context.Context, in *os.File, size int64, name string) (*inspection, error) {
	report, err := new(verify.Verifier).Verify(ctx, in, size, &verify.Options{Name: name})
	if err != nil {
		return nil, err
	}
	found := &inspection{Schema: verify.Schema, File: name, Format: report.Format, Size: size, Document: report.Document, Slots: report.Slots, Revisions: report.Revisions,
		Signatures: []inspectedSignature{}, Timestamps: inspectTimestamps(report.Timestamps), Stores: []inspectedStore{}, EmptyFields: []string{}}
	for _, s := range report.Signatures {
		found.Signatures = append(found.Signatures, inspectedSignature{
			ID: s.ID, Kind: s.Kind, Parent: s.Parent, Field: s.Field, Revision: s.Revision, Format: s.Format, Level: s.Level,
			Signer: s.Signer, ClaimedTime: s.Time.Claimed, Claims: s.Claims, DigestAlgorithm: s.DigestAlgorithm,
			SignatureAlgorithm: s.SignatureAlgorithm, Integrity: s.Integrity, Extent: s.Coverage.Extent, Path: s.Path, Slot: s.Slot,
			Covered: s.Coverage.Covered, NotCovered: s.Coverage.NotCovered, References: s.References,
			Timestamps: inspectTimestamps(s.Timestamps),
		})
	}
	if report.Format != verify.PDF {
		return found, nil
	}
	document, err := pdf.Read(ctx, in, size, nil)
	if err != nil {
		return nil, err
	}
	found.Certified, found.XFA, found.Repaired = int(document.Certified), document.XFA, document.Repaired
	for _, s := range document.Stores {
		found.Stores = append(found.Stores, inspectStore(s))
	}
	for _, field := range document.Fields {
		found.EmptyFields = append(found.EmptyFields, field.Name)
	}
	return found, nil
}

func inspectStore(s *pdf.DSS) inspectedStore {
	found := inspectedStore{Revision: s.Revision, Certificates: []string{}, OCSPs: len(s.Evidence.OCSPs), CRLs: len(s.Evidence.CRLs), VRI: []inspectedVRI{}}
	for _, c := range s.Evidence.Certificates {
		found.Certificates = append(found.Certificates, c.Subject.String())
	}
	for _, v := range s.VRI {
		found.VRI = append(found.VRI, inspectedVRI{Key: v.Key, Field: v.Field, Time: v.Time, Certificates: len(v.Evidence.Certificates),
			OCSPs: len(v.Evidence.OCSPs), CRLs: len(v.Evidence.CRLs)})
	}
	return found
}

func inspectTimestamps(stamps []*verify.Timestamp) []inspectedTimestamp {
	found := []inspectedTimestamp{}
	for _, t := range stamps {
		found = append(found, inspectedTimestamp{ID: t.ID, Kind: t.Kind, Time: t.Time, TSA: t.TSA, DigestAlgorithm: t.DigestAlgorithm,
			Integrity: t.Integrity, Covers: t.Covers, Field: t.Field})
	}
	return found
}

// print shows the inspection as a table. Everything that comes from the document is cleaned: it cannot forge a row.
func (i *inspection) print(a *app) error {
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	row := func(label string, values ...string) {
		var shown []string
		for _, v := range values {
			if v != "" {
				shown = append(shown, i18n.Clean(v))
			}
		}
		if len(shown) > 0 {
			fmt.Fprintf(w, "%s\t%s\n", a.text(label), strings.Join(shown, " · "))
		}
	}
	stamp := func(label string, t inspectedTimestamp) {
		row(label, rfc3339(t.Time), t.TSA, t.DigestAlgorithm, t.Field)
	}
	row("inspect-file", i.File, a.word("report.format.", string(i.Format)), strconv.FormatInt(i.Size, 10))
	if i.Document != nil {
		row("inspect-document", a.word("report.document.", i.Document.Kind))
	}
	for _, at := range i.Slots {
		row("inspect-slot", a.word("report.slot.", at.Slot), at.Path, a.word("report.slot.", at.State))
	}
	for _, r := range i.Revisions {
		row("inspect-revision", strconv.Itoa(r.Index), strconv.FormatInt(r.End, 10), r.Signature)
	}
	row("inspect-empty-fields", i.EmptyFields...)
	for _, s := range i.Signatures {
		fmt.Fprintln(w)
		row("inspect-signature", s.ID, s.Field, a.kind(s.Kind), s.Format, s.Level, a.extent(s))
		row("inspect-path", s.Path)
		if s.Kind == verify.KindSignature {
			row("inspect-covered", s.Covered...)
			row("inspect-left-out", s.NotCovered...)
		}
		row("inspect-signer", s.Signer.Subject, s.Signer.Serial)
		row("inspect-issuer", s.Signer.Issuer)
		row("inspect-claimed", rfc3339(s.ClaimedTime))
		if s.Claims != nil {
			row("inspect-claims", append([]string{s.Claims.Name, s.Claims.Reason, s.Claims.Location, s.Claims.ContactInfo}, s.Claims.Roles...)...)
		}
		row("inspect-algorithms", s.DigestAlgorithm, s.SignatureAlgorithm)
		for _, t := range s.Timestamps {
			stamp("inspect-timestamp", t)
		}
	}
	for _, t := range i.Timestamps {
		fmt.Fprintln(w)
		stamp("inspect-timestamp", t)
	}
	for _, s := range i.Stores {
		fmt.Fprintln(w)
		row("inspect-store", a.holds(s.Revision, len(s.Certificates), s.OCSPs, s.CRLs))
		for _, v := range s.VRI {
			row("inspect-vri", v.Field, v.Key, a.holds(0, v.Certificates, v.OCSPs, v.CRLs), rfc3339(v.Time))
		}
	}
	return w.Flush()
}

// holds says how much validation data there is.
func (a *app) holds(revision, certificates, ocsps, crls int) string {
	held := a.text("inspect-holds", "certificates", strconv.Itoa(certificates), "ocsps", strconv.Itoa(ocsps), "crls", strconv.Itoa(crls))
	if revision > 0 {
		held = a.text("inspect-revision") + " " + strconv.Itoa(revision) + ": " + held
	}
	return held
}

// word is a value of the report in words, or the value itself where there are none.
func (a *app) word(prefix, value string) string {
	if !i18n.Has(prefix + value) {
		return value
	}
	return i18n.Text(prefix+value, a.lang(), nil)
}

// kind names what is not a plain signature.
func (a *app) kind(kind string) string {
	switch kind {
	case verify.KindSignature:
		return ""
	case verify.KindCounterSignature:
		return i18n.Text("report.counter", a.lang(), nil)
	}
	return kind
}

func (a *app) extent(s inspectedSignature) string {
	if s.Extent == "revision" && s.Revision != nil {
		return i18n.Text("report.extent.revision", a.lang(), map[string]string{"index": strconv.Itoa(s.Revision.Index), "of": strconv.Itoa(s.Revision.Of)})
	}
	return a.word("report.extent.", s.Extent)
}

func rfc3339(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format(time.RFC3339)
}

// extractRevision writes a PDF as it was at a revision: its first octets, as they are.
func (a *app) extractRevision(ctx context.Context, in *os.File, size int64, n int, outPath string) error {
	document, err := pdf.Read(ctx, in, size, nil)
	if err != nil {
		return err
	}
	if n < 1 || n > len(document.Revisions) {
		return usage("revision", "value", strconv.Itoa(n), "count", strconv.Itoa(len(document.Revisions)))
	}
	end := document.Revisions[n-1].End
	return writeFile(ctx, outPath, func(out *os.File) error {
		_, err := io.Copy(out, io.NewSectionReader(in, 0, end))
		return err
	})
}
