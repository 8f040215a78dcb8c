package timestamp_test

import (
	"bytes"
	"crypto"
	"errors"
	"math/big"
	"testing"

	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/timestamp"
)

// own fails unless err is nil or of this package.
func own(t *testing.T, err error) {
	t.Helper()
	var e *timestamp.Error
	if err != nil && (!errors.As(err, &e) || err != error(e)) {
		t.Fatalf("an error of another type: %T %v", err, err)
	}
	if err != nil {
		_ = err.Error()
	}
}

// probe runs everything that takes a token, none of which may panic, and none accept what no authority signed.
func probe(t *testing.T, a *authority, token *timestamp.Token) {
	t.Helper()
	own(t, token.CheckIntegrity(a.cert, nil))
	own(t, token.CheckImprint(testDigest))
	own(t, token.Check(testDigest, crypto.SHA256, a.cert))
	own(t, token.CheckRequest(&timestamp.Request{}, a.cert))
	_, err := token.Signer(a.cert)
	own(t, err)
	_ = token.Certificates()
	if _, err := token.Info.MarshalDER(); err != nil {
		own(t, err)
	}
	// Whatever the fuzzer does, it has no key: what is accepted states what the authority stated.
	if token.CheckIntegrity(a.cert) == nil {
		if signer, err := token.Signer(a.cert); err == nil && signer.Equal(a.cert) && !bytes.Equal(token.Info.Imprint, testDigest) {
			t.Fatalf("a forged token was accepted: %x", token.Raw)
		}
	}
}

func FuzzParseToken(f *testing.F) {
	a := newAuthority(f)
	f.Add(a.stamp(testDigest, crypto.SHA256))
	f.Add(a.token(a.info(testDigest, crypto.SHA256), false))
	full := a.info(testDigest, crypto.SHA256)
	full.Nonce, full.Ordering, full.TSARaw = big.NewInt(5), true, nested(0xa4, a.cert.RawSubject)
	full.Extensions = []timestamp.Extension{{ID: testPolicy, Critical: true, Value: []byte{5, 0}}}
	f.Add(a.token(full, true))
	a.lie.attrs = func(l []cmsdata.Attribute) []cmsdata.Attribute {
		return append(replace(l, cmsdata.OIDSigningCertificateV2), cmsdata.SigningCertificate(a.cert), cmsdata.SigningTime(testTime))
	}
	f.Add(a.stamp(testDigest, crypto.SHA256))
	a.lie = lies{data: func(sd *cmsdata.SignedData) { sd.Signers = append(sd.Signers, sd.Signers[0]) }}
	f.Add(a.stamp(testDigest, crypto.SHA256))
	a.lie = lies{}
	f.Fuzz(func(t *testing.T, raw []byte) {
		token, err := timestamp.ParseToken(raw)
		own(t, err)
		if err != nil {
			return
		}
		if !bytes.Equal(token.Raw, raw) {
			t.Fatal("Raw is not what was read")
		}
		probe(t, a, token)
	})
}

func FuzzParseResponse(f *testing.F) {
	a := newAuthority(f)
	f.Add(timestamp.MarshalResponse(timestamp.Granted, 0, a.stamp(testDigest, crypto.SHA256)))
	f.Add(timestamp.MarshalResponse(timestamp.GrantedWithMods, 0, a.stamp(testDigest, crypto.SHA256), "được"))
	f.Add(timestamp.MarshalResponse(timestamp.Rejection, timestamp.SystemFailure|timestamp.BadAlg, nil, "không", "no"))
	f.Add(timestamp.MarshalResponse(timestamp.Waiting, 0, nil))
	f.Fuzz(func(t *testing.T, raw []byte) {
		token, err := timestamp.ParseResponse(raw)
		own(t, err)
		if err == nil {
			probe(t, a, token)
		}
	})
}

func FuzzParseRequest(f *testing.F) {
	for _, change := range []func(*timestamp.Request){
		func(*timestamp.Request) {},
		func(r *timestamp.Request) { r.CertReq = false },
		func(r *timestamp.Request) { r.Nonce, r.Policy = big.NewInt(-77), testPolicy },
		func(r *timestamp.Request) {
			r.Extensions = []timestamp.Extension{{ID: testPolicy, Value: []byte{5, 0}}}
		},
	} {
		r, err := timestamp.NewRequest(testDigest, crypto.SHA256)
		if err != nil {
			f.Fatal(err)
		}
		change(r)
		raw, err := r.Marshal()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := timestamp.ParseRequest(raw)
		own(t, err)
		if err != nil {
			return
		}
		first, err := r.Marshal()
		own(t, err)
		if err != nil {
			return // identifiers that cannot be written: their arcs do not fit
		}
		// What is written is DER and stays as it is.
		r, err = timestamp.ParseRequest(first)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := r.Marshal(); err != nil || !bytes.Equal(first, again) {
			t.Fatalf("%x became %x (%v)", first, again, err)
		}
	})
}
