package api

import (
	"context"
	"net/http"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/exemption"
	"github.com/evenkeel/evenkeel/services/access"
)

type ExemptionPath struct {
	Exemption string `path:"exemption" maxLength:"26" doc:"Identifier of the exemption."`
}

const exemptionsPath = "/v1/exemptions"

func (a *API) addExemptions(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindExemption}
	type query struct {
		Paging
		Service   string `query:"service" maxLength:"63" doc:"Only of this service, by slug or identifier."`
		Team      string `query:"team" maxLength:"63" doc:"Only of services of this team, by slug or identifier."`
		Scorecard string `query:"scorecard" maxLength:"63" doc:"Only of checks of this scorecard, by slug or identifier."`
		State     string `query:"state" enum:"waiting,in_force,rejected,withdrawn,ended,expired,lapsed,gone" doc:"Only those in this state."`
	}
	register(a, operation{
		id: "listExemptions", method: http.MethodGet, path: exemptionsPath, tag: "Exemptions", summary: "List exemptions",
		description: "Those that wait, or are in force, by when they end, the first of them first; others, and all, the newest first.", rule: read, errors: append([]int{http.StatusNotFound}, renamed...),
	}, func(ctx context.Context, in *query) (*list[Exemption], error) {
		f := exemption.Filter{State: exemption.State(in.State)}
		var err error
		if f.Service, f.Team, err = r.narrowed(ctx, in.Service, in.Team); err != nil {
			return nil, err
		}
		if in.Scorecard != "" {
			card, err := r.Scorecards.Get(ctx, in.Scorecard)
			if err != nil {
				return nil, err
			}
			f.Scorecard = card.Scorecard.ID
		}
		found, err := r.Exemptions.List(ctx, f, in.Request())
		if err != nil {
			return nil, err
		}
		shown, err := r.showExemptions(ctx, found.Items)
		if err != nil {
			return nil, err
		}
		return listed(ctx, page.Page[Exemption]{Items: shown, Next: found.Next}, itself[Exemption]), nil
	})

	type get struct{ ExemptionPath }
	register(a, operation{
		id: "getExemption", method: http.MethodGet, path: exemptionsPath + "/{exemption}", tag: "Exemptions", summary: "Get an exemption", description: "With its ETag, which is of what was written; what the caller may do changes without it, so that there is no 304.", rule: read,
	}, func(ctx context.Context, in *get) (*reply[Exemption], error) {
		e, err := r.Exemptions.Get(ctx, id.ID(in.Exemption))
		return r.exemption(ctx, e, err)
	})

	type post struct {
		Once
		Body ExemptionInput
	}
	register(a, operation{
		id: "askForExemption", method: http.MethodPost, path: exemptionsPath, tag: "Exemptions", summary: "Ask for an exemption",
		description: "By a member of the service's team; no workload asks. Nothing changes before another person, of the team that keeps the scorecard or an administrator, approves it.",
		rule:        access.Rule{Verb: access.Create, Kind: access.KindExemption},
	}, func(ctx context.Context, in *post) (*created[Exemption], error) {
		return create(ctx, a, in.Once, creation[Exemption, Exemption]{
			make: func(ctx context.Context) (Exemption, error) {
				e, err := r.Exemptions.Ask(ctx, exemption.Request(in.Body))
				return single(ctx, e, err, r.showExemptions)
			},
			load: func(ctx context.Context, made id.ID) (Exemption, error) {
				e, err := r.Exemptions.Get(ctx, made)
				return single(ctx, e, err, r.showExemptions)
			},
			name: func(e Exemption) (id.ID, int64, string) {
				return id.ID(e.ID), e.Version, exemptionsPath + "/" + e.ID
			},
			show: itself[Exemption],
		})
	})

	for _, d := range []struct {
		id, path, summary, description string
		verb                           access.Verb
		do                             func(ctx context.Context, of id.ID, version int64, reason string) (exemption.Exemption, error)
	}{
		{"approveExemption", "approve", "Approve an exemption", "By a person of the team that keeps the scorecard, or an administrator, who is another than who asked. The check does not count from now on until the time that was asked for. A reason may be given.", access.Update,
			func(ctx context.Context, of id.ID, version int64, reason string) (exemption.Exemption, error) {
				return r.Exemptions.Approve(ctx, of, version, reason)
			}},
		{"rejectExemption", "reject", "Reject an exemption", "By who may approve it, with the reason.", access.Update,
			func(ctx context.Context, of id.ID, version int64, reason string) (exemption.Exemption, error) {
				return r.Exemptions.Reject(ctx, of, version, reason)
			}},
		{"endExemption", "end", "End an exemption early", "Or take back one that waits, with the reason: by a member of the service's team; one that is in force also by who may approve it. The check counts again.", access.Delete,
			func(ctx context.Context, of id.ID, version int64, reason string) (exemption.Exemption, error) {
				return r.Exemptions.End(ctx, of, version, reason)
			}},
	} {
		type decide struct {
			ExemptionPath
			IfMatch
			Body Reason
		}
		register(a, operation{
			id: d.id, method: http.MethodPost, path: exemptionsPath + "/{exemption}/" + d.path, tag: "Exemptions", summary: d.summary, description: d.description,
			rule: access.Rule{Verb: d.verb, Kind: access.KindExemption}, status: http.StatusOK,
		}, func(ctx context.Context, in *decide) (*reply[Exemption], error) {
			e, err := d.do(ctx, id.ID(in.Exemption), in.Version(), in.Body.Reason)
			return r.exemption(ctx, e, err)
		})
	}
}

