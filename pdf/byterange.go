package pdf

import "github.com/kyso-dev/kyso/internal/finding"

// span is what a well-formed ByteRange says: the octets [0, gap) and [tail, end) are signed.
type span struct{ gap, tail, end int64 }

// checkByteRange reads a ByteRange as a PAdES signature must have it: two ranges, the first from the beginning, around one gap,
// inside the file (ISO 32000-2, 12.8.1; ETSI EN 319 142-1, 5.2). Anything else is told by a finding's code, and then there is no
// span that could be trusted.
func checkByteRange(values []int64, size int64) (span, finding.Code) {
	switch {
	case len(values) != 4:
		return span{}, CodeRangeShape
	case values[0] < 0 || values[1] < 0 || values[2] < 0 || values[3] < 0:
		return span{}, CodeRangeNegative
	case values[0] != 0 || values[1] == 0:
		return span{}, CodeRangeStart
	case values[2] <= values[1]:
		return span{}, CodeRangeOverlap
	case values[1] > size || values[2] > size || values[3] > size-values[2]:
		return span{}, CodeRangePastEnd
	case values[3] == 0:
		return span{}, CodeRangeShape // the second range holds at least the end of the signature dictionary
	}
	return span{gap: values[1], tail: values[2], end: values[2] + values[3]}, ""
}
