package xml

import (
	"crypto"
	"crypto/x509"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/xmltree"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/timestamp"
	"github.com/kyso-dev/kyso/trust"
)

// Form is where a signature stands in relation to what it signs. The zero value is Enveloped.
type Form int

// The forms.
const (
	Enveloped  Form = iota // in the document, whose other octets stay as they are
	Enveloping             // a document of its own, with what is signed in an Object
	Detached               // a document of its own that names what is signed by a URI
)

// Options say how a document is signed. The zero value, and nil where a pointer is taken, sign the whole document with a signature at
// the end of its root element. A value is copied before use and never changed; concurrent calls may share it.
type Options struct {
	// Form says where the signature goes.
	Form Form
	// Place is the element that an enveloped signature is put at the end of: a path of local names from the root, such as
	// "/HDon/DSCKS/NBan" (with "[2]" behind a name for the second of several), or "#" and an Id. "" is the root element.
	Place string
	// Around are elements that the document lacks and that are written around an enveloped signature, the outermost first: local names,
	// such as "NBan" in a Place "/HDon/DSCKS" that has no such element. They get the prefix of the Place, which no Reference may contain.
	Around []string
	// Before is the local name of a child of Place: an enveloped signature goes before the first of them, or to the end where there is
	// none.
	Before string
	// References say what is signed, in order. Without any it is the whole document: by URI="" and the enveloped-signature transform;
	// or, for the other forms, all that is given.
	References []ReferenceOptions
	// Objects are put into the signature behind KeyInfo. They are signed where References name them.
	Objects []Object
	// URI is how a Detached signature without References names what it signs, such as "contract.xml".
	URI string
	// Canonicalization is that of SignedInfo, and of References that do not say otherwise; "" is ExclusiveC14N, whose octets stay the
	// same when the document is put into another.
	Canonicalization C14N
	// Prefix is the namespace prefix of the signature's elements; "" makes it the default namespace of the signature. Nil is "ds".
	Prefix *string
	// SignatureID is the Id of the signature; "" makes one that no other element has.
	SignatureID string
	// LeafOnly puts only the signer's own certificate into KeyInfo.
	LeafOnly bool
	// Hash is the digest algorithm: SHA-256, SHA-384 or SHA-512, or one of SHA-3; 0 is the one that suits the key.
	Hash crypto.Hash
	// PSS makes an RSA key sign with RSA-PSS, salt as long as the hash.
	PSS bool
	// Certificates are further certificates to put into KeyInfo, usually the issuers up to the root.
	Certificates []*x509.Certificate
	// Level is the baseline level of XAdES to reach (EN 319 132-1, 6.3). "" makes a plain XML Signature, for which the options from
	// SigningTime to Commitments must be left alone.
	Level Level
	// Timestamper is asked for the signature time-stamp of LevelBT and above and for the archive time-stamp of LevelBLTA.
	Timestamper timestamp.Timestamper
	// Collector finds the certificates and revocation data that LevelBLT and LevelBLTA embed, after the time-stamp was had.
	Collector trust.Collector
	// SigningTime is the time that the signature claims; zero means now. It is rounded down to whole seconds.
	SigningTime time.Time
	// Policy names the rules under which the signature is made; with ID, Hash and Digest, or Implied.
	Policy *SignaturePolicy
	// Roles are those in which the signer says that it signs.
	Roles []string
	// ProductionPlace is where it says that it signs.
	ProductionPlace *ProductionPlace
	// Commitments are what it commits to. Those that name References do so by their ReferenceOptions.ID.
	Commitments []Commitment
	// Countersigns is the Id of a signature with XAdES in the document that this one confirms: it then signs that one's value and stands in its
	// properties, whatever level either has (EN 319 132-1, 5.2.7.2). It is Enveloped and has no Place, References or Objects; its Level is LevelBB
	// or "": Extend on the other signature gathers the evidence for both.
	Countersigns string
	// InsecureExpired signs with a certificate that is expired or not yet valid.
	InsecureExpired bool
	// InsecureSkipCheck uses the value that the key returns without verifying it under the certificate. It exists to measure.
	InsecureSkipCheck bool
	// Clock tells the time; nil means time.Now.
	Clock func() time.Time
	// ID and Title name the document to signers that show them, such as a phone.
	ID, Title string
}

// ReferenceOptions say what one ds:Reference signs.
type ReferenceOptions struct {
	// URI is "" for the document, "#" and an Id for an element of it or an Object of the signature, or the name of something outside.
	URI string
	// ID and Type are the attributes of the Reference; "" leaves them out.
	ID, Type string
	// Transforms are the algorithms of the transforms: TransformEnveloped and C14N ones. Nil is what suits: enveloped where the signature
	// will stand in what is signed, and Options.Canonicalization. An empty list that is not nil is none.
	Transforms []string
	// MimeType says in XAdES what is signed; "" is that of the Object, or "text/xml", or "application/octet-stream" for what is not XML.
	MimeType string
	// Content is what a URI outside of the document names. It is read to its end once, and not for URIs that begin with "#".
	Content io.Reader
}

// Object is a ds:Object of the signature.
type Object struct {
	ID       string // "" leaves it out
	MimeType string // likewise
	// Content is well-formed XML, such as one element. Prefixes that it uses and does not declare are those of the place where the signature
	// goes; without Prefix it stands in the namespace of XML Signature.
	Content string
}

