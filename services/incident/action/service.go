package action

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Parts are what a Service is made of.
type Parts struct {
	Store      Store
	Incidents  Incidents
	Registry   Registry
	People     People
	Desk       Desk
	Teller     event.Teller
	Runner     tx.Runner
	Authorizer *access.Authorizer
	Recorder   access.Recorder
	Clock      clock.Clock
}

// Service is what can be done with action items. Every method authorises the context's caller, and
// every change is audited in its own transaction, as one of the incident. To whom may not read the
// incident, its items are NotFound.
type Service struct{ Parts }

// NewService returns the service.
func NewService(p Parts) *Service { return &Service{p} }

// Plan adds an item to an incident. Without DueOn it is to be done within the weeks of its priority.
//
// Faults: NotFound; Forbidden; Conflict "too_many_items"; Invalid with every broken rule.
func (s *Service) Plan(ctx context.Context, incident id.ID, t Terms) (Item, error) {
	items, _, err := s.add(ctx, incident, "", []Imported{{Terms: t}})
	if err != nil {
		return Item{}, fmt.Errorf("plan an action item: %w", err)
	}
	return items[0], nil
}

// Imported is an item that was written elsewhere.
type Imported struct {
	Key  string // what it is called there
	Link string // may be empty
	Terms
	// Settled is Done or Waived, of what is so already, with a note; empty of what is open.
	Settled State
	Note    string
}

// Import adds items of another postmortem to an incident, all or none, and returns how many were
// added: those of a key that the incident has are there already, and stay as they are.
//
// Faults: as Plan, with pointers that begin with the place in the list.
func (s *Service) Import(ctx context.Context, incident id.ID, in []Imported) (added int, err error) {
	var check fault.Check
	check.Require(len(in) >= 1 && len(in) <= MaxItems, "/items", len(in), "must be 1 to %d", MaxItems)
	for n, one := range in[:min(len(in), MaxItems)] {
		at := fmt.Sprintf("/items/%d", n)
		access.CheckLine(&check, at+"/key", one.Key, 1, registry.MaxLine)
		check.Require(slices.IndexFunc(in, func(o Imported) bool { return o.Key == one.Key }) == n, at+"/key", one.Key, "is there twice; each item has its own")
		registry.CheckURL(&check, at+"/link", one.Link)
		check.Require(slices.Contains([]State{"", Done, Waived}, one.Settled), at+"/settled", string(one.Settled), "must be %q or %q, or be left out", Done, Waived)
		registry.CheckText(&check, at+"/note", one.Note, registry.MaxReason)
		check.Require(one.Settled != Waived || strings.TrimSpace(one.Note) != "", at+"/note", nil, "must say why it is waived")
	}
	if err := check.Err(); err != nil {
		return 0, err
	}
	_, added, err = s.add(ctx, incident, "/items", in)
	if err != nil {
		return 0, fmt.Errorf("import action items: %w", err)
	}
	return added, nil
}

