// Package policy holds error-budget policies and what follows from them: which
// policy is attached to what, in which mode; the verdict on each SLO's budget; a
// violation from its opening to its end. What is wanted elsewhere because of it,
// an issue, is desired through issues. The workbook's second clause ships as the
// default.
package policy
