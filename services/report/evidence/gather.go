package evidence

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/policy/proposal"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/report"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/correction"
)

// notes are what the manifest says of every bundle.
var notes = []string{
	"Exemptions from production-readiness checks are not in it: this release has none.",
	"audit.json is the audit log as the database has it. That no entry was changed or removed is proved by its chain of hashes, which is exported and verified by itself: evenkeel audit export, and evenkeel audit verify.",
	"Attachments of policies, memberships and rights are as they were when the bundle was drawn up; how they came to be is in audit.json.",
	"Times are UTC. Secrets are nowhere in it: of tokens there are names, owners, scopes and times only.",
}

// gathering is the evidence of a time that is being put together.
type gathering struct {
	*Service
	from, to, now time.Time
	services      []registry.Service
	slos          []slo.View
	rows, bytes   int // how much more may be in it
}

// tooMuch says that there is more than a bundle may have.
func (g *gathering) tooMuch() error {
	var check fault.Check
	check.Fail("query.to", g.to.Format(time.RFC3339), "must be closer to from: a bundle has at most %d entries and %d MB, and of this time there is more; ask for several bundles of shorter times", g.most.rows, g.most.bytes>>20)
	return check.Err()
}

func (g *gathering) names() []id.ID {
	out := make([]id.ID, len(g.services))
	for i, s := range g.services {
		out[i] = s.ID
	}
	return out
}

// within reports whether the time is in that of the bundle.
func (g *gathering) within(at time.Time) bool { return !at.Before(g.from) && at.Before(g.to) }

// files are the evidence, in the order in which it is read.
func (g *gathering) files(ctx context.Context) ([]File, error) {
	var err error
	g.services, err = all(g, func(r page.Request) (page.Page[registry.Service], error) {
		return g.Organisation.Services(ctx, registry.ServiceFilter{IncludeRetired: true}, r)
	})
	if err != nil {
		return nil, err
	}
	if g.slos, err = g.Past.SLOsOf(ctx, g.names()); err != nil {
		return nil, err
	}
	var out []File
	for _, part := range []struct {
		name, what string
		gather     func(context.Context) (any, error)
	}{
		{"policies.json", "Every error-budget policy with all its revisions, and who approved each.", g.policies},
		{"attachments.json", "Where each policy is in force, and how far it acts there.", g.attachments},
		{"violations.json", "Violations that were open in the time, with what was known when they opened, and plans, disputes and rulings.", g.violations},
		{"overrides.json", "Freezes that were lifted in the time, and what another person found of it.", g.overrides},
		{"gate-decisions.json", "How many changes were asked about in the time, by service, class and answer.", g.decisions},
		{"corrections.json", "Corrections that lay over the time, or were made or removed in it.", g.corrections},
		{"proposals.json", "Acts that needed a second person, made or decided in the time.", g.proposals},
		{"slos.json", "Every SLO with all its revisions.", g.objectives},
		{"reports.json", "Reports that were published in the time, with the SHA-256 of each document.", g.reports},
		{"access.json", "Services, teams and their members, people and tokens.", g.access},
		{"audit.json", "What was decided and what was refused in the time, the oldest first.", g.audit},
	} {
		value, err := part.gather(ctx)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", part.name, err)
		}
		f, err := newFile(part.name, part.what, value)
		if err != nil {
			return nil, err
		}
		if g.bytes -= f.Bytes; g.bytes < 0 {
			return nil, g.tooMuch()
		}
		out = append(out, f)
	}
	return out, nil
}

// all reads every page of a list, of which there may be no more than is left of the bundle.
func all[T any](g *gathering, read func(page.Request) (page.Page[T], error)) ([]T, error) {
	out := []T{}
	for r := (page.Request{Limit: page.MaxLimit}); ; {
		found, err := read(r)
		if err != nil {
			return nil, err
		}
		if g.rows -= len(found.Items); g.rows < 0 {
			return nil, g.tooMuch()
		}
		out = append(out, found.Items...)
		if r.After = found.Next; r.After == "" {
			return out, nil
		}
	}
}

// each makes something of every item.
func each[T, U any](items []T, of func(T) U) []U {
	out := make([]U, len(items))
	for i, one := range items {
		out[i] = of(one)
	}
	return out
}

