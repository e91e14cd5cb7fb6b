package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/evenkeel/evenkeel/openapi/client"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/onboarding"
)

// onboarder is who runs the commands against a server.
type onboarder struct {
	*story
	dir string
}

// run runs a command as somebody, and requires its code.
func (o onboarder) run(as string, want int, args ...string) string {
	o.Helper()
	code, stdout, stderr := evenkeel(o.T, []string{"EVENKEEL_TOKEN=" + o.tokens[as], "EVENKEEL_SERVER=" + o.base}, args...)
	if code != want {
		o.Fatalf("%q ended with %d, want %d: %s%s", args, code, want, stdout, stderr)
	}
	return stdout + stderr
}

// onboard runs one of the commands as the administrator, and requires its code and all that it has to say.
func (o onboarder) onboard(want int, says []string, args ...string) string {
	o.Helper()
	out := o.run("administrator", want, append([]string{"onboard"}, args...)...)
	for _, one := range says {
		if !strings.Contains(out, one) {
			o.Errorf("%q says\n%s\nwant %q", args, beginning(out), one)
		}
	}
	return out
}

// beginning is the beginning of a long text.
func beginning(text string) string { return text[:min(len(text), 4_000)] }

func (o onboarder) file(name, text string) string {
	path := filepath.Join(o.dir, name)
	write(o.T, path, text)
	return path
}

// firstWave is for services that answer requests; none is for those of kind batch.
const firstWave = `slug: first
name: First wave
dueOn: 2027-02-26
templates:
  - kinds: [http]
    slo:
      slug: availability
      name: ${service.name} availability
      objective: 99.9%
      indicator:
        category: availability
`

// members is how many services the first wave has: more than two calls bring (onboarding.MaxBrought is 100).
const members = 250

// manyServices are a team and its services, of which the last is of kind batch.
func manyServices() string {
	var b strings.Builder
	b.WriteString("apiVersion: evenkeel/v1\nkind: Team\nslug: payments\nname: Payments\n")
	for i := range members {
		kind := "http"
		if i == members-1 {
			kind = "batch"
		}
		fmt.Fprintf(&b, "---\napiVersion: evenkeel/v1\nkind: Service\nslug: svc-%03d\nname: Service %d\nteam: payments\ntype: %s\ntier: 3\n", i, i, kind)
	}
	return b.String()
}

// row is the row of a table that begins with a word, its cells joined by a space.
func row(t *testing.T, table, first string) string {
	t.Helper()
	for line := range strings.Lines(table) {
		if cells := strings.Fields(line); len(cells) > 0 && cells[0] == first {
			return strings.Join(cells, " ")
		}
	}
	t.Errorf("no row begins with %s in\n%s", first, beginning(table))
	return ""
}

