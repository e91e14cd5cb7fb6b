package trial

import (
	"time"

	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

// MaxEpisodes is how many episodes are told one by one.
const MaxEpisodes = 1_000

// Result is what would have followed from a policy.
type Result struct {
	Rule           policy.Rule // that of a draft has no policy
	From, To       time.Time   // the first and the last full hour that was judged
	Services, SLOs int         // that it was tried on
	Counts
	// Frozen is for how many hours changes would have waited, summed up over services, of
	// which FrozenServices would have been frozen at any time.
	Frozen         Hours
	FrozenServices int
	UnknownHours   int           // of all clauses
	Clauses        []ClauseSums  // in their order
	Affected       []ServiceSums // services with an episode, by slug
	// Episodes are by service, SLO, clause and time: the first MaxEpisodes. LeftOut is how
	// many more there are.
	Episodes []Episode
	LeftOut  int
	Basis    []string // what all of it goes by, for people
}

// Counts are how many violations there would have been, and what would have been asked.
type Counts struct {
	Violations, Issues, Postmortems int
	// Escalations are violations that somebody above the team would have been told of, because
	// they were open for so long without a plan.
	Escalations int
	// Notifications are events that people would have been told, one for each team: that
	// something began, ended, or was escalated.
	Notifications int
}

// Hours are for how many hours changes of a class would have waited, of each that can.
type Hours map[policy.ChangeClass]int

// ClauseSums are what would have followed from one clause.
type ClauseSums struct {
	Clause policy.Clause
	Counts
	// OpenHours is for how many hours violations of it would have been open, summed up over SLOs.
	OpenHours int
	// UnknownHours is at how many hours, summed up over SLOs, nobody can say whether the
	// condition held; Missing are the facts that were not known then.
	UnknownHours int
	Missing      []Missing
	// Forgotten is set where the condition is not understood any more.
	Forgotten bool
}

// Missing is a fact that was not known at some hours.
type Missing struct {
	Fact  string
	Hours int
	Never bool // nobody keeps what it was in the past
}

// ServiceSums are what would have followed for one service.
type ServiceSums struct {
	Service registry.Service
	Counts
	Frozen Hours
}

// Episode is a violation that would have been.
type Episode struct {
	Service  registry.Service
	SLO      slo.SLO
	Clause   string
	Mode     policy.Mode
	OpenedAt time.Time
	EndedAt  *time.Time // nil where it would be open still
	Hours    int        // for which it would have been open until the last hour
	// PeakConsumed is the most of the budget of 28 days that was consumed, where that is known.
	PeakConsumed      *float64
	Issue, Postmortem bool // an issue of its own: false where it goes on in that of the one before
	Escalated         bool
	Notifications     int
	Waits             []policy.ChangeClass // changes that would have waited
}

// basis is what every result goes by.
var basis = []string{
	"Judged at full hours. Policies are applied each minute: a violation may have opened or ended up to an hour earlier, and one that lasted for less may be missing here.",
	"By what is known now: with the corrections that are in force now and what came late, by the objective, the window and the indicator that each SLO has now.",
	"As if it had been attached at the first hour, and nowhere else: what held then already opens then.",
	"As if nobody had done anything about it: the cause is unclassified all the time, no team had a plan, nothing was disputed, and no freeze was overridden or ended early.",
	"Of the SLOs and services that there are now, as if they had always been there: those that were retired since are left out.",
	"What opens again at most 10 days after it ended goes on in the issue that there is, as always.",
	"What is not known of an hour neither opens nor ends anything, as always.",
}
