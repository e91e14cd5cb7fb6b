package manifest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Parts are what a Desk is made of.
type Parts struct {
	Store        Store
	Organisation Organisation
	Hands        Hands
	Reader       Reader
	Runner       Runner
	Authorizer   *access.Authorizer
	Recorder     access.Recorder
	Teller       event.Teller // nil where nobody is told
	Clock        clock.Clock
}

// Runner opens transactions, tries things within them, and reads many things as they are at one moment.
type Runner interface {
	tx.Trier
	tx.Snapshots
}

// Desk is what can be done with sets of manifests. Every method but CheckOnce authorises the context's
// caller, and what is done to each thing is authorised by its domain.
type Desk struct {
	Parts
	turn chan struct{} // who has it plans or applies: on SQLite others would only wait for the writer
}

// NewDesk returns a desk of the parts.
func NewDesk(p Parts) *Desk { return &Desk{Parts: p, turn: make(chan struct{}, 1)} }

// Input is what is brought.
type Input struct {
	// Set is the slug of the set, which is made where it is not there; empty for none: then nothing is
	// kept, and nothing ends.
	Set string
	// Team is the slug or identifier of the team whose set it is; empty for as it is, of a new one for
	// that of the caller's token, or the platform's.
	Team   string
	Source string // the address where the files are; may be empty
	// Prune has what the set said and says no more end.
	Prune bool
	// Digest is that of the plan that is to be applied; empty for whatever it is.
	Digest string
	Files  []File
}

// errRefused ends the transaction of a set that was to be brought whole, and of which something is refused.
var errRefused = errors.New("something is refused")

// errGivenUp ends the transaction of a plan.
var errGivenUp = errors.New("it was only a plan")

// Plan says what applying would do. What keeps it from being done is told in its steps.
//
// Faults: Forbidden for the set; Invalid for the input and for documents that cannot be read.
func (d *Desk) Plan(ctx context.Context, in Input) (Plan, error) {
	return d.run(ctx, in, access.Check)
}

// Apply does what Plan says: all of it, or nothing.
//
// Faults: those of Plan; Conflict "plan_changed" where it is not the plan of that digest;
// Conflict "manifests_refused" with all that keeps it from being done.
func (d *Desk) Apply(ctx context.Context, in Input) (Plan, error) {
	return d.run(ctx, in, access.Update)
}

// run plans, and applies where the verb is no Check.
func (d *Desk) run(ctx context.Context, in Input, verb access.Verb) (Plan, error) {
	now := clock.Round(d.Clock())
	set, err := d.setFor(ctx, in, verb, now)
	if err != nil {
		return Plan{}, err
	}
	manifests, notes, err := d.Reader.Read(in.Files)
	if err != nil {
		return Plan{}, err
	}
	if err := check(in, manifests); err != nil {
		return Plan{}, err
	}
	r := run{desk: d, in: in, set: set, read: manifests, now: now}
	err = d.Runner.InSnapshot(ctx, r.compare)
	if err == nil && (r.changes() || !r.settled) {
		if verb == access.Check {
			ctx = planning(ctx)
		}
		// Most sets are brought whole. Only where something is refused are all of them tried one by one,
		// so that all that is refused is told.
		try := func(ctx context.Context) error {
			if err := r.perform(ctx); err != nil {
				return err
			}
			if verb == access.Check || len(r.plan().Refused()) > 0 {
				return errGivenUp
			}
			return r.asPlanned()
		}
		err = d.inTurn(ctx, func() error {
			err := d.Runner.InTx(ctx, try)
			if errors.Is(err, errRefused) {
				r.carefully = true
				err = d.Runner.InTx(ctx, try)
			}
			return err
		})
	} else if err == nil && verb != access.Check {
		err = r.asPlanned()
	}
	if err != nil && !errors.Is(err, errGivenUp) {
		return Plan{}, fmt.Errorf("bring manifests: %w", err)
	}
	plan := r.plan()
	plan.Notes = append(notes, r.notes...)
	if verb != access.Check {
		return plan, r.refused()
	}
	return plan, nil
}

