// Package revoke tells whether certificates are revoked, from OCSP responses (RFC 6960) and certificate revocation lists (RFC 5280,
// 6.3). It reads and authenticates what it is given and fetches nothing.
//
// [Answers] returns all that authentic data says of one certificate, for any time: a verifier that judges the past picks, among
// answers, the one whose existence is proved. SHA-1 in a CertID or a ResponderID is an identifier there, not a proof.
package revoke
