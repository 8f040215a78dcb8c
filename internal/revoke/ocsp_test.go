package revoke_test

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/pki"
	"github.com/kyso-dev/kyso/internal/revoke"
)

// reply is an OCSP response to make. Zero fields take what is ordinary.
type reply struct {
	by         *node
	id         []byte // ResponderID
	produced   time.Time
	singles    [][]byte
	extensions [][]byte
	certs      []*node
	spoil      bool // the signature
}

func generalized(t time.Time) []byte {
	return der.Encode(der.GeneralizedTime, []byte(t.UTC().Format("20060102150405Z")))
}

func byName(n *node) []byte { return der.Encode(der.Context(1), n.pki.Subject.Raw) }
func byKey(n *node) []byte {
	h := sha1.Sum(pki.KeyOf(n.pki).Bits())
	return der.Encode(der.Context(2), der.Encode(der.OctetString, h[:]))
}

func (r reply) raw(t testing.TB) []byte {
	t.Helper()
	if r.id == nil {
		r.id = byName(r.by)
	}
	if r.produced.IsZero() {
		r.produced = now.Add(-time.Hour)
	}
	parts := [][]byte{r.id, generalized(r.produced), der.Encode(der.Sequence, r.singles...)}
	if r.extensions != nil {
		parts = append(parts, der.Encode(der.Context(1), der.Encode(der.Sequence, r.extensions...)))
	}
	tbs := der.Encode(der.Sequence, parts...)
	sig, algorithm := r.by.sign(t, tbs)
	if r.spoil {
		sig[len(sig)-1] ^= 1
	}
	basic := [][]byte{tbs, algorithm, der.Encode(der.BitString, []byte{0}, sig)}
	if r.certs != nil {
		var certs [][]byte
		for _, c := range r.certs {
			certs = append(certs, c.pki.Raw)
		}
		basic = append(basic, der.Encode(der.Context(0), der.Encode(der.Sequence, certs...)))
	}
	return der.Encode(der.Sequence, der.Encode(der.Enumerated, []byte{0}), der.Encode(der.Context(0), der.Encode(der.Sequence,
		der.AppendOID(nil, []int{1, 3, 6, 1, 5, 5, 7, 48, 1, 1}), der.Encode(der.OctetString, der.Encode(der.Sequence, basic...)))))
}

func (r reply) response(t testing.TB) *revoke.Response {
	t.Helper()
	got, err := revoke.ParseResponse(r.raw(t))
	require.NoError(t, err)
	return got
}

// say is one SingleResponse to make.
type say struct {
	hash       crypto.Hash // 0: SHA-1
	issuer     *node
	serial     int64
	name, key  []byte // what is hashed; nil: the issuer's
	status     []byte // nil: good
	from, to   time.Time
	extensions [][]byte
}

var statusUnknown = []byte{0x82, 0}

func statusRevoked(at time.Time, reason ...byte) []byte {
	parts := [][]byte{generalized(at)}
	if len(reason) > 0 {
		parts = append(parts, der.Encode(der.Context(0), der.Encode(der.Enumerated, reason)))
	}
	return der.Encode(der.Context(1), parts...)
}

func (s say) raw() []byte {
	if s.hash == 0 {
		s.hash = crypto.SHA1
	}
	if s.name == nil {
		s.name = s.issuer.pki.Subject.Raw
	}
	if s.key == nil {
		s.key = pki.KeyOf(s.issuer.pki).Bits()
	}
	if s.status == nil {
		s.status = []byte{0x80, 0}
	}
	if s.from.IsZero() {
		s.from = now.Add(-time.Hour)
	}
	sum := func(b []byte) []byte {
		h := s.hash.New()
		h.Write(b)
		return der.Encode(der.OctetString, h.Sum(nil))
	}
	h, _ := alg.HashOf(s.hash)
	parts := [][]byte{der.Encode(der.Sequence, h.Identifier(), sum(s.name), sum(s.key), der.AppendInt(nil, s.serial)), s.status, generalized(s.from)}
	if !s.to.IsZero() {
		parts = append(parts, der.Encode(der.Context(0), generalized(s.to)))
	}
	if s.extensions != nil {
		parts = append(parts, der.Encode(der.Context(1), der.Encode(der.Sequence, s.extensions...)))
	}
	return der.Encode(der.Sequence, parts...)
}

