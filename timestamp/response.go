package timestamp

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/internal/limits"
)

// Status is a PKIStatus (RFC 3161, 2.4.2).
type Status int

const (
	Granted                Status = 0 // a token is there, as requested
	GrantedWithMods        Status = 1 // a token is there, with modifications
	Rejection              Status = 2
	Waiting                Status = 3 // the request was received and is not answered yet
	RevocationWarning      Status = 4 // a revocation of the authority is imminent
	RevocationNotification Status = 5 // the authority was revoked
)

// Failure is a PKIFailureInfo (RFC 3161, 2.4.2): a set of bits, 0 for none.
type Failure uint32

const (
	BadAlg              Failure = 1 << 0  // the hash is not recognised or not supported
	BadRequest          Failure = 1 << 2  // the transaction is not permitted or supported
	BadDataFormat       Failure = 1 << 5  // the request has the wrong format
	TimeNotAvailable    Failure = 1 << 14 // the authority's clock is not available
	UnacceptedPolicy    Failure = 1 << 15 // the policy asked for is not supported
	UnacceptedExtension Failure = 1 << 16 // an extension of the request is not supported
	AddInfoNotAvailable Failure = 1 << 17 // additional information asked for is not understood or not available
	SystemFailure       Failure = 1 << 25 // the request cannot be handled now
)

var failureNames = []struct {
	bit  Failure
	name string
	code Code
}{
	{BadAlg, "badAlg", CodeBadAlg},
	{BadRequest, "badRequest", CodeBadRequest},
	{BadDataFormat, "badDataFormat", CodeBadDataFormat},
	{TimeNotAvailable, "timeNotAvailable", CodeTimeNotAvailable},
	{UnacceptedPolicy, "unacceptedPolicy", CodeUnacceptedPolicy},
	{UnacceptedExtension, "unacceptedExtension", CodeUnacceptedExtension},
	{AddInfoNotAvailable, "addInfoNotAvailable", CodeAddInfoNotAvailable},
	{SystemFailure, "systemFailure", CodeSystemFailure},
}

// String names the bits as RFC 3161 does, with commas between; bits that it does not know as "bit 7".
func (f Failure) String() string {
	var names []string
	for _, n := range failureNames {
		if f&n.bit != 0 {
			names = append(names, n.name)
			f &^= n.bit
		}
	}
	for bit := range 32 {
		if f&(1<<bit) != 0 {
			names = append(names, "bit "+strconv.Itoa(bit))
		}
	}
	return strings.Join(names, ", ")
}

// code is the error of a rejection with these bits: the named one when there is just one.
func (f Failure) code() Code {
	for _, n := range failureNames {
		if f == n.bit {
			return n.code
		}
	}
	return CodeRejected
}

