package api

import (
	"context"
	"net/http"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
)

type IssuePath struct {
	Issue string `path:"issue" maxLength:"26" doc:"Identifier of the issue."`
}

func (a *API) addIssues(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindIssue}
	type query struct {
		Paging
		OpenFilter
		Service       string `query:"service" maxLength:"63" doc:"Only issues about this service, by slug or identifier."`
		Team          string `query:"team" maxLength:"63" doc:"Only issues about this team's services, by slug or identifier."`
		SLO           string `query:"slo" maxLength:"26" doc:"Only issues about the SLO with this identifier."`
		Violation     string `query:"violation" maxLength:"26" doc:"Only the issue about the violation with this identifier; with actionItem, those about either."`
		ActionItem    string `query:"actionItem" maxLength:"26" doc:"Only the issue about the action item with this identifier."`
		Kind          string `query:"kind" enum:"budget_violation,incident,action_item,toil_cap,toil_candidate,scorecard" doc:"Only issues of this kind."`
		Group         string `query:"group" maxLength:"26" doc:"Only issues of which the issue with this identifier tells."`
		DeliveryState string `query:"deliveryState" enum:"draft,pending,sending,unknown,sent,dead,dismissed,grouped" doc:"Only those whose delivery is in this state."`
		HasProblem    string `query:"hasProblem" enum:"true,false" doc:"Only those whose delivery has a problem, or only those without."`
	}
	register(a, operation{
		id: "listIssues", method: http.MethodGet, path: "/v1/issues", tag: "Issues",
		summary: "List issues", description: "The newest first. Without a tracker they are drafts, which read just as they would be opened.", rule: read, errors: renamed,
	}, func(ctx context.Context, in *query) (*list[Issue], error) {
		f := delivery.Filter{
			Filter: issues.Filter{Subject: id.ID(in.SLO), Group: id.ID(in.Group), Open: in.open(), Kind: issues.Kind(in.Kind)},
			State:  delivery.State(in.DeliveryState),
		}
		for _, about := range []string{in.Violation, in.ActionItem} {
			if about != "" {
				f.Episodes = append(f.Episodes, id.ID(about))
			}
		}
		if in.HasProblem != "" {
			troubled := in.HasProblem == "true"
			f.Troubled = &troubled
		}
		var err error
		if f.Service, f.Team, err = r.narrowed(ctx, in.Service, in.Team); err != nil {
			return nil, err
		}
		found, err := r.Issues.List(ctx, f, in.Request())
		if err != nil {
			return nil, err
		}
		names, err := r.serviceNames(ctx, each(found.Items, func(k delivery.Known) id.ID { return k.Issue.Service }))
		if err != nil {
			return nil, err
		}
		return listed(ctx, found, func(k delivery.Known) Issue { return toIssue(k, names) }), nil
	})

	type count struct {
		Team string `query:"team" maxLength:"63" doc:"Only issues about this team's services, by slug or identifier."`
	}
	type tallyReply struct{ Body IssueTally }
	register(a, operation{
		id: "getIssueTally", method: http.MethodGet, path: "/v1/issues/tally", tag: "Issues", summary: "Count issues by how far they got",
		description: "Of all services, or of a team's: what was opened, what people closed, what waits, what is dead and why, and whether anything is sent at all. What the page of issues shows.", rule: read, errors: renamed,
	}, func(ctx context.Context, in *count) (*tallyReply, error) {
		team, _, err := r.owners(ctx, in.Team, "")
		if err != nil {
			return nil, err
		}
		tally, err := r.Issues.Tally(ctx, team)
		if err != nil {
			return nil, err
		}
		return &tallyReply{Body: toIssueTally(tally)}, nil
	})

	register(a, operation{
		id: "getIssue", method: http.MethodGet, path: "/v1/issues/{issue}", tag: "Issues", summary: "Get an issue", description: "With its title, body and comments, just as they would be on a tracker, and what is known of it there.", rule: read,
	}, func(ctx context.Context, in *IssuePath) (*reply[Issue], error) {
		k, err := r.Issues.Get(ctx, id.ID(in.Issue))
		return r.issue(ctx, k, err)
	})
	a.addIssueActions(r)
}

