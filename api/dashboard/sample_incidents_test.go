package dashboard

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/impact"
	"github.com/evenkeel/evenkeel/services/incident/search"
	"github.com/evenkeel/evenkeel/services/incident/statistics"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo"
)

// mishaps are the sample's incidents. What forms ask for is refused.
type mishaps struct{ *sample }

func (m mishaps) all() []incident.Incident {
	if len(m.services) == 0 {
		return nil
	}
	ago := func(minutes int) *time.Time {
		if minutes == 0 {
			return nil
		}
		at := m.now.Add(-time.Duration(minutes) * time.Minute)
		return &at
	}
	day := 24 * 60
	var out []incident.Incident
	for n, c := range []struct {
		title                                       string
		severity                                    incident.Severity
		status                                      incident.Status
		service                                     int
		began, ended, detected, mitigated, resolved int // minutes ago
		causes, tags                                []string
	}{
		{"Checkout fails for customers in the EU", "sev1", incident.Investigating, 0, 74, 0, 66, 0, 0, nil, []string{"eu", "class:database"}},
		{"Suggestions are slow", "sev3", incident.Mitigated, 1, 400, 0, 380, 350, 0, []string{"own-code-or-procedure"}, nil},
		{hostile, "sev2", incident.Resolved, 0, 3 * day, 3*day - 50, 3*day - 6, 3*day - 31, 3*day - 90, []string{"own-code-or-procedure", "company-network"}, []string{hostile, "deploy"}},
		{"Card payments are refused after the certificate expired", "sev1", incident.Closed, 2, 9 * day, 9*day - 200, 9*day - 4, 9*day - 140, 9*day - 190, []string{"own-code-or-procedure"}, []string{"deploy", "certificates"}},
		{strings.Repeat("a-title-with-no-end-", 9), "sev4", incident.Closed, 3, 20 * day, 0, 0, 0, 19 * day, nil, nil},
		{"Checkout is slow", "sev2", incident.Closed, 0, 33 * day, 32 * day, 33*day - 40, 33*day - 600, 33*day - 900, []string{"own-code-or-procedure"}, []string{"deploy"}},
		{"Checkout answers with 503", "sev2", incident.Closed, 0, 60 * day, 60*day - 35, 60*day - 2, 60*day - 20, 60*day - 35, []string{"company-network"}, []string{"eu"}},
	} {
		i := incident.Incident{ID: id.ID("01JD3Z0Q8RC6W4N1M2V6" + "00000" + string(rune('0'+n))), Status: c.status, Terms: incident.Terms{
			Title: c.title, Severity: c.severity, Services: []incident.Involved{{Service: m.services[c.service].ID, Part: incident.Affected}}, Roles: map[incident.Role]id.ID{"commander": "ada"},
			ImpactStart: *ago(c.began), ImpactEnd: ago(c.ended), DetectedAt: ago(c.detected), MitigatedAt: ago(c.mitigated), ResolvedAt: ago(c.resolved),
			CustomerImpact: "About a third of the orders were refused.\n" + hostile, DataLoss: n == 2, OnCallIntervened: n != 1, Causes: c.causes, Tags: c.tags,
			Links: []incident.Link{{Name: "Video call", URL: "https://meet.example.org/4711"}, {Name: "bad", URL: "javascript:alert(1)"}}, Team: m.services[c.service].Team,
		}, CreatedAt: *ago(c.began), CreatedBy: "Ada Lovelace", UpdatedAt: *ago(c.began), UpdatedBy: "Ada Lovelace", Version: 3}
		if n == 0 {
			i.Services = append(i.Services, incident.Involved{Service: m.services[2].ID, Part: incident.Cause}, incident.Involved{Service: m.services[1].ID, Part: incident.Contributing})
		}
		if n == 2 {
			i.Origin, i.Restricted = &incident.Origin{Source: "pagerduty", ExternalID: "Q2K8ZPXR", Link: "https://example.pagerduty.com/incidents/Q2K8ZPXR"}, true
		}
		out = append(out, i)
	}
	return out
}

func (m mishaps) Declare(context.Context, incident.Input) (incident.Incident, error) {
	return incident.Incident{}, fault.New(fault.Forbidden, "forbidden", "only members of the owning team declare incidents of it")
}

func (m mishaps) Amend(ctx context.Context, _ id.ID, _ int64, _ incident.Terms) (incident.Incident, error) {
	return m.Declare(ctx, incident.Input{})
}

func (m mishaps) Move(ctx context.Context, _ id.ID, _ int64, _ incident.Move) (incident.Incident, error) {
	return m.Declare(ctx, incident.Input{})
}

func (m mishaps) Write(context.Context, id.ID, incident.EntryInput) (incident.Entry, error) {
	return incident.Entry{}, fault.New(fault.Forbidden, "forbidden", "only members of the owning team write")
}

func (m mishaps) Get(_ context.Context, of id.ID) (incident.Incident, error) {
	for _, i := range m.all() {
		if i.ID == of {
			return i, m.fail
		}
	}
	return incident.Incident{}, fault.Missing("incident", string(of))
}

