package pdf

import (
	"crypto/sha1" //nolint:gosec // a name, not a protection
	"encoding/hex"
	"strings"
)

// vriKey names a signature in a store: the SHA-1 of its /Contents in upper-case hexadecimal. For a signature that is the string's
// octets with their padding, as EU DSS, pyHanko and Acrobat have it (ISO 32000-2, 12.8.4.4).
func vriKey(contents []byte) string {
	sum := sha1.Sum(contents) //nolint:gosec // as above
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}
