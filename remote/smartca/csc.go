package smartca

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/internal/rest"
	"github.com/kyso-dev/kyso/signer"
)

// Hosts of VNPT's OAuth2 interface.
const (
	CSCProduction = "https://gwsca.vnpt.vn"
	CSCDemo       = "https://rmgateway.vnptit.vn"
)

// cscDocuments is how many digests the service takes for one confirmation.
const cscDocuments = 50

// CSCConfig of [NewCSC]. How the subscriber lets the application in is one of: UserName and Password, Code, or a refresh token that
// Tokens holds from before.
type CSCConfig struct {
	BaseURL      string // [CSCProduction] or [CSCDemo]; https, or http on this machine. For seals another host, with the path before /csc
	TokenURL     string // "": BaseURL + "/auth/token"
	ClientID     string
	ClientSecret remote.Secret

	UserName    string            // of the subscriber: CCCD and the like
	Password    remote.SecretFunc // of the subscriber, asked for when there is no token
	Code        remote.SecretFunc // an authorization code, which lives for 15 seconds, in place of UserName and Password
	RedirectURI string            // with Code
	Tokens      Tokens            // where tokens are kept; nil: in memory

	CredentialID string // "": the only one that fits Choice
	Choice       Choice
	NotifyURL    string // called once by the service when the transaction has ended; a hint only

	Issuers    []*x509.Certificate // complete the chain where the service leaves something out
	TLS        *tls.Config         // roots and client certificate; nil: the system's roots, none
	HTTPClient *http.Client        // nil: one that keeps the rules of kyso, made with TLS
	Timeout    time.Duration       // of one call; 0: 30 seconds
	Clock      remote.Clock        // nil: the clock of the machine
}

// CSCProvider is one subscriber's key behind VNPT's OAuth2 interface, for [remote.New]. It is safe for concurrent use.
//
// A transaction is named by the service. When the answer that names it is lost there is no way to ask for it: the outcome is unknown
// then, and the same request is not made again until the operation is forgotten ([remote.Client.Forget]). A [Notice] brings the name back.
type CSCProvider struct {
	config CSCConfig
	base   string
	http   *http.Client
	clock  remote.Clock
	tokens *tokenSource
	kept   keeper
}

var _ remote.Provider = (*CSCProvider)(nil)

// NewCSC makes a provider. It does not ask the service.
func NewCSC(c CSCConfig) (*CSCProvider, error) {
	base, err := rest.CheckBase(c.BaseURL)
	if err != nil {
		return nil, err
	}
	if c.TokenURL == "" {
		c.TokenURL = base + "/auth/token"
	} else if _, err := rest.CheckBase(c.TokenURL); err != nil {
		return nil, err
	}
	for name, missing := range map[string]bool{
		"ClientID": c.ClientID == "", "ClientSecret": c.ClientSecret == "", "UserName": c.UserName == "",
		"Password": c.Password == nil && c.Code == nil && c.Tokens == nil, "Code": c.Code != nil && c.RedirectURI == "",
	} {
		if missing {
			return nil, remote.NewError(remote.CodeConfig, nil, "name", name)
		}
	}
	client := c.HTTPClient
	if client == nil {
		client = rest.NewClient(c.TLS, c.Timeout)
	}
	p := &CSCProvider{config: c, base: base, http: client, clock: c.Clock}
	if p.clock == nil {
		p.clock = remote.SystemClock()
	}
	p.tokens = &tokenSource{config: &p.config, http: client, clock: p.clock, kept: c.Tokens}
	if p.tokens.kept == nil {
		p.tokens.kept = new(memoryTokens)
	}
	return p, nil
}

// String names the provider without looking into it.
func (p *CSCProvider) String() string { return "smartca.CSCProvider" }

// GoString is String.
func (p *CSCProvider) GoString() string { return p.String() }

// Info says how the service is treated: five minutes, a look every few seconds, fifty documents.
func (p *CSCProvider) Info() remote.Info {
	return remote.Info{
		Name: "smartca-csc", Subscriber: p.base + " " + p.config.UserName + " " + p.config.CredentialID,
		Lifetime: 300 * time.Second, Interval: 4 * time.Second, MaxDocuments: cscDocuments,
	}
}

// Certificates asks for the subscriber's credentials and picks the one that is meant.
func (p *CSCProvider) Certificates(ctx context.Context) ([]*x509.Certificate, error) {
	e, err := p.credential(ctx)
	if err != nil {
		return nil, err
	}
	return slices.Clone(e.chain), nil
}

func (p *CSCProvider) credential(ctx context.Context) (*entry, error) {
	return p.kept.certificate(p.clock.Now(), p.config.Choice, func() ([]*entry, error) { return p.list(ctx) })
}

func (p *CSCProvider) list(ctx context.Context) ([]*entry, error) {
	ids := []string{p.config.CredentialID}
	if p.config.CredentialID == "" {
		var list cscEnvelope[[]rest.Text]
		if _, err := p.call(ctx, "/csc/credentials/list", struct{}{}, &list); err != nil {
			return nil, unwrapSend(err)
		}
		ids = ids[:0]
		for _, id := range list.Content {
			ids = append(ids, string(id))
		}
	}
	var entries []*entry
	for _, id := range ids {
		e, err := p.info(ctx, id)
		if err != nil {
			return nil, err
		}
		if e != nil {
			entries = append(entries, e)
		}
	}
	return entries, nil
}

// credentialInfo is the one answer that comes without an envelope.
type credentialInfo struct {
	Key struct {
		Status rest.Text `json:"status"`
	} `json:"key"`
	Cert struct {
		Status       rest.Text   `json:"status"`
		Certificates []rest.Text `json:"certificates"`
	} `json:"cert"`
	SignType rest.Text `json:"signType"`
}

