package csc

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/internal/rest"
	"github.com/kyso-dev/kyso/signer"
)

// Mode is how the use of a key is authorized.
type Mode string

// Modes.
const (
	Implicit Mode = "implicit"   // the service sees to it, such as by a message to the phone
	Explicit Mode = "explicit"   // by secrets, or by something that the service waits for
	OAuthKey Mode = "oauth2code" // on a page of the authorization server
)

// Credential is a key at the service with its certificate (credentials/info).
type Credential struct {
	ID          string
	Description string
	Qualifier   string              // its legal kind, such as "eu_eidas_qes"; "" when the service does not say
	Enabled     bool                // the key may be used
	Algorithms  []string            // object identifiers that it signs by
	Bits        int                 // of the key; 0 when the service does not say
	Curve       string              // object identifier; "" for RSA
	Status      string              // of the certificate, as the service says: "valid", "expired", "revoked", "suspended", ""
	Chain       []*x509.Certificate // leaf first
	Mode        Mode
	Pinned      bool         // the digests are part of the authorization (SCAL 2)
	Batch       int          // signatures that one authorization may cover
	Expression  string       // over the ids of Objects
	Objects     []AuthObject // what authenticates the subscriber
}

// Credentials lists the ids of the keys that the service has for the subscriber.
func (s *Service) Credentials(ctx context.Context) ([]string, error) {
	if err := s.offers("credentials/list"); err != nil {
		return nil, err
	}
	var all []string
	page, seen := "", make(map[string]bool)
	for {
		body := map[string]any{}
		if s.config.UserID != "" {
			body["userID"] = s.config.UserID
		}
		if page != "" {
			body["pageToken"] = page
		}
		var w struct {
			IDs  []rest.Text `json:"credentialIDs"`
			Next rest.Text   `json:"nextPageToken"`
		}
		answer, _, err := s.call(ctx, request{method: "credentials/list", body: body, harmless: true, secrets: []remote.Secret{remote.Secret(s.config.UserID)}}, &w)
		if err != nil {
			return nil, err
		}
		all = append(all, texts(w.IDs)...)
		page = string(w.Next)
		switch {
		case len(all) > limits.CSCList, seen[page] && page != "":
			return nil, unreadable(answer)
		case page == "" || s.version == V2:
			return all, nil
		}
		seen[page] = true
	}
}

// Credential asks for one key.
func (s *Service) Credential(ctx context.Context, id string) (*Credential, error) {
	if err := s.offers("credentials/info"); err != nil {
		return nil, err
	}
	body := map[string]any{"credentialID": id, "certificates": "chain", "authInfo": true}
	answer, _, err := s.call(ctx, request{method: "credentials/info", body: body, harmless: true, secrets: []remote.Secret{remote.Secret(id)}}, nil)
	if err != nil {
		return nil, err
	}
	c, err := parseCredential(answer.Body, s.version, answer.URL)
	if err != nil {
		return nil, err
	}
	c.ID = id
	return c, nil
}

// wireObject is PIN or OTP of version 1, or an object of version 2.
type wireObject struct {
	Presence    rest.Text `json:"presence"`
	Type        rest.Text `json:"type"`
	ID          rest.Text `json:"id"`
	Format      rest.Text `json:"format"`
	Label       rest.Text `json:"label"`
	Description rest.Text `json:"description"`
	Generator   rest.Text `json:"generator"`
	Provider    rest.Text `json:"provider"`
}

func (w wireObject) object(id string, kind AuthType) AuthObject {
	generator := string(w.Generator)
	if generator == "" {
		generator = string(w.Provider)
	}
	return AuthObject{
		ID: id, Type: kind, Label: string(w.Label), Description: string(w.Description), Format: string(w.Format), Generator: generator,
		Optional: strings.EqualFold(string(w.Presence), "optional"),
	}
}

// asked reports whether a PIN or OTP of version 1 is wanted at all.
func (w *wireObject) asked() bool {
	return w != nil && (strings.EqualFold(string(w.Presence), "true") || strings.EqualFold(string(w.Presence), "optional"))
}

