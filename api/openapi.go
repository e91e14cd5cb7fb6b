package api

import (
	"net/http"
	"reflect"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
)

// tags group operations, in the order of the reference.
var tags = []*huma.Tag{
	{Name: "Account", Description: "Who calls, as Evenkeel sees them."},
	{Name: "People", Description: "People and their identities."},
	{Name: "Tokens", Description: "Personal tokens and those of workloads."},
	{Name: "Teams", Description: "Teams, their tree and their members."},
	{Name: "Systems", Description: "Groups of services that belong together."},
	{Name: "Services", Description: "Services, their owners and what they depend on."},
	{Name: "Catalog", Description: "What the catalogs of developer portals say: their users, groups, systems and components, and what each is here."},
	{Name: "Manifests", Description: "Sets of files that say what there is: planned, applied, and compared with it."},
	{Name: "Adoption", Description: "How far Evenkeel itself is taken up, for those who run it."},
	{Name: "Onboarding", Description: "Repositories that were found, waves that bring many services, and how far teams are."},
	{Name: "Data sources", Description: "Places that measurements are read from, and how they answer."},
	{Name: "Golden signals", Description: "Latency, traffic, errors and saturation of services, as data sources tell them."},
	{Name: "SLOs", Description: "Objectives, their revisions, status and history."},
	{Name: "Composites", Description: "SLOs of systems and of journeys, made of SLOs of services."},
	{Name: "SLAs", Description: "What customers were promised, period by period, and reports to them."},
	{Name: "Measurements", Description: "What was counted: slots of good and total events."},
	{Name: "Policies", Description: "Error-budget policies and what they are attached to."},
	{Name: "Facts", Description: "Facts of services that programs push and people attest, on which conditions of scorecards are judged."},
	{Name: "Exemptions", Description: "Services that are excused from a check of a scorecard for a time, as another person approved."},
	{Name: "Campaigns", Description: "Services that are to pass some checks of a scorecard by a day, and how far they are."},
	{Name: "Launch reviews", Description: "Reviews of services before their launch, by what they came to on a scorecard."},
	{Name: "Gate", Description: "Whether changes may go out, what was answered, and overrides in an emergency."},
	{Name: "Alerts", Description: "Where an error budget burned too fast, or measurements stayed away."},
	{Name: "Violations", Description: "Where a policy's clause was broken, and when it recovered."},
	{Name: "Proposals", Description: "Relaxing acts that wait for a second person."},
	{Name: "Incidents", Description: "What went wrong with services, who does what about it, and what happened when."},
	{Name: "Action items", Description: "What is to be done after incidents, by whom and until when, and what came of it."},
	{Name: "Postmortems", Description: "What is written after incidents, without blame: asked for, drafted, reviewed by others, published."},
	{Name: "Scorecards", Description: "What is asked of services before and while users depend on them, and what each comes to."},
	{Name: "Toil", Description: "How much of a team's time is toil, what to automate first, and what that saved."},
	{Name: "Issues", Description: "Issues that are wanted, with their text, and how far each got on the tracker."},
	{Name: "Webhooks", Description: "What the tracker told, and what became of it."},
	{Name: "Reports", Description: "What became of reliability in a time, as it was published, and evidence for auditors."},
	{Name: "Notifications", Description: "Events, the targets that they are told to, and what became of each."},
	{Name: "Jobs", Description: "Scheduled work and its runs."},
	{Name: "Audit", Description: "Who decided what, and who was refused."},
}

// DocumentVersion is the version of what the API promises, by semantic
// versioning. It is apart from the version of the program, so that the document
// changes only when the API does.
const DocumentVersion = "0.1.0"

const description = `Evenkeel keeps what product teams promise about their services, and what is left of it.

Send a token as ` + "`Authorization: Bearer ek_…`" + `. Every reply that is not a success is a problem (RFC 9457) with a stable ` + "`code`" + ` and the request's id. Writes to a versioned resource need ` + "`If-Match`" + `; a POST with an ` + "`Idempotency-Key`" + ` is safe to repeat; lists go on after ` + "`next`" + `. Every reply tells in ` + "`RateLimit`" + ` what is left of the caller's quota.`

func humaConfig() huma.Config {
	c := huma.DefaultConfig("Evenkeel", DocumentVersion)
	c.CreateHooks = nil // would add $schema links made from the Host header
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "", "", ""
	c.Formats = map[string]huma.Format{"application/json": jsonFormat, "json": jsonFormat} // "json" is of problem+json
	c.DefaultFormat = "application/json"
	c.Info.Description = description
	c.Info.Contact = &huma.Contact{Name: "Evenkeel", URL: "https://github.com/evenkeel/evenkeel"}
	c.Info.License = &huma.License{Name: "Apache-2.0", URL: "https://www.apache.org/licenses/LICENSE-2.0"}
	c.Servers = []*huma.Server{{URL: "/", Description: "This installation"}}
	c.Components = &huma.Components{
		Schemas: huma.NewMapRegistry("#/components/schemas/", schemaName),
		SecuritySchemes: map[string]*huma.SecurityScheme{"bearer": {
			Type: "http", Scheme: "bearer", BearerFormat: "ek_<id>_<secret>_<checksum>",
			Description: "A personal token, or a workload's.",
		}},
	}
	c.Components.Responses = components(c.Components.Schemas.Schema(reflect.TypeFor[Problem](), true, ""))
	return c
}

