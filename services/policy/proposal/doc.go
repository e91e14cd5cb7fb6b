// Package proposal is the second person for acts that relax a promise while its budget is
// troubled: a lower objective, a correction, a retirement, a lower tier. Such an act is refused with the
// way, and kept as a proposal where its author wants so; another person, who may do the
// act too, approves it, which carries it out, or rejects it. What relaxes, and when that
// needs a second person, is decided here; the acts themselves are the other domains'.
package proposal
