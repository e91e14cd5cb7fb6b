package helm

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.yaml.in/yaml/v4"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
)

const chart = "evenkeel"

// tools are the paths of programs that are pinned in tools/go.mod, so that the module of
// the program itself needs nothing of them. Go builds them once and keeps them.
var tools = sync.OnceValues(func() (map[string]string, error) {
	paths := map[string]string{}
	for _, name := range []string{"helm", "kubeconform"} {
		cmd := exec.Command("go", "-C", "../tools", "tool", "-n", name)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-trimpath")
		out, err := cmd.Output()
		if err != nil {
			var ended *exec.ExitError
			if errors.As(err, &ended) {
				err = errors.New(string(ended.Stderr))
			}
			return nil, err
		}
		paths[name] = strings.TrimSpace(string(out))
	}
	return paths, nil
})

// tool is the path of one of them.
func tool(t *testing.T, name string) string {
	t.Helper()
	paths, err := tools()
	if err != nil {
		without(t, "build the tools for the chart: "+err.Error())
	}
	return paths[name]
}

// helm runs it with nobody's settings, and returns what it printed and what it complained of.
func helm(t *testing.T, args ...string) (out, complaint string, err error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), tool(t, "helm"), args...)
	cmd.Env = append(os.Environ(), "HELM_CONFIG_HOME="+t.TempDir(), "HELM_CACHE_HOME="+t.TempDir(), "HELM_DATA_HOME="+t.TempDir())
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	return stdout.String(), stderr.String(), err
}

// values writes values to a file of their own.
func values(t *testing.T, of map[string]any) string {
	t.Helper()
	text, err := yaml.Marshal(of)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "values.yaml")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// render gives the objects of an installation, by kind and name.
func render(t *testing.T, file string) map[string]map[string]any {
	t.Helper()
	out, complaint, err := helm(t, "template", "evenkeel", chart, "--namespace", "reliability", "--values", file)
	if err != nil {
		t.Fatalf("helm template: %s", complaint)
	}
	return objects(t, out)
}

func objects(t *testing.T, text string) map[string]map[string]any {
	t.Helper()
	all := map[string]map[string]any{}
	for document := range strings.SplitSeq(text, "\n---") {
		var o map[string]any
		if err := yaml.Unmarshal([]byte(document), &o); err != nil {
			t.Fatalf("%v\n%s", err, document)
		}
		if o != nil {
			all[at(o, "kind").(string)+"/"+at(o, "metadata", "name").(string)] = o
		}
	}
	return all
}

// at finds what is deeper in an object; nil where there is nothing.
func at(value any, path ...any) any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			m, _ := value.(map[string]any)
			value = m[step]
		case int:
			list, _ := value.([]any)
			if step >= len(list) {
				return nil
			}
			value = list[step]
		}
	}
	return value
}

// same tells whether two values are the same as JSON, whatever a number's type is.
func same(got, want any) bool {
	a, errA := json.Marshal(got)
	b, errB := json.Marshal(want)
	return errA == nil && errB == nil && bytes.Equal(a, b)
}

// expect compares what is at a place.
func expect(t *testing.T, o any, want any, path ...any) {
	t.Helper()
	if got := at(o, path...); !same(got, want) {
		t.Errorf("%v is %v, want %v", path, got, want)
	}
}

func TestTheChartRendersWhatKubernetesTakes(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(chart + "/ci/*-values.yaml")
	if err != nil || len(files) < 3 {
		t.Fatalf("%v, %v: want values to try", files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			if out, complaint, err := helm(t, "lint", "--strict", chart, "--values", file); err != nil {
				t.Errorf("helm lint: %s%s", out, complaint)
			}
			out, complaint, err := helm(t, "template", "evenkeel", chart, "--namespace", "reliability", "--values", file)
			if err != nil {
				t.Fatalf("helm template: %s", complaint)
			}
			conform := exec.CommandContext(t.Context(), tool(t, "kubeconform"), "-strict", "-summary", "-schema-location", "schemas/{{.ResourceKind}}{{.KindSuffix}}.json")
			conform.Stdin = strings.NewReader(out)
			if text, err := conform.CombinedOutput(); err != nil || !strings.Contains(string(text), "Errors: 0, Skipped: 0") {
				t.Errorf("kubeconform: %v\n%s", err, text)
			}
			all := objects(t, out)
			for name, o := range all {
				expect(t, o, "reliability", "metadata", "namespace")
				if pod := at(o, "spec", "template", "spec"); pod != nil {
					t.Run(name, func(t *testing.T) { wantRestricted(t, pod) })
				}
			}
			c := rendered(t, all)
			if got, want := c.UsesPostgreSQL(), strings.Contains(file, "full") || strings.Contains(file, "postgresql"); got != want {
				t.Errorf("it uses PostgreSQL: %v", got)
			}
			workload := all["Deployment/evenkeel"]
			if workload == nil {
				workload = all["StatefulSet/evenkeel"]
			}
			grace, _ := at(workload, "spec", "template", "spec", "terminationGracePeriodSeconds").(int)
			if least := c.DrainDelay + c.DrainTimeout + afterDrain; float64(grace) <= least.Seconds() {
				t.Errorf("it is ended by force after %d s, when it may still drain for %v", grace, least)
			}
			expect(t, workload, "/healthz", "spec", "template", "spec", "containers", 0, "startupProbe", "httpGet", "path")
			expect(t, workload, "/healthz", "spec", "template", "spec", "containers", 0, "livenessProbe", "httpGet", "path")
			expect(t, workload, "/readyz", "spec", "template", "spec", "containers", 0, "readinessProbe", "httpGet", "path")
			wantMounted(t, workload)
		})
	}
}

