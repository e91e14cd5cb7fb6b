// Package builtin holds the scorecards that ship, as data: production readiness with all its
// checks, and the starter profile of the twelve to begin with. They are there to be copied, and a
// copy is changed like any other scorecard; nobody changes these.
package builtin

import (
	_ "embed"
	"fmt"
	"slices"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/document"
)

//go:embed production-readiness.yaml
var productionReadiness []byte

//go:embed starter.yaml
var starter []byte

// The slugs of the scorecards that ship.
const (
	ProductionReadiness = "production-readiness"
	Starter             = "starter"
)

// profile is some of the checks of a scorecard.
type profile struct {
	Of          string   `yaml:"of"`
	Slug        string   `yaml:"slug"`
	Name        string   `yaml:"name"`
	Description string   `yaml:"description"`
	Checks      []string `yaml:"checks"`
}

// All returns the scorecards that ship, the whole one first. Each call makes them anew: callers may
// change what they get.
func All() ([]scorecards.Draft, error) {
	whole, err := document.Read(productionReadiness)
	if err != nil {
		return nil, fmt.Errorf("read the scorecard that ships: %w", err)
	}
	var p profile
	docs, err := yamldoc.Parse(starter)
	if err != nil || len(docs) != 1 {
		return nil, fmt.Errorf("read the profile that ships, of %d documents: %w", len(docs), err)
	}
	if err := docs[0].Decode(&p); err != nil {
		return nil, fmt.Errorf("read the profile that ships: %w", err)
	}
	if p.Of != whole.Draft.Slug {
		return nil, fmt.Errorf("the profile %s is of %q, which does not ship", p.Slug, p.Of)
	}
	some := whole.Draft
	some.Slug, some.Name, some.Description, some.Checks = p.Slug, p.Name, p.Description, nil
	for _, id := range p.Checks {
		i := slices.IndexFunc(whole.Draft.Checks, func(c scorecards.Check) bool { return c.ID == id })
		if i < 0 {
			return nil, fmt.Errorf("the profile %s names the check %q, which %s does not have", p.Slug, id, p.Of)
		}
		some.Checks = append(some.Checks, whole.Draft.Checks[i])
	}
	some.Levels = slices.DeleteFunc(slices.Clone(some.Levels), func(l scorecards.Level) bool {
		return !slices.ContainsFunc(some.Checks, func(c scorecards.Check) bool { return c.Level == l.Name })
	})
	return []scorecards.Draft{whole.Draft, some}, nil
}
