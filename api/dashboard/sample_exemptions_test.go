package dashboard

import (
	"context"
	"fmt"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/exemption"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// sampleCard is the scorecard that ships; see assessor.
const sampleCard = id.ID("01JD3Z0Q8RC6W4N1M2VC000001")

// excuser has an exemption in each state. Forms are tested through the real services.
type excuser struct{ *sample }

var _ Exemptions = excuser{}

func (x excuser) all() []exemption.Exemption {
	if len(x.teams) == 0 {
		return nil
	}
	one := func(n int, check string, until int, approved bool, end exemption.State, reason string) exemption.Exemption {
		e := exemption.Exemption{
			ID: id.ID(fmt.Sprintf("01JD3Z0Q8RC6W4N1M2VE%06d", n)), Key: exemption.Key{Service: x.services[n%len(x.services)].ID, Scorecard: sampleCard, Check: check},
			Reason: reason, Link: "https://tracker.example.org/" + fmt.Sprint(n), Until: x.now.AddDate(0, 0, until), AskedAt: x.now.AddDate(0, 0, -20), Person: "ada", AskedBy: "Ada Lovelace", Version: 1,
		}
		if check == "ugly" {
			e.Scorecard = "01JD3Z0Q8RC6W4N1M2VC000003"
		}
		if approved {
			e.Approval = &exemption.Approval{At: x.now.AddDate(0, 0, -19), By: "Grace Hopper", Reason: hostile}
		}
		if end != "" {
			e.Ended = &exemption.Ending{At: x.now.AddDate(0, 0, -1), How: end, By: "Grace Hopper", Reason: "It is there now."}
		}
		return e
	}
	return []exemption.Exemption{
		one(1, "load-tested", 40, false, "", "The load test needs the new cluster, which is there in January."), one(2, "ugly", 60, false, "", hostile+strings.Repeat("long", 40)),
		one(3, "documented", 9, true, "", "The wiki moves."), one(4, "load-tested", 90, true, "", "The cluster."), one(5, "gone", 300, true, exemption.Gone, "Long."),
		one(6, "documented", -4, true, "", "The wiki moves."), one(7, "documented", 30, false, exemption.Rejected, "No time."), one(8, "ugly", 30, true, exemption.Ended, "Once."),
		one(len(x.services), "restore-drill", 45, true, "", "The second store is there in January."), // of the first service
	}
}

func (x excuser) Get(_ context.Context, of id.ID) (exemption.Exemption, error) {
	for _, e := range x.all() {
		if e.ID == of {
			return e, x.fail
		}
	}
	return exemption.Exemption{}, fault.Missing("exemption", string(of))
}

func (x excuser) List(_ context.Context, f exemption.Filter, r page.Request) (page.Page[exemption.Exemption], error) {
	var out []exemption.Exemption
	for _, e := range x.all() {
		if (f.State == "" || f.State == e.State(x.now)) && (f.Service == "" || f.Service == e.Service) && (f.Scorecard == "" || f.Scorecard == e.Scorecard) {
			out = append(out, e)
		}
	}
	return pageOf(out, r), x.fail
}

func (x excuser) Acts(_ context.Context, exemptions []exemption.Exemption, _ map[id.ID]registry.Service, _ map[id.ID]scorecards.View) ([]access.Acts, error) {
	acts := map[exemption.State]access.Acts{
		exemption.Waiting: {{Name: exemption.ActApprove}, {Name: exemption.ActReject}, {Name: exemption.ActEnd}},
		exemption.InForce: {{Name: exemption.ActReject, Code: "exemption_decided"}, {Name: exemption.ActEnd}},
	}
	return []access.Acts{acts[exemptions[0].State(x.now)]}, x.fail
}

func (x excuser) Ask(context.Context, exemption.Request) (exemption.Exemption, error) {
	return exemption.Exemption{}, fault.Stale("exemption")
}

func (x excuser) Approve(context.Context, id.ID, int64, string) (exemption.Exemption, error) {
	return exemption.Exemption{}, fault.Stale("exemption")
}

func (x excuser) Reject(context.Context, id.ID, int64, string) (exemption.Exemption, error) {
	return exemption.Exemption{}, fault.Stale("exemption")
}

func (x excuser) End(context.Context, id.ID, int64, string) (exemption.Exemption, error) {
	return exemption.Exemption{}, fault.Stale("exemption")
}

func (s *sample) exemptionPaths() []string {
	out := []string{exemptionsPath, exemptionsPath + "?show=all", exemptionsPath + "?show=waiting", exemptionsPath + "/new"}
	if len(s.teams) > 0 {
		of := s.services[0].Slug
		out = append(out, exemptionsPath+"?service="+of, exemptionsPath+"/new?service="+of, exemptionsPath+"/new?service="+of+"&scorecard=production-readiness&check=documentation")
	}
	for _, e := range (excuser{s}).all() {
		out = append(out, exemptionURL(e.ID))
	}
	return out
}
