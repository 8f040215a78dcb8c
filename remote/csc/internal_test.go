package csc

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWays(t *testing.T) {
	objects := []AuthObject{{ID: "A", Type: Password}, {ID: "B", Type: PasswordOOB}, {ID: "C", Type: ChallengeResponse}, {ID: "D-1", Type: Password}}
	for expression, want := range map[string]string{
		"": "ABCD", "A": "A", "A AND B": "AB", "A OR B": "A|B", "A XOR B": "A|B", "A AND (B OR C)": "AB|AC", "(A)": "A", "A OR B AND C": "A|BC", "(A OR B) AND C": "AC|BC",
		"A and A": "A", "(A OR B)AND(C OR D-1)": "AC|AD|BC|BD", "((A XOR (B)))": "A|B",
		"A B": "!", "A AND": "!", "AND A": "!", "(A": "!", "A)": "!", "E": "!", "()": "!", "a": "!",
	} {
		got, err := ways(expression, objects)
		if want == "!" {
			require.Error(t, err, expression)
			continue
		}
		require.NoError(t, err, expression)
		var text []string
		for _, w := range got {
			one := ""
			for _, o := range w {
				one += o.ID[:1]
			}
			text = append(text, one)
		}
		require.Equal(t, want, strings.Join(text, "|"), expression)
	}
	for _, bad := range []string{strings.Repeat("(", 100) + "A", strings.Repeat("(A OR B) AND ", 10) + "C", strings.Repeat("A OR ", 100) + "A", strings.Repeat(" ", 5000)} {
		_, err := ways(bad, objects)
		require.Error(t, err)
	}
	_, err := ways("", []AuthObject{{ID: "A"}, {ID: "A"}})
	require.Error(t, err)
}

func TestECDSAEncodings(t *testing.T) {
	raw := make([]byte, 64)
	raw[0], raw[31], raw[32], raw[63] = 0x80, 1, 0x7f, 2
	der := ecdsaDER(raw, 256)
	require.True(t, isDER(der))
	require.Equal(t, der, ecdsaDER(der, 256))
	require.Equal(t, raw[:63], ecdsaDER(raw[:63], 256))
	require.Len(t, der, 2+2+33+2+32)
}

// FuzzAnswers reads answers of a service, of both versions, expressions over objects, and time-stamp requests: whatever they are, nothing
// panics, and what is read keeps its bounds.
func FuzzAnswers(f *testing.F) {
	f.Add([]byte(`{"specs":"2.0.0.0","methods":["signatures/signHash"],"authType":["basic"]}`))
	f.Add([]byte(`{"key":{"status":"enabled","algo":["1.2.840.113549.1.1.11"],"len":"2048"},"cert":{"certificates":["MII="]},"authMode":"explicit","SCAL":2,"PIN":{"presence":true},"OTP":{"presence":"true","type":"online"},"multisign":"5"}`))
	f.Add([]byte(`{"key":{"algo":[]},"cert":{"certificates":[null]},"auth":{"mode":"explicit","expression":"PIN AND (OTP OR PUSH)","objects":[{"type":"Password","id":"PIN"},{"type":"PasswordOOB","id":"PUSH"},{"type":"ChallengeResponse","id":"OTP"}]},"multisign":1}`))
	f.Add([]byte(`{"SAD":"x","expiresIn":-1,"handle":null,"signatures":["AAAA"],"responseID":7}`))
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(f, err)
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(1)}, &x509.Certificate{SerialNumber: big.NewInt(1)}, &key.PublicKey, key)
	require.NoError(f, err)
	whole := fmt.Appendf(nil, `{"key":{"algo":["1.2.840.10045.4.3.2"]},"cert":{"certificates":["%s"]},"auth":{"mode":"explicit","expression":"A AND (B OR C)","objects":[{"type":"Password","id":"A"},{"type":"PasswordOOB","id":"B"},{"type":"ChallengeResponse","id":"C"}]},"authMode":"explicit","PIN":{"presence":"true"},"OTP":{"presence":"optional","type":"online"},"multisign":1}`,
		base64.StdEncoding.EncodeToString(der))
	for _, v := range []Version{V1, V2} {
		c, err := parseCredential(whole, v, "")
		require.NoError(f, err)
		require.Len(f, c.Objects, int(v)+1)
	}
	f.Add(whole)
	f.Add([]byte("A AND (B OR C) XOR A"))
	f.Add([]byte{0x30, 0x19, 2, 1, 1, 0x30, 0x11, 0x30, 0x0b, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 4, 2, 1, 2, 2, 1, 5})
	f.Fuzz(func(t *testing.T, body []byte) {
		_, _ = parseInfo(body, "")
		for _, v := range []Version{V1, V2} {
			c, err := parseCredential(body, v, "")
			if err != nil {
				continue
			}
			require.NotEmpty(t, c.Chain)
			require.Positive(t, c.Batch)
			list, err := ways(c.Expression, c.Objects)
			require.True(t, err != nil || len(list) > 0)
		}
		list, err := ways(string(body), []AuthObject{{ID: "A"}, {ID: "B"}, {ID: "C"}})
		for _, w := range list {
			require.True(t, err == nil && len(w) > 0 && len(w) <= 3)
		}
		if r, ok := parseStampRequest(body); ok {
			require.NotEmpty(t, r.hash)
		}
	})
}
