package github_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/change"
	"github.com/evenkeel/evenkeel/services/issues/github"
	"github.com/evenkeel/evenkeel/services/issues/github/standin"
	"github.com/evenkeel/evenkeel/services/issues/inbox"
)

const secret = "a secret of enough characters"

// receiver takes webhooks into a real database.
func receiver(t *testing.T, s *store.Store, now clock.Clock, secrets ...string) *github.Webhooks {
	t.Helper()
	w, err := github.NewWebhooks(secrets, inbox.New(s.Inbox(), s, now))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func received(d standin.Delivery) github.Webhook {
	return github.Webhook{
		Event: d.Header.Get("X-GitHub-Event"), Delivery: d.Header.Get("X-GitHub-Delivery"),
		Signature: d.Header.Get("X-Hub-Signature-256"), Body: d.Body,
	}
}

func sign(with string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(with))
	mac.Write(body)
	return fmt.Sprintf("sha256=%x", mac.Sum(nil))
}

func TestAWebhookIsVerifiedAsGitHubDocuments(t *testing.T) {
	t.Parallel()
	// The test values of "Validating webhook deliveries" on docs.github.com; OpenSSL agrees.
	const documented, body = "It's a Secret to Everybody", "Hello, World!"
	const signature = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
	const other = "another secret that is long"
	for name, c := range map[string]struct {
		secrets   []string
		body      string
		signature string
		code      string
	}{
		"as documented":              {[]string{documented}, body, "sha256=" + signature, ""},
		"the secret before":          {[]string{other, documented}, body, "sha256=" + signature, ""},
		"the secret after":           {[]string{documented, other}, body, "sha256=" + signature, ""},
		"another secret":             {[]string{other}, body, "sha256=" + signature, "webhook_signature_invalid"},
		"another body":               {[]string{documented}, "Hello, World?", "sha256=" + signature, "webhook_signature_invalid"},
		"a body that goes on":        {[]string{documented}, body + "\n", "sha256=" + signature, "webhook_signature_invalid"},
		"none":                       {[]string{documented}, body, "", "webhook_signature_invalid"},
		"an empty one":               {[]string{documented}, body, "sha256=", "webhook_signature_invalid"},
		"without its algorithm":      {[]string{documented}, body, signature, "webhook_signature_invalid"},
		"of another algorithm":       {[]string{documented}, body, "sha1=" + signature, "webhook_signature_invalid"},
		"a part":                     {[]string{documented}, body, "sha256=" + signature[:62], "webhook_signature_invalid"},
		"more":                       {[]string{documented}, body, "sha256=" + signature + "00", "webhook_signature_invalid"},
		"no hexadecimal":             {[]string{documented}, body, "sha256=" + strings.Repeat("z", 64), "webhook_signature_invalid"},
		"no secret":                  {nil, body, "sha256=" + signature, "webhooks_not_configured"},
		"no secret and an empty key": {nil, body, sign("", []byte(body)), "webhooks_not_configured"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, err := github.NewWebhooks(c.secrets, nil)
			if err != nil {
				t.Fatal(err)
			}
			err = w.Verify(github.Webhook{Signature: c.signature, Body: []byte(c.body)})
			if got := fault.As(err); (got == nil) != (c.code == "") || got != nil && got.Code != c.code {
				t.Errorf("%v, want %q", err, c.code)
			}
		})
	}
}

func TestASecretThatCanBeGuessedIsRefused(t *testing.T) {
	t.Parallel()
	for _, weak := range []string{"", "123456789012345"} {
		if _, err := github.NewWebhooks([]string{secret, weak}, nil); !fault.Is(err, fault.Invalid) || strings.Contains(err.Error(), "12345678") {
			t.Errorf("%q: %v", weak, err)
		}
	}
}

func TestADeliveryIsAcceptedOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		now := clock.NewManual(storetest.Start)
		hub := standin.New(t, standin.Options{Now: now.Now, WebhookSecret: secret})
		hub.User("wanda")
		hub.Public("wanda/api")
		number := hub.Person("wanda").Open("wanda/api", "It is slow", "Very.")
		hub.Ping("wanda/api")
		sent := hub.Deliveries()
		if len(sent) != 2 || sent[0].Event != "issues" || sent[1].Event != "ping" {
			t.Fatalf("sent were %v", sent)
		}
		w := receiver(t, s, now.Now, secret)
		star := github.Webhook{Event: "star", Delivery: "1-a", Body: []byte(`{"action":"created","repository":{"full_name":"wanda/api"}}`)}
		star.Signature = sign(secret, star.Body)
		for _, step := range []struct {
			hook github.Webhook
			want github.WebhookOutcome
		}{
			{received(sent[0]), github.WebhookAccepted}, {received(sent[0]), github.WebhookRepeated},
			{received(sent[1]), github.WebhookPong}, {star, github.WebhookIgnored},
		} {
			if got, err := w.Receive(t.Context(), step.hook); err != nil || got != step.want {
				t.Errorf("%s is %q (%v), want %q", step.hook.Event, got, err, step.want)
			}
		}
		due, err := s.Inbox().DueDeliveries(t.Context(), now.Now(), 10, 1<<20)
		if err != nil || len(due) != 1 {
			t.Fatalf("due are %v (%v)", due, err)
		}
		d := due[0]
		if d.ID != sent[0].ID || d.Event != "issues" || d.Action != "opened" || d.Repository != "wanda/api" || string(d.Payload) != string(sent[0].Body) || number != 1 {
			t.Errorf("kept is %+v", d)
		}
	})
}

func TestAPayloadMayComeInAForm(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	w := receiver(t, s, clock.System, secret)
	payload := `{"action":"closed","issue":{"number":7,"title":"50% & more + äé"},"repository":{"id":5,"full_name":"acme/api"},"sender":{"login":"wanda","type":"User"}}`
	for _, c := range []struct {
		body string
		ok   bool
	}{
		{"payload=" + url.QueryEscape(payload), true}, {"payload=" + url.QueryEscape(payload) + "&payload=x", false},
		{"other=" + url.QueryEscape(payload), false}, {payload, false}, {"payload=%zz", false}, {"payload=", false},
	} {
		hook := github.Webhook{Event: "issues", Delivery: "d-1", Form: true, Body: []byte(c.body), Signature: sign(secret, []byte(c.body))}
		if got, err := w.Receive(t.Context(), hook); c.ok != (err == nil && got == github.WebhookAccepted) || !c.ok && !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %q (%v)", c.body, got, err)
		}
	}
	due, err := s.Inbox().DueDeliveries(t.Context(), time.Now().Add(time.Hour), 10, 1<<20)
	if err != nil || len(due) != 1 || string(due[0].Payload) != payload {
		t.Errorf("kept are %v (%v)", due, err)
	}
}

func TestWhatGitHubWouldNotSendIsRefusedThoughItIsSigned(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	w := receiver(t, s, clock.System, secret)
	for name, hook := range map[string]github.Webhook{
		"no event":                {Delivery: "a", Body: []byte(`{}`)},
		"an event of two lines":   {Event: "issues\nping", Delivery: "a", Body: []byte(`{}`)},
		"no delivery":             {Event: "issues", Body: []byte(`{}`)},
		"a long delivery":         {Event: "issues", Delivery: strings.Repeat("a", 65), Body: []byte(`{}`)},
		"an empty body":           {Event: "issues", Delivery: "a"},
		"no object":               {Event: "issues", Delivery: "a", Body: []byte(`[]`)},
		"half an object":          {Event: "issues", Delivery: "a", Body: []byte(`{"action":"closed"`)},
		"an action with a NUL":    {Event: "issues", Delivery: "a", Body: []byte(`{"action":"clo\u0000sed"}`)},
		"a repository with a NUL": {Event: "issues", Delivery: "a", Body: []byte(`{"action":"closed","repository":{"full_name":"a/b\u0000"}}`)},
	} {
		hook.Signature = sign(secret, hook.Body)
		if got, err := w.Receive(t.Context(), hook); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %q (%v)", name, got, err)
		}
	}
	if due, err := s.Inbox().DueDeliveries(t.Context(), time.Now().Add(time.Hour), 10, 1<<20); err != nil || len(due) != 0 {
		t.Errorf("kept are %v (%v)", due, err)
	}
}

