package notify_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/notify"
	"github.com/evenkeel/evenkeel/services/notify/carry"
)

func mailTo(team string) notify.TargetInput {
	return notify.TargetInput{Team: team, Name: "Mail", Kind: notify.Email, Address: "team@example.org", Enabled: true}
}

func TestMembersLookAfterTheTargetsOfTheirTeamAndAdministratorsAfterAll(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	made := ok(h.CreateTarget(h.ada, mailTo("payments")))(t)
	_, err := h.CreateTarget(h.ada, mailTo("shop"))
	refused(t, err, fault.Forbidden, "forbidden")
	_, err = h.CreateTarget(h.ada, mailTo(""))
	refused(t, err, fault.Forbidden, "forbidden")
	_, err = h.CreateTarget(h.nobody, mailTo("payments"))
	refused(t, err, fault.Unauthenticated, "unauthenticated")
	_, err = h.CreateTarget(h.root, mailTo("none"))
	if e := refused(t, err, fault.Invalid, "invalid_input"); e.Violations[0].Pointer != "/team" {
		t.Errorf("got %v", e)
	}
	platform := ok(h.CreateTarget(h.root, mailTo("")))(t)
	for _, target := range []notify.TargetView{made, platform} {
		if read := ok(h.Target(h.ada, target.ID))(t); read.Name != "Mail" {
			t.Errorf("read %+v", read)
		}
	}
	_, err = h.UpdateTarget(h.ada, platform.ID, 1, mailTo(""))
	refused(t, err, fault.Forbidden, "forbidden")
	_, err = h.TestTarget(h.ada, platform.ID)
	refused(t, err, fault.Forbidden, "forbidden")
	_, _, err = h.ReplayTarget(h.ada, platform.ID)
	refused(t, err, fault.Forbidden, "forbidden")
	refused(t, h.RemoveTarget(h.ada, platform.ID, 1), fault.Forbidden, "forbidden")
	_, err = h.Targets(h.nobody, notify.TargetFilter{}, page.Request{})
	refused(t, err, fault.Unauthenticated, "unauthenticated")
	_, err = h.Events(h.nobody, notify.EventFilter{}, page.Request{})
	refused(t, err, fault.Unauthenticated, "unauthenticated")
	_, err = h.Notifications(h.nobody, notify.NotificationFilter{}, page.Request{})
	refused(t, err, fault.Unauthenticated, "unauthenticated")

	in := mailTo("payments")
	in.Address, in.Team = "other@example.org", ""
	if v := ok(h.UpdateTarget(h.ada, made.ID, 1, in))(t); v.Version != 2 || v.Address != "other@example.org" || v.Team != h.payments.ID {
		t.Errorf("changed to %+v", v)
	}
	_, err = h.UpdateTarget(h.ada, made.ID, 1, in)
	refused(t, err, fault.Precondition, "version_mismatch")
	in.Team = "shop"
	_, err = h.UpdateTarget(h.root, made.ID, 2, in)
	if e := refused(t, err, fault.Invalid, "invalid_input"); e.Violations[0].Pointer != "/team" {
		t.Errorf("got %v", e)
	}
	if err := h.RemoveTarget(h.ada, made.ID, 2); err != nil {
		t.Fatal(err)
	}
	_, err = h.Target(h.ada, made.ID)
	refused(t, err, fault.NotFound, "notification_target_not_found")
	refused(t, h.RemoveTarget(h.ada, made.ID, 3), fault.NotFound, "notification_target_not_found")
	var actions []string
	for _, e := range ok(h.log.List(h.root, audit.Filter{ObjectID: made.ID}, page.Request{}))(t).Items {
		actions = append(actions, e.Action+" by "+e.ActorName)
	}
	slices.Sort(actions)
	if want := "notification_target.create by ada, notification_target.delete by ada, notification_target.update by ada"; strings.Join(actions, ", ") != want {
		t.Errorf("the log has %v", actions)
	}
}

func TestATargetSaysEveryFaultAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for name, c := range map[string]struct {
		in       notify.TargetInput
		pointers string
	}{
		"nothing":           {notify.TargetInput{}, "/name /kind"},
		"everything":        {notify.TargetInput{Name: "a\nb", Kind: "pigeon", Rank: -1, Least: "never", Types: []event.Type{"none", "none"}, Hours: &notify.Hours{Zone: "Mars"}}, "/name /rank /leastUrgency /types/0 /types/1 /types/1 /workingHours/timeZone /workingHours/days /workingHours/to /workingHours/to /kind"},
		"no address":        {notify.TargetInput{Name: "a", Kind: notify.Webhook, Secret: "s"}, "/address"},
		"no secret":         {notify.TargetInput{Name: "a", Kind: notify.PagerDuty}, "/secret"},
		"an address":        {notify.TargetInput{Name: "a", Kind: notify.Slack, Secret: "s", Address: "https://hooks.slack.com/"}, "/address"},
		"the secret itself": {notify.TargetInput{Name: "a", Kind: notify.Slack, Secret: "https://hooks.slack.com/services/x"}, "/secret"},
		"a query":           {notify.TargetInput{Name: "a", Kind: notify.Webhook, Secret: "s", Address: "https://example.org/?token=x"}, "/address"},
		"a password":        {notify.TargetInput{Name: "a", Kind: notify.Webhook, Secret: "s", Address: "https://u:p@example.org/"}, "/address"},
		"no URL":            {notify.TargetInput{Name: "a", Kind: notify.Webhook, Secret: "s", Address: "ftp://example.org/"}, "/address"},
		"two addresses":     {notify.TargetInput{Name: "a", Kind: notify.Email, Address: "a@example.org, b@example.org"}, "/address"},
		"a named address":   {notify.TargetInput{Name: "a", Kind: notify.Email, Address: "Ada <a@example.org>"}, "/address"},
		"a header":          {notify.TargetInput{Name: "a", Kind: notify.Email, Address: "a@example.org\r\nBcc: b@example.org"}, "/address"},
		"backwards":         {notify.TargetInput{Name: "a", Kind: notify.Email, Address: "a@example.org", Hours: &notify.Hours{Zone: "UTC", Days: []time.Weekday{1, 1, 9}, From: 600, To: 540}}, "/workingHours/days/1 /workingHours/days/2 /workingHours/to"},
	} {
		_, err := h.CreateTarget(h.root, c.in)
		var pointers []string
		for _, v := range refused(t, err, fault.Invalid, "invalid_input").Violations {
			pointers = append(pointers, v.Pointer)
		}
		if got := strings.Join(pointers, " "); got != c.pointers {
			t.Errorf("%s: %s, want %s", name, got, c.pointers)
		}
		if strings.Contains(err.Error(), "services/x") || strings.Contains(err.Error(), "token=x") || strings.Contains(err.Error(), "u:p@") {
			t.Errorf("%s: repeats what may be secret: %v", name, err)
		}
	}
}

// What a team's members can name is theirs, and is not sent to whoever they like.
func TestATeamHasItsOwnSecretsAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	hook := func(secret string) notify.TargetInput {
		return notify.TargetInput{Team: "payments", Name: "a", Kind: notify.Webhook, Address: "https://example.org/", Secret: secret}
	}
	for _, secret := range []string{"prom-token", "notify-shop-hook", "notify-payments", "notify-payments-", "notify-payments-eu-hook", "notify-paymentsx-hook"} {
		_, err := h.CreateTarget(h.ada, hook(secret))
		if e := refused(t, err, fault.Invalid, "invalid_input"); !slices.ContainsFunc(e.Violations, func(v fault.Violation) bool { return v.Pointer == "/secret" }) {
			t.Errorf("%s: %v", secret, e)
		}
	}
	ok(h.CreateTarget(h.ada, hook("notify-payments-hook2")))(t)
	for name, in := range map[string]notify.TargetInput{
		"a bearer token": {Team: "payments", Name: "a", Kind: notify.Alertmanager, Address: "https://example.org/", Secret: "notify-payments-hook"},
		"a routing key":  {Team: "payments", Name: "a", Kind: notify.PagerDuty, Address: "https://example.org/v2/enqueue", Secret: "notify-payments-hook"},
	} {
		if _, err := h.CreateTarget(h.ada, in); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s goes where a member says: %v", name, err)
		}
		ok(h.CreateTarget(h.root, in))(t)
	}
	// A member cannot send an administrator's secret elsewhere either.
	theirs := ok(h.CreateTarget(h.root, hook("prom-token")))(t)
	in := hook("prom-token")
	in.Address = "https://evil.example/"
	_, err := h.UpdateTarget(h.ada, theirs.ID, 1, in)
	refused(t, err, fault.Invalid, "invalid_input")
}

