package revoke_test

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/pki"
	"github.com/kyso-dev/kyso/internal/revoke"
)

// at is an entry of another date than the ordinary one.
func at(serial int64, date time.Time, extensions ...[]byte) []byte {
	parts := [][]byte{der.AppendInt(nil, serial), der.AppendTime(nil, date)}
	if extensions != nil {
		parts = append(parts, der.Encode(der.Sequence, extensions...))
	}
	return der.Encode(der.Sequence, parts...)
}

// TestO3Entries has lists say several things of one certificate, or oddly.
func TestO3Entries(t *testing.T) {
	root := issue(t, "Root", 1, nil, nil)
	leaf := issue(t, "End", 7, root, end)
	day := func(n int) time.Time { return now.AddDate(0, 0, -n) }
	long := der.Encode(der.Sequence, der.Encode(der.Integer, []byte{0, 0, 7}), der.AppendTime(nil, day(3)))
	for _, c := range []struct {
		name    string
		entries [][]byte
		state   revoke.State
		since   time.Time
	}{
		{"twice the same", [][]byte{at(7, day(3)), at(7, day(3))}, revoke.Revoked, day(3)},
		{"twice, the earlier one counts", [][]byte{at(7, day(3)), at(7, day(5)), at(7, day(4))}, revoke.Revoked, day(5)},
		{"hold, then revoked", [][]byte{at(7, day(9), reason(6)), at(7, day(3), reason(1))}, revoke.Revoked, day(3)},
		{"revoked, then hold", [][]byte{at(7, day(9), reason(1)), at(7, day(3), reason(6))}, revoke.Revoked, day(9)},
		{"revoked, then removed", [][]byte{at(7, day(9), reason(1)), at(7, day(3), reason(8))}, revoke.Revoked, day(9)},
		{"hold, then removed", [][]byte{at(7, day(9), reason(6)), at(7, day(3), reason(8))}, revoke.Good, time.Time{}},
		{"removed and hold at one time", [][]byte{at(7, day(9), reason(8)), at(7, day(9), reason(6))}, revoke.Suspended, day(9)},
		{"removed, then hold, out of order", [][]byte{at(7, day(3), reason(6)), at(6, day(1)), at(7, day(9), reason(8))}, revoke.Suspended, day(3)},
		{"numbers out of order", [][]byte{at(900, day(1)), at(8, day(1)), at(7, day(3)), at(-7, day(1))}, revoke.Revoked, day(3)},
		{"a number not in its shortest form", [][]byte{at(9, day(1)), long}, revoke.Revoked, day(3)},
		{"the number inside another entry", [][]byte{at(9, day(1), extension(false, []byte{2, 1, 7}, 1, 2, 3))}, revoke.Good, time.Time{}},
		{"the number negated", [][]byte{at(-7, day(1))}, revoke.Good, time.Time{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			ev := revoke.NewEvidence(nil, nil, []*revoke.CRL{list{by: root, entries: c.entries}.crl(t)})
			answers, errs := revoke.Answers(chainOf(leaf, root), 0, ev, nil)
			require.Empty(t, errs)
			require.Len(t, answers, 1)
			require.Equal(t, c.state, answers[0].State)
			require.True(t, answers[0].RevokedAt.Equal(c.since), answers[0].RevokedAt)
		})
	}
	l := list{by: root, entries: [][]byte{at(7, day(3), reason(1), extension(false, generalized(day(20)), 2, 5, 29, 24))}, extensions: [][]byte{extension(false, generalized(day(400)), 2, 5, 29, 60)}}
	answers, _ := revoke.Answers(chainOf(leaf, root), 0, revoke.NewEvidence(nil, nil, []*revoke.CRL{l.crl(t)}), nil)
	require.True(t, answers[0].InvalidAt.Equal(day(20)))
	require.True(t, answers[0].ArchiveCutOff.Equal(day(400)), "expiredCertsOnCRL")
}

func only(bits ...byte) []byte {
	return scope(der.Encode(0x83, bits))
}

