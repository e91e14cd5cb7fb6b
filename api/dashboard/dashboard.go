package dashboard

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/api"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/services/access"
)

// Options is what pages need beside what they read.
type Options struct {
	// Now is read once for each request.
	Now clock.Clock
	// PublicURL is where browsers reach Evenkeel, such as "http://127.0.0.1:8080".
	// Cookies are marked Secure when it begins with https.
	PublicURL string
	// Version of the program, shown at the foot.
	Version string
	// RequestID returns the identifier that a failed request has in the log; nil: none.
	RequestID func(ctx context.Context) string
	// Provider signs people in beside the links of administrators; nil for those alone.
	Provider Provider
	Logger   *slog.Logger
}

// Dashboard serves the pages. It is an http.Handler; where a router wants its
// routes one by one, Routes lists them.
type Dashboard struct {
	sources Sources
	opts    Options
	screens map[string]*template.Template
	mux     *http.ServeMux
	guarded http.Handler
	routes  []Route
	secure  bool
}

// Route is a method and a path pattern that the dashboard answers.
type Route struct {
	Method, Pattern string
	Heavy           bool // it takes as much as a report
}

//go:embed templates/*.html
var templates embed.FS

// screens are the templates of pages, by the name of their file.
var screenNames = []string{
	"organisation", "team", "notifications", "service", "gate", "facts", "exemptions", "exemption", "exemptionform", "campaigns", "campaign", "campaignchoice", "launches", "launch", "system", "slo", "errors", "slos", "composites", "composite", "alerts", "violations", "violation", "policies", "policy", "trial", "proposals", "issues", "issue", "postmortems", "postmortem", "postmortem-edit", "postmortem-compare", "actions", "action", "reports", "report", "scorecards", "scorecard", "matrix", "check", "ladder", "jobs", "datasources", "drift", "manifests", "manifestset", "onboarding", "repositories", "repository", "stages", "wave", "wavepreview", "adoption", "audit", "incidents", "incident", "sheet", "learning", "toils", "toil", "toil-link", "signin", "problem",
}