// inTurn does something once nobody else of this process does.
func (d *Desk) inTurn(ctx context.Context, do func() error) error {
	select {
	case d.turn <- struct{}{}:
		defer func() { <-d.turn }()
		return do()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// planning is a context in which the caller may try what a token that only reads may not do: all of it
// is given up.
func planning(ctx context.Context) context.Context {
	c := access.CallerFrom(ctx)
	if !c.Has(access.ScopeWrite) {
		c.Scopes = append(slices.Clone(c.Scopes), access.ScopeWrite)
	}
	return access.WithCaller(ctx, c)
}

// setFor loads the set, or makes one that is not written yet, and authorises the caller on it.
func (d *Desk) setFor(ctx context.Context, in Input, verb access.Verb, now time.Time) (Set, error) {
	if err := d.Authorizer.Permit(ctx, access.Rule{Verb: verb, Kind: access.KindManifestSet}); err != nil {
		return Set{}, err
	}
	var check fault.Check
	if in.Set == "" {
		check.Require(!in.Prune, "/prune", in.Prune, "needs a set: without one nothing is known that was brought before")
		check.Require(in.Team == "", "/team", in.Team, "needs a set, whose team it is")
		check.Require(in.Source == "", "/source", in.Source, "needs a set, whose source it is")
		return Set{}, check.Err()
	}
	registry.CheckSlug(&check, "/set", in.Set)
	registry.CheckURL(&check, "/source", in.Source)
	if err := check.Err(); err != nil {
		return Set{}, err
	}
	s, err := d.Store.SetBySlug(ctx, in.Set)
	caller := access.CallerFrom(ctx)
	switch {
	case fault.Is(err, fault.NotFound):
		s = Set{Slug: in.Set, CreatedAt: now, Version: 1}
		if in.Team == "" && caller.Kind == access.ByTeam {
			in.Team = string(caller.Team)
		}
	case err != nil:
		return Set{}, fmt.Errorf("read a set of manifests: %w", err)
	default:
		if err := d.Authorizer.Authorize(ctx, verb, s.object()); err != nil {
			return Set{}, err
		}
	}
	if in.Team != "" {
		team, found, err := registry.Refer(ctx, &check, "/team", in.Team, d.Hands.Registry.TeamFor)
		if err != nil {
			return Set{}, err
		}
		if found {
			s.Team, s.TeamSlug = team.ID, team.Slug
		}
	}
	if err := check.Err(); err != nil {
		return Set{}, err
	}
	if in.Source != "" {
		s.Source = in.Source
	}
	return s, d.Authorizer.Authorize(ctx, verb, s.object())
}

// check tells what is wrong with manifests among each other.
func check(in Input, manifests []Manifest) error {
	var check fault.Check
	first := map[Identity]Manifest{}
	for _, m := range manifests {
		at := fmt.Sprintf("/files/%d", slices.IndexFunc(in.Files, func(f File) bool { return f.Path == m.Path }))
		if other, twice := first[m.Identity]; twice {
			check.Fail(at, nil, "%s:%d: %s is said in %s:%d already", m.Path, m.Line, m.Identity, other.Path, other.Line)
			continue
		}
		first[m.Identity] = m
		check.Require(m.Kind != KindCampaign || in.Set != "", at, nil, "%s:%d: a campaign is known by its set alone: bring it in one", m.Path, m.Line)
	}
	check.Require(len(manifests) <= MaxManifests, "/files", len(manifests), "must hold at most %d manifests", MaxManifests)
	return check.Err()
}

// order has manifests follow those that they may name: by kind, and teams below those above them.
func order(of []Manifest) []Manifest {
	out := slices.Clone(of)
	above := map[string]string{}
	for _, m := range of {
		if t, is := m.Thing.(Team); is {
			above[t.Slug] = t.Parent
		}
	}
	deep := depths(above)
	rank := func(m Manifest) int {
		n := slices.Index(Kinds, m.Kind) * (MaxManifests + 1)
		if m.Kind == KindTeam {
			n += min(deep(m.Name), MaxManifests)
		}
		return n
	}
	slices.SortStableFunc(out, func(a, b Manifest) int { return rank(a) - rank(b) })
	return out
}

// depths tells how many others are above each, given which is right above; of those in a circle, any number.
func depths(above map[string]string) func(string) int {
	known := map[string]int{}
	return func(of string) int {
		var way []string
		at := of
		for ; at != ""; at = above[at] {
			if _, is := known[at]; is {
				break
			}
			known[at] = 0 // it may be in a circle
			way = append(way, at)
		}
		n := -1
		if at != "" {
			n = known[at]
		}
		for _, one := range slices.Backward(way) {
			n++
			known[one] = n
		}
		return known[of]
	}
}

// resources are the campaigns among the items.
func resources(items []Item) []id.ID {
	var out []id.ID
	for _, i := range items {
		if i.Kind == KindCampaign {
			out = append(out, i.Resource)
		}
	}
	return out
}