// TestO3Reasons puts lists together that tell of some reasons each, as they stood at each time.
func TestO3Reasons(t *testing.T) {
	root := issue(t, "Root", 1, nil, nil)
	leaf := issue(t, "End", 7, root, end)
	hour := func(n int) time.Time { return now.Add(time.Duration(n) * time.Hour) }
	key := func(from, to int, entries ...[]byte) list { // keyCompromise
		return list{by: root, from: hour(from), to: hour(to), extensions: [][]byte{only(6, 0x40)}, entries: entries}
	}
	rest := func(from, to int, entries ...[]byte) list { // all other reasons
		return list{by: root, from: hour(from), to: hour(to), extensions: [][]byte{only(7, 0x3f, 0x80)}, entries: entries}
	}
	type said struct {
		state    revoke.State
		from, to int
		lists    int
	}
	for _, c := range []struct {
		name  string
		lists []list
		want  []said
		code  finding.Code
	}{
		{"one is missing", []list{key(1, 5)}, nil, revoke.CodeReasons},
		{"both", []list{key(1, 5), rest(2, 4)}, []said{{revoke.Good, 2, 4, 2}}, ""},
		{"one that had ended", []list{key(1, 2), rest(3, 5)}, nil, ""},
		{"one revokes", []list{key(1, 5, at(7, hour(0), reason(1))), rest(2, 4)}, []said{{revoke.Revoked, 1, 5, 1}}, ""},
		{"one revoked after all was good", []list{key(1, 9), rest(2, 9), key(3, 9, at(7, hour(3), reason(1)))}, []said{{revoke.Revoked, 3, 9, 1}, {revoke.Good, 2, 9, 2}}, ""},
		{"held and released", []list{key(1, 9), rest(2, 9, at(7, hour(1), reason(6))), rest(3, 9)}, []said{{revoke.Good, 3, 9, 2}, {revoke.Suspended, 2, 9, 1}}, ""},
		{"with one of all reasons", []list{{by: root, from: hour(4), to: hour(5)}, key(1, 9)}, []said{{revoke.Good, 4, 5, 1}}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var lists []*revoke.CRL
			for _, l := range c.lists {
				lists = append(lists, l.crl(t))
			}
			answers, errs := revoke.Answers(chainOf(leaf, root), 0, revoke.NewEvidence(nil, nil, lists), nil)
			var got []said
			for _, a := range answers {
				got = append(got, said{a.State, int(a.ThisUpdate.Sub(now) / time.Hour), int(a.NextUpdate.Sub(now) / time.Hour), len(a.Pieces())})
			}
			require.Equal(t, c.want, got)
			if c.code == "" {
				require.Empty(t, errs)
			} else {
				require.Equal(t, []finding.Code{c.code}, codes(errs))
			}
		})
	}
}

// TestO3Delta joins each delta list with the list that it completes, and rests the answer on both.
func TestO3Delta(t *testing.T) {
	root := issue(t, "Root", 1, nil, nil)
	leaf := issue(t, "End", 7, root, end)
	hour := func(n int) time.Time { return now.Add(time.Duration(n) * time.Hour) }
	full := func(n int64, entries ...[]byte) list {
		return list{by: root, from: hour(int(n)), to: hour(int(n) + 9), extensions: [][]byte{number(n)}, entries: entries}
	}
	delta := func(n, base int64, entries ...[]byte) list {
		return list{by: root, from: hour(int(n)), to: hour(int(n) + 1), extensions: [][]byte{number(n), baseOf(base)}, entries: entries}
	}
	var lists []*revoke.CRL
	for _, l := range []list{full(1), full(3, at(7, hour(3), reason(6))), delta(2, 1, at(7, hour(2), reason(6))), delta(4, 1, at(7, hour(4), reason(8))), delta(6, 3, at(7, hour(6), reason(1))), delta(8, 7)} {
		lists = append(lists, l.crl(t))
	}
	answers, errs := revoke.Answers(chainOf(leaf, root), 0, revoke.NewEvidence(nil, nil, lists), nil)
	require.Empty(t, errs)
	type said struct {
		state      revoke.State
		from, base int64
	}
	var got []said
	for _, a := range answers {
		s := said{state: a.State, from: int64(a.ThisUpdate.Sub(now) / time.Hour)}
		if len(a.With) > 0 {
			require.True(t, a.CRL.Delta())
			require.True(t, a.NextUpdate.Equal(a.CRL.NextUpdate), "a delta's time is that of the whole (5.2.4)")
			s.base = a.With[0].CRL.Number.Int64()
		}
		got = append(got, s)
	}
	require.Equal(t, []said{{revoke.Revoked, 6, 3}, {revoke.Good, 4, 3}, {revoke.Suspended, 3, 0}, {revoke.Suspended, 2, 1}, {revoke.Good, 1, 0}}, got)

	// What is revoked for good is not taken back by a delta.
	ev := revoke.NewEvidence(nil, nil, []*revoke.CRL{full(1, at(7, hour(0), reason(1))).crl(t), delta(2, 1, at(7, hour(2), reason(8))).crl(t)})
	answers, _ = revoke.Answers(chainOf(leaf, root), 0, ev, nil)
	require.Len(t, answers, 2)
	for _, a := range answers {
		require.Equal(t, revoke.Revoked, a.State)
	}
}

