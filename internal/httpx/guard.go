package httpx

import (
	"context"
	"net"
	"net/netip"
	"syscall"
	"time"

	"github.com/kyso-dev/kyso/internal/limits"
)

// Public reports whether addr is an address of the public internet: unicast, globally reachable, and neither a translation
// nor a tunnel that could end inside a private network. It follows the IANA registries of special-purpose addresses.
//
// IPv4-mapped addresses (::ffff:0:0/96) have no business on the wire and are refused even where the IPv4 address is public.
// Addresses of the well-known NAT64 prefix are what every host looks like from a network that speaks IPv6 only: they are judged by
// the IPv4 address within, as RFC 6052, 3.1 demands.
func Public(addr netip.Addr) bool {
	if !addr.IsValid() || addr.Is4In6() || addr.Zone() != "" {
		return false
	}
	if addr.Is4() {
		return !within(addr, special4)
	}
	if nat64.Contains(addr) {
		b := addr.As16()
		return Public(netip.AddrFrom4([4]byte(b[12:])))
	}
	return global6.Contains(addr) && !within(addr, special6)
}

func within(addr netip.Addr, prefixes []netip.Prefix) bool {
	for _, p := range prefixes {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

var (
	special4 = prefixes(
		"0.0.0.0/8",       // this network, RFC 791
		"10.0.0.0/8",      // private, RFC 1918
		"100.64.0.0/10",   // shared by carriers (CGNAT), RFC 6598
		"127.0.0.0/8",     // loopback
		"169.254.0.0/16",  // link-local, with the clouds' metadata services
		"172.16.0.0/12",   // private, RFC 1918
		"192.0.0.0/24",    // protocol assignments, RFC 6890
		"192.0.2.0/24",    // documentation
		"192.88.99.0/24",  // 6to4 relays, RFC 7526
		"192.168.0.0/16",  // private, RFC 1918
		"198.18.0.0/15",   // benchmarking, RFC 2544
		"198.51.100.0/24", // documentation
		"203.0.113.0/24",  // documentation
		"224.0.0.0/4",     // multicast
		"240.0.0.0/4",     // reserved, with the broadcast address
	)
	global6  = netip.MustParsePrefix("2000::/3") // all that IANA has given out as global unicast
	nat64    = netip.MustParsePrefix("64:ff9b::/96")
	special6 = prefixes(
		"2001::/23",     // protocol assignments: Teredo, benchmarking, ORCHID
		"2001:db8::/32", // documentation
		"2002::/16",     // 6to4: carries an IPv4 address
		"3fff::/20",     // documentation
	)
)

func prefixes(list ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(list))
	for i, s := range list {
		out[i] = netip.MustParsePrefix(s)
	}
	return out
}

// dialer connects to addresses that permit allows. A nil permit allows all.
type dialer struct {
	permit func(netip.Addr) bool
	net    net.Dialer
}

func newDialer(permit func(netip.Addr) bool) *dialer {
	d := &dialer{permit: permit, net: net.Dialer{Timeout: limits.HTTPDial, KeepAlive: 15 * time.Second}}
	if permit != nil {
		// Control runs when the socket exists and its peer is known: after resolution, for each address that is tried.
		d.net.Control = func(_, address string, _ syscall.RawConn) error { return d.check(address) }
	}
	return d
}

func (d *dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	if d.permit != nil {
		// A literal is looked at as it was written: the net package turns ::ffff:192.0.2.1 into 192.0.2.1 before Control sees it.
		if host, _, err := net.SplitHostPort(address); err == nil {
			if addr, err := netip.ParseAddr(host); err == nil && !d.permit(addr) {
				return nil, fail(CodeAddressRefused, nil, "address", addr.String())
			}
		}
	}
	return d.net.DialContext(ctx, network, address)
}

// check judges "address:port" as it is about to be dialled. What cannot be read is refused.
func (d *dialer) check(address string) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil || !d.permit(ap.Addr()) {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			host = address
		}
		return fail(CodeAddressRefused, nil, "address", host)
	}
	return nil
}
