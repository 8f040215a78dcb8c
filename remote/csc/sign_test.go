package csc_test

import (
	"context"
	"crypto"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/csc"
	"github.com/kyso-dev/kyso/remote/csc/csctest"
	"github.com/kyso-dev/kyso/signer"
)

// like is the default credential with changes.
func like(t testing.TB, change func(c *csctest.Credential)) []csctest.Credential {
	t.Helper()
	pki, err := testpki.New(&testpki.Options{Now: epoch, Keys: sharedKeys})
	require.NoError(t, err)
	t.Cleanup(func() { _ = pki.Close() })
	c := csctest.Credential{ID: "key", Key: pki.Key("ec"), Chain: append(pki.Chain("ec"), pki.Root()), PIN: csctest.DefaultPIN}
	change(&c)
	return []csctest.Credential{c}
}

// TestWaysToAuthorize signs with keys that are authorized in every way that there is.
func TestWaysToAuthorize(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(c *csctest.Credential)
		v1, v2 bool
		asked  []string // by Ask
		calls  string   // made for it
	}{
		"implicit":        {func(c *csctest.Credential) { c.Mode = "implicit" }, true, true, nil, "credentials/authorize"},
		"PIN":             {func(*csctest.Credential) {}, true, true, []string{"PIN"}, "credentials/authorize"},
		"one-time device": {func(c *csctest.Credential) { c.PIN, c.OTP = "", "739155" }, true, true, []string{"OTP"}, "credentials/authorize"},
		"PIN and SMS, v1": {func(c *csctest.Credential) { c.OTPOnline = true }, true, false, []string{"PIN", "OTP"}, "credentials/sendOTP"},
		"PIN and SMS, v2": {func(c *csctest.Credential) { c.OTPOnline = true }, false, true, []string{"PIN", "OTP"}, "credentials/getChallenge"},
		"app": {func(c *csctest.Credential) {
			c.Objects = []csctest.Object{{ID: "PUSH", Type: "PasswordOOB"}}
		}, false, true, nil, "credentials/authorizeCheck"},
		"PIN and, of SMS and app, the first": {func(c *csctest.Credential) {
			c.Objects = []csctest.Object{{ID: "PIN", Type: "Password", Value: "8642"}, {ID: "SMS", Type: "ChallengeResponse"}, {ID: "PUSH", Type: "PasswordOOB"}}
			c.Expression = "PIN AND (SMS XOR PUSH)"
		}, false, true, []string{"PIN", "SMS"}, "credentials/getChallenge"},
		"shown challenge": {func(c *csctest.Credential) {
			c.Objects = []csctest.Object{{ID: "GRID", Type: "ChallengeResponse", Shown: "B4", Value: "7"}}
		}, false, true, []string{"GRID B4"}, "credentials/getChallenge"},
		"challenge answered elsewhere": {func(c *csctest.Credential) {
			c.Objects = []csctest.Object{{ID: "APP", Type: "ChallengeResponseOOB", Shown: "37"}}
		}, false, true, nil, "credentials/authorizeCheck"},
		"page":         {func(c *csctest.Credential) { c.Mode = "oauth2code" }, true, true, nil, "oauth2/token"},
		"page, SCAL 1": {func(c *csctest.Credential) { c.Mode, c.SCAL = "oauth2code", 1 }, true, true, nil, "oauth2/token"},
	} {
		for v, has := range map[csc.Version]bool{csc.V1: tc.v1, csc.V2: tc.v2} {
			if !has {
				continue
			}
			t.Run(name+map[csc.Version]string{csc.V1: " v1", csc.V2: " v2"}[v], func(t *testing.T) {
				b := newBench(t, &csctest.Options{Credentials: like(t, tc.change)})
				config := b.config(v, "key")
				config.OAuth = oauth()
				var asked []string
				config.Ask = func(ctx context.Context, q csc.Question) (remote.Secret, error) {
					asked = append(asked, strings.TrimSpace(q.Object.ID+" "+q.Challenge))
					require.Equal(t, 2, q.Documents)
					require.Equal(t, "a.pdf, b.pdf", q.Text)
					require.Equal(t, q.Object.Type == csc.ChallengeResponse && q.Challenge == "", q.Sent)
					return b.Ask(ctx, q)
				}
				c := b.client(t, config, nil)
				sigs, err := c.SignBatch(t.Context(), requests("a", "b"))
				require.NoError(t, err)
				require.Len(t, sigs, 2)
				require.Equal(t, tc.asked, asked)
				require.Equal(t, 2, b.Signed())
				require.NotEmpty(t, b.Calls(tc.calls))
				require.Len(t, b.Calls("signatures/signHash"), 1, "a batch is one call")
			})
		}
	}
}

