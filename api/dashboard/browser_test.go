package dashboard

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdpruntime "github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/evenkeel/evenkeel/api"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/toil"
)

// browserVariable is the environment variable with the path of a Chromium.
const browserVariable = "EVENKEEL_TEST_CHROMIUM"

// browserTimeout ends a browser that hangs. All pages take a minute, and some more where others use the machine too.
const browserTimeout = 15 * time.Minute

// controls are the roles of what has to have a name, for those who do not see it.
var controls = []string{"button", "link", "image", "img", "textbox", "searchbox", "combobox", "checkbox", "radio", "switch", "slider", "meter", "progressbar", "navigation"}

// seen is what a script finds in a page.
type seen struct {
	Title         string
	H1            int
	Width, Scroll int64
	Inner         int64
	Beyond        []string // what is wider than the page
	Sideways      []string // what has to be pushed sideways to be read, but for what is to be copied
	Squeezed      []string // what is too narrow to read what was chosen or typed
	Background    string
}

const look = `(() => {
	document.querySelectorAll('details').forEach(d => d.open = true)
	const width = document.documentElement.clientWidth
	const scrolls = e => { for (; e; e = e.parentElement) { if (e !== document.body && e !== document.documentElement && getComputedStyle(e).overflowX !== 'visible') return true } return false }
	return {
		title: document.title, h1: document.querySelectorAll('h1').length,
		inner: innerWidth, width: width, scroll: document.documentElement.scrollWidth,
		beyond: [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > width + 1 && !scrolls(e)).slice(0, 5).map(e => e.outerHTML.slice(0, 120)),
		sideways: [...document.querySelectorAll('body *:not(pre):not(.prose table)')].filter(e => ['auto', 'scroll'].includes(getComputedStyle(e).overflowX) && e.scrollWidth > e.clientWidth).map(e => e.outerHTML.slice(0, 120)),
		squeezed: [...document.querySelectorAll('select, textarea, input:not([type=hidden], [type=checkbox], [type=radio])')].filter(e => e.getBoundingClientRect().width < 60).map(e => e.outerHTML.slice(0, 120)),
		background: getComputedStyle(document.body).backgroundColor,
	}
})()`

// tab is a page in a browser, and what the browser complained of.
type tab struct {
	*testing.T
	ctx  context.Context
	base string

	mutex      sync.Mutex
	complaints []string
}

func (b *tab) complain(format string, args ...any) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.complaints = append(b.complaints, fmt.Sprintf(format, args...))
}

// listen notes errors in the console, and requests to others.
func (b *tab) listen(event any) {
	switch e := event.(type) {
	case *cdplog.EventEntryAdded:
		// That a page is not there is said of the page that is to be not there.
		if e.Entry.Level == cdplog.EntryLevelError && !strings.HasSuffix(e.Entry.URL, "/nothing/here") {
			b.complain("the console says %s (%s)", e.Entry.Text, e.Entry.URL)
		}
	case *cdpruntime.EventConsoleAPICalled:
		b.complain("a script writes to the console: %s", e.Type)
	case *cdpruntime.EventExceptionThrown:
		b.complain("a script fails: %s", e.ExceptionDetails.Text)
	case *network.EventRequestWillBeSent:
		if !strings.HasPrefix(e.Request.URL, b.base+"/") && !strings.HasPrefix(e.Request.URL, "data:") {
			b.complain("the page asks %s", e.Request.URL)
		}
	}
}

// must returns what the browser answered.
func must[T any](t *testing.T) func(T, error) T {
	return func(answer T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
}

// open goes to a page, and returns where that led.
func (b *tab) open(path string) string {
	b.Helper()
	if err := chromedp.Do(b.ctx, chromedp.Navigate(b.base+path)); err != nil {
		b.Fatalf("open %s: %v", path, err)
	}
	return strings.TrimPrefix(must[string](b.T)(chromedp.Run(b.ctx, chromedp.Location())), b.base)
}

func (b *tab) prefer(scheme string) {
	b.Helper()
	must[cdp.Empty](b.T)(chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	}))
}

