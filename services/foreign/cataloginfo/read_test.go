package cataloginfo_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/foreign"
	"github.com/evenkeel/evenkeel/services/foreign/cataloginfo"
	"github.com/evenkeel/evenkeel/services/registry"
)

const shop = `apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: Check_Out
  title: Checkout
  description: Takes orders.
  tags: [go]
  annotations:
    github.com/project-slug: example/checkout
    pagerduty.com/service-id: P123
    evenkeel.dev/tier: "1"
    other.example.org/thing: passed over
  links:
    - {url: "https://wiki.example.org/checkout", title: Docs}
    - {url: "https://grafana.example.org/d/1", title: Checkout dashboard}
    - {url: "https://wiki.example.org/night", icon: runbook, title: At night}
    - {url: "https://chat.example.org/c", title: Chat}
spec:
  type: website
  lifecycle: experimental
  owner: payments
  system: shop
  dependsOn: [component:ledger, resource:orders-db]
  providesApis: [orders]
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: ledger
  annotations:
    backstage.io/source-location: url:https://github.com/example/books/tree/main/ledger
spec:
  type: grpc-service
  lifecycle: odd
  owner: group:finance/books
  dependencyOf: [component:default/till]
`

const people = `apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: payments, description: Cards and invoices.}
spec:
  type: team
  profile: {displayName: Payments, email: payments@example.org, picture: "https://example.org/p.png"}
  children: []
  members: [ada]
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: engineering}
spec: {type: department, children: [payments, ghosts]}
---
apiVersion: backstage.io/v1alpha1
kind: User
metadata: {name: ada}
spec: {profile: {displayName: Ada}, memberOf: [payments]}
---
apiVersion: backstage.io/v1alpha1
kind: System
metadata: {name: shop, title: Web shop}
spec: {owner: payments, domain: selling}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: till
  annotations: {evenkeel.dev/service: point-of-sale, evenkeel.dev/kind: stateful}
spec: {type: service, lifecycle: production, owner: user:ada}
`

// The expected things follow from the two texts by hand, by the rules of docs/how-to/connect-backstage.md.
func TestEntitiesOfSeveralFilesAreReadTogether(t *testing.T) {
	t.Parallel()
	got := cataloginfo.Read([]foreign.Text{{In: "shop.yaml", Bytes: []byte(shop)}, {In: "people.yaml", Bytes: []byte(people)}})
	if len(got.Refused) != 0 {
		t.Fatalf("refused was %v", got.Refused)
	}
	teams := []registry.TeamInput{{Slug: "engineering", Name: "engineering"}, {Slug: "payments", Name: "Payments", Description: "Cards and invoices.", Parent: "engineering", Contact: "payments@example.org"}}
	for i, want := range teams {
		if len(got.Teams) != len(teams) || got.Teams[i].TeamInput != want {
			t.Fatalf("teams are %+v, want %+v", got.Teams, teams)
		}
	}
	if want := (registry.SystemInput{Slug: "shop", Name: "Web shop", Team: "payments"}); len(got.Systems) != 1 || got.Systems[0].SystemInput != want {
		t.Errorf("systems are %+v, want %+v", got.Systems, want)
	}
	services := []foreign.Service{
		{
			DependsOn: []string{"ledger"}, Origin: foreign.Origin{In: "shop.yaml", Document: 1, Line: 1},
			ServiceInput: registry.ServiceInput{Slug: "check-out", Team: "payments", System: "shop", Profile: registry.Profile{
				Name: "Checkout", Description: "Takes orders.", Kind: registry.HTTP, Tier: 1, Lifecycle: registry.Experimental, Repository: "https://github.com/example/checkout",
				Docs: "https://wiki.example.org/checkout", Dashboard: "https://grafana.example.org/d/1", Runbook: "https://wiki.example.org/night", OnCall: "PagerDuty service P123",
			}},
		},
		{
			Origin: foreign.Origin{In: "shop.yaml", Document: 2, Line: 26},
			ServiceInput: registry.ServiceInput{Slug: "ledger", Team: "finance-books", Profile: registry.Profile{
				Name: "ledger", Kind: registry.GRPC, Tier: 3, Lifecycle: registry.Production, Repository: "https://github.com/example/books",
			}},
		},
		{
			DependsOn: []string{"ledger"}, Origin: foreign.Origin{In: "people.yaml", Document: 5, Line: 25},
			ServiceInput: registry.ServiceInput{Slug: "point-of-sale", Profile: registry.Profile{Name: "till", Kind: registry.Stateful, Tier: 3, Lifecycle: registry.Production}},
		},
	}
	if !reflect.DeepEqual(got.Services, services) {
		t.Errorf("services are\n%+v, want\n%+v", got.Services, services)
	}
	var notes []string
	for _, n := range got.Notes {
		left := ""
		if n.Left {
			left = "left out "
		}
		notes = append(notes, fmt.Sprintf("%s:%d:%d %s%s", n.In, n.Line, n.Column, left, n.Pointer))
	}
	want := []string{ // counted by hand
		"people.yaml:8:12 /spec/members", "people.yaml:13:47 /spec/children/1", "people.yaml:16:7 left out /kind", "people.yaml:23:33 /spec/domain",
		"people.yaml:28:9 /metadata/name", "people.yaml:30:53 /spec/owner",
		"shop.yaml:7:9 /metadata/tags", "shop.yaml:17:7 /metadata/links/3", "shop.yaml:23:33 /spec/dependsOn/1",
		"shop.yaml:29:9 /metadata/name", "shop.yaml:34:14 /spec/lifecycle",
	}
	for i, n := range notes {
		if i >= len(want) || n != want[i] {
			t.Errorf("note %d is %s", i, n)
		}
	}
	if len(notes) != len(want) {
		t.Errorf("%d notes, want %d", len(notes), len(want))
	}
}

