package smartca

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // RFC 6238 as the service uses it
	"encoding/binary"
	"fmt"
	"time"

	"github.com/kyso-dev/kyso/remote"
)

// totpStep is how long a one-time code holds (RFC 6238, 4.1).
const totpStep = 30 * time.Second

// TOTP is the one-time code of a secret at a time: RFC 6238 with HMAC-SHA1, 30 seconds, six digits. The secret is base64, and the
// octets that it decodes to are the key as they are, although they look like hexadecimal.
func TOTP(secret remote.Secret, at time.Time) (remote.Secret, error) {
	key, err := remote.DecodeBase64(secret.Reveal())
	if err != nil || len(key) == 0 {
		return "", remote.NewError(remote.CodeConfig, nil, "name", "TOTPSecret")
	}
	mac := hmac.New(sha1.New, key)
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(window(at))) //nolint:gosec // after 1970
	mac.Write(counter[:])
	sum := mac.Sum(nil)
	at4 := sum[len(sum)-1] & 0xf
	code := binary.BigEndian.Uint32(sum[at4:at4+4]) & 0x7fffffff
	return remote.Secret(fmt.Sprintf("%06d", code%1_000_000)), nil
}

// window numbers the times in which one code holds.
func window(at time.Time) int64 { return at.Unix() / int64(totpStep/time.Second) }
