package sloth

import "github.com/evenkeel/evenkeel/internal/yamldoc"

// The documents that are read.
const (
	Version    = "prometheus/v1"
	APIVersion = "sloth.slok.dev/v1"
	Kind       = "PrometheusServiceLevel"
)

// spec is a document of prometheus/v1.
type spec struct {
	Version string            `yaml:"version"`
	Service yamldoc.Scalar    `yaml:"service"`
	Labels  map[string]string `yaml:"labels"`
	SLOs    []objective       `yaml:"slos"`
	Plugins any               `yaml:"slo_plugins"`
}

type objective struct {
	Name        yamldoc.Scalar    `yaml:"name"`
	Description yamldoc.Text      `yaml:"description"`
	Objective   yamldoc.Scalar    `yaml:"objective"`
	Labels      map[string]string `yaml:"labels"`
	SLI         sli               `yaml:"sli"`
	Alerting    alerting          `yaml:"alerting"`
	Plugins     any               `yaml:"plugins"`
}

type sli struct {
	Events *events `yaml:"events"`
	Raw    *raw    `yaml:"raw"`
	Plugin any     `yaml:"plugin"`
}

type events struct {
	Error string `yaml:"error_query"`
	Total string `yaml:"total_query"`
}

type raw struct {
	Error string `yaml:"error_ratio_query"`
}

type alerting struct {
	Name        string            `yaml:"name"`
	Labels      map[string]string `yaml:"labels"`
	Annotations map[string]string `yaml:"annotations"`
	Page        oneAlert          `yaml:"page_alert"`
	Ticket      oneAlert          `yaml:"ticket_alert"`
}

type oneAlert struct {
	Disable     bool              `yaml:"disable"`
	Labels      map[string]string `yaml:"labels"`
	Annotations map[string]string `yaml:"annotations"`
}

// serviceLevel is a PrometheusServiceLevel.
type serviceLevel struct {
	APIVersion string         `yaml:"apiVersion"`
	Kind       string         `yaml:"kind"`
	Metadata   map[string]any `yaml:"metadata"` // a cluster keeps more in it than anybody wrote
	Spec       objectSpec     `yaml:"spec"`
	Status     any            `yaml:"status"`
}

type objectSpec struct {
	Service yamldoc.Scalar    `yaml:"service"`
	Labels  map[string]string `yaml:"labels"`
	SLOs    []objectSLO       `yaml:"slos"`
	Plugins any               `yaml:"sloPlugins"`
}

type objectSLO struct {
	Name        yamldoc.Scalar    `yaml:"name"`
	Description yamldoc.Text      `yaml:"description"`
	Objective   yamldoc.Scalar    `yaml:"objective"`
	Labels      map[string]string `yaml:"labels"`
	SLI         struct {
		Events *struct {
			Error string `yaml:"errorQuery"`
			Total string `yaml:"totalQuery"`
		} `yaml:"events"`
		Raw *struct {
			Error string `yaml:"errorRatioQuery"`
		} `yaml:"raw"`
		Plugin any `yaml:"plugin"`
	} `yaml:"sli"`
	Alerting struct {
		Name        string            `yaml:"name"`
		Labels      map[string]string `yaml:"labels"`
		Annotations map[string]string `yaml:"annotations"`
		Page        oneAlert          `yaml:"pageAlert"`
		Ticket      oneAlert          `yaml:"ticketAlert"`
	} `yaml:"alerting"`
	Plugins any `yaml:"plugins"`
}

// spelling is how the members of a document are spelt, by the place from its top.
type spelling struct {
	slos, events, raw, errorQuery, totalQuery, plugins string
}

var (
	snake = spelling{slos: "/slos", events: "/sli/events", raw: "/sli/raw/error_ratio_query", errorQuery: "/error_query", totalQuery: "/total_query", plugins: "/slo_plugins"}
	camel = spelling{slos: "/spec/slos", events: "/sli/events", raw: "/sli/raw/errorRatioQuery", errorQuery: "/errorQuery", totalQuery: "/totalQuery", plugins: "/spec/sloPlugins"}
)

// plain is the object as a document of prometheus/v1.
func (o serviceLevel) plain() spec {
	out := spec{Version: Version, Service: o.Spec.Service, Labels: o.Spec.Labels, Plugins: o.Spec.Plugins}
	for _, s := range o.Spec.SLOs {
		one := objective{
			Name: s.Name, Description: s.Description, Objective: s.Objective, Labels: s.Labels, Plugins: s.Plugins, SLI: sli{Plugin: s.SLI.Plugin},
			Alerting: alerting{Name: s.Alerting.Name, Labels: s.Alerting.Labels, Annotations: s.Alerting.Annotations, Page: s.Alerting.Page, Ticket: s.Alerting.Ticket},
		}
		if s.SLI.Events != nil {
			one.SLI.Events = &events{s.SLI.Events.Error, s.SLI.Events.Total}
		}
		if s.SLI.Raw != nil {
			one.SLI.Raw = &raw{s.SLI.Raw.Error}
		}
		out.SLOs = append(out.SLOs, one)
	}
	return out
}
