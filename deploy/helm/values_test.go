package helm

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
)

// onPostgreSQL are the least values with PostgreSQL, and others beside them.
func onPostgreSQL(others map[string]any) map[string]any {
	all := map[string]any{"database": map[string]any{"kind": "postgresql", "existingSecret": "evenkeel-database"}}
	for name, value := range others {
		all[name] = value
	}
	return all
}

// set puts a value where its dotted key says.
func set(into map[string]any, key string, value any) {
	for {
		section, rest, nested := strings.Cut(key, ".")
		if !nested {
			into[key] = value
			return
		}
		if into[section] == nil {
			into[section] = map[string]any{}
		}
		into, key = into[section].(map[string]any), rest
	}
}

// The samples are chosen by hand where the bounds of a key do not give one.
func TestEveryKeyOfTheConfigurationCanBeSetByTheChart(t *testing.T) {
	t.Parallel()
	byHand := map[string]any{
		"publicURL": "https://evenkeel.example.com", "trustedProxies": []any{"10.0.0.0/8"},
		"telemetry.otlpEndpoint": "http://collector:4318", "jobs.schedules": map[string]any{"prune": "@daily"},
		"dataSources.denyCIDRs": "10.1.0.0/16", "dataSources.allowCIDRs": []any{"10.0.0.0/8"},
		"github.baseURL": "https://github.example.com", "github.caFile": "/etc/certificates/github.pem",
		"github.modes": map[string]any{"budget_violation": "warn"}, "github.pausedKinds": []any{"budget_violation"},
		"github.defaultRepository": "https://github.example.com/evenkeel/reliability", "github.publicKinds": "budget_violation",
		"github.owners": []any{"evenkeel"}, "github.environments": []any{"live"}, "github.toilLabel": "chore",
		"portal.url": "https://portal.example.com", "portal.apiURL": "https://backstage.example.com:7007", "portal.audience": "reliability",
		"portal.plugins": []any{"evenkeel"}, "portal.ownPlugins": []any{"catalog"},
		"oidc.issuer": "https://login.example.com", "oidc.name": "Acme", "oidc.clientID": "evenkeel", "oidc.deviceClientID": "evenkeel-cli", "oidc.scopes": []any{"openid"},
		"oidc.requireClaims": map[string]any{"hd": "example.com"}, "oidc.caFile": "/etc/certificates/oidc.pem",
		"workloads.issuers": []any{"https://token.actions.githubusercontent.com"}, "workloads.audience": "https://evenkeel.example.com", "workloads.caFile": "/etc/certificates/cluster.pem",
		"audit.anchorFile": "/anchors/heads.ndjson", "audit.anchorURL": "https://anchors.example.com/evenkeel", "audit.anchorSecret": "anchors",
		"notifications.allowCIDRs": "10.0.7.0/24", "smtp.host": "smtp.example.com", "smtp.username": "evenkeel", "smtp.from": "evenkeel@example.com",
		"suggestions.templates": "/etc/evenkeel-templates/templates.yaml", "postmortems.severities": []any{"sev1"}, "postmortems.onCallSeverities": "sev1",
		"log.level": "debug", "incidents.opsgenie.link": "https://alerts.example.com/{id}", "incidents.jira.types": []any{"Outage"}, "incidents.jira.labels": []any{"incident"},
	}
	chartsOwn := map[string]bool{"listen": true, "dataDir": true, "instance": true, "secretsDir": true, "database.url": true}
	// These are for SQLite, and are tried with it below.
	onSQLite := map[string]any{"backup.dir": "/data/backups", "backup.keep": 1000}
	// A token or an App, not both.
	without := map[string]bool{"github.token": true}
	configured, secrets, tried := map[string]any{}, map[string]any{}, map[string]bool{}
	for _, key := range config.Keys() {
		sample := key.Sample
		if value, known := byHand[key.Name]; known {
			sample = value
			delete(byHand, key.Name)
		}
		switch {
		case chartsOwn[key.Name] || onSQLite[key.Name] != nil:
			continue
		case key.Secret:
			if !without[key.Name] {
				secrets[key.Name] = map[string]any{"existingSecret": "evenkeel", "key": "one"}
			}
			continue
		case sample == nil && strings.HasSuffix(key.Name, ".services"):
			sample = map[string]any{"api-service": "checkout"}
		case sample == nil && strings.HasSuffix(key.Name, ".severities"):
			sample = map[string]any{"critical": "sev1"}
		case sample == nil && strings.HasPrefix(key.Name, "incidents."):
			sample = "checkout"
		case sample == nil:
			t.Errorf("%s: the test knows no value for it", key.Name)
			continue
		}
		set(configured, key.Name, sample)
		tried[key.Name] = true
	}
	for name := range byHand {
		t.Errorf("%s: there is no such key", name)
	}
	// Bounds that go with others.
	set(configured, "retention.measurements", "600d")
	all := render(t, values(t, onPostgreSQL(map[string]any{"config": configured, "secrets": secrets, "sourceSecrets": []any{"evenkeel-sources"}})))
	rendered(t, all) // the program takes it
	var file map[string]any
	text, _ := at(all["ConfigMap/evenkeel"], "data", "config.yaml").(string)
	if err := yaml.Unmarshal([]byte(text), &file); err != nil {
		t.Fatal(err)
	}
	for name := range tried {
		path := []any{}
		for part := range strings.SplitSeq(name, ".") {
			path = append(path, part)
		}
		expect(t, file, at(configured, path...), path...)
	}
	for name := range secrets {
		path := []any{}
		for part := range strings.SplitSeq(name+"File", ".") {
			path = append(path, part)
		}
		expect(t, file, "/run/evenkeel/secrets/"+name, path...)
	}
	// Those that were left out.
	small := map[string]any{}
	for name, value := range onSQLite {
		set(small, name, value)
	}
	c := rendered(t, render(t, values(t, map[string]any{"config": small, "secrets": map[string]any{"github.token": map[string]any{"existingSecret": "evenkeel", "key": "one"}}})))
	if c.GitHub.Token.IsZero() || c.Backup.Dir != "/data/backups" || c.Backup.Keep != 1000 {
		t.Errorf("it has the token of GitHub: %v, and the backups %+v", !c.GitHub.Token.IsZero(), c.Backup)
	}
}

