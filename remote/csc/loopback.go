package csc

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/signer"
)

// Loopback makes a [Config].Consent for programs on the subscriber's own machine (RFC 8252, 7.3): it listens at redirect, an address such as
// "http://127.0.0.1:8765/callback", has open show the page in the browser, and waits for the browser to come back.
func Loopback(redirect string, open func(page string) error) func(ctx context.Context, page string) (string, error) {
	return func(ctx context.Context, page string) (string, error) {
		u, err := url.Parse(redirect)
		if err != nil || u.Scheme != "http" || net.ParseIP(u.Hostname()) == nil || !net.ParseIP(u.Hostname()).IsLoopback() {
			return "", remote.NewError(remote.CodeConfig, nil, "name", "OAuth.RedirectURL")
		}
		listener, err := new(net.ListenConfig).Listen(ctx, "tcp", u.Host)
		if err != nil {
			return "", remote.NewError(remote.CodeConfig, nil, "name", "OAuth.RedirectURL")
		}
		back := make(chan string, 1)
		server := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet || r.URL.Path != u.Path {
				http.NotFound(w, r)
				return
			}
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			_, _ = io.WriteString(w, "This window can be closed. / Có thể đóng cửa sổ này.\n")
			select {
			case back <- redirect + "?" + r.URL.RawQuery:
			default:
			}
		})}
		done := make(chan struct{})
		go func() { defer close(done); _ = server.Serve(listener) }()
		defer func() {
			gone, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
			defer cancel()
			if server.Shutdown(gone) != nil { // lets the browser read its page
				_ = server.Close()
			}
			<-done
		}()
		if err := open(page); err != nil {
			return "", err
		}
		select {
		case address := <-back:
			return address, nil
		case <-ctx.Done():
			return "", signer.Cancelled(ctx)
		}
	}
}
