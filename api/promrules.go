package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"strings"

	"github.com/evenkeel/evenkeel/api/admission"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/promrules"
)

// RulesQuery says how rules are written, and of which SLOs.
type RulesQuery struct {
	Names      string `query:"names" enum:"evenkeel,sloth" doc:"How metrics and labels are called; evenkeel where it is left out. With sloth, dashboards and alerts that were made for Sloth's rules go on." example:"evenkeel"`
	Format     string `query:"format" enum:"rules,operator" doc:"A file of rules for Prometheus, or objects PrometheusRule of the Prometheus operator, one of each service; rules where it is left out." example:"rules"`
	Namespace  string `query:"namespace" maxLength:"63" doc:"The namespace of the objects." example:"monitoring"`
	DataSource string `query:"dataSource" maxLength:"63" doc:"Only SLOs that are read from the data source of this slug or identifier." example:"prometheus-eu"`
}

// rulesFile is YAML with an entity tag of what is in it.
type rulesFile struct {
	Status      int
	ContentType string `header:"Content-Type"`
	ETag        string `header:"ETag" doc:"Of the text, for If-None-Match." example:"\"9f86d081884c7d65\""`
	Body        []byte
}

func (a *API) addPrometheusRules(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindSLO}
	const about = "Recording rules for each window, figures and metadata, and alerts of the burn pairs that the SLOs have not switched off, with one of events that stay away. What has no place in rules is told in comments at the top. Matchers that administrators set for a data source are not in the queries."
	type one struct {
		ServicePath
		RulesQuery
		IfNoneMatch
	}
	register(a, operation{
		id: "getServicePrometheusRules", method: http.MethodGet, path: "/v1/services/{service}/prometheus-rules", tag: "SLOs", summary: "Get a service's SLOs as rules of Prometheus",
		description: about, rule: read, sends: yamlType, class: admission.Reads, errors: renamed,
	}, func(ctx context.Context, in *one) (*rulesFile, error) {
		s, err := r.Registry.ServiceFor(ctx, in.Service)
		if err != nil {
			return nil, err
		}
		return r.rules(ctx, promrules.Filter{Service: s.ID}, in.RulesQuery, in.IfNoneMatch)
	})

	type all struct {
		RulesQuery
		IfNoneMatch
	}
	register(a, operation{
		id: "getPrometheusRules", method: http.MethodGet, path: "/v1/prometheus-rules", tag: "SLOs", summary: "Get all SLOs as rules of Prometheus",
		description: about, rule: read, sends: yamlType, class: admission.Reports, errors: renamed,
	}, func(ctx context.Context, in *all) (*rulesFile, error) {
		return r.rules(ctx, promrules.Filter{}, in.RulesQuery, in.IfNoneMatch)
	})
}

// rules writes the rules, or answers that the caller has them.
func (r Rooms) rules(ctx context.Context, f promrules.Filter, q RulesQuery, have IfNoneMatch) (*rulesFile, error) {
	if q.DataSource != "" {
		found, err := r.Sources.Find(ctx, q.DataSource)
		if err != nil {
			return nil, atQuery("dataSource", q.DataSource, err)
		}
		f.DataSource = found.Source.ID
	}
	names := promrules.Evenkeel
	if q.Names == "sloth" {
		names = promrules.Sloth
	}
	found, err := r.Rules.Rules(ctx, f, names)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	for _, l := range found.Left {
		fmt.Fprintf(&text, "# %s/%s: %s\n", l.Service, l.SLO, strings.ReplaceAll(l.Message, "\n", " "))
	}
	if err := writeRules(&text, found, q); err != nil {
		return nil, fmt.Errorf("write rules: %w", err)
	}
	sum := sha256.Sum256(text.Bytes())
	out := &rulesFile{Status: http.StatusOK, ContentType: yamlType, ETag: fmt.Sprintf("\"%x\"", sum[:16]), Body: text.Bytes()}
	if have.holds(out.ETag) {
		out.Status, out.Body = http.StatusNotModified, nil
	}
	return out, nil
}

func writeRules(text *bytes.Buffer, found promrules.Collection, q RulesQuery) error {
	if q.Format != "operator" {
		var all []promrules.Written
		for _, s := range found.Services {
			all = append(all, promrules.InFile(s.Groups))
		}
		return promrules.Write(text, all...)
	}
	for i, s := range found.Services {
		if i > 0 {
			text.WriteString("---\n")
		}
		if err := promrules.WriteObject(text, promrules.Object{Name: "slos-" + s.Slug, Namespace: q.Namespace}, promrules.InObject(s.Groups)); err != nil {
			return err
		}
	}
	return nil
}
