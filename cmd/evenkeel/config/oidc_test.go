package config

import (
	"maps"
	"slices"
	"testing"
)

func TestWhoIsTrustedToSignInIsJudged(t *testing.T) {
	t.Parallel()
	faults := func(o OIDC, w Workloads) []string {
		found := map[string]bool{}
		require := func(ok bool, key string, _ any, _ string, _ ...any) {
			if !ok {
				found[key] = true
			}
		}
		if o.Scopes == nil {
			o.Scopes = List{"openid"}
		}
		if o.Name == "" {
			o.Name = "Acme"
		}
		o.check(require)
		w.check(require)
		return slices.Sorted(maps.Keys(found))
	}
	const good = "https://login.example.com/realms/acme"
	for _, c := range []struct {
		oidc OIDC
		want []string
	}{
		{OIDC{}, nil},
		{OIDC{Issuer: good, ClientID: "x"}, nil},
		{OIDC{Issuer: "http://127.0.0.1:9000", ClientID: "x"}, nil}, // this machine
		{OIDC{Issuer: "http://login.example.com", ClientID: "x"}, []string{"oidc.issuer"}},
		{OIDC{Issuer: good + "?x=1", ClientID: "x"}, []string{"oidc.issuer"}},
		{OIDC{Issuer: "https://me:secret@login.example.com", ClientID: "x"}, []string{"oidc.issuer"}},
		{OIDC{Issuer: good}, []string{"oidc.clientID"}},
		{OIDC{DeviceClientID: "x", ClientSecret: NewSecret("s")}, []string{"oidc.clientSecret", "oidc.deviceClientID"}},
		{OIDC{Issuer: good, ClientID: "x", Scopes: List{"email"}}, []string{"oidc.scopes"}},
		{OIDC{Issuer: "https://accounts.google.com", ClientID: "x", UnknownPeople: "enter"}, []string{"oidc.requireClaims"}},
		{OIDC{Issuer: "https://accounts.google.com", ClientID: "x", UnknownPeople: "refuse"}, nil},
		{OIDC{Issuer: "https://accounts.google.com", ClientID: "x", UnknownPeople: "enter", RequireClaims: map[string]string{"hd": "example.com"}}, nil},
	} {
		if got := faults(c.oidc, Workloads{}); !slices.Equal(got, c.want) {
			t.Errorf("%+v: %q, want %q", c.oidc, got, c.want)
		}
	}
	for issuer, ok := range map[string]bool{
		"https://token.actions.githubusercontent.com": true, "https://cluster.local=/etc/keys.json": true, "https://cluster.local=https://api.cluster.local/openid/v1/jwks": true,
		"http://cluster.local": false, "cluster.local": false, "https://cluster.local=": false, "https://cluster.local=http://api.cluster.local/keys": false,
	} {
		if got := faults(OIDC{}, Workloads{Issuers: List{issuer}}); (len(got) == 0) != ok {
			t.Errorf("%s: %q", issuer, got)
		}
	}
	w := Workloads{Issuers: List{"https://a.example", "https://b.example=/keys"}}
	if got := w.Keys(); len(got) != 2 || got["https://a.example"] != "" || got["https://b.example"] != "/keys" || !slices.Equal(w.Trusted(), []string{"https://a.example", "https://b.example"}) {
		t.Errorf("the issuers are %v", got)
	}
}
