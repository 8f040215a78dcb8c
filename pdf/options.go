package pdf

import (
	"crypto"
	"crypto/x509"
	"strconv"
	"time"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/ades"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/timestamp"
	"github.com/kyso-dev/kyso/trust"
)

// Level is a baseline level of ETSI EN 319 142-1. The zero value means B-B when signing and "no baseline level" in what [Read] tells.
type Level = ades.Level

// The baseline levels.
const (
	LevelBB   = ades.BB   // signature with its signing certificate
	LevelBT   = ades.BT   // and a time-stamp that proves when it existed
	LevelBLT  = ades.BLT  // and the certificates and revocation data to validate it later
	LevelBLTA = ades.BLTA // and an archive time-stamp over all of that
)

// The kinds of signature that are made, as /SubFilter names them.
const (
	SubFilterCAdES = "ETSI.CAdES.detached" // PAdES (ETSI EN 319 142-1; ISO 32000-2, 12.8.3.4)
	SubFilterPKCS7 = "adbe.pkcs7.detached" // plain CMS, for readers and fields that ask for it; it has no baseline levels (ISO 32000-1, 12.8.3.3)
)

// Certification is what a certification signature still allows to be done to the document (ISO 32000-2, 12.8.2.2). The zero value
// makes an approval signature, which certifies nothing.
type Certification int

// What a certification allows, as /P of the DocMDP transform says it.
const (
	CertifyNothing     Certification = 1 // no change at all: nobody can sign afterwards
	CertifyForms       Certification = 2 // filling in forms and signing
	CertifyAnnotations Certification = 3 // and commenting
)

// Options say how a document is signed. The zero value, and nil where a pointer is taken, sign at B-B in a new invisible field, with
// the digest that suits the key. A value is copied before use and never changed; concurrent calls may share it.
type Options struct {
	// Level is the level to reach; "" is LevelBB.
	Level Level
	// Hash is the digest of the document: SHA-256, SHA-384 or SHA-512, or 0 for the one that suits the key (SHA-256; SHA-384 and
	// SHA-512 for P-384 and P-521; SHA-512 for Ed25519, which admits no other).
	Hash crypto.Hash
	// PSS makes an RSA key sign with RSA-PSS, salt as long as the hash.
	PSS bool
	// Timestamper is asked for the signature time-stamp of LevelBT, and for the document time-stamp of LevelBLTA.
	Timestamper timestamp.Timestamper
	// Collector finds the certificates and revocation data of LevelBLT.
	Collector trust.Collector
	// SubFilter is the kind of signature: SubFilterCAdES, which "" stands for too, or SubFilterPKCS7, which reaches no level above B-B.
	SubFilter string
	// Field is the fully qualified name of an empty signature field to use, or of one to make; "" makes "Signature1" or the next
	// such name that is free.
	Field string
	// Reason, Location, Name and ContactInfo are the texts of the signature dictionary (ISO 32000-2, Table 255), in any language: why,
	// where and by whom the document was signed, and how to reach that person. "" leaves the entry out.
	Reason, Location, Name, ContactInfo string
	// Certify makes a certification signature, which must be the first one of the document.
	Certify Certification
	// SigningTime is what /M claims, with its zone, in whole seconds; zero means now. It proves nothing.
	SigningTime time.Time
	// Certificates are further certificates to put into the signature, usually the issuers up to the root.
	Certificates []*x509.Certificate
	// InsecureExpired signs with a certificate that is expired or not yet valid.
	InsecureExpired bool
	// InsecureSkipCheck embeds the value that the key returns without verifying it under the certificate. It exists to
	// measure; a wrong value then becomes a broken signature that nobody notices.
	InsecureSkipCheck bool
	// ContentsSize is how many octets are kept free for the CMS structure; 0 estimates it from the chain and the level.
	ContentsSize int
	// Clock tells the time; nil means time.Now.
	Clock func() time.Time
	// ID and Title name the document to signers that show them, such as a phone.
	ID, Title string
	// Progress is told, from the goroutine of the call, how many octets of the document are done; nil tells nobody.
	Progress func(done, total int64)
}

