package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/evenkeel/evenkeel/services/report"
)

// Examples of the document are made of the types on the wire: of the example that a field is given
// beside its declaration, of its default, its choices and its bounds, and for the rest of what fields
// of that name hold everywhere. So each is written once, and none is forgotten. That they fit their
// schemas is tested, and that the server takes those of requests.

// exampleID is the identifier in examples: one of the right form, of nothing that there is.
const exampleID = "01JD9Z7P6M5W8Q3K2N4T6V8X0Y"

// The hour at which examples happen.
const (
	exampleTime = "2026-11-27T10:00:00Z"
	exampleDay  = "2026-11-27"
)

// exampleTexts are what fields of a name hold, where their declarations give no example.
var exampleTexts = map[string]string{
	"name": "Checkout", "title": "Payments fail", "description": "Takes orders and has them paid.", "slug": "checkout", "displayName": "Ada Lovelace",
	"note": "The provider confirmed it.", "reason": "The release of 27 November was rolled back.", "text": "Payments failed after the release.", "why": "The release raised the error rate.",
	"because": "The release raised the error rate.", "rationale": "Users notice from there on.", "message": "must be 1 to 4", "detail": "the request breaks 1 rule", "doc": "What it tells.",
	"link": "https://example.org/runs/42", "termsUrl": "https://example.org/terms", "reference": "https://example.org/tickets/42", "dashboard": "https://example.org/dashboards/checkout",
	"docs": "https://example.org/docs/checkout", "runbook": "https://example.org/runbooks/checkout", "onCall": "https://example.org/on-call/payments", "repository": "https://github.com/example/checkout",
	"address": "https://example.org/hook", "contact": "#payments", "email": "ada@example.org", "githubLogin": "ada",
	"team": "payments", "parent": "engineering", "system": "shop", "service": "checkout", "slo": "availability", "scorecard": "production-readiness", "level": "Silver", "check": "runbook", "clause": "exhausted",
	"fact": "penetrationTest", "campaign": "runbooks", "wave": "first", "target": exampleID, "person": exampleID, "incident": exampleID, "violation": exampleID,
	"by": "Ada Lovelace", "createdBy": "Ada Lovelace", "updatedBy": "Ada Lovelace", "revisedBy": "Ada Lovelace", "decidedBy": "Ada Lovelace", "approvedBy": "Grace Hopper", "askedBy": "Ada Lovelace",
	"startedBy": "Ada Lovelace", "publishedBy": "Ada Lovelace", "madeBy": "Ada Lovelace", "removedBy": "Ada Lovelace", "appliedBy": "Ada Lovelace", "proposedBy": "Ada Lovelace", "author": "Ada Lovelace",
	"owner": exampleID, "approver": exampleID, "reviewer": exampleID, "commander": exampleID, "communications": exampleID, "operations": exampleID, "scribe": exampleID,
	"timeZone": "Europe/Berlin", "version": "2026.11.27", "label": "region", "key": "checkout", "path": "services/checkout.yaml", "pointer": "/tier", "query": "checkout", "kind": "Service",
	"quarter": "2026-Q4", "next": "eyJrIjoiY2hlY2tvdXQifQ", "value": "checkout", "failureMode": "It cannot be reached.", "method": "blackbox",
	"digest": "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
	"summary": "Payments failed for an hour.", "html": "<p>Payments failed after the release.</p>", "plan": "We roll back, and add a test.", "condition": "true",
}

// exampleChanges are what is otherwise in an example of a type than its fields say one by one: fields
// that exclude each other, or that mean something together. They are merge patches (RFC 7386).
var exampleChanges = map[string]string{
	"CatalogCompletion":    `{"undeclared":null}`,
	"CorrectionInput":      `{"recurrence":null}`,
	"GivenFactInput":       `{"unit":null}`,
	"GivenFactTerms":       `{"unit":null}`,
	"IncidentStatusChange": `{"status":"mitigated"}`,
	"ManifestInput":        `{"files":[{"path":"systems/shop.yaml","text":"apiVersion: evenkeel/v1\nkind: System\nslug: bookshop\nteam: payments\n"}]}`,
	"PolicyInput":          `{"clauses":[{"name":"budget-exceeded","when":"consumed > 1","freeze":{}}]}`,
	"ReportInput":          `{"from":null,"to":null,"timeZone":null}`,
	"ScorecardInput":       `{"levels":[{"name":"Bronze"},{"name":"Silver"}]}`,
}

