package inbox_test

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/issues/inbox"
)

// storetest keeps one connection pool to the PostgreSQL server of the tests.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("database/sql.(*DB).connectionOpener"))
}

// reader says of each delivery what the test chose; of the others that an issue
// with the delivery's name as its node changed.
type reader map[string]inbox.Happening

func (r reader) Read(_ context.Context, d inbox.Delivery) (inbox.Happening, error) {
	if d.Event == "unreadable" {
		return inbox.Happening{}, errors.New("the payload is no JSON")
	}
	if h, chosen := r[d.ID]; chosen {
		return h, nil
	}
	return inbox.Happening{Kind: inbox.IssueChanged, Issue: inbox.Issue{NodeID: d.ID}}, nil
}

// tracked remembers what it is told, and fails as long as the test has it fail.
type tracked struct {
	told    []string
	tickets []string
	fail    map[string]error
	ours    id.ID
}

func (k *tracked) IssueChanged(_ context.Context, at inbox.Issue) error {
	if err := k.fail[at.NodeID]; err != nil {
		return err
	}
	k.told = append(k.told, at.NodeID)
	return nil
}
func (k *tracked) Ticket(_ context.Context, at inbox.Issue, is inbox.IssueState) error {
	k.tickets = append(k.tickets, at.NodeID+" "+is.Title)
	return nil
}
func (k *tracked) IssueMoved(context.Context, inbox.Issue, inbox.Issue) error { return nil }
func (k *tracked) RepositoryChanged(context.Context, inbox.Repository, string) error {
	return nil
}
func (k *tracked) PlacesBack(context.Context, string, []string) error { return nil }
func (k *tracked) Desired(context.Context, inbox.Issue) (id.ID, bool, error) {
	return k.ours, k.ours != "", nil
}
func (k *tracked) Command(_ context.Context, issue id.ID, c inbox.Command) error {
	k.told = append(k.told, string(issue)+" "+c.Name+" "+c.By)
	return nil
}

// room is a worker over a real database.
type room struct {
	t       *testing.T
	store   *store.Store
	clock   *clock.Manual
	inbox   *inbox.Inbox
	worker  *inbox.Worker
	tracked *tracked
}

func furnish(t *testing.T, s *store.Store, says reader) *room {
	t.Helper()
	r := &room{t: t, store: s, clock: clock.NewManual(storetest.Start), tracked: &tracked{fail: map[string]error{}}}
	r.inbox = inbox.New(s.Inbox(), s, r.clock.Now)
	r.worker = inbox.NewWorker(inbox.Parts{
		Store: s.Inbox(), Runner: s, Reader: says, Tracked: r.tracked, Commands: r.tracked, Tickets: r.tracked, Clock: r.clock.Now, Logger: slog.New(slog.DiscardHandler),
	})
	return r
}

func (r *room) accept(event string, ids ...string) {
	r.t.Helper()
	for _, id := range ids {
		if fresh, err := r.inbox.Accept(r.t.Context(), inbox.Delivery{ID: id, Event: event, Action: "closed", Repository: "acme/api", Payload: []byte("{}")}); err != nil || !fresh {
			r.t.Fatalf("%s: %t, %v", id, fresh, err)
		}
	}
}

// runs holds the counts of a run to what is wanted, and returns its error.
func (r *room) runs(worked, retried, givenUp int64) error {
	r.t.Helper()
	counts, err := r.worker.RunOnce(r.t.Context())
	if want := map[string]int64{"worked": worked, "retried": retried, "given_up": givenUp}; !maps.Equal(counts, want) {
		r.t.Fatalf("the run counts %v (%v), want %v", counts, err, want)
	}
	return err
}

func (r *room) succeeds(worked, retried int64) {
	r.t.Helper()
	if err := r.runs(worked, retried, 0); err != nil {
		r.t.Fatal(err)
	}
}

func TestDeliveriesAreWorkedOffOnceTheOldestFirst(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := furnish(t, s, nil)
		var want []string
		for range 250 { // more than two chunks
			name := strings.Repeat("x", len(want)+1)
			r.accept("issues", name)
			want = append(want, name)
			r.clock.Advance(time.Millisecond)
		}
		r.succeeds(250, 0)
		if !slices.Equal(r.tracked.told, want) {
			t.Errorf("told were %d in another order", len(r.tracked.told))
		}
		r.succeeds(0, 0)
		if fresh, err := r.inbox.Accept(t.Context(), inbox.Delivery{ID: "x", Event: "issues"}); err != nil || fresh {
			t.Errorf("a delivery that was worked off is new: %t, %v", fresh, err)
		}
		r.succeeds(0, 0)
	})
}

func TestWhatFailsIsTriedAgainLaterAndHoldsNothingUp(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := furnish(t, s, nil)
		r.accept("issues", "a", "bad", "c")
		r.tracked.fail["bad"] = errors.New("no route to\x00 the \xff database")
		r.succeeds(2, 1)
		if want := []string{"a", "c"}; !slices.Equal(r.tracked.told, want) {
			t.Errorf("told were %v, want %v", r.tracked.told, want)
		}
		// 30 s, then a minute, then two.
		for _, wait := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute} {
			r.clock.Advance(wait - time.Microsecond)
			r.succeeds(0, 0)
			r.clock.Advance(time.Microsecond)
			r.succeeds(0, 1)
		}
		delete(r.tracked.fail, "bad")
		r.clock.Advance(4 * time.Minute)
		r.succeeds(1, 0)
	})
}

