package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/services/issues/github"
)

func TestTheDoctorLooksAtEverything(t *testing.T) {
	t.Parallel()
	f := newStory(t)
	missing := httptest.NewServer(http.NotFoundHandler()) // no Prometheus, and no portal
	defer missing.Close()
	fresh := []string{"EVENKEEL_DATA_DIR=" + t.TempDir()}
	code, out, errs := evenkeel(t, fresh, "doctor")
	if code != exitOK || errs != "" {
		t.Errorf("of nothing yet: %d %s%s", code, out, errs)
	}
	for _, want := range []string{"ok    configuration", "there is none yet at", "none is asked: there is no token", "no portal's token is taken", "issues stay drafts", "none is taken over"} {
		if !strings.Contains(out, want) {
			t.Errorf("of nothing yet it lacks %q:\n%s", want, out)
		}
	}

	environ := append(fresh, "EVENKEEL_SERVER="+f.base, "EVENKEEL_TOKEN="+f.tokens["administrator"])
	code, out, errs = evenkeel(t, environ, "doctor")
	if code != exitOK || !strings.Contains(out, f.base+" answers, and is ready") || !strings.Contains(out, "that of the server agrees") || !strings.Contains(out, "there is none: measurements are those that are pushed") {
		t.Errorf("with a server: %d %s%s", code, out, errs)
	}

	f.call("administrator", 201, "POST", "/v1/data-sources", `{"slug":"prometheus","name":"Prometheus","kind":"prometheus","address":"`+missing.URL+`"}`)
	code, out, errs = evenkeel(t, append(environ, "EVENKEEL_PORTAL_URL="+missing.URL), "doctor", "-o", "json")
	var found []struct{ About, Health, Says, Help string }
	if err := json.Unmarshal([]byte(out), &found); err != nil || code != exitError || errs != "" {
		t.Fatalf("%d %v: %s%s", code, err, out, errs)
	}
	health := map[string]string{}
	for _, one := range found {
		if one.Health != "ok" && health[one.About] != "missing" || health[one.About] == "" {
			health[one.About] = one.Health
		}
		if one.Health == "missing" && one.Help == "" {
			t.Errorf("%s is missing, and nothing says how to mend it", one.About)
		}
	}
	for about, want := range map[string]string{"configuration": "ok", "server": "ok", "clock": "ok", "data source prometheus": "missing", "portal": "missing", "database": "note", "github": "note"} {
		if health[about] != want {
			t.Errorf("%s is %q, want %q:\n%s", about, health[about], want, out)
		}
	}

	for name, extra := range map[string]string{"it does not answer": "EVENKEEL_SERVER=" + "http://127.0.0.1:1", "the token is not taken": "EVENKEEL_TOKEN=ek_no"} {
		if name == "it does not answer" {
			missing.Close()
			extra = "EVENKEEL_SERVER=" + missing.URL
		}
		var changed []string
		for _, one := range environ {
			if key, _, _ := strings.Cut(extra, "="); !strings.HasPrefix(one, key+"=") {
				changed = append(changed, one)
			}
		}
		if code, out, _ := evenkeel(t, append(changed, extra), "doctor"); code != exitError || !strings.Contains(out, name) {
			t.Errorf("%s: %d %s", name, code, out)
		}
	}
	if code, _, errs := evenkeel(t, fresh, "doctor", "gihtub"); code != exitUsage || !strings.Contains(errs, `did you mean "github"`) {
		t.Errorf("of a slip: %d %s", code, errs)
	}
}

func TestTheDoctorLooksAtTheDatabase(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	sqlite := []string{"EVENKEEL_DATA_DIR=" + dir}
	if code, _, errs := evenkeel(t, sqlite, "migrate"); code != exitOK {
		t.Fatal(errs)
	}
	if code, out, _ := evenkeel(t, sqlite, "doctor"); code != exitOK || !strings.Contains(out, "it is migrated") {
		t.Errorf("SQLite: %d %s", code, out)
	}
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		environ := []string{"EVENKEEL_DATA_DIR=" + t.TempDir(), "EVENKEEL_DATABASE_URL=" + storetest.EmptyPostgresURL(t)}
		if code, out, _ := evenkeel(t, environ, "doctor"); code != exitError || !strings.Contains(out, "pending") || !strings.Contains(out, "Run evenkeel migrate") || !strings.Contains(out, "that of the database agrees") {
			t.Errorf("before migrations: %d %s", code, out)
		}
		if code, _, errs := evenkeel(t, environ, "migrate"); code != exitOK {
			t.Fatal(errs)
		}
		if code, out, _ := evenkeel(t, environ, "doctor"); code != exitOK || !strings.Contains(out, "it is migrated") {
			t.Errorf("after migrations: %d %s", code, out)
		}
	})
}

// By hand, around noon: what was read within the second that a Date tells, and within asking, is nobody's fault.
func TestClocksAreComparedByWhatIsSure(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	after := func(d time.Duration) time.Time { return noon.Add(d) }
	for _, test := range []struct {
		there, from, to, want time.Duration
		health                github.Health
	}{
		{0, 0, time.Second, 0, github.Works},
		{0, 900 * time.Millisecond, 950 * time.Millisecond, 0, github.Works}, // 12:00:00.9 is told as 12:00:00
		{5 * time.Second, 0, time.Second, 4 * time.Second, github.Missing},
		{0, 3 * time.Second, 4 * time.Second, -2 * time.Second, github.Works},
		{0, 9 * time.Second, 9 * time.Second, -8 * time.Second, github.Missing},
	} {
		got := apartAtLeast(after(test.there), after(test.from), after(test.to), time.Second)
		if got != test.want || clockFinding("it", got).Health != test.health {
			t.Errorf("%+v: %s is %s", test, got, clockFinding("it", got).Health)
		}
	}
	if says := clockFinding("the server", -8*time.Second).Says; says != "that of the server is 8s behind this machine's" {
		t.Errorf("it says %q", says)
	}
}
