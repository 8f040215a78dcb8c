package smartcatest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"github.com/kyso-dev/kyso/remote"
)

// State is how a transaction stands.
type State string

// States.
const (
	Waiting  State = "waiting"
	Signed   State = "signed"
	Rejected State = "rejected"
	Expired  State = "expired"
	KeyLost  State = "key-lost" // the phone could not release the key: AUTHORIZE_KEY_FAILED
	NotMade  State = "not-made" // released, and the signature could not be made: SIGN_FAILED
)

// transaction is one request for signatures.
type transaction struct {
	id       string // the application's
	code     string // tran_code, or tranId of the OAuth2 interface
	other    string // what the status answer calls it where Guesses.OtherStatusID is set
	owner    *Subscriber
	cert     *Certificate
	text     string
	docs     []doc
	created  time.Time
	state    State
	oauth    bool // of the OAuth2 interface
	byCode   bool // confirmed by a sad and not in the app
	notify   string
	looks    []time.Time
	reported bool // the webhook was called
}

type doc struct {
	id, kind  string
	digest    []byte
	signature []byte
}

// Transaction is what a test sees of one.
type Transaction struct {
	ID, Code   string
	Subscriber string
	State      State
	Text       string
	Documents  []string // doc_id
	Created    time.Time
	Looks      []time.Time // when its status was asked for
}

// Transactions lists all, oldest first.
func (s *Server) Transactions() []Transaction {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Transaction, len(s.transactions))
	for i, t := range s.transactions {
		s.advance(t)
		out[i] = Transaction{ID: t.id, Code: t.code, Subscriber: t.owner.ID, State: t.state, Text: t.text, Created: t.created, Looks: slices.Clone(t.looks)}
		for _, d := range t.docs {
			out[i].Documents = append(out[i].Documents, d.id)
		}
	}
	return out
}

// OpenOperations is how many transactions wait for a subscriber.
func (s *Server) OpenOperations() int {
	n := 0
	for _, t := range s.Transactions() {
		if t.State == Waiting {
			n++
		}
	}
	return n
}

// Approve confirms a transaction as the subscriber would; false when it does not wait.
func (s *Server) Approve(id string) bool { return s.decide(id, Signed) }

// Refuse refuses one.
func (s *Server) Refuse(id string) bool { return s.decide(id, Rejected) }

// Fail ends one as the service does that cannot sign after all: [KeyLost] or [NotMade]. That sp769 says so at all is a guess.
func (s *Server) Fail(id string, how State) bool { return s.decide(id, how) }

// Expire lets the time of one run out.
func (s *Server) Expire(id string) bool { return s.decide(id, Expired) }

func (s *Server) decide(id string, to State) bool {
	s.mu.Lock()
	t := s.byName[id]
	ok := t != nil && s.settle(t, to)
	s.mu.Unlock()
	if ok {
		s.report(t)
	}
	return ok
}

// settle ends a transaction that still waits. The server's lock is held.
func (s *Server) settle(t *transaction, to State) bool {
	s.advance(t)
	if t.state != Waiting {
		return false
	}
	if to == Signed {
		for i := range t.docs {
			t.docs[i].signature = signDigest(t.cert.Key, t.docs[i].digest)
		}
	}
	t.state = to
	return true
}

// signDigest puts the DigestInfo of SHA-256 before the digest and pads it by PKCS#1 v1.5. It never hashes.
func signDigest(key crypto.Signer, digest []byte) []byte {
	sig, err := key.Sign(rand.Reader, digest, crypto.SHA256)
	if err != nil {
		return nil
	}
	return sig
}

// advance lets happen what the clock says has happened meanwhile. The server's lock is held.
func (s *Server) advance(t *transaction) {
	if t.state != Waiting {
		return
	}
	now := s.clock.Now()
	end := t.created.Add(Lifetime)
	at := t.created.Add(t.owner.Delay)
	byItself := (t.owner.User == Approve || t.owner.User == Refuse) && !t.owner.Stuck && !t.byCode && !now.Before(at) && at.Before(end)
	switch {
	case byItself && t.owner.User == Approve:
		for i := range t.docs {
			t.docs[i].signature = signDigest(t.cert.Key, t.docs[i].digest)
		}
		t.state = Signed
	case byItself:
		t.state = Rejected
	case !now.Before(end) && !t.owner.Stuck:
		t.state = Expired
	}
}