// TestChoice: the caller picks among several ways.
func TestChoice(t *testing.T) {
	b := newBench(t, &csctest.Options{Credentials: like(t, func(c *csctest.Credential) {
		c.Objects = []csctest.Object{{ID: "PIN", Type: "Password", Value: "8642"}, {ID: "SMS", Type: "ChallengeResponse"}, {ID: "PUSH", Type: "PasswordOOB"}, {ID: "EYE", Type: "Biometry"}}
		c.Expression = "(PIN AND SMS) OR PUSH OR EYE"
	})})
	config := b.config(csc.V2, "key")
	config.Choose = func(_ context.Context, ways []csc.Way) (int, error) {
		require.Len(t, ways, 2, "what is not known here cannot be chosen")
		return 1, nil
	}
	config.Ask = nil
	_, err := b.client(t, config, nil).Sign(t.Context(), digest("a"), crypto.SHA256)
	require.NoError(t, err)
	require.Empty(t, b.Calls("credentials/getChallenge"))

	config.Choose = nil
	_, err = b.client(t, config, nil).Sign(t.Context(), digest("a"), crypto.SHA256)
	var e *remote.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, string(remote.CodeSecretMissing), e.Code())
}

// TestDigestsAreBound: the digests are named when authorizing, also where the service does not insist, unless that is switched off.
func TestDigestsAreBound(t *testing.T) {
	both(t, func(t *testing.T, v csc.Version) {
		for scal, name := range map[int]string{1: "SCAL 1", 2: "SCAL 2"} {
			b := newBench(t, &csctest.Options{Credentials: like(t, func(c *csctest.Credential) { c.SCAL = scal })})
			config := b.config(v, "key")
			for _, config.NoHashes = range []bool{false, true} {
				_, err := b.client(t, config, nil).Sign(t.Context(), digest("a"), crypto.SHA256)
				require.NoError(t, err)
				calls := b.Calls("credentials/authorize")
				body := string(calls[len(calls)-1].Body)
				require.Equal(t, scal == 2 || !config.NoHashes, strings.Contains(body, `"hash`), "%s: %s", name, body)
			}
		}
	})
}

// TestBatches: a batch larger than the key allows is refused, or split, and each part is authorized for itself.
func TestBatches(t *testing.T) {
	both(t, func(t *testing.T, v csc.Version) {
		b := newBench(t, &csctest.Options{Credentials: like(t, func(c *csctest.Credential) { c.Multisign = 2 }), Guesses: csctest.Guesses{StrictCount: true}})
		_, err := b.client(t, b.config(v, "key"), nil).SignBatch(t.Context(), requests("a", "b", "c"))
		require.ErrorIs(t, err, signer.ErrRequest)
		require.Zero(t, b.Signed())
		sigs, err := b.client(t, b.config(v, "key"), &remote.Options{Split: true}).SignBatch(t.Context(), requests("a", "b", "c"))
		require.NoError(t, err)
		require.Len(t, sigs, 3)
		require.Len(t, b.Calls("credentials/authorize"), 2)
	})
}

// TestMixedBatch: one authorization goes through several calls where the service can extend it, and only then.
func TestMixedBatch(t *testing.T) {
	both(t, func(t *testing.T, v csc.Version) {
		b := newBench(t, nil)
		c := b.client(t, b.config(v, csctest.DefaultCredential), nil)
		reqs := requests("a", "b", "c")
		reqs[1].Opts = &rsa.PSSOptions{Hash: crypto.SHA256, SaltLength: rsa.PSSSaltLengthEqualsHash}
		sigs, err := c.SignBatch(t.Context(), reqs)
		require.NoError(t, err)
		require.Len(t, sigs, 3)
		require.Len(t, b.Calls("credentials/authorize"), 1)
		require.Len(t, b.Calls("credentials/extendTransaction"), 1)
		require.Len(t, b.Calls("signatures/signHash"), 2)
	})
}

// TestTransaction signs three times, one after the other, under one PIN.
func TestTransaction(t *testing.T) {
	both(t, func(t *testing.T, v csc.Version) {
		b := newBench(t, nil)
		p := b.provider(t, b.config(v, csctest.DefaultEC))
		tx, err := p.Transaction(3, "three signatures")
		require.NoError(t, err)
		for _, name := range []string{"a", "b", "c"} {
			_, err := tx.Sign(t.Context(), digest(name), crypto.SHA256)
			require.NoError(t, err)
		}
		require.Len(t, b.Calls("credentials/authorize"), 1)
		require.Len(t, b.Calls("credentials/extendTransaction"), 2)
		_, err = tx.Sign(t.Context(), digest("d"), crypto.SHA256)
		require.Error(t, err)
		require.Equal(t, 3, b.Signed())

		tx, err = p.Transaction(2, "")
		require.NoError(t, err)
		_, err = tx.Sign(t.Context(), digest("a"), crypto.SHA256)
		require.NoError(t, err)
		b.clock.Advance(5 * time.Minute)
		_, err = tx.Sign(t.Context(), digest("b"), crypto.SHA256)
		var e *remote.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, string(csc.CodeSpent), e.Code(), "what has run out is not extended")

		_, err = p.Transaction(11, "")
		require.ErrorIs(t, err, signer.ErrRequest)
		for _, fault := range []csctest.Fault{csctest.WrongSignature, csctest.OtherDigest, csctest.OtherKey} {
			tx, err = p.Transaction(1, "")
			require.NoError(t, err)
			b.Fault("signatures/signHash", fault)
			sig, err := tx.Sign(t.Context(), digest("a"), crypto.SHA256)
			require.ErrorIs(t, err, signer.ErrSignatureInvalid)
			require.Nil(t, sig)
		}
	})
}