// patched is an example after a merge patch.
func patched(example, patch any) any {
	changes, is := patch.(map[string]any)
	if !is {
		return patch
	}
	out := map[string]any{}
	if had, is := example.(map[string]any); is {
		maps.Copy(out, had)
	}
	for name, change := range changes {
		if change == nil {
			delete(out, name)
			continue
		}
		out[name] = patched(out[name], change)
	}
	return out
}

// examples makes them of the schemas.
type examples struct{ schemas huma.Registry }

func (e examples) resolve(s *huma.Schema) *huma.Schema {
	for s != nil && s.Ref != "" {
		s = e.schemas.SchemaFromRef(s.Ref)
	}
	return s
}

// maxExample is how deep an example goes: what holds others of its kind ends there.
const maxExample = 6

// of is an example of what the field of that name holds: of an object with what has to be there, and
// what was given an example.
func (e examples) of(name string, s *huma.Schema, depth int) any {
	if s != nil && len(s.Examples) > 0 {
		return s.Examples[0]
	}
	if s != nil && s.Ref != "" {
		out := e.of(name, e.resolve(s), depth)
		if text, changed := exampleChanges[s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]]; changed {
			var patch any
			if err := json.Unmarshal([]byte(text), &patch); err != nil {
				panic("the change of the example of " + s.Ref + " is no JSON: " + err.Error())
			}
			out = patched(out, patch)
		}
		return out
	}
	switch {
	case s == nil:
		return nil
	case len(s.Examples) > 0:
		return s.Examples[0]
	case s.Default != nil:
		return s.Default
	case len(s.Enum) > 0:
		return s.Enum[0]
	}
	switch s.Type {
	case huma.TypeObject:
		out := map[string]any{}
		for _, field := range sortedKeys(s.Properties) {
			p := s.Properties[field]
			if slices.Contains(s.Required, field) || len(p.Examples) > 0 && depth < maxExample {
				out[field] = e.of(field, p, depth+1)
			}
		}
		return out
	case huma.TypeArray:
		if depth >= maxExample && s.MinItems == nil {
			return []any{}
		}
		return []any{e.of(strings.TrimSuffix(name, "s"), s.Items, depth+1)}
	case huma.TypeBoolean:
		return false
	case huma.TypeInteger, huma.TypeNumber:
		switch {
		case s.Minimum != nil:
			return *s.Minimum
		case s.Maximum != nil && *s.Maximum < 1:
			return *s.Maximum
		}
		return 1
	case huma.TypeString:
		return e.text(name, s)
	}
	return map[string]any{} // it may be anything
}

func (e examples) text(name string, s *huma.Schema) string {
	switch s.Format {
	case "date-time":
		return exampleTime
	case "date":
		return exampleDay
	}
	text, known := exampleTexts[name]
	switch {
	case known:
	case name == "id" || name == "uid" || strings.HasSuffix(name, "Id") || strings.HasSuffix(name, "ID"):
		text = exampleID
	default:
		text = "text"
	}
	if s.MinLength != nil {
		for len(text) < *s.MinLength {
			text += text
		}
	}
	if s.MaxLength != nil && len(text) > *s.MaxLength {
		text = text[:*s.MaxLength]
	}
	return text
}

// openSLOText is an SLO as OpenSLO v1 has it.
const openSLOText = `apiVersion: openslo/v1
kind: SLO
metadata:
  name: availability
spec:
  service: checkout
  budgetingMethod: Occurrences
  indicator:
    metadata:
      name: availability
    spec:
      ratioMetric:
        counter: true
        good:
          metricSource:
            type: Prometheus
            spec:
              query: http_requests_total{service="checkout",code!~"5.."}
        total:
          metricSource:
            type: Prometheus
            spec:
              query: http_requests_total{service="checkout"}
  objectives:
    - target: 0.999
  timeWindow:
    - duration: 28d
      isRolling: true
`

