package storetest

import (
	"testing"

	"github.com/evenkeel/evenkeel/ent/store"
)

// opener gives a test a store of its own.
type opener func(t testing.TB) *store.Store

// Run is the suite that every database has to pass; open gives each test a fresh
// store.
func Run(t *testing.T, open func(t testing.TB) *store.Store) {
	for name, part := range map[string]func(*testing.T, opener){
		"Transactions": testTransactions,
		"Access":       testAccess,
		"Workloads":    testWorkloads,
		"Audit":        testAudit,
		"Idempotency":  testIdempotency,
		"Registry":     testRegistry,
		"Sources":      testSources,
		"Measure":      testMeasure,
		"Collect":      testCollect,
		"OTLP":         testOTLP,
		"SLO":          testSLO,
		"Groups":       testGroups,
		"SLA":          testSLA,
		"Composites":   testComposites,
		"Signals":      testSignals,
		"Scorecards":   testScorecards,
		"Failures":     testFailures,
		"Corrections":  testCorrections,
		"Scores":       testScores,
		"Gate":         testGate,
		"Supply":       testSupply,
		"Given":        testGiven,
		"Exemptions":   testExemptions,
		"Campaigns":    testCampaigns,
		"Launches":     testLaunches,
		"Outages":      testOutages,
		"Changes":      testChanges,
		"Incidents":    testIncidents,
		"ActionItems":  testActionItems,
		"Toil":         testToil,
		"Postmortems":  testPostmortems,
		"Search":       testSearch,
		"Alerts":       testAlerts,
		"Policy":       testPolicy,
		"Proposals":    testProposals,
		"Reports":      testReports,
		"Issues":       testIssues,
		"Delivery":     testDelivery,
		"Inbox":        testInbox,
		"Notify":       testNotify,
		"Jobs":         testJobs,
		"ServiceFacts": testServiceFacts,
		"Drifts":       testDrifts,
		"Catalog":      testCatalog,
		"Manifests":    testManifests,
		"Onboarding":   testOnboarding,
		"Adoption":     testAdoption,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			part(t, open)
		})
	}
}

// each runs a test of the suite, in parallel, on a store of its own.
func each(t *testing.T, open opener, name string, do func(t *testing.T, s *store.Store)) {
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		do(t, open(t))
	})
}
