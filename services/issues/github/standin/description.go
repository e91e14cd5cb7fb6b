package standin

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// operation is one operation of GitHub's API, found for a request.
type operation struct {
	id         string // "issues/create"
	route      routers.Route
	parameters map[string]string // of the path
}

// operation finds what the method and the escaped path ask for.
func (d descriptions) operation(method, path string) (operation, bool) {
	var found operation
	var literals int
	for template, item := range d.api.Paths.Map() {
		described := item.GetOperation(method)
		if described == nil {
			continue
		}
		parameters, ok := match(template, path)
		if literal := strings.Count(template, "/") - len(parameters); ok && (found.id == "" || literal > literals) {
			literals = literal
			found = operation{
				id: described.OperationID, parameters: parameters,
				route: routers.Route{Spec: d.api, Path: template, PathItem: item, Method: method, Operation: described},
			}
		}
	}
	return found, found.id != ""
}

// match compares a path with that of the description, in which a last parameter that is called path has
// slashes in it.
func match(template, path string) (map[string]string, bool) {
	wanted, given := strings.Split(template, "/"), strings.Split(path, "/")
	if last := len(wanted) - 1; wanted[last] == "{path}" && len(given) > len(wanted) {
		given = append(slices.Clone(given[:last]), url.PathEscape(strings.Join(given[last:], "/")))
	}
	if len(wanted) != len(given) {
		return nil, false
	}
	parameters := map[string]string{}
	for i := range wanted {
		value, err := url.PathUnescape(given[i])
		if err != nil {
			return nil, false
		}
		name, isParameter := strings.CutPrefix(wanted[i], "{")
		switch {
		case isParameter && value != "":
			parameters[strings.TrimSuffix(name, "}")] = value
		case wanted[i] != given[i]:
			return nil, false
		}
	}
	return parameters, true
}

func (o operation) input(r *http.Request, body []byte) *openapi3filter.RequestValidationInput {
	r = r.Clone(context.WithoutCancel(r.Context()))
	r.Body = io.NopCloser(bytes.NewReader(body))
	return &openapi3filter.RequestValidationInput{
		Request: r, PathParams: o.parameters, Route: &o.route,
		Options: &openapi3filter.Options{
			MultiError: true, IncludeResponseStatus: true, RejectWhenRequestBodyNotSpecified: true,
			AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, SkipSettingDefaults: true,
			SchemaValidationOptions: []openapi3.SchemaValidationOption{openapi3.EnableFormatValidation()},
		},
	}
}

// plainBody is a body as the description has it, of those that GitHub takes beside:
// null for none, as ghinstallation sends it, and labels to add as a bare array, of
// which only the description's prose tells.
func (o operation) plainBody(body []byte) []byte {
	body = bytes.TrimSpace(body)
	switch {
	case o.id == "apps/create-installation-access-token" && string(body) == "null":
		return nil
	case o.id == "issues/add-labels" && bytes.HasPrefix(body, []byte("[")):
		return slices.Concat([]byte(`{"labels":`), body, []byte("}"))
	default:
		return body
	}
}

// checkRequest says what is not valid in a request. It is stricter than GitHub in
// one thing: a field or a query parameter that the description does not know is
// ignored there, and a mistake here.
func (o operation) checkRequest(r *http.Request, body []byte) []string {
	var faults []string
	if err := openapi3filter.ValidateRequest(r.Context(), o.input(r, body)); err != nil {
		faults = append(faults, brief(err))
	}
	for name := range r.URL.Query() {
		if o.queryParameter(name) == nil {
			faults = append(faults, fmt.Sprintf("the query parameter %q is not described", name))
		}
	}
	if o.route.Operation.RequestBody == nil || len(body) == 0 {
		return faults
	}
	content := o.route.Operation.RequestBody.Value.Content.Get("application/json")
	return append(faults, checkFields(content, body)...)
}

func (o operation) queryParameter(name string) *openapi3.Parameter {
	return cmp.Or(o.route.Operation.Parameters.GetByInAndName("query", name), o.route.PathItem.Parameters.GetByInAndName("query", name))
}

// general are the replies that the documentation promises of every operation, and
// that the description tells of few: redirects ("Best practices for using the REST
// API"), conditional requests, "Troubleshooting the REST API", limits. 410 is
// told for what belonged to a deleted issue.
var general = []int{
	http.StatusMovedPermanently, http.StatusTemporaryRedirect, http.StatusNotModified,
	http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusGone, http.StatusTooManyRequests,
	http.StatusBadGateway,
}

