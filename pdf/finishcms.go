package pdf

import (
	"context"
	"crypto"
	"encoding/asn1"
	"io"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/signer"
)

// Digest is the digest of what is signed, which is all of the document but the value of the signature itself, and the hash that made it:
// what to send to a service that answers with a whole CMS, which FinishCMS takes. A service that signs a bare value takes Request
// instead.
func (p *PreparedSignature) Digest() ([]byte, crypto.Hash) {
	if p.cms == nil {
		return nil, 0
	}
	return p.cms.Digest()
}

// RequestCMS is Digest as a request to those who make CMS, such as Client.SignCMS of package remote.
func (p *PreparedSignature) RequestCMS() signer.Request {
	if p.cms == nil {
		return signer.Request{}
	}
	return p.cms.RequestCMS()
}

// FinishCMS is Finish for a service that was sent Digest and answers with a whole CMS in place of a signature value (elsewhere called an
// external signer or signature container). The CMS must be what [cms.CheckDigest] takes, by the certificate that was prepared for. At B-B
// it becomes the value of the signature octet for octet, except that BER is brought to DER and a missing certificate is added; what goes
// beyond is made as by Finish.
//
// Under SubFilterCAdES the CMS must be what ETSI EN 319 142-1, 6.3, and ISO 32000-2, 12.8.3.4, let into a PDF, or it is refused with
// cms.CodeLevelRefused: signed attributes with a signing-certificate attribute, no signing time, no counter-signature, and nothing
// that says again, perhaps otherwise, what Reason and Location say (CodeTwice). Services that cannot do that are for SubFilterPKCS7.
//
// How much room a service's CMS takes is not known beforehand: Options.ContentsSize keeps it, when preparing. Where only the time-stamp
// no longer fits (CodeContentsSize), the same answer may be finished at B-B and raised by Extend; nobody needs to be asked again.
func (p *PreparedSignature) FinishCMS(ctx context.Context, dst io.Writer, src io.ReaderAt, size int64, der []byte, opts *FinishOptions) error {
	return p.finish(ctx, dst, src, size, opts, func(o *cms.FinishOptions) ([]byte, error) {
		if err := p.saidTwice(der); err != nil {
			return nil, err
		}
		return p.cms.FinishCMSDER(ctx, der, o)
	})
}

// saidTwice refuses signed attributes that stand for an entry of the signature dictionary that is there too (ISO 32000-2, 12.8.3.4.3, h,
// and 12.8.3.4.4; ETSI EN 319 142-1, 6.3, m).
func (p *PreparedSignature) saidTwice(der []byte) error {
	sd, _, err := cmsdata.ParsePrefix(der)
	if err != nil || p.layout.subFilter != SubFilterCAdES {
		return nil //nolint:nilerr // cms says what is wrong with it
	}
	for _, si := range sd.Signers {
		for _, c := range [...]struct {
			entry, text string
			attribute   asn1.ObjectIdentifier
		}{
			{"Reason", p.layout.reason, cmsdata.OIDCommitmentType},
			{"Reason", p.layout.reason, cmsdata.OIDSignaturePolicy},
			{"Location", p.layout.location, cmsdata.OIDSignerLocation},
		} {
			if _, n := si.Attr(c.attribute); n > 0 && c.text != "" {
				return fault(CodeTwice, nil, "entry", c.entry, "attribute", cmsdata.AttributeName(c.attribute))
			}
		}
	}
	return nil
}
