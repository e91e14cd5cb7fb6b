package registry_test

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/registry"
)

func TestWhatIsRegisteredOfServicesIsToldAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	checkout, ledger, mail := h.service(t, "checkout"), h.service(t, "ledger"), h.service(t, "mail")
	for on, terms := range map[string]registry.DependencyTerms{
		"ledger": {Criticality: registry.Hard, FailureMode: "Nothing is booked.", Timeout: time.Second, Retry: "twice", Bulkhead: "20 calls"},
		"mail":   {Criticality: registry.Soft, FailureMode: " ", Timeout: time.Second},
	} {
		ok(h.CreateDependency(h.ada, "checkout", on, terms))(t)
	}
	h.clock.Advance(36 * time.Hour)
	f := registry.ServiceFacts{Store: h.store.Registry(), Clock: h.clock.Now}
	ledger.Docs, ledger.Contact = " ", "\t"
	got := ok(f.FactsOf(t.Context(), []registry.Service{checkout, ledger, mail}))(t)
	for of, want := range map[id.ID]fact.Set{
		checkout.ID: {"serviceAge": 1.5, "members": 1.0, "dependencies": 2.0, "hardDependencies": 1.0, "dependenciesIncomplete": 1.0, "dependenciesWithoutRetry": 1.0, "hardDependenciesWithoutBreaker": 0.0, "team": "payments"},
		ledger.ID:   {"dependencies": 0.0, "hardDependencies": 0.0, "dependenciesIncomplete": 0.0, "hasDocs": false, "hasContact": false, "members": 1.0},
	} {
		for name, value := range want {
			if got[of][name] != value {
				t.Errorf("%s of %s is %v, want %v", name, of, got[of][name], value)
			}
		}
	}
	// What is read is right; what is not asked for is left out rather than wrong.
	alone := ok(f.FactsOf(t.Context(), []registry.Service{checkout}, "tier"))(t)[checkout.ID]
	for _, name := range []string{"members", "dependencies", "hardDependencies"} {
		if value, told := alone[name]; told {
			t.Errorf("%s was not asked for, and is %v", name, value)
		}
	}
	if _, err := fact.NewBook[registry.Service](f).FactsOf(t.Context(), []registry.Service{checkout, ledger, mail}); err != nil {
		t.Errorf("what is told is not what was declared: %v", err)
	}
}
