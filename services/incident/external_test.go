package incident_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/incident"
)

// toldAt tells of the status as it was so long after the start.
func toldAt(after time.Duration, status incident.Status) func(*incident.Told) {
	return func(t *incident.Told) {
		at := start.Add(after)
		t.ToldAt, t.Status = &at, status
	}
}

// Of every order in which the three can come, the outcome is that of the newest.
func TestWhatWasToldBeforeWhatIsKnownChangesNothingInWhateverOrderItComes(t *testing.T) {
	t.Parallel()
	told := []func(*incident.Told){
		toldAt(1*time.Minute, incident.Declared),
		toldAt(2*time.Minute, incident.Investigating),
		toldAt(3*time.Minute, incident.Resolved),
	}
	for _, order := range [][]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}, {2, 2, 0, 1, 0}} {
		h := newHouse(t)
		h.clock.Advance(10 * time.Minute)
		newest := -1
		var last incident.Incident
		for _, n := range order {
			i, outcome, err := h.Upsert(h.pipeline, h.told(told[n]))
			want := incident.Updated
			switch {
			case newest < 0:
				want = incident.Entered
			case n == newest:
				want = incident.Unchanged
			case n < newest:
				want = incident.Late
			}
			if err != nil || outcome != want {
				t.Fatalf("of %v, %d is %q, %v; want %q", order, n, outcome, err, want)
			}
			newest, last = max(newest, n), i
		}
		if last.Status != incident.Resolved || !last.ResolvedAt.Equal(start.Add(3*time.Minute)) || !last.Origin.ToldAt.Equal(start.Add(3*time.Minute)) {
			t.Errorf("after %v it is %+v", order, last)
		}
		got := ok(h.Get(h.bob, last.ID))(t)
		if got.Status != incident.Resolved || got.Version != last.Version {
			t.Errorf("after %v kept is %+v", order, got)
		}
	}
}

// What says nothing new is still newer than what comes after it: of the titles A, B and A again,
// the last holds, though B comes last.
func TestWhatSaysTheSameIsRememberedAsTheNewest(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.clock.Advance(10 * time.Minute)
	titled := func(after time.Duration, title string) incident.Told {
		return h.told(toldAt(after, incident.Investigating), func(t *incident.Told) { t.Title = title })
	}
	for n, c := range []struct {
		told incident.Told
		want incident.Outcome
	}{
		{titled(1*time.Minute, "A"), incident.Entered},
		{titled(3*time.Minute, "A"), incident.Unchanged},
		{titled(2*time.Minute, "B"), incident.Late},
	} {
		i, outcome, err := h.Upsert(h.pipeline, c.told)
		if err != nil || outcome != c.want || i.Title != "A" || i.Version != 1 {
			t.Errorf("step %d: %q, %+v, %v", n, outcome, i, err)
		}
	}
}

func TestOfTwoThingsToldAtOneMomentTheFurtherOneHolds(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.clock.Advance(10 * time.Minute)
	for _, c := range []struct {
		status, is incident.Status
		want       incident.Outcome
	}{
		{incident.Investigating, incident.Investigating, incident.Entered},
		{incident.Resolved, incident.Resolved, incident.Updated},
		{incident.Investigating, incident.Resolved, incident.Late},
	} {
		i, outcome, err := h.Upsert(h.pipeline, h.told(toldAt(time.Minute, c.status)))
		if err != nil || outcome != c.want || i.Status != c.is {
			t.Errorf("%q is %q, %+v, %v", c.status, outcome, i, err)
		}
	}
}

func TestASourceReopensAnIncident(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.clock.Advance(10 * time.Minute)
	var i incident.Incident
	for n, status := range []incident.Status{incident.Declared, incident.Mitigated, incident.Resolved, incident.Investigating, incident.Resolved} {
		var err error
		if i, _, err = h.Upsert(h.pipeline, h.told(toldAt(time.Duration(n)*time.Minute, status))); err != nil {
			t.Fatal(err)
		}
		if n == 3 && (i.ResolvedAt != nil || i.MitigatedAt != nil || i.Status != incident.Investigating) {
			t.Errorf("reopened it is %+v", i)
		}
	}
	if !i.ResolvedAt.Equal(start.Add(4 * time.Minute)) {
		t.Errorf("resolved again it is %+v", i)
	}
	var said []string
	for _, e := range ok(h.Timeline(h.bob, i.ID, page.Request{}))(t).Items {
		said = append(said, e.At.Format("04")+" "+e.Text)
	}
	// Each is at the time that the source told, not ten minutes after the start, when its word came.
	want := []string{
		"00 Declared as sev2, declared.",
		"01 From declared to mitigated. As pagerduty tells.", "02 From mitigated to resolved. As pagerduty tells.",
		"03 From resolved to investigating. As pagerduty tells.", "04 From investigating to resolved. As pagerduty tells.",
	}
	if strings.Join(said, "|") != strings.Join(want, "|") {
		t.Errorf("the timeline says %q", said)
	}
}

