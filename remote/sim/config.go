package sim

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/internal/rest"
)

// Config of [New].
type Config struct {
	BaseURL string  // of the service; https, or http on this machine
	Dialect Dialect // how it speaks; [VNMPKI] and the others

	APID       string        // AP_ID, a URI that the service gave out
	APPassword remote.Secret // AP_PWD
	MSSP       string        // URI of the service as it names itself, such as http://hmssp.mobile-id.vn
	MSISDN     string        // number of the subscriber with the country, such as +84900000001
	NoSpam     remote.Secret // the subscriber's no-spam code, at services that have one

	// Show is called with the verification code and the text that the phone is going to show, before the request leaves: whoever signs
	// has to see the code somewhere else first, or it proves nothing. An error keeps the request from leaving. nil: nobody is told
	// before; the code is in Operation.Control.
	Show func(ctx context.Context, code, text string) error

	// Code computes the verification code of a digest; nil: [MobileIDCode].
	Code func(digest []byte) string

	// SubjectSerial is the serialNumber attribute of the subject that the certificate had before, where that is known: numbers and SIMs
	// change hands. A number whose certificates all have another is [ErrSubject]. "": any.
	SubjectSerial string

	Serial  string              // serial number of the certificate in hexadecimal, where the number has several
	Chain   []*x509.Certificate // the certificate, where the service does not tell; leaf first
	Issuers []*x509.Certificate // complete the chain where the service leaves something out

	TLS        *tls.Config   // roots and client certificate, which is sent without its issuers; nil: the system's roots, none
	Pins       [][]byte      // SHA-256 of the SubjectPublicKeyInfo of the service's certificate, any of which it has to be; nil: any that the roots allow
	HTTPClient *http.Client  // nil: one that keeps the rules of kyso, made with TLS and Pins
	Timeout    time.Duration // of one call that does not wait for the subscriber; 0: 10 seconds
	Clock      remote.Clock  // nil: the clock of the machine
}

// String names the configuration without showing the number or anything else in it.
func (c Config) String() string { return "sim.Config(" + c.Dialect.Name + ")" }

// GoString is String.
func (c Config) GoString() string { return c.String() }

// LogValue is String.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }

// errPin is what a handshake ends with when no pin fits.
var errPin = errors.New("sim: the key of the service is none of those that are pinned")

// tlsConfig is Config.TLS with the pins added to what it checks. Of the client's certificates only the first is sent: there are services
// that end a handshake which brings more. A chain that Config.TLS gives by a function of its own stays as it is.
func (c *Config) tlsConfig() *tls.Config {
	config := new(tls.Config)
	if c.TLS != nil {
		config = c.TLS.Clone()
	}
	config.Certificates = slices.Clone(config.Certificates)
	for i, pair := range config.Certificates {
		config.Certificates[i].Certificate = pair.Certificate[:min(1, len(pair.Certificate))]
	}
	if len(c.Pins) == 0 {
		return config
	}
	before := config.VerifyConnection
	config.VerifyConnection = func(s tls.ConnectionState) error {
		sum := sha256.Sum256(s.PeerCertificates[0].RawSubjectPublicKeyInfo)
		for _, pin := range c.Pins {
			if bytes.Equal(pin, sum[:]) {
				if before != nil {
					return before(s)
				}
				return nil
			}
		}
		return errPin
	}
	return config
}

// client is an HTTP client that gives a call so long.
func (c *Config) client(timeout time.Duration) *http.Client {
	if c.HTTPClient != nil {
		return c.HTTPClient
	}
	return rest.NewClient(c.tlsConfig(), timeout)
}

// number reads an MSISDN: country and number, 3 to 16 digits, with or without +. Blanks, dots and hyphens between them are passed
// over; a leading 0 is refused, since the country is not guessed.
func number(s string) (digits string, ok bool) {
	s = strings.TrimPrefix(strings.TrimSpace(s), "+")
	s = strings.NewReplacer(" ", "", "-", "", ".", "").Replace(s)
	if len(s) < 3 || len(s) > 16 || s[0] == '0' {
		return "", false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return "", false
		}
	}
	return s, true
}
