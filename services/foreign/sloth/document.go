package sloth

// The documents that are read.
const (
	Version    = "prometheus/v1"
	APIVersion = "sloth.slok.dev/v1"
	Kind       = "PrometheusServiceLevel"
)

// spelling is how members are called: those of a document of prometheus/v1, and those of an
// object, are the same but for this.
type spelling struct {
	plugins, errorQuery, totalQuery, ratioQuery, page, ticket string
}

var (
	snake = spelling{plugins: "slo_plugins", errorQuery: "error_query", totalQuery: "total_query", ratioQuery: "error_ratio_query", page: "page_alert", ticket: "ticket_alert"}
	camel = spelling{plugins: "sloPlugins", errorQuery: "errorQuery", totalQuery: "totalQuery", ratioQuery: "errorRatioQuery", page: "pageAlert", ticket: "ticketAlert"}
)
