package csc

import (
	"context"
	"encoding/base64"
	"strings"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/internal/rest"
	"github.com/kyso-dev/kyso/signer"
)

// Format is the format of a signature that the service makes (signDoc).
type Format string

// Formats.
const (
	CAdES Format = "C"
	XAdES Format = "X"
	PAdES Format = "P"
	JAdES Format = "J"
)

// Doc is one document of which the service makes the whole signature. Digest and Hash, or Content.
type Doc struct {
	Digest   []byte // of the document; for PDF of its signed ranges
	Hash     string // such as "SHA-256"
	Content  []byte // the document itself: the service sees it
	Format   Format
	Level    string            // "AdES-B-B" (the default) to "AdES-B-LTA", in the spelling of the service
	Envelope string            // "Detached", "Revision" …; "" is the service's default, but Revision for PDF: its own default would certify
	Title    string            // what the subscriber is told
	Props    map[string][]byte // signed properties by their names, such as "Reason"
}

// SignDocs has the service make whole signatures under one authorization (signatures/signDoc, version 2): it chooses the signed attributes.
// Packages pdf, cms and xml make their signatures themselves, from digests, and should be preferred.
//
// check is called with each result, the signature object or the signed document, and must verify that it signs what was sent under the
// certificate of the key: this package knows no formats. For CMS over digests that is cms.CheckDigest. Where it fails nothing is returned.
func (p *Provider) SignDocs(ctx context.Context, docs []Doc, text string, check func(i int, result []byte) error) ([][]byte, error) {
	if check == nil {
		return nil, remote.NewError(remote.CodeConfig, nil, "name", "check")
	}
	if err := signer.Cancelled(ctx); err != nil {
		return nil, err
	}
	s := p.service
	if s.version == V1 {
		return nil, remote.NewError(CodeMethod, nil, "name", "signatures/signDoc")
	}
	if err := s.offers("signatures/signDoc"); err != nil {
		return nil, err
	}
	if len(docs) == 0 || len(docs) > p.key().Batch {
		return nil, remote.NewError(remote.CodeTooMany, nil, "max", itoa(p.key().Batch), "got", itoa(len(docs)))
	}
	if err := p.key().check(s.clock.Now()); err != nil {
		return nil, err
	}
	a := &approval{count: len(docs), text: text}
	var items []map[string]any
	kind := "documents"
	for i, d := range docs {
		item, digest, oid, err := p.item(d)
		if err != nil {
			return nil, &signer.BatchError{Index: i, Err: err}
		}
		if a.hashOID != "" && a.hashOID != oid || i > 0 && (kind == "documents") != (d.Content != nil) {
			return nil, &signer.BatchError{Index: i, Err: remote.NewError(remote.CodeRequest, nil)}
		}
		if d.Content == nil {
			kind = "documentDigests"
		}
		a.hashOID, a.hashes, a.labels = oid, append(a.hashes, digest), append(a.labels, d.Title)
		items = append(items, item)
	}
	t := &Transaction{provider: p, count: a.count, text: text}
	if err := t.ask(ctx, a); err != nil {
		return nil, err
	}
	body := map[string]any{"credentialID": p.key().ID, kind: items}
	if t.permit.sad != "" {
		body["SAD"] = t.permit.sad.Reveal()
	}
	var w struct {
		Documents []rest.Text `json:"DocumentWithSignature"`
		Objects   []rest.Text `json:"SignatureObject"`
	}
	_, maybe, err := s.call(ctx, request{method: "signatures/signDoc", body: body, limit: patient, bearer: t.permit.bearer, secrets: t.permit.secrets(), most: limits.CSCDocuments}, &w)
	if err != nil {
		if maybe {
			err = signer.OutcomeUnknown("", err)
		}
		return nil, err
	}
	results := append(texts(w.Documents), texts(w.Objects)...)
	if len(results) != len(docs) {
		return nil, remote.NewError(remote.CodeIncomplete, nil, "want", itoa(len(docs)), "got", itoa(len(results)))
	}
	out := make([][]byte, len(docs))
	for i, r := range results {
		if out[i], err = remote.DecodeBase64(r); err != nil {
			return nil, signer.NewError(signer.CodeProtocol, nil)
		}
		if err := check(i, out[i]); err != nil {
			return nil, signer.NewError(signer.CodeSignatureInvalid, err)
		}
	}
	return out, nil
}

// item is a document as the call has it, and what the subscriber allows: its digest.
func (p *Provider) item(d Doc) (item map[string]any, digest []byte, oid string, err error) {
	hash, ok := alg.HashByName(d.Hash)
	if d.Hash == "" {
		hash, ok = alg.HashByName("SHA-256")
	}
	if !ok || !hash.Signs || (d.Content == nil) == (d.Digest == nil) || len(d.Content) > limits.CSCDocuments/2 {
		return nil, nil, "", remote.NewError(remote.CodeRequest, nil)
	}
	digest = d.Digest
	if d.Content != nil {
		h := hash.Crypto.New()
		h.Write(d.Content)
		digest = h.Sum(nil)
	}
	if err := signer.CheckDigest(digest, hash.Crypto); err != nil {
		return nil, nil, "", err
	}
	r, err := p.key().recipe(remote.Document{Hash: hash.Name, Digest: digest})
	if err != nil {
		return nil, nil, "", err
	}
	item = map[string]any{"signature_format": string(d.Format), "signAlgo": r.algorithm}
	if d.Content != nil {
		item["document"] = base64.StdEncoding.EncodeToString(d.Content)
	} else {
		item["hashes"], item["hashAlgorithmOID"] = []string{base64.StdEncoding.EncodeToString(digest)}, r.hash
	}
	if r.params != "" {
		item["signAlgoParams"] = r.params
	}
	if d.Level != "" {
		item["conformance_level"] = d.Level
	}
	envelope := d.Envelope
	if envelope == "" && strings.EqualFold(string(d.Format), string(PAdES)) {
		envelope = "Revision"
	}
	if envelope != "" {
		item["signed_envelope_property"] = envelope
	}
	var props []map[string]string
	for name, value := range d.Props {
		props = append(props, map[string]string{"attribute_name": name, "attribute_value": base64.StdEncoding.EncodeToString(value)})
	}
	if props != nil {
		item["signed_props"] = props
	}
	return item, digest, r.hash, nil
}
