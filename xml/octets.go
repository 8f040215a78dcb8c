package xml

import (
	"context"
	"io"
)

// CopyOctets writes the octets that were hashed for the Reference to dst, and nothing else. The document that was read must still be
// there: octets that no longer have the digest are an error (CodeChanged), and dst must be thrown away. Octets that came from a
// Resolver are asked for again.
func (r *Reference) CopyOctets(ctx context.Context, dst io.Writer) error {
	if r.doc == nil || r.Digest == nil {
		return fail(CodeReferenceNone, nil, "uri", shorten(r.URI))
	}
	again := &Reference{URI: r.URI, Integrity: Unknown, DigestValue: r.Digest, doc: r.doc, plan: r.plan, hash: r.hash}
	var pass jobs
	if pass.add(again) {
		pass.list[0].copy = dst
		if err := pass.run(ctx, r.doc.in); err != nil {
			return err
		}
		if err := pass.list[0].err; err != nil {
			return err
		}
		pass.settle()
	} else {
		d := &digester{ctx: ctx, doc: r.doc, resolver: r.doc.resolver}
		if _, err := d.apart(again, dst); err != nil {
			return err
		}
	}
	if !equal(again.Digest, r.Digest) {
		return fail(CodeChanged, nil)
	}
	return nil
}
