package main

import (
	"context"
	"crypto/x509"
	"strings"

	"github.com/kyso-dev/kyso/internal/ades"
	"github.com/kyso-dev/kyso/trust"
	"github.com/kyso-dev/kyso/verify"
	"github.com/spf13/cobra"
)

// trustFlags say whom to trust, and where evidence may come from.
type trustFlags struct {
	trust, certs, revocation []string
	online, allowPrivate     bool
	policy                   string
}

func (t *trustFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringArrayVar(&t.trust, "trust", nil, "trust anchors: `file` or folder (PEM, DER, PKCS#7), optionally national:FILE or government:FILE, or store:DIR of kyso trust")
	f.StringArrayVar(&t.certs, "certs", nil, "further certificates: `file` or folder; not trusted by themselves")
	f.StringArrayVar(&t.revocation, "revocation", nil, "CRLs and OCSP responses: `file` or folder, asked before the network")
	f.BoolVar(&t.online, "online", false, "allow fetching OCSP, CRL and issuer certificates")
	f.BoolVar(&t.allowPrivate, "allow-private", false, "let fetching reach loopback and private addresses")
	f.StringVar(&t.policy, "policy", "default", "`policy` to judge by: default, gdt or tt15")
}

// store is the trust store that the flags describe.
func (t *trustFlags) store() (*trust.Store, error) {
	store := trust.NewStore()
	for _, spec := range t.trust {
		if dir, ok := strings.CutPrefix(spec, "store:"); ok {
			if err := loadFolder(store, dir); err != nil {
				return nil, err
			}
			continue
		}
		if _, err := store.Load(spec); err != nil {
			return nil, err
		}
	}
	return store, nil
}

// loadFolder adds what the trust store in a folder holds.
func loadFolder(store *trust.Store, dir string) error {
	folder, err := trust.OpenFolder(dir)
	if err != nil {
		return err
	}
	entries, err := folder.Entries()
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := store.Add(e.Tree, e.Certificate); err != nil {
			return err
		}
	}
	return nil
}

// others are the certificates that help to build paths.
func (t *trustFlags) others() ([]*x509.Certificate, error) {
	var all []*x509.Certificate
	for _, path := range t.certs {
		certs, err := trust.ReadPath(path)
		if err != nil {
			// An evidence record holds certificates too; its refusal would say less.
			e, other := trust.ReadEvidence(path)
			if other != nil || len(e.Certificates) == 0 {
				return nil, err
			}
			certs = e.Certificates
		}
		all = append(all, certs...)
	}
	return all, nil
}

// revocations is the revocation data at hand.
func (t *trustFlags) revocations() (*trust.Evidence, error) {
	all := new(trust.Evidence)
	for _, path := range t.revocation {
		e, err := trust.ReadEvidence(path)
		if err != nil {
			return nil, err
		}
		all.Add(e)
	}
	return all, nil
}

// gate asks, where the policy is tt15, whether a certificate may sign before anything is signed (Circular 15/2025/TT-BKHCN, article
// 5.1.a). The other policies leave that to whoever verifies.
func (t *trustFlags) gate(ctx context.Context, at string, chain []*x509.Certificate) error {
	if t.policy != verify.PolicyTT15 {
		return nil
	}
	v, err := t.verifier(at)
	if err != nil {
		return err
	}
	return v.CheckSigner(ctx, chain)
}

// check finds mistakes in the flags before any work is done, also where no level needs them yet.
func (t *trustFlags) check() error {
	if _, err := verify.ParsePolicy(t.policy); err != nil {
		return err
	}
	if _, err := t.store(); err != nil {
		return err
	}
	if _, err := t.others(); err != nil {
		return err
	}
	_, err := t.revocations()
	return err
}

// equip gives a level above B-T what finds its evidence. Finishing does not know its level yet: there it is had where anybody is trusted.
func (t *trustFlags) equip(l *parsed) error {
	if err := t.check(); err != nil {
		return err
	}
	if len(t.trust) == 0 {
		if l.level == ades.BLT || l.level == ades.BLTA {
			return usage("trust-missing", "level", string(l.level))
		}
		return nil
	}
	v := &trust.Validator{Evidence: &trust.Evidence{}, Cache: &trust.Cache{}, Clock: l.clock}
	var err error
	if v.Store, err = t.store(); err != nil {
		return err
	}
	if v.Evidence.Certificates, err = t.others(); err != nil {
		return err
	}
	more, err := t.revocations()
	if err != nil {
		return err
	}
	v.Evidence.Add(more)
	if t.online {
		v.Fetcher = &trust.HTTPFetcher{AllowPrivate: t.allowPrivate}
	}
	l.collector = v
	return nil
}
