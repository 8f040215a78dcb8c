package testpki

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"io/fs"
	"maps"
	"math/big"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/kyso-dev/kyso/signer"
)

// Options says how a PKI is made. nil means the defaults.
type Options struct {
	Now   time.Time        // a clock that stands still; the zero value means that Clock counts
	Clock func() time.Time // the PKI's clock; nil means time.Now
	Addr  string           // loopback address of the services, "127.0.0.1:0" by default; certificates name it
	Keys  *Keyring         // keys to use and to add to when a PKI is made; nil: new ones of its own
}

// PKI is two trees of certificates with their keys and statuses. Keys and certificates are made when first asked for. Safe for
// concurrent use.
type PKI struct {
	birth    time.Time
	host     string // host:port of the services
	password string
	lists    atomic.Int64 // CRLs issued so far: a stopped clock must not stop the CRL number

	mu       sync.Mutex
	clock    func() time.Time
	dir      string
	keys     *Keyring
	certs    map[string]*x509.Certificate
	serials  map[string]*big.Int
	statuses statusStore
	listener net.Listener // holds the port until Serve takes it
}

// New makes a PKI in memory. It takes a port of the loopback interface at once, since certificates name it; Close gives it back.
func New(opts *Options) (*PKI, error) {
	o := options(opts)
	p := &PKI{
		keys:     o.Keys,
		clock:    o.Clock,
		certs:    map[string]*x509.Certificate{},
		serials:  map[string]*big.Int{},
		password: newPassword(),
	}
	listener, err := listen(o.Addr)
	if err != nil {
		return nil, err
	}
	p.listener, p.host = listener, listener.Addr().String()
	p.birth = born(p.clock(), time.Now())
	for _, pr := range profiles {
		p.serials[pr.name] = newSerial(pr.gov)
	}
	day := p.birth.AddDate(0, 0, -1)
	p.statuses = memoryStatuses{
		"revoked":   {State: Revoked, Reason: 1, At: day},
		"suspended": {State: Suspended, Reason: 6, At: day},
	}
	if err := p.warm(); err != nil {
		_ = listener.Close()
		return nil, err
	}
	return p, nil
}

// options are opts with the defaults filled in.
func options(opts *Options) Options {
	var o Options
	if opts != nil {
		o = *opts
	}
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	if o.Keys == nil {
		o.Keys = &Keyring{}
	}
	if !o.Now.IsZero() {
		now := o.Now
		o.Clock = func() time.Time { return now }
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	return o
}

// warm makes the keys that nearly every use needs, side by side, and the two authorities.
func (p *PKI) warm() error { return p.prepare("issuer", "signer") }

// prepare makes keys side by side, then certificates.
func (p *PKI) prepare(names ...string) error {
	var wg sync.WaitGroup
	for _, name := range withIssuers(names) {
		wg.Go(func() { _, _ = p.key(name) }) // an error is kept, and met again below
	}
	wg.Wait()
	for _, name := range names {
		if _, err := p.certificate(name); err != nil {
			return err
		}
	}
	return nil
}

// withIssuers are the names and those of all authorities above them, once each.
func withIssuers(names []string) []string {
	var all []string
	for _, name := range names {
		for name != "" && !slices.Contains(all, name) {
			all = append(all, name)
			pr, _ := profileOf(name)
			name = pr.issuer
		}
	}
	return all
}

// Close gives back the port that the PKI holds. Servers are closed by themselves.
func (p *PKI) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.listener == nil {
		return nil
	}
	err := p.listener.Close()
	p.listener = nil
	return err
}

// Now is the time that the PKI's services tell, in UTC.
func (p *PKI) Now() time.Time {
	p.mu.Lock()
	clock := p.clock
	p.mu.Unlock()
	return clock().UTC()
}

// SetClock gives the PKI another clock. Certificates stay as they are.
func (p *PKI) SetClock(clock func() time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clock = clock
}

// SetTime stops the clock at t.
func (p *PKI) SetTime(t time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clock = func() time.Time { return t }
}