// FinishOptions say how to finish what was prepared. nil means: as prepared, no Timestamper and no Collector.
type FinishOptions struct {
	// Level is the level to reach; "" is the one that was prepared. A plain XML Signature has none.
	Level Level
	// Timestamper and Collector are those of Options.
	Timestamper timestamp.Timestamper
	Collector   trust.Collector
	// Clock tells the time; nil means time.Now.
	Clock func() time.Time
	// InsecureSkipCheck is that of Options.
	InsecureSkipCheck bool
}

// settle copies the options, fills in what is open and refuses what makes no sense.
func (o *Options) settle() (Options, error) {
	c := orDefault(o)
	c.References = slices.Clone(c.References) // the caller's stay as they are
	if c.Canonicalization == "" {
		c.Canonicalization = ExclusiveC14N
	}
	if c.Prefix == nil || c.Form == Enveloping { // what is put into an Object must not fall into a default namespace
		ds := "ds"
		c.Prefix = &ds
	}
	ids := map[string]bool{}
	unique := func(option, id string) error {
		if id != "" && (!xmltree.IsNCName(id) || ids[id]) {
			return badOption(option, shorten(id))
		}
		ids[id] = true
		return nil
	}
	switch {
	case c.Form < Enveloped || c.Form > Detached:
		return c, badOption("Form", strconv.Itoa(int(c.Form)))
	case !c.Canonicalization.Known():
		return c, fail(CodeCanonicalization, nil, "algorithm", shorten(string(c.Canonicalization)))
	case *c.Prefix != "" && (!xmltree.IsNCName(*c.Prefix) || *c.Prefix == "xml" || *c.Prefix == "xmlns"):
		return c, badOption("Prefix", shorten(*c.Prefix))
	case c.Form != Enveloped && c.Place != "":
		return c, badOption("Place", shorten(c.Place))
	case c.Form != Enveloped && c.Before != "":
		return c, badOption("Before", shorten(c.Before))
	case c.Form != Enveloped && len(c.Around) > 0 || len(c.Around) > limits.XMLObjects || slices.ContainsFunc(c.Around, func(n string) bool { return !xmltree.IsNCName(n) }):
		return c, badOption("Around", shorten(strings.Join(c.Around, " ")))
	case c.Countersigns != "" && (c.Form != Enveloped || c.Place != "" || len(c.References)+len(c.Objects) > 0 || c.Level != "" && c.Level != LevelBB):
		return c, badOption("Countersigns", shorten(c.Countersigns))
	case len(c.References) > limits.XMLReferences || len(c.Objects) > limits.XMLObjects:
		return c, tooMany("References or Objects of a signature", limits.XMLObjects)
	}
	if err := unique("SignatureID", c.SignatureID); err != nil {
		return c, err
	}
	for _, ob := range c.Objects {
		if err := unique("Object.ID", ob.ID); err != nil {
			return c, err
		}
	}
	for _, r := range c.References {
		if err := unique("Reference.ID", r.ID); err != nil {
			return c, err
		}
		for i, t := range r.Transforms {
			if t != TransformEnveloped && (!C14N(t).Known() || i != len(r.Transforms)-1) {
				return c, badOption("Transforms", shorten(t))
			}
		}
	}
	if c.SignatureID == "" {
		c.SignatureID = newID()
	}
	return c, c.settleXAdES()
}

func (o *Options) now() time.Time {
	if o.Clock != nil {
		return o.Clock()
	}
	return time.Now()
}

// algorithm is how the certificate's key signs.
func (o *Options) algorithm(cert *x509.Certificate) (alg.Signature, error) {
	pub, err := alg.PublicKey(cert)
	if err != nil {
		return alg.Signature{}, fail(CodeKey, err)
	}
	a, err := alg.ForKey(pub, o.Hash, o.PSS)
	if err != nil {
		return a, fail(CodeKey, err)
	}
	if h, ok := alg.HashOf(a.Hash); a.XML() == "" || !ok || h.XML == "" { // RSA PKCS#1 v1.5 with SHA-3 has no name in XML
		return a, fail(CodeKey, fail(CodeAlgorithm, nil, "algorithm", a.String()))
	}
	return a, nil
}

// checkFit refuses a certificate that may not sign; with InsecureExpired only its dates are forgiven.
func checkFit(cert *x509.Certificate, o *Options) error {
	err := signer.CheckCertificate(cert, o.now())
	if o.InsecureExpired && (errors.Is(err, signer.ErrCertificateExpired) || errors.Is(err, signer.ErrCertificateNotYetValid)) {
		return nil
	}
	return err
}

// bag is the chain and further certificates, each once, the signer's first.
func bag(chain []*x509.Certificate, o *Options) ([]*x509.Certificate, error) {
	if len(chain) == 0 || chain[0] == nil {
		return nil, fail(CodeNoCertificate, nil)
	}
	if o.LeafOnly {
		return chain[:1], nil
	}
	var all []*x509.Certificate
next:
	for _, c := range append(chain[:len(chain):len(chain)], o.Certificates...) {
		for _, have := range all {
			if have.Equal(c) {
				continue next
			}
		}
		all = append(all, c)
	}
	if len(all) > limits.XMLChain {
		return nil, tooMany("certificates", limits.XMLChain)
	}
	return all, nil
}
