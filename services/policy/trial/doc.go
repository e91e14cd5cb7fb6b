// Package trial tries a policy on the past before it is attached: which violations would have
// opened and ended, which services would have been frozen and for how long, how many issues
// would have been opened, and what people would have been told. What followed is pure, from facts at full hours; nothing of it is kept.
package trial
