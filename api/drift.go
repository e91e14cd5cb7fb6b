package api

import (
	"context"
	"net/http"
	"time"

	"github.com/evenkeel/evenkeel/scorecards/drift"
	"github.com/evenkeel/evenkeel/services/access"
)

// OwnershipDrift is a reason why nobody may look after a service any more.
type OwnershipDrift struct {
	ID          string     `json:"id" doc:"Identifier (ULID)." example:"01JD3Z0Q8RC6W4N1M2V5K7T9XY"`
	Service     Ref        `json:"service"`
	Team        Ref        `json:"team" doc:"The team that owns the service."`
	Reason      string     `json:"reason" enum:"team_empty,on_call_departed,repository_refuses,codeowners_disagree" doc:"What is wrong: nobody is in the team who was not deactivated; the person who is named as on call was; or the repository is archived or gone, or takes no issues, as the tracker said of issues that were to be made there."`
	Detail      string     `json:"detail" doc:"A sentence for people." example:"Nobody is in the team payments who was not deactivated."`
	FoundAt     time.Time  `json:"foundAt" doc:"Since when it is known."`
	EscalatedAt *time.Time `json:"escalatedAt" doc:"When the team above was told, which is after seven days; null until then."`
}

func toOwnershipDrift(v drift.View) OwnershipDrift {
	return OwnershipDrift{
		ID: string(v.ID), Service: ref(v.Service, v.Of.Slug), Team: ref(v.Of.Team, v.Of.TeamSlug), Reason: string(v.Reason),
		Detail: v.Detail, FoundAt: v.FoundAt, EscalatedAt: v.EscalatedAt,
	}
}

func (a *API) addOwnershipDrift(r Rooms) {
	type query struct {
		Paging
		Team    string `query:"team" maxLength:"63" doc:"Only services that this team owns, by slug or identifier."`
		Service string `query:"service" maxLength:"63" doc:"Only this service, by slug or identifier."`
		Reason  string `query:"reason" enum:"team_empty,on_call_departed,repository_refuses,codeowners_disagree" doc:"Only for this reason."`
	}
	register(a, operation{
		id: "listOwnershipDrift", method: http.MethodGet, path: "/v1/ownership-drift", tag: "Services", summary: "List services that nobody may look after any more",
		description: "The oldest first. The job watch-ownership finds them every hour, and takes away what was put right. Retired services are left out.",
		rule:        access.Rule{Verb: access.Read, Kind: access.KindService}, errors: renamed,
	}, func(ctx context.Context, in *query) (*list[OwnershipDrift], error) {
		f := drift.Filter{Reason: drift.Reason(in.Reason)}
		var err error
		if f.Service, f.Team, err = r.narrowed(ctx, in.Service, in.Team); err != nil {
			return nil, err
		}
		found, err := r.Drifts.List(ctx, f, in.Request())
		if err != nil {
			return nil, err
		}
		return listed(ctx, found, toOwnershipDrift), nil
	})
}
