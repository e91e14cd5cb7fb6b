package launch_test

import (
	"context"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/launch"
	"github.com/evenkeel/evenkeel/services/registry"
)

func TestWhatIsAskedOfALaunchIsRefusedInWords(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ask := func(as context.Context, change func(*launch.Request)) error {
		r := h.request()
		change(&r)
		_, err := h.Ask(as, r)
		return err
	}
	refused(t, "everything at once", ask(h.ada, func(r *launch.Request) {
		r.Scorecard, r.PlannedOn, r.Note = "nothing", h.on(-1), strings.Repeat("x", 4001)
	}), "invalid_input", "/scorecard: must be the slug or identifier of a scorecard; there is none of it", "/plannedOn: must be today, 2026-11-27, or later", "/note: ")
	refused(t, "no service", ask(h.ada, func(r *launch.Request) { r.Service = "nothing" }), "invalid_input", "/service: must be the slug or identifier of a service; there is none of it")
	refused(t, "a level that there is not", ask(h.ada, func(r *launch.Request) { r.Level = "Gold" }), "invalid_input", "/level: must be one of the levels: Bronze")
	refused(t, "a year and a day ahead", ask(h.ada, func(r *launch.Request) { r.PlannedOn = h.on(366) }), "invalid_input", "/plannedOn: must be at most 365 days from now, 2027-11-27")
	refused(t, "no day", ask(h.ada, func(r *launch.Request) { r.PlannedOn = "2026-02-30" }), "invalid_input", `/plannedOn: must be a day such as "2026-11-27"`)
	same := func(*launch.Request) {}
	refused(t, "somebody of no team", ask(h.rita, same), "forbidden", "only members of the owning team and administrators")
	refused(t, "who keeps the scorecard", ask(h.bob, same), "forbidden", "only members of the owning team and administrators")
	refused(t, "a workload", ask(h.robot, same), "forbidden")
	refused(t, "the system", ask(h.root, same), "forbidden", "only a person may do this")

	elsewhere := draft("jobs")
	elsewhere.Terms.AppliesTo = "kind == 'batch'"
	ok(h.cards.Create(h.bob, elsewhere))(t)
	refused(t, "a scorecard that is not for it", ask(h.ada, func(r *launch.Request) { r.Scorecard = "jobs" }), "invalid_input", `/scorecard: is not for the service "checkout"`)
	old := ok(h.cards.Create(h.bob, draft("old")))(t)
	ok(h.cards.Retire(h.bob, string(old.Scorecard.ID), old.Scorecard.Version, "over"))(t)
	refused(t, "a retired scorecard", ask(h.ada, func(r *launch.Request) { r.Scorecard = "old" }), "invalid_input", "/scorecard: was retired: nothing is asked by it any more")

	r := h.asked(t)
	if got := h.told.events; len(got) != 1 || got[0].Type != event.LaunchReviewAsked || got[0].Team != h.pl || got[0].Person != "" {
		t.Errorf("told are %+v", got)
	}
	if r.Evidence.Meets || r.Evidence.Level != "" || len(r.Evidence.Checks) != 1 || r.Evidence.Checks[0].Outcome != "fail" {
		t.Errorf("the evidence is %+v", r.Evidence)
	}
	refused(t, "a second one", ask(h.ada, same), "launch_review_open", "waits already; it is to be decided on first")
	ok(h.registry.Retire(h.root, "checkout", h.checkout.Version, "over"))(t)
	refused(t, "of a retired service", ask(h.ada, same), "service_retired")
	if len(h.told.events) != 1 {
		t.Errorf("of what was refused is told %+v", h.told.events[1:])
	}
}