// TestExtendIsSentOnce: the old authorization may be void, so nothing more is signed under it.
func TestExtendIsSentOnce(t *testing.T) {
	both(t, func(t *testing.T, v csc.Version) {
		for _, fault := range []csctest.Fault{csctest.CutAfter, csctest.Half, csctest.Status503, csctest.NoSAD} {
			b := newBench(t, nil)
			tx, err := b.provider(t, b.config(v, csctest.DefaultEC)).Transaction(2, "")
			require.NoError(t, err)
			_, err = tx.Sign(t.Context(), digest("a"), crypto.SHA256)
			require.NoError(t, err)
			b.Fault("credentials/extendTransaction", fault)
			_, err = tx.Sign(t.Context(), digest("b"), crypto.SHA256)
			require.Error(t, err, fault)
			require.NotErrorIs(t, err, signer.ErrOutcomeUnknown)
			require.Len(t, b.Calls("credentials/extendTransaction"), 1)
			require.Equal(t, 1, b.Signed())
		}
	})
}

// TestRenewedCertificate: a server that runs for long sees a new certificate, and what was prepared under the old one is refused.
func TestRenewedCertificate(t *testing.T) {
	b := newBench(t, nil)
	p := b.provider(t, b.config(csc.V2, csctest.DefaultEC))
	old, err := p.Certificates(t.Context())
	require.NoError(t, err)
	require.Len(t, b.Calls("credentials/info"), 1)
	b.clock.Advance(11 * time.Minute)
	b.Fault("credentials/info", csctest.OtherCertificate)
	renewed, err := p.Certificates(t.Context())
	require.NoError(t, err)
	require.False(t, renewed[0].Equal(old[0]))
	_, err = p.Start(t.Context(), &remote.Operation{Leaf: old[0].Raw, Deadline: b.clock.Now().Add(time.Minute), Documents: []remote.Document{{ID: "a", Digest: digest("a"), Hash: "SHA-256"}}})
	require.ErrorIs(t, err, signer.ErrKeyMismatch)
	require.Empty(t, b.Calls("credentials/authorize"))
}

// TestTransactionByPhone waits for the subscriber.
func TestTransactionByPhone(t *testing.T) {
	b := newBench(t, &csctest.Options{Credentials: like(t, func(c *csctest.Credential) {
		c.Objects = []csctest.Object{{ID: "PUSH", Type: "PasswordOOB"}}
	})})
	p := b.provider(t, b.config(csc.V2, "key"))
	for user, want := range map[csctest.User]error{csctest.Approve: nil, csctest.Refuse: signer.ErrRefused, csctest.Ignore: signer.ErrExpired} {
		b.SetUser(user)
		tx, err := p.Transaction(1, "x")
		require.NoError(t, err)
		_, err = tx.Sign(t.Context(), digest("a"), crypto.SHA256)
		if want == nil {
			require.NoError(t, err)
		} else if user == csctest.Refuse {
			require.ErrorIs(t, err, want)
		} else {
			require.Error(t, err)
		}
	}
	require.Equal(t, 1, b.Signed())
}

// TestForms: every algorithm of the key in every form in which it is named, and ECDSA values in both encodings.
func TestForms(t *testing.T) {
	pss := &rsa.PSSOptions{Hash: crypto.SHA384, SaltLength: 48}
	for name, tc := range map[string]struct {
		who, algos string
		raw        bool
		opts       crypto.SignerOpts
		ok         bool
	}{
		"RSA by key and hash":     {"signer", "1.2.840.113549.1.1.1", false, crypto.SHA512, true},
		"RSA by one name":         {"signer", "1.2.840.113549.1.1.11", false, crypto.SHA256, true},
		"RSA, another hash":       {"signer", "1.2.840.113549.1.1.11", false, crypto.SHA384, false},
		"PSS":                     {"signer", "1.2.840.113549.1.1.10", false, pss, true},
		"PSS not offered":         {"signer", "1.2.840.113549.1.1.11", false, pss, false},
		"RSA 3072":                {"rsa3072", "1.2.840.113549.1.1.11", false, crypto.SHA256, true},
		"ECDSA by key and hash":   {"ec", "1.2.840.10045.2.1", false, crypto.SHA256, true},
		"ECDSA as r and s":        {"ec", "0.4.0.127.0.7.1.1.4.1.3", false, crypto.SHA256, true},
		"ECDSA as r and s unsaid": {"ec", "1.2.840.10045.4.3.2", true, crypto.SHA256, true},
		"P-384":                   {"ec384", "1.2.840.10045.4.3.3", false, crypto.SHA384, true},
		"P-384 as r and s":        {"ec384", "1.2.840.10045.4.3.3", true, crypto.SHA384, true},
		"none that is known":      {"ec", "1.2.3.4", false, crypto.SHA256, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, &csctest.Options{Guesses: csctest.Guesses{RawECDSA: tc.raw}, Credentials: like(t, func(c *csctest.Credential) {
				pki, err := testpki.New(&testpki.Options{Now: epoch, Keys: sharedKeys})
				require.NoError(t, err)
				defer pki.Close()
				c.Key, c.Chain, c.Algos = pki.Key(tc.who), pki.Chain(tc.who), []string{tc.algos}
			})})
			for _, v := range []csc.Version{csc.V1, csc.V2} {
				d := make([]byte, tc.opts.HashFunc().Size())
				_, err := b.client(t, b.config(v, "key"), nil).Sign(t.Context(), d, tc.opts)
				if tc.ok {
					require.NoError(t, err)
				} else {
					require.ErrorIs(t, err, signer.ErrUnsupportedAlgorithm)
				}
			}
		})
	}
}

