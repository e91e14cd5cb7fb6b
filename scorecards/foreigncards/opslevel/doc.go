// Package opslevel reads the rubric of OpsLevel as a scorecard: checks as its command line writes them one
// by one (opslevel get check, Version "1"), lists of checks, levels and filters as it lists them (opslevel
// list … -o json), and what its GraphQL API answers of account.rubric. Names of types, predicates and
// properties are those of the API (OpsLevel/opslevel-go v2025, enum.go).
//
// A check of OpsLevel is of a type. Those that ask what Evenkeel knows of a service become conditions; tags
// are labels here. Those that look into repositories, or wait for calls of the API, are asked as verdicts,
// and so are manual checks, whose verdict is attested and expires as it does there.
package opslevel
