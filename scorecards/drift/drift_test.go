package drift

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

func TestReasonsFollowFromWhatAServiceSaysAndWhoIsThere(t *testing.T) {
	t.Parallel()
	left := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	everybody := []access.Person{
		{ID: "1", DisplayName: "Ada Lovelace", Email: "ada@example.org", GitHubLogin: "ada-l", DeactivatedAt: &left},
		{ID: "2", DisplayName: "Bob", Email: "bob@example.org"},
		{ID: "3", DisplayName: "Eve", Email: "team@example.org", DeactivatedAt: &left},
		{ID: "4", DisplayName: "EVE", Email: "Team@example.org"}, // somebody else, who is there
		{ID: "5", DeactivatedAt: &left},
	}
	k := known{
		members: map[id.ID]int{"full": 1}, departed: departed(everybody),
		refusal: func(address string) string {
			return map[string]string{"https://github.com/acme/old": "it was archived"}[address]
		},
	}
	for name, c := range map[string]struct {
		team    id.ID
		onCall  string
		address string
		want    []Reason
	}{
		"all is well":                     {"full", "payments-primary", "https://github.com/acme/new", nil},
		"it says nothing":                 {"full", "", "", nil},
		"nobody is in its team":           {"empty", "", "", []Reason{EmptyTeam}},
		"on call is who left":             {"full", " ada lovelace ", "", []Reason{DepartedOnCall}},
		"by their address":                {"full", "ADA@example.org", "", []Reason{DepartedOnCall}},
		"by their login":                  {"full", "@Ada-L", "", []Reason{DepartedOnCall}},
		"a rotation is called as a login": {"full", "ada-l", "", nil},
		"on call is who is there":         {"full", "bob@example.org", "", nil},
		"somebody else is called so":      {"full", "Eve", "", nil},
		"somebody else has the address":   {"full", "team@example.org", "", nil},
		"its repository is archived":      {"full", "", "https://github.com/acme/old", []Reason{Repository}},
		"everything":                      {"empty", "Ada Lovelace", "https://github.com/acme/old", []Reason{DepartedOnCall, Repository, EmptyTeam}},
	} {
		got := k.of(registry.Service{Slug: "checkout", Team: c.team, TeamSlug: "payments", Profile: registry.Profile{OnCall: c.onCall, Repository: c.address}})
		if reasons := slices.Sorted(maps.Keys(got)); !slices.Equal(reasons, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
		for reason, detail := range got {
			if !strings.HasSuffix(detail, ".") || strings.Contains(detail, "%!") {
				t.Errorf("%s is told as %q", reason, detail)
			}
		}
	}
}

func TestEachReasonHasARemedy(t *testing.T) {
	t.Parallel()
	for _, reason := range Reasons {
		if remedy[reason] == "" {
			t.Errorf("nothing puts %s right", reason)
		}
	}
	if len(remedy) != len(Reasons) {
		t.Errorf("there are %d remedies of %d reasons", len(remedy), len(Reasons))
	}
}
