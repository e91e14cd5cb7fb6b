package standin_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-github/v60/github"

	"github.com/evenkeel/evenkeel/services/issues/github/standin"
)

const secret = "a secret of the test"

var hooked = standin.Options{WebhookSecret: secret}

// received is what a program makes of a delivery: its signature is checked and its
// event is parsed by go-github.
func received(t *testing.T, d standin.Delivery) any {
	t.Helper()
	r, err := d.Request(t.Context(), "http://127.0.0.1/webhooks/github")
	if err != nil {
		t.Fatal(err)
	}
	payload, err := github.ValidatePayload(r, []byte(secret))
	if err != nil {
		t.Fatalf("%s %s: %v", d.Event, d.Action, err)
	}
	event, err := github.ParseWebHook(github.WebHookType(r), payload)
	if err != nil {
		t.Fatalf("%s %s: %v", d.Event, d.Action, err)
	}
	if github.DeliveryID(r) != d.ID {
		t.Errorf("the delivery %s is named %s", d.ID, github.DeliveryID(r))
	}
	return event
}

func told(deliveries []standin.Delivery) []string {
	var names []string
	for _, d := range deliveries {
		names = append(names, strings.TrimSpace(d.Event+" "+d.Action))
	}
	return names
}

func TestWhatPeopleDoIsToldByWebhooks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		do   func(w *world, adam standin.Person)
		want []string
		has  func(event any) bool // of the last
	}{
		{"close as not planned", func(_ *world, adam standin.Person) { adam.Close("acme/api", 1, "not_planned") }, []string{"issues closed"}, func(event any) bool {
			e := event.(*github.IssuesEvent)
			return e.GetIssue().GetState() == "closed" && e.GetIssue().GetStateReason() == "not_planned" && e.GetSender().GetLogin() == "adam"
		}},
		{"close and reopen", func(_ *world, adam standin.Person) {
			adam.Close("acme/api", 1, "completed")
			adam.Reopen("acme/api", 1)
		}, []string{"issues closed", "issues reopened"}, func(event any) bool {
			return event.(*github.IssuesEvent).GetIssue().GetState() == "open"
		}},
		{"edit the title", func(_ *world, adam standin.Person) { adam.Retitle("acme/api", 1, "Another") }, []string{"issues edited"}, func(event any) bool {
			e := event.(*github.IssuesEvent)
			return e.GetChanges().GetTitle().GetFrom() == "x" && e.GetIssue().GetTitle() == "Another"
		}},
		{"edit the body", func(_ *world, adam standin.Person) { adam.Rewrite("acme/api", 1, "Words") }, []string{"issues edited"}, func(event any) bool {
			return event.(*github.IssuesEvent).GetIssue().GetBody() == "Words"
		}},
		{"label and unlabel", func(_ *world, adam standin.Person) {
			adam.Label("acme/api", 1, "quiet")
			adam.Unlabel("acme/api", 1, "quiet")
		}, []string{"issues labeled", "issues unlabeled"}, func(event any) bool {
			e := event.(*github.IssuesEvent)
			return e.GetLabel().GetName() == "quiet" && len(e.GetIssue().Labels) == 0
		}},
		{"assign", func(_ *world, adam standin.Person) { adam.Assign("acme/api", 1, "wanda", "ole") }, []string{"issues assigned"}, func(event any) bool {
			return event.(*github.IssuesEvent).GetAssignee().GetLogin() == "wanda"
		}},
		{"comment", func(_ *world, adam standin.Person) { adam.Comment("acme/api", 1, "/dispute") }, []string{"issue_comment created"}, func(event any) bool {
			e := event.(*github.IssueCommentEvent)
			return e.GetComment().GetBody() == "/dispute" && e.GetComment().GetUser().GetLogin() == "adam" && e.GetIssue().GetNumber() == 1
		}},
		{"lock and unlock", func(_ *world, adam standin.Person) {
			adam.Lock("acme/api", 1, "spam")
			adam.Unlock("acme/api", 1)
		}, []string{"issues locked", "issues unlocked"}, func(event any) bool { return !event.(*github.IssuesEvent).GetIssue().GetLocked() }},
		{"transfer", func(_ *world, adam standin.Person) { adam.Transfer("acme/api", 1, "acme/vault") }, []string{"issues transferred", "issues opened"}, func(event any) bool {
			return event.(*github.IssuesEvent).GetRepo().GetFullName() == "acme/vault"
		}},
		{"delete", func(_ *world, adam standin.Person) { adam.Delete("acme/api", 1) }, []string{"issues deleted"}, func(event any) bool {
			return event.(*github.IssuesEvent).GetIssue().GetNumber() == 1
		}},
		{"rename the repository", func(_ *world, adam standin.Person) { adam.RenameRepository("acme/api", "gateway") }, []string{"repository renamed"}, func(event any) bool {
			e := event.(*github.RepositoryEvent)
			return e.GetChanges().GetRepo().GetName().GetFrom() == "api" && e.GetRepo().GetFullName() == "acme/gateway"
		}},
		{"transfer the repository", func(w *world, adam standin.Person) {
			w.Organization("other")
			adam.TransferRepository("acme/api", "other")
		}, []string{"repository transferred"}, func(event any) bool {
			e := event.(*github.RepositoryEvent)
			return e.GetChanges().GetOwner().GetOwnerInfo().GetOrg().GetLogin() == "acme" && e.GetOrg().GetLogin() == "other"
		}},
		{"archive and unarchive", func(_ *world, adam standin.Person) {
			adam.Archive("acme/api")
			adam.Unarchive("acme/api")
		}, []string{"repository archived", "repository unarchived"}, func(event any) bool { return !event.(*github.RepositoryEvent).GetRepo().GetArchived() }},
		{"publicize and privatize", func(_ *world, adam standin.Person) {
			adam.Publicize("acme/vault")
			adam.Privatize("acme/vault")
		}, []string{"repository publicized", "repository privatized"}, func(event any) bool { return event.(*github.RepositoryEvent).GetRepo().GetPrivate() }},
		{"delete the repository", func(_ *world, adam standin.Person) { adam.DeleteRepository("acme/api") }, []string{"repository deleted"}, func(event any) bool {
			return event.(*github.RepositoryEvent).GetRepo().GetFullName() == "acme/api"
		}},
		{"disable issues, which is told to nobody", func(_ *world, adam standin.Person) { adam.DisableIssues("acme/api") }, nil, nil},
		{"close what is closed, which changes nothing", func(_ *world, adam standin.Person) {
			adam.Close("acme/api", 1, "completed")
			adam.Close("acme/api", 1, "completed")
		}, []string{"issues closed"}, nil},
		{"install, suspend, unsuspend, uninstall", func(w *world, adam standin.Person) {
			id := w.Install(w.App("acme", "evenkeel"), "acme", standin.Permissions{"issues": "write"})
			adam.Suspend(id)
			adam.Unsuspend(id)
			adam.Uninstall(id)
		}, []string{"installation created", "installation suspend", "installation unsuspend", "installation deleted"}, func(event any) bool {
			return event.(*github.InstallationEvent).GetInstallation().GetAccount().GetLogin() == "acme"
		}},
		{"grant more, and for another repository", func(w *world, _ standin.Person) {
			id := w.Install(w.App("acme", "evenkeel"), "acme", nil, "acme/vault")
			w.Grant(id, standin.Permissions{"issues": "write"})
			w.Reach(id, "acme/api")
		}, []string{"installation created", "installation new_permissions_accepted", "installation_repositories added"}, func(event any) bool {
			e := event.(*github.InstallationRepositoriesEvent)
			return len(e.RepositoriesAdded) == 1 && e.RepositoriesAdded[0].GetFullName() == "acme/api" && e.GetInstallation().GetPermissions().GetIssues() == "write"
		}},
		{"ping", func(w *world, _ standin.Person) { w.Ping("acme/api") }, []string{"ping"}, func(event any) bool {
			return event.(*github.PingEvent).GetRepo().GetFullName() == "acme/api"
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := build(t, hooked)
			w.mustCreate("x")
			w.Deliveries()
			c.do(w, w.Person("adam"))
			deliveries := w.Deliveries()
			if got := told(deliveries); !slices.Equal(got, c.want) {
				t.Fatalf("told is %v, want %v", got, c.want)
			}
			for i, d := range deliveries {
				if event := received(t, d); i == len(deliveries)-1 && c.has != nil && !c.has(event) {
					t.Errorf("%s %s: %s", d.Event, d.Action, d.Body)
				}
			}
		})
	}
}

