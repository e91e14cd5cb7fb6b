// Package share reckons what share of a team's time is toil: toil hours ÷ (working hours − overhead),
// for a person and a period, from what people answered about weeks and from what they logged, side by
// side (The Site Reliability Workbook, chapter 6; Site Reliability Engineering, chapter 5). A week counts
// where its Thursday lies, once it is over. No data is not a share of nothing. It only calculates.
package share
