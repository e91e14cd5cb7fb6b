package promrules

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// Write writes groups as a file of rules for Prometheus, and for what reads such files.
func Write(w io.Writer, groups []Group) error {
	var b bytes.Buffer
	b.WriteString("groups:\n")
	writeGroups(&b, groups, "")
	_, err := w.Write(b.Bytes())
	return err
}

// Object is what an object of the Prometheus operator is called.
type Object struct {
	Name, Namespace     string
	Labels, Annotations []Label
}

// WriteObject writes groups as a PrometheusRule, monitoring.coreos.com/v1.
func WriteObject(w io.Writer, o Object, groups []Group) error {
	var b bytes.Buffer
	b.WriteString("apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata:\n")
	line(&b, "  name", o.Name)
	if o.Namespace != "" {
		line(&b, "  namespace", o.Namespace)
	}
	writeLabels(&b, "  labels", o.Labels)
	writeLabels(&b, "  annotations", o.Annotations)
	b.WriteString("spec:\n  groups:\n")
	writeGroups(&b, groups, "  ")
	_, err := w.Write(b.Bytes())
	return err
}

func writeGroups(b *bytes.Buffer, groups []Group, indent string) {
	for _, g := range groups {
		line(b, indent+"  - name", g.Name)
		if g.Interval > 0 {
			fmt.Fprintf(b, "%s    interval: %s\n", indent, length(g.Interval))
		}
		b.WriteString(indent + "    rules:\n")
		for _, r := range g.Rules {
			if r.Alert != "" {
				line(b, indent+"      - alert", r.Alert)
			} else {
				line(b, indent+"      - record", r.Record)
			}
			writeExpr(b, indent+"        ", r.Expr)
			writeLabels(b, indent+"        labels", r.Labels)
			writeLabels(b, indent+"        annotations", r.Annotations)
		}
	}
}

// writeExpr writes PromQL on lines of its own, as it is written by people.
func writeExpr(b *bytes.Buffer, indent, expr string) {
	b.WriteString(indent + "expr: |-\n")
	for text := range strings.SplitSeq(expr, "\n") {
		if text != "" {
			b.WriteString(indent + "  " + text)
		}
		b.WriteByte('\n')
	}
}

func writeLabels(b *bytes.Buffer, name string, labels []Label) {
	if len(labels) == 0 {
		return
	}
	b.WriteString(name + ":\n")
	indent := name[:len(name)-len(strings.TrimLeft(name, " "))] + "  "
	for _, l := range labels {
		line(b, indent+l.Name, l.Value)
	}
}

// line writes a member with a text: as it stands where nothing of it means anything to
// YAML, and otherwise in JSON's quotes, which are YAML's.
func line(b *bytes.Buffer, name, text string) {
	b.WriteString(name)
	b.WriteString(": ")
	if plain(text) {
		b.WriteString(text)
	} else {
		quoted(b, text)
	}
	b.WriteByte('\n')
}

func quoted(b *bytes.Buffer, text string) {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(text); err != nil {
		panic(fmt.Sprintf("a text cannot be written as JSON: %v", err))
	}
	b.Truncate(b.Len() - 1) // the encoder ends the line
}

// plain reports whether a text is read by YAML as itself: a word of letters with digits,
// "_", "-", ":" or "." within, that is no word of YAML.
func plain(text string) bool {
	switch strings.ToLower(text) {
	case "", "true", "false", "yes", "no", "on", "off", "y", "n", "null":
		return false
	}
	for i := range len(text) {
		c := text[i]
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_'
		within := '0' <= c && c <= '9' || c == '-' || c == ':' && i+1 < len(text) && text[i+1] != ' ' || c == '.'
		if !letter && (i == 0 || !within) {
			return false
		}
	}
	return true
}
