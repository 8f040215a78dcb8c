package cms_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/trust"
)

// collector finds evidence in the test PKI in process: OCSP where its responder answers, with the responder's certificate and path.
type collector struct{ pki *testpki.PKI }

// collected are the certificates that it knows.
var collected = []string{"signer", "ec", "ed25519", "person", "rsa3072", "ec384", "issuer", "tsa1", "tsa2", "tsa3"}

var errNoEvidence = errors.New("this certificate is none of the test PKI's, or not good")

func (c collector) Collect(_ context.Context, cert *x509.Certificate, at time.Time, _ *trust.Evidence) (*trust.Evidence, error) {
	for _, name := range collected {
		if !c.pki.Certificate(name).Equal(cert) {
			continue
		}
		if at.After(cert.NotAfter) || at.Before(cert.NotBefore) {
			return nil, errNoEvidence
		}
		e := &trust.Evidence{}
		for _, step := range append(c.pki.Chain(name), c.pki.Root()) {
			e.Certificates = append(e.Certificates, step)
			if step.Equal(c.pki.Root()) {
				continue
			}
			for _, known := range collected {
				if !c.pki.Certificate(known).Equal(step) {
					continue
				}
				response, err := c.pki.OCSP(known)
				if err != nil {
					return nil, err
				}
				e.OCSPs = append(e.OCSPs, response)
			}
			e.Certificates = append(e.Certificates, c.pki.Certificate("ocsp-issuer"), c.pki.Certificate("ocsp-root"))
		}
		return e, nil
	}
	return nil, errNoEvidence
}

// archive is the options for level B-LTA over the test PKI.
func archive(pki *testpki.PKI) *cms.Options {
	return &cms.Options{Level: cms.LevelBLTA, Timestamper: pki.TSAClient(), Collector: collector{pki}, Clock: pki.Now}
}

func extend(t testing.TB, pki *testpki.PKI, raw []byte, level cms.Level, content string) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, cms.Extend(t.Context(), &out, bytes.NewReader(raw), extendOptions(pki, level, content)))
	return out.Bytes()
}

func extendOptions(pki *testpki.PKI, level cms.Level, content string) *cms.ExtendOptions {
	o := &cms.ExtendOptions{Level: level, Timestamper: pki.TSAClient(), Collector: collector{pki}, Clock: pki.Now}
	if content != "" {
		o.Content = strings.NewReader(content)
	}
	return o
}

// TestLongTermLevels signs at B-LT and B-LTA in one call, in two, in a batch and on the fly, and reads the result.
func TestLongTermLevels(t *testing.T) {
	pki, _ := testpki.Start(t)
	check := func(t *testing.T, raw []byte, attached bool, level cms.Level) {
		t.Helper()
		o := &cms.ReadOptions{}
		if !attached {
			o.Content = strings.NewReader(text)
		}
		doc, err := cms.Read(t.Context(), bytes.NewReader(raw), o)
		require.NoError(t, err)
		require.Equal(t, attached, doc.Attached)
		s := doc.Signatures[0]
		requireIntact(t, s)
		require.Equal(t, level, s.Level)
		require.NotEmpty(t, doc.OCSPs)
		sd, err := cmsdata.ParseStream(bytes.NewReader(raw), nil)
		require.NoError(t, err)
		require.Equal(t, 5, sd.Version)
		if level == cms.LevelBLTA {
			requireCovered(t, s)
		}
	}
	for _, name := range names {
		for _, level := range []cms.Level{cms.LevelBLT, cms.LevelBLTA} {
			for _, attached := range []bool{false, true} {
				t.Run(name+string(level), func(t *testing.T) {
					o := archive(pki)
					o.Level, o.Attached = level, attached
					check(t, sign(t, pki, name, text, o), attached, level)

					p, err := cms.Prepare(t.Context(), strings.NewReader(text), pki.Chain(name), o)
					require.NoError(t, err)
					value := signRequest(t, pki, name, p)
					var out bytes.Buffer
					finish := &cms.FinishOptions{Timestamper: o.Timestamper, Collector: o.Collector, Clock: o.Clock}
					require.NoError(t, p.Finish(t.Context(), &out, strings.NewReader(text), value, finish))
					check(t, out.Bytes(), attached, level)

					out.Reset()
					docs := []cms.BatchDocument{{Content: strings.NewReader(text), Dst: &out}}
					require.NoError(t, cms.SignBatch(t.Context(), docs, pki.Signer(name), o))
					check(t, out.Bytes(), attached, level)

					out.Reset()
					require.NoError(t, cms.Sign(t.Context(), &out, io.MultiReader(strings.NewReader(text)), pki.Signer(name), o))
					check(t, out.Bytes(), attached, level)
				})
			}
		}
	}
}

// requireCovered checks that the newest archive time-stamp covers the signature, all other time-stamps and the evidence for them.
func requireCovered(t testing.TB, s *cms.Signature) {
	t.Helper()
	last := s.Timestamps[len(s.Timestamps)-1]
	require.Equal(t, cms.ArchiveTimestamp, last.Kind)
	require.Equal(t, 3, last.ArchiveVersion)
	require.Contains(t, last.Covers, trust.DigestOf(s.Value))
	require.Contains(t, last.Covers, trust.DigestOf(s.Certificate.Raw))
	for _, other := range s.Timestamps[:len(s.Timestamps)-1] {
		require.Contains(t, last.Covers, trust.DigestOf(other.Token.Raw))
		require.Contains(t, last.Covers, trust.DigestOf(other.Certificate.Raw))
	}
	require.NotContains(t, last.Covers, trust.DigestOf(last.Token.Raw))
}
