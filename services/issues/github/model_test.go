package github_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/issues/github/standin"
)

// everythingVariable is the environment variable that makes the loops long.
const everythingVariable = "EVENKEEL_TEST_EVERYTHING"

// TestWhateverHappensIssuesAreAsTheModelSays has violations, recoveries, people,
// faults, kills and couriers that stalled come in any order, and holds what is on the
// tracker against what the rules allow: after each step nothing was made twice,
// closed, opened again, labelled or said against them, and no request came before a
// deadline; once all is calm, nothing is forgotten and no two are left open.
func TestWhateverHappensIssuesAreAsTheModelSays(t *testing.T) {
	steps, want := 0, 400
	if os.Getenv(everythingVariable) != "" {
		want = 10_000
	}
	if err := flag.Set("rapid.checks", "5"); err != nil {
		t.Fatal(err)
	}
	for steps < want && !t.Failed() {
		rapid.Check(t, func(rt *rapid.T) {
			m := newMachine(t, rt, func(o *office) runner { return &couriers{office: o, current: o.courier} })
			defer m.end()
			actions := map[string]func(*rapid.T){"": func(*rapid.T) { m.check() }}
			for name, act := range m.actions() {
				actions[name] = func(rt *rapid.T) {
					steps++
					act(drawn{rt})
				}
			}
			rt.Repeat(actions)
			m.calm()
			m.check()
			m.conclude()
		})
	}
	t.Logf("%d steps were taken", steps)
}

// dice chooses.
type dice interface {
	upTo(n int, of string) int // 0 to n-1
}

type drawn struct{ t *rapid.T }

func (d drawn) upTo(n int, of string) int { return rapid.IntRange(0, n-1).Draw(d.t, of) }

func pick[T any](d dice, of string, from ...T) T { return from[d.upTo(len(from), of)] }

// judge is told of what is against the rules.
type judge interface {
	standin.Testing
	Fatalf(format string, args ...any)
	Logf(format string, args ...any)
}

// runner delivers: the couriers, or something naive in their place.
type runner interface {
	run()
	// kill has the process end in the middle of a request, before or after its effect,
	// or stand still, so that the request arrives when late is called.
	kill(how string, operation string) (late func())
	// certain reports whether it knows where the issue is; seen whether it brought all
	// that is wanted of it; settled what keeps it from having done so, in the end.
	certain(issue id.ID) bool
	seen(issue id.ID) bool
	settled(issue id.ID) (complaint string)
}

// brief is a test whose resources are given back at the end of one sequence.
type brief struct {
	testing.TB
	judge judge
	ends  []func()
}

func (b *brief) Cleanup(f func())                  { b.ends = append(b.ends, f) }
func (b *brief) Errorf(format string, args ...any) { b.judge.Errorf(format, args...) }
func (b *brief) Fatalf(format string, args ...any) { b.judge.Fatalf(format, args...) }
func (b *brief) Fatal(args ...any)                 { b.judge.Fatal(args...) }
func (b *brief) Logf(format string, args ...any)   { b.judge.Logf(format, args...) }

// subject is an SLO as the model knows it.
type subject struct {
	place    string
	issue    issues.Issue // as it is wanted; no ID before the first violation
	violated bool
	// person is what a person last did of opening and closing since the wish for open
	// or closed changed: "open", "closed"; unseen when the courier may not have known
	// the wish yet, so that it may see it as done before.
	person string
	unseen bool
	// titled is that people changed the title, hushed that they wanted quiet at some
	// time, so that comments may be left out, moved that a transfer may have dropped
	// labels.
	titled, hushed, moved bool
}

// machine is the model beside what it is a model of.
type machine struct {
	*office
	t        judge
	brief    *brief
	runner   runner
	subjects []*subject
	// loose is that a list lagged longer than the hold, or a request arrived later
	// than that: there may be duplicates for a while.
	loose    bool
	late     []func()
	lateFrom time.Time
	unlabels map[string]bool // issues from which a person removed the label
}

