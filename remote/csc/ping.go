package csc

import (
	"net/http"
	"net/url"

	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/internal/rest"
)

// Ping takes the calls that a service makes to [Config].ResponseURI when a result is there. What such a call holds is not specified and
// not read: the service is asked, by who waits at once, or else here.
type Ping struct {
	Store remote.OperationStore // where the clients keep their operations

	// Client gives the client of an operation's subscriber, by Operation.Reference or Subscriber; nil when nobody here waits for it.
	Client func(op remote.Operation) *remote.Client
}

var _ http.Handler = (*Ping)(nil)

// operationParameter names the operation in the address that the service calls.
const operationParameter = "operation"

// ServeHTTP answers 200 to whatever could be a call, known operation or not: who asks learns nothing.
func (p *Ping) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get(operationParameter)
	rest.Hook{Store: p.Store, Client: p.Client}.Follow(w, r, id, func(c *remote.Client, id string) error { return c.Notify(r.Context(), id) })
}

// responseURI is the address for one operation.
func (s *Service) responseURI(operation string) (string, error) {
	u, err := url.Parse(s.config.ResponseURI)
	if err != nil || u.Host == "" {
		return "", remote.NewError(remote.CodeConfig, nil, "name", "ResponseURI")
	}
	q := u.Query()
	q.Set(operationParameter, operation)
	u.RawQuery = q.Encode()
	return u.String(), nil
}
