package cms_test

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/testpki"
)

const text = "Hợp đồng số 17/2026: bên A bán, bên B mua.\n"

// names are the signers of the test PKI, one of each kind of key.
var names = []string{"signer", "ec", "ed25519"}

func sign(t testing.TB, pki *testpki.PKI, name, content string, opts *cms.Options) []byte {
	t.Helper()
	if opts == nil {
		opts = &cms.Options{}
	}
	if opts.Clock == nil {
		opts.Clock = pki.Now
	}
	var out bytes.Buffer
	require.NoError(t, cms.Sign(t.Context(), &out, strings.NewReader(content), pki.Signer(name), opts))
	return out.Bytes()
}

func read(t testing.TB, raw []byte, content string) *cms.Document {
	t.Helper()
	doc, err := cms.Read(t.Context(), bytes.NewReader(raw), &cms.ReadOptions{Content: strings.NewReader(content)})
	require.NoError(t, err)
	return doc
}

// requireIntact checks that everything about a signature that can be checked is as it should be.
func requireIntact(t testing.TB, s *cms.Signature) {
	t.Helper()
	require.Equal(t, cms.Intact, s.ContentIntegrity)
	require.Equal(t, cms.Intact, s.SignatureIntegrity)
	require.Equal(t, cms.SigningCertificate{Present: true, Match: true, Version: 2}, s.SigningCertificate)
	require.Equal(t, cms.BySigningCertificate, s.IdentifiedBy)
	require.Empty(t, s.Findings)
	for _, ts := range s.Timestamps {
		require.Equal(t, cms.Intact, ts.ContentIntegrity)
		require.Equal(t, cms.Intact, ts.SignatureIntegrity)
		require.Empty(t, ts.Findings)
	}
}

func TestSignAndRead(t *testing.T) {
	pki, _ := testpki.Start(t)
	for _, name := range names {
		for _, attached := range []bool{false, true} {
			for _, level := range []cms.Level{cms.LevelBB, cms.LevelBT} {
				raw := sign(t, pki, name, text, &cms.Options{Attached: attached, Level: level, Timestamper: pki.TSAClient()})
				content := text
				var doc *cms.Document
				if attached {
					var err error
					doc, err = cms.Read(t.Context(), bytes.NewReader(raw), nil)
					require.NoError(t, err)
				} else {
					doc = read(t, raw, content)
				}
				require.Equal(t, attached, doc.Attached)
				require.Len(t, doc.Signatures, 1)
				s := doc.Signatures[0]
				requireIntact(t, s)
				require.Equal(t, level, s.Level)
				require.True(t, s.Certificate.Equal(pki.Certificate(name)))
				require.NotNil(t, s.SigningTime)
				if level == cms.LevelBT {
					require.Len(t, s.Timestamps, 1)
				}
			}
		}
	}
}

func TestPrepareFinish(t *testing.T) {
	pki, _ := testpki.Start(t)
	for _, name := range names {
		for _, attached := range []bool{false, true} {
			p, err := cms.Prepare(t.Context(), strings.NewReader(text), pki.Chain(name), &cms.Options{Attached: attached, Clock: pki.Now, Title: "Hợp đồng"})
			require.NoError(t, err)
			state, err := json.Marshal(p)
			require.NoError(t, err)
			require.Less(t, len(state), 16000)
			require.NotContains(t, string(state), "bên A")

			var q cms.PreparedSignature
			require.NoError(t, json.Unmarshal(state, &q))
			require.Equal(t, p.Request(), q.Request())
			require.EqualValues(t, len(text), q.InputSize())
			require.Equal(t, sha256Sum(text), q.InputSHA256())
			value := signRequest(t, pki, name, &q)

			var out bytes.Buffer
			err = q.Finish(t.Context(), &out, strings.NewReader(text+"."), value, nil)
			require.ErrorIs(t, err, codeErr(cms.CodeChanged))
			out.Reset()
			err = q.Finish(t.Context(), &out, strings.NewReader(text[:len(text)-1]), value, nil)
			require.ErrorIs(t, err, codeErr(cms.CodeChanged))
			out.Reset()
			require.NoError(t, q.Finish(t.Context(), &out, strings.NewReader(text), value, &cms.FinishOptions{Level: cms.LevelBT, Timestamper: pki.TSAClient()}))
			doc, err := cms.Read(t.Context(), &out, &cms.ReadOptions{Content: contentFor(attached)})
			require.NoError(t, err)
			requireIntact(t, doc.Signatures[0])
			require.Equal(t, cms.LevelBT, doc.Signatures[0].Level)
		}
	}
}

func contentFor(attached bool) io.Reader {
	if attached {
		return nil
	}
	return strings.NewReader(text)
}