func newMachine(t *testing.T, told judge, hire func(*office) runner) *machine {
	b := &brief{TB: t, judge: told}
	m := &machine{t: told, brief: b, unlabels: map[string]bool{}}
	h := build(withCleanup{told, b})
	m.office = openOn(b, storetest.SQLite(b), h, func(s *delivery.Settings) { s.TeamPerDay, s.PerDay, s.Lanes = 1000, 1000, 1 })
	m.another("umbrella")
	m.runner = hire(m.office)
	m.LagLists(4 * time.Minute)
	for _, place := range []string{"acme/shop", "acme/vault", "umbrella/app"} {
		m.subjects = append(m.subjects, &subject{place: place})
	}
	return m
}

// mostSubjects bounds a sequence.
const mostSubjects = 12

// withCleanup gives the stand-in back at the end of the sequence.
type withCleanup struct {
	judge
	b *brief
}

func (w withCleanup) Cleanup(f func()) { w.b.Cleanup(f) }

func (m *machine) end() {
	for _, f := range slices.Backward(m.brief.ends) {
		f()
	}
}

// actions are what can happen.
func (m *machine) actions() map[string]func(dice) {
	person := func(do func(d dice, s *subject, i standin.Issue)) func(dice) {
		return func(d dice) {
			s := m.subjects[d.upTo(len(m.subjects), "subject")]
			i, ok := m.known(s)
			if !ok {
				return
			}
			do(d, s, i)
			if d.upTo(3, "webhook comes") > 0 {
				m.look(i.Repository, i.Number)
			}
		}
	}
	ole := m.Person("ole")
	return map[string]func(dice){
		"another is in violation": func(d dice) {
			if len(m.subjects) == mostSubjects {
				return
			}
			s := &subject{place: pick(d, "place", "acme/shop", "acme/vault", "umbrella/app")}
			m.subjects = append(m.subjects, s)
			m.violate(s)
			switch d.upTo(4, "how it goes") {
			case 0:
				m.script.Add(standin.Step{Operation: "issues/create", Fault: standin.Fault{Kind: pick(d, "kind", standin.LostReply, standin.BadGatewayAfter, standin.BadGateway, standin.Cut)}})
				m.tick()
			case 1:
				m.kill(d, "create")
			}
		},
		"violate": func(d dice) { m.violate(m.subjects[d.upTo(len(m.subjects), "subject")]) },
		"recover": func(d dice) {
			m.recovered(m.subjects[d.upTo(len(m.subjects), "subject")], d.upTo(2, "closes") == 1)
		},
		"time passes": func(d dice) {
			for range 1 + d.upTo(8, "ticks") {
				m.tick()
			}
		},
		"much time passes": func(d dice) {
			m.clock.Advance(time.Duration(1+d.upTo(40, "minutes")) * time.Minute)
			m.tick()
		},
		"a fault is near": func(d dice) {
			kind := pick(d, "kind", standin.Kinds()...)
			fault := standin.Fault{Kind: kind, Wait: time.Duration(1+d.upTo(300, "wait")) * time.Second, Delay: time.Second}
			if kind == standin.SecondarySilent {
				fault.Wait = time.Minute // what who is not told has to wait
			}
			operation := pick(d, "operation", "issues/create", "issues/create", "issues/create-comment", "issues/update", "issues/add-labels", "issues/list-for-repo", "issues/get", "repos/get")
			m.script.Add(standin.Step{Operation: operation, Skip: d.upTo(2, "skip"), Fault: fault})
		},
		"a kill": func(d dice) {
			m.kill(d, pick(d, "operation", "create", "comment", "edit", "label"))
		},
		"what was late arrives": func(d dice) { m.arrive() },
		"the list lags": func(d dice) {
			lag := time.Duration(d.upTo(280, "seconds")) * time.Second // less than the hold
			if d.upTo(8, "beyond the hold") == 0 {
				lag = time.Duration(6+d.upTo(20, "minutes")) * time.Minute
				m.loose = true
			}
			m.LagLists(lag)
		},
		"a person closes": person(func(d dice, s *subject, i standin.Issue) {
			if i.State == "open" {
				ole.Close(i.Repository, i.Number, pick(d, "reason", "completed", "not_planned"))
				m.did(s, "closed")
			}
		}),
		"a person opens again": person(func(d dice, s *subject, i standin.Issue) {
			if i.State == "closed" {
				ole.Reopen(i.Repository, i.Number)
				m.did(s, "open")
			}
		}),
		"a person writes": person(func(d dice, s *subject, i standin.Issue) {
			switch d.upTo(4, "what") {
			case 0:
				ole.Retitle(i.Repository, i.Number, fmt.Sprintf("Ole's %s", m.clock.Now().Format(time.TimeOnly)))
				s.titled = true
			case 1:
				ole.Comment(i.Repository, i.Number, "I look at it.")
			case 2:
				ole.Label(i.Repository, i.Number, "priority")
			case 3:
				if slices.Contains(i.Labels, "slo") {
					ole.Unlabel(i.Repository, i.Number, "slo")
					m.unlabels[key(i)] = true
				}
			}
		}),
		"a person wants quiet": person(func(d dice, s *subject, i standin.Issue) {
			s.hushed = true
			switch d.upTo(4, "how") {
			case 0:
				ole.Label(i.Repository, i.Number, delivery.LabelQuiet)
			case 1:
				ole.Unlabel(i.Repository, i.Number, delivery.LabelQuiet)
			case 2:
				ole.Lock(i.Repository, i.Number, "resolved")
			case 3:
				ole.Unlock(i.Repository, i.Number)
			}
		}),
		"a person transfers": person(func(d dice, s *subject, i standin.Issue) {
			to := map[string]string{"acme/shop": "acme/vault", "acme/vault": "acme/shop"}[i.Repository]
			if to == "" {
				return
			}
			number := ole.Transfer(i.Repository, i.Number, to)
			s.moved = true
			s.hushed = s.hushed || slices.Contains(i.Labels, delivery.LabelQuiet)
			if moved := m.Issue(to, number); !slices.Contains(moved.Labels, "slo") {
				m.unlabels[key(moved)] = true // the transfer dropped it
			}
		}),
		"a repository is closed or opened": func(d dice) {
			switch d.upTo(3, "how") {
			case 0:
				ole.DisableIssues("acme/vault")
			case 1:
				ole.Archive("acme/vault")
			case 2:
				ole.EnableIssues("acme/vault")
				ole.Unarchive("acme/vault")
			}
		},
		"dead ones are retried": func(dice) { m.retry() },
	}
}

