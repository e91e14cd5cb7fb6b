package openslo

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// readPolicies reads alert policies as which of the burn pairs alert, where every condition is
// one of them, and else tells of each that is none. An annotation that says so wins.
func (r *reader) readPolicies(l *Library, d *slo.Declaration) {
	const base = "/spec/alertPolicies"
	if len(r.slo.Spec.AlertPolicies) == 0 {
		return
	}
	if _, there := r.slo.Metadata.Annotations[Prefix+"alerts-off"]; there {
		r.warn(r.doc, WarnLeftOut, base, "alert policies are not read beside the annotation %salerts-off, which says which alerts are off", Prefix)
		return
	}
	on := map[string]bool{}
	var taken []string
	all := true
	for i, ref := range r.slo.Spec.AlertPolicies {
		at := fmt.Sprintf("%s/%d", base, i)
		spec, known := found[AlertPolicySpec]{}, ref.Spec != nil
		if known {
			spec.of, spec.doc = &AlertPolicy{Spec: *ref.Spec}, r.doc
			at += "/spec"
		} else if spec, known = l.policies[string(said(ref.AlertPolicyRef))]; known {
			at = "/spec"
		}
		if !known {
			all = false // which is told where references are
			continue
		}
		pairs, right := r.readPolicy(l, spec, at, d)
		all = all && right
		taken = append(taken, pairs...)
		for _, name := range pairs {
			on[name] = true
		}
		if no := spec.of.Spec.AlertWhenNoData; no != nil && *no {
			on[slo.AbsentAlert] = true
		}
	}
	if !all || len(taken) == 0 {
		return
	}
	for _, p := range budget.Pairs {
		if !on[p.Name] {
			d.AlertsOff = append(d.AlertsOff, p.Name)
		}
	}
	if !on[slo.AbsentAlert] {
		d.AlertsOff = append(d.AlertsOff, slo.AbsentAlert)
	}
	off := "none is off"
	if len(d.AlertsOff) > 0 {
		off = "off are " + strings.Join(d.AlertsOff, ", ")
	}
	r.warn(r.doc, WarnChanged, base, "the conditions are taken for the burn pairs %s; %s; who is told is set up by itself", strings.Join(slices.Compact(taken), ", "), off)
}

// readPolicy are the burn pairs that the policy's conditions are, and whether all are.
func (r *reader) readPolicy(l *Library, p found[AlertPolicySpec], at string, d *slo.Declaration) (pairs []string, all bool) {
	if breaching := p.of.Spec.AlertWhenBreaching; breaching == nil || !*breaching {
		r.warn(p.doc, WarnLeftOut, at, "the policy has no alertWhenBreaching: true; which alerts there are is not taken from it")
		return nil, false
	}
	all = true
	for i, ref := range p.of.Spec.Conditions {
		doc, at := p.doc, fmt.Sprintf("%s/conditions/%d", at, i)
		c := Condition{}
		if ref.Spec != nil {
			c, at = ref.Spec.Condition, at+"/spec/condition"
		} else if one, there := l.conditions[string(said(ref.ConditionRef))]; there {
			c, doc, at = one.of.Spec.Condition, one.doc, "/spec/condition"
		} else {
			all = false
			continue
		}
		name, is := pairOf(c, d)
		if !is {
			all = false
			r.warn(doc, WarnLeftOut, at, "is none of the burn pairs here, which are a burn rate above the pair's factor over 1h, 6h, 1d or 3d; which alerts there are is not taken from the policy")
			continue
		}
		pairs = append(pairs, name)
	}
	return pairs, all
}

// pairOf is the burn pair that a condition is: above its factor, of the SLO's own window or of
// the usual 30 days, over its long window. The time after which it alerts may be the short one.
func pairOf(c Condition, d *slo.Declaration) (string, bool) {
	threshold, err := strconv.ParseFloat(string(c.Threshold), 64)
	if c.Kind != "" && c.Kind != "burnrate" || c.Op != "gt" && c.Op != "gte" || err != nil {
		return "", false
	}
	over, known := parse(string(c.LookbackWindow))
	for _, p := range budget.Pairs {
		if !known || p.Long != over || !waits(c.AlertAfter, p.Short) {
			continue
		}
		for _, days := range []int{30, d.WindowDays} {
			// share of the budget · period ÷ long window, a factor without unit
			factor := float64(p.SharePercent) / 100 * float64(time.Duration(days)*day) / float64(p.Long)
			if days > 0 && math.Abs(threshold-factor) < 1e-3*factor {
				return p.Name, true
			}
		}
	}
	return "", false
}

func waits(after *yamldoc.Scalar, short time.Duration) bool {
	if after == nil || *after == "0m" {
		return true
	}
	length, known := parse(string(*after))
	return known && length == short
}
