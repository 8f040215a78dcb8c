package timestamp_test

import (
	"bytes"
	"crypto"
	"encoding/asn1"
	"encoding/hex"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/timestamp"
)

func TestRequestRoundTrip(t *testing.T) {
	for name, change := range map[string]func(*timestamp.Request){
		"bare":       func(r *timestamp.Request) { r.CertReq = false },
		"certReq":    func(*timestamp.Request) {},
		"nonce":      func(r *timestamp.Request) { r.Nonce = new(big.Int).Lsh(big.NewInt(1), 63) },
		"nonce 0":    func(r *timestamp.Request) { r.Nonce = new(big.Int) },
		"nonce long": func(r *timestamp.Request) { r.Nonce = new(big.Int).Lsh(big.NewInt(1), 500) },
		"policy":     func(r *timestamp.Request) { r.Policy = testPolicy },
		"SHA-512": func(r *timestamp.Request) {
			r.Hash, r.HashOID, r.Imprint = crypto.SHA512, asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 3}, make([]byte, 64)
		},
		"SHA-1, for servers": func(r *timestamp.Request) {
			r.Hash, r.HashOID, r.Imprint = crypto.SHA1, asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26}, make([]byte, 20)
		},
		"unknown hash": func(r *timestamp.Request) {
			r.Hash, r.HashOID, r.Imprint = 0, asn1.ObjectIdentifier{1, 2, 3}, []byte{1}
		},
		"all": func(r *timestamp.Request) {
			r.Policy, r.Nonce = testPolicy, big.NewInt(1)
			r.Extensions = []timestamp.Extension{{ID: asn1.ObjectIdentifier{1, 2, 3}, Critical: true, Value: []byte{5, 0}}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := timestamp.NewRequest(testDigest, crypto.SHA256)
			require.NoError(t, err)
			change(r)
			raw, err := r.Marshal()
			require.NoError(t, err)
			require.NoError(t, der.Strict(raw))
			got, err := timestamp.ParseRequest(raw)
			require.NoError(t, err)
			if r.Nonce != nil { // equal numbers may differ inside
				require.NotNil(t, got.Nonce)
				assert.Zero(t, r.Nonce.Cmp(got.Nonce))
				got.Nonce = r.Nonce
			}
			assert.Equal(t, r, got)
		})
	}
}

func TestNewRequestRefuses(t *testing.T) {
	for _, h := range []crypto.Hash{0, crypto.MD5, crypto.SHA1, crypto.SHA224, crypto.RIPEMD160, crypto.BLAKE2b_256, 99} {
		_, err := timestamp.NewRequest(make([]byte, 20), h)
		wantCode(t, err, timestamp.CodeHash)
	}
	for _, n := range []int{0, 20, 31, 33, 64} {
		_, err := timestamp.NewRequest(make([]byte, n), crypto.SHA256)
		wantCode(t, err, timestamp.CodeDigestLength)
	}
	for where, r := range map[string]timestamp.Request{
		"messageImprint": {Hash: crypto.SHA256, Imprint: make([]byte, 20)},
		"reqPolicy":      {Hash: crypto.SHA256, Imprint: testDigest, Policy: asn1.ObjectIdentifier{1}},
		"extensions":     {Hash: crypto.SHA256, Imprint: testDigest, Extensions: []timestamp.Extension{{}}},
	} {
		_, err := r.Marshal()
		assert.Equal(t, where, wantCode(t, err, timestamp.CodeRequestMalformed).Params()["where"])
	}
	_, err := (&timestamp.Request{}).Marshal()
	wantCode(t, err, timestamp.CodeRequestMalformed)
	for _, oid := range []asn1.ObjectIdentifier{{3, 1}, {1, 40}, {0, 40}, {1, -1}, {-1, 1}} {
		_, err := (&timestamp.Request{Hash: crypto.SHA256, Imprint: testDigest, Policy: oid}).Marshal()
		wantCode(t, err, timestamp.CodeRequestMalformed)
	}
}

// sha256ID is an AlgorithmIdentifier with NULL parameters.
var sha256ID = unhex("300d06096086480165030402010500")

func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

