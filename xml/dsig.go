package xml

// Names of XML Signature.
const (
	spaceDSig   = "http://www.w3.org/2000/09/xmldsig#"
	spaceDSig11 = "http://www.w3.org/2009/xmldsig11#"
	spaceMore   = "http://www.w3.org/2001/04/xmldsig-more#"   // ECDSAKeyValue of RFC 4050
	spacePSS    = "http://www.w3.org/2007/05/xmldsig-more#"   // RSAPSSParams of RFC 9231
	spaceExc    = "http://www.w3.org/2001/10/xml-exc-c14n#"   // InclusiveNamespaces
	spaceFilter = "http://www.w3.org/2002/06/xmldsig-filter2" // XPath of Filter 2

	typeManifest = "http://www.w3.org/2000/09/xmldsig#Manifest"
)

// Transforms of a Reference, beside the canonicalisation algorithms.
const (
	TransformEnveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
	TransformBase64    = "http://www.w3.org/2000/09/xmldsig#base64"
	TransformXPath     = "http://www.w3.org/TR/1999/REC-xpath-19991116"
	TransformFilter2   = "http://www.w3.org/2002/06/xmldsig-filter2"
)
