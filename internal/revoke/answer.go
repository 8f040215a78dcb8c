package revoke

import (
	"cmp"
	"crypto"
	"crypto/sha256"
	"math/big"
	"slices"
	"strconv"
	"time"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/pki"
)

// State is what is known of a certificate.
type State string

// The states. They are never merged: what could not be checked is not good, and what an authority does not know is not unchecked.
const (
	Unchecked State = ""          // could not check; no answer says so
	Good      State = "good"      // not revoked, for any reason
	Revoked   State = "revoked"   // for good: no later answer takes it back
	Suspended State = "suspended" // certificateHold: may become good or revoked
	Unknown   State = "unknown"   // the responder does not know the certificate (RFC 6960, 2.2)
)

// Reason is a CRLReason (RFC 5280, 5.3.1). 0 says nothing.
type Reason int

// Reasons that mean more than revocation.
const (
	Hold          Reason = 6
	RemoveFromCRL Reason = 8
)

// Source is the kind of revocation data.
type Source string

// The kinds.
const (
	OCSP Source = "ocsp"
	List Source = "crl"
)

// Piece is one signed piece of revocation data, with who signed it.
type Piece struct {
	Response *Response // one of the two
	CRL      *CRL
	Digest   Digest // of its DER

	// Signer is the path of who signed, its certificate first, the anchor last; a responder that the caller trusts stands alone. The
	// signature is right, and the certificates that are not of the path asked about were valid when the piece was made (thisUpdate,
	// producedAt). Whether they are revoked is for the caller to ask. A list may be signed by the very certificate asked about,
	// where the distribution point names it so: then its authority wants it to speak for itself.
	Signer  []*pki.Certificate
	NoCheck bool // the responder's certificate need not be asked about (RFC 6960, 4.2.2.2.1)
}

// Algorithm is the DER AlgorithmIdentifier of the piece's signature.
func (p *Piece) Algorithm() []byte {
	if p.Response != nil {
		return p.Response.Algorithm
	}
	return p.CRL.Algorithm
}

// Answer is what authentic revocation data says of one certificate, whatever the time. [Revoked] is final: it outweighs every good
// answer, older or younger.
type Answer struct {
	State     State
	Reason    Reason
	RevokedAt time.Time // or suspended
	InvalidAt time.Time // invalidityDate, since when the key is thought to be compromised; zero: not said
	Source    Source

	ThisUpdate    time.Time
	NextUpdate    time.Time // zero: absent
	ProducedAt    time.Time // OCSP; else zero
	ArchiveCutOff time.Time // certificates that ended before it may be missing (RFC 6960, 4.4.4; X.509, 9.5.2.8); zero: not said

	Piece         // the OCSP response, the delta list, or the (youngest) complete list
	With  []Piece // what else it rests on: the list that a delta completes, lists for the other reasons
}

// Pieces is all that the answer rests on, the principal piece first.
func (a *Answer) Pieces() []Piece { return append([]Piece{a.Piece}, a.With...) }

// Tells reports whether a good answer means what it says for a certificate that may have ended: authorities may forget what has
// ended, unless they say how long they remember.
func (a *Answer) Tells(c *pki.Certificate) bool {
	return a.State != Good || !a.ThisUpdate.After(c.NotAfter) || !a.ArchiveCutOff.IsZero() && !a.ArchiveCutOff.After(c.NotAfter)
}

// Options are the circumstances of a question.
type Options struct {
	// Path says how paths to those who signed are validated; nil is the ordinary way. Its time is not looked at, nor are policies
	// and uses. Its Algorithms judges the certificates of those paths; the signatures of the pieces are the caller's to judge, by
	// [Piece.Algorithm].
	Path *pki.Options

	// Responders are OCSP responders that the caller trusts for every certificate (RFC 6960, 4.2.2.2, 1.).
	Responders []*pki.Certificate
}

