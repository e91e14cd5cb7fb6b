package api

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

func TestTheDocumentIsValidInBothVersions(t *testing.T) {
	t.Parallel()
	for name, a := range map[string]*API{"the sample's": newBench(t).API, "the API's": whole()} {
		t.Run(name, func(t *testing.T) { checkDocument(t, &bench{API: a, t: t}) })
	}
}

func checkDocument(t *testing.T, b *bench) {
	v31, v30, err := b.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"/openapi.yaml": string(v31), "/openapi-3.0.yaml": string(v30)} {
		if w := b.do(http.MethodGet, path, "", "Authorization: "); w.Body.String() != want || w.Header().Get("Content-Type") != "application/openapi+yaml" {
			t.Errorf("%s differs from what is generated", path)
		}
	}
	doc, err := openapi3.NewLoader().LoadFromData(v30)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Error(err)
	}
	if !strings.HasPrefix(doc.OpenAPI, "3.0") || !strings.Contains(string(v31), "openapi: 3.1") {
		t.Error("the versions are not what they say")
	}
}

// What clients send is closed, so that a misspelt field is found; what they are
// sent is open, so that a field added later breaks no strict client.
func TestRequestsAreClosedAndRepliesOpen(t *testing.T) {
	t.Parallel()
	a := whole()
	if _, _, err := a.OpenAPI(); err != nil {
		t.Fatal(err)
	}
	schemas := a.huma.OpenAPI().Components.Schemas.Map()
	for _, name := range []string{"ServiceCreate", "SLOInput", "IndicatorInput", "SlotInput", "ClauseInput", "Transfer"} {
		if schemas[name].AdditionalProperties != false {
			t.Errorf("%s is open", name)
		}
	}
	for _, name := range []string{"Service", "SLO", "Indicator", "ServiceList", "Clause", "Ref", "Problem", "Fault"} {
		if schemas[name].AdditionalProperties != nil {
			t.Errorf("%s is closed", name)
		}
	}
}

// What somebody may do follows from who asks, from the time and from memberships, and the version
// from none of them.
func TestWhatTellsActsIsNeverAnsweredWith304(t *testing.T) {
	t.Parallel()
	a := whole()
	if _, _, err := a.OpenAPI(); err != nil {
		t.Fatal(err)
	}
	document, told := a.huma.OpenAPI(), 0
	for _, path := range document.Paths {
		if path.Get == nil || path.Get.Responses["200"].Content["application/json"] == nil {
			continue
		}
		schema := document.Components.Schemas.SchemaFromRef(path.Get.Responses["200"].Content["application/json"].Schema.Ref)
		if schema == nil || schema.Properties["acts"] == nil {
			continue
		}
		told++
		if path.Get.Responses["304"] != nil || !strings.Contains(path.Get.Description, "there is no 304") {
			t.Errorf("%s has a caller go on with what others may do, or might at another time", path.Get.OperationID)
		}
	}
	if told != 4 {
		t.Errorf("%d operations get one resource with its acts, want those of violations, overrides, exemptions and launch reviews", told)
	}
}

