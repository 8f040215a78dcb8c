package main

import (
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/kyso-dev/kyso/internal/ades"
	"github.com/kyso-dev/kyso/internal/i18n"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/signer/keyfile"
	"github.com/kyso-dev/kyso/timestamp"
	"github.com/kyso-dev/kyso/trust"
	"github.com/spf13/cobra"
)

// keyFlags name the key that signs.
type keyFlags struct {
	p12, passFile    string
	p12Name          string
	key, cert, chain string
	remote           string
	token            tokenKeyFlags
}

func (k *keyFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&k.p12, "p12", "", "PKCS#12 `file` with key and certificates")
	f.StringVar(&k.p12Name, "p12-name", "", "`name` (alias) of the key in --p12, where it holds several")
	f.StringVar(&k.passFile, "pass-file", "", "`file` that holds the password of --p12 or --key")
	f.StringVar(&k.key, "key", "", "private key `file` (PEM)")
	f.StringVar(&k.cert, "cert", "", "certificate `file` of --key (PEM or DER)")
	f.StringVar(&k.chain, "chain", "", "`file` with the certificates above --cert (PEM)")
	f.StringVar(&k.remote, "remote", "", "`configuration` of a remote signing service (JSON)")
	k.token.add(cmd)
}

// signer opens the key that the flags name.
func (k *keyFlags) signer(ctx context.Context, a *app, l parsed) (signer.Signer, error) {
	switch {
	case k.p12Name != "" && k.p12 == "":
		return nil, usage("p12-name-alone")
	case k.remote != "" && (k.token.module != "" || k.p12 != "" || k.key != "" || k.cert != "" || k.chain != ""):
		return nil, usage("key-twice")
	case k.remote != "" && !k.token.choice.set() && !k.token.pin.given():
		return a.openRemote(ctx, k.remote)
	case k.token.module != "" && (k.p12 != "" || k.key != "" || k.cert != "" || k.chain != ""):
		return nil, usage("key-twice")
	case k.token.module != "":
		return k.token.signer(ctx, a, l)
	case k.token.choice.set() || k.token.pin.given():
		return nil, usage("token-missing")
	case k.p12 != "" && (k.key != "" || k.cert != "" || k.chain != ""):
		return nil, usage("key-twice")
	case k.p12 != "":
		password, err := a.password(ctx, k.passFile, k.p12)
		if err != nil {
			return nil, err
		}
		return k.fromPKCS12(password)
	case k.key != "" && k.cert != "":
		return k.fromPEM(ctx, a)
	case k.key != "" || k.cert != "":
		return nil, usage("key-without-certificate")
	}
	return nil, usage("no-key")
}

// fromPKCS12 picks the key that is meant. Java writes names in small letters, whatever they were.
func (k *keyFlags) fromPKCS12(password string) (signer.Signer, error) {
	keys, err := keyfile.OpenPKCS12Keys(k.p12, password)
	if err != nil {
		return nil, err
	}
	var names []string
	var found []signer.Signer
	for _, n := range keys {
		if k.p12Name == "" || strings.EqualFold(n.Name, k.p12Name) {
			found = append(found, n.Signer)
		}
		names = append(names, i18n.Clean(n.Name))
	}
	if len(found) == 1 {
		return found[0], nil
	}
	return nil, usage("p12-name", "path", k.p12, "names", strings.Join(names, "; "))
}

// fromPEM asks for a password only when the key turns out to need one.
func (k *keyFlags) fromPEM(ctx context.Context, a *app) (signer.Signer, error) {
	password := ""
	var err error
	if k.passFile != "" {
		if password, err = a.password(ctx, k.passFile, k.key); err != nil {
			return nil, err
		}
	}
	s, err := keyfile.OpenPEM(k.key, k.cert, k.chain, password)
	if k.passFile != "" || !errors.Is(err, keyfile.ErrPasswordRequired) {
		return s, err
	}
	if password, err = a.password(ctx, "", k.key); err != nil {
		return nil, err
	}
	return keyfile.OpenPEM(k.key, k.cert, k.chain, password)
}

