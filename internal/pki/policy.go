package pki

import (
	"cmp"
	"maps"
	"slices"
)

// ValidPolicy is a policy that holds for a whole path.
type ValidPolicy struct {
	Policy     OID         // in the anchor's domain: what a caller asks for. AnyPolicy: every policy
	Leaf       OID         // the policy in the domain of the first certificate's issuer that it was mapped to
	Qualifiers []Qualifier // of Leaf in the first certificate, and of the policies that lead to it in those above, up to the anchor
}

// policyNode is a node of the valid policy tree (RFC 5280, 6.1.2 (a)). Nodes of one depth with the same policy have the same
// qualifiers and the same expected policies, so they are kept once, with all their parents (RFC 9618): the tree, which an attacker
// can make exponential, becomes a graph that grows with the certificates.
type policyNode struct {
	valid      OID
	qualifiers []Qualifier
	expected   []OID
	parents    []*policyNode
	domain     map[OID]bool // memory of authority
	notices    []Qualifier  // memory of all
	gathered   bool
}

// policyGraph is the deepest level of the tree; nil is the NULL tree.
type policyGraph struct{ level map[OID]*policyNode }

func newPolicyGraph() policyGraph {
	return policyGraph{map[OID]*policyNode{AnyPolicy: {valid: AnyPolicy, expected: []OID{AnyPolicy}}}}
}

func (g *policyGraph) null() bool { return len(g.level) == 0 }

// step processes the policies of one certificate (6.1.3 (d) and (e)).
func (g *policyGraph) step(c *Certificate, anyAllowed bool) {
	if c.Policies == nil || g.null() {
		g.level = nil
		return
	}
	next := make(map[OID]*policyNode, len(c.Policies))
	expecting := make(map[OID][]*policyNode)
	for _, n := range g.level {
		for _, e := range n.expected {
			expecting[e] = append(expecting[e], n)
		}
	}
	any := g.level[AnyPolicy]
	var anyInfo *PolicyInfo
	for i, p := range c.Policies {
		if p.ID == AnyPolicy {
			anyInfo = &c.Policies[i]
			continue
		}
		parents := expecting[p.ID]
		if parents == nil && any != nil {
			parents = []*policyNode{any}
		}
		if parents != nil {
			next[p.ID] = &policyNode{valid: p.ID, qualifiers: p.Qualifiers, expected: []OID{p.ID}, parents: parents}
		}
	}
	if anyInfo != nil && anyAllowed {
		for id, parents := range expecting {
			if next[id] == nil {
				next[id] = &policyNode{valid: id, qualifiers: anyInfo.Qualifiers, expected: []OID{id}, parents: parents}
			}
		}
	}
	g.level = next
}

// mapTo processes the mappings of an authority (6.1.4 (b)). allowed is policy_mapping > 0.
func (g *policyGraph) mapTo(c *Certificate, allowed bool) {
	if g.null() {
		return
	}
	to := make(map[OID][]OID)
	for _, m := range c.Mappings {
		if !slices.Contains(to[m.Issuer], m.Subject) {
			to[m.Issuer] = append(to[m.Issuer], m.Subject)
		}
	}
	any := g.level[AnyPolicy]
	for from, subjects := range to {
		n := g.level[from]
		switch {
		case !allowed:
			delete(g.level, from)
		case n != nil:
			n.expected = subjects
		case any != nil:
			g.level[from] = &policyNode{valid: from, qualifiers: any.qualifiers, expected: subjects, parents: any.parents}
		}
	}
}

// authority are the policies of the anchor's domain that lead to a node: the valid policies of the nodes right below anyPolicy
// (6.1.5 (g) (iii) (1)).
func (n *policyNode) authority() map[OID]bool {
	if n.domain != nil {
		return n.domain
	}
	for _, p := range n.parents {
		if p.valid == AnyPolicy {
			n.domain = map[OID]bool{n.valid: true}
			return n.domain
		}
	}
	if len(n.parents) == 1 {
		n.domain = n.parents[0].authority()
		return n.domain
	}
	n.domain = make(map[OID]bool)
	for _, p := range n.parents {
		maps.Copy(n.domain, p.authority())
	}
	return n.domain
}

// all are the qualifiers of a node and of those above it, each once.
func (n *policyNode) all() []Qualifier {
	if n.gathered {
		return n.notices
	}
	n.gathered = true
	if len(n.qualifiers) == 0 && len(n.parents) == 1 {
		n.notices = n.parents[0].all()
		return n.notices
	}
	seen := make(map[Qualifier]bool)
	add := func(qs []Qualifier) {
		for _, q := range qs {
			if !seen[q] {
				seen[q] = true
				n.notices = append(n.notices, q)
			}
		}
	}
	add(n.qualifiers)
	for _, p := range n.parents {
		add(p.all())
	}
	return n.notices
}

// result is the tree cut down to the policies that the caller asked for (6.1.5 (g)): nil for any. authority is what holds without
// asking, in the anchor's domain.
func (g *policyGraph) result(user []OID) (valid []ValidPolicy, authority []OID) {
	all := make(map[OID]bool)
	for _, n := range g.level {
		maps.Copy(all, n.authority())
	}
	free := user == nil || slices.Contains(user, AnyPolicy)
	for _, n := range g.level {
		if n.valid == AnyPolicy && !free {
			for _, u := range user {
				if !all[u] {
					valid = append(valid, ValidPolicy{u, u, n.all()})
				}
			}
			continue
		}
		for p := range n.authority() {
			if free || slices.Contains(user, p) {
				valid = append(valid, ValidPolicy{p, n.valid, n.all()})
			}
		}
	}
	order := func(a, b ValidPolicy) int {
		return cmp.Or(cmp.Compare(a.Policy, b.Policy), cmp.Compare(a.Leaf, b.Leaf))
	}
	slices.SortFunc(valid, order)
	valid = slices.CompactFunc(valid, func(a, b ValidPolicy) bool { return order(a, b) == 0 })
	return valid, slices.Sorted(maps.Keys(all))
}
