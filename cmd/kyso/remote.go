package main

import (
	"bytes"
	"context"
	"crypto"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/i18n"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/signer"
)

// maxRemoteConfig bounds a configuration file: more than this is something else.
const maxRemoteConfig = 1 << 20

// secretName names a secret in a configuration and never holds it.
type secretName struct {
	File string `json:"password_file,omitempty"` // relative to the configuration's folder
	Env  string `json:"password_env,omitempty"`
}

func (s *secretName) given() bool { return s != nil && (s.File != "" || s.Env != "") }

// below is a path that a configuration in dir names.
func below(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// read gives the secret, "" where none is named.
func (s *secretName) read(dir string) (remote.Secret, error) {
	switch {
	case s == nil:
		return "", nil
	case s.File != "" && s.Env != "":
		return "", usage("remote-secret-twice")
	case s.File != "":
		secret, err := secretFile(below(dir, s.File))
		return remote.Secret(secret), err
	case s.Env != "":
		secret, ok := os.LookupEnv(s.Env)
		if !ok {
			return "", usage("remote-env", "name", s.Env)
		}
		return remote.Secret(secret), nil
	}
	return "", nil
}

// later gives the secret when it is needed; nil where none is named.
func (s *secretName) later(dir string) remote.SecretFunc {
	if !s.given() {
		return nil
	}
	return func(context.Context) (remote.Secret, error) { return s.read(dir) }
}

// remoteKinds open the services that a configuration can name. dir is the folder of the configuration.
var remoteKinds = map[string]func(ctx context.Context, a *app, dir string, config []byte) (remote.Provider, error){
	"csc":     openCSC,
	"sim":     openSIM,
	"smartca": openSmartCA,
}

// openRemote opens the service that a configuration names. What happens to the request is told on standard error.
func (a *app) openRemote(ctx context.Context, path string) (signer.Signer, error) {
	data, err := readAll(path, maxRemoteConfig)
	if err != nil {
		return nil, err
	}
	var head struct {
		Kind       string `json:"kind"`
		Text       string `json:"text"`
		Operations string `json:"operations"`
		CMS        bool   `json:"cms"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, usage("remote-config", "path", path)
	}
	open, ok := remoteKinds[head.Kind]
	if !ok {
		return nil, usage("remote-kind", "path", path, "kind", head.Kind)
	}
	dir := filepath.Dir(path)
	provider, err := open(ctx, a, dir, data)
	if err != nil {
		return nil, err
	}
	opts := &remote.Options{Text: head.Text, OnEvent: a.remoteEvent, Split: true, CheckCMS: cms.CheckDigest}
	if head.Operations != "" {
		if opts.Store, err = remote.NewFolderStore(below(dir, head.Operations)); err != nil {
			return nil, err
		}
	}
	client := remote.New(provider, opts)
	if head.CMS {
		return &cmsService{Client: client, config: path}, nil
	}
	return client, nil
}

// strictly reads a configuration and refuses what it does not know: a misspelt name would else be passed over.
func strictly(data []byte, config any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(config); err != nil {
		return usage("remote-field", "detail", err.Error())
	}
	return nil
}

// remoteEvent tells whoever waits what to do.
func (a *app) remoteEvent(e remote.Event) {
	if strings.HasPrefix(e.Operation.Provider, "sim/") && (e.Kind == remote.EventSent || e.Kind == remote.EventControl) {
		return // told before it was sent; here the phone may have answered already
	}
	switch e.Kind {
	case remote.EventSent:
		if e.Parts > 1 {
			fmt.Fprintln(a.err, a.text("remote-part", "index", fmt.Sprint(e.Part), "total", fmt.Sprint(e.Parts)))
		}
		fmt.Fprintln(a.err, a.text("remote-sent", "count", fmt.Sprint(len(e.Operation.Documents)), "seconds", fmt.Sprint(int(math.Ceil(e.Left.Seconds())))))
	case remote.EventControl:
		fmt.Fprintln(a.err, a.text("remote-control", "code", i18n.Clean(e.Operation.Control)))
	case remote.EventApproved:
		fmt.Fprintln(a.err, a.text("remote-approved"))
	}
}

// named gives a document the name under which the phone shows it.
type named struct {
	signer.BatchSigner
	name string
}

// asDocument lets a remote service know what the file is called. Keys at hand have no use for it.
func asDocument(s signer.Signer, path string) signer.Signer {
	runes := []rune(i18n.Clean(filepath.Base(path)))
	name := string(runes[:min(len(runes), 60)]) // a phone is narrow
	switch s := s.(type) {
	case *remote.Client:
		return &named{s, name}
	case *cmsService:
		return &cmsService{s.Client, s.config, name}
	}
	return s
}

func (n *named) Sign(ctx context.Context, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	sigs, err := n.SignBatch(ctx, []signer.Request{{Digest: digest, Opts: opts}})
	if err != nil {
		return nil, err
	}
	return sigs[0], nil
}

func (n *named) SignBatch(ctx context.Context, reqs []signer.Request) ([][]byte, error) {
	reqs = slices.Clone(reqs)
	for i := range reqs {
		if r := &reqs[i]; r.DocumentID == "" && r.Title == "" {
			r.DocumentID, r.Title = n.name, n.name
		}
	}
	return n.BatchSigner.SignBatch(ctx, reqs)
}
