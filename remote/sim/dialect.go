package sim

import (
	"strings"
	"time"

	"github.com/kyso-dev/kyso/remote/sim/internal/mss"
)

// Call is an operation of the protocol.
type Call = mss.Call

// Calls. Each may have an address of its own.
const (
	CallSignature    = mss.Signature
	CallStatus       = mss.Status
	CallReceipt      = mss.Receipt
	CallProfile      = mss.Profile
	CallRegistration = mss.Registration
	CallHandshake    = mss.Handshake
)

// Mode is a messaging mode.
type Mode string

// Modes. There is a third, in which the service calls the application; no service that was looked at offers it.
const (
	Synch  Mode = "synch"              // the answer to the request comes when the subscriber has answered; if it is lost, nobody can ask for it
	Asynch Mode = "asynchClientServer" // the answer comes at once, and is asked after

	// Either is Asynch, and Synch where the service refuses that mode by a fault (101, 1013 where it gives sub-codes). A fault of that
	// kind says that nothing was started, so asking again in the other mode asks the subscriber once.
	Either Mode = "either"
)

// Source is where a certificate comes from before anything is signed.
type Source string

// Sources.
const (
	FromRegistration Source = "registration" // MSS_RegistrationReq with the number only
	FromProfile      Source = "profile"      // the extension of MSS_ProfileReq that tells certificates
	FromConfig       Source = "config"       // Config.Chain: the service does not tell
)

// Formats of signatures: a bare signature over a DigestInfo, and CMS by its two names. The services differ.
const (
	FormatPKCS1        = mss.Space + "PKCS1"
	FormatPKCS1FiCom   = mss.SpaceFiCom + "PKCS1"
	FormatCMS          = mss.Space + "PKCS7" // the name that most take
	FormatCMSSignature = mss.Space + "CMS-Signature"
)

// Dialect says how a service speaks the protocol: those that are live differ in nearly everything that the specification leaves open.
// Take one of the presets ([VNMPKI], [ETSI], [FiCom], [SwisscomSOAP], [SwisscomREST], [TR]) and change what is different.
type Dialect struct {
	Name string // such as "vn-mpki"; names the provider in stored operations

	JSON        bool            // Swisscom's JSON in place of SOAP; what follows is of SOAP
	SOAP11      bool            // the envelope of SOAP 1.1
	ContentType string          // "": as the envelope's version wants it
	Action      string          // what SOAPAction begins with, before the name of the operation; "": no such header
	Wrapper     string          // namespace of the operation's element; "": none
	FormatFirst bool            // MSS_Format before SignatureProfile
	Ports       map[Call]string // path of each call below the base address
	Minor       map[Call]string // versions other than 1.1, such as "2.0"

	Mode     Mode
	TimeOut  time.Duration // how long the service is told to wait for the subscriber
	First    time.Duration // no look sooner after the request; 0: as Interval
	Interval time.Duration // between two looks

	Plus     bool   // numbers begin with +
	Profile  string // signature profile; "": none is named
	Format   string // of signatures over a digest; "": the service signs no documents, only texts ([Provider.SignText])
	MimeType string // of what is signed
	CMS      string // format of a CMS that the service makes over a digest, [FormatCMS] or [FormatCMSSignature]; "": it makes none
	Digest   bool   // for a CMS the digest is sent as it is, with the type application/x-sha256 or its like; otherwise as for Format
	Services []string
	Lang     string // of services that want to know the subscriber's language
	FiCom    bool   // event id and no-spam code are sent, and nothing is displayed
	Source   Source // of the certificate
	CodeWord string // what stands before the verification code on the phone
	MaxGSM   int    // characters of GSM 03.38 that the phone shows
	MaxUCS2  int    // characters it shows once one is outside GSM 03.38; 0: it shows no such text
	NeedsPWD bool   // an AP_PWD has to be configured; elsewhere the client certificate is enough

	Heartbeat string // number that nobody has, for [Provider.Heartbeat]; "": none is known
}

// ports are the paths of Methics' servers, which most services run.
func ports(base string) map[Call]string {
	return map[Call]string{
		CallSignature: base + "MSS_SignaturePort", CallStatus: base + "MSS_StatusQueryPort", CallReceipt: base + "MSS_ReceiptPort",
		CallProfile: base + "MSS_ProfilePort", CallRegistration: base + "MSS_RegistrationPort",
	}
}

// VNMPKI is the mobile PKI of the Vietnamese government, at https://mpki1.ca.gov.vn:18083. Its WSDL and one client are known. How many
// characters a phone shows, and whether the service answers in mode [Asynch] as its schema says, is not.
func VNMPKI() Dialect {
	p := ports("/soap/services/")
	p[CallProfile] = "/soap/services/MSS_ProfileQueryPort"
	return Dialect{
		Name: "vn-mpki", Ports: p, FormatFirst: true, Mode: Synch, TimeOut: 300 * time.Second, Interval: 5 * time.Second,
		Profile: "http://mobile-id.vn/digitalSignature", Format: FormatPKCS1, MimeType: "application/octet-stream",
		Services: []string{"http://mobile-id.vn/MSSP/v1.0.0#signingCertificate", "http://mobile-id.vn/MSSP/v1.0.0#signatureValidation"},
		Source:   FromRegistration, CodeWord: "ma", MaxGSM: 160, MaxUCS2: 70, NeedsPWD: true,
	}
}

