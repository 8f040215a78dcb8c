package der

import (
	"strconv"

	"github.com/kyso-dev/kyso/internal/finding"
)

// Codes of this package's errors.
const (
	CodeTruncated  finding.Code = "der.truncated"  // the octets end inside an element
	CodeMalformed  finding.Code = "der.malformed"  // not BER at all
	CodeNotDER     finding.Code = "der.not-der"    // BER, but not DER where DER is demanded
	CodeUnexpected finding.Code = "der.unexpected" // another element than the format has here
	CodeTrailing   finding.Code = "der.trailing"   // octets after the end
	CodeDepth      finding.Code = "der.depth"      // nested deeper than limits.DERDepth
	CodeTooLarge   finding.Code = "der.too-large"  // an element larger than limits.DERElement
	CodeRead       finding.Code = "der.read"       // the source of the octets failed
)

// Error is what every function of this package returns.
type Error struct{ finding.Fault }

func fail(code finding.Code, at int64, what string) *Error {
	return &Error{finding.NewFault(code, nil, "offset", strconv.FormatInt(at, 10), "what", what)}
}
