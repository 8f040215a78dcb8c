package csc

import (
	"bytes"
	"encoding/asn1"
	"encoding/base64"
	"io"
	"math/big"
	"net/http"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/internal/rest"
)

// TSA lets package timestamp take time-stamps from the service (signatures/timestamp), with all the checks that it makes:
//
//	tsa := &timestamp.Client{URL: service.Base(), HTTPClient: service.TSA()}
//
// Requests that name a policy are refused, since the call has no place for one.
func (s *Service) TSA() *http.Client { return &http.Client{Transport: tsa{s}} }

// Base is the base address of the service.
func (s *Service) Base() string { return s.base }

// tsa turns requests of RFC 3161 into calls, and answers back.
type tsa struct{ service *Service }

func (t tsa) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body == nil {
		return nil, remote.NewError(remote.CodeRequest, nil)
	}
	defer req.Body.Close()
	der, err := io.ReadAll(io.LimitReader(req.Body, limits.HTTPBody))
	if err != nil {
		return nil, remote.NewError(remote.CodeRequest, nil)
	}
	ask, ok := parseStampRequest(der)
	if !ok {
		return nil, remote.NewError(remote.CodeRequest, nil)
	}
	if err := t.service.offers("signatures/timestamp"); err != nil {
		return nil, err
	}
	body := map[string]any{"hash": base64.StdEncoding.EncodeToString(ask.imprint), "hashAlgo": ask.hash}
	if ask.nonce != nil {
		body["nonce"] = ask.nonce.Text(16)
	}
	var w struct {
		Token rest.Text `json:"timestamp"`
	}
	answer, _, err := t.service.call(req.Context(), request{method: "signatures/timestamp", body: body}, &w)
	if err != nil {
		return nil, err
	}
	token, err := remote.DecodeBase64(string(w.Token))
	if err != nil || len(token) == 0 {
		return nil, unreadable(answer)
	}
	var b cryptobyte.Builder // TimeStampResp: granted, and the token (RFC 3161, 2.4.2)
	b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1Int64(0) })
		b.AddBytes(token)
	})
	data, err := b.Bytes()
	if err != nil {
		return nil, unreadable(answer)
	}
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: req, ContentLength: int64(len(data)),
		Header: http.Header{"Content-Type": {"application/timestamp-reply"}}, Body: io.NopCloser(bytes.NewReader(data)),
	}, nil
}

// stampRequest is what of a TimeStampReq a call can carry.
type stampRequest struct {
	hash    string
	imprint []byte
	nonce   *big.Int
}

// parseStampRequest reads a TimeStampReq (RFC 3161, 2.4.1) without a policy and extensions.
func parseStampRequest(der []byte) (r stampRequest, ok bool) {
	s := cryptobyte.String(der)
	var req, imprint, id, digest cryptobyte.String
	var version int
	var oid asn1.ObjectIdentifier
	if !s.ReadASN1(&req, casn1.SEQUENCE) || !s.Empty() || !req.ReadASN1Integer(&version) || version != 1 || !req.ReadASN1(&imprint, casn1.SEQUENCE) ||
		!imprint.ReadASN1(&id, casn1.SEQUENCE) || !id.ReadASN1ObjectIdentifier(&oid) || !imprint.ReadASN1(&digest, casn1.OCTET_STRING) || !imprint.Empty() {
		return r, false
	}
	r.hash, r.imprint = oid.String(), digest
	if req.PeekASN1Tag(casn1.INTEGER) {
		r.nonce = new(big.Int)
		if !req.ReadASN1Integer(r.nonce) || r.nonce.Sign() < 0 {
			return r, false
		}
	}
	var cert bool
	if req.PeekASN1Tag(casn1.BOOLEAN) && !req.ReadASN1Boolean(&cert) {
		return r, false
	}
	return r, req.Empty()
}
