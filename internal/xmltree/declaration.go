package xmltree

import (
	"bytes"
	"strings"
)

// longestDeclaration is how many octets an XML declaration may have.
const longestDeclaration = 1024

// declaration reads the XML declaration, where there is one (2.8, 4.3.3).
func (s *Scanner) declaration() error {
	for !s.eof && len(s.buf)-s.pos < longestDeclaration {
		if err := s.fill(); err != nil {
			return err
		}
	}
	b := s.buf[s.pos:]
	if len(b) < 6 || !bytes.HasPrefix(b, []byte("<?xml")) || class[b[5]]&blank == 0 {
		if s.encoding != UTF8 && !s.marked {
			return s.at(s.pos, CodeEncoding, "reason", "UTF-16 without a byte order mark is not declared")
		}
		return nil
	}
	end := bytes.Index(b[:min(len(b), longestDeclaration)], []byte("?>"))
	if end < 0 {
		return s.badDeclaration()
	}
	rest := string(b[5:end])
	version, rest, ok := pseudo(rest, "version")
	if !ok {
		return s.badDeclaration()
	}
	minor, ok := strings.CutPrefix(version, "1.")
	if !ok || minor == "" || strings.Trim(minor, "0123456789") != "" {
		return s.badDeclaration()
	}
	// A reader of XML 1.1 ends lines and reads references differently: what it shows would not be what was checked here.
	if minor == "1" {
		return s.at(s.pos, CodeVersion, "version", version)
	}
	encoding, rest, declared := pseudo(rest, "encoding")
	if s.decoded {
		encoding, declared = "", true
	} else if declared {
		if err := s.checkEncoding(encoding); err != nil {
			return err
		}
	}
	if !declared && s.encoding != UTF8 && !s.marked {
		return s.at(s.pos, CodeEncoding, "reason", "UTF-16 without a byte order mark is not declared")
	}
	standalone, rest, ok := pseudo(rest, "standalone")
	if ok && standalone != "yes" && standalone != "no" || strings.Trim(rest, " \t\r\n") != "" {
		return s.badDeclaration()
	}
	s.pos += end + 2
	if s.ascii || strings.EqualFold(encoding, "ISO-8859-1") {
		return s.latin1()
	}
	return nil
}

func (s *Scanner) badDeclaration() error {
	return s.malformed(s.pos, "the XML declaration is not one that may be")
}

// pseudo reads one of the pseudo-attributes of the declaration.
func pseudo(in, name string) (value, rest string, ok bool) {
	trimmed := strings.TrimLeft(in, " \t\r\n")
	after, ok := strings.CutPrefix(trimmed, name)
	if !ok || len(trimmed) == len(in) {
		return "", in, false
	}
	after = strings.TrimLeft(after, " \t\r\n")
	if after, ok = strings.CutPrefix(after, "="); !ok {
		return "", in, false
	}
	after = strings.TrimLeft(after, " \t\r\n")
	if after == "" || after[0] != '"' && after[0] != '\'' {
		return "", in, false
	}
	value, rest, ok = strings.Cut(after[1:], after[:1])
	if !ok {
		return "", in, false
	}
	return value, rest, true
}

// checkEncoding holds the declared encoding against the one that the octets are in.
func (s *Scanner) checkEncoding(name string) error {
	fits := false
	switch strings.ToUpper(name) {
	case "UTF-8":
		fits = s.encoding == UTF8
	case "ISO-8859-1":
		fits = s.encoding == UTF8 && !s.marked
	case "US-ASCII":
		fits = s.encoding == UTF8 && !s.marked
		s.ascii = true
	case "UTF-16":
		fits = s.encoding != UTF8 && s.marked
	case "UTF-16LE":
		fits = s.encoding == UTF16LE
	case "UTF-16BE":
		fits = s.encoding == UTF16BE
	default:
		return s.at(s.pos, CodeEncoding, "reason", "only UTF-8, UTF-16, ISO-8859-1 and US-ASCII are read")
	}
	if !fits {
		return s.at(s.pos, CodeEncoding, "reason", "it is another than the XML declaration says")
	}
	return nil
}
