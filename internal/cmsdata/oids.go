package cmsdata

import "encoding/asn1"

// Content types and attribute types. The variables are never changed.
var (
	OIDData       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}        // RFC 5652 4
	OIDSignedData = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}        // RFC 5652 5.1
	OIDTSTInfo    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4} // RFC 3161 2.4.2

	OIDContentType      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3} // RFC 5652 11.1
	OIDMessageDigest    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4} // 11.2
	OIDSigningTime      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 5} // 11.3
	OIDCounterSignature = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 6} // 11.4

	OIDSigningCertificate   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 12} // RFC 5035 5.4.1
	OIDSigningCertificateV2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47} // RFC 5035 5.4.1.1
	OIDAlgorithmProtection  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 52}        // RFC 6211 2

	OIDSignatureTimestamp = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 14} // EN 319 122-1 5.3
	OIDContentTimestamp   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 20} // EN 319 122-1 5.2.8
	OIDSignaturePolicy    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 15} // EN 319 122-1 5.2.9
	OIDCommitmentType     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 16} // EN 319 122-1 5.2.3
	OIDSignerLocation     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 17} // EN 319 122-1 5.2.5
	OIDSignerAttributesV2 = asn1.ObjectIdentifier{0, 4, 0, 19122, 1, 1}               // EN 319 122-1 5.2.6
	OIDContentHints       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 4}  // RFC 2634 2.9
	OIDContentIdentifier  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 7}  // RFC 2634 2.7
	OIDContentReference   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 10} // RFC 2634 2.11
	OIDMimeType           = asn1.ObjectIdentifier{0, 4, 0, 1733, 2, 1}                // EN 319 122-1 5.2.4.3
	OIDCertificateRefs    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 21} // EN 319 122-1 A.1.1
	OIDRevocationRefs     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 22} // A.1.2
	OIDCertificateValues  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 23} // A.1.1.2
	OIDRevocationValues   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 24} // A.1.2.2
	OIDCTimestamp         = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 25} // A.1.5.2
	OIDReferenceTimestamp = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 26} // A.1.5.1
	OIDArchiveTimestamp   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 27} // TS 101 733, before v2
	OIDArchiveTimestampV2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 48} // A.2.4
	OIDLongTermValidation = asn1.ObjectIdentifier{0, 4, 0, 1733, 2, 2}                // A.2.5
	OIDArchiveTimestampV3 = asn1.ObjectIdentifier{0, 4, 0, 1733, 2, 4}                // EN 319 122-1 5.5.3
	OIDATSHashIndex       = asn1.ObjectIdentifier{0, 4, 0, 1733, 2, 5}                // TS 101 733
	OIDATSHashIndexV3     = asn1.ObjectIdentifier{0, 4, 0, 19122, 1, 5}               // EN 319 122-1 5.5.2

	OIDRevocationInfoOCSP = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 16, 2}    // RFC 5940 2.1
	OIDBasicOCSP          = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 1} // RFC 6960 4.2.1
)
