package dashboard

import (
	"context"
	"fmt"
	"strings"
	"time"

	kinds "github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards/given"
	"github.com/evenkeel/evenkeel/services/registry"
)

// knower knows a fact of each type of the first service, nothing of the second, and lets nobody attest
// facts of the third. Forms are tested through the real services.
type knower struct{ *sample }

var _ Given = knower{}

func (k knower) Known(_ context.Context, of registry.Service) ([]given.Known, error) {
	var out []given.Known
	for _, d := range given.Builtin() {
		out = append(out, given.Known{Declaration: kinds.Declaration{Name: d.Name, Type: d.Type, Doc: d.Doc, Values: d.Values, By: given.By}, Unit: d.Unit, Ways: d.Ways(), LongestDays: d.LongestDays})
	}
	if of.ID != k.services[0].ID {
		return out, k.fail
	}
	happened := k.now.AddDate(0, 0, -41)
	names := map[string]float64{}
	for n := range 12 {
		names[fmt.Sprintf("region-%02d", n)] = float64(n) / 3
	}
	long := strings.Repeat("long", 20)
	value := func(name string, v any, raw given.Value, by given.Way, source, link string, days int) {
		for n := range out {
			if out[n].Name == name {
				out[n].Value, out[n].Given = v, &given.Given{Value: v, Raw: raw, By: by, Source: source, Link: link, At: k.now.AddDate(0, 0, -2), Until: k.now.AddDate(0, 0, days)}
			}
		}
	}
	value("restoreDrill", 41.0, given.Value{Time: &happened}, given.ByAttestation, "Ada Lovelace", "https://wiki.example.org/drill", 9)
	value("testedPeak", 12345.678, given.Value{}, given.ByPush, "k6 "+hostile, "javascript:alert(1)", 90)
	value("loadShedding", false, given.Value{}, given.ByPush, long, "https://ci.example.org/"+long, 100)
	value("chaosVerdict", "broken", given.Value{}, given.ByPush, "chaos", "", 20)
	out = append(out,
		given.Known{Declaration: kinds.Declaration{Name: "owners", Type: kinds.Texts, Doc: hostile, By: "registry"}, Value: map[string]string{"a": hostile, "b": long}},
		given.Known{Declaration: kinds.Declaration{Name: "shares", Type: kinds.Numbers, Doc: "By region.", By: "slo"}, Value: names},
		given.Known{Declaration: kinds.Declaration{Name: "deployed", Type: kinds.Age, Doc: "When it was deployed last.", By: "change"}, Value: 3.25},
		given.Known{Declaration: kinds.Declaration{Name: "toilShare", Type: kinds.Number, Doc: "The share of toil.", By: "toil"}},
	)
	return out, k.fail
}

func (k knower) Attestations(_ context.Context, f given.Filter, r page.Request) (page.Page[given.Attestation], error) {
	if len(k.services) == 0 || f.Service != k.services[0].ID {
		return page.Page[given.Attestation]{}, k.fail
	}
	happened, yes := k.now.AddDate(0, 0, -41), true
	one := func(n int, name string, v given.Value, until int, end given.State, reason string) given.Attestation {
		a := given.Attestation{
			ID: id.ID(fmt.Sprintf("01JD3Z0Q8RC6W4N1M2VF%06d", n)), Service: f.Service, Fact: name, Value: v, Evidence: "https://wiki.example.org/drill", Note: hostile, By: "Ada Lovelace",
			At: k.now.AddDate(0, 0, -50), Until: k.now.AddDate(0, 0, until), Version: 1,
		}
		if end != "" {
			a.Ended = &given.Ending{At: k.now.Add(-time.Hour), How: end, By: "Grace Hopper", Reason: reason}
		}
		return a
	}
	return pageOf([]given.Attestation{
		one(5, "restoreDrill", given.Value{Time: &happened}, 9, "", ""), one(4, "loadShedding", given.Value{Truth: &yes}, 30, given.Withdrawn, "It was "+hostile),
		one(3, "incidentDrill", given.Value{Time: &happened}, -3, "", ""), one(2, "incidentDrill", given.Value{Time: &happened}, 3, given.Replaced, ""), one(1, "gone", given.Value{Truth: &yes}, 3, given.Removed, "the fact is declared no more"),
	}, r), k.fail
}

func (k knower) MayAttest(_ context.Context, of registry.Service) (bool, error) {
	return of.ID != k.services[min(2, len(k.services)-1)].ID, k.fail
}

func (k knower) Attest(context.Context, id.ID, given.Statement) (given.Attestation, error) {
	return given.Attestation{}, fault.Stale("attestation")
}

func (k knower) WithdrawAttestation(context.Context, id.ID, id.ID, int64, string) (given.Attestation, error) {
	return given.Attestation{}, fault.Stale("attestation")
}
