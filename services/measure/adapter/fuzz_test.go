package adapter

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/origin"
)

// FuzzAnswer reads any bytes as an answer: what is taken of them can be stored, and
// what is missing is not given as well.
func FuzzAnswer(f *testing.F) {
	noon := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	for _, seed := range []string{
		`{"slots":[{"start":"2026-03-14T12:00:00Z","good":1.5,"total":2,"group":"eu"},{"start":"2026-03-14T12:01:00Z","good":3,"total":2}],"missing":[{"start":"2026-03-14T12:02:00Z","reason":"no_data","detail":"x"}]}`,
		`{"slots":[{"start":"2026-03-14T13:00:00+01:00","good":-1e5,"total":1e999},{"start":"2026-03-14T12:00:00Z","good":null,"total":"1"}]}`,
		`{"slots":[]}`, `{}`, `null`, `[`,
	} {
		f.Add([]byte(seed), true)
		f.Add([]byte(seed), false)
	}
	f.Fuzz(func(t *testing.T, body []byte, grouped bool) {
		a := origin.Ask{Origin: origin.Origin{Adapter: &origin.Adapter{}}, Resolution: measure.Minute, From: noon, To: noon.Add(3 * time.Minute)}
		if grouped {
			a.Origin.GroupBy = "zone"
		}
		got, err := reply{status: 200, media: "application/json", body: body}.slots(a)
		if err != nil {
			return
		}
		missing := map[time.Time]bool{}
		for _, m := range got.Missing {
			if missing[m.Start] || m.Detail == "" || m.Reason == "" {
				t.Errorf("missing twice or without a reason: %+v", m)
			}
			missing[m.Start] = true
		}
		seen := map[place]bool{}
		for _, s := range got.Slots {
			key := place{s.Start, s.Group}
			if seen[key] || missing[s.Start] || (s.Group != "") != grouped {
				t.Errorf("twice, missing too, or of a group that it cannot have: %+v", s)
			}
			seen[key] = true
			if s.Start.Before(a.From) || !s.Start.Before(a.To) || !s.Start.Truncate(a.Resolution).Equal(s.Start) || s.Good < 0 || s.Good > s.Total || s.Total > measure.MaxEventsPerSlot*measure.Event {
				t.Errorf("%+v cannot be stored", s)
			}
		}
	})
}
