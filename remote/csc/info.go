package csc

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/internal/rest"
)

// ServiceInfo is what a service says of itself (info).
type ServiceInfo struct {
	Specs       string        // version, such as "1.0.4.0"
	Name        string        //
	Region      string        // country
	Description string        //
	AuthTypes   []string      // "external", "TLS", "basic", "digest", "oauth2code", "oauth2client"
	Methods     []string      // the calls that it offers
	OAuth       string        // base address of its authorization server; "" where there is none
	Issuer      string        // in place of OAuth: an issuer with metadata (RFC 8414)
	Servers     []OAuthServer // in place of both (version 2.2): authorization servers to choose from
	Async       bool          // it can sign in its own time
	RAR         bool          // it takes rich authorization requests
}

// OAuthServer is one of several authorization servers.
type OAuthServer struct {
	Label     string
	Base      string   // base address; "" where Issuer is given
	Issuer    string   // with metadata
	AuthTypes []string // "oauth2code", "oauth2client"
	RAR       bool     // it takes rich authorization requests
}

func (i ServiceInfo) clone() ServiceInfo {
	i.AuthTypes, i.Methods, i.Servers = slices.Clone(i.AuthTypes), slices.Clone(i.Methods), slices.Clone(i.Servers)
	return i
}

// server is the authorization server that grants by a way ([byCode], [byClient]): the only one, or the first that lists it.
func (i ServiceInfo) server(way string) OAuthServer {
	for _, s := range i.Servers {
		if slices.ContainsFunc(s.AuthTypes, func(t string) bool { return sameFold(t, way) }) {
			return s
		}
	}
	return OAuthServer{Base: i.OAuth, Issuer: i.Issuer, RAR: i.RAR}
}

// from22 reports whether the service speaks 2.2 or later, as far as that is known to differ.
func (i ServiceInfo) from22() bool {
	major, rest, _ := strings.Cut(i.Specs, ".")
	minor, _, _ := strings.Cut(rest, ".")
	n, err := strconv.Atoi(minor)
	return major == "2" && err == nil && n >= 2
}

// askInfo asks by POST as the standard has it, and by GET where a service insists on that.
func (s *Service) askInfo(ctx context.Context) (*rest.Answer, error) {
	none := make(http.Header) // this call takes no token
	answer, _, err := s.call(ctx, request{method: "info", body: map[string]any{}, header: none, harmless: true}, nil)
	if answer != nil && (answer.Status == http.StatusMethodNotAllowed || answer.Status == http.StatusNotFound) {
		got, err := rest.Get(ctx, s.client(quick), s.base+"/info", none)
		if err != nil {
			return nil, unwrapSend(err)
		}
		return got, failure(got, "info", nil)
	}
	return answer, err
}

func parseInfo(body []byte, url string) (ServiceInfo, error) {
	var w struct {
		Specs       rest.Text   `json:"specs"`
		Name        rest.Text   `json:"name"`
		Region      rest.Text   `json:"region"`
		Description rest.Text   `json:"description"`
		AuthType    []rest.Text `json:"authType"`
		Methods     []rest.Text `json:"methods"`
		OAuth       rest.Text   `json:"oauth2"`
		Issuer      rest.Text   `json:"oauth2Issuer"`
		Async       rest.Bool   `json:"asynchronousOperationMode"`
		RAR         rest.Bool   `json:"supportsRar"`
		Servers     []struct {
			Label  rest.Text   `json:"label"`
			Base   rest.Text   `json:"baseUri"`
			Issuer rest.Text   `json:"issuerIdentifier"`
			Types  []rest.Text `json:"authType"`
			RAR    rest.Bool   `json:"supportsRar"`
		} `json:"oauth2Servers"`
	}
	if json.Unmarshal(body, &w) != nil || w.Specs == "" || len(w.Methods) > limits.CSCList || len(w.AuthType) > limits.CSCList || len(w.Servers) > limits.CSCList {
		return ServiceInfo{}, remote.NewError(remote.CodeAnswer, nil, "url", url)
	}
	info := ServiceInfo{
		Specs: string(w.Specs), Name: string(w.Name), Region: string(w.Region), Description: string(w.Description), AuthTypes: texts(w.AuthType),
		Methods: texts(w.Methods), OAuth: strings.TrimRight(string(w.OAuth), "/"), Issuer: strings.TrimRight(string(w.Issuer), "/"), Async: bool(w.Async), RAR: bool(w.RAR),
	}
	for _, o := range w.Servers {
		info.Servers = append(info.Servers, OAuthServer{
			Label: string(o.Label), Base: strings.TrimRight(string(o.Base), "/"), Issuer: strings.TrimRight(string(o.Issuer), "/"), AuthTypes: texts(o.Types), RAR: bool(o.RAR),
		})
	}
	return info, nil
}

func texts(in []rest.Text) []string {
	out := make([]string, len(in))
	for i, t := range in {
		out[i] = string(t)
	}
	return out
}
