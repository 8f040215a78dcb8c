// Package einvoice signs and reads the XML documents of Vietnam: e-invoices and what is sent about them to the tax authority, tax
// filings, forms of the social insurance, files of health facilities. All of them are signed with plain XML Signature (package xml), each
// kind at places of its own, the slots.
//
// [Sign] fills a slot: seller, buyer and tax authority sign an invoice one after another, in any order. [Prepare] does it for keys that
// answer later, [SignBatch] for many documents under one consent. No octet changes but in the slot. [Check] says before signing what a
// reader would find afterwards.
//
// [Read] says what a file is, which of its slots are signed and which have to be, what each signature covers, and what an accountant
// should know besides: that the certificate belongs to another tax code, that an invoice was signed too late, that the QR code is not
// signed. It gives no verdict; package verify does. Where a digest does not fit, a hint says which change would make it fit.
//
// [Wrap] and [Unwrap] put documents into the envelopes that travel to the tax authority and take them out again, [Strip] makes a copy
// without signatures, [PackBHXH] and [PackHealth] pack and sign what goes to the social and health insurance, [CTSRow] is for registrations,
// [ReadZip] and [WalkZip] are for downloads from the tax authority's portal.
//
// What is known about kinds of documents, their slots and who signs what comes from published forms and from files in circulation. The
// name of this package and of its slots are those of the forms.
package einvoice
