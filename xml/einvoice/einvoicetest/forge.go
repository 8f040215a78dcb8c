package einvoicetest

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/kyso-dev/kyso/xml"
)

// forgery is a signature of a kind that package xml does not make: weak, or other than it says.
type forgery struct {
	key         crypto.Signer
	certificate *x509.Certificate
	hash        crypto.Hash // SHA-1 or SHA-256
	computed    xml.C14N    // what References are computed with; Canonical XML 1.0 is declared
	whole       bool        // covers all of the document (URI="")
	enveloped   bool        // names the enveloped-signature transform for its own properties too, which would leave nothing of them
}

const spaceDSig = "http://www.w3.org/2000/09/xmldsig#"

// sign fills the slot <NBan></NBan> of an invoice whose HDon declares the namespaces around, and nothing else does.
func (f forgery) sign(ctx context.Context, doc []byte, around string) ([]byte, error) {
	const slot, signedAt = "<NBan></NBan>", "2026-01-02T08:00:00"
	if f.computed == xml.ExclusiveC14N { // leaves out what is declared around and not used
		around = ""
	}
	object := `<SignatureProperties><SignatureProperty Target="#seller"><SigningTime>` + signedAt + `</SigningTime></SignatureProperty></SignatureProperties></Object>`
	digest := func(doc string, id string) (string, error) {
		var octets bytes.Buffer
		err := xml.Canonicalize(ctx, &octets, strings.NewReader(doc), int64(len(doc)), f.computed, &xml.CanonicalizeOptions{ID: id})
		return f.digest(octets.Bytes()), err
	}
	uri, id := "#data", "data"
	if f.whole {
		uri, id = "", ""
	}
	data, err := digest(string(doc), id)
	if err != nil {
		return nil, err
	}
	property, err := digest(`<Object xmlns="`+spaceDSig+`"`+around+` Id="SigningTime">`+object, "")
	if err != nil {
		return nil, err
	}
	method, hash := "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2001/04/xmlenc#sha256"
	if f.hash == crypto.SHA1 {
		method, hash = spaceDSig+"rsa-sha1", spaceDSig+"sha1"
	}
	reference := func(uri, transforms, digest string) string {
		return fmt.Sprintf(`<Reference URI="%s">%s<DigestMethod Algorithm="%s"></DigestMethod><DigestValue>%s</DigestValue></Reference>`, uri, transforms, hash, digest)
	}
	const transform = `<Transforms><Transform Algorithm="` + xml.TransformEnveloped + `"></Transform></Transforms>`
	own := ""
	if f.enveloped {
		own = transform
	}
	info := fmt.Sprintf(`><CanonicalizationMethod Algorithm="%s"></CanonicalizationMethod><SignatureMethod Algorithm="%s"></SignatureMethod>%s%s</SignedInfo>`,
		xml.C14N10, method,
		reference(uri, transform, data), reference("#SigningTime", own, property))
	h := f.hash.New()
	h.Write([]byte(`<SignedInfo xmlns="` + spaceDSig + `"` + around + info))
	value, err := f.key.Sign(rand.Reader, h.Sum(nil), f.hash)
	if err != nil {
		return nil, err
	}
	signature := fmt.Sprintf(`<Signature xmlns="%s" Id="seller"><SignedInfo%s<SignatureValue>%s</SignatureValue><KeyInfo><X509Data><X509Certificate>%s</X509Certificate></X509Data></KeyInfo><Object Id="SigningTime">%s</Signature>`,
		spaceDSig, info, base64.StdEncoding.EncodeToString(value), base64.StdEncoding.EncodeToString(f.certificate.Raw), object)
	return bytes.Replace(doc, []byte(slot), []byte("<NBan>"+signature+"</NBan>"), 1), nil
}

func (f forgery) digest(octets []byte) string {
	h := f.hash.New()
	h.Write(octets)
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}
