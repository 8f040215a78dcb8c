package timestamp

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"net"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// generalName is a GeneralName (RFC 5280, 4.2.1.6) as people read it; kinds that make no sense here are "".
func generalName(raw cryptobyte.String) string {
	var content cryptobyte.String
	var tag casn1.Tag
	if !raw.ReadAnyASN1(&content, &tag) {
		return ""
	}
	switch tag {
	case casn1.Tag(4).ContextSpecific().Constructed(): // directoryName
		var rdns pkix.RDNSequence
		if rest, err := asn1.Unmarshal(content, &rdns); err != nil || len(rest) > 0 {
			return ""
		}
		return rdns.String()
	case casn1.Tag(1).ContextSpecific(), casn1.Tag(2).ContextSpecific(), casn1.Tag(6).ContextSpecific(): // rfc822Name, dNSName, URI
		return string(bytes.ToValidUTF8(content, []byte("\uFFFD")))
	case casn1.Tag(7).ContextSpecific(): // iPAddress
		if len(content) == net.IPv4len || len(content) == net.IPv6len {
			return net.IP(content).String()
		}
	}
	return ""
}

// hasName reports whether a GeneralName is cert's subject or one of its alternative names.
func hasName(cert *x509.Certificate, name []byte) bool {
	raw := cryptobyte.String(name)
	var content cryptobyte.String
	if raw.ReadASN1(&content, casn1.Tag(4).ContextSpecific().Constructed()) && sameName(content, cert.RawSubject) {
		return true
	}
	for _, e := range cert.Extensions {
		if !e.Id.Equal(oidSubjectAltName) {
			continue
		}
		value := cryptobyte.String(e.Value)
		var names, one cryptobyte.String
		if !value.ReadASN1(&names, casn1.SEQUENCE) {
			return false
		}
		for !names.Empty() {
			var tag casn1.Tag
			if !names.ReadAnyASN1Element(&one, &tag) {
				return false
			}
			if bytes.Equal(one, name) {
				return true
			}
		}
	}
	return false
}

// sameName compares two Names: octet for octet, or else by their attributes, whose strings may be of other kinds, in other
// letter case and with other spaces (RFC 5280, 7.1).
func sameName(a, b []byte) bool {
	if bytes.Equal(a, b) {
		return true
	}
	var x, y pkix.RDNSequence
	if rest, err := asn1.Unmarshal(a, &x); err != nil || len(rest) > 0 {
		return false
	}
	if rest, err := asn1.Unmarshal(b, &y); err != nil || len(rest) > 0 || len(x) != len(y) {
		return false
	}
	for i := range x {
		if len(x[i]) != len(y[i]) {
			return false
		}
		for j := range x[i] {
			p, ok1 := x[i][j].Value.(string)
			q, ok2 := y[i][j].Value.(string)
			if !ok1 || !ok2 || !x[i][j].Type.Equal(y[i][j].Type) ||
				!strings.EqualFold(strings.Join(strings.Fields(p), " "), strings.Join(strings.Fields(q), " ")) {
				return false
			}
		}
	}
	return true
}

var oidSubjectAltName = asn1.ObjectIdentifier{2, 5, 29, 17}
