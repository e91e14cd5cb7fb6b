// Package score keeps forecasts of budgets as they were made, and scores them once it is
// known what came of them: how probable it was said that a budget runs out, and whether it
// did. The forecasts are slo's, the arithmetic is in stats. A forecast is kept while its
// time lasts, and afterwards only as one more of its bin.
package score
