package simtest

import (
	"cmp"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"encoding/asn1"
	"encoding/base64"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/sim"
	"github.com/kyso-dev/kyso/remote/sim/internal/mss"
)

// State is how a transaction stands.
type State string

// States.
const (
	Waiting State = "waiting"
	Signed  State = "signed"
	Failed  State = "failed" // with a code
)

// Transaction is what a test can see of one.
type Transaction struct {
	ID     string // MSSP_TransID
	Number string
	Text   string // what the phone shows
	State  State
	Code   int // of the fault that ended it
	Polls  int
	Early  int // polls that came before the dialect's first look
}

type transaction struct {
	Transaction
	apTransID string
	card      *SIM
	info      []byte // the DigestInfo; nil: the text is signed
	cms       bool   // a CMS is made over the digest; info is what was sent
	hash      crypto.Hash
	digest    []byte
	created   time.Time
	timeOut   time.Duration
	ended     time.Time
	sub       int
	signature []byte
	told      bool
}

// Transactions are all that there were, oldest first.
func (s *Server) Transactions() []Transaction {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]Transaction, len(s.transactions))
	for i, t := range s.transactions {
		s.advance(t)
		list[i] = t.Transaction
	}
	return list
}

// Approve enters the right PIN for the request that the phone shows; false when it shows none.
func (s *Server) Approve(number string) bool {
	return s.onPhone(number, func(t *transaction) { s.signWith(t) })
}

// Refuse refuses the request that the phone shows; false when it shows none.
func (s *Server) Refuse(number string) bool {
	return s.onPhone(number, func(t *transaction) { s.fail(t, 401, 4011) })
}

func (s *Server) onPhone(number string, f func(*transaction)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.shown(number)
	if t == nil {
		return false
	}
	f(t)
	return true
}

// shown is the request that a phone shows, nil when there is none.
func (s *Server) shown(number string) *transaction {
	for _, t := range s.transactions {
		if s.advance(t); t.State == Waiting && t.Number == number {
			return t
		}
	}
	return nil
}

// sign takes a request for a signature.
func (s *Server) sign(ctx context.Context, m *mss.Message) *mss.Message {
	t, bad := s.open(m)
	if bad != nil {
		return bad
	}
	if m.Mode == string(sim.Asynch) {
		answer := s.reply(m, "100")
		answer.TransID = t.ID
		return answer
	}
	for {
		s.mu.Lock()
		s.advance(t)
		done := t.State != Waiting
		s.mu.Unlock()
		if done {
			s.mu.Lock()
			defer s.mu.Unlock()
			return s.outcome(m, t)
		}
		if s.clock.Sleep(ctx, 100*time.Millisecond) != nil { // the client has gone; the phone has not
			return failure(900, 0, "nobody listens")
		}
	}
}

// open begins a transaction, or says why it does not.
func (s *Server) open(m *mss.Message) (*transaction, *mss.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if strings.TrimPrefix(m.MSISDN, "+") == heartbeatNumber {
		return nil, failure(101, 0, "Illegal msisdn")
	}
	if bad := s.checkSignature(m); bad != nil {
		return nil, bad
	}
	card, bad := s.subscriber(m.MSISDN)
	if bad != nil {
		return nil, bad
	}
	var info, digest []byte
	var hash crypto.Hash
	if m.Data.MimeType != "text/plain" {
		var err error
		info, err = base64.StdEncoding.DecodeString(m.Data.Text)
		ok := false
		if hash = digestTypes[m.Data.MimeType]; hash != 0 {
			digest, ok = info, len(info) == hash.Size()
		} else {
			hash, digest, ok = digestOf(info)
		}
		if err != nil || !ok {
			return nil, failure(103, 0, "DataToBeSigned is no DigestInfo, or no digest of its hash")
		}
	}
	switch {
	case card.NoProfile:
		return nil, failure(109, 0, "SignatureProfile")
	case card.Key == nil:
		return nil, failure(404, 4041, "the SIM has no key")
	case card.Chain == nil:
		return nil, failure(422, 0, "no certificate")
	}
	if old := s.shown(card.Number); old != nil {
		if !s.opts.Guesses.KillFirst {
			return nil, failure(406, 0, "another signature is in progress")
		}
		s.fail(old, 401, 0)
	}
	timeOut := s.timeOut(m)
	text := ""
	if m.Display != nil {
		text = m.Display.Text
	}
	for _, v := range m.Services {
		if v.EventID != "" {
			text = v.EventID
		}
	}
	if info == nil {
		text = m.Data.Text
	}
	t := &transaction{
		Transaction: Transaction{ID: "M" + fmt.Sprintf("%x", remote.NewID()[:8]), Number: card.Number, Text: text, State: Waiting},
		apTransID:   m.APTransID, card: card, info: info, cms: s.offersCMS(m), hash: hash, digest: digest, created: s.clock.Now(), timeOut: timeOut,
	}
	s.transactions = append(s.transactions, t)
	return t, nil
}