func responder(c *x509.Certificate) {
	end(c)
	c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageOCSPSigning}
}

func chainOf(nodes ...*node) []*pki.Certificate {
	var all []*pki.Certificate
	for _, n := range nodes {
		all = append(all, n.pki)
	}
	return all
}

func codes(errs []*revoke.Error) []finding.Code {
	var all []finding.Code
	for _, e := range errs {
		all = append(all, finding.Code(e.Code()))
	}
	return all
}

// TestO1Responder has responses signed by all kinds of people.
func TestO1Responder(t *testing.T) {
	root, other := issue(t, "Root", 1, nil, nil), issue(t, "Other", 1, nil, nil)
	issuer := issue(t, "Issuer", 2, root, nil)
	rekeyed := issue(t, "Issuer", 3, root, nil) // the same authority, another key
	sub := issue(t, "Sub", 4, issuer, nil)
	leaf := issue(t, "End", 7, issuer, end)
	delegate := issue(t, "Responder", 20, issuer, responder)
	ones := [][]byte{say{issuer: issuer, serial: 7}.raw()}
	nocheck := issue(t, "Responder", 21, issuer, func(c *x509.Certificate) {
		responder(c)
		c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 5}, Value: []byte{5, 0}}}
	})
	made := func(name string, by *node, edit func(*x509.Certificate)) *node {
		return issue(t, name, 30, by, func(c *x509.Certificate) {
			responder(c)
			edit(c)
		})
	}
	noEKU := made("Responder", issuer, func(c *x509.Certificate) { c.ExtKeyUsage = nil })
	anyEKU := made("Responder", issuer, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageAny} })
	timeEKU := made("Responder", issuer, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping} })
	agreement := made("Responder", issuer, func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyAgreement })
	noUsage := made("Responder", issuer, func(c *x509.Certificate) { c.KeyUsage = 0 })
	expired := made("Responder", issuer, func(c *x509.Certificate) { c.NotAfter = now.Add(-2 * time.Hour) })
	future := made("Responder", issuer, func(c *x509.Certificate) { c.NotBefore = now })
	critical := made("Responder", issuer, func(c *x509.Certificate) {
		c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 3}, Critical: true, Value: []byte{5, 0}}}
	})
	selfIssued := made("Responder", nil, func(*x509.Certificate) {})
	ofRoot, ofOther, ofSub, ofRekeyed := issue(t, "Responder", 40, root, responder), issue(t, "Responder", 41, other, responder), issue(t, "Responder", 42, sub, responder), issue(t, "Responder", 43, rekeyed, responder)
	itself := issue(t, "End", 7, issuer, responder)

	for _, c := range []struct {
		name    string
		reply   reply
		signer  []*node // nil: refused
		code    finding.Code
		beneath finding.Code // of the cause, where it is ours or of package pki
		edit    func(ev *[]*pki.Certificate, o *revoke.Options)
	}{
		{name: "the issuer, by name", reply: reply{by: issuer}, signer: []*node{issuer, root}},
		{name: "the issuer, by key", reply: reply{by: issuer, id: byKey(issuer)}, signer: []*node{issuer, root}},
		{name: "a delegate, by name", reply: reply{by: delegate, certs: []*node{delegate}}, signer: []*node{delegate, issuer, root}},
		{name: "a delegate, by key", reply: reply{by: delegate, id: byKey(delegate), certs: []*node{leaf, delegate}}, signer: []*node{delegate, issuer, root}},
		{name: "a delegate that need not be asked about", reply: reply{by: nocheck, certs: []*node{nocheck}}, signer: []*node{nocheck, issuer, root}},
		{name: "a delegate without key usage", reply: reply{by: noUsage, certs: []*node{noUsage}}, signer: []*node{noUsage, issuer, root}},
		{name: "a delegate whose certificate is elsewhere", reply: reply{by: delegate}, signer: []*node{delegate, issuer, root},
			edit: func(ev *[]*pki.Certificate, _ *revoke.Options) { *ev = append(*ev, delegate.pki) }},
		{name: "a delegate whose certificate is elsewhere, by key", reply: reply{by: delegate, id: byKey(delegate)}, signer: []*node{delegate, issuer, root},
			edit: func(ev *[]*pki.Certificate, _ *revoke.Options) { *ev = append(*ev, other.pki, delegate.pki) }},
		{name: "a delegate whose certificate is nowhere", reply: reply{by: delegate}, code: revoke.CodeResponder},
		{name: "not meant for it", reply: reply{by: noEKU, certs: []*node{noEKU}}, code: revoke.CodeResponder, beneath: revoke.CodeDelegate},
		{name: "meant for anything", reply: reply{by: anyEKU, certs: []*node{anyEKU}}, code: revoke.CodeResponder, beneath: revoke.CodeDelegate},
		{name: "meant for something else", reply: reply{by: timeEKU, certs: []*node{timeEKU}}, code: revoke.CodeResponder, beneath: revoke.CodeDelegate},
		{name: "a key that may not sign", reply: reply{by: agreement, certs: []*node{agreement}}, code: revoke.CodeResponder, beneath: revoke.CodeDelegate},
		{name: "expired when it signed", reply: reply{by: expired, certs: []*node{expired}}, code: revoke.CodeResponder, beneath: pki.CodeExpired},
		{name: "not expired when it signed", reply: reply{by: expired, certs: []*node{expired}, produced: now.Add(-3 * time.Hour)}, signer: []*node{expired, issuer, root}},
		{name: "not valid yet when it signed", reply: reply{by: future, certs: []*node{future}}, code: revoke.CodeResponder, beneath: pki.CodeNotYet},
		{name: "with a critical extension", reply: reply{by: critical, certs: []*node{critical}}, code: revoke.CodeResponder, beneath: pki.CodeCritical},
		{name: "self-issued", reply: reply{by: selfIssued, certs: []*node{selfIssued}}, code: revoke.CodeResponder, beneath: pki.CodeNames},
		{name: "of the authority above", reply: reply{by: ofRoot, certs: []*node{ofRoot}}, code: revoke.CodeResponder, beneath: pki.CodeNames},
		{name: "the authority above", reply: reply{by: root}, code: revoke.CodeResponder},
		{name: "of another authority", reply: reply{by: ofOther, certs: []*node{ofOther, other}}, code: revoke.CodeResponder, beneath: pki.CodeNames},
		{name: "of an authority below", reply: reply{by: ofSub, certs: []*node{ofSub, sub}}, code: revoke.CodeResponder, beneath: pki.CodeNames},
		{name: "of another key of the authority", reply: reply{by: ofRekeyed, certs: []*node{ofRekeyed, rekeyed}}, code: revoke.CodeResponder, beneath: pki.CodeSignature},
		{name: "another key of the authority", reply: reply{by: rekeyed, certs: []*node{rekeyed}}, code: revoke.CodeResponder},
		{name: "somebody else's name", reply: reply{by: delegate, id: byName(leaf), certs: []*node{delegate}}, code: revoke.CodeResponder},
		{name: "the issuer's name", reply: reply{by: delegate, id: byName(issuer), certs: []*node{delegate}}, code: revoke.CodeResponder},
		{name: "somebody else's key", reply: reply{by: delegate, id: byKey(leaf), certs: []*node{delegate}}, code: revoke.CodeResponder},
		{name: "a wrong signature", reply: reply{by: delegate, certs: []*node{delegate}, spoil: true}, code: revoke.CodeResponder},
		{name: "the certificate asked about", reply: reply{by: itself, certs: []*node{itself}}, code: revoke.CodeResponder, beneath: revoke.CodeDelegate},
		{name: "trusted by the caller", reply: reply{by: ofOther}, signer: []*node{ofOther},
			edit: func(_ *[]*pki.Certificate, o *revoke.Options) { o.Responders = chainOf(delegate, ofOther) }},
		{name: "trusted by the caller, a wrong signature", reply: reply{by: ofOther, spoil: true}, code: revoke.CodeResponder,
			edit: func(_ *[]*pki.Certificate, o *revoke.Options) { o.Responders = chainOf(ofOther) }},
		{name: "another one trusted by the caller", reply: reply{by: ofOther, certs: []*node{ofOther}}, code: revoke.CodeResponder, beneath: pki.CodeNames,
			edit: func(_ *[]*pki.Certificate, o *revoke.Options) { o.Responders = chainOf(ofRoot) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.reply.singles = ones
			var certs []*pki.Certificate
			var o revoke.Options
			if c.edit != nil {
				c.edit(&certs, &o)
			}
			asked := leaf
			if c.reply.by == itself {
				asked = itself
			}
			answers, errs := revoke.Answers(chainOf(asked, issuer, root), 0, revoke.NewEvidence(certs, []*revoke.Response{c.reply.response(t)}, nil), &o)
			if c.signer == nil {
				require.Empty(t, answers)
				require.Equal(t, []finding.Code{c.code}, codes(errs))
				if c.beneath != "" {
					var coded interface{ Code() string }
					require.ErrorAs(t, errors.Unwrap(errs[0]), &coded)
					require.Equal(t, string(c.beneath), coded.Code(), "%v", errs[0])
				}
				return
			}
			require.Empty(t, errs)
			require.Len(t, answers, 1)
			require.Equal(t, revoke.Good, answers[0].State)
			require.Equal(t, chainOf(c.signer...), answers[0].Signer)
			require.Equal(t, c.signer[0] == nocheck, answers[0].NoCheck)
		})
	}
}