// ParseResponse reads a TimeStampResp (RFC 3161, 2.4.2) and the token in it. The token is not checked yet: see [Token.CheckRequest].
// The response is strict DER; the token may be BER, as any SignedData.
//
// Errors are *[Error]: a response that is not granted has a code of its own for each reason, with the parameters "failure" (names of the bits)
// and "text" (what the authority says, cleaned); errors.Is finds [ErrRejected] or [ErrMalformed] in them.
func ParseResponse(raw []byte) (*Token, error) {
	status, failure, text, token, err := parseResponse(raw)
	if err != nil {
		return nil, err
	}
	pairs := []string{"failure", dash(failure.String()), "text", dash(text), "status", strconv.Itoa(int(status))}
	switch status {
	case Granted, GrantedWithMods:
		if len(token) == 0 {
			return nil, fail(CodeTokenMissing, nil)
		}
		return ParseToken(token)
	case Rejection:
		return nil, fail(failure.code(), nil, pairs...)
	case Waiting:
		return nil, fail(CodeWaiting, nil, pairs...)
	case RevocationWarning, RevocationNotification:
		return nil, fail(CodeRevocation, nil, pairs...)
	}
	return nil, fail(CodeStatusUnknown, nil, pairs...)
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// parseResponse takes a TimeStampResp apart; token is what follows the PKIStatusInfo.
func parseResponse(raw []byte) (status Status, failure Failure, text string, token []byte, err error) {
	malformed := func(where string) (Status, Failure, string, []byte, error) {
		return 0, 0, "", nil, fail(CodeResponseMalformed, nil, "where", where)
	}
	if len(raw) > limits.TSPToken {
		return malformed("length")
	}
	input := cryptobyte.String(raw)
	var s, info cryptobyte.String
	if !input.ReadASN1(&s, casn1.SEQUENCE) || !input.Empty() {
		return malformed("TimeStampResp")
	}
	var n int64
	if !s.ReadASN1(&info, casn1.SEQUENCE) || !info.ReadASN1Integer(&n) || n < 0 || n > 1<<16 {
		return malformed("status")
	}
	if info.PeekASN1Tag(casn1.SEQUENCE) {
		var list cryptobyte.String
		if !info.ReadASN1(&list, casn1.SEQUENCE) {
			return malformed("statusString")
		}
		var ok bool
		if text, ok = freeText(list); !ok {
			return malformed("statusString")
		}
	}
	if info.PeekASN1Tag(casn1.BIT_STRING) {
		var ok bool
		if failure, ok = readFailure(&info); !ok {
			return malformed("failInfo")
		}
	}
	if !info.Empty() {
		return malformed("status")
	}
	return Status(n), failure, text, s, nil
}

// freeText joins a PKIFreeText. It should hold UTF8Strings; since it is for people only, other kinds of strings are shown as well.
func freeText(list cryptobyte.String) (string, bool) {
	var texts []string
	for !list.Empty() {
		var content cryptobyte.String
		var tag casn1.Tag
		if !list.ReadAnyASN1(&content, &tag) {
			return "", false
		}
		if len(texts) < limits.TSPTexts && utf8.Valid(content) && len(content) > 0 {
			texts = append(texts, string(content))
		}
	}
	text := strings.Join(texts, "; ")
	if len(text) > limits.TSPTextLength {
		text = strings.ToValidUTF8(text[:limits.TSPTextLength], "") + "…"
	}
	return text, true
}

// readFailure reads a PKIFailureInfo. Bits beyond the 32nd are not known to anyone and are left out.
func readFailure(s *cryptobyte.String) (Failure, bool) {
	var bits []byte
	var unused uint8
	var content cryptobyte.String
	if !s.ReadASN1(&content, casn1.BIT_STRING) || !content.ReadUint8(&unused) || unused > 7 || unused > 0 && content.Empty() {
		return 0, false
	}
	bits = content
	var f Failure
	for i := range min(8*len(bits)-int(unused), 32) {
		if bits[i/8]&(0x80>>(i%8)) != 0 {
			f |= 1 << i
		}
	}
	return f, true
}

// MarshalResponse writes a TimeStampResp, the server's half: token is the ContentInfo for Granted and GrantedWithMods, nil for all
// others. text is put into statusString, if there is any.
func MarshalResponse(status Status, failure Failure, token []byte, text ...string) []byte {
	info := der.AppendInt(nil, int64(status))
	if len(text) > 0 {
		var list []byte
		for _, t := range text {
			list = der.Append(list, der.UTF8String, []byte(strings.ToValidUTF8(t, "\uFFFD")))
		}
		info = der.Append(info, der.Sequence, list)
	}
	if failure != 0 {
		info = der.Append(info, der.BitString, failure.bits())
	}
	return der.Encode(der.Sequence, der.Encode(der.Sequence, info), token)
}

// bits is the content of the named-bit BIT STRING: no trailing zero bits (X.690 11.2.2).
func (f Failure) bits() []byte {
	last := 0
	out := []byte{0}
	for bit := range 32 {
		if bit%8 == 0 {
			out = append(out, 0)
		}
		if f&(1<<bit) != 0 {
			out[1+bit/8] |= 0x80 >> (bit % 8)
			last = bit
		}
	}
	out[0] = byte(7 - last%8)
	return out[:2+last/8]
}