// ETSI is the specification, with nothing added: for servers whose dialect is not known, to begin from.
func ETSI() Dialect {
	p := ports("/soap/services/")
	p[CallHandshake] = "/soap/services/MSS_HandshakePort"
	return Dialect{
		Name: "etsi", Ports: p, Mode: Asynch, TimeOut: 300 * time.Second, Interval: 5 * time.Second,
		Plus: true, Format: FormatPKCS1, MimeType: "application/octet-stream", CMS: FormatCMS, Digest: true, Source: FromRegistration, CodeWord: "code", MaxGSM: 160, MaxUCS2: 70, NeedsPWD: true,
	}
}

// FiCom is what the Finnish operators agreed on, version 2.1 of their guideline. The verification code goes as the event id, which the
// phone shows by itself; the certificate is known beforehand or comes with the signature, so give [Config].Chain.
func FiCom() Dialect {
	return Dialect{
		Name: "ficom", Ports: ports("/soap/services/"), Action: "#", Mode: Asynch, TimeOut: 300 * time.Second, First: 20 * time.Second, Interval: 5 * time.Second,
		Plus: true, Profile: "http://mss.ficom.fi/TS102206/v1.0.0/digestive-signature-profile.xml", Format: FormatPKCS1FiCom, MimeType: "application/octet-stream",
		CMS: FormatCMS, Digest: true, FiCom: true, Source: FromConfig, MaxGSM: 160, NeedsPWD: true,
	}
}

// SwisscomSOAP is Swisscom's Mobile ID. It signs texts, not documents: signing one is an error, and profiles can be asked for.
func SwisscomSOAP() Dialect {
	return Dialect{
		Name: "swisscom-soap", Ports: ports("/soap/services/"), ContentType: "text/xml;charset=UTF-8", Mode: Asynch, TimeOut: 80 * time.Second,
		Minor: map[Call]string{CallSignature: "1.2", CallProfile: "2.0"}, Interval: 2 * time.Second, Plus: true,
		Profile: "http://mid.swisscom.ch/Any-LoA4", Source: FromProfile, Services: []string{"http://mss.ficom.fi/TS102204/v1.0.0#userLang"}, Lang: "en",
		CodeWord: "code", MaxGSM: 239, MaxUCS2: 119, Heartbeat: "+41000000000",
	}
}

// SwisscomREST is the same in JSON.
func SwisscomREST() Dialect {
	d := SwisscomSOAP()
	d.Name, d.JSON, d.ContentType = "swisscom-rest", true, "application/json;charset=UTF-8"
	d.Ports = map[Call]string{CallSignature: "/rest/service/sign", CallStatus: "/rest/service/status", CallReceipt: "/rest/service/receipt", CallProfile: "/rest/service/profile"}
	return d
}

// TR is a beginning for Turkish operators, whose paths and names of operations differ; the certificate is [Config].Chain. They list
// PKCS#7, so ask for CMS ([remote.StartOptions]); whether they take a bare signature, and in which form a digest, is not known.
func TR() Dialect {
	return Dialect{
		Name: "tr", SOAP11: true, Mode: Asynch, TimeOut: 120 * time.Second, Interval: 3 * time.Second,
		Ports:  map[Call]string{CallSignature: "/MSSP2/services/MSS_Signature", CallStatus: "/MSSP2/services/MSS_StatusPort", CallProfile: "/MSSP2/services/MSS_ProfileQueryPort"},
		Format: FormatPKCS1, MimeType: "application/octet-stream", CMS: FormatCMS, Digest: true, Source: FromConfig, CodeWord: "kod", MaxGSM: 160, MaxUCS2: 70, NeedsPWD: true,
	}
}

// Preset is the dialect of that name: vn-mpki, etsi, ficom, swisscom-soap, swisscom-rest, tr.
func Preset(name string) (Dialect, bool) {
	for _, d := range []func() Dialect{VNMPKI, ETSI, FiCom, SwisscomSOAP, SwisscomREST, TR} {
		if d := d(); d.Name == name {
			return d, true
		}
	}
	return Dialect{}, false
}

func (d *Dialect) form() mss.Form {
	f := mss.Form{JSON: d.JSON, Envelope: mss.SOAP12, Wrapper: d.Wrapper, FormatFirst: d.FormatFirst}
	if d.SOAP11 {
		f.Envelope = mss.SOAP11
	}
	return f
}

func (d *Dialect) contentType() string {
	switch {
	case d.ContentType != "":
		return d.ContentType
	case d.JSON:
		return "application/json;charset=UTF-8"
	case d.SOAP11:
		return "text/xml; charset=utf-8"
	}
	return "application/soap+xml; charset=utf-8"
}

// version is MajorVersion and MinorVersion of a call.
func (d *Dialect) version(c Call) (major, minor string) {
	if v, ok := d.Minor[c]; ok {
		major, minor, _ = strings.Cut(v, ".")
		return major, minor
	}
	return "1", "1"
}
