package remote

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/signer"
)

// State is how an operation stands.
type State string

// States. The zero value says nothing.
const (
	StateUncertain State = "uncertain" // sent, or about to be, and not answered: it has to be looked at before anything is sent again
	StateWaiting   State = "waiting"   // the subscriber has been asked
	StateSigning   State = "signing"   // confirmed, and not signed yet
	StateSigned    State = "signed"    // signed, and every signature verified
	StateRefused   State = "refused"   // the subscriber said no
	StateExpired   State = "expired"   // nobody confirmed in time
	StateFailed    State = "failed"    // ended in another way; [Operation.Err] says which
)

// Final reports whether the state no longer changes.
func (s State) Final() bool {
	return s == StateSigned || s == StateRefused || s == StateExpired || s == StateFailed
}

func (s State) known() bool {
	return s == StateUncertain || s == StateWaiting || s == StateSigning || s.Final()
}

// Operation is one request for signatures at a remote service, from before it is sent until it has ended. It is plain data that holds
// no secret and can be stored as JSON; a process that finds it there can go on waiting for it. It binds signatures to digests and to a
// certificate: an answer for anything else is refused, however late it comes.
type Operation struct {
	Version    int        `json:"version"`
	Provider   string     `json:"provider"`               // Info.Name of the provider
	Subscriber string     `json:"subscriber"`             // digest of Info.Subscriber
	ID         string     `json:"id"`                     // ours, sent to the service where it takes ids
	Remote     string     `json:"remote,omitempty"`       // the service's own name for it, if it gave one
	Reference  string     `json:"reference,omitempty"`    // the caller's own, never sent
	Text       string     `json:"text,omitempty"`         // what the subscriber is told
	Documents  []Document `json:"documents"`              //
	CMS        bool       `json:"cms,omitempty"`          // what is asked for is a whole CMS over each digest, not a bare signature
	Serial     string     `json:"serial"`                 // of the certificate, in hexadecimal
	Leaf       []byte     `json:"certificate"`            // the certificate, DER: signatures are verified under it
	Control    string     `json:"control_code,omitempty"` // to be shown to the subscriber, who compares it with the phone

	State     State     `json:"state"`
	Started   time.Time `json:"started"`
	Deadline  time.Time `json:"deadline"`            // when the service stops waiting for the subscriber
	Looked    time.Time `json:"looked,omitzero"`     // when the service was last asked
	Abandoned bool      `json:"abandoned,omitempty"` // the caller stopped waiting; the phone may still show it
	Failure   string    `json:"failure,omitempty"`   // code of the error that ended it
	Status    string    `json:"status,omitempty"`    // the service's code and word for the failure
	Said      string    `json:"said,omitempty"`      //

	part, parts int // of a batch, for events
}

// Document is one digest of an operation.
type Document struct {
	ID        string `json:"id"`              // unique in the operation; signatures are matched by it
	Title     string `json:"title,omitempty"` // what the subscriber may be shown
	Digest    []byte `json:"digest"`
	Hash      string `json:"hash"`                // such as "SHA-256"
	PSS       bool   `json:"pss,omitempty"`       // RSASSA-PSS
	Salt      int    `json:"salt,omitempty"`      // of RSASSA-PSS, in octets; 0 is as long as the digest
	Signature []byte `json:"signature,omitempty"` // once signed and verified; of an operation for CMS, the CMS
}

// operationVersion is the version of an operation's JSON.
const operationVersion = 1

// Opts are the options of the signature.
func (d Document) Opts() crypto.SignerOpts {
	h, _ := alg.HashByName(d.Hash)
	if d.PSS {
		salt := d.Salt
		if salt == 0 {
			salt = rsa.PSSSaltLengthEqualsHash
		}
		return &rsa.PSSOptions{Hash: h.Crypto, SaltLength: salt}
	}
	return h.Crypto
}

// NewDocument takes a request apart, as an [Operation] has it. A message is put through its hash. Errors are those of
// [signer.CheckRequest], and [CodeUnsupported].
func NewDocument(req signer.Request) (Document, error) {
	if err := signer.CheckRequest(req); err != nil {
		return Document{}, err
	}
	digest := req.Digest
	h, ok := alg.HashOf(req.Opts.HashFunc())
	switch {
	case !ok && req.Opts.HashFunc() == 0:
		return Document{}, NewError(CodeUnsupported, nil, "algorithm", "Ed25519")
	case !ok:
		return Document{}, NewError(CodeUnsupported, nil, "algorithm", alg.HashName(req.Opts.HashFunc()))
	case req.Message != nil:
		d := h.Crypto.New()
		d.Write(req.Message)
		digest = d.Sum(nil)
	}
	doc := Document{ID: req.DocumentID, Title: req.Title, Digest: bytes.Clone(digest), Hash: h.Name}
	if pss, ok := req.Opts.(*rsa.PSSOptions); ok {
		doc.PSS = true
		if pss.SaltLength > 0 {
			doc.Salt = pss.SaltLength
		}
	}
	return doc, nil
}

