package issues_test

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/inbox"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/registry"
)

// violated is a house with one open violation and its issue.
func violated(t *testing.T, s *store.Store) (*house, policy.Violation, issues.Issue) {
	t.Helper()
	h := buildOn(t, s)
	h.attach(policy.Warn)
	h.spend(137)
	h.pass(1, 0, 0)
	v, issue := h.theIssue()
	return h, v, issue
}

func (h *house) events(v policy.Violation) []policy.Event {
	h.t.Helper()
	list, err := h.policies.Events(h.admin(), v.ID, page.Request{})
	h.must(err)
	return list.Items
}

// system is the job that works webhooks off.
func (h *house) system() context.Context {
	return access.WithCaller(h.t.Context(), access.System("work-webhooks"))
}

func TestADisputeInACommentIsAnEventOnceForEachComment(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h, v, issue := violated(t, s)
		for _, part := range []string{"`/evenkeel dispute`", "(<https://evenkeel.example.org/violations/" + string(v.ID) + ">)"} {
			if !strings.Contains(issue.Body, part) {
				t.Errorf("the body lacks %q:\n%s", part, issue.Body)
			}
		}
		commands := issues.NewCommands(s.Issues(), h.policies)
		said := h.clock.Now().Add(-time.Minute)
		c := inbox.Command{
			Name: "dispute", Text: "The load test <b>was</b> counted, @everyone.", By: "wanda", At: said,
			Comment: inbox.Comment{ID: 7, URL: "https://github.example/acme/api/issues/1#issuecomment-7"},
		}
		for range 3 { // it is delivered again
			h.must(commands.Command(h.system(), issue.ID, c))
		}
		again, unknown := c, c
		again.Comment.ID, again.Text, again.Comment.URL = 8, "", "javascript:alert(1)"
		again.At = said.Add(time.Second)
		h.must(commands.Command(h.system(), issue.ID, again))
		unknown.Name, unknown.Comment.ID = "approve", 9
		h.must(commands.Command(h.system(), issue.ID, unknown))

		events := h.events(v)
		if len(events) != 2 {
			t.Fatalf("events are %+v", events)
		}
		second, first := events[0], events[1]
		if want := (policy.Event{
			ID: first.ID, Violation: v.ID, Kind: policy.Disputed, At: said, By: "wanda", Via: policy.ViaComment, Text: c.Text, Link: c.Comment.URL, Source: "comment 7",
		}); first != want {
			t.Errorf("the first is %+v, want %+v", first, want)
		}
		if second.Link != "" || second.Text != "" || second.Source != "comment 8" {
			t.Errorf("the second is %+v", second)
		}
		v.Handling.Dispute = &policy.Dispute{At: said, By: "wanda", Reason: c.Text}
		v.Version++
		if now, _ := h.theIssue(); !reflect.DeepEqual(now, v) {
			t.Errorf("the violation is another: %+v", now)
		}
		entries, err := h.audit.List(h.admin(), audit.Filter{ObjectID: v.ID}, page.Request{})
		h.must(err)
		disputes := 0
		for _, e := range entries.Items {
			if e.Action == "dispute.create" {
				disputes++
				if e.Team != h.team.ID || !strings.HasPrefix(e.Reason, "wanda wrote on the issue: ") {
					t.Errorf("the log says %+v", e)
				}
			}
		}
		if disputes != 2 {
			t.Errorf("the log has %d disputes: %+v", disputes, entries.Items)
		}
	})
}

func TestADisputeOfAGroupIsPassedOver(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.attach(policy.Warn)
	_, wanted := h.overspend()
	group, _ := h.gather("", wanted...)
	commands := issues.NewCommands(h.store.Issues(), h.policies)
	h.must(commands.Command(h.system(), group.ID, inbox.Command{Name: "dispute", Text: "not ours", By: "wanda", At: h.clock.Now(), Comment: inbox.Comment{ID: 7}}))
	for _, v := range h.violations() {
		if events := h.events(v); len(events) != 0 {
			t.Errorf("%s has the events %+v", v.ID, events)
		}
	}
}

