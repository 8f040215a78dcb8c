// Package pki reads X.509 certificates and validates paths of them as RFC 5280, section 6.1, says. It is pure: it fetches nothing,
// asks no clock and trusts nothing that it is not given as an anchor. Revocation is package revoke's.
//
// The reader is kyso's own, since crypto/x509 refuses certificates that are legal or old but harmless (a negative serial number,
// BasicConstraints that are not critical): what it puts up with it names in [Certificate.Tolerances]. Whatever bears on validity
// and cannot be understood is an error.
//
// Work is bounded whatever the input: policies are kept as a graph with one node for each policy and level (RFC 9618), comparisons
// of names with constraints are counted, and so are the steps and signatures of a search for paths.
package pki
