package dashboard

import (
	"slices"
	"strings"

	"github.com/evenkeel/evenkeel/services/jobs"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/source"
)

// badge is a state in a word, with the tone that paints it and gives its shape.
type badge struct{ Tone, Word string }

var staleBadge = badge{"stale", "Stale"}

// tones of the states of SLOs, the worst first.
var stateBadges = []struct {
	State budget.State
	badge
}{
	{budget.Exhausted, badge{"bad", "Exhausted"}},
	{budget.AtRisk, badge{"risk", "At risk"}},
	{budget.OK, badge{"ok", "OK"}},
	{budget.NoData, badge{"none", "No data"}},
}

func stateBadge(s budget.State) badge {
	for _, b := range stateBadges {
		if b.State == s {
			return b.badge
		}
	}
	return badge{"none", "No data"}
}

// stateWord is a state within a sentence.
func stateWord(s budget.State) string { return strings.ToLower(stateBadge(s).Word) }

// worst is the state that most needs attention of those of a service's SLOs.
func worst(states []budget.State) badge {
	for _, b := range stateBadges {
		if slices.Contains(states, b.State) {
			return b.badge
		}
	}
	return badge{"none", "No objectives"}
}

func violationBadge(v policy.Violation) badge {
	if v.EndedAt == nil {
		return badge{"bad", "Open"}
	}
	switch v.Ending {
	case policy.Recovered:
		return badge{"ok", "Recovered"}
	case policy.Detached:
		return badge{"none", "Detached"}
	case policy.Void:
		return badge{"none", "Void"}
	default:
		return badge{"none", "Retired"}
	}
}

func modeText(m policy.Mode) string {
	switch m {
	case policy.Observe:
		return "observed only"
	case policy.Warn:
		return "warns with an issue"
	default:
		return "changes halt"
	}
}

func runBadge(s jobs.RunState) badge {
	switch s {
	case jobs.Requested:
		return badge{"info", "Requested"}
	case jobs.Running:
		return badge{"info", "Running"}
	case jobs.Succeeded:
		return badge{"ok", "Succeeded"}
	case jobs.Failed:
		return badge{"bad", "Failed"}
	default:
		return badge{"risk", "Abandoned"}
	}
}

func sourceBadge(v source.View) badge {
	switch state := v.Health.State(); {
	case v.Source.RetiredAt != nil:
		return badge{"none", "Retired"}
	case state == source.HealthFailing:
		return badge{"bad", "Failing"}
	case state == source.HealthOK:
		return badge{"ok", "Answers"}
	}
	return badge{"none", "Not asked yet"}
}