func TestWhatProgramsDoIsToldToo(t *testing.T) {
	t.Parallel()
	options := hooked
	options.TokenClock = machine.TokenClock
	w := build(t, options)
	client, _, id := w.install(standin.Permissions{"issues": "write"})
	w.Deliveries()
	must[*github.Issue](t)(client.Issues.Create(t.Context(), "acme", "api", &github.IssueRequest{Title: ptr("x"), Labels: &[]string{"slo", "p1"}}))
	must[*github.Issue](t)(client.Issues.Edit(t.Context(), "acme", "api", 1, &github.IssueRequest{State: ptr("closed"), Labels: &[]string{"slo"}}))
	must[*github.Issue](t)(client.Issues.Edit(t.Context(), "acme", "api", 1, &github.IssueRequest{State: ptr("closed"), Labels: &[]string{"slo"}})) // nothing new
	deliveries := w.Deliveries()
	want := []string{"issues opened", "issues labeled", "issues labeled", "issues unlabeled", "issues closed"}
	if got := told(deliveries); !slices.Equal(got, want) {
		t.Errorf("told is %v, want %v", got, want)
	}
	for _, d := range deliveries {
		e := received(t, d).(*github.IssuesEvent)
		if e.GetSender().GetLogin() != "evenkeel[bot]" || e.GetInstallation().GetID() != id || e.GetOrg().GetLogin() != "acme" {
			t.Errorf("%s is by %s, of installation %d, in %s", d.Action, e.GetSender().GetLogin(), e.GetInstallation().GetID(), e.GetOrg().GetLogin())
		}
	}
}