func TestParseRequestStrict(t *testing.T) {
	seq := func(parts ...[]byte) []byte { return nested(der.Sequence, parts...) }
	version := unhex("020101")
	im := seq(sha256ID, nested(der.OctetString, testDigest))
	ext := seq(unhex("06022a03"), unhex("0402 0500"))
	for _, tt := range []struct {
		name  string
		raw   []byte
		where string // "": accepted
	}{
		{"clean", seq(version, im), ""},
		{"clean with absent parameters", seq(version, seq(unhex("300b0609608648016503040201"), nested(der.OctetString, testDigest))), ""},
		{"clean with all", seq(version, im, unhex("06022a03"), unhex("020105"), unhex("0101ff"), nested(0xa0, ext)), ""},
		{"empty", nil, "TimeStampReq"},
		{"not a sequence", nested(der.Set, version, im), "TimeStampReq"},
		{"trailing data", append(seq(version, im), 0), "TimeStampReq"},
		{"truncated", seq(version, im)[:20], "TimeStampReq"},
		{"indefinite length", append(append([]byte{0x30, 0x80}, append(version, im...)...), 0, 0), "TimeStampReq"},
		{"length not minimal", append([]byte{0x30, 0x82, 0, byte(len(version) + len(im))}, append(version, im...)...), "TimeStampReq"},
		{"version 2", seq(unhex("020102"), im), "version"},
		{"version 0", seq(unhex("020100"), im), "version"},
		{"version padded", seq(unhex("02020001"), im), "version"},
		{"no version", seq(im), "version"},
		{"no imprint", seq(version), "messageImprint"},
		{"digest too short", seq(version, seq(sha256ID, nested(der.OctetString, testDigest[:31]))), "messageImprint"},
		{"digest too long", seq(version, seq(sha256ID, nested(der.OctetString, testDigest, []byte{0}))), "messageImprint"},
		{"digest empty", seq(version, seq(unhex("300406022a03"), unhex("0400"))), "messageImprint"},
		{"parameters not NULL", seq(version, seq(seq(unhex("0609608648016503040201"), unhex("020100")), nested(der.OctetString, testDigest))), "messageImprint"},
		{"more in imprint", seq(version, seq(sha256ID, nested(der.OctetString, testDigest), unhex("0500"))), "messageImprint"},
		{"OID not minimal", seq(version, im, unhex("0603802a03")), "reqPolicy"},
		{"OID empty", seq(version, im, unhex("0600")), "reqPolicy"},
		{"nonce padded", seq(version, im, unhex("02020005")), "nonce"},
		{"nonce empty", seq(version, im, unhex("0200")), "nonce"},
		{"nonce huge", seq(version, im, nested(der.Integer, bytes.Repeat([]byte{1}, 65))), "nonce"},
		{"clean with certReq FALSE written", seq(version, im, unhex("010100")), ""},
		{"certReq not 0xFF", seq(version, im, unhex("010101")), "certReq"},
		{"fields out of order", seq(version, im, unhex("0101ff"), unhex("020105")), "end"},
		{"nonce twice", seq(version, im, unhex("020105"), unhex("020105")), "end"},
		{"no extension in extensions", seq(version, im, nested(0xa0)), "extensions"},
		{"extension twice", seq(version, im, nested(0xa0, ext, ext)), "extensions"},
		{"clean with critical FALSE written", seq(version, im, nested(0xa0, seq(unhex("06022a03"), unhex("010100"), unhex("0400")))), ""},
		{"critical not 0xFF", seq(version, im, nested(0xa0, seq(unhex("06022a03"), unhex("010101"), unhex("0400")))), "extensions"},
		{"unknown field", seq(version, im, nested(0xa1, ext)), "end"},
		{"huge", seq(version, im, nested(0xa0, seq(unhex("06022a03"), nested(der.OctetString, make([]byte, 70000))))), "length"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := timestamp.ParseRequest(tt.raw)
			if tt.where == "" {
				require.NoError(t, err)
				return
			}
			assert.Equal(t, tt.where, wantCode(t, err, timestamp.CodeRequestMalformed).Params()["where"])
			require.ErrorIs(t, err, timestamp.ErrMalformed)
		})
	}
}

