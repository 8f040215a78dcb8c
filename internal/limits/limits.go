// Package limits names every maximum of the module in one place. A limit that is hit is an error that names it; nothing is cut
// short in silence. Values are generous for real documents and small against memory and time.
package limits

import "time"

// DER and BER (internal/der).
const (
	DERDepth   = 64       // nesting of constructed elements
	DERElement = 64 << 20 // octets of one element that is held in memory
)

// CMS (internal/cmsdata, cms). The content of a signed file is not limited: it is never held.
const (
	CMSSigners      = 256   // SignerInfos of one SignedData
	CMSCertificates = 1024  // certificates of one SignedData
	CMSCandidates   = 16    // certificates that one signer could mean
	CMSRevocation   = 4096  // CRLs and OCSP responses of one SignedData
	CMSDigests      = 64    // digestAlgorithms of one SignedData
	CMSAttributes   = 256   // attributes of one kind of one signer
	CMSValues       = 256   // values of one attribute
	CMSTimestamps   = 64    // time-stamps of one signer that are parsed
	CMSCounter      = 8     // nesting of counter-signatures
	CMSESSCerts     = 64    // certificates that one signing-certificate attribute names
	CMSState        = 16000 // octets of a prepared signature's JSON
	CMSChain        = 16    // certificates of a signer's chain
	CMSOldArchives  = 16    // archive time-stamps of version 2 in one file that are judged
	CMSHashIndexes  = 8     // indexes of one archive time-stamp that are read
	CMSIndexed      = 65536 // hashes in one list of an index: 256 values of 256 attributes

	CMSAnswer = 8 << 20 // octets of a CMS that a service gives in place of a signature value
)

// Keys and signature algorithms (internal/alg).
const (
	RSAMinVerify = 1024  // bits of a modulus that is still verified; below, anyone may have made the signature
	RSAMinSign   = 2048  // bits of a modulus that signs
	RSAMax       = 16384 // bits of a modulus, whatever it is for: verifying costs time that grows with its cube
)

// Software keys (signer/keyfile).
const (
	KeyFile             = 1 << 20   // octets of a key or certificate file
	KeyFileCertificates = 64        // certificates in one key file
	PBKDF2Iterations    = 5_000_000 // rounds of a password-based encryption, over its whole derived key
	PBESalt             = 1024      // octets of salt
	ScryptMemory        = 256 << 20 // octets, 128·N·r
	ScryptWork          = 1 << 25   // N·r·p
	Password            = 4096      // octets of a password
	PKCS12Key           = 16 << 10  // octets of an encrypted key; one of RSA with 16384 bits takes 9.5 kB
)

// HTTP (internal/httpx).
const (
	HTTPBody      = 16 << 20         // octets of an answer, where the caller names no smaller bound
	HTTPHeader    = 64 << 10         // octets of an answer's header
	HTTPRedirects = 3                // redirects followed
	HTTPTimeout   = 30 * time.Second // a whole exchange, where the caller names no other time
	HTTPDial      = 10 * time.Second // connecting, and as long again for the TLS handshake
	HTTPURL       = 8 << 10          // octets of an address
)

// Time-stamps (timestamp).
const (
	TSPRequest    = 64 << 10          // octets of a request
	TSPResponse   = 1 << 20           // octets of an answer, where the caller names no other bound
	TSPToken      = 16 << 20          // octets of a token, which may carry CRLs for the long term
	TSPInteger    = 64                // octets of a serial number or nonce; RFC 3161 names 160 bits
	TSPExtensions = 32                // extensions of a request or TSTInfo
	TSPTexts      = 16                // free texts of an answer that are kept
	TSPTextLength = 1 << 10           // octets of the free text that are shown
	TSPRetries    = 10                // further tries of one server
	TSPServers    = 16                // servers of one client
	TSPTimeout    = 180 * time.Second // one try of one server; public servers were measured at over two minutes
	TSPRetryAfter = 30 * time.Second  // the longest wait that a server may ask for before the next try
	TSPAccuracy   = 1 << 32           // seconds of accuracy, so that a duration holds them
)

