// Package exemption excuses a service from one check of a scorecard for a time: somebody of its team
// asks, with a reason; another person, of the team that keeps the scorecard, approves or rejects it;
// and it ends by itself, after a warning. What an exemption does to a result is package rules'.
package exemption
