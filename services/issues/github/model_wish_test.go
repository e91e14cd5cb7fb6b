package github_test

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/slo"
)

// subject is an SLO, or a group of several, as the model knows it: what is wanted of its
// issue, and what people made of that.
type subject struct {
	place     string
	slo       slo.View
	violation policy.Violation
	issue     issues.Issue // as it is wanted; no ID before the first violation
	violated  bool
	open      bool     // whether the issue is wanted open
	logins    []string // to whom it is wanted to be assigned, of those who can be
	parent    *subject // of which it is wanted to be a part
	members   []*subject
	group     *subject
	// person is what a person last did of opening and closing since the wish for open
	// or closed changed: "open", "closed"; unseen when the courier may not have known
	// the wish yet, so that it may see it as done before.
	person string
	unseen bool
	// titled is that people changed the title, hushed that they wanted quiet at some
	// time, so that comments may be left out, moved that a transfer may have dropped
	// labels.
	titled, hushed, moved bool
	// off are those whom a person took off while they are wanted, handled that a person
	// changed to whom it is assigned at some time.
	off     map[string]bool
	handled bool
	// chosen is that a person chose of what it is a part, free that it may be a part of
	// anything, since the courier may not have known the wish, or a transfer ended it.
	chosen, free bool
}

// all are those who may have an issue.
func (m *machine) all() []*subject { return slices.Concat(m.subjects, m.groups) }

// told is in whose issue a subject is told of.
func (s *subject) told() *subject {
	if s.group != nil {
		return s.group
	}
	return s
}

// anotherSubject comes into violation; its issue is to be a part of another at times.
func (m *machine) anotherSubject(d dice, place string) *subject {
	s := &subject{place: place}
	parents := slices.DeleteFunc(slices.Clone(m.subjects), func(p *subject) bool { return p.issue.ID == "" })
	m.subjects = append(m.subjects, s)
	m.violate(s)
	if len(parents) > 0 && d.upTo(3, "part") == 0 {
		s.parent = parents[d.upTo(len(parents), "of")]
		m.change(s.issue.ID, func(i *issues.Issue) { i.Parent = s.parent.issue.ID })
		m.refresh()
	}
	return s
}

// many come into violation at once.
func (m *machine) many(d dice, n int) {
	for range min(n, mostSubjects-len(m.subjects)) {
		m.anotherSubject(d, "acme/shop")
	}
}

// sleep lets a day pass at times, after which an issue is commented on again.
func (m *machine) sleep(d dice) {
	if len(m.late) == 0 && d.upTo(3, "a day passes") == 0 {
		m.clock.Advance(25 * time.Hour)
	}
}

// takenUp is how long an SLO that recovered goes on in its issue, less a day.
const takenUp = 9 * 24 * time.Hour

func (m *machine) violate(s *subject) {
	now := m.clock.Now()
	if s.violated || s.violation.EndedAt != nil && now.Sub(*s.violation.EndedAt) > takenUp {
		return
	}
	if s.slo.SLO.ID == "" {
		var of issues.Issue
		m.at("https://github.com/" + s.place)(&of)
		s.slo = storetest.SLO(m.brief, m.store, of.Service, fmt.Sprintf("slo-%d", slices.Index(m.subjects, s)))
	}
	m.clock.Advance(time.Second)
	now = m.clock.Now()
	s.violation = policy.Violation{
		ID: id.New(now), Policy: m.policy.Policy.ID, Revision: m.policy.Revision.ID, Clause: m.clause().Name,
		SLO: s.slo.SLO.ID, Service: s.slo.SLO.Service, Mode: policy.Warn, OpenedAt: now, Version: 1,
		Evidence: policy.Evidence{
			SLORevision: s.slo.Revision.ID, Objective: "99.9%", WindowEnd: now, Good: 998_000, Total: 1_000_000,
			ConsumedPercent: fmt.Sprintf("200.%02d", now.Minute()), When: "consumed > 1",
		},
	}
	s.violated, s.open, s.person, s.unseen, s.logins = true, true, "", false, m.assignees()
	if g := s.group; g != nil { // which goes on with another episode too
		g.person, g.unseen = "", false
	}
	m.rewish(func(ctx context.Context) error {
		if _, err := m.store.Policy().OpenViolation(ctx, s.violation); err != nil {
			return err
		}
		return m.issues.ViolationOpened(ctx, s.violation, m.clause(), s.slo, now)
	})
}

