package simtest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/remote/remotetest"
	"github.com/kyso-dev/kyso/remote/sim"
	"github.com/kyso-dev/kyso/remote/sim/internal/mss"
)

// FuzzRequest gives the ports whatever a client may send: no panic, an answer that can be read, and no transaction from a request that is
// answered with a fault.
func FuzzRequest(f *testing.F) {
	now := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	authority, err := NewAuthority(now)
	require.NoError(f, err)
	demo, err := DemoSIMs(authority)
	require.NoError(f, err)
	cards := []SIM{*demo[0], *demo[1]}
	dialects := []sim.Dialect{sim.ETSI(), sim.VNMPKI(), sim.FiCom(), sim.TR(), sim.SwisscomREST()}
	for i, d := range dialects {
		for j, call := range mss.Calls {
			m := &mss.Message{
				Call: call, Major: "1", Minor: "1", APID: DemoAPID, APPassword: DemoAPPassword, APTransID: "t1", Instant: "2026-01-05T09:00:00Z", MSSP: DemoMSSP, MSISDN: DemoNumber, TransID: "M1",
				Data: &mss.Data{MimeType: "text/plain", Encoding: "UTF-8", Text: "a"}, Mode: "synch", TimeOut: "80", Profile: "p", Format: sim.FormatPKCS1,
				Services: []mss.Service{{URI: "s", Lang: "en", EventID: "1234", NoSpam: "A1"}},
			}
			form := mss.Form{JSON: d.JSON, FormatFirst: d.FormatFirst}
			f.Add(uint8(i), uint8(j), form.Write(m))
		}
	}
	f.Fuzz(func(t *testing.T, which, port uint8, body []byte) {
		d, call := dialects[int(which)%len(dialects)], mss.Calls[int(port)%len(mss.Calls)]
		s := &Server{
			opts:  Options{Dialect: d, APID: DemoAPID, APPassword: DemoAPPassword, MSSP: DemoMSSP, Authority: authority, SignText: func(*SIM, string) ([]byte, error) { return []byte("CMS"), nil }},
			clock: remotetest.NewFastClock(now), seen: make(map[string]bool), calls: make(map[sim.Call]int),
		}
		for _, card := range cards {
			card.User = Approve
			s.sims = append(s.sims, &card)
		}
		answer := s.handle(t.Context(), call, &arrival{kind: contentTypes(d)[0], body: body}, "")
		_, err := s.form().Read(s.form().Write(answer))
		require.NoError(t, err)
		if answer.Fault != nil {
			require.Contains(t, names, answer.Fault.Code)
			opened := slices.ContainsFunc(s.Transactions(), func(t Transaction) bool { return t.State != Failed })
			require.False(t, opened, fmt.Sprint(answer.Fault))
		}
	})
}