// FinishOptions say how to finish what was prepared. nil means: as prepared, no Timestamper.
type FinishOptions struct {
	// Level is the level to reach; "" is the one that was prepared.
	Level Level
	// Timestamper is asked for the signature time-stamp of LevelBT, and for the document time-stamp of LevelBLTA.
	Timestamper timestamp.Timestamper
	// Collector finds the certificates and revocation data of LevelBLT.
	Collector trust.Collector
	// InsecureSkipCheck is that of Options.
	InsecureSkipCheck bool
	// Clock tells the time; nil means time.Now.
	Clock func() time.Time
	// Progress is that of Options.
	Progress func(done, total int64)
}

// ReadOptions say how to read. nil is the zero value.
type ReadOptions struct {
	// Certificates are further certificates among which signers are looked for when the file lacks them.
	Certificates []*x509.Certificate
	// Anchor tells the certificates that LevelBLT needs no revocation data for, since they are trusted; nil: those that are self-signed.
	Anchor func(*x509.Certificate) bool
	// Progress is told, from the goroutine of the call, how many octets are hashed, and of how many; nil tells nobody.
	Progress func(done, total int64)
}

// settle copies the options, fills in what is open and refuses what makes no sense.
func (o *Options) settle() (Options, error) {
	var c Options
	if o != nil {
		c = *o
	}
	if c.Level == "" {
		c.Level = LevelBB
	}
	if err := checkLevel(c.Level); err != nil {
		return c, err
	}
	if c.SubFilter == "" {
		c.SubFilter = SubFilterCAdES
	}
	if c.SubFilter != SubFilterCAdES && c.SubFilter != SubFilterPKCS7 {
		return c, badOption("SubFilter", c.SubFilter)
	}
	if c.Certify < 0 || c.Certify > 3 {
		return c, badOption("Certify", strconv.Itoa(int(c.Certify)))
	}
	if c.Hash != 0 && !signingHash(c.Hash) {
		return c, badOption("Hash", c.Hash.String())
	}
	if c.ContentsSize < 0 || c.ContentsSize > limits.PDFContents {
		return c, badOption("ContentsSize", strconv.Itoa(c.ContentsSize))
	}
	if len(c.Reason)+len(c.Location)+len(c.Name)+len(c.ContactInfo)+len(c.Field) > limits.PDFTexts {
		return c, fault(CodeLimit, nil, "what", "octets of text", "max", strconv.Itoa(limits.PDFTexts))
	}
	if c.SigningTime.IsZero() {
		c.SigningTime = c.now()
	}
	if y := c.SigningTime.Year(); y < 1 || y > 9999 {
		return c, badOption("SigningTime", c.SigningTime.Format(time.RFC3339))
	}
	return c, nil
}

func (o *Options) now() time.Time { return now(o.Clock) }

func now(clock func() time.Time) time.Time {
	if clock != nil {
		return clock()
	}
	return time.Now()
}

func badOption(option, value string) *Error {
	return fault(CodeOption, nil, "option", option, "value", value)
}

func checkLevel(l Level) error {
	if _, ok := ades.ParseLevel(string(l)); !ok {
		return badOption("Level", string(l))
	}
	return nil
}

// checkKind refuses levels to what has none.
func checkKind(subFilter string, l Level, field string) error {
	if subFilter != SubFilterCAdES && l != LevelBB {
		return fault(CodeLevel, nil, "field", field, "sub_filter", subFilter)
	}
	return nil
}

// checkHelpers refuses a level without those who must be asked for it, before the key is.
func checkHelpers(l Level, t timestamp.Timestamper, c trust.Collector) error {
	if l == "" || l == LevelBB {
		return nil
	}
	if err := checkLevel(l); err != nil {
		return err
	}
	if t == nil {
		return fault(CodeTimestamper, nil)
	}
	if (l == LevelBLT || l == LevelBLTA) && c == nil {
		return fault(CodeCollector, nil)
	}
	return nil
}

// inside is the level of the CMS structure: what goes beyond B-T lies outside of it (ETSI EN 319 142-1, 6.3).
func inside(l Level) Level {
	if l == LevelBLT || l == LevelBLTA {
		return LevelBT
	}
	return l
}

// cms are the options of the CMS structure inside.
func (o *Options) cms() *cms.Options {
	return &cms.Options{
		Level: inside(o.Level), Hash: o.Hash, PSS: o.PSS, Timestamper: o.Timestamper, NoSigningTime: true, Certificates: o.Certificates,
		InsecureExpired: o.InsecureExpired, InsecureSkipCheck: o.InsecureSkipCheck, Clock: o.Clock, ID: o.ID, Title: o.Title,
	}
}
