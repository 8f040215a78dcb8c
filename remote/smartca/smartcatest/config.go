package smartcatest

import (
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/smartca"
)

// Config speaks to the server's WebAPI for one of its subscribers, through the app.
func (s *Server) Config(subscriber string) smartca.Config {
	return smartca.Config{BaseURL: s.SP769(), SPID: s.opts.SPID, SPPassword: remote.Secret(s.opts.SPPassword), UserID: subscriber, Clock: s.clock}
}

// THConfig is [Server.Config] with password and one-time code in place of the app.
func (s *Server) THConfig(subscriber string) smartca.Config {
	c := s.Config(subscriber)
	s.Change(subscriber, func(sub *Subscriber) {
		c.TH = &smartca.TH{Password: remote.Fixed(remote.Secret(sub.Password)), TOTPSecret: sub.TOTPSecret}
	})
	return c
}

// CSCConfig speaks to the server's OAuth2 interface for one of its subscribers, let in by password.
func (s *Server) CSCConfig(subscriber string) smartca.CSCConfig {
	c := smartca.CSCConfig{BaseURL: s.URL, ClientID: s.opts.SPID, ClientSecret: remote.Secret(s.opts.SPPassword), UserName: subscriber, Clock: s.clock}
	s.Change(subscriber, func(sub *Subscriber) { c.Password = remote.Fixed(remote.Secret(sub.Password)) })
	return c
}