func (g *gathering) policies(ctx context.Context) (any, error) {
	type revision struct {
		Number    int             `json:"number"`
		Clauses   []policy.Clause `json:"clauses"`
		Approval  policy.Approval `json:"approval"`
		RevisedBy string          `json:"revisedBy"`
		CreatedAt time.Time       `json:"createdAt"`
	}
	type document struct {
		ID          id.ID      `json:"id"`
		Slug        string     `json:"slug"`
		Name        string     `json:"name"`
		Description string     `json:"description"`
		Revisions   []revision `json:"revisions"`
	}
	found, err := all(g, func(r page.Request) (page.Page[policy.View], error) { return g.Policies.Policies(ctx, r) })
	if err != nil {
		return nil, err
	}
	out := []document{}
	for _, v := range found {
		revisions, err := all(g, func(r page.Request) (page.Page[policy.Revision], error) {
			return g.Policies.PolicyRevisions(ctx, v.Policy.ID, r)
		})
		if err != nil {
			return nil, err
		}
		out = append(out, document{v.Policy.ID, v.Policy.Slug, v.Policy.Name, v.Policy.Description, each(revisions, func(r policy.Revision) revision {
			return revision{r.Number, r.Clauses, r.Approval, r.RevisedBy, r.CreatedAt}
		})})
	}
	return out, nil
}

func (g *gathering) attachments(ctx context.Context) (any, error) {
	type document struct {
		ID        id.ID             `json:"id"`
		Policy    id.ID             `json:"policy"`
		Target    policy.TargetKind `json:"target"`
		Service   id.ID             `json:"service"`
		Tier      int               `json:"tier"`
		Mode      policy.Mode       `json:"mode"`
		CreatedAt time.Time         `json:"createdAt"`
		CreatedBy string            `json:"createdBy"`
		UpdatedAt time.Time         `json:"updatedAt"`
	}
	found, _, err := g.Policies.AllAttachments(ctx)
	if err != nil {
		return nil, err
	}
	return each(found, func(a policy.Attachment) document {
		return document{a.ID, a.Policy, a.Target, a.Service, a.Tier, a.Mode, a.CreatedAt, a.CreatedBy, a.UpdatedAt}
	}), nil
}

func (g *gathering) violations(ctx context.Context) (any, error) {
	type document struct {
		ID       id.ID           `json:"id"`
		Policy   id.ID           `json:"policy"`
		Revision id.ID           `json:"revision"`
		Clause   string          `json:"clause"`
		SLO      id.ID           `json:"slo"`
		Service  id.ID           `json:"service"`
		Mode     policy.Mode     `json:"mode"`
		OpenedAt time.Time       `json:"openedAt"`
		EndedAt  *time.Time      `json:"endedAt"`
		Ending   policy.Ending   `json:"ending"`
		Evidence policy.Evidence `json:"evidence"`
		Handling policy.Handling `json:"handling"`
	}
	found, err := g.Past.ViolationsOf(ctx, g.names(), g.from, g.to)
	if err != nil {
		return nil, err
	}
	return each(found, func(v policy.Violation) document {
		return document{v.ID, v.Policy, v.Revision, v.Clause, v.SLO, v.Service, v.Mode, v.OpenedAt, v.EndedAt, v.Ending, v.Evidence, v.Handling}
	}), nil
}

func (g *gathering) overrides(ctx context.Context) (any, error) {
	type review struct {
		At        time.Time `json:"at"`
		By        string    `json:"by"`
		Person    id.ID     `json:"person"`
		Justified bool      `json:"justified"`
		Note      string    `json:"note"`
	}
	type document struct {
		ID        id.ID     `json:"id"`
		Service   id.ID     `json:"service"`
		Reason    string    `json:"reason"`
		At        time.Time `json:"at"`
		Until     time.Time `json:"until"`
		By        string    `json:"by"`
		Person    id.ID     `json:"person"`
		ReviewDue time.Time `json:"reviewDue"`
		Review    *review   `json:"review"`
	}
	found, err := g.Past.OverridesOf(ctx, g.names(), g.from, g.to)
	if err != nil {
		return nil, err
	}
	out := []document{}
	for _, o := range found {
		d := document{ID: o.ID, Service: o.Service, Reason: o.Reason, At: o.At, Until: o.Until, By: o.By, Person: o.Person, ReviewDue: o.ReviewDue()}
		if r := o.Review; r != nil {
			d.Review = &review{r.At, r.By, r.Person, r.Justified, r.Note}
		}
		out = append(out, d)
	}
	return out, nil
}

