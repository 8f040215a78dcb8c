package sim_test

import (
	"bytes"
	"context"
	"crypto"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/sim"
	"github.com/kyso-dev/kyso/remote/sim/simtest"
)

// witness keeps all that a program could see: errors, logs, events and printed values.
type witness struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (w *witness) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(p)
}

func (w *witness) see(values ...any) {
	for _, v := range values {
		fmt.Fprintf(w, "%v\n%+v\n%#v\n", v, v, v)
	}
}

// TestSecrets is the canary: no password, no number, no text of the phone in what errors, logs and printed values say, whatever a
// service quotes of the request.
func TestSecrets(t *testing.T) {
	const text = "CANARY hop dong mat & <so 7>"
	for name, d := range dialects() {
		for _, fault := range []simtest.Fault{"", simtest.SecretInErrors, simtest.ResetLost, simtest.CutLost, simtest.OtherNumber, simtest.Internal, simtest.OtherKey} {
			for _, call := range []sim.Call{sim.CallSignature, sim.CallStatus, sim.CallRegistration} {
				w := new(witness)
				s := start(t, d, simtest.Approve, nil)
				if fault != "" {
					s.Inject(call, fault, -1)
				}
				c := s.Config(demo)
				c.NoSpam = "CANARYNOSPAM"
				p, err := sim.New(c)
				require.NoError(t, err)
				key := remote.New(p, &remote.Options{
					Text: text, Clock: c.Clock, Logger: slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug})),
					OnEvent: func(e remote.Event) { w.see(e.Err) },
				})
				_, err = key.Sign(t.Context(), digest("a"), crypto.SHA256)
				w.see(err, p, key, c.APPassword)
				var e *remote.Error
				if asRemote(err, &e) {
					w.see(e.Params(), e.Service)
				}
				seen := w.text.String()
				for _, secret := range []string{simtest.DemoAPPassword, demo, "+" + demo, text, "CANARY", simtest.DemoPIN} {
					require.NotContains(t, seen, secret, "%s, %s of %s", name, fault, call)
				}
				journal, err := json.Marshal(s.Journal())
				require.NoError(t, err)
				require.NotContains(t, string(journal), simtest.DemoAPPassword)
				for _, entry := range s.Journal() {
					require.NotContains(t, string(entry.Body), demo)
					require.NotContains(t, string(entry.Body), simtest.DemoAPPassword)
				}
			}
		}
	}
}

func asRemote(err error, e **remote.Error) bool {
	for err != nil {
		if r, ok := err.(*remote.Error); ok {
			*e = r
			return true
		}
		u, ok := err.(interface{ Unwrap() error })
		if !ok {
			return false
		}
		err = u.Unwrap()
	}
	return false
}

// TestStored: what is kept of an operation says neither the number nor the password.
func TestStored(t *testing.T) {
	s := start(t, sim.ETSI(), simtest.Ask, nil)
	op, err := client(t, s.Config(demo), nil).Start(context.Background(), requests("a"), nil)
	require.NoError(t, err)
	data, err := json.Marshal(op)
	require.NoError(t, err)
	require.NotContains(t, string(data), demo)
	require.NotContains(t, string(data), simtest.DemoAPPassword)
}
