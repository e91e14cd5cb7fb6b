package deploy

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

// image is what a Containerfile says of its last stage, and what is run in the one before.
type image struct {
	from    []string
	runs    []string
	copies  []copied // from the stage before
	env     map[string]string
	user    string
	workdir string
	start   []string // entry point and command
	health  []string
	exposes string
	labels  map[string]string
}

// copied is a file or directory that comes from the stage before.
type copied struct {
	from, to, owner string
}

func readContainerfile(t *testing.T) image {
	t.Helper()
	i, err := parseContainerfile()
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// parseContainerfile understands as much of the language as our file uses, and fails at the rest.
func parseContainerfile() (image, error) {
	var i image
	text, err := os.ReadFile("Containerfile")
	if err != nil {
		return i, err
	}
	exec := func(text string) (words []string) {
		if failed := json.Unmarshal([]byte(text), &words); failed != nil {
			err = fmt.Errorf("%s is not in the exec form, and there is no shell in the image: %w", text, failed)
		}
		return words
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		order, rest, _ := strings.Cut(line, " ")
		switch order {
		case "FROM":
			i.from = append(i.from, rest)
			i.copies, i.env, i.labels, i.workdir = nil, map[string]string{}, map[string]string{}, ""
		case "RUN":
			i.runs = append(i.runs, rest)
		case "COPY":
			words := strings.Fields(rest)
			c := copied{from: words[len(words)-2], to: words[len(words)-1]}
			for _, option := range words[:len(words)-2] {
				if owner, ok := strings.CutPrefix(option, "--chown="); ok {
					c.owner = owner
				} else if strings.HasPrefix(option, "--") && option != "--from=build" {
					err = fmt.Errorf("the option %s of COPY is not known here", option)
				}
			}
			i.copies = append(i.copies, c)
		case "ENV":
			for word := range strings.FieldsSeq(rest) {
				name, value, _ := strings.Cut(word, "=")
				i.env[name] = value
			}
		case "LABEL":
			for word := range strings.FieldsSeq(rest) {
				name, value, _ := strings.Cut(word, "=")
				i.labels[name] = strings.Trim(value, `"`)
			}
		case "USER":
			i.user = rest
		case "WORKDIR":
			i.workdir = rest
		case "EXPOSE":
			i.exposes = rest
		case "ENTRYPOINT", "CMD":
			i.start = append(i.start, exec(rest)...)
		case "HEALTHCHECK":
			_, command, _ := strings.Cut(rest, " CMD ")
			i.health = exec(command)
		case "ARG", "VOLUME", "STOPSIGNAL":
		default:
			err = fmt.Errorf("the order %s is not known here", order)
		}
	}
	return i, err
}

func TestTheImageHoldsTheProgramAlone(t *testing.T) {
	t.Parallel()
	i := readContainerfile(t)
	if len(i.from) != 2 || i.from[1] != "scratch" {
		t.Errorf("the stages are from %v, want one that builds, and scratch", i.from)
	}
	version := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(read(t, "../go.mod"))
	if want := "golang:" + version[1] + "-"; !strings.Contains(i.from[0], want) {
		t.Errorf("it is built by %s, want %s… as go.mod says", i.from[0], want)
	}
	if i.user != "65532:65532" {
		t.Errorf("it runs as %q, want a number, for both user and group", i.user)
	}
	c := configured(t, i.env)
	if !c.ListensBeyondLoopback() {
		t.Errorf("in a container it listens on %s, where nobody reaches it", c.Listen)
	}
	if !strings.HasSuffix(c.Listen, ":"+i.exposes) {
		t.Errorf("it listens on %s and exposes %s", c.Listen, i.exposes)
	}
	// The names are those of the OCI image specification, "Annotations".
	for name, want := range map[string]string{
		"title": "Evenkeel", "source": "https://github.com/evenkeel/evenkeel", "licenses": "Apache-2.0", "version": "${VERSION}", "revision": "${COMMIT}",
	} {
		if got := i.labels["org.opencontainers.image."+name]; got != want {
			t.Errorf("the image is labelled %s=%q, want %q", name, got, want)
		}
	}
	if c.DataDir != i.workdir {
		t.Errorf("it works in %s and keeps its data in %s", i.workdir, c.DataDir)
	}
}
