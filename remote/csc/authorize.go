package csc

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/internal/rest"
	"github.com/kyso-dev/kyso/signer"
)

// approval is what the subscriber is asked to allow: a number of signatures, over these digests as far as they are known.
type approval struct {
	count   int
	hashes  [][]byte
	labels  []string
	hashOID string
	text    string
}

// permit is what allows signatures. Of its secrets exactly one is set: handle while the subscriber is waited for, then sad or bearer.
type permit struct {
	handle remote.Secret
	sad    remote.Secret // signature activation data
	bearer remote.Secret // OAuth token of the key, in place of it
	until  time.Time
	left   int  // signatures
	spent  bool // it was sent with a request to sign, and has to be extended before the next
	tries  int  // requests to sign that the service turned away unread
	lost   bool // an answer with a newer handle may have been lost
}

func (p *permit) secrets() []remote.Secret { return []remote.Secret{p.handle, p.sad, p.bearer} }

// wireActivation is what authorizing gives.
type wireActivation struct {
	SAD     rest.Text `json:"SAD"`
	Expires rest.Int  `json:"expiresIn"`
	Handle  rest.Text `json:"handle"`
}

// take puts an activation into the permit. The time of SAD is counted from before it was asked for.
func (p *permit) take(w wireActivation, before time.Time) {
	if w.SAD != "" {
		p.sad, p.handle, p.until, p.spent = remote.Secret(w.SAD), "", before.Add(seconds(w.Expires)), false
		return
	}
	p.handle = remote.Secret(w.Handle)
}

// authorize asks for the right to sign. It waits as long as the service takes to answer, and comes back with a handle where the
// service goes on waiting by itself.
func (s *Service) authorize(ctx context.Context, c *Credential, a *approval) (*permit, error) {
	if s.config.NoHashes && !c.Pinned { // otherwise they are named also where the service does not insist: what can be bound is bound
		a.hashes = nil
	}
	p := &permit{left: a.count}
	switch c.Mode {
	case OAuthKey:
		g, err := s.oauthKey(ctx, c, a)
		if err != nil {
			return nil, err
		}
		p.until = g.until
		if s.version == V1 || s.config.SADInBody {
			p.sad = g.access
		} else {
			p.bearer = g.access
		}
		return p, nil
	case Implicit, Explicit:
	default:
		return nil, remote.NewError(CodeMode, nil, "name", excerptOf(string(c.Mode)))
	}
	if err := s.offers("credentials/authorize"); err != nil {
		return nil, err
	}
	body := map[string]any{"credentialID": c.ID, "numSignatures": a.count}
	if a.text != "" {
		body["description"] = a.text
	}
	s.putHashes(body, a.hashes, a.hashOID)
	secrets, err := s.authenticate(ctx, c, a, body)
	if err != nil {
		return nil, err
	}
	var w wireActivation
	before := s.clock.Now()
	answer, _, err := s.call(ctx, request{method: "credentials/authorize", body: body, limit: patient, secrets: secrets}, &w)
	if err != nil {
		return nil, err // no activation came, so nothing can be signed
	}
	if p.take(w, before); p.sad == "" && (p.handle == "" || s.version == V1) {
		return nil, unreadable(answer)
	}
	return p, nil
}

// putHashes names digests in a body as the version has it.
func (s *Service) putHashes(body map[string]any, hashes [][]byte, oid string) {
	if len(hashes) == 0 {
		return
	}
	list := make([]string, len(hashes))
	for i, h := range hashes {
		list[i] = base64.StdEncoding.EncodeToString(h)
	}
	if s.version == V1 {
		body["hash"] = list
	} else {
		body["hashes"], body["hashAlgorithmOID"] = list, oid
	}
}

// authenticate asks the subscriber for what the key wants and puts it into the body.
func (s *Service) authenticate(ctx context.Context, c *Credential, a *approval, body map[string]any) (secrets []remote.Secret, err error) {
	if c.Mode == Implicit || len(c.Objects) == 0 {
		return nil, nil
	}
	way, err := s.choose(ctx, c)
	if err != nil {
		return nil, err
	}
	var data []map[string]string
	for _, o := range way {
		q := Question{Object: o, Text: a.text, Documents: a.count}
		if o.Type.challenged() {
			if err := s.challenge(ctx, c, o, &q); err != nil {
				return nil, err
			}
		}
		if o.Type.elsewhere() {
			data = append(data, map[string]string{"id": o.ID})
			continue
		}
		if s.config.Ask == nil {
			return nil, remote.NewError(remote.CodeSecretMissing, nil, "name", excerptOf(o.ID))
		}
		value, err := s.config.Ask(ctx, q)
		if err != nil {
			return nil, missing(ctx, excerptOf(o.ID), err)
		}
		if value == "" && o.Optional {
			continue
		}
		if value == "" {
			return nil, remote.NewError(remote.CodeSecretMissing, nil, "name", excerptOf(o.ID))
		}
		secrets = append(secrets, value)
		data = append(data, map[string]string{"id": o.ID, "value": value.Reveal()})
	}
	if s.version == V2 {
		body["authData"] = data
		return secrets, nil
	}
	for _, d := range data {
		body[d["id"]] = d["value"] // PIN and OTP
	}
	return secrets, nil
}

