package onboarding

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

// MaxTemplates is how many templates a wave has at most.
const MaxTemplates = 10

// Template is an SLO that services of a wave get. In its texts, ${service} and other placeholders stand
// for what the service has, see Placeholders.
type Template struct {
	Kinds []registry.Kind `json:"kinds,omitempty"` // of services that get it; all where there are none
	Tiers []int           `json:"tiers,omitempty"` // of services that get it; all where there are none
	SLO   slo.Declaration `json:"slo"`
}

// For reports whether the service gets it.
func (t Template) For(s registry.Service) bool {
	return (len(t.Kinds) == 0 || slices.Contains(t.Kinds, s.Kind)) && (len(t.Tiers) == 0 || slices.Contains(t.Tiers, s.Tier))
}

// overlaps reports whether there can be services that get an SLO of that slug from both.
func (t Template) overlaps(other Template) bool {
	return t.SLO.Slug == other.SLO.Slug && meet(t.Kinds, other.Kinds) && meet(t.Tiers, other.Tiers)
}

// meet reports whether two lists, of which an empty one is of all, have something in common.
func meet[T comparable](a, b []T) bool {
	return len(a) == 0 || len(b) == 0 || slices.ContainsFunc(a, func(v T) bool { return slices.Contains(b, v) })
}

// Placeholders are what can stand in a template, and what each stands for.
var Placeholders = [][2]string{
	{"${service}", "the service's slug"},
	{"${service.name}", "what it is called; not in what is measured"},
	{"${team}", "the slug of its team"},
	{"${system}", "the slug of its system"},
	{"${kind}", "its kind"},
	{"${tier}", "its tier"},
	{"${labels.KEY}", "its label KEY"},
	{"${annotations.KEY}", "its annotation KEY"},
}

