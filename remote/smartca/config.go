package smartca

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"time"

	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/internal/rest"
)

// Base addresses of sp769 at VNPT. Other authorities have their own.
const (
	Production = "https://gwsca.vnpt.vn/sca/sp769"
	UAT        = "https://rmgateway.vnptit.vn/sca/sp769" // VNPT's place for trying out; registered apart from production
)

// Config of [New].
type Config struct {
	BaseURL    string        // [Production], [UAT], or another authority's; https, or http on this machine
	SPID       string        // of the application, as VNPT mailed it
	SPPassword remote.Secret //
	UserID     string        // of the subscriber: CCCD, CMND, passport or tax code (MST)

	Choice Choice // which certificate, where there are several

	// TH signs without the app, by password and one-time code. nil: the app.
	TH *TH

	Issuers    []*x509.Certificate // complete the chain where the service leaves something out
	TLS        *tls.Config         // roots and client certificate; nil: the system's roots, none
	HTTPClient *http.Client        // nil: one that keeps the rules of kyso, made with TLS
	Timeout    time.Duration       // of one call; 0: 30 seconds
	Clock      remote.Clock        // nil: the clock of the machine
}

// TH is how a subscriber of SmartCA TH consents. Exactly one of OTP and TOTPSecret is set.
type TH struct {
	Password remote.SecretFunc // the subscriber's SmartCA password
	OTP      remote.SecretFunc // asks for the six digits that the subscriber's authenticator shows

	// TOTPSecret is the secret of the codes, in base64 as it was handed out, where the subscriber has left it to the application.
	// With it and the password the application signs alone: keep both as you would a key.
	TOTPSecret remote.Secret
}

// Choice says which certificate of a subscriber is meant. Everything set has to hold; the zero value means the only one that is fit.
type Choice struct {
	Serial      string      // serial number in hexadecimal; case, colons and leading zeros do not matter
	ServiceType ServiceType //
}

// ServiceType is what a certificate is for.
type ServiceType string

// Service types. The zero value is any.
const (
	Person ServiceType = "SMARTCA" // a person's
	Seal   ServiceType = "ESEAL"   // an organisation's
)

func (c *Config) client() *http.Client {
	if c.HTTPClient != nil {
		return c.HTTPClient
	}
	return rest.NewClient(c.TLS, c.Timeout)
}
