package main

import (
	"reflect"
	"strings"
	"testing"
)

func TestWhatIsReferredToIsKeptAndNothingElse(t *testing.T) {
	t.Parallel()
	ref := func(name string) object { return object{"$ref": "#/components/schemas/" + name} }
	components := object{"schemas": object{
		"issue": object{"type": "object", "properties": object{"user": ref("user"), "parts": object{"type": "array", "items": ref("issue")}}},
		"user":  object{"type": "object"},
		"gist":  object{"type": "object"},
	}}
	kept, err := closure(components, object{"paths": object{"/issue": ref("issue")}})
	if err != nil {
		t.Fatal(err)
	}
	if want := (object{"schemas": object{"issue": components["schemas"].(object)["issue"], "user": object{"type": "object"}}}); !reflect.DeepEqual(kept, want) {
		t.Errorf("kept is %v, want %v", kept, want)
	}
	if _, err := closure(components, ref("weather")); err == nil || !strings.Contains(err.Error(), "weather") {
		t.Errorf("a reference that leads nowhere: %v", err)
	}
	if _, err := closure(components, object{"$ref": "other.json#/x"}); err == nil || !strings.Contains(err.Error(), "other.json#/x") {
		t.Errorf("a reference to elsewhere: %v", err)
	}
}

func TestProseIsLeftOutAndWhatValidatesIsKept(t *testing.T) {
	t.Parallel()
	got := strip(object{
		"description": "prose", "x-github": object{"a": 1}, "type": "object", "required": []any{"summary"}, "nullable": true,
		"properties": object{
			"summary":     object{"type": "string", "description": "prose", "example": "x"},
			"description": object{"type": "string", "format": "uri", "enum": []any{"a", nil}},
		},
	})
	want := object{
		"type": "object", "required": []any{"summary"}, "nullable": true,
		"properties": object{
			"summary":     object{"type": "string"},
			"description": object{"type": "string", "format": "uri", "enum": []any{"a", nil}},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	// OpenAPI wants a description of a response.
	response := strip(object{"description": "prose", "content": object{}}).(object)
	if response["description"] != "-" {
		t.Errorf("a response is described as %v", response["description"])
	}
}

func TestAnArchiveOfAnotherContentIsRefused(t *testing.T) {
	t.Parallel()
	changed := description
	changed.file = "document_test.go" // whose checksum is another
	if _, err := changed.read("."); err == nil || !strings.Contains(err.Error(), "checksum") {
		t.Errorf("%v, want a word of the checksum", err)
	}
}
