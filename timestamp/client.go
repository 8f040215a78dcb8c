package timestamp

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"log/slog"
	"math/big"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kyso-dev/kyso/internal/httpx"
	"github.com/kyso-dev/kyso/internal/limits"
)

// Media types of RFC 3161, 3.4.
const (
	mimeQuery = "application/timestamp-query"
	mimeReply = "application/timestamp-reply"
)

// Secret is a password or bearer token. No print, log or marshalling shows it. A string literal can be assigned to it.
type Secret = httpx.Secret

// Client asks time-stamp servers over HTTP (RFC 3161, 3.4). It is a [Timestamper]. Only URL is needed:
//
//	tsa := &timestamp.Client{URL: "https://tsa.example/"}
//
// A token is returned only after [Token.CheckRequest]. Whether the authority is one to trust is for the verifier to say, not for the client.
//
// A Client is safe for concurrent use once its fields are set; it must not be changed after its first use. It keeps no connections and
// needs no closing.
type Client struct {
	// URL is the server's address, http or https. User information in it is sent as basic authentication.
	URL string

	// Fallbacks are asked, in order, when URL gives no acceptable token, whatever the reason: down, slow, refusing or lying.
	// Username, Password and Bearer are sent to a fallback only if it is on URL's server.
	Fallbacks []string

	// Username and Password are sent as basic authentication, Bearer as a bearer token; not both. Over plain http anyone on the
	// way reads them.
	Username string
	Password Secret
	Bearer   Secret

	// TLS holds the client's certificate (mutual TLS) and the roots for the server's. nil: the system's roots, no certificate.
	TLS *tls.Config

	// HTTPClient replaces the client that is made from TLS and RefusePrivate, which must then be left zero. The answer is bounded and
	// errors are cleaned all the same. nil: a client that keeps no connections and follows at most three redirects, none
	// of which may drop the request or leave https.
	HTTPClient *http.Client

	// RefusePrivate refuses to connect to loopback, private and other addresses that are not on the public internet. Set it
	// where the address comes from somebody else than the user.
	RefusePrivate bool

	// Policy is the TSA policy to ask for; a token of another is refused. nil: any.
	Policy asn1.ObjectIdentifier

	// NoNonce sends no nonce, for servers that cannot take one. An old answer can then be passed off as new.
	NoNonce bool

	// NoCertReq does not ask for the authority's certificate, so that tokens are small. It must then be among Certificates.
	NoCertReq bool

	// Certificates are searched for the authority's certificate as well as those in the token.
	Certificates []*x509.Certificate

	// Timeout bounds one try of one server. 0: three minutes, since public servers were measured at more than two. The whole call
	// is bounded by its context.
	Timeout time.Duration

	// Retries is how many more times a server is asked that cannot be reached, is overloaded or breaks off: 0 stands for 2, a
	// negative number for none. Asking again is safe: a superfluous token harms nobody. A server that was too slow, refused or lied
	// is not asked again.
	Retries int

	// MaxBytes bounds the answer. 0: 1 MiB.
	MaxBytes int64

	// MaxSkew refuses tokens whose time is farther than this from the time between request and answer on Clock. 0: the time is
	// not compared, since the authority's clock is the better one.
	MaxSkew time.Duration

	// Clock tells the time for MaxSkew. nil: time.Now.
	Clock func() time.Time

	// Logger is told of tries and failures; addresses in it are without user information and query. nil: none.
	Logger *slog.Logger
}

var _ Timestamper = (*Client)(nil)

// backoff is the wait before the first retry; it doubles with each.
const backoff = 250 * time.Millisecond

// Timestamp asks URL, then the fallbacks, for a token over digest, which was made with hash, and returns the first that is acceptable. The
// hash must be one that kyso signs with (SHA-256 or stronger).
//
// Errors are *[Error]. With fallbacks the code is [CodeAllFailed], and errors.Is and errors.As find what each server did.
func (c *Client) Timestamp(ctx context.Context, digest []byte, hash crypto.Hash) (*Token, error) {
	request, err := NewRequest(digest, hash)
	if err != nil {
		return nil, err
	}
	client, servers, err := c.prepare(request)
	if err != nil {
		return nil, err
	}
	var failed failures
	for _, server := range servers {
		token, err := c.askServer(ctx, client, server, request)
		if err == nil {
			return token, nil
		}
		if ctx.Err() != nil {
			return nil, err
		}
		failed = append(failed, err)
	}
	if len(failed) == 1 {
		return nil, failed[0]
	}
	return nil, fail(CodeAllFailed, failed, "count", strconv.Itoa(len(failed)))
}