// check opens a page, and looks at it narrow and wide, in light and dark.
func (b *tab) check(path string) {
	b.Helper()
	if at := b.open(path); at != path {
		b.Errorf("%s leads to %s", path, at)
	}
	for _, width := range []int64{360, 1600} {
		must[cdp.Empty](b.T)(chromedp.Call(b.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
			Width: width, Height: 900, DeviceScaleFactor: 1, Mobile: width < 700,
		}))
		backgrounds := map[string]string{}
		for _, scheme := range []string{"light", "dark"} {
			b.prefer(scheme)
			s := must[seen](b.T)(chromedp.Run(b.ctx, chromedp.Evaluate[seen](look)))
			backgrounds[scheme] = s.Background
			if s.Title == "" || s.H1 != 1 {
				b.Errorf("%s has the title %q and %d h1", path, s.Title, s.H1)
			}
			if s.Inner != width || s.Scroll > s.Width || len(s.Beyond) > 0 {
				b.Errorf("%s at %d px, %s: it is %d px wide in a window of %d (%d); beyond it are %q", path, width, scheme, s.Scroll, s.Width, s.Inner, s.Beyond)
			}
			if len(s.Squeezed) > 0 {
				b.Errorf("%s at %d px, %s has fields that nobody can read: %q", path, width, scheme, s.Squeezed)
			}
			if len(s.Sideways) > 0 {
				b.Errorf("%s at %d px, %s has to be pushed sideways: %q", path, width, scheme, s.Sideways)
			}
		}
		if backgrounds["light"] == backgrounds["dark"] {
			b.Errorf("%s is %s in light and in dark", path, backgrounds["light"])
		}
	}
	b.checkNames(path)
	b.mutex.Lock()
	defer b.mutex.Unlock()
	for _, complaint := range b.complaints {
		b.Errorf("%s: %s", path, complaint)
	}
	b.complaints = nil
}

// checkNames asks the browser what it tells those who do not see the page.
func (b *tab) checkNames(path string) {
	b.Helper()
	tree := must[accessibility.GetFullAXTreeResult](b.T)(chromedp.Call(b.ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{}))
	text := func(v *accessibility.Value) (s string) {
		if v != nil {
			_ = json.Unmarshal(v.Value, &s) // of another type it is no text
		}
		return s
	}
	named := 0
	for _, n := range tree.Nodes {
		if role := text(n.Role); !n.Ignored && slices.Contains(controls, role) {
			named++
			if strings.TrimSpace(text(n.Name)) == "" {
				b.Errorf("%s has a %s without a name", path, role)
			}
		}
	}
	if named == 0 {
		b.Errorf("%s has no control and no image at all", path)
	}
}

// browserPages are one page of each kind, and of an SLO its kinds.
func browserPages(t *testing.T, s *sample) []string {
	t.Helper()
	slos := func(is func(path string) bool) string {
		i := slices.IndexFunc(s.paths(), is)
		if i < 0 {
			t.Fatal("the sample lacks an SLO of a kind")
		}
		return s.paths()[i]
	}
	var read string
	for _, v := range s.views {
		if v.Indicator.Origin.DataSource != "" {
			owner, err := organisation{s}.ServiceFor(t.Context(), string(v.SLO.Service))
			if err != nil {
				t.Fatal(err)
			}
			read = "/services/" + owner.Slug + "/slos/" + v.SLO.Slug
		}
	}
	if read == "" {
		t.Fatal("the sample has no SLO that is read from a data source")
	}
	issue := func(state delivery.State) string {
		i := slices.IndexFunc(s.issues, func(k delivery.Known) bool { return k.Delivery.State == state })
		if i < 0 {
			t.Fatalf("the sample lacks an issue that is %s", state)
		}
		return "/issues/" + string(s.issues[i].Issue.ID)
	}
	grouped := slos(func(p string) bool { return strings.HasSuffix(p, "/by-tenant") })
	return []string{
		toilURL(s.teams[0].Slug), toilURL(s.teams[1].Slug), toil.LinkPath + sampleLink,
		"/", "/?wall", "/slos", "/teams/" + s.teams[0].Slug, "/services/" + s.services[0].Slug, "/services/" + s.services[0].Slug + "/gate", factsURL(s.services[0].Slug), factsURL(s.services[0].Slug) + "?fact=chaosVerdict", factsURL(s.services[1].Slug) + "?fact=restoreDrill", "/services/payments",
		slos(func(p string) bool { return strings.Contains(p, "/slos/") }), slos(func(p string) bool { return strings.HasSuffix(p, "/errors") }), grouped,
		slos(func(p string) bool { return strings.HasPrefix(p, grouped+"?group=") }), read,
		grouped + "/errors", "/composites", "/composites/buying", "/composites/paying", "/composites/silent", "/systems/ordering", "/alerts", "/incidents?show=all", "/incidents?q=orders", "/incidents/new", incidentURL((mishaps{s}).all()[0].ID), incidentURL((mishaps{s}).all()[2].ID) + "/edit", incidentURL((mishaps{s}).all()[4].ID), "/learning", "/violations?all", "/issues", "/issues/" + string(s.issues[0].Issue.ID), issue(delivery.Dead), issue(delivery.Sent), issue(delivery.Pending), "/postmortems", postmortemURL(sampleIncident(1)), postmortemURL(sampleIncident(2)), postmortemURL(sampleIncident(3)), postmortemURL(sampleIncident(5)), postmortemURL(sampleIncident(9)), postmortemURL(sampleIncident(1)) + "/edit", compareURL(sampleIncident(1), 2, 3), actionsPath, actionURL(sampleAction(1)), actionURL(sampleAction(3)), actionURL(sampleAction(4)),
		exemptionsPath, exemptionsPath + "?show=all", exemptionsPath + "/new", exemptionsPath + "/new?scorecard=production-readiness&service=" + s.services[0].Slug, exemptionURL((excuser{s}).all()[1].ID), exemptionURL((excuser{s}).all()[7].ID),
		campaignsPath, campaignURL((campaigner{s}).all()[0].ID), campaignURL((campaigner{s}).all()[3].ID), launchesPath + "?all", launchURL((launcher{s}).all()[0].ID), launchURL((launcher{s}).all()[1].ID),
		"/reports", reportURL(fullReport), reportURL(bareReport), scorecardsPath, scorecardURL("production-readiness"), matrixURL("production-readiness"), matrixURL("production-readiness", "category", "Objectives"), checkURL("production-readiness", "slo-reviewed"), ladderURL(s.services[0].Slug, "production-readiness"), ladderURL(s.services[4].Slug, "production-readiness"), scorecardURL("ugly"), checkURL("ugly", "ugly"), "/jobs", "/data-sources?all", driftPath, manifestsPath, manifestSetURL("shop"), "/nothing/here", "/docs",
	}
}