func TestATestMessageIsOneCallAndItsDeliveryIsRecorded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	status := http.StatusOK
	v := newReceiver(t, func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
	monday := &notify.Hours{Zone: "UTC", Days: []time.Weekday{time.Monday}, From: 540, To: 1020} // and it is a Saturday
	target := h.hook("hook", v.URL, func(in *notify.TargetInput) { in.Hours = monday; in.Types = []event.Type{event.Escalated} })
	n := ok(h.TestTarget(h.ada, target.ID))(t)
	if n.State != notify.Sent || n.Status != 200 || len(v.requests()) != 1 {
		t.Fatalf("sent as %+v, in %d requests", n, len(v.requests()))
	}
	if body := string(v.requests()[0].body); !strings.Contains(body, "com.github.evenkeel.notifications.test.v1") || !strings.Contains(body, "ada tries out") {
		t.Errorf("says %s", body)
	}
	status = http.StatusBadGateway
	if n := ok(h.TestTarget(h.ada, target.ID))(t); n.State != notify.Dead || n.Status != 502 || !strings.Contains(n.Reason, "502") {
		t.Errorf("failed as %+v", n)
	}
	h.run()
	all := h.all(target.ID)
	if len(all) != 2 || len(v.requests()) != 2 || all[0].State != notify.Sent || all[1].State != notify.Dead {
		t.Errorf("recorded as %+v", all)
	}
	_, err := h.TestTarget(h.ada, id.New(h.clock.Now()))
	refused(t, err, fault.NotFound, "notification_target_not_found")
	off := newHouse(t, func(_ *carry.Parts, s *notify.Settings) { s.Mode = notify.Observe })
	_, err = off.TestTarget(off.ada, off.hook("hook", v.URL).ID)
	refused(t, err, fault.Conflict, "notifications_off")
}

func TestOnlyWhatIsDeadOrArrivedIsReplayed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := newReceiver(t, func(n int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	target := h.hook("hook", v.URL)
	h.tell(h.opened("1"))
	h.run()
	n := h.all(target.ID)[0]
	_, err := h.Replay(h.ada, n.ID)
	refused(t, err, fault.Conflict, "notification_not_replayable")
	_, err = h.Replay(h.ada, id.New(h.clock.Now()))
	refused(t, err, fault.NotFound, "notification_not_found")
	if replayed, over, err := h.ReplayTarget(h.ada, target.ID); err != nil || replayed != 0 || over != 0 {
		t.Errorf("%d are replayed, %d are over: %v", replayed, over, err)
	}
	if err := h.RemoveTarget(h.ada, target.ID, 1); err != nil {
		t.Fatal(err)
	}
	h.run()
	if n := h.all(target.ID)[0]; n.State != notify.Dead || n.Reason != "The target was removed." {
		t.Errorf("left %+v", n)
	}
	_, err = h.Replay(h.ada, n.ID)
	refused(t, err, fault.Conflict, "notification_not_replayable")
}

func TestAPersonIsToldByMailToo(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(_ *carry.Parts, s *notify.Settings) { s.Mails = true })
	e := h.opened("1")
	e.Person = access.CallerFrom(h.ada).Person
	h.tell(e)
	h.run()
	found := ok(h.Notifications(h.ada, notify.NotificationFilter{}, page.Request{}))(t).Items
	if len(found) != 1 || found[0].Person != e.Person || found[0].Target != "" || found[0].Attempts != 1 {
		t.Errorf("made %+v", found)
	}
	if told := h.told("violation/1")[0]; told.Outcome != notify.Routed {
		t.Errorf("went %s", told.Outcome)
	}
	_, err := h.Replay(h.ada, found[0].ID)
	refused(t, err, fault.Forbidden, "forbidden")
}

// ledTo leads one person to a path of their own.
type ledTo struct{ person id.ID }

// Personal implements notify.Personal.
func (l ledTo) Personal(_ context.Context, e event.Event, person id.ID) (string, error) {
	if person != l.person {
		return "", errors.New("another person is told")
	}
	return "/for-one-person" + e.Link, nil
}

// carried notes what it is given.
type carried struct{ parcels []notify.Parcel }

// Carry implements notify.Carrier.
func (c *carried) Carry(_ context.Context, p notify.Parcel) notify.Outcome {
	c.parcels = append(c.parcels, p)
	return notify.Outcome{Status: 202}
}

func TestWhatIsToldInPersonGoesToNoTargetAndNoDigestAndOnlyItsMailHasTheLink(t *testing.T) {
	t.Parallel()
	for _, mails := range []bool{true, false} {
		h := newHouse(t, func(_ *carry.Parts, s *notify.Settings) { s.Mails = mails })
		h.hook("All", "http://127.0.0.1:9")
		e := h.opened("1")
		e.Type, e.Person, e.Link = event.ToilAsked, access.CallerFrom(h.ada).Person, "/teams/payments/toil"
		h.tell(e)
		post := &carried{}
		c := h.courier()
		c.Carrier, c.Personal = post, ledTo{e.Person}
		ok(c.RunOnce(t.Context()))(t)
		want := notify.ToNobody
		if mails {
			want = notify.Routed
		}
		if told := h.told("violation/1")[0]; told.Outcome != want || told.Link != e.Link {
			t.Errorf("mail %t: it went %s, to %s", mails, told.Outcome, told.Link)
		}
		if !mails && len(post.parcels) != 0 {
			t.Errorf("without mail %+v was carried", post.parcels)
		}
		if mails && (len(post.parcels) != 1 || post.parcels[0].Person.ID != e.Person || post.parcels[0].Told.Link != "/for-one-person/teams/payments/toil") {
			t.Errorf("carried was %+v", post.parcels)
		}
	}
}

