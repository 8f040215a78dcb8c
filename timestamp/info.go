package timestamp

import (
	"crypto"
	"encoding/asn1"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/internal/limits"
)

// Info is a TSTInfo (RFC 3161, 2.4.2): what the time-stamp authority states and signs. What it says is worth nothing before the
// token was checked.
type Info struct {
	Policy     asn1.ObjectIdentifier // under which it was issued; nil when it was read and has arcs that do not fit
	PolicyRaw  []byte                // the policy's encoding; not needed to write
	Hash       crypto.Hash           // hash of the imprint; 0 when the token names one that is unknown here
	HashOID    asn1.ObjectIdentifier // its identifier
	Imprint    []byte                // the digest that was time-stamped
	Serial     *big.Int              // unique for this authority
	Time       time.Time             // genTime, in UTC, to the nanosecond; digits beyond are dropped
	Accuracy   time.Duration         // Time may be off by this much either way; 0 when the token says nothing
	Ordering   bool                  // tokens of this authority can be ordered by Time whatever the accuracy
	Nonce      *big.Int              // as in the request; nil for none
	TSA        string                // name of the authority as the token hints it; "" for none. Who signed is told by the certificate only
	TSARaw     []byte                // the hint's GeneralName; when writing, the hint itself
	Extensions []Extension           // this package looks into none
}

// MarshalDER is the TSTInfo in DER: the content that a time-stamp authority signs. Accuracy is rounded up to microseconds. A field that
// cannot be written is an *[Error] with [CodeInfoMalformed].
func (i Info) MarshalDER() ([]byte, error) {
	malformed := func(where string) ([]byte, error) { return nil, fail(CodeInfoMalformed, nil, "where", where) }
	body := der.AppendInt(nil, 1)
	switch {
	case i.Policy != nil && validOID(i.Policy):
		body = der.AppendOID(body, i.Policy)
	case i.Policy == nil && len(i.PolicyRaw) > 0 && i.PolicyRaw[0] == der.OID && der.Strict(i.PolicyRaw) == nil:
		body = append(body, i.PolicyRaw...)
	default:
		return malformed("policy")
	}
	oid, ok := hashOID(i.HashOID, i.Hash)
	if !ok || len(i.Imprint) == 0 || i.Hash != 0 && len(i.Imprint) != i.Hash.Size() {
		return malformed("messageImprint")
	}
	body = appendImprint(body, oid, i.Imprint)
	if i.Serial == nil {
		return malformed("serialNumber")
	}
	body = der.AppendBigInt(body, i.Serial)
	if y := i.Time.UTC().Year(); y < 1 || y > 9999 {
		return malformed("genTime")
	}
	// X.690 11.7: no trailing zeros in the fraction, and no point without one; the layout's nines do just that.
	body = der.Append(body, der.GeneralizedTime, []byte(i.Time.UTC().Format("20060102150405.999999999Z")))
	if i.Accuracy < 0 {
		return malformed("accuracy")
	}
	body = appendAccuracy(body, i.Accuracy)
	if i.Ordering {
		body = append(body, der.Boolean, 1, 0xff)
	}
	if i.Nonce != nil {
		body = der.AppendBigInt(body, i.Nonce)
	}
	if len(i.TSARaw) > 0 {
		if der.Strict(i.TSARaw) != nil {
			return malformed("tsa")
		}
		body = der.Append(body, der.Context(0), i.TSARaw)
	}
	if body, ok = appendExtensions(body, der.Context(1), i.Extensions); !ok {
		return malformed("extensions")
	}
	return der.Encode(der.Sequence, body), nil
}

func appendAccuracy(dst []byte, accuracy time.Duration) []byte {
	if accuracy == 0 {
		return dst
	}
	micros := int64((accuracy + time.Microsecond - 1) / time.Microsecond)
	var body []byte
	if s := micros / 1e6; s > 0 {
		body = der.AppendInt(body, s)
	}
	for tag, part := range []int64{micros / 1e3 % 1e3, micros % 1e3} {
		if part > 0 {
			at := len(body)
			body = der.AppendInt(body, part)
			body[at] = der.ContextPrimitive(byte(tag))
		}
	}
	return der.Append(dst, der.Sequence, body)
}

