package csc

import (
	"context"
	"crypto/tls"
	"net/http"
	"time"

	"github.com/kyso-dev/kyso/remote"
)

// Version is a version of the API.
type Version int

// Versions. The zero value is the one that the base address ends in.
const (
	V1 Version = 1 // 1.0.4
	V2 Version = 2 // 2.0
)

// Config of [New] and [Connect]. Secrets are asked for when they are needed and not kept.
type Config struct {
	BaseURL      string  // such as "https://rssp.example/csc/v1": https, or http on this machine
	Version      Version // 0: as BaseURL ends
	CredentialID string  // names the key; "": the only one that can sign
	Qualifier    string  // without CredentialID: the only one of this legal kind, such as "eu_eidas_qes" (signatureQualifier, version 2); "": any
	UserID       string  // whose keys, where the right to call is not a person's (external, TLS, client credentials); else empty

	// The right to call the service: one of these at most. None: a client certificate in TLS, or none needed.
	Basic  *Basic
	OAuth  *OAuth
	Bearer remote.SecretFunc                              // a token from elsewhere, asked for before each call
	Header func(ctx context.Context, h http.Header) error // whatever was agreed on; must not put secrets into its error

	// Ask asks the subscriber for a PIN, a password or a one-time code. It is called once for each that is needed; what is wrong is
	// never sent again. nil: keys that need one are refused.
	Ask func(ctx context.Context, q Question) (remote.Secret, error)

	// Choose picks one of several ways to authenticate, such as SMS or app. nil: the first.
	Choose func(ctx context.Context, ways []Way) (int, error)

	// Consent shows the subscriber a page of the authorization server and returns the address that the browser was sent back to.
	// [Loopback] makes one. nil: keys that need it are refused.
	Consent func(ctx context.Context, page string) (redirected string, err error)

	// Async lets the service sign in its own time where it offers that (version 2): another process can then fetch the result.
	Async bool

	// ResponseURI is where such a service calls when it is done; the operation's id goes along as the parameter "operation". [Ping] takes
	// the calls. "": it is asked from time to time alone.
	ResponseURI string

	// ClientData goes along with every call, for services that give it a meaning. They may log it.
	ClientData string

	// Departures from the standard that some services need.
	NoHashes  bool // do not name the digests when authorizing, where the service does not insist (SCAL 1)
	AllCalls  bool // make also calls that the service does not list
	SADInBody bool // version 2: send the OAuth token of a key as signature activation data, as version 1 does

	TLS        *tls.Config   // roots and client certificate; nil: the system's roots, none
	HTTPClient *http.Client  // nil: one that keeps the rules of kyso, made with TLS. Its Timeout is replaced
	Clock      remote.Clock  // nil: the clock of the machine
	Timeout    time.Duration // of calls that wait for nobody; 0: 30 seconds
	Patience   time.Duration // of calls that may wait for the subscriber, or for many signatures; 0: five minutes
}

// Basic is a user's name and password (auth/login). They are sent by basic authentication; where the service takes digest authentication
// alone (RFC 7616), the password is not sent.
type Basic struct {
	User     string
	Password remote.SecretFunc
	Remember bool // ask for a token that spares the password later, as long as the process lives
}

// OAuth is the application at the authorization server.
type OAuth struct {
	ClientID     string
	ClientSecret remote.Secret // empty for public clients
	RedirectURL  string        // registered with the server, to the letter
	Server       string        // base address of the server; "": as the service says

	// ClientCredentials calls the service in the application's own right. Otherwise the subscriber logs in, through Config.Consent.
	ClientCredentials bool

	Refresh   remote.Secret               // a refresh token kept from before
	OnRefresh func(refresh remote.Secret) // called with each new one; the one before it is void

	Account   string // account of the user, where the application vouches for him (account_token); needs ClientSecret
	BasicAuth bool   // send client id and secret as basic authentication, not among the parameters
	NoPKCE    bool   // for version 1 servers that refuse parameters that they do not know
	RAR       bool   // ask for a key with rich authorization requests (RFC 9396), also where not announced
}

// Question asks the subscriber for one secret.
type Question struct {
	Object    AuthObject
	Challenge string // to be shown; the answer is made from it
	Sent      bool   // a code is on its way to the subscriber
	Text      string // what is to be signed
	Documents int    // how many signatures this allows
}

// Way is one combination of things that together authenticate the subscriber.
type Way []AuthObject

// AuthObject is one thing that a subscriber authenticates by.
type AuthObject struct {
	ID          string
	Type        AuthType
	Label       string // for people
	Description string
	Format      string // "N" digits, "A" letters and digits, "" anything
	Generator   string // what makes it: a device, an application, an operator
	Optional    bool   // Ask may answer with nothing
}

// AuthType is a kind of [AuthObject] (CSC 2.0, credentials/info).
type AuthType string

// Kinds of objects.
const (
	Password             AuthType = "Password"             // the subscriber tells a PIN, a password or what a token shows
	PasswordOOB          AuthType = "PasswordOOB"          // the subscriber acts elsewhere, such as in an app
	ChallengeResponse    AuthType = "ChallengeResponse"    // the subscriber answers a challenge, or tells what an SMS says
	ChallengeResponseOOB AuthType = "ChallengeResponseOOB" // a challenge that is answered elsewhere
)

// elsewhere reports whether the answer travels by another channel.
func (t AuthType) elsewhere() bool { return t == PasswordOOB || t == ChallengeResponseOOB }

// challenged reports whether a challenge has to be asked for first.
func (t AuthType) challenged() bool { return t == ChallengeResponse || t == ChallengeResponseOOB }

func (t AuthType) known() bool {
	return t == Password || t.elsewhere() || t.challenged()
}