// 3.0 knows nothing beside a $ref; the rules are no-$ref-siblings and
// operation-description of spectral:oas, and spec-ref-siblings of Redocly.
func TestLintersFindNothingInTheDocuments(t *testing.T) {
	t.Parallel()
	a := whole()
	if _, _, err := a.OpenAPI(); err != nil {
		t.Fatal(err)
	}
	for _, op := range operations(a.huma.OpenAPI()) {
		if op.Description == "" {
			t.Errorf("%s has no description", op.OperationID)
		}
	}
	var doc any
	if err := json.Unmarshal((&bench{API: a, t: t}).do(http.MethodGet, "/openapi-3.0.json", "", "Authorization: ").Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	var visit func(at string, node any)
	visit = func(at string, node any) {
		switch n := node.(type) {
		case map[string]any:
			if _, is := n["$ref"]; is && len(n) > 1 {
				t.Errorf("%s has something beside its $ref", at)
			}
			for k, v := range n {
				visit(at+"/"+k, v)
			}
		case []any:
			for _, v := range n {
				visit(at, v)
			}
		}
	}
	visit("", doc)
}

func TestTheDocumentNamesWhatClientsNeed(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var doc struct {
		Paths map[string]map[string]struct {
			OperationID string                `json:"operationId"`
			Tags        []string              `json:"tags"`
			Summary     string                `json:"summary"`
			Security    []map[string][]string `json:"security"`
			Responses   map[string]struct {
				Ref string `json:"$ref"`
			} `json:"responses"`
		}
		Components struct {
			Schemas         map[string]any
			Responses       map[string]any
			SecuritySchemes map[string]any
		}
		Tags []struct{ Name, Description string }
	}
	text := b.do(http.MethodGet, "/openapi.json", "").Body.Bytes()
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	names := sortedKeys(doc.Components.Schemas)
	if want := []string{"Fault", "Gadget", "Problem", "Widget", "WidgetInput", "WidgetList"}; !slices.Equal(names, want) {
		t.Errorf("schemas are %q", names)
	}
	if strings.Contains(string(text), "InBody") || strings.Contains(string(text), "$schema") {
		t.Error("the document has an ugly name or a link in it")
	}
	put := doc.Paths["/v1/widgets/{widget}"]["put"]
	if got, want := sortedKeys(put.Responses), []string{"200", "308", "400", "401", "403", "404", "408", "409", "412", "413", "415", "422", "428", "429", "500", "503", "507"}; !slices.Equal(got, want) {
		t.Errorf("replies are %q, want %q", got, want)
	}
	for path, item := range doc.Paths {
		for method, op := range item {
			if !rxOperationID.MatchString(op.OperationID) || op.Summary == "" || len(op.Tags) != 1 || len(op.Security) != 1 {
				t.Errorf("%s %s: %+v", method, path, op)
			}
			if _, bearer := op.Security[0]["bearer"]; bearer != (op.Responses["401"].Ref != "") {
				t.Errorf("%s %s: security is %v", method, path, op.Security)
			}
		}
	}
	if got := doc.Paths[widgets]["post"].Responses["201"]; got.Ref != "" {
		t.Error("a creation has no 201")
	}
	if len(doc.Tags) != 2 || doc.Tags[0].Name != "Account" || doc.Tags[1].Description == "" {
		t.Errorf("tags are %+v", doc.Tags)
	}
}

func TestTheReferenceNeedsNobodyElse(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	w := b.do(http.MethodGet, "/docs", "", "Authorization: ")
	page := w.Body.String()
	if w.Code != 200 || w.Header().Get("Content-Type") != "text/html; charset=utf-8" {
		t.Fatalf("got %d %v", w.Code, w.Header())
	}
	for _, want := range []string{
		`id="createWidget"`, `curl -X POST &#34;$EVENKEEL_URL/v1/widgets&#34;`, `&#34;name&#34;: &#34;left wheel&#34;`,
		`id="schema-Widget"`, `href="#schema-WidgetInput"`, "Idempotency-Key", "no token needed",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	// On narrow screens the list of operations is folded up, after the introduction.
	if intro, list := strings.Index(page, "</header>"), regexp.MustCompile(`<nav class="contents"[^>]*>\s*<details>`).FindStringIndex(page); list == nil || list[0] < intro {
		t.Error("the list for narrow screens is not there, not folded, or before the introduction")
	}
	css := b.do(http.MethodGet, "/docs/reference.css", "")
	if css.Code != 200 || !strings.Contains(css.Body.String(), "prefers-color-scheme: dark") {
		t.Errorf("the style sheet: %d", css.Code)
	}
	if refs := regexp.MustCompile(`(?:src|href|action)="([^"]*)"`).FindAllStringSubmatch(page, -1); len(refs) < 10 {
		t.Error("the page has no links")
	} else {
		for _, r := range refs {
			if !strings.HasPrefix(r[1], "#") && !strings.HasPrefix(r[1], "/") {
				t.Errorf("the page leads to %s", r[1])
			}
		}
	}
	for _, bad := range []string{"<script", "<style", "style=", "@import", "url("} {
		if strings.Contains(page+css.Body.String(), bad) {
			t.Errorf("the page holds %s", bad)
		}
	}
	if csp := w.Header().Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'; style-src 'self';") || strings.Contains(csp, "unsafe") || strings.Contains(csp, "http") {
		t.Errorf("the policy is %q", csp)
	}
	for _, m := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(page, -1) {
		if !strings.Contains(page, `id="`+m[1]+`"`) {
			t.Errorf("#%s leads nowhere", m[1])
		}
	}
}
