package rest

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/kyso-dev/kyso/internal/httpx"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/signer"
)

// Answer is an answer of any status.
type Answer struct {
	Status     int
	Header     http.Header
	Body       []byte
	RetryAfter time.Duration // 0: none named
	URL        string        // fit to be shown
}

// SendError is an error that came in place of an answer.
type SendError struct {
	Sent bool // the request may have reached the service
	Err  error
}

func (e *SendError) Error() string { return e.Err.Error() }

// Unwrap is the error beneath.
func (e *SendError) Unwrap() error { return e.Err }

// Sent reports whether the request that err came of may have reached the service.
func Sent(err error) bool {
	var e *SendError
	return errors.As(err, &e) && e.Sent
}

// NewClient is an HTTP client for addresses that the user named: it checks certificates, keeps no connection and follows no redirect.
func NewClient(config *tls.Config, timeout time.Duration) *http.Client {
	return httpx.NewClient(httpx.Options{AllowPrivate: true, Timeout: timeout, MaxRedirects: -1, TLS: config})
}

// CheckBase reads the address of a service: https, or http on this machine.
func CheckBase(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())) {
		return "", remote.NewError(remote.CodeAddress, nil, "url", httpx.Redact(address))
	}
	return strings.TrimRight(address, "/"), nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// PostJSON sends body as JSON. header may be nil. See [Post].
func PostJSON(ctx context.Context, client *http.Client, address string, header http.Header, body any) (*Answer, error) {
	return PostJSONFor(ctx, client, address, header, body, limits.RemoteAnswer)
}

// PostJSONFor is [PostJSON] for an answer of at most so many octets.
func PostJSONFor(ctx context.Context, client *http.Client, address string, header http.Header, body any, most int64) (*Answer, error) {
	data, err := json.Marshal(body)
	if err != nil {
		return nil, &SendError{Err: remote.NewError(remote.CodeRequest, nil)}
	}
	return post(ctx, client, address, header, "application/json", data, most)
}

// Post sends a request once: it is never repeated, by nobody on the way down. An answer of any status is an answer; an error is a
// *SendError. Where ctx ended it is signer.ErrCancelled, else remote.ErrUnavailable or remote.CodeAnswer.
func Post(ctx context.Context, client *http.Client, address string, header http.Header, kind string, body []byte) (*Answer, error) {
	return post(ctx, client, address, header, kind, body, limits.RemoteAnswer)
}

func post(ctx context.Context, client *http.Client, address string, header http.Header, kind string, body []byte, most int64) (*Answer, error) {
	if err := signer.Cancelled(ctx); err != nil {
		return nil, &SendError{Err: err}
	}
	req, err := http.NewRequest(http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return nil, &SendError{Err: remote.NewError(remote.CodeAddress, nil, "url", httpx.Redact(address))}
	}
	req.GetBody = nil // what cannot be read again cannot be sent again
	for k, v := range header {
		req.Header[k] = v
	}
	req.Header.Set("Content-Type", kind)
	return send(ctx, client, req, most)
}

// Get asks for what can be asked for again. header may be nil. Errors are those of [Post].
func Get(ctx context.Context, client *http.Client, address string, header http.Header) (*Answer, error) {
	if err := signer.Cancelled(ctx); err != nil {
		return nil, &SendError{Err: err}
	}
	req, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return nil, &SendError{Err: remote.NewError(remote.CodeAddress, nil, "url", httpx.Redact(address))}
	}
	for k, v := range header {
		req.Header[k] = v
	}
	return send(ctx, client, req, limits.RemoteAnswer)
}

func send(ctx context.Context, client *http.Client, req *http.Request, most int64) (*Answer, error) {
	address := req.URL.String()
	if req.Header.Get("Accept") == "" {
		req.Header.Set("Accept", "application/json")
	}
	var sent atomic.Bool
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { sent.Store(true) }})
	res, err := httpx.Do(traced, client, req, most)
	if err != nil {
		return nil, &SendError{Sent: sent.Load(), Err: explain(ctx, address, err)}
	}
	if res.Status/100 == 3 { // net/http does not follow what it cannot send again
		return nil, &SendError{Sent: true, Err: remote.Said(remote.CodeAnswer, remote.Answer{Status: res.Status}, nil, "url", res.URL)}
	}
	return &Answer{Status: res.Status, Header: res.Header, Body: res.Body, RetryAfter: retryAfter(res.Header.Get("Retry-After")), URL: res.URL}, nil
}

func explain(ctx context.Context, address string, err error) error {
	if cancelled := signer.Cancelled(ctx); cancelled != nil {
		return cancelled
	}
	var e *httpx.Error
	if errors.As(err, &e) {
		switch e.Code() {
		case string(httpx.CodeURL), string(httpx.CodeScheme), string(httpx.CodeAddressRefused), string(httpx.CodeTooLarge), string(httpx.CodeRedirects),
			string(httpx.CodeRedirectInsecure), string(httpx.CodeRedirectMethod):
			return remote.NewError(remote.CodeAnswer, err, "url", httpx.Redact(address))
		}
	}
	return remote.NewError(remote.CodeUnavailable, err, "url", httpx.Redact(address))
}

// retryAfter reads a number of seconds (RFC 9110, 10.2.3); dates are passed over.
func retryAfter(v string) time.Duration {
	n, err := strconv.Atoi(strings.TrimSpace(v))
	if err != nil || n < 0 || n > 3600 {
		return 0
	}
	return time.Duration(n) * time.Second
}

// Excerpt is the begin of a body that is not what it should be, as an [remote.Answer] holds it: the text of a page without its markup.
// Of an answer that says success nothing is shown: half of one may hold a token.
func (a *Answer) Excerpt() string {
	if a.Status/100 == 2 {
		return ""
	}
	body := a.Body
	if len(body) > 4096 {
		body = body[:4096]
	}
	var b strings.Builder
	in := false
	for _, r := range string(body) {
		switch {
		case r == '<':
			in = true
			b.WriteByte(' ')
		case r == '>' && in:
			in = false
		case !in:
			b.WriteRune(r)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// Gateway is the error of an answer that is not the service's but that of something in front of it, nil where it may be the service's:
// 429 and 502 to 504. secrets are taken out of what is quoted.
func (a *Answer) Gateway(secrets []remote.Secret) error {
	said := remote.Answer{Status: a.Status, Text: a.Excerpt()}
	switch a.Status {
	case http.StatusTooManyRequests:
		return remote.Later(remote.CodeThrottled, a.RetryAfter, said, secrets)
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return remote.Later(remote.CodeFault, a.RetryAfter, said, secrets)
	}
	return nil
}

// Nonsense is the error of an answer that cannot be read.
func (a *Answer) Nonsense(secrets []remote.Secret) error {
	return remote.Said(remote.CodeAnswer, remote.Answer{Status: a.Status, Text: a.Excerpt()}, secrets, "url", a.URL)
}
