package manifest

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
)

// people are those whom manifests name, and whom what there is names: by identifier, or by e-mail, which
// people read and which is the same in another installation. Only administrators and the catalog change
// e-mails; logins are no names, for everybody says their own.
type people struct {
	// called are those who have an e-mail, by it in lower case: those who left only where nobody else has it.
	called map[string][]access.Person
	emails map[id.ID]string
}

// People reads people.
type People interface {
	// PeopleByID returns those that there are.
	PeopleByID(ctx context.Context, people []id.ID) (map[id.ID]access.Person, error)
	// PeopleByEmail returns all who have one of the e-mails, which are in lower case.
	PeopleByEmail(ctx context.Context, emails []string) ([]access.Person, error)
}

// isEmail tells an e-mail from an identifier.
func isEmail(name string) bool { return strings.Contains(name, "@") }

// lookAtPeople reads who is named by teams and policies that there are, and by the things.
func (w *world) lookAtPeople(ctx context.Context, o Organisation, things []Thing) error {
	w.people = people{map[string][]access.Person{}, map[id.ID]string{}}
	ids, emails := map[id.ID]bool{}, map[string]bool{}
	name := func(who string) {
		if known, is := id.Parse(who); is {
			ids[known] = true
		} else if isEmail(who) {
			emails[strings.ToLower(who)] = true
		}
	}
	for _, t := range w.teams {
		name(string(t.IssueAssignee))
	}
	for _, v := range w.policies {
		name(string(v.Revision.Approval.Approver))
	}
	for _, t := range things {
		switch t := t.(type) {
		case Team:
			name(t.IssueAssignee)
		case Policy:
			name(string(t.Approval.Approver))
		}
	}
	if len(ids) > 0 {
		found, err := o.PeopleByID(ctx, slices.Sorted(maps.Keys(ids)))
		if err != nil {
			return err
		}
		for _, p := range found {
			if isEmail(p.Email) {
				w.people.emails[p.ID], emails[strings.ToLower(p.Email)] = p.Email, true
			}
		}
	}
	if len(emails) == 0 {
		return nil
	}
	found, err := o.PeopleByEmail(ctx, slices.Sorted(maps.Keys(emails)))
	if err != nil {
		return err
	}
	for _, p := range found {
		w.people.add(p)
	}
	return nil
}

// add takes a person in, before those who left.
func (p people) add(one access.Person) {
	email := strings.ToLower(one.Email)
	p.emails[one.ID] = one.Email
	others := p.called[email]
	switch gone := one.DeactivatedAt != nil; {
	case len(others) == 0, gone == (others[0].DeactivatedAt != nil):
		p.called[email] = append(others, one)
	case !gone:
		p.called[email] = []access.Person{one}
	}
}

// name is what a manifest calls the person: by the e-mail where it is theirs alone, or else by identifier.
func (p people) name(of id.ID) string {
	if email := p.emails[of]; p.identifier(email) == string(of) {
		return email
	}
	return string(of)
}

// identifier is that of whom a manifest names; what it says where that is nobody, or one of several.
func (p people) identifier(name string) string {
	if found := p.called[strings.ToLower(name)]; len(found) == 1 {
		return string(found[0].ID)
	}
	return name
}

// named is the person as manifests call them, whichever way they are named. Invalid where it is an e-mail
// that is not one person's; whether an identifier is somebody's is for the domain.
func (p people) named(pointer, name string) (string, error) {
	if !isEmail(name) {
		return p.name(id.ID(name)), nil
	}
	var check fault.Check
	switch n := len(p.called[strings.ToLower(name)]); n {
	case 0:
		check.Fail(pointer, name, "is nobody's e-mail here: it must be the e-mail or the identifier of a person")
	case 1:
	default:
		check.Fail(pointer, name, "is the e-mail of %d people: say the identifier of one of them", n)
	}
	return p.name(id.ID(p.identifier(name))), check.Err()
}