// record remembers what the worker handed on.
type record struct {
	issues   map[inbox.Issue]int
	moved    map[inbox.Issue]inbox.Issue
	former   map[string]string // by the name at present
	back     []string
	commands []inbox.Command
	deployed []change.Deployment
}

func newRecord() *record {
	return &record{issues: map[inbox.Issue]int{}, moved: map[inbox.Issue]inbox.Issue{}, former: map[string]string{}}
}

func (r *record) IssueChanged(_ context.Context, at inbox.Issue) error {
	r.issues[at]++
	return nil
}

func (r *record) Ticket(context.Context, inbox.Issue, inbox.IssueState) error { return nil }

func (r *record) IssueMoved(_ context.Context, from, to inbox.Issue) error {
	r.moved[from] = to
	return nil
}

func (r *record) RepositoryChanged(_ context.Context, now inbox.Repository, former string) error {
	r.former[now.Name] = former
	return nil
}

func (r *record) PlacesBack(_ context.Context, owner string, names []string) error {
	r.back = append(r.back, fmt.Sprint(owner, names))
	return nil
}

func (r *record) Desired(_ context.Context, at inbox.Issue) (id.ID, bool, error) {
	return id.ID(fmt.Sprintf("%s#%d", at.Repository.Name, at.Number)), true, nil
}

func (r *record) Command(_ context.Context, _ id.ID, c inbox.Command) error {
	r.commands = append(r.commands, c)
	return nil
}

func (r *record) Deployed(_ context.Context, in inbox.Repository, d change.Deployment) error {
	if in.Name != "acme/api" {
		return fmt.Errorf("deployed in %+v", in)
	}
	r.deployed = append(r.deployed, d)
	return nil
}

