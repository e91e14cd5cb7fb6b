package scorecards

import (
	"reflect"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
)

// Scorecard is the head of a scorecard; what it asks is its Revision.
type Scorecard struct {
	ID          id.ID
	Slug        string
	Name        string
	Description string
	// Owner is the team that keeps it; empty of one that is the platform's.
	Owner     id.ID
	OwnerSlug string `audit:"-"` // as the team was called when the scorecard was read
	Revision  int
	// RetiredAt ends its evaluation; what came of it stays.
	RetiredAt *time.Time
	// Manager keeps it elsewhere, such as a set of manifests; empty for its owner.
	Manager   string
	CreatedAt time.Time
	UpdatedAt time.Time
	Version   int64
}

// Revision is what a scorecard asked from one change to the next. It never changes.
type Revision struct {
	ID        id.ID
	Scorecard id.ID
	Number    int
	Terms
	RevisedBy string // the caller's name
	CreatedAt time.Time
}

// Terms is what a revision says.
type Terms struct {
	// AppliesTo is a condition on a service; empty for every one.
	AppliesTo string `json:"appliesTo"`
	// Levels are what services climb, the lowest first.
	Levels []Level    `json:"levels"`
	Checks []Check    `json:"checks"`
	Issues IssueTerms `json:"issues"`
}

// Level is a step on which services stand.
type Level struct {
	Name        string `json:"name"`
	Description string `json:"description"`
}

// Check is one thing that is asked of a service.
type Check struct {
	ID       string `json:"id"` // RFC 1123 label, unique in the scorecard; exemptions and campaigns name it
	Title    string `json:"title"`
	Why      string `json:"why"` // Markdown
	Fix      string `json:"fix"` // Markdown with facts and parameters between braces: "{slos} of {parameters.least}"
	Category string `json:"category"`
	Level    string `json:"level"` // the name of one of the levels
	Weight   int    `json:"weight"`
	// Tier is the least critical tier that it is for: 2 are tiers 1 and 2. 0 are all.
	Tier       int                `json:"tier"`
	AppliesTo  string             `json:"appliesTo"` // a condition on a service; empty for every one of those tiers
	Passes     string             `json:"passes"`    // the condition
	Parameters map[string]float64 `json:"parameters"`
	// EffectiveFrom is the day from which it counts; before that it is only seen. Empty: from the
	// beginning.
	EffectiveFrom clock.Date `json:"effectiveFrom"`
	Links         []Link     `json:"links"`
}

// Link is where there is more to read.
type Link struct {
	Title string `json:"title"`
	URL   string `json:"url"`
}

// IssueMode is whether what fails becomes an issue.
type IssueMode string

// The modes.
const (
	NoIssues IssueMode = "none"
	EachOne  IssueMode = "each"    // one for each service and check
	Grouped  IssueMode = "grouped" // one for each service, with all that fails
)

// IssueModes lists every mode.
var IssueModes = []IssueMode{NoIssues, EachOne, Grouped}

// IssueTerms is what becomes of failures.
type IssueTerms struct {
	Mode IssueMode `json:"mode"`
	// GraceDays is for how many days a check is to fail before.
	GraceDays int `json:"graceDays"`
	// UpTo is the highest level of which failures become issues; empty for all.
	UpTo string `json:"upTo"`
}

// Complete has no list that is nil, as terms are stored and shown.
func (t Terms) Complete() Terms {
	checks := make([]Check, len(t.Checks))
	for i, c := range t.Checks {
		if c.Parameters == nil {
			c.Parameters = map[string]float64{}
		}
		if c.Links == nil {
			c.Links = []Link{}
		}
		checks[i] = c
	}
	t.Checks = checks
	if t.Levels == nil {
		t.Levels = []Level{}
	}
	if t.Issues.Mode == "" {
		t.Issues.Mode = NoIssues
	}
	return t
}

// same reports whether both say the same.
func (t Terms) same(o Terms) bool { return reflect.DeepEqual(t.Complete(), o.Complete()) }

// level is the number of the level of that name; -1 without one.
func (t Terms) level(name string) int {
	for i, l := range t.Levels {
		if l.Name == name {
			return i
		}
	}
	return -1
}

// check is the number of the check of that ID; -1 without one.
func (t Terms) check(of string) int {
	for i, c := range t.Checks {
		if c.ID == of {
			return i
		}
	}
	return -1
}

// View is a scorecard with its current revision.
type View struct {
	Scorecard Scorecard
	Revision  Revision
}