// timeOut is how long a request waits for the subscriber: as it says, in seconds or by a date, and otherwise five minutes.
func (s *Server) timeOut(m *mss.Message) time.Duration {
	d := 300 * time.Second
	if n, err := strconv.Atoi(m.TimeOut); err == nil {
		d = time.Duration(n) * time.Second
	}
	if at, err := time.Parse(time.RFC3339Nano, m.Validity); err == nil {
		d = min(d, at.Sub(s.clock.Now()))
	}
	return d
}

// subscriber is the card of a number. Numbers that end in 092 and a code are the fault of that code.
func (s *Server) subscriber(msisdn string) (*SIM, *mss.Message) {
	if card := s.card(msisdn); card != nil {
		return card, nil
	}
	if n := len(msisdn); n > 6 && msisdn[n-6:n-3] == "092" {
		if code, err := strconv.Atoi(msisdn[n-3:]); err == nil && names[code] != "" {
			return nil, failure(code, 0, "a number for tests")
		}
	}
	return nil, failure(105, 1052, "no such subscriber")
}

// advance lets time pass: the person acts, or the request runs out. The server's lock is held.
func (s *Server) advance(t *transaction) {
	if t.State != Waiting {
		return
	}
	now, c := s.clock.Now(), t.card
	switch {
	case c.Off:
		s.fail(t, 209, 2093)
	case c.Blocked:
		s.fail(t, 402, 4021)
	case c.Suspended:
		s.fail(t, 403, 0)
	case !now.Before(t.created.Add(t.timeOut)):
		s.fail(t, 208, 2082)
	case now.Before(t.created.Add(c.Delay)):
	case c.User == Approve:
		s.signWith(t)
	case c.User == Refuse:
		s.fail(t, 401, 4011)
	case c.User == WrongPIN:
		s.fail(t, 401, 4012)
	case c.User == Postpone:
		s.fail(t, 401, 4013)
	}
}

func (s *Server) fail(t *transaction, code, sub int) {
	t.State, t.Code, t.sub, t.ended = Failed, code, sub, s.clock.Now()
	if s.opts.Guesses.NoSubcodes {
		t.sub = 0
	}
}

// signWith signs as a card does. What it is that is signed is not looked at.
func (s *Server) signWith(t *transaction) {
	sig, err := s.cardSigns(t)
	if err != nil {
		s.fail(t, 900, 9002)
		return
	}
	s.signatures++
	t.State, t.signature, t.ended = Signed, sig, s.clock.Now()
}

// cardSigns is the signature: RSA pads the DigestInfo that it is given and looks no further.
func (s *Server) cardSigns(t *transaction) ([]byte, error) {
	if t.info == nil {
		return s.opts.SignText(t.card, t.Text)
	}
	if t.cms {
		return s.opts.SignDigest(t.card, t.hash, t.digest)
	}
	key, ok := t.card.Key.(*ecdsa.PrivateKey)
	if !ok {
		return t.card.Key.Sign(rand.Reader, t.info, crypto.Hash(0))
	}
	sig, err := key.Sign(rand.Reader, t.digest, t.hash)
	if err == nil && s.opts.Guesses.RawEC {
		sig = halves(sig, (key.Params().N.BitLen()+7)/8)
	}
	return sig, err
}

// digestOf reads a DigestInfo, strictly.
func digestOf(der []byte) (crypto.Hash, []byte, bool) {
	var info struct {
		Algorithm struct {
			OID        asn1.ObjectIdentifier
			Parameters asn1.RawValue
		}
		Digest []byte
	}
	rest, err := asn1.Unmarshal(der, &info)
	if err != nil || len(rest) > 0 || info.Algorithm.Parameters.Tag != asn1.TagNull {
		return 0, nil, false
	}
	h, ok := alg.HashByOID(info.Algorithm.OID)
	return h.Crypto, info.Digest, ok && len(info.Digest) == h.Crypto.Size()
}

func halves(der []byte, size int) []byte {
	var v struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &v); err != nil {
		return der
	}
	out := make([]byte, 2*size)
	v.R.FillBytes(out[:size])
	v.S.FillBytes(out[size:])
	return out
}