func (m *machine) recovered(s *subject, closes bool) {
	if !s.violated {
		return
	}
	now := m.clock.Now()
	s.violation.EndedAt, s.violation.Ending = &now, policy.Recovered
	s.violated = false
	if closes {
		s.open, s.person, s.unseen = false, "", false
	}
	at := s.violation.Evidence
	m.rewish(func(ctx context.Context) error {
		if err := m.store.Policy().UpdateViolation(ctx, s.violation); err != nil {
			return err
		}
		return m.issues.ViolationEnded(ctx, s.violation, &at, closes, now)
	})
	s.violation.Version++
}

// rewrite has the issue of a violation that lasts say another mode.
func (m *machine) rewrite(s *subject) {
	if !s.violated {
		return
	}
	was := s.violation.Mode
	s.violation.Mode = map[policy.Mode]policy.Mode{policy.Warn: policy.Enforce, policy.Enforce: policy.Warn}[was]
	s.logins = m.assignees()
	m.rewish(func(ctx context.Context) error {
		if err := m.store.Policy().UpdateViolation(ctx, s.violation); err != nil {
			return err
		}
		return m.issues.ViolationModeChanged(ctx, s.violation, was, m.clause(), s.slo, m.clock.Now())
	})
	s.violation.Version++
}

// clause is what all violations are of.
func (m *machine) clause() policy.Clause {
	c := m.policy.Revision.Clauses[0]
	c.Issue = &policy.IssueAction{Priority: policy.PriorityP1, Labels: []string{"slo"}}
	return c
}

// rewish changes what is wanted.
func (m *machine) rewish(change func(ctx context.Context) error) {
	m.must(m.store.InTx(m.tb.Context(), change))
	m.refresh()
}

// refresh reads what is wanted by now, and draws from it what is wanted of groups.
func (m *machine) refresh() {
	for _, s := range m.subjects {
		switch {
		case s.violation.ID == "":
			continue
		case s.issue.ID == "":
			s.issue = m.issueOf(s.violation.ID)
		default:
			s.issue = m.wanted(s.issue.ID)
		}
		if s.issue.Group != "" && s.group == nil {
			m.join(s)
		}
	}
	for _, g := range m.groups {
		g.issue = m.wanted(g.issue.ID)
		open := slices.ContainsFunc(g.members, func(s *subject) bool { return s.open })
		if open != g.open {
			g.open, g.person, g.unseen = open, "", false
		}
		g.violated = slices.ContainsFunc(g.members, func(s *subject) bool { return s.violated })
		g.logins = nil
		for _, s := range g.members {
			g.logins = append(g.logins, s.logins...)
		}
	}
	for _, s := range m.all() {
		for login := range s.off {
			if !slices.Contains(s.logins, login) {
				delete(s.off, login)
			}
		}
	}
}

// join has a subject told of in a group from now on.
func (m *machine) join(s *subject) {
	at := slices.IndexFunc(m.groups, func(g *subject) bool { return g.issue.ID == s.issue.Group })
	if at < 0 {
		at = len(m.groups)
		m.groups = append(m.groups, &subject{issue: m.wanted(s.issue.Group), open: true})
	}
	g := m.groups[at]
	if g.person == "closed" && !m.loose {
		m.t.Fatalf("%s joined a group that a person had closed: %+v", s.issue.ID, m.delivery(g.issue.ID))
	}
	s.group, g.members = g, append(g.members, s)
}

func (m *machine) wanted(issue id.ID) issues.Issue {
	i, err := m.store.Issues().Issue(m.tb.Context(), issue)
	m.must(err)
	return i
}

func (m *machine) issueOf(episode id.ID) issues.Issue {
	found, err := m.store.Issues().Issues(m.tb.Context(), issues.Filter{Episodes: []id.ID{episode}}, page.Request{Limit: 1})
	m.must(err)
	if len(found.Items) != 1 {
		m.t.Fatalf("no issue is wanted of violation %s", episode)
	}
	return found.Items[0]
}
