package notify_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/notify"
)

// storetest.Start is a Saturday; without hours of its own a week begins on Monday, 9:00 UTC.
func TestWhatIsLeftForTheDigestIsInOneHoweverLateItComes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := newReceiver(t, nil)
	h.hook("weekly", v.URL)
	until := func(at string) { h.clock.Advance(ok(time.Parse(time.RFC3339, at))(t).Sub(h.clock.Now())) }
	leave := func(at, matter string) {
		until(at)
		e := h.of(event.PolicyRevisitDue, matter, false)
		e.Title = "look at " + matter
		h.tell(e)
		h.run()
	}
	digest := func(at string) string {
		until(at)
		d := &notify.Digests{CourierParts: h.courier().CourierParts, Things: open{}}
		ok(d.RunOnce(t.Context()))(t)
		before := len(v.requests())
		h.run()
		said := ""
		for _, r := range v.requests()[before:] {
			said += string(r.body)
		}
		return said
	}
	told := func(body string, matters ...string) {
		t.Helper()
		for _, m := range []string{"old", "first", "late", "second", "third"} {
			want := 0
			for _, one := range matters {
				if m == one {
					want = 1
				}
			}
			if got := strings.Count(body, fmt.Sprintf(". look at %s\\n", m)); got != want {
				t.Errorf("%q is told %d times, want %d: %s", m, got, want, body)
			}
		}
	}
	leave("2026-03-15T09:00:00Z", "first")
	leave("2026-03-16T08:59:50Z", "late") // it may not be in the database yet when the digest is written
	told(digest("2026-03-16T09:00:00Z"), "first")
	leave("2026-03-17T09:00:00Z", "second")
	leave("2026-03-29T09:00:00Z", "third")
	// Nothing ran for three weeks: what was left since is told, and nothing twice.
	told(digest("2026-04-06T09:00:00Z"), "late", "second", "third")
	told(digest("2026-04-13T09:00:00Z"))
}

// Digests are written every five minutes, and messages wait for working hours: hours in
// which nothing has a chance to be sent are none.
func TestWorkingHoursLastForAQuarterOfAnHour(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	in := notify.TargetInput{Team: "payments", Name: "Mail", Kind: notify.Email, Address: "team@example.org", Hours: &notify.Hours{Zone: "UTC", Days: []time.Weekday{time.Monday}, From: 540, To: 554}}
	_, err := h.CreateTarget(h.ada, in)
	if e := refused(t, err, fault.Invalid, "invalid_input"); len(e.Violations) != 1 || e.Violations[0].Pointer != "/workingHours/to" || !strings.Contains(e.Violations[0].Message, "15 minutes later than from, 09:00") {
		t.Errorf("got %v", e)
	}
	in.Hours.To = 555
	ok(h.CreateTarget(h.ada, in))(t)
}