// key names an issue whatever it is called.
func key(i standin.Issue) string { return fmt.Sprint(i.ID) }

// known is the issue that is known of a subject, if it is certain where it is.
func (m *machine) known(s *subject) (standin.Issue, bool) {
	if s.issue.ID == "" {
		return standin.Issue{}, false
	}
	var alive []standin.Issue
	for _, i := range m.ofSubject(s) {
		if i.MovedTo == "" {
			alive = append(alive, i)
		}
	}
	if len(alive) != 1 || !m.runner.certain(s.issue.ID) {
		return standin.Issue{}, false
	}
	return alive[0], true
}

// ofSubject are all issues with the marker, wherever they are or were.
func (m *machine) ofSubject(s *subject) []standin.Issue {
	var found []standin.Issue
	for _, place := range []string{"acme/shop", "acme/vault", "umbrella/app", "acme/api"} {
		for _, i := range m.Issues(place) {
			if strings.Contains(i.Body, issues.Marker(s.issue.Fingerprint)) {
				found = append(found, i)
			}
		}
	}
	return found
}

func (m *machine) violate(s *subject) {
	if s.violated {
		return
	}
	s.violated, s.person, s.unseen = true, "", false
	if s.issue.ID == "" {
		s.issue = m.want(m.at("https://github.com/" + s.place))
		return
	}
	s.issue = m.change(s.issue.ID, func(i *issues.Issue) {
		now := m.clock.Now()
		i.Episode, i.Labels, i.Open = id.New(now), []string{"slo"}, true
		i.Title = "Budget spent at " + now.Format(time.TimeOnly)
		i.Comments = append(i.Comments, issues.Comment{At: now, Body: "Again."})
	})
}