// add writes items into an incident, whose pointers begin with at and their place, if there is one.
func (s *Service) add(ctx context.Context, to id.ID, at string, in []Imported) (items []Item, added int, err error) {
	now := clock.Round(s.Clock())
	author, _ := access.AuthorFrom(ctx)
	err = s.Runner.InTx(ctx, func(ctx context.Context) error {
		items = nil
		i, err := s.hold(ctx, to)
		if err != nil {
			return err
		}
		if err := s.Authorizer.Authorize(ctx, access.Update, i.Object()); err != nil {
			return err
		}
		known, err := s.Store.OfIncident(ctx, i.ID)
		if err != nil {
			return err
		}
		var check fault.Check
		for n, one := range in {
			pointer := at
			if at != "" {
				pointer = fmt.Sprintf("%s/%d", at, n)
			}
			t := one.Terms.settled(now)
			there := one.Key != "" && slices.ContainsFunc(known, func(k Item) bool { return k.Key == one.Key })
			t.check(&check, pointer, now, one.kept(t, there, now))
			if !there { // what is there stays as it is, whoever left since
				if err := s.checkNamed(ctx, &check, pointer, i, t, Terms{}); err != nil {
					return err
				}
			}
			item := Item{
				ID: id.New(now), Incident: i.ID, Key: one.Key, Link: one.Link, Terms: t, FirstDueOn: t.DueOn, State: Open,
				CreatedAt: now, CreatedBy: author.Name, UpdatedAt: now, UpdatedBy: author.Name, Version: 1,
			}
			if one.Settled != "" {
				item.State = one.Settled
				item.Settled = &Settlement{At: now, By: author.Name, Person: access.CallerFrom(ctx).Person, Note: strings.TrimSpace(one.Note), Link: one.Link}
			}
			items = append(items, item)
		}
		if err := check.Err(); err != nil {
			return err
		}
		added, err = s.enter(ctx, i, known, items, now)
		return err
	})
	return items, added, err
}

// earliest is the first day that an item elsewhere may have been due on.
const earliest clock.Date = "2000-01-01"

// kept is the day of an item that may be past: that of one that was written elsewhere, where it may be
// late or done, and of one that is there already.
func (in Imported) kept(t Terms, there bool, now time.Time) clock.Date {
	if there || in.Key != "" && t.DueOn >= earliest && t.DueOn.Past(now) {
		return t.DueOn
	}
	return ""
}

// enter writes those of the items that are not among the known ones, and has them followed up.
func (s *Service) enter(ctx context.Context, i incident.Incident, known, items []Item, now time.Time) (int, error) {
	fresh := slices.DeleteFunc(slices.Clone(items), func(one Item) bool {
		return one.Key != "" && slices.ContainsFunc(known, func(k Item) bool { return k.Key == one.Key })
	})
	if len(known)+len(fresh) > MaxItems {
		return 0, fault.New(fault.Conflict, "too_many_items", "the incident has %d action items, and may have %d", len(known), MaxItems)
	}
	written, err := s.Store.CreateItems(ctx, fresh)
	if err != nil || len(written) == 0 {
		return 0, err
	}
	for _, item := range fresh {
		if !slices.Contains(written, item.ID) {
			continue
		}
		known = append(known, item)
		if err := s.Recorder.RecordDiff(ctx, access.Update, i.Object(), "", nil, item.record()); err != nil {
			return 0, err
		}
		if err := s.assigned(ctx, i, item, now); err != nil {
			return 0, err
		}
	}
	return len(written), s.Desk.FollowUps(ctx, i, known, now)
}

// assigned tells the owner of an item that it is theirs, but for who said so.
func (s *Service) assigned(ctx context.Context, i incident.Incident, item Item, now time.Time) error {
	if item.State != Open || item.Owner == access.CallerFrom(ctx).Person {
		return nil
	}
	return s.tell(ctx, news{event.ActionAssigned, i, item, i.Team}, fmt.Sprintf("is yours, until %s", item.DueOn), now)
}

// checkNamed notes what is named that does not exist. Of what stood there before nothing is asked again.
func (s *Service) checkNamed(ctx context.Context, check *fault.Check, at string, i incident.Incident, t, before Terms) error {
	if t.Service != before.Service || t.Service == "" {
		found, err := s.Registry.ServicesByID(ctx, []id.ID{t.Service})
		if err != nil {
			return fmt.Errorf("read the service of an action item: %w", err)
		}
		_, exists := found[t.Service]
		check.Require(exists, at+"/service", string(t.Service), "names no service that exists")
	}
	if t.Owner == before.Owner && t.Owner != "" {
		return nil
	}
	p, err := s.People.Person(ctx, t.Owner)
	switch {
	case t.Owner == "" || fault.Is(err, fault.NotFound):
		check.Fail(at+"/owner", string(t.Owner), "must be the identifier of the one person who sees to it")
	case err != nil:
		return fmt.Errorf("read the owner of an action item: %w", err)
	default:
		check.Require(p.DeactivatedAt == nil, at+"/owner", string(t.Owner), "left the organisation; name somebody else")
		check.Require(i.ReadableBy(access.Caller{Kind: access.ByPerson, Person: p.ID, Administrator: p.Administrator}), at+"/owner", string(t.Owner), "may not read the incident, which is restricted: add the person to its readers first")
	}
	return nil
}

