package storetest

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/slo/calendar"
	"github.com/evenkeel/evenkeel/services/slo/sla"
)

// slaDue is when the suite's SLAs have their first period closed.
var slaDue = Start.AddDate(0, 1, 0)

// AnSLA is one of the service, measured by the SLO, that was not written.
func AnSLA(t testing.TB, service, slo id.ID, slug, customer string) sla.View {
	t.Helper()
	of := newID()
	return sla.View{
		SLA: sla.SLA{
			ID: of, Service: service, Slug: slug, Name: "SLA " + slug, Customer: customer, Unit: calendar.Month, Start: "2000-01-31", Zone: "Europe/Berlin",
			ValidFrom: Start, Contact: "ops@example.org", TermsURL: "https://example.org/terms", Revision: 1, CreatedAt: Start, UpdatedAt: Start, Version: 1,
		},
		Revision: sla.Revision{
			ID: newID(), SLA: of, Number: 1, CreatedAt: Start, CreatedBy: "Ada",
			Terms: sla.Terms{SLO: slo, Target: must(budget.ParseObjective("99.90%"))(t), Credits: []sla.Step{{Below: must(budget.ParseObjective("99.9%"))(t), Credit: "10%"}}},
		},
	}
}

func testSLA(t *testing.T, open opener) {
	written := func(t *testing.T, s *store.Store, service, slo id.ID, slug, customer string) sla.View {
		v := AnSLA(t, service, slo, slug, customer)
		ok(t, s.SLA().CreateSLA(t.Context(), v, slaDue))
		return v
	}
	period := func(v sla.View, start time.Time, verdict sla.Verdict) sla.Period {
		came := sla.Outcome{Sum: window.Sum{Good: 998_500, Total: 1_000_000}, Verdict: verdict, Credit: "10%"}
		review := start.AddDate(0, 1, 2)
		return sla.Period{
			ID: newID(), SLA: v.SLA.ID, Window: calendar.Window{Start: start, End: start.AddDate(0, 1, 0)}, Revision: v.Revision,
			Outcome: came, Closed: came, ClosedAt: start.AddDate(0, 1, 1), ReviewAt: &review,
		}
	}

	each(t, open, "an SLA comes back as written and is changed by revisions", func(t *testing.T, s *store.Store) {
		a, service := s.SLA(), Service(t, s, Team(t, s, "payments").ID, "checkout")
		slo, other := SLO(t, s, service.ID, "availability"), SLO(t, s, service.ID, "latency")
		v := written(t, s, service.ID, slo.SLO.ID, "acme", "Acme")
		same(t, must(a.SLA(t.Context(), v.SLA.ID))(t), v)
		same(t, must(a.SLABySlug(t.Context(), service.ID, "acme"))(t), v)
		_, err := a.SLABySlug(t.Context(), newID(), "acme")
		refused(t, err, fault.NotFound, "sla_not_found")
		same(t, must(a.SLAsOfSLO(t.Context(), slo.SLO.ID))(t), []sla.View{v})
		refused(t, a.CreateSLA(t.Context(), AnSLA(t, service.ID, slo.SLO.ID, "acme", "Acme"), slaDue), fault.Conflict, "slug_taken")
		refused(t, a.CreateSLA(t.Context(), AnSLA(t, service.ID, newID(), "orphan", "Acme"), slaDue), fault.Conflict, "reference_missing")

		next, head, until := v.Revision, v.SLA, Start.AddDate(1, 0, 0)
		next.ID, next.Number, next.SLO, next.Credits, next.CreatedAt = newID(), 2, other.SLO.ID, []sla.Step{}, Start.Add(time.Hour)
		head.Revision, head.Slug, head.Customer, head.ValidUntil, head.EndedAt = 2, "acme-2", "Acme & Söhne", &until, &Start
		ok(t, a.AddSLARevision(t.Context(), next))
		ok(t, a.UpdateSLA(t.Context(), head, nil))
		refused(t, a.UpdateSLA(t.Context(), head, nil), fault.Precondition, "version_mismatch")
		head.Version = 2
		same(t, must(a.SLA(t.Context(), head.ID))(t), sla.View{SLA: head, Revision: next})
		same(t, len(must(a.SLAsOfSLO(t.Context(), other.SLO.ID))(t)), 0) // it is ended
		refused(t, a.AddSLARevision(t.Context(), next), fault.Precondition, "version_mismatch")
		for at, want := range map[time.Time]sla.Revision{
			Start: v.Revision, Start.Add(-time.Hour): v.Revision, next.CreatedAt: v.Revision, next.CreatedAt.Add(time.Microsecond): next,
		} {
			same(t, must(a.SLARevisionAt(t.Context(), head.ID, at))(t), want)
		}
		head.ValidUntil, head.EndedAt = nil, nil
		ok(t, a.UpdateSLA(t.Context(), head, &slaDue))
		head.Version = 3
		same(t, must(a.SLA(t.Context(), head.ID))(t).SLA, head)
		head.ID = newID()
		refused(t, a.UpdateSLA(t.Context(), head, nil), fault.NotFound, "sla_not_found")
	})

	each(t, open, "SLAs are listed by the slugs of service and SLA", func(t *testing.T, s *store.Store) {
		team := Team(t, s, "payments").ID
		b, a := Service(t, s, team, "b"), Service(t, s, team, "a")
		inB, inA := SLO(t, s, b.ID, "availability").SLO.ID, SLO(t, s, a.ID, "availability").SLO.ID
		b1, a2, a1 := written(t, s, b.ID, inB, "1", "Acme"), written(t, s, a.ID, inA, "2", "Globex"), written(t, s, a.ID, inA, "1", "Acme")
		a1.SLA.EndedAt = &Start
		ok(t, s.SLA().UpdateSLA(t.Context(), a1.SLA, nil))
		a1.SLA.Version++
		for _, row := range []struct {
			filter sla.Filter
			want   []sla.View
		}{
			{sla.Filter{}, []sla.View{a2, b1}},
			{sla.Filter{IncludeEnded: true}, []sla.View{a1, a2, b1}},
			{sla.Filter{Customer: "Acme", IncludeEnded: true}, []sla.View{a1, b1}},
			{sla.Filter{Service: a.ID}, []sla.View{a2}},
			{sla.Filter{Customer: "acme"}, nil},
		} {
			var got []sla.View
			for r := (page.Request{Limit: 1}); ; {
				p := must(s.SLA().SLAs(t.Context(), row.filter, r))(t)
				got = append(got, p.Items...)
				if r.After = p.Next; r.After == "" {
					break
				}
			}
			same(t, got, row.want)
		}
	})

	each(t, open, "a period is closed once, and the next one is due", func(t *testing.T, s *store.Store) {
		a, service := s.SLA(), Service(t, s, Team(t, s, "payments").ID, "checkout")
		slo := SLO(t, s, service.ID, "availability").SLO.ID
		v, other := written(t, s, service.ID, slo, "acme", "Acme"), written(t, s, service.ID, slo, "globex", "Globex")
		same(t, len(must(a.DueSLAs(t.Context(), slaDue.Add(-time.Microsecond), "", 10))(t)), 0)
		same(t, must(a.DueSLAs(t.Context(), slaDue, "", 1))(t), []sla.View{v})
		same(t, must(a.DueSLAs(t.Context(), slaDue, v.SLA.ID, 10))(t), []sla.View{other})
		same(t, must(a.LastClosed(t.Context(), v.SLA.ID))(t), time.Time{})

		first, second := period(v, Start, sla.Breached), period(v, Start.AddDate(0, 1, 0), sla.Met)
		second.Credit = ""
		ok(t, a.AddSLAPeriod(t.Context(), first))
		again := first
		again.ID = newID()
		refused(t, a.AddSLAPeriod(t.Context(), again), fault.Conflict, "period_closed")
		ok(t, a.AddSLAPeriod(t.Context(), second))
		same(t, must(a.LastClosed(t.Context(), v.SLA.ID))(t), second.End)
		ok(t, a.SetSLADue(t.Context(), v.SLA.ID, 1, nil))
		refused(t, a.SetSLADue(t.Context(), v.SLA.ID, 2, nil), fault.Precondition, "version_mismatch")
		same(t, must(a.DueSLAs(t.Context(), slaDue, "", 10))(t), []sla.View{other})
		same(t, must(a.SLA(t.Context(), v.SLA.ID))(t), v) // its version stays

		ok(t, a.AddSLAPeriod(t.Context(), period(other, Start, sla.Unknown)))
		newest := must(a.SLAPeriods(t.Context(), sla.PeriodFilter{SLA: v.SLA.ID}, page.Request{Limit: 1}))(t)
		oldest := must(a.SLAPeriods(t.Context(), sla.PeriodFilter{SLA: v.SLA.ID}, page.Request{Limit: 1, After: newest.Next}))(t)
		same(t, append(newest.Items, oldest.Items...), []sla.Period{second, first})
		same(t, oldest.Next, "")
		same(t, must(a.SLAPeriods(t.Context(), sla.PeriodFilter{SLA: v.SLA.ID, Verdict: sla.Breached}, page.Request{}))(t).Items, []sla.Period{first})
		both := []id.ID{v.SLA.ID, other.SLA.ID}
		same(t, len(must(a.SLAPeriodsBetween(t.Context(), both, Start, Start.AddDate(1, 0, 0), 10))(t)), 3)
		same(t, must(a.SLAPeriodsBetween(t.Context(), both, first.End, first.End.Add(time.Microsecond), 10))(t), []sla.Period{second})
		same(t, must(a.SLAPeriodsBetween(t.Context(), both, Start.AddDate(-1, 0, 0), first.End, 1))(t), []sla.Period{first})
		due := Start.AddDate(0, 1, 2)
		same(t, len(must(a.PeriodsToReview(t.Context(), due.Add(-time.Microsecond), "", 10))(t)), 0)
		same(t, len(must(a.PeriodsToReview(t.Context(), due, "", 10))(t)), 2) // of both SLAs
		same(t, len(must(a.PeriodsToReview(t.Context(), due, "", 1))(t)), 1)
		next := due.AddDate(0, 0, 7)
		first.Outcome, first.RestatedAt, first.ReviewAt = sla.Outcome{Sum: window.Sum{Good: 1, Total: 2}, Verdict: sla.Unknown}, &due, &next
		first.RestatedBefore = []sla.Restatement{{At: due.AddDate(0, 0, -1), Outcome: sla.Outcome{Sum: window.Sum{Good: 3, Total: 4}, Verdict: sla.Breached, Credit: "10%"}}}
		second.ReviewAt = nil
		ok(t, a.ReviewSLAPeriods(t.Context(), []sla.Period{first, second}))
		same(t, must(a.SLAPeriods(t.Context(), sla.PeriodFilter{SLA: v.SLA.ID}, page.Request{}))(t).Items, []sla.Period{second, first})
		same(t, must(a.PeriodsToReview(t.Context(), next, first.ID, 10))(t), must(a.SLAPeriods(t.Context(), sla.PeriodFilter{SLA: other.SLA.ID}, page.Request{}))(t).Items)
		same(t, len(must(a.SLAPeriodsBetween(t.Context(), nil, Start, Start.AddDate(1, 0, 0), 10))(t)), 0)
	})
}
