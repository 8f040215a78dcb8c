package csctest

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"time"
)

// approval is what the user allows.
type approval struct {
	credential string
	count      int
	hashes     []string // base64
	hashOID    string
	text       string
}

// activation is signature activation data, or what a token of the scope "credential" stands for.
type activation struct {
	approval
	until time.Time
	spent bool // used once, and not extended since
}

// approvalOf reads what a call wants to be allowed, and refuses what the key cannot.
func (s *Server) approvalOf(c *call, k *credential) (approval, *apiError) {
	a := approval{credential: k.ID, text: c.str("description")}
	if k.KeyStatus != "enabled" {
		return a, invalid("The key is disabled")
	}
	if object := k.locked(s.opts.Guesses.LockAfter); object != "" {
		if c.version == 2 {
			object = "Credential"
		}
		return a, invalid(object + " locked")
	}
	n, ok := c.num("numSignatures")
	if !ok || n < 1 || n > k.Multisign {
		return a, invalid("Invalid parameter numSignatures")
	}
	a.count = n
	var bad *apiError
	if a.hashes, a.hashOID, bad = hashesOf(c); bad != nil {
		return a, bad
	}
	switch {
	case len(a.hashes) == 0 && k.SCAL == 2:
		return a, invalid("Missing parameter " + hashName(c))
	case len(a.hashes) > n, s.opts.Guesses.StrictCount && len(a.hashes) > 0 && len(a.hashes) != n:
		return a, invalid("numSignatures does not fit the digests")
	}
	return a, nil
}

func hashName(c *call) string {
	if c.version == 1 {
		return "hash"
	}
	return "hashes"
}

// hashesOf reads digests as the version names them; those of the other version are not looked at.
func hashesOf(c *call) (list []string, oid string, bad *apiError) {
	raw, given := c.in[hashName(c)]
	if !given || raw == nil {
		return nil, "", nil
	}
	items, ok := raw.([]any)
	if !ok || len(items) == 0 {
		return nil, "", invalid("Empty hash array")
	}
	for _, i := range items {
		text, _ := i.(string)
		if _, err := base64.StdEncoding.DecodeString(text); err != nil || text == "" {
			return nil, "", invalid("Invalid Base64 hash string parameter")
		}
		list = append(list, text)
	}
	oid = c.str("hashAlgorithmOID")
	if c.version == 2 && oid == "" && c.method != "signatures/signHash" {
		return nil, "", invalid("Missing parameter hashAlgorithmOID")
	}
	return list, oid, nil
}

func (s *Server) authorize(c *call) (*answer, *apiError) {
	k, bad := s.find(c)
	if bad != nil {
		return nil, bad
	}
	if k.Mode == "oauth2code" {
		return nil, invalid("The credential is authorized by OAuth")
	}
	a, bad := s.approvalOf(c, k)
	if bad != nil {
		return nil, bad
	}
	waits, bad := s.authenticate(c, k)
	if bad != nil {
		return nil, bad
	}
	if !waits {
		return &answer{http.StatusOK, s.activate(a)}, nil
	}
	p := s.ask(a)
	return &answer{http.StatusAccepted, map[string]any{"handle": p.handle}}, nil
}

// ask puts a request before the user.
func (s *Server) ask(a approval) *Pending {
	p := &Pending{ID: random(), Credential: a.credential, Text: a.text, Count: a.count, approval: a, handle: s.secret(), until: s.opts.Clock().Add(s.opts.Lifetime)}
	s.requests[p.handle] = p
	return p
}

// authorizeWaiting is authorize of a service that answers only when the user has acted.
func (s *Server) authorizeWaiting(r *http.Request, c *call) (*answer, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if bad := s.admit(r.Header.Get("Authorization"), c); bad != nil {
		return nil, bad
	}
	k, bad := s.find(c)
	if bad != nil {
		return nil, bad
	}
	a, bad := s.approvalOf(c, k)
	if bad != nil {
		return nil, bad
	}
	p := s.ask(a)
	defer delete(s.requests, p.handle)
	for {
		switch s.decision(p) {
		case Approve:
			return &answer{http.StatusOK, s.activate(a)}, nil
		case Refuse:
			return nil, &apiError{http.StatusBadRequest, "access_denied", "The user refused"}
		}
		changed := s.changed
		s.mu.Unlock()
		select {
		case <-changed:
		case <-r.Context().Done():
			s.mu.Lock()
			return nil, &apiError{http.StatusBadRequest, "access_denied", "The client has gone"}
		}
		s.mu.Lock()
	}
}

// decision is what the user has decided, "" while he has not.
func (s *Server) decision(p *Pending) User {
	if p.decided == "" && (s.user == Approve || s.user == Refuse) {
		p.decided = s.user
	}
	return p.decided
}

// authenticate checks what the user gave. waits says that he has to act elsewhere.
func (s *Server) authenticate(c *call, k *credential) (waits bool, bad *apiError) {
	if k.Mode != "explicit" {
		return false, nil
	}
	given := make(map[string]string)
	if c.version == 1 {
		for _, name := range []string{"PIN", "OTP"} {
			if v, ok := c.in[name].(string); ok {
				given[name] = v
			}
		}
	} else if list, ok := c.in["authData"].([]any); ok {
		for _, e := range list {
			m, _ := e.(map[string]any)
			id, _ := m["id"].(string)
			value, _ := m["value"].(string)
			given[id] = value
		}
	}
	satisfied := make(map[string]bool)
	for _, o := range k.objects() {
		value, ok := given[o.ID]
		if !ok {
			continue
		}
		if strings.HasSuffix(o.Type, "OOB") {
			waits, satisfied[o.ID] = true, true
			continue
		}
		want := k.answer(o.ID)
		delete(k.sent, o.ID) // a code is good for one try
		if want == "" || value != want {
			k.wrong[o.ID]++
			return false, wrongSecret(c, o.ID)
		}
		satisfied[o.ID] = true
	}
	if !satisfies(k.Expression, k.objects(), satisfied) {
		return false, invalid("Missing authentication data")
	}
	for id := range satisfied {
		delete(k.wrong, id)
	}
	return waits, nil
}

