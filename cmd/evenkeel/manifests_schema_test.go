package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/evenkeel/evenkeel/api"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/manifest"
)

// compiled is the schema as a validator that others wrote takes it.
func compiled(t *testing.T, path string) *jsonschema.Schema {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("schema.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// instance is a document of YAML as a validator takes it.
func instance(t *testing.T, text string) any {
	t.Helper()
	docs, err := yamldoc.Parse([]byte(text))
	if err != nil || len(docs) != 1 {
		t.Fatalf("%d documents, %v", len(docs), err)
	}
	encoded, err := docs[0].JSON()
	if err != nil {
		t.Fatal(err)
	}
	out, err := jsonschema.UnmarshalJSON(strings.NewReader(string(encoded)))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestASchemaTakesWhatTheReaderTakes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if code, _, stderr := evenkeel(t, nil, "schema", "--output", dir); code != 0 {
		t.Fatal(stderr)
	}
	whichever := compiled(t, filepath.Join(dir, "manifest.schema.json"))
	for _, kind := range manifest.Kinds {
		own := compiled(t, filepath.Join(dir, strings.ToLower(string(kind))+".schema.json"))
		right := api.ManifestExamples[kind]
		slug := "slug: "
		if kind == manifest.KindCampaign {
			slug = "scorecard: "
		}
		at := strings.Index(right, slug)
		line := right[at : at+strings.Index(right[at:], "\n")+1]
		for name, c := range map[string]struct {
			text string
			good bool
		}{
			"the example":               {right, true},
			"another version":           {strings.Replace(right, "evenkeel/v1", "evenkeel/v2", 1), false},
			"another kind":              {strings.Replace(right, "kind: "+string(kind), "kind: Widget", 1), false},
			"without its name":          {strings.Replace(right, line, "", 1), false},
			"a field that there is not": {right + "colour: red\n", false},
			"a list in place of a name": {strings.Replace(right, line, slug+"[a]\n", 1), false},
		} {
			problems, _, err := checkText(c.text)
			if err != nil {
				t.Fatal(err)
			}
			value := instance(t, c.text)
			for of, err := range map[string]error{"its own": own.Validate(value), "that of any kind": whichever.Validate(value)} {
				if (err == nil) != c.good || (len(problems) == 0) != c.good {
					t.Errorf("%s of a %s: the reader says %v, the schema, %s, says %v", name, kind, problems, of, err)
				}
			}
		}
	}
	if code, stdout, _ := evenkeel(t, nil, "schema", "SLO"); code != 0 || !strings.Contains(stdout, `"title": "SLO"`) {
		t.Errorf("code %d, %s", code, stdout)
	}
	if code, _, stderr := evenkeel(t, nil, "schema", "slo"); code != 2 || !strings.Contains(stderr, "KIND must be") {
		t.Errorf("code %d, %s", code, stderr)
	}
}
