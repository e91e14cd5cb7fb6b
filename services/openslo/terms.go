package openslo

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/slo"
)

// shorthand is a duration as OpenSLO writes it: a number and one letter.
var shorthand = regexp.MustCompile(`^([1-9][0-9]{0,5})([mhdwMQY])$`)

// minutes is a number of them.
var minutes = regexp.MustCompile(`^[0-9]+$`)

// parse reads a duration of which every unit is as long as any other of it; false of months and
// longer ones.
func parse(text string) (time.Duration, bool) {
	found := shorthand.FindStringSubmatch(text)
	if found == nil {
		return 0, false
	}
	n, err := strconv.Atoi(found[1])
	if err != nil {
		return 0, false
	}
	unit, known := map[string]time.Duration{"m": time.Minute, "h": time.Hour, "d": day, "w": 7 * day}[found[2]]
	return time.Duration(n) * unit, known
}

const day = 24 * time.Hour

// readWindow reads the time window; without one it is four weeks.
func (r *reader) readWindow(d *slo.Declaration) {
	const base = "/spec/timeWindow"
	if len(r.slo.Spec.TimeWindow) != 1 {
		r.check.Require(len(r.slo.Spec.TimeWindow) == 0, base, len(r.slo.Spec.TimeWindow), "must be one window")
		r.warn(r.doc, WarnAssumed, "/spec", "it does not say over which time; taken for %d days", slo.DefaultWindowDays)
		d.WindowDays = slo.DefaultWindowDays
		return
	}
	w := r.slo.Spec.TimeWindow[0]
	rolls := w.Calendar == nil
	r.check.Require(w.IsRolling == nil || *w.IsRolling == rolls, base+"/0/isRolling", nil, "must be true without a calendar, and false with one")
	if rolls {
		length, ok := parse(string(w.Duration))
		r.check.Require(ok && length%day == 0, base+"/0/duration", string(w.Duration), "must be whole days, such as 28d or 4w: months of a window that rolls are not as long as each other")
		d.WindowDays = int(length / day)
		return
	}
	period, known := periods.of(string(w.Duration))
	r.check.Require(known, base+"/0/duration", string(w.Duration), "must be 1d, 1w, 1M, 1Q or 1Y where there is a calendar")
	date, clock, timed := strings.Cut(string(w.Calendar.StartTime), " ")
	if !timed {
		date, clock, timed = strings.Cut(date, "T")
	}
	if timed && strings.Trim(clock, "0:") != "" {
		r.warn(r.doc, WarnChanged, base+"/0/calendar/startTime", "windows begin at midnight here, not at %s", clock)
	}
	if _, err := time.Parse(time.DateOnly, date); err != nil {
		r.check.Fail(base+"/0/calendar/startTime", string(w.Calendar.StartTime), "must be a date with a time, such as 2026-01-01 00:00:00")
	}
	d.Calendar = &slo.CalendarInput{Period: period, StartDate: date, TimeZone: string(w.Calendar.TimeZone)}
}

// readObjectives reads the first objective, and those beside it.
func (r *reader) readObjectives(d *slo.Declaration) {
	const base = "/spec/objectives"
	of := r.slo.Spec.Objectives
	if len(of) == 0 {
		r.check.Fail(base, nil, "must have an objective")
		return
	}
	for i, o := range of {
		at := fmt.Sprintf("%s/%d", base, i)
		if o.CompositeWeight != "" {
			r.check.Fail(at, nil, "must have neither indicator nor compositeWeight: a composite SLO is declared by itself, over SLOs that there are")
			continue
		}
		target := r.target(o, at)
		if i == 0 {
			d.Objective = r.exactly(exactObjective, target)
			r.readSlices(d, o, at)
			r.readThreshold(d, o, at)
			if o.DisplayName != "" {
				r.warn(r.doc, WarnLeftOut, at+"/displayName", "the first objective has no name here, which is that of the SLO")
			}
			continue
		}
		r.check.Require(o.TimeSliceTarget == of[0].TimeSliceTarget && said(o.TimeSliceWindow) == said(of[0].TimeSliceWindow), at, nil,
			"must have the slices of the first objective; declare another SLO for other ones")
		if o.Op != "" && (r.sli == nil || r.sli.Spec.ThresholdMetric == nil) {
			r.warn(r.doc, WarnLeftOut, at+"/op", "op says nothing of a ratio")
		}
		d.Further = append(d.Further, slo.GoalInput{Name: r.goalName(o.DisplayName, at, i), Objective: target, WindowDays: d.WindowDays, Calendar: d.Calendar})
	}
}