// PDF objects and cross-references (internal/pdfobj).
const (
	PDFDepth        = 256       // nesting of arrays and dictionaries in one object
	PDFObjectBytes  = 16 << 20  // one object as written, the data of a stream not counted
	PDFObjectParts  = 1 << 21   // values inside one object
	PDFObjectNumber = 1<<31 - 2 // highest object number
	PDFObjects      = 1 << 22   // objects that are listed in memory: irregular tables and scanned files
	PDFSections     = 10_000    // cross-reference sections in one file
	PDFEntries      = 1 << 24   // cross-reference entries in all sections together
	PDFSubsections  = 1 << 20   // subsections of all tables together
	PDFXrefBytes    = 64 << 20  // decoded cross-reference streams of one file together
	PDFObjStmBytes  = 64 << 20  // one decoded object stream
	PDFStreamBytes  = 256 << 20 // the most that a caller may ask to have decoded of one stream
	PDFFilters      = 8         // filters on one stream
	PDFReferences   = 64        // references that lead from one to the next
	PDFPredictorRow = 1 << 20   // octets in one row of a predictor
	PDFScanDecoded  = 256 << 20 // octets decoded while a damaged file is scanned, or all objects of a file are looked at

	PDFObjectsCompared = 1 << 21  // objects of a file that are looked at for what later revisions do to them
	PDFBlank           = 64 << 10 // octets of white space and comments between objects of an update
)

// Trust anchors and paths (trust).
const (
	TrustFile      = 8 << 20  // octets of a certificate file
	TrustFiles     = 4096     // files of a folder
	TrustAnchors   = 4096     // certificates trusted at once
	EvidenceFile   = 64 << 20 // octets of a file with CRLs, OCSP responses or an evidence record
	RecordEntries  = 16384    // entries of an evidence record
	RecordSize     = 64 << 20 // octets of all entries of an evidence record, unpacked
	PathCandidates = 512      // certificates through which a path is searched
	PathLength     = 16       // certificates in a path
	PathChecks     = 64       // steps of a look for a path without signatures

	RevocationFresh   = 24 * time.Hour     // how long revocation data holds that names no time of the next
	TrustCache        = 64 << 20           // octets of what was fetched that are kept
	TrustCacheEntry   = 512                // octets that keeping one answer costs beside its own
	TrustCacheTime    = 7 * 24 * time.Hour // the longest that an answer is kept
	TrustMemory       = 64 << 20           // octets of evidence that a validator keeps read
	TrustAsks         = 512                // certificates asked about in one judgement, those of responders included
	TrustFetches      = 32                 // requests of one judgement
	TrustFetchTimeout = 15 * time.Second   // one exchange, whatever the pace
	TrustFetchTotal   = 60 * time.Second   // all exchanges of one judgement
	TrustFetchAgain   = time.Minute        // how long a failure is remembered
	TrustIssuers      = time.Hour          // how long certificates of issuers are kept
	PathDetours       = 4                  // further paths looked at where one has a certificate to blame above the first
)

// Certificates and their paths (internal/pki).
const (
	MemoCertificates = 1024     // parsed certificates that the process keeps at hand
	MemoCertificate  = 16 << 10 // octets of one that is kept

	PKICertificate = 1 << 20 // octets of a certificate
	PKISerial      = 256     // octets of a serial number; RFC 5280 names 20
	PKIExtensions  = 256     // extensions of a certificate or CRL
	PKINames       = 4096    // names in one extension
	PKIPoints      = 256     // distribution points of a certificate
	PKIPolicies    = 128     // policies, mappings or qualifiers in one extension
	PKIComparisons = 250_000 // comparisons of names with name constraints in one search
	PKIPath        = 16      // certificates in a path
	PKIPool        = 1024    // certificates through which a path is searched
	PKISteps       = 4096    // partial paths looked at in one search
	PKIPaths       = 256     // paths to anchors validated in one search
	PKIVisits      = 8       // partial paths that go through one certificate
	PKISignatures  = 512     // signatures checked in one search
)

// Revocation (internal/revoke).
const (
	RevokeCRL          = 32 << 20  // octets of a CRL
	RevokeCRLs         = 1024      // CRLs of one piece of evidence
	RevokeOCSP         = 1 << 20   // octets of an OCSP response
	RevokeResponses    = 4096      // OCSP responses of one piece of evidence
	RevokeSingles      = 1024      // certificates that one OCSP response tells of
	RevokeCertificates = 64        // certificates inside an OCSP response
	RevokeChecks       = 256       // signatures looked at for one certificate
	RevokeOctets       = 256 << 20 // octets hashed for them
	RevokeComparisons  = 1_000_000 // names of distribution points compared for one certificate
	RevokeNesting      = 8         // certificates of those who signed whose own state hangs on another's
)

