package testpki

import (
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"software.sslmate.com/src/go-pkcs12"
)

// Files of a folder, besides those of each certificate.
const (
	fileDemo       = "demo.json"   // written last: where it is, the folder is whole
	filePassword   = "signer.pass" //nolint:gosec // the name of a file
	fileAbout      = "ca/pki.json" // what cannot be told from the certificates
	fileUnfinished = ".unfinished" // written first: a folder that was not written to the end, and may be written again
	folderStatus   = "ca/status"   // one file for each certificate that is not good
)

// demo is demo.json, the addresses for other programs.
type demo struct {
	TSA  string `json:"tsa"`
	OCSP string `json:"ocsp"`
	CRL  string `json:"crl"`
	Port int    `json:"port"`
}

// about is pki.json.
type about struct {
	Version int       `json:"version"`
	Birth   time.Time `json:"birth"`
	Host    string    `json:"host"`
}

const aboutVersion = 1

// OpenDir loads the PKI in a folder, or makes one there. A PKI that is there keeps its keys, certificates, statuses and port;
// opts.Addr may then not name another port, and opts.Keys does not count.
// Two processes must not make one in the same folder at the same time.
func OpenDir(dir string, opts *Options) (*PKI, error) {
	p, err := Load(dir, opts)
	if !errors.Is(err, ErrNoPKI) {
		return p, err
	}
	if p, err = New(opts); err != nil {
		return nil, err
	}
	if err := p.Save(dir); err != nil {
		_ = p.Close()
		return nil, err
	}
	return p, nil
}

// Save writes the PKI to a folder, all signers of [Names] included, and keeps it there from now on: certificates that are made
// later and changes of status go to the folder, and changes that other processes make there count. Files that are in the way are
// an [ErrOccupied]. Every file is written under another name first; keys and passwords are for their owner alone.
func (p *PKI) Save(dir string) error {
	if err := vacant(dir); err != nil {
		return err
	}
	var standing []string
	for _, pr := range profiles {
		if pr.standing() || p.has(pr.name) {
			standing = append(standing, pr.name)
		}
	}
	if err := p.prepareAll(standing); err != nil {
		return err
	}
	if err := lay(dir); err != nil {
		return err
	}
	if err := writeFile(filepath.Join(dir, filePassword), []byte(p.password), 0o600); err != nil {
		return err
	}
	keys := map[string]crypto.Signer{}
	for _, name := range standing {
		key, err := p.key(name)
		if err != nil {
			return err
		}
		keys[name] = key
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, name := range standing {
		pr, _ := profileOf(name)
		if err := p.write(dir, pr, keys[name]); err != nil {
			return err
		}
	}
	store := folderStatuses{dir}
	now, err := p.statuses.all()
	if err != nil {
		return err
	}
	for name, s := range now {
		if err := store.put(name, s); err != nil {
			return err
		}
	}
	if err := writeJSON(filepath.Join(dir, fileAbout), about{aboutVersion, p.birth, p.host}, 0o600); err != nil {
		return err
	}
	d := demo{p.address(TSA, ""), p.address(OCSP, ""), p.address(CRL, "issuer"), p.port()}
	if err := writeJSON(filepath.Join(dir, fileDemo), d, 0o644); err != nil {
		return err
	}
	p.dir, p.statuses, p.keys = dir, store, &Keyring{} // from now on the folder's keys and no others count
	for name, key := range keys {
		_, _ = p.keys.get(name, func() (crypto.Signer, error) { return key, nil })
	}
	for _, pr := range profiles {
		if p.certs[pr.name] == nil {
			delete(p.serials, pr.name) // whichever process makes the certificate chooses the number
		}
	}
	if err := os.Remove(filepath.Join(dir, fileUnfinished)); err != nil {
		return fileError(filepath.Join(dir, fileUnfinished), err)
	}
	return nil
}

// lay makes the folders, and clears away what an earlier try left half-written.
func lay(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // certificates are for everybody; secrets have modes of their own
		return fileError(dir, err)
	}
	if err := writeFile(filepath.Join(dir, fileUnfinished), nil, 0o600); err != nil {
		return err
	}
	for _, sub := range []string{"ca", folderStatus} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			return fileError(filepath.Join(dir, sub), err)
		}
	}
	for _, sub := range []string{"", "ca", folderStatus} {
		left, err := filepath.Glob(filepath.Join(dir, sub, temporary))
		if err != nil {
			return fileError(dir, err)
		}
		for _, path := range left {
			if err := os.Remove(path); err != nil {
				return fileError(path, err)
			}
		}
	}
	return nil
}

