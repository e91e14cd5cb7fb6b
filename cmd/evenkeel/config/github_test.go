package config_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
)

// aKey is an RSA key, made once since that is slow.
var aKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

// key is one in PEM as GitHub gives it.
func key(t *testing.T) string {
	t.Helper()
	k, err := aKey()
	if err != nil {
		t.Fatal(err)
	}
	return block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(k))
}

func block(kind string, bytes []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: bytes}))
}

func TestWithoutCredentialsIssuesStayDrafts(t *testing.T) {
	t.Parallel()
	g := load(t, sources(t, "", nil)).GitHub
	if g.HasCredentials() || g.ModeOf(issues.KindBudgetViolation) != "observe" || len(g.PublicKinds) != 0 || g.Host() != "github.com" {
		t.Errorf("%+v", g)
	}
}

func TestWhatIsConfiguredIsWhatTheCourierKeepsTo(t *testing.T) {
	t.Parallel()
	got := load(t, sources(t, "", nil)).GitHub.Courier()
	if want := delivery.Defaults(); !reflect.DeepEqual(got, want) {
		t.Errorf("nothing configured: %+v, want %+v", got, want)
	}
	got = load(t, sources(t, `
github:
  mode: warn
  modes: {budget_violation: enforce}
  paused: true
  pausedKinds: budget_violation
  maxDaily: 7
  maxPerTeamDaily: 3
  defaultRepository: git@github.com:acme/reliability.git
  publicKinds: budget_violation
  spacing: 2s
  hold: 10m
  misses: 5
`, nil)).GitHub.Courier()
	want := delivery.Defaults()
	kinds := []issues.Kind{issues.KindBudgetViolation}
	want.Mode, want.Kinds = delivery.Warn, map[issues.Kind]delivery.Mode{issues.KindBudgetViolation: delivery.Enforce}
	want.Stopped, want.StoppedKinds = true, kinds
	want.PerDay, want.TeamPerDay = 7, 3
	want.Routes = issues.RouteRules{Host: "github.com", Default: "git@github.com:acme/reliability.git", PublicKinds: kinds}
	want.Limits.Spacing, want.Hold, want.Misses = 2*time.Second, 10*time.Minute, 5
	if !reflect.DeepEqual(got, want) {
		t.Errorf("configured: %+v, want %+v", got, want)
	}
	if err := got.Validate(); err != nil {
		t.Error(err)
	}
	// The bounds of the configuration are within the courier's.
	for _, extreme := range []string{"{spacing: 1s, hold: 1m, misses: 1, maxDaily: 1, maxPerTeamDaily: 1}", "{spacing: 1m, hold: 24h, misses: 20, maxDaily: 10000, maxPerTeamDaily: 10000}"} {
		if err := load(t, sources(t, "github: "+extreme, nil)).GitHub.Courier().Validate(); err != nil {
			t.Errorf("%s: %v", extreme, err)
		}
	}
}

func TestAnAppsKeyComesFromAFileOrTheEnvironment(t *testing.T) {
	t.Parallel()
	path := write(t, "key.pem", key(t))
	for name, from := range map[string]config.Sources{
		"file": sources(t, "github: {appID: 12, privateKeyFile: "+path+"}", nil),
		"env":  sources(t, "", []string{"EVENKEEL_GITHUB_APP_ID=12", "EVENKEEL_GITHUB_PRIVATE_KEY=" + key(t)}),
		"flag": sources(t, "", nil, "--github-app-id=12", "--github-private-key-file="+path),
	} {
		g := load(t, from).GitHub
		if !g.HasCredentials() || g.AppID != 12 || strings.TrimSpace(g.PrivateKey.Reveal()) != strings.TrimSpace(key(t)) {
			t.Errorf("%s: App %d with %d bytes", name, g.AppID, len(g.PrivateKey.Reveal()))
		}
		if shown := fmt.Sprintf("%+v", g); strings.Contains(shown, "BEGIN") {
			t.Errorf("%s: the key is shown", name)
		}
	}
}