// All sums are by hand: of 250 services one fails, 100 are tried in a call, and the program itself is a service with SLOs.
func TestAWaveOfManyServicesIsBroughtThoughItIsInterrupted(t *testing.T) {
	t.Parallel()
	o := onboarder{newStory(t), t.TempDir()}
	o.run("administrator", 0, "apply", o.file("services.yaml", manyServices()), "--yes")
	out := o.onboard(0, []string{"TEAM", "MEASURED"}, "progress")
	if got := row(t, out, "payments"); got != "payments 0 250 0 0 0 % ...................." {
		t.Errorf("of payments it is %q", got)
	}
	if got := row(t, out, "all"); got != "all 0 250 1 0 0 % ...................." {
		t.Errorf("of all it is %q", got)
	}

	// What is wrong is told with its place in the file, and what would be right. The places were counted by hand.
	for text, want := range map[string]string{
		strings.Replace(firstWave, "99.9%", "120%", 1):               ":9:18: /templates/0/slo/objective: ",
		strings.Replace(firstWave, "name: First", "nome: First", 1):  ":2:7: /nome: ",
		strings.Replace(firstWave, "[http]", "[http, cron]", 1):      ":5:19: /templates/0/kinds/1: ",
		strings.Replace(firstWave, "${service.name}", "${owner}", 1): ":7:7: /templates/0/slo: is no placeholder: there are ${service}, ",
		strings.Replace(firstWave, "slug: first", "slug: ../v1", 1):  `:1:7: /slug: must be a short name of lower-case letters, digits and hyphens, such as first (it is "../v1")`,
		firstWave + "---\n" + firstWave:                              "there is one wave in a file",
		"slug: [":                                                    ":1:",
	} {
		o.onboard(1, []string{want}, "apply", o.file("wrong.yaml", text))
	}
	file := o.file("wave.yaml", firstWave)
	o.onboard(0, []string{"The wave first is planned"}, "apply", file)
	o.onboard(0, []string{"The wave first is as the file says."}, "apply", file)
	o.onboard(1, []string{"409", "has no members"}, "start", "first", "--yes")
	o.onboard(2, []string{"there is nothing to put in"}, "add", "first")
	o.onboard(2, []string{"--of must be services or repositories, not \"all\""}, "add", "first", "--of", "all")
	o.onboard(1, []string{"422", "/services/1: "}, "add", "first", "--service", "svc-000", "--service", "nobody")
	o.onboard(0, []string{"250 put into the wave first."}, "add", "first", "--of", "services", "--tier", "3", "--team", "payments")
	o.onboard(0, []string{"0 put into the wave first, 1 were in it."}, "add", "first", "--service", "svc-000")
	o.onboard(0, []string{"first: First wave, planned, due on 2027-02-26; 1 template; 250 waiting, 0 brought, 0 failed"}, "waves", "first")

	o.onboard(2, []string{
		"+ svc-000: declares availability 99.9%\n", "! svc-249: /templates: are for other services", "0 to register, 249 SLOs to declare; 0 need nothing; 1 cannot be brought.\n",
	}, "preview", "first")
	o.onboard(2, []string{"### Evenkeel: wave `first`: 0 to register", "| **cannot be brought** | `svc-249: "}, "preview", "first", "-o", "markdown")
	if got := o.call("administrator", 200, "GET", "/v1/services/svc-000/slos", ""); len(got["items"].([]any)) != 0 {
		t.Errorf("a preview declared %v", got)
	}

	// Who is no administrator looks, and does nothing.
	o.join("Ada", access.ScopeRead, access.ScopeWrite)
	o.run("Ada", 0, "onboard", "progress", "--wave", "first")
	for _, args := range [][]string{{"preview", "first"}, {"start", "first", "--yes"}, {"apply", file}, {"delete", "first", "--yes"}, {"add", "first", "--tier", "1"}, {"remove", "first", "svc-000"}} {
		if out := o.run("Ada", 1, append([]string{"onboard"}, args...)...); !strings.Contains(out, "403") {
			t.Errorf("%q as somebody says %q", args, out)
		}
	}
	o.onboard(1, []string{"there is no terminal to ask on: give --yes"}, "start", "first")

	o.interrupted()
	var w client.OnboardingWave
	text := o.onboard(0, nil, "waves", "first", "-o", "json")
	if err := json.Unmarshal([]byte(text), &w); err != nil || w.Waiting != 150 || w.Brought+w.Failed != 100 {
		t.Fatalf("after one call of several it is %+v, %v", w, err)
	}
	o.onboard(1, []string{
		fmt.Sprintf("Done: %d brought; 249 of 250 are.\n", 249-w.Brought), "svc-249: /templates: are for other services", "1 member could not be brought; once that is mended",
	}, "start", "first", "--yes")
	o.onboard(1, []string{"Done: 0 brought; 249 of 250 are.\n"}, "start", "first") // there is nothing to ask
	if got := row(t, o.onboard(0, nil, "waves", "first", "--state", "failed"), "svc-249"); !strings.HasPrefix(got, "svc-249 payments failed 0 /templates: ") {
		t.Errorf("what failed is %q", got)
	}
	if got := o.call("administrator", 200, "GET", "/v1/services/svc-007/slos/availability", ""); got["name"] != "Service 7 availability" || got["objective"] != "99.9%" {
		t.Errorf("declared was %v", got)
	}

	// It is mended, and tried again.
	o.file("wave.yaml", strings.Replace(firstWave, "[http]", "[http, batch]", 1))
	o.onboard(0, []string{"The wave first is changed."}, "apply", file)
	o.onboard(0, []string{"; with --retry, for it failed before", "0 to register, 1 SLO to declare; 249 need nothing.\n"}, "preview", "first")
	o.onboard(0, []string{"Done: 1 brought; 250 of 250 are.\n"}, "start", "first", "--retry", "--yes")
	if got := row(t, o.onboard(0, nil, "progress", "--wave", "first"), "payments"); got != "payments 0 0 250 0 0 % ++++++++++++++++++++" {
		t.Errorf("of the wave it is %q", got)
	}
	if got := row(t, o.onboard(0, nil, "waves"), "first"); got != "first done 0 250 0 2027-02-26 First wave" {
		t.Errorf("of waves it is %q", got)
	}
	var listed []client.OnboardingStage
	if err := json.Unmarshal([]byte(o.onboard(0, nil, "services", "--stage", "declared", "--wave", "first", "-o", "json")), &listed); err != nil || len(listed) != members {
		t.Errorf("%d are declared, %v", len(listed), err)
	}
	o.onboard(2, []string{`--stage must be registered, declared or measured, not "found"`}, "services", "--stage", "found")
	o.onboard(1, []string{"query.wave: "}, "services", "--wave", "second")

	o.onboard(1, []string{`has no "nobody" in it`, "nothing was done"}, "remove", "first", "svc-000", "nobody")
	o.onboard(0, []string{"svc-000 is out of the wave first.\n", "svc-001 is out of the wave first.\n"}, "remove", "first", "svc-000", "svc-001")
	o.onboard(1, []string{"give --yes"}, "delete", "first")
	o.onboard(0, []string{"The wave first is removed; what it brought stays.\n"}, "delete", "first", "--yes")
	o.onboard(1, []string{"404"}, "waves", "first")
	o.call("administrator", 200, "GET", "/v1/services/svc-000/slos/availability", "")
}

