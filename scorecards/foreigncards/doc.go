// Package foreigncards is what scorecards of other tools say, in the words of this one. Each tool has a
// room of its own below, which reads its documents and knows nothing else; nothing is looked up and nothing
// is kept. It is here and not below services/foreign, for domains know nothing of scorecards.
//
// A condition that translates asks facts that Evenkeel tells, or facts that have to be declared, which are
// part of the reading. One that does not translate is asked as a verdict: a fact of its own, true or false,
// that the old tool, or whoever looks, gives. So a scorecard keeps every check with its level and weight, a
// level is not reached by what was lost on the way, and both tools can go on side by side. A filter that
// does not translate has the check apply to nobody until somebody writes the condition: a check that judges
// those whom it was never for is worse than one that waits.
package foreigncards
