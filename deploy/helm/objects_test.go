package helm

import (
	"slices"
	"strings"
	"testing"
)

// What full-values.yaml asks for is all there, and its parts find each other.
func TestAFullInstallationHangsTogether(t *testing.T) {
	t.Parallel()
	all := render(t, chart+"/ci/full-values.yaml")
	var kinds []string
	for name := range all {
		kind, _, _ := strings.Cut(name, "/")
		if !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	}
	slices.Sort(kinds)
	if got, want := strings.Join(kinds, " "), "ConfigMap Deployment HTTPRoute HorizontalPodAutoscaler Ingress Job NetworkPolicy PodDisruptionBudget PrometheusRule Service ServiceAccount ServiceMonitor"; got != want {
		t.Errorf("the kinds are %s, want %s", got, want)
	}
	server := map[string]any{"app.kubernetes.io/name": "evenkeel", "app.kubernetes.io/instance": "evenkeel", "app.kubernetes.io/component": "server"}
	deployment := all["Deployment/evenkeel"]
	expect(t, deployment, nil, "spec", "replicas") // the autoscaler's
	expect(t, deployment, 0, "spec", "strategy", "rollingUpdate", "maxUnavailable")
	for _, where := range []struct {
		object string
		path   []any
	}{
		{"Deployment/evenkeel", []any{"spec", "selector", "matchLabels"}},
		{"Service/evenkeel", []any{"spec", "selector"}},
		{"PodDisruptionBudget/evenkeel", []any{"spec", "selector", "matchLabels"}},
		{"NetworkPolicy/evenkeel", []any{"spec", "podSelector", "matchLabels"}},
		{"ServiceMonitor/evenkeel", []any{"spec", "selector", "matchLabels"}},
		{"Deployment/evenkeel", []any{"spec", "template", "spec", "topologySpreadConstraints", 0, "labelSelector", "matchLabels"}},
	} {
		expect(t, all[where.object], server, where.path...)
	}
	for label, value := range server {
		expect(t, deployment, value, "spec", "template", "metadata", "labels", label)
		expect(t, all["Service/evenkeel"], value, "metadata", "labels", label) // where the ServiceMonitor looks
	}
	expect(t, all["HorizontalPodAutoscaler/evenkeel"], map[string]any{"apiVersion": "apps/v1", "kind": "Deployment", "name": "evenkeel"}, "spec", "scaleTargetRef")
	expect(t, all["Ingress/evenkeel"], "evenkeel", "spec", "rules", 0, "http", "paths", 0, "backend", "service", "name")
	expect(t, all["HTTPRoute/evenkeel"], 80, "spec", "rules", 0, "backendRefs", 0, "port")
	expect(t, deployment, "ghcr.io/evenkeel/evenkeel@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "spec", "template", "spec", "containers", 0, "image")
	expect(t, deployment, 225, "spec", "template", "spec", "terminationGracePeriodSeconds") // 90 s, 120 s and 15 s
	if len(at(all["PrometheusRule/evenkeel"], "spec", "groups").([]any)) == 0 {
		t.Error("there are no alerts")
	}
	boards := 0
	for name, o := range all {
		if strings.HasPrefix(name, "ConfigMap/evenkeel-") {
			boards++
			expect(t, o, "1", "metadata", "labels", "grafana_dashboard")
			expect(t, o, "Evenkeel", "metadata", "annotations", "grafana_folder")
		}
	}
	if boards < 3 {
		t.Errorf("there are %d dashboards", boards)
	}
}

func TestTheMigrationComesBeforeEverythingElseAndNeedsNothingOfIt(t *testing.T) {
	t.Parallel()
	all := render(t, chart+"/ci/full-values.yaml")
	job := all["Job/evenkeel-migrate"]
	expect(t, job, "pre-install,pre-upgrade", "metadata", "annotations", "helm.sh/hook")
	pod := at(job, "spec", "template", "spec")
	expect(t, pod, []any{"migrate"}, "containers", 0, "args")
	expect(t, pod, "Never", "restartPolicy")
	// The account and the configuration are of the release, and are not there before.
	expect(t, pod, nil, "serviceAccountName")
	volumes, _ := at(pod, "volumes").([]any)
	for _, v := range volumes {
		if name := at(v, "configMap", "name"); name == "evenkeel" {
			t.Error("it needs the configuration of the release")
		}
	}
	if at(job, "spec", "template", "metadata", "labels", "app.kubernetes.io/component") == "server" {
		t.Error("the Service would send requests to it")
	}
	policy := all["NetworkPolicy/evenkeel-migrate"]
	expect(t, policy, "pre-install,pre-upgrade", "metadata", "annotations", "helm.sh/hook")
	expect(t, policy, "-10", "metadata", "annotations", "helm.sh/hook-weight")
	expect(t, policy, "databases", "spec", "egress", 1, "to", 0, "namespaceSelector", "matchLabels", "kubernetes.io/metadata.name")
	if without := render(t, chart+"/ci/sqlite-values.yaml"); without["Job/evenkeel-migrate"] != nil {
		t.Error("SQLite, which serve migrates, is migrated by a job")
	}
}

func TestTheNetworkPolicyNamesEverybodyWhoIsLetThrough(t *testing.T) {
	t.Parallel()
	policy := render(t, chart+"/ci/full-values.yaml")["NetworkPolicy/evenkeel"]
	expect(t, policy, []any{"Ingress", "Egress"}, "spec", "policyTypes")
	byName := func(name string) map[string]any {
		return map[string]any{"namespaceSelector": map[string]any{"matchLabels": map[string]any{"kubernetes.io/metadata.name": name}}}
	}
	expect(t, policy, []any{map[string]any{
		"from":  []any{byName("ingress-nginx"), byName("backstage"), byName("monitoring")},
		"ports": []any{map[string]any{"port": "http", "protocol": "TCP"}},
	}}, "spec", "ingress")
	expect(t, policy, []any{byName("kube-system")}, "spec", "egress", 0, "to")
	expect(t, policy, []any{map[string]any{"port": 5432, "protocol": "TCP"}}, "spec", "egress", 1, "ports")
	expect(t, policy, []any{map[string]any{"ipBlock": map[string]any{"cidr": "0.0.0.0/0", "except": []any{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"}}}}, "spec", "egress", 3, "to")
	// Nobody named is nobody let in.
	shut := render(t, values(t, map[string]any{"networkPolicy": map[string]any{"enabled": true}}))["NetworkPolicy/evenkeel"]
	expect(t, shut, []any{}, "spec", "ingress")
}

func TestSQLiteIsOneReplicaWithAVolumeThatStays(t *testing.T) {
	t.Parallel()
	all := render(t, chart+"/ci/sqlite-values.yaml")
	set := all["StatefulSet/evenkeel"]
	expect(t, set, 1, "spec", "replicas")
	expect(t, set, []any{"ReadWriteOnce"}, "spec", "volumeClaimTemplates", 0, "spec", "accessModes")
	expect(t, set, "Retain", "spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted")
	for _, kind := range []string{"Deployment", "PodDisruptionBudget", "HorizontalPodAutoscaler", "Job"} {
		if all[kind+"/evenkeel"] != nil {
			t.Errorf("there is a %s", kind)
		}
	}
}