// TestNothingIsAskedInVain: what cannot sign is found before the subscriber is asked.
func TestNothingIsAskedInVain(t *testing.T) {
	pki, err := testpki.New(&testpki.Options{Now: epoch, Keys: sharedKeys})
	require.NoError(t, err)
	defer pki.Close()
	for name, tc := range map[string]struct {
		change func(c *csctest.Credential)
		want   error
	}{
		"disabled":  {func(c *csctest.Credential) { c.KeyStatus = "disabled" }, remote.ErrDisabled},
		"revoked":   {func(c *csctest.Credential) { c.CertStatus = "revoked" }, signer.ErrCertificateRevoked},
		"suspended": {func(c *csctest.Credential) { c.CertStatus = "suspended" }, signer.ErrCertificateSuspended},
		"expired":   {func(c *csctest.Credential) { c.CertStatus = "expired" }, signer.ErrCertificateExpired},
		"expired, though it says nothing": {func(c *csctest.Credential) {
			c.Key, c.Chain = pki.Key("expired"), pki.Chain("expired")
		}, signer.ErrCertificateExpired},
		"not yet": {func(c *csctest.Credential) { c.Key, c.Chain = pki.Key("future"), pki.Chain("future") }, signer.ErrCertificateNotYetValid},
		"not for signing": {func(c *csctest.Credential) {
			c.Key, c.Chain = pki.Key("encipher"), pki.Chain("encipher")
		}, signer.ErrCertificateUnsuitable},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, &csctest.Options{Credentials: like(t, tc.change)})
			both(t, func(t *testing.T, v csc.Version) {
				_, err := b.client(t, b.config(v, "key"), nil).Sign(t.Context(), digest("a"), crypto.SHA256)
				require.ErrorIs(t, err, tc.want)
				require.Empty(t, b.Calls("credentials/authorize"))
				_, err = csc.New(t.Context(), b.config(v, ""))
				require.ErrorIs(t, err, remote.ErrNoCertificate)
			})
		})
	}
}

// TestCertificates: what the service says of the certificate is held against the certificate.
func TestCertificates(t *testing.T) {
	b := newBench(t, nil)
	both(t, func(t *testing.T, v csc.Version) {
		b.Fault("credentials/info", csctest.Reversed)
		p := b.provider(t, b.config(v, csctest.DefaultEC))
		require.Equal(t, "Nguyễn Văn A", p.Credential().Chain[0].Subject.CommonName)
		require.Len(t, p.Credential().Chain, 3)

		b.Fault("credentials/info", csctest.KeyLength)
		_, err := b.client(t, b.config(v, csctest.DefaultEC), nil).Sign(t.Context(), digest("a"), crypto.SHA256)
		require.ErrorIs(t, err, signer.ErrKeyMismatch)

		b.Fault("credentials/info", csctest.OtherCertificate)
		_, err = b.client(t, b.config(v, csctest.DefaultEC), nil).Sign(t.Context(), digest("a"), crypto.SHA256)
		require.Error(t, err)
	})
	require.Zero(t, b.Signed())

	_, err := csc.New(t.Context(), b.config(csc.V2, ""))
	var several *signer.AmbiguousError
	require.ErrorAs(t, err, &several)
	require.Len(t, several.Candidates, 2)
}

