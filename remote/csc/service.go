package csc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/internal/rest"
	"github.com/kyso-dev/kyso/signer"
)

// How long calls may take, unless configured.
const (
	quick   = 30 * time.Second
	patient = 5 * time.Minute // some services answer only when the subscriber has acted
)

// tries is how often a harmless call is made.
const tries = 3

// Service is a signing service. It is safe for concurrent use.
type Service struct {
	config  Config
	base    string
	version Version
	http    *http.Client
	clock   remote.Clock
	info    ServiceInfo
	tokens  tokenCache
}

// Connect makes a Service and asks it what it can do.
func Connect(ctx context.Context, c Config) (*Service, error) {
	s, err := newService(c)
	if err != nil {
		return nil, err
	}
	answer, err := s.askInfo(ctx)
	if err != nil {
		return nil, err
	}
	if s.info, err = parseInfo(answer.Body, answer.URL); err != nil {
		return nil, err
	}
	major, _, _ := strings.Cut(s.info.Specs, ".")
	if want := strconv.Itoa(int(s.version)); major != want {
		return nil, remote.NewError(CodeVersion, nil, "found", excerptOf(s.info.Specs), "want", want)
	}
	return s, nil
}

func newService(c Config) (*Service, error) {
	base, err := rest.CheckBase(c.BaseURL)
	if err != nil {
		return nil, err
	}
	s := &Service{config: c, base: base, version: c.Version, http: c.HTTPClient, clock: c.Clock}
	if s.version == 0 && strings.HasSuffix(base, "/v1") {
		s.version = V1
	} else if s.version == 0 && strings.HasSuffix(base, "/v2") {
		s.version = V2
	}
	rights := 0
	for _, given := range []bool{c.Basic != nil, c.OAuth != nil && (c.OAuth.ClientCredentials || c.Basic == nil && c.Bearer == nil && c.Header == nil), c.Bearer != nil, c.Header != nil} {
		if given {
			rights++
		}
	}
	for name, wrong := range map[string]bool{
		"Version": s.version != V1 && s.version != V2, "Basic.Password": c.Basic != nil && (c.Basic.User == "" || c.Basic.Password == nil),
		"OAuth.ClientID": c.OAuth != nil && c.OAuth.ClientID == "", "OAuth.ClientSecret": c.OAuth != nil && c.OAuth.Account != "" && c.OAuth.ClientSecret == "",
		"Basic, OAuth, Bearer, Header": rights > 1, "Async": c.Async && s.version == V1,
		"ResponseURI": c.ResponseURI != "" && !c.Async, "Qualifier": c.Qualifier != "" && (c.CredentialID != "" || s.version == V1),
	} {
		if wrong {
			return nil, remote.NewError(remote.CodeConfig, nil, "name", name)
		}
	}
	if c.ResponseURI != "" {
		if _, err := s.responseURI("x"); err != nil {
			return nil, err
		}
	}
	if s.http == nil {
		s.http = rest.NewClient(c.TLS, quick)
	}
	if s.clock == nil {
		s.clock = remote.SystemClock()
	}
	s.tokens.free = make(chan struct{}, 1)
	s.tokens.free <- struct{}{}
	if c.OAuth != nil && c.Basic == nil {
		s.tokens.refresh = c.OAuth.Refresh
	}
	return s, nil
}

// String names the service without looking into it.
func (s *Service) String() string { return fmt.Sprintf("csc.Service(v%d)", s.version) }

// GoString is String.
func (s *Service) GoString() string { return s.String() }

// Info is what the service said of itself.
func (s *Service) Info() ServiceInfo { return s.info.clone() }

// client is the HTTP client with a time limit.
func (s *Service) client(limit time.Duration) *http.Client {
	c := *s.http
	c.Timeout = limit
	switch {
	case limit == quick && s.config.Timeout > 0:
		c.Timeout = s.config.Timeout
	case limit == patient && s.config.Patience > 0:
		c.Timeout = s.config.Patience
	}
	return &c
}

