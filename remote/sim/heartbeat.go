package sim

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/sim/internal/mss"
)

// Heartbeat asks whether a service is up and takes this application, without asking anybody to sign: it requests a signature for
// Dialect.Heartbeat, a number that nobody has, and a service that is well refuses just that. nil: it is well. Swisscom offers it;
// elsewhere it is [remote.CodeConfig].
func (p *Provider) Heartbeat(ctx context.Context) error {
	d := &p.dialect
	if d.Heartbeat == "" {
		return remote.NewError(remote.CodeConfig, nil, "name", "Dialect.Heartbeat")
	}
	m := p.request(CallSignature, transaction(remote.NewID()))
	m.Mode, m.TimeOut, m.MSISDN = string(Synch), strconv.Itoa(int(d.TimeOut/time.Second)), d.Heartbeat
	m.Data = &mss.Data{MimeType: "text/plain", Encoding: "UTF-8", Text: "Heartbeat"}
	m.Profile, m.Services = d.Profile, p.services("")
	_, _, err := p.call(ctx, p.quick, m, p.secrets())
	var e *remote.Error
	switch {
	case err == nil:
		return mismatch("Fault")
	case errors.As(err, &e) && e.Service.Code == "101" && strings.Contains(strings.ToLower(e.Service.Text), "illegal msisdn"):
		return nil
	}
	return err
}
