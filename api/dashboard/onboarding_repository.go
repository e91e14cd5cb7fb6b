package dashboard

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/onboarding"
	"github.com/evenkeel/evenkeel/services/registry"
)

type repositoryPage struct {
	Crumbs      []link
	Title       string
	State       badge
	Says        string // what the state means
	Meta        []link
	Description string
	Wrong       []string
	Becomes     []fact
	Known       []fact
	Problem     string // why its catalog-info file could not be read
	Said        *saidRow
	Why         string // why nothing is decided here; empty where it is
	Decide      string
	Dismiss     string
	Fields      []field
	Version     int64
	Reason      field
	Dismissing  bool // whether the form that dismisses it was sent
}

// repositoryOf is the repository that the address names.
func (d *Dashboard) repositoryOf(v *visit) (onboarding.Repository, error) {
	known, spelled := id.Parse(v.PathValue("repository"))
	if !spelled {
		return onboarding.Repository{}, fault.Missing("repository", v.PathValue("repository"))
	}
	return d.sources.Onboarding.Repository(v.ctx, known)
}

func (d *Dashboard) repository(v *visit) (screen, error) {
	r, err := d.repositoryOf(v)
	if err != nil {
		return screen{}, err
	}
	return d.repositoryScreen(v, r, &filled{}, &filled{})
}

// repositoryScreen is the page of one, with what was filled in of one of its forms.
func (d *Dashboard) repositoryScreen(v *visit, r onboarding.Repository, decided, dismissed *filled) (screen, error) {
	p := repositoryPage{
		Crumbs: []link{{URL: onboardingPath, Text: "Onboarding"}, {URL: repositoriesPath, Text: "Repositories"}, {Text: r.FullName}}, Title: r.FullName,
		State: repositoryBadges[r.State()], Says: repositoryStates[r.State()], Description: r.Facts.Description, Problem: r.Look.Problem, Version: r.Version, Dismissing: dismissed.Values != nil,
	}
	if to := outside(r.Address); to.Away {
		p.Meta = append(p.Meta, to)
	}
	for _, text := range []string{r.Facts.Language, r.Facts.Visibility} {
		if text != "" {
			p.Meta = append(p.Meta, link{Text: text})
		}
	}
	p.Becomes, p.Known = becomesFacts(r), repositoryFacts(v, r)
	if r.DismissedAt != nil {
		p.Said = &saidRow{By: r.DismissedBy, Did: "said that it is no service", Text: r.DismissedFor, At: ago(v.now, *r.DismissedAt)}
	}
	switch {
	case r.Service != "":
		p.Why = "A service names it: what is to change is changed of the service."
	case !v.caller.Administers():
		p.Why = "Administrators say what it is to be, or that it is no service."
	default:
		p.Decide, p.Dismiss = repositoryURL(r.ID), repositoryURL(r.ID)+"/dismiss"
		var err error
		if p.Fields, err = d.choiceFields(v, r, decided); err != nil {
			return screen{}, err
		}
		if decided.Stale {
			now, err := d.choiceFields(v, r, &filled{})
			if err != nil {
				return screen{}, err
			}
			beside(p.Fields, now)
		}
		p.Reason = field{Name: "reason", Label: "Why it is no service", Kind: asText, Required: true, Wide: true, Value: dismissed.value("reason", r.DismissedFor), Fault: dismissed.take("/dismissed"), Hint: "such as: it is a library"}
	}
	p.Wrong = append(decided.rest(), dismissed.rest()...)
	return screen{template: "repository", title: r.FullName, section: onboardingPath, page: p}, nil
}

