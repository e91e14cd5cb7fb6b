package openslo

import (
	"github.com/evenkeel/evenkeel/internal/yamldoc"
)

// APIVersion heads every document.
const APIVersion = "openslo/v1"

// The kinds of documents.
const (
	KindSLO                     = "SLO"
	KindSLI                     = "SLI"
	KindDataSource              = "DataSource"
	KindService                 = "Service"
	KindAlertPolicy             = "AlertPolicy"
	KindAlertCondition          = "AlertCondition"
	KindAlertNotificationTarget = "AlertNotificationTarget"
)

// Kinds lists every kind.
var Kinds = []string{KindDataSource, KindService, KindSLI, KindSLO, KindAlertPolicy, KindAlertCondition, KindAlertNotificationTarget}

// Metadata names what a document is of.
type Metadata struct {
	Name        yamldoc.Text            `yaml:"name"`
	DisplayName yamldoc.Text            `yaml:"displayName,omitempty"`
	Labels      map[string]any          `yaml:"labels,omitempty"`
	Annotations map[string]yamldoc.Text `yaml:"annotations,omitempty"`
}

// SLO is a document of that kind.
type SLO struct {
	APIVersion yamldoc.Text `yaml:"apiVersion"`
	Kind       yamldoc.Text `yaml:"kind"`
	Metadata   Metadata     `yaml:"metadata"`
	Spec       SLOSpec      `yaml:"spec"`
}

// SLOSpec is what an SLO says.
type SLOSpec struct {
	Description     yamldoc.Text `yaml:"description,omitempty"`
	Service         yamldoc.Text `yaml:"service"`
	Indicator       *SLI         `yaml:"indicator,omitempty"`
	IndicatorRef    yamldoc.Text `yaml:"indicatorRef,omitempty"`
	TimeWindow      []TimeWindow `yaml:"timeWindow,omitempty"`
	BudgetingMethod yamldoc.Text `yaml:"budgetingMethod"`
	Objectives      []Objective  `yaml:"objectives"`
	AlertPolicies   []any        `yaml:"alertPolicies,omitempty"`
}

// TimeWindow is over which time the objectives are to be met.
type TimeWindow struct {
	Duration  yamldoc.Scalar `yaml:"duration"`
	IsRolling *bool          `yaml:"isRolling,omitempty"`
	Calendar  *Calendar      `yaml:"calendar,omitempty"`
}

// Calendar says when the first of a calendar's windows began.
type Calendar struct {
	StartTime yamldoc.Scalar `yaml:"startTime"`
	TimeZone  yamldoc.Text   `yaml:"timeZone"`
}

// Objective is how much of the indicator has to be good.
type Objective struct {
	DisplayName     yamldoc.Text   `yaml:"displayName,omitempty"`
	Op              yamldoc.Text   `yaml:"op,omitempty"`
	Value           yamldoc.Number `yaml:"value,omitempty"`
	Target          yamldoc.Number `yaml:"target,omitempty"`
	TargetPercent   yamldoc.Number `yaml:"targetPercent,omitempty"`
	TimeSliceTarget yamldoc.Number `yaml:"timeSliceTarget,omitempty"`
	TimeSliceWindow yamldoc.Scalar `yaml:"timeSliceWindow,omitempty"`
	Indicator       *SLI           `yaml:"indicator,omitempty"`
	IndicatorRef    yamldoc.Text   `yaml:"indicatorRef,omitempty"`
	CompositeWeight yamldoc.Number `yaml:"compositeWeight,omitempty"`
}

// SLI is a document of that kind; within an SLO it needs neither version nor kind.
type SLI struct {
	APIVersion yamldoc.Text `yaml:"apiVersion,omitempty"`
	Kind       yamldoc.Text `yaml:"kind,omitempty"`
	Metadata   Metadata     `yaml:"metadata"`
	Spec       SLISpec      `yaml:"spec"`
}

// SLISpec is what is measured: one of both metrics.
type SLISpec struct {
	Description     yamldoc.Text `yaml:"description,omitempty"`
	ThresholdMetric *Metric      `yaml:"thresholdMetric,omitempty"`
	RatioMetric     *RatioMetric `yaml:"ratioMetric,omitempty"`
}

// RatioMetric is good or bad of all, or a share that somebody worked out.
type RatioMetric struct {
	Counter *bool        `yaml:"counter,omitempty"`
	Good    *Metric      `yaml:"good,omitempty"`
	Bad     *Metric      `yaml:"bad,omitempty"`
	Total   *Metric      `yaml:"total,omitempty"`
	RawType yamldoc.Text `yaml:"rawType,omitempty"`
	Raw     *Metric      `yaml:"raw,omitempty"`
}

// Metric is where something is read.
type Metric struct {
	MetricSource MetricSource `yaml:"metricSource"`
}

// MetricSource is a data source, by reference or by its type, and what it is asked.
type MetricSource struct {
	Ref  yamldoc.Text `yaml:"metricSourceRef,omitempty"`
	Type yamldoc.Text `yaml:"type,omitempty"`
	Spec any          `yaml:"spec"` // a spec where it is written, anything where it is read
}
