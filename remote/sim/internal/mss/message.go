package mss

import (
	"errors"
	"strings"
)

// Namespaces.
const (
	Space      = "http://uri.etsi.org/TS102204/v1.1.2#"
	SpaceFiCom = "http://mss.ficom.fi/TS102204/v1.0.0#"
	SpaceExt   = "http://www.methics.fi/TS102204/ext/v1.0.0"
	SpaceDS    = "http://www.w3.org/2000/09/xmldsig#"
	SOAP11     = "http://schemas.xmlsoap.org/soap/envelope/"
	SOAP12     = "http://www.w3.org/2003/05/soap-envelope"
)

// Call is an operation of the protocol.
type Call string

// Calls.
const (
	Signature    Call = "MSS_Signature"
	Status       Call = "MSS_StatusQuery"
	Receipt      Call = "MSS_Receipt"
	Profile      Call = "MSS_ProfileQuery"
	Registration Call = "MSS_Registration"
	Handshake    Call = "MSS_Handshake"
)

// Calls are all of them.
var Calls = []Call{Signature, Status, Receipt, Profile, Registration, Handshake}

// Element is the name of a call's message: MSS_StatusReq of MSS_StatusQuery.
func (c Call) Element(answer bool) string {
	name := strings.TrimSuffix(string(c), "Query")
	if answer {
		return name + "Resp"
	}
	return name + "Req"
}

// Message is a request or an answer of any call. What is empty is left out; numbers are kept as they were written.
type Message struct {
	Call   Call
	Answer bool
	Fault  *Fault // in place of an answer; nothing else is set then

	Major, Minor string
	APID         string // AP_Info
	APPassword   string
	APTransID    string
	Instant      string
	MSSP         string // URI of MSSP_Info
	MSSPInstant  string
	TransID      string // MSSP_TransID

	Mode      string // MessagingMode, in the words of the schema
	TimeOut   string
	Validity  string // ValidityDate, when it runs out; not in JSON
	MSISDN    string
	Data      *Data // to be signed; of a receipt, the message
	Display   *Data
	Profile   string // signature profile
	Format    string
	Services  []Service
	Params    string // of a profile query: what is asked for
	Base64    string // the signature
	X509      string // the certificate of fi:PKCS1
	PKCS1     bool   // the signature stands in fi:PKCS1
	Code      string // of the status
	Text      string // of the status
	Profiles  []string
	Certs     []string // base64, of a registration or a profile query
	Subjects  []string // their names, of a profile query: written, not read
	ExtraCert bool     // write Certs in the form of Vietnam's CertificateResponse
	Settled   *Settled // of a handshake, which JSON does not have
}

// Data is what is signed or displayed.
type Data struct {
	MimeType, Encoding, Text string
}

// Settled is what a request for a handshake offers and its answer agrees to. All certificates are in base64.
type Settled struct {
	Methods    []string // of [Methods], whose messages are signed as XML
	Service    []string // certificates of the service that lead to Roots; in an answer
	AP         []string // certificates of the application; in an answer, those that the service takes
	Roots      []string // names of the authorities that the application trusts; in a request
	Algorithms []string // URIs of signature algorithms; in an answer, those that both have
}

// Methods are what a handshake calls the operations.
var Methods = []string{"MSS_Signature", "MSS_Registration", "MSS_Notification", "MSS_ProfileQuery", "MSS_Receipt", "MSS_Status"}

// Service is an additional service.
type Service struct {
	URI     string
	Lang    string // of userLang
	EventID string // of eventId
	NoSpam  string // of noSpam; Verify says whether it is to be checked
	Verify  bool
}

// Fault is the refusal of a call.
type Fault struct {
	Code   int    // three digits; 0 when none was given
	Sub    int    // four digits; 0
	Reason string // name of the code
	Detail string
	Sender bool
}

// Form is how messages are written.
type Form struct {
	JSON        bool   // Swisscom's JSON; the rest is of SOAP
	Envelope    string // SOAP11 or SOAP12
	Wrapper     string // namespace of the operation's element; "": none
	FormatFirst bool   // MSS_Format before SignatureProfile
	NoReceiver  bool   // faults say Sender and Receiver the wrong way round
	Bare        bool   // fault codes without underscore, under another prefix
	InDetail    bool   // in SOAP 1.1, faults say Client or Server, and the code stands in the detail
	Roles       bool   // faults name the node and its role (ETSI TS 102 207)
}

// Errors of reading.
var (
	ErrTooLarge = errors.New("the message is too large or too deep")
	ErrSyntax   = errors.New("the message is not well-formed")
	ErrDTD      = errors.New("the message has a document type or a processing instruction")
	ErrShape    = errors.New("the message is none of ETSI TS 102 204")
)

// Read reads a message in the form.
func (f Form) Read(data []byte) (*Message, error) {
	if f.JSON {
		return readJSON(data)
	}
	return readSOAP(data)
}

// Write writes a message in the form.
func (f Form) Write(m *Message) []byte {
	if f.JSON {
		return writeJSON(m)
	}
	return f.writeSOAP(m)
}

// digits reads the codes of a fault: of each text the digits after the last colon, whatever stands before them, since servers differ
// in prefix and underscore.
func (f *Fault) digits(codes ...string) {
	for _, s := range codes {
		s = strings.Trim(strings.TrimSpace(s[strings.LastIndexByte(s, ':')+1:]), "_")
		n := 0
		for _, r := range s {
			if r < '0' || r > '9' || n > 9999 {
				n = 0
				break
			}
			n = n*10 + int(r-'0')
		}
		switch {
		case n >= 1000 && n <= 9999:
			f.Sub = n
			if f.Code == 0 {
				f.Code = n / 10
			}
		case n >= 100 && n <= 999 && f.Code == 0:
			f.Code = n
		}
	}
}
