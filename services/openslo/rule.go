package openslo

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
)

// Rule is something that a document has to keep. The reference implementation asks for it
// (github.com/OpenSLO/go-sdk at commit ae145da1, pkg/openslo/v1), the prose of the specification
// does (github.com/OpenSLO/OpenSLO, README.md), or both.
type Rule struct {
	Name             string
	Reference, Prose bool
}

// Both ask for a rule, or one of them.
func both(name string) Rule      { return listed(Rule{name, true, true}) }
func reference(name string) Rule { return listed(Rule{name, true, false}) }
func prose(name string) Rule     { return listed(Rule{name, false, true}) }

var rules []Rule

func listed(r Rule) Rule {
	rules = append(rules, r)
	return r
}

// Rules lists all, in the order in which they are stated.
func Rules() []Rule { return slices.Clone(rules) }

// The rules of every document.
var (
	ruleAPIVersion    = both("apiVersion")
	ruleKind          = both("kind")
	ruleText          = reference("text")           // a text is not written as a number or a word such as true
	ruleNumber        = reference("number")         // a number is not written as a text
	ruleInlineField   = reference("inline.field")   // what is within another document has no apiVersion, an indicator no kind
	ruleName          = both("metadata.name")       // is there
	ruleInlineName    = reference("inline.name")    // likewise, of what is within another document
	ruleNameLabel     = reference("name.label")     // an RFC 1123 label
	ruleDisplayName   = reference("displayName")    // at most 63 characters
	ruleLabelKey      = both("labels.key")          // the form of a label's name
	ruleAnnotationKey = both("annotations.key")     // the form of an annotation's name
	ruleDescription   = both("description")         // at most 1050 characters
	ruleReference     = reference("reference.name") // what is referred to is called by an RFC 1123 label
	ruleDuration      = both("duration")            // a number and a unit
	ruleDurationForm  = prose("duration.form")      // nothing else, and above 0
)

// The rules of a data source and of an indicator.
var (
	ruleSourceType     = both("dataSource.type")
	ruleConnection     = reference("dataSource.connectionDetails")
	ruleMetric         = both("sli.metric")               // ratioMetric or thresholdMetric
	ruleTotalOrRaw     = both("ratioMetric.totalOrRaw")   // one of them
	ruleOneNumerator   = both("ratioMetric.oneOf")        // one of good, bad and raw
	ruleGoodOrBad      = both("ratioMetric.goodOrBad")    // with total
	ruleRawType        = both("ratioMetric.rawType")      // success or failure, with raw
	ruleRawTypeAlone   = prose("ratioMetric.rawTypeOnly") // not without raw
	ruleMetricSpec     = both("metricSource.spec")        // is there
	ruleMetricMembers  = reference("metricSource.members")
	ruleMetricIsObject = reference("metricSource.object")
)

// The rules of an SLO.
var (
	ruleIndicator           = both("slo.indicator")       // at the top, or with objectives
	ruleOneIndicator        = both("indicator.oneOf")     // indicator or indicatorRef
	ruleService             = both("slo.service")         // is there
	ruleMethod              = both("slo.budgetingMethod") // one of three
	ruleMethodThere         = reference("slo.budgetingMethod.required")
	ruleTimeWindow          = both("slo.timeWindow") // no more than one
	ruleTimeWindowThere     = reference("slo.timeWindow.required")
	ruleCalendar            = both("timeWindow.calendar")           // with a calendar or rolling, not both
	ruleRollingSaid         = reference("timeWindow.isRolling")     // rolling is said
	ruleStartTime           = reference("calendar.startTime")       // 2026-01-01 00:00:00
	ruleTimeZone            = both("calendar.timeZone")             // a name of the IANA database
	ruleObjectives          = prose("slo.objectives")               // there is one
	ruleTarget              = both("objective.target")              // target or targetPercent
	ruleTargetRange         = both("objective.target.range")        // [0, 1), [0, 100)
	ruleSliceTarget         = both("objective.timeSliceTarget")     // of Timeslices: (0, 1]
	ruleSliceTargetRange    = prose("timeSliceTarget.range")        // of others likewise
	ruleSliceWindow         = both("objective.timeSliceWindow")     // of Timeslices and RatioTimeslices
	ruleSliceWindowNumber   = reference("timeSliceWindow.duration") // no mere number
	ruleThreshold           = both("objective.threshold")           // op and value, of a threshold metric
	ruleOp                  = both("objective.op")                  // likewise, one of four
	ruleOpElsewhere         = prose("op.enum")                      // of others likewise
	ruleRatio               = reference("objective.ratio")          // neither op nor value
	ruleOneThreshold        = prose("threshold.oneObjective")       // of a threshold metric
	ruleCompositeIndicators = prose("composite.indicators")         // every objective has one
	ruleWeight              = both("composite.weight")              // above 0
)

