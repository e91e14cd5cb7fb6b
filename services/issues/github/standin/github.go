package standin

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"
)

// Testing is what the stand-in needs of a test. What is not valid is an error of
// the test, with the operation, the place and the reason.
type Testing interface {
	Helper()
	Errorf(format string, args ...any)
	Fatal(args ...any)
	Cleanup(func())
}

// Options are what a test can choose.
type Options struct {
	// Now is the time of all that GitHub does and limits.
	Now func() time.Time
	// TokenClock is the time by which app tokens expire, Now when it is nil.
	// ghinstallation reads the machine's clock, whatever the test's says.
	TokenClock func() time.Time
	// Advance moves Now on, for replies that take time.
	Advance func(time.Duration)
	// Limits are those that GitHub documents when they are zero.
	Limits Limits
	// Plan says what goes wrong; nothing when it is nil.
	Plan Plan
	// WebhookSecret signs the webhooks.
	WebhookSecret string
	// Enterprise serves the API below /api/v3, as GitHub Enterprise Server does.
	Enterprise bool
}

// GitHub is the stand-in. Its methods may be called at any time.
type GitHub struct {
	// URL is where the API is, without a slash at its end.
	URL string

	t       Testing
	options Options
	server  *httptest.Server
	descriptions

	mu            sync.Mutex
	lastID        int64
	accounts      map[string]*account // by login in lower case
	apps          []*App
	installations []*installation
	repositories  map[int64]*repository
	names         map[string]int64 // full names in lower case, those of old too
	tokens        map[string]*token
	usages        map[string]*usage // by caller
	requests      []*Request
	deliveries    []Delivery
	lag           time.Duration
}

// New starts a stand-in that ends with the test.
func New(t Testing, options Options) *GitHub {
	t.Helper()
	d, err := described()
	if err != nil {
		t.Fatal(err)
	}
	if options.Now == nil {
		t.Fatal("standin.Options.Now is nil: give the clock of the test")
	}
	if options.TokenClock == nil {
		options.TokenClock = options.Now
	}
	if options.Limits == (Limits{}) {
		options.Limits = Documented()
	}
	g := &GitHub{
		t: t, options: options, descriptions: d, lastID: 1_000_000,
		accounts: map[string]*account{}, repositories: map[int64]*repository{}, names: map[string]int64{},
		tokens: map[string]*token{}, usages: map[string]*usage{},
	}
	g.server = httptest.NewServer(g)
	t.Cleanup(g.server.Close)
	g.URL = g.server.URL
	if options.Enterprise {
		g.URL += "/api/v3"
	}
	return g
}

// LagLists keeps issues out of lists until they are as old as this. Reads by
// number find them at once.
func (g *GitHub) LagLists(lag time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.lag = lag
}

// now is GitHub's time, which has whole seconds.
func (g *GitHub) now() time.Time { return g.options.Now().UTC().Truncate(time.Second) }

func (g *GitHub) newID() int64 {
	g.lastID++
	return g.lastID
}

// nodeID is an opaque name, as GitHub's GraphQL API has it.
func nodeID(kind string, id int64) string {
	return kind + "_" + base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d", id))
}

// stamp writes a time as GitHub does; nil for none.
func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(time.RFC3339)
}

// fold is how names that differ in case only are the same.
func fold(name string) string { return strings.ToLower(name) }

// rebase returns a copy of an example with all its texts of one name those of
// another: what it is made of stays as real as it is.
func rebase(example any, replacer *strings.Replacer) any {
	switch example := example.(type) {
	case object:
		result := object{}
		for key, value := range example {
			result[key] = rebase(value, replacer)
		}
		return result
	case []any:
		result := slices.Clone(example)
		for i, value := range result {
			result[i] = rebase(value, replacer)
		}
		return result
	case string:
		return replacer.Replace(example)
	default:
		return example
	}
}

func without(o object, keys ...string) object {
	result := maps.Clone(o)
	for _, key := range keys {
		delete(result, key)
	}
	return result
}

func with(o object, more object) object {
	result := maps.Clone(o)
	maps.Copy(result, more)
	return result
}
