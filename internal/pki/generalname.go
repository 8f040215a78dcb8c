package pki

import (
	"encoding/hex"
	"net/netip"
	"strconv"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/kyso-dev/kyso/internal/limits"
)

// Form is the kind of a general name: the number of its tag (RFC 5280, 4.2.1.6).
type Form uint8

// The forms of general names.
const (
	FormOther     Form = 0
	FormEmail     Form = 1
	FormDNS       Form = 2
	FormX400      Form = 3
	FormDirectory Form = 4
	FormEDI       Form = 5
	FormURI       Form = 6
	FormIP        Form = 7
	FormID        Form = 8
)

func (f Form) String() string {
	names := [...]string{"otherName", "rfc822Name", "dNSName", "x400Address", "directoryName", "ediPartyName", "uniformResourceIdentifier", "iPAddress", "registeredID"}
	if int(f) < len(names) {
		return names[f]
	}
	return strconv.Itoa(int(f))
}

// GeneralName is one name of any form.
type GeneralName struct {
	Form      Form
	Text      string // of e-mail addresses, DNS names and URIs
	Directory Name   // of directoryName
	Octets    []byte // content, for all other forms; of iPAddress 4 or 16 octets, and twice as many in a constraint
}

// String is the name for people.
func (g GeneralName) String() string {
	switch g.Form {
	case FormEmail, FormDNS, FormURI:
		return g.Text
	case FormDirectory:
		return g.Directory.String()
	case FormIP:
		if a, ok := netip.AddrFromSlice(g.Octets); ok {
			return a.String()
		}
	}
	return g.Form.String() + " " + hex.EncodeToString(g.Octets)
}

// ReadGeneralNames reads the names that fill s: the content of GeneralNames.
func ReadGeneralNames(s []byte) ([]GeneralName, error) {
	var all []GeneralName
	for rest := cryptobyte.String(s); !rest.Empty(); {
		if len(all) >= limits.PKINames {
			return nil, fail(CodeTooLarge, nil, nil, "what", "GeneralNames", "max", strconv.Itoa(limits.PKINames))
		}
		g, err := readGeneralName(&rest)
		if err != nil {
			return nil, err
		}
		all = append(all, g)
	}
	if len(all) == 0 {
		return nil, malformed("GeneralNames")
	}
	return all, nil
}

func readGeneralName(s *cryptobyte.String) (GeneralName, error) {
	var c cryptobyte.String
	var tag casn1.Tag
	if !s.ReadAnyASN1(&c, &tag) || tag&0xc0 != 0x80 {
		return GeneralName{}, malformed("GeneralName")
	}
	constructed := tag&0x20 != 0
	g := GeneralName{Form: Form(tag & 0x1f)}
	switch g.Form {
	case FormEmail, FormDNS, FormURI:
		if constructed {
			return g, malformed("GeneralName")
		}
		for _, b := range c {
			if b >= 0x80 {
				return g, malformed(g.Form.String())
			}
		}
		g.Text = string(c)
	case FormDirectory:
		if !constructed {
			return g, malformed("GeneralName")
		}
		n, err := ParseName(c)
		if err != nil {
			return g, err
		}
		g.Directory = n
	case FormOther, FormX400, FormEDI, FormIP, FormID:
		if constructed == (g.Form == FormIP || g.Form == FormID) {
			return g, malformed("GeneralName")
		}
		g.Octets = c
	default:
		return g, malformed("GeneralName")
	}
	return g, nil
}

// Same reports whether two names are the same, as far as their form says when they are.
func (g GeneralName) Same(h GeneralName) bool {
	if g.Form != h.Form {
		return false
	}
	switch g.Form {
	case FormDirectory:
		return g.Directory.Equal(h.Directory)
	case FormDNS:
		return lower(g.Text) == lower(h.Text)
	}
	return g.Text == h.Text && string(g.Octets) == string(h.Octets)
}
