package api

import (
	"context"
	"fmt"
	"net/http"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/incident/action"
	"github.com/evenkeel/evenkeel/services/incident/lint"
)

type ActionItemPath struct {
	Item string `path:"actionItem" maxLength:"26" doc:"Identifier of the action item."`
}

// ActionItemFilter is what narrows lists and counts of action items.
type ActionItemFilter struct {
	Team    string `query:"team" maxLength:"63" doc:"Only items of incidents of this team, by slug or identifier."`
	Service string `query:"service" maxLength:"63" doc:"Only items that change this service, by slug or identifier."`
	Owner   string `query:"owner" maxLength:"26" doc:"Only items of the person with this identifier."`
}

func (r Rooms) actionFilter(ctx context.Context, in ActionItemFilter) (action.Filter, error) {
	f := action.Filter{Owner: id.ID(in.Owner)}
	var err error
	f.Service, f.Team, err = r.narrowed(ctx, in.Service, in.Team)
	return f, err
}

func (a *API) addActionItems(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindIncident}
	type query struct {
		Paging
		ActionItemFilter
		Priority string `query:"priority" enum:"p0,p1,p2,p3"`
		State    string `query:"state" enum:"open,done,waived"`
		Overdue  bool   `query:"overdue" doc:"Only open items whose day is over."`
	}
	register(a, operation{
		id: "listActionItems", method: http.MethodGet, path: "/v1/action-items", tag: "Action items", summary: "List action items",
		description: "The open ones first, by their days. Those of restricted incidents are left out for whom may not read them.", rule: read, errors: renamed,
	}, func(ctx context.Context, in *query) (*list[ActionItem], error) {
		f, err := r.actionFilter(ctx, in.ActionItemFilter)
		if err != nil {
			return nil, err
		}
		f.Priority, f.State = action.Priority(in.Priority), action.State(in.State)
		found, err := r.Actions.List(ctx, f, in.Overdue, in.Request())
		if err != nil {
			return nil, err
		}
		return r.actionItems(ctx, found)
	})

	type ofIncident struct{ IncidentPath }
	register(a, operation{
		id: "listIncidentActionItems", method: http.MethodGet, path: "/v1/incidents/{incident}/action-items", tag: "Action items", summary: "List the action items of an incident",
		description: "All of them, at most 200, the first first.", rule: read,
	}, func(ctx context.Context, in *ofIncident) (*list[ActionItem], error) {
		found, err := r.Actions.OfIncident(ctx, id.ID(in.Incident))
		if err != nil {
			return nil, err
		}
		return r.actionItems(ctx, page.Page[action.Item]{Items: found})
	})

	type get struct{ ActionItemPath }
	register(a, operation{
		id: "getActionItem", method: http.MethodGet, path: "/v1/action-items/{actionItem}", tag: "Action items", summary: "Get an action item", description: "With its ETag.", rule: read,
	}, func(ctx context.Context, in *get) (*reply[ActionItem], error) {
		i, err := r.Actions.Get(ctx, id.ID(in.Item))
		body, err := single(ctx, i, err, r.showActionItems)
		if err != nil {
			return nil, err
		}
		return current(i.Version, body), nil // that its day is over is no part of its version
	})

	type effectReply struct{ Body ActionItemEffect }
	register(a, operation{
		id: "getActionItemEffect", method: http.MethodGet, path: "/v1/action-items/{actionItem}/effect", tag: "Action items", summary: "Get what came after an action item was done",
		description: "Whether incidents came since that share a cause or a tag.", rule: read,
	}, func(ctx context.Context, in *ActionItemPath) (*effectReply, error) {
		e, err := r.Actions.Effect(ctx, id.ID(in.Item))
		if err != nil {
			return nil, err
		}
		return &effectReply{toActionItemEffect(e)}, nil
	})

	type backlogReply struct{ Body ActionItemBacklog }
	register(a, operation{
		id: "getActionItemBacklog", method: http.MethodGet, path: "/v1/action-item-backlog", tag: "Action items", summary: "Get the backlog of action items",
		description: "How many are open, for how long, and how that changed over thirteen weeks. Those of restricted incidents are left out for whom may not read them.", rule: read, errors: renamed,
	}, func(ctx context.Context, in *ActionItemFilter) (*backlogReply, error) {
		f, err := r.actionFilter(ctx, *in)
		if err != nil {
			return nil, err
		}
		b, err := r.Actions.Backlog(ctx, f)
		if err != nil {
			return nil, err
		}
		return &backlogReply{toActionItemBacklog(b)}, nil
	})
	a.addActionItemChanges(r)
}

