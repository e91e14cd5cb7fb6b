package manifest

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
)

// run is one time that a set is planned, or applied.
type run struct {
	desk *Desk
	in   Input
	set  Set // as it is to be
	was  Set // as it was; without an ID where it is new
	read []Manifest
	now  time.Time

	manifests []Manifest // as things are called now, in order

	world   *world
	steps   []Step
	written []Item  // items as they are to be
	dropped []id.ID // items that are to go
	settled bool    // the set and its items are written as they are to be
	forbid  error   // the first refusal of an authoriser
	notes   []Note
	later   []later
	// performs says that things are done, and carefully that what is refused is undone by itself.
	performs, carefully bool
}

// later is what is done once all of a kind are there.
type later struct {
	step int
	of   Manifest
	do   func(ctx context.Context) error
}

func (r *run) plan() Plan {
	steps := append(r.set.step(r.was), r.steps...)
	return Plan{Set: r.set.Slug, Steps: steps, Digest: digest(r.set, steps)}
}

func (r *run) changes() bool {
	p := r.plan()
	return p.Changed()+len(p.Refused()) > 0
}

// asPlanned refuses to do anything else than was planned. The plan that was applied last is done where nothing
// is left to do: who asks for it again did not hear of that.
func (r *run) asPlanned() error {
	p := r.plan()
	if r.in.Digest == "" || r.in.Digest == p.Digest || p.Changed() == 0 && r.in.Digest == r.was.Digest {
		return nil
	}
	return fault.New(fault.Conflict, "plan_changed", "what would be done is not what was planned: plan again")
}

// look begins anew, with what there is.
func (r *run) look(ctx context.Context, set Set) error {
	r.steps, r.written, r.dropped, r.forbid, r.later, r.notes, r.settled = nil, nil, nil, nil, nil, nil, false
	w := &world{hands: r.desk.Hands, set: set}
	w.letGo = func(ctx context.Context, i Item) error { return r.desk.Store.LetGo(ctx, i, w.manager()) }
	r.world = w
	var items []Item
	if set.ID != "" {
		var err error
		if items, err = r.desk.Store.Items(ctx, set.ID); err != nil {
			return fmt.Errorf("read what a set has: %w", err)
		}
	}
	things := make([]Thing, len(r.read))
	for n, m := range r.read {
		things[n] = m.Thing
	}
	now, err := namesNow(ctx, r.desk.Organisation, things, items)
	if err != nil {
		return err
	}
	renamed, notes := now.of(r.read)
	if err := check(r.in, renamed); err != nil {
		return err
	}
	r.manifests, r.notes, w.items = order(renamed), notes, now.items(items)
	of := make([]Identity, 0, len(r.manifests)+len(items))
	for _, m := range r.manifests {
		of = append(of, m.Identity)
	}
	for i := range w.items {
		of = append(of, i)
	}
	return w.look(ctx, r.desk.Organisation, of, resources(items), things)
}

// compare says what is to be done, and does nothing.
func (r *run) compare(ctx context.Context) error {
	if err := r.look(ctx, r.set); err != nil {
		return err
	}
	for _, m := range r.manifests {
		c, err := m.Thing.differ(r.world, m.Path)
		r.add(m, c)
		if err := r.refuse(len(r.steps)-1, m, err); err != nil {
			return err
		}
	}
	for _, item := range r.missing() {
		c := r.world.end(item)
		r.ending(item, c)
	}
	return r.settle(ctx)
}

// settle finds out whether the set and its items are written as they are to be.
func (r *run) settle(ctx context.Context) error {
	r.settled = true
	if r.set.Slug == "" {
		return nil
	}
	if r.set.ID == "" {
		r.settled = false
		return nil
	}
	is, err := r.desk.Store.SetBySlug(ctx, r.set.Slug)
	if err != nil {
		return fmt.Errorf("read a set of manifests: %w", err)
	}
	r.was = is
	r.settled = is.Team == r.set.Team && is.Source == r.set.Source && len(r.written)+len(r.dropped) == 0
	return nil
}

