package smartca

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/internal/rest"
)

// cscEnvelope is how VNPT's OAuth2 interface answers: all calls but credentials/info.
type cscEnvelope[T any] struct {
	Code    rest.Int  `json:"code"`
	Desc    rest.Text `json:"codeDesc"`
	Message rest.Text `json:"message"`
	Content T         `json:"content"`
}

func itoa(n int) string { return strconv.Itoa(n) }

// call sends one request with the subscriber's token and reads the answer into out. maybe tells, when there is an error, that the
// service may have acted on the request. A token that is refused is not renewed behind the back of a request that may ask the subscriber.
func (p *CSCProvider) call(ctx context.Context, path string, body, out any) (maybe bool, err error) {
	token, err := p.tokens.token(ctx)
	if err != nil {
		return false, err
	}
	header := http.Header{"Authorization": {"Bearer " + token.Reveal()}}
	answer, err := rest.PostJSON(ctx, p.http, p.base+path, header, body)
	if err != nil {
		return rest.Sent(err), err
	}
	secrets := append(p.secrets(), token)
	if err := answer.Gateway(secrets); err != nil {
		return answer.Status != http.StatusTooManyRequests, err
	}
	if answer.Status == http.StatusUnauthorized {
		p.tokens.drop(ctx, token)
		return false, remote.Said(remote.CodeCredentials, remote.Answer{Status: answer.Status, Text: answer.Excerpt()}, secrets)
	}
	var head cscEnvelope[json.RawMessage]
	if err := json.Unmarshal(answer.Body, &head); err != nil {
		return answer.Status/100 != 4, answer.Nonsense(secrets)
	}
	// 0 is success; some tables say 1, which is believed only where something comes with it. Business errors come with status 400.
	content := len(head.Content) > 0 && !bytes.Equal(bytes.TrimSpace(head.Content), []byte("null"))
	if answer.Status != http.StatusOK || head.Code.Value != 0 && !(head.Code.Value == 1 && content) {
		code := head.Code.Value
		if code == 0 {
			code = answer.Status
		}
		return code == 50000 || code >= 500 && code < 600, cscFailure(answer.Status, code, string(head.Desc+" "+head.Message), secrets)
	}
	if err := json.Unmarshal(answer.Body, out); err != nil {
		return true, answer.Nonsense(secrets)
	}
	return false, nil
}

// cscFailure is the error of a code of the envelope.
func cscFailure(status, code int, text string, secrets []remote.Secret) error {
	kind := finding.Code(remote.CodeRequest)
	switch code {
	case 50000, 500:
		kind = remote.CodeFault
	case 60000, 60001, 60002:
		kind = remote.CodeNoCertificate
	case 60003:
		kind = remote.CodeCertificate
	case 62000, 62001:
		kind = remote.CodeNotKnown
	case 62002:
		kind = remote.CodeExpired
	case 63000:
		kind = remote.CodeAuthorization
	case 61000, 63001:
		kind = remote.CodeSignFailed
	case 65000:
		kind = remote.CodeQuota
	case http.StatusForbidden:
		kind = remote.CodeCredentials
	}
	return remote.Said(kind, remote.Answer{Status: status, Code: itoa(code), Text: text}, secrets)
}