// bodyTexts are examples of bodies that are no JSON, by operation: how requests and replies begin.
var bodyTexts = map[string]string{
	"importTimeline":            `{"at":"2026-11-27T10:00:00Z","text":"Payments failed after the release.","sourceKey":"chat-1"}` + "\n",
	"importToilEntries":         "day,minutes,category,service,note\n2026-11-27,30,migrations,checkout,Moved by hand\n",
	"getToilEntriesAsCSV":       "day,minutes,category,service,note\r\n2026-11-27,30,migrations,checkout,Moved by hand\r\n",
	"getReportAsCSV":            strings.Join(report.Columns, ",") + "\r\n",
	"previewReportAsCSV":        strings.Join(report.Columns, ",") + "\r\n",
	"getPrometheusRules":        "groups:\n  - name: checkout/availability\n    rules: []\n",
	"readOpenSLO":               openSLOText,
	"renderOpenSLO":             openSLOText,
	"exportManifests":           "apiVersion: evenkeel.dev/v1\nkind: Team\nmetadata:\n  name: payments\nspec:\n  name: Payments\n",
	"getSLOAsOpenSLO":           openSLOText,
	"getServicePrometheusRules": "groups:\n  - name: checkout/availability\n    rules: []\n",
	"getScorecardBadge":         `<svg xmlns="http://www.w3.org/2000/svg" width="120" height="20"></svg>`,
}

// add gives each operation an example of what is sent and of what comes back. Those of one type are one,
// beside the schemas.
func (e examples) add(o *huma.OpenAPI) {
	if o.Components.Examples == nil {
		o.Components.Examples = map[string]*huma.Example{}
	}
	give := func(op *huma.Operation, media string, m *huma.MediaType) {
		switch {
		case m.Schema == nil || len(m.Examples) > 0 || m.Example != nil:
		case m.Schema.Ref != "":
			name := m.Schema.Ref[strings.LastIndexByte(m.Schema.Ref, '/')+1:]
			if o.Components.Examples[name] == nil {
				o.Components.Examples[name] = &huma.Example{Summary: "An example of " + name, Value: e.of("", m.Schema, 0)}
			}
			m.Examples = map[string]*huma.Example{name: {Ref: "#/components/examples/" + name}}
		case isJSON(media):
			m.Example = e.of("", m.Schema, 0)
		default:
			if text, known := bodyTexts[op.OperationID]; known {
				m.Example = text
			}
		}
	}
	for _, op := range operations(o) {
		if op.RequestBody != nil {
			for media, m := range op.RequestBody.Content {
				give(op, media, m)
			}
		}
		for status, r := range op.Responses {
			if strings.HasPrefix(status, "2") && r.Ref == "" {
				for media, m := range r.Content {
					give(op, media, m)
				}
			}
		}
	}
}

// problemExamples are a code of each status, and what it says.
var problemExamples = map[int]struct{ code, detail string }{
	http.StatusPermanentRedirect:     {"service_renamed", "the service is called \"checkout\" now"},
	http.StatusBadRequest:            {"malformed_json", "the body is not JSON"},
	http.StatusUnauthorized:          {"token_invalid", "there is no such token"},
	http.StatusForbidden:             {"forbidden", "the caller may not do this"},
	http.StatusNotFound:              {"service_not_found", "there is no service \"checkout\""},
	http.StatusRequestTimeout:        {"body_timeout", "the body took too long to arrive"},
	http.StatusConflict:              {"slo_retired", "the SLO \"availability\" was retired; restore it first"},
	http.StatusPreconditionFailed:    {"version_mismatch", "it was changed since version 3"},
	http.StatusRequestEntityTooLarge: {"body_too_large", "the body is larger than 1048576 bytes"},
	http.StatusUnsupportedMediaType:  {"unsupported_media_type", "the body has to be application/json"},
	http.StatusPreconditionRequired:  {"precondition_required", "send the ETag of the version that you are changing as If-Match, so that nobody's change is lost"},
	http.StatusTooManyRequests:       {"rate_limited", "the caller has used up its quota"},
	http.StatusInternalServerError:   {"internal", "something failed that should not have; the server's log has the details under this request id"},
	http.StatusServiceUnavailable:    {"database_unavailable", "the database cannot be reached"},
	http.StatusInsufficientStorage:   {"storage_full", "the database has no room left"},
}

// problemExample is the body of a reply that is no success.
func problemExample(status int) any {
	p := invalidProblem(faultList{list: []Fault{{Pointer: "/tier", Message: "must be 1, the most critical, to 4"}}})
	if status != http.StatusUnprocessableEntity {
		is, known := problemExamples[status]
		if !known {
			panic(fmt.Sprintf("status %d has no example of its problem in examples.go", status))
		}
		p = newProblem(status, is.code, "%s", is.detail)
	}
	p.RequestID = exampleID
	text, err := json.Marshal(p)
	if err != nil {
		panic(err)
	}
	var plain any
	if err := json.Unmarshal(text, &plain); err != nil {
		panic(err)
	}
	return plain
}