func parseCredential(body []byte, version Version, url string) (*Credential, error) {
	bad := remote.NewError(remote.CodeAnswer, nil, "url", url)
	type auth struct {
		Mode       rest.Text    `json:"mode"`
		Expression rest.Text    `json:"expression"`
		Objects    []wireObject `json:"objects"`
	}
	var w struct {
		Description rest.Text `json:"description"`
		Qualifier   rest.Text `json:"signatureQualifier"`
		Key         struct {
			Status rest.Text   `json:"status"`
			Algo   []rest.Text `json:"algo"`
			Len    rest.Int    `json:"len"`
			Curve  rest.Text   `json:"curve"`
		} `json:"key"`
		Cert struct {
			Status       rest.Text   `json:"status"`
			Certificates []rest.Text `json:"certificates"`
		} `json:"cert"`
		AuthMode  rest.Text   `json:"authMode"`
		Auth      *auth       `json:"auth"`
		AuthDTO   *auth       `json:"authDto"` // as one server has it
		SCAL      rest.Text   `json:"SCAL"`
		PIN       *wireObject `json:"PIN"`
		OTP       *wireObject `json:"OTP"`
		Multisign rest.Int    `json:"multisign"`
	}
	if json.Unmarshal(body, &w) != nil || len(w.Key.Algo) > limits.CSCList || len(w.Cert.Certificates) > limits.CSCList {
		return nil, bad
	}
	c := &Credential{
		Description: string(w.Description), Qualifier: string(w.Qualifier), Enabled: strings.EqualFold(string(w.Key.Status), "enabled"), Algorithms: texts(w.Key.Algo), Bits: max(0, w.Key.Len.Value),
		Curve: string(w.Key.Curve), Status: strings.ToLower(string(w.Cert.Status)), Pinned: w.SCAL == "2", Batch: min(max(1, w.Multisign.Value), limits.RemoteDocuments),
	}
	if version == V1 {
		c.Mode = Mode(strings.ToLower(string(w.AuthMode)))
		if c.Mode == Explicit && w.PIN.asked() {
			c.Objects = append(c.Objects, w.PIN.object("PIN", Password))
		}
		if c.Mode == Explicit && w.OTP.asked() {
			kind := Password
			if strings.EqualFold(string(w.OTP.Type), "online") {
				kind = ChallengeResponse
			}
			c.Objects = append(c.Objects, w.OTP.object("OTP", kind))
		}
	} else {
		if w.Auth == nil {
			w.Auth = w.AuthDTO
		}
		if w.Auth == nil || len(w.Auth.Objects) > limits.CSCObjects {
			return nil, bad
		}
		c.Mode, c.Expression = Mode(strings.ToLower(string(w.Auth.Mode))), string(w.Auth.Expression)
		for _, o := range w.Auth.Objects {
			c.Objects = append(c.Objects, o.object(string(o.ID), AuthType(o.Type)))
		}
	}
	var err error
	c.Chain, err = parseChain(w.Cert.Certificates)
	if err != nil {
		return nil, err
	}
	return c, nil
}

// parseChain reads certificates and puts them in order. The first is the subscriber's by the standard; where it has issued another one,
// the service has turned the order round, and the only one that has issued none is taken.
func parseChain(in []rest.Text) ([]*x509.Certificate, error) {
	var certs []*x509.Certificate
	for _, text := range in {
		der, err := remote.DecodeBase64(string(text))
		if err != nil {
			return nil, signer.NewError(signer.CodeNoCertificate, nil)
		}
		cert, err := signer.ParseCertificate(der)
		if err != nil {
			return nil, signer.NewError(signer.CodeNoCertificate, nil)
		}
		certs = append(certs, cert)
	}
	if len(certs) == 0 {
		return nil, signer.NewError(signer.CodeNoCertificate, nil)
	}
	leaf := certs[0]
	if issuedAnother(leaf, certs) {
		ends := slices.DeleteFunc(slices.Clone(certs), func(c *x509.Certificate) bool { return issuedAnother(c, certs) })
		if len(ends) != 1 {
			return nil, signer.NewError(signer.CodeNoCertificate, nil)
		}
		leaf = ends[0]
	}
	key, err := alg.PublicKey(leaf)
	if err != nil {
		return nil, remote.NewError(remote.CodeUnsupported, err, "algorithm", alg.KeyName(leaf.PublicKey))
	}
	return signer.Chain(key, append([]*x509.Certificate{leaf}, certs...))
}

func issuedAnother(c *x509.Certificate, certs []*x509.Certificate) bool {
	return slices.ContainsFunc(certs, func(o *x509.Certificate) bool { return !o.Equal(c) && bytes.Equal(o.RawIssuer, c.RawSubject) })
}

// check refuses keys that cannot sign at a time, before anybody is asked.
func (c *Credential) check(now time.Time) error {
	leaf := c.Chain[0]
	if !c.Enabled {
		return remote.NewError(remote.CodeDisabled, nil)
	}
	switch c.Status {
	case "expired":
		return signer.CertificateExpired(leaf, now, nil)
	case "revoked":
		return signer.CertificateRevoked(leaf, time.Time{}, "", nil)
	case "suspended":
		return signer.CertificateSuspended(leaf, time.Time{}, nil)
	}
	if err := signer.CheckCertificate(leaf, now); err != nil {
		return err
	}
	switch k := leaf.PublicKey.(type) {
	case *rsa.PublicKey:
		if c.Curve != "" || c.Bits != 0 && c.Bits != k.N.BitLen() {
			return remote.NewError(CodeAlgorithm, signer.NewError(signer.CodeKeyMismatch, nil))
		}
	case *ecdsa.PublicKey:
		if c.Bits != 0 && c.Bits != k.Curve.Params().BitSize || c.Curve != "" && curves[c.Curve] != k.Curve.Params().Name {
			return remote.NewError(CodeAlgorithm, signer.NewError(signer.CodeKeyMismatch, nil))
		}
	}
	return nil
}

// curves are the names of the curves that sign, by object identifier (RFC 5480, 2.1.1.1).
var curves = map[string]string{"1.2.840.10045.3.1.7": "P-256", "1.3.132.0.34": "P-384", "1.3.132.0.35": "P-521"}
