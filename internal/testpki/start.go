package testpki

// TB is what [Start] needs of a testing.TB; package testing itself stays out of the kyso command.
type TB interface {
	Helper()
	Fatal(args ...any)
	Cleanup(func())
}

// processKeys are the keys that all PKIs of [Start] share. It is the one variable of the package that changes, and only grows: RSA
// keys are slow to make, and nothing that a test can see depends on whose they are.
var processKeys Keyring

// Start makes a PKI and serves it until the test ends. Each call gives a PKI of its own, with its own clock, statuses and faults,
// so that tests can run side by side; only private keys are shared within the process.
func Start(t TB) (*PKI, *Server) {
	t.Helper()
	p, err := New(&Options{Keys: &processKeys})
	if err != nil {
		t.Fatal(err)
	}
	s, err := p.Serve("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return p, s
}
