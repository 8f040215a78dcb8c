package verify

import (
	"crypto/x509"
	"errors"
	"slices"
	"time"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/trust"
)

// chained is what is known of a certificate for a time: its path to an anchor, the states of the certificates of it, and what stands
// against it.
type chained struct {
	path     *trust.Path // nil: none
	statuses []trust.Status
	sub      SubIndication // "": nothing stands against it
	code     finding.Code  // of what does
	findings []Finding
}

// chain judges the chain of a certificate whose signature existed at a time. Each question is asked once: documents with many signatures
// of one signer are common.
func (j *judging) chain(cert *x509.Certificate, at time.Time) chained {
	key := chainKey{trust.DigestOf(cert.Raw), at.UnixNano()}
	c, ok := j.chains[key]
	if !ok {
		c = j.ask(cert, at)
		j.chains[key] = c
	}
	c.findings = slices.Clone(c.findings)
	return c
}

type chainKey struct {
	certificate trust.Digest
	at          int64
}

// authority judges the chain of a time-stamp authority for a token that is known to have existed at a time, later than the one that it
// tells itself. In two cases the latter is what the chain must hold for:
//
//   - A certificate that was only given up (superseded, affiliationChanged, cessationOfOperation) leaves the tokens made before valid, for
//     its key was never in wrong hands (RFC 3161, 4). Any other reason, or none, may mean that it was.
//   - How fresh revocation data must be is for the policy to say (ETSI EN 319 102-1, 5.2.5). For a time-stamp it is enough that it holds
//     for the time that was stamped: data as old as the file is all that B-LT can have, and EU DSS asks no more.
func (j *judging) authority(cert *x509.Certificate, at, made time.Time) chained {
	c := j.chain(cert, at)
	stale := c.code == trust.CodeStale
	left := c.sub == RevokedNoPOE && givenUp[c.statuses[0].Reason] && made.Before(c.statuses[0].RevokedAt)
	if !stale && !left || !made.Before(at) {
		return c
	}
	then := j.chain(cert, made)
	if then.sub != "" || left && slices.ContainsFunc(then.statuses[1:], revoked) || stale && slices.ContainsFunc(then.statuses, revoked) {
		return c
	}
	return then
}

// givenUp are the reasons that leave a key in good hands.
var givenUp = map[string]bool{"superseded": true, "affiliationChanged": true, "cessationOfOperation": true}

func revoked(s trust.Status) bool { return s.State == trust.Revoked || s.State == trust.Suspended }

func (j *judging) ask(cert *x509.Certificate, at time.Time) chained {
	answer := j.v.validator().Judge(j.ctx, trust.Question{Certificate: cert, At: at, Now: j.at, Evidence: &j.facts.evidence, Existed: j.proofs.existed()})
	c := chained{path: answer.Path, statuses: answer.Statuses}
	j.report.used = append(j.report.used, answer.Used)
	if answer.Err == nil {
		c.findings = append(c.findings, j.later(answer)...)
		return c
	}
	c.sub, c.code = against(answer), finding.Code(answer.Err.Code())
	c.findings = append(c.findings, findingOf(answer.Err, finding.Error, "ETSI EN 319 102-1, 5.2.6"))
	if answer.Fault < len(answer.Statuses) {
		c.findings = append(c.findings, reasons(answer.Statuses[answer.Fault])...)
	}
	return c
}

// against is what stands against a certificate, in the words of the standard (ETSI EN 319 102-1, 5.2.6.4, 5.2.5.4, 5.6.2.4).
func against(answer *trust.Judgement) SubIndication {
	switch finding.Code(answer.Err.Code()) {
	case trust.CodeNoAnchors, trust.CodeNoPath:
		return NoCertificateChain
	case trust.CodeValidity:
		return OutOfBoundsNoPOE
	case trust.CodeExpired:
		return OutOfBoundsNotRevoked
	case trust.CodeWeak:
		return CryptoConstraintsNoPOE
	case trust.CodeRevoked:
		if answer.Fault > 0 {
			return RevokedCANoPOE
		}
		return RevokedNoPOE
	case trust.CodeSuspended, trust.CodeStale:
		return TryLater
	}
	return ChainGeneralFailure
}

// later reports revocations and suspensions that do not count, since what the certificate signed existed before.
func (j *judging) later(answer *trust.Judgement) []Finding {
	var found []Finding
	for i, s := range answer.Statuses {
		code := CodeRevokedLater
		switch s.State {
		case trust.Revoked:
		case trust.Suspended:
			code = CodeSuspendedLater
		default:
			continue
		}
		found = append(found, Finding{Code: code, Severity: finding.Info, Clause: "ETSI EN 319 102-1, 5.6.2.4",
			Params: finding.P("subject", j.names.short(answer.Path.Certificates[i]), "at", rfc3339(s.RevokedAt))})
	}
	return found
}

// reasons says why the state of a certificate could not be told, the first few.
func reasons(s trust.Status) []Finding {
	var found []Finding
	for _, why := range s.Why {
		var c coded
		if !errors.As(why, &c) || len(found) == maxReasons {
			continue
		}
		f := findingOf(c, finding.Info, "")
		if !slices.ContainsFunc(found, func(have Finding) bool { return have.Code == f.Code }) {
			found = append(found, f)
		}
	}
	return found
}

const maxReasons = 4

// entries is the chain as the report has it: the path, or where there is none the certificate alone.
func (c chained) entries(cert *x509.Certificate, names *names) []ChainEntry {
	certs := []*x509.Certificate{cert}
	if c.path != nil {
		certs = c.path.Certificates
	}
	list := make([]ChainEntry, 0, len(certs))
	for i, one := range certs {
		e := ChainEntry{Subject: names.text(one.RawSubject), Serial: serialOf(one), Anchor: c.path != nil && i == len(certs)-1, name: names.short(one), certificate: one}
		if i < len(c.statuses) {
			e.Revocation, e.answer = revocationOf(c.statuses[i]), c.statuses[i].Digest
		} else {
			e.Revocation = Revocation{Status: RevocationCouldNotCheck, Why: string(trust.CodeNoPath)}
		}
		list = append(list, e)
	}
	return list
}

func revocationOf(s trust.Status) Revocation {
	r := Revocation{Status: string(s.State), Source: s.Source, Origin: s.Origin, Reason: s.Reason, At: moment(s.ThisUpdate), ThisUpdate: moment(s.ThisUpdate),
		NextUpdate: moment(s.NextUpdate), ProducedAt: moment(s.ProducedAt), RevokedAt: moment(s.RevokedAt)}
	if s.State == "" {
		r.Status = RevocationCouldNotCheck
	}
	if s.State == trust.Unchecked {
		r.Why = string(trust.CodeUnchecked)
		var c coded
		if len(s.Why) > 0 && errors.As(s.Why[0], &c) {
			r.Why = c.Code()
		}
	}
	return r
}

// trust names the anchor.
func (c chained) trust(names *names) Trust {
	if c.path == nil {
		return Trust{Tree: string(trust.None)}
	}
	a := c.path.Anchor
	return Trust{Tree: string(a.Tree), Name: a.Name, AnchorSubject: names.text(a.Certificate.RawSubject), AnchorSHA256: fingerprint(a.Certificate)}
}
