package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/process"
)

// Every configuration in the guides is one that the program takes.
func TestTheGuidesToSigningInAreConfiguredAsTheySay(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, content := range map[string]string{"oidc-secret": "a secret", "cluster-keys.json": `{"keys":[]}`} {
		write(t, filepath.Join(dir, name), content)
	}
	file := filepath.Join(dir, "evenkeel.yaml")
	taken := 0
	for _, guide := range []string{"sign-in-with-openid-connect.md", "let-pipelines-in-without-secrets.md"} {
		page, err := os.ReadFile("../../docs/how-to/" + guide)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range regexp.MustCompile("(?ms)^( *)```yaml\n(.*?)^ *```").FindAllStringSubmatch(string(page), -1) {
			text := strings.ReplaceAll("\n"+b[2], "\n"+b[1], "\n")
			if !strings.Contains(text, "\noidc:") && !strings.Contains(text, "\nworkloads:") && !strings.Contains(text, "\nportal:") {
				continue // it is GitHub's or Kubernetes'
			}
			taken++
			write(t, file, strings.ReplaceAll(text, "/etc/evenkeel", dir))
			if code, _, errs := evenkeel(t, nil, "config", "--config", file); code != exitOK {
				t.Errorf("%s\n%s", text, errs)
			}
		}
	}
	if taken != 6 {
		t.Errorf("%d configurations are in the guides, want 6", taken)
	}
}

// The commands of the guides to workloads and to rotation are run as they stand.
func TestTheGuidesToWorkloadsAndRotationDoWhatTheySay(t *testing.T) {
	t.Parallel()
	r := process.Start(t, process.Options{Dir: t.TempDir(), Env: []string{"EVENKEEL_WORKLOADS_ISSUERS=https://token.actions.githubusercontent.com"}})
	post(t, r, "/v1/teams", `{"slug":"payments","name":"Payments"}`)
	post(t, r, "/v1/tokens", `{"name":"pipeline","team":"payments","scopes":["push"]}`)
	_, list := r.Get("/v1/tokens?team=payments")
	of := regexp.MustCompile(`"id":"(\w+)"`).FindStringSubmatch(string(list))
	if of == nil {
		t.Fatalf("the tokens are %s", list)
	}
	at := strings.NewReplacer("http://127.0.0.1:8080", r.Base(), "$EVENKEEL_TOKEN", r.Token(), "$TOKEN_ID", of[1])
	g := follow(t, t.TempDir(), commands(t, "../../docs/how-to/let-pipelines-in-without-secrets.md"), at)
	g.expect(0, 0, "team.slug", "payments")
	g.expect(0, 0, "audience", r.Base()) // that of the installation
	g = follow(t, t.TempDir(), commands(t, "../../docs/how-to/rotate-a-token.md"), at)
	g.expect(0, 0, "predecessor", of[1])
	g.expect(1, 0, "successor", g.said(0, 0, "id"))
	if text, is := g.said(0, 0, "text").(string); !is || !strings.HasPrefix(text, "ek_") {
		t.Errorf("the successor is %v", g.said(0, 0, "text"))
	}
	if status, body := r.Get("/v1/tokens/" + of[1]); status != 200 || strings.Contains(string(body), `"revokedAt":null`) {
		t.Errorf("the old token is %s", body)
	}
}
