package der

// Identifier octets of the universal types that the formats use (X.690 8.1.2), the constructed bit included where DER sets it.
const (
	Boolean         byte = 0x01
	Integer         byte = 0x02
	BitString       byte = 0x03
	OctetString     byte = 0x04
	Null            byte = 0x05
	OID             byte = 0x06
	Enumerated      byte = 0x0a
	UTF8String      byte = 0x0c
	PrintableString byte = 0x13
	IA5String       byte = 0x16
	UTCTime         byte = 0x17
	GeneralizedTime byte = 0x18
	Sequence        byte = 0x30
	Set             byte = 0x31

	constructed byte = 0x20
)

// Context is the identifier octet of a constructed context-specific tag [n], n below 31.
func Context(n byte) byte { return 0xa0 | n }

// ContextPrimitive is the identifier octet of a primitive context-specific tag [n], n below 31.
func ContextPrimitive(n byte) byte { return 0x80 | n }

// isString reports whether a universal tag number is a string type, which BER may send in pieces (X.690 8.7, 8.6, 8.23) and DER
// may not (10.2). Times are character strings (X.680 46, 47).
func isString(id byte) bool {
	if id&0xc0 != 0 {
		return false
	}
	switch n := id & 0x1f; n {
	case 0x03, 0x04, 0x07, 0x0c, 0x17, 0x18:
		return true
	default:
		return n >= 0x12 && n <= 0x1e
	}
}