// interrupted starts the wave through a proxy that is too busy at first, passes one call on, and at the second has the
// command be ended as by a signal.
func (o onboarder) interrupted() {
	o.Helper()
	ctx, end := context.WithCancel(o.Context())
	defer end()
	at, err := url.Parse(o.base)
	if err != nil {
		o.Fatal(err)
	}
	pass := httputil.NewSingleHostReverseProxy(at)
	var calls atomic.Int32
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/start") {
			switch calls.Add(1) {
			case 1:
				http.Error(w, "busy", http.StatusServiceUnavailable)
				return
			case 3:
				end()
				return
			}
		}
		pass.ServeHTTP(w, r)
	}))
	defer proxy.Close()
	var out, told bytes.Buffer
	p := &program{environ: []string{"EVENKEEL_TOKEN=" + o.tokens["administrator"], "EVENKEEL_SERVER=" + proxy.URL}, stdout: &out, stderr: &told}
	if code := p.run(ctx, []string{"onboard", "start", "first", "--yes"}); code != 1 || !strings.Contains(told.String(), "it was ended while 150 of 250 waited; start it again to go on") || calls.Load() != 3 {
		o.Errorf("interrupted at call %d it ended with %d: %s%s", calls.Load(), code, &out, &told)
	}
}

func TestOfTwoWhoStartAWaveEachIsToldWhatItsOwnCallBrought(t *testing.T) {
	t.Parallel()
	o := onboarder{newStory(t), t.TempDir()}
	o.run("administrator", 0, "apply", o.file("services.yaml", manyServices()), "--yes")
	o.onboard(0, nil, "apply", o.file("wave.yaml", firstWave))
	args := []string{"add", "first"}
	const some = 40
	for i := range some {
		args = append(args, "--service", fmt.Sprintf("svc-%03d", i))
	}
	o.onboard(0, nil, args...)
	c := ok[*client.Client](t)(client.New(o.base, client.WithToken(o.tokens["administrator"])))
	var brought [2]client.OnboardingStarted
	for err := range sideBySide(len(brought), func(i int) error {
		came, err := c.StartOnboardingWave(t.Context(), "first", client.OnboardingStart{})
		if err == nil {
			brought[i] = *came
		}
		return err
	}) {
		if err != nil {
			t.Fatal(err)
		}
	}
	if one, other := len(brought[0].Brought), len(brought[1].Brought); one+other != some {
		t.Errorf("of %d members one call brought %d and the other %d", some, one, other)
	}
}