// TestO3Issuer has lists signed by others than the certificate's issuer.
func TestO3Issuer(t *testing.T) {
	root := issue(t, "Root", 1, nil, nil)
	ca := issue(t, "CA", 2, root, nil)
	renewed := issue(t, "CA", 3, root, nil) // the same authority, its next key
	strange := issue(t, "CA", 4, issue(t, "Strange", 1, nil, nil), nil)
	early := issue(t, "CA", 5, root, func(c *x509.Certificate) { c.NotAfter = now.AddDate(0, 0, -2) })
	leaf := issue(t, "End", 7, ca, end)
	ended := issue(t, "CA", 2, root, func(c *x509.Certificate) { c.NotAfter = now.AddDate(0, -1, 0) })
	for _, c := range []struct {
		name  string
		by    *node
		chain []*node
		certs []*node
		sign  []*node
	}{
		{"the issuer", ca, []*node{leaf, ca, root}, nil, []*node{ca, root}},
		{"its next key", renewed, []*node{leaf, ca, root}, []*node{renewed}, []*node{renewed, root}},
		{"its next key, of which nobody knows", renewed, []*node{leaf, ca, root}, nil, nil},
		{"the same name under another root", strange, []*node{leaf, ca, root}, []*node{strange}, nil},
		{"its former key, ended when it signed", early, []*node{leaf, ca, root}, []*node{early}, nil},
		{"the issuer of a path that has ended", ended, []*node{issue(t, "End", 7, ended, end), ended, root}, nil, []*node{ended, root}},
		{"the anchor, by an issuer that is one", ca, []*node{leaf, ca}, nil, []*node{ca}},
	} {
		t.Run(c.name, func(t *testing.T) {
			answers, errs := revoke.Answers(chainOf(c.chain...), 0, revoke.NewEvidence(chainOf(c.certs...), nil, []*revoke.CRL{list{by: c.by}.crl(t)}), nil)
			if c.sign == nil {
				require.Empty(t, answers)
				require.Equal(t, []finding.Code{revoke.CodeIssuer}, codes(errs))
				return
			}
			require.Empty(t, errs)
			require.Len(t, answers, 1)
			require.Equal(t, chainOf(c.sign...), answers[0].Signer)
		})
	}
	// Its state is asked about where it is not of the path.
	own := list{by: root, entries: [][]byte{entry(3)}}
	_, err := revoke.Check(chainOf(leaf, ca, root), revoke.NewEvidence(chainOf(renewed), nil, []*revoke.CRL{list{by: renewed}.crl(t), own.crl(t)}), now, nil)
	var e *revoke.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, string(revoke.CodeUnchecked), e.Code())
	own.entries = nil
	_, err = revoke.Check(chainOf(leaf, ca, root), revoke.NewEvidence(chainOf(renewed), nil, []*revoke.CRL{list{by: renewed}.crl(t), own.crl(t)}), now, nil)
	require.NoError(t, err)
}