// info reads one credential; nil when it has no certificate that can be read.
func (p *CSCProvider) info(ctx context.Context, id string) (*entry, error) {
	var info credentialInfo
	body := map[string]any{"credentialId": id, "certificates": "chain", "certInfo": true, "authInfo": true}
	if _, err := p.call(ctx, "/csc/credentials/info", body, &info); err != nil {
		return nil, unwrapSend(err)
	}
	if len(info.Cert.Certificates) == 0 {
		return nil, nil
	}
	above := make([]string, 0, len(info.Cert.Certificates))
	for _, c := range info.Cert.Certificates[1:] {
		above = append(above, string(c))
	}
	leaf, chain, err := decodeChain(string(info.Cert.Certificates[0]), above, p.config.Issuers)
	if err != nil {
		return nil, nil
	}
	status := string(info.Cert.Status)
	if k := string(info.Key.Status); k != "" && !strings.EqualFold(k, "ENABLED") && (status == "" || strings.EqualFold(status, "VALID")) {
		status = k
	}
	return &entry{leaf: leaf, chain: chain, id: id, status: status}, nil
}

// signHash is the body of a call for signatures.
type signHash struct {
	Credential  string     `json:"credentialId"`
	Reference   string     `json:"refTranId"`
	NotifyURL   string     `json:"notifyUrl,omitempty"`
	Description string     `json:"description,omitempty"`
	Data        []hashData `json:"datas"`
}

type hashData struct {
	Name string `json:"name"`
	Hash string `json:"hash"` // base64, not hexadecimal as in sp769
}

// Start opens a transaction.
func (p *CSCProvider) Start(ctx context.Context, op *remote.Operation) (remote.Status, error) {
	e, err := p.credential(ctx)
	if err != nil {
		return remote.Status{}, err
	}
	cert, err := op.Certificate()
	if err != nil {
		return remote.Status{}, err
	}
	if !cert.Equal(e.leaf) {
		return remote.Status{}, signer.NewError(signer.CodeKeyMismatch, nil)
	}
	req := signHash{Credential: e.id, Reference: op.ID, NotifyURL: p.config.NotifyURL, Description: op.Text}
	for _, d := range op.Documents {
		if err := supported(d); err != nil {
			return remote.Status{}, err
		}
		req.Data = append(req.Data, hashData{Name: d.ID, Hash: base64.StdEncoding.EncodeToString(d.Digest)})
	}
	var answer cscEnvelope[struct {
		Transaction rest.Text `json:"tranId"`
	}]
	maybe, err := p.call(ctx, "/csc/signature/signhash", req, &answer)
	if err != nil {
		return remote.Status{}, started(op, maybe, err)
	}
	if op.Remote = string(answer.Content.Transaction); op.Remote == "" {
		return remote.Status{}, signer.OutcomeUnknown(op.ID, remote.NewError(remote.CodeAnswer, nil, "url", p.base+"/csc/signature/signhash"))
	}
	return remote.Status{State: remote.StateWaiting, Text: string(answer.Message)}, nil
}

// transactionInfo is how a transaction stands.
type transactionInfo struct {
	Reference rest.Text `json:"refTranId"`
	Status    rest.Int  `json:"tranStatus"`
	Text      rest.Text `json:"tranStatusDesc"`
	Documents []struct {
		Name rest.Text `json:"name"`
		Sig  rest.Text `json:"sig"`
	} `json:"documents"`
}

// Poll asks how a transaction stands.
func (p *CSCProvider) Poll(ctx context.Context, op *remote.Operation) (remote.Status, error) {
	if op.Remote == "" {
		return remote.Status{}, signer.OutcomeUnknown(op.ID, nil) // nobody can ask
	}
	var answer cscEnvelope[transactionInfo]
	if _, err := p.call(ctx, "/csc/credentials/gettraninfo", map[string]string{"tranId": op.Remote}, &answer); err != nil {
		return remote.Status{}, lookedCSC(unwrapSend(err))
	}
	t := answer.Content
	if string(t.Reference) != op.ID && (t.Reference != "" || op.State == remote.StateUncertain) { // a name that was only heard of has to prove itself
		return remote.Status{}, remote.NewError(remote.CodeWrongDocument, nil, "operation", op.ID, "id", string(t.Reference))
	}
	status := remote.Status{State: remote.StateWaiting, Text: string(t.Text)}
	said := remote.Answer{Code: itoa(t.Status.Value), Text: status.Text}
	switch t.Status.Value {
	case 1:
		list := make([]signature, 0, len(t.Documents))
		for _, d := range t.Documents {
			list = append(list, signature{d.Name, d.Sig})
		}
		var err error
		status.State = remote.StateSigned
		status.Signatures, err = collect(op, list)
		return status, err
	case 4001:
		return status, remote.Said(remote.CodeExpired, said, p.secrets(), "operation", op.ID)
	case 4002:
		return status, remote.Said(remote.CodeRefused, said, p.secrets(), "operation", op.ID)
	case 4003:
		return status, remote.Said(remote.CodeAuthorization, said, p.secrets())
	case 4004:
		return status, remote.Said(remote.CodeSignFailed, said, p.secrets())
	}
	return status, nil // 4000, and whatever else is not an end
}

// lookedCSC is what an error of a look says of the transaction: a gateway's page says nothing.
func lookedCSC(err error) error {
	var e *remote.Error
	if errors.As(err, &e) && errors.Is(e, signer.ErrProtocol) {
		return remote.NewError(remote.CodeFault, e)
	}
	return err
}

func (p *CSCProvider) secrets() []remote.Secret {
	return append(p.tokens.secrets(), p.config.ClientSecret, remote.Secret(p.config.UserName))
}
