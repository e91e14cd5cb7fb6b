// Package nobl9 reads documents of Nobl9 (https://docs.nobl9.com): the objects of n9/v1alpha as sloctl
// writes them, one in a document or a list of them. What fields mean is from manifest/v1alpha of the
// source of nobl9-go, as of July 2026.
//
// An SLO of Nobl9 has objectives, each with a query of its own. The primary one, or else the
// first, is the SLO here. Others of the same query are its further objectives; others of another
// query are SLOs of their own, called by both names.
//
// Of sources that speak PromQL the queries are read: counters as what they increased by, rates over
// a range as what was counted in the window, raw metrics as thresholds. Other sources are not
// asked by Evenkeel: their SLOs are those whose measurements are pushed, or which an adapter gives,
// and say what is counted in words.
//
// Alert policies are names of burn pairs: a condition on the average burn rate over an hour, six
// hours, a day or three days keeps the pair with that long window. The pair has its own factor.
//
// Left out without a word, as it is of Nobl9's own keeping: status, organization, manifestSrc, createdAt,
// createdBy, tier, annotations, and value and op beside counts.
package nobl9
