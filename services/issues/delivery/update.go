package delivery

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/services/issues"
)

// update brings an issue on the tracker to what is wanted, as far as people have not
// decided otherwise.
func (p *passage) update(ctx context.Context, d *Delivery, i issues.Issue) error {
	sweeps := !d.Written.SweepAt.IsZero() && !p.Clock().Before(d.Written.SweepAt)
	parent, err := p.parent(ctx, d, i)
	if err != nil {
		return err
	}
	etag := d.Written.ETag
	if sweeps || parent != nil || d.Written.differs(i, p.Clock()) {
		etag = "" // what is written is decided by what is there now
	}
	type answer struct {
		Remote
		changed bool
	}
	got, err := ask(ctx, p, d.Place, Reading, func(ctx context.Context) (a answer, err error) {
		a.Remote, a.changed, err = p.Tracker.Read(ctx, d.Place, d.Number, etag)
		return a, err
	})
	if err != nil {
		return err
	}
	d.Problem = ""
	if !got.changed {
		p.count("unchanged")
		p.schedule(d, i)
		return nil
	}
	if sweeps {
		// The issue was just seen where it is known to be: what else has its marker is
		// not the issue itself, transferred meanwhile.
		number := d.Number
		if err := p.sweep(ctx, d, i); err != nil {
			return err
		}
		if d.Number != number {
			now := clock.Round(p.Clock())
			d.DueAt = &now
			return nil
		}
	}
	r := got.Remote
	d.notice(i, r)
	if parent != nil || d.Written.differs(i, p.Clock()) {
		if err := p.bring(ctx, d, i, r, parent); err != nil {
			return err
		}
	}
	p.schedule(d, i)
	return nil
}

// bring writes what is wanted: text and state, then labels, people and what it is a part
// of, then comments.
func (p *passage) bring(ctx context.Context, d *Delivery, i issues.Issue, r Remote, parent *Delivery) error {
	if err := p.allowed(ctx, d.Place); err != nil {
		return err
	}
	e, needed := d.Written.edit(i, r, p.Settings.of(d.Kind), p.Clock())
	if needed {
		if d.Written.sends(e); e.Title != nil || e.Body != nil {
			if err := p.put(ctx, d); err != nil {
				return err
			}
		}
		edited, err := ask(ctx, p, d.Place, Writing, func(ctx context.Context) (Remote, error) { return p.Tracker.Edit(ctx, d.Place, d.Number, e) })
		if err != nil {
			return err
		}
		p.count("edited")
		switch {
		case e.Open != nil && *e.Open:
			p.count("reopened")
			d.Outcome = ""
		case e.Open != nil:
			p.count("closed")
		}
		d.Written.wrote(i, e, edited, clock.Round(p.Clock()))
		edited.Under = r.Under
		r = edited
	}
	d.Written.Told = i.Episode
	if err := p.label(ctx, d, i, r); err != nil {
		return err
	}
	if err := p.assign(ctx, d, i, r); err != nil {
		return err
	}
	if err := p.join(ctx, d, r, parent); err != nil {
		return err
	}
	return p.comment(ctx, d, i, r)
}

// label adds and removes labels. One that is to be added is noted before, so that it
// is known for the courier's own when the answer is lost.
func (p *passage) label(ctx context.Context, d *Delivery, i issues.Issue, r Remote) error {
	add, remove := d.Written.labels(i)
	var missing []string
	for _, l := range add {
		if contains(r.Labels, l) {
			d.Written.setLabel(l, Theirs)
			continue
		}
		d.Written.setLabel(l, Adding)
		missing = append(missing, l)
	}
	if len(missing) > 0 {
		if err := p.put(ctx, d); err != nil {
			return err
		}
		now, err := ask(ctx, p, d.Place, Writing, func(ctx context.Context) ([]string, error) {
			return p.Tracker.AddLabels(ctx, d.Place, d.Number, missing)
		})
		if err != nil {
			return err
		}
		p.count("labelled")
		for _, l := range missing {
			whose := Ours
			if !contains(now, l) {
				whose = Untaken
			}
			d.Written.setLabel(l, whose)
		}
	}
	for _, l := range remove {
		if d.Written.Labels[l] != Theirs && contains(r.Labels, l) {
			_, err := ask(ctx, p, d.Place, Writing, func(ctx context.Context) (struct{}, error) {
				return struct{}{}, p.Tracker.RemoveLabel(ctx, d.Place, d.Number, l)
			})
			if err != nil {
				return err
			}
			p.count("labelled")
		}
		d.Written.setLabel(l, "")
	}
	return nil
}

