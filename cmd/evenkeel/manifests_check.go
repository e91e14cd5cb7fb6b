package main

import (
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

// manifestProblem is what is wrong at a place of a file.
type manifestProblem struct {
	path string
	yamldoc.Problem
}

// String tells it as compilers do.
func (m manifestProblem) String() string { return m.path + ":" + m.Problem.String() }

// checkManifests tells what is wrong with manifests as far as that can be told without a server: their shape, their rules,
// and the conditions of policies. Which facts there are of services only a server knows, and so conditions of scorecards
// are for it.
func checkManifests(files []manifest.File) ([]manifestProblem, error) {
	language, err := policy.Language(fact.NewBook[slo.View](&slo.Service{}, &score.Service{}, supply.Source{}))
	if err != nil {
		return nil, err
	}
	var out []manifestProblem
	first := map[manifest.Identity]manifest.Manifest{}
	for _, f := range files {
		manifests, _, err := api.Manifests{}.Read([]manifest.File{f})
		refused := fault.As(err)
		if err != nil && refused == nil {
			return nil, err
		}
		if refused != nil {
			for _, v := range refused.Violations {
				out = append(out, manifestProblem{f.Path, problemAt(strings.TrimPrefix(v.Message, f.Path+":"))})
			}
			continue
		}
		for _, m := range manifests {
			if other, twice := first[m.Identity]; twice {
				out = append(out, manifestProblem{m.Path, yamldoc.Problem{Line: m.Line, Column: 1, Message: fmt.Sprintf("%s is said in %s:%d already", m.Identity, other.Path, other.Line)}})
				continue
			}
			first[m.Identity] = m
			wrong := fault.As(validity(m.Thing, language))
			if wrong == nil {
				continue
			}
			for _, problem := range m.Places.Place(wrong.Violations).Problems {
				out = append(out, manifestProblem{m.Path, problem})
			}
		}
	}
	return out, nil
}

// problemAt reads a problem that is told with its place: "7:11: /name: must be …".
func problemAt(text string) yamldoc.Problem {
	var p yamldoc.Problem
	if _, err := fmt.Sscanf(text, "%d:%d:", &p.Line, &p.Column); err != nil {
		return yamldoc.Problem{Line: 1, Column: 1, Message: text}
	}
	p.Message = strings.TrimPrefix(text, fmt.Sprintf("%d:%d: ", p.Line, p.Column))
	return p
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
