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
	return r.copy(&digester{ctx: ctx, doc: r.doc, resolver: r.doc.resolver}, dst, "")
}

// copy writes the octets of the Reference to dst. With a method, what comes out of its transforms as nodes is canonicalised by that and
// not by C14N10, as time-stamps ask for (EN 319 132-1, 4.5).
func (r *Reference) copy(d *digester, dst io.Writer, method C14N) error {
	if r.Digest == nil {
		return fail(CodeReferenceNone, nil, "uri", shorten(r.URI))
	}
	again := &Reference{URI: r.URI, Integrity: Unknown, DigestValue: r.Digest, doc: r.doc, plan: r.plan, hash: r.hash}
	other := method != "" && method != C14N10 && r.plan.nodes()
	if other {
		p := *r.plan
		p.steps = append(p.steps[:len(p.steps):len(p.steps)], transform{algorithm: string(method)})
		again.plan = &p
	}
	if r.kept != nil && !other {
		if _, err := dst.Write(r.kept); err != nil {
			return fail(CodeWrite, err)
		}
		return nil
	}
	var pass jobs
	if pass.add(again) {
		pass.list[0].copy = dst
		if err := pass.run(d.ctx, r.doc.in); err != nil {
			return err
		}
		if err := pass.list[0].err; err != nil {
			return err
		}
		pass.settle()
	} else if _, err := d.apart(again, dst); err != nil {
		return err
	}
	if again.Digest == nil || !other && !equal(again.Digest, r.Digest) {
		return fail(CodeChanged, nil)
	}
	return nil
}

// nodes reports that nodes and not octets come out of the transforms.
func (p *plan) nodes() bool {
	if n := len(p.steps); n > 0 {
		last := p.steps[n-1].algorithm
		return !C14N(last).Known() && last != TransformBase64
	}
	return p.target != targetExternal
}