func wrongSecret(c *call, id string) *apiError {
	switch {
	case c.version == 2:
		return &apiError{http.StatusBadRequest, "invalid_authentication_data", "The authentication data is invalid"}
	case id == "OTP":
		return &apiError{http.StatusBadRequest, "invalid_otp", "The OTP is invalid"}
	}
	return &apiError{http.StatusBadRequest, "invalid_pin", "The PIN is invalid"}
}

// satisfies evaluates an expression, which here is given from left to right with parentheses, over what was given.
func satisfies(expression string, objects []Object, given map[string]bool) bool {
	if expression == "" {
		return !slices.ContainsFunc(objects, func(o Object) bool { return !given[o.ID] })
	}
	words := strings.Fields(strings.NewReplacer("(", " ( ", ")", " ) ").Replace(expression))
	var sum func() bool
	one := func() bool {
		if len(words) == 0 {
			return false
		}
		w := words[0]
		words = words[1:]
		if w == "(" {
			v := sum()
			words = words[1:]
			return v
		}
		return given[w]
	}
	product := func() bool {
		v := one()
		for len(words) > 0 && words[0] == "AND" {
			words = words[1:]
			more := one()
			v = v && more
		}
		return v
	}
	sum = func() bool {
		v := product()
		for len(words) > 0 && (words[0] == "OR" || words[0] == "XOR") {
			or := words[0] == "OR"
			words = words[1:]
			more := product()
			if or {
				v = v || more
			} else {
				v = v != more
			}
		}
		return v
	}
	return sum()
}

// activate makes activation data.
func (s *Server) activate(a approval) map[string]any {
	sad := s.secret()
	body := map[string]any{"SAD": sad}
	life := time.Hour
	if !s.opts.Guesses.NoExpiresIn {
		life = s.opts.Lifetime
		body["expiresIn"] = int(life / time.Second)
	}
	s.sads[sad] = &activation{approval: a, until: s.opts.Clock().Add(life)}
	return body
}

func (s *Server) authorizeCheck(c *call) (*answer, *apiError) {
	handle := c.str("handle")
	p := s.requests[handle]
	if p == nil || p.Browser {
		return nil, invalid("Invalid parameter handle")
	}
	if !s.opts.Clock().Before(p.until) {
		return nil, &apiError{http.StatusBadRequest, "invalid_request", "The authorization request has run out"}
	}
	p.looks++
	decided := s.decision(p)
	if decided == "" || decided == Approve && p.looks <= s.opts.Guesses.Looks {
		if !s.opts.Guesses.OneHandle && p.looks == 1 { // it changes once
			delete(s.requests, handle)
			p.handle = s.secret()
			s.requests[p.handle] = p
		}
		return &answer{http.StatusAccepted, map[string]any{"handle": p.handle}}, nil
	}
	delete(s.requests, handle)
	if decided == Refuse {
		return nil, &apiError{http.StatusBadRequest, "access_denied", "The user refused"}
	}
	return &answer{http.StatusOK, s.activate(p.approval)}, nil
}

func (s *Server) extendTransaction(c *call) (*answer, *apiError) {
	sad := c.str("SAD")
	a := s.sads[sad]
	if a == nil || a.credential != c.str("credentialID") {
		return nil, invalid("Invalid parameter SAD")
	}
	if !s.opts.Clock().Before(a.until) {
		delete(s.sads, sad)
		return nil, invalid("SAD expired")
	}
	hashes, oid, bad := hashesOf(c)
	if bad != nil {
		return nil, bad
	}
	k, bad := s.find(c)
	if bad != nil {
		return nil, bad
	}
	if k.SCAL == 2 && len(hashes) == 0 || len(hashes) > a.count {
		return nil, invalid("Invalid parameter " + hashName(c))
	}
	next := a.approval
	if len(hashes) > 0 {
		next.hashes, next.hashOID = hashes, oid
	}
	delete(s.sads, sad)
	return &answer{http.StatusOK, s.activate(next)}, nil
}

func (s *Server) sendOTP(c *call) (*answer, *apiError) {
	k, bad := s.find(c)
	if bad != nil {
		return nil, bad
	}
	if !k.OTPOnline {
		return nil, invalid("The OTP is not online")
	}
	s.send(k, "OTP")
	return &answer{http.StatusNoContent, nil}, nil
}

// send makes a code up and sends it.
func (s *Server) send(k *credential, object string) {
	k.sent[object] = s.opts.Code()
}

func (s *Server) getChallenge(c *call) (*answer, *apiError) {
	k, bad := s.find(c)
	if bad != nil {
		return nil, bad
	}
	for _, o := range k.objects() {
		if o.ID != c.str("authObjectID") || !strings.HasPrefix(o.Type, "ChallengeResponse") {
			continue
		}
		if o.Shown != "" {
			return &answer{http.StatusOK, map[string]any{"challenge": o.Shown}}, nil
		}
		if o.Type == "ChallengeResponse" {
			s.send(k, o.ID)
		}
		return &answer{http.StatusNoContent, nil}, nil
	}
	return nil, invalid("Invalid parameter authObjectID")
}
