package main

import (
	"os"
	"time"

	"github.com/kyso-dev/kyso"
	"github.com/kyso-dev/kyso/token"
)

// selfCommand starts this program once more, which main turns into a probe of a module.
func selfCommand() ([]string, error) {
	self, err := os.Executable()
	return []string{self}, err
}

// What the token commands print with --json. Fields are added, never renamed; absent values are "", null or [].
type (
	jsonToken struct {
		Label        string `json:"label"`
		Serial       string `json:"serial"`
		Manufacturer string `json:"manufacturer"`
		Model        string `json:"model"`
		Reader       string `json:"reader"`
	}
	jsonError struct {
		Code string `json:"code"`
		Text string `json:"text"`
	}
	jsonModule struct {
		Path    string      `json:"path"`
		Brand   string      `json:"brand"`
		Chip    string      `json:"chip"`
		Readers int         `json:"readers"`
		Tokens  []jsonToken `json:"tokens"`
		Problem *jsonError  `json:"problem"`
	}
	jsonCertificate struct {
		Subject      string     `json:"subject"`
		Organization string     `json:"organization"`
		TaxCode      string     `json:"tax_code"`
		Person       string     `json:"person"`
		PersonalID   string     `json:"personal_id"`
		Serial       string     `json:"serial"`
		Thumbprint   string     `json:"certificate_sha256"`
		Issuer       string     `json:"issuer"`
		NotBefore    string     `json:"not_before"`
		NotAfter     string     `json:"not_after"`
		Label        string     `json:"label"`
		Private      bool       `json:"private"`
		Key          string     `json:"key"`
		KeyType      string     `json:"key_type"`
		Problem      *jsonError `json:"problem"`
	}
	jsonPIN struct {
		Set        bool `json:"set"`
		TriesLow   bool `json:"tries_low"`
		FinalTry   bool `json:"final_try"`
		Locked     bool `json:"locked"`
		MustChange bool `json:"must_change"`
	}
	jsonProblem struct {
		Code      string   `json:"code"`
		Severity  string   `json:"severity"`
		Text      string   `json:"text"`
		Advice    string   `json:"advice"`
		Causes    []string `json:"possible_causes"`
		Authority bool     `json:"needs_authority"`
		Module    string   `json:"module"`
		Token     string   `json:"token"`
	}
)

func tokenOf(i token.Info) jsonToken {
	return jsonToken{i.Label, i.Serial, i.Manufacturer, i.Model, i.Reader}
}

func errorOf(err error, lang kyso.Lang) *jsonError {
	if err == nil {
		return nil
	}
	e := &jsonError{Text: kyso.Explain(err, lang)}
	if c, ok := err.(interface{ Code() string }); ok {
		e.Code = c.Code()
	}
	return e
}

func listOf(found []token.Found, lang kyso.Lang) any {
	modules := []jsonModule{}
	for _, f := range found {
		m := jsonModule{Path: f.Path, Brand: f.Driver.Brand, Chip: f.Driver.Chip, Readers: f.Readers, Tokens: []jsonToken{}, Problem: errorOf(f.Problem, lang)}
		for _, t := range f.Tokens {
			m.Tokens = append(m.Tokens, tokenOf(t))
		}
		modules = append(modules, m)
	}
	return struct {
		Schema  int          `json:"schema"`
		Modules []jsonModule `json:"modules"`
	}{1, modules}
}

func certificatesOf(t token.Info, certs []*token.Certificate, lang kyso.Lang) any {
	list := []jsonCertificate{}
	for _, c := range certs {
		j := jsonCertificate{
			Organization: c.Identity.Organization, TaxCode: c.Identity.TaxCode, Person: c.Identity.Person, PersonalID: c.Identity.PersonalID, Serial: c.Serial(),
			Thumbprint: c.Thumbprint(), Label: c.Label, Private: c.Private, Key: string(c.Key), KeyType: c.KeyType(), Problem: errorOf(c.Problem, lang),
		}
		if x := c.Certificate; x != nil {
			j.Subject, j.Issuer = x.Subject.CommonName, x.Issuer.CommonName
			j.NotBefore, j.NotAfter = x.NotBefore.UTC().Format(time.RFC3339), x.NotAfter.UTC().Format(time.RFC3339)
		}
		list = append(list, j)
	}
	return struct {
		Schema       int               `json:"schema"`
		Token        jsonToken         `json:"token"`
		Certificates []jsonCertificate `json:"certificates"`
	}{1, tokenOf(t), list}
}

func statusOf(s token.Status) any {
	return struct {
		Schema        int       `json:"schema"`
		Token         jsonToken `json:"token"`
		LoginRequired bool      `json:"login_required"`
		PINPad        bool      `json:"pin_pad"`
		MinPIN        int       `json:"min_pin"`
		MaxPIN        int       `json:"max_pin"`
		User          jsonPIN   `json:"user_pin"`
		SO            jsonPIN   `json:"so_pin"`
	}{1, tokenOf(s.Info), s.LoginRequired, s.PINPad, s.Info.MinPIN, s.Info.MaxPIN, jsonPIN(s.User), jsonPIN(s.SO)}
}

func diagnosisOf(d *token.Diagnosis, lang kyso.Lang) any {
	problems := []jsonProblem{}
	for _, p := range d.Problems {
		causes := p.Causes(lang)
		if causes == nil {
			causes = []string{}
		}
		problems = append(problems, jsonProblem{string(p.Code), string(p.Severity), p.Text(lang), p.Advice(lang), causes, p.Authority, p.Module, p.Token.Label})
	}
	return struct {
		Schema   int           `json:"schema"`
		Ready    bool          `json:"ready"`
		Problems []jsonProblem `json:"problems"`
	}{1, d.Ready(), problems}
}
