package config

import (
	"errors"
	"net/netip"
	"strings"
)

// Networks are ranges of addresses. They are written as a list in the file, and
// everywhere as text with commas between them, such as 10.0.0.0/8, fd00::/8.
type Networks []netip.Prefix

// String writes them as text.
func (n Networks) String() string {
	texts := make([]string, len(n))
	for i, p := range n {
		texts[i] = p.String()
	}
	return strings.Join(texts, ", ")
}

var errNetworks = errors.New("must be networks such as 10.0.0.0/8, fd00::/8, each by its first address, and IPv4 not written as IPv6")

// parseNetworks reads text or a list of texts. An address that is not the first
// of its network is one that was mistyped, or meant alone.
func parseNetworks(raw any) (Networks, error) {
	texts, err := textsOf(raw, errNetworks)
	if err != nil {
		return nil, err
	}
	networks := make(Networks, 0, len(texts))
	for _, text := range texts {
		p, err := netip.ParsePrefix(text)
		if err != nil || p != p.Masked() || p.Addr().Is4In6() {
			return nil, errNetworks
		}
		networks = append(networks, p)
	}
	return networks, nil
}
