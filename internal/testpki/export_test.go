package testpki

// SharedKeys are the keys of Start, for tests that call New.
func SharedKeys() *Keyring { return &processKeys }

// ParseRequest is the reader of OCSP requests, for fuzzing.
func ParseRequest(der []byte) error { _, err := parseOCSPRequest(der); return err }

// Answer is what the responder answers.
func Answer(p *PKI, der []byte) []byte { return p.answerOCSP(der, nil) }
