// Package adoption tells the platform team how far Evenkeel itself is taken up: which teams use it, how
// long a team takes to its first SLO, how services come by wave, how often what it says is set aside
// (overrides of freezes, violations that are ruled void), and who tried it and did not come back.
//
// What is kept of use is one row for a person or a team's workloads, a day and a way in; not what was
// looked at. What the figures are of otherwise belongs to other domains and is only counted here.
package adoption
