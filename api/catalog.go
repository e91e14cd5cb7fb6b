package api

import (
	"context"
	"net/http"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/managed"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/catalog"
)

type CatalogSyncPath struct {
	Sync string `path:"sync" maxLength:"26" doc:"Identifier of the sync."`
}

type syncReply struct{ Body CatalogSync }

type catalogResultsReply struct{ Body CatalogResults }

func (a *API) addCatalog(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindCatalog}
	tell := access.Rule{Verb: access.Sync, Kind: access.KindCatalog}

	type post struct {
		Once
		Body CatalogSyncCreate
	}
	register(a, operation{
		id: "startCatalogSync", method: http.MethodPost, path: "/v1/catalog/syncs", tag: "Catalog", summary: "Start telling a catalog",
		description: "A portal, or an administrator, tells next what the catalog says, and completes the sync. A portal has one open full sync: another supersedes it.", rule: tell,
	}, func(ctx context.Context, in *post) (*created[CatalogSync], error) {
		return create(ctx, a, in.Once, creation[catalog.Sync, CatalogSync]{
			make: func(ctx context.Context) (catalog.Sync, error) {
				return r.Catalog.Start(ctx, in.Body.Portal, in.Body.Full)
			},
			load: func(ctx context.Context, made id.ID) (catalog.Sync, error) { return r.Catalog.Get(ctx, made) },
			name: func(s catalog.Sync) (id.ID, int64, string) { return s.ID, 1, "/v1/catalog/syncs/" + string(s.ID) },
			show: toCatalogSync,
		})
	})

	type syncs struct{ Paging }
	register(a, operation{
		id: "listCatalogSyncs", method: http.MethodGet, path: "/v1/catalog/syncs", tag: "Catalog",
		summary: "List syncs of catalogs", description: "The newest first, with what became of their entities. They are kept for 30 days.", rule: read,
	}, func(ctx context.Context, in *syncs) (*list[CatalogSync], error) {
		found, err := r.Catalog.Syncs(ctx, in.Request())
		if err != nil {
			return nil, err
		}
		return listed(ctx, found, toCatalogSync), nil
	})

	type get struct{ CatalogSyncPath }
	register(a, operation{
		id: "getCatalogSync", method: http.MethodGet, path: "/v1/catalog/syncs/{sync}", tag: "Catalog",
		summary: "Get a sync of a catalog", description: "How far it is, and what became of its entities.", rule: read,
	}, func(ctx context.Context, in *get) (*syncReply, error) {
		s, err := r.Catalog.Get(ctx, id.ID(in.Sync))
		if err != nil {
			return nil, err
		}
		return &syncReply{Body: toCatalogSync(s)}, nil
	})

	type batch struct {
		CatalogSyncPath
		Body CatalogBatch
	}
	register(a, operation{
		id: "tellCatalogEntities", method: http.MethodPost, path: "/v1/catalog/syncs/{sync}/entities", tag: "Catalog", status: http.StatusOK,
		summary:     "Tell entities of a catalog",
		description: "Each is taken by itself: what is wrong with one refuses that one, and its result says where. Users become people, groups teams, systems systems and components services; what is told of a field the catalog manages from then on. Telling the same again changes nothing.",
		rule:        tell,
	}, func(ctx context.Context, in *batch) (*catalogResultsReply, error) {
		told := make([]catalog.Told, len(in.Body.Entities))
		for i, e := range in.Body.Entities {
			told[i] = fromCatalogEntity(e)
		}
		results, err := r.Catalog.Take(ctx, id.ID(in.Sync), told)
		if err != nil {
			return nil, err
		}
		out := &catalogResultsReply{Body: CatalogResults{Results: make([]CatalogResult, len(results))}}
		for i, one := range results {
			out.Body.Results[i] = CatalogResult{
				Ref: one.Ref, Outcome: string(one.Outcome), Adopted: one.Adopted, Resource: toCatalogResource(one.Resource), Faults: toCatalogFaults(one.Faults),
			}
		}
		return out, nil
	})

	type complete struct {
		CatalogSyncPath
		Body CatalogCompletion
	}
	register(a, operation{
		id: "completeCatalogSync", method: http.MethodPost, path: "/v1/catalog/syncs/{sync}/complete", tag: "Catalog", status: http.StatusOK,
		summary:     "Complete a sync of a catalog",
		description: "After a full one, what was not told is gone: its fields are its team's again, and what it was stays. A component, system or group that came where one of its kind went is that one under another name, where it alone is declared there, and its owner is the same; a user is somebody else. More than a fifth of the links of a kind, and more than 10, end only where that is accepted (409 catalog_shrank). One that is complete stays as it is.",
		rule:        tell,
	}, func(ctx context.Context, in *complete) (*syncReply, error) {
		s, err := r.Catalog.Complete(ctx, id.ID(in.Sync), catalog.Completion{AcceptShrink: in.Body.AcceptShrink, Undeclared: in.Body.Undeclared})
		if err != nil {
			return nil, err
		}
		return &syncReply{Body: toCatalogSync(s)}, nil
	})

	type query struct {
		Paging
		Kind  string `query:"kind" enum:"user,group,system,component" doc:"Only entities of this kind."`
		State string `query:"state" enum:"linked,gone,refused,deferred" doc:"Only entities that are so."`
		Query string `query:"query" maxLength:"100" doc:"Only entities with this in their reference or title."`
	}
	register(a, operation{
		id: "listCatalogEntities", method: http.MethodGet, path: "/v1/catalog/entities", tag: "Catalog",
		summary: "List entities of catalogs", description: "By their references: what each is here, when it was told last and what was wrong with it then. Users who are gone are people who may have left.", rule: read,
	}, func(ctx context.Context, in *query) (*list[CatalogEntity], error) {
		found, err := r.Catalog.Entities(ctx, catalog.Filter{Kind: catalog.Kind(in.Kind), State: catalog.State(in.State), Query: in.Query}, in.Request())
		if err != nil {
			return nil, err
		}
		return listed(ctx, found, toCatalogEntity), nil
	})
}

