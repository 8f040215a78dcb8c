package einvoice

import (
	"crypto/x509"
	"fmt"
	"strings"
	"time"

	"github.com/kyso-dev/kyso/internal/vnid"
)

// Action is what a registration does with a certificate (HThuc).
type Action int

// The actions.
const (
	Add   Action = 1
	Renew Action = 2
	Stop  Action = 3
)

// CTS is a row of the certificates in a registration for e-invoices, form 01/ĐKTĐ-HĐĐT (NDTKhai/DSCTSSDung/CTS).
type CTS struct {
	Number int       // STT, from 1; 0 leaves it out
	Issuer string    // TTChuc: the certification authority
	Serial string    // Seri: hexadecimal, in capitals
	From   time.Time // TNgay
	Until  time.Time // DNgay
	Action Action    // HThuc
}

// CTSRow is the row for a certificate, to be added to those registered.
func CTSRow(cert *x509.Certificate) (CTS, error) {
	if cert == nil {
		return CTS{}, badOption("cert", "nil")
	}
	id, err := vnid.Parse(cert.RawIssuer)
	if err != nil {
		return CTS{}, badOption("cert", cert.Issuer.CommonName)
	}
	name := id.CommonName
	if name == "" {
		name = id.Organization
	}
	const longest = 400
	if r := []rune(name); len(r) > longest {
		name = string(r[:longest])
	}
	return CTS{Issuer: name, Serial: vnid.Serial(cert.SerialNumber), From: cert.NotBefore, Until: cert.NotAfter, Action: Add}, nil
}

// XML is the element, with times in Vietnam's time zone.
func (c CTS) XML() string {
	var w strings.Builder
	w.WriteString("<CTS>")
	if c.Number > 0 {
		fmt.Fprintf(&w, "<STT>%d</STT>", c.Number)
	}
	fmt.Fprintf(&w, "<TTChuc>%s</TTChuc><Seri>%s</Seri><TNgay>%s</TNgay><DNgay>%s</DNgay><HThuc>%d</HThuc></CTS>",
		text(c.Issuer), text(c.Serial), c.From.In(vietnam).Format(timeLayout), c.Until.In(vietnam).Format(timeLayout), c.Action)
	return w.String()
}

// text is what can stand in XML of a text.
func text(s string) string {
	return escape(strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' || r == '\uFFFE' || r == '\uFFFF' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "")))
}
