package delivery

import (
	"context"
	"fmt"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/issues"
)

// assign assigns the issue to those who are wanted, by their logins, and to nobody whom
// the courier had assigned and who is wanted no more. It is seen from the answer to whom
// it then is: who cannot be is left out by the tracker without a word. Whom people took
// off is not assigned again.
func (p *passage) assign(ctx context.Context, d *Delivery, i issues.Issue, r Remote) error {
	add, remove := d.Written.assignees(i)
	if len(add) > 0 {
		logins, err := p.People.Logins(ctx, add)
		if err != nil {
			return fmt.Errorf("read the logins of those to whom an issue is assigned: %w", err)
		}
		if err := p.assignTo(ctx, d, r, add, logins); err != nil {
			return err
		}
	}
	for _, person := range remove {
		if a := d.Written.People[person]; a.Whose == Ours && contains(r.Assignees, a.Login) {
			_, err := ask(ctx, p, d.Place, Writing, func(ctx context.Context) (struct{}, error) {
				return struct{}{}, p.Tracker.Unassign(ctx, d.Place, d.Number, []string{a.Login})
			})
			if err != nil {
				return err
			}
			p.count("assigned")
		}
		d.Written.setPerson(person, Assigned{})
	}
	return nil
}

// assignTo assigns it to people. That is noted before, so that it is known for the
// courier's own when the answer is lost.
func (p *passage) assignTo(ctx context.Context, d *Delivery, r Remote, people []id.ID, logins map[id.ID]string) error {
	var missing []string
	for _, person := range people {
		a := Assigned{Login: logins[person], Whose: Adding}
		switch {
		case a.Login == "":
			a.Whose = Untaken
		case contains(r.Assignees, a.Login):
			a.Whose = Theirs
		default:
			missing = append(missing, a.Login)
		}
		d.Written.setPerson(person, a)
	}
	if len(missing) == 0 {
		return nil
	}
	if err := p.put(ctx, d); err != nil {
		return err
	}
	now, err := ask(ctx, p, d.Place, Writing, func(ctx context.Context) ([]string, error) {
		return p.Tracker.Assign(ctx, d.Place, d.Number, missing)
	})
	if err != nil {
		return err
	}
	p.count("assigned")
	for person, a := range d.Written.People {
		if a.Whose != Adding {
			continue
		}
		if a.Whose = Ours; !contains(now, a.Login) {
			a.Whose = Untaken
		}
		d.Written.setPerson(person, a)
	}
	return nil
}

// parent is the issue of which this one is still to be made a part; nil when there is
// none, or it is not on the tracker yet: once it is, its parts are called.
func (p *passage) parent(ctx context.Context, d *Delivery, i issues.Issue) (*Delivery, error) {
	if i.Parent == "" || d.Written.Under == i.Parent {
		return nil, nil
	}
	parent, err := p.Store.Delivery(ctx, i.Parent)
	switch {
	case fault.Is(err, fault.NotFound):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read of what an issue is a part: %w", err)
	case parent.Number == 0:
		return nil, nil
	}
	return &parent, nil
}

// join makes the issue a part of another. What people made it a part of stays so, and
// where the tracker refuses it goes on alone, which is said.
func (p *passage) join(ctx context.Context, d *Delivery, r Remote, parent *Delivery) error {
	if parent == nil {
		return nil
	}
	d.Written.Under, d.Written.Apart = parent.Issue, ""
	switch {
	case strings.EqualFold(r.Under, fmt.Sprintf("%s#%d", parent.Place, parent.Number)): // the answer was lost
		return nil
	case r.Under != "":
		d.Written.Apart = "people made it a part of " + r.Under
		return nil
	case !strings.EqualFold(parent.Place.Owner(), d.Place.Owner()):
		d.Written.Apart = "GitHub has parts within one owner alone, and that issue is in " + string(parent.Place)
		return nil
	}
	_, err := ask(ctx, p, parent.Place, Writing, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, p.Tracker.AddPart(ctx, parent.Place, parent.Number, r.ID)
	})
	switch e := AsError(err); {
	case err == nil:
		p.count("joined")
		return nil
	case e != nil && (e.Trouble == Refused || e.Trouble == Gone || e.Trouble == Moved):
		d.Written.Apart = e.Reason
		return nil
	}
	d.Written.Under = ""
	return err
}