func TestWhatIsDecidedOnALaunchIsRefusedInWords(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.asked(t)
	off := func(change func(*launch.SignOff)) launch.SignOff {
		s := launch.SignOff{Reason: "Soon.", Until: start.AddDate(0, 0, 30)}
		change(&s)
		return s
	}
	same := off(func(*launch.SignOff) {})
	for who, as := range map[string]context.Context{"ada": h.ada, "rita": h.rita, "robot": h.robot} {
		_, err := h.SignOff(as, r.ID, r.Version, same)
		refused(t, who+" signs off", err, "forbidden")
		_, err = h.Reject(as, r.ID, r.Version, "No.")
		refused(t, who+" rejects", err, "forbidden")
	}
	_, err := h.SignOff(h.root, r.ID, r.Version, same)
	refused(t, "the system signs off", err, "forbidden", "only a person may do this")
	ok(h.registry.AddMember(h.root, "platform", h.adasID))(t)
	for what, do := range map[string]func() error{
		"signs off": func() error { _, err := h.SignOff(h.ada, r.ID, r.Version, same); return err },
		"rejects":   func() error { _, err := h.Reject(h.ada, r.ID, r.Version, "No."); return err },
	} {
		refused(t, "who asked "+what, do(), "own_launch_review", "who asked for a review cannot decide on it; another person who keeps the scorecard can")
	}
	_, err = h.SignOff(h.bob, r.ID, r.Version+1, same)
	refused(t, "by another version", err, "version_mismatch", "was changed by somebody else since it was read")
	_, err = h.SignOff(h.bob, id.New(start), 1, same)
	refused(t, "none", err, "launch_review_not_found")
	_, err = h.SignOff(h.bob, r.ID, r.Version, off(func(s *launch.SignOff) {
		s.Reason, s.Until = " ", start
		s.Conditions = []launch.Condition{{Text: " ", DueOn: h.on(-1)}, {Text: "a", DueOn: "soon"}}
	}))
	refused(t, "everything at once", err, "invalid_input", "/until: must be after now, 2026-11-27T12:00:00Z", "/reason: must say why, for the service was below Bronze",
		"/conditions/0/text: must say what is to be done", "/conditions/0/dueOn: must be today, 2026-11-27, or later", `/conditions/1/dueOn: must be a day such as`)
	_, err = h.SignOff(h.bob, r.ID, r.Version, off(func(s *launch.SignOff) { s.Until = start.AddDate(0, 0, 365).Add(time.Second) }))
	refused(t, "too long", err, "invalid_input", "/until: must be at most 365 days from now, 2027-11-27T12:00:00Z")
	_, err = h.SignOff(h.bob, r.ID, r.Version, off(func(s *launch.SignOff) { s.Conditions = []launch.Condition{{Text: "a", DueOn: h.on(31)}} }))
	refused(t, "a condition after its end", err, "invalid_input", "/conditions/0/dueOn: must not be after the end of the sign-off, 2026-12-27T12:00:00Z")
	_, err = h.SignOff(h.bob, r.ID, r.Version, off(func(s *launch.SignOff) { s.Conditions = make([]launch.Condition, 21) }))
	refused(t, "too many conditions", err, "invalid_input", "/conditions: must be at most 20")
	_, err = h.Reject(h.bob, r.ID, r.Version, " ")
	refused(t, "a rejection without a reason", err, "invalid_input", "/reason: must say why, for who asked")
	_, err = h.Meet(h.ada, r.ID, 1, r.Version, "There.")
	refused(t, "a condition of what waits", err, "condition_not_found", "the review has 0 conditions, and no number 1")

	h.told.events = nil
	signed := ok(h.SignOff(h.bob, r.ID, r.Version, off(func(s *launch.SignOff) { s.Conditions = []launch.Condition{{Text: "a", DueOn: h.on(5)}} })))(t)
	if got := h.told.events; signed.Version != 2 || len(got) != 1 || got[0].Type != event.LaunchReviewDecided || got[0].Team != h.payments || got[0].Person != h.adasID || !strings.Contains(got[0].Text, "To be done by 2026-12-02: a") {
		t.Errorf("signed off as version %d, told are %+v", signed.Version, got)
	}
	_, err = h.Reject(h.bob, r.ID, signed.Version, "No.")
	refused(t, "a second decision", err, "launch_review_decided", "the review was decided on already, by bob")
	meet := func(as context.Context, n int, version int64, note string) error {
		_, err := h.Meet(as, r.ID, n, version, note)
		return err
	}
	refused(t, "met by who signed off", meet(h.bob, 1, 2, "There."), "forbidden", "only members of the owning team")
	refused(t, "met by a workload", meet(h.robot, 1, 2, "There."), "forbidden")
	refused(t, "met, number 0", meet(h.ada, 0, 2, "There."), "condition_not_found", "the review has 1 conditions, and no number 0")
	refused(t, "met by another version", meet(h.ada, 1, 1, "There."), "version_mismatch")
	refused(t, "met without a note", meet(h.ada, 1, 2, " "), "invalid_input", "/note: must say where it is seen")
	if err := meet(h.ada, 1, 2, "There."); err != nil {
		t.Error(err)
	}
	refused(t, "met again", meet(h.ada, 1, 3, "There."), "condition_done", "ada said already that it is done")

	other := h.asked(t)
	ok(h.registry.Retire(h.root, "checkout", h.checkout.Version, "over"))(t)
	_, err = h.SignOff(h.bob, other.ID, other.Version, same)
	refused(t, "of a retired service", err, "service_retired")
}