func TestInfoStrict(t *testing.T) {
	a := newAuthority(t)
	seq := func(parts ...[]byte) []byte { return nested(der.Sequence, parts...) }
	version, policy, serial := unhex("020101"), unhex("06022a03"), unhex("020105")
	im := seq(sha256ID, nested(der.OctetString, testDigest))
	gen := func(s string) []byte { return nested(der.GeneralizedTime, []byte(s)) }
	at := gen("20260304050607Z")
	head := func(parts ...[]byte) []byte {
		return seq(append([][]byte{version, policy, im, serial, at}, parts...)...)
	}
	timed := func(s string) []byte { return seq(version, policy, im, serial, gen(s)) }
	for _, tt := range []struct {
		name  string
		raw   []byte
		where string
	}{
		{"clean", head(), ""},
		{"clean with all", head(unhex("3009 020101 800102 810103"), unhex("0101ff"), unhex("020109"), nested(0xa0, unhex("8203 612e62")), nested(0xa1, seq(unhex("06022a03"), unhex("0400")))), ""},
		{"clean with half a second", timed("20260304050607.5Z"), ""},
		{"clean with nanoseconds and more (not kept)", timed("20260304050607.123456789123Z"), ""},
		{"clean with a policy of huge arcs", seq(version, unhex("061469 83a9d2ccb1d1b3f3f7aad0ccaed1a8e1e1e101"), im, serial, at), ""},
		{"clean with a negative serial number", seq(version, policy, im, unhex("0201ff"), at), ""},
		{"clean with an empty accuracy (not kept)", head(unhex("3000")), ""},
		{"empty", nil, "TSTInfo"},
		{"trailing data", append(head(), 0), "TSTInfo"},
		{"version 2", seq(unhex("020102"), policy, im, serial, at), "version"},
		{"no policy", seq(version, im, serial, at), "policy"},
		{"no imprint", seq(version, policy, serial, at), "messageImprint"},
		{"imprint of another length", seq(version, policy, seq(sha256ID, unhex("0401ff")), serial, at), "messageImprint"},
		{"no serial number", seq(version, policy, im, at), "serialNumber"},
		{"serial number huge", seq(version, policy, im, nested(der.Integer, bytes.Repeat([]byte{1}, 65)), at), "serialNumber"},
		{"no time", seq(version, policy, im, serial), "genTime"},
		{"UTCTime", seq(version, policy, im, serial, nested(der.UTCTime, []byte("260304050607Z"))), "genTime"},
		{"no seconds", timed("202603040506Z"), "genTime"},
		{"no zone", timed("20260304050607"), "genTime"},
		{"zone with offset", timed("20260304050607+0700"), "genTime"},
		{"comma", timed("20260304050607,5Z"), "genTime"},
		{"clean with a trailing zero (not kept)", timed("20260304050607.50Z"), ""},
		{"clean with fraction zero (not kept)", timed("20260304050607.0Z"), ""},
		{"empty fraction", timed("20260304050607.Z"), "genTime"},
		{"letters in the fraction", timed("20260304050607.5xZ"), "genTime"},
		{"second letter", timed("2026030405060xZ"), "genTime"},
		{"sign", timed("+0260304050607Z"), "genTime"},
		{"month 13", timed("20261304050607Z"), "genTime"},
		{"30 February", timed("20260230050607Z"), "genTime"},
		{"hour 24", timed("20260304240607Z"), "genTime"},
		{"second 60", timed("20260304050660Z"), "genTime"},
		{"negative accuracy", head(unhex("30030201ff")), "accuracy"},
		{"accuracy overflows", head(unhex("300a 02087fffffffffffffff")), "accuracy"},
		{"clean with 0 milliseconds (not kept)", head(unhex("3003800100")), ""},
		{"milliseconds padded", head(unhex("300480020001")), "accuracy"},
		{"1000 milliseconds", head(unhex("3004800203e8")), "accuracy"},
		{"1000 microseconds", head(unhex("3004810203e8")), "accuracy"},
		{"accuracy out of order", head(unhex("3006 810101 800101")), "accuracy"},
		{"clean with ordering FALSE written (not kept)", head(unhex("010100")), ""},
		{"ordering not 0xFF", head(unhex("010101")), "ordering"},
		{"ordering twice", head(unhex("0101ff"), unhex("0101ff")), "end"},
		{"nonce padded", head(unhex("02020001")), "nonce"},
		{"tsa empty", head(nested(0xa0)), "tsa"},
		{"tsa with two names", head(nested(0xa0, unhex("820161820161"))), "tsa"},
		{"extensions empty", head(nested(0xa1)), "extensions"},
		{"unknown field", head(nested(0xa2)), "end"},
		{"out of order", head(unhex("020101"), unhex("0101ff")), "end"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a.lie.infoDER = func([]byte) []byte { return tt.raw }
			token, err := timestamp.ParseToken(a.stamp(testDigest, crypto.SHA256))
			if tt.where == "" {
				require.NoError(t, err)
				require.NoError(t, token.CheckIntegrity())
				// What was read can be written again.
				again, err := token.Info.MarshalDER()
				require.NoError(t, err)
				if !strings.Contains(tt.name, "(not kept)") {
					assert.Equal(t, tt.raw, again)
				}
				return
			}
			assert.Equal(t, tt.where, wantCode(t, err, timestamp.CodeInfoMalformed).Params()["where"])
		})
	}
}

