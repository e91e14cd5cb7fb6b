package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/evenkeel/evenkeel/services/manifest"
)

// ManifestExamples are a manifest of each kind, for people to begin with.
var ManifestExamples = map[manifest.Kind]string{
	manifest.KindTeam: `apiVersion: evenkeel/v1
kind: Team
slug: payments
name: Payments
contact: "#payments"
defaultRepository: https://github.com/example/payments
`,
	manifest.KindSystem: `apiVersion: evenkeel/v1
kind: System
slug: shop
name: Web shop
team: payments
`,
	manifest.KindService: `apiVersion: evenkeel/v1
kind: Service
slug: checkout
name: Checkout
team: payments
system: shop
type: http
tier: 1
repository: https://github.com/example/checkout
runbook: https://example.org/runbooks/checkout
labels:
  region: eu
dependsOn:
  - service: ledger
    criticality: hard
    timeoutMilliseconds: 2000
`,
	manifest.KindSLO: `apiVersion: evenkeel/v1
kind: SLO
service: checkout
slug: availability
name: Checkout availability
objective: 99.9%
indicator:
  category: availability
  source:
    dataSource: prometheus
    ratio:
      bad: sum(increase(http_requests_total{job="checkout", code=~"5.."}[$window]))
      total: sum(increase(http_requests_total{job="checkout"}[$window]))
rationale: Support tickets rise below it.
reviewBy: 2027-06-01
`,
	manifest.KindPolicy: `apiVersion: evenkeel/v1
kind: ErrorBudgetPolicy
slug: payments
name: Payments
clauses:
  - name: budget-exceeded
    when: consumed > 1
    freeze:
      allow: [reliability]
    issue:
      priority: p1
attachments:
  - target: service
    service: checkout
    mode: warn
`,
	manifest.KindScorecard: `apiVersion: evenkeel/v1
kind: Scorecard
slug: readiness
name: Readiness
levels:
  - name: Bronze
checks:
  - id: documented
    title: It is documented
    category: Ownership
    level: Bronze
    passes: hasDocs
    fix: Add the address of the documentation.
`,
	manifest.KindCampaign: `apiVersion: evenkeel/v1
kind: Campaign
name: Documentation for everything
why: Whoever is on call reads it first.
scorecard: readiness
team: payments
checks: [documented]
startsOn: 2027-01-04
dueOn: 2027-03-31
`,
}

const referenceHead = `# Manifests

<!-- Written by go generate from what the API takes; do not edit. -->

What can be [kept in git](../how-to/keep-it-in-git.md): documents of YAML, several in a file with ` + "`---`" + ` between them, each with
` + "`apiVersion: evenkeel/v1`" + ` and a kind. The fields beside these are those of the API. Anchors and aliases are refused.
Of a team, a system and a service only what is said is brought; of the others, what is left out is as it is by default.

## In an editor

JSON Schemas (draft 2020-12) are beside this page, [one for any kind](manifests/manifest.schema.json) and one for each; ` + "`evenkeel schema`" + `
writes them too. VS Code, and other editors with the YAML language server, complete and check a document that begins with

` + "```yaml" + `
# yaml-language-server: $schema=https://raw.githubusercontent.com/evenkeel/evenkeel/main/docs/reference/manifests/manifest.schema.json
` + "```" + `

or all of a directory by its settings:

` + "```json" + `
{ "yaml.schemas": { "./manifest.schema.json": "reliability/**/*.yaml" } }
` + "```" + `

Conditions, references and the rights of whoever applies are checked by ` + "`evenkeel plan`" + `.
`

// WriteManifestReference writes the page about manifests.
func WriteManifestReference(w io.Writer) error {
	var out bytes.Buffer
	out.WriteString(referenceHead)
	schemas := schemasOfManifests()
	for _, kind := range manifest.Kinds {
		s := schemas.of[kind]
		fmt.Fprintf(&out, "\n## %s\n\n[Schema](manifests/%s)\n\n```yaml\n%s```\n\n| field | needed | what it is |\n|---|---|---|\n", kind, ManifestSchemaFile(kind), ManifestExamples[kind])
		writeFields(&out, schemas.registry, "", s, nil)
	}
	_, err := out.WriteTo(w)
	return err
}

// ManifestSchemaFile is the name of the file with the schema of the kind; of any kind where it is empty.
func ManifestSchemaFile(kind manifest.Kind) string {
	if kind == "" {
		return "manifest.schema.json"
	}
	return strings.ToLower(string(kind)) + ".schema.json"
}

// writeFields writes a row for each field, and for those within it. above are the schemas that it is within.
func writeFields(w io.Writer, registry huma.Registry, at string, s *huma.Schema, above []*huma.Schema) {
	for _, name := range slices.SortedFunc(maps.Keys(s.Properties), func(a, b string) int {
		if needed := slices.Contains(s.Required, b); needed != slices.Contains(s.Required, a) {
			if needed {
				return 1
			}
			return -1
		}
		return strings.Compare(a, b)
	}) {
		if at == "" && (name == "apiVersion" || name == "kind") {
			continue
		}
		field := s.Properties[name]
		path, within := at+name, resolved(registry, field)
		if within.Type == huma.TypeArray && within.Items != nil {
			path += "[]"
			within = resolved(registry, within.Items)
		}
		needed := ""
		if slices.Contains(s.Required, name) {
			needed = "yes"
		}
		fmt.Fprintf(w, "| `%s` | %s | %s |\n", path, needed, fieldText(field, within))
		if len(within.Properties) > 0 && !slices.Contains(above, within) {
			writeFields(w, registry, path+".", within, append(slices.Clone(above), within))
		}
	}
}

func resolved(registry huma.Registry, s *huma.Schema) *huma.Schema {
	for s.Ref != "" {
		s = registry.SchemaFromRef(s.Ref)
	}
	return s
}

// fieldText is what is to be known of a field, in a cell.
func fieldText(field, of *huma.Schema) string {
	var words []string
	if field.Description != "" {
		words = append(words, field.Description)
	} else if of.Description != "" {
		words = append(words, of.Description)
	}
	if len(of.Enum) > 0 {
		values := make([]string, len(of.Enum))
		for i, v := range of.Enum {
			values[i] = fmt.Sprintf("`%v`", v)
		}
		words = append(words, "One of "+strings.Join(values, ", ")+".")
	}
	if field.Default != nil {
		words = append(words, fmt.Sprintf("`%s` when left out.", inJSON(field.Default)))
	}
	return strings.NewReplacer("|", "\\|", "\n", " ", "<", "&lt;").Replace(ofRevisions.ReplaceAllString(strings.Join(words, " "), ""))
}

// ofRevisions is what is so of the API's revisions, and not of manifests.
var ofRevisions = regexp.MustCompile(` ?A revision that [^.]*\.`)

// inJSON is a value as a manifest has it: a default may lie behind a pointer.
func inJSON(of any) string {
	if text, is := of.(string); is {
		return text
	}
	text, err := json.Marshal(of)
	if err != nil {
		panic(fmt.Sprintf("a default cannot be written as JSON: %v", err)) // it came from a schema
	}
	return string(text)
}
