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
	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/issues/github/standin"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/registry"
)

// everythingVariable is the environment variable that makes the loops long.
const everythingVariable = "EVENKEEL_TEST_EVERYTHING"

// TestWhateverHappensIssuesAreAsTheModelSays has violations, recoveries, people,
// faults, kills, stops and couriers that stalled come in any order, and holds what is on
// the tracker against what the rules allow: after each step nothing was made twice,
// closed, opened again, labelled, assigned, put under another or said against them, and
// no request came before a deadline or while it was stopped; once all is calm, each
// violation is told of in one open issue, its own or that of its group.
func TestWhateverHappensIssuesAreAsTheModelSays(t *testing.T) {
	steps, want, met := 0, 400, map[string]int{}
	if os.Getenv(everythingVariable) != "" {
		want = 10_000
	}
	if err := flag.Set("rapid.checks", "5"); err != nil {
		t.Fatal(err)
	}
	for steps < want && !t.Failed() {
		rapid.Check(t, func(rt *rapid.T) {
			m := newMachine(t, rt, drawn{rt}, func(o *office) runner { return &couriers{office: o, current: o.courier} })
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
			m.count(met)
		})
	}
	t.Logf("%d steps were taken, which met %v", steps, met)
}

// count adds what a sequence came to have.
func (m *machine) count(met map[string]int) {
	met["sequences"]++
	met["groups"] += len(m.groups)
	met["stops"] += m.switched.stops
	for _, s := range m.all() {
		for name, is := range map[string]bool{
			"issues": s.issue.ID != "" && s.group == nil, "told of in groups": s.group != nil, "transferred": s.moved,
			"of which people changed the assignees": s.handled, "of which a person chose the parent": s.chosen,
		} {
			if is {
				met[name]++
			}
		}
		for _, i := range m.ofSubject(s) {
			if len(i.Assignees) > 0 {
				met["assigned"]++
			}
			if i.Parent != 0 {
				met["parts"]++
			}
		}
	}
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

// machine is the model beside what it is a model of.
type machine struct {
	*office
	t        judge
	brief    *brief
	runner   runner
	policy   policy.View
	team     registry.Team
	people   map[string]id.ID // by login
	assignee string           // the login of whom the team names
	subjects []*subject
	groups   []*subject
	// loose is that something was made and kept out of the list for longer than the
	// hold, by the list's lag, and by how late its request arrived: there may be
	// duplicates for a while.
	loose    bool
	late     []func()
	lateFrom time.Time
	lateness time.Duration // the longest
	lag      time.Duration
	unlabels map[string]bool // issues from which a person removed the label
	switched switched
	// apart is that making something a part of another may have been refused.
	apart bool
}

func newMachine(t *testing.T, told judge, d dice, hire func(*office) runner) *machine {
	b := &brief{TB: t, judge: told}
	m := &machine{t: told, brief: b, unlabels: map[string]bool{}}
	h := build(withCleanup{told, b})
	groupFrom := 1000 // none
	if d.upTo(2, "grouped") == 1 {
		groupFrom = 2 + d.upTo(3, "group from")
	}
	m.office = openOn(b, storetest.SQLite(b), h, func(s *delivery.Settings) {
		s.TeamPerDay, s.PerDay, s.Lanes, s.GroupFrom = 1000, 1000, 1, groupFrom
	})
	m.policy = storetest.Policy(b, m.store, "budget")
	m.another("umbrella")
	m.staff()
	m.moment = m.switched.see
	m.runner = hire(m.office)
	m.lags(4 * time.Minute)
	for _, place := range places {
		m.subjects = append(m.subjects, &subject{place: place})
	}
	if groupFrom <= 4 {
		m.many(d, groupFrom)
	}
	return m
}

// places are where issues go.
var places = []string{"acme/shop", "acme/vault", "umbrella/app"}

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
			all := slices.DeleteFunc(m.all(), func(s *subject) bool { _, ok := m.known(s); return !ok })
			if len(all) == 0 {
				return
			}
			s := all[d.upTo(len(all), "subject")]
			i, _ := m.known(s)
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
			m.anotherSubject(d, pick(d, "place", places...))
			switch d.upTo(4, "how it goes") {
			case 0:
				m.script.Add(standin.Step{Operation: "issues/create", Fault: standin.Fault{Kind: pick(d, "kind", standin.LostReply, standin.BadGatewayAfter, standin.BadGateway, standin.Cut)}})
				m.tick()
			case 1:
				m.kill(d, "create")
			}
		},
		"many are in violation": func(d dice) {
			m.many(d, 2+d.upTo(3, "how many"))
			m.tick()
		},
		"violate": func(d dice) {
			m.sleep(d)
			m.violate(m.subjects[d.upTo(len(m.subjects), "subject")])
		},
		"recover": func(d dice) {
			m.sleep(d)
			m.recovered(m.subjects[d.upTo(len(m.subjects), "subject")], d.upTo(2, "closes") == 1)
		},
		"the mode changes": func(d dice) {
			s := m.subjects[d.upTo(len(m.subjects), "subject")]
			m.rewrite(s)
			if d.upTo(2, "the answer is lost") == 0 {
				m.script.Add(standin.Step{Operation: "issues/update", Fault: standin.Fault{Kind: pick(d, "kind", standin.LostReply, standin.BadGatewayAfter)}})
				m.tick()
				m.clock.Advance(time.Second)
				m.rewrite(s)
			}
		},
		"the team names somebody else":                func(d dice) { m.assignTo(pick(d, "who", "", "ada", "bob", "zoe", "dan")) },
		"it is stopped for a while":                   m.stopForAWhile,
		"issues are disabled while one is looked for": m.disabledForAWhile,
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
			operation := pick(d, "operation", "issues/create", "issues/create", "issues/create-comment", "issues/update", "issues/add-labels", "issues/add-assignees", "issues/add-sub-issue", "issues/list-for-repo", "issues/get", "repos/get")
			m.apart = m.apart || operation == "issues/add-sub-issue"
			m.script.Add(standin.Step{Operation: operation, Skip: d.upTo(2, "skip"), Fault: fault})
		},
		"a kill": func(d dice) {
			m.kill(d, pick(d, "operation", "create", "comment", "edit", "label", "assign", "join"))
		},
		"what was late arrives": func(d dice) { m.arrive() },
		"the list lags": func(d dice) {
			lag := time.Duration(d.upTo(280, "seconds")) * time.Second // less than the hold
			if d.upTo(8, "beyond the hold") == 0 {
				lag = time.Duration(6+d.upTo(20, "minutes")) * time.Minute
			}
			m.lags(lag)
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
			m.movedApart(s, i)
			s.hushed = s.hushed || slices.Contains(i.Labels, delivery.LabelQuiet)
			if moved := m.Issue(to, number); !slices.Contains(moved.Labels, "slo") {
				m.unlabels[key(moved)] = true // the transfer dropped it
			}
		}),
		"a person assigns":                      person(m.reassign),
		"a person chooses of what it is a part": person(m.replace),
		"a repository is closed or opened": func(d dice) {
			m.apart = true
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