func TestWhatAlwaysFailsIsGivenUpWhereItIsSeen(t *testing.T) {
	t.Parallel()
	r := furnish(t, storetest.SQLite(t), nil)
	r.accept("issues", "bad")
	r.tracked.fail["bad"] = errors.New("no route")
	attempts := 1
	for r.succeeds(0, 1); attempts < 7; attempts++ {
		r.clock.Advance(time.Hour)
		r.succeeds(0, 1)
	}
	r.clock.Advance(time.Hour)
	err := r.runs(0, 0, 1)
	if e := fault.As(err); e == nil || e.Code != "deliveries_given_up" || !strings.Contains(e.Message, "bad (issues closed of acme/api) after 8 attempts") {
		t.Errorf("the run says %v", err)
	}
	r.clock.Advance(24 * time.Hour)
	r.succeeds(0, 0)
	if fresh, err := r.inbox.Accept(t.Context(), inbox.Delivery{ID: "bad", Event: "issues"}); err != nil || fresh {
		t.Errorf("what was given up is new: %t, %v", fresh, err)
	}
}

func TestWhatCannotBeReadIsGivenUpAtOnce(t *testing.T) {
	t.Parallel()
	r := furnish(t, storetest.SQLite(t), nil)
	r.accept("unreadable", "bad")
	r.accept("issues", "good")
	if err := r.runs(1, 0, 1); !fault.Is(err, fault.Conflict) {
		t.Errorf("the run says %v", err)
	}
	r.succeeds(0, 0)
}

func TestARunUnderALostLeaseWritesNothing(t *testing.T) {
	t.Parallel()
	r := furnish(t, storetest.SQLite(t), nil)
	r.accept("issues", "a", "b")
	ctx := tx.WithFence(t.Context(), tx.Fence{Lease: "work-webhooks", Epoch: 1}) // nobody has taken it
	if _, err := r.worker.RunOnce(ctx); !tx.IsLeaseLost(err) {
		t.Fatalf("the run says %v", err)
	}
	r.tracked.told = nil
	r.tracked.fail["b"] = tx.LeaseLost("another replica has it")
	if counts, err := r.worker.RunOnce(t.Context()); !tx.IsLeaseLost(err) || counts["worked"] != 0 {
		t.Fatalf("the run counts %v and says %v", counts, err)
	}
	delete(r.tracked.fail, "b")
	r.succeeds(2, 0)
}

func TestOnlyPeopleCommandAndOnlyOnIssuesOfOurs(t *testing.T) {
	t.Parallel()
	says := func(of inbox.Sender, body string) inbox.Happening {
		return inbox.Happening{Kind: inbox.Commented, Sender: of, Comment: inbox.Comment{ID: 1, Body: body}}
	}
	r := furnish(t, storetest.SQLite(t), reader{
		"person": says(inbox.Sender{Login: "wanda"}, "/evenkeel dispute it"),
		"bot":    says(inbox.Sender{Login: "robot[bot]", Bot: true}, "/evenkeel dispute it"),
		"self":   says(inbox.Sender{Login: "us", Self: true}, "/evenkeel dispute it"),
		"talk":   says(inbox.Sender{Login: "wanda"}, "Is it?"),
		"theirs": says(inbox.Sender{Login: "wanda"}, "/evenkeel dispute it"),
	})
	r.tracked.ours = "ISSUE"
	r.accept("issue_comment", "person", "bot", "self", "talk")
	r.succeeds(4, 0)
	r.tracked.ours = ""
	r.accept("issue_comment", "theirs")
	r.succeeds(1, 0)
	if want := []string{"ISSUE dispute wanda"}; !slices.Equal(r.tracked.told, want) {
		t.Errorf("commands were %q, want %q", r.tracked.told, want)
	}
}

func TestOnlyIssuesOfPeoplesOwnAreTickets(t *testing.T) {
	t.Parallel()
	happened := inbox.Happening{Kind: inbox.IssueChanged, Issue: inbox.Issue{NodeID: "n"}, State: inbox.IssueState{Title: "Renew"}}
	moved, self := happened, happened
	moved.Kind, self.Sender.Self = inbox.IssueMoved, true
	moved.State = inbox.IssueState{}
	r := furnish(t, storetest.SQLite(t), reader{"ours": happened, "theirs": happened, "moved": moved, "self": self})
	r.tracked.ours = "ISSUE"
	r.accept("issues", "ours")
	r.succeeds(1, 0)
	r.tracked.ours = ""
	r.accept("issues", "theirs", "moved", "self")
	r.succeeds(3, 0)
	slices.Sort(r.tracked.tickets) // one that moved is none any more where it was
	if want := []string{"n ", "n Renew"}; !slices.Equal(r.tracked.tickets, want) {
		t.Errorf("tickets were %q, want %q", r.tracked.tickets, want)
	}
}

func TestDeliveriesAreForgottenOnceTheyAreOldAndDone(t *testing.T) {
	t.Parallel()
	r := furnish(t, storetest.SQLite(t), nil)
	r.accept("issues", "done", "waiting")
	r.tracked.fail["waiting"] = errors.New("no route")
	r.succeeds(1, 1)
	for _, step := range []struct {
		after time.Duration
		want  int
	}{{7 * 24 * time.Hour, 0}, {time.Microsecond, 1}} {
		r.clock.Advance(step.after)
		if n, err := r.inbox.Prune(t.Context(), 7*24*time.Hour); err != nil || n != step.want {
			t.Errorf("forgotten were %d (%v), want %d", n, err, step.want)
		}
	}
}