// New returns the pages over what they read. The templates are part of the
// program: one that cannot be parsed is a panic.
func New(sources Sources, opts Options) *Dashboard {
	if opts.Now == nil {
		opts.Now = clock.System
	}
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	d := &Dashboard{
		sources: sources, opts: opts, screens: parse(), mux: http.NewServeMux(),
		secure: strings.HasPrefix(strings.ToLower(opts.PublicURL), "https://"),
	}
	d.page("/{$}", "/", d.organisation)
	d.page("/slos", "/slos", d.slos)
	d.page("/teams/{team}", "/teams/{team}", d.team)
	d.page("/teams/{team}/notifications", "/teams/{team}/notifications", d.notifications)
	d.page("/services/{service}", "/services/{service}", d.service)
	d.page("/services/{service}/gate", "/services/{service}/gate", d.decisions)
	d.page(factsPath, factsPath, d.facts)
	d.filledForm(factsPath, d.attestFact)
	d.form("/services/{service}/attestations/{attestation}/withdraw", d.withdrawAttestation)
	d.page(exemptionsPath, exemptionsPath, d.exemptions)
	d.page(exemptionsPath+"/new", exemptionsPath+"/new", d.newExemption)
	d.page(exemptionsPath+"/{exemption}", exemptionsPath+"/{exemption}", d.exemption)
	d.filledForm(exemptionsPath, d.askExemption)
	d.form(exemptionsPath+"/{exemption}/{act}", d.doExemption)
	d.page(campaignsPath, campaignsPath, d.campaigns)
	d.page(campaignsPath+"/new", campaignsPath+"/new", d.newCampaign)
	d.page(campaignsPath+"/{campaign}", campaignsPath+"/{campaign}", d.campaign)
	d.page(campaignsPath+"/{campaign}/edit", campaignsPath+"/{campaign}/edit", d.editCampaign)
	d.filledForm(campaignsPath+"/new", d.createCampaign)
	d.filledForm(campaignsPath+"/{campaign}/edit", d.updateCampaign)
	d.filledForm(campaignsPath+"/{campaign}/end", d.endCampaign)
	d.page(launchesPath, launchesPath, d.launches)
	d.page(launchesPath+"/{review}", launchesPath+"/{review}", d.launch)
	d.filledForm(launchesPath, d.askLaunch)
	d.form(launchesPath+"/{review}/{act}", d.doLaunch)
	d.form(launchesPath+"/{review}/conditions/{condition}", d.meetLaunch)
	d.page("/services/{service}/slos/{slo}", "/services/{service}/slos/{slo}", d.slo)
	d.page("/services/{service}/slos/{slo}/errors", "/services/{service}/slos/{slo}/errors", d.errors)
	d.page("/systems/{system}", "/systems/{system}", d.system)
	d.page("/composites", "/composites", d.composites)
	d.page("/composites/{composite}", "/composites/{composite}", d.composite)
	d.page("/alerts", "/alerts", d.alerts)
	d.page("/violations", "/violations", d.violations)
	d.page("/policies", "/policies", d.policies)
	d.page("/policies/{policy}", "/policies/{policy}", d.policy)
	d.page(trialPath, trialPath, d.trial)
	d.page("/proposals", "/proposals", d.proposals)
	d.page("/violations/{violation}", "/violations/{violation}", d.violation)
	d.addIncidents()
	d.page("/issues", "/issues", d.issues)
	d.page("/issues/{issue}", "/issues/{issue}", d.issue)
	const postmortem = "/incidents/{incident}/postmortem"
	d.page(postmortemsPath, postmortemsPath, d.postmortems)
	d.page(postmortem, postmortem, d.postmortem)
	d.page(postmortem+"/edit", postmortem+"/edit", d.editPostmortem)
	d.page(postmortem+"/compare", postmortem+"/compare", d.comparePostmortem)
	d.form(postmortem+"/edit", d.savePostmortem)
	d.form(postmortem+"/{act}", d.doPostmortem)
	d.page(actionsPath, actionsPath, d.actions)
	d.page(actionPath, actionPath, d.action)
	d.form(actionPath+"/{act}", d.doAction)
	d.form("/incidents/{incident}/action-items", d.planAction)
	d.addToil()
	d.page("/reports", "/reports", d.reports)
	d.page("/reports/{report}", "/reports/{report}", d.report)
	d.addScorecards()
	d.page("/jobs", "/jobs", d.jobs)
	d.page("/data-sources", "/data-sources", d.dataSources)
	d.page(driftPath, driftPath, d.drifts)
	d.page(manifestsPath, manifestsPath, d.manifests)
	d.page(manifestsPath+"/{set}", manifestsPath+"/{set}", d.manifestSet)
	d.addOnboarding()
	d.page(adoptionPath, adoptionPath, d.adoption)
	d.page(auditPath, auditPath, d.auditLog)
	d.route(http.MethodGet, "/signin", "/signin", d.signIn)
	d.addProvider()
	d.route(http.MethodPost, "/signout", "/signout", d.signOut)
	d.route(http.MethodGet, stylePath, stylePath, serveStyle)
	d.route(http.MethodGet, iconPath, iconPath, serveIcon)
	d.mux.HandleFunc("/", d.notFound)

	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(d.crossOrigin))
	if origin, err := url.Parse(opts.PublicURL); err == nil && origin.Scheme != "" && origin.Host != "" {
		// Fails for a URL that is no origin only; the host of the request counts then.
		_ = protection.AddTrustedOrigin(origin.Scheme + "://" + origin.Host)
	}
	d.guarded = protection.Handler(d.mux)
	return d
}

// ServeHTTP answers a request.
func (d *Dashboard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	api.SecurePage(w.Header())
	d.guarded.ServeHTTP(w, r)
}

// Routes lists what the dashboard answers, as chi and net/http write patterns.
func (d *Dashboard) Routes() []Route { return d.routes }

// NotFound answers with the designed page for a path that nothing is at.
func (d *Dashboard) NotFound() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		api.SecurePage(w.Header())
		d.notFound(w, r)
	})
}

// heavy are the patterns of pages that take as much as a report.
var heavy = []string{trialPath, wavePreviewPattern}

func (d *Dashboard) route(method, pattern, shown string, h http.HandlerFunc) {
	d.mux.HandleFunc(method+" "+pattern, h)
	d.routes = append(d.routes, Route{Method: method, Pattern: shown, Heavy: slices.Contains(heavy, pattern)})
}

// screen is what a handler shows: a template and its view model.
type screen struct {
	template string
	title    string
	section  string // the path of the entry of the navigation that it belongs to
	refresh  bool   // whether it may be asked to refresh itself, as on a wall
	page     any
}

// page adds a page that only those who are signed in see.
func (d *Dashboard) page(pattern, shown string, read func(*visit) (screen, error)) {
	d.route(http.MethodGet, pattern, shown, func(w http.ResponseWriter, r *http.Request) {
		caller, err := d.session(r)
		if err != nil {
			d.fail(w, r, caller, err)
			return
		}
		v := &visit{Request: r, ctx: access.WithCaller(r.Context(), caller), now: d.opts.Now(), caller: caller}
		s, err := read(v)
		if err != nil {
			d.fail(w, r, caller, err)
			return
		}
		d.render(w, r, http.StatusOK, caller, s)
	})
}

// visit is one request of somebody who is signed in, with the time at which it came.
type visit struct {
	*http.Request
	ctx    context.Context
	now    time.Time
	caller access.Caller
}

