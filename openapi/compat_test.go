package openapi_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const promised = `openapi: 3.1.0
info: {title: Widgets, version: "1"}
paths:
  /v1/widgets:
    get:
      operationId: listWidgets
      parameters:
        - {name: kind, in: query, schema: {type: string, enum: [http, grpc]}}
      responses:
        "200":
          description: OK
          content:
            application/json:
              schema:
                type: object
                required: [items]
                properties:
                  items: {type: array, items: {type: string}}
                  state: {type: string, enum: [ok, lost]}
    post:
      operationId: createWidget
      requestBody:
        content:
          application/json:
            schema:
              type: object
              properties:
                name: {type: string}
      responses:
        "201": {description: Made}
`

// What breaks a client is by the rules of oasdiff; each of these is a promise of
// docs/explanation/compatibility.md.
func TestTheGateCatchesWhatBreaksClientsAndLetsAdditionsPass(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"git", "bash"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatalf("there is no %s: a run that counts needs it", tool)
			}
			t.Skipf("there is no %s: NOT TESTED", tool)
		}
	}
	for name, test := range map[string]struct {
		from, to string
		breaks   string // what it says, empty where it passes
	}{
		"nothing":                           {"", "", ""},
		"a field that is gone from replies": {"                  items: {type: array, items: {type: string}}\n", "", "items"},
		"a field that is gone from bodies":  {"                name: {type: string}\n", "                title: {type: string}\n", "name"},
		"a new parameter that is required": {
			"        - {name: kind,", "        - {name: team, in: query, required: true, schema: {type: string}}\n        - {name: kind,", "team",
		},
		"a choice that is gone from a parameter": {"enum: [http, grpc]", "enum: [http]", "grpc"},
		"an operation that is gone":              {"    post:\n      operationId: createWidget\n      requestBody:\n        content:\n          application/json:\n            schema:\n              type: object\n              properties:\n                name: {type: string}\n      responses:\n        \"201\": {description: Made}\n", "", "removed"},
		"a new parameter that is optional":       {"        - {name: kind,", "        - {name: team, in: query, schema: {type: string}}\n        - {name: kind,", ""},
		"a further choice of a parameter":        {"enum: [http, grpc]", "enum: [http, grpc, llm]", ""},
		"a further field of a reply":             {"                  items: {", "                  more: {type: string}\n                  items: {", ""},
		"a further field of a body":              {"                name: {", "                note: {type: string}\n                name: {", ""},
		"a further word in a reply":              {"enum: [ok, lost]", "enum: [ok, lost, found]", ""},
		"a further operation": {
			"  /v1/widgets:\n", "  /v1/gadgets:\n    get:\n      operationId: listGadgets\n      responses:\n        \"200\": {description: OK}\n  /v1/widgets:\n", "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRepository(t)
			r.write("openapi.yaml", promised)
			r.gate(true, "release")
			r.commit("v1.0.0")
			now := strings.Replace(promised, test.from, test.to, 1)
			if now == promised && name != "nothing" {
				t.Fatal("the document is not changed")
			}
			r.write("openapi.yaml", now)
			r.commit("")
			if said := r.gate(test.breaks == "", "check"); !strings.Contains(said, test.breaks) || !strings.Contains(said, "v1.0.0") {
				t.Errorf("it says %q", said)
			}
			// A clone without tags, as CI makes, finds the same.
			r.git("tag", "--delete", "v1.0.0")
			if said := r.gate(test.breaks == "", "check"); !strings.Contains(said, test.breaks) || strings.Contains(said, "nothing was released") {
				t.Errorf("without tags it says %q", said)
			}
		})
	}
}

func TestTheGateSaysWhatItHasNothingToCompareWith(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	r.write("openapi.yaml", promised)
	r.commit("")
	if said := r.gate(true, "check"); !strings.Contains(said, "nothing was released") {
		t.Errorf("before a release it says %q", said)
	}
	r.git("tag", "v1.0.0")
	if said := r.gate(false, "check"); !strings.Contains(said, "there is no openapi/released.yaml") {
		t.Errorf("after a release that wrote nothing it says %q", said)
	}
	r.write("released.yaml", strings.Replace(promised, "Widgets", "Others", 1))
	if said := r.gate(false, "check"); !strings.Contains(said, "is not the document of v1.0.0") {
		t.Errorf("of another document it says %q", said)
	}
	if said := r.gate(false, "chekc"); !strings.Contains(said, "neither check nor release") {
		t.Errorf("of a slip it says %q", said)
	}
}

// repository is made up, with a document and nothing else.
type repository struct {
	t   *testing.T
	dir string
}

func newRepository(t *testing.T) repository {
	t.Helper()
	r := repository{t, t.TempDir()}
	r.git("init", "--quiet", "--initial-branch", "main")
	if err := os.Mkdir(filepath.Join(r.dir, "openapi"), 0o700); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r repository) git(args ...string) {
	r.t.Helper()
	cmd := exec.CommandContext(r.t.Context(), "git", append([]string{"-C", r.dir, "-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"}, args...)...)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
	if out, err := cmd.CombinedOutput(); err != nil {
		r.t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

func (r repository) write(name, text string) {
	r.t.Helper()
	if err := os.WriteFile(filepath.Join(r.dir, "openapi", name), []byte(text), 0o600); err != nil {
		r.t.Fatal(err)
	}
}

// commit commits all there is, and sets a tag unless it is empty.
func (r repository) commit(tag string) {
	r.t.Helper()
	r.git("add", "--all")
	r.git("commit", "--quiet", "--allow-empty", "-m", "Change the document")
	if tag != "" {
		r.git("tag", tag)
	}
}

// gate runs the script on the repository, and requires that it passes or not.
func (r repository) gate(passes bool, what string) string {
	r.t.Helper()
	out, err := exec.CommandContext(r.t.Context(), "../scripts/openapi-compat", what, r.dir).CombinedOutput()
	if passes != (err == nil) {
		r.t.Fatalf("openapi-compat %s: %v\n%s", what, err, out)
	}
	return string(out)
}
