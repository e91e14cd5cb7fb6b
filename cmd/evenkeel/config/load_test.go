package config_test

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
	"github.com/evenkeel/evenkeel/internal/fault"
)

// sources makes sources of a YAML file, NAME=value variables and arguments.
func sources(t *testing.T, yaml string, environ []string, args ...string) config.Sources {
	t.Helper()
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	config.AddFlags(flags)
	if yaml != "" {
		args = append(args, "--config", write(t, "evenkeel.yaml", yaml))
	}
	if err := flags.Parse(args); err != nil {
		t.Fatal(err)
	}
	return config.Sources{Flags: flags, Environ: environ, Hostname: "host-1"}
}

func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func load(t *testing.T, from config.Sources) *config.Effective {
	t.Helper()
	e, err := config.Load(from)
	if err != nil {
		t.Fatalf("Load: %v", err)
	}
	return e
}

func TestNothingHasToBeConfigured(t *testing.T) {
	t.Parallel()
	e := load(t, config.Sources{Hostname: "host-1"})
	if e.Listen != "127.0.0.1:8080" || e.PublicURL != "http://127.0.0.1:8080" || e.DataDir != "./data" || e.Instance != "host-1" {
		t.Errorf("listen %s, publicURL %s, dataDir %s, instance %s", e.Listen, e.PublicURL, e.DataDir, e.Instance)
	}
	if e.UsesPostgreSQL() || e.SQLitePath() != filepath.Join("data", "evenkeel.db") {
		t.Errorf("PostgreSQL %v, SQLite at %s", e.UsesPostgreSQL(), e.SQLitePath())
	}
	if e.TokenLifetime != 2160*time.Hour || e.Retention.IdempotencyKeys != 24*time.Hour || e.Limits.MaxBody != 8388608 {
		t.Errorf("tokens live %v, idempotency keys %v, bodies have %d bytes", e.TokenLifetime, e.Retention.IdempotencyKeys, e.Limits.MaxBody)
	}
	if !e.Jobs.Enabled || len(e.Jobs.Schedules) != 0 || e.Log.Level != slog.LevelInfo || e.Log.Format != "text" {
		t.Errorf("jobs %+v, log %+v", e.Jobs, e.Log)
	}
	if got := e.Origin("listen").String(); got != "default" {
		t.Errorf("listen comes from %q", got)
	}
}

func TestAStrongerSourceOverridesAWeakerOne(t *testing.T) {
	t.Parallel()
	yaml := "listen: 127.0.0.1:1\ndataDir: /file\nlog: {level: warn, format: json}\ninstance: from-file\n"
	environ := []string{"EVENKEEL_LISTEN=127.0.0.1:2", "EVENKEEL_DATA_DIR=/env", "EVENKEEL_LOG_LEVEL=debug", "EVENKEEL_LOG_FORMAT=", "PATH=/bin"}
	e := load(t, sources(t, yaml, environ, "--listen=127.0.0.1:3", "--database-max-connections", "7", "--jobs-enabled=false"))

	for _, c := range []struct{ key, got, want, layer string }{
		{"listen", e.Listen, "127.0.0.1:3", "flag"},
		{"dataDir", e.DataDir, "/env", "env"},
		{"log.level", e.Log.Level.String(), "DEBUG", "env"},
		{"log.format", e.Log.Format, "json", "file"}, // the empty variable counts as not set
		{"instance", e.Instance, "from-file", "file"},
		{"database.maxConnections", fmt.Sprint(e.Database.MaxConnections), "7", "flag"},
		{"jobs.enabled", fmt.Sprint(e.Jobs.Enabled), "false", "flag"},
		{"drainTimeout", e.DrainTimeout.String(), "30s", "default"},
		{"publicURL", e.PublicURL, "http://127.0.0.1:3", "default"},
	} {
		if c.got != c.want || e.Origin(c.key).Layer != c.layer {
			t.Errorf("%s is %s from %s; want %s from %s", c.key, c.got, e.Origin(c.key), c.want, c.layer)
		}
	}
}

func TestTheFileIsNamedByAFlagOrElseByAVariable(t *testing.T) {
	t.Parallel()
	byVariable := "EVENKEEL_CONFIG=" + write(t, "a.yaml", "instance: by-variable\n")
	if e := load(t, sources(t, "", []string{byVariable})); e.Instance != "by-variable" {
		t.Errorf("instance %s", e.Instance)
	}
	if e := load(t, sources(t, "instance: by-flag\n", []string{byVariable})); e.Instance != "by-flag" {
		t.Errorf("instance %s", e.Instance)
	}
}

