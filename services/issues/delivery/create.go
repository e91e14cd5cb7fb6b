package delivery

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/issues"
)

const (
	// skew is how far the tracker's clock may be from this one's, for what is looked
	// for since a time.
	skew = time.Hour
	// remember is how long the facts of a place are taken for true: one that was made
	// public is written to no longer.
	remember = time.Minute
	// capSpan is the day of the caps, recheck how long is waited when one is reached, or
	// when there is no place.
	capSpan = 24 * time.Hour
	recheck = time.Hour
)

// step does what is next for a delivery.
func (p *passage) step(ctx context.Context, d *Delivery) error {
	i, err := p.Issues.Issue(ctx, d.Issue)
	if err != nil {
		return fmt.Errorf("read an issue to be delivered: %w", err)
	}
	switch d.State {
	case Sending:
		// Whoever sent it is gone, or was stopped before it wrote down what came of it:
		// it is not known, and must not be sent again.
		d.lose(clock.Round(p.Clock()))
		d.Problem = "what was sent has no known answer; it is looked for"
		p.count("lost")
		return p.lookUp(ctx, d, i)
	case Unknown:
		return p.lookUp(ctx, d, i)
	case Pending:
		return p.create(ctx, d, i)
	case Sent:
		return p.update(ctx, d, i)
	default:
		d.DueAt = nil
		return nil
	}
}

// create has the issue made, if it is still wanted open and the place takes it.
func (p *passage) create(ctx context.Context, d *Delivery, i issues.Issue) error {
	if found, err := p.recall(ctx, d, i); found || err != nil {
		return err
	}
	if !i.Open {
		d.DueAt, d.Problem = nil, "it was not made: before it was, it was wanted no more"
		p.lookAgain(d)
		return nil
	}
	if ok, err := p.settled(ctx, d, i); !ok || err != nil {
		return err
	}
	if full, err := p.capped(ctx, d, i); full || err != nil {
		return err
	}
	g, err := p.admit(ctx, d.Place, Making)
	if err != nil {
		return err
	}
	defer g.mu.Unlock()
	if full, err := p.sendCapped(ctx, d, i); full || err != nil {
		return err
	}
	made, err := hear(ctx, p, g, func(ctx context.Context) (Remote, error) {
		return p.Tracker.Create(ctx, d.Place, Made{Title: i.Title, Body: i.Body, Labels: d.Written.wantedLabels(i)})
	})
	if err == nil && !strings.Contains(made.Body, issues.Marker(i.Fingerprint)) {
		err = &Error{Trouble: Lost, Reason: "the answer tells of another issue than the one that was to be made"}
	}
	if err != nil {
		return err
	}
	p.count("opened")
	p.adopt(d, i, made)
	return nil
}

// sendCapped writes down that the issue is about to be made, unless others reached a cap
// since it was looked at: one after the other, and what was sent counts.
func (p *passage) sendCapped(ctx context.Context, d *Delivery, i issues.Issue) (full bool, err error) {
	p.caps.Lock()
	defer p.caps.Unlock()
	if full, err := p.capped(ctx, d, i); full || err != nil {
		return full, err
	}
	d.Written.prepare(i)
	if d.Attempts == 0 || d.Written.FirstAt.IsZero() {
		d.Written.FirstAt = clock.Round(p.Clock())
	}
	if !slices.Contains(d.Written.From, d.Place) {
		d.Written.From = append(slices.Clone(d.Written.From), d.Place)
	}
	d.Attempts++
	return false, p.send(ctx, d, "")
}

// recall looks once more, before it is asked for again, for what was given up: it may
// have come into the list since.
func (p *passage) recall(ctx context.Context, d *Delivery, i issues.Issue) (found bool, err error) {
	if d.Attempts == 0 {
		return false, nil
	}
	for _, place := range slices.Clone(d.Written.From) {
		all, err := p.find(ctx, place, d, i)
		if e := AsError(err); e != nil && e.Trouble == Moved && e.Number == 0 && place != d.Place {
			d.Written.From = renamed(d.Written.From, place, e.To)
			place = e.To
			all, err = p.find(ctx, place, d, i)
		}
		switch e := AsError(err); {
		case e != nil && (e.Trouble == Gone || e.Trouble == Refused || e.Trouble == Moved) && place != d.Place:
			continue // there is nothing to be seen there
		case err != nil:
			return false, err
		case len(all) > 0:
			p.count("found")
			d.Place = place
			p.adopt(d, i, all[0])
			return true, nil
		}
	}
	return false, nil
}

