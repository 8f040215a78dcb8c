// Package sim signs with a key on a SIM card: the operator's service sends the request to the phone, which shows a text and asks for
// the PIN (mobile signatures, ETSI TS 102 204). The PIN never leaves the phone, and no text from it reaches the application.
//
// [New] gives a [remote.Provider]; package remote does the waiting:
//
//	provider, err := sim.New(sim.Config{
//		BaseURL: "https://mpki1.ca.gov.vn:18083", Dialect: sim.VNMPKI(), APID: id, APPassword: secret, MSSP: "http://hmssp.mobile-id.vn",
//		MSISDN: "+84900000001", TLS: clientCertificate, Show: show,
//	})
//	client := remote.New(provider, &remote.Options{Text: "Contract 12/2026", Split: true})
//	err = pdf.Sign(ctx, out, in, size, client, nil)
//
// Services differ in nearly everything that the specification leaves open; a [Dialect] says how one speaks, and there are presets. A
// document is signed as a bare signature over a DigestInfo (format PKCS#1). One request is for one document.
//
// # CMS that the service makes
//
// Turkish operators list no other format than CMS, which the service makes with attributes of its own; the Finnish ones have it too. Where
// [Dialect].CMS names the format, [remote.Client.SignCMS] asks for it and hands it out only if the check of the caller finds in it a
// signature over the digest that was sent, by the certificate that was known before:
//
//	client := remote.New(provider, &remote.Options{CheckCMS: cms.CheckDigest})
//	der, err := client.SignCMS(ctx, prepared.RequestCMS())
//	err = prepared.FinishCMS(ctx, out, in, size, der, nil)
//
// Such a signature is of level B-B only where the service has put the attribute signing-certificate into it.
//
// # The verification code
//
// The phone shows the text and, behind it, four digits that follow from the digest ([MobileIDCode]). [Config].Show is given both before
// the request leaves. Whoever signs compares them: a phone that shows another code has been asked to sign something else. The digits
// are few, and protect against mistakes and against requests of others, not against somebody who can choose what is signed.
//
// The text is sent as it is or not at all. Where all of it is in GSM 03.38 more characters fit; Vietnamese vowels are not.
//
// # Synchronous and asynchronous
//
// With [Asynch] the service names the request at once, and what became of it can be asked for as long as the service remembers: after a
// connection that broke, by another process, after a cancelled context or a killed process ([remote.NewFolderStore] keeps what is
// needed). With [Synch] the answer comes when the subscriber has answered, and if it is lost nobody can ask for it: that is
// [signer.ErrOutcomeUnknown], and the same request is not sent again until it is forgotten ([remote.Client.Forget]). What is possible then is
// to ask whoever holds the phone whether it was signed, and to have the document signed anew. [Either] takes the first mode where the
// service has it and the second where it refuses the first. No service that was looked at takes a request back: the phone goes on showing
// it.
//
// # Whose certificate it is
//
// The certificate has to be valid now and made for signing. Whether it leads to a root that is trusted and was not revoked is asked of a
// [signer.CertificateChecker] before the subscriber is asked for anything; a verify.Verifier with the service's root is one:
//
//	client := remote.New(provider, &remote.Options{Checker: &verify.Verifier{Trust: roots, Online: true}})
//
// and Text.Checker for texts. A service whose certificates are not to be asked about, as Swisscom's, needs a checker that builds the
// chain only. Numbers and SIMs change hands: whoever knows the serialNumber of the subject from before gives it as
// [Config].SubjectSerial, and a certificate of anybody else is [ErrSubject].
//
// # Texts
//
// [Provider.SignText] has a text signed, to log somebody in or to have a consent: the service makes a CMS of it, which the caller checks
// (cms.CheckContent). Swisscom's Mobile ID does nothing else. The content of the CMS may be the text as the phone has it, in GSM 03.38.
//
// # Besides
//
// [Provider.Heartbeat] asks Swisscom whether the service is well, and [Provider.Profiles] what a number has, without asking the subscriber
// for anything. [Provider.Receipt] tells him what became of a signature. [Provider.Handshake] is for services that refuse everything with
// 106 before one.
//
// # Errors
//
// All are [remote.Error]. The ends are [remote.ErrRefused], [remote.ErrExpired] (which does not say that nobody looked: services report
// a refusal or a blocked PIN so, too), [ErrPINBlocked], [ErrCardBlocked], [ErrPhone], [ErrNumber], [remote.ErrNoCertificate],
// [signer.ErrKeyNotFound], [remote.ErrCertificate], [remote.ErrBusy]. Service.Code has the service's code, of four digits where it gives
// them.
//
// # What is not here
//
// Signatures that the service packs into XML itself, messages that are signed as XML (which [Provider.Handshake] settles: none is), PIN
// caching by a repeated AP_TransID, and the mode in which the service calls back. No live service was used to write this package; package
// simtest, the test double, has a switch for what is not known.
package sim
