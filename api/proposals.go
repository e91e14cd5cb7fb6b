package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/policy/proposal"
	"github.com/evenkeel/evenkeel/services/slo"
)

type ProposalPath struct {
	Proposal string `path:"proposal" maxLength:"26" doc:"Identifier of the proposal."`
}

func (a *API) addProposals(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindProposal}
	type query struct {
		Paging
		State   string `query:"state" enum:"open,approved,rejected,expired" doc:"Only those in this state."`
		Service string `query:"service" maxLength:"63" doc:"Only proposals of this service and its SLOs, by slug or identifier."`
		SLO     string `query:"slo" maxLength:"26" doc:"Only proposals of the SLO with this identifier."`
	}
	register(a, operation{
		id: "listProposals", method: http.MethodGet, path: "/v1/proposals", tag: "Proposals",
		summary: "List proposals", description: "The newest first.", rule: read, errors: renamed,
	}, func(ctx context.Context, in *query) (*list[Proposal], error) {
		f := proposal.Filter{State: proposal.State(in.State), SLO: id.ID(in.SLO)}
		var err error
		if f.Service, _, err = r.narrowed(ctx, in.Service, ""); err != nil {
			return nil, err
		}
		found, err := r.Proposals.List(ctx, f, in.Request())
		if err != nil {
			return nil, err
		}
		shown, err := r.showProposals(ctx, found.Items)
		if err != nil {
			return nil, err
		}
		return listed(ctx, page.Page[Proposal]{Items: shown, Next: found.Next}, itself[Proposal]), nil
	})

	type get struct{ ProposalPath }
	type proposalReply struct{ Body Proposal }
	register(a, operation{
		id: "getProposal", method: http.MethodGet, path: "/v1/proposals/{proposal}", tag: "Proposals", summary: "Get a proposal",
		description: "With the act that was proposed, and what was decided.", rule: read,
	}, func(ctx context.Context, in *get) (*proposalReply, error) {
		p, err := r.Proposals.Get(ctx, id.ID(in.Proposal))
		shown, err := single(ctx, p, err, r.showProposals)
		if err != nil {
			return nil, err
		}
		return &proposalReply{Body: shown}, nil
	})

	type post struct {
		Once
		Body ProposalInput
	}
	register(a, operation{
		id: "propose", method: http.MethodPost, path: "/v1/proposals", tag: "Proposals", summary: "Propose a relaxing act",
		description: "While an SLO's budget is troubled, an act that relaxes it is refused with 409 and the code second_person_needed. Proposed here, it waits 14 days for another person who may do it. It is judged as if it were done: what needs no second person is refused with no_second_person_needed.",
		rule:        access.Rule{Verb: access.Create, Kind: access.KindProposal}, errors: renamed,
	}, func(ctx context.Context, in *post) (*created[Proposal], error) {
		act, document, err := r.proposed(ctx, in.Body)
		if err != nil {
			return nil, err
		}
		return create(ctx, a, in.Once, creation[Proposal, Proposal]{
			make: func(ctx context.Context) (Proposal, error) {
				p, err := r.Proposals.Propose(ctx, act, document, in.Body.Reason)
				return single(ctx, p, err, r.showProposals)
			},
			load: func(ctx context.Context, made id.ID) (Proposal, error) {
				p, err := r.Proposals.Get(ctx, made)
				return single(ctx, p, err, r.showProposals)
			},
			// It has one version: it is decided on once.
			name: func(p Proposal) (id.ID, int64, string) { return id.ID(p.ID), 1, "/v1/proposals/" + p.ID },
			show: itself[Proposal],
		})
	})

	for _, d := range []struct {
		id, path, summary, description string
		do                             func(ctx context.Context, of id.ID, reason string) (proposal.Proposal, error)
	}{
		{"approveProposal", "approval", "Approve a proposal", "By a person who may do the act, and is another than who proposed it. It is carried out at once, or, where what it is about was changed since, refused with 412.",
			func(ctx context.Context, of id.ID, reason string) (proposal.Proposal, error) {
				return r.Proposals.Approve(ctx, of, reason)
			}},
		{"rejectProposal", "rejection", "Reject a proposal", "By a person who may do the act; who proposed it withdraws it so.",
			func(ctx context.Context, of id.ID, reason string) (proposal.Proposal, error) {
				return r.Proposals.Reject(ctx, of, reason)
			}},
	} {
		type decide struct {
			ProposalPath
			Body Decision
		}
		register(a, operation{
			id: d.id, method: http.MethodPost, path: "/v1/proposals/{proposal}/" + d.path, tag: "Proposals", summary: d.summary, description: d.description,
			rule: access.Rule{Verb: access.Update, Kind: access.KindProposal}, errors: []int{http.StatusPreconditionFailed},
		}, func(ctx context.Context, in *decide) (*proposalReply, error) {
			p, err := d.do(ctx, id.ID(in.Proposal), in.Body.Reason)
			shown, err := single(ctx, p, err, r.showProposals)
			if err != nil {
				return nil, err
			}
			return &proposalReply{Body: shown}, nil
		})
	}
}

