package gate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/evenkeel/evenkeel/services/policy"
)

// What people are told. The rules are in verdict.go.
const (
	nothingText  = "no policy in force asks that this change waits"
	warnsOnly    = "; the policy warns only"
	observedOnly = "; the policy is only observed"
)

func appliesText(stand policy.SLOStanding) string {
	applies := fmt.Sprintf("the clause %s of the policy %s applies to the SLO %s", stand.Clause.Name, stand.Rule.Policy.Slug, stand.Slug)
	if stand.ConsumedPercent != "" {
		applies += fmt.Sprintf(": %s %% of the error budget of 28 days is consumed", stand.ConsumedPercent)
	}
	return applies
}

func notKnownText(stand policy.SLOStanding) string {
	return fmt.Sprintf("whether the clause %s applies to the SLO %s is not known (%s)", stand.Clause.Name, stand.Slug, stand.Why)
}

func spentText(d Spent) string {
	return fmt.Sprintf("the hard dependency %s has spent the budget of its SLO %s", d.Service, d.SLO)
}

func unreadText(what string) string {
	return fmt.Sprintf("Evenkeel could not read %s; nothing is denied because of what is not known", what)
}

func neverWaitsText(class policy.ChangeClass) string {
	return fmt.Sprintf("changes of the class %s never wait", class)
}

func goesOnText(class policy.ChangeClass) string {
	return fmt.Sprintf("it lets changes of the class %s go on", class)
}

func overriddenText(o Override) string {
	return fmt.Sprintf("%s, on call, lifted the freeze until %s: %s", o.By, policy.Minute(o.Until), o.Reason)
}

// wayOut is what can be done.
func (s Situation) wayOut(v Verdict) []string {
	var out []string
	say := func(what string) {
		if !slices.Contains(out, what) {
			out = append(out, what)
		}
	}
	if v.Answer == Deny {
		out = append(out, fmt.Sprintf("work on what spends the budget goes on: send it as a change of the class %s", strings.Join(exempt(s), ", ")))
		if v.RecoversAt != nil {
			out = append(out, fmt.Sprintf("if nothing more goes wrong, the freeze ends at %s", policy.Minute(*v.RecoversAt)))
		}
		out = append(out,
			"where the numbers are wrong or the clause does not fit, dispute the violation",
			"in an emergency whoever is on call can lift the freeze for some hours, and says why")
	}
	for _, r := range v.Reasons {
		switch r.Kind {
		case NotKnown:
			say(fmt.Sprintf("see why the SLO %s is not measured", r.SLO))
		case Dependency:
			say(fmt.Sprintf("ask the team of %s whether a change makes it worse", r.Service))
		}
	}
	return out
}