// What the service meets needs no reason.
func TestAServiceThatMeetsItsLevelIsSignedOffWithoutAReason(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	easy := draft("easy")
	easy.Terms.Checks[0].Passes = "tier <= 1"
	ok(h.cards.Create(h.bob, easy))(t)
	r := ok(h.Ask(h.ada, launch.Request{Service: "checkout", Scorecard: "easy", Level: "Bronze", PlannedOn: h.on(0)}))(t)
	signed := ok(h.SignOff(h.bob, r.ID, r.Version, launch.SignOff{Until: start.AddDate(0, 0, 365)}))(t)
	if !r.Evidence.Meets || signed.State(start) != launch.SignedOff || signed.State(start.AddDate(0, 0, 365).Add(-time.Microsecond)) != launch.SignedOff || signed.State(start.AddDate(0, 0, 365)) != launch.Expired {
		t.Errorf("signed off is %+v", signed)
	}
}

func TestWhatMayBeDoneIsToldAsItIs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.asked(t)
	ok(h.registry.AddMember(h.root, "platform", h.adasID))(t)
	services, cards := map[id.ID]registry.Service{r.Service: ok(h.registry.ServiceFor(h.root, string(r.Service)))(t)}, map[id.ID]scorecards.View{r.Scorecard: ok(h.cards.Get(h.root, string(r.Scorecard)))(t)}
	// acts are how each would be refused, empty where it would not.
	acts := func(as context.Context, r launch.Review) map[string]string {
		t.Helper()
		why := map[string]string{}
		for _, one := range ok(h.Acts(as, []launch.Review{r}, services, cards))(t)[0] {
			if why[one.Name] = one.Code; one.Allowed() != (one.Reason == "") {
				t.Errorf("%+v", one)
			}
		}
		return why
	}
	told := func(signOff, reject, meet string) map[string]string {
		return map[string]string{launch.ActSignOff: signOff, launch.ActReject: reject, launch.ActMeet: meet}
	}
	for who, c := range map[string]struct {
		as   context.Context
		want map[string]string
	}{
		"ada, who asked": {h.ada, told("own_launch_review", "own_launch_review", "condition_done")},
		"bob":            {h.bob, told("", "", "forbidden")},
		"rita":           {h.rita, told("forbidden", "forbidden", "forbidden")},
		"robot":          {h.robot, told("forbidden", "forbidden", "forbidden")},
	} {
		if got := acts(c.as, r); !maps.Equal(got, c.want) {
			t.Errorf("of what waits, %s is told %v", who, got)
		}
	}
	signed := ok(h.SignOff(h.bob, r.ID, r.Version, launch.SignOff{Reason: "Soon.", Until: start.Add(2 * day), Conditions: []launch.Condition{{Text: "Drill.", DueOn: h.on(1)}}}))(t)
	if got := acts(h.ada, signed); !maps.Equal(got, told("own_launch_review", "own_launch_review", "")) {
		t.Errorf("of what is signed off, Ada is told %v", got)
	}
	if got := acts(h.bob, signed); !maps.Equal(got, told("launch_review_decided", "launch_review_decided", "forbidden")) {
		t.Errorf("of what is signed off, Bob is told %v", got)
	}
	met := ok(h.Meet(h.ada, signed.ID, 1, signed.Version, "The wiki."))(t)
	if got := acts(h.ada, met)[launch.ActMeet]; got != "condition_done" {
		t.Errorf("of what is done, Ada is told %q", got)
	}
}