// key is the private key of a name.
func (p *PKI) key(name string) (crypto.Signer, error) {
	pr, ok := profileOf(name)
	if !ok {
		return nil, unknownName(name)
	}
	p.mu.Lock()
	ring := p.keys
	p.mu.Unlock()
	return ring.get(name, func() (crypto.Signer, error) {
		if key, err := p.readKey(pr); err != nil || key != nil {
			return key, err
		}
		key, err := generate(pr.key)
		if err != nil {
			return nil, fail(CodeMake, err, "what", "key of "+name)
		}
		return key, nil
	})
}

// certificate is the certificate of a name, made now if it was not there. In a folder, a new one is written to it.
func (p *PKI) certificate(name string) (*x509.Certificate, error) {
	pr, ok := profileOf(name)
	if !ok {
		return nil, unknownName(name)
	}
	p.mu.Lock()
	_ = p.serial(name) // finds what another process has put into the folder
	cert, dir := p.certs[name], p.dir
	p.mu.Unlock()
	if cert != nil {
		return cert, nil
	}
	key, err := p.key(name)
	if err != nil {
		return nil, err
	}
	parentKey := key
	var parent *x509.Certificate
	if pr.issuer != "" {
		if parent, err = p.certificate(pr.issuer); err != nil {
			return nil, err
		}
		if parentKey, err = p.key(pr.issuer); err != nil {
			return nil, err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if cert := p.certs[name]; cert != nil { // somebody else was faster
		return cert, nil
	}
	if p.serials[name] == nil {
		p.serials[name] = newSerial(pr.gov)
	}
	cert, err = p.issue(pr, p.serials[name], key.Public(), parent, parentKey)
	if err != nil {
		return nil, fail(CodeMake, err, "what", "certificate of "+name)
	}
	p.certs[name] = cert
	if dir != "" {
		if err := p.write(dir, pr, key); err != nil {
			delete(p.certs, name)
			return nil, err
		}
	}
	return cert, nil
}

// must is for the methods by which tests ask for something that is known to exist.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// Signer is the signer of that name: one of [Names], or "rsa3072", "ec384", "ec521", "future" (not yet valid), "encipher" (a key
// that must not sign). The certificate comes with its issuing authority. Signer panics for a name that there is not.
func (p *PKI) Signer(name string) signer.Signer {
	return must(signer.FromCrypto(p.Key(name), p.Chain(name)...))
}

// Key is the private key of a certificate. It panics for a name that there is not.
func (p *PKI) Key(name string) crypto.Signer { return must(p.key(name)) }

// Certificate is a certificate by name: a signer's, "root", "issuer", "gov-root", "gov-issuer", "tsa1" to "tsa3", "ocsp-root",
// "ocsp-issuer". It panics for a name that there is not.
func (p *PKI) Certificate(name string) *x509.Certificate { return must(p.certificate(name)) }

// Chain is a certificate and the authorities above it, leaf first, without the root.
func (p *PKI) Chain(name string) []*x509.Certificate { return must(p.chain(name)) }

func (p *PKI) chain(name string) ([]*x509.Certificate, error) {
	var chain []*x509.Certificate
	for name != "" {
		cert, err := p.certificate(name)
		if err != nil {
			return nil, err
		}
		pr, _ := profileOf(name)
		if pr.issuer != "" || len(chain) == 0 {
			chain = append(chain, cert)
		}
		name = pr.issuer
	}
	return chain, nil
}

// Root is the trust anchor of the national tree.
func (p *PKI) Root() *x509.Certificate { return p.Certificate("root") }

// Issuer is the issuing authority of the national tree.
func (p *PKI) Issuer() *x509.Certificate { return p.Certificate("issuer") }

// GovRoot is the trust anchor of the government tree.
func (p *PKI) GovRoot() *x509.Certificate { return p.Certificate("gov-root") }

// TSACertificates are the certificates of the time-stamp units that follow one another over 25 years, oldest first.
func (p *PKI) TSACertificates() []*x509.Certificate {
	return []*x509.Certificate{p.Certificate("tsa1"), p.Certificate("tsa2"), p.Certificate("tsa3")}
}

// TSA is the certificate of the time-stamp unit in use at the clock's time, nil where there is none.
func (p *PKI) TSA() *x509.Certificate {
	name := p.unit(p.Now())
	if name == "" {
		return nil
	}
	return p.Certificate(name)
}

// unit is the name of the time-stamp unit in use at a time: the newest that is valid.
func (p *PKI) unit(at time.Time) string {
	for _, name := range []string{"tsa3", "tsa2", "tsa1"} {
		pr, _ := profileOf(name)
		if !at.Before(pr.notBefore(p.birth)) && !at.After(pr.notAfter(p.birth)) {
			return name
		}
	}
	return ""
}

// PKCS12 is the key, certificate and issuing authority of a signer under [PKI.Password], with modern encryption.
func (p *PKI) PKCS12(name string) ([]byte, error) {
	chain, err := p.chain(name)
	if err != nil {
		return nil, err
	}
	key, err := p.key(name)
	if err != nil {
		return nil, err
	}
	return encodePKCS12(key, chain, p.password)
}

func encodePKCS12(key crypto.Signer, chain []*x509.Certificate, password string) ([]byte, error) {
	der, err := pkcs12.Modern2023.Encode(key, chain[0], chain[1:], password)
	if err != nil {
		return nil, fail(CodeMake, err, "what", "PKCS#12 file")
	}
	return der, nil
}

// Password opens every PKCS#12 file of the PKI.
func (p *PKI) Password() string { return p.password }

func newPassword() string {
	b := make([]byte, 12)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// address is where a service answers; what is the authority's name, where the service has several documents.
func (p *PKI) address(s Service, what string) string {
	base := "http://" + p.host
	switch s {
	case TSA:
		return base + pathTSA
	case OCSP:
		return base + pathOCSP
	case CRL:
		return base + pathCRL + what + ".crl"
	default:
		return base + pathCerts + what + ".cer"
	}
}

// crlAddress is the address of an authority's list, without or with an issuing distribution point.
func (p *PKI) crlAddress(authority string, idp bool) string {
	if idp {
		authority += suffixIDP
	}
	return p.address(CRL, authority)
}

func (p *PKI) port() int {
	_, port, _ := net.SplitHostPort(p.host)
	n, _ := strconv.Atoi(port)
	return n
}

func unknownName(name string) error {
	var names []string
	for _, pr := range profiles {
		if pr.standing() && pr.issuer != "" {
			names = append(names, pr.name)
		}
	}
	return fail(CodeUnknownName, nil, "name", name, "names", strings.Join(names, ", "))
}

// numeric writes localhost as the number that certificates name.
func numeric(addr string) string {
	if port, ok := strings.CutPrefix(addr, "localhost:"); ok {
		return "127.0.0.1:" + port
	}
	return addr
}

// listen opens a listener on a loopback address.
func listen(addr string) (net.Listener, error) {
	addr = numeric(addr)
	if !loopback(addr) {
		return nil, fail(CodeAddress, nil, "address", addr)
	}
	l, err := net.Listen("tcp", addr)
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EADDRNOTAVAIL) {
		return nil, fail(CodeListen, err, "address", addr)
	}
	if err != nil {
		_, port, _ := net.SplitHostPort(addr)
		return nil, fail(CodePortTaken, err, "port", port)
	}
	return l, nil
}

// statusStore keeps what certificates are no longer good. Absent means good.
type statusStore interface {
	all() (map[string]Status, error)
	get(name string) (Status, error)
	put(name string, s Status) error // Good removes
}

// memoryStatuses is guarded by PKI.mu.
type memoryStatuses map[string]Status

func (m memoryStatuses) all() (map[string]Status, error) { return maps.Clone(m), nil }

func (m memoryStatuses) get(name string) (Status, error) {
	if s, ok := m[name]; ok {
		return s, nil
	}
	return Status{State: Good}, nil
}

func (m memoryStatuses) put(name string, s Status) error {
	if s.State == Good {
		delete(m, name)
		return nil
	}
	m[name] = s
	return nil
}
