package revoke_test

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ocsp"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/pki"
	"github.com/kyso-dev/kyso/internal/revoke"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/internal/testtool"
)

func ours(t testing.TB, certs ...*x509.Certificate) []*pki.Certificate {
	t.Helper()
	var all []*pki.Certificate
	for _, c := range certs {
		p, err := pki.FromX509(c)
		require.NoError(t, err)
		all = append(all, p)
	}
	return all
}

// path is the whole path of a certificate of the demo PKI.
func path(t testing.TB, p *testpki.PKI, name string) []*pki.Certificate {
	t.Helper()
	return ours(t, append(p.Chain(name), p.Root())...)
}

func above(t testing.TB, p *testpki.PKI, name string) *x509.Certificate {
	t.Helper()
	return append(p.Chain(name), p.Root())[1]
}

// ask sends a request to a responder.
func ask(t testing.TB, r *revoke.Request, responder string) []byte {
	t.Helper()
	res, err := http.Post(responder, revoke.RequestType, bytes.NewReader(r.DER))
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return b
}

// states puts certificates of the demo PKI into every state.
func states(t testing.TB, p *testpki.PKI) map[string]revoke.State {
	t.Helper()
	require.NoError(t, p.Revoke("revoked", 1))
	require.NoError(t, p.Suspend("suspended"))
	return map[string]revoke.State{"signer": revoke.Good, "revoked": revoke.Revoked, "suspended": revoke.Suspended, "tsa1": revoke.Good}
}

// TestOCSPService asks the responder of the demo PKI, with every hash and with a nonce, and has x/crypto/ocsp read the same answers.
func TestOCSPService(t *testing.T) {
	p, _ := testpki.Start(t)
	for name, state := range states(t, p) {
		chain := path(t, p, name)
		for _, o := range []revoke.RequestOptions{{}, {Nonce: true}, {Hash: crypto.SHA256}, {Hash: crypto.SHA384, Nonce: true}, {Hash: crypto.SHA512}} {
			t.Run(fmt.Sprint(name, " ", o.Hash, o.Nonce), func(t *testing.T) {
				req, err := revoke.NewRequest(chain[0], chain[1], &o)
				require.NoError(t, err)
				raw := ask(t, req, chain[0].OCSP[0])
				res, err := req.Read(raw)
				require.NoError(t, err)
				require.Equal(t, req.Nonce, res.Nonce)
				answers, errs := revoke.Answers(chain, 0, revoke.NewEvidence(nil, []*revoke.Response{res}, nil), nil)
				require.Empty(t, errs)
				require.Len(t, answers, 1)
				require.Equal(t, state, answers[0].State)

				second, err := ocsp.ParseResponseForCert(raw, p.Certificate(name), above(t, p, name))
				require.NoError(t, err)
				require.Equal(t, map[int]bool{ocsp.Good: state == revoke.Good, ocsp.Revoked: state != revoke.Good}, map[int]bool{ocsp.Good: second.Status == ocsp.Good, ocsp.Revoked: second.Status == ocsp.Revoked})
				require.True(t, second.ThisUpdate.Equal(answers[0].ThisUpdate) && second.NextUpdate.Equal(answers[0].NextUpdate) && second.ProducedAt.Equal(answers[0].ProducedAt))
				require.Equal(t, second.RevocationReason, int(answers[0].Reason))
				require.True(t, second.RevokedAt.Equal(answers[0].RevokedAt))
				require.Equal(t, second.TBSResponseData, res.RawTBS)
				require.Equal(t, second.SerialNumber, res.Singles[0].ID.Serial)
				require.Equal(t, second.Signature, res.Signature)
				if second.RawResponderName != nil {
					require.Equal(t, second.RawResponderName, res.Responder.Name.Raw)
				}
				require.True(t, bytes.Equal(second.ResponderKeyHash, res.Responder.KeyHash))

				if o.Hash == 0 && !o.Nonce {
					theirs, err := ocsp.CreateRequest(p.Certificate(name), above(t, p, name), nil)
					require.NoError(t, err)
					require.Equal(t, theirs, req.DER)
				}
				address, ok := req.Address(chain[0].OCSP[0])
				require.Equal(t, !o.Nonce && len(address) <= 255, ok)
			})
		}
	}
}

