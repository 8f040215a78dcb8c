package sim

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestTimeouts: how long a call may take. One that waits for the subscriber has ten seconds more than the service gives them.
func TestTimeouts(t *testing.T) {
	for _, name := range []string{"vn-mpki", "etsi", "ficom", "tr", "swisscom-soap", "swisscom-rest"} {
		d, _ := Preset(name)
		d.Source = FromRegistration
		p, err := New(Config{BaseURL: "https://mssp.test", Dialect: d, APID: "http://ap.test", APPassword: "p", MSSP: "http://mssp.test", MSISDN: "+84900000001"})
		require.NoError(t, err)
		require.Equal(t, d.TimeOut+10*time.Second, p.slow.Timeout, name)
		require.Equal(t, 10*time.Second, p.quick.Timeout, name)
		require.Equal(t, 90*time.Second, p.receipt.Timeout, name)
		require.Equal(t, d.TimeOut+15*time.Second, p.Info().Lifetime, name)
		require.Equal(t, name == "vn-mpki", d.Mode == Synch, name) // asynchronous where it is known to be offered
	}
}