// Signed PDFs (pdf).
const (
	PDFFields      = 200_000   // form fields and their widgets
	PDFFieldDepth  = 128       // nesting of form fields
	PDFPageDepth   = 128       // nesting of the page tree
	PDFPageNodes   = 10_000    // page tree nodes looked at for the first page
	PDFSignatures  = 5_000     // signatures and document time-stamps in one file
	PDFContents    = 8 << 20   // octets kept free for, or read from, one /Contents
	PDFTexts       = 4 << 10   // octets of all texts of one signature (reason, place, name, contact, field) together
	PDFChain       = 16        // certificates given to one signature
	PDFDigestTimes = 8         // how often the octets of a file may be digested for its signatures …
	PDFDigestFree  = 256 << 20 // … beyond these many octets
	PDFState       = 16 << 10  // octets of a stored preparation

	PDFEvidence      = 1 << 16   // entries of all document security stores of a file together
	PDFEvidenceBytes = 128 << 20 // octets of certificates, OCSP responses and CRLs in them
	PDFFindings      = 256       // findings of one kind that are listed
	PDFCompared      = 1024      // revisions after the first signed one that are compared
	PDFChanged       = 1 << 16   // objects that these add or define anew
	PDFCompareWork   = 1 << 24   // entries of their stores that are compared
	PDFShown         = 1 << 17   // objects that the pages of the first signed revision are made of
	PDFActive        = 1 << 10   // pages, annotations and actions that are looked at for active content
	PDFMetadata      = 1 << 20   // octets of metadata that are compared
)

// XML documents (internal/xmltree).
const (
	XMLDepth          = 2048       // nesting of elements
	XMLAttributes     = 1024       // attributes of one element, namespace declarations among them
	XMLNamespaces     = 256        // namespace declarations in scope at once
	XMLPrefixes       = 4096       // different prefixes of one document
	XMLMarkup         = 8 << 20    // octets of one tag, comment or processing instruction that is read through a window
	XMLNodes          = 1 << 26    // nodes of a tree
	XMLWhole          = 256 << 20  // octets of a document that has to be held in memory: for XPath, or since it is not UTF-8
	XMLPart           = 8 << 20    // octets of SignedInfo, KeyInfo or a Manifest
	XMLSignatures     = 50_000     // signatures of one document
	XMLSignatureDepth = 256        // nesting of a signature in other elements
	XMLDigestTimes    = 16         // how often the octets of a document may be canonicalised for its signatures …
	XMLDigestFree     = 256 << 20  // … beyond these many octets
	XMLObjects        = 64         // Objects of one signature
	XMLReferences     = 4096       // References of one signature, and of one Manifest
	XMLTransforms     = 16         // transforms of one Reference
	XMLBase64         = 64 << 20   // octets that a base64 transform decodes
	XMLXPath          = 4096       // octets of an XPath expression
	XMLXPathSteps     = 50_000_000 // steps through the tree of all XPath expressions of one document
	XMLKeys           = 64         // certificates and keys in one KeyInfo
	XMLCandidates     = 16         // certificates under which a signature value is tried
	XMLState          = 16000      // octets of a prepared signature's JSON
	XMLChain          = 16         // certificates given to one signature
	XMLProperties     = 64 << 20   // octets of the QualifyingProperties of one signature
	XMLUnsigned       = 256        // unsigned properties of one signature
	XMLTimestamps     = 64         // time-stamps of one signature that are parsed
	XMLValues         = 4096       // certificates, CRLs and OCSP responses in the properties of one signature
	XMLSigningCerts   = 64         // certificates that one SigningCertificate names
	XMLClaims         = 256        // roles, commitments or formats of one signature
	XMLCounter        = 8          // nesting of signatures in the properties of others
	XMLOutline        = 1 << 16    // elements of the upper part of a document, by which is told what a signature leaves out …
	XMLOutlineDepth   = 4          // … and how deep that goes
	XMLOutlineSteps   = 20_000_000 // steps through it for all signatures of one document
	XMLUncovered      = 32         // elements that are listed as left out by one signature
)