func TestModesAndKindsAreReadFromEverySource(t *testing.T) {
	t.Parallel()
	g := load(t, sources(t, "github: {mode: enforce, publicKinds: [budget_violation]}",
		[]string{"EVENKEEL_GITHUB_MODES_BUDGET_VIOLATION=warn", "EVENKEEL_GITHUB_PAUSED_KINDS=budget_violation, budget_violation"})).GitHub
	if g.ModeOf(issues.KindBudgetViolation) != "warn" || g.ModeOf("another") != "enforce" {
		t.Errorf("modes %v", g.Modes)
	}
	if !slices.Equal(g.PublicKinds, config.List{"budget_violation"}) || len(g.PausedKinds) != 2 {
		t.Errorf("public %q, paused %q", g.PublicKinds, g.PausedKinds)
	}
	if g := load(t, sources(t, "", nil, "--github-modes", "budget_violation=enforce")).GitHub; g.ModeOf(issues.KindBudgetViolation) != "enforce" || g.Mode != "observe" {
		t.Errorf("modes %v by a flag", g.Modes)
	}
}

func TestWhatIsWrongWithGitHubIsToldAtOnce(t *testing.T) {
	t.Parallel()
	const token = "ghp_0123456789 abcdef"
	yaml := `
github:
  token: "` + token + `"
  appID: 12
  webhookSecret: short
  baseURL: http://github.example.com
  caFile: /etc/ca.pem
  mode: on
  modes: {toil: warn}
  pausedKinds: [toil]
  publicKinds: budget-violation
  spacing: 10ms
  hold: 1s
  misses: 0
  maxDaily: -1
`
	_, err := config.Load(sources(t, yaml, nil))
	f := fault.As(err)
	if f == nil {
		t.Fatalf("Load: %v", err)
	}
	for _, want := range []string{
		"github.token and an App are given, and only one of them can be used",
		"github.token must be a token as GitHub shows it once",
		"github.privateKey is missing, which belongs to github.appID",
		"github.webhookSecret must have at least 16 characters",
		"github.baseURL must be https:// and the host of a GitHub Enterprise",
		"github.mode must be observe, warn or enforce",
		"github.modes.toil is of no kind of issues; there are: budget_violation",
		"github.pausedKinds must be of kinds of issues; there are: budget_violation",
		"github.publicKinds must be of kinds of issues",
		"github.spacing must be from 1s to 1m", "github.hold must be from 1m to 24h", "github.misses must be from 1 to 20", "github.maxDaily must be from 1 to 10000",
	} {
		if !slices.ContainsFunc(f.Violations, func(v fault.Violation) bool { return strings.HasPrefix(v.Message, want) }) {
			t.Errorf("nothing says %q", want)
		}
	}
	if len(f.Violations) != 13 {
		t.Errorf("%d faults, want 13: %v", len(f.Violations), f.Violations)
	}
	if all := fmt.Sprintf("%v %+v", err, f.Violations); strings.Contains(all, token) || strings.Contains(all, "short") {
		t.Errorf("a secret is in %s", all)
	}
}