// TestO3Names gives more names of distribution points than can be compared with one another.
func TestO3Names(t *testing.T) {
	root := issue(t, "Root", 1, nil, nil)
	names := func(n int, prefix string) []byte {
		var all [][]byte
		for i := range n {
			all = append(all, der.Encode(der.ContextPrimitive(6), fmt.Appendf(nil, "http://%s.example/%d", prefix, i)))
		}
		return der.Encode(der.Context(0), der.Encode(der.Context(0), all...))
	}
	var points [][]byte
	for range 200 {
		points = append(points, der.Encode(der.Sequence, names(100, "point")))
	}
	leaf := issue(t, "End", 7, root, func(c *x509.Certificate) {
		end(c)
		c.ExtraExtensions = []pkix.Extension{{Id: []int{2, 5, 29, 31}, Value: der.Encode(der.Sequence, points...)}}
	})
	var lists []*revoke.CRL
	for i := range 64 {
		lists = append(lists, list{by: root, from: now.Add(-time.Duration(i) * time.Hour), extensions: [][]byte{scope(names(4000, "list"))}}.crl(t))
	}
	start := time.Now()
	answers, errs := revoke.Answers(chainOf(leaf, root), 0, revoke.NewEvidence(nil, nil, lists), nil)
	require.Empty(t, answers)
	require.Equal(t, []finding.Code{revoke.CodeTooLarge}, codes(errs))
	require.Less(t, time.Since(start), 30*time.Second)
}

// TestO3Malformed gives lists that cannot be read.
func TestO3Malformed(t *testing.T) {
	root := issue(t, "Root", 1, nil, nil)
	good := list{by: root, entries: [][]byte{entry(7, reason(1))}, extensions: [][]byte{number(5)}}.raw(t)
	for n := range good {
		_, err := revoke.ParseCRL(good[:n])
		require.Error(t, err)
	}
	for name, l := range map[string]list{
		"reason 7":               {entries: [][]byte{entry(7, reason(7))}},
		"reason 11":              {entries: [][]byte{entry(7, reason(11))}},
		"reason of two octets":   {entries: [][]byte{entry(7, extension(false, []byte{10, 2, 0, 1}, 2, 5, 29, 21))}},
		"an extension twice":     {entries: [][]byte{entry(7, reason(1), reason(1))}},
		"a list extension twice": {extensions: [][]byte{number(5), number(5)}},
		"negative number":        {extensions: [][]byte{number(-5)}},
		"no reasons":             {extensions: [][]byte{only(7, 0)}},
		"scope of BER":           {extensions: [][]byte{scope(der.Encode(0x81, []byte{1}))}},
		"no date":                {entries: [][]byte{der.Encode(der.Sequence, der.AppendInt(nil, 7))}},
		"no number":              {entries: [][]byte{der.Encode(der.Sequence, der.Encode(der.Integer), der.AppendTime(nil, now))}},
		"a 30th of February":     {entries: [][]byte{der.Encode(der.Sequence, der.AppendInt(nil, 7), der.Encode(der.UTCTime, []byte("260230000000Z")))}},
		"issuer without a name":  {entries: [][]byte{entry(7, extension(true, der.Encode(der.Sequence, der.Encode(0x82, []byte("a.example"))), 2, 5, 29, 29))}},
	} {
		l.by = root
		_, err := revoke.ParseCRL(l.raw(t))
		var e *revoke.Error
		require.ErrorAs(t, err, &e, name)
		require.Contains(t, []finding.Code{revoke.CodeMalformed}, finding.Code(e.Code()), name)
	}
	ev, errs := revoke.ParseEvidence([]*pki.Certificate{root.pki, nil}, [][]byte{nil, {0x30, 3, 10, 1, 6}}, [][]byte{good, good[:9]})
	require.Equal(t, []finding.Code{revoke.CodeMalformed, revoke.CodeStatus, revoke.CodeMalformed}, codes(errs))
	require.Len(t, ev.CRLs(), 1)
	all := revoke.Join(ev, nil, ev)
	require.Len(t, all.CRLs(), 1)
	require.Len(t, all.Certificates(), 1)
	require.Empty(t, all.Responses())
}
