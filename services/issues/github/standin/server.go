package standin

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// exchange is one request on its way to a reply.
type exchange struct {
	*Request
	http      *http.Request
	body      []byte
	operation operation
	found     bool
	caller    caller
	refused   *reply // of who calls
	usage     *usage
	fault     Fault
}

// isWrite reports whether limits count the request as a write.
func (e *exchange) isWrite() bool { return e.Method != http.MethodGet }

// isContent reports whether the request makes something that people are told of.
func (e *exchange) isContent() bool {
	return e.Method == http.MethodPost && e.Operation != "apps/create-installation-access-token"
}

// ServeHTTP answers as GitHub does, or as the plan says.
func (g *GitHub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the caller went away
	}
	e, answer := g.handle(r, body)
	defer g.leave(e)
	if e.fault.Kind == Slow && e.fault.Gate != nil {
		e.fault.hold(r.Context())
	}
	if e.fault.Kind == Cut || e.fault.Kind == LostReply {
		panic(http.ErrAbortHandler) // net/http ends the connection, and says nothing
	}
	for name, values := range answer.header {
		w.Header()[name] = values
	}
	w.Header().Set("Date", g.options.Now().UTC().Format(http.TimeFormat))
	w.WriteHeader(answer.status)
	_, _ = w.Write(answer.body) // a caller that went away misses its reply
}

// handle does what is asked, one request at a time.
func (g *GitHub) handle(r *http.Request, body []byte) (*exchange, *reply) {
	g.mu.Lock()
	defer g.mu.Unlock()
	e := g.receive(r, body)
	answer := g.answer(e)
	if e.fault.Kind == Slow && e.fault.Delay > 0 && e.fault.Gate == nil {
		if g.options.Advance == nil {
			g.t.Errorf("%s %s is to take %s, and standin.Options.Advance is nil", e.Method, e.Path, e.fault.Delay)
		} else {
			g.options.Advance(e.fault.Delay)
		}
	}
	return e, answer
}

func (g *GitHub) leave(e *exchange) {
	g.mu.Lock()
	defer g.mu.Unlock()
	e.usage.inFlight--
	if e.isWrite() {
		e.usage.writing--
	}
}

// receive notes a request, checks it, and asks the plan about it.
func (g *GitHub) receive(r *http.Request, body []byte) *exchange {
	path := r.URL.EscapedPath()
	if g.options.Enterprise {
		path = strings.TrimPrefix(path, "/api/v3")
	}
	e := &exchange{http: r}
	e.operation, e.found = g.operation(r.Method, g.namedPath(path))
	e.body = e.operation.plainBody(body)
	e.Request = &Request{
		At: g.options.Now(), Method: r.Method, Path: path, Query: r.URL.Query(), Body: string(body),
		IfNoneMatch: r.Header.Get("If-None-Match"), Operation: e.operation.id, Parameters: e.operation.parameters,
	}
	g.requests = append(g.requests, e.Request)
	e.caller, e.refused = g.authenticate(r, e.operation.id)
	e.usage = g.usage(e.caller.key)
	e.Caller, e.Early = e.caller.key, max(0, e.usage.deadline.Sub(e.At))
	e.usage.inFlight++
	if e.isWrite() {
		e.usage.writing++
		e.Writing = e.usage.writing
	}
	if !e.found {
		g.t.Errorf("%s %s is not among the operations of GitHub's API that are used: add it to standin/reduce, or do not call it", r.Method, path)
		return e
	}
	for _, fault := range e.operation.checkRequest(r, e.body) {
		g.t.Errorf("GitHub's description of %s refuses the request %s %s: %s", e.Operation, r.Method, r.URL, fault)
	}
	if g.options.Plan != nil {
		if fault := g.options.Plan.Next(*e.Request); fault.Kind.concerns(*e.Request) {
			e.fault, e.Fault = fault, fault.Kind
		}
	}
	return e
}

// namedPath turns the path of a repository by its id, to which redirects lead and
// which the description does not have, into the one by its name.
func (g *GitHub) namedPath(path string) string {
	rest, ok := strings.CutPrefix(path, "/repositories/")
	if !ok {
		return path
	}
	id, rest, _ := strings.Cut(rest, "/")
	name := "deleted/deleted"
	if n, err := strconv.ParseInt(id, 10, 64); err == nil && g.repositories[n] != nil {
		name = g.repositories[n].fullName()
	}
	return strings.TrimSuffix("/repos/"+name+"/"+rest, "/")
}

