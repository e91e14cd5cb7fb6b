package api

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/yaml"
)

// downgraded renders the document as OpenAPI 3.0, in JSON and in YAML.
func downgraded(o *huma.OpenAPI) (asJSON, asYAML []byte, err error) {
	text, err := o.Downgrade()
	if err != nil {
		return nil, nil, fmt.Errorf("make OpenAPI 3.0 of 3.1: %w", err)
	}
	var doc any
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil, nil, fmt.Errorf("read OpenAPI 3.0: %w", err)
	}
	refsAlone(doc)
	if asJSON, err = json.Marshal(doc); err != nil {
		return nil, nil, fmt.Errorf("write OpenAPI 3.0: %w", err)
	}
	var b bytes.Buffer
	if err := yaml.Convert(&b, bytes.NewReader(asJSON)); err != nil {
		return nil, nil, fmt.Errorf("write OpenAPI 3.0 as YAML: %w", err)
	}
	return asJSON, b.Bytes(), nil
}

// refsAlone wraps references that have a description beside them: 3.0 knows no
// siblings of $ref, and its tools drop or refuse them.
func refsAlone(node any) {
	switch n := node.(type) {
	case map[string]any:
		if ref, is := n["$ref"].(string); is && len(n) > 1 {
			delete(n, "$ref")
			n["allOf"] = []any{map[string]any{"$ref": ref}}
		}
		for _, v := range n {
			refsAlone(v)
		}
	case []any:
		for _, v := range n {
			refsAlone(v)
		}
	}
}