// TestO2Response has responses say all kinds of things.
func TestO2Response(t *testing.T) {
	root := issue(t, "Root", 1, nil, nil)
	twin := issue(t, "Root", 1, nil, nil) // the same name, another key
	leaf := issue(t, "End", 7, root, end)
	before := now.AddDate(0, 0, -9)
	certHash := func(c *node) []byte {
		h := crypto.SHA256.New()
		h.Write(c.pki.Raw)
		sha256, _ := alg.HashOf(crypto.SHA256)
		return extension(false, der.Encode(der.Sequence, sha256.Identifier(), der.Encode(der.OctetString, h.Sum(nil))), 1, 3, 36, 8, 3, 13)
	}
	for _, c := range []struct {
		name  string
		says  []say
		ext   [][]byte // of the response
		state revoke.State
		code  finding.Code
		check func(t *testing.T, a revoke.Answer)
	}{
		{name: "good", says: []say{{}}, state: revoke.Good, check: func(t *testing.T, a revoke.Answer) {
			require.Equal(t, revoke.OCSP, a.Source)
			require.True(t, a.ThisUpdate.Equal(now.Add(-time.Hour)) && a.ProducedAt.Equal(now.Add(-time.Hour)))
			require.True(t, a.NextUpdate.IsZero(), "it is legal to leave nextUpdate out (RFC 6960, 4.2.2.1)")
			require.Equal(t, a.Response.Raw, a.Pieces()[0].Response.Raw)
		}},
		{name: "nextUpdate", says: []say{{to: now}}, state: revoke.Good, check: func(t *testing.T, a revoke.Answer) { require.True(t, a.NextUpdate.Equal(now)) }},
		{name: "SHA-256", says: []say{{hash: crypto.SHA256}}, state: revoke.Good},
		{name: "SHA-384", says: []say{{hash: crypto.SHA384}}, state: revoke.Good},
		{name: "SHA-512", says: []say{{hash: crypto.SHA512}}, state: revoke.Good},
		{name: "MD5", says: []say{{hash: crypto.MD5}}},
		{name: "another serial", says: []say{{serial: 8}}},
		{name: "the serial negated", says: []say{{serial: -7}}},
		{name: "another issuer's name", says: []say{{name: leaf.pki.Subject.Raw}}},
		{name: "another issuer's key", says: []say{{key: pki.KeyOf(twin.pki).Bits()}}},
		{name: "several", says: []say{{serial: 6, status: statusUnknown}, {}, {serial: 8, status: statusUnknown}}, state: revoke.Good},
		{name: "unknown", says: []say{{status: statusUnknown}}, state: revoke.Unknown},
		{name: "revoked", says: []say{{status: statusRevoked(before)}}, state: revoke.Revoked, check: func(t *testing.T, a revoke.Answer) {
			require.True(t, a.RevokedAt.Equal(before))
			require.Zero(t, a.Reason)
		}},
		{name: "revoked, keyCompromise", says: []say{{status: statusRevoked(before, 1), extensions: [][]byte{extension(false, generalized(before.Add(-time.Hour)), 2, 5, 29, 24)}}}, state: revoke.Revoked,
			check: func(t *testing.T, a revoke.Answer) {
				require.Equal(t, revoke.Reason(1), a.Reason)
				require.True(t, a.InvalidAt.Equal(before.Add(-time.Hour)))
			}},
		{name: "on hold", says: []say{{status: statusRevoked(before, 6)}}, state: revoke.Suspended},
		{name: "on hold by extension", says: []say{{status: statusRevoked(before), extensions: [][]byte{reason(6)}}}, state: revoke.Suspended},
		{name: "archiveCutOff", says: []say{{extensions: [][]byte{extension(false, generalized(before), 1, 3, 6, 1, 5, 5, 7, 48, 1, 6)}}}, state: revoke.Good,
			check: func(t *testing.T, a revoke.Answer) {
				require.True(t, a.ArchiveCutOff.Equal(before))
				gone, kept := *leaf.pki, *leaf.pki
				gone.NotAfter, kept.NotAfter = before.Add(-time.Second), before
				require.False(t, a.Tells(&gone))
				require.True(t, a.Tells(&kept))
				require.True(t, a.Tells(leaf.pki))
			}},
		{name: "no archiveCutOff", says: []say{{}}, state: revoke.Good, check: func(t *testing.T, a revoke.Answer) {
			gone := *leaf.pki
			gone.NotAfter = before
			require.False(t, a.Tells(&gone))
		}},
		{name: "certHash", says: []say{{extensions: [][]byte{certHash(leaf)}}}, state: revoke.Good},
		{name: "certHash of another", says: []say{{extensions: [][]byte{certHash(root)}}}, code: revoke.CodeCertHash},
		{name: "critical extension", says: []say{{extensions: [][]byte{unknown(true)}}}, code: revoke.CodeOCSPCritical},
		{name: "other extension", says: []say{{extensions: [][]byte{unknown(false)}}}, state: revoke.Good},
		{name: "critical extension of another", says: []say{{}, {serial: 8, extensions: [][]byte{unknown(true)}}}, state: revoke.Good},
		{name: "critical extension of all", says: []say{{}}, ext: [][]byte{unknown(true)}, code: revoke.CodeOCSPCritical},
		{name: "other extension of all", says: []say{{}}, ext: [][]byte{unknown(false)}, state: revoke.Good},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := reply{by: root, extensions: c.ext}
			for _, s := range c.says {
				if s.issuer = root; s.serial == 0 {
					s.serial = 7
				}
				r.singles = append(r.singles, s.raw())
			}
			answers, errs := revoke.Answers(chainOf(leaf, root), 0, revoke.NewEvidence(nil, []*revoke.Response{r.response(t)}, nil), nil)
			if c.code != "" {
				require.Empty(t, answers)
				require.Equal(t, []finding.Code{c.code}, codes(errs))
				return
			}
			require.Empty(t, errs)
			if c.state == revoke.Unchecked {
				require.Empty(t, answers)
				return
			}
			require.Len(t, answers, 1)
			require.Equal(t, c.state, answers[0].State)
			if c.check != nil {
				c.check(t, answers[0])
			}
		})
	}
}

