package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/evenkeel/evenkeel/api/admission"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/access"
)

// operation declares one operation of the API. id, method, path, tag, summary and
// either a rule or public are needed; register panics without them, so that a
// test that builds the API finds what is missing.
type operation struct {
	id          string // camelCase, unique: what clients name their method
	method      string
	path        string
	tag         string // one of the tags in openapi.go
	summary     string
	description string
	// rule is what the caller needs to be permitted before the handler runs.
	rule access.Rule
	// public lets anybody call it, without a token; there is no rule then.
	public bool
	// status of success, where it is not 200, 201 (with created) or 204 (without a body).
	status int
	// maxBody in bytes, where it is less than the API's.
	maxBody int64
	// sends is the type of a reply whose Body is bytes; others are JSON.
	sends string
	// errors are statuses beyond those that follow from the inputs: see replies.
	errors []int
	// class is how critical it is under overload, where it is not what follows from
	// the method and the kind of reply: see classOf.
	class admission.Class
	// deprecations are what is not to be used of it any more.
	deprecations []deprecation
}

// endpoint is an operation made ready to serve.
type endpoint struct {
	operation
	route   string
	meter   *meter
	load    *admission.Route
	query   map[string]bool // known parameters; true for those that repeat
	headers []string        // known ones, in canonical form
	media   []string        // accepted types of the body; none means no body
	needed  bool            // the body is
	raw     bool            // the handler takes the body's bytes, huma hands them on
	body    *shape
}

const endpointKey = "endpoint"

// Inputs and outputs that bring conditions, headers or replies with them.
type (
	conditional interface{ precondition() *Problem }
	cacheable   interface{ ifNoneMatch() string }
	makes       interface{ makesResource() }
)

var (
	rxOperationID = regexp.MustCompile(`^[a-z][a-zA-Z0-9]*$`)
	hasParameter  = regexp.MustCompile(`\{[a-zA-Z]+\}`)
)

// register adds an operation. The handler is called with the caller in its
// context, permitted, and with an input that fits its schema; what it returns as
// an error becomes a problem.
func register[I, O any](a *API, op operation, handle func(context.Context, *I) (*O, error)) {
	var in any = new(I)
	var out any = new(O)
	e := &endpoint{operation: op, route: op.path}
	e.mustBeComplete()
	mustBeSeen(reflect.TypeFor[I]())
	mustBeSeen(reflect.TypeFor[O]())
	body, hasBody := reflect.TypeFor[I]().FieldByName("Body")
	_, e.raw = reflect.TypeFor[I]().FieldByName("RawBody")
	e.maxBody = a.largestBody(e.maxBody)
	e.load = a.admission.Route(e.classOf(reflect.TypeFor[O]()))
	if _, ok := out.(makes); ok && e.status == 0 {
		e.status = http.StatusCreated
	}
	if !slices.ContainsFunc(tags, func(t *huma.Tag) bool { return t.Name == e.tag }) {
		panic(fmt.Sprintf("operation %s: the tag %q is not in openapi.go", e.id, e.tag))
	}
	h := huma.Operation{
		OperationID: e.id, Method: e.method, Path: e.path, Summary: e.summary, Description: e.description,
		Tags: []string{e.tag}, DefaultStatus: e.status,
		Metadata: map[string]any{endpointKey: e},
		// The body is read, checked and decoded here; huma gets a null instead.
		SkipValidateBody: true, MaxBodyBytes: -1, BodyReadTimeout: -1,
		Responses: map[string]*huma.Response{},
		Security:  []map[string][]string{{"bearer": {}}},
	}
	if e.public {
		h.Security = []map[string][]string{{}}
	}
	if e.sends != "" {
		h.Responses[strconv.Itoa(http.StatusOK)] = &huma.Response{Content: map[string]*huma.MediaType{e.sends: {Schema: &huma.Schema{Type: huma.TypeString}}}}
	}
	for _, status := range e.replies(in, hasBody || e.raw) {
		h.Responses[strconv.Itoa(status)] = replyRef(status)
	}
	_, isConditional := in.(conditional)
	huma.Register(a.huma, h, func(ctx context.Context, in *I) (*O, error) {
		x := exchangeFrom(ctx)
		if x.faults.any() {
			return nil, a.problem(ctx, invalidProblem(x.faults))
		}
		if hasBody && len(x.body) > 0 {
			if err := decodeBody(x.body, reflect.ValueOf(in).Elem().FieldByIndex(body.Index).Addr().Interface()); err != nil {
				return nil, a.problem(ctx, err)
			}
		}
		if isConditional {
			if p := any(in).(conditional).precondition(); p != nil {
				return nil, a.problem(ctx, p)
			}
		}
		out, err := handle(ctx, in)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return out, nil
	})
	a.endpoints = append(a.endpoints, e)
}

// mustBeComplete panics where a declaration lacks what every operation has.
func (e *endpoint) mustBeComplete() {
	switch {
	case !rxOperationID.MatchString(e.id):
		panic(fmt.Sprintf("operation %q: the id is camelCase", e.id))
	case e.public == (e.rule != access.Rule{}), !e.public && (e.rule.Verb == "" || e.rule.Kind == ""):
		panic(fmt.Sprintf("operation %s: it needs a rule of verb and kind, or to be public, and not both", e.id))
	case e.class == admission.Health:
		panic(fmt.Sprintf("operation %s: what is never limited is no operation", e.id))
	case e.summary == "" || e.tag == "" || e.method == "" || !strings.HasPrefix(e.path, "/"):
		panic(fmt.Sprintf("operation %s: it needs a method, a path, a tag and a summary", e.id))
	}
}

// mustBeSeen panics where huma would silently pass over a part of an input or output.
func mustBeSeen(t reflect.Type) {
	for f := range t.Fields() {
		if f.Anonymous && !f.IsExported() {
			panic(fmt.Sprintf("%s embeds %s, whose fields huma does not see: export its name", t, f.Type))
		}
	}
}

// replies lists the statuses beside success that follow from what an operation
// takes.
func (e *endpoint) replies(in any, body bool) []int {
	out := append([]int{http.StatusUnprocessableEntity, http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusServiceUnavailable}, e.errors...)
	if !e.public {
		out = append(out, http.StatusUnauthorized, http.StatusForbidden)
	}
	if hasParameter.MatchString(e.path) {
		out = append(out, http.StatusBadRequest, http.StatusNotFound, http.StatusPermanentRedirect)
	}
	if body {
		out = append(out, http.StatusBadRequest, http.StatusRequestTimeout, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	if e.method != http.MethodGet {
		out = append(out, http.StatusConflict, http.StatusInsufficientStorage)
	}
	if _, ok := in.(conditional); ok {
		out = append(out, http.StatusPreconditionFailed, http.StatusPreconditionRequired)
	}
	if _, ok := in.(cacheable); ok {
		out = append(out, http.StatusNotModified)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// decodeBody fills the input from a body that has passed its schema. What still
// does not fit (a number too large for its field, a text that a type of ours does
// not read) is the caller's to put right.
func decodeBody(data []byte, into any) error {
	err := json.Unmarshal(data, into)
	if err == nil {
		return nil
	}
	if fault.As(err) != nil {
		return err
	}
	var v faultList
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		v.add(pointerOf(wrong.Field), "does not fit this field; its schema says what does", "")
	} else {
		v.add("", "cannot be read as what the schema describes", "")
	}
	return invalidProblem(v)
}
