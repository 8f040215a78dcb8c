package xmltree

import (
	"strconv"

	"github.com/kyso-dev/kyso/internal/finding"
)

// Codes of [Error].
const (
	CodeMalformed finding.Code = "xml.malformed" // not well-formed: reason, offset
	CodeNamespace finding.Code = "xml.namespace" // not namespace-well-formed: reason, offset
	CodeDoctype   finding.Code = "xml.doctype"   // a document type declaration: offset
	CodeEntity    finding.Code = "xml.entity"    // a reference to an entity other than the five: name, offset
	CodeEncoding  finding.Code = "xml.encoding"  // an encoding that is not read, or not the one declared: reason
	CodeVersion   finding.Code = "xml.version"   // XML 1.1: version
	CodeLimit     finding.Code = "xml.limit"     // more than is read: what, max
	CodeRead      finding.Code = "xml.read"      // the source failed
)

// Error is the one error type of this package.
type Error struct {
	finding.Fault
	Offset int64 // octet of the input where it was seen; -1 when it has none
}

func fail(code finding.Code, cause error, pairs ...string) *Error {
	return &Error{finding.NewFault(code, cause, pairs...), -1}
}

// at makes an error about the octet i of the window.
func (s *Scanner) at(i int, code finding.Code, pairs ...string) error {
	offset := s.original(s.base + int64(i))
	s.err = &Error{finding.NewFault(code, nil, append(pairs, "offset", strconv.FormatInt(offset, 10))...), offset}
	return s.err
}

func (s *Scanner) malformed(i int, reason string) error {
	return s.at(i, CodeMalformed, "reason", reason)
}

func (s *Scanner) badNamespace(i int, reason string) error {
	return s.at(i, CodeNamespace, "reason", reason)
}

func (s *Scanner) limit(what string, maximum int) error {
	s.err = fail(CodeLimit, nil, "what", what, "max", strconv.Itoa(maximum))
	return s.err
}