// TestAnswersOrder has several pieces speak: all are heard, the most recent first, and a list that revokes outweighs them in Check.
func TestAnswersOrder(t *testing.T) {
	root := issue(t, "Root", 1, nil, nil)
	leaf := issue(t, "End", 7, root, end)
	one := func(from time.Time, status []byte) *revoke.Response {
		return reply{by: root, produced: from, singles: [][]byte{say{issuer: root, serial: 7, from: from, to: now.Add(time.Hour), status: status}.raw()}}.response(t)
	}
	crl := list{by: root, from: now.Add(-2 * time.Hour), entries: [][]byte{entry(7)}}.crl(t)
	ev := revoke.NewEvidence(nil, []*revoke.Response{one(now.Add(-3*time.Hour), nil), one(now.Add(-time.Hour), statusUnknown), one(now.Add(-time.Hour), statusRevoked(now, 6))}, []*revoke.CRL{crl, nil, crl})
	answers, errs := revoke.Answers(chainOf(leaf, root), 0, ev, nil)
	require.Empty(t, errs)
	var states []revoke.State
	for _, a := range answers {
		states = append(states, a.State)
	}
	require.Equal(t, []revoke.State{revoke.Suspended, revoke.Unknown, revoke.Revoked, revoke.Good}, states)
	got, err := revoke.Check(chainOf(leaf, root), ev, now, nil)
	require.Equal(t, revoke.Revoked, got[0].State)
	require.Error(t, err)

	none, errs := revoke.Answers(chainOf(leaf, root), 1, ev, nil)
	require.Empty(t, none, "the anchor is not asked about")
	require.Empty(t, errs)
}

