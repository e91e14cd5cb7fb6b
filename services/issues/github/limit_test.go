package github_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	gogithub "github.com/google/go-github/v60/github"

	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/issues/github"
	"github.com/evenkeel/evenkeel/services/issues/github/standin"
)

func TestADeadlineIsKeptAcrossARestart(t *testing.T) {
	t.Parallel()
	for _, kind := range []standin.Kind{
		standin.SecondaryRetryAfter, standin.SecondaryReset, standin.SecondarySilent, standin.TooManyRequests, standin.PrimaryExhausted,
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			o := open(t)
			wait := 7 * time.Minute
			if kind == standin.SecondarySilent {
				wait = time.Minute
			}
			o.fault("issues/create", standin.Fault{Kind: kind, Wait: wait})
			first, second := o.want(), o.want()
			o.run()
			d := o.inState(first.ID, delivery.Pending) // it was not made, and nothing has to be looked for
			told := o.clock.Now()
			if !strings.Contains(d.Problem, "wait") || d.Attempts != 0 {
				t.Errorf("known: %+v", d)
			}
			asked := len(o.Requests())
			for range 3 {
				o.courier = o.hire(o.tracker) // a restart
				o.clock.Advance(wait/3 - 2*time.Second)
				o.run()
			}
			if now := len(o.Requests()); now != asked {
				t.Errorf("%d requests before the deadline", now-asked)
			}
			o.clock.Advance(told.Add(wait).Sub(o.clock.Now()))
			o.run()
			o.inState(first.ID, delivery.Sent)
			o.inState(second.ID, delivery.Sent)
			o.wellBehaved()
		})
	}
}

func TestADeadlineIsByTheClockOfGitHub(t *testing.T) {
	t.Parallel()
	for _, kind := range []standin.Kind{standin.SecondaryReset, standin.PrimaryExhausted} {
		for _, ahead := range []time.Duration{-5 * time.Minute, 5 * time.Minute, 24 * time.Hour} {
			t.Run(string(kind)+" "+ahead.String(), func(t *testing.T) {
				t.Parallel()
				o := open(t)
				o.ahead.Store(int64(ahead))
				o.fault("issues/create", standin.Fault{Kind: kind, Wait: 7 * time.Minute})
				o.want()
				o.run()
				if got, want := o.lane(acmes).NotBefore, o.clock.Now().Add(7*time.Minute); !got.Equal(want) {
					t.Errorf("the lane opens at %s, want %s", got, want)
				}
				o.pass(8 * time.Minute)
				o.alone("acme/shop")
				o.wellBehaved()
			})
		}
	}
}

// RFC 9110, section 10.2.3: Retry-After is a number of seconds or a date.
func TestADateToRetryAfterIsByTheClockOfGitHub(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", "Fri, 31 Dec 1999 23:57:59 GMT")
		w.Header().Set("Retry-After", "Fri, 31 Dec 1999 23:59:59 GMT")
		w.WriteHeader(http.StatusTooManyRequests)
	}))
	defer server.Close()
	client := gogithub.NewClient(server.Client())
	base, err := url.Parse(server.URL + "/")
	if err != nil {
		t.Fatal(err)
	}
	client.BaseURL = base
	tracker := github.NewTracker(tokens{"acme": {client, "robo"}}, func() time.Time { return start })
	_, err = tracker.Facts(t.Context(), "acme/shop")
	if e := delivery.AsError(err); e == nil || !e.Until.Equal(start.Add(2*time.Minute)) {
		t.Errorf("%+v, want to wait for two minutes", err)
	}
}

func TestWritesAreASecondApartAcrossCouriers(t *testing.T) {
	t.Parallel()
	o := open(t)
	for range 40 {
		o.want()
	}
	for range 60 {
		// A run as soon as the one before ended, by another courier.
		if _, err := o.hire(o.tracker).RunOnce(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(o.Issues("acme/shop")); n != 20 { // the cap of a team
		t.Errorf("%d issues, want 20", n)
	}
	o.wellBehaved()
}

// another gives the stand-in another owner, whose token is another lane.
func (o *office) another(owner string) {
	o.Organization(owner)
	o.User("robo-" + owner)
	o.Private(owner + "/app")
	o.Collaborator(owner+"/app", "robo-"+owner, standin.Write)
	o.clients[owner] = o.client("robo-" + owner)
}

func TestALaneThatWaitsHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.another("umbrella")
	o.fault("repos/get", standin.Fault{Kind: standin.PrimaryExhausted, Wait: time.Hour})
	waits := o.want(o.at("https://github.com/acme/vault"))
	o.run()
	o.inState(waits.ID, delivery.Pending)
	goes := o.want(o.at("https://github.com/umbrella/app"))
	o.run()
	o.inState(goes.ID, delivery.Sent)
	o.inState(waits.ID, delivery.Pending)
	o.wellBehaved()
}

// slow is a tracker that does not answer for some places until the request is given up, by
// the office's clock.
type slow struct {
	delivery.Tracker
	office *office
	asked  *int
	places []delivery.Place
}

func (s slow) Facts(ctx context.Context, place delivery.Place) (delivery.Facts, error) {
	if !slices.Contains(s.places, place) {
		return s.Tracker.Facts(ctx, place)
	}
	*s.asked++
	s.office.clock.Advance(settings().Timeout)
	return delivery.Facts{}, &delivery.Error{Trouble: delivery.Lost, Reason: "it did not answer"}
}

func TestARepositoryThatDoesNotAnswerHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	o := open(t)
	asked := 0
	o.courier = o.hire(slow{o.tracker, o, &asked, []delivery.Place{"acme/api"}})
	for range 10 { // they come first by name, and by time
		o.want(o.at("https://github.com/acme/api"))
	}
	goes := o.want(o.at("https://github.com/acme/vault"))
	o.run()
	o.inState(goes.ID, delivery.Sent)
	if asked != 1 {
		t.Errorf("a place that did not answer was asked %d times in a run, want once", asked)
	}
	o.pass(10 * time.Minute)
	if asked > 8 { // 15 s, 30 s, 1 min, 2 min, 4 min
		t.Errorf("it was asked %d times in ten minutes", asked)
	}
}