// schemaName names a type in the document. Every struct in a body has a name of
// its own: clients are generated with it.
func schemaName(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() == reflect.Struct && t.Name() == "" {
		panic("the struct " + hint + " has no name, and would give clients an ugly one")
	}
	name := huma.DefaultSchemaNamer(t, hint)
	if strings.HasSuffix(t.PkgPath(), "/services/report") {
		return "Report" + name // a document that is sent as it is stored
	}
	if strings.HasPrefix(t.Name(), "Items[") {
		return strings.TrimPrefix(name, "Items") + "List"
	}
	return name
}

// document is the OpenAPI document in its four forms, rendered when it is first
// asked for: by then every operation is there.
type document struct {
	once                       sync.Once
	json, yaml, json30, yaml30 []byte
	page                       []byte
	err                        error
}

func (a *API) rendered() (*document, error) {
	d := &a.document
	d.once.Do(func() {
		o := a.huma.OpenAPI()
		o.Tags = a.usedTags()
		render := func(into *[]byte, f func() ([]byte, error)) {
			if d.err == nil {
				*into, d.err = f()
			}
		}
		examples{o.Components.Schemas}.add(o)
		render(&d.page, func() ([]byte, error) { return renderReference(o) })
		plainSchemas(o)
		openReplies(o)
		render(&d.json, o.MarshalJSON)
		render(&d.yaml, o.YAML)
		if d.err == nil {
			d.json30, d.yaml30, d.err = downgraded(o)
		}
	})
	return d, d.err
}

// plainSchemas takes out what is huma's own and no keyword of OpenAPI. The
// messages that were made of it stay.
func plainSchemas(o *huma.OpenAPI) {
	seen := map[*huma.Schema]bool{}
	var visit func(s *huma.Schema)
	visit = func(s *huma.Schema) {
		if s == nil || seen[s] {
			return
		}
		seen[s] = true
		s.PatternDescription = ""
		visit(s.Items)
		if extra, ok := s.AdditionalProperties.(*huma.Schema); ok {
			visit(extra)
		}
		for _, p := range s.Properties {
			visit(p)
		}
	}
	for _, s := range o.Components.Schemas.Map() {
		visit(s)
	}
	for _, op := range operations(o) {
		for _, p := range op.Parameters {
			visit(p.Schema)
		}
	}
}

// openReplies lets what is only ever sent to clients have further fields later:
// a client that was generated strictly would refuse them. What clients send stays
// closed, as it is when it is checked.
func openReplies(o *huma.OpenAPI) {
	taken := map[*huma.Schema]bool{}
	var take func(s *huma.Schema)
	take = func(s *huma.Schema) {
		for s != nil && s.Ref != "" {
			s = o.Components.Schemas.SchemaFromRef(s.Ref)
		}
		if s == nil || taken[s] {
			return
		}
		taken[s] = true
		take(s.Items)
		if extra, ok := s.AdditionalProperties.(*huma.Schema); ok {
			take(extra)
		}
		for _, p := range s.Properties {
			take(p)
		}
	}
	for _, op := range operations(o) {
		if op.RequestBody != nil {
			for _, m := range op.RequestBody.Content {
				take(m.Schema)
			}
		}
	}
	for _, s := range o.Components.Schemas.Map() {
		if s.AdditionalProperties == false && !taken[s] {
			s.AdditionalProperties = nil
		}
	}
}

// operations returns all operations of a document, in no order.
func operations(o *huma.OpenAPI) []*huma.Operation {
	var out []*huma.Operation
	for _, item := range o.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if op != nil {
				out = append(out, op)
			}
		}
	}
	return out
}

func (a *API) usedTags() []*huma.Tag {
	used := map[string]bool{}
	for _, e := range a.endpoints {
		used[e.tag] = true
	}
	var out []*huma.Tag
	for _, t := range tags {
		if used[t.Name] {
			out = append(out, t)
		}
	}
	return out
}

// OpenAPI returns the document in YAML: OpenAPI 3.1, and the 3.0 that is made of it.
func (a *API) OpenAPI() (v31, v30 []byte, err error) {
	d, err := a.rendered()
	return d.yaml, d.yaml30, err
}

// documentPages serves the document and the reference made of it.
func (a *API) documentPages() {
	serve := func(path, media string, pick func(*document) []byte, secure bool) {
		a.Handle(http.MethodGet, path, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			d, err := a.rendered()
			if err != nil {
				writeProblem(w, exchangeFrom(r.Context()), a.problem(r.Context(), err))
				return
			}
			h := w.Header()
			if secure {
				SecurePage(h)
			} else {
				h.Set("Content-Type", media)
			}
			h.Set("Cache-Control", "no-cache")
			_, _ = w.Write(pick(d))
		}))
	}
	serve("/openapi.json", "application/openapi+json", func(d *document) []byte { return d.json }, false)
	serve("/openapi.yaml", "application/openapi+yaml", func(d *document) []byte { return d.yaml }, false)
	serve("/openapi-3.0.json", "application/openapi+json", func(d *document) []byte { return d.json30 }, false)
	serve("/openapi-3.0.yaml", "application/openapi+yaml", func(d *document) []byte { return d.yaml30 }, false)
	serve("/docs", "", func(d *document) []byte { return d.page }, true)
	asset := func(path, media string, content []byte) {
		a.Handle(http.MethodGet, path, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", media)
			w.Header().Set("Cache-Control", "max-age=3600")
			_, _ = w.Write(content)
		}))
	}
	asset("/docs/reference.css", "text/css; charset=utf-8", referenceCSS)
	asset("/docs/icon.svg", "image/svg+xml", Icon)
}
