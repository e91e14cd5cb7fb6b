package api

import (
	"context"
	"net/http"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/policy"
)

type AttachmentPath struct {
	PolicyPath
	Attachment string `path:"attachment" maxLength:"26" doc:"Identifier of the attachment."`
}

func (a *API) addAttachments(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindAttachment}
	type query struct {
		PolicyPath
		Paging
		Service string `query:"service" maxLength:"63" doc:"Only the attachment to this service, by slug or identifier."`
	}
	register(a, operation{
		id: "listAttachments", method: http.MethodGet, path: "/v1/budget-policies/{policy}/attachments", tag: "Policies",
		summary: "List what a policy is attached to", description: "Where the policy is in force, and how far it goes there.", rule: read,
	}, func(ctx context.Context, in *query) (*list[Attachment], error) {
		v, err := r.Policies.Get(ctx, in.Policy)
		if err != nil {
			return nil, err
		}
		f := policy.AttachmentFilter{Policy: v.Policy.ID}
		if in.Service != "" {
			s, err := r.Registry.ServiceFor(ctx, in.Service)
			if err != nil {
				return nil, atQuery("service", in.Service, err)
			}
			f.Service = s.ID
		}
		attachments, err := r.Policies.Attachments(ctx, f, in.Request())
		if err != nil {
			return nil, err
		}
		shown, err := r.attachments(ctx, attachments.Items)
		if err != nil {
			return nil, err
		}
		return listed(ctx, page.Page[Attachment]{Items: shown, Next: attachments.Next}, itself[Attachment]), nil
	})

	type post struct {
		PolicyPath
		Once
		Body AttachmentInput
	}
	register(a, operation{
		id: "attachPolicy", method: http.MethodPost, path: "/v1/budget-policies/{policy}/attachments", tag: "Policies",
		summary: "Attach a policy", description: "To a service: members of its team. To a tier or to all: administrators. It acts from the next pass on.",
		rule: access.Rule{Verb: access.Create, Kind: access.KindAttachment},
	}, func(ctx context.Context, in *post) (*created[Attachment], error) {
		return create(ctx, a, in.Once, creation[Attachment, Attachment]{
			make: func(ctx context.Context) (Attachment, error) {
				at, err := r.Policies.Attach(ctx, in.Policy, policy.Place{
					Target: policy.TargetKind(in.Body.Target), Service: in.Body.Service, Tier: in.Body.Tier, Mode: policy.Mode(in.Body.Mode),
				})
				return r.attachment(ctx, at, err)
			},
			load: func(ctx context.Context, made id.ID) (Attachment, error) {
				at, err := r.Policies.Attachment(ctx, made)
				return r.attachment(ctx, at, err)
			},
			name: func(at Attachment) (id.ID, int64, string) {
				return id.ID(at.ID), at.Version, "/v1/budget-policies/" + in.Policy + "/attachments/" + at.ID
			},
			show: itself[Attachment],
		})
	})

	type get struct {
		AttachmentPath
		IfNoneMatch
	}
	register(a, operation{
		id: "getAttachment", method: http.MethodGet, path: "/v1/budget-policies/{policy}/attachments/{attachment}", tag: "Policies",
		summary: "Get an attachment", description: "Its ETag is what a change of mode, or detaching, is made to.", rule: read,
	}, func(ctx context.Context, in *get) (*reply[Attachment], error) {
		at, err := r.attachmentOf(ctx, in.AttachmentPath)
		shown, err := r.attachment(ctx, at, err)
		if err != nil {
			return nil, err
		}
		return found(in.IfNoneMatch, shown.Version, shown), nil
	})

	type put struct {
		AttachmentPath
		IfMatch
		Body AttachmentUpdate
	}
	register(a, operation{
		id: "changeAttachment", method: http.MethodPut, path: "/v1/budget-policies/{policy}/attachments/{attachment}", tag: "Policies",
		summary: "Change the mode of an attachment", description: "Open violations follow at the next pass.",
		rule: access.Rule{Verb: access.Update, Kind: access.KindAttachment},
	}, func(ctx context.Context, in *put) (*reply[Attachment], error) {
		at, err := r.attachmentOf(ctx, in.AttachmentPath)
		if err != nil {
			return nil, err
		}
		at, err = r.Policies.ChangeMode(ctx, at.ID, in.Version(), policy.Mode(in.Body.Mode))
		shown, err := r.attachment(ctx, at, err)
		if err != nil {
			return nil, err
		}
		return current(shown.Version, shown), nil
	})

	type del struct {
		AttachmentPath
		IfMatch
	}
	register(a, operation{
		id: "detachPolicy", method: http.MethodDelete, path: "/v1/budget-policies/{policy}/attachments/{attachment}", tag: "Policies",
		summary: "Detach a policy", description: "Open violations that no other attachment covers end as detached at the next pass.",
		rule: access.Rule{Verb: access.Delete, Kind: access.KindAttachment},
	}, func(ctx context.Context, in *del) (*nothing, error) {
		at, err := r.attachmentOf(ctx, in.AttachmentPath)
		if err != nil {
			return nil, err
		}
		return nil, r.Policies.Detach(ctx, at.ID, in.Version())
	})
}

// attachmentOf finds an attachment under the policy that its path names.
func (r Rooms) attachmentOf(ctx context.Context, in AttachmentPath) (policy.Attachment, error) {
	v, err := r.Policies.Get(ctx, in.Policy)
	if err != nil {
		return policy.Attachment{}, err
	}
	at, err := r.Policies.Attachment(ctx, id.ID(in.Attachment))
	if err == nil && at.Policy != v.Policy.ID {
		return policy.Attachment{}, fault.Missing("attachment", in.Attachment)
	}
	return at, err
}

func (r Rooms) attachment(ctx context.Context, at policy.Attachment, err error) (Attachment, error) {
	return single(ctx, at, err, r.attachments)
}

// attachments shows attachments with the names of their services.
func (r Rooms) attachments(ctx context.Context, attachments []policy.Attachment) ([]Attachment, error) {
	names, err := r.serviceNames(ctx, each(attachments, func(at policy.Attachment) id.ID { return at.Service }))
	if err != nil {
		return nil, err
	}
	out := make([]Attachment, len(attachments))
	for i, at := range attachments {
		out[i] = Attachment{
			ID: string(at.ID), Target: string(at.Target), Service: optionalRef(at.Service, names[at.Service].Slug), Mode: string(at.Mode),
			CreatedAt: at.CreatedAt, UpdatedAt: at.UpdatedAt, CreatedBy: at.CreatedBy, Manager: at.Manager, Version: at.Version,
		}
		if at.Target == policy.ToTier {
			out[i].Tier = &at.Tier
		}
	}
	return out, nil
}
