package dashboard

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/manifest"
)

// filer has two sets of manifests, of one of which something differs.
type filer struct{ *sample }

var _ Manifests = filer{}

func (f filer) all() []manifest.Set {
	if len(f.services) == 0 {
		return []manifest.Set{{ID: "01SHOP", Slug: "shop", AppliedAt: f.now, AppliedBy: "ada"}}
	}
	checked := f.now.Add(-9 * time.Minute)
	return []manifest.Set{
		{ID: "01PLATFORM", Slug: "platform", AppliedAt: f.now.AddDate(0, 0, -2), AppliedBy: hostile},
		{ID: "01SHOP", Slug: "shop", Team: f.teams[0].ID, TeamSlug: f.teams[0].Slug, Source: "https://git.example.org/" + strings.Repeat("long", 40), AppliedAt: f.now.Add(-3 * time.Hour), AppliedBy: "pipeline", CheckedAt: &checked, Drifted: 4},
	}
}

func (f filer) Sets(_ context.Context, by manifest.Filter, r page.Request) (page.Page[manifest.Set], error) {
	if len(f.services) == 0 {
		return page.Page[manifest.Set]{}, f.fail
	}
	out := page.Page[manifest.Set]{Items: slices.DeleteFunc(f.all(), func(s manifest.Set) bool { return by.Drifted && s.Drifted == 0 })}
	if r.After == "" && !by.Drifted && len(out.Items) > 0 {
		out.Next = "next-cursor"
	}
	return out, f.fail
}

func (f filer) Get(_ context.Context, slug string) (manifest.Set, error) {
	for _, s := range f.all() {
		if s.Slug == slug {
			return s, f.fail
		}
	}
	return manifest.Set{}, fault.Missing("manifest_set", slug)
}

func (f filer) Items(_ context.Context, by manifest.ItemFilter, _ page.Request) (page.Page[manifest.Item], error) {
	if len(f.services) == 0 {
		return page.Page[manifest.Item]{}, f.fail
	}
	service := f.services[0].Slug
	seen := f.now.Add(-26 * time.Hour)
	of := func(kind manifest.Kind, name string, drift *manifest.Drift) manifest.Item {
		return manifest.Item{ID: id.New(f.now), Set: by.Set, Identity: manifest.Identity{Kind: kind, Name: name}, Resource: "01RESOURCE", Path: "services/" + service + ".yaml", Drift: drift}
	}
	all := []manifest.Item{
		of(manifest.KindTeam, f.teams[0].Slug, nil),
		of(manifest.KindService, service, &manifest.Drift{Action: manifest.Update, SeenAt: seen, Fields: []manifest.Field{{Name: "/tier", Before: 3.0, After: 1.0}, {Name: "/description", Before: hostile, After: nil}, {Name: "/labels/region", After: strings.Repeat("long", 60)}}}),
		of(manifest.KindSLO, service+"/availability", &manifest.Drift{Action: manifest.Update, SeenAt: seen, Fields: []manifest.Field{{Name: "/objective", Before: "99%", After: "99.9%"}}}),
		of(manifest.KindCampaign, hostile, &manifest.Drift{Action: manifest.Create, SeenAt: seen}),
		of(manifest.KindPolicy, "payments", &manifest.Drift{Action: manifest.Nothing, Problem: "its manifest is not understood: " + hostile, SeenAt: seen}),
	}
	all[2].Released = &manifest.Release{At: seen, By: hostile, Reason: "It pages everybody."}
	return page.Page[manifest.Item]{Items: slices.DeleteFunc(all, func(i manifest.Item) bool { return by.Drifted && i.Drift == nil })}, f.fail
}

func TestSetsOfManifestsAreListedWithTheirDrift(t *testing.T) {
	t.Parallel()
	s := newSample()
	doc, text := visiting(t, s).read(manifestsPath)
	says(t, words(within(t, doc, "main")), "platform", "Not compared yet", "the platform", "2 days ago", "shop", "4 differ", "3 h ago", "by pipeline", "9 min ago", "git.example.org/long")
	if strings.Contains(text, "<script src") || !strings.Contains(text, `href="`+manifestSetURL("shop")+`"`) || !strings.Contains(text, "next-cursor") {
		t.Error("what somebody is called is a script, or it leads neither to the set nor to the next page")
	}
	doc, _ = visiting(t, &sample{now: sampleNow}).read(manifestsPath)
	says(t, words(within(t, doc, "main")), "No set of manifests", "evenkeel apply brings them")
}

func TestASetShowsWhatDiffersOfWhatItSays(t *testing.T) {
	t.Parallel()
	s := newSample()
	doc, text := visiting(t, s).read(manifestSetURL("shop"))
	got := words(within(t, doc, "main"))
	says(t, got, "As it says", "Differs", "tier is 3 and the set says 1", "and the set says nothing", "labels/region is nothing and the set says long", "Released", "It pages everybody.", "objective is 99% and the set says 99.9%", "Gone", "It is not there any more.", "Not comparable", "its manifest is not understood: ", "26 h ago", "services/"+s.services[0].Slug+".yaml")
	if strings.Contains(text, "<script src") || !strings.Contains(text, `href="`+sloURL(s.services[0].Slug, "availability")+`"`) {
		t.Error("what somebody typed is a script, or it does not lead to the SLO")
	}
	doc, _ = visiting(t, s).read(manifestSetURL("shop") + "?show=drift")
	if strings.Contains(words(within(t, doc, "main")), "As it says") {
		t.Error("with drift alone there is what does not differ")
	}
}
