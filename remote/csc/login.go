package csc

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/internal/rest"
	"github.com/kyso-dev/kyso/signer"
)

// lifetime is how long a token or an authorization holds where the service does not say (CSC 1.0.4, 8.3.4 and 11.6).
const lifetime = time.Hour

// margin is how long before its end something is no longer used.
const margin = 5 * time.Second

// tokenCache is the right to call as it stands. It is held by whoever has taken the token out of free.
type tokenCache struct {
	free    chan struct{}
	access  remote.Secret
	refresh remote.Secret
	until   time.Time
}

func (t *tokenCache) take(ctx context.Context) error {
	select {
	case <-t.free:
		return nil
	case <-ctx.Done():
		return signer.Cancelled(ctx)
	}
}

func (t *tokenCache) leave() { t.free <- struct{}{} }

// forget drops a token that the service no longer takes.
func (t *tokenCache) forget(ctx context.Context) {
	if t.take(ctx) == nil {
		t.access = ""
		t.leave()
	}
}

// grant is a token as it was given.
type grant struct {
	access, refresh remote.Secret
	until           time.Time
}

// access is the token by which the service is called, "" where it takes none.
func (s *Service) access(ctx context.Context) (remote.Secret, error) {
	c := &s.config
	switch {
	case c.Bearer != nil:
		token, err := c.Bearer(ctx)
		if err != nil {
			return "", missing(ctx, "bearer", err)
		}
		return token, nil
	case c.Header != nil, c.Basic == nil && c.OAuth == nil:
		return "", nil
	}
	t := &s.tokens
	if err := t.take(ctx); err != nil {
		return "", err
	}
	defer t.leave()
	if t.access != "" && s.clock.Now().Add(margin).Before(t.until) {
		return t.access, nil
	}
	t.access = ""
	g, err := s.renew(ctx)
	if err != nil {
		return "", err
	}
	t.access, t.until = g.access, g.until
	if g.refresh != "" {
		t.refresh = g.refresh
		if c.OAuth != nil && c.OAuth.OnRefresh != nil {
			c.OAuth.OnRefresh(g.refresh)
		}
	}
	return t.access, nil
}

// renew gets a token: by the refresh token where there is one, else from the beginning.
func (s *Service) renew(ctx context.Context) (grant, error) {
	t := &s.tokens
	if t.refresh != "" {
		refresh := t.refresh
		t.refresh = "" // whatever happens: a second use looks like theft
		var g grant
		var err error
		if s.config.Basic != nil {
			g, err = s.login(ctx, nil, map[string]any{"refresh_token": refresh.Reveal(), "rememberMe": true}, refresh)
		} else {
			g, err = s.oauthRefresh(ctx, refresh)
		}
		if err == nil {
			if g.refresh == "" {
				g.refresh = refresh // the old one goes on
			}
			return g, nil
		}
		if ctx.Err() != nil || errors.Is(err, signer.ErrUnavailable) {
			return grant{}, err
		}
	}
	switch {
	case s.config.Basic != nil:
		return s.logIn(ctx)
	case s.config.OAuth.ClientCredentials:
		return s.oauthClient(ctx)
	}
	return s.oauthService(ctx)
}

// logIn sends name and password, once; or proves that it knows the password, where the service takes that and nothing else.
func (s *Service) logIn(ctx context.Context) (grant, error) {
	b := s.config.Basic
	var challenges []string
	if s.takes("digest") && !s.takes("basic") {
		var err error
		if challenges, err = s.challenges(ctx); err != nil {
			return grant{}, err
		}
	}
	password, err := b.Password(ctx)
	if err != nil {
		return grant{}, missing(ctx, "password", err)
	}
	if challenges != nil {
		u, err := url.Parse(s.base + "/auth/login")
		if err != nil {
			return grant{}, remote.NewError(remote.CodeAddress, nil, "url", "…")
		}
		answer := digestAnswer(challenges, http.MethodPost, u.RequestURI(), b.User, password, remote.NewID())
		if answer == "" {
			return grant{}, remote.NewError(CodeMode, nil, "name", "digest")
		}
		return s.login(ctx, http.Header{"Authorization": {answer}}, map[string]any{"rememberMe": b.Remember}, password, remote.Secret(answer))
	}
	basic := remote.Secret(base64.StdEncoding.EncodeToString([]byte(b.User + ":" + password.Reveal())))
	return s.login(ctx, http.Header{"Authorization": {"Basic " + basic.Reveal()}}, map[string]any{"rememberMe": b.Remember}, password, basic)
}

// takes reports whether the service lists a way to log in.
func (s *Service) takes(kind string) bool {
	return slices.ContainsFunc(s.info.AuthTypes, func(t string) bool { return sameFold(t, kind) })
}

// challenges asks what a proof has to be made from (RFC 7616, 3.3): the service turns a call without one away.
func (s *Service) challenges(ctx context.Context) ([]string, error) {
	answer, _, err := s.call(ctx, request{method: "auth/login", body: map[string]any{"rememberMe": s.config.Basic.Remember}, header: make(http.Header)}, nil)
	if answer == nil || answer.Status != http.StatusUnauthorized {
		if err == nil {
			err = unreadable(answer)
		}
		return nil, err
	}
	return append([]string{}, answer.Header.Values("WWW-Authenticate")...), nil
}

func (s *Service) login(ctx context.Context, header http.Header, body map[string]any, secrets ...remote.Secret) (grant, error) {
	if header == nil {
		header = make(http.Header)
	}
	var w struct {
		Access  rest.Text `json:"access_token"`
		Refresh rest.Text `json:"refresh_token"`
		Expires rest.Int  `json:"expires_in"`
	}
	before := s.clock.Now()
	answer, _, err := s.call(ctx, request{method: "auth/login", body: body, header: header, secrets: secrets}, &w)
	if err != nil {
		return grant{}, err
	}
	if w.Access == "" {
		return grant{}, unreadable(answer)
	}
	return grant{remote.Secret(w.Access), remote.Secret(w.Refresh), before.Add(seconds(w.Expires))}, nil
}

func seconds(n rest.Int) time.Duration {
	if !n.Set || n.Value <= 0 {
		return lifetime
	}
	return time.Duration(n.Value) * time.Second
}

// Close gives back the right to call: the tokens are revoked, and forgotten in any case.
func (s *Service) Close(ctx context.Context) error {
	t := &s.tokens
	if err := t.take(ctx); err != nil {
		return err
	}
	access, refresh := t.access, t.refresh
	t.access, t.refresh = "", ""
	t.leave()
	if access == "" {
		return nil
	}
	token, hint := access, "access_token"
	if refresh != "" { // takes its access tokens along
		token, hint = refresh, "refresh_token"
	}
	if s.config.Basic == nil {
		return s.oauthRevoke(ctx, s.serviceWay(), token, hint)
	}
	if !s.has("auth/revoke") {
		return nil
	}
	_, _, err := s.call(ctx, request{
		method: "auth/revoke", body: map[string]any{"token": token.Reveal(), "token_type_hint": hint},
		header: http.Header{"Authorization": {"Bearer " + access.Reveal()}}, secrets: []remote.Secret{access, refresh},
	}, nil)
	return err
}

// sameFold reports whether a header or parameter value is one of our words, in any case.
func sameFold(a, b string) bool { return strings.EqualFold(strings.TrimSpace(a), b) }
