package csc

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/remote"
)

// TestDigestVectors are the examples of RFC 7616, 3.9.1, and the one of RFC 2617, 3.5.
func TestDigestVectors(t *testing.T) {
	const rest = `realm="http-auth@example.org", qop="auth, auth-int", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`
	both := []string{"Digest " + rest + ", algorithm=SHA-256", "Digest " + rest + ", algorithm=MD5", `Basic realm="x"`}
	for _, c := range []struct {
		name                             string
		challenges                       []string
		uri, user, password, nonce, want string
	}{
		{"the better one", both, "/dir/index.html", "Mufasa", "Circle of Life", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"},
		{"MD5", both[1:], "/dir/index.html", "Mufasa", "Circle of Life", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", "8ca523f5e9506fed4657c9700eebdbec"},
		{"no algorithm", []string{`Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"`},
			"/dir/index.html", "Mufasa", "Circle Of Life", "0a4f113b", "6629fae49393a05397450978507c4ef1"},
	} {
		answer := digestAnswer(c.challenges, "GET", c.uri, c.user, remote.Secret(c.password), c.nonce)
		require.Contains(t, answer, `response="`+c.want+`"`, c.name)
		require.NotContains(t, answer, c.password)
	}
}

// TestDigestUserHash: the name is sent hashed where the service wants that (RFC 7616, 3.4.4; the value is that of erratum 4897).
func TestDigestUserHash(t *testing.T) {
	challenge := `Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, nonce="n", charset=UTF-8, userhash=true`
	answer := digestAnswer([]string{challenge}, "GET", "/doe.json", "J\u00e4s\u00f8n Doe", "Secret, or not?", "c")
	require.Contains(t, answer, `username="793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b"`)
	require.Contains(t, answer, "userhash=true")
}

// TestDigestChallenges: what cannot be answered is not, and a hostile challenge ends in no answer.
func TestDigestChallenges(t *testing.T) {
	for _, c := range []string{
		"", "Basic", "Digest", "Digest realm", `Digest realm="x`, `Digest realm="x", nonce=""`, `Digest nonce="n", qop="auth-int"`, `Digest nonce="n", algorithm=SHA-1`,
		`Digest nonce="n", nonce="m"`, "Digest nonce=\"n\r\nX: y\"", `Digest =x, nonce="n"`, `Digest nonce="` + strings.Repeat("n", 10_000) + `"`, `Digest nonce="n\`,
	} {
		require.Empty(t, digestAnswer([]string{c}, "POST", "/", "user", "password", "c"), c)
	}
	require.Contains(t, digestAnswer([]string{`digest NONCE = n ,realm= "a \"b\\" `}, "POST", "/", `us"er`, "p", "c"), `username="us\"er", realm="a \"b\\", nonce="n"`)
}
