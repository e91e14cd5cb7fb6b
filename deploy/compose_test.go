package deploy

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"
)

// compose reads the file as docker compose does, against the specification's schema.
func compose(t *testing.T) *types.Project {
	t.Helper()
	dir, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	project, err := loader.LoadWithContext(t.Context(), types.ConfigDetails{
		WorkingDir: dir, ConfigFiles: []types.ConfigFile{{Filename: "compose.yaml"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return project
}

func TestComposeStartsEachServiceAfterWhatItNeeds(t *testing.T) {
	t.Parallel()
	p := compose(t)
	if got := strings.Join(p.ServiceNames(), " "); got != "evenkeel grafana migrate postgres prometheus" {
		t.Errorf("the services are %s", got)
	}
	if after := p.Services["migrate"].DependsOn["postgres"].Condition; after != types.ServiceConditionHealthy {
		t.Errorf("it is migrated when PostgreSQL is %q", after)
	}
	if after := p.Services["evenkeel"].DependsOn["migrate"].Condition; after != types.ServiceConditionCompletedSuccessfully {
		t.Errorf("Evenkeel is started when the migration is %q", after)
	}
	if again := p.Services["migrate"].Restart; again != types.RestartPolicyNo {
		t.Errorf("the migration is restarted: %q", again)
	}
	for name, service := range p.Services {
		if name != "migrate" && service.HealthCheck == nil {
			t.Errorf("%s has no health check", name)
		}
		if _, tag, _ := strings.Cut(service.Image, ":"); service.Build == nil && (tag == "" || tag == "latest") {
			t.Errorf("%s is whatever %s is today", name, service.Image)
		}
	}
	if image := p.Services["postgres"].Image; !strings.HasSuffix(image, "postgres:15") {
		t.Errorf("the database is %s, want the oldest that is supported", image)
	}
}

func TestComposeConfiguresEvenkeelByItsOwnKeys(t *testing.T) {
	t.Parallel()
	p, i := compose(t), readContainerfile(t)
	for _, name := range []string{"evenkeel", "migrate"} {
		service := p.Services[name]
		variables := map[string]string{}
		for key, value := range i.Env {
			variables[key] = value
		}
		for key, value := range service.Environment {
			if value == nil {
				t.Errorf("%s takes %s from whoever starts it", name, key)
				continue
			}
			variables[key] = *value
		}
		c := configured(t, variables)
		if !c.UsesPostgreSQL() {
			t.Errorf("%s would use SQLite", name)
		}
		if stop := service.StopGracePeriod; name == "evenkeel" && (stop == nil || time.Duration(*stop) < c.DrainDelay+c.DrainTimeout+afterDrain) {
			t.Errorf("it is ended by force after %v, when it may still drain", stop)
		}
		wantSecrets(t, service)
		if service.Privileged || !service.ReadOnly || !slices.Contains(service.CapDrop, "ALL") {
			t.Errorf("%s may do more than it needs", name)
		}
		if service.Build == nil || filepath.Join(service.Build.Context, service.Build.Dockerfile) != absolute(t, "Containerfile") {
			t.Errorf("%s is built from %+v", name, service.Build)
		}
	}
	service := p.Services["evenkeel"]
	if got, want := strings.Join(service.HealthCheck.Test, " "), "CMD "+strings.Join(i.Health.Command, " "); got != want {
		t.Errorf("the health check is %q, want the image's: %q", got, want)
	}
	if service.GetScale() != 2 {
		t.Errorf("%d replicas, want 2", service.GetScale())
	}
	wantSecrets(t, p.Services["postgres"])
	wantSecrets(t, p.Services["grafana"])
}

// What Grafana and Prometheus find in their containers is what is in this directory.
func TestComposeProvisionsDashboardsAndAlerts(t *testing.T) {
	t.Parallel()
	p := compose(t)
	for _, mount := range []struct{ service, from, to string }{
		{"grafana", "grafana/provisioning", "/etc/grafana/provisioning"},
		{"grafana", "grafana", "/var/lib/grafana/dashboards"},
		{"prometheus", "prometheus/alerts.yaml", "/etc/prometheus/alerts.yaml"},
	} {
		if !slices.ContainsFunc(p.Services[mount.service].Volumes, func(v types.ServiceVolumeConfig) bool {
			return v.Source == absolute(t, mount.from) && v.Target == mount.to && v.ReadOnly
		}) {
			t.Errorf("%s has no %s at %s", mount.service, mount.from, mount.to)
		}
	}
	var sources struct {
		Datasources []struct{ Type, URL string }
	}
	if err := yaml.Unmarshal([]byte(read(t, "grafana/provisioning/datasources/prometheus.yaml")), &sources); err != nil {
		t.Fatal(err)
	}
	if len(sources.Datasources) != 1 || sources.Datasources[0].Type != "prometheus" || sources.Datasources[0].URL != "http://prometheus:9090" {
		t.Errorf("the data sources are %+v", sources.Datasources)
	}
	var dashboards struct {
		Providers []struct {
			Type    string
			Options struct{ Path string }
		}
	}
	if err := yaml.Unmarshal([]byte(read(t, "grafana/provisioning/dashboards/evenkeel.yaml")), &dashboards); err != nil {
		t.Fatal(err)
	}
	if len(dashboards.Providers) != 1 || dashboards.Providers[0].Type != "file" || dashboards.Providers[0].Options.Path != "/var/lib/grafana/dashboards" {
		t.Errorf("the dashboards come from %+v", dashboards.Providers)
	}
	var scraping struct {
		Rules []string `yaml:"rule_files"`
	}
	if err := yaml.Unmarshal([]byte(read(t, "prometheus.yml")), &scraping); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(scraping.Rules, []string{"alerts.yaml"}) { // beside its configuration
		t.Errorf("Prometheus reads the rules %v", scraping.Rules)
	}
}

// wantSecrets asks that each file that a variable names is mounted.
func wantSecrets(t *testing.T, service types.ServiceConfig) {
	t.Helper()
	found := 0
	for key, value := range service.Environment {
		if !strings.HasSuffix(key, "_FILE") {
			continue
		}
		found++
		if !slices.ContainsFunc(service.Secrets, func(s types.ServiceSecretConfig) bool { return "/run/secrets/"+s.Source == *value }) {
			t.Errorf("%s looks for %s in %s, which is not mounted", service.Name, key, *value)
		}
	}
	if found == 0 {
		t.Errorf("%s is given no secret", service.Name)
	}
}

func absolute(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(name)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestComposePublishesToThisMachineAlone(t *testing.T) {
	t.Parallel()
	for name, service := range compose(t).Services {
		for _, port := range service.Ports {
			if port.HostIP != "127.0.0.1" {
				t.Errorf("%s publishes %d on %q, which everybody may reach", name, port.Target, port.HostIP)
			}
		}
		if name == "postgres" && len(service.Ports) > 0 {
			t.Error("PostgreSQL is published")
		}
	}
}

func TestPrometheusLooksForTheReplicasWhereTheyAre(t *testing.T) {
	t.Parallel()
	var scraping struct {
		Scrape []struct {
			Job string `yaml:"job_name"`
			DNS []struct {
				Names []string `yaml:"names"`
				Port  uint32   `yaml:"port"`
			} `yaml:"dns_sd_configs"`
		} `yaml:"scrape_configs"`
	}
	if err := yaml.Unmarshal([]byte(read(t, "prometheus.yml")), &scraping); err != nil {
		t.Fatal(err)
	}
	evenkeel := compose(t).Services["evenkeel"]
	first := scraping.Scrape[0]
	if first.Job != "evenkeel" || len(first.DNS) != 1 || first.DNS[0].Names[0] != evenkeel.Name || first.DNS[0].Port != evenkeel.Ports[0].Target {
		t.Errorf("it scrapes %+v, want the service %s at port %d", first, evenkeel.Name, evenkeel.Ports[0].Target)
	}
}