// addIssueActions adds what people can do about the delivery of an issue.
func (a *API) addIssueActions(r Rooms) {
	update := access.Rule{Verb: access.Update, Kind: access.KindIssue}
	type retry struct {
		IssuePath
		IfMatch
	}
	register(a, operation{
		id: "retryIssue", method: http.MethodPost, path: "/v1/issues/{issue}/retry", tag: "Issues", status: http.StatusOK,
		summary: "Deliver an issue again", description: "One that is dead or dismissed is delivered again, and one that waits is tried at once. By a person of the team that owns the service. What was sent and is still looked for answers 409: it must not be sent twice.", rule: update,
	}, func(ctx context.Context, in *retry) (*reply[Issue], error) {
		k, err := r.Issues.Retry(ctx, id.ID(in.Issue), in.Version())
		return r.issue(ctx, k, err)
	})

	type retarget struct {
		IssuePath
		IfMatch
		Body Retarget
	}
	register(a, operation{
		id: "retargetIssue", method: http.MethodPost, path: "/v1/issues/{issue}/retarget", tag: "Issues", status: http.StatusOK,
		summary: "Send an issue to another repository", description: "It is opened anew there. What was opened before stays as it is, and is people's from then on. By a person of the team that owns the service.", rule: update,
	}, func(ctx context.Context, in *retarget) (*reply[Issue], error) {
		k, err := r.Issues.Retarget(ctx, id.ID(in.Issue), in.Version(), delivery.Place(in.Body.Repository))
		return r.issue(ctx, k, err)
	})

	type dismiss struct {
		IssuePath
		IfMatch
		Body Dismissal
	}
	register(a, operation{
		id: "dismissIssue", method: http.MethodPost, path: "/v1/issues/{issue}/dismiss", tag: "Issues", status: http.StatusOK,
		summary: "Deliver an issue no more", description: "Nothing is opened or changed on the tracker for it any more; what is there stays as it is, and is people's. Retrying takes it up again. By a person of the team that owns the service.", rule: update,
	}, func(ctx context.Context, in *dismiss) (*reply[Issue], error) {
		k, err := r.Issues.Dismiss(ctx, id.ID(in.Issue), in.Version(), in.Body.Reason)
		return r.issue(ctx, k, err)
	})
}

// issue is the reply with an issue.
func (r Rooms) issue(ctx context.Context, k delivery.Known, err error) (*reply[Issue], error) {
	if err != nil {
		return nil, err
	}
	names, err := r.serviceNames(ctx, []id.ID{k.Issue.Service})
	if err != nil {
		return nil, err
	}
	return current(k.Version(), toIssue(k, names)), nil
}

func toIssue(k delivery.Known, names serviceNames) Issue {
	i := k.Issue
	out := Issue{
		ID: string(i.ID), Kind: string(i.Kind), Fingerprint: i.Fingerprint, GroupID: string(i.Group), ParentID: string(i.Parent), Repository: i.Repository, Title: i.Title, Body: i.Body,
		Labels: i.Labels, AssigneeIDs: each(i.Assignees, func(p id.ID) string { return string(p) }), Comments: make([]IssueComment, len(i.Comments)), Open: i.Open, Delivery: toIssueDelivery(k.Delivery),
		CreatedAt: i.CreatedAt, UpdatedAt: i.UpdatedAt, Version: k.Version(),
	}
	if !i.IsGroup() {
		service := names.ref(i.Service)
		out.Service = &service
		switch i.Kind {
		case issues.KindBudgetViolation:
			out.ViolationID = string(i.Episode)
		case issues.KindIncident:
			out.IncidentID = string(i.Subject)
		case issues.KindActionItem:
			out.ActionID = string(i.Subject)
		case issues.KindToilCap:
			out.TeamID = string(i.Subject)
		case issues.KindToilCandidate:
			out.ToilCandidateID = string(i.Subject)
		case issues.KindScorecard:
			out.FailureID = string(i.Subject)
		}
	}
	if i.Ending != "" {
		ending := string(i.Ending)
		out.Ending = &ending
	}
	for j, c := range i.Comments {
		out.Comments[j] = IssueComment(c)
	}
	return out
}

func toIssueDelivery(d delivery.Delivery) IssueDelivery {
	out := IssueDelivery{
		State: string(d.State), Repository: string(d.Place), URL: d.URL, Attempts: d.Attempts, Failures: d.Failures,
		Problem: d.Problem, NextAttemptAt: d.DueAt, OpenedAt: d.OpenedAt,
	}
	if d.Number > 0 {
		out.Number = &d.Number
	}
	if d.Outcome != "" {
		outcome := string(d.Outcome)
		out.Outcome = &outcome
	}
	if d.Because != "" {
		because := string(d.Because)
		out.DeadBecause = &because
	}
	return out
}

func toIssueTally(t delivery.Tally) IssueTally {
	out := IssueTally{
		Total: t.Total,
		States: IssueStates{
			Draft: t.States[delivery.Draft], Pending: t.States[delivery.Pending], Sending: t.States[delivery.Sending], Unknown: t.States[delivery.Unknown],
			Sent: t.States[delivery.Sent], Dead: t.States[delivery.Dead], Dismissed: t.States[delivery.Dismissed], Grouped: t.States[delivery.Grouped],
		},
		OpenedLastDay: t.OpenedDay, OpenedLastWeek: t.OpenedWeek, Done: t.Done, Waived: t.Waived, Waiting: t.Waiting, NextAttemptAt: t.NextDueAt,
		Dead: make([]DeadReason, len(t.Reasons)), HasTracker: t.Standing.HasTracker, Kinds: make([]IssueKindState, len(t.Standing.Kinds)),
	}
	for i, reason := range t.Reasons {
		out.Dead[i] = DeadReason(reason)
	}
	for i, kind := range t.Standing.Kinds {
		out.Kinds[i] = IssueKindState{Kind: string(kind.Kind), Mode: string(kind.Mode), Stopped: len(kind.Stops) > 0}
	}
	return out
}
