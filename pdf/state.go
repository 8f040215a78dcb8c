package pdf

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/pdfobj"
)

// stateVersion counts the forms of a stored preparation, and the ways in which an update section is written: a change of either
// makes what was stored before useless, so it changes the number.
const stateVersion = 1

// state is a PreparedSignature as JSON.
type state struct {
	Format    string          `json:"format"` // "kyso-pdf"
	Version   int             `json:"version"`
	Size      int64           `json:"size"`
	SHA256    string          `json:"sha256"`
	Level     Level           `json:"level"`
	SubFilter string          `json:"sub_filter,omitempty"` // "": SubFilterCAdES, as before there was a choice
	Field     string          `json:"field"`
	Reason    string          `json:"reason"`
	Location  string          `json:"location"`
	Name      string          `json:"name"`
	Contact   string          `json:"contact_info"`
	Date      string          `json:"date"`
	Certify   Certification   `json:"certify"`
	Contents  int             `json:"contents_size"`
	ByteRange [4]int64        `json:"byte_range"`
	Update    string          `json:"update_sha256"`
	CMS       json.RawMessage `json:"cms"`
}

const stateFormat = "kyso-pdf"

// MarshalJSON writes the preparation down.
func (p *PreparedSignature) MarshalJSON() ([]byte, error) {
	if p.cms == nil {
		return nil, fault(CodeState, nil, "part", "cms")
	}
	inner, err := json.Marshal(p.cms)
	if err != nil {
		return nil, err
	}
	l := &p.layout
	kind := string(l.subFilter)
	if kind == SubFilterCAdES {
		kind = ""
	}
	out, err := json.Marshal(state{
		Format: stateFormat, Version: stateVersion, Size: p.size, SHA256: hex.EncodeToString(p.sum), Level: p.level,
		SubFilter: kind, Field: l.field, Reason: l.reason, Location: l.location, Name: l.name, Contact: l.contactInfo, Date: l.date, Certify: l.certify, Contents: l.contents,
		ByteRange: p.byteRange, Update: hex.EncodeToString(p.update), CMS: inner,
	})
	if err == nil && len(out) > limits.PDFState {
		return nil, fault(CodeLimit, nil, "what", "octets of state", "max", strconv.Itoa(limits.PDFState))
	}
	return out, err
}

// UnmarshalJSON takes a stored preparation up again. What it cannot make sense of is refused, by CodeStateVersion where another
// version of kyso wrote it.
func (p *PreparedSignature) UnmarshalJSON(data []byte) error {
	if len(data) > limits.PDFState {
		return fault(CodeLimit, nil, "what", "octets of state", "max", strconv.Itoa(limits.PDFState))
	}
	var head struct {
		Format  string `json:"format"`
		Version int    `json:"version"`
	}
	if err := json.Unmarshal(data, &head); err != nil || head.Format != stateFormat {
		return fault(CodeState, nil, "part", "format")
	}
	if head.Version != stateVersion {
		return fault(CodeStateVersion, nil, "version", strconv.Itoa(head.Version))
	}
	var s state
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return fault(CodeState, nil, "part", "json")
	}
	sum, ok := digestOf(s.SHA256)
	if !ok || s.Size < 0 {
		return fault(CodeState, nil, "part", "sha256")
	}
	update, ok := digestOf(s.Update)
	if !ok {
		return fault(CodeState, nil, "part", "update_sha256")
	}
	if s.SubFilter == "" {
		s.SubFilter = SubFilterCAdES
	} else if s.SubFilter != SubFilterPKCS7 {
		return fault(CodeState, nil, "part", "sub_filter")
	}
	if checkLevel(s.Level) != nil || checkKind(s.SubFilter, s.Level, "") != nil {
		return fault(CodeState, nil, "part", "level")
	}
	if s.Contents <= 0 || s.Contents > limits.PDFContents {
		return fault(CodeState, nil, "part", "contents_size")
	}
	if s.Field == "" || s.Certify < 0 || s.Certify > 3 {
		return fault(CodeState, nil, "part", "field")
	}
	if _, _, ok := parseDate(s.Date); !ok {
		return fault(CodeState, nil, "part", "date")
	}
	inner := new(cms.PreparedSignature)
	if err := json.Unmarshal(s.CMS, inner); err != nil {
		return fault(CodeState, err, "part", "cms")
	}
	*p = PreparedSignature{
		layout: layout{
			subFilter: pdfobj.Name(s.SubFilter), field: s.Field, reason: s.Reason, location: s.Location, name: s.Name, contactInfo: s.Contact,
			date: s.Date, certify: s.Certify, contents: s.Contents,
		},
		level: s.Level, size: s.Size, sum: sum, byteRange: s.ByteRange, update: update, cms: inner,
	}
	return nil
}

func digestOf(s string) ([]byte, bool) {
	b, err := hex.DecodeString(s)
	return b, err == nil && len(b) == sha256.Size
}
