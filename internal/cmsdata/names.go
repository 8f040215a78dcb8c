package cmsdata

import (
	"encoding/asn1"
	"errors"

	"github.com/kyso-dev/kyso/internal/alg"
)

// AttributeName is the name of an attribute type as the specifications write it, or the identifier in digits.
func AttributeName(oid asn1.ObjectIdentifier) string {
	for _, n := range attributeNames {
		if n.oid.Equal(oid) {
			return n.name
		}
	}
	if oid == nil {
		return "?"
	}
	return oid.String()
}

var attributeNames = []struct {
	oid  asn1.ObjectIdentifier
	name string
}{
	{OIDContentType, "content-type"},
	{OIDMessageDigest, "message-digest"},
	{OIDSigningTime, "signing-time"},
	{OIDCounterSignature, "countersignature"},
	{OIDSigningCertificate, "signing-certificate"},
	{OIDSigningCertificateV2, "signing-certificate-v2"},
	{OIDAlgorithmProtection, "cms-algorithm-protection"},
	{OIDSignatureTimestamp, "signature-time-stamp"},
	{OIDContentTimestamp, "content-time-stamp"},
	{OIDSignaturePolicy, "signature-policy-identifier"},
	{OIDCommitmentType, "commitment-type-indication"},
	{OIDSignerLocation, "signer-location"},
	{OIDContentReference, "content-reference"},
	{OIDContentIdentifier, "content-identifier"},
	{OIDContentHints, "content-hints"},
	{OIDArchiveTimestampV3, "archive-time-stamp-v3"},
	{OIDATSHashIndex, "ats-hash-index"},
	{OIDATSHashIndexV3, "ats-hash-index-v3"},
	{OIDCertificateValues, "certificate-values"},
	{OIDRevocationValues, "revocation-values"},
	{OIDCertificateRefs, "complete-certificate-references"},
	{OIDRevocationRefs, "complete-revocation-references"},
	{OIDCTimestamp, "CAdES-C-time-stamp"},
	{OIDReferenceTimestamp, "time-stamped-certs-crls-references"},
	{OIDArchiveTimestamp, "archive-time-stamp"},
	{OIDArchiveTimestampV2, "archive-time-stamp-v2"},
	{OIDLongTermValidation, "long-term-validation"},
}

// signatureAlgorithmError tells a disagreement of the two algorithms from an algorithm that is not known.
func signatureAlgorithmError(err error, si *SignerInfo) *Error {
	var e *alg.Error
	if errors.As(err, &e) && e.Code() == string(alg.CodeHashMismatch) {
		return fail(CodeDigest, err, "digest", si.Digest.Name)
	}
	return fail(CodeAlgorithm, err)
}
