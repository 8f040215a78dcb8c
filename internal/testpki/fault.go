package testpki

import (
	"fmt"
	"slices"
)

// Service is one of the services of a [Server].
type Service string

// The services.
const (
	TSA   Service = "tsa"   // time-stamps, RFC 3161
	OCSP  Service = "ocsp"  // certificate status, RFC 6960
	CRL   Service = "crl"   // revocation lists
	Certs Service = "certs" // certificates of the authorities
)

// Fault is something that a service does wrong. Several may be on at once.
type Fault string

// Faults that every service has.
const (
	Slow      Fault = "slow"      // answers after the delay of SetDelay
	Status500 Fault = "500"       // answers 500 Internal Server Error
	Truncated Fault = "truncated" // answers the first half of the octets, as if that were all
	CutOff    Fault = "cut-off"   // announces all octets, sends half of them and drops the connection
	Garbage   Fault = "garbage"   // answers octets that are no DER
	Empty     Fault = "empty"     // answers no octets
	Redirect  Fault = "redirect"  // sends the client on, to the same address, without end
)

// Faults of the services named.
const (
	WrongNonce        Fault = "wrong-nonce"        // TSA, OCSP: another nonce than the one asked with
	NoNonce           Fault = "no-nonce"           // TSA, OCSP: none, though one was asked with
	BrokenSignature   Fault = "broken-signature"   // TSA, OCSP, CRL: the last bit of the signature is wrong
	Rejection         Fault = "rejection"          // TSA: rejection, systemFailure; OCSP: tryLater
	NoEKU             Fault = "no-eku"             // TSA, OCSP: the certificate has no extended key usage
	NoCertificate     Fault = "no-certificate"     // TSA, OCSP: the certificate is not in the answer
	Expired           Fault = "expired"            // TSA: the certificate is expired; OCSP, CRL: nextUpdate lies in the past
	Future            Fault = "future"             // TSA: genTime lies after the certificate's end; OCSP, CRL: thisUpdate lies in the future
	ForeignSigner     Fault = "foreign-signer"     // OCSP, CRL: signed for another authority
	WrongImprint      Fault = "wrong-imprint"      // TSA: stamps something else
	EKUNotCritical    Fault = "eku-not-critical"   // TSA: the certificate's extended key usage is not critical
	ExtraEKU          Fault = "extra-eku"          // TSA: the certificate is for other things as well
	WrongESS          Fault = "wrong-ess"          // TSA: the signing-certificate attribute names another certificate
	NoESS             Fault = "no-ess"             // TSA: there is no such attribute
	ESSv1             Fault = "ess-v1"             // TSA: the older attribute with SHA-1, which is no mistake
	ExtraCertificates Fault = "extra-certificates" // TSA: strangers' certificates before its own, which is no mistake
	WrongPolicy       Fault = "wrong-policy"       // TSA: another policy than asked for
	WrongContent      Fault = "wrong-content"      // TSA: the content type is id-data
	TwoSigners        Fault = "two-signers"        // TSA: a second signer, which RFC 3161 forbids
	GrantedWithMods   Fault = "granted-with-mods"  // TSA: the status is grantedWithMods, which is no mistake
	Waiting           Fault = "waiting"            // TSA: the status is waiting, and there is no token
	WrongSerial       Fault = "wrong-serial"       // OCSP: speaks of another certificate
	UnknownStatus     Fault = "unknown-status"     // OCSP: knows no certificate
	NoNextUpdate      Fault = "no-next-update"     // OCSP: nextUpdate is absent
	ArchiveCutOff     Fault = "archive-cut-off"    // OCSP: certificates of all times are remembered (RFC 6960, 4.4.4), which is no mistake
	WrongScope        Fault = "wrong-scope"        // CRL: only for authorities' certificates, by its issuing distribution point
	WrongIssuer       Fault = "wrong-issuer"       // Certs: another authority's certificate
)

// faults are the faults of one service that are on.
type faults map[Fault]bool

var everyFault = []Fault{Slow, Status500, Truncated, CutOff, Garbage, Empty, Redirect}

var serviceFaults = map[Service][]Fault{
	TSA: {WrongNonce, NoNonce, BrokenSignature, Rejection, NoEKU, NoCertificate, Expired, Future, WrongImprint, EKUNotCritical, ExtraEKU,
		WrongESS, NoESS, ESSv1, WrongPolicy, WrongContent, TwoSigners, GrantedWithMods, Waiting, ExtraCertificates},
	OCSP: {WrongNonce, NoNonce, BrokenSignature, Rejection, NoEKU, NoCertificate, Expired, Future, ForeignSigner, WrongSerial, UnknownStatus,
		NoNextUpdate, ArchiveCutOff},
	CRL:   {BrokenSignature, Expired, Future, ForeignSigner, WrongScope},
	Certs: {WrongIssuer},
}

// Faults lists the faults that a service has, those of every service first.
func Faults(service Service) []Fault { return slices.Concat(everyFault, serviceFaults[service]) }

// Fault switches a fault of a service on or off, for requests that arrive from now on. It panics where the service has no such
// fault: a test that asks for one would prove nothing.
func (s *Server) Fault(service Service, fault Fault, on bool) {
	if !slices.Contains(Faults(service), fault) || len(serviceFaults[service]) == 0 {
		panic(fmt.Sprintf("testpki: the service %q has no fault %q", service, fault))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.faults[service] == nil {
		s.faults[service] = faults{}
	}
	s.faults[service][fault] = on
}

// ClearFaults switches all faults off.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.faults)
}
