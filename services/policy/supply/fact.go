package supply

import (
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// The names of the facts.
const (
	Cause          = "cause"
	IncidentShares = "incidentShares"
)

// Names lists every name.
var Names = []string{Cause, IncidentShares}

// Unclassified is the cause of which nobody said anything.
const Unclassified = "unclassified"

// The causes of the workbook's policy ("Error Budget Policy", appendix of The Site Reliability
// Workbook, "Goals"): of these a team works on its reliability, and of those its feature work may
// go on. Who says one of those excuses the team.
var (
	Own      = []string{"own-code-or-procedure", "hard-dependency-could-be-soft", "miss-was-hidden"}
	Excusing = []string{"company-network", "frozen-team", "users-out-of-scope", "no-user-impact"}
)

// Causes lists every cause.
var Causes = slices.Concat([]string{Unclassified}, Own, Excusing)

// Fact is what was said of an SLO. Withdrawn, it holds no more, and keeps its version.
type Fact struct {
	ID      id.ID
	SLO     id.ID
	Name    string
	Value   Value
	Note    string
	Link    string // to what shows it; may be empty
	At      time.Time
	Until   time.Time // it holds before that
	By      string
	Person  id.ID
	Version int64
}

// Value is that of Cause, a text, or of IncidentShares, numbers.
type Value struct {
	Text    string             `json:"text,omitempty"`
	Numbers map[string]float64 `json:"numbers,omitempty"`
}

// unsaid is what is known of what nobody said.
func unsaid(slo id.ID, name string) Fact {
	f := Fact{SLO: slo, Name: name, Version: 1}
	if name == Cause {
		f.Value.Text = Unclassified
	}
	return f
}

// holds reports whether it is known at that time.
func (f Fact) holds(now time.Time) bool { return now.Before(f.Until) }

// Input is what is said.
type Input struct {
	Value Value
	Note  string
	Link  string
	Until time.Time // longest after now when zero
}

const (
	// longest is how long what was said holds at most: the policy's window, after which nothing
	// of what it was about is in the budget.
	longest      = 28 * 24 * time.Hour
	maxIncidents = 100
	maxShare     = 1e6
)

// pointer escapes a name in a JSON pointer (RFC 6901, section 3).
var pointer = strings.NewReplacer("~", "~0", "/", "~1")

func (in Input) check(check *fault.Check, name string, now time.Time) {
	switch name {
	case Cause:
		check.Require(slices.Contains(Causes, in.Value.Text), "/text", in.Value.Text, "must be one of %s", fault.Or(Causes))
		check.Require(len(in.Value.Numbers) == 0, "/numbers", nil, "is only for %s", IncidentShares)
		check.Require(in.Note != "" || !slices.Contains(Excusing, in.Value.Text), "/note", nil, "must say why, for the cause excuses the team")
	case IncidentShares:
		check.Require(in.Value.Text == "", "/text", in.Value.Text, "is only for %s", Cause)
		check.Require(len(in.Value.Numbers) >= 1 && len(in.Value.Numbers) <= maxIncidents, "/numbers", len(in.Value.Numbers), "must have the shares of 1 to %d incidents", maxIncidents)
		for _, incident := range slices.Sorted(maps.Keys(in.Value.Numbers)) {
			share := in.Value.Numbers[incident]
			access.CheckLine(check, "/numbers", incident, 1, registry.MaxName)
			check.Require(share >= 0 && share <= maxShare && !math.IsNaN(share), "/numbers/"+pointer.Replace(incident), share, "must be a share of the budget, from 0 on: 0.2 is a fifth")
		}
	}
	registry.CheckText(check, "/note", in.Note, registry.MaxReason)
	registry.CheckURL(check, "/link", in.Link)
	last := now.Add(longest)
	check.Require(in.Until.After(now) && !in.Until.After(last), "/until", in.Until.UTC().Format(time.RFC3339), "must be after now and at most 28 days from now, %s", last.UTC().Format(time.RFC3339))
}
