package rest

import (
	"errors"
	"io"
	"net/http"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/remote"
)

// Hook is where calls of a service are followed. Nothing proves where a call comes from, so it is a hint and no more: the operation that
// it names is looked at, and what it says itself is not believed.
type Hook struct {
	Store  remote.OperationStore                    // where the clients keep their operations
	Client func(op remote.Operation) *remote.Client // of an operation's subscriber; nil when nobody here waits for it
}

// Follow looks where a call points to, and answers 200 to whatever could be a call, known operation or not: who asks learns nothing.
func (h Hook) Follow(w http.ResponseWriter, r *http.Request, id string, look func(c *remote.Client, id string) error) {
	if id == "" || len(id) > limits.RemoteID {
		http.Error(w, "not a call", http.StatusBadRequest)
		return
	}
	op, err := h.Store.Load(r.Context(), id)
	if err == nil && !op.State.Final() {
		if c := h.Client(op); c != nil {
			err = look(c, op.ID)
		}
	}
	var e *remote.Error
	if errors.As(err, &e) && e.Code() == string(remote.CodeStore) {
		http.Error(w, "try again", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, "{}\n")
}