// add takes a transaction up. The server's lock is held.
func (s *Server) add(t *transaction) {
	t.created, t.state, t.other = s.clock.Now(), Waiting, remote.NewID()
	s.transactions = append(s.transactions, t)
	s.byName[t.id] = t
	if t.code != "" {
		s.byName[t.code] = t
	}
	if (s.opts.Webhook.URL != "" || t.notify != "") && (t.owner.User == Approve || t.owner.User == Refuse) { // nobody may come to look
		delay := t.owner.Delay
		s.work.Go(func() {
			if s.clock.Sleep(s.ctx, max(delay, time.Millisecond)) == nil {
				s.mu.Lock()
				s.advance(t)
				s.mu.Unlock()
				s.report(t)
			}
		})
	}
}

// signatures are those of an answer, by document.
type outSignature struct {
	ID        string  `json:"doc_id"`
	Value     string  `json:"signature_value"`
	Timestamp *string `json:"timestamp_signature"`
}

func (t *transaction) signatures() []outSignature {
	if t.state != Signed {
		return nil
	}
	out := make([]outSignature, len(t.docs))
	for i, d := range t.docs {
		out[i] = outSignature{ID: d.id, Value: base64.StdEncoding.EncodeToString(d.signature)}
	}
	return out
}

// spoil makes a fault of the signatures in an answer.
func (s *Server) spoil(f Fault, out reply) reply {
	var body struct {
		Status  int            `json:"status_code"`
		Message string         `json:"message"`
		Data    map[string]any `json:"data"`
		Code    int            `json:"code"`
		Desc    string         `json:"codeDesc"`
		Content map[string]any `json:"content"`
	}
	if f == "" || json.Unmarshal(out.body, &body) != nil {
		return out
	}
	in, list, name, value := body.Data, "signatures", "doc_id", "signature_value"
	if body.Content != nil {
		in, list, name, value = body.Content, "documents", "name", "sig"
	}
	sigs, ok := in[list].([]any)
	if !ok || len(sigs) == 0 {
		return out
	}
	get := func(i int) map[string]any { return sigs[i].(map[string]any) }
	remake := func(key crypto.Signer, change func(digest []byte) []byte) {
		id, _ := get(0)[name].(string)
		if d, k, ok := s.digestOf(id); ok {
			if key == nil {
				key = k
			}
			get(0)[value] = base64.StdEncoding.EncodeToString(signDigest(key, change(d)))
		}
	}
	same := func(d []byte) []byte { return d }
	hash := func(d []byte) []byte { h := sha256.Sum256(d); return h[:] }
	switch f {
	case OtherKey:
		remake(otherKey(), same)
	case OtherDigest:
		remake(nil, func([]byte) []byte { return hash([]byte("something else")) })
	case Rehashed:
		remake(nil, hash)
	case HexHashed:
		remake(nil, func(d []byte) []byte { return hash([]byte(hex.EncodeToString(d))) })
	case Truncated:
		text, _ := get(0)[value].(string)
		get(0)[value] = text[:len(text)/2/4*4]
	case Swapped:
		if len(sigs) > 1 {
			get(0)[value], get(1)[value] = get(1)[value], get(0)[value]
		}
	case Shuffled:
		slices.Reverse(sigs)
	case Dropped:
		in[list] = sigs[1:]
	case Duplicated:
		in[list] = append(sigs, sigs[0])
	case Null:
		in[list] = nil
	case ForeignID:
		get(0)[name] = "nobody-asked"
	case LineBreaks:
		for i := range sigs {
			text, _ := get(i)[value].(string)
			get(i)[value] = lines(text)
		}
	}
	var whole any = map[string]any{"status_code": body.Status, "message": body.Message, "data": body.Data}
	if body.Content != nil {
		whole = map[string]any{"code": body.Code, "codeDesc": body.Desc, "message": body.Message, "content": body.Content}
	}
	return jsonReply(out.status, whole)
}

// digestOf finds the newest document of an id, and the key that signs it.
func (s *Server) digestOf(id string) ([]byte, crypto.Signer, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range slices.Backward(s.transactions) {
		for _, d := range t.docs {
			if d.id == id {
				return d.digest, t.cert.Key, true
			}
		}
	}
	return nil, nil, false
}

// certificateOf picks the certificate of a serial number as the service writes it; without one the only one.
func (sub *Subscriber) certificateOf(serial string) *Certificate {
	if serial == "" && len(sub.Certificates) == 1 {
		return &sub.Certificates[0]
	}
	for i := range sub.Certificates {
		if serialOf(&sub.Certificates[i]) == serial {
			return &sub.Certificates[i]
		}
	}
	return nil
}

func serialOf(c *Certificate) string {
	return hex.EncodeToString(c.Chain[0].SerialNumber.Bytes())
}

// usable reports whether the service signs with a certificate.
func (s *Server) usable(c *Certificate) bool {
	_, isRSA := c.Key.Public().(*rsa.PublicKey)
	return isRSA && c.Status == "VALID" && s.clock.Now().Before(c.Chain[0].NotAfter)
}