// checkReply says what is not valid in a reply.
func (o operation) checkReply(r *http.Request, status int, header http.Header, body []byte) []string {
	response := o.route.Operation.Responses.Status(status)
	switch {
	case response == nil && !slices.Contains(general, status):
		return []string{fmt.Sprintf("the status %d is not described", status)}
	case status == http.StatusNotModified || status == http.StatusNoContent:
		if len(body) > 0 {
			return []string{fmt.Sprintf("a reply of status %d has a body", status)}
		}
		return nil
	case status >= 500:
		return nil // whatever stands in front of GitHub speaks HTML
	case response == nil || status == http.StatusMovedPermanently || status == http.StatusTemporaryRedirect:
		return o.checkError(status, body)
	}
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: o.input(r, nil), Status: status, Header: header, Options: o.input(r, nil).Options,
	}
	input.SetBodyBytes(body)
	var faults []string
	if err := openapi3filter.ValidateResponse(r.Context(), input); err != nil {
		faults = append(faults, brief(err))
	}
	content := response.Value.Content.Get("application/json")
	return append(faults, checkFields(content, body)...)
}

func (o operation) checkError(status int, body []byte) []string {
	var told object
	if err := json.Unmarshal(body, &told); err != nil {
		return []string{fmt.Sprintf("a reply of status %d is no object: %v", status, err)}
	}
	if text, _ := told["message"].(string); text == "" {
		return []string{fmt.Sprintf("a reply of status %d has no message", status)}
	}
	if err := o.route.Spec.Components.Schemas["basic-error"].Value.VisitJSON(told); err != nil {
		return []string{brief(err)}
	}
	return nil
}

// checkWebhook says what is not valid in the payload of a webhook.
func (d descriptions) checkWebhook(name string, header http.Header, body []byte) []string {
	item := d.webhooks.Webhooks[name]
	if item == nil || item.Post == nil {
		return []string{"it is not described"}
	}
	var faults []string
	for _, parameter := range item.Post.Parameters {
		if p := parameter.Value; p.In == "header" && p.Required && header.Get(p.Name) == "" {
			faults = append(faults, fmt.Sprintf("the header %s is missing", p.Name))
		}
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return append(faults, err.Error())
	}
	var invalid *jsonschema.ValidationError
	if errors.As(d.hookSchemas[name].Validate(value), &invalid) {
		faults = append(faults, reasons(invalid)...)
	}
	content := item.Post.RequestBody.Value.Content.Get("application/json")
	return append(faults, checkFields(content, body)...)
}

// brief leaves out the schema and the whole value that the library's messages
// quote, and keeps the place and the reason.
func brief(err error) string {
	var lines []string
	for line := range strings.Lines(err.Error()) {
		line = strings.TrimRight(line, "\n")
		if line != "" && !strings.HasPrefix(line, " ") && line != "Schema:" && line != "Value:" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "; ")
}

// reasons are the innermost ones, with their places.
func reasons(err *jsonschema.ValidationError) []string {
	if len(err.Causes) == 0 {
		return []string{fmt.Sprintf("at /%s: %s", strings.Join(err.InstanceLocation, "/"), err.ErrorKind.LocalizedString(message.NewPrinter(language.English)))}
	}
	var all []string
	for _, cause := range err.Causes {
		all = append(all, reasons(cause)...)
	}
	slices.Sort(all)
	return all
}

// checkFields says which fields the content does not know, at any depth.
func checkFields(content *openapi3.MediaType, body []byte) []string {
	if content == nil || content.Schema == nil {
		return nil
	}
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		return []string{fmt.Sprintf("the body is not JSON: %v", err)}
	}
	return unknownFields(openapi3.SchemaRefs{content.Schema}, value, "")
}

func unknownFields(schemas openapi3.SchemaRefs, value any, place string) []string {
	schemas = alternatives(schemas)
	var faults []string
	switch value := value.(type) {
	case []any:
		var items openapi3.SchemaRefs
		for _, s := range schemas {
			if s.Value.Items != nil {
				items = append(items, s.Value.Items)
			}
		}
		for i, item := range value {
			faults = append(faults, unknownFields(items, item, fmt.Sprintf("%s/%d", place, i))...)
		}
	case object:
		if !slices.ContainsFunc(schemas, func(s *openapi3.SchemaRef) bool { return len(s.Value.Properties) > 0 }) {
			return nil // a map
		}
		for name, field := range value {
			var known openapi3.SchemaRefs
			for _, s := range schemas {
				if property := s.Value.Properties[name]; property != nil {
					known = append(known, property)
				}
				if more := s.Value.AdditionalProperties; more.Schema != nil {
					known = append(known, more.Schema)
				}
			}
			if len(known) == 0 {
				faults = append(faults, fmt.Sprintf("the field %s/%s is not described", place, name))
				continue
			}
			faults = append(faults, unknownFields(known, field, place+"/"+name)...)
		}
	}
	return faults
}

// alternatives are the schemas and all that they are composed of.
func alternatives(schemas openapi3.SchemaRefs) openapi3.SchemaRefs {
	var all openapi3.SchemaRefs
	for _, s := range schemas {
		all = append(all, s)
		for _, composed := range []openapi3.SchemaRefs{s.Value.AllOf, s.Value.AnyOf, s.Value.OneOf} {
			all = append(all, alternatives(composed)...)
		}
	}
	return all
}
