// Command gen writes what of the chart follows from elsewhere: the schema of its values,
// with the configuration's own keys, the table of them in its README, and the alerts and
// dashboards that a chart can only have as files of its own. It is run in deploy/.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
)

const (
	described = "helm/values.schema.yaml"
	chart     = "helm/evenkeel"
	begin     = "<!-- Values: generated from values.schema.yaml by make generate; do not edit. -->\n"
	end       = "<!-- End of the values. -->\n"
)

// chartOwn are the keys that only the chart can know, and why.
var chartOwn = map[string]bool{"listen": true, "dataDir": true, "instance": true, "secretsDir": true}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run() error {
	schema, err := valuesSchema()
	if err != nil {
		return err
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(schema); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(chart, "values.schema.json"), text.Bytes(), 0o644); err != nil {
		return err
	}
	return errors.Join(writeTable(schema), copyFiles())
}

// valuesSchema is what is described, with the keys of the configuration.
func valuesSchema() (map[string]any, error) {
	text, err := os.ReadFile(described)
	if err != nil {
		return nil, err
	}
	var schema map[string]any
	if err := yaml.Unmarshal(text, &schema); err != nil {
		return nil, fmt.Errorf("%s: %w", described, err)
	}
	properties := schema["properties"].(map[string]any)
	configuration := config.Schema()
	configuration["description"] = "The configuration file, key by key. What is a secret is under secrets, and what only the chart can know is its own: listen, dataDir, instance, secretsDir, database.url."
	own(configuration)
	properties["config"] = configuration
	secrets := properties["secrets"].(map[string]any)["properties"].(map[string]any)
	for _, key := range config.Keys() {
		if key.Secret && key.Name != "database.url" {
			secrets[key.Name] = reference(key.Name)
		}
	}
	return schema, nil
}

// own removes what is not for whoever installs the chart to say: secrets, and the chart's own keys.
func own(configuration map[string]any) {
	all := configuration["properties"].(map[string]any)
	for key := range chartOwn {
		delete(all, key)
	}
	withoutSecrets(configuration)
}

func withoutSecrets(schema map[string]any) {
	properties, _ := schema["properties"].(map[string]any)
	for name, value := range properties {
		inner := value.(map[string]any)
		if inner["writeOnly"] == true {
			delete(properties, name)
			delete(properties, name+"File")
			continue
		}
		withoutSecrets(inner)
	}
}

// reference is the schema of a Secret that holds what is configured under the key.
func reference(key string) map[string]any {
	return map[string]any{
		"type": "object", "description": "The Secret that holds " + key + ".", "additionalProperties": false,
		"required": []string{"existingSecret", "key"},
		"properties": map[string]any{
			"existingSecret": map[string]any{"type": "string", "minLength": 1, "description": "Its name."},
			"key":            map[string]any{"type": "string", "minLength": 1, "description": "The key in it."},
		},
	}
}

// writeTable writes the values into the README, but for the configuration's.
func writeTable(schema map[string]any) error {
	path := filepath.Join(chart, "README.md")
	readme, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	before, rest, found := strings.Cut(string(readme), begin)
	_, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		return fmt.Errorf("%s lacks the lines between which the values are written:\n%s%s", path, begin, end)
	}
	text, err := os.ReadFile(filepath.Join(chart, "values.yaml"))
	if err != nil {
		return err
	}
	var values map[string]any
	if err := yaml.Unmarshal(text, &values); err != nil {
		return err
	}
	var table strings.Builder
	table.WriteString("\n| value | default | what it says |\n|---|---|---|\n")
	if err := rows(&table, schema, values, ""); err != nil {
		return err
	}
	table.WriteString("\n")
	return os.WriteFile(path, []byte(before+begin+table.String()+end+after), 0o644)
}

func rows(table *strings.Builder, schema, values map[string]any, prefix string) error {
	properties := schema["properties"].(map[string]any)
	for _, name := range sorted(properties) {
		of := properties[name].(map[string]any)
		value, given := values[name]
		inner, nested := of["properties"].(map[string]any)
		if path := prefix + name; path == "config" || path == "secrets" || !nested || len(inner) == 0 {
			shown := "—"
			if given {
				text, err := json.Marshal(value)
				if err != nil {
					return err
				}
				shown = "`" + string(text) + "`"
			}
			fmt.Fprintf(table, "| `%s` | %s | %s |\n", path, shown, strings.ReplaceAll(of["description"].(string), "|", `\|`))
			continue
		}
		within, _ := value.(map[string]any)
		if err := rows(table, of, within, prefix+name+"."); err != nil {
			return err
		}
	}
	return nil
}

func sorted(m map[string]any) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// copyFiles puts the alerts and the dashboards where the chart reads them.
func copyFiles() error {
	copies := map[string]string{"prometheus/alerts.yaml": "alerts.yaml"}
	boards, err := filepath.Glob("grafana/*.json")
	if err != nil {
		return err
	}
	for _, board := range boards {
		copies[board] = filepath.Join("dashboards", filepath.Base(board))
	}
	if err := os.RemoveAll(filepath.Join(chart, "files")); err != nil {
		return err
	}
	for from, to := range copies {
		text, err := os.ReadFile(from)
		if err != nil {
			return err
		}
		to = filepath.Join(chart, "files", to)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(to, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
