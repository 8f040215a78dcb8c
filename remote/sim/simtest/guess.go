package simtest

import "time"

// Guesses are the switches of what nobody knows about live services, or in what they differ. The zero value is the likeliest reading.
// A test that passes with a switch either way has not shown what a service does; it has shown that it does not matter.
type Guesses struct {
	NotValidated   bool          // a signature has status 500, not 502
	RawEC          bool          // signatures on a curve are r and s in halves
	Bare           bool          // codes of faults without underscore, under another prefix
	SwappedSides   bool          // faults say Sender where they mean Receiver
	FaultStatus    int           // HTTP status of faults; 0: 500
	InDetail       bool          // in SOAP 1.1, faults say Client or Server, and the code stands in the detail
	Roles          bool          // faults name the node and its role
	NoSubcodes     bool          // three digits only
	NoAsynch       bool          // asynchronous requests are refused
	HandshakeFirst bool          // until there was a handshake everything else is refused with 106
	Wrapper        string        // namespace of the answer's wrapper; "": that of the request's
	OneCert        bool          // registration answers with the signer's certificate only
	Once           bool          // the end of a transaction is told once
	Forget         time.Duration // after its end a transaction is not known any more; 0: it stays
	ForgetCode     int           // of a transaction that is not known any more, such as 208; 0: 101
	KillFirst      bool          // a second request ends the first with 401, as apps do; otherwise it is refused with 406
	OtherMSSP      string        // the service names itself so in answers
}
