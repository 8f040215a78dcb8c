package cms

import (
	"crypto"
	"hash"
	"io"

	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/trust"
)

// An archive-time-stamp-v2 (RFC 5126, 6.4.1; EN 319 122-1, A.2.4) is over the octets of encapContentInfo, the content where that is
// outside, certificates, crls and the SignerInfo as they lay there. Files that have one are read; none is made.

// hashEncap begins the hashes of all archive time-stamps of this kind: it goes back in the file to encapContentInfo.
func (d *reader) hashEncap(r io.ReadSeeker, start int64) error {
	kinds := newHashes()
	for _, si := range d.sd.Signers {
		for _, a := range si.UnsignedAttrs {
			if archiveVersion(a.Type) != 2 {
				continue
			}
			for _, v := range a.Values {
				if token, err := d.token(v); err == nil {
					kinds.add(token.Info.Hash)
				}
			}
		}
	}
	if len(kinds.kinds) == 0 {
		return nil
	}
	if _, err := r.Seek(start+d.sd.EncapBegin, io.SeekStart); err != nil {
		return fail(CodeRead, err)
	}
	if err := readAll(d.ctx, kinds, io.LimitReader(r, d.sd.EncapEnd-d.sd.EncapBegin)); err != nil {
		return err
	}
	d.encap = map[crypto.Hash]hash.Hash{}
	for i, k := range kinds.kinds {
		d.encap[k] = kinds.states[i]
	}
	return nil
}

// encapWriter takes the content that is outside.
func (d *reader) encapWriter() io.Writer {
	all := []io.Writer{io.Discard}
	for _, h := range d.encap {
		all = append(all, h)
	}
	return io.MultiWriter(all...)
}

// archiveV2 compares an archive-time-stamp-v2 with what it should be over.
func (d *reader) archiveV2(s *Signature, t *Timestamp) {
	begun, ok := d.encap[t.Token.Info.Hash].(hash.Cloner)
	if !ok {
		return
	}
	if d.judged++; d.judged > limits.CMSOldArchives { // each hashes the file anew
		s.add(CodeTooMany, finding.Error, "", "what", "time-stamps", "limit", itoa(limits.CMSOldArchives))
		return
	}
	attrs := d.before(s, t)
	var raws []byte
	for _, a := range attrs {
		raws = append(raws, a.Raw...)
	}
	// The normative text hashes the whole element unsignedAttrs; annex K of early versions left out its header, and later versions ask
	// verifiers to try both (TS 101 733, annex K, note 3).
	for _, unsigned := range [][]byte{der.Encode(der.Context(1), raws), raws} {
		h, err := begun.Clone()
		if err != nil {
			return
		}
		for _, part := range [][]byte{d.sd.CertificatesRaw, d.sd.CRLsRaw, s.Info.Fixed(), unsigned} {
			h.Write(part)
		}
		if t.Token.CheckImprint(h.Sum(nil)) != nil {
			continue
		}
		t.ContentIntegrity = Intact
		t.Covers = append([]trust.Digest{trust.DigestOf(s.Value)}, digests(d.sd.Values())...)
		for _, a := range attrs {
			t.Covers = append(t.Covers, d.coveredIn(a, a.Values, 0)...)
		}
		return
	}
	t.ContentIntegrity = Broken
	t.fault(CodeTimestampUnbound, t.Token.CheckImprint(nil), "EN 319 122-1, A.2.4")
}

// before are the unsigned attributes that were there when an archive time-stamp was made: all but those archive time-stamps that are
// not older.
func (d *reader) before(s *Signature, t *Timestamp) []cmsdata.Attribute {
	var attrs []cmsdata.Attribute
	for _, a := range s.Info.UnsignedAttrs {
		if archiveVersion(a.Type) > 0 && len(a.Values) == 1 {
			if token, err := d.token(a.Values[0]); err == nil && !token.Info.Time.Before(t.Token.Info.Time) {
				continue
			}
		}
		attrs = append(attrs, a)
	}
	return attrs
}
