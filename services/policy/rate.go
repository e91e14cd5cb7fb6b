package policy

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
)

const (
	// ratesOver is the time of which violations are counted in rates.
	ratesOver = 90 * 24 * time.Hour
	// fewest is the number of violations from which a rate says anything.
	fewest = 5
	// doubtful is the number of which one in so many may be doubted: at more than a fifth an
	// attachment falls back to Observe.
	doubtful = 5
)

// Aftermath is what became of one violation that was not only observed.
type Aftermath struct {
	Attachment id.ID
	Policy     id.ID
	Clause     string
	Service    id.ID
	Mode       Mode
	OpenedAt   time.Time
	EndedAt    *time.Time // nil while it is open
	Ending     Ending
	Waived     bool // a person closed its issue as not planned
}

// Lift is a time in which somebody on call lifted the freezes of a service.
type Lift struct {
	ID      id.ID
	Service id.ID
	At      time.Time
	Until   time.Time
}

// over reports whether the freezes of its service were lifted while the violation was open.
func (l Lift) over(a Aftermath) bool {
	return l.Until.After(a.OpenedAt) && (a.EndedAt == nil || l.At.Before(*a.EndedAt))
}

// AftermathFilter narrows aftermaths; zero fields do not.
type AftermathFilter struct {
	Policy id.ID
	Since  time.Time // opened then or later
}

// Rate is how often violations of a clause, by one attachment of its policy, turned out not to
// ask for the right thing. One violation can be void, waived and overridden, and is one that is
// doubted.
type Rate struct {
	Attachment id.ID
	Policy     id.ID
	Clause     string
	Violations int
	Void       int
	Waived     int
	Overridden int
	Doubted    int
	// Services is how many services the violations are of, and Doubting of how many they are doubted.
	Services, Doubting int
}

// Share is the share of violations that are doubted, from 0 to 1.
func (r Rate) Share() float64 { return float64(r.Doubted) / float64(r.Violations) }

// TooHigh reports whether more than a fifth of at least five violations are doubted, and not by
// one service alone where others broke the clause too: it does not weaken it for them.
func (r Rate) TooHigh() bool {
	return r.Violations >= fewest && r.Doubted*doubtful > r.Violations && (r.Services == 1 || r.Doubting > 1)
}

// rates counts by attachment and clause, in that order. What lifts freezes doubts enforced
// violations of clauses that have one, as freezes says of a policy and clause: of each attachment
// and clause the first that was open then, for who lifts them does it once, whatever opens after.
func rates(of []Aftermath, lifts []Lift, freezes func(policy id.ID, clause string) bool) []Rate {
	type key struct {
		attachment id.ID
		clause     string
	}
	type tally struct {
		Rate
		spent    map[id.ID]bool // lifts that are counted
		services map[id.ID]bool // whether they doubt one
	}
	found, over := make(map[key]*tally), make(map[id.ID][]Lift)
	for _, l := range lifts {
		over[l.Service] = append(over[l.Service], l)
	}
	slices.SortFunc(of, func(a, b Aftermath) int { return a.OpenedAt.Compare(b.OpenedAt) })
	for _, a := range of {
		k := key{a.Attachment, a.Clause}
		if found[k] == nil {
			found[k] = &tally{Rate{Attachment: a.Attachment, Policy: a.Policy, Clause: a.Clause}, map[id.ID]bool{}, map[id.ID]bool{}}
		}
		r, void, overridden := found[k], a.Ending == Void, false
		if a.Mode == Enforce && freezes(a.Policy, a.Clause) {
			for _, l := range over[a.Service] {
				if !r.spent[l.ID] && l.over(a) {
					overridden, r.spent[l.ID] = true, true
				}
			}
		}
		doubted := void || a.Waived || overridden
		r.services[a.Service] = r.services[a.Service] || doubted
		r.Violations++
		for _, counted := range []struct {
			is bool
			n  *int
		}{{void, &r.Void}, {a.Waived, &r.Waived}, {overridden, &r.Overridden}, {doubted, &r.Doubted}} {
			if counted.is {
				*counted.n++
			}
		}
	}
	out := make([]Rate, 0, len(found))
	for _, r := range found {
		for _, doubts := range r.services {
			if r.Services++; doubts {
				r.Doubting++
			}
		}
		out = append(out, r.Rate)
	}
	slices.SortFunc(out, func(a, b Rate) int {
		return cmp.Or(cmp.Compare(a.Attachment, b.Attachment), cmp.Compare(a.Clause, b.Clause))
	})
	return out
}

// Rates tells of the policy's attachments and clauses how violations of the last 90 days
// turned out; those that were only observed are not counted. Faults: NotFound, Moved.
func (s *Service) Rates(ctx context.Context, name string) ([]Rate, error) {
	v, err := s.Get(ctx, name)
	if err != nil {
		return nil, err
	}
	found, lifts, err := s.aftermaths(ctx, AftermathFilter{Policy: v.Policy.ID, Since: s.now().Add(-ratesOver)})
	if err != nil {
		return nil, err
	}
	return rates(found, lifts, freezing([]View{v})), nil
}

