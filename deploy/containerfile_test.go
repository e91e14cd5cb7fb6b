package deploy

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/deploy/containerfile"
)

func readContainerfile(t *testing.T) containerfile.Image {
	t.Helper()
	i, err := parseContainerfile()
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func parseContainerfile() (containerfile.Image, error) {
	text, err := os.ReadFile("Containerfile")
	if err != nil {
		return containerfile.Image{}, err
	}
	return containerfile.Parse(string(text))
}

func TestTheImageHoldsTheProgramAlone(t *testing.T) {
	t.Parallel()
	i := readContainerfile(t)
	if len(i.From) != 2 || i.From[1] != "scratch" {
		t.Errorf("the stages are from %v, want one that builds, and scratch", i.From)
	}
	version := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(read(t, "../go.mod"))
	if want := "golang:" + version[1] + "-"; !strings.Contains(i.From[0], want) {
		t.Errorf("it is built by %s, want %s… as go.mod says", i.From[0], want)
	}
	if i.User != "65532:65532" {
		t.Errorf("it runs as %q, want a number, for both user and group", i.User)
	}
	c := configured(t, i.Env)
	if !c.ListensBeyondLoopback() {
		t.Errorf("in a container it listens on %s, where nobody reaches it", c.Listen)
	}
	if !strings.HasSuffix(c.Listen, ":"+i.Exposes) {
		t.Errorf("it listens on %s and exposes %s", c.Listen, i.Exposes)
	}
	// The names are those of the OCI image specification, "Annotations".
	for name, want := range map[string]string{
		"title": "Evenkeel", "source": "https://github.com/evenkeel/evenkeel", "licenses": "Apache-2.0", "version": "${VERSION}", "revision": "${COMMIT}",
	} {
		if got := i.Labels["org.opencontainers.image."+name]; got != want {
			t.Errorf("the image is labelled %s=%q, want %q", name, got, want)
		}
	}
	if c.DataDir != i.Workdir {
		t.Errorf("it works in %s and keeps its data in %s", i.Workdir, c.DataDir)
	}
}
