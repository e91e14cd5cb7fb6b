package prometheus

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
	"pgregory.net/rapid"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/source"
)

// vectors draws expressions of instant vectors, nested up to that depth.
func vectors(depth int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		selector := rapid.SampledFrom([]string{
			`x`, `x{a="b"}`, `{__name__=~"x|y",tenant=~".*"}`, `x{tenant=""}`, `x{tenant!="shop"}`, `x:y{a!~"\\d+",}`, "x{a=`}`}", `{"x","a"="b"}`,
			`x{a="tenant=\"shop\""}`, `x{tenant="shop"} offset $window`, `x{a='#'}`, `x{tenant=~"other|(shop)|.*"}`,
		})
		if depth == 0 {
			return selector.Draw(t, "selector")
		}
		inner := func() string { return vectors(depth-1).Draw(t, "inner") }
		window := rapid.SampledFrom([]string{"$window", "{{.window}}", "{{ .window }}", "5m", "$window:1s", "1h:$window"}).Draw(t, "window")
		switch rapid.IntRange(0, 7).Draw(t, "form") {
		case 0:
			return fmt.Sprintf("sum(%s)", inner())
		case 1:
			return fmt.Sprintf("sum by (tenant) (%s)", inner())
		case 2:
			return fmt.Sprintf("increase(%s[%s])", selector.Filter(func(s string) bool { return !strings.Contains(s, "offset") }).Draw(t, "selector"), window)
		case 3:
			return fmt.Sprintf("(%s) %s (%s)", inner(), rapid.SampledFrom([]string{"+", "/", "and", "or", "unless", "> bool", "== on (a) group_left ()"}).Draw(t, "operator"), inner())
		case 4:
			return fmt.Sprintf(`label_replace(%s, "tenant", "shop", "", "")`, inner())
		case 5:
			return fmt.Sprintf("topk(scalar(%s), -%s)", inner(), inner())
		case 6:
			return fmt.Sprintf("max_over_time((%s)[5m:%s])", inner(), rapid.SampledFrom([]string{"", "$window", "10s"}).Draw(t, "step"))
		default:
			return fmt.Sprintf("clamp_max(%s, $window) # $window } {{.window}}\n", inner())
		}
	})
}

// selectorsOf are the matchers of every selector of a query as Prometheus reads it.
func selectorsOf(t interface{ Fatalf(string, ...any) }, query string) [][]*labels.Matcher {
	tree, err := parser.NewParser(parser.Options{}).ParseExpr(query)
	if err != nil {
		t.Fatalf("%s cannot be parsed: %v", query, err)
	}
	return parser.ExtractSelectors(tree)
}

func TestEverySelectorOfEveryQueryHasTheEnforcedMatchers(t *testing.T) {
	t.Parallel()
	matchers := []*labels.Matcher{labels.MustNewMatcher(labels.MatchEqual, "tenant", "shop"), labels.MustNewMatcher(labels.MatchRegexp, "cluster", `a"b|c\d`)}
	compiled := 0
	rapid.Check(t, func(t *rapid.T) {
		text := vectors(rapid.IntRange(0, 4).Draw(t, "depth")).Draw(t, "expression")
		q, err := Compile("", origin.Origin{Threshold: &origin.Threshold{Query: text}}, time.Minute, matchers)
		if fault.Is(err, fault.Invalid) && (strings.Contains(err.Error(), "selectors") || strings.Contains(err.Error(), " steps, ")) {
			t.Skip("too large") // in itself, or by subqueries within each other
		}
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		compiled++
		before := selectorsOf(t, mask(text).text)
		after := selectorsOf(t, q.Value)
		if len(before) != len(after) {
			t.Fatalf("%s has %d selectors and becomes %s with %d", text, len(before), q.Value, len(after))
		}
		for i, selector := range after {
			for _, m := range slices.Concat(matchers, before[i]) {
				if !slices.ContainsFunc(selector, func(has *labels.Matcher) bool { return has.String() == m.String() }) {
					t.Fatalf("%s becomes %s, in which a selector lacks %s", text, q.Value, m)
				}
			}
			if len(selector) != len(before[i])+len(matchers) {
				t.Fatalf("%s becomes %s, in which a selector has matchers of nobody", text, q.Value)
			}
		}
		if strings.Contains(q.Value, sentinelText) {
			t.Fatalf("%s becomes %s with a window of nobody", text, q.Value)
		}
	})
	if compiled == 0 {
		t.Error("no expression was compiled")
	}
}