// choose picks a way to authenticate among those that this client knows.
func (s *Service) choose(ctx context.Context, c *Credential) (Way, error) {
	all, err := ways(c.Expression, c.Objects)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(w Way) bool {
		return slices.ContainsFunc(w, func(o AuthObject) bool { return !o.Type.known() })
	})
	switch {
	case len(all) == 0:
		return nil, remote.NewError(CodeExpression, nil, "reason", "it wants what is not known here")
	case len(all) == 1 || s.config.Choose == nil:
		return all[0], nil
	}
	n, err := s.config.Choose(ctx, all)
	if err != nil {
		return nil, missing(ctx, "choice", err)
	}
	if n < 0 || n >= len(all) {
		return nil, remote.NewError(remote.CodeConfig, nil, "name", "Choose")
	}
	return all[n], nil
}

// challenge has the service make a challenge or send a code, once: each sends an SMS.
func (s *Service) challenge(ctx context.Context, c *Credential, o AuthObject, q *Question) error {
	method, body := "credentials/getChallenge", map[string]any{"credentialID": c.ID, "authObjectID": o.ID}
	if s.version == V1 {
		method, body = "credentials/sendOTP", map[string]any{"credentialID": c.ID}
	}
	if err := s.offers(method); err != nil {
		return err
	}
	answer, _, err := s.call(ctx, request{method: method, body: body}, nil)
	if err != nil {
		return err
	}
	var w struct {
		Challenge rest.Text `json:"challenge"`
	}
	if answer.Status == http.StatusOK && len(strings.TrimSpace(string(answer.Body))) > 0 && s.version == V2 {
		if err := unmarshal(answer, &w); err != nil {
			return err
		}
	}
	q.Challenge = excerptOf(string(w.Challenge))
	q.Sent = w.Challenge == ""
	return nil
}

// check looks whether the subscriber has acted (credentials/authorizeCheck), by the newest handle. pending says that he has not.
func (s *Service) check(ctx context.Context, p *permit) (pending bool, err error) {
	before := s.clock.Now()
	var w wireActivation
	answer, maybe, err := s.call(ctx, request{method: "credentials/authorizeCheck", body: map[string]any{"handle": p.handle.Reveal()}, secrets: p.secrets()}, &w)
	if err != nil {
		var e *remote.Error
		if errors.As(err, &e) && e.Code() == string(remote.CodeRequest) { // it knew the handle before
			if err = remote.NewError(remote.CodeExpired, err); p.lost {
				err = remote.NewError(CodeSpent, nil)
			}
		}
		p.lost = p.lost || maybe
		return false, err
	}
	if w.SAD == "" && w.Handle == "" && answer.Status == http.StatusAccepted {
		return true, nil // the handle stays
	}
	p.take(w, before)
	if p.sad == "" && p.handle == "" {
		return false, unreadable(answer)
	}
	return p.sad == "", nil
}

// extend renews a permit for more digests of the same authorization, or before it runs out. It is sent once: the old one may be void.
func (s *Service) extend(ctx context.Context, c *Credential, p *permit, hashes [][]byte, oid string) error {
	if err := s.offers("credentials/extendTransaction"); err != nil {
		return err
	}
	if p.sad == "" || p.left < len(hashes) || !s.clock.Now().Add(margin).Before(p.until) {
		return remote.NewError(CodeSpent, nil)
	}
	body := map[string]any{"credentialID": c.ID, "SAD": p.sad.Reveal()}
	s.putHashes(body, hashes, oid)
	before := s.clock.Now()
	var w wireActivation
	answer, _, err := s.call(ctx, request{method: "credentials/extendTransaction", body: body, secrets: p.secrets()}, &w)
	if err != nil {
		return err
	}
	if w.SAD == "" {
		return unreadable(answer)
	}
	p.take(w, before)
	return nil
}