// frame is what surrounds every page.
type frame struct {
	Title, Style, Icon, Version string
	Nav, Tabs                   []entry
	Person                      string
	Now                         moment
	Refresh                     *link
}

type entry struct {
	URL, Text  string
	Current    bool
	restricted bool // only administrators are led to it
}

var navigation = []entry{
	{URL: "/", Text: "Overview"},
	{URL: "/slos", Text: "Objectives"},
	{URL: "/alerts", Text: "Alerts"},
	{URL: "/incidents", Text: "Incidents"},
	{URL: "/violations", Text: "Violations"},
	{URL: "/issues", Text: "Issues"},
	{URL: scorecardsPath, Text: "Scorecards"},
	{URL: "/reports", Text: "Reports"},
	{URL: "/data-sources", Text: "Data sources"},
	{URL: "/jobs", Text: "Jobs"},
}

// tabs are the pages beside each other below one entry of the navigation, by its path, the first of
// which is its own.
var tabs = map[string][]entry{
	"/incidents":    {{URL: "/incidents", Text: "Incidents"}, {URL: postmortemsPath, Text: "Postmortems"}, {URL: actionsPath, Text: "Action items"}, {URL: "/learning", Text: "Learning"}},
	scorecardsPath:  {{URL: scorecardsPath, Text: "Scorecards"}, {URL: exemptionsPath, Text: "Exemptions"}, {URL: campaignsPath, Text: "Campaigns"}, {URL: launchesPath, Text: "Launch reviews"}, {URL: driftPath, Text: "Ownership drift"}, {URL: toilPath, Text: "Toil"}},
	"/data-sources": {{URL: "/data-sources", Text: "Data sources"}, {URL: manifestsPath, Text: "Manifests"}, {URL: onboardingPath, Text: "Onboarding"}, {URL: adoptionPath, Text: "Adoption", restricted: true}},
	"/jobs":         {{URL: "/jobs", Text: "Jobs"}, {URL: auditPath, Text: "Audit log", restricted: true}},
}

// above is the entry of the navigation that a section is below, and the tabs there of which the caller may
// see the pages.
func above(section string, caller access.Caller) (string, []entry) {
	for path, of := range tabs {
		if slices.ContainsFunc(of, func(e entry) bool { return e.URL == section }) {
			shown := slices.DeleteFunc(slices.Clone(of), func(e entry) bool { return e.restricted && !caller.Administers() })
			for n := range shown {
				shown[n].Current = shown[n].URL == section
			}
			if len(shown) == 1 {
				shown = nil
			}
			return path, shown
		}
	}
	return section, nil
}

func (d *Dashboard) render(w http.ResponseWriter, r *http.Request, status int, caller access.Caller, s screen) {
	f := frame{Title: s.title, Style: stylePath, Icon: iconPath, Version: d.opts.Version, Now: at(d.opts.Now())}
	if caller.Kind == access.ByPerson {
		f.Person = caller.Name
		section, tabs := above(s.section, caller)
		f.Tabs = tabs
		for _, e := range navigation {
			e.Current = e.URL == section
			f.Nav = append(f.Nav, e)
		}
	}
	if s.refresh {
		f.Refresh = refreshing(w, r)
	}
	var b bytes.Buffer
	if err := d.screens[s.template].ExecuteTemplate(&b, "layout", struct {
		Frame frame
		Page  any
	}{f, s.page}); err != nil {
		d.opts.Logger.ErrorContext(r.Context(), "page could not be rendered", "page", s.template, "error", err)
		http.Error(w, "The page could not be shown.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // a browser that went away is no fault
}

// refreshing has the page read again every minute when its query says so, for a
// screen on a wall, and returns the link that begins or ends it: of the same group
// of events, if the page is one's.
func refreshing(w http.ResponseWriter, r *http.Request) *link {
	query := url.Values{}
	if group := r.URL.Query().Get("group"); group != "" {
		query.Set("group", group)
	}
	words := "Stop refreshing every minute"
	if r.URL.Query().Has("wall") {
		w.Header().Set("Refresh", "60")
	} else {
		words = "Refresh every minute, for a wall screen"
		query.Set("wall", "")
	}
	return &link{URL: strings.TrimSuffix(r.URL.Path+"?"+query.Encode(), "?"), Text: words}
}

func parse() map[string]*template.Template {
	base := template.Must(template.ParseFS(templates, "templates/layout.html", "templates/parts.html", "templates/incidentparts.html", "templates/toilparts.html", "templates/scorecardparts.html"))
	screens := make(map[string]*template.Template, len(screenNames))
	for _, name := range screenNames {
		screens[name] = template.Must(template.Must(base.Clone()).ParseFS(templates, fmt.Sprintf("templates/%s.html", name)))
	}
	return screens
}
