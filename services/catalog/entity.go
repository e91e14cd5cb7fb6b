package catalog

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Kind is a kind of entities.
type Kind string

// The kinds that are taken.
const (
	User      Kind = "user"
	Group     Kind = "group"
	System    Kind = "system"
	Component Kind = "component"
)

// Kinds lists them in the order in which they are told: each names only those before it, and its own.
var Kinds = []Kind{User, Group, System, Component}

// Told is an entity as a portal tells it. Empty fields are not told.
type Told struct {
	Kind        Kind     `json:"kind"`
	Ref         string   `json:"ref"`             // kind:namespace/name, in lower case
	UID         string   `json:"uid"`             // the portal's own name; Backstage's is another once it is called otherwise
	Title       string   `json:"title,omitempty"` // a user's and group's display name
	Description string   `json:"description,omitempty"`
	Email       string   `json:"email,omitempty"`
	GitHubLogin string   `json:"githubLogin,omitempty"`
	Parent      string   `json:"parent,omitempty"`  // a group
	Members     []string `json:"members"`           // users; nil when not told
	Contact     string   `json:"contact,omitempty"` // of a group
	Owner       string   `json:"owner,omitempty"`   // a group
	System      string   `json:"system,omitempty"`
	Type        string   `json:"type,omitempty"`
	Lifecycle   string   `json:"lifecycle,omitempty"`
	Repository  string   `json:"repository,omitempty"`
	Docs        string   `json:"docs,omitempty"`
	Dashboard   string   `json:"dashboard,omitempty"`
	Runbook     string   `json:"runbook,omitempty"`
	OnCall      string   `json:"onCall,omitempty"`
	Slug        string   `json:"slug,omitempty"`        // where it is not the name
	Tier        int      `json:"tier,omitempty"`        // where it is annotated
	ServiceKind string   `json:"serviceKind,omitempty"` // where it is annotated
	Origin      string   `json:"origin,omitempty"`      // where the entity is declared
	DependsOn   []string `json:"dependsOn"`             // components; nil when not told
}

// The bounds of what is told beside those of what it becomes.
const (
	MaxRefs = 5_000 // members, and dependencies
	MaxUID  = 200
	MaxWord = 63
)

// tidy returns the entity without spaces around its texts, with references in lower case, as
// portals compare them.
func (t Told) tidy() Told {
	for _, s := range []*string{
		&t.UID, &t.Title, &t.Description, &t.Email, &t.GitHubLogin, &t.Contact, &t.Type, &t.Lifecycle, &t.Repository, &t.Docs,
		&t.Dashboard, &t.Runbook, &t.OnCall, &t.Slug, &t.ServiceKind, &t.Origin,
	} {
		*s = strings.TrimSpace(*s)
	}
	for _, s := range []*string{&t.Ref, &t.Parent, &t.Owner, &t.System} {
		*s = strings.ToLower(strings.TrimSpace(*s))
	}
	t.Members, t.DependsOn = lowered(t.Members), lowered(t.DependsOn)
	return t
}

