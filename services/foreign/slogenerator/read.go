package slogenerator

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/foreign"
	"github.com/evenkeel/evenkeel/services/slo"
)

// The documents that are read.
const (
	APIVersion = "sre.google.com/v2"
	Kind       = "ServiceLevelObjective"
)

// DefaultDays is the length of a window where no policy says one: the longest step of the policy
// that slo-generator's documentation gives.
const DefaultDays = 28

// Read reads the documents of a text. The error is a *yamldoc.Error with everything that is wrong,
// each at its place.
func Read(text []byte) (foreign.Reading, error) {
	policies := map[string]int{}
	// Policies may come behind the SLOs that name them; what is wrong with them is told below.
	if _, err := foreign.Documents(text, func(p *foreign.Place) { windows(p.Whole(), policies) }); err != nil {
		return foreign.Reading{}, err
	}
	return foreign.Documents(text, func(p *foreign.Place) { read(p, policies) })
}

func read(p *foreign.Place, policies map[string]int) {
	switch {
	case p.Kind() == yamldoc.List:
		p.Whole().Note("is an error-budget policy of slo-generator 1, of which the longest window was taken: %s", writeOne)
	case !p.Names():
	case p.Has("kind"):
		if apiVersion, kind := p.Required("apiVersion"), p.Required("kind"); kind != Kind || apiVersion != APIVersion {
			p.Whole().Member("kind").Fail("must be a %s of %s, and is one of %s", Kind, APIVersion, apiVersion)
			return
		}
		second(p, policies)
	case p.Has("slo_name") || p.Has("slo_target"):
		first(p, policies)
	case p.Has("backends") || p.Has("error_budget_policies") || p.Has("exporters"):
		shared(p)
	default:
		p.Whole().Fail("must be a %s, the shared configuration, or an SLO of version 1 with slo_name and slo_target", Kind)
	}
}

const writeOne = "its steps have no place here, where alerts are of four burn pairs; write what follows from a spent budget as an error-budget policy"

// windows finds the longest window of each policy that is of whole days.
func windows(p *foreign.Place, policies map[string]int) {
	longest := func(name, member string, steps []*foreign.Place) {
		for _, step := range steps {
			if days, ok := foreign.Days(step.Peek(member) + "s"); ok && days <= slo.MaxWindowDays {
				policies[name] = max(policies[name], days)
			}
		}
	}
	if p.Kind() == yamldoc.List {
		longest("default", "measurement_window_seconds", p.List())
		return
	}
	if p.Kind() != yamldoc.Names || !p.Has("error_budget_policies") {
		return
	}
	of := p.Member("error_budget_policies").Whole()
	for _, name := range of.MemberNames() {
		if policy := of.Member(name); policy.Kind() == yamldoc.Names && policy.Member("steps").Kind() == yamldoc.List {
			longest(name, "window", policy.Items("steps"))
		}
	}
}

// shared tells what of a shared configuration has no place here.
func shared(p *foreign.Place) {
	p.Skip("exporters", "default_exporters")
	backends := p.Member("backends").Whole()
	for _, name := range backends.MemberNames() {
		backend := backends.Member(name)
		if classOf(name) == prometheusClass {
			backend.Note("is a Prometheus: make a data source of kind prometheus of it, with its address %s", cmp.Or(backend.Peek("url"), "(which is not written here)"))
			continue
		}
		backend.Note("is a backend that is not asked by Evenkeel: push what it counts, or write an adapter that asks it")
	}
	policies := p.Member("error_budget_policies").Whole()
	for _, name := range policies.MemberNames() {
		policies.Member(name).Note("is an error-budget policy, of which the longest window was taken: %s", writeOne)
	}
}

// spec is what both versions say of an SLO.
type spec struct {
	service, feature, name, id string
	description                *foreign.Place
	goal                       string
	target                     *foreign.Place
	backend, method            *foreign.Place
	class, source              string
	indicator                  *foreign.Place
	policy                     string
	labels                     map[string]string
}