func (g *gathering) decisions(ctx context.Context) (any, error) {
	type document struct {
		Service id.ID  `json:"service"`
		Class   string `json:"class"`
		Answer  string `json:"answer"`
		Count   int    `json:"count"`
	}
	found, err := g.Past.DecisionCounts(ctx, g.names(), g.from, g.to)
	if err != nil {
		return nil, err
	}
	out := each(found, func(c report.DecisionCount) document { return document{c.Service, c.Class, c.Answer, c.Count} })
	slices.SortFunc(out, func(a, b document) int {
		return slices.Compare([]string{string(a.Service), a.Class, a.Answer}, []string{string(b.Service), b.Class, b.Answer})
	})
	return out, nil
}

func (g *gathering) corrections(ctx context.Context) (any, error) {
	type recurrence struct {
		Start           string `json:"start"`
		TimeZone        string `json:"timeZone"`
		Rule            string `json:"rule"`
		DurationSeconds int64  `json:"durationSeconds"`
	}
	type document struct {
		ID         id.ID             `json:"id"`
		SLO        id.ID             `json:"slo"`
		Effect     correction.Effect `json:"effect"`
		Kind       correction.Kind   `json:"kind"`
		Reason     string            `json:"reason"`
		From       time.Time         `json:"from"`
		To         *time.Time        `json:"to"`
		Recurrence *recurrence       `json:"recurrence"`
		CreatedAt  time.Time         `json:"createdAt"`
		CreatedBy  string            `json:"createdBy"`
		ApprovedAt time.Time         `json:"approvedAt"`
		ApprovedBy string            `json:"approvedBy"`
		Proposal   id.ID             `json:"proposal"`
		RemovedAt  *time.Time        `json:"removedAt"`
		RemovedBy  string            `json:"removedBy"`
		RemovedFor string            `json:"removedFor"`
	}
	var slos []id.ID
	for _, v := range g.slos {
		slos = append(slos, v.SLO.ID)
	}
	// Of all times: one that was made in the time may lie over another.
	found, err := g.Past.CorrectionsOf(ctx, slos, time.Unix(0, 0), time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		return nil, err
	}
	out := []document{}
	for _, c := range found {
		made := g.within(c.CreatedAt) || g.within(c.ApprovedAt) || c.RemovedAt != nil && g.within(*c.RemovedAt)
		if !made && len(c.Spans(g.from, g.to)) == 0 {
			continue
		}
		d := document{
			ID: c.ID, SLO: c.SLO, Effect: c.Effect, Kind: c.Kind, Reason: c.Reason, From: c.Begins, To: c.Ends, CreatedAt: c.CreatedAt, CreatedBy: c.CreatedBy,
			ApprovedAt: c.ApprovedAt, ApprovedBy: c.ApprovedBy, Proposal: c.Proposal, RemovedAt: c.RemovedAt, RemovedBy: c.RemovedBy, RemovedFor: c.RemovedFor,
		}
		if again := c.Recurrence; again != nil {
			d.Recurrence = &recurrence{again.Start, again.Zone, again.Rule, int64(again.Duration / time.Second)}
		}
		out = append(out, d)
	}
	return out, nil
}

