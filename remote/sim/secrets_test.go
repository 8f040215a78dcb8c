package sim_test

import (
	"bytes"
	"context"
	"crypto"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso"
	"github.com/kyso-dev/kyso/cms"
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

// canaries are what nobody may read but whoever is sent it.
var canaries = []string{simtest.DemoAPPassword, demo, "CANARY", simtest.DemoPIN}

// TestSecrets is the canary: no password, no number, no text of the phone in what errors, logs and printed values say, whatever a service
// quotes of the request, by whatever call.
func TestSecrets(t *testing.T) {
	for name, d := range withCMS() {
		for call := range d.Ports {
			for _, fault := range []simtest.Fault{"", simtest.SecretInErrors, simtest.ResetLost, simtest.CutLost, simtest.OtherNumber, simtest.Internal, simtest.OtherKey} {
				if fault == "" && call != sim.CallSignature {
					continue // once is enough
				}
				w := new(witness)
				s := start(t, d, simtest.Approve, &simtest.Options{SignText: signText, SignDigest: signDigest})
				if fault != "" {
					s.Inject(call, fault, -1)
				}
				everything(t, w, s)
				seen := w.text.String()
				for _, secret := range canaries {
					require.NotContains(t, seen, secret, "%s, %s of %s", name, fault, call)
				}
				for _, entry := range s.Journal() {
					require.NotContains(t, string(entry.Body), demo)
					require.NotContains(t, string(entry.Body), simtest.DemoAPPassword)
				}
			}
		}
	}
}

// everything makes every call there is, with w looking on.
func everything(t *testing.T, w *witness, s *simtest.Server) {
	t.Helper()
	const text = "CANARY hop dong mat & <so 7>"
	c := s.Config(demo)
	c.NoSpam = "CANARYNOSPAM"
	p, err := sim.New(c)
	require.NoError(t, err)
	store := remote.NewMemoryStore()
	key := remote.New(p, &remote.Options{
		Text: text, Clock: c.Clock, Store: store, CheckCMS: cms.CheckDigest,
		Logger:  slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug})),
		OnEvent: func(e remote.Event) { w.see(e.Err) },
	})
	w.see(p, key, c, &c, c.APPassword, sim.Text{Text: text})
	slog.New(slog.NewJSONHandler(w, nil)).Info("configured", "config", c, "text", sim.Text{Text: text}, "key", key)
	sign := func() error { _, err := key.Sign(t.Context(), digest("a"), crypto.SHA256); return err }
	signCMS := func() error { _, err := key.SignCMS(t.Context(), requests("b")[0]); return err }
	signText := func() error {
		_, err := p.SignText(t.Context(), sim.Text{Text: text, Check: cms.CheckContent})
		return err
	}
	tooLong := func() error {
		_, err := p.SignText(t.Context(), sim.Text{Text: strings.Repeat(text, 20), Check: cms.CheckContent})
		return err
	}
	invisible := func() error { return p.Receipt(t.Context(), new(remote.Operation), text+"\n") }
	receipt := func() error {
		return p.Receipt(t.Context(), &remote.Operation{ID: "x", Remote: s.Transactions()[0].ID}, text)
	}
	profiles := func() error { _, err := p.Profiles(t.Context()); return err }
	handshake := func() error { _, err := p.Handshake(t.Context(), nil); return err }
	heartbeat := func() error { return p.Heartbeat(t.Context()) }
	calls := []func() error{sign, signCMS, signText, tooLong, invisible, profiles, handshake, heartbeat}
	for _, call := range calls {
		see(w, call())
	}
	if len(s.Transactions()) > 0 {
		see(w, receipt())
	}
	kept, err := store.List(t.Context(), "")
	require.NoError(t, err)
	for _, op := range kept {
		op.Text = "" // the caller's own, kept to go on with
		data, err := json.Marshal(op)
		require.NoError(t, err)
		_, _ = w.Write(data)
	}
}

// see lets w see an error in every form.
func see(w *witness, err error) {
	w.see(err)
	if err != nil {
		_, _ = w.Write([]byte(kyso.Explain(err, kyso.Vietnamese)))
	}
	var e *remote.Error
	if asRemote(err, &e) {
		w.see(e.Params(), e.Service)
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