// hold returns an incident that the caller may read, which nobody else changes meanwhile.
func (s *Service) hold(ctx context.Context, of id.ID) (incident.Incident, error) {
	i, err := s.Incidents.HoldIncident(ctx, of)
	if err == nil && !i.ReadableBy(access.CallerFrom(ctx)) {
		err = fault.Missing("incident", string(of))
	}
	return i, err
}

// change does something with an item that nobody else changes meanwhile, in a transaction, once the
// caller may: those who may change the incident, and where owners may too, the item's.
func (s *Service) change(ctx context.Context, item id.ID, version int64, owners bool, do func(ctx context.Context, i incident.Incident, item *Item) (said string, err error)) (Item, error) {
	now := clock.Round(s.Clock())
	var after Item
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		found, err := s.Store.Item(ctx, item)
		if err != nil {
			return err
		}
		i, err := s.hold(ctx, found.Incident)
		if err != nil {
			return missing(err, item)
		}
		before, err := s.Store.Item(ctx, item) // as it is now that nobody else changes it
		if err != nil {
			return err
		}
		c := access.CallerFrom(ctx)
		if !owners || c.Kind != access.ByPerson || c.Person != before.Owner {
			if err := s.Authorizer.Authorize(ctx, access.Update, i.Object()); err != nil {
				return err
			}
		} else if err := s.Authorizer.Permit(ctx, access.Rule{Verb: access.Update, Kind: access.KindIncident}); err != nil {
			return err
		}
		if before.Version != version {
			return fault.New(fault.Precondition, "version_mismatch", "the action item is at version %d now, changed by %s at %s, and not at %d any more; read it again and repeat the change", before.Version, before.UpdatedBy, before.UpdatedAt.Format(time.RFC3339), version)
		}
		after = before
		said, err := do(ctx, i, &after)
		if err != nil {
			return err
		}
		return s.write(ctx, i, before, &after, said, now)
	})
	return after, err
}

// missing is the fault of an item whose incident the caller may not read.
func missing(err error, item id.ID) error {
	if fault.Is(err, fault.NotFound) {
		return fault.Missing("action_item", string(item))
	}
	return err
}

// write writes an item as it is now, with its audit entry, and has it followed up.
func (s *Service) write(ctx context.Context, i incident.Incident, before Item, after *Item, said string, now time.Time) error {
	author, _ := access.AuthorFrom(ctx)
	after.UpdatedAt, after.UpdatedBy = now, author.Name
	if err := s.Store.UpdateItem(ctx, *after); err != nil {
		return err
	}
	after.Version++
	if err := s.Recorder.RecordDiff(ctx, access.Update, i.Object(), "", before.record(), after.record()); err != nil {
		return err
	}
	all, err := s.Store.OfIncident(ctx, i.ID)
	if err != nil {
		return err
	}
	if err := s.Desk.FollowUps(ctx, i, all, now); err != nil {
		return err
	}
	if said != "" {
		if err := s.Desk.Remark(ctx, i, after.ID, said, now); err != nil {
			return err
		}
	}
	if after.Owner != before.Owner {
		return s.assigned(ctx, i, *after, now)
	}
	return nil
}

