package api

import (
	"context"
	"net/http"
	"time"

	"github.com/evenkeel/evenkeel/api/markup"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/incident/postmortem"
)

const postmortemPath = "/v1/incidents/{incident}/postmortem"

var (
	readPostmortem  = access.Rule{Verb: access.Read, Kind: access.KindPostmortem}
	writePostmortem = access.Rule{Verb: access.Update, Kind: access.KindPostmortem}
)

func (a *API) addPostmortems(r Rooms) {
	type query struct {
		Paging
		Status  string    `query:"status" enum:"requested,waived,draft,in_review,approved,published"`
		Team    string    `query:"team" maxLength:"63" doc:"Only those of incidents of this team, by slug or identifier."`
		Service string    `query:"service" maxLength:"63" doc:"Only those of incidents of this service, by slug or identifier."`
		Overdue string    `query:"overdue" enum:"true,false" doc:"Only those whose review is overdue (true), or the others (false)."`
		From    time.Time `query:"from" doc:"Only those of incidents whose impact began at this time or later."`
		To      time.Time `query:"to" doc:"Only those of incidents whose impact began before this time."`
	}
	register(a, operation{
		id: "listPostmortems", method: http.MethodGet, path: "/v1/postmortems", tag: "Postmortems", summary: "List postmortems",
		description: "Also those that are only asked for. Those with the newest impact first, without their texts; those of restricted incidents are left out for whom may not read them.", rule: readPostmortem, errors: renamed,
	}, func(ctx context.Context, in *query) (*list[PostmortemHead], error) {
		f := postmortem.Filter{Status: postmortem.Status(in.Status), From: in.From, To: in.To}
		if in.Overdue != "" {
			overdue := in.Overdue == "true"
			f.Overdue = &overdue
		}
		var err error
		if f.Service, f.Team, err = r.narrowed(ctx, in.Service, in.Team); err != nil {
			return nil, err
		}
		found, err := r.Postmortems.List(ctx, f, in.Request())
		if err != nil {
			return nil, err
		}
		heads, err := r.postmortemHeads(ctx, found.Items)
		if err != nil {
			return nil, err
		}
		return listed(ctx, page.Page[PostmortemHead]{Items: heads, Next: found.Next}, itself[PostmortemHead]), nil
	})

	type get struct{ IncidentPath }
	register(a, operation{
		id: "getPostmortem", method: http.MethodGet, path: postmortemPath, tag: "Postmortems", summary: "Get the postmortem of an incident",
		description: "With its ETag, its text as Markdown and as safe HTML, what it lacks, its review, and why it is asked for.", rule: readPostmortem,
	}, func(ctx context.Context, in *get) (*reply[Postmortem], error) {
		v, err := r.Postmortems.Get(ctx, id.ID(in.Incident))
		body, err := single(ctx, v, err, r.postmortems)
		if err != nil {
			return nil, err
		}
		return current(v.Version, body), nil // what asks for it, and what is done, are no part of its version
	})

	type begin struct {
		IncidentPath
		Body PostmortemBegin
	}
	register(a, operation{
		id: "beginPostmortem", method: http.MethodPut, path: postmortemPath, tag: "Postmortems", summary: "Begin the postmortem of an incident",
		description: "As a draft with what is known of the incident. By members of the team that owns it, and people in its roles. There is one for each incident: one that was begun already is 409.", rule: writePostmortem, status: http.StatusCreated,
	}, func(ctx context.Context, in *begin) (*reply[Postmortem], error) {
		v, err := r.Postmortems.Begin(ctx, id.ID(in.Incident), in.Body.Template)
		made, err := r.changedPostmortem(ctx, v, err)
		if err == nil {
			made.Status = http.StatusCreated
		}
		return made, err
	})

	type save struct {
		IncidentPath
		IfMatch
		Body PostmortemTextInput
	}
	register(a, operation{
		id: "savePostmortemText", method: http.MethodPut, path: postmortemPath + "/text", tag: "Postmortems", summary: "Save the text of a postmortem",
		description: "As a new version; the same text is none. What was approved is in review again. Where somebody else changed it meanwhile, the problem's diff shows what.", rule: writePostmortem,
	}, func(ctx context.Context, in *save) (*reply[Postmortem], error) {
		v, err := r.Postmortems.Save(ctx, id.ID(in.Incident), in.Version(), postmortem.TextInput(in.Body))
		return r.changedPostmortem(ctx, v, err)
	})

	type link struct {
		IncidentPath
		IfMatch
		Body PostmortemLinkInput
	}
	register(a, operation{
		id: "linkPostmortem", method: http.MethodPut, path: postmortemPath + "/link", tag: "Postmortems", summary: "Say that a postmortem was written elsewhere",
		description: "It is published then, in place of a text. Of one that is in review or approved, or published as a text, it is 409.", rule: writePostmortem,
	}, func(ctx context.Context, in *link) (*reply[Postmortem], error) {
		v, err := r.Postmortems.Elsewhere(ctx, id.ID(in.Incident), in.Version(), postmortem.LinkInput(in.Body))
		return r.changedPostmortem(ctx, v, err)
	})
	a.addPostmortemReviews(r)
	a.addPostmortemRequests(r)
	a.addPostmortemVersions(r)
	a.addPostmortemLint(r)
	a.addPostmortemTemplates(r)
}

