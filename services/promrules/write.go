package promrules

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Written are groups as text, ready to be put into a file of rules or into an object. It is
// many times smaller than what it was made of, which need not be kept.
type Written []byte

// InFile writes groups as they stand in a file of rules.
func InFile(groups []Group) Written { return writeGroups(groups, "") }

// InObject writes groups as they stand in a PrometheusRule.
func InObject(groups []Group) Written { return writeGroups(groups, "  ") }

// Write writes groups, as InFile wrote them, as a file of rules for Prometheus, and for what
// reads such files.
func Write(w io.Writer, groups ...Written) error {
	return pour(w, Written("groups:\n"), groups)
}

// Object is what an object of the Prometheus operator is called.
type Object struct {
	Name, Namespace     string
	Labels, Annotations []Label
}

// WriteObject writes groups, as InObject wrote them, as a PrometheusRule,
// monitoring.coreos.com/v1.
func WriteObject(w io.Writer, o Object, groups ...Written) error {
	head := Written("apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata:\n")
	head = head.line("  ", "name", o.Name)
	if o.Namespace != "" {
		head = head.line("  ", "namespace", o.Namespace)
	}
	head = head.labels("  ", "labels", o.Labels)
	head = head.labels("  ", "annotations", o.Annotations)
	return pour(w, head.text("spec:\n  groups:\n"), groups)
}

func pour(w io.Writer, head Written, groups []Written) error {
	if _, err := w.Write(head); err != nil {
		return err
	}
	for _, g := range groups {
		if _, err := w.Write(g); err != nil {
			return err
		}
	}
	return nil
}

// aRule is about how many bytes a rule is written in.
const aRule = 500

func writeGroups(groups []Group, indent string) Written {
	recordings, alerts := Count(groups)
	w := make(Written, 0, (recordings+alerts)*aRule)
	group, rule := indent+"  ", indent+"        "
	for _, g := range groups {
		w = w.line(group, "- name", g.Name)
		if g.Interval > 0 {
			w = w.text(group, "  interval: ", length(g.Interval), "\n")
		}
		w = w.text(group, "  rules:\n")
		for _, r := range g.Rules {
			if r.Alert != "" {
				w = w.line(indent, "      - alert", r.Alert)
			} else {
				w = w.line(indent, "      - record", r.Record)
			}
			w = w.expr(rule, r.Expr)
			w = w.labels(rule, "labels", r.Labels)
			w = w.labels(rule, "annotations", r.Annotations)
		}
	}
	return w
}

func (w Written) text(of ...string) Written {
	for _, s := range of {
		w = append(w, s...)
	}
	return w
}

// expr writes PromQL as it is written by people, on lines of its own where it has several.
func (w Written) expr(indent, expr string) Written {
	if !block(expr) {
		return w.line(indent, "expr", expr)
	}
	w = w.text(indent, "expr: |-\n")
	for part := range strings.SplitSeq(expr, "\n") {
		w = w.text(indent, "  ", part, "\n")
	}
	return w
}

// block reports whether YAML reads a text that stands in a block as itself: one whose first
// line is not indented, of which no line ends with a blank or is empty, which not every library
// keeps, and that has only characters that stand for themselves there.
func block(text string) bool {
	if text == "" || text[0] == ' ' || strings.Contains(text+"\n", " \n") || strings.Contains("\n"+text+"\n", "\n\n") {
		return false
	}
	for _, c := range text {
		if c != '\n' && (c == utf8.RuneError || !printable(c)) {
			return false
		}
	}
	return true
}

// printable reports whether a character may stand in YAML as it is, and is no end of a line to
// any version of it (YAML 1.1, sections 4.1.1 and 4.1.4).
func printable(c rune) bool { return ' ' <= c && c < 0x7f || c > 0x7f && unicode.IsPrint(c) }

func (w Written) labels(indent, name string, labels []Label) Written {
	if len(labels) == 0 {
		return w
	}
	w = w.text(indent, name, ":\n")
	for _, l := range labels {
		w = w.text(indent, "  ").word(l.Name).text(": ").word(l.Value).text("\n")
	}
	return w
}

// line writes a member with a text; its name is one that means nothing else to YAML.
func (w Written) line(indent, name, value string) Written {
	return w.text(indent, name, ": ").word(value).text("\n")
}

// word writes a text as it stands where nothing of it means anything to YAML, and otherwise in
// JSON's quotes, which are YAML's.
func (w Written) word(value string) Written {
	if plain(value) {
		return append(w, value...)
	}
	return w.quoted(value)
}

func (w Written) quoted(value string) Written {
	var of bytes.Buffer
	e := json.NewEncoder(&of)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		panic(fmt.Sprintf("a text cannot be written as JSON: %v", err))
	}
	for _, c := range strings.TrimSuffix(of.String(), "\n") {
		if printable(c) {
			w = utf8.AppendRune(w, c)
			continue
		}
		// JSON has more characters stand for themselves than YAML.
		if c > 0xffff {
			w = fmt.Appendf(w, `\U%08x`, c)
		} else {
			w = fmt.Appendf(w, `\u%04x`, c)
		}
	}
	return w
}

// words are what YAML reads as something else than a text (YAML 1.1's types, which Prometheus
// reads by).
var words = map[string]bool{"true": true, "false": true, "yes": true, "no": true, "on": true, "off": true, "y": true, "n": true, "null": true}

// plain reports whether a text is read by YAML as itself: a word of letters with digits,
// "_", "-", ":" or "." within, that is no word of YAML.
func plain(text string) bool {
	if text == "" || len(text) <= len("false") && words[strings.ToLower(text)] {
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
