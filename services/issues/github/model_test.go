package github_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
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
