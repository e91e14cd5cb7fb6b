package api

import (
	"context"
	"net/http"

	"github.com/evenkeel/evenkeel/api/admission"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/manifest"
)

type ManifestSetPath struct {
	Set string `path:"set" maxLength:"63" doc:"Slug of the set." example:"payments"`
}

type ManifestPath struct {
	ManifestSetPath
	Manifest string `path:"manifest" maxLength:"26" doc:"Identifier of the manifest in the set."`
}

const manifestTag = "Manifests"

func (a *API) addManifests(r Rooms) {
	plan := access.Rule{Verb: access.Check, Kind: access.KindManifestSet}
	apply := access.Rule{Verb: access.Update, Kind: access.KindManifestSet}
	type post struct{ Body ManifestInput }
	type planned struct{ Body ManifestPlan }
	register(a, operation{
		id: "planManifests", method: http.MethodPost, path: "/v1/manifest-plans", tag: manifestTag, summary: "Plan manifests", status: http.StatusOK, rule: plan,
		description: "Says what applyManifests would do with the same body, and does nothing. A token that only reads may plan, for what its subject may do with one that writes.",
		errors:      []int{http.StatusConflict}, class: admission.Reports,
	}, func(ctx context.Context, in *post) (*planned, error) {
		p, err := r.Manifests.Plan(ctx, fromManifestInput(in.Body))
		if err != nil {
			return nil, err
		}
		return &planned{toManifestPlan(p)}, nil
	})
	register(a, operation{
		id: "applyManifests", method: http.MethodPost, path: "/v1/manifest-applications", tag: manifestTag, summary: "Apply manifests", status: http.StatusOK, rule: apply,
		description: "Has all be as the manifests say, or nothing where one of them cannot be brought (409 manifests_refused, with each and why). Applying the same again changes nothing.",
		errors:      []int{http.StatusConflict}, class: admission.Reports,
	}, func(ctx context.Context, in *post) (*planned, error) {
		p, err := r.Manifests.Apply(ctx, fromManifestInput(in.Body))
		if err != nil {
			return nil, err
		}
		return &planned{toManifestPlan(p)}, nil
	})
	a.addManifestExport(r)
	a.addManifestSets(r)
	a.addManifestItems(r)
	a.addItemsOfSets(r)
}

func (a *API) addManifestSets(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindManifestSet}
	type query struct {
		Paging
		Team    string `query:"team" maxLength:"63" doc:"Only sets of this team, by slug or identifier."`
		Drifted bool   `query:"drifted" doc:"Only sets of which something differs from what there is."`
	}
	register(a, operation{
		id: "listManifestSets", method: http.MethodGet, path: "/v1/manifest-sets", tag: manifestTag, summary: "List sets of manifests", description: "By slug, each with how many of its things differ from what there is.", rule: read, errors: renamed,
	}, func(ctx context.Context, in *query) (*list[ManifestSet], error) {
		f := manifest.Filter{Drifted: in.Drifted}
		var err error
		if f.Team, _, err = r.owners(ctx, in.Team, ""); err != nil {
			return nil, err
		}
		sets, err := r.Manifests.Sets(ctx, f, in.Request())
		if err != nil {
			return nil, err
		}
		return listed(ctx, sets, toManifestSet), nil
	})

	type get struct {
		ManifestSetPath
		IfNoneMatch
	}
	register(a, operation{
		id: "getManifestSet", method: http.MethodGet, path: "/v1/manifest-sets/{set}", tag: manifestTag, summary: "Get a set of manifests", description: "Whose it is, where its files are, and whether what there is differs.", rule: read,
	}, func(ctx context.Context, in *get) (*reply[ManifestSet], error) {
		s, err := r.Manifests.Get(ctx, in.Set)
		if err != nil {
			return nil, err
		}
		return found(in.IfNoneMatch, s.Version, toManifestSet(s)), nil
	})

	type remove struct {
		ManifestSetPath
		IfMatch
	}
	register(a, operation{
		id: "removeManifestSet", method: http.MethodDelete, path: "/v1/manifest-sets/{set}", tag: manifestTag, summary: "Remove a set of manifests",
		description: "What it kept is kept by nobody from then on, and stays as it is. To have all of it end, apply the set without files and with prune before.",
		rule:        access.Rule{Verb: access.Delete, Kind: access.KindManifestSet},
	}, func(ctx context.Context, in *remove) (*struct{}, error) {
		return nil, r.Manifests.Remove(ctx, in.Set, in.Version())
	})
}