// Amend replaces what is said of an open item. Without DueOn its day stays; a later one needs a reason.
//
// Faults: NotFound; Forbidden; Conflict "item_settled"; Precondition; Invalid.
func (s *Service) Amend(ctx context.Context, item id.ID, version int64, t Terms, reason string) (Item, error) {
	now := clock.Round(s.Clock())
	reason = strings.TrimSpace(reason)
	after, err := s.change(ctx, item, version, false, func(ctx context.Context, i incident.Incident, one *Item) (string, error) {
		if one.State != Open {
			return "", fault.New(fault.Conflict, "item_settled", "the action item is %s; open it again to change it", one.State)
		}
		if t.DueOn == "" {
			t.DueOn = one.DueOn
		}
		t := t.settled(now)
		var check fault.Check
		t.check(&check, "", now, one.DueOn)
		registry.CheckText(&check, "/reason", reason, registry.MaxReason)
		later := t.DueOn > one.DueOn
		check.Require(!later || reason != "", "/reason", nil, "must say why the day is later than %s", one.DueOn)
		if err := s.checkNamed(ctx, &check, "", i, t, one.Terms); err != nil {
			return "", err
		}
		if err := check.Err(); err != nil {
			return "", err
		}
		said := ""
		if later {
			said = fmt.Sprintf("To be done by %s instead of %s: %s", t.DueOn, one.DueOn, reason)
		}
		*one = one.changed(t)
		return said, nil
	})
	if err != nil {
		return Item{}, fmt.Errorf("amend an action item: %w", err)
	}
	return after, nil
}

// Proof is by what it is seen that an item is done.
type Proof struct {
	Note string // 1 to 1,000 characters
	Link string // may be empty
}

// Complete says that an item is done. Its owner may, and whoever may change the incident.
//
// Faults: NotFound; Forbidden; Conflict "item_settled"; Precondition; Invalid.
func (s *Service) Complete(ctx context.Context, item id.ID, version int64, p Proof) (Item, error) {
	var check fault.Check
	p.Note = strings.TrimSpace(p.Note)
	check.Require(p.Note != "", "/note", nil, "must say what was done, and where that is seen")
	registry.CheckText(&check, "/note", p.Note, registry.MaxReason)
	registry.CheckURL(&check, "/link", p.Link)
	after, err := s.settle(ctx, item, version, true, check, Done, Settlement{Note: p.Note, Link: p.Link})
	if err != nil {
		return Item{}, fmt.Errorf("complete an action item: %w", err)
	}
	return after, nil
}

// Waive says that an item will not be done, and why. A P0 is waived by another person than its owner.
//
// Faults: NotFound; Forbidden, "own_item"; Conflict "item_settled"; Precondition; Invalid.
func (s *Service) Waive(ctx context.Context, item id.ID, version int64, reason string) (Item, error) {
	var check fault.Check
	reason = strings.TrimSpace(reason)
	check.Require(reason != "", "/reason", nil, "must say why it will not be done")
	registry.CheckText(&check, "/reason", reason, registry.MaxReason)
	after, err := s.settle(ctx, item, version, false, check, Waived, Settlement{Note: reason})
	if err != nil {
		return Item{}, fmt.Errorf("waive an action item: %w", err)
	}
	return after, nil
}

func (s *Service) settle(ctx context.Context, item id.ID, version int64, owners bool, check fault.Check, to State, by Settlement) (Item, error) {
	c := access.CallerFrom(ctx)
	by.At, by.By, by.Person = clock.Round(s.Clock()), c.Name, c.Person
	return s.change(ctx, item, version, owners, func(ctx context.Context, i incident.Incident, one *Item) (string, error) {
		if err := check.Err(); err != nil {
			return "", err
		}
		// What was closed as not planned on the tracker waits for its reason.
		if one.State != Open && !(one.State == Waived && one.Settled.Note == "") {
			return "", fault.New(fault.Conflict, "item_settled", "the action item is %s already", one.State)
		}
		if to == Waived && one.Priority == P0 && (c.Kind != access.ByPerson || c.Person == one.Owner) {
			return "", access.Refused(ctx, access.Update, i.Object(), "own_item", "an item of the priority p0 is waived by another person than its owner, and by no workload")
		}
		one.State, one.Settled = to, &by
		return one.moved(), nil
	})
}

