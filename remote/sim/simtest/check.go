package simtest

import (
	"crypto"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/kyso-dev/kyso/internal/i18n"
	"github.com/kyso-dev/kyso/remote/sim"
	"github.com/kyso-dev/kyso/remote/sim/internal/mss"
)

// names of the codes.
var names = map[int]string{
	101: "WRONG_PARAM", 102: "MISSING_PARAM", 103: "WRONG_DATA_LENGTH", 104: "UNAUTHORIZED_ACCESS", 105: "UNKNOWN_CLIENT", 106: "HANDSHAKE_REQUIRED",
	107: "INAPPROPRIATE_DATA", 108: "INCOMPATIBLE_INTERFACE", 109: "UNSUPPORTED_PROFILE", 208: "EXPIRED_TRANSACTION", 209: "OTA_ERROR", 401: "USER_CANCEL",
	402: "PIN_NR_BLOCKED", 403: "CARD_BLOCKED", 404: "NO_KEY_FOUND", 405: "NO_URL_FOUND", 406: "PB_SIGNATURE_PROCESS", 407: "REGISTRATION_NOK",
	422: "NO_CERT_FOUND", 423: "CRL_PB", 424: "CRL_EXPIRED", 425: "ERROR_CERTIFICATE", 900: "INTERNAL_ERROR",
}

// statuses are the names of good and less good answers.
var statuses = map[string]string{
	"100": "REQUEST_OK", "408": "REGISTRATION_OK", "500": "SIGNATURE", "501": "REVOKED_CERTIFICATE", "502": "VALID_SIGNATURE", "503": "INVALID_SIGNATURE",
	"504": "OUTSTANDING_TRANSACTION", "505": "CONSTRAINT_MISMATCH",
}

// failure is a fault as the answer to a call.
func failure(code, sub int, detail string) *mss.Message {
	return &mss.Message{Answer: true, Fault: &mss.Fault{Code: code, Sub: sub, Reason: names[code], Detail: detail, Sender: code < 109}}
}

// skew is how far a request may be off the clock.
const skew = 5 * time.Minute

// check looks at what every request has; nil when all is well.
func (s *Server) check(m *mss.Message, in *arrival) *mss.Message {
	d := s.opts.Dialect
	major, minor := "1", "1"
	if v, ok := d.Minor[m.Call]; ok {
		major, minor, _ = strings.Cut(v, ".")
	}
	if want := contentTypes(d); !slices.Contains(want, mediaType(in.kind)) {
		return failure(107, 0, "content type "+want[0]+" is spoken")
	}
	if bad := s.checkSchema(in.body); bad != nil {
		return bad
	}
	switch {
	case m.Major != major || m.Minor != minor:
		return failure(108, 0, "version "+major+"."+minor+" is spoken")
	case m.APID == "" || m.APTransID == "" || m.Instant == "":
		return failure(102, 0, "AP_Info")
	case !isNCName(m.APTransID) || d.FiCom && len(m.APTransID) > 32: // Swisscom's own client has 39
		return failure(101, 0, "AP_TransID")
	case m.APID != s.opts.APID || m.APPassword != s.opts.APPassword || !in.of(m.APID):
		return failure(104, 0, "AP_ID")
	case m.Call == mss.Handshake && m.Settled == nil:
		return failure(102, 0, "SecureMethods")
	case m.Call != mss.Status && m.Call != mss.Handshake && m.MSISDN == "":
		return failure(102, 0, "MSISDN")
	case m.MSISDN != "" && strings.HasPrefix(m.MSISDN, "+") != d.Plus:
		return failure(105, 1051, "MSISDN")
	}
	at, err := time.Parse(time.RFC3339Nano, m.Instant)
	if off := s.clock.Now().Sub(at); err != nil || off > skew || off < -skew {
		return failure(101, 0, "Instant")
	}
	triplet := m.APID + " " + m.APTransID + " " + m.Instant
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen[triplet] {
		return failure(101, 0, "the request was seen before")
	}
	s.seen[triplet] = true
	if s.opts.Guesses.HandshakeFirst && !s.shaken && m.Call != mss.Handshake {
		return failure(106, 0, "no handshake yet")
	}
	return nil
}

// checkSchema looks at a message in SOAP as the dialect's schema does; nil when it is valid.
func (s *Server) checkSchema(body []byte) *mss.Message {
	if s.opts.Dialect.JSON {
		return nil
	}
	root, err := mss.Parse(body)
	if err != nil {
		return failure(101, 0, "the message cannot be read")
	}
	message, err := mss.MessageOf(root)
	if err != nil {
		return failure(101, 0, "the message cannot be read")
	}
	if bad := schemaOf(s.opts.Dialect).check(message); bad != nil {
		return failure(bad.code, bad.sub, "schema: "+bad.what)
	}
	return nil
}

