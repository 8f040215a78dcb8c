// Package xml canonicalises, signs and reads XML: Canonical XML 1.0 and 1.1 and Exclusive XML Canonicalization 1.0, and XML
// Signature (XML-DSig).
//
// The reader is strict and has no document types and no entities but the five of XML, so that a document means one thing and nothing
// is fetched. It is read through a window: a document of any size takes the memory of a small one.
package xml
