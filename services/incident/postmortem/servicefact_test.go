package postmortem

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/registry"
)

// kept are incidents that are over, and what they took.
type kept struct {
	ended []Ended
	tolls []Toll
	err   error
	asked []id.ID
}

func (k *kept) EndedOf(context.Context, []id.ID, time.Time) ([]Ended, error) { return k.ended, nil }

func (k *kept) Tolls(_ context.Context, incidents []id.ID) ([]Toll, error) {
	k.asked = incidents
	return k.tolls, k.err
}

// Saturday, 14 March 2026, at noon: five working days before are Friday or Saturday, the 6th and 7th,
// at noon, and 90 days before is 14 December.
func TestAPostmortemIsMissingByWhatTheIncidentWasAndTook(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	on := func(month time.Month, day int) time.Time { return time.Date(2026, month, day, 12, 0, 0, 0, time.UTC) }
	ended := func(of id.ID, began, resolved time.Time, do ...func(*Ended)) Ended {
		e := Ended{Service: "one", Incident: of, Severity: "sev1", Began: began, ResolvedAt: resolved}
		for _, change := range do {
			change(&e)
		}
		return e
	}
	small := func(e *Ended) { e.Severity = "sev3" }
	status := func(s Status) func(*Ended) { return func(e *Ended) { e.Status = s } }
	toll := func(of id.ID, service id.ID, share ...float64) Toll {
		t := Toll{Incident: of, Service: service}
		if len(share) > 0 {
			t.Share = &share[0]
		}
		return t
	}
	for name, c := range map[string]struct {
		kept kept
		want fact.Set
	}{
		"nothing happened":                  {kept{}, fact.Set{overdue: 0.0, large: 0.0}},
		"resolved just in time":             {kept{ended: []Ended{ended("A", on(3, 9), on(3, 9))}}, fact.Set{overdue: 0.0, large: 0.0}},
		"resolved too long ago":             {kept{ended: []Ended{ended("A", on(3, 5), on(3, 5))}}, fact.Set{overdue: 1.0, large: 0.0}},
		"of the second severity":            {kept{ended: []Ended{ended("A", on(3, 5), on(3, 5), func(e *Ended) { e.Severity = "sev2" })}}, fact.Set{overdue: 1.0, large: 0.0}},
		"of no grave severity":              {kept{ended: []Ended{ended("A", on(3, 5), on(3, 5), small)}}, fact.Set{overdue: 0.0, large: 0.0}},
		"approved, and not published":       {kept{ended: []Ended{ended("A", on(3, 5), on(3, 5), status(Approved))}}, fact.Set{overdue: 1.0, large: 0.0}},
		"waived":                            {kept{ended: []Ended{ended("A", on(3, 5), on(3, 5), status(Waived))}}, fact.Set{overdue: 1.0, large: 0.0}},
		"published":                         {kept{ended: []Ended{ended("A", on(3, 5), on(3, 5), status(Published))}, tolls: []Toll{toll("A", "one", 9)}}, fact.Set{overdue: 0.0, large: 0.0}},
		"a fifth":                           {kept{ended: []Ended{ended("A", on(3, 14), on(3, 14))}, tolls: []Toll{toll("A", "one", 0.2)}}, fact.Set{overdue: 0.0, large: 0.0}},
		"more than a fifth":                 {kept{ended: []Ended{ended("A", on(3, 14), on(3, 14), small)}, tolls: []Toll{toll("A", "one", 0), toll("A", "one", 0.21)}}, fact.Set{overdue: 0.0, large: 1.0}},
		"more than a fifth, of another":     {kept{ended: []Ended{ended("A", on(3, 14), on(3, 14))}, tolls: []Toll{toll("A", "two", 0.21)}}, fact.Set{overdue: 0.0, large: 0.0}},
		"more than a fifth, long ago":       {kept{ended: []Ended{ended("A", on(-1, 1), on(3, 9), small)}, tolls: []Toll{toll("A", "one", 0.21)}}, fact.Set{overdue: 0.0, large: 0.0}},
		"it is not known":                   {kept{ended: []Ended{ended("A", on(3, 14), on(3, 14))}, tolls: []Toll{toll("A", "one", 0.1), toll("A", "one")}}, fact.Set{overdue: 0.0}},
		"known of one, and of another not":  {kept{ended: []Ended{ended("A", on(3, 14), on(3, 14)), ended("B", on(3, 14), on(3, 14))}, tolls: []Toll{toll("A", "one", 0.3), toll("B", "one")}}, fact.Set{overdue: 0.0, large: 1.0}},
		"not known of what is not involved": {kept{ended: []Ended{ended("A", on(3, 14), on(3, 14))}, tolls: []Toll{toll("A", "two")}}, fact.Set{overdue: 0.0, large: 0.0}},
	} {
		f := ServiceFacts{Store: &c.kept, Tolls: &c.kept, Clock: func() time.Time { return now }}
		got, err := f.FactsOf(t.Context(), []registry.Service{{ID: "one"}})
		if err != nil || !reflect.DeepEqual(got["one"], c.want) {
			t.Errorf("%s: %v (%v), want %v", name, got["one"], err, c.want)
		}
	}
}

func TestWhatIncidentsTookIsReadOnlyWhereItIsAskedForAndSomethingIsMissing(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	k := &kept{err: errors.New("it was asked"), ended: []Ended{{Service: "one", Incident: "A", Severity: "sev1", Began: now, ResolvedAt: now, Status: Published}}}
	f := ServiceFacts{Store: k, Tolls: k, Clock: func() time.Time { return now }}
	if _, err := f.FactsOf(t.Context(), []registry.Service{{ID: "one"}}); err != nil {
		t.Errorf("all is published, and %v", err)
	}
	k.ended[0].Status = Draft
	if _, err := f.FactsOf(t.Context(), []registry.Service{{ID: "one"}}, overdue); err != nil {
		t.Errorf("only what is overdue was asked for, and %v", err)
	}
	if _, err := f.FactsOf(t.Context(), []registry.Service{{ID: "one"}}, large); !errors.Is(err, k.err) {
		t.Errorf("an error is %v", err)
	}
	// Two services in one incident: it is weighed once.
	k.err, k.ended = nil, append(k.ended, Ended{Service: "two", Incident: "A", Severity: "sev1", Began: now, ResolvedAt: now})
	if _, err := f.FactsOf(t.Context(), []registry.Service{{ID: "one"}, {ID: "two"}}); err != nil || len(k.asked) != 1 {
		t.Errorf("asked of %v (%v)", k.asked, err)
	}
}
