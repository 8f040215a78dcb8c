package smartca

import (
	"crypto/subtle"
	"encoding/json"
	"io"
	"mime"
	"net/http"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/internal/rest"
)

// Webhook takes the calls that VNPT makes to the address which was registered with it. Nothing proves that a call comes from VNPT, so
// it is a hint and no more: what it says of the outcome, signatures among it, is not even read. Where it names an operation of ours that
// has not ended, the service is asked how that stands. A forged call changes nothing, and costs one look a second at most.
//
// Calls come after a signature as a rule; a refusal or an expiry need not be told, so go on waiting beside it.
type Webhook struct {
	SPID  string                // of the application: calls for another are refused
	Store remote.OperationStore // where the clients keep their operations

	// Client gives the client of an operation's subscriber, by Operation.Reference or Subscriber; nil when nobody here waits for it.
	Client func(op remote.Operation) *remote.Client
}

var _ http.Handler = (*Webhook)(nil)

// call is what is read of a call. The service puts signatures into signed_files here and into signatures elsewhere; neither is used.
type call struct {
	SPID        rest.Text `json:"sp_id"`
	Transaction rest.Text `json:"transaction_id"`
}

// ServeHTTP answers 200 to whatever could be a call, known operation or not: who asks learns nothing.
func (h *Webhook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var c call
	if !read(w, r, &c) {
		return
	}
	if subtle.ConstantTimeCompare([]byte(c.SPID), []byte(h.SPID)) != 1 {
		http.Error(w, "another application's", http.StatusForbidden)
		return
	}
	rest.Hook{Store: h.Store, Client: h.Client}.Follow(w, r, string(c.Transaction), func(client *remote.Client, id string) error { return client.Notify(r.Context(), id) })
}

// Notice takes the one call that VNPT's OAuth2 interface makes to CSCConfig.NotifyURL. It is a hint as [Webhook] is. It brings back a
// transaction whose name was lost with the answer to the request.
type Notice struct {
	Store  remote.OperationStore                    // where the clients keep their operations
	Client func(op remote.Operation) *remote.Client // as in [Webhook]
}

var _ http.Handler = (*Notice)(nil)

// notice is what is read of a notice. What it says of the outcome is not.
type notice struct {
	Reference   rest.Text `json:"refTranId"`
	Transaction rest.Text `json:"tranId"`
}

// ServeHTTP answers as [Webhook.ServeHTTP] does.
func (h *Notice) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var n notice
	if !read(w, r, &n) {
		return
	}
	rest.Hook{Store: h.Store, Client: h.Client}.Follow(w, r, string(n.Reference), func(client *remote.Client, id string) error {
		return client.Learn(r.Context(), id, string(n.Transaction))
	})
}

// read reads a call, and answers what cannot be one; true when there is something to follow.
func read(w http.ResponseWriter, r *http.Request, into any) bool {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "POST", http.StatusMethodNotAllowed)
		return false
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		http.Error(w, "JSON", http.StatusUnsupportedMediaType)
		return false
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limits.RemoteHook))
	if err != nil {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return false
	}
	if json.Unmarshal(body, into) != nil {
		http.Error(w, "not a call", http.StatusBadRequest)
		return false
	}
	return true
}