// Series with the label tell apart what a selector keeps: whatever the user writes,
// it is no more than the enforced matcher keeps alone.
func TestTheUsersMatchersCannotWidenTheEnforcedOne(t *testing.T) {
	t.Parallel()
	enforced := labels.MustNewMatcher(labels.MatchEqual, "tenant", "shop")
	rapid.Check(t, func(t *rapid.T) {
		text := vectors(rapid.IntRange(0, 2).Draw(t, "depth")).Draw(t, "expression")
		q, err := Compile("", origin.Origin{Threshold: &origin.Threshold{Query: text}}, time.Minute, []*labels.Matcher{enforced})
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		for _, selector := range selectorsOf(t, q.Value) {
			for _, tenant := range []string{"", "other", "shopper", "shop2", `shop"`, "x"} {
				kept := true
				for _, m := range selector {
					kept = kept && (m.Name != "tenant" || m.Matches(tenant))
				}
				if kept {
					t.Fatalf("%s becomes %s, which reads the tenant %q", text, q.Value, tenant)
				}
			}
		}
	})
}

func FuzzCompile(f *testing.F) {
	for _, seed := range []string{
		`sum(increase(x{a="b"}[$window]))`, `sum(increase(x[{{.window}}])) or vector(0)`, "x{a=`$window`} # }", `{"x"} @ start() offset -1h`, `x[1h:$window] + -$window`,
		`info(x, {__name__=~".+"})`, `histogram_quantile(0.9, sum by (le) (rate(x[$window])))`, `"` + "`" + `'\"`, `x{a="\xff"}`, "((((((((((", `x[97y313s]`, `sum by ("ü.ö") ({"ü"})`,
	} {
		f.Add(seed, `job="a"`, "route")
	}
	f.Fuzz(func(t *testing.T, text, selector, groupBy string) {
		enforced := labels.MustNewMatcher(labels.MatchEqual, "tenant", "shop")
		for _, o := range []origin.Origin{
			{Ratio: &origin.Ratio{Bad: text, Total: text}, GroupBy: groupBy},
			{Threshold: &origin.Threshold{Query: text}},
			{Latency: &origin.Latency{Metric: "x", Selector: selector, ThresholdSeconds: 0.5}, GroupBy: groupBy},
		} {
			q, err := Compile("/source", o, 5*time.Minute, []*labels.Matcher{enforced})
			if err != nil {
				if !fault.Is(err, fault.Invalid) {
					t.Fatalf("%v", err)
				}
				continue
			}
			for _, query := range []string{q.Good, q.Bad, q.Total, q.Value} {
				if query == "" {
					continue
				}
				for _, matchers := range selectorsOf(t, query) {
					if !slices.ContainsFunc(matchers, func(m *labels.Matcher) bool { return m.String() == enforced.String() }) {
						t.Fatalf("%q becomes %s without %s", text, query, enforced)
					}
				}
			}
		}
	})
}

func TestMatchersAreOfTheTeam(t *testing.T) {
	t.Parallel()
	const shop, other id.ID = "01J00000000000000000000001", "01J00000000000000000000002"
	src := source.Source{Slug: "main", Matchers: []source.Matcher{
		{Label: "team", Op: "=", Value: "$team"}, {Label: "namespace", Op: "=~", Value: "$team-.*"}, {Team: other, Label: "x", Op: "=", Value: "y"},
	}}
	got, err := Enforced(src, shop, "web.shop")
	if err != nil || fmt.Sprint(got) != `[team="web.shop" namespace=~"web\\.shop-.*"]` {
		t.Errorf("%v (%v)", got, err)
	}
	everybody, err := shared(src)
	if err != nil || len(everybody) != 0 {
		t.Errorf("for everybody: %v (%v)", everybody, err)
	}
	src.Matchers, src.MatchersRequired = src.Matchers[2:], true
	if _, err := Enforced(src, shop, "shop"); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a team without a matcher: %v", err)
	}
	if got, err := Enforced(src, other, "other"); err != nil || len(got) != 1 {
		t.Errorf("a team with one: %v (%v)", got, err)
	}
	for _, m := range []source.Matcher{{Label: "team", Op: "="}, {Label: "team", Op: "!=", Value: "x"}, {Label: "__name__", Op: "=", Value: "x"}, {Op: "=", Value: "x"}, {Label: "team", Op: "=~", Value: "("}} {
		src.Matchers = []source.Matcher{m}
		if got, err := Enforced(src, shop, "shop"); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v gives %v (%v)", m, got, err)
		}
	}
	src.Matchers = []source.Matcher{{Label: "team", Op: "=", Value: "$team"}}
	if got, err := Enforced(src, shop, ""); !fault.Is(err, fault.Invalid) {
		t.Errorf("a team without a slug gives %v (%v)", got, err)
	}
}
