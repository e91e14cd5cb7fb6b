package promrules

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// Write writes groups as a file of rules for Prometheus, and for what reads such files.
func Write(w io.Writer, groups []Group) error {
	b := bufio.NewWriter(w)
	text(b, "groups:\n")
	writeGroups(b, groups, "")
	return b.Flush()
}

// Object is what an object of the Prometheus operator is called.
type Object struct {
	Name, Namespace     string
	Labels, Annotations []Label
}

// WriteObject writes groups as a PrometheusRule, monitoring.coreos.com/v1.
func WriteObject(w io.Writer, o Object, groups []Group) error {
	b := bufio.NewWriter(w)
	text(b, "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata:\n")
	line(b, "", "  name", o.Name)
	if o.Namespace != "" {
		line(b, "", "  namespace", o.Namespace)
	}
	writeLabels(b, "  ", "labels", o.Labels)
	writeLabels(b, "  ", "annotations", o.Annotations)
	text(b, "spec:\n  groups:\n")
	writeGroups(b, groups, "  ")
	return b.Flush()
}

// text writes strings. A writer with a buffer keeps its first error for Flush, which returns it.
func text(b *bufio.Writer, of ...string) {
	for _, s := range of {
		_, _ = b.WriteString(s)
	}
}

func writeGroups(b *bufio.Writer, groups []Group, indent string) {
	group, rule := indent+"  ", indent+"        "
	for _, g := range groups {
		line(b, group, "- name", g.Name)
		if g.Interval > 0 {
			text(b, group, "  interval: ", length(g.Interval), "\n")
		}
		text(b, group, "  rules:\n")
		for _, r := range g.Rules {
			if r.Alert != "" {
				line(b, indent, "      - alert", r.Alert)
			} else {
				line(b, indent, "      - record", r.Record)
			}
			writeExpr(b, rule, r.Expr)
			writeLabels(b, rule, "labels", r.Labels)
			writeLabels(b, rule, "annotations", r.Annotations)
		}
	}
}

// writeExpr writes PromQL as it is written by people, on lines of its own where it has several.
func writeExpr(b *bufio.Writer, indent, expr string) {
	text(b, indent, "expr: |-\n")
	for part := range strings.SplitSeq(expr, "\n") {
		if part != "" {
			text(b, indent, "  ", part)
		}
		text(b, "\n")
	}
}

func writeLabels(b *bufio.Writer, indent, name string, labels []Label) {
	if len(labels) == 0 {
		return
	}
	text(b, indent, name, ":\n")
	for _, l := range labels {
		text(b, indent)
		line(b, "  ", l.Name, l.Value)
	}
}

// line writes a member with a text: as it stands where nothing of it means anything to
// YAML, and otherwise in JSON's quotes, which are YAML's.
func line(b *bufio.Writer, indent, name, value string) {
	text(b, indent, name, ": ")
	if plain(value) {
		text(b, value)
	} else {
		quoted(b, value)
	}
	text(b, "\n")
}

func quoted(b *bufio.Writer, value string) {
	var of bytes.Buffer
	e := json.NewEncoder(&of)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		panic(fmt.Sprintf("a text cannot be written as JSON: %v", err))
	}
	text(b, strings.TrimSuffix(of.String(), "\n"))
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
