package openslo

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
)

// The lengths that there are bounds of, in characters.
const (
	maxDisplayName = 63
	maxDescription = 1050
)

var (
	labelName      = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`) // RFC 1123
	labelKey       = regexp.MustCompile(`^[a-zA-Z0-9]([-._a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$`)
	annotationKey  = regexp.MustCompile(`^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*/)?[a-zA-Z0-9]([-._a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$`)
	annotationSize = regexp.MustCompile(`^(.{0,253}/)?.{0,63}$`)
)

// read is the document of its kind, judged: a pointer to one of the types of documents. It is nil
// where it cannot be put into one.
func (j *judge) read() any {
	version, kind := j.doc.Head("apiVersion"), j.doc.Head("kind")
	wanted := strconv.Quote(APIVersion)
	if version == "" {
		wanted = j.options.version()
	}
	if !j.require(version == APIVersion, ruleAPIVersion, "/apiVersion", version, "must be %s", wanted) {
		return nil
	}
	switch kind {
	case KindDataSource:
		return judged(j, func(of *DataSource) { j.dataSource(of) })
	case KindService:
		return judged(j, func(of *Service) { j.description(of.Spec.Description, "/spec") })
	case KindSLI:
		return judged(j, func(of *SLI) { j.sli(of.Spec, "/spec") })
	case KindSLO:
		return judged(j, func(of *SLO) { j.slo(of.Spec) })
	case KindAlertPolicy:
		return judged(j, func(of *AlertPolicy) { j.policy(of.Spec, "/spec") })
	case KindAlertCondition:
		return judged(j, func(of *AlertCondition) { j.condition(of.Spec, "/spec") })
	case KindAlertNotificationTarget:
		return judged(j, func(of *AlertNotificationTarget) { j.target(of.Spec, "/spec") })
	}
	j.require(false, ruleKind, "/kind", kind, "must be one of %s", fault.Or(Kinds))
	return nil
}

// judged puts the document into its shape, and judges what all have and what this kind has.
func judged[S any](j *judge, spec func(of *Object[S])) any {
	of := new(Object[S])
	loose, err := j.doc.Loosely(of)
	if err != nil {
		var refused *yamldoc.Error
		if as(err, &refused) {
			j.wrong = append(j.wrong, refused.Problems...)
		}
		return nil
	}
	for _, p := range loose {
		rule := ruleText
		if p.Number {
			rule = ruleNumber
		}
		j.tell(rule, p.Problem)
	}
	j.metadata(of.Metadata, "/metadata", ruleName)
	spec(of)
	return of
}

func (j *judge) metadata(m Metadata, at string, there Rule) {
	if j.require(m.Name != "", there, at+"/name", nil, "is required") {
		j.require(labelName.MatchString(string(m.Name)), ruleNameLabel, at+"/name", string(m.Name), "must be an RFC 1123 label: a-z, 0-9 and - between, at most 63 characters")
	}
	j.require(utf8.RuneCountInString(string(m.DisplayName)) <= maxDisplayName, ruleDisplayName, at+"/displayName", nil, "must have at most %d characters", maxDisplayName)
	for _, key := range slices.Sorted(maps.Keys(m.Labels)) {
		j.require(labelKey.MatchString(key), ruleLabelKey, at+"/labels/"+yamldoc.Step(key), key, "must be called by letters and digits, with -, _ and . between, at most 63 characters")
	}
	for _, key := range slices.Sorted(maps.Keys(m.Annotations)) {
		j.require(annotationSize.MatchString(key) && annotationKey.MatchString(key), ruleAnnotationKey, at+"/annotations/"+yamldoc.Step(key), key,
			"must be called by at most 63 letters and digits, with -, _ and . between, after a domain and / or without")
	}
}

func (j *judge) description(text yamldoc.Text, spec string) {
	j.require(utf8.RuneCountInString(string(text)) <= maxDescription, ruleDescription, spec+"/description", nil, "must have at most %d characters", maxDescription)
}

// label judges the name of something that is referred to.
func (j *judge) label(name yamldoc.Text, at string) {
	j.require(labelName.MatchString(string(name)), ruleReference, at, string(name), "must be an RFC 1123 label: a-z, 0-9 and - between, at most 63 characters")
}

// duration judges a duration that is there. The reference implementation reads it with Sscanf,
// which stops behind the unit and takes 0.
func (j *judge) duration(text yamldoc.Scalar, at string) {
	var number int
	var unit string
	n, err := fmt.Sscanf(string(text), "%d%s", &number, &unit)
	known := slices.Contains([]string{"m", "h", "d", "w", "M", "Q", "Y"}, unit)
	if j.require(err == nil && n == 2 && known && number >= 0, ruleDuration, at, string(text), "must be a number with one of m, h, d, w, M, Q and Y behind it, such as 4w") {
		j.require(shorthand.MatchString(string(text)), ruleDurationForm, at, string(text), "must be a whole number above 0 with one of m, h, d, w, M, Q and Y behind it, such as 4w")
	}
}

func (j *judge) dataSource(of *DataSource) {
	j.description(of.Spec.Description, "/spec")
	j.require(of.Spec.Type != "", ruleSourceType, "/spec/type", nil, "is required, such as Prometheus")
	j.require(!of.Spec.ConnectionDetails.IsZero(), ruleConnection, "/spec/connectionDetails", nil, "is required")
}

func (j *judge) sli(s SLISpec, at string) {
	j.description(s.Description, at)
	j.require((s.ThresholdMetric == nil) != (s.RatioMetric == nil), ruleMetric, at, nil, "must have either thresholdMetric or ratioMetric")
	if s.ThresholdMetric != nil {
		j.metric(s.ThresholdMetric, at+"/thresholdMetric")
	}
	if s.RatioMetric != nil {
		j.ratio(s.RatioMetric, at+"/ratioMetric")
	}
}

func (j *judge) ratio(r *RatioMetric, at string) {
	numerators := 0
	for _, m := range []*Metric{r.Good, r.Bad, r.Raw} {
		if m != nil {
			numerators++
		}
	}
	if r.Raw == nil {
		j.require(r.RawType == "", ruleRawTypeAlone, at+"/rawType", string(r.RawType), "must be left out where there is no raw")
	}
	switch {
	case !j.require((r.Total == nil) != (r.Raw == nil), ruleTotalOrRaw, at, nil, "must have total, and either good or bad, or raw alone"):
		return
	case !j.require(numerators <= 1, ruleOneNumerator, at, nil, "must have total, and either good or bad, or raw alone: not more than one of good, bad and raw"):
		return
	case r.Raw != nil:
		j.metric(r.Raw, at+"/raw")
		j.require(r.RawType == "success" || r.RawType == "failure", ruleRawType, at+"/rawType", string(r.RawType), "must be success or failure")
		return
	case !j.require(numerators == 1, ruleGoodOrBad, at, nil, "must have total, and either good or bad"):
		return
	case r.Good != nil:
		j.metric(r.Good, at+"/good")
	default:
		j.metric(r.Bad, at+"/bad")
	}
	j.metric(r.Total, at+"/total")
}

func (j *judge) metric(m *Metric, at string) {
	at += "/metricSource"
	if ref := m.MetricSource.Ref; ref != "" {
		j.label(ref, at+"/metricSourceRef")
	}
	at += "/spec"
	spec := m.MetricSource.Spec
	if !j.require(!spec.IsNull(), ruleMetricSpec, at, nil, "is required: what the source is asked") {
		return
	}
	members, is := spec.Members()
	if j.require(is, ruleMetricIsObject, at, nil, "must be names with values") {
		j.require(members > 0, ruleMetricMembers, at, nil, "must have members, such as query")
	}
}

func (j *judge) timeWindow(w TimeWindow, at string) {
	switch rolls := w.IsRolling != nil && *w.IsRolling; {
	case rolls || w.Calendar != nil:
		j.require(!rolls || w.Calendar == nil, ruleCalendar, at+"/isRolling", nil, "must be true without a calendar, and false with one")
	case w.IsRolling != nil:
		j.require(false, ruleCalendar, at+"/isRolling", nil, "must be true without a calendar, and false with one")
	default:
		j.require(false, ruleRollingSaid, at, nil, "must have isRolling: true, where there is no calendar")
	}
	j.duration(w.Duration, at+"/duration")
	if c := w.Calendar; c != nil {
		_, err := time.Parse(time.DateTime, string(c.StartTime))
		j.require(err == nil, ruleStartTime, at+"/calendar/startTime", string(c.StartTime), "must be a date with a time, such as 2026-01-01 00:00:00")
		zone := string(c.TimeZone)
		_, err = time.LoadLocation(zone)
		j.require(err == nil && zone != "" && zone != "Local", ruleTimeZone, at+"/calendar/timeZone", zone, "must be a name of the IANA time zone database, such as Europe/Berlin")
	}
}

// within reports whether a number is in the range; what is none is not.
func within(text yamldoc.Number, in func(v float64) bool) bool {
	v, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		var whole int64
		whole, err = strconv.ParseInt(string(text), 0, 64) // 0x10
		v = float64(whole)
	}
	return err == nil && in(v)
}