// ruleIndicatorThere is that an SLI which an SLO refers to is among the documents.
var ruleIndicatorThere = prose("slo.indicatorRef.there")

// The rules of alert policies, conditions and targets.
var (
	ruleRefOrInline     = both("alert.refOrInline") // the name, or the thing itself
	ruleRefName         = both("alert.ref")         // a name is there
	ruleInlineKind      = both("inline.kind")       // not another
	ruleInlineKindThere = reference("inline.kind.required")
	ruleConditions      = both("alertPolicy.conditions")          // one
	ruleTargets         = both("alertPolicy.notificationTargets") // one or more
	ruleSeverity        = both("alertCondition.severity")
	ruleConditionKind   = both("condition.kind") // burnrate
	ruleConditionThere  = reference("condition.kind.required")
	ruleConditionOp     = both("condition.op")
	ruleThresholdThere  = both("condition.threshold")
	ruleLookback        = both("condition.lookbackWindow")
	ruleTargetThere     = both("alertNotificationTarget.target")
)

// Options say how documents are judged.
type Options struct {
	// Strict has them judged as the reference implementation does; otherwise what the prose of
	// the specification allows is right. What only the other asks for is a warning.
	Strict bool
	// Beside is an apiVersion of other documents that are welcome beside them, of which one without any is
	// told too; empty for none.
	Beside string
}

// version says what the apiVersion of a document without any must be.
func (o Options) version() string {
	if o.Beside == "" {
		return strconv.Quote(APIVersion)
	}
	return fmt.Sprintf("%q or %q", APIVersion, o.Beside)
}

// judge notes what a document breaks.
type judge struct {
	doc      yamldoc.Document
	options  Options
	wrong    []yamldoc.Problem
	warnings []Warning
}

// most is how many problems, and how many warnings, of a document are told: there may be
// thousands, and each is looked up in the text.
const most = 20

// more is said of the last problem or warning that is told.
const more = " (and there are more)"

// full reports whether enough that breaks such a rule was told, and says so.
func (j *judge) full(of Rule) bool {
	var last *string
	switch asked := j.asks(of); {
	case asked && len(j.wrong) >= most:
		last = &j.wrong[most-1].Message
	case !asked && len(j.warnings) >= most:
		last = &j.warnings[most-1].Message
	default:
		return false
	}
	*last = strings.TrimSuffix(*last, more) + more
	return true
}

// asks reports whether the rule is one of those by which the document is judged.
func (j *judge) asks(of Rule) bool {
	if j.options.Strict {
		return of.Reference
	}
	return of.Prose
}

// require notes that the rule is broken, unless ok.
func (j *judge) require(ok bool, of Rule, pointer string, value any, format string, args ...any) bool {
	if !ok && !j.full(of) {
		j.tell(of, j.doc.Place([]fault.Violation{{Pointer: pointer, Value: value, Message: fmt.Sprintf(format, args...)}}).Problems[0])
	}
	return ok
}

// tell notes what breaks a rule, as an error or as a warning.
func (j *judge) tell(of Rule, p yamldoc.Problem) {
	p.Rule = of.Name
	switch {
	case j.full(of):
	case j.asks(of):
		j.wrong = append(j.wrong, p)
	case j.options.Strict:
		p.Message += "; only the prose of the specification asks for it"
		j.warnings = append(j.warnings, Warning{Code: WarnProse, Problem: p})
	default:
		p.Message += "; only the reference implementation asks for it"
		j.warnings = append(j.warnings, Warning{Code: WarnStrict, Problem: p})
	}
}
