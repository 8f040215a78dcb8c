// Package smartcatest is a stand-in for VNPT SmartCA to write tests against: a real HTTP server with subscribers, certificates,
// transactions, everything that can go wrong, and the subscriber's phone as a web page.
//
//	server := smartcatest.NewServer(t, &smartcatest.Options{Clock: remotetest.NewFastClock(now)})
//	server.Change(smartcatest.DemoID, func(s *smartcatest.Subscriber) { s.User = smartcatest.Approve })
//	provider, err := smartca.New(server.Config(smartcatest.DemoID))
//
// It speaks the WebAPI sp769 in its versions v1 and v2 (TH), the OAuth2 interface below /auth and /csc, and calls webhooks. Keys are
// RSA-2048 under a root and an authority of its own, whose names say that they are for tests. It signs digests and never hashes.
//
// # The phone
//
// [Server.Phone] is a page that shows what a subscriber would see: who asks, for which documents, how much longer; to confirm with PIN
// or fingerprint or to refuse. Three wrong PINs lock it. It plays the activation of an account and what happens around it: a code that
// is too old, an unknown number, a wrong code, an account in a wrong name, a second phone, an insecure one, push messages that cannot be
// registered, reactivation, and forgotten passwords. It is plain HTML, in Vietnamese. The command kyso demo smartca shows it without a
// line of code.
//
// # What is a guess
//
// The double is written after documents and running code of others, not after the live service. What rests on one source or on none is
// a switch in [Guesses], and a test should pass either way. These are guesses without a switch: the texts beside the codes 400 to 500,
// the 401 of a locked TH account, the form of the OAuth2 descriptions, how the phone's screens are worded, the life of 48 hours of an
// activation code and the rule of one device, which no public source confirms. Nothing shown here proves anything about the live service.
package smartcatest