// TestAttackK2: what comes back is another key's, over another digest, swapped between documents, too few or too many. Nothing of it is
// handed out, and nothing is asked for again.
func TestAttackK2(t *testing.T) {
	both(t, func(t *testing.T, v csc.Version) {
		for _, id := range []string{csctest.DefaultCredential, csctest.DefaultEC} {
			for fault, want := range map[csctest.Fault]error{
				csctest.WrongSignature: signer.ErrSignatureInvalid, csctest.OtherKey: signer.ErrSignatureInvalid, csctest.OtherDigest: signer.ErrSignatureInvalid,
				csctest.Swapped: signer.ErrSignatureInvalid, csctest.TooFew: signer.ErrProtocol, csctest.TooMany: signer.ErrProtocol,
			} {
				b := newBench(t, nil)
				c := b.client(t, b.config(v, id), nil)
				b.Fault("signatures/signHash", fault)
				sigs, err := c.SignBatch(t.Context(), requests("a", "b"))
				require.ErrorIs(t, err, want, fault)
				require.Equal(t, [][]byte{nil, nil}, sigs)
				require.Len(t, b.Calls("signatures/signHash"), 1)
				require.Len(t, b.Calls("credentials/authorize"), 1)
			}
		}
	})
}

// TestAnswerLost: the service may have signed and nobody will ever know. The error says so, the request is not sent again, and a later
// call for the same digest does not send it either until it is forgotten.
func TestAnswerLost(t *testing.T) {
	both(t, func(t *testing.T, v csc.Version) {
		for _, fault := range []csctest.Fault{csctest.CutBefore, csctest.CutAfter, csctest.Half, csctest.Garbage, csctest.Huge, csctest.Status500, csctest.HTML, csctest.Redirect} {
			b := newBench(t, nil)
			store := remote.NewMemoryStore()
			c := b.client(t, b.config(v, csctest.DefaultEC), &remote.Options{Store: store})
			b.Fault("signatures/signHash", fault)
			for range 2 {
				_, err := c.Sign(t.Context(), digest("a"), crypto.SHA256)
				require.ErrorIs(t, err, signer.ErrOutcomeUnknown, fault)
				require.Len(t, b.Calls("signatures/signHash"), 1, fault)
				require.Len(t, b.Calls("credentials/authorize"), 1, fault)
			}
			require.LessOrEqual(t, b.Signed(), 1)
			_, err := c.Sign(t.Context(), digest("b"), crypto.SHA256)
			require.NoError(t, err, "another document is another matter")
			ops, err := store.List(t.Context(), "")
			require.NoError(t, err)
			require.Len(t, ops, 1)
			require.NoError(t, c.Forget(t.Context(), ops[0].ID))
			_, err = c.Sign(t.Context(), digest("a"), crypto.SHA256)
			require.NoError(t, err)
		}
	})
}

// TestTurnedAway: the service says for certain that it has not signed.
func TestTurnedAway(t *testing.T) {
	both(t, func(t *testing.T, v csc.Version) {
		for fault, want := range map[csctest.Fault]error{csctest.Status429: remote.ErrThrottled, csctest.Status503: remote.ErrFault, csctest.Status401: remote.ErrCredentials, csctest.Status501: nil} {
			b := newBench(t, nil)
			c := b.client(t, b.config(v, csctest.DefaultEC), nil)
			b.Fault("signatures/signHash", fault)
			_, err := c.Sign(t.Context(), digest("a"), crypto.SHA256)
			require.Error(t, err)
			require.NotErrorIs(t, err, signer.ErrOutcomeUnknown)
			if want != nil {
				require.ErrorIs(t, err, want)
			}
			require.Len(t, b.Calls("signatures/signHash"), 1, "not even a new token is tried")
			require.Len(t, b.Calls("auth/login"), 1)
			_, err = c.Sign(t.Context(), digest("a"), crypto.SHA256)
			require.NoError(t, err)
			require.Equal(t, 1, b.Signed())
		}
	})
}

// TestAuthorizeIsSentOnce whatever happens to it.
func TestAuthorizeIsSentOnce(t *testing.T) {
	both(t, func(t *testing.T, v csc.Version) {
		for _, fault := range []csctest.Fault{
			csctest.CutBefore, csctest.CutAfter, csctest.Half, csctest.Garbage, csctest.Status500, csctest.Status503, csctest.Status429, csctest.Status401, csctest.HTML, csctest.NoSAD, csctest.Redirect, csctest.Capital,
		} {
			b := newBench(t, nil)
			c := b.client(t, b.config(v, csctest.DefaultEC), nil)
			b.Fault("credentials/authorize", fault)
			_, err := c.Sign(t.Context(), digest("a"), crypto.SHA256)
			require.Error(t, err)
			require.NotErrorIs(t, err, signer.ErrOutcomeUnknown, "without an authorization nothing is signed")
			require.Equal(t, fault == csctest.Capital, errors.Is(err, signer.ErrPINIncorrect))
			require.Len(t, b.Calls("credentials/authorize"), 1, fault)
			require.Empty(t, b.Calls("signatures/signHash"))
		}
	})
}