// offers refuses calls that the service does not list.
func (s *Service) offers(method string) error {
	if s.config.AllCalls || s.has(method) {
		return nil
	}
	return remote.NewError(CodeMethod, nil, "name", method)
}

func (s *Service) has(method string) bool {
	return slices.ContainsFunc(s.info.Methods, func(m string) bool { return strings.EqualFold(m, method) })
}

// request is one call.
type request struct {
	method   string
	body     map[string]any
	limit    time.Duration   // 0: quick
	secrets  []remote.Secret // of ours in it, which are never quoted
	bearer   remote.Secret   // in place of the right to call
	header   http.Header     // in place of both
	harmless bool            // may be sent again
	most     int64           // octets of the answer; 0: limits.RemoteAnswer
}

// call makes a call and reads the answer into out, which may be nil. maybe tells of an error whether the service may have acted all the same.
func (s *Service) call(ctx context.Context, r request, out any) (answer *rest.Answer, maybe bool, err error) {
	if r.limit == 0 {
		r.limit = quick
	}
	if s.config.ClientData != "" && r.method != "info" {
		r.body["clientData"] = s.config.ClientData
	}
	renewed := false
	for n := 1; ; n++ {
		header, secrets := r.header, r.secrets
		if header == nil {
			var token remote.Secret
			if header, token, err = s.rights(ctx, r.bearer); err != nil {
				return nil, false, err // logging in is not tried again
			}
			secrets = append(slices.Clip(secrets), token)
		}
		answer, maybe, err = s.once(ctx, r, header, secrets, out)
		switch {
		case err == nil || !r.harmless || n >= tries || ctx.Err() != nil:
			return answer, maybe, err
		case answer != nil && answer.Status == http.StatusUnauthorized && !renewed && r.bearer == "" && r.header == nil:
			renewed = true // the token may have been taken back
			s.tokens.forget(ctx)
		case errors.Is(err, signer.ErrUnavailable):
			pause := time.Duration(n) * time.Second
			var later *remote.Error
			if errors.As(err, &later) && later.After > 0 {
				pause = min(later.After, 10*time.Second)
			}
			if s.clock.Sleep(ctx, pause) != nil {
				return nil, maybe, signer.Cancelled(ctx)
			}
		default:
			return answer, maybe, err
		}
	}
}

func (s *Service) once(ctx context.Context, r request, header http.Header, secrets []remote.Secret, out any) (*rest.Answer, bool, error) {
	if r.most == 0 {
		r.most = limits.RemoteAnswer
	}
	answer, err := rest.PostJSONFor(ctx, s.client(r.limit), s.base+"/"+r.method, header, r.body, r.most)
	if err != nil {
		return nil, rest.Sent(err), unwrapSend(err)
	}
	if err := failure(answer, r.method, secrets); err != nil {
		return answer, answer.Status >= 500 && !saidNo(answer), err
	}
	if out != nil && json.Unmarshal(answer.Body, out) != nil {
		return answer, true, unreadable(answer)
	}
	return answer, false, nil
}

// rights are the headers by which a call is made, and the token in them.
func (s *Service) rights(ctx context.Context, bearer remote.Secret) (http.Header, remote.Secret, error) {
	h := make(http.Header)
	if s.config.Header != nil {
		if err := s.config.Header(ctx, h); err != nil {
			return nil, "", missing(ctx, "header", err)
		}
	}
	if bearer == "" {
		var err error
		if bearer, err = s.access(ctx); err != nil {
			return nil, "", err
		}
	}
	if bearer != "" {
		h.Set("Authorization", "Bearer "+bearer.Reveal())
	}
	return h, bearer, nil
}

func unwrapSend(err error) error {
	var send *rest.SendError
	if errors.As(err, &send) {
		return send.Err
	}
	return err
}

// missing is the error of a secret that could not be had.
func missing(ctx context.Context, name string, err error) error {
	if cancelled := signer.Cancelled(ctx); cancelled != nil {
		return cancelled
	}
	var coded interface{ Code() string }
	if errors.As(err, &coded) {
		return err
	}
	return remote.NewError(remote.CodeSecretMissing, nil, "name", name)
}
