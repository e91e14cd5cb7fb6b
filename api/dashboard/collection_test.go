package dashboard

import (
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/services/measure/collect"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/source"
)

// The clock stands at 14:27:41; a source with a delay of a minute is asked for
// slots before 14:26, and collection begins three slots earlier.
func TestAnObjectiveShowsWhereItsMeasurementsComeFrom(t *testing.T) {
	t.Parallel()
	h := build(t)
	store := h.store
	h.slos.CollectWith(h.collection)
	src := storetest.ASource("prometheus")
	src.Kind = source.Adapter
	h.must(store.Sources().CreateSource(t.Context(), src))
	_, err := h.registry.CreateTeam(h.admin, registry.TeamInput{Slug: "shop", Name: "The shop"})
	h.must(err)
	service, err := h.registry.CreateService(h.admin, registry.ServiceInput{Slug: "checkout", Team: "shop", Profile: registry.Profile{
		Name: "Checkout", Kind: registry.HTTP, Tier: 1, Lifecycle: registry.Production,
	}})
	h.must(err)
	v, _, err := h.slos.Declare(h.admin, service.ID, slo.Declaration{
		Slug: "asked", Objective: "99%", WindowDays: 28, Category: slo.Availability,
		Origin: origin.Origin{DataSource: src.ID, Adapter: &origin.Adapter{Indicator: "asked"}},
	})
	h.must(err)
	visitor := h.visitor()
	doc, page := visitor.read("/services/checkout/slos/asked")
	checkPage(t, doc, page)
	main := words(within(t, doc, "main"))
	says(t, main, "Where it comes from", `Asked of the adapter "prometheus".`, "Last answered not yet", "3 min behind", "Without data no slot",
		"The past is being read 0.0 %", "because the indicator is new", "0 of 41,756 slots read", "Reporters send nothing; see where it comes from")
	if strings.Contains(main, "curl") {
		t.Error("it says how to send what is read")
	}

	says(t, words(within(t, doc, "notes")), "The past is being read, 0.0 % of it so far: figures are of what is read.")

	// Half of it was read, the source is silent, and its text is hostile.
	now := h.clock.Now()
	work, err := store.Collect().Work(t.Context(), src.ID, now, "", 10)
	h.must(err)
	b := work[0].Backfill
	b.Cursor, b.State, b.StartedAt, b.Found = b.To.Add(-20878*time.Minute), collect.Running, now.Add(-time.Minute), 20000
	b.Missing = map[origin.Reason]int64{origin.NoSample: 878}
	_, err = store.Collect().PutBackfill(t.Context(), b)
	h.must(err)
	state := collect.Collection{
		Indicator: v.Indicator.ID, Until: now.Truncate(time.Minute).Add(-10 * time.Minute), AttemptedAt: now, SucceededAt: now.Add(-9 * time.Minute),
		FailingSince: now.Add(-8 * time.Minute), Failing: collect.Unavailable, Failure: hostile, Missing: map[origin.Reason]int64{origin.NotNumber: 4},
		Last: origin.Missing{Start: now.Truncate(time.Hour), Reason: origin.NotNumber, Detail: "the share is <b>none</b>"},
	}
	h.must(store.Collect().PutCollections(t.Context(), []collect.Collection{state}))
	doc, page = visitor.read("/services/checkout/slos/asked")
	checkPage(t, doc, page)
	says(t, words(within(t, doc, "main")), "Failing The data source does not answer. Since 8 min ago .", "Last answered 9 min ago", "9 min behind",
		"4 slots of 1 min; 23 Nov 2026, 14:00 UTC : its value was no number: the share is <b>none</b>", "50.0 %", "20,878 of 41,756 slots read, 878 without data", "About done in 60 s")
	says(t, words(within(t, doc, "notes")), "The data source does not answer: nothing new has been read since 23 Nov 2026, 14:19 UTC.", "The past is being read, 50.0 % of it so far")
	b.Failing, b.Failure, b.NextAt = collect.Incomplete, "One store did not answer", now.Add(4*time.Minute)
	_, err = store.Collect().PutBackfill(t.Context(), b)
	h.must(err)
	doc, page = visitor.read("/services/checkout/slos/asked")
	checkPage(t, doc, page)
	says(t, words(within(t, doc, "main")), "The data source knows only a part. One store did not answer.", "It is tried again in 4 min")
}

func TestEveryReasonAndFailureIsSaidInWords(t *testing.T) {
	t.Parallel()
	for _, reason := range []origin.Reason{
		origin.NoSample, origin.NotNumber, origin.Negative, origin.GoodAbove, origin.TooMany, origin.Partial, origin.Ambiguous,
	} {
		if why[reason] == "" {
			t.Errorf("%q is not said in words", reason)
		}
	}
	for _, kind := range []collect.Failing{collect.Unavailable, collect.Refused, collect.Incomplete, collect.NotTaken, collect.Internal} {
		if failures[kind] == "" {
			t.Errorf("%q is not said in words", kind)
		}
	}
	for _, cause := range []collect.Cause{collect.ByRequest, collect.ByWindow, collect.ByOutage} {
		if causes[cause] == "" {
			t.Errorf("%q is not said in words", cause)
		}
	}
}