// target is the objective as a percentage.
func (r *reader) target(o Objective, at string) string {
	r.check.Require((o.Target == "") != (o.TargetPercent == ""), at, nil, "must have either target or targetPercent")
	if o.Target == "" {
		return string(o.TargetPercent) + "%"
	}
	percent, ok := percentage(o.Target)
	r.check.Require(ok, at+"/target", string(o.Target), "must be a number above 0 and below 1, such as 0.999")
	return percent
}

// exactly is the text of an annotation where that is the same number with more zeros, and else the
// percentage.
func (r *reader) exactly(name, percent string) string {
	if text, there := r.slo.Metadata.Annotations[Prefix+name]; there && string(percentOf(string(text)))+"%" == percent {
		return string(text)
	}
	return percent
}

func (r *reader) readSlices(d *slo.Declaration, o Objective, at string) {
	if o.TimeSliceTarget != "" {
		percent, ok := percentage(o.TimeSliceTarget)
		r.check.Require(ok, at+"/timeSliceTarget", string(o.TimeSliceTarget), "must be a number above 0, at most 1, such as 0.95")
		if d.Budgeting.SliceTarget = r.exactly(exactSliceTarget, percent); d.Budgeting.Method != slo.Timeslices {
			d.Budgeting.SliceTarget = ""
			r.warn(r.doc, WarnLeftOut, at+"/timeSliceTarget", "only Timeslices judge slices by a target")
		}
	}
	if text := string(said(o.TimeSliceWindow)); text != "" {
		if minutes.MatchString(text) {
			text += "m" // a number is one of minutes
		}
		length, ok := parse(text)
		r.check.Require(ok, at+"/timeSliceWindow", text, "must be minutes, or a duration such as 5m")
		if d.Budgeting.SliceLength = length; d.Budgeting.Method == slo.Occurrences {
			d.Budgeting.SliceLength = 0
			r.warn(r.doc, WarnLeftOut, at+"/timeSliceWindow", "Occurrences count events, not slices")
		}
	}
}

// readThreshold reads what values are compared with, which OpenSLO has with the objective.
func (r *reader) readThreshold(d *slo.Declaration, o Objective, at string) {
	if r.sli == nil || r.sli.Spec.ThresholdMetric == nil {
		for name, is := range map[string]string{"op": string(o.Op), "value": string(o.Value)} {
			if is != "" {
				r.warn(r.doc, WarnLeftOut, at+"/"+name, "%s says nothing of a ratio", name)
			}
		}
		return
	}
	value, err := strconv.ParseFloat(string(o.Value), 64)
	r.check.Require(err == nil && yamldoc.IsNumber(string(o.Value)), at+"/value", string(o.Value), "must be a number: a threshold metric is compared with it")
	d.Origin.Threshold = &origin.Threshold{Op: origin.Op(o.Op), Value: value}
	r.check.Require(len(r.slo.Spec.Objectives) == 1, "/spec/objectives", len(r.slo.Spec.Objectives), "must be one, where there is a threshold metric")
}

var noLabel = regexp.MustCompile(`[^-a-z0-9]+`)

// goalName is a name that can be an RFC 1123 label.
func (r *reader) goalName(text yamldoc.Text, at string, number int) string {
	name := strings.Trim(noLabel.ReplaceAllString(strings.ToLower(string(text)), "-"), "-")
	if len(name) > 63 {
		name = strings.Trim(name[:63], "-")
	}
	if name == "" {
		name = fmt.Sprintf("objective-%d", number+1)
	}
	if name != string(text) {
		r.warn(r.doc, WarnChanged, at+"/displayName", "further objectives are called by labels here: %s", name)
	}
	return name
}
