package github_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/issues/github/standin"
)

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
	for _, i := range m.everywhere() {
		if strings.Contains(i.Body, issues.Marker(s.issue.Fingerprint)) {
			found = append(found, i)
		}
	}
	return found
}

// did notes what a person did. Where the courier still has something to bring, it may
// take it for done before.
func (m *machine) did(s *subject, what string) {
	s.person = what
	s.unseen = s.unseen || !m.runner.seen(s.issue.ID)
}

// retry does what a person does who sees what is dead.
func (m *machine) retry() {
	for _, s := range m.all() {
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
	m.switched.exempt = true
	defer func() { m.switched.exempt = false }()
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
		m.lateness = max(m.lateness, m.clock.Now().Sub(m.lateFrom))
		m.lags(m.lag)
		m.between(func() func() { late(); return nil })
		m.clock.Advance(2 * time.Second)
	}
	m.late = nil
}

// lags has lists lag from now on. What a request that arrived late made is hidden for
// as long too, and the hold counts from when it was sent.
func (m *machine) lags(lag time.Duration) {
	m.lag = lag
	m.LagLists(lag)
	m.loose = m.loose || m.lateness+lag >= settings().Hold
}

// between runs something that people do not do, and judges what it changed.
func (m *machine) between(do func() func()) func() {
	before := map[string]standin.Issue{}
	for _, s := range m.all() {
		for _, i := range m.ofSubject(s) {
			before[key(i)] = i
		}
	}
	late := do()
	m.refresh()
	for _, s := range m.all() {
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
			case closed && s.open && copies < 2:
				m.t.Fatalf("it closed %s#%d, which is wanted open", i.Repository, i.Number)
			case closed && s.person == "open" && !s.unseen && copies < 2:
				m.t.Fatalf("it closed %s#%d, which a person opened", i.Repository, i.Number)
			case opened && !s.open:
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
			m.judgePeople(s, b, i)
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
	if len(m.switched.asked) > 0 {
		m.t.Fatalf("it is stopped, and was asked: %q", m.switched.asked)
	}
	for n, s := range m.all() {
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
		if tell := m.telling(s); len(tell) > 1 && !m.loose {
			m.t.Fatalf("subject %d is told of in %d open issues: %+v", n, len(tell), tell)
		}
	}
}

// telling are the open issues that tell of the violation of a subject: its own, and those
// of groups.
func (m *machine) telling(s *subject) []standin.Issue {
	return slices.DeleteFunc(m.everywhere(), func(i standin.Issue) bool {
		return s.violation.ID == "" || i.State != "open" || i.MovedTo != "" || !strings.Contains(i.Body, "/violations/"+string(s.violation.ID)+">")
	})
}

// calm is that nothing goes wrong any more, for long enough.
func (m *machine) calm() {
	m.calmed.Store(true)
	m.halt(false, "")
	m.late = nil // those processes are gone
	m.LagLists(0)
	ole := m.Person("ole")
	ole.EnableIssues("acme/vault")
	ole.Unarchive("acme/vault")
	m.clock.Advance(15 * time.Minute)
	m.retry()
	for _, s := range m.all() {
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
	for n, s := range m.all() {
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
		if t := s.told(); s.open && t.person != "closed" && !t.unseen && s.violation.ID != "" {
			if tell := m.telling(s); len(tell) != 1 {
				m.t.Fatalf("the violation of subject %d is told of in %d open issues: %+v; of its own is known %+v", n, len(tell), tell, d)
			}
		}
		if s.group != nil {
			if len(alive) > 0 || d.State != delivery.Grouped {
				m.t.Fatalf("subject %d is told of in a group, and has %+v of its own: %+v", n, alive, d)
			}
			continue
		}
		if len(open) > 1 {
			m.t.Fatalf("subject %d has %d open issues: %+v", n, len(open), open)
		}
		if len(alive) == 0 {
			// One that was wanted no more before it was made.
			if s.open {
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
		want := map[bool]string{true: "open", false: "closed"}[s.open]
		if s.person != "" {
			want = s.person
		}
		if i.State != want && !s.unseen {
			m.t.Fatalf("%s#%d is %s, want %s; a person did %q: %+v", i.Repository, i.Number, i.State, want, s.person, d)
		}
		if !s.titled && i.Title != s.issue.Title {
			m.t.Fatalf("%s#%d is titled %q, want %q: %+v", i.Repository, i.Number, i.Title, s.issue.Title, d)
		}
		if !m.loose && i.Body != s.issue.Body {
			m.t.Fatalf("the text of %s#%d is %q, want %q: %+v", i.Repository, i.Number, i.Body, s.issue.Body, d)
		}
		if has := slices.Contains(i.Labels, issues.LabelRecovered); !s.moved && has == s.violated {
			m.t.Fatalf("%s#%d has the labels %q, while it is %t that it is in violation: %+v", i.Repository, i.Number, i.Labels, s.violated, d)
		}
		made := 0
		for _, c := range i.Comments {
			if wantedComment.MatchString(c.Body) {
				made++
			}
		}
		if !s.hushed && !m.loose && made != len(s.issue.Comments) {
			m.t.Fatalf("%s#%d has %d comments, want %d: %+v", i.Repository, i.Number, made, len(s.issue.Comments), d)
		}
		m.concludePeople(s, i)
	}
}

// wantedComment is the end of a comment that was wanted: it has a number. What the courier
// says of its own has a word.
var wantedComment = regexp.MustCompile(` comment=[0-9]+ -->$`)
