package verify

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/timestamp"
	"github.com/kyso-dev/kyso/trust"
)

func TestProofs(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	a, b := trust.DigestOf([]byte("a")), trust.DigestOf([]byte("b"))
	p := proofs{now: now}
	require.Nil(t, p.existed(), "nothing is proved")
	require.Equal(t, now, p.since(a))
	p.add(proof{now.Add(-time.Hour), BasisTimestamp}, []trust.Digest{a})
	p.add(proof{now.Add(-time.Minute), BasisArchive}, []trust.Digest{a, b})
	require.Equal(t, now.Add(-time.Hour), p.since(a), "the earliest proof counts")
	require.Equal(t, BasisTimestamp, p.earliest[a].basis)
	require.Equal(t, now.Add(-time.Minute), p.existed()(b))
	require.Zero(t, p.existed()(trust.DigestOf([]byte("c"))), "of what nobody proved, nothing is known")
	p.add(proof{now.Add(time.Second), BasisArchive}, []trust.Digest{trust.DigestOf([]byte("c"))})
	require.Equal(t, now, p.since(trust.DigestOf([]byte("c"))), "a clock that is ahead proves no future")
}

// TestLatestFirst: whatever the order of the document, what could prove when a time-stamp existed is judged before it.
func TestLatestFirst(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	stampAt := func(hours int, covers ...trust.Digest) *stamp {
		return &stamp{token: &timestamp.Token{Info: timestamp.Info{Time: at.Add(time.Duration(hours) * time.Hour)}}, covers: covers}
	}
	unread := &stamp{}
	signature, first, second := stampAt(0, trust.Digest{1}), stampAt(0, trust.Digest{1}, trust.Digest{2}), stampAt(5, trust.Digest{1}, trust.Digest{2}, trust.Digest{3})
	all := []*stamp{unread, signature, first, second}
	latestFirst(all)
	require.Equal(t, []*stamp{second, first, signature, unread}, all)
}
