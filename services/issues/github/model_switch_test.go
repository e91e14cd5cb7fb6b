package github_test

import (
	"net/http"
	"strings"

	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/github/standin"
)

// switched is what the model knows of the switch, and sees of requests.
type switched struct {
	stopped bool
	stops   int
	exempt  bool // a request of a process that stood still arrives
	asked   []string
	next    func(r *http.Request, over bool) // what happens in the middle of a run
}

// see is told of each request, and each wait between two.
func (s *switched) see(r *http.Request, over bool) {
	// Where a request was redirected, the rest of its way is no new one.
	if s.stopped && !s.exempt && r != nil && !over && !strings.Contains(r.URL.Path, "/repositories/") {
		s.asked = append(s.asked, r.Method+" "+r.URL.Path)
	}
	if s.next != nil {
		s.next(r, over)
	}
}

// halt has nothing sent from now on, or something again.
func (m *machine) halt(stopped bool, kind issues.Kind) {
	if stopped {
		m.switched.stops++
		m.stop(kind)
	} else {
		m.stop()
	}
	m.switched.stopped = stopped
}

// stopForAWhile stops the sending now, or after some requests and waits, and mostly
// starts it again.
func (m *machine) stopForAWhile(d dice) {
	m.halt(false, "")
	kind := pick(d, "what", "", issues.KindBudgetViolation)
	left := d.upTo(8, "after how many")
	if left == 0 {
		m.halt(true, kind)
	}
	m.switched.next = func(*http.Request, bool) {
		if left--; left == 0 {
			m.halt(true, kind)
		}
	}
	if len(m.subjects) < mostSubjects && d.upTo(2, "another is in violation") == 0 {
		m.anotherSubject(d, pick(d, "place", places...))
	}
	for range 1 + d.upTo(6, "ticks") {
		m.tick()
	}
	m.switched.next = nil
	if d.upTo(4, "goes on") > 0 {
		m.halt(false, "")
	}
}

// disabledForAWhile has the answer of a creation lost, and the issues of its repository
// disabled for longer than it is looked for: its list is empty then, whatever is there.
// They are enabled just after somebody looked.
func (m *machine) disabledForAWhile(d dice) {
	if len(m.subjects) >= mostSubjects {
		return
	}
	m.anotherSubject(d, "acme/vault")
	m.script.Add(standin.Step{Operation: "issues/create", Fault: standin.Fault{Kind: pick(d, "kind", standin.LostReply, standin.BadGatewayAfter)}})
	m.tick()
	ole := m.Person("ole")
	ole.DisableIssues("acme/vault")
	m.apart = true
	enable := func() {
		ole.EnableIssues("acme/vault")
		m.switched.next = nil
	}
	long := 20 + d.upTo(12, "ticks")
	for n := range long {
		if n == long/2 {
			m.retry()
		}
		m.tick()
	}
	m.switched.next = func(r *http.Request, over bool) {
		if over && r != nil && strings.HasSuffix(r.URL.Path, "acme/vault/issues") && r.Method == http.MethodGet {
			enable()
		}
	}
	m.retry()
	for range 4 {
		m.tick()
	}
	enable()
	m.retry()
	m.tick()
}