// host tells of repositories as a code host does.
type host []onboarding.Told

func (h host) Repositories(_ context.Context, each func([]onboarding.Told) error) error {
	return each(h)
}

func (host) Look(context.Context, string, onboarding.Look) (onboarding.Look, error) {
	return onboarding.Look{}, nil
}

func (host) FullName(address string) string {
	return strings.ToLower(strings.TrimPrefix(address, "https://github.com/"))
}

func TestRepositoriesAreDecidedOnAndBecomeServices(t *testing.T) {
	t.Parallel()
	o := onboarder{newStory(t), t.TempDir()}
	o.call("administrator", 201, "POST", "/v1/teams", `{"slug":"payments","name":"Payments"}`)
	o.call("administrator", 201, "POST", "/v1/teams", `{"slug":"search","name":"Search"}`)
	told := host{}
	for name, facts := range map[string]onboarding.Facts{"acme/checkout": {Topics: []string{"team-payments"}}, "acme/Playground": {}, "acme/fork": {Fork: true}} {
		told = append(told, onboarding.Told{HostID: name, FullName: name, Address: "https://github.com/" + name, Facts: facts})
	}
	rooms := *o.app.Onboarding
	rooms.Host = told
	if found, err := rooms.Discover(access.WithCaller(t.Context(), access.System("test"))); err != nil || found.New != 3 {
		t.Fatalf("found were %+v, %v", found, err)
	}

	out := o.onboard(0, nil, "repositories")
	for name, want := range map[string]string{
		"acme/checkout": "acme/checkout found payments topic (checkout)", "acme/Playground": "acme/Playground found (playground)", "acme/fork": "acme/fork idle (fork)",
	} {
		if got := row(t, out, name); got != want {
			t.Errorf("it is %q, want %q", got, want)
		}
	}
	if out := o.onboard(0, []string{"acme/Playground"}, "repositories", "--state", "found", "--no-team"); strings.Contains(out, "checkout") {
		t.Errorf("of no team are\n%s", out)
	}
	o.onboard(2, []string{`--state must be found, registered, dismissed, idle or gone, not "lost"`}, "repositories", "--state", "lost")

	o.onboard(2, []string{"there is nothing to decide"}, "decide", "acme/checkout")
	o.onboard(2, []string{"--tier must be 1, the most critical, to 4, or 0 to unsay it, not 5"}, "decide", "acme/checkout", "--tier", "5")
	o.onboard(2, []string{"--kind must be "}, "decide", "acme/checkout", "--kind", "cron")
	o.onboard(1, []string{"422", "/team: "}, "decide", "acme/checkout", "--team", "nobody")
	o.onboard(1, []string{`no repository "acme/nothing" was found`}, "decide", "acme/nothing", "--tier", "1")
	o.onboard(0, []string{"acme/checkout is to be the service checkout of payments, http, tier 1.\n"}, "decide", "acme/checkout", "--tier", "1")
	o.onboard(0, []string{"acme/checkout is to be the service till of search, http, tier 1.\n"}, "decide", "ACME/Checkout", "--team", "search", "--slug", "till")
	o.onboard(0, []string{"acme/checkout is to be the service till of payments, http, tier 1.\n"}, "decide", "acme/checkout", "--team", "") // its topic's again
	o.onboard(0, []string{"acme/Playground is no service: Nobody runs it.\n"}, "decide", "acme/playground", "--dismiss", "Nobody runs it.")
	if got := row(t, o.onboard(0, nil, "repositories", "--state", "dismissed"), "acme/Playground"); got != "acme/Playground dismissed (playground) Nobody runs it." {
		t.Errorf("dismissed is %q", got)
	}
	o.onboard(0, []string{"acme/Playground is to be the service playground of a team that is not known"}, "decide", "acme/playground", "--dismiss", "")
	o.onboard(0, []string{"is no service"}, "decide", "acme/playground", "--dismiss", "Nobody runs it.")
	o.onboard(0, []string{"acme/Playground is to be the service playground of a team that is not known, http, tier 4.\n"}, "decide", "acme/playground", "--tier", "4")

	o.onboard(0, nil, "apply", o.file("wave.yaml", firstWave))
	o.onboard(1, []string{"422", "is idle: it becomes no service"}, "add", "first", "--repository", "acme/fork")
	o.onboard(0, []string{"2 put into the wave first."}, "add", "first", "--repository", "acme/checkout", "--of", "repositories")
	o.onboard(2, []string{
		"+ acme/checkout: registers till of payments, http, tier 1; declares availability 99.9%\n", "! acme/Playground: /team: is not known: say whose acme/Playground is",
		"1 to register, 1 SLO to declare; 0 need nothing; 1 cannot be brought.\n",
	}, "preview", "first")
	o.onboard(1, []string{"Done: 1 brought; 1 of 2 are.\n", "acme/Playground: /team: is not known"}, "start", "first", "--yes")
	o.onboard(1, []string{"409", `the service "till" names acme/checkout`}, "decide", "acme/checkout", "--tier", "2")
	if got := row(t, o.onboard(0, nil, "repositories", "--query", "CHECK"), "acme/checkout"); got != "acme/checkout registered payments topic till first" {
		t.Errorf("registered is %q", got)
	}
	o.onboard(0, []string{"acme/Playground is out of the wave first.\n"}, "remove", "first", "acme/Playground")
	o.onboard(0, []string{"Done: 0 brought; 1 of 1 are.\n"}, "start", "first")

	// What was brought gets nothing by a template that came later, and is shown with what it got.
	o.onboard(0, []string{"is changed"}, "apply", o.file("wave.yaml", firstWave+strings.NewReplacer("availability", "latency").Replace(firstWave[strings.Index(firstWave, "  - kinds"):])))
	var shown []client.OnboardingOutcome
	if err := json.Unmarshal([]byte(o.onboard(0, nil, "preview", "first", "-o", "json")), &shown); err != nil || len(shown) != 1 || len(shown[0].Slos) != 1 || shown[0].Slos[0].Slug != "availability" || shown[0].Slos[0].ID == nil || shown[0].Service.Slug != "till" {
		t.Errorf("what was brought is shown as %+v, %v", shown, err)
	}
}

