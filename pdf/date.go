package pdf

import (
	"time"
)

// formatDate writes t as a PDF date (ISO 32000-2, 7.9.4), with its zone. The apostrophe at the end is what PDF 1.7 asked for and
// PDF 2.0 allows.
func formatDate(t time.Time) string {
	_, offset := t.Zone()
	sign := byte('+')
	if offset < 0 {
		sign, offset = '-', -offset
	}
	b := make([]byte, 0, 24)
	b = t.AppendFormat(append(b, "D:"...), "20060102150405")
	b = append(b, sign)
	b = append(two(b, offset/3600), '\'')
	b = append(two(b, offset/60%60), '\'')
	return string(b)
}

func two(b []byte, n int) []byte { return append(b, byte('0'+n/10%10), byte('0'+n%10)) }

// parseDate reads a PDF date: D:YYYYMMDDHHmmSSOHH'mm', where everything after the year may be missing. A date without a zone is
// taken as UTC, and zoned is false.
func parseDate(s string) (t time.Time, zoned, ok bool) {
	if len(s) >= 2 && s[0] == 'D' && s[1] == ':' {
		s = s[2:]
	}
	year, s, ok := digits(s, 4)
	if !ok {
		return time.Time{}, false, false
	}
	v := [5]int{1, 1, 0, 0, 0}
	for i := range v {
		n, rest, ok := digits(s, 2)
		if !ok {
			break
		}
		v[i], s = n, rest
	}
	zone, zoned := time.UTC, s != ""
	if s != "" && (s[0] == '+' || s[0] == '-') {
		hours, rest, ok := digits(s[1:], 2)
		if !ok || hours > 23 {
			return time.Time{}, false, false
		}
		if rest != "" && rest[0] == '\'' {
			rest = rest[1:]
		}
		minutes := 0
		if rest != "" {
			if minutes, rest, ok = digits(rest, 2); !ok || minutes > 59 {
				return time.Time{}, false, false
			}
		}
		if rest != "" && rest != "'" {
			return time.Time{}, false, false
		}
		offset := hours*3600 + minutes*60
		if s[0] == '-' {
			offset = -offset
		}
		if offset != 0 {
			zone = time.FixedZone("", offset)
		}
	} else if s != "" && s != "Z" && s != "Z00'00'" && s != "Z00'00" {
		return time.Time{}, false, false
	}
	t = time.Date(year, time.Month(v[0]), v[1], v[2], v[3], v[4], 0, zone)
	if int(t.Month()) != v[0] || t.Day() != v[1] || t.Hour() != v[2] || t.Minute() != v[3] || t.Second() != v[4] {
		return time.Time{}, false, false // 31 February and the like
	}
	return t, zoned, true
}

func digits(s string, n int) (value int, rest string, ok bool) {
	if len(s) < n {
		return 0, s, false
	}
	for i := range n {
		if s[i] < '0' || s[i] > '9' {
			return 0, s, false
		}
		value = value*10 + int(s[i]-'0')
	}
	return value, s[n:], true
}