func TestAWrongValueIsNamedBeforeAnythingIsInstalled(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		values map[string]any
		want   []string
	}{
		"two replicas on SQLite":          {map[string]any{"replicaCount": 2}, []string{"/replicaCount"}},
		"one replica on PostgreSQL":       {onPostgreSQL(map[string]any{"replicaCount": 1}), []string{"/replicaCount", "minimum"}},
		"scaling on SQLite":               {map[string]any{"autoscaling": map[string]any{"enabled": true}}, []string{"/autoscaling/enabled"}},
		"PostgreSQL without its Secret":   {map[string]any{"database": map[string]any{"kind": "postgresql"}}, []string{"/database/existingSecret"}},
		"another database":                {map[string]any{"database": map[string]any{"kind": "mysql"}}, []string{"/database/kind", "'sqlite', 'postgresql'"}},
		"a value that there is not":       {map[string]any{"replicas": 3}, []string{"replicas"}},
		"a key that there is not":         {map[string]any{"config": map[string]any{"log": map[string]any{"levle": "info"}}}, []string{"/config/log", "levle"}},
		"a number out of its bounds":      {map[string]any{"config": map[string]any{"limits": map[string]any{"burst": 0}}}, []string{"/config/limits/burst", "minimum"}},
		"a duration without a unit":       {map[string]any{"config": map[string]any{"drainDelay": "10"}}, []string{"/config/drainDelay", "pattern"}},
		"a secret in the values":          {map[string]any{"config": map[string]any{"github": map[string]any{"token": "ghp_1"}}}, []string{"/config/github", "token"}},
		"a secret that there is not":      {map[string]any{"secrets": map[string]any{"github.tokn": map[string]any{"existingSecret": "a", "key": "b"}}}, []string{"/secrets", "github.tokn"}},
		"a secret without its key":        {map[string]any{"secrets": map[string]any{"github.token": map[string]any{"existingSecret": "a"}}}, []string{"github.token", "key"}},
		"a digest that was cut off":       {map[string]any{"image": map[string]any{"digest": "sha256:9f86d0"}}, []string{"/image/digest", "pattern"}},
		"an end before it drained":        {map[string]any{"terminationGracePeriodSeconds": 54}, []string{"terminationGracePeriodSeconds: 54", "at least 55"}},
		"policies that shut the door":     {onPostgreSQL(map[string]any{"networkPolicy": map[string]any{"enabled": true}}), []string{"/networkPolicy/database"}},
		"a peer that is two":              {map[string]any{"networkPolicy": map[string]any{"egress": []any{map[string]any{"cidr": "10.0.0.0/8", "namespace": "a", "ports": []any{1}}}}}, []string{"/networkPolicy/egress/0"}},
		"an Ingress without a host":       {map[string]any{"ingress": map[string]any{"enabled": true}}, []string{"/ingress/hosts"}},
		"a route without a Gateway":       {map[string]any{"httpRoute": map[string]any{"enabled": true}}, []string{"/httpRoute/parentRefs"}},
		"a security context of one's own": {map[string]any{"podSecurityContext": map[string]any{"runAsUser": 0}}, []string{"/podSecurityContext", "runAsUser"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, complaint, err := helm(t, "template", "evenkeel", chart, "--values", values(t, c.values))
			if err == nil {
				t.Fatal("it is taken")
			}
			for _, want := range c.want {
				if !strings.Contains(complaint, want) {
					t.Errorf("the complaint does not tell of %q:\n%s", want, complaint)
				}
			}
		})
	}
}

