package api

import (
	"context"
	"net/http"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/issues"
)

func (a *API) addIssues(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindIssue}
	type query struct {
		Paging
		OpenFilter
		Service   string `query:"service" maxLength:"63" doc:"Only issues about this service, by slug or identifier."`
		Team      string `query:"team" maxLength:"63" doc:"Only issues about this team's services, by slug or identifier."`
		Violation string `query:"violation" maxLength:"26" doc:"Only the issue about the violation with this identifier."`
	}
	register(a, operation{
		id: "listIssues", method: http.MethodGet, path: "/v1/issues", tag: "Issues",
		summary: "List issues", description: "The newest first. Without a tracker they are drafts, which read just as they would be opened.", rule: read, errors: renamed,
	}, func(ctx context.Context, in *query) (*list[Issue], error) {
		f := issues.Filter{Episode: id.ID(in.Violation), Open: in.open()}
		var err error
		if f.Service, f.Team, err = r.narrowed(ctx, in.Service, in.Team); err != nil {
			return nil, err
		}
		found, err := r.Issues.List(ctx, f, in.Request())
		if err != nil {
			return nil, err
		}
		names, err := r.serviceNames(ctx, each(found.Items, func(i issues.Issue) id.ID { return i.Service }))
		if err != nil {
			return nil, err
		}
		return listed(ctx, found, func(i issues.Issue) Issue { return toIssue(i, names) }), nil
	})

	type one struct {
		Issue string `path:"issue" maxLength:"26" doc:"Identifier of the issue."`
	}
	type issueReply struct{ Body Issue }
	register(a, operation{
		id: "getIssue", method: http.MethodGet, path: "/v1/issues/{issue}", tag: "Issues", summary: "Get an issue", description: "With its title, body and comments, just as they would be on a tracker.", rule: read,
	}, func(ctx context.Context, in *one) (*issueReply, error) {
		i, err := r.Issues.Get(ctx, id.ID(in.Issue))
		if err != nil {
			return nil, err
		}
		names, err := r.serviceNames(ctx, []id.ID{i.Service})
		if err != nil {
			return nil, err
		}
		return &issueReply{Body: toIssue(i, names)}, nil
	})
}

func toIssue(i issues.Issue, names serviceNames) Issue {
	out := Issue{
		ID: string(i.ID), Kind: string(i.Kind), Fingerprint: i.Fingerprint, Service: names.ref(i.Service),
		ViolationID: string(i.Episode), Repository: i.Repository, Title: i.Title, Body: i.Body,
		Labels: i.Labels, Comments: make([]IssueComment, len(i.Comments)), Open: i.Open, State: string(i.State),
		CreatedAt: i.CreatedAt, UpdatedAt: i.UpdatedAt, Version: i.Version,
	}
	if out.Labels == nil {
		out.Labels = []string{}
	}
	for j, c := range i.Comments {
		out.Comments[j] = IssueComment(c)
	}
	return out
}