func (r Rooms) exemption(ctx context.Context, e exemption.Exemption, err error) (*reply[Exemption], error) {
	shown, err := single(ctx, e, err, r.showExemptions)
	if err != nil {
		return nil, err
	}
	return current(shown.Version, shown), nil
}

// showExemptions names what exemptions refer to, with one query for all services and one for each
// scorecard.
func (r Rooms) showExemptions(ctx context.Context, exemptions []exemption.Exemption) ([]Exemption, error) {
	names, err := r.serviceNames(ctx, each(exemptions, func(e exemption.Exemption) id.ID { return e.Service }))
	if err != nil {
		return nil, err
	}
	cards, err := r.cardsOf(ctx, each(exemptions, func(e exemption.Exemption) id.ID { return e.Scorecard }))
	if err != nil {
		return nil, err
	}
	acts, err := r.Exemptions.Acts(ctx, exemptions, names, cards)
	if err != nil {
		return nil, err
	}
	out := make([]Exemption, len(exemptions))
	for i, e := range exemptions {
		card := cards[e.Scorecard]
		one := Exemption{
			ID: string(e.ID), Service: names.ref(e.Service), Scorecard: ref(e.Scorecard, card.Scorecard.Slug), Check: e.Check, Reason: e.Reason, Link: e.Link, Until: e.Until,
			State: string(r.Exemptions.State(e)), AskedAt: e.AskedAt, PersonID: string(e.Person), AskedBy: e.AskedBy, Acts: each(acts[i], toAct), Version: e.Version,
		}
		for _, c := range card.Revision.Checks {
			if c.ID == e.Check {
				one.CheckTitle = c.Title
			}
		}
		if e.Approval != nil {
			one.Approval = &ExemptionApproval{At: e.Approval.At, PersonID: string(e.Approval.Person), By: e.Approval.By, Reason: e.Approval.Reason}
		}
		if e.Ended != nil {
			one.Ended = &ExemptionEnd{At: e.Ended.At, By: e.Ended.By, Reason: e.Ended.Reason}
		}
		out[i] = one
	}
	return out, nil
}

// cardsOf are the scorecards of these identifiers, of which there are few.
func (r Rooms) cardsOf(ctx context.Context, scorecardIDs []id.ID) (map[id.ID]scorecards.View, error) {
	out := map[id.ID]scorecards.View{}
	for _, one := range distinct(scorecardIDs) {
		card, err := r.Scorecards.Get(ctx, string(one))
		if err != nil {
			return nil, err
		}
		out[one] = card
	}
	return out, nil
}