// proposed turns what is proposed into the act, and into what is shown of it.
func (r Rooms) proposed(ctx context.Context, in ProposalInput) (proposal.Input, json.RawMessage, error) {
	var act proposal.Input
	var document any
	var names *slo.Name
	var service string
	given := 0
	if one := in.Revision; one != nil {
		d := fromSLOInput(one.Declaration)
		given, document, names = given+1, one, &slo.Name{Service: one.Service, SLO: one.SLO}
		act.Revision, act.Version = &d, one.Version
	}
	if one := in.Correction; one != nil {
		d := fromCorrectionInput(one.Declaration)
		given, document, names = given+1, one, &slo.Name{Service: one.Service, SLO: one.SLO}
		act.Correction = &d
	}
	if one := in.Removal; one != nil {
		given, document, names = given+1, one, &slo.Name{Service: one.Service, SLO: one.SLO}
		act.Removal = &proposal.Removal{Correction: id.ID(one.Correction), Reason: one.Reason}
	}
	if one := in.Retirement; one != nil {
		given, document, names = given+1, one, &slo.Name{Service: one.Service, SLO: one.SLO}
		act.SLORetirement, act.Version = &proposal.Retirement{Reason: one.Reason}, one.Version
	}
	if one := in.ServiceUpdate; one != nil {
		d := fromServiceProfile(one.Declaration)
		given, document, service = given+1, one, one.Service
		act.Update, act.Version = &d, one.Version
	}
	if one := in.ServiceEnd; one != nil {
		given, document, service = given+1, one, one.Service
		act.ServiceRetirement, act.Version = &proposal.Retirement{Reason: one.Reason}, one.Version
	}
	var check fault.Check
	check.Require(given == 1, "", nil, "must have exactly one of revision, correction, removal, retirement, serviceUpdate and serviceRetirement, has %d", given)
	if err := check.Err(); err != nil {
		return act, nil, err
	}
	switch {
	case names != nil:
		v, _, err := r.SLOs.Find(ctx, *names)
		if err != nil {
			return act, nil, err
		}
		act.SLO = v.SLO.ID
		if act.Removal != nil {
			if _, err := r.Corrections.Get(ctx, v.SLO.ID, act.Removal.Correction); err != nil {
				return act, nil, err
			}
		}
	default:
		s, err := r.Registry.ServiceFor(ctx, service)
		if err != nil {
			return act, nil, err
		}
		act.Service = s.ID
	}
	text, err := json.Marshal(document)
	if err != nil {
		return act, nil, fmt.Errorf("keep what is proposed: %w", err)
	}
	return act, text, nil
}

// showProposals names what proposals refer to, with one query for each kind.
func (r Rooms) showProposals(ctx context.Context, proposals []proposal.Proposal) ([]Proposal, error) {
	names, err := r.serviceNames(ctx, each(proposals, func(p proposal.Proposal) id.ID { return p.Service }))
	if err != nil {
		return nil, err
	}
	slos, err := r.SLOs.ViewsByID(ctx, distinct(each(proposals, func(p proposal.Proposal) id.ID { return p.SLO })))
	if err != nil {
		return nil, err
	}
	now := r.Proposals.Now()
	return each(proposals, func(p proposal.Proposal) Proposal {
		out := Proposal{
			ID: string(p.ID), Act: string(p.Act), State: string(p.State(now)), Service: names.ref(p.Service), Version: p.Version,
			Summary: p.Summary, Document: p.Document, Reason: p.Reason, PersonID: string(p.Proposer), ProposedBy: p.ProposedBy, CreatedAt: p.CreatedAt, ExpiresAt: p.ExpiresAt,
			DecidedAt: p.DecidedAt, DecidedBy: p.DecidedBy, DecidedFor: p.DecidedFor, MadeID: string(p.Made),
		}
		if p.SLO != "" {
			about := ref(p.SLO, slos[p.SLO].SLO.Slug)
			out.SLO = &about
		}
		return out
	}), nil
}
