package api

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

//go:embed reference.html
var referenceHTML string

//go:embed reference.css
var referenceCSS []byte

// Icon is the mark as SVG, in a colour that reads on light and dark tabs.
//
//go:embed icon.svg
var Icon []byte

var referencePage = template.Must(template.New("reference").Parse(referenceHTML))

// The view that reference.html shows: the document, flattened for reading.
type (
	refPage struct {
		Title, Version string
		Intro          []template.HTML
		Groups         []refGroup
		Schemas        []refSchema
	}
	refGroup struct {
		Name, Text string
		Operations []refOperation
	}
	refOperation struct {
		ID, Method, Path, Summary, Text string
		Public, Deprecated              bool
		Parameters                      []refField
		BodyType                        refType
		Body                            []refField
		Replies, Problems               []refReply
		Curl                            string
		Example                         string
	}
	refReply struct {
		Status, Text string
		Class        string
		Type         refType
		Headers      []refField
	}
	refSchema struct {
		Name, Text string
		Fields     []refField
	}
	refField struct {
		Name, In, Text string
		Type           refType
		Required       bool
		Rules          []string
	}
	refType struct{ Text, Link string }
)

// renderReference makes the reference: one page, readable without scripts and
// without any other host.
func renderReference(o *huma.OpenAPI) ([]byte, error) {
	b := referenceBuilder{schemas: o.Components.Schemas, responses: o.Components.Responses}
	page := refPage{Title: o.Info.Title, Version: o.Info.Version}
	for part := range strings.SplitSeq(o.Info.Description, "\n\n") {
		page.Intro = append(page.Intro, prose(part))
	}
	groups := map[string]*refGroup{}
	for _, t := range o.Tags {
		page.Groups = append(page.Groups, refGroup{Name: t.Name, Text: t.Description})
	}
	for i := range page.Groups {
		groups[page.Groups[i].Name] = &page.Groups[i]
	}
	paths := make([]string, 0, len(o.Paths))
	for path := range o.Paths {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	for _, path := range paths {
		item := o.Paths[path]
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if op == nil || len(op.Tags) == 0 || groups[op.Tags[0]] == nil {
				continue
			}
			g := groups[op.Tags[0]]
			g.Operations = append(g.Operations, b.operation(op))
		}
	}
	names := make([]string, 0, len(b.schemas.Map()))
	for name := range b.schemas.Map() {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		s := b.schemas.Map()[name]
		page.Schemas = append(page.Schemas, refSchema{Name: name, Text: s.Description, Fields: b.fields(s)})
	}
	var out bytes.Buffer
	if err := referencePage.Execute(&out, page); err != nil {
		return nil, fmt.Errorf("render the reference: %w", err)
	}
	return out.Bytes(), nil
}

// prose turns the document's `code` marks into elements; everything is escaped.
func prose(s string) template.HTML {
	var b strings.Builder
	for i, part := range strings.Split(s, "`") {
		part = template.HTMLEscapeString(part)
		if i%2 == 1 {
			part = "<code>" + part + "</code>"
		}
		b.WriteString(part)
	}
	return template.HTML(b.String())
}

type referenceBuilder struct {
	schemas   huma.Registry
	responses map[string]*huma.Response
}

func (b *referenceBuilder) operation(op *huma.Operation) refOperation {
	out := refOperation{
		ID: op.OperationID, Method: op.Method, Path: op.Path, Summary: op.Summary, Text: op.Description,
		Deprecated: op.Deprecated, Public: len(op.Security) == 1 && len(op.Security[0]) == 0,
	}
	for _, p := range op.Parameters {
		f := b.field(p.Name, p.Schema, p.Required)
		f.In, f.Text = p.In, p.Description
		out.Parameters = append(out.Parameters, f)
	}
	if op.RequestBody != nil && len(op.RequestBody.Content) > 0 {
		media := sortedKeys(op.RequestBody.Content)[0]
		s := op.RequestBody.Content[media].Schema
		out.BodyType, out.Body = b.typeOf(s), b.fields(b.resolve(s))
		if isJSON(media) {
			out.Example = b.exampleText(s)
		}
	}
	for _, status := range sortedKeys(op.Responses) {
		r := b.reply(status, op.Responses[status])
		if r.Class == "2" {
			out.Replies = append(out.Replies, r)
		} else {
			r.Type = refType{} // always a Problem
			out.Problems = append(out.Problems, r)
		}
	}
	out.Curl = curl(op, out.Public, out.Example)
	return out
}

func (b *referenceBuilder) reply(status string, r *huma.Response) refReply {
	if r.Ref != "" {
		r = b.responses[strings.TrimPrefix(r.Ref, "#/components/responses/")]
	}
	out := refReply{Status: status, Text: r.Description, Class: status[:1]}
	for _, media := range sortedKeys(r.Content) {
		out.Type = b.typeOf(r.Content[media].Schema)
	}
	for _, name := range sortedKeys(r.Headers) {
		h := r.Headers[name]
		if name == "X-Request-Id" {
			continue // on every reply
		}
		f := b.field(name, h.Schema, false)
		if h.Description != "" {
			f.Text = h.Description
		}
		out.Headers = append(out.Headers, f)
	}
	return out
}

