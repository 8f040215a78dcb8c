package timestamp

// Codes of [Error]: what the client was asked for.
const (
	CodeNoServer     Code = "timestamp.no-server"        // the client has no address
	CodeOptions      Code = "timestamp.client-options"   // the client's fields contradict one another
	CodeURL          Code = "timestamp.url"              // an address that is not http or https
	CodeHash         Code = "timestamp.hash-unsupported" // a hash that is unknown, or too weak to be time-stamped
	CodeDigestLength Code = "timestamp.digest-length"    // the digest is not as long as its hash makes it
)

// Codes of [Error]: no answer was had. They belong to [ErrUnavailable].
const (
	CodeUnreachable    Code = "timestamp.unreachable"       // the server is down, or the address is wrong
	CodeTLS            Code = "timestamp.tls"               // no secure connection
	CodeTimeout        Code = "timestamp.timeout"           // too slow
	CodeCancelled      Code = "timestamp.cancelled"         // the caller's context was cancelled
	CodeAddressRefused Code = "timestamp.address-refused"   // a private address, and the client refuses those
	CodeTooLarge       Code = "timestamp.too-large"         // the answer is larger than the limit
	CodeBroken         Code = "timestamp.answer-broken"     // the answer broke off, or is not HTTP
	CodeRedirect       Code = "timestamp.redirect"          // sent on to another address in a way that is not followed
	CodeAuthentication Code = "timestamp.authentication"    // HTTP 401, 403 or 407
	CodeHTTPStatus     Code = "timestamp.http-status"       // another HTTP status than 200
	CodeServerError    Code = "timestamp.http-server-error" // HTTP 5xx
	CodeContentType    Code = "timestamp.http-content-type" // the answer is of another type, and no time-stamp response either
)

// CodeAllFailed is the code of [Error] when several servers were asked. Its family is that of any of them: errors.Is looks into all.
const CodeAllFailed Code = "timestamp.all-servers-failed"

// Codes of [Error]: the authority answered and refused (RFC 3161, 2.4.2). They belong to [ErrRejected].
const (
	CodeRejected            Code = "timestamp.rejected"                        // no reason given, or several
	CodeBadAlg              Code = "timestamp.rejected-bad-alg"                // badAlg
	CodeBadRequest          Code = "timestamp.rejected-bad-request"            // badRequest
	CodeBadDataFormat       Code = "timestamp.rejected-bad-data-format"        // badDataFormat
	CodeTimeNotAvailable    Code = "timestamp.rejected-time-not-available"     // timeNotAvailable
	CodeUnacceptedPolicy    Code = "timestamp.rejected-unaccepted-policy"      // unacceptedPolicy
	CodeUnacceptedExtension Code = "timestamp.rejected-unaccepted-extension"   // unacceptedExtension
	CodeAddInfoNotAvailable Code = "timestamp.rejected-add-info-not-available" // addInfoNotAvailable
	CodeSystemFailure       Code = "timestamp.rejected-system-failure"         // systemFailure
	CodeWaiting             Code = "timestamp.status-waiting"                  // waiting: no token yet
	CodeRevocation          Code = "timestamp.status-revocation"               // revocationWarning, revocationNotification
	CodeStatusUnknown       Code = "timestamp.status-unknown"                  // a status that RFC 3161 does not know
)

// Codes of [Error]: what was received cannot be read. They belong to [ErrMalformed].
const (
	CodeRequestMalformed  Code = "timestamp.request-malformed"  // not a TimeStampReq
	CodeResponseMalformed Code = "timestamp.response-malformed" // not a TimeStampResp
	CodeTokenMissing      Code = "timestamp.token-missing"      // granted, and yet no token
	CodeTokenMalformed    Code = "timestamp.token-malformed"    // not a ContentInfo with SignedData
	CodeTokenTooLarge     Code = "timestamp.token-too-large"    // larger than the limit
	CodeNotToken          Code = "timestamp.not-a-token"        // signed data, but not of a TSTInfo
	CodeInfoMalformed     Code = "timestamp.info-malformed"     // not a TSTInfo
)

// Codes of [Error]: the token was read, and it does not prove what it should. They belong to [ErrNotProved].
const (
	CodeSignerCount        Code = "timestamp.signer-count"                  // not exactly one SignerInfo
	CodeCertificateMissing Code = "timestamp.certificate-missing"           // the signer's certificate is neither embedded nor given
	CodeAttributes         Code = "timestamp.signed-attributes"             // signed attributes absent, malformed, or twice
	CodeAttributeType      Code = "timestamp.content-type-attribute"        // the content-type attribute names another type
	CodeContentBroken      Code = "timestamp.content-broken"                // the message digest is not that of the TSTInfo
	CodeAlgorithm          Code = "timestamp.algorithm"                     // the signature's algorithm is unknown or contradicts the digest
	CodeSignatureBroken    Code = "timestamp.signature-broken"              // the signature does not verify
	CodeESSMissing         Code = "timestamp.signing-certificate-missing"   // no ESSCertID or ESSCertIDv2
	CodeESSMalformed       Code = "timestamp.signing-certificate-malformed" // one that cannot be read
	CodeESSMismatch        Code = "timestamp.signing-certificate-mismatch"  // one that names another certificate
	CodeEKUMissing         Code = "timestamp.eku-missing"                   // the certificate is not for time-stamping
	CodeEKUNotCritical     Code = "timestamp.eku-not-critical"              // its extended key usage is not critical
	CodeEKUExtra           Code = "timestamp.eku-extra"                     // it is for other things as well
	CodeKeyUsage           Code = "timestamp.key-usage"                     // its key usage forbids signatures
	CodeTimeOutside        Code = "timestamp.time-outside-validity"         // genTime lies outside its validity
	CodeImprintHash        Code = "timestamp.imprint-hash"                  // the imprint is of another hash
	CodeImprint            Code = "timestamp.imprint-mismatch"              // the imprint is of other data
	CodeNonceMissing       Code = "timestamp.nonce-missing"                 // a nonce was sent and none came back
	CodeNonceMismatch      Code = "timestamp.nonce-mismatch"                // another nonce came back
	CodeNonceUnasked       Code = "timestamp.nonce-unasked"                 // none was sent and one came back
	CodePolicy             Code = "timestamp.policy-mismatch"               // another policy than asked for
	CodeWeakHash           Code = "timestamp.weak-hash"                     // a new token signed over SHA-1 or MD5
	CodeTSAName            Code = "timestamp.tsa-name"                      // a new token that hints at another authority
	CodeTimeSkew           Code = "timestamp.time-skew"                     // genTime is farther from the clock than Client.MaxSkew
)
