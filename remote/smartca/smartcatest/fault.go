package smartcatest

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Call is one of the calls that the server answers.
type Call string

// Calls.
const (
	CallCertificates Call = "get_certificate"
	CallSign         Call = "sign"
	CallStatus       Call = "status"
	CallSignTH       Call = "sign-th"
	CallConfirm      Call = "confirm"
	CallToken        Call = "token"
	CallList         Call = "credentials/list"
	CallInfo         Call = "credentials/info"
	CallSignHash     Call = "signhash"
	CallTranInfo     Call = "gettraninfo"
	CallUserInfo     Call = "userinfo"
)

// Fault is something that goes wrong with one call.
type Fault string

// Faults on the way. Those named Lost act on the request all the same; the others do not.
const (
	Reset           Fault = "reset"             // the connection ends before anything is done
	ResetLost       Fault = "reset-lost"        // it is done, and the connection ends before the answer
	Gateway         Fault = "gateway"           // a page of a gateway, status 502
	GatewayLost     Fault = "gateway-lost"      // the same, after it was done
	EmptyLost       Fault = "empty-lost"        // an empty body, status 200
	CutLost         Fault = "cut-lost"          // half the JSON
	SlowLost        Fault = "slow-lost"         // half the body, and the rest never
	TooManyRequests Fault = "too-many-requests" // status 429, Retry-After 7
	Unavailable     Fault = "unavailable"       // status 503
	BadRequest      Fault = "bad-request"       // the service's own 400
	Unauthorized    Fault = "unauthorized"      // 401
	Forbidden       Fault = "forbidden"         // 403
	ServerError     Fault = "server-error"      // 500, with the name as the service misspells it
	Conflict        Fault = "conflict"          // 409
)

// Faults of the signatures in an answer of status, confirm or gettraninfo.
const (
	OtherKey       Fault = "other-key"       // made by another key
	OtherDigest    Fault = "other-digest"    // over another digest
	Rehashed       Fault = "rehashed"        // over the digest of the digest
	HexHashed      Fault = "hex-hashed"      // over the digest of the hexadecimal text
	Truncated      Fault = "truncated"       // cut short
	Swapped        Fault = "swapped"         // between two documents
	Shuffled       Fault = "shuffled"        // in another order: nothing wrong
	Dropped        Fault = "dropped"         // one is missing
	Duplicated     Fault = "duplicated"      // one twice
	Null           Fault = "null"            // success without signatures
	ForeignID      Fault = "foreign-id"      // under an id that nobody asked for
	LineBreaks     Fault = "line-breaks"     // CR and LF inside the base64: nothing wrong
	SecretInErrors Fault = "secret-in-error" // 401 whose message quotes the whole request
)

type fault struct {
	kind  Fault
	times int // how often yet; below 0: for ever
}

// Inject lets the next times calls go wrong; for ever when times is below 0. Several faults of one call come one after the other.
func (s *Server) Inject(call Call, kind Fault, times int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[call] = append(s.faults[call], &fault{kind, times})
}

// Heal takes all faults back.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.faults)
}

func (s *Server) takeFault(call Call) Fault {
	for list := s.faults[call]; len(list) > 0; list = list[1:] {
		f := list[0]
		if f.times == 0 {
			s.faults[call] = list[1:]
			continue
		}
		if f.times > 0 {
			f.times--
		}
		return f.kind
	}
	return ""
}

const gatewayPage = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"

// before makes the faults that keep a call from being acted on; true when it has answered.
func (f Fault) before(s *Server, w http.ResponseWriter, body []byte) bool {
	switch f {
	case Reset:
		panic(http.ErrAbortHandler)
	case Gateway:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		fmt.Fprint(w, gatewayPage)
	case TooManyRequests:
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(http.StatusTooManyRequests)
	case Unavailable:
		w.WriteHeader(http.StatusServiceUnavailable)
	case Conflict:
		w.WriteHeader(http.StatusConflict)
		fmt.Fprint(w, `{"status_code":409,"message":"CONFLICT"}`)
	case BadRequest:
		write(w, s.failure(http.StatusBadRequest, "BAD_REQUEST"))
	case Unauthorized:
		write(w, s.failure(http.StatusUnauthorized, "SP_CREDENTIAL_INVALID"))
	case Forbidden:
		write(w, s.failure(http.StatusForbidden, "CREDENTIAL_STATUS_INVALID"))
	case SecretInErrors:
		write(w, s.failure(http.StatusUnauthorized, "SP_CREDENTIAL_INVALID "+string(body)))
	case ServerError:
		write(w, s.failure(http.StatusInternalServerError, "SERVAR_INTERNAL_ERROR"))
	default:
		return false
	}
	return true
}

// after answers, with what goes wrong then.
func (f Fault) after(s *Server, w http.ResponseWriter, r *http.Request, out reply) {
	switch f {
	case ResetLost:
		panic(http.ErrAbortHandler)
	case GatewayLost:
		Gateway.before(s, w, nil)
		return
	case EmptyLost:
		out.body = nil
	case CutLost:
		out.body = out.body[:len(out.body)/2]
	case SlowLost:
		w.Header().Set("Content-Length", fmt.Sprint(len(out.body)))
		_, _ = w.Write(out.body[:len(out.body)/2])
		_ = http.NewResponseController(w).Flush()
		select {
		case <-r.Context().Done():
		case <-s.ctx.Done():
		case <-time.After(5 * time.Second):
		}
		panic(http.ErrAbortHandler)
	}
	write(w, s.spoil(f, out))
}

func write(w http.ResponseWriter, out reply) {
	for k, v := range out.header {
		w.Header()[k] = v
	}
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
	}
	w.WriteHeader(out.status)
	_, _ = w.Write(out.body)
}

// lines breaks a text as mail does, which some services do to base64.
func lines(s string) string {
	var b strings.Builder
	for len(s) > 76 {
		b.WriteString(s[:76] + "\r\n")
		s = s[76:]
	}
	return b.String() + s + "\r\n"
}