func (b *referenceBuilder) resolve(s *huma.Schema) *huma.Schema {
	return examples{b.schemas}.resolve(s)
}

func (b *referenceBuilder) fields(s *huma.Schema) []refField {
	if s == nil {
		return nil
	}
	var required, optional []refField
	for _, name := range sortedKeys(s.Properties) {
		needed := slices.Contains(s.Required, name)
		f := b.field(name, s.Properties[name], needed)
		if needed {
			required = append(required, f)
		} else {
			optional = append(optional, f)
		}
	}
	return append(required, optional...)
}

func (b *referenceBuilder) field(name string, s *huma.Schema, required bool) refField {
	f := refField{Name: name, Required: required}
	if s == nil {
		return f
	}
	f.Text, f.Type = s.Description, b.typeOf(s)
	rule := func(format string, args ...any) { f.Rules = append(f.Rules, fmt.Sprintf(format, args...)) }
	leaf := s
	if s.Type == huma.TypeArray && s.Items != nil {
		leaf = s.Items
	}
	for _, v := range leaf.Enum {
		rule("%v", v)
	}
	if leaf.Minimum != nil {
		rule("≥ %v", *leaf.Minimum)
	}
	if leaf.ExclusiveMinimum != nil {
		rule("> %v", *leaf.ExclusiveMinimum)
	}
	if leaf.Maximum != nil {
		rule("≤ %v", *leaf.Maximum)
	}
	if leaf.ExclusiveMaximum != nil {
		rule("< %v", *leaf.ExclusiveMaximum)
	}
	if leaf.MinLength != nil {
		rule("at least %d characters", *leaf.MinLength)
	}
	if leaf.MaxLength != nil {
		rule("at most %d characters", *leaf.MaxLength)
	}
	if s.MinItems != nil {
		rule("at least %d items", *s.MinItems)
	}
	if s.MaxItems != nil {
		rule("at most %d items", *s.MaxItems)
	}
	switch {
	case leaf.PatternDescription != "":
		rule("%s", leaf.PatternDescription)
	case leaf.Pattern != "":
		rule("%s", leaf.Pattern)
	}
	if s.Default != nil {
		rule("default %v", s.Default)
	}
	return f
}

func (b *referenceBuilder) typeOf(s *huma.Schema) refType {
	switch {
	case s == nil:
		return refType{}
	case s.Ref != "":
		name := s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]
		return refType{Text: name, Link: "#schema-" + name}
	case s.Type == huma.TypeArray:
		t := b.typeOf(s.Items)
		return refType{Text: t.Text + "[]", Link: t.Link}
	case s.Type == huma.TypeObject:
		if extra, ok := s.AdditionalProperties.(*huma.Schema); ok {
			t := b.typeOf(extra)
			return refType{Text: "map of " + t.Text, Link: t.Link}
		}
		return refType{Text: "object"}
	case s.Type == "":
		return refType{Text: "any"}
	case s.Format != "" && s.Type == huma.TypeString:
		return refType{Text: s.Type + " · " + s.Format}
	default:
		return refType{Text: s.Type}
	}
}

// exampleText renders a body that a reader can copy: the examples of its fields,
// and what must be there.
func (b *referenceBuilder) exampleText(s *huma.Schema) string {
	raw, err := json.MarshalIndent(examples{b.schemas}.of("", s, 0), "", "  ")
	if err != nil {
		return ""
	}
	return string(raw)
}

func curl(op *huma.Operation, public bool, body string) string {
	var b strings.Builder
	b.WriteString("curl ")
	if op.Method != http.MethodGet {
		b.WriteString("-X " + op.Method + " ")
	}
	path := op.Path
	for _, p := range op.Parameters {
		if p.In == "path" && p.Schema != nil && len(p.Schema.Examples) > 0 {
			path = strings.ReplaceAll(path, "{"+p.Name+"}", fmt.Sprint(p.Schema.Examples[0]))
		}
	}
	b.WriteString("\"$EVENKEEL_URL" + path + "\"")
	line := func(s string) { b.WriteString(" \\\n  " + s) }
	if !public {
		line(`-H "Authorization: Bearer $EVENKEEL_TOKEN"`)
	}
	for _, p := range op.Parameters {
		switch {
		case p.In != "header":
		case p.Name == "If-Match":
			line(`-H 'If-Match: "1"'`)
		case p.Name == "Idempotency-Key":
			line(`-H "Idempotency-Key: $(uuidgen)"`)
		}
	}
	if body != "" {
		line("-H 'Content-Type: application/json'")
		line("-d '" + strings.ReplaceAll(body, "'", `'\''`) + "'")
	}
	return b.String()
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