// prepare looks at the fields, and puts into request what they say.
func (c *Client) prepare(request *Request) (client *http.Client, servers []*url.URL, err error) {
	addresses := slices.Concat([]string{c.URL}, c.Fallbacks)
	switch {
	case c.URL == "":
		return nil, nil, fail(CodeNoServer, nil)
	case len(addresses) > limits.TSPServers:
		return nil, nil, fail(CodeOptions, nil, "field", "Fallbacks")
	case c.Bearer != "" && (c.Username != "" || c.Password != ""):
		return nil, nil, fail(CodeOptions, nil, "field", "Bearer, Username")
	case strings.ContainsFunc(c.Bearer.Reveal(), unsendable):
		return nil, nil, fail(CodeOptions, nil, "field", "Bearer") // a file's line end, most often
	case strings.ContainsFunc(c.Username, unsendable) || strings.Contains(c.Username, ":"):
		return nil, nil, fail(CodeOptions, nil, "field", "Username") // RFC 7617, 2
	case strings.ContainsFunc(c.Password.Reveal(), unsendable):
		return nil, nil, fail(CodeOptions, nil, "field", "Password")
	case c.HTTPClient != nil && (c.TLS != nil || c.RefusePrivate):
		return nil, nil, fail(CodeOptions, nil, "field", "HTTPClient, TLS, RefusePrivate")
	case c.Policy != nil && !validOID(c.Policy):
		return nil, nil, fail(CodeOptions, nil, "field", "Policy")
	case c.Timeout < 0 || c.MaxBytes < 0 || c.MaxSkew < 0:
		return nil, nil, fail(CodeOptions, nil, "field", "Timeout, MaxBytes, MaxSkew")
	}
	for _, address := range addresses {
		u, err := url.Parse(address)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
			return nil, nil, fail(CodeURL, nil, "url", httpx.Redact(address))
		}
		servers = append(servers, u)
	}
	client = c.HTTPClient
	if client == nil {
		client = httpx.NewClient(httpx.Options{AllowPrivate: !c.RefusePrivate, Timeout: -1, TLS: c.TLS})
	}
	request.Policy = c.Policy
	request.CertReq = !c.NoCertReq
	return client, servers, nil
}

// unsendable reports the control characters, which neither a header nor basic authentication carries.
func unsendable(r rune) bool { return r < ' ' || r == 0x7f }

// askServer asks one server until it gives an acceptable token, or an answer that will not get better.
func (c *Client) askServer(ctx context.Context, client *http.Client, server *url.URL, request *Request) (*Token, error) {
	retries := c.Retries
	if retries == 0 {
		retries = 2
	}
	log := c.Logger
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	shown := httpx.RedactURL(server)
	wait := backoff
	for try := 0; ; try++ {
		log.DebugContext(ctx, "asking for a time-stamp", "server", shown, "try", try+1)
		token, after, err := c.ask(ctx, client, server, request)
		if err == nil {
			log.DebugContext(ctx, "time-stamp received", "server", shown, "time", token.Info.Time, "serial", token.Info.Serial)
			return token, nil
		}
		log.WarnContext(ctx, "no time-stamp", "server", shown, "try", try+1, "code", err.Code(), "error", err.Error())
		wait = max(wait, after)
		if ctx.Err() != nil || !err.passing() || try >= min(retries, limits.TSPRetries) || wait > limits.TSPRetryAfter {
			return nil, err
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil, err
		}
		wait *= 2
	}
}

// passing reports whether asking the same server again makes sense.
func (e *Error) passing() bool {
	switch Code(e.Code()) {
	case CodeUnreachable, CodeBroken, CodeServerError, CodeTimeNotAvailable, CodeSystemFailure:
		return true
	case CodeHTTPStatus:
		s := e.Params()["status"]
		return s == strconv.Itoa(http.StatusTooManyRequests) || s == strconv.Itoa(http.StatusRequestTimeout)
	}
	return false
}

// ask makes one try. after is how long the server asks us to wait before the next.
func (c *Client) ask(ctx context.Context, client *http.Client, server *url.URL, request *Request) (token *Token, after time.Duration, _ *Error) {
	timeout := c.Timeout
	if timeout == 0 {
		timeout = limits.TSPTimeout
	}
	tryCtx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	r := *request
	if !c.NoNonce {
		r.Nonce = newNonce()
	}
	req, err := c.newHTTPRequest(tryCtx, server, &r)
	if err != nil {
		return nil, 0, asError(err)
	}
	size := c.MaxBytes
	if size == 0 {
		size = limits.TSPResponse
	}
	clock := c.Clock
	if clock == nil {
		clock = time.Now
	}
	sent := clock()
	res, err := httpx.Do(tryCtx, client, req, size)
	received := clock()
	if err != nil {
		return nil, 0, transportError(err, server, timeout)
	}
	token, err = readAnswer(res)
	if err != nil {
		return nil, retryAfter(res, received), asError(err)
	}
	if err := token.CheckRequest(&r, c.Certificates...); err != nil {
		return nil, 0, asError(err)
	}
	if c.MaxSkew > 0 {
		slack := c.MaxSkew + token.Info.Accuracy
		if token.Info.Time.Before(sent.Add(-slack)) || token.Info.Time.After(received.Add(slack)) {
			return nil, 0, fail(CodeTimeSkew, nil, "time", token.Info.Time.Format(time.RFC3339), "clock", received.UTC().Format(time.RFC3339))
		}
	}
	return token, 0, nil
}