func (m mishaps) List(_ context.Context, f incident.Filter, r page.Request) (page.Page[incident.Incident], error) {
	var out []incident.Incident
	for _, i := range m.all() {
		if (f.Open == nil || *f.Open != i.Status.Over()) && (f.Severity == "" || f.Severity == i.Severity) &&
			(f.Service == "" || slices.ContainsFunc(i.Services, func(s incident.Involved) bool { return s.Service == f.Service })) && (f.To.IsZero() || i.ImpactStart.Before(f.To)) {
			out = append(out, i)
		}
	}
	return pageOf(out, r), m.fail
}

func (m mishaps) Timeline(ctx context.Context, of id.ID, _ page.Request) (incident.Timeline, error) {
	i, err := m.Get(ctx, of)
	if err != nil {
		return incident.Timeline{}, err
	}
	entry := func(n int, kind incident.EntryKind, by, text, link string) incident.Entry {
		return incident.Entry{ID: of, Incident: of, At: i.ImpactStart.Add(time.Duration(n) * time.Minute), Kind: kind, By: by, Text: text, Link: link}
	}
	gone := entry(9, incident.Note, "Grace Hopper", "It is the load balancer.", "")
	gone.WithdrawnAt, gone.WithdrawnBy = &m.now, "Grace Hopper"
	t := incident.Timeline{Page: page.Page[incident.Entry]{Items: []incident.Entry{
		entry(2, incident.Alert, "", "Alert burn_1h_5m (page) of checkout/availability began.", "/v1/alerts/01JD3Z0Q8RC6W4N1M2V6000000"),
		entry(8, incident.Moved, "Ada Lovelace", "Declared as sev1, declared.", ""),
		gone,
		entry(12, incident.Note, "Ada Lovelace", "The connection pool of the database is exhausted.\nRolling back to 2.13.9.", "https://ci.example.org/runs/4711"),
		entry(13, incident.Imported, "chatbot", hostile, "javascript:alert(1)"),
		entry(15, incident.Change, "", "The change rollback 2.13.9 of checkout began; its outcome is running.", ""),
	}}}
	if i.Restricted {
		t.CutAt = &m.now
	}
	return t, m.fail
}

// Of says that each objective lost more than the one before.
func (m mishaps) Of(_ context.Context, incidents []incident.Incident, _ ...slo.Period) ([]impact.Impact, error) {
	out := make([]impact.Impact, len(incidents))
	for n, i := range incidents {
		out[n].Incident = i
		for k, one := range i.Services {
			for _, v := range m.views {
				if v.SLO.Service != one.Service {
					continue
				}
				weeks, quarter := 0.031*float64(len(out[n].SLOs)*len(out[n].SLOs)*(k+2)), 0.004*float64(len(out[n].SLOs)+1)
				taken := slo.Taken{From: i.ImpactStart, To: m.now, Unit: 1000, Sum: window.Sum{Good: 61_234_000, Total: 63_000_500}, Periods: []slo.TakenOf{{Period: slo.FourWeeks, Share: &weeks}, {Period: slo.Quarter, Share: &quarter}}}
				switch len(out[n].SLOs) {
				case 1:
					taken = slo.Taken{Unit: 1000, Unknown: slo.NoEvents}
				case 3:
					taken.Periods[0] = slo.TakenOf{Period: slo.FourWeeks, Unknown: slo.TooFew}
				}
				out[n].SLOs = append(out[n].SLOs, impact.Part{View: v, Part: one.Part, Taken: taken})
			}
		}
	}
	return out, m.fail
}

func caseOf(i incident.Incident) search.Case {
	return search.Case{ID: i.ID, Title: i.Title, Severity: string(i.Severity), Status: string(i.Status), ImpactStart: i.ImpactStart}
}

func (m mishaps) Search(_ context.Context, text string, r page.Request) (page.Page[search.Hit], error) {
	var out []search.Hit
	for _, i := range m.all() {
		if strings.Contains(strings.ToLower(i.Title+i.CustomerImpact), strings.ToLower(text)) {
			out = append(out, search.Hit{Case: caseOf(i), Kind: search.OfIncident, Subject: i.ID, Snippet: search.Snippet(i.CustomerImpact, search.ParseQuery(text))})
		}
	}
	return pageOf(out, r), m.fail
}

func (m mishaps) Similar(_ context.Context, of id.ID) ([]search.Similar, error) {
	var out []search.Similar
	for _, i := range m.all() {
		if i.ID != of && strings.HasPrefix(i.Title, "Checkout") {
			out = append(out, search.Similar{Case: caseOf(i), Services: []id.ID{i.Services[0].Service}, Causes: i.Causes, Tags: i.Tags, Words: []string{"checkout"}})
		}
	}
	return out, m.fail
}

func (m mishaps) Read(_ context.Context, f statistics.Filter) (statistics.Statistics, error) {
	all := slices.DeleteFunc(m.all(), func(i incident.Incident) bool { return i.ImpactStart.Before(f.From) })
	slices.Reverse(all)
	return statistics.Of(all, f.From, f.To, m.now, time.UTC), m.fail
}

func (d doorkeeper) Person(_ context.Context, person id.ID) (access.Person, error) {
	return access.Person{ID: person, DisplayName: "Ada Lovelace " + hostile}, d.fail
}