// second reads an SLO of version 2.
func second(p *foreign.Place, policies map[string]int) {
	metadata, of := p.Member("metadata"), p.Member("spec")
	if !metadata.Names() || !of.Names() {
		metadata.Whole()
		of.Whole()
		return
	}
	labels := metadata.Map("labels")
	s := spec{
		id: metadata.Required("name"), labels: labels, service: labels["service_name"], feature: labels["feature_name"], name: labels["slo_name"],
		description: of.Member("description"), goal: of.Number("goal"), target: of.Member("goal"), backend: of.Member("backend"), method: of.Member("method"),
		indicator: of.Member("service_level_indicator"), policy: of.TextOf("error_budget_policy"),
	}
	of.Skip("exporters")
	of.Required("goal")
	s.source = of.Required("backend")
	s.class = classOf(s.source)
	if s.service == "" {
		s.service = s.id
		if s.id != "" {
			metadata.Note("names no service: its name, %s, is taken for one; label it with service_name, or write another into what is made of it", s.id)
		}
	}
	s.declare(p, policies)
}

// first reads an SLO of version 1.
func first(p *foreign.Place, policies map[string]int) {
	backend := p.Member("backend")
	s := spec{
		service: p.Required("service_name"), feature: p.TextOf("feature_name"), name: p.Required("slo_name"),
		description: p.Member("slo_description"), goal: p.Number("slo_target"), target: p.Member("slo_target"),
	}
	p.Required("slo_target")
	p.Skip("exporters")
	s.id = strings.Join([]string{s.service, s.feature, s.name}, "-")
	s.labels = foreign.Union(p.Map("metadata"), map[string]string{"service_name": s.service, "feature_name": s.feature, "slo_name": s.name})
	if !backend.Names() {
		return
	}
	s.backend, s.method, s.indicator, s.source = backend.Member("class"), backend.Member("method"), backend.Member("measurement"), backend.Required("class")
	s.class = classOf(s.source)
	if url := backend.TextOf("url"); url != "" {
		backend.Member("url").Note("is the address of the data source: make one of it")
	}
	backend.Skip("headers", "project_id", "api_key", "app_key", "api_token", "api_url", "username", "password", "host", "port", "user")
	s.declare(p, policies)
}

// declare adds the SLO.
func (s spec) declare(p *foreign.Place, policies map[string]int) {
	if s.goal != "" {
		if share, ok := foreign.Float(s.goal); !ok || share <= 0 || share > 1 {
			s.target.Fail("must be a share between 0 and 1, such as 0.999")
			return
		}
	}
	method := s.method.Text()
	if method == "" {
		s.method.Fail("is required")
	}
	if !s.indicator.Names() || s.goal == "" || s.source == "" || method == "" {
		s.indicator.Whole()
		return
	}
	name := strings.Trim(s.feature+"-"+s.name, "-")
	d := slo.Declaration{
		Name: cmp.Or(name, s.id), Description: s.description.Text(), Objective: foreign.PercentOf(s.goal), WindowDays: policies[cmp.Or(s.policy, "default")],
		Category: foreign.Category(s.name, s.id),
	}
	out := foreign.SLO{Service: s.service, Name: d.Name, ID: s.id, Labels: s.labels}
	if d.WindowDays == 0 {
		d.WindowDays = DefaultDays
		p.Note("has no window of its own, and its policy is not in the text: %d days are taken", DefaultDays)
	}
	if s.class == prometheusClass {
		out.DataSource = s.source
		if !s.prometheus(method, &d) {
			return
		}
	} else {
		d.GoodEvent = s.words(method)
		s.backend.Note("is a backend that is not asked by Evenkeel: push what %s of %s counts, or write an adapter that asks it; its queries are in the words of the indicator", method, s.source)
		s.indicator.Whole()
	}
	out.Declaration = d
	p.Declare(out, map[string]*foreign.Place{"/objective": s.target, "/indicator": s.indicator, "/description": s.description})
}

// words say what a backend counts.
func (s spec) words(method string) string {
	var parts []string
	for _, name := range s.indicator.MemberNames() {
		if text := s.indicator.Peek(name); text != "" {
			parts = append(parts, name+": "+strings.TrimSpace(text))
		}
	}
	return strings.Join(append([]string{fmt.Sprintf("as %s of %s counts it", method, s.source)}, parts...), "\n")
}
