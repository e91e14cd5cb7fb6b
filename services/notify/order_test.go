package notify_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/services/notify"
	"github.com/evenkeel/evenkeel/services/notify/carry"
)

// Of many that wait, what quiets and what disturbs comes before what can wait, though it
// was told last.
func TestEndsAndWhatInterruptsComeFirst(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(_ *carry.Parts, s *notify.Settings) { s.PerHour = 1000 })
	v := newReceiver(t, nil)
	h.hook("hook", v.URL)
	h.tell(h.of(event.ViolationOpened, "ending", false))
	h.run()
	var events []event.Event
	for i := range 120 {
		events = append(events, h.opened(fmt.Sprint(i)))
	}
	h.tell(append(events, h.of(event.ViolationEnded, "ending", true), h.of(event.AlertPaged, "paging", false))...)
	h.run()
	got := v.requests()
	if len(got) != 123 {
		t.Fatalf("%d requests", len(got))
	}
	for i, matter := range []string{"ending", "paging"} {
		if body := string(got[1+i].body); !strings.Contains(body, fmt.Sprintf(`"matter":%q`, matter)) {
			t.Errorf("request %d is %s", 1+i, body)
		}
	}
}