func TestSchedulesAreMergedJobByJob(t *testing.T) {
	t.Parallel()
	yaml := "jobs:\n  schedules:\n    evaluate-budgets: \"*/5 * * * *\"\n    prune: \"@daily\"\n"
	e := load(t, sources(t, yaml, []string{"EVENKEEL_JOBS_SCHEDULES_EVALUATE_BUDGETS=@every 1m"}, "--jobs-schedules", "apply-policies=@hourly"))
	want := map[string]string{"evaluate-budgets": "@every 1m", "prune": "@daily", "apply-policies": "@hourly"}
	if len(e.Jobs.Schedules) != len(want) {
		t.Errorf("got %v", e.Jobs.Schedules)
	}
	for job, schedule := range want {
		if e.Jobs.Schedules[job] != schedule {
			t.Errorf("%s runs at %q, want %q", job, e.Jobs.Schedules[job], schedule)
		}
	}
	if got := e.Origin("jobs.schedules.prune").Layer; got != "file" {
		t.Errorf("prune comes from %s", got)
	}
}

func TestASecretCanComeFromAFile(t *testing.T) {
	t.Parallel()
	const url = "postgres://u:p@localhost/x"
	path := write(t, "url", url+"\n")
	for name, from := range map[string]config.Sources{
		"file": sources(t, "database: {urlFile: "+path+"}", nil),
		"env":  sources(t, "database: {url: postgres://weaker/x}", []string{"EVENKEEL_DATABASE_URL_FILE=" + path}),
		"flag": sources(t, "", []string{"EVENKEEL_DATABASE_URL=postgres://weaker/x"}, "--database-url-file="+path),
	} {
		e := load(t, from)
		if got := e.Database.URL.Reveal(); got != url || !e.UsesPostgreSQL() || e.Origin("database.url").Layer != name {
			t.Errorf("%s: %q from %s", name, got, e.Origin("database.url"))
		}
	}
}

// faults loads and returns what is wrong, by place.
func faults(t *testing.T, from config.Sources) map[string]string {
	t.Helper()
	_, err := config.Load(from)
	f := fault.As(err)
	if f == nil || f.Kind != fault.Invalid || f.Code != "invalid_configuration" {
		t.Fatalf("Load: %v", err)
	}
	found := map[string]string{}
	for _, v := range f.Violations {
		where := v.Pointer[strings.LastIndex(v.Pointer, "/")+1:] // without the directory
		found[where] = fmt.Sprintf("%v: %s", v.Value, v.Message)
	}
	if len(found) != len(f.Violations) {
		t.Errorf("a place has two faults: %v", f.Violations)
	}
	return found
}

