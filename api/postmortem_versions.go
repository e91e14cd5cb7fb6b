package api

import (
	"context"
	"net/http"

	"github.com/evenkeel/evenkeel/api/markup"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/incident/lint"
	"github.com/evenkeel/evenkeel/services/incident/postmortem"
)

type PostmortemVersionPath struct {
	IncidentPath
	Number int `path:"postmortemVersion" minimum:"1" maximum:"1000000000" doc:"Number of the version of the text, from 1."`
}

func (a *API) addPostmortemVersions(r Rooms) {
	type query struct {
		IncidentPath
		Paging
	}
	register(a, operation{
		id: "listPostmortemVersions", method: http.MethodGet, path: postmortemPath + "/versions", tag: "Postmortems", summary: "List the versions of the text of a postmortem",
		description: "The newest first, without what they say.", rule: readPostmortem,
	}, func(ctx context.Context, in *query) (*list[PostmortemVersion], error) {
		found, err := r.Postmortems.Texts(ctx, id.ID(in.Incident), in.Request())
		if err != nil {
			return nil, err
		}
		return listed(ctx, found, toPostmortemVersion), nil
	})

	type reply struct{ Body PostmortemVersionText }
	register(a, operation{
		id: "getPostmortemVersion", method: http.MethodGet, path: postmortemPath + "/versions/{postmortemVersion}", tag: "Postmortems", summary: "Get a version of the text of a postmortem",
		description: "It never changes.", rule: readPostmortem,
	}, func(ctx context.Context, in *PostmortemVersionPath) (*reply, error) {
		t, err := r.Postmortems.TextOf(ctx, id.ID(in.Incident), in.Number)
		if err != nil {
			return nil, err
		}
		html, err := markup.HTML(t.Text)
		if err != nil {
			return nil, err
		}
		return &reply{PostmortemVersionText{PostmortemVersion: toPostmortemVersion(t), Text: t.Text, HTML: string(html)}}, nil
	})

	type compare struct {
		PostmortemVersionPath
		From int `query:"from" minimum:"1" maximum:"1000000000" doc:"Number of the version that it is compared with; the one before when left out."`
	}
	type compared struct{ Body PostmortemDiff }
	register(a, operation{
		id: "comparePostmortemVersions", method: http.MethodGet, path: postmortemPath + "/versions/{postmortemVersion}/diff", tag: "Postmortems", summary: "Compare two versions of the text of a postmortem",
		description: "As a unified diff, of any two.", rule: readPostmortem,
	}, func(ctx context.Context, in *compare) (*compared, error) {
		diff, err := r.Postmortems.Diff(ctx, id.ID(in.Incident), in.From, in.Number)
		if err != nil {
			return nil, err
		}
		from := in.From
		if from == 0 {
			from = in.Number - 1
		}
		return &compared{PostmortemDiff{From: from, To: in.Number, Diff: diff}}, nil
	})
}

func toPostmortemVersion(t postmortem.Text) PostmortemVersion {
	return PostmortemVersion{Number: t.Number, Author: t.Author, At: t.At, Note: t.Note}
}

func (a *API) addPostmortemLint(r Rooms) {
	type reply struct{ Body PostmortemLint }
	show := func(found []lint.Finding, err error) (*reply, error) {
		if err != nil {
			return nil, err
		}
		return &reply{PostmortemLint{Findings: each(found, toPostmortemFinding)}}, nil
	}
	register(a, operation{
		id: "lintPostmortem", method: http.MethodGet, path: postmortemPath + "/lint", tag: "Postmortems", summary: "Look at the text of a postmortem for blame",
		description: "For what blames somebody, looks for a single cause, or plans nothing but training: warnings, found by words.", rule: readPostmortem,
	}, func(ctx context.Context, in *IncidentPath) (*reply, error) {
		return show(r.Postmortems.Lint(ctx, id.ID(in.Incident)))
	})

	type post struct{ Body PostmortemLintInput }
	register(a, operation{
		id: "lintPostmortemText", method: http.MethodPost, path: "/v1/postmortem-lint", tag: "Postmortems", summary: "Look at a text that is being written for blame",
		description: "Nothing is kept.", rule: readPostmortem, status: http.StatusOK,
	}, func(ctx context.Context, in *post) (*reply, error) {
		found, err := r.Postmortems.LintText(ctx, id.ID(in.Body.Incident), in.Body.Text)
		if fault.Is(err, fault.NotFound) {
			var check fault.Check
			check.Fail("/incident", in.Body.Incident, "names no incident that exists")
			err = check.Err()
		}
		return show(found, err)
	})
}

