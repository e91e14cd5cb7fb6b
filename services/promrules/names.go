package promrules

import (
	"strconv"
	"strings"
)

// Names are what metrics, labels and groups of the rules are called.
type Names struct {
	id, service, slo, window, severity string
	info, objective, name              string // the metric of what the SLO is called, and its labels
	// sloth puts recordings, figures and alerts into groups of their own, measures each
	// window of the burn pairs by the queries themselves, and has Sloth's words in alerts.
	sloth bool
}

// The namings.
var (
	// Evenkeel names the rules for themselves.
	Evenkeel = Names{
		service: "evenkeel_service", slo: "evenkeel_slo", window: "evenkeel_window", severity: "severity",
		info: "evenkeel_slo_info", objective: "evenkeel_objective", name: "evenkeel_name",
	}
	// Sloth names everything as Sloth does, so that dashboards and alerts that were made for
	// its rules go on. What its dashboards (https://grafana.com/grafana/dashboards/14348 and
	// 14643) and alerts ask for are the metrics below and sloth_slo_info, by the labels
	// sloth_id, sloth_service, sloth_slo, sloth_window and, of alerts, sloth_severity; what
	// sloth_slo_info carries beside them is SLO.Info. Its groups are sloth-slo-sli-recordings-,
	// -meta-recordings-, -alerts- and -extra-rules- with the identifier (Sloth 0.16,
	// pkg/common/conventions). Two figures differ, and are right here: the share of bad events
	// in the SLO's own window is by sums of events, not a mean of shares of five minutes; and
	// 99.9 % is 0.999, not 0.9990000000000001.
	Sloth = Names{
		id: "sloth_id", service: "sloth_service", slo: "sloth_slo", window: "sloth_window", severity: "sloth_severity",
		info: "sloth_slo_info", objective: "sloth_objective", sloth: true,
	}
)

// The metrics. Those of shares and figures are Sloth's, which dashboards know.
const (
	goodEvents      = "slo:good_events:increase"
	totalEvents     = "slo:total_events:increase"
	errorRatio      = "slo:sli_error:ratio_rate"
	objectiveRatio  = "slo:objective:ratio"
	budgetRatio     = "slo:error_budget:ratio"
	periodDays      = "slo:time_period:days"
	currentBurnRate = "slo:current_burn_rate:ratio"
	periodBurnRate  = "slo:period_burn_rate:ratio"
	budgetRemaining = "slo:period_error_budget_remaining:ratio"
)

// Info are the labels by which Sloth says which program made the rules, of which kind of
// document, and how; nil where the naming has none.
func (n Names) Info(version, spec, mode string) map[string]string {
	if !n.sloth {
		return nil
	}
	return map[string]string{"sloth_version": version, "sloth_spec": spec, "sloth_mode": mode}
}

// identity are the labels by which series are an SLO's.
func (n Names) identity(s SLO) []Label {
	labels := []Label{{n.service, s.Service}, {n.slo, s.Slug}}
	if n.id != "" {
		labels = append([]Label{{n.id, s.Service + "-" + s.Slug}}, labels...)
	}
	return labels
}

// selector are the labels as matchers in braces.
func selector(labels []Label) string {
	var b strings.Builder
	b.WriteByte('{')
	for i, l := range labels {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(l.Name)
		b.WriteByte('=')
		b.WriteString(strconv.Quote(l.Value))
	}
	b.WriteByte('}')
	return b.String()
}
