package cms_test

import (
	"bytes"
	"crypto"
	_ "crypto/md5"
	_ "crypto/sha1"
	"crypto/x509"
	"encoding/asn1"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/internal/testpki"
)

// detach takes the content out of a forgery, as a service does that was sent a digest.
func detach(sd *cmsdata.SignedData, _ *cmsdata.SignerInfo) { sd.Attached, sd.Content = false, nil }

// TestCheckDigest takes what our own package and services that leave attributes out make, under every kind of key.
func TestCheckDigest(t *testing.T) {
	pki, _ := testpki.Start(t)
	for _, c := range []struct {
		name string
		opts cms.Options
		hash crypto.Hash
	}{
		{"signer", cms.Options{}, crypto.SHA256},
		{"signer", cms.Options{PSS: true, Hash: crypto.SHA512}, crypto.SHA512},
		{"ec384", cms.Options{Level: cms.LevelBT}, crypto.SHA384},
		{"ed25519", cms.Options{NoSigningTime: true}, crypto.SHA512},
	} {
		c.opts.Timestamper, c.opts.Clock = pki.TSAClient(), pki.Now
		cert, want := pki.Certificate(c.name), digest(c.hash, []byte(text))
		raw := sign(t, pki, c.name, text, &c.opts)
		require.NoError(t, cms.CheckDigest(raw, want, c.hash, cert), c.name)
		require.ErrorIs(t, cms.CheckContent(raw, []byte(text), cert), codeErr(cms.CodeDetached))
		require.ErrorIs(t, cms.CheckDigest(raw, digest(c.hash, []byte("x")), c.hash, cert), codeErr(cms.CodeContentDigest))

		c.opts.Attached = true
		raw = sign(t, pki, c.name, text, &c.opts)
		require.NoError(t, cms.CheckContent(raw, []byte(text), cert), c.name)
		require.ErrorIs(t, cms.CheckDigest(raw, want, c.hash, cert), codeErr(cms.CodeAttached))
		require.ErrorIs(t, cms.CheckContent(raw, []byte(text+" "), cert), codeErr(cms.CodeContentDigest))
		require.ErrorIs(t, cms.CheckContent(raw, nil, cert), codeErr(cms.CodeContentDigest))
	}
	for _, name := range []string{"signer", "ec"} {
		f := newForgery(t, pki, name)
		f.noAttrs, f.edit = true, detach
		require.NoError(t, cms.CheckDigest(f.make(), sha256Sum(text), crypto.SHA256, f.cert))
		require.ErrorIs(t, cms.CheckDigest(f.make(), sha256Sum("x"), crypto.SHA256, f.cert), codeErr(cms.CodeSignature))
		f.certificates = nil // left out by the service; it was told which one is meant
		require.NoError(t, cms.CheckDigest(f.make(), sha256Sum(text), crypto.SHA256, f.cert))
	}
	var out bytes.Buffer // BER, as services that stream make it
	require.NoError(t, cms.Sign(t.Context(), &out, onlyReader{strings.NewReader(text)}, pki.Signer("ec"), &cms.Options{Attached: true, Clock: pki.Now}))
	require.NoError(t, cms.CheckContent(out.Bytes(), []byte(text), pki.Certificate("ec")))
}