func (a *API) addPostmortemReviews(r Rooms) {
	type submit struct {
		IncidentPath
		IfMatch
		Body PostmortemSubmission
	}
	register(a, operation{
		id: "submitPostmortem", method: http.MethodPost, path: postmortemPath + "/submissions", tag: "Postmortems", summary: "Ask people to review a postmortem",
		description: "They are told. While it is in review, others can be named.", rule: writePostmortem, status: http.StatusOK,
	}, func(ctx context.Context, in *submit) (*reply[Postmortem], error) {
		v, err := r.Postmortems.Submit(ctx, id.ID(in.Incident), in.Version(), each(in.Body.Reviewers, func(p string) id.ID { return id.ID(p) }))
		return r.changedPostmortem(ctx, v, err)
	})

	type review struct {
		IncidentPath
		IfMatch
		Body PostmortemVerdict
	}
	register(a, operation{
		id: "reviewPostmortem", method: http.MethodPost, path: postmortemPath + "/reviews", tag: "Postmortems", summary: "Review a postmortem",
		description: "By a person who was asked to. It is approved once its required sections are written, and somebody approves who neither submitted it nor wrote its latest version; or it goes back to be a draft with what is to be changed.",
		rule:        access.Rule{Verb: access.Create, Kind: access.KindPostmortemReview}, status: http.StatusOK,
	}, func(ctx context.Context, in *review) (*reply[Postmortem], error) {
		v, err := r.Postmortems.Review(ctx, id.ID(in.Incident), in.Version(), postmortem.Verdict{Approve: in.Body.Verdict == "approve", Text: in.Body.Text})
		return r.changedPostmortem(ctx, v, err)
	})

	type publish struct {
		IncidentPath
		IfMatch
	}
	register(a, operation{
		id: "publishPostmortem", method: http.MethodPost, path: postmortemPath + "/publication", tag: "Postmortems", summary: "Publish a postmortem",
		description: "Once it is approved, by whoever may write it.", rule: writePostmortem, status: http.StatusOK,
	}, func(ctx context.Context, in *publish) (*reply[Postmortem], error) {
		v, err := r.Postmortems.Publish(ctx, id.ID(in.Incident), in.Version())
		return r.changedPostmortem(ctx, v, err)
	})

	type reopen struct {
		IncidentPath
		IfMatch
		Body PostmortemReason
	}
	register(a, operation{
		id: "reopenPostmortem", method: http.MethodPost, path: postmortemPath + "/reopenings", tag: "Postmortems", summary: "Reopen a postmortem",
		description: "One that is approved or published is a draft again. In place of a link a text is begun.", rule: writePostmortem, status: http.StatusOK,
	}, func(ctx context.Context, in *reopen) (*reply[Postmortem], error) {
		v, err := r.Postmortems.Reopen(ctx, id.ID(in.Incident), in.Version(), in.Body.Reason)
		return r.changedPostmortem(ctx, v, err)
	})

	type acts struct {
		IncidentPath
		Paging
	}
	register(a, operation{
		id: "listPostmortemActs", method: http.MethodGet, path: postmortemPath + "/acts", tag: "Postmortems", summary: "List what was done with a postmortem",
		description: "The newest first; nothing is ever changed or removed.", rule: readPostmortem,
	}, func(ctx context.Context, in *acts) (*list[PostmortemAct], error) {
		found, err := r.Postmortems.Acts(ctx, id.ID(in.Incident), in.Request())
		if err != nil {
			return nil, err
		}
		return listed(ctx, found, func(act postmortem.Act) PostmortemAct {
			return PostmortemAct{Kind: string(act.Kind), TextVersion: act.Number, Text: act.Text, At: act.At, By: act.By}
		}), nil
	})
}

