package app_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
)

// Ada, Bob and the administrator made what the house has, each by a token; Rita has not come yet, and no
// workload has.
func TestThePlatformTeamSeesWhoUsesEvenkeelAndWhoDidNotComeBack(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		read := func(path string) map[string]any {
			t.Helper()
			return h.must(200, call{as: "administrator", method: "GET", path: path}).object()
		}
		// What is noted is written behind the requests' backs.
		within := func(what string, as func() bool) {
			t.Helper()
			for deadline := time.Now().Add(time.Minute); !as(); {
				if time.Now().After(deadline) {
					t.Fatalf("it is never told that %s", what)
				}
			}
		}
		people := func() map[string]any { return read("/v1/adoption")["people"].(map[string]any) }
		within("three people came", func() bool { return people()["active"] == 3.0 })
		figures := read("/v1/adoption?days=28")
		if got := fmt.Sprint(figures["people"]); got != "map[active:3 gone:0 never:1 new:3 returned:0 total:4]" {
			t.Errorf("of people it tells %s", got)
		}
		// The administrator, who made them, is in each team, that of Evenkeel too; engineering has no service.
		if got := fmt.Sprint(figures["teams"]); got != "map[byPeople:4 byProgram:0 total:4 withSLO:3]" {
			t.Errorf("of teams it tells %s", got)
		}
		// The house was made at one moment: both teams came to an SLO at once, and Evenkeel's own is not one.
		if got := fmt.Sprint(figures["firstSLO"]); got != "map[halfSeconds:0 have:2 longestWaitSeconds:0 quarterSeconds:0 threeQuartersSeconds:0 waiting:0]" {
			t.Errorf("of first SLOs it tells %s", got)
		}
		if weeks := figures["weeks"].([]any); len(weeks) != 13 || weeks[12].(map[string]any)["people"] != 3.0 || weeks[11].(map[string]any)["people"] != 0.0 {
			t.Errorf("of weeks it tells %v", weeks)
		}

		h.must(200, call{as: "pipeline", method: "GET", path: "/v1/services"})
		teams := func(query string) string {
			var out []string
			for _, row := range h.must(200, call{as: "administrator", method: "GET", path: "/v1/adoption/teams" + query}).items() {
				out = append(out, fmt.Sprintf("%s %v/%v %v", row["team"].(map[string]any)["slug"], row["activeMembers"], row["members"], row["workloadsActive"]))
			}
			return strings.Join(out, ", ")
		}
		within("a pipeline came", func() bool { return strings.Contains(teams(""), "true") })
		if got := teams(""); got != "engineering 1/1 false, payments 2/3 true, platform 1/1 false, search 2/2 false" {
			t.Errorf("the teams are %s", got)
		}

		// Forty days later Rita comes for the first time, and the administrator, who asks; the others are gone.
		h.clock.Advance(40 * 24 * time.Hour)
		h.must(200, call{as: "rita", method: "GET", path: "/v1/services"})
		within("Rita came", func() bool { return people()["new"] == 1.0 && people()["returned"] == 1.0 })
		if got := fmt.Sprint(people()); got != "map[active:2 gone:2 never:0 new:1 returned:1 total:4]" {
			t.Errorf("of people it then tells %s", got)
		}
		if got := teams("?active=false"); got != "" {
			t.Errorf("the administrator is in every team, and not active are %s", got)
		}
		gone := func(query string) []string {
			var out []string
			for _, row := range h.must(200, call{as: "administrator", method: "GET", path: "/v1/adoption/people" + query}).items() {
				out = append(out, fmt.Sprintf("%s %v %v %s", row["person"].(map[string]any)["name"], row["teams"], row["days"], row["lastDay"]))
			}
			slices.Sort(out)
			return out
		}
		day := h.clock.Now().AddDate(0, 0, -40).Format(time.DateOnly)
		if got := gone(""); !slices.Equal(got, []string{"ada [payments] 1 " + day, "bob [search] 1 " + day}) {
			t.Errorf("who did not come back: %q", got)
		}
		if got := gone("?team=search"); !slices.Equal(got, []string{"bob [search] 1 " + day}) || len(gone("?days=90")) != 0 {
			t.Errorf("of search: %q; within 90 days: %q", got, gone("?days=90"))
		}

		for _, path := range []string{"/v1/adoption", "/v1/adoption/teams", "/v1/adoption/people"} {
			h.do(call{as: "ada", method: "GET", path: path}).expect(t, 403, "forbidden", "", "administrator")
			h.do(call{as: "administrator", method: "GET", path: path + "?days=6"}).expect(t, 422, "invalid_input", "query.days", "")
		}
		h.must(422, call{as: "administrator", method: "GET", path: "/v1/adoption/teams?active=perhaps"})
		h.must(422, call{as: "administrator", method: "GET", path: "/v1/adoption/people?team=nobody"})

		// Beyond what is kept nobody knows that they were here: the administrator, Ada, Bob and the pipeline, 40
		// days ago. Ada came today as well, and was refused.
		if n, err := h.app.Adoption.Prune(h.system(), 10*24*time.Hour); n != 4 || err != nil {
			t.Errorf("%d activities are forgotten, want 4: %v", n, err)
		}
		if got := fmt.Sprint(people()); got != "map[active:3 gone:0 never:1 new:3 returned:0 total:4]" {
			t.Errorf("of people it tells at last %s", got)
		}
	})
}

func TestNobodyIsNamedWherePeopleAreCountedAlone(t *testing.T) {
	t.Parallel()
	h := open(t, "", func(c *config.Config) { c.Adoption.People = "counted" })
	h.furnish()
	h.must(200, call{as: "administrator", method: "GET", path: "/v1/adoption"})
	h.do(call{as: "administrator", method: "GET", path: "/v1/adoption/people"}).expect(t, 409, "people_not_named", "", "adoption.people")
}
