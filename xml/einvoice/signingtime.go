package einvoice

import (
	"fmt"
	"time"
)

// TimeSpace is the namespace of SigningTime, which no specification fixes. The zero value is the one that suits the slot: TimeNone on
// notices of the tax authority, as it has it there itself, and TimeDSig elsewhere.
type TimeSpace int

// The namespaces that occur.
const (
	TimeDefault TimeSpace = iota
	TimeDSig              // that of XML Signature, by inheritance
	TimeNone              // none: xmlns="" on SignatureProperties
	TimeExample           // http://example.org/#signatureProperties, from the example of XML Signature, within properties in none
	TimeGDT               // https://hoadondientu.gdt.gov.vn, within properties of XML Signature
	TimeAbsent            // no SigningTime at all, as older tools for tax filings sign
)

const (
	spaceExample = "http://example.org/#signatureProperties"
	spaceGDT     = "https://hoadondientu.gdt.gov.vn"
)

// vietnam is the time zone of all documents here: UTC+7, all year.
var vietnam = time.FixedZone("+07", 7*60*60)

// timeLayout is how SigningTime is written: local time, without a zone.
const timeLayout = "2006-01-02T15:04:05"

// properties are the content of the Object that holds the signing time.
func (s TimeSpace) properties(target string, at time.Time) string {
	outer, inner := "", ""
	switch s {
	case TimeNone:
		outer = ` xmlns=""`
	case TimeExample:
		outer, inner = ` xmlns=""`, ` xmlns="`+spaceExample+`"`
	case TimeGDT:
		inner = ` xmlns="` + spaceGDT + `"`
	}
	return fmt.Sprintf(`<SignatureProperties%s><SignatureProperty Target="#%s"><SigningTime%s>%s</SigningTime></SignatureProperty></SignatureProperties>`,
		outer, target, inner, at.In(vietnam).Format(timeLayout))
}