func TestWhatASourceLeavesOutIsAssumedOnceAndThenStays(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.clock.Advance(10 * time.Minute)
	bare := func(after time.Duration) incident.Told {
		return h.told(toldAt(after, incident.Investigating), func(t *incident.Told) {
			t.Severity, t.Services, t.ImpactStart, t.Link = "", nil, time.Time{}, ""
		})
	}
	_, _, err := h.Upsert(h.pipeline, bare(0))
	refused(t, err, fault.Invalid, "")
	assumed := bare(0)
	assumed.Assumed = incident.Assumed{Severity: "sev3", Services: []incident.Involved{{Service: h.ledger, Part: incident.Affected}}, ImpactStart: start}
	made, outcome, err := h.Upsert(h.pipeline, assumed)
	if err != nil || outcome != incident.Entered || made.Severity != "sev3" || made.Services[0].Service != h.ledger || !made.ImpactStart.Equal(start) {
		t.Fatalf("entered is %+v, %q, %v", made, outcome, err)
	}
	full := h.told(toldAt(time.Minute, incident.Investigating))
	told, _, err := h.Upsert(h.pipeline, full)
	if err != nil || told.Severity != "sev2" || told.Services[0].Service != h.checkout || told.Origin.Link != full.Link {
		t.Fatalf("told in full it is %+v, %v", told, err)
	}
	later := bare(2 * time.Minute)
	later.Assumed = assumed.Assumed
	after, outcome, err := h.Upsert(h.pipeline, later)
	if err != nil || outcome != incident.Unchanged || after.Severity != "sev2" || after.Services[0].Service != h.checkout || after.Origin.Link != full.Link {
		t.Errorf("what was told is lost: %+v, %q, %v", after, outcome, err)
	}
}

func TestWhatASourceHasNoMoreIsClosedAndNeverEntered(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	gone := h.told(toldAt(0, ""), func(t *incident.Told) { t.Gone = true })
	_, _, err := h.Upsert(h.pipeline, gone)
	refused(t, err, fault.NotFound, "incident_not_found")
	if _, _, err := h.Upsert(h.pipeline, h.told(toldAt(-time.Minute, incident.Investigating))); err != nil {
		t.Fatal(err)
	}
	i, outcome, err := h.Upsert(h.pipeline, gone)
	if err != nil || outcome != incident.Updated || i.Status != incident.Closed || !i.ResolvedAt.Equal(start) {
		t.Errorf("gone it is %+v, %q, %v", i, outcome, err)
	}
}

func TestWhatASourceTellsOfTheFutureIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, after := range []time.Duration{incident.Skew + time.Second, -30 * 366 * 24 * time.Hour} {
		_, _, err := h.Upsert(h.pipeline, h.told(toldAt(after, incident.Declared)))
		if e := refused(t, err, fault.Invalid, ""); e.Violations[0].Pointer != "/toldAt" {
			t.Errorf("%s: %+v", after, e.Violations)
		}
	}
	if _, outcome, err := h.Upsert(h.pipeline, h.told(toldAt(incident.Skew, incident.Declared))); err != nil || outcome != incident.Entered {
		t.Errorf("within the skew: %q, %v", outcome, err)
	}
}

func TestWhoseAnIncidentOfASourceIsIsToldToTheSystemAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if _, _, err := h.Upsert(h.pipeline, h.told()); err != nil {
		t.Fatal(err)
	}
	_, err := h.TeamOfExternal(h.ada, "pagerduty", h.told().ExternalID)
	refused(t, err, fault.Forbidden, "forbidden")
	system := accessSystem(t)
	if team := ok(h.TeamOfExternal(system, "pagerduty", h.told().ExternalID))(t); team != h.team {
		t.Errorf("it is of %q", team)
	}
	if team := ok(h.TeamOfExternal(system, "pagerduty", "other"))(t); team != "" {
		t.Errorf("what is not known is of %q", team)
	}
}

func accessSystem(t *testing.T) context.Context {
	t.Helper()
	return access.WithCaller(t.Context(), access.System("test"))
}

// The time of the mitigation was set when its word came; the source then resolves the incident, and
// says that it was so before.
func TestTimesThatASourceDoesNotTellGiveWayToThoseThatItDoes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.clock.Advance(10 * time.Minute)
	if _, _, err := h.Upsert(h.pipeline, h.told(toldAt(5*time.Minute, incident.Mitigated))); err != nil {
		t.Fatal(err)
	}
	resolved := start.Add(3 * time.Minute)
	i, _, err := h.Upsert(h.pipeline, h.told(toldAt(6*time.Minute, incident.Resolved), func(t *incident.Told) { t.ResolvedAt = &resolved }))
	if err != nil || !i.MitigatedAt.Equal(resolved) || !i.ResolvedAt.Equal(resolved) {
		t.Errorf("it is %+v, %v", i, err)
	}
	// Its impact began later than was thought, after it was detected.
	h2 := newHouse(t)
	h2.clock.Advance(10 * time.Minute)
	if _, _, err := h2.Upsert(h2.pipeline, h2.told(toldAt(time.Minute, incident.Investigating))); err != nil {
		t.Fatal(err)
	}
	began := start.Add(2 * time.Minute)
	i, _, err = h2.Upsert(h2.pipeline, h2.told(toldAt(3*time.Minute, incident.Investigating), func(t *incident.Told) { t.ImpactStart = began }))
	if err != nil || !i.DetectedAt.Equal(began) {
		t.Errorf("it is %+v, %v", i, err)
	}
}
