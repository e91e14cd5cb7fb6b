package admission

// Class is how much is lost when a request is refused. Under overload the least
// critical are refused first.
type Class uint8

// The classes, the most critical first. There is none of value 0.
const (
	// Health is what keeps the process alive or takes traffic from it. It is never
	// limited: a probe that is refused would have an overloaded process ended.
	Health Class = iota + 1
	// Critical is the cheap answer that a pipeline, a probe or a monitor waits for.
	Critical
	// Writes are changes and pushes: what is refused has to be kept elsewhere meanwhile.
	Writes
	// Reads are lists, single resources and pages.
	Reads
	// Reports are heavy, and can be asked for again later.
	Reports

	classes = iota + 1
)

var classNames = [classes]string{Health: "health", Critical: "critical", Writes: "writes", Reads: "reads", Reports: "reports"}

// String returns the name by which the class is counted.
func (c Class) String() string { return classNames[c] }
