// Package ades names what the three signature formats share: the baseline levels of ETSI EN 319 122, 132 and 142.
package ades

// Level is a baseline level. The zero value means B-B when signing and "no baseline level" in a report.
type Level string

const (
	BB   Level = "B-B"   // signature with its signing certificate
	BT   Level = "B-T"   // and a time-stamp that proves when it existed
	BLT  Level = "B-LT"  // and the certificates and revocation data to validate it later
	BLTA Level = "B-LTA" // and an archive time-stamp over all of that
)

// ParseLevel reads "B-B", "B-T", "B-LT" or "B-LTA"; ok is false for anything else.
func ParseLevel(s string) (Level, bool) {
	switch l := Level(s); l {
	case BB, BT, BLT, BLTA:
		return l, true
	}
	return "", false
}
