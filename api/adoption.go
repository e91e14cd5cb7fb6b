package api

import (
	"context"
	"net/http"

	"github.com/evenkeel/evenkeel/api/admission"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/adoption"
)

// AdoptionWindow is over how many days figures are.
type AdoptionWindow struct {
	Days int `query:"days" minimum:"7" maximum:"365" default:"28" doc:"Over how many days, today among them."`
}

func (a *API) addAdoption(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindAdoption}
	const path, tag = "/v1/adoption", "Adoption"
	type figures struct{ Body Adoption }
	register(a, operation{
		id: "getAdoption", method: http.MethodGet, path: path, tag: tag, summary: "Get how far Evenkeel is taken up",
		description: "Which teams and people use it, how long teams take to their first SLO, how services come by wave, and how often what it says is set aside. Administrators only: of a small team it is about persons.",
		rule:        read, class: admission.Reports,
	}, func(ctx context.Context, in *AdoptionWindow) (*figures, error) {
		f, err := r.Adoption.Figures(ctx, in.Days)
		if err != nil {
			return nil, err
		}
		return &figures{toAdoption(f)}, nil
	})
	type teams struct {
		AdoptionWindow
		Paging
		Active string `query:"active" enum:"true,false" doc:"Only teams of which a member or a workload used Evenkeel within the window, or only those of which none did."`
	}
	register(a, operation{
		id: "listAdoptionTeams", method: http.MethodGet, path: path + "/teams", tag: tag, summary: "List teams by whether they use Evenkeel",
		description: "Those that have a member or a living service, by slug. Administrators only.", rule: read,
	}, func(ctx context.Context, in *teams) (*list[AdoptionTeam], error) {
		var active *bool
		if in.Active != "" {
			is := in.Active == "true"
			active = &is
		}
		found, err := r.Adoption.Teams(ctx, in.Days, active, in.Request())
		if err != nil {
			return nil, err
		}
		return listed(ctx, found, toAdoptionTeam), nil
	})
	type people struct {
		AdoptionWindow
		Paging
		Team string `query:"team" maxLength:"63" doc:"Only members of this team, by slug or identifier."`
	}
	register(a, operation{
		id: "listPeopleWhoDidNotComeBack", method: http.MethodGet, path: path + "/people", tag: tag, summary: "List people who did not come back",
		description: "Who used Evenkeel before the window and not within, whoever was here last first. Administrators only; 409 people_not_named where adoption.people does not allow it.",
		rule:        read, errors: append([]int{http.StatusConflict}, renamed...),
	}, func(ctx context.Context, in *people) (*list[AdoptionGone], error) {
		var f adoption.GoneFilter
		var err error
		if f.Team, _, err = r.owners(ctx, in.Team, ""); err != nil {
			return nil, err
		}
		found, err := r.Adoption.GonePeople(ctx, in.Days, f, in.Request())
		if err != nil {
			return nil, err
		}
		return listed(ctx, found, toAdoptionGone), nil
	})
}
