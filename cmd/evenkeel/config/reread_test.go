package config_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
)

// secretsOf are all secrets of a configuration, by their keys.
func secretsOf(v reflect.Value, prefix string, into map[string]config.Secret) {
	for i := range v.NumField() {
		f, key := v.Type().Field(i), prefix+v.Type().Field(i).Tag.Get("koanf")
		switch {
		case f.Type == reflect.TypeFor[config.Secret]():
			into[key] = v.Field(i).Interface().(config.Secret)
		case f.Anonymous:
			secretsOf(v.Field(i), prefix, into)
		case f.Type.Kind() == reflect.Struct:
			secretsOf(v.Field(i), key+".", into)
		}
	}
}

// Whatever a secret's rules are, its file is read anew; each is loaded by itself, with what it
// cannot be given without.
func TestEverySecretFollowsItsFile(t *testing.T) {
	t.Parallel()
	all := map[string]config.Secret{}
	secretsOf(reflect.ValueOf(config.Config{}), "", all)
	made, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	key := string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(made)}))
	first := map[string]string{
		"database.url": "postgres://u:first@localhost/x", "encryption.key": strings.Repeat("A", 42) + "E=", "encryption.formerKey": strings.Repeat("A", 42) + "I=",
		"incidents.incidentIO.secret": "whsec_" + strings.Repeat("YWJj", 8), "incidents.incidentIO.formerSecret": "whsec_" + strings.Repeat("YWJj", 8), "incidents.webhook.secret": "whsec_" + strings.Repeat("YWJj", 8), "incidents.webhook.formerSecret": "whsec_" + strings.Repeat("YWJj", 8),
		"github.privateKey": strings.TrimRight(key, "\n"),
	}
	with := map[string][]string{
		"github.formerWebhookSecret": {"EVENKEEL_GITHUB_WEBHOOK_SECRET=another secret of GitHub"}, "github.privateKey": {"EVENKEEL_GITHUB_APP_ID=1"},
		"oidc.clientSecret": {"EVENKEEL_OIDC_ISSUER=https://login.example.org", "EVENKEEL_OIDC_CLIENT_ID=evenkeel"},
		"smtp.password":     {"EVENKEEL_SMTP_HOST=smtp.example.org", "EVENKEEL_SMTP_FROM=a@example.org", "EVENKEEL_SMTP_USERNAME=u"},
	}
	for _, source := range []string{"PAGERDUTY", "INCIDENT_IO", "OPSGENIE", "JIRA", "WEBHOOK"} {
		name := map[string]string{"PAGERDUTY": "pagerduty", "INCIDENT_IO": "incidentIO", "OPSGENIE": "opsgenie", "JIRA": "jira", "WEBHOOK": "webhook"}[source]
		with["incidents."+name+".formerSecret"] = []string{"EVENKEEL_INCIDENTS_" + source + "_SECRET=whsec_" + strings.Repeat("ZGVm", 8)}
	}
	seen := 0
	for key := range all {
		value, ok := first[key]
		if !ok {
			value = "the-first-secret-of-" + strings.ReplaceAll(key, ".", "-")
		}
		file := filepath.Join(t.TempDir(), "secret")
		write := func(text string) {
			t.Helper()
			if err := os.WriteFile(file, []byte(text+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		write(value)
		yaml := filepath.Join(t.TempDir(), "evenkeel.yaml")
		parts, text := strings.Split(key, "."), ""
		for n, part := range parts[:len(parts)-1] {
			text += strings.Repeat("  ", n) + part + ":\n"
		}
		text += strings.Repeat("  ", len(parts)-1) + parts[len(parts)-1] + "File: " + file + "\n"
		if err := os.WriteFile(yaml, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		e, err := config.Load(config.Sources{Hostname: "test", Environ: append([]string{"EVENKEEL_CONFIG=" + yaml}, with[key]...)})
		if err != nil {
			t.Errorf("%s: %v", key, err)
			continue
		}
		now := map[string]config.Secret{}
		secretsOf(reflect.ValueOf(e.Config), "", now)
		if got := now[key].Reveal(); got != value {
			t.Errorf("%s is %q at first, want %q", key, got, value)
		}
		write("the second")
		if got := now[key].Reveal(); got != "the second" {
			t.Errorf("%s is %q once its file has another", key, got)
		}
		write("") // as while somebody writes it
		if got := now[key].Reveal(); got != "the second" {
			t.Errorf("%s is %q while its file is empty", key, got)
		}
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
		if got := now[key].Reveal(); got != "the second" {
			t.Errorf("%s is %q once its file is gone", key, got)
		}
		seen++
	}
	if seen != len(all) || len(all) < 16 {
		t.Errorf("%d of %d secrets were tried", seen, len(all))
	}
}