func (m *machine) recovered(s *subject, closes bool) {
	if !s.violated {
		return
	}
	s.violated = false
	if closes {
		s.person, s.unseen = "", false
	}
	s.issue = m.change(s.issue.ID, func(i *issues.Issue) {
		i.Labels = append(slices.Clone(i.Labels), issues.LabelRecovered)
		i.Comments = append(i.Comments, issues.Comment{At: m.clock.Now(), Body: "Recovered."})
		i.Open = !closes
	})
}

// did notes what a person did. Where the courier still has something to bring, it may
// take it for done before.
func (m *machine) did(s *subject, what string) {
	s.person = what
	s.unseen = s.unseen || !m.runner.seen(s.issue.ID)
}

// retry does what a person does who sees what is dead.
func (m *machine) retry() {
	for _, s := range m.subjects {
		if s.issue.ID == "" {
			continue
		}
		if d := m.delivery(s.issue.ID); d.State == delivery.Dead {
			m.must(d.Retry(m.clock.Now()))
			m.must(m.store.Delivery().PutDelivery(m.tb.Context(), d))
		}
	}
}

// kill has the process end, or stand still, at an operation.
func (m *machine) kill(d dice, operation string) {
	how := pick(d, "how", "before", "after", "late")
	m.clock.Advance(15 * time.Second)
	if late := m.between(func() func() { return m.runner.kill(how, operation) }); late != nil {
		if m.late = append(m.late, late); len(m.late) == 1 {
			m.lateFrom = m.clock.Now()
		}
	}
}

func (m *machine) tick() {
	m.clock.Advance(15 * time.Second)
	m.between(func() func() { m.runner.run(); return nil })
}

// arrive lets requests of processes that stood still have their effect now.
func (m *machine) arrive() {
	if len(m.late) > 0 && m.clock.Now().Sub(m.lateFrom) > 4*time.Minute {
		m.loose = true
	}
	was := m.calmed.Swap(true) // whoever stood still would be told of limits, and nobody else
	defer m.calmed.Store(was)
	for _, late := range m.late {
		m.clock.Advance(2 * time.Second)
		for _, name := range []string{"token of robo", "token of robo-umbrella"} {
			lane, err := m.store.Delivery().Lane(m.tb.Context(), name)
			m.must(err)
			if wait := lane.NotBefore.Sub(m.clock.Now()); wait > 0 {
				m.clock.Advance(wait)
			}
		}
		m.between(func() func() { late(); return nil })
		m.clock.Advance(2 * time.Second)
	}
	m.late = nil
}

// between runs something that people do not do, and judges what it changed.
func (m *machine) between(do func() func()) func() {
	type was struct {
		standin.Issue
		wanted issues.Issue
	}
	before := map[string]was{}
	for _, s := range m.subjects {
		for _, i := range m.ofSubject(s) {
			before[key(i)] = was{i, s.issue}
		}
	}
	late := do()
	for _, s := range m.subjects {
		all := m.ofSubject(s)
		copies := 0
		for _, i := range all {
			if i.MovedTo == "" {
				copies++
			}
		}
		for _, i := range all {
			b, there := before[key(i)]
			closed := i.State == "closed" && (!there || b.State == "open")
			opened := there && b.State == "closed" && i.State == "open"
			switch {
			case closed && s.issue.Open && copies < 2:
				m.t.Fatalf("it closed %s#%d, which is wanted open", i.Repository, i.Number)
			case closed && s.person == "open" && !s.unseen && copies < 2:
				m.t.Fatalf("it closed %s#%d, which a person opened", i.Repository, i.Number)
			case opened && !s.issue.Open:
				m.t.Fatalf("it opened %s#%d, which is not wanted", i.Repository, i.Number)
			case opened && s.person == "closed" && !s.unseen && !m.loose:
				m.t.Fatalf("it opened %s#%d, which a person closed", i.Repository, i.Number)
			case m.unlabels[key(i)] && slices.Contains(i.Labels, "slo"):
				m.t.Fatalf("it put a label on %s#%d that a person had removed", i.Repository, i.Number)
			case there && slices.Contains(b.Labels, "priority") && !slices.Contains(i.Labels, "priority"):
				m.t.Fatalf("it took a person's label from %s#%d", i.Repository, i.Number)
			case there && strings.HasPrefix(b.Title, "Ole's") && i.Title != b.Title:
				m.t.Fatalf("it wrote over a person's title of %s#%d", i.Repository, i.Number)
			}
		}
	}
	return late
}

