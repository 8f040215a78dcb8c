// Package vnid reads the subject of a certificate as people in Vietnam read it: the organisation, its tax code (MST), the person and
// the person's number (CCCD, CMND, passport HC, social insurance BHXH), the title, and whether the certificate belongs to an
// organisation, a person, or a person in an organisation. It also writes names in the form of RFC 4514.
//
// Vietnamese authorities put these numbers into the attribute UID (0.9.2342.19200300.100.1.1), as "MST:0100000000" and the like,
// several of them in one name where needed; some use organizationIdentifier (2.5.4.97, "VATVN-…"). Nothing here judges whether a
// number exists.
package vnid
