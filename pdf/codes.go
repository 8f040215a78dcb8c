package pdf

import "github.com/kyso-dev/kyso/internal/finding"

// Codes of errors.
const (
	CodeUnreadable    finding.Code = "pdf.unreadable"     // not a PDF, or too damaged; the cause says where
	CodeDamaged       finding.Code = "pdf.damaged"        // too damaged to be signed, though perhaps not to be read
	CodeEncrypted     finding.Code = "pdf.encrypted"      // protected by a password or for certificates
	CodeNoPages       finding.Code = "pdf.no-pages"       // no page to put the signature field on
	CodeForm          finding.Code = "pdf.form"           // the form is damaged where the signature would go; params: object
	CodeLevel         finding.Code = "pdf.level"          // a kind of signature that has no baseline levels; params: field, sub_filter
	CodeOption        finding.Code = "pdf.option"         // an option that makes no sense; params: option, value
	CodeTimestamper   finding.Code = "pdf.timestamper"    // B-T and above without anyone to ask for a time-stamp
	CodeCollector     finding.Code = "pdf.collector"      // B-LT and above without anyone to ask for evidence
	CodeEvidence      finding.Code = "pdf.evidence"       // evidence is missing, or speaks against it; params: field; the cause says what
	CodeUnsigned      finding.Code = "pdf.unsigned"       // nothing to extend: no signature, or none in that field; params: field
	CodeBroken        finding.Code = "pdf.broken"         // a signature or time-stamp that does not hold is not extended; params: field
	CodeNoCertificate finding.Code = "pdf.no-certificate" // the signer gave no certificate
	CodeCertified     finding.Code = "pdf.certified"      // its author allows no further change, or no second certification
	CodeSigned        finding.Code = "pdf.signed"         // certifying what is signed already
	CodeFieldSigned   finding.Code = "pdf.field-signed"   // params: field
	CodeFieldType     finding.Code = "pdf.field-type"     // a field of that name is not a signature field; params: field
	CodeFieldName     finding.Code = "pdf.field-name"     // not a name that a field can have; params: field
	CodeFieldLocked   finding.Code = "pdf.field-locked"   // an earlier signature locked it; params: field, by
	CodeSeedValue     finding.Code = "pdf.seed-value"     // the field demands what was not asked for; params: field, entry, wants
	CodeContentsSize  finding.Code = "pdf.contents-size"  // the space left for the signature was too small; params: have, need
	CodeTwice         finding.Code = "pdf.said-twice"     // the service's CMS says what the signature dictionary says; params: entry, attribute
	CodeBatch         finding.Code = "pdf.batch"          // not all of a batch were signed; params: failed, total
	CodeBatchStopped  finding.Code = "pdf.batch-stopped"  // not signed because another document could not be
	CodeChanged       finding.Code = "pdf.changed"        // the document is not the one that was prepared
	CodeState         finding.Code = "pdf.state"          // what was stored is damaged; params: part
	CodeStateVersion  finding.Code = "pdf.state-version"  // what was stored is of another version; params: version
	CodeRead          finding.Code = "pdf.read"           // reading failed
	CodeWrite         finding.Code = "pdf.write"          // writing failed
	CodeLimit         finding.Code = "pdf.limit"          // more than a document may have; params: what, max
)

