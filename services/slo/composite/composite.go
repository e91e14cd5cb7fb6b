package composite

import (
	"fmt"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/slo/composite/formula"
)

// Composite is the head of a composite SLO; what it says is its Revision.
type Composite struct {
	ID          id.ID
	Slug        string // unique
	Name        string
	Description string
	Team        id.ID // owns it
	// System is what it is promised of; empty where that is a journey.
	System  id.ID
	Journey Journey
	// Revision is the number of the current revision, from 1.
	Revision  int
	CreatedAt time.Time
	UpdatedAt time.Time
	RetiredAt *time.Time
	Version   int64
}

// Journey is what a user does, across services: "Buy a book".
type Journey struct {
	Name        string // empty for none
	Description string
}

// live returns nil, or Conflict "composite_retired".
func (c Composite) live() error {
	if c.RetiredAt == nil {
		return nil
	}
	return fault.New(fault.Conflict, "composite_retired", "the composite SLO %q was retired; restore it first", c.Slug)
}

// Revision is what a composite said from one change to the next. It never changes.
type Revision struct {
	ID        id.ID
	Composite id.ID
	Number    int
	Terms
	CreatedAt time.Time
	CreatedBy string // the caller's name
}

// Terms are what is promised.
type Terms struct {
	Method formula.Method
	// Objective is none with formula.Occurrences, which spends the members' budgets.
	Objective budget.Objective
	Over      slo.TimeWindow
	// SliceLength is how long a slice is; 0 where no slices are judged.
	SliceLength time.Duration
	// SliceTarget is from which share of good events on a slice of a member is good that
	// has no target of its own; of formula.Timeslices alone.
	SliceTarget budget.SliceTarget
	Rationale   string
	Members     []Member
}

// Member is an SLO as it counts in a composite. It has an identifier of its own, under
// which its sums are kept.
type Member struct {
	ID      id.ID
	Weight  formula.Weight // one where weights do not count
	Missing formula.Missing
	SLO     Named
}

// Named is the SLO of a member as it is now.
type Named struct {
	ID          id.ID
	Service     id.ID
	ServiceSlug string
	Slug        string
	Name        string
	Objective   budget.Objective
	Resolution  time.Duration
	// Retired is set when the SLO or its service was.
	Retired bool
}

// Label names it for people: "checkout/availability".
func (n Named) Label() string { return n.ServiceSlug + "/" + n.Slug }

// unfit reports whether nothing is known of the member, whatever was measured: it was
// retired, or its slots do not fill slices.
func (t Terms) unfit(m Member) bool {
	return m.SLO.Retired || t.SliceLength > 0 && t.SliceLength%m.SLO.Resolution != 0
}

// equal compares terms by what they say.
func (t Terms) equal(o Terms) bool { return t.spell() == o.spell() }

// spell writes all that is said in a line.
func (t Terms) spell() string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s %s over %s, slices of %s from %s, %q:", t.Method, t.Objective, t.Over.Text(), t.SliceLength, t.SliceTarget, t.Rationale)
	return out.String() + spellMembers(t.Members)
}

func spellMembers(members []Member) string {
	var out strings.Builder
	for _, m := range members {
		fmt.Fprintf(&out, " %s × %s, missing %s;", m.SLO.ID, m.Weight, m.Missing)
	}
	return out.String()
}

// Object is the composite as it is authorised on.
func (c Composite) Object() access.Object {
	return access.Object{Kind: access.KindComposite, ID: c.ID, Label: c.Slug, Team: c.Team}
}

// record is what the audit log keeps of a composite, and by which a change is one.
type record struct {
	Slug, Name, Description  string
	Team, System             id.ID
	Journey, JourneyIs       string
	Method                   formula.Method
	Objective, Window        string
	SliceLength, SliceTarget string
	Members, Rationale       string
	Revision                 int
	RetiredAt                string
}

func (v View) record() record {
	r := record{
		Slug: v.Composite.Slug, Name: v.Composite.Name, Description: v.Composite.Description, Team: v.Composite.Team, System: v.Composite.System,
		Journey: v.Composite.Journey.Name, JourneyIs: v.Composite.Journey.Description,
		Method: v.Revision.Method, Objective: v.Revision.Objective.String(), Window: v.Revision.Over.Text(),
		SliceLength: v.Revision.SliceLength.String(), SliceTarget: v.Revision.SliceTarget.String(),
		Members: spellMembers(v.Revision.Members), Rationale: v.Revision.Rationale, Revision: v.Composite.Revision,
	}
	if v.Composite.RetiredAt != nil {
		r.RetiredAt = v.Composite.RetiredAt.Format(time.RFC3339)
	}
	return r
}