// TestO1Service has the responder of the demo PKI do each thing wrong that it can.
func TestO1Service(t *testing.T) {
	p, s := testpki.Start(t)
	chain := path(t, p, "signer")
	for _, c := range []struct {
		fault testpki.Fault
		read  finding.Code // of Read; "": it is read
		why   finding.Code // of Answers; "": it is an answer
	}{
		{"", "", ""},
		{testpki.WrongNonce, revoke.CodeNonce, ""},
		{testpki.NoNonce, "", ""},
		{testpki.BrokenSignature, "", revoke.CodeResponder},
		{testpki.Rejection, revoke.CodeStatus, ""},
		{testpki.NoEKU, "", revoke.CodeResponder},
		{testpki.NoCertificate, "", revoke.CodeResponder},
		{testpki.ForeignSigner, "", revoke.CodeResponder},
		{testpki.WrongSerial, revoke.CodeOther, ""},
		{testpki.NoNextUpdate, "", ""},
		{testpki.UnknownStatus, "", ""},
		{testpki.Truncated, revoke.CodeMalformed, ""},
		{testpki.Garbage, revoke.CodeMalformed, ""},
		{testpki.Empty, revoke.CodeMalformed, ""},
	} {
		t.Run(string(c.fault), func(t *testing.T) {
			if c.fault != "" {
				s.Fault(testpki.OCSP, c.fault, true)
				defer s.ClearFaults()
			}
			req, err := revoke.NewRequest(chain[0], chain[1], &revoke.RequestOptions{Nonce: true})
			require.NoError(t, err)
			res, err := req.Read(ask(t, req, chain[0].OCSP[0]))
			if c.read != "" {
				var e *revoke.Error
				require.ErrorAs(t, err, &e)
				require.Equal(t, string(c.read), e.Code())
				return
			}
			require.NoError(t, err)
			answers, errs := revoke.Answers(chain, 0, revoke.NewEvidence(nil, []*revoke.Response{res}, nil), nil)
			if c.why != "" {
				require.Empty(t, answers)
				require.Equal(t, []finding.Code{c.why}, codes(errs))
				return
			}
			require.Len(t, answers, 1)
			require.Equal(t, c.fault == testpki.NoNextUpdate, answers[0].NextUpdate.IsZero())
			require.Equal(t, c.fault == testpki.UnknownStatus, answers[0].State == revoke.Unknown)
		})
	}
}