// wantRestricted asks for what Pod Security's profile "restricted" asks for, and for no token.
// https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
func wantRestricted(t *testing.T, pod any) {
	t.Helper()
	expect(t, pod, true, "securityContext", "runAsNonRoot")
	expect(t, pod, "RuntimeDefault", "securityContext", "seccompProfile", "type")
	expect(t, pod, false, "automountServiceAccountToken")
	for _, forbidden := range []string{"hostNetwork", "hostPID", "hostIPC", "initContainers"} {
		expect(t, pod, nil, forbidden)
	}
	containers, _ := at(pod, "containers").([]any)
	if len(containers) != 1 {
		t.Fatalf("%d containers", len(containers))
	}
	c := containers[0]
	expect(t, c, false, "securityContext", "allowPrivilegeEscalation")
	expect(t, c, true, "securityContext", "readOnlyRootFilesystem")
	expect(t, c, []any{"ALL"}, "securityContext", "capabilities", "drop")
	expect(t, c, nil, "securityContext", "capabilities", "add")
	expect(t, c, nil, "securityContext", "privileged")
	if at(c, "resources", "requests", "memory") == nil || at(c, "resources", "limits", "memory") == nil {
		t.Error("it asks for no memory, or may take all")
	}
	volumes, _ := at(pod, "volumes").([]any)
	allowed := []string{"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
	for _, v := range volumes {
		for kind := range v.(map[string]any) {
			if kind != "name" && !slices.Contains(allowed, kind) {
				t.Errorf("the volume %v is of a kind that is not allowed", v)
			}
		}
	}
}

// wantMounted asks that each mount has its volume: of the pod, or a claim of its own.
func wantMounted(t *testing.T, workload map[string]any) {
	t.Helper()
	names := map[string]bool{}
	for _, list := range []any{at(workload, "spec", "template", "spec", "volumes"), at(workload, "spec", "volumeClaimTemplates")} {
		volumes, _ := list.([]any)
		for _, v := range volumes {
			name, _ := at(v, "name").(string)
			if claim, of := at(v, "metadata", "name").(string); of {
				name = claim
			}
			names[name] = true
		}
	}
	mounts, _ := at(workload, "spec", "template", "spec", "containers", 0, "volumeMounts").([]any)
	for _, m := range mounts {
		if name, _ := at(m, "name").(string); !names[name] {
			t.Errorf("%v is mounted, and there is no such volume in %v", m, names)
		}
	}
}

// secretOf is a secret as the key asks for, and another for each.
func secretOf(t *testing.T, key string) string {
	t.Helper()
	switch {
	case key == "database.url":
		return "postgres://evenkeel:secret@postgres:5432/evenkeel"
	case key == "github.token":
		return "github_pat_0123456789"
	case key == "github.privateKey":
		pair, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			t.Fatal(err)
		}
		return string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(pair)}))
	case strings.HasPrefix(key, "encryption."):
		sum := sha256.Sum256([]byte(key))
		return base64.StdEncoding.EncodeToString(sum[:])
	case strings.HasPrefix(key, "incidents.incidentIO."), strings.HasPrefix(key, "incidents.webhook."): // Standard Webhooks
		return "whsec_" + base64.StdEncoding.EncodeToString([]byte("thirty-two bytes and more: "+key))
	}
	return "more than sixteen characters: " + key
}

// rendered reads the configuration of an installation as the program does, with files in
// place of the Secrets.
func rendered(t *testing.T, all map[string]map[string]any) config.Config {
	t.Helper()
	text, _ := at(all["ConfigMap/evenkeel"], "data", "config.yaml").(string)
	if text == "" {
		t.Fatal("there is no configuration")
	}
	dir := t.TempDir()
	for line := range strings.Lines(text) {
		key, path, _ := strings.Cut(strings.TrimSpace(line), ": ")
		if !strings.HasSuffix(key, "File") || !strings.HasPrefix(path, "/run/evenkeel/secrets/") {
			continue
		}
		name := filepath.Base(path)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(secretOf(t, name)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(text, "/run/evenkeel/secrets", dir)), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(config.Sources{Environ: []string{"EVENKEEL_CONFIG=" + path}, Hostname: "evenkeel-0"})
	if err != nil {
		t.Fatalf("the program refuses its configuration: %v\n%s", err, text)
	}
	if c.Listen != ":8080" || c.DataDir != "/data" {
		t.Errorf("it listens on %s and keeps its data in %s", c.Listen, c.DataDir)
	}
	return c.Config
}
