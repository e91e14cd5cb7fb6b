package api

import (
	"context"
	"net/http"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/postmortem"
)

type PostmortemTemplatePath struct {
	Template string `path:"postmortemTemplate" maxLength:"63" doc:"Slug or identifier of the template." example:"short"`
}

func (a *API) addPostmortemTemplates(r Rooms) {
	const path = "/v1/postmortem-templates"
	read := access.Rule{Verb: access.Read, Kind: access.KindPostmortemTemplate}
	register(a, operation{
		id: "listPostmortemTemplates", method: http.MethodGet, path: path, tag: "Postmortems", summary: "List templates of postmortems",
		description: "By slug. Where there is none for the severity of an incident, its postmortem begins as the built-in one.", rule: read,
	}, func(ctx context.Context, in *Paging) (*list[PostmortemTemplate], error) {
		found, err := r.Postmortems.ListTemplates(ctx, in.Request())
		if err != nil {
			return nil, err
		}
		return listed(ctx, found, toPostmortemTemplate), nil
	})

	type post struct {
		Once
		Body PostmortemTemplateCreate
	}
	register(a, operation{
		id: "createPostmortemTemplate", method: http.MethodPost, path: path, tag: "Postmortems", summary: "Create a template of postmortems",
		description: "By administrators.", rule: access.Rule{Verb: access.Create, Kind: access.KindPostmortemTemplate},
	}, func(ctx context.Context, in *post) (*created[PostmortemTemplate], error) {
		return create(ctx, a, in.Once, creation[postmortem.Template, PostmortemTemplate]{
			make: func(ctx context.Context) (postmortem.Template, error) {
				return r.Postmortems.CreateTemplate(ctx, fromTemplateTerms(in.Body.Slug, in.Body.PostmortemTemplateTerms))
			},
			load: func(ctx context.Context, made id.ID) (postmortem.Template, error) {
				return r.Postmortems.TemplateFor(ctx, string(made))
			},
			name: func(t postmortem.Template) (id.ID, int64, string) { return t.ID, t.Version, path + "/" + t.Slug },
			show: toPostmortemTemplate,
		})
	})

	type get struct {
		PostmortemTemplatePath
		IfNoneMatch
	}
	register(a, operation{
		id: "getPostmortemTemplate", method: http.MethodGet, path: path + "/{postmortemTemplate}", tag: "Postmortems", summary: "Get a template of postmortems",
		description: "With its ETag, as its current revision says it.", rule: read,
	}, func(ctx context.Context, in *get) (*reply[PostmortemTemplate], error) {
		t, err := r.Postmortems.TemplateFor(ctx, in.Template)
		if err != nil {
			return nil, err
		}
		return found(in.IfNoneMatch, t.Version, toPostmortemTemplate(t)), nil
	})

	type put struct {
		PostmortemTemplatePath
		IfMatch
		Body PostmortemTemplateTerms
	}
	register(a, operation{
		id: "revisePostmortemTemplate", method: http.MethodPut, path: path + "/{postmortemTemplate}", tag: "Postmortems", summary: "Revise a template of postmortems",
		description: "By administrators. A changed text, or other required sections, are a new revision; texts that began as an earlier one are judged by that.",
		rule:        access.Rule{Verb: access.Update, Kind: access.KindPostmortemTemplate},
	}, func(ctx context.Context, in *put) (*reply[PostmortemTemplate], error) {
		t, err := r.Postmortems.ReviseTemplate(ctx, in.Template, in.Version(), fromTemplateTerms("", in.Body))
		if err != nil {
			return nil, err
		}
		return current(t.Version, toPostmortemTemplate(t)), nil
	})

	type del struct {
		PostmortemTemplatePath
		IfMatch
	}
	register(a, operation{
		id: "deletePostmortemTemplate", method: http.MethodDelete, path: path + "/{postmortemTemplate}", tag: "Postmortems", summary: "Delete a template of postmortems",
		description: "By administrators. Texts that began as it keep what it said.", rule: access.Rule{Verb: access.Delete, Kind: access.KindPostmortemTemplate},
	}, func(ctx context.Context, in *del) (*nothing, error) {
		return &nothing{}, r.Postmortems.DeleteTemplate(ctx, in.Template, in.Version())
	})

	type revisions struct {
		PostmortemTemplatePath
		Paging
	}
	register(a, operation{
		id: "listPostmortemTemplateRevisions", method: http.MethodGet, path: path + "/{postmortemTemplate}/revisions", tag: "Postmortems", summary: "List the revisions of a template of postmortems",
		description: "The newest first.", rule: read,
	}, func(ctx context.Context, in *revisions) (*list[TemplateRevision], error) {
		found, err := r.Postmortems.TemplateHistory(ctx, in.Template, in.Request())
		if err != nil {
			return nil, err
		}
		return listed(ctx, found, func(one postmortem.Revision) TemplateRevision {
			return TemplateRevision{Number: one.Number, Markdown: one.Markdown, Required: one.Required, RevisedBy: one.By, RevisedAt: one.At}
		}), nil
	})
}

func fromTemplateTerms(slug string, in PostmortemTemplateTerms) postmortem.TemplateInput {
	out := postmortem.TemplateInput{Slug: slug, Name: in.Name, Severities: each(in.Severities, func(s string) incident.Severity { return incident.Severity(s) })}
	out.Markdown, out.Required = in.Markdown, in.Required
	return out
}

func toPostmortemTemplate(t postmortem.Template) PostmortemTemplate {
	return PostmortemTemplate{
		ID: string(t.ID), Slug: t.Slug,
		PostmortemTemplateTerms: PostmortemTemplateTerms{
			Name: t.Name, Severities: each(t.Severities, func(s incident.Severity) string { return string(s) }), Markdown: t.Revision.Markdown, Required: t.Revision.Required,
		},
		Revision: t.Revision.Number, RevisedBy: t.Revision.By, RevisedAt: t.Revision.At, CreatedAt: t.CreatedAt, UpdatedAt: t.UpdatedAt, Version: t.Version,
	}
}
