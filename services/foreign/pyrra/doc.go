// Package pyrra reads objects of Pyrra (https://github.com/pyrra-dev/pyrra): the
// ServiceLevelObjective of pyrra.dev/v1alpha1, as its operator and its file system mode have it, as of
// v0.10. What fields mean is from kubernetes/api/v1alpha1 and slo/rules.go of its source.
//
// An object is one SLO. Pyrra has no services: the label pyrra.dev/service or
// app.kubernetes.io/name is taken for one, or else the namespace, or the object's name. Of a
// grouping by several labels the first is kept, for an SLO is grouped by one here.
//
// Left out without a word, since it says how Pyrra's rules are evaluated and nothing of the
// SLO: performanceOverAccuracy, ruleOutput, partial_response_strategy, status, and what a
// cluster keeps in metadata.
package pyrra
