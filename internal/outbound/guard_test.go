package outbound

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
)

// The ranges are those of the IANA IPv4 and IPv6 special-purpose address registries; the
// metadata services' addresses are those of the clouds' own documentation.
func TestEachAddressIsJudgedByWhatItIs(t *testing.T) {
	t.Parallel()
	allowed := []string{
		// public unicast
		"1.1.1.1", "8.8.8.8", "93.184.216.34", "100.63.255.255", "100.128.0.1", "172.15.255.255", "172.32.0.1",
		"169.253.255.255", "169.255.0.1", "126.255.255.255", "128.0.0.1", "223.255.255.255", "192.0.1.1", "198.17.255.255",
		"198.20.0.1", "2606:4700:4700::1111", "2001:4860:4860::8888", "2a00:1450:4001:81b::200e", "2001:200::1",
		// private networks, where a Prometheus usually is
		"10.0.0.1", "10.255.255.254", "172.16.0.1", "172.31.255.254", "192.168.0.1", "192.168.255.254", "100.64.0.1",
		"100.100.100.100", "fd00::1", "fc00::1", "fdff:ffff::1",
		// other ways to write an allowed one
		"::ffff:10.0.0.1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "64:ff9b::10.1.2.3", "2002:808:808::1", "fd00::1%eth0",
	}
	refused := []string{
		// this machine
		"127.0.0.1", "127.0.0.2", "127.255.255.254", "::1", "::1%lo", "::ffff:127.0.0.1", "::ffff:7f00:1", "64:ff9b::127.0.0.1",
		"64:ff9b::7f00:1", "2002:7f00:1::", "2002:7f00:1:8000::1", "::127.0.0.1",
		// this host or none
		"0.0.0.0", "0.0.0.1", "0.255.255.255", "::", "::ffff:0.0.0.0", "64:ff9b::", "2002::",
		// link-local, and the metadata services of clouds in all their forms
		"169.254.169.254", "169.254.0.1", "169.254.255.255", "169.254.170.2", "fe80::1", "fe80::1%eth0", "febf::1",
		"::ffff:169.254.169.254", "::ffff:a9fe:a9fe", "::169.254.169.254", "::a9fe:a9fe", "64:ff9b::169.254.169.254",
		"64:ff9b::a9fe:a9fe", "64:ff9b:1::a9fe:a9fe", "2002:a9fe:a9fe::1", "::ffff:0:169.254.169.254", "2001:0:a9fe:a9fe::1",
		"100.100.100.200", "::ffff:100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254", "fd00:ec2::254%eth0",
		"fd20:ce::254", "fd00:c1::a9fe:a9fe", "fd00:42::42",
		// multicast, broadcast, reserved
		"224.0.0.1", "239.255.255.255", "ff02::1", "ff0e::1", "::ffff:224.0.0.1", "64:ff9b::224.0.0.1", "2002:e000:1::",
		"240.0.0.1", "255.255.255.255", "::ffff:255.255.255.255", "64:ff9b::ffff:ffff",
		// of protocols, documentation, benchmarks; out of use or unassigned
		"192.0.0.1", "192.88.99.1", "192.0.2.1", "198.51.100.7", "203.0.113.9", "198.18.0.1", "198.19.255.255",
		"2001:db8::1", "3fff::1", "100::1", "2001::1", "2001:10::1", "5f00::1", "fec0::1", "fbff::1", "4000::1", "1::1",
	}
	if len(allowed)+len(refused) < 60 {
		t.Fatalf("only %d addresses", len(allowed)+len(refused))
	}
	for _, address := range allowed {
		if err := (Reach{}).judge(netip.AddrPortFrom(netip.MustParseAddr(address), 9090)); err != nil {
			t.Errorf("%s: %v, want it allowed", address, err)
		}
	}
	for _, address := range refused {
		err := (Reach{}).judge(netip.AddrPortFrom(netip.MustParseAddr(address), 80))
		var e *RefusedError
		if !errors.As(err, &e) {
			t.Errorf("%s: %v, want it refused", address, err)
			continue
		}
		if !strings.HasPrefix(e.Error(), "the address ") || e.Why == "" {
			t.Errorf("%s: %q does not say what was refused and why", address, e)
		}
	}
}

func TestTheConfigurationNarrowsWhatIsReached(t *testing.T) {
	t.Parallel()
	prefixes := func(texts ...string) (out []netip.Prefix) {
		for _, text := range texts {
			out = append(out, netip.MustParsePrefix(text))
		}
		return out
	}
	narrow := Reach{Only: prefixes("10.0.0.0/8", "fd00:1::/32"), Denied: prefixes("10.9.0.0/16"), Ports: []uint16{443, 9090}}
	for _, test := range []struct {
		name  string
		reach Reach
		to    string
		want  string // of the refusal; empty means allowed
	}{
		{"loopback is allowed when asked for", Reach{AllowLoopback: true}, "127.0.0.1:80", ""},
		{"so is its other form", Reach{AllowLoopback: true}, "[::ffff:127.0.0.1]:80", ""},
		{"and that of IPv6", Reach{AllowLoopback: true}, "[::1]:80", ""},
		{"loopback is not link-local", Reach{AllowLoopback: true}, "169.254.169.254:80", "link-local"},
		{"one in the allowed networks", narrow, "10.1.2.3:9090", ""},
		{"written in IPv6", narrow, "[::ffff:10.1.2.3]:443", ""},
		{"one of IPv6", narrow, "[fd00:1::5]:443", ""},
		{"one beside them", narrow, "192.168.1.1:9090", "none of the networks"},
		{"public ones too", narrow, "8.8.8.8:443", "none of the networks"},
		{"a denied one among them", narrow, "10.9.1.1:9090", "denies it"},
		{"a denied one in another form", narrow, "[64:ff9b::10.9.1.1]:9090", "denies it"},
		{"another port", narrow, "10.1.2.3:22", "ports"},
		{"an allow list does not open what is never dialled", Reach{Only: prefixes("169.254.0.0/16")}, "169.254.169.254:80", "link-local"},
		{"nor loopback", Reach{Only: prefixes("127.0.0.0/8")}, "127.0.0.1:80", "has to be allowed"},
		{"a translation prefix is denied as a whole", Reach{Denied: prefixes("64:ff9b::/96")}, "[64:ff9b::808:808]:80", "denies it"},
	} {
		err := test.reach.judge(netip.MustParseAddrPort(test.to))
		if test.want == "" && err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		if test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: %v, want a refusal that says %q", test.name, err, test.want)
		}
	}
}

func TestOnlyTCPIsDialled(t *testing.T) {
	t.Parallel()
	for _, network := range []string{"udp4", "unix", "ip4:icmp"} {
		if err := (Reach{}).control(t.Context(), network, "8.8.8.8:80", nil); err == nil {
			t.Errorf("%s was not refused", network)
		}
	}
	if err := (Reach{}).control(t.Context(), "tcp4", "/run/docker.sock", nil); err == nil {
		t.Error("what is no address was not refused")
	}
}
