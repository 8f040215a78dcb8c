package timestamp_test

import (
	"crypto"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/internal/testtool"
	"github.com/kyso-dev/kyso/timestamp"
)

// What the client hands out is what EU DSS and openssl call a good time-stamp of the file; what it refuses, they refuse.
func TestJudges(t *testing.T) {
	openssl := testtool.Need(t, "openssl")
	p, s := testpki.Start(t)
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	write := func(name string, data []byte) string {
		require.NoError(t, os.WriteFile(at(name), data, 0o600))
		return at(name)
	}
	content := []byte("hợp đồng\n")
	file := write("content", content)
	root := write("root.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.Root().Raw}))
	issuer := write("issuer.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.Issuer().Raw}))
	c := &timestamp.Client{URL: s.TSA}
	ask := func(hash crypto.Hash, data []byte) *timestamp.Token {
		token, err := c.Timestamp(t.Context(), sumOf(hash, data), hash)
		require.NoError(t, err)
		return token
	}
	good, other := ask(crypto.SHA256, content), ask(crypto.SHA256, []byte("other"))
	broken := append([]byte(nil), good.Raw...)
	broken[len(broken)-1] ^= 1
	brokenToken, err := timestamp.ParseToken(broken)
	require.NoError(t, err)
	wantCode(t, brokenToken.CheckIntegrity(), timestamp.CodeSignatureBroken)
	s.Fault(testpki.TSA, testpki.ESSv1, true)
	older := ask(crypto.SHA512, content)
	s.Fault(testpki.TSA, testpki.ESSv1, false)

	for name, tt := range map[string]struct {
		token []byte
		ok    bool
	}{"good": {good.Raw, true}, "older": {older.Raw, true}, "other": {other.Raw, false}, "broken": {broken, false}} {
		bare := write(name+".tst", tt.token)
		response := write(name+".tsr", timestamp.MarshalResponse(timestamp.Granted, 0, tt.token))
		for _, args := range [][]string{{"-in", response}, {"-in", bare, "-token_in"}} {
			args = append([]string{"ts", "-verify", "-data", file, "-CAfile", root, "-untrusted", issuer}, args...)
			_, _, err := testtool.Try(t, openssl, args...)
			assert.Equal(t, tt.ok, err == nil, "openssl on %s", name)
		}
	}
	answers := testtool.DSS(t, "validate", "--trust", root, "--content", file, "--online", at("good.tst"), at("older.tst"), at("other.tst"), at("broken.tst"))
	require.Len(t, answers, 4)
	for i, want := range []string{"PASSED", "PASSED", "FAILED", "FAILED"} {
		assert.Equal(t, "TST", testtool.Field(answers[i], "format"), "%v", answers[i])
		assert.Equal(t, want, testtool.Field(answers[i], "indication"), "%v", answers[i])
	}
}
