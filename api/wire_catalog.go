package api

import "time"

// EntityRef is an entity of a portal's catalog.
type EntityRef struct {
	Ref    string `json:"ref" doc:"Its reference there: kind:namespace/name." example:"component:default/checkout"`
	Portal string `json:"portal" doc:"The address of the portal." example:"https://portal.example.org"`
}

// ManagedField is a field that is kept elsewhere.
type ManagedField struct {
	Field   string `json:"field" doc:"The field, as in the body of an update." example:"name"`
	Manager string `json:"manager" doc:"Who keeps it: catalog is the catalog of a portal, set:NAME the set of manifests of that name." example:"catalog"`
}

// CatalogSync is one telling of a catalog, and what became of its entities.
type CatalogSync struct {
	ID        string        `json:"id" doc:"Identifier (ULID)."`
	Portal    string        `json:"portal" doc:"The address of the portal." example:"https://portal.example.org"`
	Full      bool          `json:"full" doc:"Whether it tells all that there is: what it leaves out is gone."`
	State     string        `json:"state" enum:"open,complete,superseded" doc:"superseded: a newer full one of the portal began."`
	StartedBy string        `json:"startedBy" doc:"Who tells it." example:"portal:catalog"`
	StartedAt time.Time     `json:"startedAt"`
	EndedAt   *time.Time    `json:"endedAt" nullable:"true" doc:"When it was completed or superseded; null while it is open."`
	Counts    CatalogCounts `json:"counts" doc:"What became of entities. One that is told twice counts twice."`
}

// CatalogCounts is what became of the entities of a sync.
type CatalogCounts struct {
	Created   int `json:"created"`
	Updated   int `json:"updated"`
	Unchanged int `json:"unchanged"`
	Refused   int `json:"refused" doc:"Their faults say why; what they are stayed as it was."`
	Skipped   int `json:"skipped" doc:"What they are was retired or deactivated here."`
	Deferred  int `json:"deferred" doc:"Their completion decided what they are, and counted them again by that."`
	Gone      int `json:"gone" doc:"They were not told any more."`
}

// CatalogSyncCreate is a sync to start.
type CatalogSyncCreate struct {
	Portal string `json:"portal" maxLength:"2048" doc:"The address of the portal." example:"https://portal.example.org"`
	Full   bool   `json:"full,omitempty" doc:"Whether it tells all that there is. A full one supersedes an open full one of the portal."`
}

// CatalogEntityInput is an entity as a portal tells it. Which members fit follows from the kind; those of
// another kind are passed over. What is left out is not managed by the catalog. What is wrong with an entity
// refuses that one, with its faults.
type CatalogEntityInput struct {
	Kind        string   `json:"kind" doc:"user, group, system or component." example:"component"`
	Ref         string   `json:"ref" doc:"kind:namespace/name; case does not count." example:"component:default/checkout"`
	UID         string   `json:"uid" doc:"The catalog's own name for it. One that stays when the reference is another says that both are one; Backstage gives another. At most 200 characters." example:"3b8d1d0e-7a1c-4c52-9f0e-6f0c3b3d3c57"`
	DisplayName string   `json:"displayName,omitempty" doc:"Of a user or group: their name for people, at most 100 characters."`
	Title       string   `json:"title,omitempty" doc:"Of a system or component: its name for people, at most 100 characters." example:"Checkout"`
	Description string   `json:"description,omitempty" doc:"At most 1,050 characters." example:"Takes orders."`
	Email       string   `json:"email,omitempty" doc:"Of a user; identifies nobody."`
	GitHubLogin string   `json:"githubLogin,omitempty" doc:"Of a user, without @."`
	Parent      *string  `json:"parent,omitempty" nullable:"true" doc:"Of a group: the one above it. Groups come in any order."`
	Members     []string `json:"members,omitempty" doc:"Of a group: its users, at most 5,000. Who is in the team by hand stays."`
	Contact     string   `json:"contact,omitempty" doc:"Of a group: where to reach it."`
	Owner       string   `json:"owner,omitempty" doc:"Of a system or component: its group. Something new needs one that is known." example:"group:default/payments"`
	System      *string  `json:"system,omitempty" nullable:"true" doc:"Of a component."`
	Type        string   `json:"type,omitempty" doc:"Of a component. Says of what kind a new service is; its team may say otherwise." example:"service"`
	Lifecycle   string   `json:"lifecycle,omitempty" doc:"Of a component. A word that nobody knows leaves it to the team." example:"production"`
	Repository  string   `json:"repository,omitempty" doc:"Of a component: URL." example:"https://github.com/example/checkout"`
	Docs        string   `json:"docs,omitempty" doc:"Of a component: URL."`
	Dashboard   string   `json:"dashboard,omitempty" doc:"Of a component: URL."`
	Runbook     string   `json:"runbook,omitempty" doc:"Of a component: URL."`
	OnCall      string   `json:"onCall,omitempty" doc:"Of a component: URL or name of its on-call rotation."`
	Slug        string   `json:"slug,omitempty" doc:"Of a component: the slug of its service, where that is not its name (annotation evenkeel.dev/service). Where it leads to a service that is no other component's, the component is that one from then on." example:"checkout"`
	Tier        int      `json:"tier,omitempty" doc:"Of a component: 1 to 4, where it is annotated (evenkeel.dev/tier). A new service gets 3, which its team may change."`
	ServiceKind string   `json:"serviceKind,omitempty" doc:"Of a component: http, grpc, pipeline, batch, stateful or llm, where it is annotated (evenkeel.dev/kind)."`
	Origin      string   `json:"origin,omitempty" doc:"Where it is declared. The only component, system or group there that comes where the only one went is the same under another name, where its owner is the same, for a day."`
	DependsOn   []string `json:"dependsOn,omitempty" doc:"Of a component: those that it needs, at most 5,000. What was declared here stays."`
}

