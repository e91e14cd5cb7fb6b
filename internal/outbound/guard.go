package outbound

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"syscall"
)

// Reach says which addresses may be dialled. The zero value allows public unicast
// and private addresses on any port. What is in never is refused whatever Reach says.
type Reach struct {
	// AllowLoopback allows this machine's own loopback addresses, for sidecars and tests.
	AllowLoopback bool
	// Only, if not empty, are the networks beyond which nothing is dialled. They narrow
	// what is allowed and never widen it.
	Only []netip.Prefix
	// Denied are networks that are not dialled; they win over Only.
	Denied []netip.Prefix
	// Besides are networks that may be dialled although they are in Denied.
	Besides []netip.Prefix
	// Ports, if not empty, are the only ports that are dialled.
	Ports []uint16
}

// RefusedError says what was not done and why. Trying again does not help.
type RefusedError struct {
	What string // "the address 169.254.169.254"
	Why  string // "it is link-local"
}

// Error says both.
func (e *RefusedError) Error() string { return fmt.Sprintf("%s is refused: %s", e.What, e.Why) }

func refuse(why, what string, args ...any) *RefusedError {
	return &RefusedError{What: fmt.Sprintf(what, args...), Why: why}
}

// network is a range of addresses and why it is not dialled.
type network struct {
	prefix netip.Prefix
	why    string
}

func networks(why string, prefixes ...string) []network {
	var out []network
	for _, p := range prefixes {
		out = append(out, network{prefix: netip.MustParsePrefix(p), why: why})
	}
	return out
}

// never are the addresses that are dialled under no configuration: those of the IANA
// special-purpose registries (RFC 6890 and its updates) that are not globally reachable,
// but for private networks and loopback; and the metadata services of clouds, which
// hand out credentials to whoever asks from inside and partly lie in private ranges.
var never = slices.Concat(
	networks("it means this host or none", "0.0.0.0/8", "::/128"),
	networks("it is link-local, where clouds answer with credentials", "169.254.0.0/16", "fe80::/10"),
	networks("it is a cloud's metadata service",
		"100.100.100.200/32",     // Alibaba Cloud
		"168.63.129.16/32",       // Azure's WireServer
		"fd00:ec2::/32",          // AWS
		"fd20:ce::254/128",       // Google Cloud
		"fd00:c1::a9fe:a9fe/128", // Oracle Cloud; its 192.0.0.192 is below
		"fd00:42::42/128",        // Scaleway
	),
	networks("it is multicast", "224.0.0.0/4", "ff00::/8"),
	networks("it is broadcast or reserved", "240.0.0.0/4"),
	networks("it is reserved for protocols", "192.0.0.0/24", "192.88.99.0/24", "2001::/23", "5f00::/16", "100::/64"),
	networks("it is for documentation", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20"),
	networks("it is for benchmarks of networks", "198.18.0.0/15"),
)

var (
	loopback4 = netip.MustParsePrefix("127.0.0.0/8")
	loopback6 = netip.MustParsePrefix("::1/128")
	global6   = netip.MustParsePrefix("2000::/3")
	private6  = netip.MustParsePrefix("fc00::/7")
	nat64     = netip.MustParsePrefix("64:ff9b::/96") // RFC 6052
	sixToFour = netip.MustParsePrefix("2002::/16")    // RFC 3056
)

// Private are the networks that are nobody's on the Internet: RFC 1918, RFC 6598, RFC 4193.
func Private() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"), netip.MustParsePrefix("192.168.0.0/16"),
		netip.MustParsePrefix("100.64.0.0/10"), private6,
	}
}

// judge says why an address is not dialled, or nil.
func (r Reach) judge(to netip.AddrPort) error {
	// A zone keeps an address from being in any network, and changes nothing of what it is.
	written := to.Addr().WithZone("")
	addr := plain(written)
	if why := r.why(addr); why != "" {
		if addr != written {
			why = fmt.Sprintf("it leads to %s, and %s", addr, why)
		}
		return refuse(why, "the address %s", written)
	}
	// Written either way, an address is in the network that it is in.
	in := func(p netip.Prefix) bool { return p.Contains(addr) || p.Contains(written) }
	if slices.ContainsFunc(r.Denied, in) && !slices.ContainsFunc(r.Besides, in) {
		return refuse("the configuration denies it", "the address %s", written)
	}
	if len(r.Only) > 0 && !slices.ContainsFunc(r.Only, in) {
		return refuse("it is in none of the networks that the configuration allows", "the address %s", written)
	}
	if len(r.Ports) > 0 && !slices.Contains(r.Ports, to.Port()) {
		return refuse("it is none of the ports that the configuration allows", "the port %d", to.Port())
	}
	return nil
}

// why gives the reason that no configuration but AllowLoopback changes, or "".
func (r Reach) why(addr netip.Addr) string {
	if loopback4.Contains(addr) || loopback6.Contains(addr) {
		if r.AllowLoopback {
			return ""
		}
		return "it is this machine's own, which has to be allowed"
	}
	for _, n := range never {
		if n.prefix.Contains(addr) {
			return n.why
		}
	}
	if addr.Is6() && !global6.Contains(addr) && !private6.Contains(addr) {
		// What is left is unassigned, site-local (fec0::/10), or an IPv4 address under a
		// prefix that went out of use or that each network chooses for itself:
		// IPv4-compatible (::/96), IPv4-translated (::ffff:0:0:0/96), 64:ff9b:1::/48.
		return "it is neither public nor private unicast"
	}
	return ""
}

// plain returns the IPv4 address that an IPv6 one leads to, which is what has to be
// judged, or the address itself.
func plain(addr netip.Addr) netip.Addr {
	bytes := addr.As16()
	switch {
	case !addr.Is6():
		return addr
	case addr.Is4In6():
		return addr.Unmap()
	case nat64.Contains(addr):
		return netip.AddrFrom4([4]byte(bytes[12:16]))
	case sixToFour.Contains(addr):
		return netip.AddrFrom4([4]byte(bytes[2:6]))
	}
	return addr
}

// control judges an address just before it is connected to. The name was resolved
// before, so that no second answer of a resolver comes in between.
func (r Reach) control(_ context.Context, network, address string, _ syscall.RawConn) error {
	if network != "tcp4" && network != "tcp6" {
		return refuse("only TCP is spoken", "the network %s", network)
	}
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return refuse("it cannot be read", "the address %.64q", address)
	}
	return r.judge(to)
}