// lowered are the references in lower case, each once, sorted; nil stays nil.
func lowered(refs []string) []string {
	if refs == nil {
		return nil
	}
	out := make([]string, len(refs))
	for i, r := range refs {
		out[i] = strings.ToLower(strings.TrimSpace(r))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// named reports whether the entity can be remembered: by a kind, a reference and a UID.
func (t Told) named(check *fault.Check) bool {
	var own fault.Check
	own.Require(slices.Contains(Kinds, t.Kind), "/kind", string(t.Kind), "must be one of %s", fault.Or(Kinds))
	if slices.Contains(Kinds, t.Kind) {
		checkRef(&own, "/ref", t.Ref, t.Kind)
	}
	access.CheckLine(&own, "/uid", t.UID, 1, MaxUID)
	return check.Join(own)
}

// check notes what is wrong with the entity by itself, beyond what the thing that it becomes asks.
func (t Told) check(check *fault.Check) {
	registry.CheckText(check, "/description", t.Description, registry.MaxDescription)
	for _, line := range []struct {
		pointer, text string
		most          int
	}{
		{titleOf(t.Kind), t.Title, registry.MaxName},
		{"/email", t.Email, registry.MaxLine},
		{"/githubLogin", t.GitHubLogin, MaxWord},
		{"/contact", t.Contact, registry.MaxLine},
		{"/type", t.Type, MaxWord},
		{"/lifecycle", t.Lifecycle, MaxWord},
		{"/serviceKind", t.ServiceKind, MaxWord},
		{"/onCall", t.OnCall, registry.MaxURL},
		{"/origin", t.Origin, registry.MaxURL},
	} {
		access.CheckLine(check, line.pointer, line.text, 0, line.most)
	}
	registry.CheckURL(check, "/repository", t.Repository)
	registry.CheckURL(check, "/docs", t.Docs)
	registry.CheckURL(check, "/dashboard", t.Dashboard)
	registry.CheckURL(check, "/runbook", t.Runbook)
	if t.Slug != "" {
		registry.CheckSlug(check, "/slug", t.Slug)
	}
	check.Require(t.Tier >= 0 && t.Tier <= 4, "/tier", t.Tier, "must be 1, the most critical, to 4, or absent")
	check.Require(t.ServiceKind == "" || slices.Contains(registry.Kinds, registry.Kind(t.ServiceKind)), "/serviceKind", t.ServiceKind, "must be one of %s, or absent", fault.Or(registry.Kinds))
	for _, one := range []struct {
		pointer, ref string
		kind         Kind
	}{{"/parent", t.Parent, Group}, {"/owner", t.Owner, Group}, {"/system", t.System, System}} {
		if one.ref != "" {
			checkRef(check, one.pointer, one.ref, one.kind)
		}
	}
	checkRefs(check, "/members", t.Members, User)
	checkRefs(check, "/dependsOn", t.DependsOn, Component)
}

// titleOf is where an entity of the kind has its name for people.
func titleOf(kind Kind) string {
	if kind == User || kind == Group {
		return "/displayName"
	}
	return "/title"
}

// State is how far an entity got.
type State string

// The states.
const (
	Linked   State = "linked"   // it is something here, and was taken as it was told
	Refused  State = "refused"  // it was not taken as it was told last; its faults say why
	Deferred State = "deferred" // the completion of its sync decides what it is
	Gone     State = "gone"     // it is not told any more
)

// States lists them.
var States = []State{Linked, Refused, Deferred, Gone}

// Entity is an entity of a portal, and what it is here.
type Entity struct {
	ID       id.ID
	Portal   string
	Told     // as it was told last
	State    State
	Resource id.ID // the person, team, system or service; empty for none
	Faults   []Fault
	Pending  bool // something that it names was not known yet
	// FirstSeenAt and SeenAt are when it was told first and last; GoneAt is when it was found
	// not to be told any more.
	FirstSeenAt time.Time
	SeenAt      time.Time
	GoneAt      *time.Time
}

// Fault is what is wrong with an entity: the place in it, the value, and what would be right.
type Fault struct {
	Pointer string `json:"pointer"` // empty for the whole
	Message string `json:"message"`
	Value   string `json:"value,omitempty"`
}

// maxValue is how much of a value a fault repeats, in characters.
const maxValue = 64

// maxFaults is how many faults of an entity are told.
const maxFaults = 20

// faultsOf turns an error into the faults of an entity, at its own fields; nil when the error is
// not the entity's: a database that does not answer, a caller who may not.
func faultsOf(t Told, err error) []Fault {
	e := fault.As(err)
	if e == nil {
		return nil
	}
	switch e.Kind {
	case fault.Invalid, fault.Conflict, fault.NotFound:
	default:
		return nil
	}
	if len(e.Violations) == 0 {
		at := ""
		switch e.Code {
		case "slug_taken":
			at = t.pointer("/slug")
		case "identity_taken":
			at = "/ref"
		}
		return []Fault{{Pointer: at, Message: e.Message}}
	}
	var out []Fault
	for _, v := range e.Violations[:min(len(e.Violations), maxFaults)] {
		f := Fault{Pointer: t.pointer(v.Pointer), Message: v.Message}
		if v.Value != nil {
			f.Value = fault.Clip(strings.ToValidUTF8(fmt.Sprint(v.Value), "�"), maxValue)
		}
		out = append(out, f)
	}
	return out
}

// pointer is where an entity tells what a thing has at the pointer.
func (t Told) pointer(of string) string {
	switch of {
	case "/slug":
		if t.Slug == "" {
			return "/ref"
		}
	case "/name":
		if t.Title == "" {
			return "/ref"
		}
		return titleOf(t.Kind)
	case "/displayName":
		if t.Title == "" {
			return "/ref"
		}
	case "/subject", "/issuer":
		return "/ref"
	case "/team":
		return "/owner"
	case "/kind":
		if t.Kind == Component && t.ServiceKind != "" {
			return "/serviceKind"
		}
	}
	return of
}
