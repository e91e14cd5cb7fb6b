package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/evenkeel/evenkeel/services/manifest"
)

// draft is the JSON Schema that manifests are described in.
const draft = "https://json-schema.org/draft/2020-12/schema"

const toDefinitions = "#/$defs/"

// ManifestSchema is the JSON Schema of manifests of the kind, for editors; of any kind where it is empty.
func ManifestSchema(kind manifest.Kind) ([]byte, error) {
	if kind == "" {
		return anyManifestSchema()
	}
	schemas := schemasOfManifests()
	whole, err := schemaObject(schemas.of[kind])
	if err != nil {
		return nil, err
	}
	defs := map[string]any{}
	if err := define(defs, schemas.registry, whole); err != nil {
		return nil, err
	}
	return schemaDocument(whole, defs)
}

func anyManifestSchema() ([]byte, error) {
	schemas := schemasOfManifests()
	defs := map[string]any{}
	var of []any
	for _, kind := range manifest.Kinds {
		one, err := schemaObject(schemas.of[kind])
		if err != nil {
			return nil, err
		}
		if err := define(defs, schemas.registry, one); err != nil {
			return nil, err
		}
		name := string(kind) + "Manifest"
		defs[name] = one
		of = append(of, map[string]any{"$ref": toDefinitions + name})
	}
	return schemaDocument(map[string]any{"title": "Manifest", "description": "A manifest of Evenkeel, of any kind.", "oneOf": of}, defs)
}

func schemaDocument(whole, defs map[string]any) ([]byte, error) {
	whole = maps.Clone(whole)
	whole["$schema"] = draft
	if len(defs) > 0 {
		whole["$defs"] = defs
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(whole)
	return out.Bytes(), err
}

// schemaObject is the schema as JSON has it.
func schemaObject(s *huma.Schema) (map[string]any, error) {
	text, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("write a schema: %w", err)
	}
	var out map[string]any
	return out, json.Unmarshal(text, &out)
}

// define adds what the schema refers to.
func define(defs map[string]any, registry huma.Registry, of any) error {
	switch of := of.(type) {
	case []any:
		for _, one := range of {
			if err := define(defs, registry, one); err != nil {
				return err
			}
		}
	case map[string]any:
		if to, is := of["$ref"].(string); is {
			name := strings.TrimPrefix(to, toDefinitions)
			if _, there := defs[name]; there {
				return nil
			}
			one, err := schemaObject(registry.SchemaFromRef(to))
			if err != nil {
				return err
			}
			defs[name] = one
			return define(defs, registry, one)
		}
		for _, one := range of {
			if err := define(defs, registry, one); err != nil {
				return err
			}
		}
	}
	return nil
}
