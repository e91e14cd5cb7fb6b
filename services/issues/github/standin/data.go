package standin

import (
	"bytes"
	"compress/gzip"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// object is a JSON object.
type object = map[string]any

//go:embed data/*.gz
var data embed.FS

// descriptions are GitHub's own, and real payloads of webhooks.
type descriptions struct {
	api, webhooks *openapi3.T
	examples      map[string]object // objects of the API
	payloads      map[string]object // of webhooks, by "event-action"
	hookSchemas   map[string]*jsonschema.Schema
}

// described is read once: the tests of a package share it, and nobody changes it.
var described = sync.OnceValues(func() (descriptions, error) {
	var d descriptions
	for name, document := range map[string]**openapi3.T{"api": &d.api, "webhooks": &d.webhooks} {
		text, err := unpack(name)
		if err != nil {
			return d, err
		}
		if *document, err = openapi3.NewLoader().LoadFromData(text); err != nil {
			return d, fmt.Errorf("load the description of GitHub's %s: %w", name, err)
		}
	}
	d.examples = map[string]object{}
	for name, example := range d.api.Components.Examples {
		value, ok := example.Value.Value.(object)
		if !ok {
			return d, fmt.Errorf("the example %s is no object", name)
		}
		d.examples[name] = value
	}
	text, err := unpack("payloads")
	if err != nil {
		return d, err
	}
	if err := json.Unmarshal(text, &d.payloads); err != nil {
		return d, fmt.Errorf("load the payloads of webhooks: %w", err)
	}
	d.hookSchemas, err = compile(d.webhooks)
	return d, err
})

// compile makes ready the schemas of webhooks, which are JSON Schema 2020-12 as
// OpenAPI 3.1 has it. kin-openapi would compile them anew for each webhook.
func compile(webhooks *openapi3.T) (map[string]*jsonschema.Schema, error) {
	text, err := unpack("webhooks")
	if err != nil {
		return nil, err
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("load the description of GitHub's webhooks: %w", err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	compiler.AssertFormat()
	// The library knows no "{/name}" in a template, and GitHub's real homepages are
	// empty where the description wants a URI.
	for _, name := range []string{"uri-template", "uri"} {
		compiler.RegisterFormat(&jsonschema.Format{Name: name, Validate: func(any) error { return nil }})
	}
	if err := compiler.AddResource("webhooks.json", document); err != nil {
		return nil, fmt.Errorf("load the description of GitHub's webhooks: %w", err)
	}
	schemas := map[string]*jsonschema.Schema{}
	for name, item := range webhooks.Webhooks {
		reference := item.Post.RequestBody.Value.Content.Get("application/json").Schema.Ref
		if schemas[name], err = compiler.Compile("webhooks.json" + reference); err != nil {
			return nil, fmt.Errorf("compile the schema of the webhook %s: %w", name, err)
		}
	}
	return schemas, nil
}

func unpack(name string) ([]byte, error) {
	packed, err := data.ReadFile("data/" + name + ".json.gz")
	if err != nil {
		return nil, err
	}
	unzipped, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("unpack %s: %w", name, err)
	}
	text, err := io.ReadAll(unzipped)
	if err != nil {
		return nil, fmt.Errorf("unpack %s: %w", name, err)
	}
	return text, nil
}