// has reports whether the certificate has been made.
func (p *PKI) has(name string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.certs[name] != nil
}

// prepareAll makes keys and certificates on all processors.
func (p *PKI) prepareAll(names []string) error {
	var wg sync.WaitGroup
	turn := make(chan struct{}, runtime.GOMAXPROCS(0))
	for _, name := range names {
		wg.Go(func() {
			turn <- struct{}{}
			_, _ = p.key(name) // an error is kept, and met again below
			<-turn
		})
	}
	wg.Wait()
	return p.prepare(names...)
}

// vacant makes sure that nothing is overwritten that is not ours.
func vacant(dir string) error {
	if exists(filepath.Join(dir, fileUnfinished)) && !exists(filepath.Join(dir, fileDemo)) {
		return nil
	}
	own := []string{fileDemo, filePassword, "ca"}
	for _, pr := range profiles {
		own = append(own, pr.files()...)
	}
	for _, file := range own {
		if exists(filepath.Join(dir, file)) {
			return fail(CodeOccupied, nil, "dir", dir, "file", file)
		}
	}
	return nil
}

// files are the files of a certificate and its key: the certificate first, then the key.
func (pr profile) files() []string {
	switch {
	case pr.authority():
		return []string{pr.name + ".pem", "ca/" + pr.name + "-key.pem"}
	case pr.role == roleSigner && pr.name == "signer":
		return []string{"signer-cert.pem", "signer.p12", "signer-key.pem"}
	case pr.role == roleSigner:
		return []string{pr.name + "-cert.pem", pr.name + ".p12"}
	}
	return []string{"ca/" + pr.name + "-cert.pem", "ca/" + pr.name + "-key.pem"}
}

// write writes a certificate and its key. p.mu is held.
func (p *PKI) write(dir string, pr profile, key crypto.Signer) error {
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return fail(CodeMake, err, "what", "key file of "+pr.name)
	}
	private := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})
	files := pr.files()
	for _, file := range files[1:] {
		data := private
		if filepath.Ext(file) == ".p12" {
			chain := []*x509.Certificate{p.certs[pr.name], p.certs[pr.issuer]}
			if data, err = encodePKCS12(key, chain, p.password); err != nil {
				return err
			}
		}
		if err := writeFile(filepath.Join(dir, file), data, 0o600); err != nil {
			return err
		}
	}
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.certs[pr.name].Raw})
	return writeFile(filepath.Join(dir, files[0]), cert, 0o644)
}

// Load reads the PKI in a folder. Keys are read when first needed. A folder without one is an [ErrNoPKI].
func Load(dir string, opts *Options) (*PKI, error) {
	var d demo
	if err := readJSON(dir, fileDemo, &d); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fail(CodeNoPKI, nil, "dir", dir)
		}
		return nil, err
	}
	var a about
	if err := readJSON(dir, fileAbout, &a); err != nil {
		return nil, err
	}
	if a.Version != aboutVersion || a.Birth.IsZero() {
		return nil, fail(CodeDamaged, nil, "dir", dir, "file", fileAbout)
	}
	password, err := readFile(dir, filePassword)
	if err != nil {
		return nil, err
	}
	o := options(opts)
	p := &PKI{birth: a.Birth, host: a.Host, password: string(password), keys: &Keyring{}, clock: o.Clock, dir: dir,
		certs: map[string]*x509.Certificate{}, serials: map[string]*big.Int{}, statuses: folderStatuses{dir}}
	if err := p.stays(o.Addr); err != nil {
		return nil, err
	}
	for _, pr := range profiles {
		cert, err := readCertificate(dir, pr)
		switch {
		case err == nil:
			p.certs[pr.name], p.serials[pr.name] = cert, cert.SerialNumber
		case pr.standing() || !errors.Is(err, fs.ErrNotExist):
			return nil, err
		}
	}
	root, now := p.certs["root"], p.Now()
	if now.Before(root.NotBefore) || now.After(root.NotAfter) {
		return nil, fail(CodeOutside, nil, "from", root.NotBefore.Format(time.RFC3339), "until", root.NotAfter.Format(time.RFC3339), "at", now.Format(time.RFC3339))
	}
	return p, nil
}