func TestAllFaultsOfAllSourcesAreReportedAtOnce(t *testing.T) {
	t.Parallel()
	yaml := `
listn: 127.0.0.1:80
publicURL: https://example.com/path
instance: 12
limits: {maxBody: lots, maxConnections: 0}
log: info
retention: {measurements: 90d, run: 1d}
maxConns: 5
jobs: {schedules: {prune: every minute, bad: 5}}
`
	environ := []string{"EVENKEEL_LOG_LEVLE=debug", "EVENKEEL_DRAIN_TIMEOUT=30", "EVENKEEL_JOBS_ENABLED=yes", "EVENKEEL_QUITE_OTHER=1"}
	got := faults(t, sources(t, yaml, environ, "--listen=8080", "--log-format=xml", "--telemetry-otlp-endpoint=collector:4318", "--data-dir= "))

	want := map[string]string{
		"evenkeel.yaml: listn":                  `<nil>: there is no key "listn"; did you mean listen?`,
		"evenkeel.yaml: publicURL":              "https://example.com/path: publicURL must be http:// or https://",
		"evenkeel.yaml: instance":               "12: instance must be text; put it in quotes",
		"evenkeel.yaml: limits.maxBody":         "lots: limits.maxBody must be a size such as 8MiB",
		"evenkeel.yaml: limits.maxConnections":  "0: limits.maxConnections must be from 1 to 1000000",
		"evenkeel.yaml: log":                    "<nil>: log is a section; write its keys below it: level, format",
		"evenkeel.yaml: retention.measurements": "90d: retention.measurements must be from 500d to 3660d",
		"evenkeel.yaml: retention.run":          `<nil>: there is no key "retention.run"; did you mean retention.runs?`,
		"evenkeel.yaml: maxConns":               `<nil>: there is no key "maxConns"; did you mean database.maxConnections?`,
		"evenkeel.yaml: jobs.schedules.prune":   "every minute: jobs.schedules.prune must be five cron fields",
		"evenkeel.yaml: jobs.schedules.bad":     "5: jobs.schedules.bad must be text",
		"EVENKEEL_LOG_LEVLE":                    "<nil>: there is no such variable; did you mean EVENKEEL_LOG_LEVEL?",
		"EVENKEEL_QUITE_OTHER":                  "<nil>: there is no such variable; docs/reference/configuration.md",
		"EVENKEEL_DRAIN_TIMEOUT":                "30: drainTimeout must be a duration with a unit, such as 30s",
		"EVENKEEL_JOBS_ENABLED":                 "yes: jobs.enabled must be true or false",
		"--listen":                              "8080: listen must be host:port",
		"--log-format":                          "xml: log.format must be text or json",
		"--telemetry-otlp-endpoint":             "collector:4318: telemetry.otlpEndpoint must be an http:// or https:// address",
		"--data-dir":                            " : dataDir must name a directory",
	}
	for where, message := range want {
		if !strings.HasPrefix(got[where], message) {
			t.Errorf("%s\n got %s\nwant %s…", where, got[where], message)
		}
	}
	for where := range got {
		if want[where] == "" {
			t.Errorf("not expected: %s: %s", where, got[where])
		}
	}
}

func TestAFaultNeverShowsASecret(t *testing.T) {
	t.Parallel()
	const bad = "mysql://root:" + password + "@localhost/x"
	path := write(t, "url", bad)
	for name, from := range map[string]config.Sources{
		"value in the file":     sources(t, "database: {url: '"+bad+"'}", nil),
		"in the section's name": sources(t, "database: '"+bad+"'", nil),
		"under an unknown key":  sources(t, "database: {uri: '"+bad+"'}", nil),
		"in the environment":    sources(t, "", []string{"EVENKEEL_DATABASE_URL=" + bad}),
		"under a wrong name":    sources(t, "", []string{"EVENKEEL_DATABASE_URI=" + bad}),
		"in a flag":             sources(t, "", nil, "--database-url", bad),
		"in a secret's file":    sources(t, "", nil, "--database-url-file", path),
		"not even a URL":        sources(t, "", nil, "--database-url", "postgres://u:"+password+"%zz@[/x"),
		"a list":                sources(t, "database: {url: ['"+bad+"']}", nil),
	} {
		_, err := config.Load(from)
		f := fault.As(err)
		if f == nil {
			t.Errorf("%s: no fault", name)
			continue
		}
		if all := fmt.Sprintf("%v %+v", err, f.Violations); strings.Contains(all, password) {
			t.Errorf("%s: the secret is in %s", name, all)
		}
	}
}

func TestAnEmptySecretFileIsAFault(t *testing.T) {
	t.Parallel()
	for _, content := range []string{"", "\n", "\r\n"} {
		path := write(t, "url", content)
		got := faults(t, sources(t, "", []string{"EVENKEEL_DATABASE_URL_FILE=" + path}))
		if !strings.Contains(got["EVENKEEL_DATABASE_URL_FILE"], "is empty") {
			t.Errorf("%q: got %v", content, got)
		}
	}
}

func TestASecretAndItsFileAreNotGivenTogether(t *testing.T) {
	t.Parallel()
	got := faults(t, sources(t, "", []string{"EVENKEEL_DATABASE_URL=postgres://h/x", "EVENKEEL_DATABASE_URL_FILE=url"}))
	if want := "url: give database.url or database.urlFile, not both"; got["EVENKEEL_DATABASE_URL_FILE"] != want {
		t.Errorf("got %v", got)
	}
}

