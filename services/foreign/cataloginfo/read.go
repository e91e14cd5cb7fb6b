package cataloginfo

import (
	"slices"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/catalog"
	"github.com/evenkeel/evenkeel/services/foreign"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Read reads the entities of all texts together: they refer to each other. Teams of owners that are in
// no text are taken for teams that are there. What is wrong with one entity refuses that one.
func Read(texts []foreign.Text) foreign.Organisation {
	r := reader{byRef: map[string]*entity{}, taken: map[string]foreign.Origin{}}
	r.out.Notes, r.out.Refused = foreign.Texts(texts, r.document, func() {
		r.relate()
		for _, e := range r.entities {
			r.add(e)
		}
	})
	r.out.Sort()
	return r.out
}

type reader struct {
	entities []*entity
	byRef    map[string]*entity
	taken    map[string]foreign.Origin // by noun and slug
	out      foreign.Organisation
}

var nouns = map[catalog.Kind]string{catalog.Group: "team", catalog.System: "system", catalog.Component: "service"}

func (e *entity) key() string { return nouns[e.told.Kind] + " " + e.told.ShortName() }

func (r *reader) document(root *foreign.Place) {
	e, right := readEntity(root)
	if !right {
		return
	}
	name := root.Member("metadata").Member("name")
	var check fault.Check
	registry.CheckSlug(&check, "", e.told.ShortName())
	if err := fault.As(check.Err()); err != nil {
		name.Fail("becomes the short name %q, which %s: say another by the annotation %s", e.told.ShortName(), err.Violations[0].Message, serviceAnnotation)
		return
	}
	if at, there := r.taken[e.key()]; there {
		name.Leave("the %s was declared before, in %s:%d: the first goes", e.key(), at.In, at.Line)
		return
	}
	root.Becomes(e.key())
	if e.told.Kind == catalog.Component && e.told.Lifecycle != "" && !e.told.KnowsLifecycle() {
		root.Member("spec").Member("lifecycle").Note("is no word for a lifecycle that is known here: it is taken for production")
	}
	if e.told.Kind == catalog.Component && e.told.Tier == 0 {
		name.Note("nothing says how critical it is: it is of tier %d until its team says otherwise", e.told.Profile().Tier)
	}
	r.taken[e.key()], r.byRef[e.told.Ref] = e.origin, &e
	r.entities = append(r.entities, &e)
}

// relate has each say itself what others say of it.
func (r *reader) relate() {
	for _, e := range r.entities {
		for _, child := range e.children {
			if c := r.byRef[child.ref]; c == nil {
				child.at.Note("is in no file that was read, and its parent was not written")
			} else if c.told.Parent == "" {
				c.told.Parent = e.told.Ref
			}
		}
		for _, other := range e.neededBy {
			if o := r.byRef[other.ref]; o == nil {
				other.at.Note("is in no file that was read, and that it depends on this one was not written")
			} else {
				o.needs = append(o.needs, related{e.told.Ref, other.at})
			}
		}
	}
}

// slug is what the thing of a reference is called, which may be in none of the texts.
func (r *reader) slug(ref string) string {
	if e := r.byRef[ref]; e != nil {
		return e.told.ShortName()
	}
	return catalog.ShortNameOf(ref)
}

func (r *reader) add(e *entity) {
	t := e.told
	switch t.Kind {
	case catalog.Group:
		r.out.Teams = append(r.out.Teams, foreign.Team{Origin: e.origin, TeamInput: registry.TeamInput{
			Slug: t.ShortName(), Name: t.Name(), Description: t.Description, Parent: r.slug(t.Parent), Contact: t.Contact,
		}})
	case catalog.System:
		r.out.Systems = append(r.out.Systems, foreign.System{Origin: e.origin, SystemInput: registry.SystemInput{
			Slug: t.ShortName(), Name: t.Name(), Description: t.Description, Team: r.slug(t.Owner),
		}})
	case catalog.Component:
		s := foreign.Service{Origin: e.origin, ServiceInput: registry.ServiceInput{
			Slug: t.ShortName(), Team: r.slug(t.Owner), System: r.slug(t.System), Profile: t.Profile(),
		}}
		for _, on := range e.needs {
			if r.byRef[on.ref] == nil {
				on.at.Note("is in no file that was read: the service %q has to be there", r.slug(on.ref))
			}
			if slug := r.slug(on.ref); slug != s.Slug {
				s.DependsOn = append(s.DependsOn, slug)
			}
		}
		slices.Sort(s.DependsOn)
		s.DependsOn = slices.Compact(s.DependsOn)
		r.out.Services = append(r.out.Services, s)
	}
}
