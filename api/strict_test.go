package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

const widgets = "/v1/widgets"

// The rows of the table "What the libraries do by default, and what to do about
// it" that concern bodies, and more of their kind.
func TestABodyIsHeldToItsSchema(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ body, pointer, message string }{
		"a field is missing":                  {`{}`, "/name", "is missing; it is required"},
		"a read-only field is sent":           {`{"name":"ab","madeAt":"2026-01-01T00:00:00Z"}`, "/madeAt", "is read-only; leave it out"},
		"a field is unknown":                  {`{"name":"ab","nmae":1}`, "/nmae", "is not a known field; known are: active, "},
		"a name differs in case":              {`{"name":"ab","Size":1}`, "/Size", "is not a known field"},
		"a name is given twice":               {`{"name":"ab","name":"cd"}`, "/name", "is given twice; expected once"},
		"a name is given twice, once escaped": {`{"name":"ab","n\u0061me":"cd"}`, "/name", "is given twice; expected once"},
		"a map's name is given twice":         {`{"name":"ab","labels":{"a.b/c":"1","a.b/c":"2"}}`, "/labels/a.b~1c", "is given twice; expected once"},
		"an optional field is null":           {`{"name":"ab","size":null}`, "/size", "expected an integer, not null; leave the field out instead"},
		"a required field is null":            {`{"name":null}`, "/name", "expected a string, not null; leave the field out instead"},
		"a map's value is null":               {`{"name":"ab","labels":{"a":null}}`, "/labels/a", "expected a string, not null"},
		"an array is null":                    {`{"name":"ab","codes":null}`, "/codes", "expected an array, not null"},
		"a string holds NUL":                  {`{"name":"a\u0000b"}`, "/name", `holds \u0000, which cannot be stored; leave it out`},
		"a name holds NUL":                    {`{"name":"ab","labels":{"a\u0000":"b"}}`, "/labels/a\x00", `its name holds \u0000`},
		"a string holds half a pair":          {`{"name":"ab\ud83d"}`, "/name", "holds half of a surrogate pair"},
		"a string is too short":               {`{"name":"a"}`, "/name", "expected at least 2 characters"},
		"a string is too long":                {`{"name":"` + strings.Repeat("a", 21) + `"}`, "/name", "expected at most 20 characters"},
		"a number is a string":                {`{"name":"ab","size":"7"}`, "/size", "expected an integer, not a string"},
		"an integer has a fraction":           {`{"name":"ab","size":1.5}`, "/size", "expected an integer, without fraction or exponent"},
		"an integer has an exponent":          {`{"name":"ab","size":1e1}`, "/size", "expected an integer, without fraction or exponent"},
		"an integer is too large":             {`{"name":"ab","size":9223372036854775808}`, "/size", "expected an integer of 64 bits"},
		"a small integer is too large":        {`{"name":"ab","tiny":2147483648}`, "/tiny", "expected an integer of 32 bits"},
		"an integer is above its maximum":     {`{"name":"ab","size":101}`, "/size", "expected at most 100"},
		"a number is not finite":              {`{"name":"ab","ratio":1e999}`, "/ratio", "expected a number within ±1.8e308"},
		"a free number is not finite":         {`{"name":"ab","anything":[1e999]}`, "/anything/0", "expected a number within ±1.8e308"},
		"a number has too many digits":        {`{"name":"ab","ratio":0.` + strings.Repeat("1", 400) + `}`, "/ratio", "expected a number of at most 400 digits"},
		"a value is none of its enumeration":  {`{"name":"ab","kind":"ftp"}`, "/kind", "expected one of http, grpc"},
		"a time is no time":                   {`{"name":"ab","at":"yesterday"}`, "/at", "expected a time such as 2026-01-31T12:00:00Z"},
		"a boolean is a number":               {`{"name":"ab","active":1}`, "/active", "expected a boolean, not a number"},
		"a string is a boolean":               {`{"name":true}`, "/name", "expected a string, not true"},
		"an object is an array":               {`{"name":"ab","labels":[]}`, "/labels", "expected an object, not an array"},
		"an array is an object":               {`{"name":"ab","codes":{}}`, "/codes", "expected an array, not an object"},
		"an array is too long":                {`{"name":"ab","codes":[1,2,3,4]}`, "/codes", "expected at most 3 items"},
		"an array's items repeat":             {`{"name":"ab","codes":[1,2,1]}`, "/codes/2", "is in the array already"},
		"an inner pattern is missed":          {`{"name":"ab","gadgets":[{"slug":"abc"},{"slug":"A-b"}]}`, "/gadgets/1/slug", "expected a lower-case label"},
		"an inner field is unknown":           {`{"name":"ab","gadgets":[{"slug":"abc","color":1}]}`, "/gadgets/0/color", "is not a known field; known are: slug, weight"},
		"the body is an array":                {`[]`, "", "expected an object, not an array"},
		"the body is null":                    {`null`, "", "expected an object, not null"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			p := b.problem(http.StatusUnprocessableEntity, "invalid_input", http.MethodPost, widgets, c.body)
			if len(p.Errors) != 1 && c.body != `[]` || p.Errors[0].Pointer != c.pointer || !strings.Contains(p.Errors[0].Message, c.message) {
				t.Errorf("got %+v, want %q at %q", p.Errors, c.message, c.pointer)
			}
			if b.made != 0 {
				t.Error("the handler was called")
			}
		})
	}
}