// TestConcurrent asks one Evidence from many goroutines.
func TestConcurrent(t *testing.T) {
	root := issue(t, "Root", 1, nil, nil)
	leaf := issue(t, "End", 7, root, end)
	delegate := issue(t, "Responder", 20, root, responder)
	r := reply{by: delegate, id: byKey(delegate), singles: [][]byte{say{issuer: root, serial: 7}.raw()}}.response(t)
	ev := revoke.NewEvidence(chainOf(delegate), []*revoke.Response{r}, []*revoke.CRL{list{by: root}.crl(t)})
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if answers, errs := revoke.Answers(chainOf(leaf, root), 0, ev, nil); len(answers) != 2 || errs != nil {
				t.Error(answers, errs)
			}
		})
	}
	group.Wait()
}

// rooted is an authority of its own with a key of any kind.
func rooted(t testing.TB, key crypto.Signer, algorithm x509.SignatureAlgorithm) *node {
	t.Helper()
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Root"}, NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(9, 0, 0), IsCA: true, BasicConstraintsValid: true, SignatureAlgorithm: algorithm}
	raw, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	require.NoError(t, err)
	p, err := pki.Parse(raw)
	require.NoError(t, err)
	std, err := x509.ParseCertificate(raw)
	require.NoError(t, err)
	return &node{other: key, algorithm: p.Algorithm, cert: std, pki: p}
}