// parseInfo reads a TSTInfo in strict DER.
func parseInfo(raw []byte) (Info, error) {
	malformed := func(where string) (Info, error) { return Info{}, fail(CodeInfoMalformed, nil, "where", where) }
	var i Info
	var s cryptobyte.String
	input := cryptobyte.String(raw)
	if !input.ReadASN1(&s, casn1.SEQUENCE) || !input.Empty() {
		return malformed("TSTInfo")
	}
	if !readVersion1(&s) {
		return malformed("version")
	}
	var ok bool
	if i.Policy, i.PolicyRaw, ok = readOID(&s); !ok {
		return malformed("policy")
	}
	im, ok := readImprint(&s)
	if !ok {
		return malformed("messageImprint")
	}
	i.Hash, i.HashOID, i.Imprint = im.hash, im.oid, im.value
	if i.Serial, ok = readInteger(&s); !ok {
		return malformed("serialNumber")
	}
	var when cryptobyte.String
	if !s.ReadASN1(&when, casn1.GeneralizedTime) {
		return malformed("genTime")
	}
	if i.Time, ok = parseGenTime(string(when)); !ok {
		return malformed("genTime")
	}
	if s.PeekASN1Tag(casn1.SEQUENCE) {
		if i.Accuracy, ok = readAccuracy(&s); !ok {
			return malformed("accuracy")
		}
	}
	if !readFlag(&s, &i.Ordering) {
		return malformed("ordering")
	}
	if s.PeekASN1Tag(casn1.INTEGER) {
		if i.Nonce, ok = readInteger(&s); !ok {
			return malformed("nonce")
		}
	}
	if s.PeekASN1Tag(tag0.Constructed()) {
		var name cryptobyte.String
		if !s.ReadASN1(&name, tag0.Constructed()) || der.Strict(name) != nil {
			return malformed("tsa")
		}
		i.TSARaw = slices.Clone([]byte(name))
		i.TSA = generalName(name)
	}
	if s.PeekASN1Tag(tag1.Constructed()) {
		var list cryptobyte.String
		if !s.ReadASN1(&list, tag1.Constructed()) {
			return malformed("extensions")
		}
		if i.Extensions, ok = readExtensions(list); !ok {
			return malformed("extensions")
		}
	}
	if !s.Empty() {
		return malformed("end")
	}
	return i, nil
}

// readAccuracy reads an Accuracy: seconds, milliseconds and microseconds, each optional, the latter two from 1 to 999; 0, which should be
// left out, is accepted.
func readAccuracy(s *cryptobyte.String) (time.Duration, bool) {
	var seq cryptobyte.String
	if !s.ReadASN1(&seq, casn1.SEQUENCE) {
		return 0, false
	}
	var seconds int64
	if seq.PeekASN1Tag(casn1.INTEGER) && (!seq.ReadASN1Integer(&seconds) || seconds < 0 || seconds > limits.TSPAccuracy) {
		return 0, false
	}
	accuracy := time.Duration(seconds) * time.Second
	for _, part := range []struct {
		tag  casn1.Tag
		unit time.Duration
	}{{tag0, time.Millisecond}, {tag1, time.Microsecond}} {
		if !seq.PeekASN1Tag(part.tag) {
			continue
		}
		var n int64
		if !seq.ReadASN1Int64WithTag(&n, part.tag) || n < 0 || n > 999 {
			return 0, false
		}
		accuracy += time.Duration(n) * part.unit
	}
	return accuracy, seq.Empty()
}

// parseGenTime reads a GeneralizedTime as RFC 3161, 2.4.2 has it: YYYYMMDDhhmmss[.s…]Z, in UTC. Trailing zeros, which DER forbids, are
// accepted: the time is the same.
func parseGenTime(s string) (time.Time, bool) {
	s, utc := strings.CutSuffix(s, "Z")
	whole, fraction, fractional := strings.Cut(s, ".")
	if !utc || len(whole) != 14 || len(fraction) > 64 || fractional && fraction == "" {
		return time.Time{}, false
	}
	for _, digits := range []string{whole, fraction} {
		for _, c := range []byte(digits) {
			if c < '0' || c > '9' {
				return time.Time{}, false
			}
		}
	}
	t, err := time.Parse("20060102150405", whole)
	if err != nil {
		return time.Time{}, false
	}
	nanos, err := strconv.Atoi((fraction + "000000000")[:9])
	if err != nil {
		return time.Time{}, false
	}
	return t.Add(time.Duration(nanos)), true
}
