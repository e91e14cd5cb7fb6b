package api

import (
	"encoding/json"
	"strconv"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// Examples are held to the schemas by kin-openapi, which made neither.
func TestEveryOperationHasExamplesThatFitTheirSchemas(t *testing.T) {
	t.Parallel()
	_, v30, err := whole().OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(v30)
	if err != nil {
		t.Fatal(err)
	}
	requests, replies, problems := 0, 0, 0
	hold := func(what string, m *openapi3.MediaType, way openapi3.SchemaValidationOption) {
		var values []any
		if m.Example != nil {
			values = append(values, m.Example)
		}
		for _, one := range m.Examples {
			values = append(values, one.Value.Value)
		}
		if len(values) != 1 {
			t.Errorf("%s has %d examples, want one", what, len(values))
			return
		}
		text, err := json.Marshal(values[0])
		if err != nil {
			t.Fatal(err)
		}
		var plain any
		if err := json.Unmarshal(text, &plain); err != nil {
			t.Fatal(err)
		}
		if err := m.Schema.Value.VisitJSON(plain, way, openapi3.MultiErrors(), openapi3.EnableFormatValidation()); err != nil {
			t.Errorf("%s: %.600s\n%s", what, err, text)
		}
	}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			if op.RequestBody != nil {
				for media, m := range op.RequestBody.Value.Content {
					requests++
					hold("what is sent to "+op.OperationID+" as "+media, m, openapi3.VisitAsRequest())
				}
			}
			for status, r := range op.Responses.Map() {
				for media, m := range r.Value.Content {
					switch {
					case media == "application/zip": // what a bundle holds, no text shows
					case media == "application/problem+json":
						problems++
						hold(method+" "+path+" → "+status, m, openapi3.VisitAsResponse())
						if got, is := m.Example.(map[string]any); !is || int(got["status"].(float64)) != code(t, status) {
							t.Errorf("%s → %s: the example is %v", op.OperationID, status, m.Example)
						}
					default:
						replies++
						hold("what "+op.OperationID+" answers as "+media, m, openapi3.VisitAsResponse())
					}
				}
			}
		}
	}
	if requests < 100 || replies < 300 || problems < 3000 {
		t.Errorf("%d examples of requests, %d of replies and %d of problems were held to their schemas: that is not the API", requests, replies, problems)
	}
}

func code(t *testing.T, status string) int {
	t.Helper()
	for known := range replies {
		if status == strconv.Itoa(known) {
			return known
		}
	}
	t.Fatalf("the status %s is none of those that are shared", status)
	return 0
}