// browser is a tab in a real Chromium, signed out, before the pages as the program serves
// them.
func browser(t *testing.T, pages func(opts Options) *Dashboard) *tab {
	t.Helper()
	program := os.Getenv(browserVariable)
	if program == "" {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s is not set, and with CI=true nothing may be left out", browserVariable)
		}
		t.Skipf("%s is not set: NO PAGE IS LOOKED AT in a browser (scripts/testenv chromium -- go test)", browserVariable)
	}
	server := httptest.NewUnstartedServer(nil)
	base := "http://" + server.Listener.Addr().String()
	edge := api.New(api.Config{PublicURL: base})
	edge.AddOperations(api.Rooms{}) // for /docs, which describes them
	opts := options()
	opts.PublicURL, opts.RequestID = base, api.RequestID
	shown := pages(opts)
	edge.NotFoundPage(shown.NotFound())
	for _, r := range shown.Routes() {
		edge.Handle(r.Method, r.Pattern, shown)
	}
	server.Config.Handler = edge
	server.Start()
	t.Cleanup(server.Close)

	ctx, cancel := chromedp.NewExecAllocator(t.Context(), append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(program), chromedp.UserDataDir(t.TempDir()),
		chromedp.NoSandbox, // as root there is none
		// It talks to this machine, and to nobody else.
		chromedp.ProxyServer("127.0.0.1:9"), chromedp.Flag("proxy-bypass-list", "127.0.0.1"),
	)...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b := &tab{T: t, ctx: ctx, base: base}
	if err := chromedp.Listen(ctx, b.listen); err != nil {
		t.Fatal(err)
	}
	b.ctx, cancel = context.WithTimeout(ctx, browserTimeout)
	t.Cleanup(cancel)
	return b
}

// signIn gives the browser a session.
func (b *tab) signIn(session string) {
	b.Helper()
	must[cdp.Empty](b.T)(chromedp.Call(b.ctx, network.SetCookie, network.SetCookieParams{Name: "evenkeel_session", Value: session, URL: b.base, HTTPOnly: new(true)}))
	if at := b.open("/"); at != "/" {
		b.Fatalf("who is signed in is led to %s", at)
	}
}

// TestPagesInABrowser opens the pages in a real Chromium, narrow and wide, in light and dark.
func TestPagesInABrowser(t *testing.T) {
	t.Parallel()
	s := newGroupedSample()
	kinds := s.ofEveryKind()
	kinds = append(kinds, "/services/kinds")
	for _, path := range s.inEveryCondition() {
		if strings.HasSuffix(path, "/deep") || strings.HasSuffix(path, "/deep/errors") { // its figures are the longest
			kinds = append(kinds, path)
		}
	}
	s.stop()
	b := browser(t, func(opts Options) *Dashboard { return New(s.sources(), opts) })
	if at := b.open("/"); at != "/signin" {
		t.Errorf("who is not signed in is led to %s", at)
	}
	b.check("/signin")
	b.signIn(sampleSession) // the sample's end on its own day, which no browser lives on
	for _, path := range append(browserPages(t, s), kinds...) {
		b.check(path)
	}
}

// TestThroughTheServicesEveryConditionInABrowser looks at SLOs of each kind that were really
// measured and judged, where their words and figures are the longest.
func TestThroughTheServicesEveryConditionInABrowser(t *testing.T) {
	t.Parallel()
	var h *house
	var paths []string
	b := browser(t, func(opts Options) *Dashboard {
		h, paths = inEveryCondition(t)
		opts.Now = h.clock.Now
		return New(h.sources, opts)
	})
	b.signIn(h.session())
	for _, path := range paths {
		if slices.Contains([]string{"deep", "late", "errors"}, path[strings.LastIndex(path, "/")+1:]) || strings.Count(path, "/") == 1 {
			b.check(path)
		}
	}
}
