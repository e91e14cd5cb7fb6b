package dashboard

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo/correction"
)

// amendments are the corrections of the first objective of a sample: one of each state,
// and one with a hostile reason.
type amendments struct{ *sample }

func (a amendments) List(_ context.Context, f correction.Filter, r page.Request) (page.Page[correction.Correction], error) {
	if len(a.views) == 0 || a.views[0].SLO.ID != f.SLO {
		return page.Page[correction.Correction]{}, nil
	}
	hour := func(n int) time.Time { return a.now.Truncate(time.Hour).Add(time.Duration(n) * time.Hour) }
	once := func(from, to int) correction.Correction {
		ends := hour(to)
		return correction.Correction{Effect: correction.Exclude, Kind: correction.Maintenance, Reason: "the database moved", Begins: hour(from), Ends: &ends, CreatedBy: "Ada", ApprovedBy: "Ada"}
	}
	coming, running, over, removed, again := once(24, 26), once(-1, 2), once(-50, -49), once(-80, -70), once(-800, 0)
	running.Effect, running.Kind, running.Reason, running.ApprovedBy = correction.CountGood, correction.MeasurementError, hostile, "Grace"
	removed.RemovedAt, removed.RemovedBy, removed.RemovedFor = &a.now, "Grace", "it was another service"
	again.Ends = nil
	read, err := correction.ReadRecurrence("2026-10-21T08:00", "Europe/Berlin", "FREQ=WEEKLY;BYDAY=WE", 2*3600)
	again.Recurrence = &read
	return pageOf([]correction.Correction{coming, running, over, removed, again}, r), err
}

func TestAnObjectiveShowsItsCorrections(t *testing.T) {
	t.Parallel()
	s := newSample()
	first := s.views[0]
	i := slices.IndexFunc(s.services, func(o registry.Service) bool { return o.ID == first.SLO.Service })
	doc, _ := visiting(t, s).read("/services/" + s.services[i].Slug + "/slos/" + first.SLO.Slug)
	says(t, words(within(t, doc, "main")),
		"24 Nov 2026, 14:00 UTC to 24 Nov 2026, 16:00 UTC events do not count maintenance: the database moved Ada To come",
		"23 Nov 2026, 13:00 UTC to 23 Nov 2026, 16:00 UTC events count as good measurement error: <script",
		"Ada approved by Grace Now",
		"21 Nov 2026, 12:00 UTC to 21 Nov 2026, 13:00 UTC events do not count maintenance: the database moved Ada Over",
		"Ada Removed removed by Grace: it was another service",
		"on 2 h each time, FREQ=WEEKLY;BYDAY=WE from 2026-10-21T08:00 in Europe/Berlin events do not count maintenance: the database moved Ada Recurring")
	other := s.views[1]
	i = slices.IndexFunc(s.services, func(o registry.Service) bool { return o.ID == other.SLO.Service })
	doc, _ = visiting(t, s).read("/services/" + s.services[i].Slug + "/slos/" + other.SLO.Slug)
	says(t, words(within(t, doc, "main")), "Every event counts as it was measured.", "POST /v1/services/{service}/slos/{slo}/corrections")
}