// TestLostOnTheWayToSign: no connection could be made. The same authorization is used once more, and nothing is signed twice.
func TestLostOnTheWayToSign(t *testing.T) {
	b := newBench(t, nil)
	refuse, asked := 0, 0
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		if refuse > 0 && len(b.Calls("credentials/authorize")) > asked {
			refuse--
			return nil, &net.OpError{Op: "dial", Net: network, Err: errors.New("refused")}
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}}
	for _, n := range []int{1, 2} {
		refuse, asked = n, len(b.Calls("credentials/authorize"))
		config := b.config(csc.V1, csctest.DefaultEC)
		config.HTTPClient = &http.Client{Transport: transport}
		signed := b.Signed()
		_, err := b.client(t, config, nil).Sign(t.Context(), digest("a"), crypto.SHA256)
		if n == 1 {
			require.NoError(t, err)
			require.Equal(t, 1, b.Signed()-signed)
			continue
		}
		require.ErrorIs(t, err, signer.ErrUnavailable)
		require.NotErrorIs(t, err, signer.ErrOutcomeUnknown)
	}
}

// TestWrongSecrets: none is tried twice, and a locked key is told from a wrong PIN.
func TestWrongSecrets(t *testing.T) {
	both(t, func(t *testing.T, v csc.Version) {
		b := newBench(t, nil)
		config := b.config(v, csctest.DefaultEC)
		right := config.Ask
		config.Ask = func(context.Context, csc.Question) (remote.Secret, error) { return "canary-0000", nil }
		c := b.client(t, config, nil)
		for range 3 {
			_, err := c.Sign(t.Context(), digest("a"), crypto.SHA256)
			require.ErrorIs(t, err, signer.ErrPINIncorrect)
		}
		require.Len(t, b.Calls("credentials/authorize"), 3)
		config.Ask = right
		_, err := b.client(t, config, nil).Sign(t.Context(), digest("a"), crypto.SHA256)
		require.ErrorIs(t, err, remote.ErrLocked)
		require.NotErrorIs(t, err, signer.ErrPINIncorrect)

		for _, give := range []func(context.Context, csc.Question) (remote.Secret, error){
			nil, func(context.Context, csc.Question) (remote.Secret, error) { return "", nil },
			func(context.Context, csc.Question) (remote.Secret, error) { return "", errors.New("closed the window") },
		} {
			config := b.config(v, csctest.DefaultCredential)
			config.Ask = give
			_, err := b.client(t, config, nil).Sign(t.Context(), digest("a"), crypto.SHA256)
			var e *remote.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, string(remote.CodeSecretMissing), e.Code())
			require.NotContains(t, err.Error(), "window")
		}
	})
	b := newBench(t, &csctest.Options{Credentials: like(t, func(c *csctest.Credential) { c.PIN, c.OTPOnline = "", true })})
	config := b.config(csc.V1, "key")
	config.Ask = func(context.Context, csc.Question) (remote.Secret, error) { return "canary-0000", nil }
	_, err := b.client(t, config, nil).Sign(t.Context(), digest("a"), crypto.SHA256)
	require.ErrorIs(t, err, remote.ErrOneTimeCode)
	require.Len(t, b.Calls("credentials/sendOTP"), 1, "one SMS")
}

// phone is a key that the subscriber confirms in an app.
func phone(t testing.TB, user csctest.User, g csctest.Guesses) *bench {
	return newBench(t, &csctest.Options{User: user, Guesses: g, Credentials: like(t, func(c *csctest.Credential) {
		c.Objects = []csctest.Object{{ID: "PUSH", Type: "PasswordOOB"}}
	})})
}

// TestPhone: the ends stay apart when the subscriber acts elsewhere, and events tell of the waiting.
func TestPhone(t *testing.T) {
	for user, want := range map[csctest.User]error{csctest.Approve: nil, csctest.Refuse: signer.ErrRefused, csctest.Ignore: signer.ErrExpired} {
		for _, g := range []csctest.Guesses{{}, {OneHandle: true}, {Looks: 4}, {Looks: -1}} {
			b := phone(t, user, g)
			var kinds []remote.EventKind
			c := b.client(t, b.config(csc.V2, "key"), &remote.Options{OnEvent: func(e remote.Event) { kinds = append(kinds, e.Kind) }})
			_, err := c.Sign(t.Context(), digest("a"), crypto.SHA256)
			if want == nil {
				require.NoError(t, err)
				require.Contains(t, kinds, remote.EventWaiting)
				require.Equal(t, remote.EventSigned, kinds[len(kinds)-1])
				continue
			}
			require.ErrorIs(t, err, want)
			require.Zero(t, b.Signed())
			require.Less(t, len(b.Calls("credentials/authorizeCheck")), 160, "it is looked at every few seconds at most")
		}
	}
}

