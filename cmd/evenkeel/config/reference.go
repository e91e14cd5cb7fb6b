package config

import (
	"fmt"
	"io"
	"strings"
)

const referenceHead = `# Configuration

<!-- Generated from cmd/evenkeel/config/config.go by make generate; do not edit. -->

Nothing has to be configured: ` + "`evenkeel serve`" + ` starts with what stands here as defaults.
A default is overridden by the YAML file that ` + "`--config`" + ` or ` + "`EVENKEEL_CONFIG`" + ` names, the file by the
environment, the environment by flags. ` + "`evenkeel config`" + ` prints what is in effect and where each value
came from, with secrets redacted; its output can serve as a file to begin with.

- All faults of all sources are reported at once, unknown keys and ` + "`EVENKEEL_…`" + ` variables among them.
- A variable that is set but empty counts as not set.
- Durations are written with a unit (` + "`30s`, `15m`, `12h`, `90d`, `2w`" + `), sizes too (` + "`512KiB`, `8MiB`, `1GB`" + `).
- A secret can be read from a file instead: add ` + "`File`" + ` to its key, ` + "`_FILE`" + ` to its variable, or ` + "`-file`" + ` to
  its flag, and give the path. Line breaks at the end of the file are left out.
- Variables that are left to others: ` + "`EVENKEEL_URL`, `EVENKEEL_SERVER` and `EVENKEEL_TOKEN`" + ` (clients), ` + "`EVENKEEL_SECRET_…`" + ` (the
  secrets that data sources name), ` + "`EVENKEEL_TEST_…`" + ` (tests), and the service links
  that Kubernetes sets, such as ` + "`EVENKEEL_SERVICE_HOST` and `EVENKEEL_PORT`" + `.

` + "```yaml" + `
listen: 0.0.0.0:8080
publicURL: https://evenkeel.example.com
database:
  urlFile: /run/secrets/database-url
jobs:
  schedules:
    evaluate-budgets: "@every 1m"
` + "```" + `
`

// WriteReference writes the reference page of every key as Markdown.
func WriteReference(w io.Writer) error {
	var b strings.Builder
	b.WriteString(referenceHead)
	b.WriteString("\n## General\n")
	open, inner := "", ""
	for _, f := range fields {
		if name, _, nested := strings.Cut(f.key, delimiter); nested && name != open {
			open = name
			for _, s := range sections {
				if s.key == name {
					fmt.Fprintf(&b, "\n## %s\n\n%s\n", s.key, s.doc)
				}
			}
		}
		if within, _ := split(f.key); within != open && within != inner {
			inner = within
			for _, s := range sections {
				if s.key == within {
					fmt.Fprintf(&b, "\n### `%s`\n\n%s\n", s.key, s.doc)
				}
			}
		}
		fmt.Fprintf(&b, "\n### `%s`\n\n%s\n\n%s\n", f.key, f.doc, strings.Join(f.facts(), " · "))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// facts are what the reference says of a key in one line.
func (f field) facts() []string {
	def := "`" + f.def + "`"
	if f.shown != "" {
		def = f.shown
	}
	facts := []string{"Default: " + def}
	switch {
	case len(f.oneOf) > 0:
		facts = append(facts, "one of `"+strings.Join(f.oneOf, "`, `")+"`")
	case f.min != "":
		facts = append(facts, fmt.Sprintf("`%s` to `%s`", f.min, f.max))
	case f.typ == secretType:
		facts = append(facts, "secret")
	}
	if f.typ == mapType {
		return append(facts, "`"+f.env+"_"+strings.ToUpper(snake(f.exampleEntry(), "_"))+"` for `"+f.exampleEntry()+"`", "`--"+f.flag+" "+f.exampleEntry()+"=…`")
	}
	return append(facts, "`"+f.env+"`", "`--"+f.flag+"`")
}
