package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// TestTheAdapterAnswersAsTheDocumentSays holds the reference adapter and the
// OpenAPI document of the protocol to each other.
func TestTheAdapterAnswersAsTheDocumentSays(t *testing.T) {
	t.Parallel()
	doc, err := openapi3.NewLoader().LoadFromFile("../../docs/reference/adapter-protocol.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatalf("the document is not valid: %v", err)
	}
	handler := newHandler(files, "")
	const slots = "/v1/slots?indicator=checkout&from=2026-03-14T12:00:00Z&resolutionSeconds=60&to="
	for target, want := range map[string]struct {
		status int
		media  string
		schema string
	}{
		"/v1/info":                     {http.StatusOK, "application/json", "Info"},
		slots + "2026-03-14T12:04:00Z": {http.StatusOK, "application/json", "Slots"},
		slots + "2026-03-14T12:04:00Z&groupBy=group": {http.StatusOK, "application/json", "Slots"},
		slots + "2026-03-14T12:04:30Z":               {http.StatusBadRequest, "application/problem+json", "Problem"},
		slots + "2027-03-14T12:04:00Z":               {http.StatusBadRequest, "application/problem+json", "Problem"},
	} {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, target, nil))
		var v any
		if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil || w.Code != want.status || w.Header().Get("Content-Type") != want.media {
			t.Errorf("%s: %d %v, %v", target, w.Code, w.Header(), err)
			continue
		}
		if err := doc.Components.Schemas[want.schema].Value.VisitJSON(v); err != nil {
			t.Errorf("%s: %v", target, err)
		}
	}
}
