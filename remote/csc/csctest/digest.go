package csctest

import (
	"crypto/md5" //nolint:gosec // of the protocol
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"regexp"
	"strings"
)

// digestChallenge asks for a proof of the password (RFC 7616, 3.3). Its nonce is good for one use.
func (s *Server) digestChallenge() string {
	nonce := s.secret()
	s.nonces[nonce] = true
	return fmt.Sprintf(`Digest realm="kyso, \"test\"", qop="auth, auth-int", algorithm=%s, nonce="%s", opaque="%s"`, s.opts.Guesses.Digest, nonce, s.URL)
}

var digestPart = regexp.MustCompile(`(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))`)

// digest checks a proof. It gives the user with the password when that was right, with none when it was not; ok is false where nothing was
// proved, or by a nonce that is not known.
func (s *Server) digest(header string) (user, password string, ok bool) {
	rest, ok := strings.CutPrefix(header, "Digest ")
	p := make(map[string]string)
	for _, m := range digestPart.FindAllStringSubmatch(rest, -1) {
		p[m[1]] = strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(m[2]) + m[3]
	}
	if !ok || !s.nonces[p["nonce"]] || p["algorithm"] != s.opts.Guesses.Digest || p["realm"] != `kyso, "test"` || p["opaque"] != s.URL || p["qop"] != "auth" || p["nc"] != "00000001" {
		return "", "", false
	}
	delete(s.nonces, p["nonce"])
	makes := map[string]func() hash.Hash{"MD5": md5.New, "SHA-256": sha256.New}[strings.TrimSuffix(p["algorithm"], "-sess")]
	sum := func(text string) string {
		h := makes()
		h.Write([]byte(text))
		return hex.EncodeToString(h.Sum(nil))
	}
	secret := sum(s.opts.UserName + ":" + p["realm"] + ":" + s.opts.Password)
	if strings.HasSuffix(p["algorithm"], "-sess") {
		secret = sum(secret + ":" + p["nonce"] + ":" + p["cnonce"])
	}
	want := sum(secret + ":" + p["nonce"] + ":" + p["nc"] + ":" + p["cnonce"] + ":auth:" + sum("POST:"+p["uri"]))
	if p["username"] != s.opts.UserName || p["response"] != want || !strings.HasSuffix(p["uri"], "/auth/login") {
		return p["username"], "", true
	}
	return s.opts.UserName, s.opts.Password, true
}