// lookAgain has what may have been made, and is not wanted, looked for later: each
// time twice as late.
func (p *passage) lookAgain(d *Delivery) {
	if d.Attempts == 0 || d.Written.Sweeps >= mostSweeps {
		return
	}
	at := clock.Round(p.Clock()).Add(p.Settings.Hold << d.Written.Sweeps)
	d.Written.Sweeps++
	d.DueAt = &at
}

// send writes down what is about to be asked for: committed before it is.
func (p *passage) send(ctx context.Context, d *Delivery, comment string) error {
	now := clock.Round(p.Clock())
	d.State, d.Owner, d.Intent, d.DueAt = Sending, p.owner, &Intent{Comment: comment, At: now}, &now
	if err := p.put(ctx, d); err != nil {
		return err
	}
	if p.Clock().Sub(now) > p.Settings.Timeout {
		// This process stood still, and another may have taken over since.
		return &Error{Trouble: Unavailable, Reason: "it took too long to write down that it is sent"}
	}
	return nil
}

// adopt takes an issue on the tracker for the one that is wanted. Labels that it was
// made with and does not have were dropped, or removed by a person.
func (p *passage) adopt(d *Delivery, i issues.Issue, r Remote) {
	opened := clock.Round(p.Clock())
	if d.Intent != nil {
		opened = d.Intent.At
	}
	d.State, d.Intent, d.Number, d.OpenedAt, d.Problem = Sent, nil, r.Number, &opened, ""
	d.notice(i, r)
	d.Written.recognize(r)
	d.Written.ETag = ""
	for label, whose := range d.Written.Labels {
		if whose == Adding {
			d.Written.setLabel(label, Untaken)
		}
	}
	if d.Attempts > 1 {
		d.Written.Sweeps = 0
		d.Written.SweepAt = opened.Add(p.Settings.Hold)
	}
	p.schedule(d, i)
	if i.Parent != "" && d.Written.Under != i.Parent { // which may be there already
		now := clock.Round(p.Clock())
		d.DueAt = &now
	}
}

// schedule says when something is next to be done, and what the tracker did not do.
func (p *passage) schedule(d *Delivery, i issues.Issue) {
	now := clock.Round(p.Clock())
	d.DueAt, d.Problem = nil, d.Written.untaken()
	if !d.Written.SweepAt.IsZero() {
		at := d.Written.SweepAt
		d.DueAt = &at
	}
	if at := d.Written.titleAt(i); d.Written.Title.Wanted != digest(i.Title) && (d.DueAt == nil || at.Before(*d.DueAt)) {
		d.DueAt = &at
	}
	if d.Written.differs(i, now) {
		d.DueAt = &now
	}
}

// lookUp looks for what may have been made.
func (p *passage) lookUp(ctx context.Context, d *Delivery, i issues.Issue) error {
	if d.Intent.Comment != "" {
		return p.lookUpComment(ctx, d, i)
	}
	// Where issues are disabled the list is empty, whatever is there.
	p.forget(d.Place)
	facts, err := p.factsOf(ctx, d.Place)
	if err != nil {
		return err
	}
	if !facts.Issues {
		return &Error{Trouble: Refused, Reason: p.Settings.objection(facts, d.Kind) + "; until then it is not known whether it was made"}
	}
	found, err := p.find(ctx, d.Place, d, i)
	switch {
	case err != nil:
		return err
	case len(found) == 0:
		p.miss(d)
		return nil
	}
	p.count("found")
	p.adopt(d, i, found[0])
	if len(found) > 1 {
		now := clock.Round(p.Clock())
		d.Written.SweepAt, d.DueAt = now, &now
	}
	return nil
}

