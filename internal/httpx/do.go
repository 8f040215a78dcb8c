package httpx

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
)

// Response is an answer, read whole.
type Response struct {
	Status int         // such as 200
	Header http.Header // as received
	Body   []byte      // at most as many octets as asked for; of an answer other than 2xx perhaps only the first part
	URL    string      // the address that answered, after redirects, fit to be shown
}

// Do sends req and reads the answer, of any status, whole. An answer of status 2xx with more than max octets is an error; of another
// status its body is cut there, since the status is what matters. max <= 0 stands for [limits.HTTPBody]. A nil client stands for
// the careful one, NewClient(Options{}); a client that has no redirect rule gets this package's.
//
// Every error is an *[Error], fit to be shown: it holds no header, no user information and no query. errors.Is finds
// context.Canceled and context.DeadlineExceeded in it.
func Do(ctx context.Context, client *http.Client, req *http.Request, max int64) (*Response, error) {
	if req == nil || req.URL == nil {
		return nil, fail(CodeURL, nil, "url", "")
	}
	if err := checkURL(req.URL); err != nil {
		return nil, err
	}
	if max <= 0 {
		max = limits.HTTPBody
	}
	if client == nil {
		client = NewClient(Options{})
	}
	if client.CheckRedirect == nil {
		c := *client
		c.CheckRedirect = checkRedirect(0)
		client = &c
	}
	res, err := client.Do(req.WithContext(ctx))
	if err != nil {
		return nil, explain(ctx, req.URL, err)
	}
	defer res.Body.Close()

	out := &Response{Status: res.StatusCode, Header: res.Header, URL: RedactURL(req.URL)}
	at := req.URL
	if res.Request != nil && res.Request.URL != nil {
		at = res.Request.URL
		out.URL = RedactURL(at)
	}
	success := res.StatusCode/100 == 2
	if success && res.ContentLength > max {
		return nil, fail(CodeTooLarge, nil, "url", out.URL, "limit", strconv.FormatInt(max, 10))
	}
	out.Body, err = io.ReadAll(io.LimitReader(res.Body, max+1))
	if int64(len(out.Body)) > max {
		if success {
			return nil, fail(CodeTooLarge, nil, "url", out.URL, "limit", strconv.FormatInt(max, 10))
		}
		out.Body = out.Body[:max]
	} else if err != nil {
		return nil, explain(ctx, at, err)
	}
	return out, nil
}

// checkURL refuses what is not a plain http or https address.
func checkURL(u *url.URL) error {
	switch u.Scheme {
	case "http", "https":
	case "":
		return fail(CodeURL, nil, "url", RedactURL(u))
	default:
		return fail(CodeScheme, nil, "scheme", u.Scheme)
	}
	if u.Opaque != "" || u.Hostname() == "" || len(u.String()) > limits.HTTPURL {
		return fail(CodeURL, nil, "url", RedactURL(u))
	}
	return nil
}

// Redact is the address in a form fit to be shown: without user information, query and fragment.
func Redact(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "…" // the text of a broken address may hold a password anywhere
	}
	return RedactURL(u)
}

// RedactURL is [Redact] for a parsed address.
func RedactURL(u *url.URL) string {
	if u.Opaque != "" {
		return u.Scheme + ":…"
	}
	s := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	return s.String()
}

// explain turns what net/http says into one of our errors. The texts of net/http quote addresses, headers and malformed lines, so
// only causes whose text is known to be harmless are kept.
func explain(ctx context.Context, u *url.URL, err error) error {
	var own *Error
	if errors.As(err, &own) {
		return own
	}
	shown, host := RedactURL(u), u.Host
	var op *net.OpError
	dialling := errors.As(err, &op) && op.Op == "dial"
	switch ctxErr := ctx.Err(); {
	case errors.Is(ctxErr, context.Canceled), errors.Is(err, context.Canceled):
		return fail(CodeCancelled, context.Canceled, "url", shown)
	case ctxErr != nil:
		return fail(CodeTimeout, context.DeadlineExceeded, "url", shown)
	case isTLS(err):
		return fail(CodeTLS, harmless(err), "url", shown)
	case dialling:
		return fail(CodeUnreachable, op, "url", shown, "host", host)
	case isTimeout(err):
		return fail(CodeTimeout, context.DeadlineExceeded, "url", shown)
	}
	return fail(codeOf(err), harmless(err), "url", shown, "host", host)
}

// codeOf tells a server that cannot be reached, or that hangs up before it answers, from one that answers nonsense.
func codeOf(err error) finding.Code {
	var op *net.OpError
	var dns *net.DNSError
	if errors.As(err, &op) || errors.As(err, &dns) || errors.Is(err, io.EOF) {
		return CodeUnreachable
	}
	return CodeProtocol
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}

func isTLS(err error) bool {
	var (
		verify   *tls.CertificateVerificationError
		record   tls.RecordHeaderError
		alert    tls.AlertError
		unknown  x509.UnknownAuthorityError
		hostname x509.HostnameError
		invalid  x509.CertificateInvalidError
	)
	if errors.As(err, &verify) || errors.As(err, &record) || errors.As(err, &alert) ||
		errors.As(err, &unknown) || errors.As(err, &hostname) || errors.As(err, &invalid) {
		return true
	}
	// crypto/tls makes most handshake errors with errors.New, and a refusal by the other side is an OpError "remote error".
	for ; err != nil; err = errors.Unwrap(err) {
		if text := err.Error(); strings.HasPrefix(text, "tls: ") || strings.HasPrefix(text, "remote error: tls: ") ||
			text == "net/http: TLS handshake timeout" || text == "http: server gave HTTP response to HTTPS client" {
			return true
		}
	}
	return false
}

// harmless is the part of err whose text can hold nothing secret, or nil.
func harmless(err error) error {
	var (
		op     *net.OpError
		dns    *net.DNSError
		verify *tls.CertificateVerificationError
	)
	switch {
	case errors.As(err, &verify):
		return verify
	case errors.As(err, &op):
		return op
	case errors.As(err, &dns):
		return dns
	case errors.Is(err, io.ErrUnexpectedEOF):
		return io.ErrUnexpectedEOF
	case errors.Is(err, io.EOF):
		return io.EOF
	}
	for ; err != nil; err = errors.Unwrap(err) {
		if strings.HasPrefix(err.Error(), "tls: ") {
			return err
		}
	}
	return nil
}