func toPostmortemFinding(f lint.Finding) PostmortemFinding {
	return PostmortemFinding{Rule: string(f.Rule), Line: f.Line, Column: f.Column, From: f.From, To: f.To, Text: f.Text, Advice: f.Advice}
}

type PostmortemRequestPath struct {
	IncidentPath
	Request string `path:"postmortemRequest" maxLength:"26" doc:"Identifier of the request."`
}

func (a *API) addPostmortemRequests(r Rooms) {
	type post struct {
		IncidentPath
		Once
		Body PostmortemReason
	}
	register(a, operation{
		id: "requestPostmortem", method: http.MethodPost, path: postmortemPath + "/requests", tag: "Postmortems", summary: "Ask for a postmortem",
		description: "By any person who may read the incident, with a reason. Asked again by the same person, their request stays as it was.",
		rule:        access.Rule{Verb: access.Create, Kind: access.KindPostmortemRequest},
	}, func(ctx context.Context, in *post) (*created[PostmortemRequest], error) {
		return create(ctx, a, in.Once, creation[postmortem.Request, PostmortemRequest]{
			make: func(ctx context.Context) (postmortem.Request, error) {
				return r.Postmortems.Ask(ctx, id.ID(in.Incident), in.Body.Reason)
			},
			load: func(ctx context.Context, made id.ID) (postmortem.Request, error) {
				return r.Postmortems.Request(ctx, id.ID(in.Incident), made)
			},
			name: func(one postmortem.Request) (id.ID, int64, string) {
				return one.ID, 1, "/v1/incidents/" + in.Incident + "/postmortem/requests/" + string(one.ID)
			},
			show: toPostmortemRequest,
		})
	})

	type reply struct{ Body PostmortemRequest }
	register(a, operation{
		id: "getPostmortemRequest", method: http.MethodGet, path: postmortemPath + "/requests/{postmortemRequest}", tag: "Postmortems", summary: "Get what asks for a postmortem",
		description: "With its waiver, where it does not stand any more.", rule: readPostmortem,
	}, func(ctx context.Context, in *PostmortemRequestPath) (*reply, error) {
		one, err := r.Postmortems.Request(ctx, id.ID(in.Incident), id.ID(in.Request))
		if err != nil {
			return nil, err
		}
		return &reply{toPostmortemRequest(one)}, nil
	})

	type waive struct {
		PostmortemRequestPath
		Body PostmortemReason
	}
	register(a, operation{
		id: "waivePostmortemRequest", method: http.MethodPut, path: postmortemPath + "/requests/{postmortemRequest}/waiver", tag: "Postmortems", summary: "Waive what asks for a postmortem",
		description: "By an administrator, or a member of the parent team of that which owns the incident; not by who writes the text. A request is waived once.",
		rule:        access.Rule{Verb: access.Update, Kind: access.KindPostmortemRequest},
	}, func(ctx context.Context, in *waive) (*reply, error) {
		one, err := r.Postmortems.Waive(ctx, id.ID(in.Incident), id.ID(in.Request), in.Body.Reason)
		if err != nil {
			return nil, err
		}
		return &reply{toPostmortemRequest(one)}, nil
	})
}