// Vietnamese documents (xml/einvoice).
const (
	InvoiceParts    = 50_000    // documents in one envelope
	InvoiceChildren = 256       // children of a document's element that are told apart
	InvoiceField    = 1024      // octets of a value that is read
	InvoiceDiagnose = 2 << 20   // octets of an element whose digest is diagnosed
	InvoiceAttempts = 16 << 20  // octets that diagnosing one file may canonicalise
	InvoiceZip      = 64 << 20  // octets of the tax portal's zip
	InvoiceZipFiles = 64        // files in it
	InvoiceZipXML   = 128 << 20 // octets of the invoice in it
	InvoiceZipAll   = 10_000    // files in a zip of many invoices
	InvoiceZipTotal = 512 << 20 // octets of all of these
	InvoicePack     = 64 << 20  // octets of one file that is packed for the social insurance
	InvoicePacked   = 1000      // such files
)

// Names of subjects and issuers (internal/vnid).
const (
	NameAttributes = 256 // attributes of one name
)

// The test PKI's services (internal/testpki).
const (
	TestPKIRequest   = 64 << 10 // octets of an OCSP or time-stamp request
	TestPKIQuestions = 64       // certificates that one OCSP request asks about
	TestPKIFile      = 1 << 20  // octets of a file in the folder of a demo PKI
)

// Verification (verify).
const (
	DetectHead      = 4096            // octets that tell the format of a document
	PDFHeaderWithin = 1024            // octets in which the header of a PDF is looked for
	VerifySkew      = 5 * time.Minute // how far clocks of signers and time-stamp authorities may be ahead of ours
)

// PKCS#11 tokens (token).
const (
	TokenSlots        = 256                    // slots of a module that are looked at
	TokenSessions     = 16                     // sessions of one token that this process has open at once
	TokenObjects      = 4096                   // objects of one search
	TokenCertificates = 256                    // certificates of a token that are listed
	TokenKeys         = 256                    // private or public keys of a token that are compared
	TokenAttribute    = 64 << 10               // octets of one attribute of an object
	TokenModule       = 256 << 20              // octets of a module's file
	TokenExports      = 65_536                 // names in the export table of a DLL that are looked at
	TokenProviders    = 1024                   // entries of the Windows registry that are looked at
	TokenFolders      = 2048                   // folders in which modules are looked for
	TokenProbe        = 1 << 20                // octets of the answer of a probe
	TokenClock        = 10 * time.Minute       // how far a clock may be off before it is called wrong
	TokenPoll         = 200 * time.Millisecond // between two looks for a token that was pulled out
)

// Remote services (remote).
const (
	RemoteDocuments = 1000             // documents of one operation
	RemoteOperation = 4 << 20          // octets of a stored operation
	RemoteStored    = 100_000          // operations of one store
	RemoteText      = 200              // characters of what a service says that are kept
	RemoteAnswer    = 4 << 20          // octets of a service's answer
	RemoteHook      = 1 << 20          // octets of a call that a service makes
	RemoteID        = 255              // octets of the id of an operation or a document
	RemoteTitle     = 200              // characters of a document's title that are sent
	RemoteFloor     = time.Second      // the least between two looks at one operation
	RemoteSlowest   = 10 * time.Second // the most, unless the service asks for more
	RemoteHint      = time.Minute      // the longest pause between two looks that a service may ask for
	RemoteLifetime  = time.Hour        // the longest that an operation is waited for
	RemoteMessage   = 1 << 20          // octets of a message of a mobile signature service
	RemoteDepth     = 32               // nesting of elements in one
	RemoteElements  = 10_000           // elements in one
)

// Services of the Cloud Signature Consortium (remote/csc).
const (
	CSCList       = 1000     // keys, methods, algorithms or certificates of one answer
	CSCObjects    = 32       // things that a subscriber may authenticate by
	CSCExpression = 4096     // octets of the expression over them
	CSCWays       = 64       // combinations that it may stand for
	CSCDocuments  = 64 << 20 // octets of an answer that holds whole documents, and of what is sent for it
	CSCSessions   = 10_000   // operations of one key whose subscriber is waited for
)
