package grafana

import (
	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/foreign"
)

// spelling is how members are called: by the API, and by Terraform's provider, of which a state
// has blocks as lists.
type spelling struct {
	labels, annotations, enrichments, fast, slow, advanced, minFailures string
	destination, folder, search, others, asks, groupBy                  string
	success, failure, total, expression                                 string
	blocks                                                              bool
}

var (
	camel = spelling{
		labels: "labels", annotations: "annotations", enrichments: "enrichments", fast: "fastBurn", slow: "slowBurn", advanced: "advancedOptions", minFailures: "minFailures",
		destination: "destinationDatasource", folder: "folder", search: "searchExpression", others: "grafanaQueries", asks: "sourceDatasourceUid", groupBy: "groupByLabels",
		success: "successMetric", failure: "failureMetric", total: "totalMetric", expression: "thresholdExpression",
	}
	// Of docs/resources/slo.md of grafana/terraform-provider-grafana, as of 2026.
	snake = spelling{
		labels: "label", annotations: "annotation", enrichments: "enrichment", fast: "fastburn", slow: "slowburn", advanced: "advanced_options", minFailures: "min_failures",
		destination: "destination_datasource", folder: "folder_uid", search: "search_expression", others: "grafana_queries", asks: "source_datasource_uid", groupBy: "group_by_labels",
		success: "success_metric", failure: "failure_metric", total: "total_metric", expression: "threshold_expression", blocks: true,
	}
)

// block is a member; of a list of blocks, of which there is one at most, that one.
func (s spelling) block(p *foreign.Place, name string) *foreign.Place {
	m := p.Member(name)
	if !s.blocks || m.Kind() != yamldoc.List {
		return m
	}
	all := m.List()
	if len(all) == 0 {
		return m.Member("0")
	}
	for _, more := range all[1:] {
		more.Whole().Note("is one %s more than there may be, and was left out", name)
	}
	return all[0]
}

// state reads the SLOs of Terraform's state, as terraform show -json writes it.
func state(p *foreign.Place) {
	p.Skip("format_version", "terraform_version", "checks")
	values := p.Member("values")
	if !values.Names() {
		return
	}
	values.Skip("outputs")
	module(values.Member("root_module"))
}

// module reads those of a module and of the modules in it.
func module(p *foreign.Place) {
	if !p.Names() {
		return
	}
	p.Skip("address")
	for _, r := range p.Items("resources") {
		if !r.Names() {
			continue
		}
		if r.Peek("type") != "grafana_slo" {
			r.Whole() // whatever else there is
			continue
		}
		r.Skip("address", "mode", "type", "name", "index", "provider_name", "schema_version", "sensitive_values", "depends_on", "identity", "identity_schema_version")
		if of := r.Member("values"); of.Names() {
			of.Skip("id") // which is the uuid
			snake.read(of)
		}
	}
	for _, child := range p.Items("child_modules") {
		module(child)
	}
}