func TestWhatIsWrongWithAnEntityIsToldAtItsPlace(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ old, new, want string }{
		{"apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: Check_Out", "apiVersion: v1\nkind: Component\nmetadata:\n  name: Check_Out", "1:13: /apiVersion: must be an entity of Backstage"},
		{"  name: Check_Out\n", "", "/metadata/name: is required"},
		{"name: Check_Out", "name: a b", `4:9: /metadata/name: must be the reference of a component`},
		{"name: Check_Out", "name: [x]", "/metadata/name: must be a text"},
		{`evenkeel.dev/tier: "1"`, `evenkeel.dev/tier: "5"`, "11:24: /metadata/annotations/evenkeel.dev~1tier: must be 1, the most critical, to 4"},
		{"owner: payments", "owner: a/b/c", "21:10: /spec/owner: must be a reference"},
		{"https://wiki.example.org/checkout", "https://user:secret@wiki.example.org", "/metadata/links: must not hold a name or password"},
		{"dependsOn: [component:ledger, resource:orders-db]", "dependsOn: component:ledger", "/spec/dependsOn: must be a list"},
		{"description: Takes orders.", "description: \"a\\u0007\"", "6:16: /metadata/description: must not contain control characters"},
		{"kind: Component", "kind: : Component", "2:"},
		{"name: Check_Out", "name: " + strings.Repeat("a", 63) + "\n  namespace: other", "/metadata/name: becomes the short name"},
	} {
		text := strings.Replace(shop, c.old, c.new, 1)
		if text == shop {
			t.Fatalf("%q is not in the text", c.old)
		}
		got := cataloginfo.Read([]foreign.Text{{In: "x.yaml", Bytes: []byte(text)}})
		var refused *yamldoc.Error
		if len(got.Refused) == 0 || !errors.As(got.Refused[0].Err, &refused) || !strings.Contains(refused.Error(), c.want) {
			t.Errorf("%q: refused was %v, want %s", c.new, got.Refused, c.want)
		}
		if strings.Contains(fmt.Sprint(got), "secret") {
			t.Errorf("%q: what may be a password is told", c.new)
		}
	}
}

func TestTheFirstOfTwoEntitiesOfANameGoes(t *testing.T) {
	t.Parallel()
	first := foreign.Text{In: "a.yaml", Bytes: []byte("apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: payments, title: One}\n")}
	second := foreign.Text{In: "b.yaml", Bytes: []byte("apiVersion: backstage.io/v1alpha1\nkind: group\nmetadata: {name: Payments, title: Two}\n")}
	got := cataloginfo.Read([]foreign.Text{first, second})
	if len(got.Teams) != 1 || got.Teams[0].Name != "One" || len(got.Notes) != 1 || !got.Notes[0].Left || got.Notes[0].In != "b.yaml" || !strings.Contains(got.Notes[0].Message, "in a.yaml:1") {
		t.Errorf("read was %+v", got)
	}
}

func FuzzAnyTextIsReadOrRefused(f *testing.F) {
	for _, text := range []string{shop, people, "", "[]", "kind: Group", "apiVersion: backstage.io/v1\nkind: Component\nmetadata: {name: a}\nspec: {dependsOn: [~, {}], owner: :}", "{\"apiVersion\": \"backstage.io/v1\", \"kind\": 1}"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got := cataloginfo.Read([]foreign.Text{{In: "x", Bytes: text}})
		for _, s := range got.Services {
			if err := s.Validate(); err != nil {
				t.Errorf("a service was read that cannot be declared: %v", err)
			}
		}
		for _, of := range got.Teams {
			if err := of.Validate(); err != nil {
				t.Errorf("a team was read that cannot be declared: %v", err)
			}
		}
		for _, r := range got.Refused {
			var refused *yamldoc.Error
			if !errors.As(r.Err, &refused) {
				t.Errorf("%v has no place", r.Err)
			}
		}
	})
}
