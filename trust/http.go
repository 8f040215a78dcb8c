package trust

import (
	"bytes"
	"context"
	"encoding/pem"
	"net/http"
	"strconv"
	"time"

	"github.com/kyso-dev/kyso/internal/httpx"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/revoke"
)

// HTTPFetcher fetches over HTTP and HTTPS: OCSP by GET where the request is short (RFC 5019, 5; RFC 6960, A.1), else or where the
// responder has no GET by POST; lists and certificates by GET. Time, octets and redirects are bounded, and addresses that are not of
// the public internet refused, when a connection is about to be made: after names are resolved, and for every redirect. Other
// schemes (ldap, file) are not fetched. The zero value is ready. Safe for concurrent use as long as its fields are not changed.
type HTTPFetcher struct {
	AllowPrivate bool          // reach loopback, private and link-local addresses too
	Timeout      time.Duration // of one exchange; 0: [limits.TrustFetchTimeout]
	Client       *http.Client  // nil: one that keeps these rules; with any other its maker answers for them
}

// Fetch is [Fetcher]'s. Errors are *[Error], or those of the HTTP client, fit to be shown.
func (h *HTTPFetcher) Fetch(ctx context.Context, f Fetch) ([]byte, error) {
	client := h.Client
	timeout := h.Timeout
	if timeout <= 0 {
		timeout = limits.TrustFetchTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout) // for all tries together
	defer cancel()
	if client == nil {
		client = httpx.NewClient(httpx.Options{AllowPrivate: h.AllowPrivate, Timeout: timeout})
	}
	switch f.Kind {
	case KindOCSP:
		return h.ocsp(ctx, client, f)
	case KindCRL:
		data, err := exchange(ctx, client, http.MethodGet, f.URL, nil, "application/pkix-crl", limits.RevokeCRL)
		if block, _ := pem.Decode(data); block != nil && block.Type == "X509 CRL" {
			data = block.Bytes // against RFC 5280, 4.2.1.13, and seen all the same
		}
		return data, err
	case KindCertificates:
		return exchange(ctx, client, http.MethodGet, f.URL, nil, "application/pkix-cert, application/pkcs7-mime", limits.TrustFile)
	}
	return nil, fail(CodeAddress, nil, "scheme", f.Kind)
}

func (h *HTTPFetcher) ocsp(ctx context.Context, client *http.Client, f Fetch) ([]byte, error) {
	if address, ok := (&revoke.Request{DER: f.Request}).Address(f.URL); ok {
		data, err := exchange(ctx, client, http.MethodGet, address, nil, revoke.ResponseType, limits.RevokeOCSP)
		if err == nil {
			if _, bad := revoke.ParseResponse(data); !malformed(bad) {
				return data, nil
			}
		} else if e, ok := err.(*Error); !ok || !e.is(CodeStatus) {
			return nil, err // nobody is there: asking again in another way is of no use
		}
	}
	return exchange(ctx, client, http.MethodPost, f.URL, f.Request, revoke.ResponseType, limits.RevokeOCSP)
}

// malformed reports whether what came is no OCSP response, or one that says that the request came damaged.
func malformed(err error) bool {
	e, ok := err.(*revoke.Error)
	return ok && (e.Code() == string(revoke.CodeMalformed) || e.Code() == string(revoke.CodeStatus) && e.Params()["status"] == "malformedRequest")
}

func exchange(ctx context.Context, client *http.Client, method, address string, body []byte, accept string, max int64) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, fail(CodeAddress, nil, "scheme", "?") // the text of the error quotes the address
	}
	req.Header.Set("Accept", accept)
	if method == http.MethodPost {
		req.Header.Set("Content-Type", revoke.RequestType)
	}
	res, err := httpx.Do(ctx, client, req, max)
	if err != nil {
		return nil, err
	}
	if res.Status != http.StatusOK {
		return nil, fail(CodeStatus, nil, "url", res.URL, "status", strconv.Itoa(res.Status))
	}
	return res.Body, nil
}