// TestCheckDigestRefuses makes a service answer with everything but what it was asked for. Each has a clean twin above.
func TestCheckDigestRefuses(t *testing.T) {
	pki, _ := testpki.Start(t)
	ec := pki.Certificate("ec")
	own := twin(t, pki, ec, ec.PublicKey) // same name, number and key
	for name, c := range map[string]struct {
		change func(f *forgery)
		after  func(raw []byte) []byte
		code   cms.Code
	}{
		"nothing":                 {after: func([]byte) []byte { return nil }, code: cms.CodeMalformed},
		"truncated":               {after: func(raw []byte) []byte { return raw[:len(raw)-1] }, code: cms.CodeMalformed},
		"trailing zero":           {after: func(raw []byte) []byte { return append(raw, 0) }, code: cms.CodeTrailing},
		"two answers":             {after: func(raw []byte) []byte { return append(raw, raw...) }, code: cms.CodeTrailing},
		"too large":               {after: func(raw []byte) []byte { return append(raw, make([]byte, 8<<20)...) }, code: cms.CodeTooMany},
		"value changed":           {change: func(f *forgery) { f.signed = []byte("something else") }, code: cms.CodeSignature},
		"other name":              {change: func(f *forgery) { f.cert, f.key = pki.Certificate("signer"), pki.Key("signer") }, code: cms.CodeCertificateOther},
		"certificate by ESS":      {change: func(f *forgery) { f.attrs[2] = cmsdata.SigningCertificateV2(own, crypto.SHA256) }, code: cms.CodeSigningCert},
		"its twin beside it":      {change: func(f *forgery) { f.attrs, f.certificates = f.attrs[:2], []*x509.Certificate{own} }, code: cms.CodeCertificateSeveral},
		"ESS twice":               {change: func(f *forgery) { f.attrs = append(f.attrs, f.attrs[2]) }, code: cms.CodeAttributeDuplicate},
		"no message-digest":       {change: func(f *forgery) { f.attrs = []cmsdata.Attribute{f.attrs[0], f.attrs[2]} }, code: cms.CodeAttributeMissing},
		"no content-type":         {change: func(f *forgery) { f.attrs = f.attrs[1:] }, code: cms.CodeAttributeMissing},
		"other content-type":      {change: func(f *forgery) { f.attrs[0] = cmsdata.ContentType(cmsdata.OIDTSTInfo) }, code: cms.CodeContentType},
		"attributes out of order": {change: func(f *forgery) { f.set = unsorted(f.attrs[2], f.attrs[1], f.attrs[0]) }, code: cms.CodeAttributesNotDER},
		"SHA-384": {after: func([]byte) []byte {
			return sign(t, pki, "ec", text, &cms.Options{Hash: crypto.SHA384, Clock: pki.Now})
		}, code: cms.CodeHash},
		"not plain data": {change: func(f *forgery) {
			f.attrs[0] = cmsdata.ContentType(cmsdata.OIDTSTInfo)
			f.edit = func(sd *cmsdata.SignedData, si *cmsdata.SignerInfo) {
				detach(sd, si)
				sd.ContentType = cmsdata.OIDTSTInfo
			}
		}, code: cms.CodeContentKind},
		"no signer": {change: func(f *forgery) {
			f.edit = func(sd *cmsdata.SignedData, si *cmsdata.SignerInfo) { detach(sd, si); sd.Signers = nil }
		}, code: cms.CodeSigners},
		"two signers": {change: func(f *forgery) {
			f.edit = func(sd *cmsdata.SignedData, si *cmsdata.SignerInfo) {
				detach(sd, si)
				sd.Signers = append(sd.Signers, si)
			}
		}, code: cms.CodeSigners},
		"digest named otherwise": {change: func(f *forgery) {
			h, _ := alg.HashOf(crypto.SHA512)
			f.algorithm = alg.Signature{Scheme: alg.ECDSA, Hash: h.Crypto}.Identifier()
		}, code: cms.CodeDigestMismatch},
		"time-stamp that is none": {change: func(f *forgery) {
			f.edit = func(sd *cmsdata.SignedData, si *cmsdata.SignerInfo) {
				detach(sd, si)
				si.AddUnsigned(cmsdata.NewAttribute(cmsdata.OIDSignatureTimestamp, []byte{der.Null, 0}))
			}
		}, code: cms.CodeTimestampMalformed},
		"bomb of attributes": {change: func(f *forgery) {
			f.edit = func(sd *cmsdata.SignedData, si *cmsdata.SignerInfo) {
				detach(sd, si)
				for i := range 100_000 {
					si.UnsignedAttrs = append(si.UnsignedAttrs, cmsdata.NewAttribute(asn1.ObjectIdentifier{1, 2, i}, []byte{der.Null, 0}))
				}
			}
		}, code: cms.CodeTooMany},
		"bomb of values": {change: func(f *forgery) {
			f.edit = func(sd *cmsdata.SignedData, si *cmsdata.SignerInfo) {
				detach(sd, si)
				si.AddUnsigned(cmsdata.NewAttribute(cmsdata.OIDSignatureTimestamp, bytes.SplitAfter(bytes.Repeat([]byte{der.Null, 0}, 100_000), []byte{0})[:100_000]...))
			}
		}, code: cms.CodeTooMany},
		"bomb of certificates": {change: func(f *forgery) {
			f.edit = func(sd *cmsdata.SignedData, si *cmsdata.SignerInfo) {
				detach(sd, si)
				for range 5_000 {
					sd.Certificates = append(sd.Certificates, pki.Issuer().Raw)
				}
			}
		}, code: cms.CodeTooMany},
	} {
		t.Run(name, func(t *testing.T) {
			f := newForgery(t, pki, "ec")
			f.edit = detach
			if c.change != nil {
				c.change(f)
			}
			raw := f.make()
			if c.after != nil {
				raw = c.after(raw)
			}
			err := cms.CheckDigest(raw, sha256Sum(text), crypto.SHA256, ec)
			var e *cms.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, string(c.code), e.Code(), err)
		})
	}
}

// TestCheckWeak refuses SHA-1 and MD5 wherever they are named, though everything fits.
func TestCheckWeak(t *testing.T) {
	pki, _ := testpki.Start(t)
	for _, h := range []crypto.Hash{crypto.SHA1, crypto.MD5} {
		f := newForgery(t, pki, "signer")
		f.hash = h
		f.attributes()
		require.ErrorIs(t, cms.CheckContent(f.make(), []byte(text), f.cert), codeErr(cms.CodeWeakDigest))
		f.edit = detach
		require.ErrorIs(t, cms.CheckDigest(f.make(), digest(h, []byte(text)), h, f.cert), codeErr(cms.CodeOptions))
		require.ErrorIs(t, cms.CheckDigest(f.make(), sha256Sum(text), crypto.SHA256, f.cert), codeErr(cms.CodeHash))
	}
	f := newForgery(t, pki, "signer")
	require.ErrorIs(t, cms.CheckDigest(f.make(), sha256Sum(text)[:31], crypto.SHA256, f.cert), codeErr(cms.CodeOptions))
	require.ErrorIs(t, cms.CheckDigest(f.make(), sha256Sum(text), 0, f.cert), codeErr(cms.CodeOptions))
	require.ErrorIs(t, cms.CheckDigest(f.make(), sha256Sum(text), crypto.SHA256, nil), codeErr(cms.CodeChain))
}

// TestCheckContentConfusion: octets that are the signed attributes of another signature are no text that somebody signed (C1).
func TestCheckContentConfusion(t *testing.T) {
	pki, _ := testpki.Start(t)
	clean, attack := newForgery(t, pki, "ec"), newForgery(t, pki, "ec")
	attack.content, attack.noAttrs = string(cmsdata.EncodeSignedAttributes(clean.attrs...)), true
	require.ErrorIs(t, cms.CheckContent(attack.make(), []byte(attack.content), attack.cert), codeErr(cms.CodeAttributeConfusion))
}
