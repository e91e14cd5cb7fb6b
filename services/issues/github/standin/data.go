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
	return d, nil
})

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
