// Package slogenerator reads documents of slo-generator (https://github.com/google/slo-generator):
// a ServiceLevelObjective of sre.google.com/v2, the shared configuration beside it, and what both
// were in version 1, which had no kind. What fields mean is from README.md, docs/providers and
// slo_generator/backends/prometheus.py of its source, as of v2.6.
//
// An SLO of slo-generator has no window: each step of an error-budget policy has one. The longest
// of whole days is taken, of the policy that the SLO names, where the shared configuration is in
// the same text, and 28 days otherwise.
//
// Of Prometheus, good_bad_ratio, distribution_cut and query_sli are read. Other backends are not asked
// by Evenkeel: their SLOs are those whose measurements are pushed, or which an adapter gives, and
// say what is counted in words.
//
// Left out without a word: exporters, default_exporters, spec.exporters, for reports are made here
// of what was measured; the secrets of backends.
package slogenerator
