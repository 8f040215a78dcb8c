package smartca

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/internal/rest"
)

// Token lets the application in for a subscriber. Its secrets print as placeholders, in JSON too: a store takes them by Reveal.
type Token struct {
	Access  remote.Secret
	Refresh remote.Secret // lives for about three months and changes with each use
	Expires time.Time     // of Access
}

// Tokens keeps a subscriber's token, in a safe place: whoever has it can ask in the subscriber's name. Implementations are safe for
// concurrent use.
type Tokens interface {
	Load(ctx context.Context) (Token, error) // the zero Token when there is none
	Save(ctx context.Context, t Token) error
}

type memoryTokens struct {
	mu sync.Mutex
	t  Token
}

func (m *memoryTokens) Load(context.Context) (Token, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.t, nil
}

func (m *memoryTokens) Save(_ context.Context, t Token) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.t = t
	return nil
}

// margin is how long before its end a token is renewed.
const margin = time.Minute

// lockTime is how long an account is locked after more than five wrong passwords.
const lockTime = 5 * time.Minute

// tokenSource gets a token and renews it, for one caller at a time: a refresh token that is used twice looks stolen.
type tokenSource struct {
	config *CSCConfig
	http   *http.Client
	clock  remote.Clock
	kept   Tokens
	turn   remote.Turns

	mu     sync.Mutex
	locked time.Time       // no password is sent before
	seen   []remote.Secret // tokens of this process, to be taken out of what a service says
}

func (s *tokenSource) secrets() []remote.Secret {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]remote.Secret(nil), s.seen...)
}

// token is an access token that is good for a while.
func (s *tokenSource) token(ctx context.Context) (remote.Secret, error) {
	done, err := s.turn.Take(ctx, "")
	if err != nil {
		return "", err
	}
	defer done()
	t, err := s.kept.Load(ctx)
	if err != nil {
		return "", err
	}
	if t.Access != "" && s.clock.Now().Add(margin).Before(t.Expires) {
		s.note(t)
		return t.Access, nil
	}
	if t.Refresh != "" {
		t, err := s.ask(ctx, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {t.Refresh.Reveal()}}, t.Refresh)
		if err == nil {
			return t.Access, nil
		}
		if s.config.Password == nil && s.config.Code == nil || !errors.Is(err, remote.ErrLogIn) {
			return "", err
		}
		if err := s.kept.Save(ctx, Token{}); err != nil { // it is used up, or too old
			return "", err
		}
	}
	form, secret, err := s.grant(ctx)
	if err != nil {
		return "", err
	}
	t, err = s.ask(ctx, form, secret)
	return t.Access, err
}

// grant is what the subscriber lets the application in with.
func (s *tokenSource) grant(ctx context.Context) (url.Values, remote.Secret, error) {
	if s.config.Code != nil {
		code, err := s.config.Code(ctx)
		if err != nil {
			return nil, "", secretMissing(ctx, "code", err)
		}
		return url.Values{"grant_type": {"authorization_code"}, "code": {code.Reveal()}, "redirect_uri": {s.config.RedirectURI}}, code, nil
	}
	s.mu.Lock()
	left := s.locked.Sub(s.clock.Now())
	s.mu.Unlock()
	if left > 0 { // another try would only be counted
		return nil, "", remote.Later(remote.CodeLocked, left, remote.Answer{}, nil)
	}
	if s.config.Password == nil {
		return nil, "", remote.NewError(remote.CodeSecretMissing, nil, "name", "password")
	}
	password, err := s.config.Password(ctx)
	if err != nil {
		return nil, "", secretMissing(ctx, "password", err)
	}
	return url.Values{"grant_type": {"password"}, "username": {s.config.UserName}, "password": {password.Reveal()}, "scope": {"sign offline_access"}}, password, nil
}

// ask gets a token and keeps it. It asks once.
func (s *tokenSource) ask(ctx context.Context, form url.Values, secret remote.Secret) (Token, error) {
	form.Set("client_id", s.config.ClientID)
	form.Set("client_secret", s.config.ClientSecret.Reveal())
	now := s.clock.Now()
	answer, err := rest.Post(ctx, s.http, s.config.TokenURL, nil, "application/x-www-form-urlencoded", []byte(form.Encode()))
	if err != nil {
		return Token{}, unwrapSend(err)
	}
	secrets := []remote.Secret{secret, s.config.ClientSecret, remote.Secret(s.config.UserName)}
	if err := answer.Gateway(secrets); err != nil {
		return Token{}, err
	}
	var t struct {
		Access      remote.Secret `json:"access_token"`
		Refresh     remote.Secret `json:"refresh_token"`
		ExpiresIn   rest.Int      `json:"expires_in"`
		Error       rest.Text     `json:"error"`
		Description rest.Text     `json:"error_description"`
	}
	if json.Unmarshal(answer.Body, &t) != nil {
		return Token{}, answer.Nonsense(secrets)
	}
	if answer.Status != http.StatusOK || t.Access == "" {
		return Token{}, s.refused(answer.Status, string(t.Error), string(t.Description), secrets)
	}
	lifetime := time.Duration(t.ExpiresIn.Value) * time.Second
	if lifetime <= 0 {
		lifetime = time.Hour
	}
	out := Token{Access: t.Access, Refresh: t.Refresh, Expires: now.Add(lifetime)}
	s.note(out)
	return out, s.kept.Save(context.WithoutCancel(ctx), out) // the old one is used up, whether the caller waits or not
}

func (s *tokenSource) note(t Token) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = nil
	for _, v := range []remote.Secret{t.Access, t.Refresh} {
		if v != "" {
			s.seen = append(s.seen, v)
		}
	}
}

// drop forgets an access token that the service refused; the refresh token stays.
func (s *tokenSource) drop(ctx context.Context, access remote.Secret) {
	done, err := s.turn.Take(ctx, "")
	if err != nil {
		return
	}
	defer done()
	if t, err := s.kept.Load(ctx); err == nil && t.Access == access {
		t.Access = ""
		_ = s.kept.Save(ctx, t) // it will be refused again, and dropped again
	}
}

var number = regexp.MustCompile(`\d+`)

// refused is the error of a token that was not given. That the account is locked, and how many tries are left, stands only in the
// description, which the service's document quotes.
func (s *tokenSource) refused(status int, code, description string, secrets []remote.Secret) error {
	said := remote.Answer{Status: status, Code: code, Text: description}
	switch {
	case code == "invalid_grant" && locks(description):
		s.mu.Lock()
		s.locked = s.clock.Now().Add(lockTime)
		s.mu.Unlock()
		return remote.Later(remote.CodeLocked, lockTime, said, secrets)
	case code == "invalid_grant":
		var pairs []string
		if found := number.FindAllString(description, 2); len(found) == 1 && len(found[0]) == 1 {
			pairs = []string{"tries", found[0]}
		}
		return remote.Said(remote.CodeLogIn, said, secrets, pairs...)
	case status >= 500:
		return remote.Said(remote.CodeFault, said, secrets)
	}
	return remote.Said(remote.CodeCredentials, said, secrets)
}

func locks(description string) bool {
	d := strings.ToLower(description)
	return strings.Contains(d, "lock") || strings.Contains(d, "bị khóa") || strings.Contains(d, "bị khoá") || strings.Contains(d, "tạm khóa")
}
