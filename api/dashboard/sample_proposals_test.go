package dashboard

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/policy/proposal"
	"github.com/evenkeel/evenkeel/services/registry"
)

// suggestions are proposals about the first objective of a sample: one of each state, the
// open one with a hostile reason.
type suggestions struct{ *sample }

func (a suggestions) List(_ context.Context, f proposal.Filter, r page.Request) (page.Page[proposal.Proposal], error) {
	var out []proposal.Proposal
	if len(a.views) == 0 {
		return pageOf(out, r), nil
	}
	about := a.views[0].SLO
	for i, state := range proposal.States {
		p := proposal.Proposal{
			ID: breachedSLA, Act: []proposal.Act{proposal.ReviseSLO, proposal.DeclareCorrection, proposal.RemoveCorrection, proposal.UpdateService}[i],
			Service: about.Service, SLO: about.ID, Summary: "this relaxes the SLO", Reason: hostile, ProposedBy: "Ada",
			CreatedAt: a.now.Add(-proposal.Lifetime / 2), ExpiresAt: a.now.Add(proposal.Lifetime / 2),
		}
		switch state {
		case proposal.Approved, proposal.Rejected:
			p.Decision, p.DecidedAt, p.DecidedBy, p.DecidedFor = state, &a.now, "Grace", "agreed"
		case proposal.Expired:
			p.ExpiresAt = a.now
		}
		if (f.State == "" || f.State == state) && (f.SLO == "" || f.SLO == p.SLO) {
			out = append(out, p)
		}
	}
	return pageOf(out, r), nil
}

func TestProposalsWaitOnTheirPages(t *testing.T) {
	t.Parallel()
	s := newSample()
	first := s.views[0].SLO
	i := slices.IndexFunc(s.services, func(o registry.Service) bool { return o.ID == first.Service })
	open := "Revise the objective " + s.services[i].Name + " This relaxes the SLO. Ada : <script"
	doc, _ := visiting(t, s).read("/services/" + s.services[i].Slug + "/slos/" + first.Slug)
	says(t, words(within(t, doc, "main")), "Waiting for a second person", open)
	doc, _ = visiting(t, s).read("/proposals")
	says(t, words(within(t, doc, "main")), open, "proposed 7 days ago", "until 30 Nov 2026, 14:27 UTC", "/approval")
	doc, page := visiting(t, s).read("/proposals?all")
	says(t, words(within(t, doc, "main")), "Correct the objective", "Approved by Grace: agreed", "Remove a correction", "Rejected by Grace: agreed", "Update the service", "Expired", "decided just now", "expired 23 Nov 2026, 14:27 UTC")
	if n := strings.Count(page, "/approval"); n != 1 {
		t.Errorf("it says of %d proposals how to approve them, where 1 is open", n)
	}
	doc, _ = visiting(t, &sample{now: sampleNow}).read("/proposals")
	says(t, words(within(t, doc, "main")), "Nothing waits for a second person.")
}
