package gate

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Answer is whether a change may go out.
type Answer string

// The answers.
const (
	Allow Answer = "allow"
	Warn  Answer = "warn" // it may, and somebody should look first
	Deny  Answer = "deny"
)

// Answers lists every answer, the mildest first.
var Answers = []Answer{Allow, Warn, Deny}

// ReasonKind is what a reason is about.
type ReasonKind string

// The kinds of reasons.
const (
	Frozen       ReasonKind = "frozen"       // a clause asks that the change waits
	NeverWaits   ReasonKind = "never_waits"  // a clause would, but not of this class
	Excused      ReasonKind = "excused"      // a clause would, but its freeze is suspended or ended early
	Observed     ReasonKind = "observed"     // a clause would, if it were not only observed
	NotKnown     ReasonKind = "not_known"    // whether a clause applies is not known
	Dependency   ReasonKind = "dependency"   // the budget of a hard dependency is spent
	Overridden   ReasonKind = "overridden"   // somebody on call lifted the freeze
	Unreadable   ReasonKind = "unreadable"   // something could not be read in time
	NothingAsked ReasonKind = "no_objection" // nothing speaks against it
)

// Reason is one thing that the answer rests on.
type Reason struct {
	Kind ReasonKind `json:"kind"`
	Text string     `json:"text"` // for people, with numbers
	// What it is about, as far as it has one.
	Policy    string `json:"policy,omitempty"` // slugs
	Clause    string `json:"clause,omitempty"`
	SLO       string `json:"slo,omitempty"`
	Service   string `json:"service,omitempty"` // another one
	Violation id.ID  `json:"violation,omitempty"`
	// ConsumedPercent is what is consumed now of the budget of the trailing 28 days.
	ConsumedPercent string `json:"consumedPercent,omitempty"`
	// RecoversAt is when the clause stops to apply at the earliest, if nothing more goes wrong.
	RecoversAt *time.Time `json:"recoversAt,omitempty"`
}

// Verdict is the answer with what it rests on.
type Verdict struct {
	Answer  Answer   `json:"answer"`
	Reasons []Reason `json:"reasons"` // at least one, what weighs most first
	// RecoversAt is when nothing denies any more at the earliest; nil where nothing does, or where
	// that is not known.
	RecoversAt *time.Time `json:"recoversAt,omitempty"`
	WayOut     []string   `json:"wayOut"` // what can be done, for people
}

// Situation is all that a verdict follows from.
type Situation struct {
	At        time.Time
	Service   registry.Service
	Standings []Stand
	// Spent are hard dependencies of which the budget of an SLO is exhausted.
	Spent []Spent
	// Override is in force, nil without one.
	Override *Override
	// Unreadable says what could not be read.
	Unreadable []string
}

// Stand is how an SLO of the service stands to a clause.
type Stand struct {
	policy.Standing
	SLO        string     // slug
	RecoversAt *time.Time // of an open violation, where it is known
}

// Spent is an SLO of a hard dependency.
type Spent struct{ Service, SLO string }

// Decide answers for a change of the class. Only violations of the service's own policies can
// deny; rollbacks, urgent fixes and security fixes are never denied.
func (s Situation) Decide(class policy.ChangeClass) Verdict {
	v := Verdict{Answer: Allow, Reasons: []Reason{}, WayOut: []string{}}
	known := true
	for _, stand := range s.Standings {
		answer, reason, speaks := s.about(stand, class)
		if !speaks {
			continue
		}
		if v.add(answer, reason); answer == Deny {
			known = known && reason.RecoversAt != nil
			if reason.RecoversAt != nil && (v.RecoversAt == nil || reason.RecoversAt.After(*v.RecoversAt)) {
				v.RecoversAt = reason.RecoversAt
			}
		}
	}
	if !known {
		v.RecoversAt = nil
	}
	for _, d := range s.Spent {
		v.add(Warn, Reason{Kind: Dependency, Service: d.Service, SLO: d.SLO, Text: fmt.Sprintf("the hard dependency %s has spent the budget of its SLO %s", d.Service, d.SLO)})
	}
	for _, what := range s.Unreadable {
		v.add(Warn, Reason{Kind: Unreadable, Text: what})
	}
	s.override(&v)
	if len(v.Reasons) == 0 {
		v.add(Allow, Reason{Kind: NothingAsked, Text: "no policy in force asks that this change waits"})
	}
	slices.SortStableFunc(v.Reasons, func(a, b Reason) int { return weight(b.Kind) - weight(a.Kind) })
	if v.Answer != Allow {
		v.WayOut = s.wayOut(v)
	}
	return v
}

