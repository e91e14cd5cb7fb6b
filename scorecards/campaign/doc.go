// Package campaign asks services to pass some checks of a scorecard by a day: which services, what came
// of it for each team day by day, who is not done, and what is told of it. How a check is judged is
// package rules'.
package campaign
