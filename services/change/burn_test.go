package change

import (
	"fmt"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/slo/alert"
)

// Every expectation is a difference of two times: six hours, or the pair's long window.
func TestAChangePrecedesABurnWithinItsReach(t *testing.T) {
	t.Parallel()
	const hour = time.Hour
	for _, c := range []struct {
		kind   alert.Kind
		before time.Duration // that the change began before the alert
		want   bool
	}{
		{"1h/5m", 0, true}, // at the same moment
		{"1h/5m", -time.Microsecond, false},
		{"1h/5m", 4 * time.Minute, true},
		{"1h/5m", 6 * hour, true},
		{"1h/5m", 6*hour + time.Microsecond, false},
		{"6h/30m", 6 * hour, true},
		{"6h/30m", 6*hour + time.Microsecond, false},
		{"1d/2h", 24 * hour, true},
		{"1d/2h", 24*hour + time.Microsecond, false},
		{"3d/6h", 72 * hour, true},
		{"3d/6h", 72*hour + time.Microsecond, false},
	} {
		a := alert.Alert{Kind: c.kind, StartedAt: made}
		change := Change{Terms: Terms{Begins: made.Add(-c.before)}}
		b := preceding(a, []Change{change})
		if (len(b.Changes) == 1) != c.want || c.want && b.Changes[0].Lead != c.before || b.More {
			t.Errorf("%s, %s before: %+v, want it told: %v", c.kind, c.before, b, c.want)
		}
	}
}

func TestOfABurnTheNewestChangesAreTold(t *testing.T) {
	t.Parallel()
	var changes []Change
	for i := range 51 {
		changes = append(changes, Change{ExternalID: fmt.Sprint(i), Terms: Terms{Begins: made.Add(-time.Duration(i) * time.Minute)}})
	}
	all := preceding(alert.Alert{Kind: "1h/5m", StartedAt: made}, changes[:50])
	some := preceding(alert.Alert{Kind: "1h/5m", StartedAt: made}, changes)
	if len(all.Changes) != 50 || all.More || len(some.Changes) != 50 || !some.More || some.Changes[0].ExternalID != "0" || some.Changes[49].ExternalID != "49" {
		t.Errorf("told are %d (more: %v) of 50, %d (more: %v) of 51", len(all.Changes), all.More, len(some.Changes), some.More)
	}
}
