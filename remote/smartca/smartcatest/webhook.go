package smartcatest

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"

	"github.com/kyso-dev/kyso/internal/httpx"
)

// Hook is a call to an application's webhook, as the service's document has it. A test can make one that the service never made.
type Hook struct {
	SPID        string         `json:"sp_id"`
	Status      int            `json:"status_code"`
	Message     string         `json:"message"`
	Transaction string         `json:"transaction_id"`
	Files       []outSignature `json:"signed_files"` // named differently from status, where it is signatures
}

// Forge is a call for a transaction that says whatever it likes.
func Forge(spID, transaction, message string, docID, value string) Hook {
	return Hook{SPID: spID, Status: http.StatusOK, Message: message, Transaction: transaction, Files: []outSignature{{ID: docID, Value: value}}}
}

// Send makes a call and returns the status of the answer.
func (h Hook) Send(ctx context.Context, url string) (int, error) {
	return post(ctx, httpx.NewClient(httpx.Options{AllowPrivate: true}), url, h)
}

func post(ctx context.Context, client *http.Client, url string, body any) (int, error) {
	data, err := json.Marshal(body)
	if err != nil {
		return 0, err
	}
	req, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(data))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := httpx.Do(ctx, client, req, 1<<16)
	if err != nil {
		return 0, err
	}
	return res.Status, nil
}

// report calls the application, once for a transaction. The server's lock is not held.
func (s *Server) report(t *transaction) {
	s.mu.Lock()
	hook, state := s.opts.Webhook, t.state
	tell := !t.reported && (state == Signed || state != Waiting && hook.EveryEnd || hook.Early)
	if tell {
		t.reported = true
	}
	call := Hook{SPID: s.opts.SPID, Status: http.StatusOK, Transaction: t.id, Files: t.signatures(),
		Message: map[State]string{Signed: "SUCCESS", Rejected: "REJECTED", Expired: "EXPIRED", KeyLost: keyLost, NotMade: notMade, Waiting: "SUCCESS"}[state]}
	notify := t.notify
	notice := map[string]any{"tranId": t.code, "refTranId": t.id, "status": tranStatus[state]}
	s.mu.Unlock()
	if !tell {
		return
	}
	if notify != "" {
		_, _ = post(s.ctx, s.hooks, notify, notice) // sent once, whatever comes of it
	}
	if hook.URL == "" || t.oauth {
		return
	}
	for range max(1, hook.Times) {
		_, _ = post(s.ctx, s.hooks, hook.URL, call)
	}
}