// Certificate is the certificate that signs.
func (op *Operation) Certificate() (*x509.Certificate, error) {
	cert, err := signer.ParseCertificate(op.Leaf)
	if err != nil {
		return nil, NewError(CodeState, nil, "reason", "its certificate cannot be read")
	}
	return cert, nil
}

// Left is how much longer the service waits for the subscriber, at a time.
func (op *Operation) Left(now time.Time) time.Duration {
	return max(0, op.Deadline.Sub(now))
}

// Signatures are those of a signed operation, one for each document in their order; nil before. A CMS was put to the check of the
// client that the operation came from ([Options].CheckCMS); [ParseOperation] alone cannot do that.
func (op *Operation) Signatures() [][]byte {
	if op.State != StateSigned {
		return nil
	}
	out := make([][]byte, len(op.Documents))
	for i, d := range op.Documents {
		out[i] = bytes.Clone(d.Signature)
	}
	return out
}

// Err is the end of an operation that ended without signatures, nil otherwise. It says the same in every process that reads it.
func (op *Operation) Err() error {
	code := finding.Code(op.Failure)
	switch op.State {
	case StateRefused:
		code = CodeRefused
	case StateExpired:
		code = CodeExpired
	case StateFailed:
	default:
		return nil
	}
	pairs := []string{"operation", op.ID}
	if code == CodeExpired {
		pairs = append(pairs, "seconds", seconds(max(0, op.Deadline.Sub(op.Started))))
	}
	if op.Status != "" {
		pairs = append(pairs, "code", op.Status)
	}
	if op.Said != "" {
		pairs = append(pairs, "text", op.Said)
	}
	e := NewError(code, nil, pairs...)
	e.Service = Answer{Code: op.Status, Text: op.Said}
	return e
}

// end ends the operation with an error.
func (op *Operation) end(err error) {
	switch {
	case errors.Is(err, signer.ErrRefused):
		op.State = StateRefused
	case errors.Is(err, signer.ErrExpired):
		op.State = StateExpired
	default:
		op.State = StateFailed
	}
	var coded interface{ Code() string }
	if errors.As(err, &coded) {
		op.Failure = coded.Code()
	} else {
		op.Failure = string(signer.CodeProtocol)
	}
	var e *Error
	if errors.As(err, &e) {
		op.Status, op.Said = e.Service.Code, e.Service.Text
		if op.Status == "" && e.Service.Status != 0 {
			op.Status = strconv.Itoa(e.Service.Status)
		}
	}
}

// cmsCheck is [Options].CheckCMS.
type cmsCheck func(der, digest []byte, hash crypto.Hash, cert *x509.Certificate) error

// take puts the signatures into the operation once all of them are there and each verifies under the certificate over the digest
// that was sent. Otherwise it takes none.
func (op *Operation) take(signatures map[string][]byte, check cmsCheck) error {
	if len(signatures) < len(op.Documents) {
		return NewError(CodeIncomplete, nil, "operation", op.ID, "want", strconv.Itoa(len(op.Documents)), "got", strconv.Itoa(len(signatures)))
	}
	for id := range signatures {
		if !slices.ContainsFunc(op.Documents, func(d Document) bool { return d.ID == id }) {
			return NewError(CodeWrongDocument, nil, "operation", op.ID, "id", excerpt(id, nil))
		}
	}
	cert, err := op.Certificate()
	if err != nil {
		return err
	}
	for _, d := range op.Documents {
		if err := op.verify(cert, d, signatures[d.ID], check); err != nil {
			return err
		}
	}
	for i := range op.Documents {
		op.Documents[i].Signature = bytes.Clone(signatures[op.Documents[i].ID])
	}
	op.State = StateSigned
	return nil
}

// verify refuses what is no signature over the digest of d under the certificate.
func (op *Operation) verify(cert *x509.Certificate, d Document, signature []byte, check cmsCheck) error {
	if op.CMS {
		if err := check(signature, d.Digest, d.Opts().HashFunc(), cert); err != nil {
			return signer.NewError(signer.CodeSignatureInvalid, err, "algorithm", "CMS")
		}
		return nil
	}
	key, err := alg.PublicKey(cert)
	if err != nil {
		return err
	}
	how, err := alg.ForOpts(key, d.Opts())
	if err != nil {
		return err
	}
	if err := how.Verify(key, d.Digest, signature); err != nil {
		return signer.NewError(signer.CodeSignatureInvalid, err, "algorithm", how.Name())
	}
	return nil
}