func (a *API) addActionItemChanges(r Rooms) {
	update := access.Rule{Verb: access.Update, Kind: access.KindIncident}
	type post struct {
		IncidentPath
		Once
		Body ActionItemInput
	}
	register(a, operation{
		id: "planActionItem", method: http.MethodPost, path: "/v1/incidents/{incident}/action-items", tag: "Action items", summary: "Plan an action item",
		description: "Members and workloads of the team that owns the incident plan it. It is wanted as an issue, a part of the incident's own, assigned to its owner; people close that, and no machine does.", rule: update,
	}, func(ctx context.Context, in *post) (*created[ActionItem], error) {
		type shown struct {
			action.Item
			body ActionItem
		}
		show := func(ctx context.Context, i action.Item, err error) (shown, error) {
			body, err := single(ctx, i, err, r.showActionItems)
			return shown{i, body}, err
		}
		return create(ctx, a, in.Once, creation[shown, ActionItem]{
			make: func(ctx context.Context) (shown, error) {
				terms, err := r.actionTerms(ctx, "", in.Body)
				if err != nil {
					return shown{}, err
				}
				i, err := r.Actions.Plan(ctx, id.ID(in.Incident), terms)
				return show(ctx, i, err)
			},
			load: func(ctx context.Context, made id.ID) (shown, error) {
				i, err := r.Actions.Get(ctx, made)
				return show(ctx, i, err)
			},
			name: func(s shown) (id.ID, int64, string) { return s.ID, s.Version, "/v1/action-items/" + string(s.ID) },
			show: func(s shown) ActionItem { return s.body },
		})
	})

	type bulk struct {
		IncidentPath
		Body ActionItemImport
	}
	type bulkReply struct{ Body ActionItemImportReply }
	register(a, operation{
		id: "importActionItems", method: http.MethodPost, path: "/v1/incidents/{incident}/action-items/import", tag: "Action items", summary: "Import the action items of another postmortem",
		description: "All or none. One with a key that the incident has stays as it is, so that the same can be imported again.", rule: update, status: http.StatusOK,
	}, func(ctx context.Context, in *bulk) (*bulkReply, error) {
		items := make([]action.Imported, len(in.Body.Items))
		var check fault.Check
		for n, one := range in.Body.Items[:min(len(in.Body.Items), action.MaxItems)] {
			terms, err := r.actionTerms(ctx, fmt.Sprintf("/items/%d", n), one.ActionItemInput)
			if e := fault.As(err); e != nil && e.Kind == fault.Invalid {
				for _, v := range e.Violations {
					check.Fail(v.Pointer, one.Service, "%s", v.Message)
				}
			} else if err != nil {
				return nil, err
			}
			items[n] = action.Imported{Key: one.Key, Link: one.Link, Terms: terms, Settled: action.State(one.Settled), Note: one.Note}
		}
		if err := check.Err(); err != nil {
			return nil, err
		}
		added, err := r.Actions.Import(ctx, id.ID(in.Incident), items)
		if err != nil {
			return nil, err
		}
		return &bulkReply{ActionItemImportReply{Items: len(items), Added: added}}, nil
	})

	type put struct {
		ActionItemPath
		IfMatch
		Body ActionItemUpdate
	}
	register(a, operation{
		id: "updateActionItem", method: http.MethodPut, path: "/v1/action-items/{actionItem}", tag: "Action items", summary: "Update an action item",
		description: "Replaces what is said of an open one. A later day needs a reason, and is counted.", rule: update,
	}, func(ctx context.Context, in *put) (*reply[ActionItem], error) {
		terms, err := r.actionTerms(ctx, "", in.Body.ActionItemInput)
		if err != nil {
			return nil, err
		}
		i, err := r.Actions.Amend(ctx, id.ID(in.Item), in.Version(), terms, in.Body.Reason)
		return r.actionItem(ctx, i, err)
	})

	type complete struct {
		ActionItemPath
		IfMatch
		Body ActionItemProof
	}
	register(a, operation{
		id: "completeActionItem", method: http.MethodPost, path: "/v1/action-items/{actionItem}/complete", tag: "Action items", summary: "Say that an action item is done",
		description: "Its owner, and whoever may change the incident. Closing its issue says the same.", rule: update, status: http.StatusOK,
	}, func(ctx context.Context, in *complete) (*reply[ActionItem], error) {
		i, err := r.Actions.Complete(ctx, id.ID(in.Item), in.Version(), action.Proof(in.Body))
		return r.actionItem(ctx, i, err)
	})

	type why struct {
		ActionItemPath
		IfMatch
		Body ActionItemReason
	}
	register(a, operation{
		id: "waiveActionItem", method: http.MethodPost, path: "/v1/action-items/{actionItem}/waive", tag: "Action items", summary: "Waive an action item",
		description: "It will not be done, and why. One of the priority p0 is waived by another person than its owner. Of one that was waived by its issue it adds the reason.", rule: update, status: http.StatusOK,
	}, func(ctx context.Context, in *why) (*reply[ActionItem], error) {
		i, err := r.Actions.Waive(ctx, id.ID(in.Item), in.Version(), in.Body.Reason)
		return r.actionItem(ctx, i, err)
	})
	register(a, operation{
		id: "reopenActionItem", method: http.MethodPost, path: "/v1/action-items/{actionItem}/reopen", tag: "Action items", summary: "Open an action item again",
		description: "Because it is not done after all. Its issue stays as people left it.", rule: update, status: http.StatusOK,
	}, func(ctx context.Context, in *why) (*reply[ActionItem], error) {
		i, err := r.Actions.Reopen(ctx, id.ID(in.Item), in.Version(), in.Body.Reason)
		return r.actionItem(ctx, i, err)
	})
}