func writePEM(t testing.TB, path, kind string, der []byte) string {
	t.Helper()
	require.NoError(t, os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
	return path
}

// TestOpenSSL has openssl answer our requests, by its own responder in every state and by both names of itself, and judge what we
// judge over the demo PKI.
func TestOpenSSL(t *testing.T) {
	openssl := testtool.Need(t, "openssl")
	p, _ := testpki.Start(t)
	want := states(t, p)
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	ca := writePEM(t, file("ca.pem"), "CERTIFICATE", p.Issuer().Raw)
	root := writePEM(t, file("root.pem"), "CERTIFICATE", p.Root().Raw)
	responder := writePEM(t, file("responder.pem"), "CERTIFICATE", p.Certificate("ocsp-issuer").Raw)
	key, err := x509.MarshalPKCS8PrivateKey(p.Key("ocsp-issuer"))
	require.NoError(t, err)
	keyFile := writePEM(t, file("responder.key"), "PRIVATE KEY", key)
	var index strings.Builder
	for _, c := range []struct{ name, state string }{{"signer", "V\t991231235959Z\t"}, {"revoked", "R\t991231235959Z\t260101000000Z,keyCompromise"}, {"suspended", "R\t991231235959Z\t260101000000Z,holdInstruction,1.2.840.10040.2.1"}} {
		fmt.Fprintf(&index, "%s\t%X\tunknown\t/CN=%s\n", c.state, p.Certificate(c.name).SerialNumber, c.name)
	}
	require.NoError(t, os.WriteFile(file("index.txt"), []byte(index.String()), 0o600))
	require.NoError(t, os.WriteFile(file("index.txt.attr"), nil, 0o600))

	t.Run("its responder", func(t *testing.T) {
		for _, name := range []string{"signer", "revoked", "suspended", "eseal"} {
			for _, hash := range []crypto.Hash{crypto.SHA1, crypto.SHA256, crypto.SHA384, crypto.SHA512} {
				for _, flags := range [][]string{{}, {"-resp_key_id"}, {"-resp_no_certs"}, {"-ndays", "1"}} {
					chain := path(t, p, name)
					req, err := revoke.NewRequest(chain[0], chain[1], &revoke.RequestOptions{Hash: hash, Nonce: true})
					require.NoError(t, err)
					require.NoError(t, os.WriteFile(file("req.der"), req.DER, 0o600))
					testtool.Run(t, openssl, append([]string{"ocsp", "-index", file("index.txt"), "-CA", ca, "-rsigner", responder, "-rkey", keyFile, "-reqin", file("req.der"), "-respout", file("resp.der")}, flags...)...)
					raw, err := os.ReadFile(file("resp.der"))
					require.NoError(t, err)
					res, err := req.Read(raw)
					require.NoError(t, err)
					require.Equal(t, req.Nonce, res.Nonce)
					answers, errs := revoke.Answers(chain, 0, revoke.NewEvidence(ours(t, p.Certificate("ocsp-issuer")), []*revoke.Response{res}, nil), nil)
					require.Empty(t, errs)
					require.Len(t, answers, 1)
					a := answers[0]
					state, ok := want[name]
					if !ok {
						state = revoke.Unknown
					}
					require.Equal(t, state, a.State)
					require.Equal(t, len(flags) == 2, !a.NextUpdate.IsZero())
					if state == revoke.Revoked || state == revoke.Suspended {
						require.Equal(t, map[revoke.State]revoke.Reason{revoke.Revoked: 1, revoke.Suspended: revoke.Hold}[state], a.Reason)
						require.True(t, a.RevokedAt.Equal(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)))
					}
				}
			}
		}
	})

	t.Run("its judgement", func(t *testing.T) {
		for name, state := range want {
			cert := writePEM(t, file(name+".pem"), "CERTIFICATE", p.Certificate(name).Raw)
			above := map[bool]string{true: root, false: ca}[name == "tsa1"]
			responderAddress := p.Certificate(name).OCSPServer[0]
			out, _ := testtool.Run(t, openssl, "ocsp", "-issuer", above, "-cert", cert, "-url", responderAddress, "-CAfile", root, "-verify_other", ca, "-text", "-no_nonce")
			said := map[bool]string{true: ": good", false: ": revoked"}[state == revoke.Good]
			require.Contains(t, out, name+".pem"+said)
			require.Equal(t, state == revoke.Suspended, strings.Contains(out, "certificateHold"))

			// The same by lists, each certificate of the chain held against its own.
			var lists [][]byte
			bundle := file("crls.pem")
			var all []byte
			for _, authority := range []string{"root", "issuer"} {
				der, err := p.CRL(authority)
				require.NoError(t, err)
				lists = append(lists, der)
				all = append(all, pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: der})...)
			}
			require.NoError(t, os.WriteFile(bundle, all, 0o600))
			ev, errs := revoke.ParseEvidence(nil, nil, lists)
			require.Empty(t, errs)
			chain := path(t, p, name)
			_, err := revoke.Check(chain, ev, p.Now(), nil)
			_, _, failed := testtool.Try(t, openssl, "verify", "-crl_check_all", "-CRLfile", bundle, "-CAfile", root, "-untrusted", ca, cert)
			require.Equal(t, failed == nil, err == nil, "%s: %v", name, err)
			require.Equal(t, state == revoke.Good, err == nil)
		}
	})
}