func TestInfoMarshalRefuses(t *testing.T) {
	good := timestamp.Info{Policy: testPolicy, Hash: crypto.SHA256, Imprint: testDigest, Serial: big.NewInt(1), Time: testTime}
	_, err := good.MarshalDER()
	require.NoError(t, err)
	for where, change := range map[string]func(*timestamp.Info){
		"policy":         func(i *timestamp.Info) { i.Policy = nil },
		"messageImprint": func(i *timestamp.Info) { i.Hash = crypto.SHA512 },
		"serialNumber":   func(i *timestamp.Info) { i.Serial = nil },
		"genTime":        func(i *timestamp.Info) { i.Time = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) },
		"accuracy":       func(i *timestamp.Info) { i.Accuracy = -1 },
		"tsa":            func(i *timestamp.Info) { i.TSARaw = []byte{1} },
		"extensions":     func(i *timestamp.Info) { i.Extensions = []timestamp.Extension{{}} },
	} {
		bad := good
		change(&bad)
		_, err := bad.MarshalDER()
		assert.Equal(t, where, wantCode(t, err, timestamp.CodeInfoMalformed).Params()["where"])
	}
}

func TestGrantedWithModsCounts(t *testing.T) {
	a := newAuthority(t)
	token := a.stamp(testDigest, crypto.SHA256)
	for _, status := range []timestamp.Status{timestamp.Granted, timestamp.GrantedWithMods} {
		got, err := timestamp.ParseResponse(timestamp.MarshalResponse(status, 0, token))
		require.NoError(t, err)
		require.NoError(t, got.Check(testDigest, crypto.SHA256))
		require.Equal(t, token, got.Raw)
		_, err = timestamp.ParseResponse(timestamp.MarshalResponse(status, 0, token, "xin chào", "hello"))
		require.NoError(t, err)
		_, err = timestamp.ParseResponse(timestamp.MarshalResponse(status, 0, nil))
		wantCode(t, err, timestamp.CodeTokenMissing)
	}
}

func TestRejectionNamed(t *testing.T) {
	a := newAuthority(t)
	for failure, want := range map[timestamp.Failure]struct {
		code timestamp.Code
		name string
	}{
		0:                             {timestamp.CodeRejected, "-"},
		timestamp.BadAlg:              {timestamp.CodeBadAlg, "badAlg"},
		timestamp.BadRequest:          {timestamp.CodeBadRequest, "badRequest"},
		timestamp.BadDataFormat:       {timestamp.CodeBadDataFormat, "badDataFormat"},
		timestamp.TimeNotAvailable:    {timestamp.CodeTimeNotAvailable, "timeNotAvailable"},
		timestamp.UnacceptedPolicy:    {timestamp.CodeUnacceptedPolicy, "unacceptedPolicy"},
		timestamp.UnacceptedExtension: {timestamp.CodeUnacceptedExtension, "unacceptedExtension"},
		timestamp.AddInfoNotAvailable: {timestamp.CodeAddInfoNotAvailable, "addInfoNotAvailable"},
		timestamp.SystemFailure:       {timestamp.CodeSystemFailure, "systemFailure"},
		timestamp.BadAlg | timestamp.SystemFailure: {timestamp.CodeRejected, "badAlg, systemFailure"},
		1 << 7:  {timestamp.CodeRejected, "bit 7"},
		1 << 31: {timestamp.CodeRejected, "bit 31"},
	} {
		raw := timestamp.MarshalResponse(timestamp.Rejection, failure, nil, "không\x1b[2J được")
		require.NoError(t, der.Strict(raw))
		_, err := timestamp.ParseResponse(raw)
		e := wantCode(t, err, want.code)
		assert.Equal(t, want.name, e.Params()["failure"])
		require.ErrorIs(t, err, timestamp.ErrRejected)
		assert.Contains(t, err.Error(), `không\x1b[2J được`, "the authority's words are shown, cleaned")
		assert.Contains(t, err.Error(), want.name)
	}
	for status, code := range map[timestamp.Status]timestamp.Code{
		timestamp.Waiting: timestamp.CodeWaiting, timestamp.RevocationWarning: timestamp.CodeRevocation,
		timestamp.RevocationNotification: timestamp.CodeRevocation, 6: timestamp.CodeStatusUnknown, 65536: timestamp.CodeStatusUnknown,
	} {
		// A good token behind a status that does not grant it counts for nothing.
		for _, token := range [][]byte{nil, a.stamp(testDigest, crypto.SHA256)} {
			_, err := timestamp.ParseResponse(timestamp.MarshalResponse(status, 0, token))
			wantCode(t, err, code)
		}
	}
	_, err := timestamp.ParseResponse(timestamp.MarshalResponse(timestamp.Rejection, 0, a.stamp(testDigest, crypto.SHA256)))
	wantCode(t, err, timestamp.CodeRejected)
	_, err = timestamp.ParseResponse(timestamp.MarshalResponse(timestamp.Rejection, 0, nil, strings.Repeat("ă", 5000)))
	assert.Less(t, len(wantCode(t, err, timestamp.CodeRejected).Error()), 3000)
}

