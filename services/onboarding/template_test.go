package onboarding_test

import (
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/onboarding"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

func TestATemplateIsCheckedBeforeItIsFilledIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for name, c := range map[string]struct {
		template onboarding.Template
		words    string
	}{
		"an unknown placeholder": {onboarding.Template{SLO: asked(`sum(rate(ok{app="${servce}"}[$window]))`, "x")}, "/templates/0/slo is no placeholder: there are ${service}, "},
		"a name in a query":      {onboarding.Template{SLO: asked(`sum(rate(ok{app="${service.name}"}[$window]))`, "x")}, "/templates/0/slo cannot stand in what is measured: ${service} can"},
		"a fault of the SLO": {onboarding.Template{SLO: func() slo.Declaration {
			d := pushed()
			d.Objective = "101%"
			return d
		}()}, "/templates/0/slo/objective "},
		"an unknown kind": {onboarding.Template{Kinds: []registry.Kind{"website"}, SLO: pushed()}, "/templates/0/kinds/0 must be one of http"},
		"a kind twice":    {onboarding.Template{Kinds: []registry.Kind{registry.HTTP, registry.HTTP}, SLO: pushed()}, "/templates/0/kinds/1 is named twice"},
		"a tier":          {onboarding.Template{Tiers: []int{5}, SLO: pushed()}, "/templates/0/tiers/0 must be 1"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := h.CreateWave(h.root, onboarding.Draft{Slug: "first", Name: "First", Templates: []onboarding.Template{c.template}})
			refused(t, err, "invalid_input", c.words)
		})
	}
	_, err := h.CreateWave(h.root, onboarding.Draft{Slug: "First!", Name: "", DueOn: "2026-11-27", Templates: []onboarding.Template{{SLO: pushed()}, {SLO: pushed()}}})
	for _, words := range []string{"/slug ", "/name ", "/dueOn must be today, 2026-11-28, or later", "/templates/1/slo/slug is that of template 0 too"} {
		refused(t, err, "invalid_input", words)
	}
	many := make([]onboarding.Template, 11)
	_, err = h.CreateWave(h.root, onboarding.Draft{Slug: "first", Name: "First", Templates: many})
	refused(t, err, "invalid_input", "/templates must be at most 10 templates")
}

func TestPlaceholdersStandForWhatTheServiceHas(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := pushed()
	d.Slug, d.GoodEvent, d.Rationale = "availability-t${tier}", "${service} of ${team}, ${kind}", "${labels.app}; $window and ${ are left alone"
	h.wave(t, onboarding.Pick{Services: []string{"checkout"}}, onboarding.Template{SLO: d})
	p := ok(h.Start(h.root, "first", false))(t)
	if len(p.Brought) != 1 || len(p.Failed) != 0 {
		t.Fatalf("brought are %+v, failed %+v", p.Brought, p.Failed)
	}
	is, _, err := h.slos.Find(h.root, slo.Name{Service: "checkout", SLO: "availability-t1"})
	if err != nil {
		t.Fatal(err)
	}
	got := is.Declared()
	for what, pair := range map[string][2]string{
		"the name":       {got.Name, "The checkout answers"},
		"the good event": {got.GoodEvent, "checkout of payments, http"},
		"the rationale":  {got.Rationale, "checkout-app; $window and ${ are left alone"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s is %q, want %q", what, pair[0], pair[1])
		}
	}
}

func TestWhatAServiceLacksOrWouldBreakAQueryIsToldOfTheMember(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	evil := ok(h.registry.CreateService(h.ada, registry.ServiceInput{Slug: "evil", Team: "payments", Profile: registry.Profile{
		Name: "Evil", Kind: registry.HTTP, Tier: 1, Lifecycle: registry.Production, Annotations: map[string]string{"app": `x"} or vector(1) #`},
	}}))(t)
	d := asked(`sum(increase(ok{app="${annotations.app}",system="${system}"}[$window]))`, `sum(increase(all{app="${annotations.app}"}[$window]))`)
	h.wave(t, onboarding.Pick{Services: []string{evil.Slug, "checkout"}}, onboarding.Template{SLO: d})
	all := map[string]string{}
	for _, o := range h.preview(t) {
		for _, p := range o.Problems {
			all[o.Member.Name] += p.Pointer + " " + p.Value + " " + p.Message + "\n"
		}
	}
	for of, words := range map[string][]string{
		"evil":     {"/templates/0/slo ${annotations.app} stands for", "which cannot stand in what is measured", "${system} stands for nothing: the service evil is in no system"},
		"checkout": {`${annotations.app} stands for nothing: the service checkout has no annotation "app"`},
	} {
		for _, w := range words {
			if !strings.Contains(all[of], w) {
				t.Errorf("of %s is told\n%s\nwant that to have %q", of, all[of], w)
			}
		}
		// Each once, however often it stands in the template.
		if n := strings.Count(all[of], "${annotations.app}"); n != 1 {
			t.Errorf("of %s the annotation is told of %d times, want once", of, n)
		}
	}
}

// No text that a service can have ends a text of PromQL in which it stands: what may is decided by a list
// of characters, of which none is a quote, a backslash, a brace or a line break.
func TestOnlyPlainTextsStandInWhatIsMeasured(t *testing.T) {
	t.Parallel()
	template := onboarding.Template{SLO: slo.Declaration{Origin: origin.Origin{DataSource: "p", RawRatio: &origin.RawRatio{Query: `a{b="${annotations.x}"}`}}}}
	for value, right := range map[string]bool{
		"payments-api": true, "a_b.c:d/e@f": true, "0": true, "ÄÖ": false, `a"b`: false, `a\b`: false, "a'b": false, "a`b": false, "a{b": false, "a}b": false,
		"a b": false, "a\nb": false, "-a": false, ".*": false, "a|b": false, "a$b": false, "a,b": false, "#": false,
	} {
		var check fault.Check
		_, err := onboarding.Fill(template, &check, registry.Service{Slug: "s", Profile: registry.Profile{Annotations: map[string]string{"x": value}}})
		if err != nil {
			t.Fatal(err)
		}
		if (check.Err() == nil) != right {
			t.Errorf("%q: %v, want it to stand: %v", value, check.Err(), right)
		}
	}
}