func (g *gathering) proposals(ctx context.Context) (any, error) {
	type document struct {
		ID         id.ID           `json:"id"`
		Act        proposal.Act    `json:"act"`
		Service    id.ID           `json:"service"`
		SLO        id.ID           `json:"slo"`
		Summary    string          `json:"summary"`
		Document   json.RawMessage `json:"document"`
		Reason     string          `json:"reason"`
		ProposedBy string          `json:"proposedBy"`
		CreatedAt  time.Time       `json:"createdAt"`
		State      proposal.State  `json:"state"`
		DecidedAt  *time.Time      `json:"decidedAt"`
		DecidedBy  string          `json:"decidedBy"`
		DecidedFor string          `json:"decidedFor"`
		Made       id.ID           `json:"made"`
	}
	found, err := all(g, func(r page.Request) (page.Page[proposal.Proposal], error) {
		return g.Proposals.Proposals(ctx, proposal.Filter{}, g.now, r)
	})
	if err != nil {
		return nil, err
	}
	out := []document{}
	for _, p := range found {
		if g.within(p.CreatedAt) || p.DecidedAt != nil && g.within(*p.DecidedAt) {
			out = append(out, document{p.ID, p.Act, p.Service, p.SLO, p.Summary, p.Document, p.Reason, p.ProposedBy, p.CreatedAt, p.State(g.now), p.DecidedAt, p.DecidedBy, p.DecidedFor, p.Made})
		}
	}
	return out, nil
}

func (g *gathering) objectives(ctx context.Context) (any, error) {
	type revision struct {
		Number    int       `json:"number"`
		Objective string    `json:"objective"`
		Window    string    `json:"window"`
		Counts    string    `json:"counts"`
		MinEvents int64     `json:"minEvents"`
		GoodEvent string    `json:"goodEvent"`
		Rationale string    `json:"rationale"`
		Reviewer  string    `json:"reviewer"`
		CreatedAt time.Time `json:"createdAt"`
		CreatedBy string    `json:"createdBy"`
	}
	type document struct {
		ID        id.ID      `json:"id"`
		Service   id.ID      `json:"service"`
		Slug      string     `json:"slug"`
		Name      string     `json:"name"`
		CreatedAt time.Time  `json:"createdAt"`
		RetiredAt *time.Time `json:"retiredAt"`
		Revisions []revision `json:"revisions"`
	}
	var slos []id.ID
	for _, v := range g.slos {
		slos = append(slos, v.SLO.ID)
	}
	revisions, err := g.Past.RevisionsOf(ctx, slos)
	if err != nil {
		return nil, err
	}
	of := map[id.ID][]revision{}
	for _, r := range revisions {
		of[r.Revision.SLO] = append(of[r.Revision.SLO], revision{
			r.Revision.Number, r.Revision.Objective.String(), r.Revision.Over.String(), r.Revision.Budgeting.String(), r.Revision.MinEvents, r.Indicator.Description,
			r.Revision.Rationale, r.Revision.Reviewer, r.Revision.CreatedAt, r.Revision.CreatedBy,
		})
	}
	out := each(g.slos, func(v slo.View) document {
		return document{v.SLO.ID, v.SLO.Service, v.SLO.Slug, v.SLO.Name, v.SLO.CreatedAt, v.SLO.RetiredAt, of[v.SLO.ID]}
	})
	slices.SortFunc(out, func(a, b document) int { return slices.Compare([]string{string(a.ID)}, []string{string(b.ID)}) })
	return out, nil
}

func (g *gathering) reports(ctx context.Context) (any, error) {
	type document struct {
		ID          id.ID         `json:"id"`
		Number      int64         `json:"number"`
		Scope       report.Scope  `json:"scope"`
		Period      report.Period `json:"period"`
		PublishedAt time.Time     `json:"publishedAt"`
		PublishedBy string        `json:"publishedBy"`
		SHA256      string        `json:"sha256"`
	}
	found, err := all(g, func(r page.Request) (page.Page[report.Report], error) {
		return g.Published.Reports(ctx, report.Filter{}, r)
	})
	if err != nil {
		return nil, err
	}
	out := []document{}
	for _, r := range found {
		if g.within(r.PublishedAt) {
			out = append(out, document{r.ID, r.Number, r.Scope, r.Period, r.PublishedAt, r.PublishedBy, r.SHA256})
		}
	}
	return out, nil
}