func TestEveryValueIsDescribedAndHasADefault(t *testing.T) {
	t.Parallel()
	var schema, defaults map[string]any
	if err := json.Unmarshal([]byte(read(t, chart+"/values.schema.json")), &schema); err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal([]byte(read(t, chart+"/values.yaml")), &defaults); err != nil {
		t.Fatal(err)
	}
	open := map[string]bool{ // objects whose keys Kubernetes or people name
		".global": true, ".affinity": true, ".resources.requests": true, ".resources.limits": true,
	}
	seen := 0
	var walk func(path string, s map[string]any, given any, deep bool)
	walk = func(path string, s map[string]any, given any, deep bool) {
		if described, _ := s["description"].(string); path != "" && (!strings.HasSuffix(described, ".") && !strings.HasSuffix(described, "…")) {
			t.Errorf("%s is not described: %q", path, described)
		}
		seen++
		if s["type"] == "object" && s["additionalProperties"] == nil && !open[path] {
			t.Errorf("%s takes whatever is written", path)
		}
		properties, _ := s["properties"].(map[string]any)
		for name, inner := range properties {
			value, there := at(given, name), false
			if m, ok := given.(map[string]any); ok {
				_, there = m[name]
			}
			if below := path == ".config" || path == ".secrets"; deep && !below && !there && name != "global" && path+"."+name != ".resources.claims" {
				t.Errorf("%s.%s is not in values.yaml", path, name)
			} else if below {
				walk(path+"."+name, inner.(map[string]any), nil, false)
				continue
			}
			walk(path+"."+name, inner.(map[string]any), value, deep)
		}
	}
	walk("", schema, defaults, true)
	if seen < 150 {
		t.Errorf("only %d values were looked at", seen)
	}
	if _, err := os.Stat(chart + "/README.md"); err != nil {
		t.Error(err)
	}
}
