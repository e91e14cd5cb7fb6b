package storetest

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/policy/proposal"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo/correction"
)

func testProposals(t *testing.T, open opener) {
	// written writes one of the service, about the SLO unless that is empty.
	written := func(t *testing.T, s *store.Store, service, slo, person id.ID) proposal.Proposal {
		t.Helper()
		p := proposal.Proposal{
			ID: newID(), Act: proposal.UpdateService, Service: service, SLO: slo, Version: 3, Document: json.RawMessage(`"as written"`),
			Input:   proposal.Input{Service: service, Version: 3, Update: &registry.ServiceInput{Slug: "checkout", Profile: registry.Profile{Tier: 4}}},
			Summary: "it is lowered", Reason: "nobody\nuses it", Proposer: person, ProposedBy: "Ada", CreatedAt: Start, ExpiresAt: Start.Add(proposal.Lifetime),
		}
		if slo != "" {
			from, to := Start, Start.Add(time.Hour)
			p.Act = proposal.DeclareCorrection
			p.Input = proposal.Input{SLO: slo, Correction: &correction.Declaration{Effect: correction.Exclude, Kind: correction.Other, Reason: "r", From: &from, To: &to}}
		}
		ok(t, s.Proposals().CreateProposal(t.Context(), p))
		return p
	}

	each(t, open, "a proposal comes back as written and is decided once", func(t *testing.T, s *store.Store) {
		a, ada := s.Proposals(), Person(t, s, "Ada").ID
		service := Service(t, s, Team(t, s, "payments").ID, "checkout").ID
		slo := SLO(t, s, service, "availability").SLO.ID
		ofService, ofSLO := written(t, s, service, "", ada), written(t, s, service, slo, ada)
		same(t, must(a.Proposal(t.Context(), ofService.ID))(t), ofService)
		same(t, must(a.Proposal(t.Context(), ofSLO.ID))(t), ofSLO)
		_, err := a.Proposal(t.Context(), newID())
		refused(t, err, fault.NotFound, "proposal_not_found")
		orphan := ofSLO
		orphan.ID, orphan.Proposer = newID(), newID()
		refused(t, a.CreateProposal(t.Context(), orphan), fault.Conflict, "reference_missing")

		at := Start.Add(time.Hour)
		ofSLO.Decision, ofSLO.DecidedAt, ofSLO.DecidedBy, ofSLO.DecidedFor, ofSLO.Made = proposal.Approved, &at, "Bob", "so be it", newID()
		ok(t, a.DecideProposal(t.Context(), ofSLO))
		same(t, must(a.Proposal(t.Context(), ofSLO.ID))(t), ofSLO)
		refused(t, a.DecideProposal(t.Context(), ofSLO), fault.Conflict, "proposal_decided")
		ofSLO.ID = newID()
		refused(t, a.DecideProposal(t.Context(), ofSLO), fault.NotFound, "proposal_not_found")
	})

	each(t, open, "proposals are listed by their state, the newest first", func(t *testing.T, s *store.Store) {
		a, ada := s.Proposals(), Person(t, s, "Ada").ID
		team := Team(t, s, "payments").ID
		service, other := Service(t, s, team, "checkout").ID, Service(t, s, team, "search").ID
		slo := SLO(t, s, service, "availability").SLO.ID
		first, second, rejected := written(t, s, service, slo, ada), written(t, s, other, "", ada), written(t, s, service, "", ada)
		rejected.Decision, rejected.DecidedAt, rejected.DecidedBy = proposal.Rejected, &Start, "Bob"
		ok(t, a.DecideProposal(t.Context(), rejected))
		early, late := first.ExpiresAt.Add(-time.Microsecond), first.ExpiresAt
		for _, row := range []struct {
			f    proposal.Filter
			now  time.Time
			want []proposal.Proposal
		}{
			{proposal.Filter{}, late, []proposal.Proposal{rejected, second, first}},
			{proposal.Filter{State: proposal.Open}, early, []proposal.Proposal{second, first}},
			{proposal.Filter{State: proposal.Open}, late, nil},
			{proposal.Filter{State: proposal.Expired}, early, nil},
			{proposal.Filter{State: proposal.Expired, Service: other}, late, []proposal.Proposal{second}},
			{proposal.Filter{State: proposal.Rejected}, early, []proposal.Proposal{rejected}},
			{proposal.Filter{State: proposal.Approved}, early, nil},
			{proposal.Filter{SLO: slo}, early, []proposal.Proposal{first}},
			{proposal.Filter{Service: service}, early, []proposal.Proposal{rejected, first}},
		} {
			var got []proposal.Proposal
			for r := (page.Request{Limit: 1}); ; {
				p := must(a.Proposals(t.Context(), row.f, row.now, r))(t)
				got = append(got, p.Items...)
				if r.After = p.Next; r.After == "" {
					break
				}
			}
			same(t, got, row.want)
		}
	})
}