// find returns the issues with the marker, the lowest number first.
func (p *passage) find(ctx context.Context, place Place, d *Delivery, i issues.Issue) ([]Remote, error) {
	type answer struct {
		found []Remote
		next  int
	}
	var all []Remote
	for page := 1; page != 0; {
		got, err := ask(ctx, p, place, Reading, func(ctx context.Context) (a answer, err error) {
			a.found, a.next, err = p.Tracker.Find(ctx, place, d.Written.FirstAt.Add(-skew), page)
			return a, err
		})
		if err != nil {
			return nil, err
		}
		for _, r := range got.found {
			if strings.Contains(r.Body, issues.Marker(i.Fingerprint)) {
				all = append(all, r)
			}
		}
		page = got.next
	}
	slices.SortFunc(all, func(a, b Remote) int { return a.Number - b.Number })
	return all, nil
}

// miss notes that it was not found. When the hold is over it may be sent again.
func (p *passage) miss(d *Delivery) {
	now := clock.Round(p.Clock())
	intent := *d.Intent
	intent.Misses++
	d.Intent = &intent
	p.count("missed")
	over := intent.LostAt.Add(p.Settings.Hold)
	if intent.Misses >= p.Settings.Misses && !now.Before(over) {
		d.Intent, d.State, d.DueAt = nil, d.unsent(), &now
		d.Problem = "it was not found, and is sent again"
		p.count("given_up")
		return
	}
	at := intent.LostAt.Add(p.Settings.Hold * time.Duration(min(intent.Misses, p.Settings.Misses)) / time.Duration(p.Settings.Misses))
	if !at.After(now) {
		at = now.Add(time.Second)
	}
	d.DueAt = &at
}

// factsOf are the facts of a place, not older than remember, nor than the last change of
// it that the tracker told of.
func (p *passage) factsOf(ctx context.Context, place Place) (Facts, error) {
	known, changes, err := p.known(ctx, place)
	if err != nil {
		return Facts{}, err
	}
	if known != nil {
		return *known, nil
	}
	facts, err := ask(ctx, p, place, Reading, func(ctx context.Context) (Facts, error) { return p.Tracker.Facts(ctx, place) })
	if err != nil {
		return facts, err
	}
	p.learn(place, changes, facts)
	return facts, nil
}

// known are the facts of a place that still hold, nil when there are none, and how often
// it had changed by now.
func (c *Courier) known(ctx context.Context, place Place) (*Facts, int64, error) {
	changes, err := c.Store.Changes(ctx, place)
	if err != nil {
		return nil, 0, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	known, ok := c.facts[place.Folded()]
	if !ok || known.changes != changes || !c.Clock().Before(known.at.Add(remember)) {
		return nil, changes, nil
	}
	return &known.Facts, changes, nil
}

// learn takes in facts that were asked for when the place had changed so often.
func (c *Courier) learn(place Place, changes int64, facts Facts) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.facts[place.Folded()] = knownFacts{facts, c.Clock(), changes}
}

// forget has the facts of a place read anew.
func (c *Courier) forget(place Place) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.facts, place.Folded())
}

// capped has the issue wait while a cap is reached.
func (p *passage) capped(ctx context.Context, d *Delivery, i issues.Issue) (full bool, err error) {
	var team id.ID // none of a group
	if !i.IsGroup() {
		service, err := p.Places.Service(ctx, i.Service)
		if err != nil {
			return false, fmt.Errorf("read the service of an issue: %w", err)
		}
		team = service.Team
	}
	now := clock.Round(p.Clock())
	ofTeam, all, err := p.Store.Opened(ctx, team, now.Add(-capSpan))
	switch {
	case err != nil:
		return false, err
	case team != "" && ofTeam >= p.Settings.TeamPerDay:
		d.Problem = fmt.Sprintf("the cap of %d issues of a team in a day is reached; it waits", p.Settings.TeamPerDay)
	case all >= p.Settings.PerDay:
		d.Problem = fmt.Sprintf("the cap of %d issues in a day is reached; it waits", p.Settings.PerDay)
	default:
		return false, nil
	}
	at := now.Add(recheck)
	d.DueAt = &at
	p.count("capped")
	return true, nil
}