// comment says what is to be said, unless people want quiet.
func (p *passage) comment(ctx context.Context, d *Delivery, i issues.Issue, r Remote) error {
	for {
		key, body, found := d.Written.nextComment(i)
		if !found {
			return nil
		}
		if r.Locked || contains(r.Labels, LabelQuiet) {
			d.Written.said(key)
			continue
		}
		if err := p.say(ctx, d, key, body); err != nil {
			return err
		}
	}
}

// say makes a comment, which is written down before.
func (p *passage) say(ctx context.Context, d *Delivery, key, body string) error {
	g, err := p.admit(ctx, d.Place, Making)
	if err != nil {
		return err
	}
	defer g.mu.Unlock()
	if err := p.send(ctx, d, key); err != nil {
		return err
	}
	_, err = hear(ctx, p, g, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, p.Tracker.Comment(ctx, d.Place, d.Number, body)
	})
	if err != nil {
		return err
	}
	p.count("commented")
	d.said(key)
	return p.put(ctx, d)
}

// said notes that a comment is there.
func (d *Delivery) said(key string) {
	d.State, d.Intent = Sent, nil
	d.Written.said(key)
	d.Written.ETag = ""
}

// lookUpComment looks for a comment that may have been made.
func (p *passage) lookUpComment(ctx context.Context, d *Delivery, i issues.Issue) error {
	there, err := p.hasComment(ctx, d.Place, d.Number, d.Intent.At, commentMarker(i.Fingerprint, d.Intent.Comment))
	switch {
	case err != nil:
		return err
	case !there:
		p.miss(d)
		return nil
	}
	p.count("found")
	d.said(d.Intent.Comment)
	d.Problem = ""
	p.schedule(d, i)
	return nil
}

func (p *passage) hasComment(ctx context.Context, place Place, number int, since time.Time, marker string) (bool, error) {
	type answer struct {
		bodies []string
		next   int
	}
	for page := 1; page != 0; {
		got, err := ask(ctx, p, place, Reading, func(ctx context.Context) (a answer, err error) {
			a.bodies, a.next, err = p.Tracker.Comments(ctx, place, number, since.Add(-skew), page)
			return a, err
		})
		if err != nil {
			return false, err
		}
		if slices.ContainsFunc(got.bodies, func(body string) bool { return strings.Contains(body, marker) }) {
			return true, nil
		}
		page = got.next
	}
	return false, nil
}

// mostSweeps is after how many times duplicates are looked for no more; each time
// comes twice as late as the one before, the last after two weeks where the hold is
// five minutes.
const mostSweeps = 12

