package xml

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/pki"
	"github.com/kyso-dev/kyso/internal/xmltree"
)

// stateVersion is the version of the JSON. A reader refuses any other.
const stateVersion = 1

// state is the JSON of a PreparedSignature. Fields are added, never renamed; what changes their meaning changes the version.
type state struct {
	Version     int        `json:"version"`
	Format      string     `json:"format"` // "xml"
	Level       string     `json:"level"`
	Hash        string     `json:"hash"`
	Algorithm   []byte     `json:"signature_algorithm"` // DER AlgorithmIdentifier
	Sign        string     `json:"sign"`                // "digest" or "message": what Request carries
	Input       stateInput `json:"input"`
	SignedInfo  string     `json:"signed_info"` // its canonical form
	Pieces      []piece    `json:"pieces"`
	Encoding    uint8      `json:"encoding"`
	Certificate []byte     `json:"certificate"` // DER, the signer's
	SignatureID string     `json:"signature_id"`
	ID          string     `json:"id,omitempty"`
	Title       string     `json:"title,omitempty"`
}

type stateInput struct {
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// MarshalJSON is the state to keep between Prepare and Finish. A state above 16 kB (CodeStateSize) comes from a long chain: give
// fewer Certificates.
func (p *PreparedSignature) MarshalJSON() ([]byte, error) {
	if p.leaf == nil || len(p.sum) != sha256.Size {
		return nil, badState("it is empty")
	}
	s := state{
		Version: stateVersion, Format: "xml", Hash: alg.HashName(p.algorithm.Hash), Algorithm: p.algorithm.Identifier(), Sign: "digest",
		Input: stateInput{p.size, hex.EncodeToString(p.sum)}, SignedInfo: string(p.signed), Pieces: p.pieces, Encoding: uint8(p.encoding),
		Level:       string(p.level),
		Certificate: p.leaf.Raw, SignatureID: p.id, ID: p.doc, Title: p.title,
	}
	if p.algorithm.SignsMessage() {
		s.Sign = "message"
	}
	out, err := json.Marshal(s)
	if err != nil {
		return nil, badState("it cannot be written")
	}
	if len(out) > limits.XMLState {
		return nil, fail(CodeStateSize, nil, "size", strconv.Itoa(len(out)), "limit", strconv.Itoa(limits.XMLState))
	}
	return out, nil
}

// UnmarshalJSON reads a state and checks that its parts belong together. CodeState, CodeStateVersion or CodeStateSize when they do not.
func (p *PreparedSignature) UnmarshalJSON(data []byte) error {
	if len(data) > limits.XMLState*2 { // someone may have indented it
		return fail(CodeStateSize, nil, "size", strconv.Itoa(len(data)), "limit", strconv.Itoa(limits.XMLState))
	}
	var s state
	if err := json.Unmarshal(data, &s); err != nil {
		return badState("it is not the JSON that it should be")
	}
	if s.Version != stateVersion || s.Format != "xml" {
		return fail(CodeStateVersion, nil, "version", strconv.Itoa(s.Version), "format", s.Format)
	}
	q := PreparedSignature{
		signed: []byte(s.SignedInfo), pieces: s.Pieces, encoding: xmltree.Encoding(s.Encoding), size: s.Input.Size, check: sha256.New,
		id: s.SignatureID, doc: s.ID, title: s.Title, level: Level(s.Level),
	}
	if q.level != "" && checkLevel(q.level) != nil {
		return badState("its level is not one")
	}
	var err error
	if q.leaf, err = pki.ParseX509(s.Certificate); err != nil {
		return badState("one of its certificates cannot be read")
	}
	var why string
	if q.algorithm, why = alg.Stored(s.Hash, s.Algorithm, q.leaf); why != "" {
		return badState(why)
	}
	if q.sum, err = hex.DecodeString(s.Input.SHA256); err != nil || len(q.sum) != sha256.Size || q.size < 0 || q.encoding > xmltree.Latin1 {
		return badState("its description of the input cannot be read")
	}
	if err := q.checkPieces(); err != nil {
		return err
	}
	*p = q
	return nil
}

// checkPieces checks that what will be written is a document with one value, and SignedInfo what Prepare could have made.
func (p *PreparedSignature) checkPieces() error {
	values, at := 0, int64(0)
	for _, x := range p.pieces {
		switch {
		case x.Value:
			values++
		case x.Document:
			if x.From < at || x.To < x.From || x.To > p.size {
				return badState("its pieces do not follow one another")
			}
			at = x.To
		}
	}
	t, err := xmltree.Parse(p.signed)
	if values != 1 || err != nil || !t.Is(t.Root(), spaceDSig, "SignedInfo") {
		return badState("its signature cannot be read")
	}
	return nil
}

func badState(reason string) *Error { return fail(CodeState, nil, "reason", reason) }
