// Package revoke tells whether a certificate is revoked, from evidence that it is given: certificate revocation lists, complete and
// delta, direct and indirect, as RFC 5280, section 6.3, says. It fetches nothing.
//
// What could not be checked is never good: [State] has "unknown" as its zero value.
package revoke
