package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/issues/github/standin"
)

// enterprise is a GitHub Enterprise on this machine with acme/shop, and the variables
// that let an App in.
func enterprise(t *testing.T) (hub *standin.GitHub, app *standin.App, environ []string) {
	t.Helper()
	hub = standin.New(t, standin.Options{Now: time.Now, Enterprise: true})
	hub.Organization("acme")
	hub.User("ole")
	hub.Private("acme/shop")
	hub.Collaborator("acme/shop", "ole", standin.Admin)
	app = hub.App("acme", "evenkeel")
	key := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(key, app.PEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	return hub, app, []string{
		"EVENKEEL_GITHUB_BASE_URL=" + strings.TrimSuffix(hub.URL, "/api/v3"), "EVENKEEL_GITHUB_APP_ID=" + strconv.FormatInt(app.ID, 10),
		"EVENKEEL_GITHUB_PRIVATE_KEY_FILE=" + key, "EVENKEEL_GITHUB_WEBHOOK_SECRET=0123456789abcdef", "EVENKEEL_GITHUB_MODE=warn",
	}
}

func TestTheDoctorEndsWellOnlyWhenNothingIsMissing(t *testing.T) {
	t.Parallel()
	hub, app, environ := enterprise(t)
	host := strings.TrimPrefix(strings.TrimSuffix(hub.URL, "/api/v3"), "http://")
	code, out, errs := evenkeel(t, environ, "doctor", "github", "acme/shop")
	if code != exitError || !strings.Contains(out, "MISSING  installation  the App is not installed on acme") ||
		!strings.Contains(out, "→ In the App's settings, under Install App") || !strings.Contains(errs, "something is missing") {
		t.Errorf("installed nowhere: code %d, %q and %q", code, out, errs)
	}
	id := hub.Install(app, "acme", standin.Permissions{"issues": "read"})
	code, out, _ = evenkeel(t, environ, "doctor", "github")
	if code != exitError || !strings.Contains(out, "issues: read on acme, where write is needed") {
		t.Errorf("without a permission: code %d, %q", code, out)
	}
	hub.Grant(id, standin.Permissions{"issues": "write"})
	for _, asked := range [][]string{nil, {"acme"}, {"acme/shop"}, {"https://" + host + "/acme/shop"}} {
		code, out, errs = evenkeel(t, environ, append([]string{"doctor", "github"}, asked...)...)
		if code != exitOK || errs != "" || strings.Contains(out, "MISSING") || !strings.Contains(out, "issues: write on acme") || !strings.Contains(out, "there is a secret") {
			t.Errorf("%s: code %d, %q and %q", asked, code, out, errs)
		}
		if whole := len(asked) > 0 && strings.Contains(asked[0], "shop"); strings.Contains(out, "acme/shop is there") != whole {
			t.Errorf("%s: %q", asked, out)
		}
	}
	code, out, _ = evenkeel(t, append(environ, "EVENKEEL_GITHUB_FORMER_WEBHOOK_SECRET=fedcba9876543210"), "doctor", "github")
	if code != exitOK || !strings.Contains(out, "a former secret is accepted as well") || strings.Contains(out, "fedcba") {
		t.Errorf("with a former secret: code %d, %q", code, out)
	}
	// The organisation's repository is looked at when nothing is asked.
	code, out, _ = evenkeel(t, append(environ, "EVENKEEL_GITHUB_DEFAULT_REPOSITORY=http://"+host+"/acme/shop"), "doctor", "github")
	if code != exitOK || !strings.Contains(out, "acme/shop is there") {
		t.Errorf("the default: code %d, %q", code, out)
	}
}

func TestTheDoctorSaysWhatIsNotConfigured(t *testing.T) {
	t.Parallel()
	code, out, _ := evenkeel(t, nil, "doctor", "github")
	if code != exitError || !strings.Contains(out, "neither a token nor an App, and issues stay drafts") || !strings.Contains(out, "docs/how-to/open-github-issues.md") {
		t.Errorf("code %d, %q", code, out)
	}
	hub, _, _ := enterprise(t)
	code, out, _ = evenkeel(t, []string{
		"EVENKEEL_GITHUB_BASE_URL=" + strings.TrimSuffix(hub.URL, "/api/v3"), "EVENKEEL_GITHUB_TOKEN=" + hub.Token("ole"), "EVENKEEL_GITHUB_PAUSED=true",
	}, "doctor", "github", "acme/shop")
	for _, want := range []string{
		"note  webhooks", "issues of budget_violation stay drafts, since their mode is observe", "nothing is sent of everything", "the token of ole", "acme/shop is there",
	} {
		if !strings.Contains(strings.Join(strings.Fields(out), " "), strings.Join(strings.Fields(want), " ")) {
			t.Errorf("nothing says %q in\n%s", want, out)
		}
	}
	if code != exitOK {
		t.Errorf("code %d: notes are no faults", code)
	}
	for _, wrong := range []string{"acme/..", "https://gitlab.com/acme/shop", "-acme", "a b"} {
		if code, _, errs := evenkeel(t, nil, "doctor", "github", "--", wrong); code != exitUsage || !strings.Contains(errs, "neither an owner nor a repository on github.com") {
			t.Errorf("%q: code %d, %q", wrong, code, errs)
		}
	}
}
