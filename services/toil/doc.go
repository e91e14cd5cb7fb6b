// Package toil keeps how much of its time a team spends on toil: what people answer about a week, what
// they log, what automation did instead of them, what to automate first and what that saved. What a
// person said is that person's alone; others see sums and shares over persons. The shares are reckoned
// in toil/share. Issues are wanted through a Desk, and people are told through event.
package toil