// answer makes the reply and checks it.
func (g *GitHub) answer(e *exchange) *reply {
	answer := g.reply(e)
	if e.fault.Kind == BadGatewayAfter || e.fault.Kind == BadGateway {
		answer = badGateway()
	}
	if e.fault.Kind != SecondarySilent && answer.status != http.StatusBadGateway {
		e.usage.tell(answer)
	}
	if e.fault.Kind != Cut {
		e.Status = answer.status
	}
	if e.found {
		for _, fault := range e.operation.checkReply(e.http, answer.status, answer.header, answer.body) {
			g.t.Errorf("GitHub's description of %s refuses the stand-in's own reply %d to %s %s: %s", e.Operation, answer.status, e.Method, e.http.URL, fault)
		}
	}
	return answer
}

func (g *GitHub) reply(e *exchange) *reply {
	if !e.found {
		return failed(http.StatusNotFound, "Not Found")
	}
	if e.fault.Kind.isEarly() {
		return g.fail(e)
	}
	if e.Operation == "rate-limit/get" {
		return g.rateLimit(e)
	}
	if refused := g.limit(e); refused != nil {
		return refused
	}
	answer := e.refused
	if answer == nil {
		answer = g.do(e).conditional(e.http, e.fault.Kind == StaleETag)
	}
	if answer.status != http.StatusNotModified || e.caller.key == "nobody" {
		e.usage.used++
	}
	return answer
}

// fail is the reply of a fault that comes before the effect.
func (g *GitHub) fail(e *exchange) *reply {
	wait := e.fault.Wait
	if wait <= 0 {
		wait = leastPause
	}
	switch e.fault.Kind {
	case NotFound:
		return failed(http.StatusNotFound, "Not Found")
	case Gone:
		return failed(http.StatusGone, "This issue was deleted")
	case Permanently, Temporarily:
		status := http.StatusMovedPermanently
		if e.fault.Kind == Temporarily {
			status = http.StatusTemporaryRedirect
		}
		location, ok := g.elsewhere(e)
		if !ok {
			return failed(http.StatusNotFound, "Not Found")
		}
		return moved(status, location)
	case Cut, BadGateway:
		return badGateway()
	default:
		return g.refuse(e.usage, e.fault.Kind, wait)
	}
}

// elsewhere is the same request by the id of its repository.
func (g *GitHub) elsewhere(e *exchange) (string, bool) {
	r := g.repositories[g.names[fold(e.Parameters["owner"]+"/"+e.Parameters["repo"])]]
	if r == nil {
		return "", false
	}
	parts := strings.SplitN(g.namedPath(e.Path), "/", 5) // "", "repos", owner, name, rest
	location := fmt.Sprintf("%s/repositories/%d", g.URL, r.id)
	if len(parts) == 5 {
		location += "/" + parts[4]
	}
	if e.http.URL.RawQuery != "" {
		location += "?" + e.http.URL.RawQuery
	}
	return location, true
}

// badGateway is what stands in front of GitHub says when GitHub does not answer.
func badGateway() *reply {
	return &reply{
		status: http.StatusBadGateway, header: http.Header{"Content-Type": {"text/html; charset=utf-8"}},
		body: []byte("<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n"),
	}
}

// call is what a handler is given.
type call struct {
	*exchange
	g     *GitHub
	query url.Values
	input object // the body
}

// do calls the handler of the operation.
func (g *GitHub) do(e *exchange) *reply {
	c := &call{exchange: e, g: g, query: e.Query}
	if len(e.body) > 0 {
		if err := json.Unmarshal(e.body, &c.input); err != nil {
			return failed(http.StatusBadRequest, "Problems parsing JSON")
		}
	}
	h := handlers[e.Operation]
	for name := range c.query {
		if !slices.Contains(h.query, name) {
			g.t.Errorf("the stand-in does not know what %s does with the query parameter %q", e.Operation, name)
		}
	}
	for name := range c.input {
		if !slices.Contains(h.input, name) {
			g.t.Errorf("the stand-in does not know what %s does with the field %q", e.Operation, name)
		}
	}
	return h.do(c)
}