func (r *run) add(m Manifest, c change) {
	r.steps = append(r.steps, Step{Identity: m.Identity, Action: cmp.Or(c.action, Nothing), Path: m.Path, Line: m.Line, Fields: c.fields})
	if r.set.Slug == "" {
		return
	}
	is, known := r.world.items[m.Identity]
	if known && is.Resource == c.resource && is.Path == m.Path && is.Document == m.Text && is.Released == nil && is.Drift == nil {
		return
	}
	if !known {
		is = Item{Set: r.set.ID, Identity: m.Identity}
	}
	is.Resource, is.Path, is.Document, is.AppliedAt, is.Released, is.Drift = c.resource, m.Path, m.Text, r.now, nil, nil
	r.written = append(r.written, is)
}

// missing are the things that the set said and says no more, those last that others may name.
func (r *run) missing() []Item {
	left := maps.Clone(r.world.items)
	for _, m := range r.manifests {
		delete(left, m.Identity)
	}
	out := slices.Collect(maps.Values(left))
	slices.SortFunc(out, func(a, b Item) int {
		if n := slices.Index(Kinds, b.Kind) - slices.Index(Kinds, a.Kind); n != 0 {
			return n
		}
		return strings.Compare(a.Name, b.Name)
	})
	return r.childrenFirst(out)
}

// childrenFirst has teams end before those above them.
func (r *run) childrenFirst(of []Item) []Item {
	above := map[string]string{}
	for slug, t := range r.world.teams {
		above[slug] = r.world.teamSlugs[t.Parent]
	}
	deep := depths(above)
	depth := func(i Item) int {
		if i.Kind != KindTeam {
			return 0
		}
		return deep(i.Name)
	}
	slices.SortStableFunc(of, func(a, b Item) int {
		if a.Kind != b.Kind {
			return 0
		}
		return depth(b) - depth(a)
	})
	return of
}

// ending notes what becomes of a thing that the set says no more.
func (r *run) ending(item Item, c change) {
	if !r.in.Prune {
		c.action = Leave
	} else {
		r.dropped = append(r.dropped, item.ID)
	}
	r.steps = append(r.steps, Step{Identity: item.Identity, Action: c.action, Path: item.Path})
}

// perform does what is to be done, as far as nobody refuses it, within a transaction.
func (r *run) perform(ctx context.Context) error {
	r.performs = true
	set, err := r.hold(ctx)
	if err != nil {
		return err
	}
	r.set = set
	if err := r.look(ctx, set); err != nil {
		return err
	}
	for i, m := range r.manifests {
		if i > 0 && r.manifests[i-1].Kind != m.Kind {
			if err := r.follow(ctx); err != nil {
				return err
			}
		}
		if err := r.bring(ctx, m); err != nil {
			return err
		}
	}
	if err := r.follow(ctx); err != nil {
		return err
	}
	ends := r.missing()
	r.world.ending = map[Identity]bool{}
	for _, item := range ends {
		r.world.ending[item.Identity] = r.in.Prune
	}
	for _, item := range ends {
		if err := r.let(ctx, item); err != nil {
			return err
		}
	}
	if set.Slug == "" {
		return nil
	}
	return r.keep(ctx)
}