// access is who may do what. Of tokens it has nothing that they could be made from.
func (g *gathering) access(ctx context.Context) (any, error) {
	type person struct {
		ID            id.ID      `json:"id"`
		Name          string     `json:"name"`
		Administrator bool       `json:"administrator"`
		CreatedAt     time.Time  `json:"createdAt"`
		DeactivatedAt *time.Time `json:"deactivatedAt"`
	}
	type member struct {
		Person   id.ID     `json:"person"`
		Name     string    `json:"name"`
		JoinedAt time.Time `json:"joinedAt"`
	}
	type team struct {
		ID      id.ID    `json:"id"`
		Slug    string   `json:"slug"`
		Parent  id.ID    `json:"parent"`
		Members []member `json:"members"`
	}
	type service struct {
		ID        id.ID      `json:"id"`
		Slug      string     `json:"slug"`
		Team      id.ID      `json:"team"`
		RetiredAt *time.Time `json:"retiredAt"`
	}
	type token struct {
		ID         id.ID            `json:"id"`
		Kind       access.TokenKind `json:"kind"`
		Name       string           `json:"name"`
		Person     id.ID            `json:"person"`
		Team       id.ID            `json:"team"`
		Scopes     []access.Scope   `json:"scopes"`
		CreatedAt  time.Time        `json:"createdAt"`
		ExpiresAt  time.Time        `json:"expiresAt"`
		LastUsedAt *time.Time       `json:"lastUsedAt"`
		RevokedAt  *time.Time       `json:"revokedAt"`
	}
	people, err := all(g, func(r page.Request) (page.Page[access.Person], error) {
		return g.Rights.People(ctx, access.PersonFilter{}, r)
	})
	if err != nil {
		return nil, err
	}
	tokens, err := all(g, func(r page.Request) (page.Page[access.Token], error) {
		return g.Rights.Tokens(ctx, access.TokenFilter{}, r)
	})
	if err != nil {
		return nil, err
	}
	found, err := all(g, func(r page.Request) (page.Page[registry.Team], error) {
		return g.Organisation.Teams(ctx, registry.TeamFilter{}, r)
	})
	if err != nil {
		return nil, err
	}
	teams := []team{}
	for _, t := range found {
		members, err := all(g, func(r page.Request) (page.Page[registry.Member], error) { return g.Organisation.Members(ctx, t.ID, r) })
		if err != nil {
			return nil, err
		}
		teams = append(teams, team{t.ID, t.Slug, t.Parent, each(members, func(m registry.Member) member { return member{m.Person, m.Name, m.JoinedAt} })})
	}
	return struct {
		People   []person  `json:"people"`
		Teams    []team    `json:"teams"`
		Services []service `json:"services"`
		Tokens   []token   `json:"tokens"`
	}{
		each(people, func(p access.Person) person {
			return person{p.ID, p.DisplayName, p.Administrator, p.CreatedAt, p.DeactivatedAt}
		}),
		teams,
		each(g.services, func(s registry.Service) service { return service{s.ID, s.Slug, s.Team, s.RetiredAt} }),
		each(tokens, func(t access.Token) token {
			return token{t.ID, t.Kind, t.Name, t.Person, t.Team, t.Scopes, t.CreatedAt, t.ExpiresAt, t.LastUsedAt, t.RevokedAt}
		}),
	}, nil
}

func (g *gathering) audit(ctx context.Context) (any, error) {
	type document struct {
		ID          id.ID             `json:"id"`
		At          time.Time         `json:"at"`
		Outcome     audit.Outcome     `json:"outcome"`
		ActorKind   access.CallerKind `json:"actorKind"`
		ActorPerson id.ID             `json:"actorPerson"`
		ActorTeam   id.ID             `json:"actorTeam"`
		ActorToken  id.ID             `json:"actorToken"`
		ActorName   string            `json:"actorName"`
		Action      string            `json:"action"`
		ObjectID    id.ID             `json:"objectId"`
		Object      string            `json:"object"`
		Team        id.ID             `json:"team"`
		Reason      string            `json:"reason"`
		Changes     json.RawMessage   `json:"changes"`
	}
	found, err := all(g, func(r page.Request) (page.Page[audit.Entry], error) {
		return g.Log.Entries(ctx, audit.Filter{From: g.from, To: g.to}, r)
	})
	if err != nil {
		return nil, err
	}
	slices.Reverse(found)
	return each(found, func(e audit.Entry) document {
		changes := e.Changes
		if len(changes) == 0 {
			changes = json.RawMessage("null")
		}
		return document{e.ID, e.At, e.Outcome, e.ActorKind, e.ActorPerson, e.ActorTeam, e.ActorToken, e.ActorName, e.Action, e.ObjectID, e.ObjectLabel, e.Team, e.Reason, changes}
	}), nil
}
