package collect_test

import (
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/source"
)

// A data source whose slots come ten minutes late on purpose: its newest slot is
// never younger, and that is not why nothing is known any more when nobody evaluates.
func TestAnSLOThatNobodyEvaluatesIsNotSaidToHaveNoMeasurements(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := newProgram(t, "prom")
	v := h.declare("payments", "availability", h.source(p, func(s *source.Source) { s.Delay = 10 * time.Minute }))
	p.holdAll("availability", minute(-30), minute(60), nil)
	h.collect()
	for h.fill()["chunks"] > 0 {
	}
	if e := h.evaluate(v).Explain(); !strings.HasPrefix(e.Because, "100 % of the budget remains") {
		t.Errorf("while it is evaluated: %q", e.Because)
	}
	h.clock.Advance(31 * time.Minute) // a status is of the present for half an hour
	if e := ok(h.slos.View(h.ada, v.SLO.ID))(t).Explain(); !strings.HasPrefix(e.Because, "outdated: it was not evaluated after 2026-11-23 12:00 UTC") {
		t.Errorf("when nobody evaluates: %q", e.Because)
	}
	// It is evaluated, and nothing was collected.
	if e := h.evaluate(v).Explain(); !strings.HasPrefix(e.Because, "stale: no measurement came after 2026-11-23 11:50 UTC") {
		t.Errorf("when nothing comes: %q", e.Because)
	}
}
