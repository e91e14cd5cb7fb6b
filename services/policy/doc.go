// Package policy holds error-budget policies and what follows from them: which policy is
// attached to what, in which mode; the verdict on each SLO's budget; a violation from its
// opening to its end, and what people make of it meanwhile: a plan, a dispute and its ruling, an
// early exit; how often clauses turn out wrong. What is wanted elsewhere because of it, an
// issue, is desired through issues; what people are told, through event.Teller. The workbook's
// policy ships as the default.
package policy