// check holds at any time.
func (m *machine) check() {
	for _, r := range m.Early() {
		m.t.Fatalf("a request %s before its deadline: %s %s at %s", r.Early, r.Method, r.Path, r.At.Sub(start))
	}
	for _, r := range m.Hurried(time.Second) {
		m.t.Fatalf("a write too soon after another: %s %s at %s", r.Method, r.Path, r.At.Sub(start))
	}
	m.ForgetRequests()
	for n, s := range m.subjects {
		if s.issue.ID == "" {
			continue
		}
		copies := 0
		for _, i := range m.ofSubject(s) {
			if i.MovedTo == "" {
				copies++
			}
			seen := map[string]bool{}
			for _, c := range i.Comments {
				_, marker, marked := strings.Cut(c.Body, "<!--")
				if marked && seen[marker] && len(m.late) == 0 && !m.loose {
					m.t.Fatalf("%s#%d has a comment twice: %q", i.Repository, i.Number, c.Body)
				}
				seen[marker] = true
			}
		}
		if copies > 1 && !m.loose {
			m.t.Fatalf("subject %d has %d issues: %+v", n, copies, m.ofSubject(s))
		}
	}
}

// calm is that nothing goes wrong any more, for long enough.
func (m *machine) calm() {
	m.calmed.Store(true)
	m.late = nil // those processes are gone
	m.LagLists(0)
	ole := m.Person("ole")
	ole.EnableIssues("acme/vault")
	ole.Unarchive("acme/vault")
	m.clock.Advance(15 * time.Minute)
	m.retry()
	for _, s := range m.subjects {
		for _, i := range m.ofSubject(s) {
			m.look(i.Repository, i.Number)
		}
	}
	for range 40 {
		m.tick()
	}
	// Sweeps come twice as late each time.
	for range 14 {
		m.clock.Advance(4 * time.Hour)
		m.retry()
		m.tick()
		m.tick()
	}
}

// conclude holds what is there against what has to be.
func (m *machine) conclude() {
	for n, s := range m.subjects {
		if s.issue.ID == "" {
			continue
		}
		var alive, open []standin.Issue
		for _, i := range m.ofSubject(s) {
			if i.MovedTo != "" {
				continue
			}
			alive = append(alive, i)
			if i.State == "open" {
				open = append(open, i)
			}
		}
		d := m.delivery(s.issue.ID)
		if len(open) > 1 {
			m.t.Fatalf("subject %d has %d open issues: %+v", n, len(open), open)
		}
		if len(alive) == 0 {
			// One that was wanted no more before it was made.
			if s.issue.Open {
				m.t.Fatalf("the issue of subject %d was forgotten: %+v", n, d)
			}
			continue
		}
		if complaint := m.runner.settled(s.issue.ID); complaint != "" {
			m.t.Fatalf("of subject %d %s: %+v", n, complaint, d)
		}
		if len(alive) > 1 {
			continue // people may have closed either
		}
		i := alive[0]
		want := map[bool]string{true: "open", false: "closed"}[s.issue.Open]
		if s.person != "" {
			want = s.person
		}
		if i.State != want && !s.unseen {
			m.t.Fatalf("%s#%d is %s, want %s; a person did %q: %+v", i.Repository, i.Number, i.State, want, s.person, d)
		}
		if !s.titled && i.Title != s.issue.Title {
			m.t.Fatalf("%s#%d is titled %q, want %q: %+v", i.Repository, i.Number, i.Title, s.issue.Title, d)
		}
		if has := slices.Contains(i.Labels, issues.LabelRecovered); !s.moved && has != slices.Contains(s.issue.Labels, issues.LabelRecovered) {
			m.t.Fatalf("%s#%d has the labels %q, want those of %q: %+v", i.Repository, i.Number, i.Labels, s.issue.Labels, d)
		}
		made := 0
		for _, c := range i.Comments {
			if strings.HasPrefix(c.Body, "Again.") || strings.HasPrefix(c.Body, "Recovered.") {
				made++
			}
		}
		if !s.hushed && !m.loose && made != len(s.issue.Comments) {
			m.t.Fatalf("%s#%d has %d comments, want %d: %+v", i.Repository, i.Number, made, len(s.issue.Comments), d)
		}
	}
}