// Answers are all authentic answers about chain[i], for any time, the most recent thisUpdate first and what is worse first among
// equals; and why other pieces that are about it do not serve, each once. The chain is a valid path, the anchor last; the anchor
// itself is not asked about. Its certificates are taken to be good: the caller asks from the anchor down.
//
// The work is bounded, whatever the evidence.
func Answers(chain []*pki.Certificate, i int, ev *Evidence, opts *Options) ([]Answer, []*Error) {
	if i < 0 || i >= len(chain)-1 || ev == nil {
		return nil, nil
	}
	if opts == nil {
		opts = &Options{}
	}
	q := &question{ev: ev, opts: opts, checked: make(map[Digest]error), hashes: make(map[crypto.Hash]idHashes), cert: chain[i], above: chain[i+1:]}
	if opts.Path != nil {
		q.path = *opts.Path
	}
	q.custom, q.path.Verify = q.path.Verify, q.verifyCertificate
	q.path.UserPolicies, q.path.ExplicitPolicy, q.path.InhibitMapping, q.path.InhibitAny, q.path.ExtKeyUsage = nil, false, false, false, nil
	q.askResponses()
	q.askLists()
	rank := map[State]int{Revoked: 0, Suspended: 1, Unknown: 2, Good: 3}
	slices.SortStableFunc(q.answers, func(a, b Answer) int {
		return cmp.Or(b.ThisUpdate.Compare(a.ThisUpdate), b.delta().Cmp(a.delta()), cmp.Compare(rank[a.State], rank[b.State]))
	})
	return q.answers, q.errs
}

// delta is the number of the delta list that the answer rests on, or -1: a delta made together with a complete list is the later word.
func (a *Answer) delta() *big.Int {
	if a.CRL == nil || !a.CRL.Delta() || a.CRL.Number == nil {
		return big.NewInt(-1)
	}
	return a.CRL.Number
}

// question is one certificate that is asked about.
type question struct {
	ev    *Evidence
	opts  *Options
	path  pki.Options
	cert  *pki.Certificate
	above []*pki.Certificate // its issuer first, the anchor last

	custom   pki.VerifyFunc   // of the caller's path options
	checked  map[Digest]error // signatures of certificates
	hashes   map[crypto.Hash]idHashes
	tries    int // signatures of pieces looked at
	octets   int // hashed for them
	compared int // names of distribution points

	answers []Answer
	errs    []*Error
}

// verifyCertificate checks each signature of a certificate once: the same few certificates are in the paths of all who signed.
func (q *question) verifyCertificate(key pki.Key, algorithm, message, value []byte) error {
	h := sha256.New()
	k := key.Digest()
	h.Write(k[:])
	h.Write(message) // DER, so it tells where it ends
	h.Write(value)
	id := Digest(h.Sum(nil))
	err, known := q.checked[id]
	if !known {
		if q.custom != nil {
			err = q.custom(key, algorithm, message, value)
		} else {
			err = pki.VerifySignature(key, algorithm, message, value)
		}
		q.checked[id] = err
	}
	return err
}

// pathAt is how a path is validated at a time.
func (q *question) pathAt(at time.Time) *pki.Options {
	o := q.path
	o.At = at
	return &o
}

// verify checks the signature of a piece, within bounds.
func (q *question) verify(s *signature, key pki.Key) error {
	switch {
	case q.tries >= limits.RevokeChecks:
		return fail(CodeTooLarge, nil, "what", "signature", "max", strconv.Itoa(limits.RevokeChecks))
	case q.octets >= limits.RevokeOctets:
		return fail(CodeTooLarge, nil, "what", "signature", "max", strconv.Itoa(limits.RevokeOctets))
	}
	work, err := s.verify(key, q.custom)
	q.tries += min(work, 1)
	q.octets += work
	return err
}

func (q *question) note(err *Error) { q.errs = append(q.errs, err) }

// excused reports whether an error of a path says only that a certificate above the one asked about was not valid then: that path is
// the caller's to judge.
func (q *question) excused(err error) bool {
	e := asPKI(err)
	return e != nil && (e.Code() == string(pki.CodeExpired) || e.Code() == string(pki.CodeNotYet)) && slices.ContainsFunc(q.above, e.Certificate.Equal)
}