func TestWhatWasToldIsKeptForFourHundredDays(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.tell(h.opened("1"))
	h.run()
	h.clock.Advance(400 * 24 * time.Hour)
	if n := ok(h.Prune(context.WithoutCancel(t.Context())))(t); n != 0 {
		t.Errorf("%d are gone on the day", n)
	}
	h.clock.Advance(time.Second)
	if n := ok(h.Prune(context.WithoutCancel(t.Context())))(t); n != 1 || len(h.told("violation/1")) != 0 {
		t.Errorf("%d are gone after it", n)
	}
}

// open are the things of a test, by team.
type open map[id.ID][]notify.Thing

func (o open) Things(_ context.Context, team id.ID) ([]notify.Thing, error) { return o[team], nil }

// storetest.Start is Saturday, 2026-03-14; the next Monday is of the week 12 (ISO 8601).
func TestADigestComesOnceAWeekWhenTheWeekBegins(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := newReceiver(t, nil)
	hours := &notify.Hours{Zone: "Europe/Berlin", Days: []time.Weekday{time.Tuesday, time.Thursday}, From: 8 * 60, To: 16 * 60}
	h.hook("loud", v.URL+"/loud", func(in *notify.TargetInput) { in.Least = event.Soon })
	h.hook("weekly", v.URL+"/weekly", func(in *notify.TargetInput) { in.Hours, in.Rank = hours, 1 })
	things := open{h.payments.ID: {
		{Order: notify.OrderAtRisk, Title: "third", Text: "because", Link: "/c"}, {Order: notify.OrderViolation, Title: "first", Text: "because", Link: "/a"},
		{Order: notify.OrderReview, Title: "second", Text: "because", Link: "/b"}, {Order: notify.OrderAtRisk, Title: "fourth", Text: "because", Link: "/d"},
	}}
	digest := func() map[string]int64 {
		d := &notify.Digests{CourierParts: h.courier().CourierParts, Things: things}
		return ok(d.RunOnce(t.Context()))(t)
	}
	until := func(at string) { h.clock.Advance(ok(time.Parse(time.RFC3339, at))(t).Sub(h.clock.Now())) }

	if counts := digest(); len(counts) != 0 {
		t.Fatalf("on a Saturday it did %v", counts)
	}
	revisit := h.of(event.PolicyRevisitDue, "revisit", false)
	revisit.Title = "look at the policy again"
	h.tell(revisit)
	h.run()
	until("2026-03-17T06:59:59Z") // a second before Tuesday, 8:00 in Berlin
	h.run()
	if counts := digest(); len(counts) != 0 || len(v.requests()) != 0 {
		t.Errorf("before the week begins: %v, %d sent", counts, len(v.requests()))
	}
	until("2026-03-17T07:00:00Z")
	done := make(chan map[string]int64)
	for range 4 {
		go func() { done <- digest() }()
	}
	routed := int64(0)
	for range 4 {
		routed += (<-done)["routed"]
	}
	h.run()
	got := v.requests()
	if routed != 1 || len(got) != 1 {
		t.Fatalf("%d digests, %d sent", routed, len(got))
	}
	body := string(got[0].body)
	if got[0].path != "/weekly" || !strings.Contains(body, `"title":"Three things to do this week"`) ||
		!strings.Contains(body, `1. first\n   because\n2. second\n   because\n3. third\n   because\nand 2 more`) {
		t.Errorf("to %s: %s", got[0].path, body)
	}
	// Nothing to do is no message, and is known.
	delete(things, h.payments.ID)
	until("2026-03-24T07:00:00Z")
	if counts := digest(); counts["nothing"] != 1 {
		t.Errorf("did %v", counts)
	}
	h.run()
	if len(v.requests()) != 1 {
		t.Error("nothing was told")
	}
	// Where nothing ran on Tuesday, it comes on Thursday.
	things[h.payments.ID] = []notify.Thing{{Order: notify.OrderAtRisk, Title: "one", Text: "because", Link: "/a"}}
	until("2026-04-02T06:30:00Z")
	if counts := digest(); counts["routed"] != 1 {
		t.Errorf("did %v", counts)
	}
	h.run()
	if got := v.requests(); len(got) != 2 || !strings.Contains(string(got[1].body), `"title":"One thing to do this week"`) {
		t.Errorf("%d sent", len(got))
	}
}