// TestPhoneTrouble: a look that fails is made again; signing that is lost after the subscriber has confirmed is not.
func TestPhoneTrouble(t *testing.T) {
	b := phone(t, csctest.Approve, csctest.Guesses{})
	c := b.client(t, b.config(csc.V2, "key"), nil)
	b.Fault("credentials/authorizeCheck", csctest.CutBefore, csctest.HTML, csctest.Status429, csctest.Status503)
	b.Fault("signatures/signHash", csctest.Status503)
	_, err := c.Sign(t.Context(), digest("a"), crypto.SHA256)
	require.NoError(t, err)
	require.Equal(t, 1, b.Signed())
	require.Len(t, b.Calls("signatures/signHash"), 2, "turned away unread, so it was sent once more")

	b.Fault("signatures/signHash", csctest.Status503, csctest.Status503)
	_, err = c.Sign(t.Context(), digest("b"), crypto.SHA256)
	require.Error(t, err)
	require.Len(t, b.Calls("signatures/signHash"), 4, "and not a third time")

	b.Fault("signatures/signHash", csctest.CutAfter)
	for range 2 {
		_, err = c.Sign(t.Context(), digest("c"), crypto.SHA256)
		require.ErrorIs(t, err, signer.ErrOutcomeUnknown)
	}
	require.Equal(t, 2, b.Signed())
	require.Len(t, b.Calls("signatures/signHash"), 5)
}

// TestImplicitWaits: a service that answers only when the subscriber has acted, and a caller who goes away meanwhile.
func TestImplicitWaits(t *testing.T) {
	b := newBench(t, &csctest.Options{User: csctest.Ask, Guesses: csctest.Guesses{ImplicitWaits: true}, Credentials: like(t, func(c *csctest.Credential) { c.Mode = "implicit" })})
	c := b.client(t, b.config(csc.V1, "key"), nil)
	for what, want := range map[csctest.User]error{csctest.Approve: nil, csctest.Refuse: signer.ErrRefused, csctest.Ignore: signer.ErrCancelled} {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { _, err := c.Sign(ctx, digest(string(what)), crypto.SHA256); done <- err }()
		require.Eventually(t, func() bool { return len(b.Pending()) == 1 }, 10*time.Second, time.Millisecond)
		if what == csctest.Ignore {
			cancel()
		} else {
			require.True(t, b.Act(b.Pending()[0].ID, what))
		}
		err := <-done
		cancel()
		if want == nil {
			require.NoError(t, err)
		} else {
			require.ErrorIs(t, err, want)
			require.NotErrorIs(t, err, signer.ErrOutcomeUnknown)
		}
		require.Eventually(t, func() bool { return len(b.Pending()) == 0 }, 10*time.Second, time.Millisecond)
	}
	require.Equal(t, 1, b.Signed())
}

// TestCancelledWhileSigning: the request was sent, so the outcome is unknown, and the error says that the caller gave up too.
func TestCancelledWhileSigning(t *testing.T) {
	both(t, func(t *testing.T, v csc.Version) {
		b := newBench(t, nil)
		c := b.client(t, b.config(v, csctest.DefaultEC), nil)
		b.Fault("signatures/signHash", csctest.Slow)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { _, err := c.Sign(ctx, digest("a"), crypto.SHA256); done <- err }()
		require.Eventually(t, func() bool { return b.Signed() == 1 }, 10*time.Second, time.Millisecond)
		cancel()
		err := <-done
		require.ErrorIs(t, err, signer.ErrOutcomeUnknown)
		require.ErrorIs(t, err, context.Canceled)
		_, err = c.Sign(t.Context(), digest("a"), crypto.SHA256)
		require.ErrorIs(t, err, signer.ErrOutcomeUnknown)
		require.Equal(t, 1, b.Signed())
	})
}

// TestPatience: a service that never answers is not waited for without end. Whether it has signed by then is not known.
func TestPatience(t *testing.T) {
	both(t, func(t *testing.T, v csc.Version) {
		for method, unknown := range map[string]bool{"credentials/authorize": false, "signatures/signHash": true} {
			b := newBench(t, nil)
			config := b.config(v, csctest.DefaultEC)
			config.Patience = 50 * time.Millisecond
			if unknown { // authorizing comes before, on a machine that may be busy
				config.Patience = time.Second
			}
			b.Fault(method, csctest.Slow)
			_, err := b.client(t, config, nil).Sign(t.Context(), digest("a"), crypto.SHA256)
			require.Error(t, err)
			require.Equal(t, unknown, errors.Is(err, signer.ErrOutcomeUnknown))
			require.Len(t, b.Calls(method), 1)
		}
	})
}