func TestAFileThatCannotBeReadIsAFault(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ yaml, want string }{
		"malformed":     {"listen: [", "the configuration file cannot be read: yaml:"},
		"not a mapping": {"- listen", "the configuration file cannot be read: yaml:"},
		"a key twice":   {"listen: 127.0.0.1:1\nlisten: 127.0.0.1:2\n", "already defined at line 1"},
	} {
		got := faults(t, sources(t, c.yaml, []string{"EVENKEEL_LOG_FORMAT=xml"}))
		if !strings.Contains(got["evenkeel.yaml"], c.want) || got["EVENKEEL_LOG_FORMAT"] == "" {
			t.Errorf("%s: %v", name, got)
		}
	}
	got := faults(t, config.Sources{Hostname: "h", Environ: []string{"EVENKEEL_CONFIG=/nowhere/evenkeel.yaml"}})
	if !strings.Contains(got["evenkeel.yaml"], "no such file") {
		t.Errorf("missing: %v", got)
	}
}

func TestAnEmptyFileAndEmptySectionsSayNothing(t *testing.T) {
	t.Parallel()
	for _, yaml := range []string{"# nothing\n", "log:\n", "log: {}\njobs: {schedules: }\n", "jobs:\n  schedules: {}\n", "listen: ~\n"} {
		if e := load(t, sources(t, yaml, nil)); e.Listen != "127.0.0.1:8080" {
			t.Errorf("%q: listen %s", yaml, e.Listen)
		}
	}
}

func TestVariablesOfOthersAreLeftAlone(t *testing.T) {
	t.Parallel()
	// The last ones are what Kubernetes sets for Services named evenkeel and evenkeel-db.
	load(t, sources(t, "", []string{
		"EVENKEEL_URL=http://x", "EVENKEEL_SERVER=http://x", "EVENKEEL_TOKEN=ek_x", "EVENKEEL_TEST_POSTGRES=postgres://x", "EVENKEELISH=1", "HOME=/",
		"EVENKEEL_SECRET_PROM_TOKEN=x",
		"EVENKEEL_SERVICE_HOST=10.0.0.1", "EVENKEEL_SERVICE_PORT=80", "EVENKEEL_SERVICE_PORT_HTTP=80", "EVENKEEL_PORT=tcp://10.0.0.1:80",
		"EVENKEEL_PORT_80_TCP=tcp://10.0.0.1:80", "EVENKEEL_PORT_80_TCP_PROTO=tcp", "EVENKEEL_PORT_80_TCP_PORT=80", "EVENKEEL_PORT_80_TCP_ADDR=10.0.0.1",
		"EVENKEEL_DB_SERVICE_HOST=10.0.0.2", "EVENKEEL_DB_PORT_5432_TCP_ADDR=10.0.0.2",
	}))
}

func TestSchedulesCanBeJudgedByWhoeverRunsThem(t *testing.T) {
	t.Parallel()
	from := sources(t, "", []string{"EVENKEEL_JOBS_SCHEDULES_PRUNE=99 * * * *"})
	load(t, from)
	from.CheckSchedule = func(job, schedule string) error { return errors.New("judged " + job + " at " + schedule) }
	if got := faults(t, from)["EVENKEEL_JOBS_SCHEDULES_PRUNE"]; !strings.HasSuffix(got, "judged prune at 99 * * * *") {
		t.Errorf("got %q", got)
	}
}

func TestListeningBeyondLoopbackIsKnown(t *testing.T) {
	t.Parallel()
	for listen, beyond := range map[string]bool{
		"127.0.0.1:8080": false, "127.9.9.9:1": false, "[::1]:8080": false, "localhost:0": false,
		":8080": true, "0.0.0.0:8080": true, "[::]:8080": true, "192.0.2.1:80": true, "evenkeel.internal:80": true,
	} {
		e := load(t, sources(t, "", nil, "--listen", listen))
		if e.ListensBeyondLoopback() != beyond {
			t.Errorf("%s: beyond loopback %v", listen, !beyond)
		}
	}
}

func TestDataSourcesAreOnLoopbackWhereEvenkeelIs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args []string
		want bool
	}{
		{nil, true},
		{[]string{"--listen=[::1]:0"}, true},
		{[]string{"--listen=:8080"}, false},
		{[]string{"--listen=:8080", "--data-sources-allow-loopback"}, true},
		{[]string{"--data-sources-allow-loopback=false"}, false},
	} {
		if e := load(t, sources(t, "", nil, c.args...)); e.DataSources.AllowLoopback != c.want {
			t.Errorf("%v: loopback is allowed: %v", c.args, !c.want)
		}
	}
}

