// Package simtest is a stand-in for a mobile signature service (MSSP, ETSI TS 102 204) to write tests against: a real HTTP server with
// SIM cards, their keys and certificates, the people who hold the phones, everything that can go wrong, and the phone as a web page.
//
//	server := simtest.NewServer(t, &simtest.Options{Clock: remotetest.NewFastClock(now)})
//	server.Change(simtest.DemoNumber, func(s *simtest.SIM) { s.User = simtest.Approve })
//	provider, err := sim.New(server.Config(simtest.DemoNumber))
//
// With [Options].SignText it signs texts too. It speaks the dialect that [Options] name, in SOAP or JSON. What is not valid by the schema of
// TS 102 204, or for [sim.VNMPKI] by the WSDL of that service, is refused as real servers do: 102 where something is missing, otherwise 101.
// What the schemas take from other standards (encrypted data, signed receipts, SAML) is refused too. Behind the schema stand the rules:
// versions, names, times, numbers, lengths. A SIM signs the DigestInfo exactly as it is given. Numbers that end in 092 and a code, such
// as 84900092401, are no SIM: a request for one ends with the fault of that code. A request for 41000000000, Swisscom's heartbeat, ends
// with 101 and the words "Illegal msisdn".
//
// Clients that zeep makes of three WSDLs are part of the tests. Swisscom's own Java client is not: run by hand against it, REST and SOAP, it
// took the answers, and its separate check of a signature's certificates refused them.
//
// # The phone
//
// [Server.Phone] is a page that shows what the phone would: the text and the code, and asks for the PIN. Three wrong PINs block it. The
// phone can be switched off.
//
// # What is a guess
//
// The double is written after the schema, two WSDLs, guidelines and code of others, not after a live service. What rests on one source
// or on none is a switch in [Guesses]. These are guesses without a switch: that a request more than five minutes off the clock is
// refused, that a SIM with a key on a curve signs the digest inside of the DigestInfo, how many wrong PINs block, the texts of faults,
// and how the phone words things. Nothing shown here proves anything about a live service.
package simtest
