package simtest

import (
	"encoding/base64"
	"encoding/xml"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

type attr = xml.Attr

// xmlBlank is the white space of XML.
const xmlBlank = " \t\r\n"

// datatypes are the simple types of the schemas (XML Schema part 2), each a test of what stands there. White space around a value is
// no part of it, except of a string.
var datatypes = map[string]func(string) bool{
	"string":          func(string) bool { return true },
	"integer":         pattern(`[+-]?[0-9]+`),
	"positiveInteger": pattern(`\+?0*[1-9][0-9]*`),
	"boolean":         pattern(`true|false|1|0`),
	"anyURI":          func(string) bool { return true }, // the type leaves it to whoever resolves it
	"NCName":          isNCName,
	"dateTime":        func(s string) bool { return isDateTime(strings.Trim(s, xmlBlank)) },
	"base64Binary":    isBase64,
	"mode":            oneOf("synch", "asynchClientServer", "asynchServerServer"),
	"clientMode":      oneOf("synch", "asynchClientServer"),
	"receiptMode":     oneOf("synch", "asynch"),
	"comparison":      oneOf("exact", "minimum", "better"),
}

func pattern(expr string) func(string) bool {
	re := regexp.MustCompile(`^(?:` + expr + `)$`)
	return func(s string) bool { return re.MatchString(strings.Trim(s, xmlBlank)) }
}

// oneOf is an enumeration of strings, whose white space counts.
func oneOf(values ...string) func(string) bool {
	return func(s string) bool { return slices.Contains(values, s) }
}

// isNCName is a name without colon, by XML 1.0 in its fifth edition.
var isNCName = pattern(`[` + nameStart + `][` + nameStart + `0-9.\x{B7}\x{300}-\x{36F}\x{203F}\x{2040}-]*`)

const nameStart = `A-Z_a-z\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{2FF}\x{370}-\x{37D}\x{37F}-\x{1FFF}\x{200C}\x{200D}\x{2070}-\x{218F}\x{2C00}-\x{2FEF}` +
	`\x{3001}-\x{D7FF}\x{F900}-\x{FDCF}\x{FDF0}-\x{FFFD}\x{10000}-\x{EFFFF}`

var dateTime = regexp.MustCompile(`^-?([0-9]{4,})(-[0-9]{2}-[0-9]{2}T)([0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]+)?(Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?$`)

// isDateTime is a time of a day that there is, with or without a zone. A day may end at 24:00:00.
func isDateTime(s string) bool {
	m := dateTime.FindStringSubmatch(s)
	if m == nil || len(m[1]) > 4 && m[1][0] == '0' || strings.Trim(m[1], "0") == "" {
		return false
	}
	clock, fraction := m[3], strings.Trim(m[4], ".0")
	if clock == "24:00:00" && fraction == "" {
		clock = "00:00:00"
	}
	year, err := strconv.Atoi(m[1][max(0, len(m[1])-4):]) // leap years repeat after 400
	if err != nil {
		return false
	}
	_, err = time.Parse("2006-01-02T15:04:05", strconv.Itoa(2000+year%400)+m[2]+clock)
	return err == nil
}

// isBase64 is base64 with all of its padding, and no bits behind the last octet. White space may stand anywhere.
func isBase64(s string) bool {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(xmlBlank, r) {
			return -1
		}
		return r
	}, s)
	_, err := base64.StdEncoding.Strict().DecodeString(s)
	return err == nil
}