func (a *API) addManifestItems(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindManifestSet}
	type query struct {
		ManifestSetPath
		Paging
		Kind    string `query:"kind" enum:"Team,System,Service,SLO,ErrorBudgetPolicy,Scorecard,Campaign" doc:"Only those of this kind."`
		Drifted bool   `query:"drifted" doc:"Only those of which what there is differs."`
	}
	register(a, operation{
		id: "listManifests", method: http.MethodGet, path: "/v1/manifest-sets/{set}/manifests", tag: manifestTag, summary: "List what a set has", description: "By kind and name.", rule: read,
	}, func(ctx context.Context, in *query) (*list[Manifest], error) {
		s, err := r.Manifests.Get(ctx, in.Set)
		if err != nil {
			return nil, err
		}
		items, err := r.Manifests.Items(ctx, manifest.ItemFilter{Set: s.ID, Kind: manifest.Kind(in.Kind), Drifted: in.Drifted}, in.Request())
		if err != nil {
			return nil, err
		}
		return listed(ctx, items, toManifest), nil
	})

	type document struct{ Body ManifestDocument }
	shown := func(i manifest.Item) *document {
		return &document{ManifestDocument{Manifest: toManifest(i), Text: i.Document}}
	}
	register(a, operation{
		id: "getManifest", method: http.MethodGet, path: "/v1/manifest-sets/{set}/manifests/{manifest}", tag: manifestTag, summary: "Get a manifest", description: "As it was brought last, and how what there is differs.", rule: read,
	}, func(ctx context.Context, in *ManifestPath) (*document, error) {
		i, err := r.Manifests.Item(ctx, in.Set, id.ID(in.Manifest))
		if err != nil {
			return nil, err
		}
		return shown(i), nil
	})

	type post struct {
		ManifestPath
		Body ManifestReleaseInput
	}
	register(a, operation{
		id: "releaseManifest", method: http.MethodPost, path: "/v1/manifest-sets/{set}/manifests/{manifest}/release", tag: manifestTag, summary: "Release a manifest", status: http.StatusOK,
		description: "The set keeps the thing no more until it is brought again, so that it can be changed by hand. That it differs then is told as drift.",
		rule:        access.Rule{Verb: access.Update, Kind: access.KindManifestSet}, errors: []int{http.StatusConflict},
	}, func(ctx context.Context, in *post) (*document, error) {
		i, err := r.Manifests.Release(ctx, in.Set, id.ID(in.Manifest), in.Body.Reason)
		if err != nil {
			return nil, err
		}
		return shown(i), nil
	})
}

