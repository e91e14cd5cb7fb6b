package standin

import (
	"net/http"
	"net/url"
	"slices"
	"time"
)

// Request is a request that came.
type Request struct {
	At          time.Time // by Options.Now
	Method      string
	Path        string // escaped, without what Enterprise puts before it
	Query       url.Values
	Body        string
	IfNoneMatch string
	Operation   string            // of the description: "issues/create"
	Parameters  map[string]string // of the path
	Caller      string            // a login, "installation 12", "app slug", "nobody"

	// Early is how much of a wait that the caller was told was left: a request
	// before a deadline. Where no header said how long, it is of one minute.
	Early time.Duration
	// Writing is how many writes of the caller were under way when this one came,
	// itself among them.
	Writing int

	Fault  Kind // what went wrong by the plan
	Status int  // of the reply, lost or not; 0 when there was none
}

// IsWrite reports whether the request changes something.
func (r Request) IsWrite() bool {
	return r.Method != http.MethodGet && r.Operation != "apps/create-installation-access-token"
}

// Requests are those that came so far, in their order.
func (g *GitHub) Requests() []Request {
	return g.requestsThat(func(Request) bool { return true })
}

// Early are the requests that came before a deadline that their caller knew.
func (g *GitHub) Early() []Request {
	return g.requestsThat(func(r Request) bool { return r.Early > 0 })
}

// Hurried are the writes that came sooner than a pause after the one before of
// the same caller, or while it was under way.
func (g *GitHub) Hurried(pause time.Duration) []Request {
	last := map[string]time.Time{}
	return g.requestsThat(func(r Request) bool {
		if !r.IsWrite() {
			return false
		}
		before, ok := last[r.Caller]
		last[r.Caller] = r.At
		return r.Writing > 1 || ok && r.At.Sub(before) < pause
	})
}

// ForgetRequests empties the list of requests.
func (g *GitHub) ForgetRequests() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.requests = nil
}

func (g *GitHub) requestsThat(wanted func(Request) bool) []Request {
	g.mu.Lock()
	defer g.mu.Unlock()
	var found []Request
	for _, r := range g.requests {
		if wanted(*r) {
			copied := *r
			copied.Query = url.Values{}
			for name, values := range r.Query {
				copied.Query[name] = slices.Clone(values)
			}
			found = append(found, copied)
		}
	}
	return found
}