// TestC5Algorithms has responders and authorities sign with RSA-PSS and Ed25519, and SHA-1 stand in identifiers only.
func TestC5Algorithms(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	for name, root := range map[string]*node{
		"RSA-PSS": rooted(t, rsaKey, x509.SHA256WithRSAPSS), "RSA": rooted(t, rsaKey, x509.SHA384WithRSA), "Ed25519": rooted(t, edKey, x509.PureEd25519),
	} {
		t.Run(name, func(t *testing.T) {
			leaf := issue(t, "End", 7, root, end)
			for _, spoil := range []bool{false, true} {
				r := reply{by: root, id: byKey(root), spoil: spoil, singles: [][]byte{say{issuer: root, serial: 7}.raw()}}.response(t)
				l := list{by: root, spoil: spoil}.crl(t)
				answers, errs := revoke.Answers(chainOf(leaf, root), 0, revoke.NewEvidence(nil, []*revoke.Response{r}, []*revoke.CRL{l}), nil)
				if spoil {
					require.Empty(t, answers)
					require.Equal(t, []finding.Code{revoke.CodeResponder, revoke.CodeIssuer}, codes(errs))
					var wrong *alg.Error
					require.ErrorAs(t, errs[0], &wrong)
					continue
				}
				require.Empty(t, errs)
				require.Len(t, answers, 2)
				require.Equal(t, root.algorithm, answers[0].Algorithm())
			}
		})
	}
}

