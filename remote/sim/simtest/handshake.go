package simtest

import (
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"slices"
	"time"

	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/sim/internal/mss"
)

// algorithms are those in which the service would sign messages.
var algorithms = []string{"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"}

// handshake agrees to what both sides have. No message has to be signed.
func (s *Server) handshake(m *mss.Message) *mss.Message {
	a := s.opts.Authority
	answer := s.reply(m, "")
	answer.TransID = fmt.Sprintf("H%x", remote.NewID()[:8])
	answer.Settled = new(mss.Settled)
	if slices.Contains(m.Settled.Roots, a.root.Subject.String()) {
		own, err := a.Issue("TEST MSSP", ECKey(), time.Time{}, 0)
		if err != nil {
			return failure(900, 9001, "certificate")
		}
		answer.Settled.Service = []string{base64.StdEncoding.EncodeToString(own[0].Raw)}
	}
	for _, text := range m.Settled.AP {
		der, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return failure(101, 0, "Certificate")
		}
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return failure(101, 0, "Certificate")
		}
		if cert.CheckSignatureFrom(a.ca) == nil {
			answer.Settled.AP = append(answer.Settled.AP, text)
		}
	}
	for _, uri := range m.Settled.Algorithms {
		if slices.Contains(algorithms, uri) {
			answer.Settled.Algorithms = append(answer.Settled.Algorithms, uri)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shaken = true
	return answer
}