func TestParseResponseStrict(t *testing.T) {
	a := newAuthority(t)
	token := a.stamp(testDigest, crypto.SHA256)
	seq := func(parts ...[]byte) []byte { return nested(der.Sequence, parts...) }
	granted := unhex("020100")
	for _, tt := range []struct {
		name string
		raw  []byte
		want timestamp.Code // "": accepted
	}{
		{"clean", seq(seq(granted), token), ""},
		{"clean with other kinds of text", seq(seq(granted, seq(unhex("160161"), unhex("1e020061"))), token), ""},
		{"clean with failInfo of no bits", seq(seq(granted, unhex("030100")), token), ""},
		{"empty", nil, timestamp.CodeResponseMalformed},
		{"garbage", []byte("<html>"), timestamp.CodeResponseMalformed},
		{"the bare token", token, timestamp.CodeResponseMalformed},
		{"trailing data", append(seq(seq(granted), token), 0), timestamp.CodeResponseMalformed},
		{"trailing data inside", seq(seq(granted), token, unhex("0500")), timestamp.CodeTokenMalformed},
		{"token twice", seq(seq(granted), token, token), timestamp.CodeTokenMalformed},
		{"truncated", seq(seq(granted), token)[:200], timestamp.CodeResponseMalformed},
		{"token truncated", seq(seq(granted), token[:200]), timestamp.CodeTokenMalformed},
		{"token is something else", seq(seq(granted), unhex("0500")), timestamp.CodeTokenMalformed},
		{"no status", seq(seq(), token), timestamp.CodeResponseMalformed},
		{"negative status", seq(seq(unhex("0201ff")), token), timestamp.CodeResponseMalformed},
		{"huge status", seq(seq(unhex("02087fffffffffffffff")), token), timestamp.CodeResponseMalformed},
		{"status padded", seq(seq(unhex("02020000")), token), timestamp.CodeResponseMalformed},
		{"status and more", seq(seq(granted, unhex("0500")), token), timestamp.CodeResponseMalformed},
		{"failInfo without unused bits", seq(seq(granted, unhex("0300")), token), timestamp.CodeResponseMalformed},
		{"failInfo with 8 unused bits", seq(seq(granted, unhex("03020880")), token), timestamp.CodeResponseMalformed},
		{"text broken", seq(seq(granted, unhex("3003160561")), token), timestamp.CodeResponseMalformed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := timestamp.ParseResponse(tt.raw)
			if tt.want == "" {
				require.NoError(t, err)
				return
			}
			wantCode(t, err, tt.want)
			require.ErrorIs(t, err, timestamp.ErrMalformed)
		})
	}
	_, err := timestamp.ParseToken(make([]byte, 17<<20))
	wantCode(t, err, timestamp.CodeTokenTooLarge)
	_, err = timestamp.ParseResponse(make([]byte, 17<<20))
	wantCode(t, err, timestamp.CodeResponseMalformed)
}

// A token may be BER: the SignedData around the TSTInfo is CMS.
func TestTokenBER(t *testing.T) {
	a := newAuthority(t)
	token := a.stamp(testDigest, crypto.SHA256)
	var outer struct {
		Type    asn1.RawValue
		Content asn1.RawValue
	}
	_, err := asn1.Unmarshal(token, &outer)
	require.NoError(t, err)
	ber := append([]byte{0x30, 0x80}, outer.Type.FullBytes...)
	ber = append(ber, 0xa0, 0x80)
	ber = append(ber, outer.Content.Bytes...)
	ber = append(ber, 0, 0, 0, 0)
	require.NoError(t, parse(t, ber).Check(testDigest, crypto.SHA256))
	got, err := timestamp.ParseResponse(timestamp.MarshalResponse(timestamp.Granted, 0, ber))
	require.NoError(t, err)
	require.NoError(t, got.Check(testDigest, crypto.SHA256))
	require.Equal(t, ber, got.Raw)
}
