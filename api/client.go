package api

import (
	"iter"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// forwarded is the header of RFC 7239.
const forwarded = "Forwarded"

// clientAddress is the address that a request comes from; the zero one where there
// is no network. Behind trusted proxies it is the one that the first of them was
// spoken to from: the rightmost in the header that they set which is not of a trusted
// proxy itself. What stands to its left anybody may have sent. A list that cannot be
// read further ends at the last proxy that was. No other header is looked at: a proxy
// that sets the one passes on the others as they were sent.
func (a *API) clientAddress(r *http.Request) netip.Addr {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	peer := plainAddress(at.Addr())
	if !a.trusts(peer) {
		return peer
	}
	if a.cfg.TrustedProxyHeader == forwarded {
		return a.walk(peer, r.Header[forwarded], forwardedNodes)
	}
	return a.walk(peer, r.Header["X-Forwarded-For"], listNodes)
}

// trusts reports whether the address is of a proxy whose word is taken.
func (a *API) trusts(address netip.Addr) bool {
	for _, network := range a.cfg.TrustedProxies {
		if network.Contains(address) {
			return true
		}
	}
	return false
}

// walk goes from the peer through the lines of a header, from its end, as long as
// each hop is trusted and can be read.
func (a *API) walk(peer netip.Addr, lines []string, nodes func(line string) iter.Seq[string]) netip.Addr {
	reached := peer
	for _, line := range slices.Backward(lines) {
		for node := range nodes(line) {
			hop, ok := parseNode(node)
			if !ok {
				return reached
			}
			if reached = hop; !a.trusts(hop) {
				return hop
			}
		}
	}
	return reached
}

// listNodes are the nodes of a line of X-Forwarded-For, the last first.
func listNodes(line string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for end := len(line); end >= 0; {
			comma := strings.LastIndexByte(line[:end], ',')
			if !yield(strings.Trim(line[comma+1:end], " \t")) {
				return
			}
			end = comma
		}
	}
}

// forwardedNodes are the nodes that the elements of a line of Forwarded are for, the
// last first; the empty text for what cannot be read.
func forwardedNodes(line string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, node := range slices.Backward(parseForwarded(line)) {
			if !yield(node) {
				return
			}
		}
	}
}

// parseForwarded reads a line as a whole, since a comma may stand in quotes: one that
// breaks the grammar of RFC 7239 (section 4) anywhere holds nothing that can be read.
func parseForwarded(line string) []string {
	nodes, unreadable := []string{""}, []string{""}
	for at, named := 0, false; ; {
		name, after, ok := cutToken(line, skipSpace(line, at))
		if !ok || after == len(line) || line[after] != '=' {
			return unreadable
		}
		value, after, ok := cutValue(line, after+1)
		if !ok {
			return unreadable
		}
		if strings.EqualFold(name, "for") {
			if named {
				return unreadable
			}
			nodes[len(nodes)-1], named = value, true
		}
		at = skipSpace(line, after)
		if at == len(line) {
			return nodes
		}
		switch line[at] {
		case ';':
		case ',':
			nodes, named = append(nodes, ""), false
		default:
			return unreadable
		}
		at++
	}
}

func skipSpace(s string, at int) int {
	for at < len(s) && (s[at] == ' ' || s[at] == '\t') {
		at++
	}
	return at
}

// cutToken reads a token of RFC 9110 (section 5.6.2).
func cutToken(s string, at int) (token string, after int, ok bool) {
	after = at
	for after < len(s) && (s[after] >= 'a' && s[after] <= 'z' || s[after] >= 'A' && s[after] <= 'Z' || s[after] >= '0' && s[after] <= '9' ||
		strings.IndexByte("!#$%&'*+-.^_`|~", s[after]) >= 0) {
		after++
	}
	return s[at:after], after, after > at
}

// cutValue reads a token or a quoted string.
func cutValue(s string, at int) (value string, after int, ok bool) {
	if at == len(s) || s[at] != '"' {
		return cutToken(s, at)
	}
	var b strings.Builder
	for at++; at < len(s); at++ {
		switch s[at] {
		case '"':
			return b.String(), at + 1, true
		case '\\':
			if at++; at == len(s) {
				return "", at, false
			}
		}
		b.WriteByte(s[at])
	}
	return "", at, false
}

// parseNode reads an address with or without a port, IPv6 in brackets or bare.
func parseNode(node string) (netip.Addr, bool) {
	if at, err := netip.ParseAddrPort(node); err == nil {
		return plainAddress(at.Addr()), true
	}
	if inner, ok := strings.CutPrefix(node, "["); ok {
		if node, ok = strings.CutSuffix(inner, "]"); !ok || strings.IndexByte(node, ':') < 0 {
			return netip.Addr{}, false
		}
	}
	address, err := netip.ParseAddr(node)
	return plainAddress(address), err == nil
}

// plainAddress is the address as networks are compared with it: IPv4 as such, and
// without the zone, which only the machine itself knows.
func plainAddress(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }
