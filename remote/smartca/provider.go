package smartca

import (
	"context"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/internal/rest"
	"github.com/kyso-dev/kyso/signer"
)

// Provider is one subscriber's key behind sp769, for [remote.New]. It is safe for concurrent use.
type Provider struct {
	config Config
	base   string
	http   *http.Client
	clock  remote.Clock

	kept keeper

	mu   sync.Mutex
	code int64 // the window whose one-time code was used last
}

var _ remote.Provider = (*Provider)(nil)

// New makes a provider. It does not ask the service.
func New(c Config) (*Provider, error) {
	base, err := rest.CheckBase(c.BaseURL)
	if err != nil {
		return nil, err
	}
	for name, missing := range map[string]bool{
		"SPID": c.SPID == "", "SPPassword": c.SPPassword == "", "UserID": c.UserID == "",
		"TH.Password": c.TH != nil && c.TH.Password == nil, "TH.OTP": c.TH != nil && (c.TH.OTP == nil) == (c.TH.TOTPSecret == ""),
	} {
		if missing {
			return nil, remote.NewError(remote.CodeConfig, nil, "name", name)
		}
	}
	if c.TH != nil && c.TH.TOTPSecret != "" {
		if _, err := TOTP(c.TH.TOTPSecret, time.Unix(0, 0)); err != nil {
			return nil, err
		}
	}
	p := &Provider{config: c, base: base, http: c.client(), clock: c.Clock, code: -1}
	if p.clock == nil {
		p.clock = remote.SystemClock()
	}
	return p, nil
}

// String names the provider without looking into it.
func (p *Provider) String() string { return "smartca.Provider" }

// GoString is String.
func (p *Provider) GoString() string { return p.String() }

// Info says how the service is treated: five minutes, a look every few seconds.
func (p *Provider) Info() remote.Info {
	return remote.Info{Name: "smartca", Subscriber: p.base + " " + p.config.UserID, Lifetime: 300 * time.Second, Interval: 4 * time.Second}
}

func (p *Provider) secrets(more ...remote.Secret) []remote.Secret {
	return append(more, p.config.SPPassword, remote.Secret(p.config.UserID)) // a number that names a person is no one's business either
}

// Certificates asks for the subscriber's certificates and picks the one that Config.Choice means.
func (p *Provider) Certificates(ctx context.Context) ([]*x509.Certificate, error) {
	e, err := p.certificate(ctx)
	if err != nil {
		return nil, err
	}
	return slices.Clone(e.chain), nil
}

func (p *Provider) certificate(ctx context.Context) (*entry, error) {
	return p.kept.certificate(p.clock.Now(), p.config.Choice, func() ([]*entry, error) { return p.list(ctx) })
}

func (p *Provider) list(ctx context.Context) ([]*entry, error) {
	body := map[string]string{
		"sp_id": p.config.SPID, "sp_password": p.config.SPPassword.Reveal(), "user_id": p.config.UserID, "serial_number": "", "transaction_id": remote.NewID(),
	}
	answer, _, err := p.call(ctx, pathCertificate, body, p.secrets())
	if err != nil {
		return nil, unwrapSend(err)
	}
	var entries []*entry
	for _, c := range answer.Data.Certificates {
		leaf, chain, err := decodeChain(string(c.Data), []string{string(c.Chain.CA), string(c.Chain.Root)}, p.config.Issuers)
		if err != nil {
			continue // one that cannot be read cannot be chosen
		}
		entries = append(entries, &entry{
			leaf: leaf, chain: chain, serial: string(c.Serial), kind: ServiceType(strings.ToUpper(string(c.ServiceType))), name: string(c.ServiceName), status: string(c.StatusCode),
		})
	}
	if len(entries) == 0 && len(answer.Data.Certificates) > 0 {
		return nil, remote.NewError(remote.CodeAnswer, nil, "url", p.base+pathCertificate)
	}
	return entries, nil
}

