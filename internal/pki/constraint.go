package pki

import (
	"bytes"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/kyso-dev/kyso/internal/limits"
)

// constraints are the permitted and excluded subtrees gathered along a path. The intersection of the permitted ones (RFC 5280, 6.1.4
// (g)) is kept as what it came from: a name must lie within one subtree of its form of every certificate that names any.
type constraints struct {
	permitted [][]GeneralName
	excluded  []GeneralName
	work      *int // comparisons so far, in all paths of one search
}

func (k *constraints) add(c *Certificate) {
	if len(c.Permitted) > 0 {
		k.permitted = append(k.permitted, c.Permitted)
	}
	k.excluded = append(k.excluded, c.Excluded...)
}

// check holds all names of a certificate against the constraints (6.1.3 (b) and (c)).
func (k *constraints) check(c *Certificate) *Error {
	if len(k.permitted) == 0 && len(k.excluded) == 0 {
		return nil
	}
	if !c.Subject.Empty() {
		if err := k.name(c, GeneralName{Form: FormDirectory, Directory: c.Subject}); err != nil {
			return err
		}
	}
	for _, e := range c.Subject.emails() {
		if err := k.name(c, GeneralName{Form: FormEmail, Text: e}); err != nil {
			return err
		}
	}
	for _, g := range c.AltNames {
		if err := k.name(c, g); err != nil {
			return err
		}
	}
	return nil
}

func (k *constraints) name(c *Certificate, g GeneralName) *Error {
	for _, tree := range k.excluded {
		if tree.Form != g.Form {
			continue
		}
		hit, ok := within(g, tree, true)
		switch {
		case !k.step() || !ok:
			return k.form(c, g)
		case hit:
			return fail(CodeExcluded, c, nil, "name", g.String())
		}
	}
	for _, trees := range k.permitted {
		named, hit := false, false
		for _, tree := range trees {
			if tree.Form != g.Form {
				continue
			}
			named = true
			in, ok := within(g, tree, false)
			if !k.step() || !ok {
				return k.form(c, g)
			}
			if hit = in; hit {
				break
			}
		}
		if named && !hit {
			return fail(CodePermitted, c, nil, "name", g.String())
		}
	}
	return nil
}

func (k *constraints) step() bool { *k.work++; return *k.work <= limits.PKIComparisons }

func (k *constraints) form(c *Certificate, g GeneralName) *Error {
	if *k.work > limits.PKIComparisons {
		return fail(CodeTooLarge, c, nil, "what", "NameConstraints", "max", strconv.Itoa(limits.PKIComparisons))
	}
	return fail(CodeConstraint, c, nil, "form", g.Form.String())
}

// within reports whether a name lies within a subtree. ok is false where that cannot be told: then the certificate is refused
// (RFC 5280, 4.2.1.10). excluding makes a wildcard count as all the names that it stands for.
func within(g, tree GeneralName, excluding bool) (in, ok bool) {
	switch g.Form {
	case FormDirectory:
		return g.Directory.Within(tree.Directory), true
	case FormEmail:
		return emailWithin(g.Text, tree.Text)
	case FormDNS:
		return dnsWithin(g.Text, tree.Text, excluding)
	case FormURI:
		return uriWithin(g.Text, tree.Text)
	case FormIP:
		return ipWithin(g.Octets, tree.Octets)
	}
	return false, false // otherName, x400Address, ediPartyName, registeredID: nobody has said what a subtree is
}

func emailWithin(name, tree string) (in, ok bool) {
	at := strings.LastIndexByte(name, '@')
	if at <= 0 || !hostname(name[at+1:]) {
		return false, false
	}
	local, host := name[:at], lower(name[at+1:])
	if i := strings.LastIndexByte(tree, '@'); i >= 0 { // one mailbox
		return local == tree[:i] && host == lower(tree[i+1:]), i > 0 && hostname(tree[i+1:])
	}
	if strings.HasPrefix(tree, ".") { // all hosts of a domain
		return strings.HasSuffix(host, lower(tree)) && len(host) > len(tree), hostname(tree[1:])
	}
	return host == lower(tree), hostname(tree)
}

func dnsWithin(name, tree string, excluding bool) (in, ok bool) {
	name, tree = lower(strings.TrimSuffix(name, ".")), lower(strings.TrimSuffix(tree, "."))
	plain := strings.TrimPrefix(name, "*.")
	bare := strings.TrimPrefix(tree, ".")
	switch {
	case !hostname(plain) || tree != "" && !hostname(bare):
		return false, false
	case tree == "":
		return true, true
	case strings.HasSuffix(name, "."+bare):
		return true, true
	case name == bare && bare == tree: // with a period in front only names below are meant
		return true, true
	case excluding && plain != name && (tree == plain || strings.HasSuffix(tree, "."+plain)):
		return true, true // *.example.com could be the excluded www.example.com
	}
	return false, true
}

func uriWithin(name, tree string) (in, ok bool) {
	u, err := url.Parse(name)
	if err != nil || u.Host == "" || !hostname(strings.TrimPrefix(tree, ".")) {
		return false, false
	}
	host := lower(u.Hostname())
	if _, err := netip.ParseAddr(host); err == nil || !hostname(host) {
		return false, false // 4.2.1.10: an authority that is no host name cannot be judged
	}
	if strings.HasPrefix(tree, ".") {
		return strings.HasSuffix(host, lower(tree)) && len(host) > len(tree), true
	}
	return host == lower(tree), true
}

func ipWithin(name, tree []byte) (in, ok bool) {
	if len(name) != 4 && len(name) != 16 || len(tree) != 8 && len(tree) != 32 {
		return false, false
	}
	if len(tree) != 2*len(name) {
		return false, true
	}
	net, mask := tree[:len(name)], tree[len(name):]
	masked := make([]byte, len(name))
	for i := range name {
		masked[i] = name[i] & mask[i]
		if net[i]&^mask[i] != 0 {
			return false, false
		}
	}
	ones := false // from the right: zeros, then ones alone (RFC 4632)
	for i := len(mask)*8 - 1; i >= 0; i-- {
		one := bit(mask, i)
		if ones && !one {
			return false, false
		}
		ones = one
	}
	return bytes.Equal(masked, net), true
}

// hostname reports whether s looks like the name of a host: labels of letters, digits, hyphens and underscores.
func hostname(s string) bool {
	if s == "" || len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 {
			return false
		}
		for i := range len(label) {
			c := label[i]
			if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
				return false
			}
		}
	}
	return true
}

// lower lowers the letters of ASCII only.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}
