package cms

import (
	"bytes"
	"context"
	"crypto"
	"crypto/x509"
	"strconv"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
)

// CheckDigest checks what a service answers that was sent a digest and gives a whole CMS in place of a signature value: der must be one
// SignedData (RFC 5652) in BER or DER with nothing behind it and no content inside, by one signer, whose value is intact under cert and
// stands over this digest under this hash (SHA-256, SHA-384 or SHA-512). The signer must be named as cert, by the SignerIdentifier and by
// every signing-certificate attribute. A signature without signed attributes is taken where its value is over the digest itself.
//
// Whatever package [Read] would find wrong is refused, time-stamps and counter-signatures included, with the code of the finding; what is
// not what was asked for has CodeAttached, CodeSigners, CodeHash, CodeContentKind, CodeContentDigest, CodeCertificateOther or
// CodeTrailing. Errors are *Error. Whether cert is trusted is not looked at.
func CheckDigest(der, digest []byte, hash crypto.Hash, cert *x509.Certificate) error {
	_, _, err := answer(context.Background(), der, cert, false, func(sd *cmsdata.SignedData) (digester, error) {
		return overDigest(sd, digest, hash)
	})
	return err
}

// CheckContent is CheckDigest for an answer that brings its content along, such as a text that a phone showed and signed: the content
// inside must be this one, octet for octet. The hash may be any but a weak one. CodeDetached where there is no content inside.
func CheckContent(der, content []byte, cert *x509.Certificate) error {
	_, _, err := answer(context.Background(), der, cert, false, func(sd *cmsdata.SignedData) (digester, error) {
		switch {
		case !sd.Attached:
			return nil, fail(CodeDetached, nil)
		case !bytes.Equal(sd.Content, content):
			return nil, fail(CodeContentDigest, nil)
		}
		return nil, nil
	})
	return err
}

// digester tells the digest of a content under a hash; nil: not known.
type digester func(crypto.Hash) ([]byte, error)

// overDigest says what is asked of the content of an answer to a digest.
func overDigest(sd *cmsdata.SignedData, digest []byte, hash crypto.Hash) (digester, error) {
	want, ok := alg.HashOf(hash)
	switch have := sd.Signers[0].Digest; {
	case !ok || !want.Signs || len(digest) != hash.Size():
		return nil, fail(CodeOptions, nil, "reason", "the digest must be one of SHA-256, SHA-384 or SHA-512")
	case sd.Attached:
		return nil, fail(CodeAttached, nil)
	case have.Crypto != hash:
		return nil, fail(CodeHash, nil, "found", have.Name, "asked", want.Name)
	}
	return func(h crypto.Hash) ([]byte, error) {
		if h == hash {
			return digest, nil
		}
		return nil, nil
	}, nil
}

// answer reads what a service made for the owner of cert and refuses it unless all about it is right. content says what is asked of the
// content; pades is that of ReadOptions.
func answer(ctx context.Context, der []byte, cert *x509.Certificate, pades bool, content func(*cmsdata.SignedData) (digester, error)) (*cmsdata.SignedData, *Signature, error) {
	if cert == nil {
		return nil, nil, fail(CodeChain, nil, "count", "0", "limit", strconv.Itoa(limits.CMSChain))
	}
	if len(der) > limits.CMSAnswer {
		return nil, nil, fail(CodeTooMany, nil, "what", "octets", "limit", strconv.Itoa(limits.CMSAnswer))
	}
	sd, rest, err := cmsdata.ParsePrefix(der)
	switch {
	case err != nil:
		return nil, nil, wrap(err)
	case len(rest) > 0:
		return nil, nil, fail(CodeTrailing, nil)
	case len(sd.Signers) != 1:
		return nil, nil, fail(CodeSigners, nil, "count", strconv.Itoa(len(sd.Signers)))
	case !sd.ContentType.Equal(cmsdata.OIDData):
		return nil, nil, fail(CodeContentKind, nil, "type", cmsdata.AttributeName(sd.ContentType))
	case !sd.Signers[0].ID.Matches(cert):
		return nil, nil, fail(CodeCertificateOther, nil, "subject", cert.Subject.String())
	}
	digest, err := content(sd)
	if err != nil {
		return nil, nil, err
	}
	doc, err := ReadSignedData(ctx, sd, digest, &ReadOptions{Certificates: []*x509.Certificate{cert}, PAdES: pades})
	if err != nil {
		return nil, nil, err
	}
	s := doc.Signatures[0]
	switch f := s.worst(); {
	case f != nil:
		pairs := make([]string, 0, 2*len(f.Params))
		for name, value := range f.Params {
			pairs = append(pairs, name, value)
		}
		return nil, nil, fail(f.Code, nil, pairs...)
	case s.Certificate == nil || !s.Certificate.Equal(cert): // one of the same name and number lies beside it
		return nil, nil, fail(CodeCertificateOther, nil, "subject", cert.Subject.String())
	case s.ContentIntegrity != Intact || s.SignatureIntegrity != Intact:
		return nil, nil, fail(CodeSignature, nil)
	}
	return sd, s, nil
}

// worst is the first finding that keeps a signature, with its time-stamps and counter-signatures, from being valid; nil: there is none.
func (s *Signature) worst() *Finding {
	lists := [][]Finding{s.Findings}
	for _, t := range s.Timestamps {
		lists = append(lists, t.Findings)
	}
	for _, list := range lists {
		for i := range list {
			if list[i].Severity == finding.Error {
				return &list[i]
			}
		}
	}
	for _, c := range s.CounterSignatures {
		if f := c.worst(); f != nil {
			return f
		}
	}
	return nil
}
