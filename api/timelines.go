package api

import (
	"context"
	"net/http"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/incident"
)

type TimelineEntryPath struct {
	IncidentPath
	Entry string `path:"timelineEntry" maxLength:"26" doc:"Identifier of the entry."`
}

const timelinePath = "/v1/incidents/{incident}/timeline"

func (a *API) addTimelines(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindIncident}
	update := access.Rule{Verb: access.Update, Kind: access.KindIncident}
	type query struct {
		IncidentPath
		Paging
	}
	type timeline struct {
		Link string `header:"Link" doc:"RFC 8288: the following page, as rel=\"next\"."`
		Body IncidentTimeline
	}
	register(a, operation{
		id: "listTimeline", method: http.MethodGet, path: timelinePath, tag: "Incidents", summary: "List the timeline of an incident",
		description: "In the order of time: what is kept with it, and the alerts, decisions of the gate and changes of its services from the start of its impact to its end, as they are known now.", rule: read,
	}, func(ctx context.Context, in *query) (*timeline, error) {
		t, err := r.Incidents.Timeline(ctx, id.ID(in.Incident), in.Request())
		if err != nil {
			return nil, err
		}
		l := listed(ctx, t.Page, toTimelineEntry)
		return &timeline{Link: l.Link, Body: IncidentTimeline{Items: l.Body.Items, Next: l.Body.Next, CutAt: t.CutAt}}, nil
	})

	type post struct {
		IncidentPath
		Once
		Body TimelineEntryInput
	}
	register(a, operation{
		id: "writeTimelineEntry", method: http.MethodPost, path: timelinePath, tag: "Incidents", summary: "Write into the timeline of an incident",
		description: "Members and workloads of the owning team write notes.", rule: update,
	}, func(ctx context.Context, in *post) (*created[TimelineEntry], error) {
		return create(ctx, a, in.Once, creation[incident.Entry, TimelineEntry]{
			make: func(ctx context.Context) (incident.Entry, error) {
				return r.Incidents.Write(ctx, id.ID(in.Incident), incident.EntryInput(in.Body))
			},
			load: func(ctx context.Context, made id.ID) (incident.Entry, error) {
				return r.Incidents.Entry(ctx, id.ID(in.Incident), made)
			},
			name: func(e incident.Entry) (id.ID, int64, string) {
				return e.ID, e.Version, "/v1/incidents/" + in.Incident + "/timeline/" + string(e.ID)
			},
			show: toTimelineEntry,
		})
	})

	type lines struct {
		IncidentPath
		RawBody []byte `contentType:"application/x-ndjson" doc:"An object in each line, with the texts at, text and sourceKey, and perhaps link."`
	}
	type importReply struct{ Body TimelineImport }
	register(a, operation{
		id: "importTimeline", method: http.MethodPost, path: timelinePath + "/import", tag: "Incidents", summary: "Import entries into the timeline of an incident",
		description: "Lines of JSON, at most 1,000, all or none. An entry with a sourceKey that was imported before is not added again. What is wrong is told with the line and the field: /3/at is that of line 3.", rule: update, status: http.StatusOK,
	}, func(ctx context.Context, in *lines) (*importReply, error) {
		total, added, err := r.Incidents.Import(ctx, id.ID(in.Incident), in.RawBody)
		if err != nil {
			return nil, err
		}
		return &importReply{TimelineImport{Entries: total, Added: added}}, nil
	})

	type get struct {
		TimelineEntryPath
		IfNoneMatch
	}
	register(a, operation{
		id: "getTimelineEntry", method: http.MethodGet, path: timelinePath + "/{timelineEntry}", tag: "Incidents", summary: "Get an entry of a timeline",
		description: "One that is kept with the incident, with its ETag. Alerts, decisions and changes are where their link leads.", rule: read,
	}, func(ctx context.Context, in *get) (*reply[TimelineEntry], error) {
		e, err := r.Incidents.Entry(ctx, id.ID(in.Incident), id.ID(in.Entry))
		if err != nil {
			return nil, err
		}
		return found(in.IfNoneMatch, e.Version, toTimelineEntry(e)), nil
	})

	type put struct {
		TimelineEntryPath
		IfMatch
		Body TimelineEntryInput
	}
	register(a, operation{
		id: "editTimelineEntry", method: http.MethodPut, path: timelinePath + "/{timelineEntry}", tag: "Incidents", summary: "Edit an entry of a timeline",
		description: "What it said is kept in its history.", rule: update,
	}, func(ctx context.Context, in *put) (*reply[TimelineEntry], error) {
		e, err := r.Incidents.Edit(ctx, id.ID(in.Incident), id.ID(in.Entry), in.Version(), incident.EntryInput(in.Body))
		if err != nil {
			return nil, err
		}
		return current(e.Version, toTimelineEntry(e)), nil
	})

	type del struct {
		TimelineEntryPath
		IfMatch
	}
	register(a, operation{
		id: "withdrawTimelineEntry", method: http.MethodDelete, path: timelinePath + "/{timelineEntry}", tag: "Incidents", summary: "Withdraw an entry of a timeline",
		description: "It stays to be seen, as withdrawn.", rule: update,
	}, func(ctx context.Context, in *del) (*nothing, error) {
		return nil, r.Incidents.Withdraw(ctx, id.ID(in.Incident), id.ID(in.Entry), in.Version())
	})

	type historyReply struct{ Body TimelineEntryHistory }
	register(a, operation{
		id: "getTimelineEntryHistory", method: http.MethodGet, path: timelinePath + "/{timelineEntry}/history", tag: "Incidents", summary: "Get the history of an entry of a timeline",
		description: "What it said before it was edited, the oldest first.", rule: read,
	}, func(ctx context.Context, in *TimelineEntryPath) (*historyReply, error) {
		past, err := r.Incidents.History(ctx, id.ID(in.Incident), id.ID(in.Entry))
		if err != nil {
			return nil, err
		}
		return &historyReply{TimelineEntryHistory{each(past, func(p incident.Revision) TimelineEntryRevision {
			return TimelineEntryRevision{At: p.At, Text: p.Text, Link: p.Link, ReplacedAt: p.ReplacedAt, ReplacedBy: p.ReplacedBy}
		})}}, nil
	})
}

func toTimelineEntry(e incident.Entry) TimelineEntry {
	return TimelineEntry{
		ID: string(e.ID), At: e.At, Kind: string(e.Kind), By: e.By, Text: e.Text, Link: e.Link, SourceKey: e.SourceKey,
		WithdrawnAt: e.WithdrawnAt, WithdrawnBy: e.WithdrawnBy, CreatedAt: e.CreatedAt, UpdatedAt: e.UpdatedAt, Version: e.Version,
	}
}
