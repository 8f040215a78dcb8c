package simtest

import (
	"crypto"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"

	"github.com/kyso-dev/kyso/remote/sim"
	"github.com/kyso-dev/kyso/remote/sim/internal/mss"
)

// Fault is something that goes wrong with one call.
type Fault string

// Faults on the way. Those named Lost act on the request all the same; Reset does not.
const (
	Reset        Fault = "reset"         // the connection ends before anything is done
	ResetLost    Fault = "reset-lost"    // it is done, and the connection ends before the answer
	GatewayLost  Fault = "gateway-lost"  // a page of a gateway, status 502
	CutLost      Fault = "cut-lost"      // half the answer
	RedirectLost Fault = "redirect-lost" // to somewhere else
	OtherForm    Fault = "other-form"    // JSON in place of XML, and the other way round
	Huge         Fault = "huge"          // more than any message has
	DTD          Fault = "dtd"           // an answer with a document type
	Bomb         Fault = "bomb"          // entities that grow
	Deep         Fault = "deep"          // a thousand elements in each other
	Twice        Fault = "twice"         // two messages in one body
	Internal     Fault = "internal"      // 900
)

// Faults of what an answer says.
const (
	OtherTransaction Fault = "other-transaction" // another AP_TransID
	OtherAP          Fault = "other-ap"          // another AP_ID
	OtherNumber      Fault = "other-number"      // another MSISDN
	OtherTransID     Fault = "other-trans-id"    // another MSSP_TransID
	OtherKey         Fault = "other-key"         // signed by another key
	OtherDigest      Fault = "other-digest"      // over other data
	OtherCert        Fault = "other-certificate" // with another certificate
	NoSignature      Fault = "no-signature"      // status 500 and nothing else, nor what a handshake settles
	Nonsense         Fault = "nonsense"          // a status that is no number
	SecretInErrors   Fault = "secret-in-errors"  // 104 whose detail quotes the whole request
)

type fault struct {
	kind  Fault
	times int // how often yet; below 0: for ever
}

// Inject lets the next times calls go wrong; for ever when times is below 0. Several faults of one call come one after the other.
func (s *Server) Inject(call sim.Call, kind Fault, times int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[call] = append(s.faults[call], &fault{kind, times})
}

func (s *Server) takeFault(call sim.Call) Fault {
	for list := s.faults[call]; len(list) > 0; list = list[1:] {
		f := list[0]
		if f.times == 0 {
			s.faults[call] = list[1:]
			continue
		}
		if f.times > 0 {
			f.times--
		}
		return f.kind
	}
	return ""
}

// spoil changes what an answer says.
func (f Fault) spoil(s *Server, m *mss.Message) {
	switch f {
	case OtherTransaction:
		m.APTransID = "tsomebodyelse"
	case OtherAP:
		m.APID = "http://ap.test/other"
	case OtherNumber:
		m.MSISDN = "84911111111"
	case OtherTransID:
		m.TransID = "Mother"
	case OtherCert:
		m.PKCS1, m.X509 = true, base64.StdEncoding.EncodeToString(s.opts.Authority.Root().Raw)
	case NoSignature:
		m.Base64, m.Settled, m.Code = "", nil, "500"
	case Nonsense:
		m.Code = "well"
	case OtherKey, OtherDigest:
		if m.Base64 == "" {
			return
		}
		key, data := crypto.Signer(rsaKeys[0]()), make([]byte, 51) // as long as a DigestInfo
		if f == OtherDigest {
			key = RSAKey()
		}
		sig, _ := key.Sign(nil, data, crypto.Hash(0)) // an RSA key signs 51 octets
		m.Base64 = base64.StdEncoding.EncodeToString(sig)
	}
}

// answer writes a body, with what goes wrong on the way.
func (f Fault) answer(s *Server, w http.ResponseWriter, status int, kind string, body []byte) {
	switch f {
	case ResetLost:
		panic(http.ErrAbortHandler)
	case GatewayLost:
		kind, status, body = "text/html", http.StatusBadGateway, []byte("<html><body><h1>502 Bad Gateway</h1></body></html>")
	case CutLost:
		body = body[:len(body)/2]
	case RedirectLost:
		w.Header().Set("Location", s.URL+"/elsewhere")
		status = http.StatusTemporaryRedirect
	case OtherForm:
		body = []byte(`{"MSS_SignatureResp":{}}`)
		if s.opts.Dialect.JSON {
			body = []byte(`<a/>`)
		}
	case Huge:
		w.WriteHeader(status)
		chunk := []byte(strings.Repeat(" ", 64<<10))
		for range 1600 { // 100 MiB
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
		return
	case DTD:
		body = []byte(strings.Replace(string(body), "?>", `?><!DOCTYPE e:Envelope SYSTEM "`+s.URL+`/elsewhere">`, 1))
	case Bomb:
		var b strings.Builder
		b.WriteString(`<!DOCTYPE a [<!ENTITY e0 "xxxxxxxxxx">`)
		for i := range 20 {
			fmt.Fprintf(&b, `<!ENTITY e%d "%s">`, i+1, strings.Repeat(fmt.Sprintf("&e%d;", i), 10))
		}
		body = []byte(b.String() + `]><a>&e20;</a>`)
	case Deep:
		body = []byte(strings.Repeat("<a>", 1000) + strings.Repeat("</a>", 1000))
	case Twice:
		text := string(body)
		if i := strings.Index(text, "<e:Body>"); i >= 0 {
			end := strings.Index(text, "</e:Body>")
			text = text[:end] + text[i+len("<e:Body>"):]
		}
		body = []byte(text)
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