// TestAsync: the service signs in its own time, and another process fetches the result.
func TestAsync(t *testing.T) {
	for name, g := range map[string]csctest.Guesses{"by the standard": {Looks: 2}, "with errors": {Looks: 2, PendingIs400: true}} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, &csctest.Options{Guesses: g})
			config := b.config(csc.V2, csctest.DefaultEC)
			config.Async = true
			store := remote.NewMemoryStore()
			op, err := b.client(t, config, &remote.Options{Store: store}).Start(t.Context(), requests("a", "b"), nil)
			require.NoError(t, err)
			require.Equal(t, remote.StateSigning, op.State)

			other := b.client(t, config, &remote.Options{Store: store})
			b.Fault("signatures/signPolling", csctest.CutBefore, csctest.Status429, csctest.Status503)
			found, err := other.Resume(t.Context(), op.ID)
			require.NoError(t, err)
			sigs, err := other.Wait(t.Context(), found)
			require.NoError(t, err)
			require.Len(t, sigs, 2)
			require.Equal(t, 2, b.Signed())
			require.Len(t, b.Calls("signatures/signHash"), 1)
			require.NoError(t, other.Forget(t.Context(), op.ID))

			op, err = other.Start(t.Context(), requests("c"), nil)
			require.NoError(t, err)
			b.clock.Advance(10 * time.Minute) // the service has dropped the result
			_, err = other.Wait(t.Context(), op)
			require.ErrorIs(t, err, signer.ErrOutcomeUnknown)
		})
	}
}

// TestAnotherProcess: what the subscriber is waited for by is a secret of the process that asked. Another one cannot go on, and does
// not begin anew by itself.
func TestAnotherProcess(t *testing.T) {
	b := phone(t, csctest.Approve, csctest.Guesses{})
	store := remote.NewMemoryStore()
	op, err := b.client(t, b.config(csc.V2, "key"), &remote.Options{Store: store}).Start(t.Context(), requests("a"), nil)
	require.NoError(t, err)
	require.Equal(t, remote.StateWaiting, op.State)
	other := b.client(t, b.config(csc.V2, "key"), &remote.Options{Store: store})
	found, err := other.Resume(t.Context(), op.ID)
	require.NoError(t, err)
	_, err = other.Wait(t.Context(), found)
	require.ErrorIs(t, err, signer.ErrOutcomeUnknown)
	_, err = other.SignBatch(t.Context(), requests("a"))
	require.ErrorIs(t, err, signer.ErrOutcomeUnknown)
	require.Len(t, b.Calls("credentials/authorize"), 1)
	require.Zero(t, b.Signed())
	require.NoError(t, other.Forget(t.Context(), op.ID))
	_, err = other.SignBatch(t.Context(), requests("a"))
	require.NoError(t, err)
}

// TestTwoLooks at one operation, as by a webhook beside a waiting caller: one signs, both see it.
func TestTwoLooks(t *testing.T) {
	b := phone(t, csctest.Approve, csctest.Guesses{Looks: -1})
	p := b.provider(t, b.config(csc.V2, "key"))
	c := remote.New(p, &remote.Options{Clock: b.clock})
	op, err := c.Start(t.Context(), requests("a"), nil)
	require.NoError(t, err)
	states := make(chan remote.State, 2)
	for range 2 {
		go func() {
			mine := op.Clone()
			status, _ := p.Poll(context.Background(), &mine)
			states <- status.State
		}()
	}
	first, second := <-states, <-states
	require.Contains(t, []remote.State{first, second}, remote.StateSigned)
	require.Equal(t, 1, b.Signed())
}

// TestAuthorizationRunsOut between being given and being used.
func TestAuthorizationRunsOut(t *testing.T) {
	b := newBench(t, &csctest.Options{Lifetime: 4 * time.Second})
	_, err := b.client(t, b.config(csc.V2, csctest.DefaultEC), nil).Sign(t.Context(), digest("a"), crypto.SHA256)
	var e *remote.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, string(csc.CodeSpent), e.Code())
	require.Empty(t, b.Calls("signatures/signHash"), "what is about to run out is not sent")

	b = newBench(t, &csctest.Options{Lifetime: 4 * time.Second, Guesses: csctest.Guesses{NoExpiresIn: true}})
	_, err = b.client(t, b.config(csc.V2, csctest.DefaultEC), nil).Sign(t.Context(), digest("a"), crypto.SHA256)
	require.NoError(t, err, "an hour where the service says nothing")
}

// TestFields: each version is spoken as it is, and nothing of the other is sent.
func TestFields(t *testing.T) {
	want := map[csc.Version]map[string][]string{
		csc.V1: {"credentials/authorize": {"PIN", "credentialID", "description", "hash", "numSignatures"}, "signatures/signHash": {"SAD", "credentialID", "hash", "hashAlgo", "signAlgo"}},
		csc.V2: {"credentials/authorize": {"authData", "credentialID", "description", "hashAlgorithmOID", "hashes", "numSignatures"}, "signatures/signHash": {"SAD", "credentialID", "hashAlgorithmOID", "hashes", "signAlgo"}},
	}
	both(t, func(t *testing.T, v csc.Version) {
		b := newBench(t, nil)
		_, err := b.client(t, b.config(v, csctest.DefaultEC), nil).SignBatch(t.Context(), requests("a"))
		require.NoError(t, err)
		for method, fields := range want[v] {
			var body map[string]any
			require.NoError(t, json.Unmarshal(b.Calls(method)[0].Body, &body))
			var got []string
			for k := range body {
				got = append(got, k)
			}
			require.ElementsMatch(t, fields, got)
		}
	})
}