func (v *Verdict) add(answer Answer, r Reason) {
	v.Reasons = append(v.Reasons, r)
	if slices.Index(Answers, answer) > slices.Index(Answers, v.Answer) {
		v.Answer = answer
	}
}

// about is what one clause says of a change of the class; false where it says nothing.
func (s Situation) about(stand Stand, class policy.ChangeClass) (Answer, Reason, bool) {
	freeze := stand.Clause.Freeze
	r := Reason{Policy: stand.Rule.Policy.Slug, Clause: stand.Clause.Name, SLO: stand.SLO, ConsumedPercent: stand.ConsumedPercent}
	if freeze == nil {
		return Allow, r, false
	}
	if stand.Violation == nil {
		if stand.Outcome != expr.Unknown || stand.Mode == policy.Observe || waits(class, freeze) != "" {
			return Allow, r, false
		}
		r.Kind, r.Text = NotKnown, fmt.Sprintf("whether the clause %s applies to the SLO %s is not known (%s)", stand.Clause.Name, stand.SLO, stand.Why)
		return Warn, r, true
	}
	r.Violation, r.RecoversAt = stand.Violation.ID, stand.RecoversAt
	applies := fmt.Sprintf("the clause %s of the policy %s applies to the SLO %s", stand.Clause.Name, stand.Rule.Policy.Slug, stand.SLO)
	if stand.ConsumedPercent != "" {
		applies += fmt.Sprintf(": %s %% of the error budget of 28 days is consumed", stand.ConsumedPercent)
	}
	if why := waits(class, freeze); why != "" {
		r.Kind, r.Text = NeverWaits, applies+", and "+why
		return Allow, r, true
	}
	if why := stand.Violation.Excused(s.At); why != "" {
		r.Kind, r.Text = Excused, applies+"; "+why
		return Allow, r, true
	}
	switch stand.Mode { // as it is in force: the violation follows at the next pass
	case policy.Enforce:
		r.Kind, r.Text = Frozen, applies
		return Deny, r, true
	case policy.Warn:
		r.Kind, r.Text = Frozen, applies+"; the policy warns only"
		return Warn, r, true
	default:
		r.Kind, r.Text = Observed, applies+"; the policy is only observed"
		return Allow, r, true
	}
}

// waits says why changes of the class need not wait in the freeze; empty where they do.
func waits(class policy.ChangeClass, f *policy.Freeze) string {
	switch {
	case !class.Waits():
		return fmt.Sprintf("changes of the class %s never wait", class)
	case slices.Contains(f.Allow, class):
		return fmt.Sprintf("it lets changes of the class %s go on", class)
	}
	return ""
}

// override turns a denial into a warning, while one is in force.
func (s Situation) override(v *Verdict) {
	if s.Override == nil || v.Answer != Deny {
		return
	}
	v.Answer = Warn
	v.Reasons = append(v.Reasons, Reason{Kind: Overridden, Text: fmt.Sprintf("%s, on call, lifted the freeze until %s: %s",
		s.Override.By, s.Override.Until.UTC().Format("2006-01-02 15:04 UTC"), s.Override.Reason)})
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
			out = append(out, fmt.Sprintf("if nothing more goes wrong, the freeze ends at %s", v.RecoversAt.UTC().Format("2006-01-02 15:04 UTC")))
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

// exempt are the classes that no clause denies.
func exempt(s Situation) []string {
	var out []string
	for _, class := range policy.ChangeClasses {
		all := true
		for _, stand := range s.Standings {
			answer, _, speaks := s.about(stand, class)
			all = all && (!speaks || answer != Deny)
		}
		if all {
			out = append(out, string(class))
		}
	}
	return out
}

func weight(k ReasonKind) int {
	return slices.Index([]ReasonKind{NothingAsked, Observed, NeverWaits, Excused, Unreadable, Dependency, NotKnown, Overridden, Frozen}, k)
}
