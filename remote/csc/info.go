package csc

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/internal/rest"
)

// ServiceInfo is what a service says of itself (info).
type ServiceInfo struct {
	Specs       string   // version, such as "1.0.4.0"
	Name        string   //
	Region      string   // country
	Description string   //
	AuthTypes   []string // "external", "TLS", "basic", "digest", "oauth2code", "oauth2client"
	Methods     []string // the calls that it offers
	OAuth       string   // base address of its authorization server; "" where there is none
	Issuer      string   // in place of OAuth: an issuer with metadata (RFC 8414)
	Async       bool     // it can sign in its own time
	RAR         bool     // it takes rich authorization requests
}

func (i ServiceInfo) clone() ServiceInfo {
	i.AuthTypes, i.Methods = slices.Clone(i.AuthTypes), slices.Clone(i.Methods)
	return i
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
	}
	if json.Unmarshal(body, &w) != nil || w.Specs == "" || len(w.Methods) > limits.CSCList || len(w.AuthType) > limits.CSCList {
		return ServiceInfo{}, remote.NewError(remote.CodeAnswer, nil, "url", url)
	}
	return ServiceInfo{
		Specs: string(w.Specs), Name: string(w.Name), Region: string(w.Region), Description: string(w.Description), AuthTypes: texts(w.AuthType),
		Methods: texts(w.Methods), OAuth: strings.TrimRight(string(w.OAuth), "/"), Issuer: strings.TrimRight(string(w.Issuer), "/"), Async: bool(w.Async), RAR: bool(w.RAR),
	}, nil
}

func texts(in []rest.Text) []string {
	out := make([]string, len(in))
	for i, t := range in {
		out[i] = string(t)
	}
	return out
}