func TestABodyThatIsNoJSONIsRefused(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000)
	for name, c := range map[string]struct {
		status     int
		code, body string
	}{
		"cut short":              {400, "malformed_json", `{"name":"ab"`},
		"followed by garbage":    {400, "malformed_json", `{"name":"ab"} x`},
		"followed by another":    {400, "malformed_json", `{"name":"ab"}{"name":"cd"}`},
		"with a trailing comma":  {400, "malformed_json", `{"name":"ab",}`},
		"with NaN":               {400, "malformed_json", `{"name":"ab","ratio":NaN}`},
		"with Infinity":          {400, "malformed_json", `{"name":"ab","ratio":-Infinity}`},
		"with a leading zero":    {400, "malformed_json", `{"name":"ab","size":01}`},
		"with a raw newline":     {400, "malformed_json", "{\"name\":\"a\nb\"}"},
		"with a raw NUL":         {400, "malformed_json", "{\"name\":\"a\x00b\"}"},
		"not UTF-8":              {400, "malformed_json", "{\"name\":\"a\xff\"}"},
		"with a byte order mark": {400, "malformed_json", "\ufeff{\"name\":\"ab\"}"},
		"only white space":       {400, "body_missing", "  \n"},
		"nested too deep":        {422, "body_too_deep", `{"name":"ab","anything":` + deep + `}`},
		"nothing":                {400, "body_missing", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			p := b.problem(c.status, c.code, http.MethodPost, widgets, c.body)
			if len(p.Detail) > maxText || b.made != 0 {
				t.Errorf("detail of %d bytes, handler called %d times", len(p.Detail), b.made)
			}
		})
	}
}