// couriers are those under test, each with a lease of its own.
type couriers struct {
	*office
	current *delivery.Courier
}

func (c *couriers) run() {
	if _, err := c.current.RunOnce(c.lease(c.tb.Context())); err != nil {
		c.tb.Fatalf("a run ended with %v", err)
	}
}

func (c *couriers) kill(how, operation string) (late func()) {
	tracker := &mortal{Tracker: c.tracker, how: how, operation: operation}
	_, err := c.hire(tracker).RunOnce(c.lease(c.tb.Context()))
	if err != nil && !errors.Is(err, errKilled) {
		c.tb.Fatalf("a run ended with %v", err)
	}
	c.current = c.hire(c.tracker) // which knows nothing of it
	return tracker.late
}

func (c *couriers) hire(tracker delivery.Tracker) *delivery.Courier {
	return c.office.hire(tracker, func(s *delivery.Settings) { s.TeamPerDay, s.PerDay, s.Lanes = 1000, 1000, 1 })
}

func (c *couriers) certain(issue id.ID) bool {
	d := c.delivery(issue)
	return d.Number > 0 && d.State != delivery.Sending && d.State != delivery.Unknown
}

func (c *couriers) seen(issue id.ID) bool {
	d := c.delivery(issue)
	return d.State == delivery.Sent && (d.DueAt == nil || d.DueAt.Equal(d.Written.SweepAt))
}

func (c *couriers) settled(issue id.ID) string {
	d := c.delivery(issue)
	if d.State == delivery.Sent && (d.Problem == "" || strings.Contains(d.Problem, "labels are not on it")) {
		return ""
	}
	return fmt.Sprintf("it is %s (%s)", d.State, d.Problem)
}

// mortal is a tracker under which the process ends at an operation.
type mortal struct {
	delivery.Tracker
	how, operation string
	late           func()
}

func (m *mortal) die(operation string, do func() error) error {
	switch {
	case operation != m.operation:
		return do()
	case m.how == "after":
		if err := do(); err != nil {
			return err
		}
	case m.how == "late":
		m.late = func() { _ = do() } // nobody hears what comes of it
	}
	return errKilled
}

func (m *mortal) Create(ctx context.Context, place delivery.Place, d delivery.Made) (r delivery.Remote, err error) {
	err = m.die("create", func() error {
		r, err = m.Tracker.Create(context.WithoutCancel(ctx), place, d)
		return err
	})
	return r, err
}

func (m *mortal) Comment(ctx context.Context, place delivery.Place, number int, body string) error {
	return m.die("comment", func() error { return m.Tracker.Comment(context.WithoutCancel(ctx), place, number, body) })
}

func (m *mortal) Edit(ctx context.Context, place delivery.Place, number int, e delivery.Edit) (r delivery.Remote, err error) {
	if m.how == "late" && m.operation == "edit" { // a stalled edit is as old as what people did before it
		return m.Tracker.Edit(ctx, place, number, e)
	}
	err = m.die("edit", func() error {
		r, err = m.Tracker.Edit(ctx, place, number, e)
		return err
	})
	return r, err
}

func (m *mortal) AddLabels(ctx context.Context, place delivery.Place, number int, labels []string) (now []string, err error) {
	if m.how == "late" && m.operation == "label" {
		return m.Tracker.AddLabels(ctx, place, number, labels)
	}
	err = m.die("label", func() error {
		now, err = m.Tracker.AddLabels(ctx, place, number, labels)
		return err
	})
	return now, err
}