// levelFlags say how much evidence a signature carries, and how it is made.
type levelFlags struct {
	level, hash     string
	tsa             []string
	pss             bool
	insecureExpired bool
	at              string
}

func (l *levelFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&l.level, "level", "B-B", "baseline `level`: B-B, B-T, B-LT or B-LTA")
	f.StringArrayVar(&l.tsa, "tsa", nil, "`URL` of an RFC 3161 time-stamp server; repeat for fallbacks")
	f.StringVar(&l.hash, "hash", "", "digest: sha256, sha384 or sha512 (default: what fits the key)")
	f.BoolVar(&l.pss, "pss", false, "RSASSA-PSS instead of PKCS#1 v1.5")
	f.BoolVar(&l.insecureExpired, "insecure-expired", false, "sign with an expired certificate all the same")
	addAt(cmd, &l.at)
}

func addAt(cmd *cobra.Command, at *string) {
	cmd.Flags().StringVar(at, "at", "", "the `time` that it is taken to be (RFC 3339)")
}

// parsed are the level flags as the library takes them.
type parsed struct {
	level                ades.Level
	hash                 crypto.Hash           // 0: what fits the key
	timestamper          timestamp.Timestamper // nil without --tsa
	collector            trust.Collector       // nil without --trust
	clock                func() time.Time      // nil without --at: the clock of the machine
	pss, insecureExpired bool
}

func (l *levelFlags) parse() (parsed, error) {
	p, err := l.parsePrepare()
	if err == nil && p.timestamper == nil && p.level != ades.BB {
		err = usage("tsa-missing", "level", l.level)
	}
	return p, err
}

// parsePrepare lets a level stand without a time-stamp server: prepare needs none, and finish knows from the state.
func (l *levelFlags) parsePrepare() (p parsed, err error) {
	p.pss, p.insecureExpired = l.pss, l.insecureExpired
	var ok bool
	if p.level, ok = ades.ParseLevel(l.level); !ok {
		return p, usage("level", "value", l.level)
	}
	if p.hash, ok = hashes[l.hash]; !ok {
		return p, usage("hash", "value", l.hash)
	}
	if p.clock, err = clockAt(l.at); err != nil {
		return p, err
	}
	if len(l.tsa) > 0 {
		client, err := timestampClient(l.tsa, p.clock)
		if err != nil {
			return p, err
		}
		p.timestamper = client
	}
	return p, nil
}

var hashes = map[string]crypto.Hash{"": 0, "sha256": crypto.SHA256, "sha384": crypto.SHA384, "sha512": crypto.SHA512}

// clockAt is a clock that stands still at an RFC 3339 time, or nil for the empty string.
func clockAt(at string) (func() time.Time, error) {
	if at == "" {
		return nil, nil
	}
	t, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return nil, usage("time", "value", at)
	}
	return func() time.Time { return t }, nil
}

// timestampClient asks the servers that the user typed, which may therefore be on this machine. What can be no address is found
// here, as a mistake in the arguments, and not when everything else has been done.
func timestampClient(urls []string, clock func() time.Time) (*timestamp.Client, error) {
	for _, address := range urls {
		u, err := url.Parse(address)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			// Not the address itself: it may hold a password.
			return nil, usage("tsa-address")
		}
	}
	return &timestamp.Client{URL: urls[0], Fallbacks: urls[1:], Clock: clock}, nil
}

// leaf is the certificate that a key signs with.
func leaf(ctx context.Context, s signer.Signer) (*x509.Certificate, error) {
	chain, err := s.Certificates(ctx)
	if err != nil {
		return nil, err
	}
	return chain[0], nil
}

// readAll reads a file of at most max bytes.
func readAll(path string, max int64) ([]byte, error) {
	f, size, err := openInput(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if size > max {
		return nil, usage("file-too-large", "path", path)
	}
	return io.ReadAll(io.LimitReader(f, max))
}
