package toil

import (
	"slices"

	"github.com/evenkeel/evenkeel/internal/fault"
)

// Category is a kind of toil, of the taxonomy of The Site Reliability Workbook, chapter 6.
type Category string

// The categories.
const (
	BusinessProcesses     Category = "business_processes"
	ProductionInterrupts  Category = "production_interrupts"
	ReleaseShepherding    Category = "release_shepherding"
	Migrations            Category = "migrations"
	CostAndCapacity       Category = "cost_and_capacity"
	OpaqueTroubleshooting Category = "opaque_troubleshooting"
)

// Categories lists every category.
var Categories = []Category{BusinessProcesses, ProductionInterrupts, ReleaseShepherding, Migrations, CostAndCapacity, OpaqueTroubleshooting}

// Words is the category as people say it.
func (c Category) Words() string {
	return map[Category]string{
		BusinessProcesses: "Business processes", ProductionInterrupts: "Production interrupts", ReleaseShepherding: "Release shepherding",
		Migrations: "Migrations", CostAndCapacity: "Cost and capacity", OpaqueTroubleshooting: "Opaque troubleshooting",
	}[c]
}

func (c Category) check(check *fault.Check, pointer string) {
	check.Require(slices.Contains(Categories, c), pointer, string(c), "must be one of %s", fault.Or(Categories))
}

// Traits are the attributes that make work toil (Site Reliability Engineering, chapter 5). Not all of
// them are needed.
type Traits struct {
	Manual, Repetitive, Automatable, Tactical bool
	// NoEnduringValue is that the service is as it was afterwards.
	NoEnduringValue bool
	// Grows is that there is more of it as the service grows, O(n).
	Grows bool
}

func (t Traits) each() []bool {
	return []bool{t.Manual, t.Repetitive, t.Automatable, t.Tactical, t.NoEnduringValue, t.Grows}
}

// Score is how many of the six there are.
func (t Traits) Score() int {
	n := 0
	for _, has := range t.each() {
		if has {
			n++
		}
	}
	return n
}