// Where many issues are to be told of in one, the place is asked before any is made.
func TestRepositoriesThatDoNotAnswerAndAreToHaveGroupsHoldUpNoOther(t *testing.T) {
	t.Parallel()
	o := open(t, func(s *delivery.Settings) { s.GroupFrom = 3 })
	asked := 0
	o.courier = o.hire(slow{o.tracker, o, &asked, []delivery.Place{"acme/api", "acme/shop"}}, o.changes...)
	goes := o.want(o.at("https://github.com/acme/vault"))
	o.clock.Advance(time.Second)
	for _, place := range []string{"acme/api", "acme/shop"} {
		for range 3 {
			o.want(o.at("https://github.com/" + place))
		}
	}
	o.run() // which has time for one that does not answer
	o.inState(goes.ID, delivery.Sent)
	if asked == 0 {
		t.Error("no place was asked that does not answer")
	}
}

func TestPlacesInALaneTakeTurns(t *testing.T) {
	t.Parallel()
	o := open(t)
	for range 18 {
		o.want()
	}
	last := o.want(o.at("https://github.com/acme/vault"))
	o.run()
	o.inState(last.ID, delivery.Sent)
	if n := len(o.Issues("acme/shop")); n == 0 || n >= 18 {
		t.Errorf("%d issues in the first run, want some and not all", n)
	}
}

func TestALaneWhoseCredentialsAreNotTakenRestsAndGoesOnWithOthers(t *testing.T) {
	t.Parallel()
	o := open(t)
	token := o.Token("robo")
	o.Revoke(token)
	good := o.clients["acme"]
	o.clients["acme"] = o.with(token, "robo")
	i := o.want()
	o.run()
	if d := o.inState(i.ID, delivery.Pending); !strings.Contains(d.Problem, "credentials") {
		t.Errorf("the problem is %q", d.Problem)
	}
	asked := len(o.Requests())
	o.pass(4 * time.Minute)
	if now := len(o.Requests()); now != asked {
		t.Errorf("%d requests meanwhile", now-asked)
	}
	o.clients["acme"] = good
	o.pass(2 * time.Minute)
	o.inState(i.ID, delivery.Sent)
}

func TestWhatMayNotBeMadeYetHoldsUpNoChange(t *testing.T) {
	t.Parallel()
	o := open(t, func(s *delivery.Settings) { s.Limits.ContentHour = 1 })
	made := o.want(o.at("https://github.com/acme/vault"))
	o.run()
	waits := o.want() // it comes first by the name of its repository
	o.run()
	o.change(made.ID, func(i *issues.Issue) { i.Title = "Budget spent more" })
	o.run()
	if is := o.alone("acme/vault"); is.Title != "Budget spent more" {
		t.Errorf("it is titled %q while another may not be made yet", is.Title)
	}
	d := o.inState(waits.ID, delivery.Pending)
	if d.DueAt == nil || d.DueAt.Sub(o.clock.Now()) < 50*time.Minute {
		t.Errorf("it is due at %s, want when there is room again", d.DueAt)
	}
	o.clock.Advance(time.Hour + 10*time.Second) // what is counted is rounded up by as much
	o.run()
	o.inState(waits.ID, delivery.Sent)
	o.wellBehaved()
}

// A run has time for twelve writes.
func TestRepositoriesWithMuchToDoStarveNoOther(t *testing.T) {
	t.Parallel()
	o := open(t)
	var all []issues.Issue
	for n := range 15 {
		name := fmt.Sprintf("acme/app-%c", 'a'+n)
		o.Private(name)
		o.Collaborator(name, "robo", standin.Write)
		all = append(all, o.want(o.at("https://github.com/"+name)))
	}
	o.pass(2 * time.Minute)
	o.change(all[14].ID, func(i *issues.Issue) { i.Title = "Budget spent more" })
	for range 3 {
		o.clock.Advance(time.Second)
		for _, busy := range all[:14] {
			o.change(busy.ID, func(i *issues.Issue) { i.Title += "!" })
		}
		o.run()
	}
	if is := o.alone("acme/app-o"); is.Title != "Budget spent more" {
		t.Errorf("the last repository's is titled %q after three runs", is.Title)
	}
}