// sweep looks for what was made more than once, wherever it was asked for. The
// lowest number of those that are open stays, and is the one that is known from then
// on; the others are closed, with a comment that names it. A place that cannot be
// looked at is looked at the next time.
func (p *passage) sweep(ctx context.Context, d *Delivery, i issues.Issue) error {
	var why string
	var opens time.Time
	for _, place := range slices.Clone(d.Written.From) {
		err := p.sweepPlace(ctx, d, i, place)
		if err == nil {
			continue
		}
		var away *awayError
		if errors.As(err, &away) {
			why, opens = away.reason, away.until
			continue
		}
		e := AsError(err)
		if e == nil || e.Trouble == Limited || e.Trouble == Barred {
			return err
		}
		why = e.Reason
		if e.Trouble == Moved && e.Number == 0 {
			d.Written.From = renamed(d.Written.From, place, e.To)
		}
	}
	now := clock.Round(p.Clock())
	d.Written.Sweeps++
	d.Written.SweepAt = time.Time{}
	if d.Written.Sweeps < mostSweeps {
		d.Written.SweepAt = now.Add(p.Settings.Hold << d.Written.Sweeps)
		if opens.After(d.Written.SweepAt) {
			d.Written.SweepAt = opens
		}
	}
	if why != "" {
		p.Logger.Info("whether an issue was made twice could not be looked at everywhere", "issue", d.Issue, "reason", why)
	}
	return nil
}

// renamed has one place of a list by its new name.
func renamed(places []Place, from, to Place) []Place {
	var out []Place
	for _, place := range places {
		if place == from {
			place = to
		}
		if !slices.Contains(out, place) {
			out = append(out, place)
		}
	}
	return out
}

func (p *passage) sweepPlace(ctx context.Context, d *Delivery, i issues.Issue, place Place) error {
	found, err := p.find(ctx, place, d, i)
	if err != nil {
		return err
	}
	if d.Place == place {
		if err := p.keepLowest(ctx, d, i, found); err != nil {
			return err
		}
	}
	for _, r := range found {
		if !r.Open || d.Place == place && r.Number == d.Number || slices.Contains(d.Written.Swept, r.ID) {
			continue // one that was closed before was opened by a person since
		}
		if err := p.closeDuplicate(ctx, d, i, place, r); err != nil {
			return err
		}
		d.Written.Swept = append(slices.Clone(d.Written.Swept), r.ID)
	}
	return nil
}

// keepLowest takes the lowest number that is open for the issue. One that people
// closed is not opened for that.
func (p *passage) keepLowest(ctx context.Context, d *Delivery, i issues.Issue, found []Remote) error {
	at := slices.IndexFunc(found, func(r Remote) bool { return r.Open })
	if at < 0 || found[at].Number == d.Number {
		return nil
	}
	r, w := found[at], &d.Written
	d.Number, d.URL, d.Outcome, w.ETag = r.Number, r.URL, "", ""
	w.Title, w.Body = Text{Seen: digest(r.Title)}, Text{Seen: digest(r.Body)}
	w.Settled = Settled{Episode: i.Episode, Open: true}
	return p.put(ctx, d)
}

// closeDuplicate closes what was made a second time. That its comment is there already
// is seen by its marker.
func (p *passage) closeDuplicate(ctx context.Context, d *Delivery, i issues.Issue, place Place, r Remote) error {
	marker := commentMarker(i.Fingerprint, "duplicate")
	there, err := p.hasComment(ctx, place, r.Number, d.Written.FirstAt, marker)
	if err != nil {
		return err
	}
	if !there && !r.Locked && !contains(r.Labels, LabelQuiet) {
		kept := fmt.Sprintf("#%d", d.Number)
		if d.Place != place {
			kept = fmt.Sprintf("%s#%d", d.Place, d.Number)
		}
		body := fmt.Sprintf("This issue was made twice, because the answer to the first was lost: %s is the one that is kept up to date.\n\n%s", kept, marker)
		_, err := ask(ctx, p, place, Making, func(ctx context.Context) (struct{}, error) {
			return struct{}{}, p.Tracker.Comment(ctx, place, r.Number, body)
		})
		if err != nil {
			return err
		}
	}
	closed := false
	_, err = ask(ctx, p, place, Writing, func(ctx context.Context) (Remote, error) {
		return p.Tracker.Edit(ctx, place, r.Number, Edit{Open: &closed, Reason: "not_planned"})
	})
	if err == nil {
		p.count("swept")
	}
	return err
}
