package cms

import (
	"bytes"
	"crypto"
	"encoding/hex"
	"encoding/json"
	"strconv"

	"github.com/kyso-dev/kyso/internal/ades"
	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/pki"
)

// stateVersion is the version of the JSON. A reader refuses any other.
const stateVersion = 1

// state is the JSON of a PreparedSignature. Fields are added, never renamed; what changes their meaning changes the version.
type state struct {
	Version      int         `json:"version"`
	Format       string      `json:"format"` // "cms"
	Level        Level       `json:"level"`
	Attached     bool        `json:"attached"`
	Hash         string      `json:"hash"`
	Algorithm    []byte      `json:"signature_algorithm"` // DER AlgorithmIdentifier
	Sign         string      `json:"sign"`                // "digest" or "message": what Request carries
	Input        *stateInput `json:"input,omitempty"`
	Attributes   []byte      `json:"signed_attributes"` // DER
	Certificates [][]byte    `json:"certificates"`      // DER, the signer's first
	ID           string      `json:"id,omitempty"`
	Title        string      `json:"title,omitempty"`
}

type stateInput struct {
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// MarshalJSON is the state to keep between Prepare and Finish. A state above 16 kB (CodeStateSize) comes from a long chain: give
// fewer Certificates.
func (p *PreparedSignature) MarshalJSON() ([]byte, error) {
	s := state{
		Version: stateVersion, Format: "cms", Level: p.level, Attached: p.attached, Hash: alg.HashName(p.algorithm.Hash),
		Algorithm: p.algorithm.Identifier(), Sign: "digest", Attributes: p.attrs, ID: p.id, Title: p.title,
	}
	if p.algorithm.SignsMessage() {
		s.Sign = "message"
	}
	if p.input != nil {
		s.Input = &stateInput{Size: p.input.size, SHA256: hex.EncodeToString(p.input.sum)}
	}
	for _, c := range p.chain {
		s.Certificates = append(s.Certificates, c.Raw)
	}
	out, err := json.Marshal(s)
	if err != nil {
		return nil, fail(CodeState, err, "reason", "it cannot be written")
	}
	if len(out) > limits.CMSState {
		return nil, fail(CodeStateSize, nil, "size", strconv.Itoa(len(out)), "limit", strconv.Itoa(limits.CMSState))
	}
	return out, nil
}

// UnmarshalJSON reads a state and checks that its parts belong together. CodeState, CodeStateVersion or CodeStateSize when they do not.
func (p *PreparedSignature) UnmarshalJSON(data []byte) error {
	if len(data) > limits.CMSState*2 { // someone may have indented it
		return fail(CodeStateSize, nil, "size", strconv.Itoa(len(data)), "limit", strconv.Itoa(limits.CMSState))
	}
	var s state
	if err := json.Unmarshal(data, &s); err != nil {
		return badState("it is not the JSON that it should be")
	}
	if s.Version != stateVersion || s.Format != "cms" {
		return fail(CodeStateVersion, nil, "version", strconv.Itoa(s.Version), "format", s.Format)
	}
	q := PreparedSignature{attached: s.Attached, contentType: cmsdata.OIDData, attrs: s.Attributes, id: s.ID, title: s.Title}
	level, ok := ades.ParseLevel(string(s.Level))
	if !ok {
		return badState("its level does not exist")
	}
	var err error
	if q.level, err = checkLevel(level); err != nil {
		return err
	}
	if len(s.Certificates) == 0 || len(s.Certificates) > limits.CMSChain {
		return badState("it has no certificate, or too many")
	}
	for _, raw := range s.Certificates {
		c, err := pki.ParseX509(raw)
		if err != nil {
			return badState("one of its certificates cannot be read")
		}
		q.chain = append(q.chain, c)
	}
	var why string
	if q.algorithm, why = alg.Stored(s.Hash, s.Algorithm, q.chain[0]); why != "" {
		return badState(why)
	}
	if s.Input != nil {
		sum, err := hex.DecodeString(s.Input.SHA256)
		if err != nil || len(sum) != crypto.SHA256.Size() || s.Input.Size < 0 {
			return badState("its description of the input cannot be read")
		}
		q.input = &input{size: s.Input.Size, kind: crypto.SHA256, sum: sum}
	} else if s.Attached {
		return badState("it says nothing about its input")
	}
	if err := q.checkAttributes(); err != nil {
		return err
	}
	*p = q
	return nil
}

// checkAttributes checks that the signed attributes are ones that Prepare could have made.
func (p *PreparedSignature) checkAttributes() error {
	si, err := cmsdata.ParseSignedAttributes(p.attrs)
	if err != nil || si.SignedAttrsNotDER != nil {
		return badState("its signed attributes cannot be read")
	}
	kind, err := si.ContentTypeAttr()
	if err != nil || !kind.Equal(cmsdata.OIDData) {
		return badState("its content type is not id-data")
	}
	digest, err := si.MessageDigest()
	if err != nil || len(digest) != p.algorithm.Hash.Size() {
		return badState("its message digest is not of its hash")
	}
	if p.input != nil && p.algorithm.Hash == crypto.SHA256 && !bytes.Equal(digest, p.input.sum) {
		return badState("its message digest is not that of its input")
	}
	if present, match, err := si.MatchesSigningCertificate(p.chain[0]); !present || !match || err != nil {
		return badState("its signed attributes name another certificate")
	}
	if _, _, err := si.SigningTime(); err != nil {
		return badState("its signing time cannot be read")
	}
	return nil
}

func badState(reason string) *Error { return fail(CodeState, nil, "reason", reason) }
