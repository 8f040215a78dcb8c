package csctest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Fault is a way in which a call goes wrong.
type Fault string

// Faults of any call.
const (
	CutBefore  Fault = "cut-before"  // the connection ends before anything is done
	CutAfter   Fault = "cut-after"   // what was asked is done, and the connection ends before the answer
	Half       Fault = "half"        // done, and half the answer comes
	Slow       Fault = "slow"        // done, and nothing comes until the client gives up
	Garbage    Fault = "garbage"     // done, and the answer is not JSON
	Huge       Fault = "huge"        // done, and the answer has no end
	HTML       Fault = "html"        // status 502 and a page, nothing done
	Status401  Fault = "401"         // the token is not taken
	Status429  Fault = "429"         // too often, try in a second; nothing done
	Status500  Fault = "500"         // done or not
	Status501  Fault = "501"         // not implemented
	Status503  Fault = "503"         // says itself that it is overloaded; nothing done
	Redirect   Fault = "redirect"    // sends to another host
	Capital    Fault = "capital"     // status 400, and the error code begins with a capital
	Nulls      Fault = "nulls"       // fields that need not be there are null
	Strings    Fault = "strings"     // numbers and truth values are strings
	NoSAD      Fault = "no-sad"      // an authorization without activation data
	EchoSecret Fault = "echo-secret" // an error that quotes the whole request
)

// Faults of signHash, and of credentials/info.
const (
	WrongSignature   Fault = "wrong-signature"   // one bit is wrong
	OtherKey         Fault = "other-key"         // made by another key
	OtherDigest      Fault = "other-digest"      // over something else
	Swapped          Fault = "swapped"           // in another order
	TooFew           Fault = "too-few"           //
	TooMany          Fault = "too-many"          //
	OtherCertificate Fault = "other-certificate" // of another key
	Reversed         Fault = "reversed"          // the certificate comes last
	KeyLength        Fault = "key-length"        // contradicts the certificate
)

// Fault lets the next calls of a method go wrong, one after the other.
func (s *Server) Fault(method string, faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[method] = append(s.faults[method], faults...)
}

// nextFault takes the fault of a call.
func (s *Server) nextFault(method string) Fault {
	list := s.faults[method]
	if len(list) == 0 {
		return ""
	}
	s.faults[method] = list[1:]
	return list[0]
}

// early are the faults that come in place of what was asked for. It reports whether the call is over.
func early(w http.ResponseWriter, f Fault, body []byte) (status int, done bool) {
	fail := func(status int, text string) (int, bool) {
		w.WriteHeader(status)
		fmt.Fprint(w, text)
		return status, true
	}
	w.Header().Set("Content-Type", "application/json")
	switch f {
	case CutBefore:
		panic(http.ErrAbortHandler)
	case HTML:
		w.Header().Set("Content-Type", "text/html")
		return fail(http.StatusBadGateway, "<html><body><h1>502 Bad Gateway</h1></body></html>")
	case Status401:
		return fail(http.StatusUnauthorized, `{"error":"invalid_token","error_description":"The access token is invalid"}`)
	case Status429:
		w.Header().Set("Retry-After", "1")
		return fail(http.StatusTooManyRequests, "")
	case Status500:
		return fail(http.StatusInternalServerError, `{"error":"server_error"}`)
	case Status501:
		return fail(http.StatusNotImplemented, "")
	case Status503:
		return fail(http.StatusServiceUnavailable, `{"error":"temporarily_unavailable"}`)
	case Redirect:
		w.Header().Set("Location", "http://192.0.2.1/csc/v1/elsewhere")
		return fail(http.StatusTemporaryRedirect, "")
	case Capital:
		return fail(http.StatusBadRequest, `{"error":"Invalid_Pin"}`)
	case EchoSecret:
		text, _ := json.Marshal(map[string]string{"error": "invalid_request", "error_description": string(body)})
		return fail(http.StatusBadRequest, string(text))
	}
	return 0, false
}

// late are the faults of an answer that was made. It reports whether the call is over.
func late(w http.ResponseWriter, r *http.Request, f Fault, status int, answer map[string]any) (done bool) {
	switch f {
	case CutAfter:
		panic(http.ErrAbortHandler)
	case Slow:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case Half:
		data, _ := json.Marshal(answer)
		w.Header().Set("Content-Length", strconv.Itoa(len(data)))
		w.WriteHeader(status)
		_, _ = w.Write(data[:len(data)/2])
		panic(http.ErrAbortHandler)
	case Garbage:
		data, _ := json.Marshal(answer)
		w.WriteHeader(status)
		fmt.Fprintf(w, "%s\x00 this is no JSON }{", data)
		return true
	case Huge:
		w.WriteHeader(status)
		page := bytes.Repeat([]byte(" "), 1<<20)
		for range 64 {
			if _, err := w.Write(page); err != nil {
				break
			}
		}
		return true
	case Nulls:
		for _, k := range []string{"description", "lang", "PIN", "OTP", "nextPageToken", "expiresIn", "responseID", "handle", "clientData"} {
			if _, there := answer[k]; !there {
				answer[k] = nil
			}
		}
	case Strings:
		for k, v := range answer {
			answer[k] = stringly(v)
		}
	case NoSAD:
		delete(answer, "SAD")
		delete(answer, "handle")
	}
	return false
}

func stringly(v any) any {
	switch v := v.(type) {
	case bool, int, int64:
		return fmt.Sprint(v)
	case map[string]any:
		m := maps.Clone(v)
		for k := range m {
			m[k] = stringly(m[k])
		}
		return m
	}
	return v
}

// distort spoils the signatures of an answer.
func distort(f Fault, sigs [][]byte) [][]byte {
	switch f {
	case WrongSignature:
		sigs[0][len(sigs[0])-1] ^= 1
	case Swapped:
		slices.Reverse(sigs)
	case TooFew:
		return sigs[1:]
	case TooMany:
		return append(sigs, sigs[0])
	}
	return sigs
}

// methodOf is the method that a path of the API names.
func methodOf(path string) (version int, method string) {
	if m, ok := strings.CutPrefix(path, "/csc/v1/"); ok {
		return 1, m
	}
	if m, ok := strings.CutPrefix(path, "/csc/v2/"); ok {
		return 2, m
	}
	return 0, strings.TrimPrefix(path, "/")
}