// Codes of findings.
const (
	CodeRangeMissing      finding.Code = "pdf.range-missing"        // no ByteRange, or not an array of integers
	CodeRangeShape        finding.Code = "pdf.range-shape"          // not two ranges
	CodeRangeNegative     finding.Code = "pdf.range-negative"       // a negative number in it
	CodeRangeStart        finding.Code = "pdf.range-start"          // the first range does not begin the file
	CodeRangeOverlap      finding.Code = "pdf.range-overlap"        // the ranges overlap, or nothing is between them
	CodeRangePastEnd      finding.Code = "pdf.range-past-end"       // beyond the end of the file
	CodeRangeGap          finding.Code = "pdf.range-gap"            // the gap is not the hexadecimal string of this signature's /Contents
	CodeOutside           finding.Code = "pdf.outside"              // the signature dictionary lies outside of what it signs
	CodeContentsMissing   finding.Code = "pdf.contents-missing"     // no /Contents, or not a string
	CodeContentsPadding   finding.Code = "pdf.contents-padding"     // something other than zeros behind the signature
	CodePart              finding.Code = "pdf.part"                 // what is signed is no whole revision
	CodeAppended          finding.Code = "pdf.appended"             // the file goes on after what is signed; params: octets
	CodeCMSUnreadable     finding.Code = "pdf.cms-unreadable"       // params: why
	CodeAttached          finding.Code = "pdf.attached"             // the CMS structure brings content of its own
	CodeSeveralSigners    finding.Code = "pdf.several-signers"      // params: count
	CodeNoSigner          finding.Code = "pdf.no-signer"            // certificates at most
	CodeCertificateAbsent finding.Code = "pdf.certificate-absent"   // the signer's certificate is not in the signature
	CodeSigningTimeAttr   finding.Code = "pdf.signing-time"         // the attribute that PAdES forbids
	CodeNoSignedAttrs     finding.Code = "pdf.no-signed-attributes" // PAdES without signed attributes
	CodeNoDate            finding.Code = "pdf.no-date"              // no /M, or not a date
	CodeFilterOther       finding.Code = "pdf.filter"               // no /Filter; params: filter
	CodeSubFilterLegacy   finding.Code = "pdf.sub-filter-legacy"    // adbe.pkcs7.sha1, adbe.x509.rsa_sha1; params: sub_filter
	CodeSubFilterUnknown  finding.Code = "pdf.sub-filter-unknown"   // params: sub_filter
	CodeTypeMismatch      finding.Code = "pdf.type-mismatch"        // /Type and /SubFilter contradict one another; params: type, sub_filter
	CodeShared            finding.Code = "pdf.shared"               // one signature shown by several fields; params: fields
	CodeFieldDamaged      finding.Code = "pdf.field-damaged"        // a signature field's value is no signature dictionary; params: field
	CodeRewritten         finding.Code = "pdf.rewritten"            // a later revision changed the signature's dictionary
	CodeRemoved           finding.Code = "pdf.signature-removed"    // an earlier revision has a signature that the last one lacks; params: field
	CodeUnlisted          finding.Code = "pdf.unlisted"             // the certification that the catalog names is in no field
	CodeRepeatedKey       finding.Code = "pdf.repeated-key"         // the signature dictionary has a key twice
	CodeRepaired          finding.Code = "pdf.repaired"             // damaged cross-references
	CodeLost              finding.Code = "pdf.signature-lost"       // the file holds a signature that its form does not lead to
	CodeCutOff            finding.Code = "pdf.cut-off"              // the end of the last update is missing, and with it perhaps a signature
	CodeTokenUnreadable   finding.Code = "pdf.token-unreadable"     // a document time-stamp that is none; params: why
	CodeTokenBroken       finding.Code = "pdf.token-broken"         // it does not hold; params: why
	CodeActive            finding.Code = "pdf.active-content"       // what is shown may change, or something is run or sent; params: what
	CodeDSSDamaged        finding.Code = "pdf.dss-damaged"          // an entry of the document security store cannot be used; params: object
	CodeDSSLimit          finding.Code = "pdf.dss-limit"            // the store holds more than is read; params: max
)

// Codes of what was done to a document after it was signed ([Changes]). The parameter revision is where.
const (
	CodeChangedStore      finding.Code = "pdf.changed-store"      // validation data was added
	CodeChangedExtensions finding.Code = "pdf.changed-extensions" // extensions of the standard were named
	CodeChangedTimestamp  finding.Code = "pdf.changed-timestamp"  // a document time-stamp was added; params: field
	CodeChangedSignature  finding.Code = "pdf.changed-signature"  // a signature was added; params: field
	CodeChangedInfo       finding.Code = "pdf.changed-info"       // another date of modification
	CodeChangedEmpty      finding.Code = "pdf.changed-empty"      // an empty signature field was added; params: field
	CodeChangedField      finding.Code = "pdf.changed-field"      // a field of the form was filled in; params: field
	CodeChangedAnnotation finding.Code = "pdf.changed-annotation" // a comment was added, as the certification permits; params: object
	CodeChangeForbidden   finding.Code = "pdf.change-forbidden"   // a signature was added that this one does not permit; params: field
	CodeChangeContent     finding.Code = "pdf.change-content"     // the pages show something else; params: object
	CodeChangeAction      finding.Code = "pdf.change-action"      // what happens when the document is opened, or which layers are shown; params: object
	CodeChangeValue       finding.Code = "pdf.change-value"       // a field that had a value when it was signed has another one; params: field
	CodeChangeLook        finding.Code = "pdf.change-look"        // a field shows something else, though its value is what it was; params: field, object
	CodeChangeMetadata    finding.Code = "pdf.change-metadata"    // the metadata says more than another date of modification
	CodeChangeAnnotation  finding.Code = "pdf.change-annotation"  // annotations were added, changed or taken away; params: object

	CodeChangeForbiddenField      finding.Code = "pdf.change-forbidden-field"      // a field was filled in that this signature does not permit to fill in; params: field
	CodeChangeForbiddenAnnotation finding.Code = "pdf.change-forbidden-annotation" // annotations were changed though this signature does not permit it; params: object
	CodeChangeObject              finding.Code = "pdf.change-object"               // an object was added or changed in another way; params: object
	CodeChangeFreed               finding.Code = "pdf.change-freed"                // an object was taken away; params: object
	CodeChangeAppeared            finding.Code = "pdf.change-appeared"             // an object was added that the document had been waiting for; params: object
	CodeChangeTrailer             finding.Code = "pdf.change-trailer"              // another catalog, or another entry of the trailer
	CodeChangeStore               finding.Code = "pdf.change-store"                // validation data was taken away, or is no such data
	CodeChangeExtensions          finding.Code = "pdf.change-extensions"           // an extension was taken away
	CodeChangeForm                finding.Code = "pdf.change-form"                 // the form was changed otherwise than by a signature field
	CodeChangeSections            finding.Code = "pdf.change-sections"             // the cross-references are not those of a plain update; params: offset
	CodeChangeStray               finding.Code = "pdf.change-stray"                // octets that belong to no object; params: offset
	CodeChangeDamaged             finding.Code = "pdf.change-damaged"              // objects that readers may understand differently; params: offset
	CodeChangeLimit               finding.Code = "pdf.change-limit"                // more changes than are compared
)