// hold takes the set, or makes it.
func (r *run) hold(ctx context.Context) (Set, error) {
	if r.set.Slug == "" {
		return Set{}, nil
	}
	is, err := r.desk.Store.HoldSet(ctx, r.set.Slug)
	if fault.Is(err, fault.NotFound) {
		made := r.set
		made.ID, made.AppliedAt, made.AppliedBy = id.New(r.now), r.now, access.CallerFrom(ctx).Name
		if err := r.desk.Store.CreateSet(ctx, made); err != nil {
			if taken := fault.As(err); taken != nil && taken.Code == "slug_taken" {
				return Set{}, fault.New(fault.Conflict, "plan_changed", "the set %q was made by another just now: plan again", made.Slug)
			}
			return Set{}, err
		}
		return made, r.desk.Recorder.RecordDiff(ctx, access.Create, made.object(), "", nil, made)
	}
	if err != nil {
		return Set{}, fmt.Errorf("hold a set of manifests: %w", err)
	}
	// It may have been given to others since it was read.
	if err := r.desk.Authorizer.Authorize(ctx, access.Update, is.object()); err != nil {
		return Set{}, err
	}
	r.was = is
	after := is
	after.AppliedAt, after.AppliedBy = r.now, access.CallerFrom(ctx).Name
	if r.in.Team != "" {
		after.Team, after.TeamSlug = r.set.Team, r.set.TeamSlug
	}
	if r.in.Source != "" {
		after.Source = r.in.Source
	}
	if err := r.desk.Store.UpdateSet(ctx, after); err != nil {
		return Set{}, err
	}
	after.Version++
	return after, r.desk.Recorder.RecordDiff(ctx, access.Update, after.object(), "", is, after)
}

// bring has what the manifest says be so.
func (r *run) bring(ctx context.Context, m Manifest) error {
	c, err := m.Thing.differ(r.world, m.Path)
	step := len(r.steps)
	known, has := r.world.items[m.Identity]
	taken := r.set.Slug != "" && c.resource != "" && (!has || known.Resource != c.resource)
	if err == nil && taken {
		err = r.free(ctx, m.Identity, c.resource)
	}
	// What is taken into a set is written even where it stays as it is: its domain authorises that.
	if err == nil && (c.action.Changes() || taken) {
		err = r.try(ctx, func(ctx context.Context) (err error) {
			c.resource, err = c.do(ctx)
			return err
		})
	}
	r.add(m, c)
	if err == nil && c.action.Changes() && c.then != nil {
		r.later = append(r.later, later{step, m, c.then})
	}
	return r.refuse(step, m, err)
}

// free refuses what another set has.
func (r *run) free(ctx context.Context, i Identity, resource id.ID) error {
	other, err := r.desk.Store.ItemOf(ctx, i.Kind, resource)
	if fault.Is(err, fault.NotFound) || err == nil && other.Set == r.set.ID {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for the set that has %s: %w", i, err)
	}
	return fault.New(fault.Conflict, "managed_elsewhere", "%s is in another set of manifests already, in its file %s: take it out there", i, other.Path)
}

// follow does what was left until all of a kind are there.
func (r *run) follow(ctx context.Context) error {
	for _, l := range r.later {
		if err := r.refuse(l.step, l.of, r.try(ctx, l.do)); err != nil {
			return err
		}
	}
	r.later = nil
	return nil
}

// let ends a thing that the set says no more, where that is asked for.
func (r *run) let(ctx context.Context, item Item) error {
	c := r.world.end(item)
	step := len(r.steps)
	r.ending(item, c)
	switch by, kept := r.world.keeper(item); {
	case !r.in.Prune:
		return nil
	case !c.action.Changes():
		if item.Released != nil {
			return nil
		}
		return r.desk.Store.LetGo(ctx, item, r.world.manager())
	case kept:
		return r.leave(ctx, step, item, "the "+by.String()+" keeps it")
	}
	end := func(ctx context.Context) error {
		_, err := c.do(ctx)
		return err
	}
	if item.Kind != KindTeam && item.Kind != KindSystem {
		return r.refuse(step, Manifest{}, r.try(ctx, end))
	}
	err := r.desk.Runner.InSavepoint(ctx, end)
	if used := fault.As(err); used != nil && (used.Code == "team_in_use" || used.Code == "system_in_use") {
		// Services that are retired can come back, and are somebody's until then.
		return r.leave(ctx, step, item, used.Message)
	}
	return r.refuse(step, Manifest{}, err)
}

// leave lets a thing be that was to end, and has the set keep it no more.
func (r *run) leave(ctx context.Context, step int, item Item, why string) error {
	r.steps[step].Action = Leave
	r.notes = append(r.notes, Note{Path: item.Path, Message: fmt.Sprintf("%s stays, and the set keeps it no more: %s", item.Identity, why)})
	return r.desk.Store.LetGo(ctx, item, r.world.manager())
}