// reply begins an answer: what was asked, echoed as servers do, with the password in SOAP.
func (s *Server) reply(m *mss.Message, code string) *mss.Message {
	answer := &mss.Message{
		Call: m.Call, Answer: true, Major: m.Major, Minor: m.Minor, APID: m.APID, APPassword: m.APPassword, APTransID: m.APTransID, Instant: m.Instant,
		MSSP: s.opts.MSSP, MSSPInstant: s.clock.Now().UTC().Format("2006-01-02T15:04:05.000Z"), MSISDN: m.MSISDN, Profile: m.Profile, Code: code, Text: statuses[code],
	}
	if s.opts.Dialect.JSON && m.Call != mss.Profile { // as its description has it
		answer.Minor = "1"
	}
	if s.opts.Guesses.OtherMSSP != "" {
		answer.MSSP = s.opts.Guesses.OtherMSSP
	}
	return answer
}

// outcome is the answer to a request or a query whose transaction has ended. The server's lock is held.
func (s *Server) outcome(m *mss.Message, t *transaction) *mss.Message {
	if t.State == Failed {
		return failure(t.Code, t.sub, "")
	}
	code := "502"
	if s.opts.Guesses.NotValidated {
		code = "500"
	}
	if t.card.Status != "" {
		code = t.card.Status
	}
	answer := s.reply(m, code)
	answer.MSISDN = t.card.Number
	if s.opts.Dialect.Plus {
		answer.MSISDN = "+" + t.card.Number
	}
	if m.Call == mss.Signature {
		answer.TransID = t.ID
	}
	answer.Base64 = base64.StdEncoding.EncodeToString(t.signature)
	if s.opts.Dialect.FiCom && t.info != nil && !t.cms {
		answer.PKCS1, answer.X509 = true, base64.StdEncoding.EncodeToString(t.card.Chain[0].Raw)
	}
	return answer
}

// status answers how a transaction stands. FiCom wants the AP_TransID of the request in looks too; Swisscom's own client sends others.
func (s *Server) status(m *mss.Message) *mss.Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.transactions, func(t *transaction) bool {
		return t.ID == m.TransID && (t.apTransID == m.APTransID || !s.opts.Dialect.FiCom)
	})
	if i < 0 {
		return failure(101, 0, "MSSP_TransID")
	}
	t := s.transactions[i]
	s.advance(t)
	t.Polls++
	if s.clock.Now().Sub(t.created) < s.opts.Dialect.First {
		t.Early++
	}
	if t.State == Waiting {
		answer := s.reply(m, "504")
		answer.MSISDN = t.card.Number
		if s.opts.Dialect.Plus {
			answer.MSISDN = "+" + t.card.Number
		}
		return answer
	}
	g := s.opts.Guesses
	if g.Once && t.told || g.Forget > 0 && s.clock.Now().Sub(t.ended) > g.Forget {
		return failure(cmp.Or(g.ForgetCode, 101), 0, "MSSP_TransID")
	}
	t.told = true
	return s.outcome(m, t)
}

// registration answers with the certificates of a number, as in Vietnam.
func (s *Server) registration(m *mss.Message) *mss.Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	card, bad := s.subscriber(m.MSISDN)
	switch {
	case bad != nil:
		return bad
	case card.Chain == nil:
		return failure(422, 0, "no certificate")
	}
	answer := s.reply(m, "408")
	answer.MSISDN = ""
	answer.ExtraCert = s.opts.Dialect.FormatFirst
	answer.Certs = encoded(card, s.opts.Guesses.OneCert)
	return answer
}

func encoded(card *SIM, one bool) []string {
	var list []string
	for _, c := range card.Chain {
		if len(list) == 0 || !one {
			list = append(list, base64.StdEncoding.EncodeToString(c.Raw))
		}
	}
	return list
}

// profile answers which profiles a number has, and its certificates where they are asked for.
func (s *Server) profile(m *mss.Message) *mss.Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	card, bad := s.subscriber(m.MSISDN)
	if bad != nil {
		return bad
	}
	answer := s.reply(m, "100")
	answer.MSISDN = ""
	answer.Profiles = []string{s.opts.Dialect.Profile}
	if m.Params != "" && card.Chain != nil {
		answer.Certs = encoded(card, s.opts.Guesses.OneCert)
		for i := range answer.Certs {
			answer.Subjects = append(answer.Subjects, card.Chain[i].Subject.String())
		}
	}
	return answer
}

// receipt takes what the subscriber is told afterwards.
func (s *Server) receipt(m *mss.Message) *mss.Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.transactions, func(t *transaction) bool { return t.ID == m.TransID })
	if i < 0 {
		return failure(101, 0, "MSSP_TransID")
	}
	if m.Data != nil {
		if bad := s.checkShown(m.Data.Text); bad != nil {
			return bad
		}
	}
	answer := s.reply(m, "100")
	answer.MSISDN = ""
	return answer
}