// changedPostmortem is the reply to a change.
func (r Rooms) changedPostmortem(ctx context.Context, v postmortem.View, err error) (*reply[Postmortem], error) {
	body, err := single(ctx, v, err, r.postmortems)
	if err != nil {
		return nil, err
	}
	return current(v.Version, body), nil
}

// postmortemHeads shows postmortems without their texts.
func (r Rooms) postmortemHeads(ctx context.Context, views []postmortem.View) ([]PostmortemHead, error) {
	teams, err := r.teamNames(ctx, each(views, func(v postmortem.View) id.ID { return v.Incident.Team }))
	if err != nil {
		return nil, err
	}
	now := r.Postmortems.Clock()
	return each(views, func(v postmortem.View) PostmortemHead { return toPostmortemHead(v, teams, now) }), nil
}

func toPostmortemHead(v postmortem.View, teams teamNames, now time.Time) PostmortemHead {
	i := v.Incident
	out := PostmortemHead{
		ID: string(v.ID), Status: string(v.Status), TextVersion: v.Text, DueAt: v.DueAt, Overdue: v.Overdue(now), Reasons: []string{},
		Incident: PostmortemIncident{
			ID: string(i.ID), Title: i.Title, Severity: string(i.Severity), Status: string(i.Status), Team: teams.ref(i.Team),
			ImpactStart: i.ImpactStart, ResolvedAt: i.ResolvedAt, Restricted: i.Restricted,
		},
		CreatedAt: v.CreatedAt, CreatedBy: v.CreatedBy, UpdatedAt: v.UpdatedAt, UpdatedBy: v.UpdatedBy, Version: v.Version,
	}
	if v.Link != nil {
		link := PostmortemLink(*v.Link)
		out.Link = &link
	}
	seen := map[postmortem.Reason]bool{}
	for _, one := range v.Owing() {
		if !seen[one.Reason] {
			seen[one.Reason] = true
			out.Reasons = append(out.Reasons, string(one.Reason))
		}
	}
	return out
}

// postmortems shows postmortems with their texts.
func (r Rooms) postmortems(ctx context.Context, views []postmortem.View) ([]Postmortem, error) {
	heads, err := r.postmortemHeads(ctx, views)
	if err != nil {
		return nil, err
	}
	out := make([]Postmortem, len(views))
	for n, v := range views {
		html, err := markup.HTML(v.Current.Text)
		if err != nil {
			return nil, err
		}
		actions, err := r.Postmortems.ActionsOf(ctx, v.Incident.ID)
		if err != nil {
			return nil, err
		}
		out[n] = Postmortem{
			PostmortemHead: heads[n], Text: v.Current.Text, HTML: string(html),
			Template: PostmortemTemplateUsed{Slug: v.Template.Slug, Revision: v.Template.Revision, Required: each(v.Template.Document.Required, itself[string])},
			Missing: each(v.Missing, func(m postmortem.Missing) PostmortemMissing {
				return PostmortemMissing{Section: m.Section, Why: string(m.Why)}
			}),
			Review: PostmortemReview{
				Reviewers: each(v.Reviewers, func(p access.Person) PersonRef { return PersonRef{ID: string(p.ID), Name: p.DisplayName} }),
				Submitted: toSignature(v.Review.Submitted), Returned: toSignature(v.Review.Returned),
				Approvals: each(v.Review.Approvals, func(s postmortem.Signature) PostmortemSignature { return *toSignature(&s) }),
			},
			Actions: each(actions, func(one postmortem.Action) PostmortemActionItem {
				return PostmortemActionItem{Title: one.Title, Priority: one.Priority, Done: one.Done}
			}),
			Requests: each(v.Requests, toPostmortemRequest),
		}
	}
	return out, nil
}

func toSignature(s *postmortem.Signature) *PostmortemSignature {
	if s == nil {
		return nil
	}
	return &PostmortemSignature{Person: PersonRef{ID: string(s.Person), Name: s.Name}, At: s.At, TextVersion: s.Text, Text: s.Note}
}

func toPostmortemRequest(r postmortem.Request) PostmortemRequest {
	out := PostmortemRequest{ID: string(r.ID), Reason: string(r.Reason), Subject: string(r.Subject), Text: r.Text, At: r.At, By: r.By}
	if r.WaivedAt != nil {
		out.Waiver = &PostmortemWaiver{At: *r.WaivedAt, By: r.WaivedBy, Reason: r.WaivedBecause}
	}
	return out
}
