package api

import (
	"maps"
	"reflect"
	"slices"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/manifest"
)

// manifestShape is what a manifest of a kind may hold: what is sent to the API to make such a thing,
// beside its apiVersion and kind.
type manifestShape struct {
	of reflect.Type // of what is sent
	// needs are the members that it has to have. Of a team, a system and a service a manifest may say
	// only some, and leave the rest to others.
	needs []string
	more  map[string]*huma.Schema
	// renamed are members that have another name in a manifest.
	renamed map[string]string
}

// DependencyManifest is a service that another depends on, as a manifest says it.
type DependencyManifest struct {
	Service string `json:"service" doc:"Slug of the service that is needed." example:"ledger"`
	DependencyTerms
}

var manifestKinds = map[manifest.Kind]manifestShape{
	manifest.KindTeam: {
		of: reflect.TypeFor[TeamInput](), needs: []string{"slug"}, renamed: map[string]string{"issueAssigneeId": "issueAssignee"},
		more: map[string]*huma.Schema{"issueAssignee": aPerson("The person to whom the team's issues are assigned; leave it out for nobody.")},
	},
	manifest.KindSystem: {of: reflect.TypeFor[SystemInput](), needs: []string{"slug"}},
	manifest.KindService: {
		of: reflect.TypeFor[ServiceCreate](), needs: []string{"slug"}, renamed: map[string]string{"kind": "type"},
	},
	manifest.KindSLO: {
		of: reflect.TypeFor[SLOInput](), needs: []string{"service", "slug", "indicator"},
		more: map[string]*huma.Schema{
			"service":  {Type: huma.TypeString, Description: "Slug of the service whose SLO it is.", Examples: []any{"checkout"}},
			"reviewBy": {Type: huma.TypeString, Description: "The day on which it is to be looked at again.", Examples: []any{"2027-06-01"}},
		},
	},
	manifest.KindPolicy:    {of: reflect.TypeFor[PolicyInput](), needs: []string{"slug", "name", "clauses"}},
	manifest.KindScorecard: {of: reflect.TypeFor[ScorecardInput](), needs: []string{"slug", "name", "levels", "checks"}},
	manifest.KindCampaign:  {of: reflect.TypeFor[CampaignInput](), needs: []string{"name", "why", "scorecard", "team", "checks", "startsOn", "dueOn"}},
}

// aPerson is a field that names a person.
func aPerson(doc string) *huma.Schema {
	longest := 254 // of an e-mail, see RFC 5321, section 4.5.3.1.3
	return &huma.Schema{Type: huma.TypeString, MaxLength: &longest, Description: doc + " By e-mail, where nobody else has it, or by identifier.", Examples: []any{"ada@example.org"}}
}

// manifestSchemas are the schemas of manifests, by kind, with those that they refer to.
type manifestSchemas struct {
	registry huma.Registry
	of       map[manifest.Kind]*huma.Schema
	shapes   map[manifest.Kind]*shape
}

var schemasOfManifests = sync.OnceValue(func() manifestSchemas {
	out := manifestSchemas{
		registry: huma.NewMapRegistry("#/$defs/", huma.DefaultSchemaNamer), of: map[manifest.Kind]*huma.Schema{}, shapes: map[manifest.Kind]*shape{},
	}
	compiled := shapes{registry: out.registry, made: map[*huma.Schema]*shape{}}
	for _, kind := range manifest.Kinds {
		out.of[kind] = manifestKinds[kind].schema(out.registry, kind)
		out.shapes[kind] = compiled.of(out.of[kind])
	}
	return out
})

// schema is what a manifest of the kind is.
func (m manifestShape) schema(registry huma.Registry, kind manifest.Kind) *huma.Schema {
	sent := registry.Schema(m.of, true, m.of.Name())
	for sent.Ref != "" {
		sent = registry.SchemaFromRef(sent.Ref)
	}
	s := &huma.Schema{Type: huma.TypeObject, Title: string(kind), Description: sent.Description, AdditionalProperties: false}
	s.Properties = maps.Clone(sent.Properties)
	for was, is := range m.renamed {
		s.Properties[is] = s.Properties[was]
		delete(s.Properties, was)
	}
	maps.Copy(s.Properties, m.more)
	switch kind {
	case manifest.KindService:
		s.Properties[dependsOn] = &huma.Schema{
			Type: huma.TypeArray, Items: registry.Schema(reflect.TypeFor[DependencyManifest](), true, "DependencyManifest"),
			Description: "The services that it needs; left out, what is declared of that stays as it is.",
		}
	case manifest.KindPolicy:
		approval := resolved(registry, s.Properties["approval"])
		approval.Properties["approver"] = aPerson("The person who approved it, and decides disputes.")
		approval.PrecomputeMessages()
		s.Properties["attachments"] = &huma.Schema{
			Type: huma.TypeArray, Items: registry.Schema(reflect.TypeFor[AttachmentInput](), true, "AttachmentInput"),
			Description: "Where it is in force; left out, that stays as it is.",
		}
	}
	s.Properties["apiVersion"] = &huma.Schema{Type: huma.TypeString, Enum: []any{yamldoc.APIVersion}}
	s.Properties["kind"] = &huma.Schema{Type: huma.TypeString, Enum: []any{string(kind)}}
	s.Required = slices.Concat([]string{"apiVersion", "kind"}, m.needs)
	s.PrecomputeMessages()
	return s
}

const dependsOn = "dependsOn"
