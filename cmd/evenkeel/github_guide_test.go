package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/issues/github/standin"
)

const githubGuide = "../../docs/how-to/open-github-issues.md"

// Every file of the guide is one that the program takes, for the keys that it names.
func TestTheGuideToGitHubIsConfiguredAsItSays(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(githubGuide)
	if err != nil {
		t.Fatal(err)
	}
	hub := standin.New(t, standin.Options{Now: time.Now})
	hub.Organization("example")
	dir := t.TempDir()
	for name, content := range map[string]string{
		"github.pem": string(hub.App("example", "evenkeel-example").PEM()), "github-token": "ghp_0123456789", "github-webhook-secret": strings.Repeat("0", 64),
		"github-webhook-secret.former": strings.Repeat("1", 64), "ca.pem": "",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	blocks := regexp.MustCompile("(?ms)^ *```yaml\n(.*?)^ *```").FindAllStringSubmatch(string(page), -1)
	if len(blocks) < 8 {
		t.Fatalf("%d files in the guide", len(blocks))
	}
	file := filepath.Join(dir, "evenkeel.yaml")
	for _, b := range blocks {
		if err := os.WriteFile(file, []byte(strings.ReplaceAll(b[1], "/etc/evenkeel", dir)), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, _, errs := evenkeel(t, nil, "config", "--config", file); code != exitOK {
			t.Errorf("%s\n%s", b[1], errs)
		}
	}
	_, all, _ := evenkeel(t, nil, "config")
	for _, named := range regexp.MustCompile("`github\\.(\\w+)").FindAllStringSubmatch(string(page), -1) {
		if !strings.Contains(all, "\n  "+named[1]+":") {
			t.Errorf("there is no github.%s", named[1])
		}
	}
}