// go-github's type drops where an issue went, so it is read from the payload.
func TestATransferNamesBothIssues(t *testing.T) {
	t.Parallel()
	w := build(t, hooked)
	w.mustCreate("x")
	w.Person("adam").Open("acme/vault", "there before", "")
	w.Deliveries()
	if number := w.Person("adam").Transfer("acme/api", 1, "acme/vault"); number != 2 {
		t.Fatalf("its number is %d, want 2", number)
	}
	deliveries := w.Deliveries()
	var left, arrived struct {
		Issue   struct{ Number int }
		Changes struct {
			NewIssue      struct{ Number int } `json:"new_issue"`
			NewRepository struct {
				FullName string `json:"full_name"`
			} `json:"new_repository"`
			OldIssue struct{ Number int } `json:"old_issue"`
		}
	}
	for i, into := range []any{&left, &arrived} {
		if err := json.Unmarshal(deliveries[i].Body, into); err != nil {
			t.Fatal(err)
		}
	}
	if left.Issue.Number != 1 || left.Changes.NewIssue.Number != 2 || left.Changes.NewRepository.FullName != "acme/vault" {
		t.Errorf("where it left: %+v", left)
	}
	if arrived.Issue.Number != 2 || arrived.Changes.OldIssue.Number != 1 {
		t.Errorf("where it arrived: %+v", arrived)
	}
}

func TestASignatureIsOfTheBytes(t *testing.T) {
	t.Parallel()
	w := build(t, hooked)
	w.mustCreate("x")
	d := w.Deliveries()[0]
	d.Body = append(d.Body, ' ')
	r, err := d.Request(t.Context(), "http://127.0.0.1/")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := github.ValidatePayload(r, []byte(secret)); err == nil {
		t.Error("a body with a space more has the same signature")
	}
	if r.Method != http.MethodPost || r.Header.Get("X-GitHub-Event") != "issues" {
		t.Errorf("it is sent as %s of %q", r.Method, r.Header.Get("X-GitHub-Event"))
	}
}

func TestDeliveriesAreScrambledBySeed(t *testing.T) {
	t.Parallel()
	w := build(t, hooked)
	for range 40 {
		w.Person("adam").Open("acme/api", "x", "")
	}
	sent := w.Deliveries()
	if got := w.Deliveries(); len(got) > 0 {
		t.Errorf("taken twice: %v", told(got))
	}
	ids := func(deliveries []standin.Delivery) (ids []string) {
		for _, d := range deliveries {
			ids = append(ids, d.ID)
		}
		return ids
	}
	first, again, other := ids(standin.Scramble(1, sent, 0.2, 0.2)), ids(standin.Scramble(1, sent, 0.2, 0.2)), ids(standin.Scramble(2, sent, 0.2, 0.2))
	if !slices.Equal(first, again) || slices.Equal(first, other) {
		t.Errorf("seed 1: %v, again: %v, seed 2: %v", first, again, other)
	}
	counts := map[string]int{}
	for _, id := range first {
		counts[id]++
	}
	var lost, twice int
	for _, d := range sent {
		switch counts[d.ID] {
		case 0:
			lost++
		case 2:
			twice++
		}
	}
	if lost == 0 || twice == 0 || slices.IsSorted(first) {
		t.Errorf("of 40, %d are lost, %d come twice, in order: %t", lost, twice, slices.IsSorted(first))
	}
	if got := ids(standin.Scramble(3, sent, 0, 0)); len(got) != 40 {
		t.Errorf("with no odds %d of 40 arrive", len(got))
	}
}