// stays refuses an address that is not the PKI's; port 0 leaves the choice to the PKI.
func (p *PKI) stays(addr string) error {
	addr = numeric(addr)
	if !loopback(addr) {
		return fail(CodeAddress, nil, "address", addr)
	}
	if _, port, _ := net.SplitHostPort(addr); port != "0" && addr != p.host {
		return fail(CodePortFixed, nil, "address", p.host, "asked", addr)
	}
	return nil
}

// serial is the serial number of a certificate, also where another process made it in the folder since; nil where there is none.
// p.mu is held.
func (p *PKI) serial(name string) *big.Int {
	if p.certs[name] == nil && p.dir != "" {
		pr, _ := profileOf(name)
		if cert, err := readCertificate(p.dir, pr); err == nil {
			p.certs[name], p.serials[name] = cert, cert.SerialNumber
		}
	}
	return p.serials[name]
}

func readCertificate(dir string, pr profile) (*x509.Certificate, error) {
	file := pr.files()[0]
	data, err := readFile(dir, file)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, fail(CodeDamaged, nil, "dir", dir, "file", file)
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, fail(CodeDamaged, err, "dir", dir, "file", file)
	}
	return cert, nil
}

// readKey reads a key from the folder; nil without an error where there is neither key nor certificate yet.
func (p *PKI) readKey(pr profile) (crypto.Signer, error) {
	p.mu.Lock()
	_ = p.serial(pr.name)
	dir, cert := p.dir, p.certs[pr.name]
	p.mu.Unlock()
	if dir == "" || cert == nil {
		return nil, nil //nolint:nilnil // "none yet" is an ordinary answer here
	}
	file := pr.files()[1]
	data, err := readFile(dir, file)
	if err != nil {
		return nil, err
	}
	var key any
	if filepath.Ext(file) == ".p12" {
		key, _, _, err = pkcs12.DecodeChain(data, p.password)
	} else if block, _ := pem.Decode(data); block != nil {
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	}
	signing, ok := key.(crypto.Signer)
	if err != nil || !ok || !sameKey(signing, cert) {
		return nil, fail(CodeDamaged, err, "dir", dir, "file", file)
	}
	return signing, nil
}

// SetStatus changes the status of a certificate of the PKI in a folder, from any process; a server that answers for the folder
// says so from its next answer on. The zero Status.At means now: by the clock of that server, or by the machine's when
// none answers.
func SetStatus(dir, name string, status Status) error {
	if !exists(filepath.Join(dir, fileDemo)) {
		return fail(CodeNoPKI, nil, "dir", dir)
	}
	if pr, ok := profileOf(name); !ok || pr.issuer == "" {
		return unknownName(name)
	}
	if status.At.IsZero() {
		var a about
		if err := readJSON(dir, fileAbout, &a); err != nil {
			return err
		}
		status.At = clockOf(a.Host)
	}
	return change(folderStatuses{dir}, name, status)
}

// folderStatuses keeps one file for each certificate, so that two processes never overwrite each other's changes.
type folderStatuses struct{ dir string }

func (f folderStatuses) file(name string) string { return folderStatus + "/" + name + ".json" }

func (f folderStatuses) get(name string) (Status, error) {
	var s Status
	err := readJSON(f.dir, f.file(name), &s)
	if errors.Is(err, fs.ErrNotExist) {
		return Status{State: Good}, nil
	}
	if err == nil && s.State != Revoked && s.State != Suspended {
		return s, fail(CodeDamaged, nil, "dir", f.dir, "file", f.file(name))
	}
	return s, err
}

func (f folderStatuses) all() (map[string]Status, error) {
	all := map[string]Status{}
	for _, pr := range profiles {
		s, err := f.get(pr.name)
		if err != nil {
			return nil, err
		}
		if s.State != Good {
			all[pr.name] = s
		}
	}
	return all, nil
}

func (f folderStatuses) put(name string, s Status) error {
	path := filepath.Join(f.dir, f.file(name))
	if s.State != Good {
		return writeJSON(path, s, 0o600)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fileError(path, err)
	}
	return nil
}
