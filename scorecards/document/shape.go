package document

import (
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/scorecards"
)

// Kind heads every document of a scorecard.
const Kind = "Scorecard"

// shape is a scorecard as it stands in YAML, by the names of the API.
type shape struct {
	APIVersion  string       `yaml:"apiVersion"`
	Kind        string       `yaml:"kind"`
	Slug        yamldoc.Text `yaml:"slug"`
	Name        yamldoc.Text `yaml:"name"`
	Description yamldoc.Text `yaml:"description,omitempty"`
	Owner       yamldoc.Text `yaml:"owner,omitempty"`
	AppliesTo   yamldoc.Text `yaml:"appliesTo,omitempty"`
	Levels      []levelShape `yaml:"levels"`
	Issues      *issuesShape `yaml:"issues,omitempty"`
	Checks      []checkShape `yaml:"checks"`
}

type levelShape struct {
	Name        yamldoc.Text `yaml:"name"`
	Description yamldoc.Text `yaml:"description,omitempty"`
}

type issuesShape struct {
	Mode      scorecards.IssueMode `yaml:"mode"`
	GraceDays int                  `yaml:"graceDays,omitempty"`
	UpTo      yamldoc.Text         `yaml:"upTo,omitempty"`
}

type checkShape struct {
	ID            yamldoc.Text       `yaml:"id"`
	Title         yamldoc.Text       `yaml:"title"`
	Why           yamldoc.Text       `yaml:"why,omitempty"`
	Fix           yamldoc.Text       `yaml:"fix,omitempty"`
	Category      yamldoc.Text       `yaml:"category"`
	Level         yamldoc.Text       `yaml:"level"`
	Weight        *int               `yaml:"weight,omitempty"`
	Tier          int                `yaml:"tier,omitempty"`
	AppliesTo     yamldoc.Text       `yaml:"appliesTo,omitempty"`
	Passes        yamldoc.Text       `yaml:"passes"`
	Parameters    map[string]float64 `yaml:"parameters,omitempty"`
	EffectiveFrom string             `yaml:"effectiveFrom,omitempty"`
	Links         []linkShape        `yaml:"links,omitempty"`
}

type linkShape struct {
	Title yamldoc.Text `yaml:"title"`
	URL   yamldoc.Text `yaml:"url"`
}

func (s shape) draft() scorecards.Draft {
	d := scorecards.Draft{
		Slug: string(s.Slug), Name: string(s.Name), Description: string(s.Description), Owner: string(s.Owner),
		Terms: scorecards.Terms{AppliesTo: string(s.AppliesTo)},
	}
	for _, l := range s.Levels {
		d.Levels = append(d.Levels, scorecards.Level{Name: string(l.Name), Description: string(l.Description)})
	}
	if i := s.Issues; i != nil {
		d.Issues = scorecards.IssueTerms{Mode: i.Mode, GraceDays: i.GraceDays, UpTo: string(i.UpTo)}
	}
	for _, c := range s.Checks {
		check := scorecards.Check{
			ID: string(c.ID), Title: string(c.Title), Why: string(c.Why), Fix: string(c.Fix), Category: string(c.Category), Level: string(c.Level), Weight: 1, Tier: c.Tier,
			AppliesTo: string(c.AppliesTo), Passes: string(c.Passes), Parameters: c.Parameters, EffectiveFrom: clock.Date(c.EffectiveFrom),
		}
		if c.Weight != nil {
			check.Weight = *c.Weight
		}
		for _, l := range c.Links {
			check.Links = append(check.Links, scorecards.Link{Title: string(l.Title), URL: string(l.URL)})
		}
		d.Checks = append(d.Checks, check)
	}
	d.Terms = d.Complete()
	return d
}

func shapeOf(d scorecards.Draft) shape {
	s := shape{
		APIVersion: yamldoc.APIVersion, Kind: Kind, Slug: yamldoc.Text(d.Slug), Name: yamldoc.Text(d.Name), Description: yamldoc.Text(d.Description),
		Owner: yamldoc.Text(d.Owner), AppliesTo: yamldoc.Text(d.AppliesTo),
	}
	for _, l := range d.Levels {
		s.Levels = append(s.Levels, levelShape{yamldoc.Text(l.Name), yamldoc.Text(l.Description)})
	}
	if i := d.Issues; i.Mode != "" && i != (scorecards.IssueTerms{Mode: scorecards.NoIssues}) {
		s.Issues = &issuesShape{i.Mode, i.GraceDays, yamldoc.Text(i.UpTo)}
	}
	for _, c := range d.Checks {
		check := checkShape{
			ID: yamldoc.Text(c.ID), Title: yamldoc.Text(c.Title), Why: yamldoc.Text(c.Why), Fix: yamldoc.Text(c.Fix), Category: yamldoc.Text(c.Category), Level: yamldoc.Text(c.Level),
			Weight: &c.Weight, Tier: c.Tier, AppliesTo: yamldoc.Text(c.AppliesTo), Passes: yamldoc.Text(c.Passes), Parameters: c.Parameters, EffectiveFrom: string(c.EffectiveFrom),
		}
		for _, l := range c.Links {
			check.Links = append(check.Links, linkShape{yamldoc.Text(l.Title), yamldoc.Text(l.URL)})
		}
		s.Checks = append(s.Checks, check)
	}
	return s
}