// try does something of which only that is undone where it is refused and the set is brought carefully.
func (r *run) try(ctx context.Context, do func(ctx context.Context) error) error {
	if r.carefully {
		return r.desk.Runner.InSavepoint(ctx, do)
	}
	return do(ctx)
}

// refuse notes why a step cannot be done; what is nobody's to mend is returned.
func (r *run) refuse(step int, m Manifest, err error) error {
	if err == nil {
		return nil
	}
	why := fault.As(err)
	if why == nil || !slices.Contains([]fault.Kind{fault.Invalid, fault.NotFound, fault.Conflict, fault.Forbidden, fault.Precondition, fault.Moved}, why.Kind) {
		return err
	}
	if r.performs && !r.carefully {
		return errRefused
	}
	if _, is := access.RefusalIn(err); is && r.forbid == nil {
		r.forbid = err
	}
	pointer := func(p string) string { return p }
	if m.Thing != nil {
		pointer = m.Thing.pointer
	}
	r.steps[step].Refused = places(why, m.Places, pointer)
	return nil
}

// keep writes what the set has.
func (r *run) keep(ctx context.Context) error {
	for i := range r.written {
		if r.written[i].ID == "" {
			r.written[i].ID = id.New(r.now)
		}
		r.written[i].Set = r.set.ID
	}
	if len(r.plan().Refused()) > 0 {
		return nil // all of it is given up
	}
	if err := r.desk.Store.RemoveItems(ctx, r.dropped); err != nil {
		return fmt.Errorf("let go of what a set says no more: %w", err)
	}
	if err := r.desk.Store.WriteItems(ctx, r.written); err != nil {
		return fmt.Errorf("write what a set has: %w", err)
	}
	r.set.Digest = r.plan().Digest
	return r.desk.found(ctx, r.set, r.now, r.drifted(), false, r.set.AppliedBy+" applied the set.")
}

// drifted are the set's things that were not brought, and of which something differs still.
func (r *run) drifted() []Item {
	var out []Item
	for _, i := range r.world.items {
		brought := slices.ContainsFunc(r.written, func(w Item) bool { return w.ID == i.ID })
		if i.Drift != nil && !brought && !slices.Contains(r.dropped, i.ID) {
			out = append(out, i)
		}
	}
	return out
}

// refused is nil where everything was done, or the fault that says why nothing was.
func (r *run) refused() error {
	refused := r.plan().Refused()
	if len(refused) == 0 {
		return nil
	}
	e := fault.New(fault.Conflict, "manifests_refused", "nothing was done: %d of %d cannot be", len(refused), len(r.steps))
	e.Err = r.forbid
	for _, s := range refused {
		at := "/prune"
		if i := slices.IndexFunc(r.in.Files, func(f File) bool { return f.Path == s.Path }); i >= 0 && s.Line > 0 {
			at = fmt.Sprintf("/files/%d", i)
		}
		if len(s.Refused.Problems) == 0 {
			e.Violations = append(e.Violations, fault.Violation{Pointer: at, Message: fmt.Sprintf("%s%s: %s", place(s.Path, s.Line, 0), s.Identity, s.Refused.Message)})
		}
		for _, p := range s.Refused.Problems {
			said := p.Message
			if p.Pointer != "" {
				said = p.Pointer + ": " + said
			}
			e.Violations = append(e.Violations, fault.Violation{Pointer: at, Message: fmt.Sprintf("%s%s: %s", place(s.Path, max(p.Line, s.Line), p.Column), s.Identity, said)})
		}
	}
	return e
}

// place is a place in a file, as far as it is known.
func place(path string, line, column int) string {
	switch {
	case line == 0:
		return path + ": "
	case column == 0:
		return fmt.Sprintf("%s:%d: ", path, line)
	}
	return fmt.Sprintf("%s:%d:%d: ", path, line, column)
}
