package sim

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/sim/internal/mss"
	"github.com/kyso-dev/kyso/signer"
)

// Text is a text for [Provider.SignText].
type Text struct {
	// Text is what the phone shows and the card signs: who asks, and what is agreed to. A random part in it keeps an answer from being
	// used again.
	Text string

	// Format is how the service calls CMS; "": [FormatCMS].
	Format string

	// Profile in place of the dialect's, such as one for authentication; "": the dialect's.
	Profile string

	// Check says whether a CMS is intact and holds this content and nothing else, signed by cert: cms.CheckContent. cert is the certificate
	// that the service told before; where it tells none and none is configured it is nil, and Check has to put the signer's to the test
	// itself.
	//
	// Services have the text signed as it was sent or as they have mapped it for the phone. Check is called with the text in UTF-8, then
	// with the same text in GSM 03.38, one septet in an octet, or in UCS-2 where that has not got all its characters; one has to fit.
	Check func(der, content []byte, cert *x509.Certificate) error

	// Checker is asked whether the certificate may be relied on before the subscriber is asked for anything, as remote.Options.Checker is
	// for documents; nil: nobody. Where no certificate is known beforehand it is an error.
	Checker signer.CertificateChecker
}

// String shows nothing of the text.
func (t Text) String() string { return "sim.Text" }

// GoString is String.
func (t Text) GoString() string { return t.String() }

// LogValue is String.
func (t Text) LogValue() slog.Value { return slog.StringValue(t.String()) }

// SignText has the subscriber sign a text, as services do for logging in and for consent, and returns the CMS that the service makes
// of it: never one that Check refuses. It is no signature of a document. The request is sent once and waited for; nothing is stored, so
// a context that ends is the end of it: [signer.ErrOutcomeUnknown] then, since the phone goes on showing it. While another request of
// this provider is on its way it is [remote.ErrBusy].
func (p *Provider) SignText(ctx context.Context, t Text) ([]byte, error) {
	if t.Check == nil || t.Text == "" {
		return nil, remote.NewError(remote.CodeConfig, nil, "name", "Text")
	}
	if !p.asking.TryLock() {
		return nil, errInProgress
	}
	defer p.asking.Unlock()
	shown, err := p.dialect.fits(t.Text)
	if err != nil {
		return nil, err
	}
	cert, err := p.textSigner(ctx, t.Checker)
	if err != nil {
		return nil, err
	}
	id := remote.NewID()
	m := p.textRequest(id, t, shown)
	if p.config.Show != nil {
		if err := p.config.Show(ctx, "", shown); err != nil {
			return nil, err
		}
	}
	secrets := p.secrets(shown)
	answer, err := p.send(ctx, id, m, secrets)
	if err != nil {
		return nil, err
	}
	if answer, err = p.waitText(ctx, id, answer, secrets); err != nil {
		return nil, err
	}
	cms, err := remote.DecodeBase64(answer.Base64)
	if err != nil || len(cms) == 0 {
		return nil, mismatch("MSS_Signature")
	}
	for _, content := range contents(shown) {
		bad := t.Check(cms, content, cert)
		if bad == nil {
			return cms, nil
		}
		if err == nil {
			err = bad // what is wrong with the text as it was sent says most
		}
	}
	return nil, signer.NewError(signer.CodeSignatureInvalid, err, "algorithm", "CMS")
}

// textSigner is the certificate that has to have signed, nil where none is known, once checker has nothing against it.
func (p *Provider) textSigner(ctx context.Context, checker signer.CertificateChecker) (*x509.Certificate, error) {
	if p.dialect.Source == FromConfig && len(p.config.Chain) == 0 {
		if checker != nil {
			return nil, remote.NewError(remote.CodeConfig, nil, "name", "Chain")
		}
		return nil, nil
	}
	chain, err := p.Certificates(ctx)
	if err == nil && checker != nil {
		err = checker.CheckCertificate(ctx, chain, p.clock.Now())
	}
	if err != nil {
		return nil, err
	}
	return chain[0], nil
}

func (p *Provider) textRequest(id string, t Text, shown string) *mss.Message {
	d := &p.dialect
	m := p.request(CallSignature, transaction(id))
	m.TimeOut, m.MSISDN = strconv.Itoa(int(d.TimeOut/time.Second)), p.number()
	m.Data = &mss.Data{MimeType: "text/plain", Encoding: "UTF-8", Text: shown}
	m.Profile = t.Profile
	if m.Profile == "" {
		m.Profile = d.Profile
	}
	if d.Format != "" { // Swisscom has one format and is not asked for it
		if m.Format = t.Format; m.Format == "" {
			m.Format = FormatCMS
		}
	}
	if d.Format != "" && !d.FiCom {
		m.Display = m.Data
	}
	sum := sha256.Sum256([]byte(shown))
	m.Services = p.services(p.config.Code(sum[:]))
	return m
}

// waitText asks until the request has ended. A look that fails says nothing about it.
func (p *Provider) waitText(ctx context.Context, id string, answer *mss.Message, secrets []remote.Secret) (*mss.Message, error) {
	deadline := p.clock.Now().Add(p.dialect.TimeOut + 15*time.Second)
	pause := max(p.dialect.First, p.dialect.Interval)
	transID, mssp, _ := strings.Cut(remoteName(answer.TransID, answer.MSSP, p.config.MSSP), " ")
	for {
		switch answer.Code {
		case "500", "502":
			return answer, nil
		case "100", "504":
		default:
			return nil, statusError(answer, secrets)
		}
		if transID == "" || !p.clock.Now().Before(deadline) || p.clock.Sleep(ctx, pause) != nil {
			return nil, signer.OutcomeUnknown(id, signer.Cancelled(ctx))
		}
		pause = p.dialect.Interval
		next, maybe, err := p.look(ctx, id, transID, mssp, secrets)
		var e *remote.Error
		if errors.As(err, &e) {
			pause = max(pause, min(e.After, limits.RemoteHint))
		}
		switch {
		case err == nil:
			answer = next
		case errors.Is(err, signer.ErrUnavailable), errors.Is(err, remote.NewError(remote.CodeAnswer, nil)):
		case errors.Is(err, signer.ErrCancelled), errors.Is(err, signer.ErrRequest), maybe: // gone, forgotten there, or not said
			return nil, signer.OutcomeUnknown(id, err)
		default:
			return nil, err
		}
	}
}
