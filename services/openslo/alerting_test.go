package openslo_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/openslo"
)

// inlinePolicy is a policy within an SLO, of one condition; its members are given in full.
func inlinePolicy(members, condition string) string {
	return "{kind: AlertPolicy, metadata: {name: p}, spec: {" + members + ", notificationTargets: [{targetRef: pager}], conditions: [{kind: AlertCondition, metadata: {name: c}, spec: {severity: page, condition: {" + condition + "}}}]}}"
}

func TestAlertPoliciesSayWhichBurnPairsAreOn(t *testing.T) {
	t.Parallel()
	const breaching = "alertWhenBreaching: true"
	fast := inlinePolicy(breaching, "kind: burnrate, op: gt, threshold: 13.44, lookbackWindow: 1h, alertAfter: 5m")
	for name, c := range map[string]struct {
		policies string
		off      []string
		// where, of the SLO unless another file is named
		warns []string
	}{
		// 28 days: 2 % · 672 h ÷ 1 h = 13.44, 5 % · 672 h ÷ 6 h = 5.6, 10 % · 28 d ÷ 3 d = 0.9333…
		"the first of 28 days":            {fast, []string{"6h/30m", "1d/2h", "3d/6h", "absent"}, []string{"changed /spec/alertPolicies"}},
		"the first of 30 days":            {strings.Replace(fast, "13.44", "14.4", 1), []string{"6h/30m", "1d/2h", "3d/6h", "absent"}, []string{"changed /spec/alertPolicies"}},
		"two, and absent data":            {fast + ", " + inlinePolicy(breaching+", alertWhenNoData: true", "op: gte, threshold: 5.6, lookbackWindow: 6h"), []string{"1d/2h", "3d/6h"}, []string{"not_strict /spec/alertPolicies/1/spec/conditions/0/spec/condition/kind", "changed /spec/alertPolicies"}},
		"slow ones in hours and days":     {inlinePolicy(breaching, "kind: burnrate, op: gt, threshold: 2.8, lookbackWindow: 24h, alertAfter: 2h") + ", " + inlinePolicy(breaching, "kind: burnrate, op: gt, threshold: 0.9333333, lookbackWindow: 3d"), []string{"1h/5m", "6h/30m", "absent"}, []string{"changed /spec/alertPolicies"}},
		"another factor":                  {strings.Replace(fast, "13.44", "10", 1), nil, []string{"left_out /spec/alertPolicies/0/spec/conditions/0/spec/condition"}},
		"another time":                    {strings.Replace(fast, "1h", "2h", 1), nil, []string{"left_out /spec/alertPolicies/0/spec/conditions/0/spec/condition"}},
		"another delay":                   {strings.Replace(fast, "alertAfter: 5m", "alertAfter: 7m", 1), nil, []string{"left_out /spec/alertPolicies/0/spec/conditions/0/spec/condition"}},
		"the other way round":             {strings.Replace(fast, "op: gt", "op: lte", 1), nil, []string{"left_out /spec/alertPolicies/0/spec/conditions/0/spec/condition"}},
		"one that is known, one that not": {fast + ", " + inlinePolicy(breaching, "kind: burnrate, op: gt, threshold: 1, lookbackWindow: 1h"), nil, []string{"left_out /spec/alertPolicies/1/spec/conditions/0/spec/condition"}},
		"nothing on breach":               {inlinePolicy("alertWhenResolved: true", "kind: burnrate, op: gt, threshold: 13.44, lookbackWindow: 1h"), nil, []string{"left_out /spec/alertPolicies/0/spec"}},
		"by name":                         {"{alertPolicyRef: known}", []string{"6h/30m", "1d/2h", "3d/6h", "absent"}, []string{"changed /spec/alertPolicies"}},
		"by a name that is not there":     {"{alertPolicyRef: unknown}", nil, []string{"not_there /spec/alertPolicies/0/alertPolicyRef"}},
	} {
		text := strings.Replace(ratioRight, "  objectives:", "  alertPolicies: ["+c.policies+"]\n  objectives:", 1)
		beside := strings.Join([]string{
			"apiVersion: openslo/v1\nkind: AlertPolicy\nmetadata: {name: known}\nspec: {alertWhenBreaching: true, conditions: [{conditionRef: fast}], notificationTargets: [{targetRef: pager}]}\n", conditionRight, targetRight,
		}, "---\n")
		docs, err := openslo.ReadAll([]yamldoc.File{{Name: "it", Text: []byte(text)}, {Name: "beside", Text: []byte(beside)}}, openslo.Options{})
		if err != nil || len(docs.SLOs) != 1 {
			t.Errorf("%s: %v, %v", name, err, docs.Undeclared)
			continue
		}
		if got := docs.SLOs[0].Declaration.AlertsOff; !slices.Equal(got, c.off) {
			t.Errorf("%s: off are %v, want %v", name, got, c.off)
		}
		var warns []string
		for _, w := range docs.SLOs[0].Warnings {
			if strings.Contains(w.Pointer, "alertPolicies") {
				warns = append(warns, w.Code+" "+w.Pointer)
			}
		}
		slices.Sort(warns)
		slices.Sort(c.warns)
		if !slices.Equal(warns, c.warns) {
			t.Errorf("%s: warns of %v, want %v", name, warns, c.warns)
		}
	}
}

func TestTheAnnotationOfAlertsWinsOverPolicies(t *testing.T) {
	t.Parallel()
	text := strings.Replace(ratioRight, "metadata: {name: ok}", "metadata: {name: ok, annotations: {evenkeel.dev/alerts-off: page}}", 1)
	text = strings.Replace(text, "  objectives:", "  alertPolicies: ["+inlinePolicy("alertWhenBreaching: true", "kind: burnrate, op: gt, threshold: 13.44, lookbackWindow: 1h")+"]\n  objectives:", 1)
	r, err := openslo.Read([]byte(text), openslo.Options{})
	if err != nil || !slices.Equal(r.Declaration.AlertsOff, []string{"page"}) {
		t.Errorf("off are %v (%v)", r.Declaration.AlertsOff, err)
	}
}
