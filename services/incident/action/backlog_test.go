package action

import (
	"reflect"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
)

// A backlog on Wednesday, 27 May 2026, by hand: its first week begins on Monday, 2 March.
func TestABacklogIsCountedWeekByWeek(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 27, 12, 0, 0, 0, time.UTC)
	at := func(month time.Month, day int) time.Time { return time.Date(2026, month, day, 12, 0, 0, 0, time.UTC) }
	settled := func(month time.Month, day int) *time.Time { t := at(month, day); return &t }
	since := monday(now).AddDate(0, 0, -7*(Weeks-1))
	if clock.DateOf(since) != "2026-03-02" || monday(at(3, 2)) != since || monday(at(3, 8)) != since {
		t.Fatalf("the first week begins on %s", since)
	}
	b := backlog([]Life{
		{Priority: P0, State: Open, DueOn: "2026-05-26", CreatedAt: at(2, 20)},                            // open from before, overdue
		{Priority: P2, State: Open, DueOn: "2026-05-27", CreatedAt: at(5, 26)},                            // due today
		{Priority: P1, State: Done, DueOn: "2026-04-10", CreatedAt: at(3, 4), SettledAt: settled(4, 10)},  // in time
		{Priority: P1, State: Done, DueOn: "2026-04-10", CreatedAt: at(3, 10), SettledAt: settled(4, 13)}, // late, on a Monday
		{Priority: P3, State: Waived, DueOn: "2026-06-10", CreatedAt: at(5, 25), SettledAt: settled(5, 26)},
	}, since, now, false)
	if b.Open != 2 || b.Overdue != 1 || b.InTime != 1 || b.Late != 1 || b.Waived != 1 || !reflect.DeepEqual(b.ByPriority, map[Priority]int{P0: 1, P2: 1}) || !reflect.DeepEqual(b.Ages, []int{1, 96}) {
		t.Errorf("the backlog is %+v", b)
	}
	want := map[int]Week{
		0:  {"2026-03-02", 1, 0, 2},
		1:  {"2026-03-09", 1, 0, 3},
		5:  {"2026-04-06", 0, 1, 2},
		6:  {"2026-04-13", 0, 1, 1},
		7:  {"2026-04-20", 0, 0, 1},
		12: {"2026-05-25", 2, 1, 2},
	}
	for n, w := range want {
		if b.Trend[n] != w {
			t.Errorf("week %d is %+v, want %+v", n, b.Trend[n], w)
		}
	}
}
