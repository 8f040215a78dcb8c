package csc

import (
	"crypto/md5" //nolint:gosec // what some services still ask for (RFC 7616, 3.1)
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"hash"
	"slices"
	"strings"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/remote"
)

// digestAlgorithm is one of HTTP digest authentication.
type digestAlgorithm struct {
	name string
	new  func() hash.Hash
}

// digestAlgorithms are those of RFC 7616, 6.1, the best first.
var digestAlgorithms = []digestAlgorithm{{"SHA-512-256", sha512.New512_256}, {"SHA-256", sha256.New}, {"MD5", md5.New}}

// digestAnswer answers the best of a server's challenges (WWW-Authenticate; RFC 7616, 3.4) to a POST; "" where there is none to answer.
func digestAnswer(challenges []string, method, uri, user string, password remote.Secret, nonce string) string {
	best, how := map[string]string(nil), len(digestAlgorithms)
	for _, text := range challenges {
		c := digestChallenge(text)
		if c == nil || c["nonce"] == "" || c["qop"] != "" && !slices.Contains(strings.FieldsFunc(c["qop"], func(r rune) bool { return r == ',' || r == ' ' }), "auth") {
			continue
		}
		name := strings.TrimSuffix(strings.ToUpper(c["algorithm"]), "-SESS")
		if name == "" {
			name = "MD5" // RFC 7616, 3.3
		}
		if i := slices.IndexFunc(digestAlgorithms, func(a digestAlgorithm) bool { return a.name == name }); i >= 0 && i < how {
			best, how = c, i
		}
	}
	if best == nil {
		return ""
	}
	sum := func(parts ...string) string {
		h := digestAlgorithms[how].new()
		h.Write([]byte(strings.Join(parts, ":")))
		return hex.EncodeToString(h.Sum(nil))
	}
	const count = "00000001" // a nonce is used once
	a1, a2 := sum(user, best["realm"], password.Reveal()), sum(method, uri)
	if strings.HasSuffix(strings.ToUpper(best["algorithm"]), "-SESS") {
		a1 = sum(a1, best["nonce"], nonce)
	}
	response := sum(a1, best["nonce"], a2) // as before RFC 2617
	if best["qop"] != "" {
		response = sum(a1, best["nonce"], count, nonce, "auth", a2)
	}
	name := user
	if strings.EqualFold(best["userhash"], "true") {
		name = sum(user, best["realm"])
	}
	answer := fmt.Sprintf("Digest username=%s, realm=%s, nonce=%s, uri=%s, response=%s", quoted(name), quoted(best["realm"]), quoted(best["nonce"]), quoted(uri), quoted(response))
	if best["algorithm"] != "" {
		answer += ", algorithm=" + best["algorithm"]
	}
	if best["opaque"] != "" {
		answer += ", opaque=" + quoted(best["opaque"])
	}
	if best["userhash"] != "" {
		answer += ", userhash=" + strings.ToLower(best["userhash"])
	}
	if best["qop"] != "" {
		answer += ", qop=auth, nc=" + count + ", cnonce=" + quoted(nonce)
	}
	return answer
}

func quoted(s string) string { return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"` }

// digestChallenge reads the parameters of one challenge (RFC 9110, 11.2); nil where it is of another scheme, or cannot be read.
func digestChallenge(text string) map[string]string {
	scheme, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	if !strings.EqualFold(scheme, "Digest") || len(rest) > limits.CSCExpression || strings.ContainsFunc(rest, func(r rune) bool { return r < ' ' || r == 0x7F }) {
		return nil
	}
	all := make(map[string]string)
	for rest = strings.TrimLeft(rest, " ,"); rest != ""; rest = strings.TrimLeft(rest, " ,") {
		name, after, ok := strings.Cut(rest, "=")
		if !ok {
			return nil
		}
		name, after = strings.ToLower(strings.TrimSpace(name)), strings.TrimLeft(after, " ")
		value, left, ok := word(after)
		if _, twice := all[name]; !ok || twice || name == "" {
			return nil
		}
		all[name], rest = value, left
	}
	return all
}

// word takes a token or a quoted string off the front.
func word(s string) (value, rest string, ok bool) {
	if !strings.HasPrefix(s, `"`) {
		end := strings.IndexAny(s, " ,")
		if end < 0 {
			end = len(s)
		}
		return s[:end], s[end:], end > 0
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			return b.String(), s[i+1:], true
		case c == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", "", false
}