// becomesFacts are the service that it would become, or the one that it is.
func becomesFacts(r onboarding.Repository) []fact {
	if r.Service != "" {
		return []fact{{"Service", link{URL: serviceURL(r.ServiceSlug), Text: r.ServiceSlug}}}
	}
	in := r.Proposed()
	facts := []fact{
		{"Slug", link{Text: cmp.Or(in.Slug, "none yet: choose one")}}, {"Name", link{Text: in.Name}}, {"Team", link{Text: "not known: choose one"}},
		{"Kind", link{Text: string(in.Kind)}}, {"Tier", link{Text: strconv.Itoa(in.Tier)}}, {"Lifecycle", link{Text: string(in.Lifecycle)}},
	}
	if r.TeamSlug != "" {
		facts[2].Value = link{URL: teamURL(r.TeamSlug), Text: r.TeamSlug + ", " + teamWords[r.TeamBy]}
	}
	if in.System != "" {
		facts = slices.Insert(facts, 3, fact{"System", link{Text: in.System}})
	}
	return facts
}

// repositoryFacts are what is known of it.
func repositoryFacts(v *visit, r onboarding.Repository) []fact {
	var facts []fact
	add := func(name, text string) {
		if text != "" {
			facts = append(facts, fact{name, link{Text: text}})
		}
	}
	if r.Service != "" && r.TeamSlug != "" {
		facts = append(facts, fact{"Team", link{URL: teamURL(r.TeamSlug), Text: r.TeamSlug + ", " + teamWords[r.TeamBy]}})
	}
	if r.Wave != "" {
		facts = append(facts, fact{"Wave", link{URL: waveURL(r.Wave), Text: r.Wave}})
	}
	add("CODEOWNERS", strings.Join(r.Look.Owners, ", "))
	if c := r.Look.Component; c != nil {
		add("catalog-info.yaml", strings.TrimPrefix(c.Slug+map[bool]string{true: "", false: ", owned by " + c.Owner}[c.Owner == ""], ", "))
	}
	add("Topics", strings.Join(r.Facts.Topics, ", "))
	var so []string
	for _, one := range []struct {
		is   bool
		word string
	}{{r.Facts.Archived, "archived"}, {r.Facts.Empty, "empty"}, {r.Facts.Fork, "a fork"}, {r.Facts.Template, "a template"}} {
		if one.is {
			so = append(so, one.word)
		}
	}
	add("It is", strings.Join(so, ", "))
	if r.PushedAt != nil {
		add("Pushed to", ago(v.now, *r.PushedAt).Text)
	}
	add("Told of", ago(v.now, r.SeenAt).Text)
	looked := "not yet"
	if r.LookedAt != nil {
		looked = ago(v.now, *r.LookedAt).Text
	}
	add("Looked into", looked)
	return facts
}

// choiceFields are what can be said of it: each is empty where it is as it was found.
func (d *Dashboard) choiceFields(v *visit, r onboarding.Repository, in *filled) ([]field, error) {
	is := r.Choice
	unsaid := r
	unsaid.Choice = onboarding.Choice{}
	found := unsaid.Proposed()
	teams, err := d.campaignOwners(v, is.Team)
	if err != nil {
		return nil, err
	}
	teams[0].Text = "As it was found"
	listed, err := d.sources.Registry.Systems(v.ctx, registry.SystemFilter{}, page.Request{Limit: page.MaxLimit})
	if err != nil {
		return nil, err
	}
	systems := []choice{{Text: cmp.Or(asFound(found.System), "None")}}
	for _, s := range listed.Items {
		systems = append(systems, choice{Value: s.Slug, Text: s.Name})
	}
	if is.System != "" && !slices.ContainsFunc(systems, func(c choice) bool { return c.Value == is.System }) {
		systems = append(systems, choice{Value: is.System, Text: is.System})
	}
	kinds, lifecycles, tiers := []choice{{Text: asFound(string(found.Kind))}}, []choice{{Text: asFound(string(found.Lifecycle))}}, []choice{{Text: asFound("tier " + strconv.Itoa(found.Tier))}}
	for _, k := range registry.Kinds {
		kinds = append(kinds, choice{Value: string(k), Text: string(k)})
	}
	for _, l := range registry.Lifecycles {
		lifecycles = append(lifecycles, choice{Value: string(l), Text: string(l)})
	}
	tiers = append(tiers, tierChoices...)
	tier := ""
	if is.Tier != 0 {
		tier = strconv.Itoa(is.Tier)
	}
	return []field{
		{Name: "slug", Label: "Slug", Kind: asLine, Value: in.value("slug", is.Slug), Fault: in.take("/slug"), Hint: "empty: " + cmp.Or(found.Slug, "none can be made of its name")},
		{Name: "name", Label: "Name", Kind: asLine, Value: in.value("name", is.Name), Fault: in.take("/name"), Hint: "empty: " + found.Name},
		chooser("team", "Team", teams, in.value("team", is.Team), in.take("/team")),
		chooser("system", "System", systems, in.value("system", is.System), in.take("/system")),
		chooser("kind", "Kind", kinds, in.value("kind", string(is.Kind)), in.take("/kind")),
		chooser("tier", "Tier", tiers, in.value("tier", tier), in.take("/tier")),
		chooser("lifecycle", "Lifecycle", lifecycles, in.value("lifecycle", string(is.Lifecycle)), in.take("/lifecycle")),
	}, nil
}

