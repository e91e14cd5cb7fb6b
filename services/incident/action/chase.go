package action

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/incident"
)

const (
	// soon is how many days before its day an item is told to be due.
	soon = 3
	// chunk is how many items are read at once, and maxFailures how many failures are told of.
	chunk       = 200
	maxFailures = 5
	// lastStep is after how many steps nobody is told any more.
	lastStep = 6
)

// step is on which day of being overdue an item is told for the nth time: on the first to its owner
// and team, then up the tree, to each after another week, and later after two; a P0 sooner.
func (p Priority) step(n int) int {
	if p == P0 {
		return []int{1, 4, 8, 15, 22, 29}[n-1]
	}
	return []int{1, 8, 15, 29, 43, 57}[n-1]
}

// next is the step that an item is at on a day, and 0 where nothing new is to be told.
func (i Item) next(now time.Time) int {
	told := 0
	if i.Chased.For == i.DueOn {
		told = i.Chased.Step
	}
	since := func(day clock.Date) int { return int(clock.DateOf(now).Time().Sub(day.Time()) / (24 * time.Hour)) }
	if told >= lastStep || since(i.DueOn) < i.Priority.step(told+1) {
		return 0
	}
	// One at a time, though nobody looked for long, and as far apart as ever: what is opened again long
	// after its day is not known to the whole tree of teams within hours.
	if told > 0 && since(clock.DateOf(i.Chased.At)) < i.Priority.step(told+1)-i.Priority.step(told) {
		return 0
	}
	return told + 1
}

// ChaseOnce tells of open items: three days before their day to their owner; once it is over, to owner
// and team; and in steps up the tree of teams. Each is changed in a transaction of its own, with what
// is told; a repeat changes nothing. What fails does not hold the rest up: the first errors are returned
// joined. It counts "due_soon", "overdue", "escalated" and "failed".
func (s *Service) ChaseOnce(ctx context.Context) (map[string]int64, error) {
	now := clock.Round(s.Clock())
	ctx = access.WithCaller(ctx, access.System("chase-action-items"))
	counts := map[string]int64{"due_soon": 0, "overdue": 0, "escalated": 0, "failed": 0}
	var failures []error
	by := clock.DateOf(now.AddDate(0, 0, soon))
	for after := id.ID(""); ; {
		due, err := s.Store.Due(ctx, by, after, chunk)
		if err != nil {
			return counts, fmt.Errorf("read what is due: %w", err)
		}
		for _, item := range due {
			if !item.waits(now) {
				continue
			}
			what, err := s.chase(ctx, item.ID, now)
			switch {
			case err == nil && what != "":
				counts[what]++
			case err == nil, fault.Is(err, fault.Precondition): // somebody changed it meanwhile
			case ctx.Err() != nil || tx.IsLeaseLost(err):
				return counts, err
			default:
				if counts["failed"]++; len(failures) < maxFailures {
					failures = append(failures, fmt.Errorf("chase the action item %s: %w", item.ID, err))
				}
			}
		}
		if len(due) < chunk {
			return counts, errors.Join(failures...)
		}
		after = due[len(due)-1].ID
	}
}

// waits reports whether something of the item is to be told.
func (i Item) waits(now time.Time) bool {
	if i.State != Open {
		return false
	}
	if !i.DueOn.Past(now) {
		return i.Chased.For != i.DueOn || !i.Chased.Soon
	}
	return i.next(now) > 0
}

// chase tells what is to be told of an item, and what that was.
func (s *Service) chase(ctx context.Context, item id.ID, now time.Time) (what string, err error) {
	err = s.Runner.InTx(ctx, func(ctx context.Context) error {
		what = ""
		found, err := s.Store.Item(ctx, item)
		if err != nil {
			return err
		}
		i, err := s.Incidents.HoldIncident(ctx, found.Incident)
		if err != nil {
			return err
		}
		one, err := s.Store.Item(ctx, item)
		if err != nil || !one.waits(now) {
			return err
		}
		if what, err = s.remind(ctx, i, &one, now); err != nil {
			return err
		}
		return s.Store.MarkChased(ctx, one)
	})
	return what, err
}

// remind tells whoever is at their turn, and notes it in the item.
func (s *Service) remind(ctx context.Context, i incident.Incident, one *Item, now time.Time) (string, error) {
	if !one.DueOn.Past(now) {
		one.Chased = Chased{For: one.DueOn, At: now, Soon: true}
		return "due_soon", s.tell(ctx, news{event.ActionDueSoon, i, *one, i.Team}, fmt.Sprintf("is to be done by %s", one.DueOn), now)
	}
	step := one.next(now)
	one.Chased = Chased{For: one.DueOn, Step: step, At: now, Soon: true}
	late := fmt.Sprintf("was to be done by %s", one.DueOn)
	if step == 1 {
		kind := event.ActionOverdue
		if one.Priority == P0 {
			kind = event.ActionP0Overdue
		}
		if err := s.Desk.Remark(ctx, i, one.ID, fmt.Sprintf("This was to be done by %s. Say here what is in the way, or give it another day in Evenkeel, with the reason.", one.DueOn), now); err != nil {
			return "", err
		}
		return "overdue", s.tell(ctx, news{kind, i, *one, i.Team}, late, now)
	}
	above, err := s.above(ctx, i.Team, step-1)
	if err != nil {
		return "", err
	}
	return "escalated", s.tell(ctx, news{event.ActionEscalated, i, *one, above}, late+", and is open", now)
}

// above is the team so many steps up the tree; the highest where there are fewer.
func (s *Service) above(ctx context.Context, team id.ID, steps int) (id.ID, error) {
	for range steps {
		t, err := s.Registry.Team(ctx, team)
		if err != nil {
			return "", fmt.Errorf("read the parent of a team: %w", err)
		}
		if t.Parent == "" {
			break
		}
		team = t.Parent
	}
	return team, nil
}

// news is what is told of an item, to a team.
type news struct {
	kind     event.Type
	incident incident.Incident
	item     Item
	to       id.ID
}

// tell tells it; of a restricted incident only its owner, and administrators, that there is something,
// for who reads what a team is told is not known.
func (s *Service) tell(ctx context.Context, n news, said string, now time.Time) error {
	e := event.Event{
		Type: n.kind, Key: fmt.Sprintf("action-item/%s/%s/%s/%d", n.item.ID, n.kind, n.item.DueOn, n.item.Chased.Step), At: now, Team: n.to, Service: n.item.Service,
		Person: n.item.Owner, Subject: n.incident.Title, Link: "/incidents/" + string(n.incident.ID) + "#actions",
		Title: fmt.Sprintf("%s %s", quoted(n.item.Title), said),
		Text:  fmt.Sprintf("It follows from the incident %s. Seen to be done by: %s", quoted(n.incident.Title), n.item.Verification),
		Figures: []event.Figure{
			{Name: "priority", Value: string(n.item.Priority)}, {Name: "due", Value: string(n.item.DueOn)}, {Name: "postponed", Value: fmt.Sprint(n.item.Postponed)},
		},
	}
	if n.incident.Restricted {
		e.Subject, e.Service, e.Team, e.Figures = "a restricted incident", "", "", nil
		e.Title, e.Text = "An action item of a restricted incident "+said, "Who may read the incident finds there what it is."
	}
	return s.Teller.Tell(ctx, e)
}

func quoted(text string) string { return "“" + text + "”" }
