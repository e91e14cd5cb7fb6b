package main

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/process"
	"github.com/evenkeel/evenkeel/services/incident/hook"
)

const incidentsGuide = "../../docs/how-to/take-incidents-over.md"

// sourcesOf writes the guide's files into the directory, each source's in one configuration, and the
// secrets that they name; it returns the path of the configuration.
func sourcesOf(t *testing.T, dir string) string {
	t.Helper()
	page, err := os.ReadFile(incidentsGuide)
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?ms)^( *)```yaml\n(.*?)^ *```").FindAllStringSubmatch(string(page), -1)
	if len(blocks) != 5 {
		t.Fatalf("%d files in the guide, want one for each source", len(blocks))
	}
	all := "incidents:\n"
	for _, b := range blocks {
		text := regexp.MustCompile("(?m)^"+b[1]).ReplaceAllString(b[2], "")
		rest, found := strings.CutPrefix(text, "incidents:\n")
		if !found {
			t.Fatalf("a file of the guide begins otherwise:\n%s", text)
		}
		all += rest
	}
	all = strings.ReplaceAll(all, "/etc/evenkeel", dir)
	for _, named := range regexp.MustCompile(`secretFile: (.*)`).FindAllStringSubmatch(all, -1) {
		secret := "the secret of " + filepath.Base(named[1])
		if strings.HasSuffix(named[1], "incident-io-secret") || strings.HasSuffix(named[1], "webhook-secret") {
			secret = "whsec_" + base64.StdEncoding.EncodeToString([]byte(secret))
		}
		if err := os.WriteFile(named[1], []byte(secret+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(dir, "evenkeel.yaml")
	if err := os.WriteFile(file, []byte(all), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestTheGuideToTakeIncidentsOverDoesWhatItSays signs as the guide does, with openssl, and sends to the
// program that is configured by the guide's files.
func TestTheGuideToTakeIncidentsOverDoesWhatItSays(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := sourcesOf(t, dir)
	r := process.Start(t, process.Options{Dir: dir, Env: []string{"EVENKEEL_CONFIG=" + file}})
	post(t, r, "/v1/teams", `{"slug":"payments","name":"Payments"}`)

	environ := []string{"EVENKEEL_CONFIG=" + file, "EVENKEEL_TOKEN=" + r.Token(), "EVENKEEL_SERVER=" + r.Base()}
	code, out, _ := evenkeel(t, environ, "doctor", "incidents")
	if code != exitError || !strings.Contains(out, "MISSING  jira         there is no service checkout, which incidents.jira.services.Shop names") {
		t.Errorf("before there is a service: code %d\n%s", code, out)
	}
	post(t, r, "/v1/services", `{"slug":"checkout","name":"Checkout","team":"payments","kind":"http","tier":2}`)
	code, out, errs := evenkeel(t, environ, "doctor", "incidents")
	for _, want := range []string{"ok    pagerduty    its secret is read", "ok    incident-io  the service checkout exists", "note  webhook      incidents whose services are not known are refused with 422"} {
		if !strings.Contains(out, want) {
			t.Errorf("nothing says %q in\n%s", want, out)
		}
	}
	if code != exitOK || errs != "" || strings.Contains(out, "the secret of") {
		t.Errorf("code %d, %q\n%s", code, errs, out)
	}

	blocks := commands(t, incidentsGuide)
	if len(blocks) != 5 {
		t.Fatalf("%d blocks of commands, want one for each source", len(blocks))
	}
	// Each is sent twice: what is sent again changes nothing.
	g := follow(t, dir, append(blocks, blocks...), strings.NewReplacer("http://127.0.0.1:8080", r.Base(), "/etc/evenkeel", dir))
	for n := range blocks {
		g.expect(n, 0, "outcome", "entered")
		g.expect(n+len(blocks), 0, "outcome", "unchanged")
	}
	var all struct {
		Items []struct {
			Status, Severity string
			Origin           struct{ Source, Link string }
		}
	}
	status, body := r.Get("/v1/incidents")
	if err := json.Unmarshal(body, &all); err != nil || status != 200 {
		t.Fatalf("%d %s: %v", status, body, err)
	}
	if len(all.Items) != 5 {
		t.Fatalf("there are %+v", all.Items)
	}
	for _, i := range all.Items {
		if i.Severity != "sev1" || !strings.HasPrefix(i.Origin.Link, "https://") {
			t.Errorf("%+v", i)
		}
	}
}

// The severities of the guide are those of the program, and no others.
func TestTheGuideNamesEverySeverity(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(incidentsGuide)
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]string{hook.Otherwise: "sev3"}
	for _, row := range regexp.MustCompile("(?m)^\\| `(sev\\d)` \\| (.*) \\|$").FindAllStringSubmatch(string(page), -1) {
		for name := range strings.SplitSeq(row[2], ", ") {
			documented[strings.ToLower(name)] = row[1]
		}
	}
	for name, severity := range hook.DefaultSeverities {
		if documented[name] != string(severity) {
			t.Errorf("%q is %s, documented as %q", name, severity, documented[name])
		}
	}
	if len(documented) != len(hook.DefaultSeverities) {
		t.Errorf("%d are documented, there are %d", len(documented), len(hook.DefaultSeverities))
	}
}

func TestTheDoctorOfIncidentsSaysWhatIsNotConfigured(t *testing.T) {
	t.Parallel()
	code, out, _ := evenkeel(t, nil, "doctor", "incidents")
	if code != exitError || !strings.Contains(out, "no source of incidents is configured") {
		t.Errorf("code %d, %q", code, out)
	}
	environ := []string{"EVENKEEL_INCIDENTS_JIRA_SECRET=0123456789abcdef", "EVENKEEL_INCIDENTS_JIRA_FORMER_SECRET=fedcba9876543210", "EVENKEEL_INCIDENTS_JIRA_TEAM=payments"}
	code, out, _ = evenkeel(t, environ, "doctor", "incidents")
	if code != exitOK || !strings.Contains(out, "a former secret is accepted as well") || !strings.Contains(out, "not looked at") || strings.Contains(out, "0123456789abcdef") {
		t.Errorf("without a token: code %d, %q", code, out)
	}
	code, out, _ = evenkeel(t, append(environ, "EVENKEEL_TOKEN=ek_x", "EVENKEEL_SERVER=http://127.0.0.1:1"), "doctor", "incidents")
	if code != exitError || !strings.Contains(out, "whether the team payments exists is not known") {
		t.Errorf("without a server: code %d, %q", code, out)
	}
	code, _, errs := evenkeel(t, []string{"EVENKEEL_INCIDENTS_JIRA_SECRET_FILE=/nowhere"}, "doctor", "incidents")
	if code == exitOK || !strings.Contains(errs, "cannot be read") {
		t.Errorf("a secret that cannot be read: code %d, %q", code, errs)
	}
}
