package main

import (
	"crypto"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/kyso-dev/kyso/timestamp"
	"github.com/spf13/cobra"
)

func (a *app) timestampCommand() *cobra.Command {
	var tsa []string
	var hash, at string
	cmd := &cobra.Command{
		Use:   "timestamp --tsa URL [flags] IN OUT.tsr",
		Short: "Get an RFC 3161 time-stamp of a file",
		Args:  exactly(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			h, ok := hashes[hash]
			if !ok {
				return usage("hash", "value", hash)
			}
			if len(tsa) == 0 {
				return usage("arguments", "usage", cmd.UseLine())
			}
			clock, err := clockAt(at)
			if err != nil {
				return err
			}
			client, err := timestampClient(tsa, clock)
			if err != nil {
				return err
			}
			digest, err := a.digest(args[0], h)
			if err != nil {
				return err
			}
			token, err := client.Timestamp(cmd.Context(), digest, h)
			if err != nil {
				return err
			}
			// The file is a response, as the name .tsr promises: the token that was checked, with the status "granted".
			response := timestamp.MarshalResponse(timestamp.Granted, 0, token.Raw)
			err = writeFile(cmd.Context(), args[1], func(f *os.File) error {
				_, err := f.Write(response)
				return err
			})
			if err != nil {
				return err
			}
			fmt.Fprintln(a.out, a.text("timestamped", "path", args[1], "time", token.Info.Time.UTC().Format(time.RFC3339)))
			return nil
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&tsa, "tsa", nil, "`URL` of an RFC 3161 time-stamp server; repeat for fallbacks")
	f.StringVar(&hash, "hash", "sha256", "digest: sha256, sha384 or sha512")
	addAt(cmd, &at)
	return cmd
}

// digest hashes a file.
func (a *app) digest(path string, hash crypto.Hash) ([]byte, error) {
	in, size, err := openInput(path)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	bar := a.progress(size)
	defer bar.done()
	h := hash.New()
	if _, err := io.Copy(h, bar.reader(in)); err != nil {
		return nil, err
	}
	return h.Sum(nil), nil
}