// sign sends digests to be signed under a permit, once. Only where no connection could be made at all it tries a second time. The error
// is signer.ErrOutcomeUnknown where the service may have signed; otherwise nothing was signed.
func (s *Service) sign(ctx context.Context, c *Credential, p *permit, r recipe, hashes [][]byte, op string) (signatures [][]byte, response string, err error) {
	if p.spent || p.tries > 1 || p.left < len(hashes) || !s.clock.Now().Add(margin).Before(p.until) {
		return nil, "", remote.NewError(CodeSpent, nil)
	}
	if err := s.offers("signatures/signHash"); err != nil {
		return nil, "", err
	}
	body := map[string]any{"credentialID": c.ID, "signAlgo": r.algorithm}
	s.putHashes(body, hashes, r.hash)
	if s.version == V1 {
		body["hashAlgo"] = r.hash
	}
	if r.params != "" {
		body["signAlgoParams"] = r.params
	}
	if p.sad != "" {
		body["SAD"] = p.sad.Reveal()
	}
	async := s.async()
	if async {
		body["operationMode"] = "A"
	}
	if async && s.config.ResponseURI != "" && op != "" {
		uri, err := s.responseURI(op)
		if err != nil {
			return nil, "", err
		}
		body["response_uri"] = uri
	}
	var w wireSignatures
	var answer *rest.Answer
	maybe := false
	for n := 0; n < 2; n++ {
		p.spent = true // from here on, whatever comes back
		answer, maybe, err = s.call(ctx, request{method: "signatures/signHash", body: body, limit: patient, bearer: p.bearer, secrets: p.secrets()}, &w)
		if err == nil || maybe || answer != nil || ctx.Err() != nil {
			break
		}
		p.spent = false // no connection was made
	}
	if err != nil {
		switch {
		case maybe:
			err = signer.OutcomeUnknown(op, err)
		case answer != nil && errors.Is(err, signer.ErrUnavailable): // too busy to look at it: the same may be sent once more
			p.spent = false
			p.tries++
		}
		return nil, "", err
	}
	p.left -= len(hashes)
	if async && w.Response != "" {
		return nil, string(w.Response), nil
	}
	signatures, err = w.decode(c, len(hashes))
	return signatures, "", err
}

// async reports whether the service is to sign in its own time.
func (s *Service) async() bool { return s.config.Async && s.info.Async && s.version == V2 }

// wireSignatures is what signing gives.
type wireSignatures struct {
	Signatures []rest.Text `json:"signatures"`
	Response   rest.Text   `json:"responseID"`
}

// decode gives the signatures as formats want them. A wrong number is an error: there is no telling which is missing.
func (w wireSignatures) decode(c *Credential, want int) ([][]byte, error) {
	if len(w.Signatures) != want {
		return nil, remote.NewError(remote.CodeIncomplete, nil, "want", itoa(want), "got", itoa(len(w.Signatures)))
	}
	out := make([][]byte, want)
	for i, text := range w.Signatures {
		sig, err := remote.DecodeBase64(string(text))
		if err != nil || len(sig) == 0 || len(sig) > maxSignature {
			return nil, signer.NewError(signer.CodeProtocol, nil)
		}
		out[i] = c.der(sig)
	}
	return out, nil
}

// maxSignature bounds one signature, in octets: RSA with 16384 bits.
const maxSignature = 2048

// poll asks for the result of a request that the service handles in its own time (signatures/signPolling). pending says that it is not
// there yet, which comes as an error with status 202.
func (s *Service) poll(ctx context.Context, c *Credential, response string, want int) (signatures [][]byte, pending bool, err error) {
	body := map[string]any{"requestID": response}
	if s.config.UserID != "" {
		body["userID"] = s.config.UserID
	}
	var w struct {
		complaint
		wireSignatures
	}
	answer, _, err := s.call(ctx, request{method: "signatures/signPolling", body: body}, &w)
	if err != nil {
		if answer != nil && answer.Status == http.StatusBadRequest && strings.Contains(strings.ToLower(string(complaintOf(answer).Text)), "asynchronous request") {
			return nil, true, nil // one service says so that it is not done
		}
		return nil, false, err
	}
	if answer.Status == http.StatusAccepted || strings.EqualFold(string(w.Error), "accepted_request") {
		return nil, true, nil
	}
	signatures, err = w.decode(c, want)
	return signatures, false, err
}
