package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
)

func (a *API) addAudit(r Rooms) {
	type query struct {
		Paging
		Actor   string    `query:"actor" maxLength:"26" doc:"Only decisions by the person or token with this identifier."`
		Team    string    `query:"team" maxLength:"63" doc:"Only decisions about what this team owned, by slug or identifier."`
		Kind    string    `query:"kind" maxLength:"32" doc:"Only decisions about this kind of thing, such as slo."`
		Object  string    `query:"object" maxLength:"26" doc:"Only decisions about the thing with this identifier."`
		Outcome string    `query:"outcome" enum:"done,refused"`
		From    time.Time `query:"from" doc:"Only decisions at or after this time."`
		To      time.Time `query:"to" doc:"Only decisions before this time."`
	}
	register(a, operation{
		id: "listAudit", method: http.MethodGet, path: "/v1/audit", tag: "Audit",
		summary: "List decisions", description: "The newest first. Administrators read all; members read their team's.",
		rule: access.Rule{Verb: access.Read, Kind: access.KindAudit}, errors: renamed,
	}, func(ctx context.Context, in *query) (*list[AuditEntry], error) {
		f := audit.Filter{
			Actor: id.ID(in.Actor), ObjectKind: access.Kind(in.Kind), ObjectID: id.ID(in.Object),
			Outcome: audit.Outcome(in.Outcome), From: in.From, To: in.To,
		}
		if in.Team != "" {
			team, err := r.Registry.TeamFor(ctx, in.Team)
			if err != nil {
				return nil, atQuery("team", in.Team, err)
			}
			f.Team = team.ID
		}
		entries, err := r.Audit.List(ctx, f, in.Request())
		if err != nil {
			return nil, err
		}
		shown := page.Page[AuditEntry]{Next: entries.Next}
		for _, e := range entries.Items {
			entry, err := toAuditEntry(e)
			if err != nil {
				return nil, err
			}
			shown.Items = append(shown.Items, entry)
		}
		return listed(ctx, shown, itself[AuditEntry]), nil
	})

	type one struct {
		Entry string `path:"entry" maxLength:"26" doc:"Identifier of the entry."`
	}
	type entryReply struct{ Body AuditEntry }
	register(a, operation{
		id: "getAuditEntry", method: http.MethodGet, path: "/v1/audit/{entry}", tag: "Audit",
		summary: "Get a decision", description: "Administrators read every decision; members read their team's.", rule: access.Rule{Verb: access.Read, Kind: access.KindAudit},
	}, func(ctx context.Context, in *one) (*entryReply, error) {
		e, err := r.Audit.Entry(ctx, id.ID(in.Entry))
		if err != nil {
			return nil, err
		}
		entry, err := toAuditEntry(e)
		if err != nil {
			return nil, err
		}
		return &entryReply{Body: entry}, nil
	})
}

func toAuditEntry(e audit.Entry) (AuditEntry, error) {
	changes := map[string]AuditChange{}
	if len(e.Changes) > 0 {
		if err := json.Unmarshal(e.Changes, &changes); err != nil {
			return AuditEntry{}, fmt.Errorf("read the changes of audit entry %s: %w", e.ID, err)
		}
	}
	return AuditEntry{
		ID: string(e.ID), At: e.At, Outcome: string(e.Outcome),
		Actor: AuditActor{
			Kind: string(e.ActorKind), Name: e.ActorName, PersonID: string(e.ActorPerson),
			TeamID: string(e.ActorTeam), TokenID: string(e.ActorToken),
		},
		Action: e.Action, Object: AuditObject{Kind: string(e.ObjectKind), ID: string(e.ObjectID), Label: e.ObjectLabel},
		TeamID: string(e.Team), Reason: e.Reason, Changes: changes,
	}, nil
}
