package budget

// State is what is concluded of an SLO.
type State string

// The states.
const (
	NoData    State = "no_data"   // no events in the window, or fewer than the minimum
	OK        State = "ok"        // none of the others
	AtRisk    State = "at_risk"   // both windows of a burn pair exceed their factor, or the one-day burn exhausts the budget within the window
	Exhausted State = "exhausted" // nothing of the budget remains
)

// States lists every state.
var States = []State{NoData, OK, AtRisk, Exhausted}