// addItemsOfSets adds the list in which a thing is found without its set.
func (a *API) addItemsOfSets(r Rooms) {
	type query struct {
		Paging
		Kind     string `query:"kind" enum:"Team,System,Service,SLO,ErrorBudgetPolicy,Scorecard,Campaign" doc:"Only those of this kind."`
		Resource string `query:"resource" maxLength:"26" doc:"Only that of the thing with this identifier."`
		Team     string `query:"team" maxLength:"63" doc:"Only of this team, by slug or identifier: the team itself, what it owns, the SLOs of its services, and the policies that are attached to one of them by name."`
		Service  string `query:"service" maxLength:"63" doc:"Only of this service, by slug or identifier: the service itself, its SLOs, and the policies that are attached to it by name."`
		Drifted  bool   `query:"drifted" doc:"Only those of which what there is differs. What was removed is nobody's any more, and is found by its set alone."`
	}
	register(a, operation{
		id: "listManifestItems", method: http.MethodGet, path: "/v1/manifest-items", tag: manifestTag, summary: "List what all sets have", description: "By kind and name, each with its set: where something is kept, and what of a team or a service drifted.",
		rule: access.Rule{Verb: access.Read, Kind: access.KindManifestSet}, errors: renamed,
	}, func(ctx context.Context, in *query) (*list[ManifestItem], error) {
		f := manifest.ItemFilter{Kind: manifest.Kind(in.Kind), Resource: id.ID(in.Resource), Drifted: in.Drifted}
		var err error
		if f.Service, f.Team, err = r.narrowed(ctx, in.Service, in.Team); err != nil {
			return nil, err
		}
		items, err := r.Manifests.Items(ctx, f, in.Request())
		if err != nil {
			return nil, err
		}
		sets, err := r.Manifests.SetsOf(ctx, items.Items)
		if err != nil {
			return nil, err
		}
		return listed(ctx, items, func(i manifest.Item) ManifestItem {
			s := sets[i.Set]
			return ManifestItem{Manifest: toManifest(i), Set: ManifestOf{Ref: ref(i.Set, s.Slug), Team: optionalRef(s.Team, s.TeamSlug), Source: s.Source}}
		}), nil
	})
}

func fromManifestInput(in ManifestInput) manifest.Input {
	out := manifest.Input{Set: in.Set, Team: in.Team, Source: in.Source, Prune: in.Prune, Digest: in.Digest}
	for _, f := range in.Files {
		out.Files = append(out.Files, manifest.File(f))
	}
	return out
}

func toManifestPlan(p manifest.Plan) ManifestPlan {
	out := ManifestPlan{Set: p.Set, Digest: p.Digest, Changed: p.Changed(), Refused: len(p.Refused()), Counts: map[string]int{}, Steps: []ManifestStep{}, Notes: []ManifestNote{}}
	for _, s := range p.Steps {
		out.Counts[string(s.Action)]++
		if s.Action == manifest.Nothing && s.Refused == nil {
			continue
		}
		step := ManifestStep{Action: string(s.Action), Kind: string(s.Kind), Name: s.Name, Path: s.Path, Line: s.Line, Fields: toManifestFields(s.Fields)}
		if s.Refused != nil {
			step.Refused = &ManifestRefusal{Code: s.Refused.Code, Message: s.Refused.Message, Problems: each(s.Refused.Problems, func(p manifest.Problem) ManifestProblem { return ManifestProblem(p) })}
		}
		out.Steps = append(out.Steps, step)
	}
	for _, n := range p.Notes {
		out.Notes = append(out.Notes, ManifestNote(n))
	}
	return out
}

func toManifestFields(of []manifest.Field) []ManifestField {
	return each(of, func(f manifest.Field) ManifestField {
		return ManifestField{Name: f.Name, Before: f.Before, After: f.After}
	})
}

func toManifestSet(s manifest.Set) ManifestSet {
	return ManifestSet{
		ID: string(s.ID), Slug: s.Slug, Team: optionalRef(s.Team, s.TeamSlug), Source: s.Source, CreatedAt: s.CreatedAt, AppliedAt: s.AppliedAt, AppliedBy: s.AppliedBy,
		CheckedAt: s.CheckedAt, Drifted: s.Drifted, DriftedSince: s.DriftedSince, Version: s.Version,
	}
}

func toManifest(i manifest.Item) Manifest {
	out := Manifest{ID: string(i.ID), Kind: string(i.Kind), Name: i.Name, ResourceID: string(i.Resource), Path: i.Path, AppliedAt: i.AppliedAt}
	if i.Released != nil {
		out.Released = &ManifestRelease{At: i.Released.At, By: i.Released.By, Reason: i.Released.Reason}
	}
	if i.Drift != nil {
		out.Drift = &ManifestDrift{Action: string(i.Drift.Action), Fields: toManifestFields(i.Drift.Fields), Problem: i.Drift.Problem, SeenAt: i.Drift.SeenAt}
	}
	return out
}