// checkSignature looks at what a request for a signature has; nil when all is well. The server's lock is held.
func (s *Server) checkSignature(m *mss.Message) *mss.Message {
	d, cms := s.opts.Dialect, s.offersCMS(m)
	seconds, err := strconv.Atoi(m.TimeOut)
	switch {
	case m.TimeOut != "" && (err != nil || seconds <= 0):
		return failure(101, 0, "TimeOut")
	case m.Mode != string(sim.Synch) && m.Mode != string(sim.Asynch), m.Mode == string(sim.Asynch) && s.opts.Guesses.NoAsynch:
		return failure(101, 1013, "MessagingMode")
	case m.Data == nil || m.Data.Text == "":
		return failure(102, 1022, "DataToBeSigned")
	case m.Data.MimeType == "text/plain" && m.Data.Encoding == "UTF-8" && s.opts.SignText != nil:
		return s.checkText(m)
	case d.Format == "" && !cms: // texts only
		return failure(101, 1016, "MimeType or Encoding")
	case m.Format != d.Format && !cms:
		return failure(101, 1017, "MSS_Format")
	case m.Data.Encoding != "base64", !typed(m.Data, d, cms):
		return failure(101, 1016, "MimeType or Encoding")
	case d.FiCom && m.Display != nil:
		return failure(101, 1015, "DataToBeDisplayed")
	case d.FiCom && !slices.ContainsFunc(m.Services, func(v mss.Service) bool { return v.URI == mss.SpaceFiCom+"eventId" && eventID.MatchString(v.EventID) }):
		return failure(102, 0, "eventId")
	case d.FiCom && !slices.ContainsFunc(m.Services, func(v mss.Service) bool { return v.URI == mss.SpaceFiCom+"noSpam" }):
		return failure(101, 1012, "noSpam")
	case d.FiCom:
	case m.Display == nil || m.Display.Text == "":
		return failure(102, 1021, "DataToBeDisplayed")
	default:
		return s.checkShown(m.Display.Text)
	}
	return nil
}

// eventID is what FiCom's phones show: 4 to 8 letters and digits.
var eventID = regexp.MustCompile(`^[0-9A-Za-z]{4,8}$`)

// languages are those that Swisscom speaks, which wants one to be named.
var languages = []string{"en", "de", "fr", "it"}

// offersCMS reports whether a request asks for a CMS over a digest and the server makes such.
func (s *Server) offersCMS(m *mss.Message) bool {
	return m.Format != "" && m.Format == s.opts.Dialect.CMS && s.opts.SignDigest != nil
}

// typed reports whether what is signed, or what a CMS is made over, comes with the type that the dialect wants.
func typed(data *mss.Data, d sim.Dialect, cms bool) bool {
	if cms && d.Digest {
		return digestTypes[data.MimeType] != 0
	}
	return data.MimeType == d.MimeType
}

// digestTypes are the types of bare digests.
var digestTypes = map[string]crypto.Hash{"application/x-sha256": crypto.SHA256, "application/x-sha384": crypto.SHA384, "application/x-sha512": crypto.SHA512}

// checkText is checkSignature of a text.
func (s *Server) checkText(m *mss.Message) *mss.Message {
	switch want := sim.FormatCMS; {
	case s.opts.Dialect.Format == "" && m.Format != "", s.opts.Dialect.Format != "" && m.Format != want:
		return failure(101, 1017, "MSS_Format")
	case !strings.HasPrefix(m.Data.Text, s.opts.Prefix):
		return failure(107, 0, "prefix")
	case s.opts.Dialect.Lang != "" && !slices.ContainsFunc(m.Services, func(v mss.Service) bool { return slices.Contains(languages, strings.ToLower(v.Lang)) }):
		return failure(102, 0, "userLang")
	}
	return s.checkShown(m.Data.Text)
}

// checkShown refuses what a phone cannot show.
func (s *Server) checkShown(text string) *mss.Message {
	septets, ok := mss.GSM(text)
	length, most := len(septets), s.opts.Dialect.MaxGSM
	if !ok {
		length, most = len(utf16.Encode([]rune(text))), s.opts.Dialect.MaxUCS2
	}
	switch {
	case i18n.Clean(text) != text:
		return failure(107, 0, "characters that cannot be seen")
	case most == 0:
		return failure(107, 0, "characters outside of GSM 03.38")
	case length > most:
		return failure(103, 0, "text")
	}
	return nil
}