// Reopen opens an item again that was done or waived, and says why.
//
// Faults: NotFound; Forbidden; Conflict "item_open"; Precondition; Invalid.
func (s *Service) Reopen(ctx context.Context, item id.ID, version int64, reason string) (Item, error) {
	reason = strings.TrimSpace(reason)
	after, err := s.change(ctx, item, version, true, func(_ context.Context, _ incident.Incident, one *Item) (string, error) {
		var check fault.Check
		check.Require(reason != "", "/reason", nil, "must say why it is not done after all")
		registry.CheckText(&check, "/reason", reason, registry.MaxReason)
		if err := check.Err(); err != nil {
			return "", err
		}
		if one.State == Open {
			return "", fault.New(fault.Conflict, "item_open", "the action item is open")
		}
		one.State, one.Settled = Open, nil
		return one.moved() + " " + reason, nil
	})
	if err != nil {
		return Item{}, fmt.Errorf("open an action item again: %w", err)
	}
	return after, nil
}

// Get returns an item; NotFound.
func (s *Service) Get(ctx context.Context, item id.ID) (Item, error) {
	if err := s.mayRead(ctx); err != nil {
		return Item{}, err
	}
	found, err := s.Store.Item(ctx, item)
	if err != nil {
		return Item{}, fmt.Errorf("read an action item: %w", err)
	}
	if _, err := s.readable(ctx, found.Incident); err != nil {
		return Item{}, missing(err, item)
	}
	return found, nil
}

// readable returns an incident that the caller may read; NotFound.
func (s *Service) readable(ctx context.Context, of id.ID) (incident.Incident, error) {
	i, err := s.Incidents.Incident(ctx, of)
	if err == nil && !i.ReadableBy(access.CallerFrom(ctx)) {
		err = fault.Missing("incident", string(of))
	}
	if err != nil {
		return i, fmt.Errorf("read the incident of action items: %w", err)
	}
	return i, nil
}

// OfIncident returns all items of an incident, the first first; NotFound.
func (s *Service) OfIncident(ctx context.Context, of id.ID) ([]Item, error) {
	if err := s.mayRead(ctx); err != nil {
		return nil, err
	}
	if _, err := s.readable(ctx, of); err != nil {
		return nil, err
	}
	found, err := s.Store.OfIncident(ctx, of)
	if err != nil {
		return nil, fmt.Errorf("list the action items of an incident: %w", err)
	}
	return found, nil
}

// List lists items, the open ones first, by their days.
func (s *Service) List(ctx context.Context, f Filter, overdue bool, r page.Request) (page.Page[Item], error) {
	if err := s.mayRead(ctx); err != nil {
		return page.Page[Item]{}, err
	}
	if overdue {
		f.PastOn = clock.DateOf(s.Clock())
	}
	f.Reader = incident.ReaderFrom(ctx)
	found, err := s.Store.Items(ctx, f, r)
	if err != nil {
		return page.Page[Item]{}, fmt.Errorf("list action items: %w", err)
	}
	return found, nil
}

// Owners are those of items, who may have left, by their identifiers.
func (s *Service) Owners(ctx context.Context, items []Item) (map[id.ID]access.Person, error) {
	if err := s.mayRead(ctx); err != nil {
		return nil, err
	}
	var people []id.ID
	for _, i := range items {
		people = append(people, i.Owner)
	}
	slices.Sort(people)
	found, err := s.People.PeopleByID(ctx, slices.Compact(people))
	if err != nil {
		return nil, fmt.Errorf("read the owners of action items: %w", err)
	}
	return found, nil
}

// Overdue reports whether an item's day is over now, and it is open.
func (s *Service) Overdue(i Item) bool { return i.Overdue(s.Clock()) }

func (s *Service) mayRead(ctx context.Context) error {
	return s.Authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindIncident})
}
