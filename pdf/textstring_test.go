package pdf

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTextStrings(t *testing.T) {
	for text, want := range map[string]string{
		"":                 "",
		"Approved":         "Approved",
		"two\r\nlines\t.":  "two\r\nlines\t.",
		"café ÿ £":         "caf\xe9 \xff \xa3", // Latin-1 is PDFDocEncoding there
		"Đỗ":               "\xfe\xff\x01\x10\x1e\xd7",
		"€":                "\xfe\xff\x20\xac",
		"𝄞":                "\xfe\xff\xd8\x34\xdd\x1e",
		"\x00":             "\xfe\xff\x00\x00",
		"soft\u00adhyphen": "\xfe\xff\x00s\x00o\x00f\x00t\x00\xad\x00h\x00y\x00p\x00h\x00e\x00n",
		"þÿ":               "\xfe\xff\x00\xfe\x00\xff", // would be taken for a byte order mark
		"ÿþ":               "\xfe\xff\x00\xff\x00\xfe",
		"ï»¿":              "\xfe\xff\x00\xef\x00\xbb\x00\xbf",
	} {
		require.Equal(t, want, string(encodeText(text)), "%q", text)
		require.Equal(t, text, decodeText(encodeText(text)), "%q", text)
	}
	for raw, want := range map[string]string{
		"\xef\xbb\xbfK\xc3\xbd":                   "Ký",                 // UTF-8, PDF 2.0
		"\xef\xbb\xbf\xff":                        "\uFFFD",             // and not quite
		"\xff\xfeK\x00\xfd\x00":                   "Ký",                 // little end first, against the standard
		"\x80\x8d\xa0\x9e\x18":                    "•“€ž˘",              // PDFDocEncoding proper
		"\x9f\x7f\xad":                            "\uFFFD\uFFFD\uFFFD", // undefined in it
		"\xfe\xff\x00\x1bvi\x00\x1b\x00K\x00\xfd": "Ký",                 // a language escape
		"\xfe\xff\x00\x1bviVN\x00\x1b\x00K":       "K",                  // with a country
		"\xfe\xff\x00\x1b\x00K\x00\x1b\x00K":      "\x1bK\x1bK",         // none: the text between is not hidden
		"\xfe\xff\x00K\x00\x1b\x00M":              "K\x1bM",             // nor what follows one that does not end
		"\xfe\xff\x00K\x00":                       "K",                  // an octet too many
		"\xfe\xff\xd8\x34\x00K":                   "\uFFFDK",            // half a pair
	} {
		require.Equal(t, want, decodeText([]byte(raw)), "%q", raw)
	}
}

func TestDates(t *testing.T) {
	zone := time.FixedZone("", 7*3600)
	for _, at := range []time.Time{
		time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), time.Date(2026, 12, 31, 23, 59, 59, 0, zone),
		time.Date(1999, 2, 28, 0, 0, 0, 0, time.FixedZone("", -(9*3600+30*60))),
	} {
		got, zoned, ok := parseDate(formatDate(at))
		require.True(t, ok && zoned)
		require.Equal(t, at.Format(time.RFC3339), got.Format(time.RFC3339))
	}
	require.Equal(t, "D:20260102030405+07'00'", formatDate(time.Date(2026, 1, 2, 3, 4, 5, 999, zone)))
	require.Equal(t, "D:20260102030405-03'30'", formatDate(time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("", -12600))))
	for s, want := range map[string]string{
		"D:2026":                  "2026-01-01T00:00:00Z",
		"202605":                  "2026-05-01T00:00:00Z",
		"D:20260102030405":        "2026-01-02T03:04:05Z",
		"D:20260102030405Z":       "2026-01-02T03:04:05Z",
		"D:20260102030405Z00'00'": "2026-01-02T03:04:05Z",
		"D:20260102030405+07":     "2026-01-02T03:04:05+07:00",
		"D:20260102030405+07'30":  "2026-01-02T03:04:05+07:30",
		"D:20260102030405-0730":   "2026-01-02T03:04:05-07:30",
		"D:20260102+07'00'":       "2026-01-02T00:00:00+07:00",
		"":                        "", "D:": "", "D:20": "", "D:20261301": "", "D:20260230": "", "D:20260102256060": "", "tomorrow": "",
		"D:20260102030405+99'00'": "", "D:20260102030405+07'00'x": "", "D:20260102030405 ": "", "D:20260102030405+": "",
	} {
		at, zoned, ok := parseDate(s)
		require.Equal(t, want != "", ok, s)
		if ok {
			require.Equal(t, want, at.Format(time.RFC3339), s)
			require.Equal(t, len(s) > 16 || len(s) == 17 || s == "D:20260102+07'00'", zoned, s)
		}
	}
}