// refit puts each CMS of a signed operation to the check again: where it was stored it may have been changed.
func (op *Operation) refit(check cmsCheck) error {
	if !op.CMS || op.State != StateSigned {
		return nil
	}
	cert, err := op.Certificate()
	for i := 0; i < len(op.Documents) && err == nil; i++ {
		err = op.verify(cert, op.Documents[i], op.Documents[i].Signature, check)
	}
	return err
}

// sameRequest reports whether both ask for the same signatures: the same digests in the same way under the same certificate. A CMS and
// a bare signature over one digest are not the same.
func (op *Operation) sameRequest(other *Operation) bool {
	return op.Provider == other.Provider && op.Subscriber == other.Subscriber && op.CMS == other.CMS && bytes.Equal(op.Leaf, other.Leaf) &&
		slices.EqualFunc(op.Documents, other.Documents, func(a, b Document) bool {
			return bytes.Equal(a.Digest, b.Digest) && a.Hash == b.Hash && a.PSS == b.PSS && a.Salt == b.Salt
		})
}

// Clone is a copy that shares nothing with op.
func (op *Operation) Clone() Operation {
	c := *op
	c.Leaf = bytes.Clone(op.Leaf)
	c.Documents = slices.Clone(op.Documents)
	for i := range c.Documents {
		c.Documents[i].Digest = bytes.Clone(c.Documents[i].Digest)
		c.Documents[i].Signature = bytes.Clone(c.Documents[i].Signature)
	}
	return c
}

// LogValue is what a log shows of an operation: no names, no digests, no certificate.
func (op Operation) LogValue() slog.Value {
	return slog.GroupValue(slog.String("provider", op.Provider), slog.String("id", op.ID), slog.String("state", string(op.State)),
		slog.Int("documents", len(op.Documents)), slog.Time("deadline", op.Deadline))
}

// ParseOperation reads the JSON of an operation. What cannot be one is a [*Error] with [CodeState].
func ParseOperation(data []byte) (Operation, error) {
	if len(data) > limits.RemoteOperation {
		return Operation{}, NewError(CodeState, nil, "reason", "it is too large")
	}
	var op Operation
	dec := json.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(&op); err != nil {
		return Operation{}, NewError(CodeState, nil, "reason", "it is not the JSON of an operation")
	}
	if dec.More() {
		return Operation{}, NewError(CodeState, nil, "reason", "something follows it")
	}
	if reason := op.flaw(); reason != "" {
		return Operation{}, NewError(CodeState, nil, "reason", reason)
	}
	return op, nil
}

// flaw says what is wrong with an operation that was read, "" when nothing is.
func (op *Operation) flaw() string {
	switch {
	case op.Version != operationVersion:
		return "its version is another"
	case op.ID == "" || op.Provider == "" || op.Subscriber == "":
		return "it has no name"
	case !op.State.known() || op.State == StateFailed && op.Failure == "":
		return "its state is not known"
	case op.Deadline.IsZero() || op.Started.IsZero():
		return "it has no deadline"
	case len(op.Documents) == 0 || len(op.Documents) > limits.RemoteDocuments:
		return "it has no documents, or too many"
	}
	cert, err := op.Certificate()
	if err != nil {
		return "its certificate cannot be read"
	}
	key, err := alg.PublicKey(cert)
	if err != nil {
		return "its certificate cannot be read"
	}
	seen := make(map[string]bool)
	for _, d := range op.Documents {
		if d.ID == "" || seen[d.ID] {
			return "its documents are not told apart"
		}
		seen[d.ID] = true
		how, err := alg.ForOpts(key, d.Opts())
		if _, known := alg.HashByName(d.Hash); err != nil || !known || signer.CheckDigest(d.Digest, d.Opts()) != nil {
			return "a digest is not of its hash"
		}
		if op.State == StateSigned && (len(d.Signature) == 0 || !op.CMS && how.Verify(key, d.Digest, d.Signature) != nil) {
			return "a signature does not fit the certificate"
		}
	}
	return ""
}

// subscriberKey is what is stored of a subscriber: enough to recognise, too little to read.
func subscriberKey(info Info) string {
	sum := sha256.Sum256([]byte("kyso remote subscriber\x00" + info.Name + "\x00" + info.Subscriber))
	return hex.EncodeToString(sum[:16])
}

// NewID is a random UUID (RFC 9562, version 4): unique, and not to be guessed, since some services ask for no other secret to tell how
// an operation stands.
func NewID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	s := hex.EncodeToString(b[:])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// DecodeBase64 decodes what a service calls base64: white space is passed over, padding may be missing, both alphabets are read.
func DecodeBase64(s string) ([]byte, error) {
	clean := make([]byte, 0, len(s))
	for i := range len(s) {
		switch c := s[i]; c {
		case ' ', '\t', '\r', '\n', '=':
		case '-':
			clean = append(clean, '+')
		case '_':
			clean = append(clean, '/')
		default:
			clean = append(clean, c)
		}
	}
	return base64.RawStdEncoding.DecodeString(string(clean))
}
