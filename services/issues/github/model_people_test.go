package github_test

import (
	"slices"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/issues/github/standin"
)

// staff are Ada and Bob, to whom issues are assigned; Zoe, who cannot write; Dan, of whom
// no login is known; and Max, to whom people alone assign.
func (m *machine) staff() {
	for _, login := range []string{"ada", "bob", "zoe", "max"} {
		m.User(login)
	}
	for _, place := range places {
		for _, login := range []string{"ada", "bob", "max"} {
			m.Collaborator(place, login, standin.Write)
		}
	}
	var err error
	m.team, err = m.store.Registry().Team(m.tb.Context(), m.service.Team)
	m.must(err)
	m.people = map[string]id.ID{"": "", "dan": m.person("dan", "")}
	for _, login := range []string{"ada", "bob", "zoe"} {
		m.people[login] = m.person(login, login)
	}
	m.assignTo("ada")
}

// assignTo has the team name somebody, or nobody, to whom its issues are assigned from
// the next time on that one is written.
func (m *machine) assignTo(login string) {
	m.assignee, m.team.IssueAssignee = login, m.people[login]
	m.must(m.store.Registry().UpdateTeam(m.tb.Context(), m.team))
	m.team.Version++
}

// assignees are those to whom what is written now is to be assigned, and can be.
func (m *machine) assignees() []string {
	if m.assignee == "ada" || m.assignee == "bob" {
		return []string{m.assignee}
	}
	return nil
}

// reassign is what a person does about who an issue is assigned to.
func (m *machine) reassign(d dice, s *subject, i standin.Issue) {
	ole := m.Person("ole")
	s.handled = true
	if d.upTo(3, "how") == 0 {
		ole.Assign(i.Repository, i.Number, append(i.Assignees, "max")...)
		return
	}
	if len(i.Assignees) == 0 {
		return
	}
	off := pick(d, "off", i.Assignees...)
	ole.Assign(i.Repository, i.Number, slices.DeleteFunc(slices.Clone(i.Assignees), func(login string) bool { return login == off })...)
	if slices.Contains(s.logins, off) && m.runner.seen(s.issue.ID) {
		if s.off == nil {
			s.off = map[string]bool{}
		}
		s.off[off] = true
	}
}

// replace is what a person does about what an issue is a part of.
func (m *machine) replace(d dice, s *subject, i standin.Issue) {
	ole := m.Person("ole")
	others := m.all()
	o := others[d.upTo(len(others), "of what")]
	of, ok := m.known(o)
	switch {
	case i.Parent != 0 && d.upTo(2, "of nothing") == 0:
		ole.TakeOut(i.Repository, i.Number)
	case !ok || o == s || of.Repository == "umbrella/app" != (i.Repository == "umbrella/app") || m.isUnder(of, i.ID):
		return
	default:
		ole.MakePart(i.Repository, i.Number, of.Repository, of.Number)
	}
	s.chosen = true
	s.free = s.free || !m.runner.seen(s.issue.ID)
}

// isUnder reports whether an issue is a part of another, or a part of a part.
func (m *machine) isUnder(i standin.Issue, other int64) bool {
	all := m.everywhere()
	for i.Parent != 0 {
		if i.Parent == other {
			return true
		}
		at := slices.IndexFunc(all, func(p standin.Issue) bool { return p.ID == i.Parent })
		if at < 0 {
			return false
		}
		i = all[at]
	}
	return false
}

// everywhere are all issues of all places.
func (m *machine) everywhere() []standin.Issue {
	var all []standin.Issue
	for _, place := range places {
		all = append(all, m.Issues(place)...)
	}
	return all
}

// movedApart is that a transfer ended of what an issue was a part, and what its parts were.
func (m *machine) movedApart(s *subject, i standin.Issue) {
	s.free = true
	for _, o := range m.all() {
		if o.parent == s || slices.ContainsFunc(m.ofSubject(o), func(part standin.Issue) bool { return part.Parent == i.ID }) {
			o.free = true
		}
	}
}

// judgePeople holds against the rules to whom an issue was assigned, and what it was made
// a part of, by others than people.
func (m *machine) judgePeople(s *subject, before, i standin.Issue) {
	for _, login := range i.Assignees {
		switch {
		case slices.Contains(before.Assignees, login):
		case s.off[login]:
			m.t.Fatalf("it assigned %s#%d again to %s, whom a person took off", i.Repository, i.Number, login)
		case !slices.Contains(s.logins, login):
			m.t.Fatalf("it assigned %s#%d to %s, who is not wanted: %q", i.Repository, i.Number, login, s.logins)
		}
	}
	for _, login := range before.Assignees {
		if !slices.Contains(i.Assignees, login) && (login == "max" || slices.Contains(s.logins, login)) {
			m.t.Fatalf("it took %s off %s#%d", login, i.Repository, i.Number)
		}
	}
	if i.Parent == before.Parent || s.free {
		return
	}
	if s.chosen {
		m.t.Fatalf("it made %s#%d a part of %d, where a person had chosen %d", i.Repository, i.Number, i.Parent, before.Parent)
	}
	if s.parent == nil || before.Parent != 0 || !slices.ContainsFunc(m.ofSubject(s.parent), func(p standin.Issue) bool { return p.ID == i.Parent }) {
		m.t.Fatalf("it made %s#%d a part of %d, which is not wanted; it was one of %d", i.Repository, i.Number, i.Parent, before.Parent)
	}
}

// concludePeople holds what an issue is in the end against what it has to be.
func (m *machine) concludePeople(s *subject, i standin.Issue) {
	for _, login := range []string{"ada", "bob", "zoe"} {
		if want := slices.Contains(s.logins, login); !s.handled && !m.loose && slices.Contains(i.Assignees, login) != want {
			m.t.Fatalf("%s#%d is assigned to %q, want %q: %+v", i.Repository, i.Number, i.Assignees, s.logins, m.delivery(s.issue.ID))
		}
	}
	if s.parent == nil || s.chosen || s.free || m.apart || m.loose {
		return
	}
	of, ok := m.known(s.parent)
	if !ok || of.Repository == "umbrella/app" != (i.Repository == "umbrella/app") {
		return
	}
	if i.Parent != of.ID {
		m.t.Fatalf("%s#%d is a part of %d, want %d: %+v", i.Repository, i.Number, i.Parent, of.ID, m.delivery(s.issue.ID))
	}
}
