package dashboard

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/policy/trial"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

// tried is what would have followed from the policies of a sample.
type tried struct{ *sample }

func (a tried) Run(ctx context.Context, in trial.Input) (trial.Result, error) {
	if in.Days < 1 || in.Days > trial.MaxDays {
		var check fault.Check
		check.Fail("/days", in.Days, "must be 1 to %d", trial.MaxDays)
		return trial.Result{}, check.Err()
	}
	if in.Place.Service == "busy" {
		return trial.Result{}, fault.New(fault.Unavailable, "trial_busy", "another trial runs; try again in a moment")
	}
	of, err := rulebook(a).Get(ctx, in.Policy)
	if err != nil {
		return trial.Result{}, err
	}
	to := a.now.UTC().Truncate(time.Hour)
	r := trial.Result{Rule: policy.Rule{View: of}, To: to, From: to.AddDate(0, 0, -in.Days), Services: len(a.services), SLOs: len(a.views), Frozen: trial.Hours{policy.Feature: 0}, Basis: []string{"Judged at full hours.", "By what is known now."}}
	for _, c := range of.Revision.Clauses {
		r.Clauses = append(r.Clauses, trial.ClauseSums{Clause: c})
	}
	if len(a.services) == 0 {
		return r, nil
	}
	ago := func(days int) time.Time { return to.AddDate(0, 0, -days) }
	episode := func(service registry.Service, name string, from, until int, waits ...policy.ChangeClass) {
		e := trial.Episode{Service: service, SLO: slo.SLO{ID: service.ID + "-" + "SLO", Slug: name}, Clause: of.Revision.Clauses[0].Name, Mode: in.Place.Mode, OpenedAt: ago(from), Hours: (from - until) * 24, Issue: true, Waits: waits}
		if until > 0 {
			ended := ago(until)
			e.EndedAt = &ended
		}
		r.Episodes = append(r.Episodes, e)
	}
	one, two := a.services[0], a.services[len(a.services)-1]
	one.Name = hostile
	waits := []policy.ChangeClass{policy.Feature, policy.Config}
	episode(one, "taken", 80, 60, waits...)
	episode(one, "taken", 70, 50, waits...)
	episode(one, "taken", 41, 40)
	episode(one, "taken", 30, 28, waits...)
	episode(one, "taken", 20, 19, waits...)
	episode(one, "taken", 5, 0, waits...)
	episode(two, strings.Repeat("long-", 12)+"name", 50, 49)
	r.Counts = trial.Counts{Violations: 7, Issues: 3, Escalations: 1, Notifications: 12}
	r.Frozen, r.FrozenServices, r.UnknownHours = trial.Hours{policy.Feature: 912, policy.Config: 912, policy.Reliability: 0}, 1, 1234
	r.Affected = []trial.ServiceSums{
		{Service: one, Counts: trial.Counts{Violations: 6, Issues: 2, Escalations: 1, Notifications: 12}, Frozen: r.Frozen},
		{Service: two, Counts: trial.Counts{Violations: 1, Issues: 1}, Frozen: trial.Hours{policy.Feature: 0}},
	}
	hidden := a.services[1]
	r.Affected = append(r.Affected, trial.ServiceSums{Service: hidden, Counts: trial.Counts{Violations: 3}, Frozen: trial.Hours{policy.Feature: 30}})
	r.LeftOut = 3
	r.Clauses[0].Counts, r.Clauses[0].OpenHours, r.Clauses[0].UnknownHours = r.Counts, 1000, 1234
	r.Clauses[0].Missing = []trial.Missing{{Fact: "groupShares", Hours: 1234, Never: true}}
	return r, nil
}

// Worked by hand from the sample: 80 to 60 and 70 to 50 days ago are one freeze of 30 days.
func TestATrialShowsWhoWouldHaveBeenFrozenAndWhen(t *testing.T) {
	t.Parallel()
	s := newSample()
	v := visiting(t, s)
	doc, text := v.read("/policies/payments/trial?on=team:" + s.teams[0].Slug + "&mode=enforce&days=90")
	checkPage(t, doc, text)
	main := words(within(t, doc, "main"))
	at := func(days int) string { return hour(s.now.UTC().Truncate(time.Hour).AddDate(0, 0, -days)) }
	says(t, main, "on the services of "+s.teams[0].Name, "of the services, for 38 days in all", "6 violations, 5 with a freeze", "1 violation",
		s.services[1].Name+" Frozen 30 h when is not shown: choose the service", "Only the first 1000 violations are drawn",
		"38 days "+at(80)+" – "+at(50), at(30)+" – "+at(28), "and 1 more time", "never", "groupShares was not known for 51.4 days, for nobody keeps what it was", "Judged at full hours.")
	if !strings.Contains(text, `role="img" aria-label="`) || !strings.Contains(text, "and is open still") {
		t.Error("the timeline says nothing to those who do not see it")
	}
	if !strings.Contains(text, `<option value="team:`+s.teams[0].Slug+`" selected>`) {
		t.Error("the form has forgotten what was chosen")
	}
	doc, text = v.read("/policies/payments/trial")
	checkPage(t, doc, text)
	if strings.Contains(words(within(t, doc, "main")), "What it goes by") {
		t.Error("it is tried before it was said on what")
	}
	doc, text = v.read("/policies/payments/trial?on=all&days=91")
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "Days must be 1 to 90.")
	v.readStatus("/policies/payments/trial?on=service:busy", http.StatusServiceUnavailable)
	v.readStatus("/policies/none/trial?on=all", http.StatusNotFound)
	bare := visiting(t, &sample{now: sampleNow})
	doc, text = bare.read("/policies/error-budget/trial?on=tier:1")
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "Nothing would have followed", "services of tier 1")
	// On the page of the policy there is the form.
	doc, _ = v.read("/policies/payments")
	says(t, words(within(t, doc, "main")), "Try it on the past", "Services of tier 4", s.teams[0].Name)
}