// newNonce is a positive number of 8 octets: 64 bits as RFC 3161, 2.4.1 proposes, less the sign, with which some servers cannot cope.
func newNonce() *big.Int {
	var b [8]byte
	rand.Read(b[:]) //nolint:errcheck // never fails since Go 1.24
	b[0] &= 0x7f
	b[0] |= 0x40 // always of full length
	return new(big.Int).SetBytes(b[:])
}

func (c *Client) newHTTPRequest(ctx context.Context, server *url.URL, r *Request) (*http.Request, error) {
	body, err := r.Marshal()
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, server.String(), bytes.NewReader(body))
	if err != nil {
		return nil, fail(CodeURL, nil, "url", httpx.RedactURL(server))
	}
	req.Header.Set("Content-Type", mimeQuery)
	req.Header.Set("Accept", mimeReply)
	req.Header.Set("User-Agent", "kyso")
	if own, err := url.Parse(c.URL); err == nil && own.Scheme == server.Scheme && own.Host == server.Host {
		switch {
		case c.Bearer != "":
			req.Header.Set("Authorization", "Bearer "+c.Bearer.Reveal())
		case c.Username != "" || c.Password != "":
			req.SetBasicAuth(c.Username, c.Password.Reveal())
		}
	}
	return req, nil
}

// readAnswer takes the token out of an HTTP answer. The media type is not relied upon: there are servers that answer well and name it
// wrongly. It matters only when the body cannot be read either, as the better explanation.
func readAnswer(res *httpx.Response) (*Token, error) {
	media, _, err := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if err != nil {
		media = "-"
	}
	if res.Status != http.StatusOK {
		if media == mimeReply { // some send the authority's refusal with an HTTP error
			if _, err := ParseResponse(res.Body); errors.Is(err, ErrRejected) {
				return nil, err
			}
		}
		return nil, statusError(res)
	}
	token, err := ParseResponse(res.Body)
	if errors.Is(err, ErrMalformed) && media != mimeReply {
		return nil, fail(CodeContentType, err, "url", res.URL, "type", media)
	}
	return token, err
}

func statusError(res *httpx.Response) error {
	pairs := []string{"url", res.URL, "status", strconv.Itoa(res.Status)}
	switch {
	case res.Status == http.StatusUnauthorized, res.Status == http.StatusForbidden, res.Status == http.StatusProxyAuthRequired:
		return fail(CodeAuthentication, nil, pairs...)
	case res.Status/100 == 3:
		return fail(CodeRedirect, nil, "url", res.URL)
	case res.Status/100 == 5:
		return fail(CodeServerError, nil, pairs...)
	}
	return fail(CodeHTTPStatus, nil, pairs...)
}

// retryAfter reads the header of that name (RFC 9110, 10.2.3): seconds or a date.
func retryAfter(res *httpx.Response, now time.Time) time.Duration {
	value := res.Header.Get("Retry-After")
	if seconds, err := strconv.Atoi(value); err == nil && seconds >= 0 {
		return time.Duration(min(seconds, 1<<20)) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}

// transportError is what internal/httpx says, in this package's words. Its causes are fit to be shown.
func transportError(err error, server *url.URL, timeout time.Duration) *Error {
	var e *httpx.Error
	if !errors.As(err, &e) {
		return fail(CodeUnreachable, nil, "url", httpx.RedactURL(server))
	}
	pairs := []string{"url", httpx.RedactURL(server)}
	switch Code(e.Code()) {
	case httpx.CodeURL, httpx.CodeScheme:
		return fail(CodeURL, nil, pairs...)
	case httpx.CodeAddressRefused:
		return fail(CodeAddressRefused, nil, append(pairs, "address", e.Params()["address"])...)
	case httpx.CodeTLS:
		return fail(CodeTLS, e.Unwrap(), pairs...)
	case httpx.CodeTimeout:
		return fail(CodeTimeout, e.Unwrap(), append(pairs, "limit", timeout.String())...)
	case httpx.CodeCancelled:
		return fail(CodeCancelled, e.Unwrap(), pairs...)
	case httpx.CodeTooLarge:
		return fail(CodeTooLarge, nil, append(pairs, "limit", e.Params()["limit"])...)
	case httpx.CodeProtocol:
		return fail(CodeBroken, e.Unwrap(), pairs...)
	case httpx.CodeRedirects, httpx.CodeRedirectMethod, httpx.CodeRedirectInsecure:
		return fail(CodeRedirect, e, pairs...)
	}
	return fail(CodeUnreachable, e.Unwrap(), pairs...)
}

// asError is err as this package's type, which all its functions return.
func asError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return fail(CodeTokenMalformed, err)
}
