package cmsdata

import (
	"github.com/kyso-dev/kyso/internal/finding"
)

// Codes of this package's errors. They share the room of package cms, which hands them on.
const (
	CodeMalformed    finding.Code = "cms.malformed"             // the structure is not that of RFC 5652
	CodeNotSigned    finding.Code = "cms.not-signed-data"       // a ContentInfo of another type
	CodeTooMany      finding.Code = "cms.too-many"              // more signers, certificates … than limits allow
	CodeAlgorithm    finding.Code = "cms.algorithm-unsupported" // a digest or signature algorithm that kyso does not check
	CodeDigest       finding.Code = "cms.digest-mismatch"       // digestAlgorithm and signatureAlgorithm name different hashes
	CodeSignature    finding.Code = "cms.signature-broken"      // the signature value does not verify
	CodeAttribute    finding.Code = "cms.attribute-malformed"   // an attribute's value is not what its type says
	CodeMissing      finding.Code = "cms.attribute-missing"     // a mandatory signed attribute is absent
	CodeDuplicate    finding.Code = "cms.attribute-duplicate"   // an attribute is there twice or has several values
	CodeContentWrite finding.Code = "cms.write"                 // the destination of the content failed
	CodeContentRead  finding.Code = "cms.read"                  // the source of the content failed
	CodeContentSize  finding.Code = "cms.content-size"          // the content is not as long as announced
)

// Error is what every function of this package returns.
type Error struct{ finding.Fault }

func fail(code finding.Code, cause error, pairs ...string) *Error {
	return &Error{finding.NewFault(code, cause, pairs...)}
}