// By hand: of 20 characters 9 of 40 are 4.5 and (9 + 11) of 40 are 10; one of 1,000 is none, and 999 of them are not all.
func TestABarTellsHowFarATeamIsAndNeverMore(t *testing.T) {
	t.Parallel()
	for want, of := range map[string]client.OnboardingCount{
		"####++++++..........": {Found: 10, Registered: 10, Declared: 11, Measured: 9},
		"###################.": {Registered: 1, Measured: 999},
		"....................": {Found: 999, Measured: 1},
		"####################": {Measured: 3},
		"":                     {},
	} {
		if got := bar(of); got != want {
			t.Errorf("of %+v it is %q, want %q", of, got, want)
		}
	}
}

func TestProgressIsToldOnATerminalInOneLine(t *testing.T) {
	t.Parallel()
	var told bytes.Buffer
	s := starting{program: &program{stderr: &told}}
	s.tellProgress(100, 250, true)
	if told.Len() > 0 {
		t.Errorf("elsewhere %q is told", &told)
	}
	s.terminal = true
	s.tellProgress(100, 250, true)
	s.tellProgress(200, 250, true)
	s.tellProgress(250, 250, false)
	if got, want := told.String(), "\r\x1b[K100 of 250\r\x1b[K200 of 250\r\x1b[K"; got != want {
		t.Errorf("%q is told, want %q", got, want)
	}
}

func TestWhatPeopleTypedStandsAsCodeInAPreview(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	pointer := hostile
	previewMarkdown(&out, hostile, []client.OnboardingOutcome{{
		Member: client.OnboardingMember{Name: hostile}, Problems: []client.OnboardingProblem{{Pointer: &pointer, Message: hostile}},
	}})
	text := out.String()
	if strings.Contains(text, "\x1b") || !strings.Contains(text, "| ```` `@team`") {
		t.Errorf("it is %q", text)
	}
	rows := slices.DeleteFunc(strings.Split(text, "\n"), func(l string) bool { return !strings.HasPrefix(l, "| **cannot") })
	if len(rows) != 1 || strings.Count(rows[0], "|") != 3 {
		t.Errorf("the rows are %q", rows)
	}
}
