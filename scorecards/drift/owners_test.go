package drift

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Payments, below engineering, has Ada and Lin; search has Bob; Eve left. Of Lin, and of Max who is in search, no login is known.
func TestOwnersOfCodeAreOthersOnlyWhereThatIsKnownOfAllOfThem(t *testing.T) {
	t.Parallel()
	left := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	everybody := []access.Person{
		{ID: "ada", GitHubLogin: "ada", Email: "ada@example.org"}, {ID: "lin"}, {ID: "bob", GitHubLogin: "Bob"}, {ID: "max"}, {ID: "eve", GitHubLogin: "eve", DeactivatedAt: &left},
	}
	teams := []registry.Team{{ID: "engineering", Slug: "engineering"}, {ID: "payments", Slug: "payments", Parent: "engineering"}, {ID: "search", Slug: "search", Parent: "engineering"}}
	for _, c := range []struct {
		what   string
		in     []id.ID // of payments
		owners []string
		want   bool
	}{
		{"nobody", []id.ID{"ada"}, nil, false},
		{"a member", []id.ID{"ada"}, []string{"@bob", "@ADA"}, false},
		{"a member by their address", []id.ID{"ada"}, []string{"Ada@example.org"}, false},
		{"somebody of another team", []id.ID{"ada", "lin"}, []string{"@bob"}, true},
		{"somebody who left", []id.ID{"ada", "eve"}, []string{"@eve"}, true},
		{"the team itself", []id.ID{"ada"}, []string{"@acme/Payments"}, false},
		{"the team above", []id.ID{"ada"}, []string{"@acme/engineering"}, false},
		{"another team", []id.ID{"ada"}, []string{"@acme/search", "@bob"}, true},
		{"a team that only GitHub knows", []id.ID{"ada"}, []string{"@acme/search", "@acme/sre"}, false},
		{"a stranger, where all logins are known", []id.ID{"ada"}, []string{"@stranger"}, true},
		{"a stranger, who may be Lin", []id.ID{"ada", "lin"}, []string{"@stranger"}, false},
		{"an address of a stranger", []id.ID{"ada"}, []string{"stranger@example.org"}, false},
		{"others, where no login of the team is known", []id.ID{"lin"}, []string{"@bob"}, false},
		{"others, where the team has nobody", nil, []string{"@bob"}, false},
	} {
		o := newOrganisation(everybody, teams)
		o.inTeam = map[id.ID][]id.ID{"payments": c.in, "search": {"bob", "max"}}
		if got := o.disown("payments", c.owners); got != c.want {
			t.Errorf("owned by %s: disowned is %t, want %t", c.what, got, c.want)
		}
	}
}