// actionTerms finds the service that is named, by slug or identifier.
func (r Rooms) actionTerms(ctx context.Context, at string, in ActionItemInput) (action.Terms, error) {
	t := action.Terms{
		Title: in.Title, Detail: in.Detail, Verification: in.Verification, Priority: action.Priority(in.Priority), Type: action.Type(in.Type),
		Owner: id.ID(in.Owner), RootCause: in.RootCause, DueOn: clock.Date(in.DueOn),
	}
	service, err := r.Registry.ServiceFor(ctx, in.Service)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Moved) {
		var check fault.Check
		check.Fail(at+"/service", in.Service, "must name a service that exists, by its slug or identifier: %s", fault.As(err).Message)
		err = check.Err()
	}
	t.Service = service.ID
	return t, err
}

func (r Rooms) actionItem(ctx context.Context, i action.Item, err error) (*reply[ActionItem], error) {
	body, err := single(ctx, i, err, r.showActionItems)
	if err != nil {
		return nil, err
	}
	return current(i.Version, body), nil
}

func (r Rooms) actionItems(ctx context.Context, found page.Page[action.Item]) (*list[ActionItem], error) {
	shown, err := r.showActionItems(ctx, found.Items)
	if err != nil {
		return nil, err
	}
	out := listed(ctx, found, func(action.Item) ActionItem { return ActionItem{} })
	out.Body.Items = shown
	return out, nil
}

// showActionItems shows items with the names of their services.
func (r Rooms) showActionItems(ctx context.Context, items []action.Item) ([]ActionItem, error) {
	names, err := r.serviceNames(ctx, each(items, func(i action.Item) id.ID { return i.Service }))
	if err != nil {
		return nil, err
	}
	return each(items, func(i action.Item) ActionItem {
		out := ActionItem{
			ID: string(i.ID), Incident: string(i.Incident), Key: i.Key, Link: i.Link,
			ActionItemTerms: ActionItemTerms{
				Title: i.Title, Detail: i.Detail, Verification: i.Verification, Priority: string(i.Priority), Type: string(i.Type), Owner: string(i.Owner), RootCause: i.RootCause,
			},
			Service: names.ref(i.Service), DueOn: string(i.DueOn), FirstDueOn: string(i.FirstDueOn), Postponed: i.Postponed, Overdue: r.Actions.Overdue(i), State: string(i.State), Warnings: each(lint.Action(i.Title), func(f lint.Finding) string { return f.Advice }),
			Told:      ActionItemChased{Overdue: i.Chased.Step},
			CreatedAt: i.CreatedAt, CreatedBy: i.CreatedBy, UpdatedAt: i.UpdatedAt, UpdatedBy: i.UpdatedBy, Version: i.Version,
		}
		if !i.Chased.At.IsZero() {
			out.Told.At = &i.Chased.At
		}
		if e := i.Settled; e != nil {
			out.Settled = &ActionItemEnd{At: e.At, By: e.By, Note: e.Note, Link: e.Link, ByIssue: e.Tracked}
		}
		return out
	}), nil
}

func toActionItemEffect(e *action.Effect) ActionItemEffect {
	if e == nil {
		return ActionItemEffect{Returned: []ActionItemRecurrence{}}
	}
	return ActionItemEffect{Done: true, Since: &e.Since, Days: e.Days, More: e.More, Returned: each(e.Returned, func(t action.Return) ActionItemRecurrence {
		return ActionItemRecurrence{Incident: string(t.Incident), Title: t.Title, At: t.At, Severity: string(t.Severity), Shared: t.Shared}
	})}
}

func toActionItemBacklog(b action.Backlog) ActionItemBacklog {
	return ActionItemBacklog{
		At: b.At, Open: b.Open, Overdue: b.Overdue, AgeDays: b.Ages, InTime: b.InTime, Late: b.Late, Waived: b.Waived, Cut: b.Cut,
		Priority: ActionItemsByPriority{b.ByPriority[action.P0], b.ByPriority[action.P1], b.ByPriority[action.P2], b.ByPriority[action.P3]},
		Trend:    each(b.Trend, func(w action.Week) ActionItemWeek { return ActionItemWeek{string(w.From), w.Opened, w.Settled, w.Open} }),
	}
}
