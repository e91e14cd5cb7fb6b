package config_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
)

func printed(t *testing.T) (e *config.Effective, yaml, asJSON string) {
	t.Helper()
	e = load(t, sources(t, "instance: \"12\"\njobs: {schedules: {prune: '@daily'}}\n",
		[]string{"EVENKEEL_LOG_LEVEL=debug", "EVENKEEL_DATABASE_URL=postgres://u:" + password + "@h/x"}, "--drain-timeout=90s"))
	var y, j bytes.Buffer
	if err := e.WriteYAML(&y); err != nil {
		t.Fatal(err)
	}
	if err := e.WriteJSON(&j); err != nil {
		t.Fatal(err)
	}
	return e, y.String(), j.String()
}

func TestTheEffectiveConfigurationSaysWhereEachValueCameFrom(t *testing.T) {
	t.Parallel()
	_, yaml, asJSON := printed(t)
	for _, line := range []string{
		"listen: 127.0.0.1:8080 # default",
		"drainTimeout: 90s # flag --drain-timeout",
		"  level: debug # env EVENKEEL_LOG_LEVEL",
		"  url: '[redacted]' # env EVENKEEL_DATABASE_URL",
		"  maxBody: 8MiB # default",
		"evenkeel.yaml: jobs.schedules.prune\n",
	} {
		if !strings.Contains(yaml, line) {
			t.Errorf("no %q in\n%s", line, yaml)
		}
	}
	var got struct {
		Values struct {
			Log      struct{ Level string }
			Database struct {
				URL            string
				MaxConnections int
			}
			Jobs struct {
				Enabled   bool
				Schedules map[string]string
			}
		}
		Origins map[string]config.Origin
	}
	if err := json.Unmarshal([]byte(asJSON), &got); err != nil {
		t.Fatal(err)
	}
	v := got.Values
	if v.Log.Level != "debug" || v.Database.URL != config.Redacted || v.Database.MaxConnections != 20 || !v.Jobs.Enabled || v.Jobs.Schedules["prune"] != "@daily" {
		t.Errorf("values %+v", v)
	}
	if o := got.Origins["log.level"]; o.Layer != "env" || o.Where != "EVENKEEL_LOG_LEVEL" {
		t.Errorf("log.level comes from %+v", o)
	}
	if strings.Contains(yaml+asJSON, password) {
		t.Error("the secret is printed")
	}
}

func TestThePrintedConfigurationIsReadAgain(t *testing.T) {
	t.Parallel()
	first, yaml, _ := printed(t)
	second := load(t, sources(t, yaml, nil, "--database-url="+first.Database.URL.Reveal()))
	first.Database.URL, second.Database.URL = config.Secret{}, config.Secret{}
	if !reflect.DeepEqual(first.Config, second.Config) {
		t.Errorf("printed\n%+v\nread\n%+v", first.Config, second.Config)
	}
	// A redacted secret that is read as a secret would connect nowhere.
	if _, err := config.Load(sources(t, yaml, nil)); err == nil {
		t.Error("a redacted secret is taken for a secret")
	}
}

// A file that was printed on one machine is read on another: what was worked out on
// the one is worked out anew on the other.
func TestWhatWasWorkedOutIsNotFixedByPrintingIt(t *testing.T) {
	t.Parallel()
	print := func(args ...string) string {
		var out bytes.Buffer
		if err := load(t, sources(t, "", nil, args...)).WriteYAML(&out); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	yaml := print("--listen=127.0.0.1:1")
	if strings.Contains(yaml, "\ninstance:") || !strings.Contains(yaml, "# publicURL: http://127.0.0.1:1\n# instance: host-1\n# dataSources.allowLoopback: true\n") {
		t.Errorf("printed\n%s", yaml)
	}
	from := sources(t, yaml, nil, "--listen=0.0.0.0:2", "--public-url=")
	from.Hostname = "host-2"
	e := load(t, from)
	if e.Instance != "host-2" || e.PublicURL == "http://127.0.0.1:1" || e.DataSources.AllowLoopback {
		t.Errorf("read on another: instance %s, publicURL %s, allowLoopback %t", e.Instance, e.PublicURL, e.DataSources.AllowLoopback)
	}
	if yaml := print("--instance=given", "--public-url=https://evenkeel.example"); !strings.Contains(yaml, "\ninstance: given # flag") || !strings.Contains(yaml, "\npublicURL: https://evenkeel.example # flag") {
		t.Errorf("printed\n%s", yaml)
	}
}

func TestListeningBeyondThisMachineIsLogged(t *testing.T) {
	t.Parallel()
	for listen, want := range map[string]bool{"127.0.0.1:1": false, "0.0.0.0:1": true} {
		var out bytes.Buffer
		load(t, sources(t, "", nil, "--listen", listen)).LogStart(slog.New(slog.NewTextHandler(&out, nil)))
		if got := strings.Contains(out.String(), "level=WARN"); got != want {
			t.Errorf("%s: %s", listen, &out)
		}
	}
}

func TestTheLogIsWrittenAsConfigured(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := config.Log{Level: slog.LevelWarn, Format: "json"}.Logger(&out)
	log.Info("not shown")
	log.Warn("shown")
	var line map[string]any
	if err := json.Unmarshal(out.Bytes(), &line); err != nil || line["msg"] != "shown" {
		t.Errorf("%v: %s", err, &out)
	}
}

func TestTheReferenceIsFresh(t *testing.T) {
	t.Parallel()
	committed, err := os.ReadFile("../../../docs/reference/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	if err := config.WriteReference(&want); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(committed, want.Bytes()) {
		t.Error("docs/reference/configuration.md is not what the struct says: run make generate and commit it")
	}
}

func TestEveryKeyIsDocumented(t *testing.T) {
	t.Parallel()
	var walk func(reflect.Type, string)
	walk = func(typ reflect.Type, prefix string) {
		for i := range typ.NumField() {
			f := typ.Field(i)
			if f.Anonymous { // its keys are those of what it is embedded in
				walk(f.Type, prefix)
				continue
			}
			if f.Tag.Get("koanf") == "" || !strings.HasSuffix(f.Tag.Get("doc"), ".") {
				t.Errorf("%s%s wants the tags koanf and doc, the latter in sentences", prefix, f.Name)
			}
			if f.Type.Kind() == reflect.Struct && f.Type != reflect.TypeFor[config.Secret]() {
				walk(f.Type, prefix+f.Name+".")
			}
		}
	}
	walk(reflect.TypeFor[config.Config](), "")
}