func TestAKeyThatIsNoneIsRefusedWithWordsThatHelp(t *testing.T) {
	t.Parallel()
	rsaKey, err := aKey()
	if err != nil {
		t.Fatal(err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	other, err := x509.MarshalPKCS8PrivateKey(curve)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(&rsaKey.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	encrypted := string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Headers: map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": "AES-128-CBC,00"}, Bytes: []byte("x")}))
	for name, test := range map[string]struct{ text, says string }{
		"a client secret":     {"0123456789abcdef0123456789abcdef01234567", "this is no PEM"},
		"escaped line breaks": {strings.ReplaceAll(key(t), "\n", `\n`), `written as \n`},
		"lost line breaks":    {strings.ReplaceAll(key(t), "\n", " "), "line breaks were lost"},
		"cut short":           {key(t)[:200], "cut short"},
		"damaged":             {block("RSA PRIVATE KEY", []byte("not a key")), "damaged"},
		"a curve":             {block("PRIVATE KEY", other), "of another kind, *ecdsa.PrivateKey"},
		"a public key":        {block("PUBLIC KEY", public), `this is a "PUBLIC KEY"`},
		"of OpenSSH":          {block("OPENSSH PRIVATE KEY", []byte("x")), `this is a "OPENSSH PRIVATE KEY"`},
		"encrypted":           {encrypted, "passphrase"},
	} {
		got := faults(t, sources(t, "github: {appID: 1, privateKeyFile: "+write(t, "key.pem", test.text)+"}", nil))["evenkeel.yaml: github.privateKeyFile"]
		if !strings.Contains(got, test.says) || !strings.Contains(got, "which begins with -----BEGIN RSA PRIVATE KEY-----") || strings.Contains(got, test.text) {
			t.Errorf("%s: %s", name, got)
		}
	}
	// A key in PKCS #8 is the same key.
	pkcs8, err := x509.MarshalPKCS8PrivateKey(rsaKey)
	if err != nil {
		t.Fatal(err)
	}
	load(t, sources(t, "github: {appID: 1, privateKeyFile: "+write(t, "key.pem", block("PRIVATE KEY", pkcs8))+"}", nil))
}

func TestAnEnterpriseSaysWhereItsRepositoriesAre(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]string{
		"https://github.example.com": "github.example.com", "https://github.example.com:8443/": "github.example.com:8443",
		"https://api.example.ghe.com": "example.ghe.com", "http://127.0.0.1:3000": "127.0.0.1:3000",
	} {
		g := load(t, sources(t, "github: {baseURL: '"+base+"', defaultRepository: 'https://"+want+"/acme/api'}", nil)).GitHub
		if g.Host() != want || g.IsOnLoopback() != (want == "127.0.0.1:3000") {
			t.Errorf("%s: repositories on %s, on loopback %v", base, g.Host(), g.IsOnLoopback())
		}
	}
	for _, base := range []string{"https://github.com", "https://api.github.com/"} {
		if got := faults(t, sources(t, "github: {baseURL: '"+base+"'}", nil))["evenkeel.yaml: github.baseURL"]; !strings.Contains(got, "left out for GitHub.com") {
			t.Errorf("%s: %s", base, got)
		}
	}
	got := faults(t, sources(t, "github: {defaultRepository: 'https://gitlab.com/acme/api', caFile: /ca.pem}", nil))
	if !strings.Contains(got["evenkeel.yaml: github.defaultRepository"], "must be the address of a repository on github.com") ||
		!strings.Contains(got["evenkeel.yaml: github.caFile"], "name that in github.baseURL") {
		t.Errorf("%v", got)
	}
}

func TestAFormerWebhookSecretIsTakenBesideTheOneThatReplacesIt(t *testing.T) {
	t.Parallel()
	const present, former = "0123456789abcdef", "the secret before it"
	for yaml, want := range map[string][]string{
		"":                                 nil,
		"{webhookSecret: " + present + "}": {present},
		"{webhookSecret: " + present + ", formerWebhookSecret: " + former + "}": {present, former},
	} {
		if got := load(t, sources(t, "github: "+yaml+"\n", nil)).GitHub.WebhookSecrets(); !slices.Equal(got, want) {
			t.Errorf("%s: webhooks are held against %q, want %q", yaml, got, want)
		}
	}
	for yaml, want := range map[string]string{
		"{formerWebhookSecret: " + former + "}":                                  "is given without the one that replaces it",
		"{webhookSecret: " + present + ", formerWebhookSecret: short}":           "must have at least 16 characters",
		"{webhookSecret: " + present + ", formerWebhookSecret: " + present + "}": "is the same as github.webhookSecret",
	} {
		_, err := config.Load(sources(t, "github: "+yaml+"\n", nil))
		if f := fault.As(err); f == nil || len(f.Violations) != 1 || !strings.HasPrefix(f.Violations[0].Message, "github.formerWebhookSecret "+want) || strings.Contains(err.Error(), present) {
			t.Errorf("%s: %v", yaml, err)
		}
	}
}
