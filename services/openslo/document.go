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

// Object is a document of a kind, whose specification it holds. Within another document neither
// version nor kind of it are needed.
type Object[S any] struct {
	APIVersion yamldoc.Text `yaml:"apiVersion,omitempty"`
	Kind       yamldoc.Text `yaml:"kind,omitempty"`
	Metadata   Metadata     `yaml:"metadata"`
	Spec       S            `yaml:"spec"`
}

// The documents, by their kinds.
type (
	DataSource              = Object[DataSourceSpec]
	Service                 = Object[ServiceSpec]
	SLI                     = Object[SLISpec]
	SLO                     = Object[SLOSpec]
	AlertPolicy             = Object[AlertPolicySpec]
	AlertCondition          = Object[AlertConditionSpec]
	AlertNotificationTarget = Object[AlertNotificationTargetSpec]
)

// Metadata names what a document is of.
type Metadata struct {
	Name        yamldoc.Text                 `yaml:"name"`
	DisplayName yamldoc.Text                 `yaml:"displayName,omitempty"`
	Labels      map[string]yamldoc.OneOrMany `yaml:"labels,omitempty"`
	Annotations map[string]yamldoc.Text      `yaml:"annotations,omitempty"`
}

// DataSourceSpec is where metrics are, and how they are reached: as that kind of source needs it.
type DataSourceSpec struct {
	Description       yamldoc.Text  `yaml:"description,omitempty"`
	Type              yamldoc.Text  `yaml:"type"`
	ConnectionDetails yamldoc.Value `yaml:"connectionDetails,omitempty"`
}

// ServiceSpec is what a service says of itself.
type ServiceSpec struct {
	Description yamldoc.Text `yaml:"description,omitempty"`
}

// SLOSpec is what an SLO says.
type SLOSpec struct {
	Description     yamldoc.Text  `yaml:"description,omitempty"`
	Service         yamldoc.Text  `yaml:"service"`
	Indicator       *SLI          `yaml:"indicator,omitempty"`
	IndicatorRef    *yamldoc.Text `yaml:"indicatorRef,omitempty"`
	TimeWindow      []TimeWindow  `yaml:"timeWindow,omitempty"`
	BudgetingMethod yamldoc.Text  `yaml:"budgetingMethod,omitempty"`
	Objectives      []Objective   `yaml:"objectives,omitempty"`
	AlertPolicies   []PolicyRef   `yaml:"alertPolicies,omitempty"`
}

// TimeWindow is over which time the objectives are to be met.
type TimeWindow struct {
	Duration  yamldoc.Scalar `yaml:"duration,omitempty"`
	IsRolling *bool          `yaml:"isRolling,omitempty"`
	Calendar  *Calendar      `yaml:"calendar,omitempty"`
}

// Calendar says when the first of a calendar's windows began.
type Calendar struct {
	StartTime yamldoc.Scalar `yaml:"startTime,omitempty"`
	TimeZone  yamldoc.Text   `yaml:"timeZone,omitempty"`
}

// Objective is how much of the indicator has to be good.
type Objective struct {
	DisplayName     yamldoc.Text    `yaml:"displayName,omitempty"`
	Op              yamldoc.Text    `yaml:"op,omitempty"`
	Value           yamldoc.Number  `yaml:"value,omitempty"`
	Target          yamldoc.Number  `yaml:"target,omitempty"`
	TargetPercent   yamldoc.Number  `yaml:"targetPercent,omitempty"`
	TimeSliceTarget yamldoc.Number  `yaml:"timeSliceTarget,omitempty"`
	TimeSliceWindow *yamldoc.Scalar `yaml:"timeSliceWindow,omitempty"`
	Indicator       *SLI            `yaml:"indicator,omitempty"`
	IndicatorRef    *yamldoc.Text   `yaml:"indicatorRef,omitempty"`
	CompositeWeight yamldoc.Number  `yaml:"compositeWeight,omitempty"`
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
	Ref  yamldoc.Text  `yaml:"metricSourceRef,omitempty"`
	Type yamldoc.Text  `yaml:"type,omitempty"`
	Spec yamldoc.Value `yaml:"spec,omitempty"`
}

// PolicyRef is an alert policy: the name of one, or one itself.
type PolicyRef struct {
	AlertPolicyRef *yamldoc.Text    `yaml:"alertPolicyRef,omitempty"`
	APIVersion     yamldoc.Text     `yaml:"apiVersion,omitempty"`
	Kind           yamldoc.Text     `yaml:"kind,omitempty"`
	Metadata       *Metadata        `yaml:"metadata,omitempty"`
	Spec           *AlertPolicySpec `yaml:"spec,omitempty"`
}

// AlertPolicySpec is when there is an alert of an SLO, and who is told.
type AlertPolicySpec struct {
	Description         yamldoc.Text   `yaml:"description,omitempty"`
	AlertWhenNoData     *bool          `yaml:"alertWhenNoData,omitempty"`
	AlertWhenResolved   *bool          `yaml:"alertWhenResolved,omitempty"`
	AlertWhenBreaching  *bool          `yaml:"alertWhenBreaching,omitempty"`
	Conditions          []ConditionRef `yaml:"conditions,omitempty"`
	NotificationTargets []TargetRef    `yaml:"notificationTargets,omitempty"`
}

// ConditionRef is an alert condition: the name of one, or one itself.
type ConditionRef struct {
	ConditionRef *yamldoc.Text       `yaml:"conditionRef,omitempty"`
	APIVersion   yamldoc.Text        `yaml:"apiVersion,omitempty"`
	Kind         yamldoc.Text        `yaml:"kind,omitempty"`
	Metadata     *Metadata           `yaml:"metadata,omitempty"`
	Spec         *AlertConditionSpec `yaml:"spec,omitempty"`
}

// TargetRef is a notification target: the name of one, or one itself.
type TargetRef struct {
	TargetRef  *yamldoc.Text                `yaml:"targetRef,omitempty"`
	APIVersion yamldoc.Text                 `yaml:"apiVersion,omitempty"`
	Kind       yamldoc.Text                 `yaml:"kind,omitempty"`
	Metadata   *Metadata                    `yaml:"metadata,omitempty"`
	Spec       *AlertNotificationTargetSpec `yaml:"spec,omitempty"`
}

// AlertConditionSpec is what has to be so for an alert, and how bad that is.
type AlertConditionSpec struct {
	Description yamldoc.Text `yaml:"description,omitempty"`
	Severity    yamldoc.Text `yaml:"severity,omitempty"`
	Condition   Condition    `yaml:"condition"`
}

// Condition is a burn rate over a time.
type Condition struct {
	Kind           yamldoc.Text    `yaml:"kind,omitempty"`
	Op             yamldoc.Text    `yaml:"op,omitempty"`
	Threshold      yamldoc.Number  `yaml:"threshold,omitempty"`
	LookbackWindow yamldoc.Scalar  `yaml:"lookbackWindow,omitempty"`
	AlertAfter     *yamldoc.Scalar `yaml:"alertAfter,omitempty"`
}

// AlertNotificationTargetSpec is where alerts are told.
type AlertNotificationTargetSpec struct {
	Description yamldoc.Text `yaml:"description,omitempty"`
	Target      yamldoc.Text `yaml:"target"`
}

// said is a reference, empty where there is none.
func said[T ~string](ref *T) T {
	if ref == nil {
		return ""
	}
	return *ref
}
