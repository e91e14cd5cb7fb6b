package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/evenkeel/evenkeel/api"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/manifest"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/policy/supply"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/score"
)

// checkManifests tells what is wrong with documents of ours as far as that can be told without a server: their shape,
// their rules, and the conditions of policies. Which facts there are of services only a server knows, and so conditions
// of scorecards are for it.
func checkManifests(docs []yamldoc.Document) ([]yamldoc.Problem, error) {
	if len(docs) == 0 {
		return nil, nil
	}
	language, err := policy.Language(fact.NewBook[slo.View](&slo.Service{}, &score.Service{}, supply.Source{}))
	if err != nil {
		return nil, err
	}
	var out []yamldoc.Problem
	first := map[manifest.Identity]manifest.Manifest{}
	for _, d := range docs {
		m, err := api.ReadManifest(d)
		var refused *yamldoc.Error
		switch {
		case errors.As(err, &refused):
			out = append(out, refused.Problems...)
			continue
		case err != nil:
			return nil, err
		}
		if other, twice := first[m.Identity]; twice {
			out = append(out, d.Place([]fault.Violation{{Message: fmt.Sprintf("%s is said in %s:%d already", m.Identity, other.Path, other.Line)}}).Problems...)
			continue
		}
		first[m.Identity] = m
		if wrong := fault.As(validity(m.Thing, language)); wrong != nil {
			out = append(out, d.Place(wrong.Violations).Problems...)
		}
	}
	return out, nil
}

// validity is what the domain finds wrong with a thing by itself. Of one of which a manifest may leave out some, what
// is left out is others' to say.
func validity(t manifest.Thing, language *expr.Environment) error {
	switch t := t.(type) {
	case manifest.Team:
		return ofSaid(t.Validate(), t.Says)
	case manifest.System:
		return ofSaid(t.Validate(), t.Says)
	case manifest.Service:
		var check fault.Check
		if err := fault.As(ofSaid(t.Validate(), t.Says)); err != nil {
			for _, v := range err.Violations {
				if v.Pointer == "/kind" {
					v.Pointer = "/type" // its kind is what it is a manifest of
				}
				check.Fail(v.Pointer, v.Value, "%s", v.Message)
			}
		}
		for i, n := range t.DependsOn {
			if err := fault.As(n.Validate()); err != nil {
				for _, v := range err.Violations {
					check.Fail(fmt.Sprintf("/dependsOn/%d%s", i, v.Pointer), v.Value, "%s", v.Message)
				}
			}
		}
		return check.Err()
	case manifest.SLO:
		return t.Validate()
	case manifest.Policy:
		return t.Validate(language)
	case manifest.Scorecard:
		var check fault.Check
		registry.CheckSlug(&check, "/slug", t.Slug)
		registry.CheckName(&check, "/name", t.Name)
		return check.Err()
	}
	return nil
}

// ofSaid keeps what is wrong with the slug, and with members that the manifest says.
func ofSaid(err error, says []string) error {
	wrong := fault.As(err)
	if wrong == nil {
		return err
	}
	var check fault.Check
	for _, v := range wrong.Violations {
		name, _, _ := strings.Cut(strings.TrimPrefix(v.Pointer, "/"), "/")
		if name == "slug" || slices.Contains(says, name) {
			check.Fail(v.Pointer, v.Value, "%s", v.Message)
		}
	}
	return check.Err()
}
