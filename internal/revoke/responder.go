package revoke

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/pki"
)

// askResponses makes answers of the OCSP responses that tell of the certificate.
func (q *question) askResponses() {
	if len(q.ev.responses) > limits.RevokeResponses {
		q.note(fail(CodeTooLarge, nil, "what", "OCSPResponse", "max", strconv.Itoa(limits.RevokeResponses)))
		return
	}
	for _, r := range q.ev.responses {
		var piece *Piece
		for i := range r.Singles {
			s := &r.Singles[i]
			if !q.meant(s.ID) {
				continue
			}
			if piece == nil {
				var err *Error
				if piece, err = q.authentic(r); err != nil {
					q.note(err)
					break
				}
			}
			switch {
			case len(s.Unknown) > 0:
				q.note(fail(CodeOCSPCritical, nil, "responder", r.Responder.String(), "oid", s.Unknown[0].String()))
			case s.CertHash != nil && !s.CertHash.of(q.cert):
				q.note(fail(CodeCertHash, nil, "responder", r.Responder.String(), "subject", q.cert.Name()))
			default:
				q.answers = append(q.answers, Answer{State: s.State, Reason: s.Reason, RevokedAt: s.RevokedAt, InvalidAt: s.InvalidAt, Source: OCSP,
					ThisUpdate: s.ThisUpdate, NextUpdate: s.NextUpdate, ProducedAt: r.ProducedAt, ArchiveCutOff: s.ArchiveCutOff, Piece: *piece})
			}
		}
	}
}

// meant is CertID.Names for the certificate asked about, with each hash made once.
func (q *question) meant(id CertID) bool {
	if id.Hash == 0 || id.Serial.Cmp(q.cert.Serial) != 0 {
		return false
	}
	h, ok := q.hashes[id.Hash]
	if !ok {
		h = hashesOf(id.Hash, q.cert, q.above[0])
		q.hashes[id.Hash] = h
	}
	return h.match(id)
}

func (q *question) authentic(r *Response) (*Piece, *Error) {
	if len(r.Unknown) > 0 {
		return nil, fail(CodeOCSPCritical, nil, "responder", r.Responder.String(), "oid", r.Unknown[0].String())
	}
	signer, err := q.responder(r)
	if err != nil {
		return nil, err
	}
	return &Piece{Response: r, Digest: r.digest, Signer: signer, NoCheck: signer[0].NoCheck}, nil
}

// responder looks for who signed a response and may (RFC 6960, 4.2.2.2): the issuer of the certificate asked about, somebody to whom it
// delegated this with the same key, or a responder that the caller trusts.
func (q *question) responder(r *Response) ([]*pki.Certificate, *Error) {
	var why error
	if r.Responder.names(q.above[0]) {
		if why = q.verify(&r.signature, pki.PathKey(q.above)); why == nil {
			return q.above, nil
		}
	}
	for _, c := range slices.Concat(r.Certificates, q.opts.Responders, q.ev.of(r.Responder)) {
		if c == nil || !r.Responder.names(c) || c.Equal(q.above[0]) {
			continue
		}
		if err := q.verify(&r.signature, pki.KeyOf(c)); err != nil {
			why = cmp.Or(why, err) // that one who signed may not tells more
			continue
		}
		if slices.ContainsFunc(q.opts.Responders, c.Equal) {
			return []*pki.Certificate{c}, nil
		}
		path := append([]*pki.Certificate{c}, q.above...)
		if why = q.delegated(path, r); why == nil {
			return path, nil
		}
	}
	return nil, fail(CodeResponder, why, "responder", r.Responder.String())
}

// delegated tells whether the first of a path is a responder whom the second has asked to answer in its place. The path is the one of
// the certificate asked about, so the same key has signed both.
func (q *question) delegated(path []*pki.Certificate, r *Response) error {
	c := path[0]
	if c.Equal(q.cert) || !slices.Contains(c.ExtKeyUsage, pki.OCSPSigning) ||
		c.HasKeyUsage && c.KeyUsage&(pki.UsageDigitalSignature|pki.UsageNonRepudiation) == 0 {
		return fail(CodeDelegate, nil, "subject", c.Name())
	}
	if _, err := pki.Validate(path, q.pathAt(r.ProducedAt)); err != nil && !q.excused(err) {
		return err
	}
	return nil
}

// of are the certificates that a ResponderID could mean.
func (e *Evidence) of(id ResponderID) []*pki.Certificate {
	if id.KeyHash == nil {
		return e.certificates[id.Name.Key()]
	}
	e.once.Do(func() {
		e.byKey = make(map[string][]*pki.Certificate)
		for _, c := range e.all {
			k := string(keyHash(c))
			e.byKey[k] = append(e.byKey[k], c)
		}
	})
	return e.byKey[string(id.KeyHash)]
}