var tierChoices = []choice{{Value: "1", Text: "1, the most critical"}, {Value: "2", Text: "2"}, {Value: "3", Text: "3"}, {Value: "4", Text: "4"}}

func asFound(what string) string {
	if what == "" {
		return ""
	}
	return "As it was found: " + what
}

// chooser is a field that chooses one of the options.
func chooser(name, label string, options []choice, chosen, wrong string) field {
	f := field{Name: name, Label: label, Kind: asChoice, Options: slices.Clone(options), Fault: wrong}
	for n := range f.Options {
		f.Options[n].Chosen = f.Options[n].Value == chosen
	}
	return f
}

// decideRepository takes the form that says what it is to be.
func (d *Dashboard) decideRepository(v *visit, in *filled) (string, screen, error) {
	r, err := d.repositoryOf(v)
	if err != nil {
		return "", screen{}, err
	}
	chosen := onboarding.Choice{
		Slug: strings.TrimSpace(v.typed("slug")), Name: strings.TrimSpace(v.typed("name")), Team: v.typed("team"), System: v.typed("system"), Kind: registry.Kind(v.typed("kind")), Lifecycle: registry.Lifecycle(v.typed("lifecycle")),
	}
	if v.typed("tier") != "" {
		chosen.Tier = v.number("tier")
	}
	to, err := d.decided(v, r, onboarding.Decision{Choice: chosen}, in)
	if to != "" || err != nil {
		return to, screen{}, err
	}
	s, err := d.repositoryScreen(v, r, in, &filled{})
	return "", s, err
}

// dismissRepository takes the form that says that it is no service. What was said of it before stays, for
// when that is taken back.
func (d *Dashboard) dismissRepository(v *visit, in *filled) (string, screen, error) {
	r, err := d.repositoryOf(v)
	if err != nil {
		return "", screen{}, err
	}
	reason := v.typed("reason")
	to, err := d.decided(v, r, onboarding.Decision{Choice: r.Choice, Dismissed: &reason}, in)
	if to != "" || err != nil {
		return to, screen{}, err
	}
	s, err := d.repositoryScreen(v, r, &filled{}, in)
	return "", s, err
}

// decided decides on it, and returns where the browser goes next; nowhere when the form is refused.
func (d *Dashboard) decided(v *visit, r onboarding.Repository, what onboarding.Decision, in *filled) (string, error) {
	version, err := strconv.ParseInt(v.typed("version"), 10, 64)
	if err != nil {
		version = 0 // which no repository has
	}
	_, err = d.sources.Onboarding.Decide(v.ctx, r.ID, version, what)
	switch {
	case err == nil:
		return repositoryURL(r.ID), nil
	case fault.Is(err, fault.Precondition):
		in.Wrong = append(in.Wrong, fmt.Sprintf("%s changed meanwhile: somebody decided on it, or it was looked into again. What is known now is on this page; sending this form again puts it in place of what was said.", r.FullName))
		in.Stale = true
	case !in.refused(err):
		return "", err
	}
	return "", nil
}
