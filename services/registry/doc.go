// Package registry is the organisation as Evenkeel knows it: the tree of teams
// and who belongs to them, systems, services with what an on-call person needs
// to know of them, and what each service depends on. Slugs can be renamed: the
// old ones stay reserved and lead to the new. What is promised of a service
// lives in slo.
package registry
