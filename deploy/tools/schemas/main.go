// Command schemas writes the JSON Schemas by which the chart's objects are checked into the
// directory that its only argument names: Kubernetes' own kinds from its OpenAPI document,
// and those of others from the definitions of their resources. It is run, at the root of the
// repository, when a kind or a version is added:
//
//	go -C deploy/tools run ./schemas ../helm/schemas
//
// What is unknown is refused, as a server does with strict validation.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"sigs.k8s.io/yaml"
)

// kubernetes is the oldest release that the chart is for, as its kubeVersion says.
const kubernetes = "k8s.io/kubernetes@v1.30.14"

// kinds are those of Kubernetes by the files that kubeconform looks for.
var kinds = map[string]string{
	"configmap-v1":                           "io.k8s.api.core.v1.ConfigMap",
	"deployment-apps-v1":                     "io.k8s.api.apps.v1.Deployment",
	"horizontalpodautoscaler-autoscaling-v2": "io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler",
	"ingress-networking-v1":                  "io.k8s.api.networking.v1.Ingress",
	"job-batch-v1":                           "io.k8s.api.batch.v1.Job",
	"networkpolicy-networking-v1":            "io.k8s.api.networking.v1.NetworkPolicy",
	"poddisruptionbudget-policy-v1":          "io.k8s.api.policy.v1.PodDisruptionBudget",
	"service-v1":                             "io.k8s.api.core.v1.Service",
	"serviceaccount-v1":                      "io.k8s.api.core.v1.ServiceAccount",
	"statefulset-apps-v1":                    "io.k8s.api.apps.v1.StatefulSet",
}

// resources are those of others.
var resources = []struct{ file, module, path string }{
	{"servicemonitor-monitoring-v1", "github.com/prometheus-operator/prometheus-operator@v0.85.0", "example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml"},
	{"prometheusrule-monitoring-v1", "github.com/prometheus-operator/prometheus-operator@v0.85.0", "example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml"},
	{"httproute-gateway-v1", "sigs.k8s.io/gateway-api@v1.4.0", "config/crd/standard/gateway.networking.k8s.io_httproutes.yaml"},
}

type object = map[string]any

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: schemas DIRECTORY")
		os.Exit(2)
	}
	if err := errors.Join(own(os.Args[1]), others(os.Args[1])); err != nil {
		fmt.Fprintln(os.Stderr, "schemas:", err)
		os.Exit(1)
	}
}

// source is a file of a module, as it was published.
func source(module, path string) ([]byte, error) {
	out, err := exec.Command("go", "mod", "download", "-json", module).Output()
	if err != nil {
		return nil, fmt.Errorf("download %s: %w", module, err)
	}
	var about struct{ Dir string }
	if err := json.Unmarshal(out, &about); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(about.Dir, path))
}

// own writes the schemas of Kubernetes' kinds, each with the definitions that it needs.
func own(dir string) error {
	text, err := source(kubernetes, "api/openapi-spec/swagger.json")
	if err != nil {
		return err
	}
	var swagger struct{ Definitions map[string]object }
	if err := json.Unmarshal(text, &swagger); err != nil {
		return err
	}
	// The OpenAPI document calls these text, and the server takes numbers too.
	swagger.Definitions["io.k8s.apimachinery.pkg.util.intstr.IntOrString"] = object{"type": []string{"string", "integer"}}
	swagger.Definitions["io.k8s.apimachinery.pkg.api.resource.Quantity"] = object{"type": []string{"string", "number"}}
	for file, kind := range kinds {
		if swagger.Definitions[kind] == nil {
			return fmt.Errorf("%s has no %s", kubernetes, kind)
		}
		needed := object{}
		gather(swagger.Definitions, kind, needed)
		if err := write(dir, file, object{"allOf": []any{object{"$ref": "#/definitions/" + kind}}, "definitions": needed}); err != nil {
			return err
		}
	}
	return nil
}

// gather takes a definition and all that it refers to.
func gather(all map[string]object, name string, needed object) {
	if needed[name] != nil {
		return
	}
	one := strict(all[name]).(object)
	needed[name] = one
	refer(one, func(to string) { gather(all, strings.TrimPrefix(to, "#/definitions/"), needed) })
}

func refer(value any, visit func(string)) {
	switch value := value.(type) {
	case object:
		for name, inner := range value {
			if to, ok := inner.(string); ok && name == "$ref" {
				visit(to)
				continue
			}
			refer(inner, visit)
		}
	case []any:
		for _, inner := range value {
			refer(inner, visit)
		}
	}
}

// others writes the schemas of custom resources.
func others(dir string) error {
	for _, r := range resources {
		text, err := source(r.module, r.path)
		if err != nil {
			return err
		}
		var definition struct {
			Spec struct {
				Versions []struct {
					Name   string
					Schema struct {
						OpenAPIV3Schema object
					}
				}
			}
		}
		if err := yaml.Unmarshal(text, &definition); err != nil {
			return fmt.Errorf("%s: %w", r.path, err)
		}
		for _, version := range definition.Spec.Versions {
			if !strings.HasSuffix(r.file, "-"+version.Name) {
				continue
			}
			if err := write(dir, r.file, strict(version.Schema.OpenAPIV3Schema).(object)); err != nil {
				return err
			}
		}
	}
	return nil
}

// strict removes what is for people and for servers, and refuses what is not named.
func strict(value any) any {
	switch value := value.(type) {
	case object:
		out := object{}
		for name, inner := range value {
			switch _, isText := inner.(string); {
			case name == "description" && isText, strings.HasPrefix(name, "x-kubernetes-"):
			case name == "properties":
				properties := object{}
				for property, schema := range inner.(object) {
					properties[property] = strict(schema)
				}
				out[name] = properties
			default:
				out[name] = strict(inner)
			}
		}
		_, open := value["additionalProperties"]
		if _, closed := value["properties"].(object); closed && !open && value["x-kubernetes-preserve-unknown-fields"] == nil && value["type"] == "object" {
			out["additionalProperties"] = false
		}
		return out
	case []any:
		out := make([]any, len(value))
		for i, inner := range value {
			out[i] = strict(inner)
		}
		return out
	}
	return value
}

func write(dir, file string, schema object) error {
	schema["$schema"] = "http://json-schema.org/draft-07/schema#"
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(schema); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, file+".json"), text.Bytes(), 0o644)
}
