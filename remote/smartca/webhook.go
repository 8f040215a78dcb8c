package smartca

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
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
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "POST", http.StatusMethodNotAllowed)
		return
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		http.Error(w, "JSON", http.StatusUnsupportedMediaType)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limits.RemoteHook))
	if err != nil {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	}
	var c call
	if json.Unmarshal(body, &c) != nil || c.Transaction == "" || len(c.Transaction) > limits.RemoteID {
		http.Error(w, "not a call", http.StatusBadRequest)
		return
	}
	if subtle.ConstantTimeCompare([]byte(c.SPID), []byte(h.SPID)) != 1 {
		http.Error(w, "another application's", http.StatusForbidden)
		return
	}
	op, err := h.Store.Load(r.Context(), string(c.Transaction))
	if err == nil && !op.State.Final() {
		if client := h.Client(op); client != nil {
			err = client.Notify(r.Context(), op.ID) // its outcome is in the store, and none of the caller's business
		}
	}
	var e *remote.Error
	if err != nil && errors.As(err, &e) && e.Code() == string(remote.CodeStore) {
		http.Error(w, "try again", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, "{}\n")
}
