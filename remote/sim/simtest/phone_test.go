package simtest_test

import (
	"crypto"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/remotetest"
	"github.com/kyso-dev/kyso/remote/sim"
	"github.com/kyso-dev/kyso/remote/sim/simtest"
	"github.com/kyso-dev/kyso/signer"
)

func get(t *testing.T, address string) string {
	t.Helper()
	res, err := http.Get(address) //nolint:gosec,noctx // the double of this test
	require.NoError(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Contains(t, res.Header.Get("Content-Security-Policy"), "default-src 'none'")
	return string(body)
}

func press(t *testing.T, address string, form url.Values) string {
	t.Helper()
	res, err := http.PostForm(address, form) //nolint:gosec,noctx // as above
	require.NoError(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return string(body)
}

var hidden = regexp.MustCompile(`name="id" value="([^"]+)"`)

// TestPhone holds the phone: it shows text and code, wants the right PIN, blocks, refuses, and can be switched off.
func TestPhone(t *testing.T) {
	server := simtest.NewServer(t, &simtest.Options{Dialect: sim.ETSI(), Clock: remotetest.NewClock(time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC))})
	config := server.Config(simtest.DemoNumber)
	provider, err := sim.New(config)
	require.NoError(t, err)
	key := remote.New(provider, &remote.Options{Text: "<script>alert(1)</script>", Clock: config.Clock})
	page := server.Phone(simtest.DemoNumber)
	ask := func(n byte) *remote.Operation {
		digest := make([]byte, 32)
		digest[0] = n
		op, err := key.Start(t.Context(), []signer.Request{{Digest: digest, Opts: crypto.SHA256}}, nil)
		require.NoError(t, err)
		return op
	}
	id := func() url.Values {
		found := hidden.FindStringSubmatch(get(t, page))
		require.NotNil(t, found)
		return url.Values{"id": {found[1]}}
	}
	require.Contains(t, get(t, server.URL+"/phone/"), simtest.DemoEC)
	require.Contains(t, get(t, page), "Không có yêu cầu nào")

	op := ask(4)
	shown := get(t, page)
	require.NotContains(t, shown, "<script>")
	require.Contains(t, shown, op.Control)
	form := id()
	form.Set("pin", "000000")
	require.Contains(t, press(t, page+"/sign", form), "Còn 2 lần thử")
	form.Set("pin", simtest.DemoPIN)
	require.Contains(t, press(t, page+"/sign", form), "Đã ký")
	require.Contains(t, press(t, page+"/sign", form), "không còn hiệu lực") // pressed twice
	require.Equal(t, 1, server.Signatures())
	require.NoError(t, key.Poll(t.Context(), op))
	require.Len(t, op.Signatures(), 1)

	op = ask(5)
	require.Contains(t, press(t, page+"/refuse", id()), "Đã từ chối")
	require.ErrorIs(t, key.Poll(t.Context(), op), signer.ErrRefused)

	op = ask(6)
	press(t, page+"/power", url.Values{"off": {"1"}})
	require.Contains(t, get(t, page), "Điện thoại đã tắt")
	require.ErrorIs(t, key.Poll(t.Context(), op), sim.ErrPhone)
	press(t, page+"/power", url.Values{"off": {"0"}})

	op = ask(7)
	form = id()
	form.Set("pin", "1")
	for range 3 {
		shown = press(t, page+"/sign", form)
	}
	require.Contains(t, shown, "đã bị khóa")
	require.ErrorIs(t, key.Poll(t.Context(), op), sim.ErrPINBlocked)

	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, page+"/refuse", strings.NewReader(""))
	require.NoError(t, err)
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, http.StatusForbidden, res.StatusCode)
}