// Start opens a transaction. With TH it is signed at once, unless the service falls back to the app.
func (p *Provider) Start(ctx context.Context, op *remote.Operation) (remote.Status, error) {
	req, err := p.request(ctx, op)
	if err != nil {
		return remote.Status{}, err
	}
	if p.config.TH != nil {
		return p.startTH(ctx, op, req)
	}
	answer, maybe, err := p.call(ctx, pathSign, req, p.secrets())
	if err != nil {
		return remote.Status{}, started(op, maybe, err)
	}
	op.Remote = string(answer.Data.Transaction)
	return waiting(answer), nil
}

func waiting(e *envelope) remote.Status {
	return remote.Status{State: remote.StateWaiting, Lifetime: time.Duration(max(0, e.Data.ExpiresIn.Value)) * time.Second, Text: string(e.Message)}
}

func (p *Provider) request(ctx context.Context, op *remote.Operation) (*signRequest, error) {
	e, err := p.certificate(ctx)
	if err != nil {
		return nil, err
	}
	cert, err := op.Certificate()
	if err != nil {
		return nil, err
	}
	if !cert.Equal(e.leaf) {
		return nil, signer.NewError(signer.CodeKeyMismatch, nil) // it was renewed since the digest was made
	}
	serial := e.serial
	if serial == "" {
		serial = hex.EncodeToString(e.leaf.SerialNumber.Bytes())
	}
	req := &signRequest{
		SPID: p.config.SPID, SPPassword: p.config.SPPassword.Reveal(), UserID: p.config.UserID, Transaction: op.ID, Description: op.Text,
		Serial: serial, Time: p.clock.Now().UTC().Format("20060102150405Z"),
	}
	for _, d := range op.Documents {
		if err := supported(d); err != nil {
			return nil, err
		}
		req.Files = append(req.Files, signFile{Data: hex.EncodeToString(d.Digest), ID: d.ID, FileType: fileType(d), SignType: "hash"})
	}
	return req, nil
}

// supported refuses what the service does not sign: it puts SHA-256 in front of whatever it is given, and pads it by PKCS#1 v1.5.
func supported(d remote.Document) error {
	switch {
	case d.PSS:
		return remote.NewError(remote.CodeUnsupported, nil, "algorithm", "RSA-PSS")
	case d.Hash != "SHA-256":
		return remote.NewError(remote.CodeUnsupported, nil, "algorithm", d.Hash)
	}
	return nil
}

// startTH opens a transaction by password and one-time code, and exchanges what comes back for the signatures. A code of our own that is
// refused is followed by one of the next window, once: the clocks may differ by a little. Nothing was opened then, so it is no second
// request.
func (p *Provider) startTH(ctx context.Context, op *remote.Operation, req *signRequest) (remote.Status, error) {
	password, err := p.config.TH.Password(ctx)
	if err != nil {
		return remote.Status{}, secretMissing(ctx, "password", err)
	}
	req.Password = password.Reveal()
	secrets := p.secrets(password)
	var answer *envelope
	for try := 1; ; try++ {
		otp, err := p.oneTimeCode(ctx)
		if err != nil {
			return remote.Status{}, err
		}
		req.OTP = otp.Reveal()
		secrets = append(secrets, otp)
		var maybe bool
		if answer, maybe, err = p.call(ctx, pathSignTH, req, secrets); err == nil {
			break
		}
		if err = started(op, maybe, err); try == codeTries || p.config.TH.TOTPSecret == "" || !errors.Is(err, remote.ErrOneTimeCode) {
			return remote.Status{}, err
		}
	}
	op.Remote = string(answer.Data.Transaction)
	if answer.Data.SAD == "" {
		return waiting(answer), nil // the account has fallen back to the app
	}
	transaction := op.Remote
	if transaction == "" {
		transaction = op.ID
	}
	confirm := map[string]string{
		"sp_id": p.config.SPID, "sp_password": p.config.SPPassword.Reveal(), "user_id": p.config.UserID, "password": password.Reveal(),
		"sad": answer.Data.SAD.Reveal(), "transaction_id": transaction,
	}
	answer, maybe, err := p.call(ctx, pathConfirmTH, confirm, append(secrets, answer.Data.SAD))
	if err != nil {
		return remote.Status{}, started(op, maybe, err)
	}
	signatures, err := collect(op, answer.Data.signed())
	if err != nil {
		return remote.Status{}, err
	}
	return remote.Status{State: remote.StateSigned, Signatures: signatures, Text: string(answer.Message)}, nil
}

