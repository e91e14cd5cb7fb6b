package main

import (
	"math"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/process"
)

// TestTheGuideToCompositesDoesWhatItSays runs the guide's commands against the program. What
// is expected is worked out in the guide's text.
func TestTheGuideToCompositesDoesWhatItSays(t *testing.T) {
	t.Parallel()
	r := process.Start(t, process.Options{Dir: t.TempDir()})
	g := follow(t, r.Dir(), commands(t, "../../docs/how-to/compose-slos.md"), strings.NewReplacer("http://127.0.0.1:8080", r.Base()))
	g.expect(0, 4, "slug", "availability")
	g.expect(1, 0, "state", "no_data")
	g.expect(1, 0, "journey.name", "Buy a book")
	g.expect(1, 0, "members.1.missing", "good")
	g.expect(2, 3, "members.0.slo.slug", "availability")
	for path, want := range map[string]float64{"sli": 0.9875, "burned": 0.625, "remaining": 0.375, "members.0.share": 0.6, "members.1.share": 0.4, "members.0.burn": 1, "members.1.burn": 2} {
		if got, known := g.said(2, 3, path).(float64); !known || math.Abs(got-want) > 1e-12 {
			t.Errorf("%s is %v, the guide says %v", path, g.said(2, 3, path), want)
		}
	}
	g.expect(3, 0, "state", "at_risk") // at that rate the rest of the budget is gone within the window
	g.expect(3, 1, "items.0.slug", "buying")
	if code, page := r.Get("/v1/composites/buying/history"); code != 200 || !strings.Contains(string(page), `"revision":1`) {
		t.Errorf("the history is answered with %d: %s", code, page)
	}
}