// workOff lets a worker of a real database hand on what is due.
func workOff(t *testing.T, s *store.Store, now clock.Clock, self ...github.Clients) (*record, map[string]int64) {
	t.Helper()
	r := newRecord()
	var clients github.Clients
	if len(self) > 0 {
		clients = self[0]
	}
	counts, err := inbox.NewWorker(inbox.Parts{
		Store: s.Inbox(), Runner: s, Reader: github.NewPayloads(clients), Tracked: r, Commands: r, Deployments: r, Tickets: r, Clock: now, Logger: slog.New(slog.DiscardHandler),
	}).RunOnce(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return r, counts
}

func TestWhatPeopleDoOnGitHubIsRead(t *testing.T) {
	t.Parallel()
	s, now := storetest.SQLite(t), clock.NewManual(storetest.Start)
	hub := standin.New(t, standin.Options{Now: now.Now, WebhookSecret: secret})
	hub.Organization("acme")
	hub.Organization("globex")
	hub.User("wanda")
	api, web, old := hub.Public("acme/api"), hub.Public("acme/web"), hub.Public("acme/old")
	hub.Public("acme/gone")
	hub.Private("acme/later")
	app := hub.App("acme", "evenkeel")
	installed := hub.Install(app, "acme", standin.Permissions{"issues": "read"}, "acme/api", "acme/web", "acme/old", "acme/gone")
	wanda := hub.Person("wanda")
	numbers := map[string]int{}
	for _, title := range []string{"closed", "edited", "labelled", "locked", "deleted", "moved", "commented"} {
		numbers[title] = wanda.Open("acme/api", title, "")
	}
	wanda.OpenPullRequest("acme/api", "A change")
	hub.Deliveries() // what was there before

	node := func(title string) inbox.Issue {
		return inbox.Issue{Repository: inbox.Repository{ID: api, Name: "acme/api"}, Number: numbers[title], NodeID: hub.Issue("acme/api", numbers[title]).NodeID}
	}
	want := map[inbox.Issue]int{node("closed"): 2, node("edited"): 2, node("labelled"): 2, node("locked"): 2, node("deleted"): 1}
	movedFrom := node("moved")
	wanda.Close("acme/api", numbers["closed"], "not_planned")
	wanda.Reopen("acme/api", numbers["closed"])
	wanda.Retitle("acme/api", numbers["edited"], "Another title")
	wanda.Rewrite("acme/api", numbers["edited"], "Another body")
	wanda.Label("acme/api", numbers["labelled"], "quiet")
	wanda.Unlabel("acme/api", numbers["labelled"], "quiet")
	wanda.Lock("acme/api", numbers["locked"], "spam")
	wanda.Unlock("acme/api", numbers["locked"])
	wanda.Delete("acme/api", numbers["deleted"])
	wanda.Comment("acme/api", numbers["commented"], "/evenkeel dispute The load test was counted.\r\n\r\nSee the plan.")
	wanda.Comment("acme/api", numbers["commented"], "Nothing to do with it.")
	moved := wanda.Transfer("acme/api", numbers["moved"], "acme/web")
	wanda.Archive("acme/web")
	wanda.Unarchive("acme/web")
	wanda.RenameRepository("acme/old", "new")
	wanda.TransferRepository("acme/new", "globex")
	wanda.DeleteRepository("acme/gone")
	wanda.Suspend(installed)
	wanda.Unsuspend(installed)
	hub.Grant(installed, standin.Permissions{"issues": "write"})
	hub.Reach(installed, "acme/later")
	wanda.Uninstall(installed)
	wanda.Publicize("acme/later")
	wanda.Privatize("acme/later")
	target := inbox.Issue{Repository: inbox.Repository{ID: web, Name: "acme/web"}, Number: moved, NodeID: hub.Issue("acme/web", moved).NodeID}
	want[target] = 1 // it is opened there

	w := receiver(t, s, now.Now, secret)
	sent := hub.Deliveries()
	states := map[int][]inbox.IssueState{} // by number, in acme/api
	for _, d := range sent {
		h, err := github.NewPayloads(nil).Read(t.Context(), inbox.Delivery{Event: d.Event, Action: d.Action, Payload: d.Body})
		if err != nil {
			t.Fatal(err)
		}
		if h.Kind == inbox.IssueChanged && h.Issue.Repository.ID == api {
			states[h.Issue.Number] = append(states[h.Issue.Number], h.State)
		}
		want := github.WebhookAccepted
		if d.Event == "installation" && (d.Action == "suspend" || d.Action == "deleted") {
			want = github.WebhookIgnored // what it lost is met where something is asked for next
		}
		if got, err := w.Receive(t.Context(), received(d)); err != nil || got != want {
			t.Errorf("%s %s: %q (%v)", d.Event, d.Action, got, err)
		}
	}
	r, counts := workOff(t, s, now.Now)
	if counts["worked"] != int64(len(sent)-2) || counts["retried"] != 0 || counts["given_up"] != 0 {
		t.Errorf("of %d: %v", len(sent), counts)
	}
	if !maps.Equal(r.issues, want) {
		t.Errorf("read again are\n%v, want\n%v", r.issues, want)
	}
	if was := states[numbers["closed"]]; len(was) != 2 || !was[0].Closed.Equal(now.Now().Truncate(time.Second)) || was[0].Title != "closed" || !was[1].Closed.IsZero() {
		t.Errorf("closed and opened again it was %+v", was)
	}
	if was := states[numbers["labelled"]]; len(was) != 2 || !slices.Equal(was[0].Labels, []string{"quiet"}) || len(was[1].Labels) != 0 {
		t.Errorf("labelled and not any more it was %+v", was)
	}
	if was := states[numbers["deleted"]]; len(was) != 1 || was[0].Title != "" {
		t.Errorf("deleted it was %+v", was)
	}
	if wanted := map[inbox.Issue]inbox.Issue{movedFrom: target}; !maps.Equal(r.moved, wanted) {
		t.Errorf("moved are %v, want %v", r.moved, wanted)
	}
	if wanted := map[string]string{"acme/web": "", "acme/new": "acme/old", "globex/new": "acme/new", "acme/gone": "", "acme/later": ""}; !maps.Equal(r.former, wanted) {
		t.Errorf("repositories are %v, want %v (%d is one of them)", r.former, wanted, old)
	}
	back := []string{
		"[acme/web]", "[acme/new acme/old]", "[globex/new acme/new]", // unarchived, renamed, transferred
		"acme[]", "acme[]", "acme[acme/later]", // unsuspended, granted more, granted for another
		"[acme/later]", "[acme/later]", // made public, and private
	}
	if !slices.Equal(r.back, back) {
		t.Errorf("back are %q, want %q", r.back, back)
	}
	if len(r.commands) != 1 {
		t.Fatalf("commands are %v", r.commands)
	}
	comment := hub.Issue("acme/api", numbers["commented"]).Comments[0]
	c := r.commands[0]
	if c.Name != "dispute" || c.Text != "The load test was counted.\n\nSee the plan." || c.By != "wanda" || c.Comment.ID != comment.ID || !strings.HasPrefix(c.Comment.URL, "http") || !c.At.Equal(storetest.Start) {
		t.Errorf("the command is %+v", c)
	}
}

// GitHub documents the states of deployments under "Create a deployment status".
func TestDeploymentsAreReadWithTheTimesAtWhichTheyWereSo(t *testing.T) {
	t.Parallel()
	s, now := storetest.SQLite(t), clock.NewManual(storetest.Start)
	hub := standin.New(t, standin.Options{Now: now.Now, WebhookSecret: secret})
	hub.Organization("acme")
	hub.User("wanda")
	hub.Public("acme/api")
	const sha = "f95f852bd8fca8fcc58a9a2d6c842781e32a215e"
	made := storetest.Start.Truncate(time.Second) // GitHub tells whole seconds
	wanda := hub.Person("wanda")
	deployed := wanda.Deploy("acme/api", standin.Deployment{Ref: "v2.14.0", SHA: sha, Environment: "production", Production: true, Description: "The new basket", Action: true})
	states := map[string]change.State{
		"pending": change.Made, "queued": change.Made, "in_progress": change.Going, "success": change.Done,
		"failure": change.Broken, "error": change.Broken, "inactive": change.Superseded, "waiting": change.Made,
	}
	names := slices.Sorted(maps.Keys(states))
	for _, state := range names {
		now.Advance(time.Minute)
		deployed.Becomes(state)
	}
	migrated := wanda.Deploy("acme/api", standin.Deployment{Ref: sha, SHA: sha, Task: "deploy:migrations", Environment: "staging"})

	w := receiver(t, s, now.Now, secret)
	for _, d := range hub.Deliveries() {
		if got, err := w.Receive(t.Context(), received(d)); err != nil || got != github.WebhookAccepted {
			t.Errorf("%s: %q (%v)", d.Event, got, err)
		}
	}
	r, counts := workOff(t, s, now.Now)
	if counts["worked"] != int64(2+len(states)) || len(r.deployed) != 2+len(states) {
		t.Fatalf("%v, told are %+v", counts, r.deployed)
	}
	first := change.Deployment{
		Source: change.GitHub, ID: fmt.Sprint(deployed.ID), Environment: "production", Production: true, Kind: change.Deploy, Release: "v2.14.0 (f95f852)",
		Link: "https://github.com/acme/api/actions/runs/289782451", Author: "wanda", Note: "The new basket", Created: made, State: change.Made, At: made,
	}
	if r.deployed[0] != first {
		t.Errorf("made is\n%+v, want\n%+v", r.deployed[0], first)
	}
	for i, state := range names {
		want := first
		want.State, want.At = states[state], made.Add(time.Duration(i+1)*time.Minute)
		if r.deployed[1+i] != want {
			t.Errorf("%s is\n%+v, want\n%+v", state, r.deployed[1+i], want)
		}
	}
	last := r.deployed[len(r.deployed)-1]
	if last.ID != fmt.Sprint(migrated.ID) || last.Kind != change.Migration || last.Release != "f95f852" || last.Production || last.Link != "https://github.com/acme/api/commit/"+sha {
		t.Errorf("the migration is %+v", last)
	}
}

func TestAPayloadOfADeploymentThatLacksWhatItIsAboutIsAnError(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ event, payload, wrong string }{
		"no deployment": {"deployment", `{"action":"created","repository":{"full_name":"acme/api"}}`, "does not name a deployment"},
		"no times":      {"deployment", `{"action":"created","deployment":{"id":7},"repository":{"full_name":"acme/api"}}`, "does not name a deployment"},
		"no repository": {"deployment", `{"action":"created","deployment":{"id":7,"created_at":"2026-03-27T12:00:00Z"}}`, "does not name a deployment"},
		"no status":     {"deployment_status", `{"action":"created","deployment":{"id":7,"created_at":"2026-03-27T12:00:00Z"},"repository":{"full_name":"acme/api"}}`, "does not name a deployment"},
		"another state": {"deployment_status", `{"action":"created","deployment":{"id":7,"created_at":"2026-03-27T12:00:00Z"},"deployment_status":{"state":"napping","created_at":"2026-03-27T12:00:00Z"},"repository":{"full_name":"acme/api"}}`, ""},
	} {
		h, err := github.NewPayloads(nil).Read(t.Context(), inbox.Delivery{Event: c.event, Action: "created", Payload: []byte(c.payload)})
		if (err == nil) != (c.wrong == "") || err != nil && !strings.Contains(err.Error(), c.wrong) || err == nil && h.Kind != "" {
			t.Errorf("%s: %+v (%v)", name, h, err)
		}
	}
}

func TestOnesOwnDoingIsNotReadAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		login string
		own   bool
	}{
		"the App's": {"robot[bot]", true},
		// Whose a token is also does things by hand, which count.
		"a token's": {"robot", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, now := storetest.SQLite(t), clock.NewManual(storetest.Start)
			hub := standin.New(t, standin.Options{Now: now.Now, WebhookSecret: secret})
			hub.User("wanda")
			hub.User(c.login)
			hub.Public("wanda/api")
			robot := hub.Person(c.login)
			robot.Comment("wanda/api", robot.Open("wanda/api", "Ours", ""), "/evenkeel dispute Not by itself.")
			w := receiver(t, s, now.Now, secret)
			for _, d := range hub.Deliveries() {
				if _, err := w.Receive(t.Context(), received(d)); err != nil {
					t.Fatal(err)
				}
			}
			r, counts := workOff(t, s, now.Now, tokens{"wanda": {login: strings.ToUpper(c.login)}})
			if own := len(r.issues) == 0 && len(r.commands) == 0; counts["worked"] != 2 || own != c.own {
				t.Errorf("%v: read again are %v, commands %v", counts, r.issues, r.commands)
			}
		})
	}
}

// TestOnABadDayEachIssueThatArrivedIsReadAgain delivers in any order, some twice and
// some never, on both databases.
func TestOnABadDayEachIssueThatArrivedIsReadAgain(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		now := clock.NewManual(storetest.Start)
		hub := standin.New(t, standin.Options{Now: now.Now, WebhookSecret: secret})
		hub.User("wanda")
		id := hub.Public("wanda/api")
		wanda := hub.Person("wanda")
		for range 40 {
			number := wanda.Open("wanda/api", "Slow", "")
			wanda.Close("wanda/api", number, "completed")
			wanda.Reopen("wanda/api", number)
		}
		sent := hub.Deliveries()
		arriving := standin.Scramble(7, sent, 0.4, 0.3)
		w := receiver(t, s, now.Now, secret)
		repeated, seen, want := 0, map[string]bool{}, map[int]int{}
		numbers := map[string]int{} // deliveries come in threes, one for each thing that was done to an issue
		for n, d := range sent {
			numbers[d.ID] = n/3 + 1
		}
		for _, d := range arriving {
			got, err := w.Receive(t.Context(), received(d))
			if err != nil || (got == github.WebhookRepeated) != seen[d.ID] {
				t.Fatalf("%s: %q (%v)", d.ID, got, err)
			}
			if seen[d.ID] {
				repeated++
			} else {
				want[numbers[d.ID]]++
			}
			seen[d.ID] = true
		}
		if repeated == 0 || len(seen) == len(sent) || slices.IsSortedFunc(arriving, func(a, b standin.Delivery) int { return strings.Compare(a.ID, b.ID) }) {
			t.Fatalf("the day was not bad: %d of %d, %d twice", len(seen), len(sent), repeated)
		}
		r, counts := workOff(t, s, now.Now)
		got := map[int]int{}
		for at, n := range r.issues {
			got[at.Number] += n
			if at.Repository.ID != id {
				t.Errorf("%v is in no repository of ours", at)
			}
		}
		if !maps.Equal(got, want) || counts["worked"] != int64(len(seen)) {
			t.Errorf("of %d: %v, read again are\n%v, want\n%v", len(seen), counts, got, want)
		}
		if r, counts := workOff(t, s, now.Now); counts["worked"] != 0 || len(r.issues) != 0 {
			t.Errorf("worked off twice: %v %v", counts, r.issues)
		}
	})
}