func TestWhatIsWrittenElsewhereIsMadePlainAndShort(t *testing.T) {
	t.Parallel()
	h, v, issue := violated(t, storetest.SQLite(t))
	commands := issues.NewCommands(h.store.Issues(), h.policies)
	for n, c := range []struct{ text, want string }{
		{"\u202eright to left\u202c", "right to left"},
		{"a\x00b\xffc\u200b\nd\te", "abc\nd\te"},
		{strings.Repeat("é", registry.MaxReason), strings.Repeat("é", registry.MaxReason)},
		{strings.Repeat("é", registry.MaxReason+1), strings.Repeat("é", registry.MaxReason-1) + "…"},
		{strings.Repeat("\u200b", 5000) + "x", "x"},
	} {
		h.clock.Advance(time.Second)
		h.must(commands.Command(h.system(), issue.ID, inbox.Command{Name: "dispute", Text: c.text, By: "wan\u202eda", At: h.clock.Now(), Comment: inbox.Comment{ID: int64(n + 1)}}))
		if e := h.events(v)[0]; e.Text != c.want || e.By != "wanda" {
			t.Errorf("%.40q is kept as %.40q by %q", c.text, e.Text, e.By)
		}
	}
}

func TestWhoMayDispute(t *testing.T) {
	t.Parallel()
	h, v, _ := violated(t, storetest.SQLite(t))
	grace := storetest.Person(t, h.store, "Grace")
	h.must(h.store.Registry().AddMember(t.Context(), registry.Member{Team: h.team.ID, Person: grace.ID, Name: "Grace", JoinedAt: h.clock.Now()}))
	person := func(of access.Caller) access.Caller {
		of.Kind, of.Scopes = access.ByPerson, append(of.Scopes, access.ScopeWrite)
		return of
	}
	for name, c := range map[string]struct {
		who  access.Caller
		want fault.Kind
	}{
		"a member":                {person(access.Caller{Person: grace.ID, Name: "Grace"}), ""},
		"an administrator":        {person(access.Caller{Person: "ADMIN", Name: "Ada", Administrator: true, Scopes: []access.Scope{access.ScopeAdmin}}), ""},
		"a member who only reads": {access.Caller{Kind: access.ByPerson, Person: grace.ID, Scopes: []access.Scope{access.ScopeRead}}, fault.Forbidden},
		"somebody else":           {person(access.Caller{Person: "EVE", Name: "Eve"}), fault.Forbidden},
		"a workload of the team":  {access.Caller{Kind: access.ByTeam, Team: h.team.ID, Scopes: []access.Scope{access.ScopeWrite}}, fault.Forbidden},
		"nobody":                  {access.Caller{Kind: access.Anonymous}, fault.Unauthenticated},
	} {
		before := len(h.events(v))
		ctx := access.WithCaller(t.Context(), c.who)
		e, err := h.policies.Dispute(ctx, v.ID, " It was planned. ")
		if c.want != "" {
			if !fault.Is(err, c.want) || len(h.events(v)) != before {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		h.must(err)
		if e.By != c.who.Name || e.Text != "It was planned." || e.Via != policy.ViaAPI || e.Kind != policy.Disputed || !e.At.Equal(h.clock.Now()) || len(h.events(v)) != before+1 {
			t.Errorf("%s: %+v", name, e)
		}
		if same, err := h.policies.Event(ctx, v.ID, e.ID); err != nil || same != e {
			t.Errorf("%s: it is read as %+v, %v", name, same, err)
		}
		if _, err := h.policies.Event(ctx, "01KKPB0S0AAAAAAAAAAAAAAAAA", e.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: it is found at another violation: %v", name, err)
		}
	}
	for _, reason := range []string{"", " \n", strings.Repeat("x", registry.MaxReason+1), "\u202ex", "\xff"} {
		if _, err := h.policies.Dispute(h.admin(), v.ID, reason); !fault.Is(err, fault.Invalid) {
			t.Errorf("the reason %.20q: %v", reason, err)
		}
	}
	if _, err := h.policies.Dispute(h.admin(), "01KKPB0S0AAAAAAAAAAAAAAAAA", "It was planned."); !fault.Is(err, fault.NotFound) {
		t.Errorf("of no violation: %v", err)
	}
	if _, err := h.policies.Events(h.admin(), "01KKPB0S0AAAAAAAAAAAAAAAAA", page.Request{}); !fault.Is(err, fault.NotFound) {
		t.Errorf("events of no violation: %v", err)
	}
}
