package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/kyso-dev/kyso/internal/i18n"
	"github.com/kyso-dev/kyso/trust"
	"github.com/kyso-dev/kyso/verify"
	"github.com/spf13/cobra"
)

func (a *app) trustCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "trust",
		Short: "Keep trusted certificates in a folder, by named tree",
		Long:  "Keep trusted certificates in a folder, by named tree: national, government, own.\nThe folder is used only where --trust store:DIR says so.",
		Args:  noCommand,
		RunE:  help,
	}
	cmd.AddCommand(a.trustListCommand(), a.trustAddCommand(), a.trustRemoveCommand())
	return cmd
}

// addDir adds the flag that names the folder, without which nothing can be done.
func addDir(cmd *cobra.Command, dir *string) {
	cmd.Flags().StringVar(dir, "dir", "", "`folder` of the trust store")
	_ = cmd.MarkFlagRequired("dir") // the flag is there
}

// listed is an entry of a trust store, as a person reads it and as JSON has it.
type listed struct {
	Tree      trust.Tree `json:"tree"`
	Name      string     `json:"name"`
	Subject   string     `json:"subject"`
	NotBefore *time.Time `json:"not_before"`
	NotAfter  *time.Time `json:"not_after"`
	SHA256    string     `json:"sha256"`
	Source    string     `json:"source"`
	Date      time.Time  `json:"date"`
	Version   int        `json:"version"`
	Known     trust.Tree `json:"known"` // tree of a Vietnamese root that is recognised by its fingerprint; "": it is none
}

func listing(e trust.Entry, now time.Time) listed {
	c := verify.DescribeCertificate(e.Certificate, now)
	known, _ := trust.Known(e.Certificate)
	return listed{Tree: e.Tree, Name: e.Name, Subject: c.Subject, NotBefore: c.NotBefore, NotAfter: c.NotAfter, SHA256: e.SHA256, Source: e.Source,
		Date: e.Date.UTC(), Version: e.Version, Known: known.Tree}
}

func (a *app) trustListCommand() *cobra.Command {
	var dir string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list --dir DIR [--json]",
		Short: "List what a trust store holds",
		Args:  exactly(0),
		RunE: func(*cobra.Command, []string) error {
			folder, err := trust.OpenFolder(dir)
			if err != nil {
				return err
			}
			entries, err := folder.Entries()
			if err != nil {
				return err
			}
			version, err := folder.Version()
			if err != nil {
				return err
			}
			rows := make([]listed, 0, len(entries))
			for _, e := range entries {
				rows = append(rows, listing(e, time.Now()))
			}
			if asJSON {
				return json.NewEncoder(a.out).Encode(struct {
					Schema  int      `json:"schema"`
					Version int      `json:"version"`
					Entries []listed `json:"entries"`
				}{verify.Schema, version, rows})
			}
			return a.trustTable(rows)
		},
	}
	addDir(cmd, &dir)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// trustTable prints one block for each certificate: subjects are too long for columns. Everything from outside is cleaned.
func (a *app) trustTable(rows []listed) error {
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for i, r := range rows {
		if i > 0 {
			fmt.Fprintln(w)
		}
		row := func(label, value string) {
			if value != "" {
				fmt.Fprintf(w, "%s\t%s\n", a.text(label), i18n.Clean(value))
			}
		}
		row("trust-tree", a.tree(r.Tree))
		row("trust-name", r.Name)
		row("trust-subject", r.Subject)
		if r.NotBefore != nil && r.NotAfter != nil {
			row("trust-validity", i18n.Text("report.from-to", a.lang(), map[string]string{"from": rfc3339(r.NotBefore), "until": rfc3339(r.NotAfter)}))
		}
		row("trust-sha256", r.SHA256)
		row("trust-source", r.Source)
		row("trust-date", rfc3339(&r.Date))
		if r.Version > 0 {
			row("trust-version", fmt.Sprint(r.Version))
		}
		if r.Known != "" {
			row("trust-known", a.tree(r.Known))
		}
	}
	return w.Flush()
}

func (a *app) tree(t trust.Tree) string { return a.word("report.tree.", string(t)) }

func (a *app) trustAddCommand() *cobra.Command {
	var dir, source string
	cmd := &cobra.Command{
		Use:   "add --dir DIR [--source TEXT] [national:|government:|own:]FILE|DIR...",
		Short: "Trust the certificates of files or folders, in the tree named (own by default)",
		Args:  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("arguments", "usage", cmd.UseLine())
			}
			folder, err := trust.CreateFolder(dir)
			if err != nil {
				return err
			}
			for _, spec := range args {
				if err := a.trustAdd(folder, spec, source); err != nil {
					return err
				}
			}
			return nil
		},
	}
	addDir(cmd, &dir)
	cmd.Flags().StringVar(&source, "source", "", "where the certificates come from, such as an address (default: the file)")
	return cmd
}

func (a *app) trustAdd(folder *trust.Folder, spec, source string) error {
	tree, path := trust.Own, spec
	if before, after, found := strings.Cut(spec, ":"); found {
		if t, ok := trust.ParseTree(before); ok {
			tree, path = t, after
		}
	}
	certs, err := trust.ReadPath(path)
	if err != nil {
		return err
	}
	if source == "" {
		source = path
	}
	added, err := folder.Add(tree, source, time.Now(), certs...)
	if err != nil {
		return err
	}
	for _, e := range added {
		fmt.Fprintln(a.out, a.text("trust-added", "name", i18n.Clean(e.Name), "tree", a.tree(tree), "id", e.SHA256))
		if known, ok := trust.Known(e.Certificate); ok && known.Tree != tree {
			fmt.Fprintln(a.err, a.text("trust-other-tree", "name", known.Name, "tree", a.tree(known.Tree)))
		}
	}
	if len(added) == 0 {
		fmt.Fprintln(a.out, a.text("trust-nothing-new", "path", path))
	}
	return nil
}

func (a *app) trustRemoveCommand() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "remove --dir DIR SHA256...",
		Short: "Stop trusting certificates, by their SHA-256 or its beginning",
		Args:  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("arguments", "usage", cmd.UseLine())
			}
			folder, err := trust.OpenFolder(dir)
			if err != nil {
				return err
			}
			for _, id := range args {
				gone, err := folder.Remove(id)
				if err != nil {
					return err
				}
				fmt.Fprintln(a.out, a.text("trust-removed", "name", i18n.Clean(gone.Name), "tree", a.tree(gone.Tree), "id", gone.SHA256))
			}
			return nil
		},
	}
	addDir(cmd, &dir)
	return cmd
}