// CatalogBatch is entities to take.
type CatalogBatch struct {
	Entities []CatalogEntityInput `json:"entities" maxItems:"200" doc:"In the order of their kinds: users, groups, systems, components." example:"[{\"kind\":\"group\",\"ref\":\"group:default/payments\",\"uid\":\"0b6e\",\"displayName\":\"Payments\",\"members\":[\"user:default/ada\"]},{\"kind\":\"component\",\"ref\":\"component:default/checkout\",\"uid\":\"3b8d\",\"owner\":\"group:default/payments\"}]"`
}

// CatalogResource is what an entity is here.
type CatalogResource struct {
	Kind string `json:"kind" enum:"person,team,system,service"`
	ID   string `json:"id" doc:"Identifier (ULID)."`
	Slug string `json:"slug,omitempty" doc:"Name in URLs; people have none." example:"checkout"`
}

// CatalogResult is what became of one entity.
type CatalogResult struct {
	Ref      string           `json:"ref" example:"component:default/checkout"`
	Outcome  string           `json:"outcome" enum:"created,updated,unchanged,refused,skipped,deferred" doc:"skipped: what it is was retired or deactivated here. deferred: the completion decides whether it is something that had another name, or was another's."`
	Adopted  bool             `json:"adopted" doc:"Whether it is something that was here before, by hand."`
	Resource *CatalogResource `json:"resource,omitempty" doc:"What it is here; absent for nothing."`
	Faults   []Fault          `json:"faults" doc:"What is wrong, with pointers into the entity. Of one that was taken: what it names and nobody knows."`
}

// CatalogResults is what became of entities, in their order.
type CatalogResults struct {
	Results []CatalogResult `json:"results"`
}

// CatalogCompletion is how a sync is completed.
type CatalogCompletion struct {
	AcceptShrink bool     `json:"acceptShrink,omitempty" doc:"Whether more than a fifth of the links of a kind, and more than 10, may end."`
	Undeclared   []string `json:"undeclared,omitempty" maxItems:"5000" doc:"References of entities that a full sync told and that nobody declares any more, such as those that a portal keeps as orphans: they are gone." example:"[\"component:default/till\"]"`
}

// CatalogEntity is an entity that was told, and what it is here.
type CatalogEntity struct {
	ID          string           `json:"id" doc:"Identifier (ULID)."`
	Portal      string           `json:"portal" doc:"The address of the portal." example:"https://portal.example.org"`
	Kind        string           `json:"kind" enum:"user,group,system,component"`
	Ref         string           `json:"ref" example:"component:default/checkout"`
	UID         string           `json:"uid"`
	Title       string           `json:"title" doc:"Its name for people; empty when none was told."`
	State       string           `json:"state" enum:"linked,gone,refused,deferred" doc:"refused: not taken as it was told last. deferred: the completion of its sync decides. gone: not told any more."`
	Resource    *CatalogResource `json:"resource,omitempty" doc:"What it is here, or was; absent for nothing."`
	Faults      []Fault          `json:"faults" doc:"What was wrong when it was told last."`
	FirstSeenAt time.Time        `json:"firstSeenAt"`
	SeenAt      time.Time        `json:"seenAt" doc:"When it was told last."`
	GoneAt      *time.Time       `json:"goneAt" nullable:"true" doc:"When it was found not to be told any more; null while it is."`
}