// codeTries is how many one-time codes are made for one request at most.
const codeTries = 2

// secretMissing is the error of a secret that could not be had.
func secretMissing(ctx context.Context, name string, err error) error {
	if cancelled := signer.Cancelled(ctx); cancelled != nil {
		return cancelled
	}
	var coded interface{ Code() string }
	if errors.As(err, &coded) {
		return err
	}
	return remote.NewError(remote.CodeSecretMissing, nil, "name", name)
}

// oneTimeCode is a code that was not used before: the service refuses one that comes twice, and counts.
func (p *Provider) oneTimeCode(ctx context.Context) (remote.Secret, error) {
	if p.config.TH.OTP != nil {
		otp, err := p.config.TH.OTP(ctx)
		if err != nil {
			return "", secretMissing(ctx, "otp", err)
		}
		return otp, nil
	}
	for {
		now := p.clock.Now()
		p.mu.Lock()
		used := p.code >= window(now)
		if !used {
			p.code = window(now)
		}
		p.mu.Unlock()
		if !used {
			return TOTP(p.config.TH.TOTPSecret, now)
		}
		if err := p.clock.Sleep(ctx, totpStep-now.Sub(now.Truncate(totpStep))); err != nil {
			return "", signer.Cancelled(ctx)
		}
	}
}

// Poll asks how a transaction stands. The call carries no credentials: the id is all that it takes.
func (p *Provider) Poll(ctx context.Context, op *remote.Operation) (remote.Status, error) {
	id := op.Remote
	if id == "" {
		id = op.ID
	}
	secrets := p.secrets()
	answer, _, err := p.call(ctx, pathSign+"/"+url.PathEscape(id)+"/status", struct{}{}, secrets)
	if err != nil {
		return remote.Status{}, looked(unwrapSend(err))
	}
	status := waiting(answer)
	var end error
	now, code := state(status.Text)
	status.State = now
	switch {
	case code != "":
		end = remote.Said(code, remote.Answer{Text: status.Text}, secrets, "operation", op.ID)
	case len(answer.Data.signed()) > 0: // whatever the text: each is verified
		status.State = remote.StateSigned
		status.Signatures, end = collect(op, answer.Data.signed())
	case now == remote.StateSigned: // "success" without signatures: no success, and not to be waited for without end
		end = remote.NewError(remote.CodeFault, remote.NewError(remote.CodeIncomplete, nil, "operation", op.ID, "want", itoa(len(op.Documents)), "got", "0"))
	case answer.Data.ExpiresIn.Set && answer.Data.ExpiresIn.Value <= 0:
		end = remote.Said(remote.CodeExpired, remote.Answer{Text: status.Text}, secrets, "operation", op.ID)
	}
	return status, end
}

// looked is what an error of a look says of the transaction. A gateway's page says nothing, so the next look may tell; a service that
// finds the request wrong does not know the transaction.
func looked(err error) error {
	var e *remote.Error
	if !errors.As(err, &e) {
		return err
	}
	switch {
	case errors.Is(e, signer.ErrProtocol), e.Service.Status == http.StatusConflict, e.Service.Status == http.StatusMethodNotAllowed:
		return remote.NewError(remote.CodeFault, e)
	case e.Code() == string(remote.CodeRequest):
		return remote.NewError(remote.CodeNotKnown, e)
	}
	return err
}