// aftermaths are those of the filter, with what lifted freezes meanwhile.
func (s *Service) aftermaths(ctx context.Context, f AftermathFilter) ([]Aftermath, []Lift, error) {
	found, err := s.store.Aftermaths(ctx, f)
	if err != nil {
		return nil, nil, fmt.Errorf("read what became of violations: %w", err)
	}
	lifts, err := s.store.Lifts(ctx, f.Since)
	if err != nil {
		return nil, nil, fmt.Errorf("read when freezes were lifted: %w", err)
	}
	return found, lifts, nil
}

// freezing tells of the policies' clauses, as they are now, whether they have changes wait.
func freezing(policies []View) func(id.ID, string) bool {
	return func(of id.ID, clause string) bool {
		i := slices.IndexFunc(policies, func(v View) bool { return v.Policy.ID == of })
		if i < 0 {
			return false
		}
		n := policies[i].Revision.clause(clause)
		return n >= 0 && policies[i].Revision.Clauses[n].Freeze != nil
	}
}

// since are those of violations that opened and of freezes that were lifted since the attachment
// was changed last: what was before doubts what it was before.
func (a Attachment) since(of []Aftermath, lifts []Lift) ([]Aftermath, []Lift) {
	var own []Aftermath
	for _, f := range of {
		if !f.OpenedAt.Before(a.UpdatedAt) {
			own = append(own, f)
		}
	}
	var lifted []Lift
	for _, l := range lifts {
		if !l.At.Before(a.UpdatedAt) {
			lifted = append(lifted, l)
		}
	}
	return own, lifted
}

// weaken has attachments fall back to Observe of which a clause is doubted too often, by
// violations that opened since the attachment was changed last; and tells whose they are.
func (c *chase) weaken(ctx context.Context) error {
	attachments, policies, err := c.store.AllAttachments(ctx)
	if err != nil {
		return fmt.Errorf("read attachments: %w", err)
	}
	found, lifts, err := c.aftermaths(ctx, AftermathFilter{Since: c.at.Add(-ratesOver)})
	if err != nil {
		return err
	}
	of := make(map[id.ID]View, len(policies))
	for _, v := range policies {
		of[v.Policy.ID] = v
	}
	by := make(map[id.ID][]Aftermath)
	for _, f := range found {
		by[f.Attachment] = append(by[f.Attachment], f)
	}
	for _, a := range attachments {
		v, known := of[a.Policy]
		if a.Mode == Observe || !known {
			continue
		}
		own, lifted := a.since(by[a.ID], lifts)
		for _, r := range rates(own, lifted, freezing([]View{v})) {
			if !r.TooHigh() {
				continue
			}
			err := c.runner.InTx(ctx, func(ctx context.Context) error { return c.fallBack(ctx, a, v, r) })
			if err := c.note(ctx, "fell_back", err); err != nil {
				return err
			}
			break
		}
	}
	return nil
}

// fallBack writes within a transaction.
func (c *chase) fallBack(ctx context.Context, before Attachment, of View, r Rate) error {
	after := before
	after.Mode, after.UpdatedAt = Observe, c.at
	if err := c.store.UpdateAttachment(ctx, after); err != nil {
		return err
	}
	o := access.Object{Kind: access.KindAttachment, ID: before.ID}
	e := event.Event{
		Type: event.AttachmentWeaker, Key: fmt.Sprintf("attachment/%s/%s", before.ID, clock.Round(c.at).Format(time.RFC3339)), At: c.at,
		Person: of.Revision.Approval.Approver, Link: "/policies/" + of.Policy.Slug,
		Figures: []event.Figure{{Name: "policy", Value: of.Policy.Slug}, {Name: "clause", Value: r.Clause}, {Name: "violations", Value: fmt.Sprint(r.Violations)},
			{Name: "void", Value: fmt.Sprint(r.Void)}, {Name: "notPlanned", Value: fmt.Sprint(r.Waived)}, {Name: "overridden", Value: fmt.Sprint(r.Overridden)}},
	}
	slug := ""
	if before.Target == ToService {
		service, err := c.services.Service(ctx, before.Service)
		if err != nil {
			return fmt.Errorf("read the service of attachment %s: %w", before.ID, err)
		}
		slug, o.Team, e.Team, e.Service = service.Slug, service.Team, service.Team, service.ID
	}
	o.Label = attachmentLabel(of.Policy.Slug, before.Target, slug, before.Tier)
	e.Subject = o.Label
	e.Title = fmt.Sprintf("The policy %s is only observed now: %s", of.Policy.Slug, o.Label)
	e.Text = fmt.Sprintf("Of %d violations of the clause %s in 90 days %d were void, not planned or overridden, more than a fifth: what it asks for is not what people find right. Revise it, and set the mode again.", r.Violations, r.Clause, r.Doubted)
	if err := c.recorder.RecordDiff(asPolicy(ctx, of.Policy), access.Update, o, e.Text, before, after); err != nil {
		return err
	}
	return c.announce(ctx, e)
}