func fromCatalogEntity(e CatalogEntityInput) catalog.Told {
	t := catalog.Told{
		Kind: catalog.Kind(e.Kind), Ref: e.Ref, UID: e.UID, Title: e.Title, Description: e.Description, Email: e.Email, GitHubLogin: e.GitHubLogin,
		Members: e.Members, Contact: e.Contact, Owner: e.Owner, Type: e.Type, Lifecycle: e.Lifecycle, Repository: e.Repository, Docs: e.Docs,
		Dashboard: e.Dashboard, Runbook: e.Runbook, OnCall: e.OnCall, Slug: e.Slug, Tier: e.Tier, ServiceKind: e.ServiceKind, Origin: e.Origin, DependsOn: e.DependsOn,
	}
	if t.Kind == catalog.User || t.Kind == catalog.Group {
		t.Title = e.DisplayName
	}
	if e.Parent != nil {
		t.Parent = *e.Parent
	}
	if e.System != nil {
		t.System = *e.System
	}
	return t
}

func toCatalogSync(s catalog.Sync) CatalogSync {
	return CatalogSync{
		ID: string(s.ID), Portal: s.Portal, Full: s.Full, State: string(s.State), StartedBy: s.StartedBy, StartedAt: s.StartedAt, EndedAt: s.EndedAt,
		Counts: CatalogCounts{
			Created: s.Created, Updated: s.Updated, Unchanged: s.Unchanged, Refused: s.Refused, Skipped: s.Skipped, Deferred: s.Deferred, Gone: s.Gone,
		},
	}
}

func toCatalogEntity(v catalog.View) CatalogEntity {
	return CatalogEntity{
		ID: string(v.ID), Portal: v.Portal, Kind: string(v.Kind), Ref: v.Ref, UID: v.UID, Title: v.Title, State: string(v.State),
		Resource: toCatalogResource(v.Resource), Faults: toCatalogFaults(v.Faults), FirstSeenAt: v.FirstSeenAt, SeenAt: v.SeenAt, GoneAt: v.GoneAt,
	}
}

func toCatalogResource(r catalog.Resource) *CatalogResource {
	if r.ID == "" {
		return nil
	}
	return &CatalogResource{Kind: r.Noun, ID: string(r.ID), Slug: r.Slug}
}

func toCatalogFaults(faults []catalog.Fault) []Fault {
	v := faultList{list: []Fault{}}
	for _, f := range faults {
		v.add(f.Pointer, f.Message, quote(f.Value))
	}
	return v.list
}

// entityOf is the entity of a portal's catalog that manages something; nil for none.
func entityOf(s managed.Set) *EntityRef {
	by, is := s.From(managed.Catalog)
	if !is {
		return nil
	}
	return &EntityRef{Ref: by.Entity, Portal: by.At}
}

// managedFields are those that are kept elsewhere, each with who does.
func managedFields(s managed.Set) []ManagedField {
	out := []ManagedField{}
	for _, by := range s {
		for _, field := range by.Fields {
			out = append(out, ManagedField{Field: field, Manager: by.Manager})
		}
	}
	return out
}
