package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/evenkeel/evenkeel/api"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/foreigncards"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/manifest"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/policy/supply"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/score"
)

// languages are those of conditions, with the facts that come with the program.
type languages struct {
	ofSLOs, ofServices func() (*expr.Environment, error) // of policies, and of scorecards and campaigns
}

func newLanguages() languages {
	return languages{
		ofSLOs: sync.OnceValues(func() (*expr.Environment, error) {
			return policy.Language(fact.NewBook[slo.View](&slo.Service{}, &score.Service{}, supply.Source{}))
		}),
		ofServices: sync.OnceValues(func() (*expr.Environment, error) { return expr.New(foreigncards.Told()) }),
	}
}

// checkManifests tells what is wrong with documents of ours as far as that can be told without a server: their shape,
// their rules, and their conditions. Unknown is what conditions name and only a server can know: facts that
// administrators declared.
func checkManifests(docs []yamldoc.Document) (wrong, unknown []yamldoc.Problem, err error) {
	languages := newLanguages()
	first := map[manifest.Identity]manifest.Manifest{}
	for _, d := range docs {
		m, err := api.ReadManifest(d)
		var refused *yamldoc.Error
		switch {
		case errors.As(err, &refused):
			wrong = append(wrong, refused.Problems...)
			continue
		case err != nil:
			return nil, nil, err
		}
		if other, twice := first[m.Identity]; twice {
			wrong = append(wrong, d.Place([]fault.Violation{{Message: fmt.Sprintf("%s is said in %s:%d already", m.Identity, other.Path, other.Line)}}).Problems...)
			continue
		}
		first[m.Identity] = m
		names, err := languages.validity(m.Thing)
		if of := fault.As(err); of != nil {
			wrong = append(wrong, d.Place(of.Violations).Problems...)
		} else if err != nil {
			return nil, nil, err
		}
		if len(names) > 0 {
			unknown = append(unknown, d.Place(names).Problems...)
		}
	}
	return wrong, unknown, nil
}

// validity is what the domain finds wrong with a thing by itself, with what it names that only a server can know. Of
// one of which a manifest may leave out some, what is left out is others' to say.
func (l languages) validity(t manifest.Thing) (unknown []fault.Violation, err error) {
	switch t := t.(type) {
	case manifest.Team:
		return nil, ofSaid(t.Validate(), t.Says)
	case manifest.System:
		return nil, ofSaid(t.Validate(), t.Says)
	case manifest.Service:
		return nil, serviceValidity(t)
	case manifest.SLO:
		return nil, t.Validate()
	case manifest.Policy:
		language, err := l.ofSLOs()
		if err != nil {
			return nil, err
		}
		return nil, t.Validate(language)
	case manifest.Scorecard:
		language, err := l.ofServices()
		if err != nil {
			return nil, err
		}
		return t.ValidateOffline(language)
	case manifest.Campaign:
		language, err := l.ofServices()
		if err != nil || t.AppliesTo == "" {
			return nil, err
		}
		var check fault.Check
		unknown, err := scorecards.InspectOffline(&check, "/appliesTo", t.AppliesTo, language)
		return unknown, errors.Join(err, check.Err())
	}
	return nil, nil
}

func serviceValidity(t manifest.Service) error {
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
