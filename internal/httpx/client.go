package httpx

import (
	"crypto/tls"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"github.com/kyso-dev/kyso/internal/limits"
)

// Options of [NewClient]. The zero value is the careful one.
type Options struct {
	// AllowPrivate lets the client reach loopback, private and other addresses that are not public, and use the environment's
	// proxy. For addresses that the user chose; never for those that a document names.
	AllowPrivate bool

	// Timeout bounds the whole exchange, redirects and body included. 0: [limits.HTTPTimeout]; negative: only the context bounds it.
	Timeout time.Duration

	// MaxRedirects is how many redirects are followed. 0: [limits.HTTPRedirects]; negative: none.
	MaxRedirects int

	// TLS holds client certificates and roots. nil: the system's roots, no client certificate. It is copied.
	TLS *tls.Config
}

// NewClient makes an HTTP client that keeps the rules of this package. It keeps no connections, so it needs no closing. It is safe
// for concurrent use. Send requests with [Do], which bounds the body and cleans the errors.
func NewClient(opts Options) *http.Client {
	var permit func(netip.Addr) bool
	if !opts.AllowPrivate {
		permit = Public
	}
	return newClient(opts, permit)
}

func newClient(opts Options, permit func(netip.Addr) bool) *http.Client {
	transport := &http.Transport{
		DialContext:            newDialer(permit).DialContext,
		TLSHandshakeTimeout:    limits.HTTPDial,
		DisableKeepAlives:      true, // a kept connection is a goroutine that outlives its call
		DisableCompression:     true, // what is counted is what is read
		MaxResponseHeaderBytes: limits.HTTPHeader,
	}
	if permit == nil {
		transport.Proxy = http.ProxyFromEnvironment
	}
	if opts.TLS != nil {
		transport.TLSClientConfig = opts.TLS.Clone()
	}
	c := &http.Client{Transport: transport, CheckRedirect: checkRedirect(opts.MaxRedirects)}
	switch {
	case opts.Timeout == 0:
		c.Timeout = limits.HTTPTimeout
	case opts.Timeout > 0:
		c.Timeout = opts.Timeout
	}
	return c
}

// checkRedirect is the rule for every hop: counted, http or https, never from https down to http, never one that turns a POST
// into a GET (what was sent would be dropped in silence), and no credentials for another host.
func checkRedirect(max int) func(*http.Request, []*http.Request) error {
	if max == 0 {
		max = limits.HTTPRedirects
	}
	return func(req *http.Request, via []*http.Request) error {
		first, last := via[0], via[len(via)-1]
		if err := checkURL(req.URL); err != nil {
			return err
		}
		switch {
		case len(via) > max:
			return fail(CodeRedirects, nil, "url", RedactURL(req.URL), "limit", strconv.Itoa(len(via)-1))
		case last.URL.Scheme == "https" && req.URL.Scheme != "https":
			return fail(CodeRedirectInsecure, nil, "url", RedactURL(req.URL))
		case req.Method != first.Method:
			return fail(CodeRedirectMethod, nil, "url", RedactURL(req.URL))
		}
		req.Header.Del("Referer") // it would carry the query of the address before
		if req.URL.Host != first.URL.Host || req.URL.Scheme != first.URL.Scheme {
			// net/http keeps credentials for sub-domains and for other ports; here they are for one server.
			for _, h := range []string{"Authorization", "Cookie", "Www-Authenticate", "Proxy-Authorization"} {
				req.Header.Del(h)
			}
		}
		return nil
	}
}
