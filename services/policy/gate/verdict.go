package gate

import (
	"slices"
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
	Standings []policy.SLOStanding
	// Spent are hard dependencies of which the budget of an SLO is exhausted.
	Spent []Spent
	// Override is in force, nil without one.
	Override *Override
	// Unreadable says what could not be read.
	Unreadable []string
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
		v.add(Warn, Reason{Kind: Dependency, Service: d.Service, SLO: d.SLO, Text: spentText(d)})
	}
	for _, what := range s.Unreadable {
		v.add(Warn, Reason{Kind: Unreadable, Text: what})
	}
	s.override(&v)
	if len(v.Reasons) == 0 {
		v.add(Allow, Reason{Kind: NothingAsked, Text: nothingText})
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
func (s Situation) about(stand policy.SLOStanding, class policy.ChangeClass) (Answer, Reason, bool) {
	freeze := stand.Clause.Freeze
	r := Reason{Policy: stand.Rule.Policy.Slug, Clause: stand.Clause.Name, SLO: stand.Slug, ConsumedPercent: stand.ConsumedPercent}
	if freeze == nil {
		return Allow, r, false
	}
	if stand.Violation == nil {
		if stand.Outcome != expr.Unknown || stand.Mode == policy.Observe || waits(class, freeze) != "" {
			return Allow, r, false
		}
		r.Kind, r.Text = NotKnown, notKnownText(stand)
		return Warn, r, true
	}
	r.Violation, r.RecoversAt = stand.Violation.ID, stand.RecoversAt
	if why := waits(class, freeze); why != "" {
		r.Kind, r.Text = NeverWaits, appliesText(stand)+", and "+why
		return Allow, r, true
	}
	if why := stand.Violation.Excused(s.At); why != "" {
		r.Kind, r.Text = Excused, appliesText(stand)+"; "+why
		return Allow, r, true
	}
	switch stand.Mode { // as it is in force: the violation follows at the next pass
	case policy.Enforce:
		r.Kind, r.Text = Frozen, appliesText(stand)
		return Deny, r, true
	case policy.Warn:
		r.Kind, r.Text = Frozen, appliesText(stand)+warnsOnly
		return Warn, r, true
	default:
		r.Kind, r.Text = Observed, appliesText(stand)+observedOnly
		return Allow, r, true
	}
}

// waits says why changes of the class need not wait in the freeze; empty where they do.
func waits(class policy.ChangeClass, f *policy.Freeze) string {
	switch {
	case !class.Waits():
		return neverWaitsText(class)
	case slices.Contains(f.Allow, class):
		return goesOnText(class)
	}
	return ""
}

// override turns a denial into a warning, while one is in force.
func (s Situation) override(v *Verdict) {
	if s.Override == nil || v.Answer != Deny {
		return
	}
	v.Answer = Warn
	v.Reasons = append(v.Reasons, Reason{Kind: Overridden, Text: overriddenText(*s.Override)})
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