var (
	placeholder = regexp.MustCompile(`\$\{([^{}]*)\}`)
	// plain is what may stand in what is measured: nothing by which a text of a query ends.
	plain = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.:/@-]*$`)
)

// valueOf is what a placeholder stands for. The first result says whether there is such a placeholder,
// the error what the service lacks.
func valueOf(name string, s registry.Service) (known bool, value, lacks string) {
	set := func(value, lacks string) (bool, string, string) {
		if value != "" {
			lacks = ""
		}
		return true, value, lacks
	}
	switch name {
	case "service":
		return true, s.Slug, ""
	case "service.name":
		return true, s.Name, ""
	case "team":
		return true, s.TeamSlug, ""
	case "system":
		return set(s.SystemSlug, "is in no system")
	case "kind":
		return true, string(s.Kind), ""
	case "tier":
		return true, strconv.Itoa(s.Tier), ""
	}
	if key, is := strings.CutPrefix(name, "labels."); is && key != "" {
		return set(s.Labels[key], fmt.Sprintf("has no label %q", fault.Clip(key, 64)))
	}
	if key, is := strings.CutPrefix(name, "annotations."); is && key != "" {
		return set(s.Annotations[key], fmt.Sprintf("has no annotation %q", fault.Clip(key, 64)))
	}
	return false, "", ""
}

// fill is the template's SLO for a service. What cannot be filled in is noted at the pointer.
func (t Template) fill(check *fault.Check, pointer string, s registry.Service) (slo.Declaration, error) {
	text, err := json.Marshal(t.SLO)
	if err != nil {
		return slo.Declaration{}, fmt.Errorf("spell a template: %w", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var tree map[string]any
	if err := decoder.Decode(&tree); err != nil {
		return slo.Declaration{}, fmt.Errorf("read a template: %w", err)
	}
	f := filling{check: check, pointer: pointer, service: s}
	for name, value := range tree {
		f.measured = name == "Origin"
		tree[name] = f.in(value)
	}
	if text, err = json.Marshal(tree); err != nil {
		return slo.Declaration{}, fmt.Errorf("spell a template: %w", err)
	}
	var out slo.Declaration
	if err := json.Unmarshal(text, &out); err != nil {
		return slo.Declaration{}, fmt.Errorf("read a template that is filled in: %w", err)
	}
	return out, nil
}

// filling is one time that a template is filled in.
type filling struct {
	check    *fault.Check
	pointer  string
	service  registry.Service
	measured bool // a part of what is measured
	told     []string
}

func (f *filling) in(value any) any {
	switch v := value.(type) {
	case string:
		return placeholder.ReplaceAllStringFunc(v, f.one)
	case []any:
		for i := range v {
			v[i] = f.in(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = f.in(v[name])
		}
	}
	return value
}

func (f *filling) one(spelled string) string {
	name := strings.TrimSuffix(strings.TrimPrefix(spelled, "${"), "}")
	known, value, lacks := valueOf(name, f.service)
	problem := ""
	switch {
	case !known:
		problem = "is no placeholder: there are " + placeholders()
	case lacks != "":
		problem = fmt.Sprintf("stands for nothing: the service %s %s", f.service.Slug, lacks)
	case f.measured && name == "service.name":
		problem = "cannot stand in what is measured: ${service} can"
	case f.measured && !plain.MatchString(value):
		problem = fmt.Sprintf("stands for %q, which cannot stand in what is measured: only letters, digits and _ . : / @ - can", fault.Clip(value, 64))
	}
	if problem == "" {
		return value
	}
	if !slices.Contains(f.told, spelled) {
		f.told = append(f.told, spelled)
		f.check.Fail(f.pointer, fault.Clip(spelled, 64), "%s", problem)
	}
	return spelled
}

func placeholders() string {
	names := make([]string, len(Placeholders))
	for i, p := range Placeholders {
		names[i] = p[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// sample is a service for which a template is checked before it is filled in for others.
func (t Template) sample() registry.Service {
	s := registry.Service{Slug: "service", TeamSlug: "team", SystemSlug: "system", Profile: registry.Profile{
		Name: "Service", Kind: registry.HTTP, Tier: 1, Labels: map[string]string{}, Annotations: map[string]string{},
	}}
	if len(t.Kinds) > 0 {
		s.Kind = t.Kinds[0]
	}
	return s
}

// check notes what is wrong with a template by itself, with pointers within the wave.
func (t Template) check(check *fault.Check, at string) error {
	for i, k := range t.Kinds {
		check.Require(slices.Contains(registry.Kinds, k), fmt.Sprintf("%s/kinds/%d", at, i), k, "must be one of %s", fault.Or(registry.Kinds))
		check.Require(slices.Index(t.Kinds, k) == i, fmt.Sprintf("%s/kinds/%d", at, i), k, "is named twice")
	}
	for i, n := range t.Tiers {
		check.Require(n >= 1 && n <= 4, fmt.Sprintf("%s/tiers/%d", at, i), n, "must be 1, the most critical, to 4")
		check.Require(slices.Index(t.Tiers, n) == i, fmt.Sprintf("%s/tiers/%d", at, i), n, "is named twice")
	}
	s := t.sample()
	text, err := json.Marshal(t.SLO)
	if err != nil {
		return fmt.Errorf("spell a template: %w", err)
	}
	for _, m := range placeholder.FindAllSubmatch(text, -1) {
		if key, is := strings.CutPrefix(string(m[1]), "labels."); is {
			s.Labels[key] = "label"
		}
		if key, is := strings.CutPrefix(string(m[1]), "annotations."); is {
			s.Annotations[key] = "annotation"
		}
	}
	var of fault.Check
	filled, err := t.fill(&of, at+"/slo", s)
	if err != nil {
		return err
	}
	if !check.Join(of) {
		return nil
	}
	if wrong := fault.As(filled.Validate()); wrong != nil {
		for _, v := range wrong.Violations {
			check.Fail(at+"/slo"+v.Pointer, v.Value, "%s", v.Message)
		}
	}
	return nil
}
