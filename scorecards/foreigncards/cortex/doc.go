// Package cortex reads scorecards of Cortex (cortex.io) as code: one in a document, with its ladder and its
// rules, as Cortex' documentation has them ("Scorecards as code") and as its command line exports them
// (cortexapps/cli, scorecards/*.yaml). A rule is an expression of CQL, the Cortex Query Language.
//
// Of CQL is read what asks for the same as a fact of Evenkeel does, and custom data, which become facts that
// have to be declared: that is what "Cortex Query Language (CQL)" documents of AND, OR, comparisons, counts
// and custom(), with the expressions of Cortex' own solutions. Ranks count from the lowest level, 1, as in
// the current documentation and in Cortex' Terraform provider.
package cortex
