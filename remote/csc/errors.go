package csc

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/internal/rest"
	"github.com/kyso-dev/kyso/signer"
)

// complaint is the body of an error, as far as there is one.
type complaint struct {
	Error rest.Text `json:"error"`
	Text  rest.Text `json:"error_description"`
}

func complaintOf(a *rest.Answer) complaint {
	var c complaint
	_ = json.Unmarshal(a.Body, &c)
	return c
}

// saidNo reports whether the service itself says that it did not act, in spite of a status that leaves it open.
func saidNo(a *rest.Answer) bool {
	return a.Status == http.StatusNotImplemented || a.Status == http.StatusServiceUnavailable && strings.EqualFold(string(complaintOf(a).Error), "temporarily_unavailable")
}

// failure is the error that an answer stands for, nil when it is none.
func failure(a *rest.Answer, method string, secrets []remote.Secret) error {
	if a.Status/100 == 2 {
		return nil
	}
	c := complaintOf(a)
	said := remote.Answer{Status: a.Status, Code: string(c.Error), Text: string(c.Text)}
	if c.Error == "" {
		switch a.Status {
		case http.StatusUnauthorized, http.StatusForbidden:
			return remote.Said(remote.CodeCredentials, said, secrets)
		case http.StatusNotImplemented:
			return remote.NewError(CodeMethod, nil, "name", method)
		}
		if err := a.Gateway(secrets); err != nil {
			return err
		}
		said.Text = a.Excerpt()
		if a.Status >= 500 {
			return remote.Said(remote.CodeFault, said, secrets)
		}
		return remote.Said(remote.CodeRequest, said, secrets)
	}
	if a.Status == http.StatusTooManyRequests {
		return remote.Later(remote.CodeThrottled, a.RetryAfter, said, secrets)
	}
	return classify(a, said, secrets)
}

// classify goes by the code of the error, in any case, and where that says little by its text: a locked key differs from a call that
// makes no sense in nothing else.
func classify(a *rest.Answer, said remote.Answer, secrets []remote.Secret) error {
	switch strings.ToLower(said.Code) {
	case "invalid_pin":
		return signer.PINIncorrect(-1, nil)
	case "invalid_otp":
		return remote.Said(remote.CodeOneTimeCode, said, secrets)
	case "invalid_authentication_data":
		return remote.NewError(CodeSecret, signer.PINIncorrect(-1, nil))
	case "authentication_error":
		return remote.Said(remote.CodeLogIn, said, secrets)
	case "access_denied":
		return remote.Said(remote.CodeRefused, said, secrets)
	case "unauthorized_client", "invalid_client", "invalid_scope", "unsupported_response_type", "invalid_grant", "expired_token", "invalid_token":
		return remote.Said(remote.CodeCredentials, said, secrets)
	case "server_error", "temporarily_unavailable":
		return remote.Later(remote.CodeFault, a.RetryAfter, said, secrets)
	}
	text := strings.ToLower(said.Text)
	switch {
	case strings.Contains(text, "locked"):
		return remote.Said(remote.CodeLocked, said, secrets)
	case strings.Contains(text, "sad expired"), strings.Contains(text, "expired sad"):
		return remote.Said(CodeSpent, said, secrets)
	case strings.Contains(text, "certificate") && strings.Contains(text, "expired"):
		return remote.Said(remote.CodeCertificate, said, secrets)
	case strings.Contains(text, "key") && strings.Contains(text, "disabled"):
		return remote.Said(remote.CodeDisabled, said, secrets)
	case a.Status == http.StatusUnauthorized:
		return remote.Said(remote.CodeCredentials, said, secrets)
	case a.Status >= 500:
		return remote.Said(remote.CodeFault, said, secrets)
	}
	return remote.Said(remote.CodeRequest, said, secrets)
}

// unreadable is the error of an answer that says it is one and is not. It quotes nothing: the answer may hold a token.
func unreadable(a *rest.Answer) error {
	return remote.NewError(remote.CodeAnswer, nil, "url", a.URL, "code", strconv.Itoa(a.Status))
}

// excerptOf is a short text of the service, fit for an error.
func excerptOf(s string) string {
	return remote.Said(remote.CodeAnswer, remote.Answer{Text: s}, nil).Service.Text
}
