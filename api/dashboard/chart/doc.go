// Package chart draws the dashboard's pictures as SVG text: the burn-down of an
// error budget, sparklines, trends, bars of a budget, of a burn rate against its
// threshold and of counted states. It is pure geometry over numbers and times: it
// knows no SLO, request or clock. Colours are classes that the style sheet
// paints, so that both themes share one picture; nothing in a picture is told by
// colour alone, and what is unknown is not drawn.
package chart