func TestParseResponse(t *testing.T) {
	root := issue(t, "Root", 1, nil, nil)
	whole := reply{by: root, singles: [][]byte{say{issuer: root, serial: 7, to: now, extensions: [][]byte{unknown(false)}}.raw()}, certs: []*node{root},
		extensions: [][]byte{extension(false, der.Encode(der.OctetString, []byte("nonce")), 1, 3, 6, 1, 5, 5, 7, 48, 1, 2)}}.raw(t)
	r, err := revoke.ParseResponse(whole)
	require.NoError(t, err)
	require.Equal(t, []byte("nonce"), r.Nonce)
	require.Len(t, r.Certificates, 1)
	require.NotNil(t, r.For(issue(t, "End", 7, root, end).pki, root.pki))
	for n := range whole {
		_, err := revoke.ParseResponse(whole[:n])
		var e *revoke.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, string(revoke.CodeMalformed), e.Code())
	}
	for _, c := range []struct {
		der  []byte
		code finding.Code
	}{
		{append(whole, 0), revoke.CodeMalformed},
		{make([]byte, 2<<20), revoke.CodeTooLarge},
		{[]byte{0x30, 3, 10, 1, 0}, revoke.CodeMalformed},
		{[]byte{0x30, 3, 10, 1, 3}, revoke.CodeStatus},
		{[]byte{0x30, 3, 10, 1, 6}, revoke.CodeStatus},
		{[]byte{0x30, 3, 10, 1, 4}, revoke.CodeMalformed},
		{[]byte{0x30, 5, 10, 1, 3, 0xa0, 0}, revoke.CodeMalformed},
		{reply{by: root, singles: nil}.raw(t), revoke.CodeMalformed},
		{reply{by: root, id: der.Encode(der.Context(2), der.Encode(der.OctetString, make([]byte, 32))), singles: [][]byte{say{issuer: root, serial: 7}.raw()}}.raw(t), revoke.CodeMalformed},
		{reply{by: root, singles: [][]byte{say{issuer: root, serial: 7, status: statusRevoked(now, 7)}.raw()}}.raw(t), revoke.CodeMalformed},
		{reply{by: root, singles: [][]byte{say{issuer: root, serial: 7, extensions: [][]byte{unknown(false), unknown(false)}}.raw()}}.raw(t), revoke.CodeMalformed},
	} {
		_, err := revoke.ParseResponse(c.der)
		var e *revoke.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, string(c.code), e.Code(), "%x", c.der[:5])
	}
	_, err = revoke.ParseResponse([]byte{0x30, 3, 10, 1, 3})
	require.ErrorContains(t, err, "tryLater")
}

func FuzzParseResponse(f *testing.F) {
	root := issue(f, "Root", 1, nil, nil)
	leaf := issue(f, "End", 7, root, end)
	for _, r := range []reply{
		{by: root, singles: [][]byte{say{issuer: root, serial: 7}.raw()}},
		{by: root, id: byKey(root), certs: []*node{root, leaf}, extensions: [][]byte{unknown(true)}, singles: [][]byte{
			say{issuer: root, serial: 7, to: now, status: statusRevoked(now, 6), extensions: [][]byte{reason(6)}}.raw(), say{issuer: root, serial: 8, status: statusUnknown}.raw()}},
	} {
		f.Add(r.raw(f))
	}
	f.Add([]byte{0x30, 3, 10, 1, 3})
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := revoke.ParseResponse(b)
		if err != nil {
			var e *revoke.Error
			if !errors.As(err, &e) {
				t.Fatalf("%T %v", err, err)
			}
			return
		}
		if len(r.Singles) == 0 {
			t.Fatal("a response about nobody")
		}
		for _, s := range r.Singles {
			if s.State == revoke.Unchecked {
				t.Fatal("an answer that says nothing")
			}
		}
		revoke.Answers(chainOf(leaf, root), 0, revoke.NewEvidence(nil, []*revoke.Response{r}, nil), nil)
	})
}

// TestO1Fanout has responders vouch for one another in all ways, as a mischievous authority could want: the question ends.
func TestO1Fanout(t *testing.T) {
	root := issue(t, "Root", 1, nil, nil)
	leaf := issue(t, "End", 7, root, end)
	var delegates []*node
	for i := range 16 {
		delegates = append(delegates, issue(t, fmt.Sprint("Responder ", i), int64(100+i), root, responder))
	}
	var all []*revoke.Response
	for _, d := range delegates {
		singles := [][]byte{say{issuer: root, serial: 7}.raw()}
		for _, other := range delegates {
			singles = append(singles, say{issuer: root, serial: other.cert.SerialNumber.Int64()}.raw())
		}
		all = append(all, reply{by: d, certs: []*node{d}, singles: singles}.response(t))
	}
	start := time.Now()
	_, err := revoke.Check(chainOf(leaf, root), revoke.NewEvidence(nil, all, nil), now, nil)
	var e *revoke.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, string(revoke.CodeUnchecked), e.Code())
	require.Less(t, time.Since(start), 30*time.Second)
}
