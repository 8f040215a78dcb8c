package smartca

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/internal/rest"
	"github.com/kyso-dev/kyso/signer"
)

// Paths of sp769 below the base address.
const (
	pathCertificate = "/v1/credentials/get_certificate"
	pathSign        = "/v1/signatures/sign"
	pathSignTH      = "/v2/signatures/sign"
	pathConfirmTH   = "/v2/signatures/confirm"
)

// signRequest is the body of a sign call. What TH adds stays away otherwise.
type signRequest struct {
	SPID        string     `json:"sp_id"`
	SPPassword  string     `json:"sp_password"`
	UserID      string     `json:"user_id"`
	Password    string     `json:"password,omitempty"`
	OTP         string     `json:"otp,omitempty"`
	Transaction string     `json:"transaction_id"`
	Description string     `json:"transaction_desc,omitempty"`
	Serial      string     `json:"serial_number"`
	Time        string     `json:"time_stamp"`
	Files       []signFile `json:"sign_files"`
}

type signFile struct {
	Data     string `json:"data_to_be_signed"` // hexadecimal, in small letters
	ID       string `json:"doc_id"`
	FileType string `json:"file_type"`
	SignType string `json:"sign_type"`
}

// envelope is how sp769 answers. The state of a transaction is in Message.
type envelope struct {
	Status  rest.Int  `json:"status_code"`
	Message rest.Text `json:"message"`
	Data    data      `json:"data"`
}

type data struct {
	Transaction  rest.Text        `json:"transaction_id"`
	SAD          remote.Secret    `json:"sad"`
	ExpiresIn    rest.Int         `json:"expired_in"`
	Signatures   []signature      `json:"signatures"`
	Files        []signature      `json:"signed_files"` // what the document calls them elsewhere
	Certificates []certificateOut `json:"user_certificates"`
}

// signed are the signatures, under whichever name they came.
func (d *data) signed() []signature {
	if len(d.Signatures) == 0 {
		return d.Files
	}
	return d.Signatures
}

// UnmarshalJSON passes over what is no object: with an error some services send a text or a list.
func (d *data) UnmarshalJSON(raw []byte) error {
	type plain data
	if raw = bytes.TrimSpace(raw); len(raw) == 0 || raw[0] != '{' {
		return nil
	}
	return json.Unmarshal(raw, (*plain)(d))
}

type signature struct {
	ID    rest.Text `json:"doc_id"`
	Value rest.Text `json:"signature_value"`
}

type certificateOut struct {
	ServiceType rest.Text `json:"service_type"`
	ServiceName rest.Text `json:"service_name"`
	CertID      rest.Text `json:"cert_id"`
	StatusCode  rest.Text `json:"cert_status_code"`
	Serial      rest.Text `json:"serial_number"`
	Data        rest.Text `json:"cert_data"`
	Chain       struct {
		CA   rest.Text `json:"ca_cert"`
		Root rest.Text `json:"root_cert"`
	} `json:"chain_data"`
}

// call sends one request and reads the envelope. A status in the body counts as much as one of HTTP. maybe tells, when there is an
// error, that the service may have acted on the request.
func (p *Provider) call(ctx context.Context, path string, body any, secrets []remote.Secret) (e *envelope, maybe bool, err error) {
	answer, err := rest.PostJSON(ctx, p.http, p.base+path, nil, body)
	if err != nil {
		return nil, rest.Sent(err), err
	}
	if err := answer.Gateway(secrets); err != nil {
		return nil, answer.Status != http.StatusTooManyRequests, err
	}
	e = new(envelope)
	if err := json.Unmarshal(answer.Body, e); err != nil {
		return nil, answer.Status/100 != 4, answer.Nonsense(secrets)
	}
	code := answer.Status
	if code == http.StatusOK && e.Status.Set {
		code = e.Status.Value
	}
	if code == http.StatusOK {
		return e, false, nil
	}
	return e, code >= 500 && code < 600, failure(code, string(e.Message), secrets)
}

// failure is the error of a status (DOC4's table of errors, the same for every call). The message goes along and decides nothing.
func failure(status int, message string, secrets []remote.Secret) error {
	said := remote.Answer{Status: status, Text: message}
	code := finding.Code(remote.CodeRequest)
	switch {
	case status == http.StatusUnauthorized:
		code = remote.CodeCredentials
	case status == http.StatusForbidden:
		code = remote.CodeCertificate
	case status == http.StatusTooManyRequests:
		code = remote.CodeThrottled
	case status == wrongOTP:
		code = remote.CodeOneTimeCode
	case status >= 500 && status < 600:
		code = remote.CodeFault
	}
	return remote.Said(code, said, secrets)
}

// wrongOTP is what one project saw for a wrong one-time code.
const wrongOTP = 1003

// started turns an error of a call that asks for signatures into what a provider says: either nothing was started, or nobody knows.
func started(op *remote.Operation, maybe bool, err error) error {
	if maybe {
		return signer.OutcomeUnknown(op.ID, unwrapSend(err))
	}
	return unwrapSend(err)
}

// unwrapSend is what lies in an error of sending.
func unwrapSend(err error) error {
	var send *rest.SendError
	if errors.As(err, &send) {
		return send.Err
	}
	return err
}

// state is what the message of a status means. Texts are compared without regard to case; what is not known is waiting, since the
// document names no waiting text.
func state(message string) (remote.State, finding.Code) {
	m := strings.ToUpper(strings.TrimSpace(message))
	switch {
	case m == "SUCCESS":
		return remote.StateSigned, ""
	case strings.Contains(m, "REJECT"), strings.Contains(m, "DENY"), strings.Contains(m, "DENIED"), m == "CANCELLED", m == "CANCELED":
		return "", remote.CodeRefused
	case strings.Contains(m, "EXPIRE"), m == "TIMEOUT":
		return "", remote.CodeExpired
	case m == "AUTHORIZE_KEY_FAILED":
		return "", remote.CodeAuthorization
	case m == "SIGN_FAILED", m == "FAILED":
		return "", remote.CodeSignFailed
	}
	return remote.StateWaiting, ""
}

// collect reads signatures by document. Two for one document are refused; those that cannot be decoded do not verify later.
func collect(op *remote.Operation, list []signature) (map[string][]byte, error) {
	out := make(map[string][]byte, len(list))
	for _, s := range list {
		id := string(s.ID)
		if _, twice := out[id]; twice {
			return nil, remote.NewError(remote.CodeWrongDocument, nil, "operation", op.ID, "id", id)
		}
		value, err := remote.DecodeBase64(string(s.Value))
		if err != nil {
			value = nil
		}
		out[id] = value
	}
	return out, nil
}

// fileType is the label of a document: what its name ends in, where that is one of those that the service knows.
func fileType(d remote.Document) string {
	for _, name := range []string{d.Title, d.ID} {
		_, ext, _ := cutLast(strings.ToLower(name), ".")
		switch ext {
		case "pdf", "xml", "json":
			return ext
		case "doc", "docx":
			return "word"
		}
	}
	return "pdf"
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