func TestWhatFitsItsSchemaArrivesWhole(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	body := `{"name":"A \ud83d\ude00 \u00e9\n", "note":null, "size":100, "ratio":1e-3, "kind":"grpc", "at":"2026-01-31T12:00:00Z",
		"labels":{"a.b/c~d":"1","":"2"}, "codes":[1,2,-3], "gadgets":[{"slug":"abc"}], "active":true, "tiny":-2147483648, "anything":{"x":[null,1.5,"y"]}}`
	w := b.do(http.MethodPost, widgets, body)
	if w.Code != http.StatusCreated {
		t.Fatalf("got %d %s", w.Code, w.Body)
	}
	var want WidgetInput
	if err := json.Unmarshal([]byte(body), &want); err != nil {
		t.Fatal(err)
	}
	want.Retries = 3 // its default
	if got := b.widgets[0].in; fmt.Sprintf("%+v", got.Labels) != fmt.Sprintf("%+v", want.Labels) || got.Name != "A 😀 é\n" ||
		got.Size != 100 || got.Ratio != .001 || !slices.Equal(got.Codes, want.Codes) || got.Retries != 3 || !got.At.Equal(*want.At) || got.Tiny != -2147483648 {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestAnExplicitZeroIsNotTakenForTheDefault(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.do(http.MethodPost, widgets, `{"name":"ab","retries":0}`)
	if got := b.widgets[0].in.Retries; got != 0 {
		t.Errorf("retries is %d, want 0", got)
	}
}

func TestAllFaultsAreToldAtOnceWithThoseOfParameters(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.problem(422, "invalid_input", http.MethodPost, widgets+"?x=1", `{"name":"a","size":0}`, "Idempotency-Key: "+strings.Repeat("k", 256))
	got := p.pointers()
	slices.Sort(got)
	if want := []string{"/name", "/size", "header.Idempotency-Key", "query.x"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAThousandFaultsCostLittleAndAreCounted(t *testing.T) {
	t.Parallel()
	var fields strings.Builder
	fields.WriteString(`{"name":"ab"`)
	for i := range 1000 {
		fmt.Fprintf(&fields, `,"f%d":0`, i)
	}
	fields.WriteString("}")
	for name, c := range map[string]struct {
		body string
		more int
	}{
		"1,000 unknown fields in 11 kB":     {fields.String(), 980},
		"200 kB of wrong items":             {`{"name":"ab","gadgets":[` + strings.TrimSuffix(strings.Repeat(`7,`, 100_000), ",") + `]}`, 99_980},
		"one unknown field of 200 kB":       {`{"name":"ab","` + strings.Repeat("x", 200_000) + `":0}`, 0},
		"one wrong value of 200 kB":         {`{"name":"` + strings.Repeat("é", 100_000) + `"}`, 0},
		"one wrong number of 200 kB":        {`{"name":"ab","size":` + strings.Repeat("9", 200_000) + `}`, 0},
		"many wrong values behind one name": {`{"name":"ab","` + strings.Repeat("x", 100_000) + `":0,"gadgets":[` + strings.TrimSuffix(strings.Repeat(`{},`, 30_000), ",") + `]}`, 29_981},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			start := time.Now()
			w := b.do(http.MethodPost, widgets, c.body)
			took := time.Since(start)
			p := b.readProblem(422, "invalid_input", w)
			if len(p.Errors) > maxFaults || p.MoreErrors != c.more {
				t.Errorf("%d faults and %d more, want %d more", len(p.Errors), p.MoreErrors, c.more)
			}
			if w.Body.Len() > 10_000 {
				t.Errorf("the reply has %d bytes", w.Body.Len())
			}
			if took > 2*time.Second { // a hundredth of it as a rule; huma's own took seconds of one core
				t.Errorf("it took %s", took)
			}
			for _, f := range p.Errors {
				if n := len([]rune(f.Value)); n > maxValue+1 {
					t.Errorf("a value of %d characters is told", n)
				}
			}
		})
	}
}

func TestSecretsAreNeverToldAgain(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"a field named token":             `{"name":"ab","token":"hunter2"}`,
		"a field of format password":      `{"name":"ab","pin":"hunter2"}`,
		"an unknown field named secret":   `{"name":"ab","clientSecret":"hunter2"}`,
		"a field within":                  `{"name":"ab","labels":{"password":{"of":["hunter2"]}}}`,
		"a token of a wrong type":         `{"name":"ab","token":["hunter2"]}`,
		"a token given twice":             `{"name":"ab","token":"hunter2","token":"hunter2"}`,
		"a body that is cut short":        `{"name":"ab","token":"hunter2`,
		"a body with garbage after it":    `{"name":"ab","token":"hunter2"} hunter2`,
		"a token with something unstored": `{"name":"ab","token":"hunter2\u0000"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			w := b.do(http.MethodPost, widgets, body)
			if w.Code < 400 || strings.Contains(w.Body.String(), "hunter2") || strings.Contains(b.log.String(), "hunter2") {
				t.Errorf("got %d %s, log %s", w.Code, w.Body, b.log)
			}
		})
	}
	b := newBench(t)
	if w := b.do(http.MethodGet, "/v1/failing/a/widgets/b?token=hunter2", ""); w.Code != 422 || strings.Contains(w.Body.String(), "hunter2") {
		t.Errorf("a query parameter: got %d %s", w.Code, w.Body)
	}
}

func TestValuesAreToldEscapedAndShort(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.problem(422, "invalid_input", http.MethodPost, widgets, `{"name":"`+`\u202e<b>`+strings.Repeat("a", 100)+`","size":"\u001b[31m"}`)
	if got, want := p.Errors[0].Value, `\u202e<b>`+strings.Repeat("a", 55)+"…"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := p.Errors[1].Value, `\x1b[31m`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestOnlyPlainJSONIsTaken(t *testing.T) {
	t.Parallel()
	body := `{"name":"ab"}`
	for name, headers := range map[string][]string{
		"no Content-Type":      {"Content-Type: "},
		"a form":               {"Content-Type: application/x-www-form-urlencoded"},
		"text":                 {"Content-Type: text/plain"},
		"CBOR":                 {"Content-Type: application/cbor"},
		"another +json":        {"Content-Type: application/merge-patch+json"},
		"another charset":      {"Content-Type: application/json; charset=latin1"},
		"a broken type":        {"Content-Type: application/json; charset"},
		"gzip on a plain body": {"Content-Encoding: gzip"},
		"an unknown encoding":  {"Content-Encoding: br, identity"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			if b.problem(http.StatusUnsupportedMediaType, "unsupported_media_type", http.MethodPost, widgets, body, headers...); b.made != 0 {
				t.Error("the handler was called")
			}
		})
	}
	b := newBench(t)
	for _, h := range []string{"Content-Type: application/json; charset=UTF-8", "Content-Type: Application/JSON", "Content-Encoding: identity"} {
		if w := b.do(http.MethodPost, widgets, body, h); w.Code != http.StatusCreated {
			t.Errorf("%s: got %d %s", h, w.Code, w.Body)
		}
	}
}

func TestAHugeBodyIsRefusedBeforeItIsRead(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(c *Config) { c.MaxBody = 1000 })
	body := `{"name":"ab","anything":"` + strings.Repeat("x", 1000) + `"}`
	b.problem(http.StatusRequestEntityTooLarge, "body_too_large", http.MethodPost, widgets, body)

	chunked := httptest.NewRequestWithContext(t.Context(), http.MethodPost, widgets, struct{ *strings.Reader }{strings.NewReader(body)})
	chunked.ContentLength = -1
	chunked.Header.Set("Authorization", "Bearer admin")
	chunked.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	b.ServeHTTP(w, chunked)
	b.readProblem(http.StatusRequestEntityTooLarge, "body_too_large", w)

	exact := `{"name":"ab","anything":"` + strings.Repeat("x", 1000-len(`{"name":"ab","anything":""}`)) + `"}`
	if w := b.do(http.MethodPost, widgets, exact); len(exact) != 1000 || w.Code != http.StatusCreated {
		t.Errorf("a body of exactly the limit: got %d %s", w.Code, w.Body)
	}
}

func TestAnOperationMayTakeBytes(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	if w := b.do(http.MethodPut, "/v1/note", "a: b", "Content-Type: application/yaml"); w.Code != 200 || !strings.Contains(w.Body.String(), `"a: b"`) {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	b.problem(413, "body_too_large", http.MethodPut, "/v1/note", strings.Repeat("a", 101), "Content-Type: application/yaml")
	b.problem(415, "unsupported_media_type", http.MethodPut, "/v1/note", "{}")
}

func TestABodyThatTheStrictPassCannotCheckIsNoOperations(t *testing.T) {
	t.Parallel()
	text := &huma.Schema{Type: huma.TypeString}
	for name, s := range map[string]*huma.Schema{
		"oneOf": {OneOf: []*huma.Schema{text}}, "anyOf": {AnyOf: []*huma.Schema{text}}, "allOf": {AllOf: []*huma.Schema{text}}, "not": {Not: text},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s is taken", name)
				}
			}()
			(&shapes{made: map[*huma.Schema]*shape{}}).of(&huma.Schema{Type: huma.TypeArray, Items: s})
		}()
	}
}

func TestNoOperationTakesMoreThanTheOperatorAllows(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(c *Config) { c.MaxBody = 50 })
	const yaml = "Content-Type: application/yaml"
	b.problem(413, "body_too_large", http.MethodPut, "/v1/note", strings.Repeat("a", 51), yaml) // takes 100 elsewhere
	if w := b.do(http.MethodPut, "/v1/note", strings.Repeat("a", 50), yaml); w.Code != 200 {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	b = newBench(t, func(c *Config) { c.MaxBody = 200 })
	b.problem(413, "body_too_large", http.MethodPut, "/v1/note", strings.Repeat("a", 101), yaml) // never more than its own
}

func TestRepliesAreJSONWhateverIsAccepted(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, accept := range []string{"application/cbor", "text/html", "application/json;q=0", "*/*", "garbage;;,"} {
		w := b.do(http.MethodGet, "/v1/greeting", "", "Accept: "+accept)
		if w.Code != 200 || w.Header().Get("Content-Type") != "application/json" || w.Body.String() != "{\"slug\":\"hello\",\"weight\":1}\n" {
			t.Errorf("%s: got %d %s %s", accept, w.Code, w.Header().Get("Content-Type"), w.Body)
		}
		b.problem(404, "widget_not_found", http.MethodGet, "/v1/widgets/none", "", "Accept: "+accept)
	}
}

func TestTheQueryIsHeldToWhatIsKnown(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]struct{ pointer, message string }{
		"colour=red":                  {"query.colour", "is not a parameter of this operation"},
		"limit=5&limit=6":             {"query.limit", "is given twice; expected once"},
		"kind=a&kind=b&name=a&name=b": {"query.name", "is given twice; expected once"},
		"name=a%00b":                  {"query.name", "holds a NUL or is not UTF-8"},
		"name=a%ffb":                  {"query.name", "holds a NUL or is not UTF-8"},
		"name=%zz":                    {"query.name", "is not percent-encoded as it should be"},
		"%zz=1":                       {"query", "is not encoded as name=value pairs joined by &"},
		"limit=1;after=x":             {"query", "is not encoded as name=value pairs joined by &"},
		"limit=0":                     {"query.limit", "expected at least 1"},
		"limit=501":                   {"query.limit", "expected at most 500"},
		"limit=ten":                   {"query.limit", "invalid integer"},
		"limit=1e1":                   {"query.limit", "invalid integer"},
		"Limit=5":                     {"query.Limit", "is not a parameter of this operation"},
		"name=aaaaaaaaaaaaaaa":        {"query.name", "expected at most 10 characters"},
		"after=nonsense":              {"query.after", "is not a cursor of this list"},
	} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			p := b.problem(422, "invalid_input", http.MethodGet, widgets+"?"+query, "")
			if p.Errors[0].Pointer != want.pointer || !strings.Contains(p.Errors[0].Message, want.message) {
				t.Errorf("got %+v, want %+v", p.Errors, want)
			}
		})
	}
	b := newBench(t)
	for _, query := range []string{"", "limit=5", "kind=a&kind=b", "&limit=5&", "name=a+b"} {
		if w := b.do(http.MethodGet, widgets+"?"+query, ""); w.Code != 200 {
			t.Errorf("%q: got %d %s", query, w.Code, w.Body)
		}
	}
}

func TestAPathThatNoStoreCouldKeepIsRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.problem(400, "malformed_path", http.MethodGet, "/v1/widgets/a%00b", "")
	b.problem(400, "malformed_path", http.MethodGet, "/v1/widgets/a%ffb", "")
	b.problem(404, "widget_not_found", http.MethodGet, "/v1/widgets/a%2Fb", "")
	p := b.problem(422, "invalid_input", http.MethodGet, "/v1/widgets/"+strings.Repeat("a", 64), "")
	if p.Errors[0].Pointer != "path.widget" {
		t.Errorf("got %+v", p.Errors)
	}
}