func TestNetworksAreAListOrText(t *testing.T) {
	t.Parallel()
	e := load(t, sources(t, "dataSources:\n  denyCIDRs: [10.0.0.0/8, 'fd00::/8']\n", []string{"EVENKEEL_DATA_SOURCES_ALLOW_CIDRS=192.168.0.0/16, 2001:db8::1/128"}))
	if got := e.DataSources.DenyCIDRs.String(); got != "10.0.0.0/8, fd00::/8" {
		t.Errorf("denied are %s", got)
	}
	if got := e.DataSources.AllowCIDRs.String(); got != "192.168.0.0/16, 2001:db8::1/128" {
		t.Errorf("allowed are %s", got)
	}
	for _, wrong := range []string{"10.0.0.0", "10.0.0.1/8", "10.0.0.0/33", "::ffff:10.0.0.0/104", "fe80::%eth0/64", "local", ",", "10.0.0.0/8,,"} {
		got := faults(t, sources(t, "", []string{"EVENKEEL_DATA_SOURCES_DENY_CIDRS=" + wrong}))["EVENKEEL_DATA_SOURCES_DENY_CIDRS"]
		if !strings.Contains(got, "must be networks") {
			t.Errorf("%q: %q", wrong, got)
		}
	}
	for _, wrong := range []string{"[1]", "{a: b}", "true", "[[10.0.0.0/8]]"} {
		if len(faults(t, sources(t, "dataSources:\n  denyCIDRs: "+wrong+"\n", nil))) == 0 {
			t.Errorf("%s is taken", wrong)
		}
	}
}

func TestTheAddressOfLinksCanBeOpened(t *testing.T) {
	t.Parallel()
	for listen, want := range map[string]string{
		"127.0.0.1:8080": "http://127.0.0.1:8080", ":8080": "http://localhost:8080", "0.0.0.0:80": "http://localhost:80",
		"[::]:8080": "http://localhost:8080", "[::1]:8080": "http://[::1]:8080", "127.0.0.1:0": "",
	} {
		if e := load(t, sources(t, "", nil, "--listen", listen)); e.PublicURL != want {
			t.Errorf("%s: %s, want %s", listen, e.PublicURL, want)
		}
	}
	e := load(t, sources(t, "", nil, "--listen=127.0.0.1:0"))
	if got := e.BaseURL(address("127.0.0.1:43210")); got != "http://127.0.0.1:43210" {
		t.Errorf("BaseURL = %s", got)
	}
	if got := e.BaseURL(nil); got != "http://127.0.0.1:0" {
		t.Errorf("BaseURL of who listens to nothing = %s", got)
	}
	e = load(t, sources(t, "", nil, "--public-url=https://evenkeel.example.com/"))
	if got := e.BaseURL(address("127.0.0.1:43210")); got != "https://evenkeel.example.com" {
		t.Errorf("BaseURL = %s", got)
	}
}

type address string

func (a address) Network() string { return "tcp" }
func (a address) String() string  { return string(a) }

func TestNoProxyIsTrustedUnlessItIsNamed(t *testing.T) {
	t.Parallel()
	if e := load(t, sources(t, "", nil)); len(e.TrustedProxies) != 0 {
		t.Errorf("trusted are %s", e.TrustedProxies)
	}
	e := load(t, sources(t, "trustedProxies: [10.0.0.7/32]\n", []string{"EVENKEEL_TRUSTED_PROXIES=10.0.0.7/32, fd00::/8"}))
	if got := e.TrustedProxies.String(); got != "10.0.0.7/32, fd00::/8" {
		t.Errorf("trusted are %s", got)
	}
	if got := faults(t, sources(t, "", nil, "--trusted-proxies", "10.0.0.7"))["--trusted-proxies"]; !strings.Contains(got, "must be networks") {
		t.Errorf("an address alone: %q", got)
	}
}

func TestProxiesTellOfClientsInTheOneHeaderThatIsNamed(t *testing.T) {
	t.Parallel()
	if got := load(t, sources(t, "", nil)).TrustedProxyHeader; got != "X-Forwarded-For" {
		t.Errorf("the header is %q", got)
	}
	if got := load(t, sources(t, "", []string{"EVENKEEL_TRUSTED_PROXY_HEADER=Forwarded"})).TrustedProxyHeader; got != "Forwarded" {
		t.Errorf("the header is %q", got)
	}
	if got := faults(t, sources(t, "", nil, "--trusted-proxy-header", "X-Real-IP"))["--trusted-proxy-header"]; !strings.Contains(got, "must be X-Forwarded-For or Forwarded") {
		t.Errorf("another header: %q", got)
	}
}
